/// 256 weights in 144 bytes, `block_q4_K`: Float16 d, Float16 dmin, 12 bytes of s and m, 128 bytes
/// of q. The scale of 32 weights is d s, their minimum dmin m. Weights 0 to 31 stand in the low four
/// bits of the first 32 bytes of q, the next 32 in the high ones, and so on.
enum Q4_K: BlockFormat {
  static let blockSize = 256
  static let blockBytes = 144
  static let groupSize = 32
  static let hasMinimums = true

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    unpackScales(block, scales: scales, minimums: minimums)
    for part in 0..<4 {
      let bits = Bytes(block + (16 &+ 32 &* part))
      bits.shifted(right: 0, mask: 0x0F).store(values + 64 &* part)
      bits.shifted(right: 4, mask: 0x0F).store(values + (64 &* part &+ 32))
    }
  }

  /// The first 16 bytes of a block, d to m: 8 scales and 8 minimums. s and m have six bits each
  /// (`get_scale_min_k4`): those of groups 0 to 3 are the low bits of four bytes and of the next
  /// four, those of groups 4 to 7 the halves of the last four, with the first eight's highest bits.
  @inline(__always)
  static func unpackScales(
    _ block: UnsafeRawPointer, scales: UnsafeMutablePointer<Float>,
    minimums: UnsafeMutablePointer<Float>
  ) {
    let eight = block.loadUnaligned(fromByteOffset: 4, as: SIMD8<UInt8>.self)
    let four = block.loadUnaligned(fromByteOffset: 12, as: SIMD4<UInt8>.self)
    let low = eight & 0x3F
    let high = (SIMD8(lowHalf: four, highHalf: four &>> 4) & 0x0F) | ((eight &>> 2) & 0x30)
    let integers = Vector(
      bytes: SIMD16(
        lowHalf: SIMD8(lowHalf: low.lowHalf, highHalf: high.lowHalf),
        highHalf: SIMD8(lowHalf: low.highHalf, highHalf: high.highHalf)))
    UnsafeMutableRawPointer(scales).storeBytes(
      of: block.half(at: 0) * integers.lowHalf, as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(minimums).storeBytes(
      of: block.half(at: 2) * integers.highHalf, as: SIMD8<Float>.self)
  }
}
