/// 256 weights as scale · group's scale · (value - 32), in 16 groups: 256 values of six bits, of which
/// the lower four stand in 128 bytes and the upper two in 64; 16 scales of int8; and a scale of Float16
/// (ggml-quants.c: `quantize_row_q6_K_ref`).
// swift-format-ignore: AlwaysUseLowerCamelCase
func encodeQ6_K(_ x: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer) {
  withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { values in
    var scales = SIMD16<Float>.zero
    var inverses = SIMD16<Float>.zero
    var largest: Float = 0
    for group in 0..<16 {
      (scales[group], inverses[group]) = groupScale(x + 16 &* group)
      if scales[group].magnitude > largest.magnitude { largest = scales[group] }
    }
    guard largest.magnitude >= smallestMagnitude else {
      out.initializeMemory(as: UInt8.self, repeating: 0, count: 210)
      return
    }
    let inverse = -128 / largest
    let scale = storeScale(1 / inverse, out + 208)
    for group in 0..<16 {
      let groupScale = min(127, nearest(SIMD16(repeating: inverse * scales[group]))[0])
      (out + 192 + group).storeBytes(of: Int8(truncatingIfNeeded: groupScale), as: Int8.self)
      let step = scale * Float(groupScale)
      let weights = UnsafeRawPointer(x + 16 &* group).loadUnaligned(as: SIMD16<Float>.self)
      let nearest = nearest(step == 0 ? weights * inverses[group] : weights / step)
      // A group of zeros has values of 0, which its scale of 0 makes zeros again.
      let isZero = step == 0 && inverses[group] == 0
      let clamped = isZero ? .zero : clamp(nearest &+ 32)
      UnsafeMutableRawPointer(values.baseAddress! + 16 &* group).storeBytes(
        of: clamped, as: SIMD16<Int32>.self)
    }
    pack(values.baseAddress!, out)
  }
}

/// Weights smaller than this count as zeros (ggml-quants.c: `GROUP_MAX_EPS`).
private let smallestMagnitude: Float = 1e-15

/// Of two halves of 128 values the lower four bits in 64 bytes, the upper two in 32.
private func pack(_ values: UnsafePointer<Int32>, _ out: UnsafeMutableRawPointer) {
  for half in 0..<2 {
    let (lower, upper) = (out + 64 &* half, out + 128 + 32 &* half)
    for i in 0..<32 {
      let at = values + (128 &* half &+ i)
      let (a, b, c, d) = (at[0], at[32], at[64], at[96])
      func store(_ bits: Int32, _ byte: UnsafeMutableRawPointer) {
        byte.storeBytes(of: UInt8(truncatingIfNeeded: bits), as: UInt8.self)
      }
      store((a & 15) | ((c & 15) &<< 4), lower + i)
      store((b & 15) | ((d & 15) &<< 4), lower + 32 + i)
      store((a &>> 4) | ((b &>> 4) &<< 2) | ((c &>> 4) &<< 4) | ((d &>> 4) &<< 6), upper + i)
    }
  }
}

/// The scale of 16 weights that leaves the least error, each weighted by its square, of 19 that are
/// tried: the weight of the largest magnitude / -32, and some that are a little larger and smaller
/// (ggml-quants.c: `make_qx_quants`); and its inverse before it was refined, both 0 for zeros. Each
/// lane tries another one, so the sums are in the order of ggml's.
@inline(__always)
private func groupScale(_ x: UnsafePointer<Float>) -> (scale: Float, inverse: Float) {
  var extreme: Float = 0
  for i in 0..<16 where x[i].magnitude > extreme.magnitude { extreme = x[i] }
  guard extreme.magnitude >= smallestMagnitude else { return (0, 0) }
  let first = trials(x, -(32 + 0.1 * firstTrials) / extreme)
  let rest = trials(x, -(32 + 0.1 * lastTrials) / extreme)
  var scale = first.squares[0] == 0 ? 0 : first.products[0] / first.squares[0]
  var best = scale * first.products[0]
  var inverse = -32 / extreme
  func take(_ products: Float, _ squares: Float, _ trial: Float) {
    guard squares > 0, products * products > best * squares else { return }
    scale = products / squares
    best = scale * products
    inverse = -(32 + 0.1 * trial) / extreme
  }
  for i in 1..<16 { take(first.products[i], first.squares[i], firstTrials[i]) }
  for i in 0..<3 { take(rest.products[i], rest.squares[i], lastTrials[i]) }
  return (scale, inverse)
}

private let firstTrials = SIMD16<Float>(
  0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6)
private let lastTrials = SIMD4<Float>(7, 8, 9, 0)

/// Σ w x v and Σ w v² of 16 weights, with w = x² and v = x · inverse, rounded.
@inline(__always)
private func trials<V: SIMD>(_ x: UnsafePointer<Float>, _ inverse: V) -> (products: V, squares: V)
where V.Scalar == Float, V.MaskStorage.Scalar == Int32, V.MaskStorage: SIMD {
  var (products, squares) = (V.zero, V.zero)
  for i in 0..<16 {
    let weight = x[i]
    let square = weight * weight
    let value = integers(clamp(nearest(inverse * weight) &+ 32) &- 32, as: V.self)
    products += square * weight * value
    squares += square * value * value
  }
  return (products, squares)
}

/// The nearest integers, to even among equals, of numbers below 2^22.
@inline(__always)
private func nearest<V: SIMD>(_ x: V) -> V.MaskStorage
where V.Scalar == Float, V.MaskStorage.Scalar == Int32 {
  (unsafeBitCast(x + 0x1.8p23, to: V.MaskStorage.self) & 0x7F_FFFF) &- 0x40_0000
}

/// Small integers as floats.
@inline(__always)
private func integers<V: SIMD>(_ x: V.MaskStorage, as: V.Type) -> V
where V.Scalar == Float, V.MaskStorage.Scalar == Int32 {
  unsafeBitCast(x &+ 0x4B40_0000, to: V.self) - 0x1.8p23
}

/// At least 0, at most 63.
@inline(__always)
private func clamp<V: SIMD>(_ x: V) -> V where V.Scalar == Int32 {
  let positive = x & ~(x &>> 31)
  let excess = 63 &- positive
  return positive &+ (excess & (excess &>> 31))
}
