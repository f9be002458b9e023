/// Q8_0 (export.py: `quantize_q80`): a group's scale is its largest magnitude / 127, its values are
/// the weights over the scale, rounded to even. A group of zeros gets the scale 0 and zeros.
///
/// weights: (count), values: (count), scales: (count / groupSize), at any alignment.
/// Returns the largest rounding error.
func quantise(
  _ weights: UnsafePointer<Float>, count: Int, groupSize: Int,
  values: UnsafeMutablePointer<Int8>, scales: UnsafeMutablePointer<Float>
) -> Float {
  var worst: Float = 0
  for group in 0..<count / groupSize {
    let start = group &* groupSize
    let scale = largestMagnitude(weights + start, groupSize) / 127
    scales[group] = scale
    let error = round(weights + start, groupSize, scale, values + start)
    // A NaN, as of a group of zeros, is no error.
    if error > worst { worst = error }
  }
  return worst
}

/// max |x|, or NaN if any of them is: without their sign, floats order as the integers of their
/// bits do.
func largestMagnitude(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var magnitudes = SIMD16<Int32>(repeating: 0)
  var i = 0
  while i &+ 16 <= count {
    let bits = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Int32>.self)
    magnitudes = larger(magnitudes, bits & 0x7FFF_FFFF)
    i &+= 16
  }
  var result = largest(magnitudes)
  while i < count {
    result = max(result, Int32(truncatingIfNeeded: x[i].bitPattern & 0x7FFF_FFFF))
    i &+= 1
  }
  return Float(bitPattern: UInt32(result))
}

/// The larger of two integers that are not negative, without a comparison: those of vectors are slow
/// in the plain x86-64 build.
@inline(__always)
func larger<V: SIMD>(_ a: V, _ b: V) -> V where V.Scalar == Int32 {
  let difference = b &- a
  return a &+ (difference & ~(difference &>> 31))
}

/// The largest lane of integers that are not negative.
@inline(__always)
func largest(_ x: SIMD16<Int32>) -> Int32 {
  let eight = larger(x.lowHalf, x.highHalf)
  let four = larger(eight.lowHalf, eight.highHalf)
  let two = larger(four.lowHalf, four.highHalf)
  return max(two[0], two[1])
}

/// values = x / scale, rounded; returns the largest |values · scale - x|.
private func round(
  _ x: UnsafePointer<Float>, _ count: Int, _ scale: Float, _ values: UnsafeMutablePointer<Int8>
) -> Float {
  var errors = SIMD16<Int32>(repeating: 0)
  var i = 0
  while i &+ 16 <= count {
    let weights = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
    let (rounded, bits) = roundToEven(weights / scale)
    UnsafeMutableRawPointer(values + i).storeBytes(
      of: SIMD16<Int8>(truncatingIfNeeded: bits), as: SIMD16<Int8>.self)
    let error = unsafeBitCast(rounded * scale - weights, to: SIMD16<Int32>.self) & 0x7FFF_FFFF
    errors = larger(errors, error)
    i &+= 16
  }
  var worst = Float(bitPattern: UInt32(largest(errors)))
  while i < count {
    let (rounded, bits) = roundToEven(SIMD16<Float>(repeating: x[i] / scale))
    values[i] = Int8(truncatingIfNeeded: bits[0])
    let error = abs(rounded[0] * scale - x[i])
    if error > worst { worst = error }
    i &+= 1
  }
  return worst
}

/// Adding 1.5 · 2^23 leaves no bit for a fraction, so the sum is rounded, to even among equals, and
/// its lowest bits are the integer; of a NaN or an infinity they are 0.
@inline(__always)
func roundToEven(_ x: SIMD16<Float>) -> (rounded: SIMD16<Float>, bits: SIMD16<Int32>) {
  let shifted = x + 0x1.8p23
  return (shifted - 0x1.8p23, unsafeBitCast(shifted, to: SIMD16<Int32>.self))
}
