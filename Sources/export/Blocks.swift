import Llama2

/// Writes `count` weights, whole rows of a matrix, in one of GGUF's types: F32, F16, BF16, Q8_0, Q4_0
/// or Q6_K. `out` has as many bytes as the type needs for them, at any alignment.
func encode(
  _ x: UnsafePointer<Float>, _ count: Int, as type: GGUF.TensorType,
  to out: UnsafeMutableRawPointer
) {
  guard let block = type.block else { preconditionFailure("\(type) is not written") }
  switch type {
  case .f32: out.copyMemory(from: x, byteCount: 4 * count)
  case .f16: storeHalves(x, count, out, float16)
  case .bf16: storeHalves(x, count, out, bfloat16)
  default:
    for i in 0..<count / block.size {
      let (x, out) = (x + i &* block.size, out + i &* block.bytes)
      switch type {
      case .q8_0: encodeQ8_0(x, out)
      case .q4_0: encodeQ4_0(x, out)
      case .q6_K: encodeQ6_K(x, out)
      default: preconditionFailure("\(type) is not written")
      }
    }
  }
}

extension GGUF.TensorType {
  /// Weights of at most this magnitude are finite once they are encoded: the scales of blocks are
  /// of Float16, so at most 65504. Q6_K's is less than a 2048th of the largest weight.
  var largestWeight: Float {
    switch self {
    case .f16: 65504
    case .bf16: 0x1.FEp127
    case .q8_0: 127 * 65504
    case .q4_0: 8 * 65504
    case .q6_K: 2048 * 65504
    default: .infinity
    }
  }
}

// MARK: - 16 bits

@inline(__always)
private func storeHalves(
  _ x: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutableRawPointer,
  _ convert: (SIMD16<Float>) -> SIMD16<Int32>
) {
  var i = 0
  while i &+ 16 <= count {
    let halves = convert(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self))
    (out + 2 &* i).storeBytes(
      of: SIMD16<UInt16>(truncatingIfNeeded: halves), as: SIMD16<UInt16>.self)
    i &+= 16
  }
  while i < count {
    let half = convert(SIMD16(repeating: x[i]))[0]
    (out + 2 &* i).storeBytes(of: UInt16(truncatingIfNeeded: half), as: UInt16.self)
    i &+= 1
  }
}

/// The upper halves of floats, rounded to even; a NaN stays one (ggml-impl.h:
/// `ggml_compute_fp32_to_bf16`).
@inline(__always)
private func bfloat16(_ x: SIMD16<Float>) -> SIMD16<Int32> {
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
  let upper = bits &>> 16
  let isNaN = (0x7F80_0000 &- (bits & 0x7FFF_FFFF)) &>> 31
  let rounded = (bits &+ 0x7FFF &+ (upper & 1)) &>> 16
  return (rounded & ~isNaN) | ((upper | 0x40) & isNaN)
}

/// Writes a block's scale as Float16 and returns what it has become.
@inline(__always)
func storeScale(_ scale: Float, _ out: UnsafeMutableRawPointer) -> Float {
  let half = UInt16(truncatingIfNeeded: float16(SIMD16(repeating: scale))[0])
  out.storeBytes(of: half, as: UInt16.self)
  let magnitude = Float(bitPattern: UInt32(half & 0x7FFF) &<< 13) * 0x1p112
  return half & 0x8000 == 0 ? magnitude : -magnitude
}

// MARK: - Blocks of 32

/// A scale, the largest magnitude / 127, and 32 values of int8: x / scale, rounded away from zero
/// among equals (ggml-quants.c: `quantize_row_q8_0_ref`). What has no finite scale has zeros, as in
/// NumPy.
// swift-format-ignore: AlwaysUseLowerCamelCase
private func encodeQ8_0(_ x: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer) {
  let scale = largestMagnitude(x, 32) / 127
  let inverse = scale == 0 ? 0 : 1 / scale
  _ = storeScale(scale, out)
  let isFinite = scale.isFinite && inverse.isFinite
  for i in stride(from: 0, to: 32, by: 16) {
    let weights = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
    let values = isFinite ? roundAwayFromZero(weights * inverse) : .zero
    (out + 2 + i).storeBytes(of: SIMD16<Int8>(truncatingIfNeeded: values), as: SIMD16<Int8>.self)
  }
}

@inline(__always)
private func roundAwayFromZero(_ x: SIMD16<Float>) -> SIMD16<Int32> {
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
  let magnitude = unsafeBitCast(bits & 0x7FFF_FFFF, to: SIMD16<Float>.self)
  let (rounded, integer) = roundToEven(magnitude)
  // 0.5 where the magnitude was midway between two integers and was rounded to the lower one.
  let rest = unsafeBitCast(magnitude - rounded, to: SIMD16<Int32>.self)
  let isHalf = ((0x3EFF_FFFF &- rest) & ~rest) &>> 31
  let sign = bits &>> 31
  return (((integer &- isHalf) & 0xFF) ^ sign) &- sign
}

/// A scale, the weight of the largest magnitude / -8, and 32 values from 0 to 15 of four bits:
/// x / scale + 8, rounded; value i in the lower half of byte i, value 16 + i in its upper half
/// (ggml-quants.c: `quantize_row_q4_0_ref`).
// swift-format-ignore: AlwaysUseLowerCamelCase
private func encodeQ4_0(_ x: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer) {
  let scale = extreme(x) / -8
  let inverse = scale == 0 ? 0 : 1 / scale
  _ = storeScale(scale, out)
  @inline(__always)
  func values(_ i: Int) -> SIMD16<Int32> {
    let weights = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
    let shifted = weights * inverse + 8.5
    let (rounded, bits) = roundToEven(shifted)
    // Less one where it was rounded up.
    let whole = (bits & 0x1F) &+ (unsafeBitCast(shifted - rounded, to: SIMD16<Int32>.self) &>> 31)
    return whole &- (whole &>> 4)
  }
  let bytes = values(0) | (values(16) &<< 4)
  (out + 2).storeBytes(of: SIMD16<UInt8>(truncatingIfNeeded: bytes), as: SIMD16<UInt8>.self)
}

/// Of 32 weights the first that has the largest magnitude.
@inline(__always)
private func extreme(_ x: UnsafePointer<Float>) -> Float {
  var (positive, negative) = (SIMD16<Int32>.zero, SIMD16<Int32>.zero)
  for i in stride(from: 0, to: 32, by: 16) {
    let bits = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Int32>.self)
    let (sign, magnitude) = (bits &>> 31, bits & 0x7FFF_FFFF)
    positive = larger(positive, magnitude & ~sign)
    negative = larger(negative, magnitude & sign)
  }
  let (highest, lowest) = (largest(positive), largest(negative))
  let magnitude = Float(bitPattern: UInt32(max(highest, lowest)))
  if highest != lowest { return highest > lowest ? magnitude : -magnitude }
  for i in 0..<32 where x[i].magnitude == magnitude { return x[i].magnitude == 0 ? 0 : x[i] }
  return 0
}

// MARK: - What is lost

/// The largest difference between `count` weights and what they have become in blocks.
func roundingError(
  _ x: UnsafePointer<Float>, _ count: Int, _ blocks: UnsafeRawPointer, _ type: GGUF.TensorType
) -> Float {
  guard let format = Matrix.Format(type) else { preconditionFailure("\(type) is not written") }
  return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { decoded in
    let decoded = decoded.baseAddress!
    Matrix(rows: 1, columns: count, values: blocks, format: format).copyRow(0, to: decoded)
    for i in 0..<count { decoded[i] -= x[i] }
    return largestMagnitude(decoded, count)
  }
}
