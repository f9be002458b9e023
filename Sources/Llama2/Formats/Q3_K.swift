/// 256 weights in 110 bytes, `block_q3_K`: 32 bytes with bit 2 of each q, 64 bytes of the other two
/// bits, 12 bytes of s, Float16 d. The scale of 16 weights is d (s - 32), a weight that times
/// (q - 4).
///
/// Bits 0 and 1 are laid out as in Q2_K. Bit 2 of weights 0 to 31 is bit 0 of the first 32 bytes, of
/// the next 32 bit 1, and so on. The low four bits of s stand in 8 bytes, those of groups 0 to 7
/// in the low halves; bits 4 and 5 in 4 bytes, those of groups 0 to 3 lowest.
enum Q3_K: BlockFormat {
  static let blockSize = 256
  static let blockBytes = 110
  static let groupSize = 16
  static let hasMinimums = false

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    store(block.half(at: 108) * Vector(bytes: groupScales(block + 96)), scales)
    let high = Bytes(block)
    for half in 0..<2 {
      let low = Bytes(block + (32 &+ 32 &* half))
      for part in 0..<4 {
        let bit = high.shifted(right: UInt64(4 &* half &+ part), mask: 1).shifted(left: 2, mask: 4)
        (low.shifted(right: UInt64(2 &* part), mask: 3) | bit).subtracting(4)
          .store(values + (128 &* half &+ 32 &* part))
      }
    }
  }

  /// s - 32 of 16 groups.
  @inline(__always)
  private static func groupScales(_ pointer: UnsafeRawPointer) -> SIMD16<Int8> {
    let eight = pointer.loadUnaligned(as: SIMD8<UInt8>.self)
    let four = pointer.loadUnaligned(fromByteOffset: 8, as: SIMD4<UInt8>.self)
    let low = SIMD16(lowHalf: eight, highHalf: eight &>> 4) & 0x0F
    let high = SIMD8(lowHalf: four, highHalf: four &>> 2)
    let bits = low | (SIMD16(lowHalf: high &<< 4, highHalf: high) & 0x30)
    return unsafeBitCast(bits, to: SIMD16<Int8>.self) &- 32
  }
}
