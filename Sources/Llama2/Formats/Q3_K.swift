/// 256 weights in 110 bytes, `block_q3_K`: 32 bytes with bit 2 of each q, 64 bytes of the other two
/// bits, 12 bytes of s, Float16 d. The scale of 16 weights is d (s - 32), a weight that times
/// (q - 4).
///
/// Bits 0 and 1 are laid out as in Q2_K. Bit 2 of weights 0 to 31 is bit 0 of the first 32 bytes, of
/// the next 32 bit 1, and so on. The low four bits of s stand in 8 bytes, those of groups 0 to 7
/// in the low halves; bits 4 and 5 in 4 bytes, those of groups 0 to 3 lowest.
struct Q3_K: BlockFormat {
  typealias Groups = GroupsOf16
  static let bits = 3
  static let blockSize = 256
  static let blockBytes = 110
  static let bias: Int32 = 4
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let q = blocks + (32 &+ 32 &* (part / 2))
    return Bytes(q, q).bits(2, at: 4 &* (part % 2), 4 &* (part % 2) &+ 2)
      | Bytes(blocks, blocks).bits(1, at: 2 &* part, 2 &* part &+ 1, to: 2)
  }

  @inline(__always)
  var scales: Vector {
    let eight = blocks.loadUnaligned(fromByteOffset: 96, as: SIMD8<UInt8>.self)
    let four = blocks.loadUnaligned(fromByteOffset: 104, as: SIMD4<UInt8>.self)
    let low = SIMD16(lowHalf: eight, highHalf: eight &>> 4) & 0x0F
    let high = SIMD8(lowHalf: four, highHalf: four &>> 2)
    let s = low | (SIMD16(lowHalf: high &<< 4, highHalf: high) & 0x30)
    return blocks.half(at: 108) * Vector(bytes: unsafeBitCast(s, to: SIMD16<Int8>.self) &- 32)
  }
}
