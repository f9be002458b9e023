/// 256 weights in 144 bytes, `block_q4_K`: Float16 d, Float16 dmin, 12 bytes of s and m, 128 bytes
/// of q. The scale of 32 weights is d s, their minimum dmin m. Weights 0 to 31 stand in the low four
/// bits of the first 32 bytes of q, the next 32 in the high ones, and so on.
struct Q4_K: BlockFormat {
  typealias Groups = GroupsOf32
  static let bits = 4
  static let blockSize = 256
  static let blockBytes = 144
  static let hasMinimums = true
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let q = blocks + (16 &+ 32 &* part)
    return Bytes(q, q).bits(4, at: 0, 4)
  }

  // s and m have six bits each (`get_scale_min_k4`): those of groups 0 to 3 are the low bits of four
  // bytes and of the next four, those of groups 4 to 7 the halves of the last four, with the first
  // eight's highest bits.

  @inline(__always)
  var scales: SIMD8<Float> {
    let (first, last) = (word(4), word(12))
    return blocks.half(at: 0)
      * SIMD8(bytes: first & 0x3F3F_3F3F, last & 0x0F0F_0F0F | (first &>> 2) & 0x3030_3030)
  }

  @inline(__always)
  var minimums: SIMD8<Float> {
    let (first, last) = (word(8), word(12))
    return blocks.half(at: 2)
      * SIMD8(
        bytes: first & 0x3F3F_3F3F, (last &>> 4) & 0x0F0F_0F0F | (first &>> 2) & 0x3030_3030)
  }

  @inline(__always)
  private func word(_ offset: Int) -> UInt32 {
    blocks.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }
}
