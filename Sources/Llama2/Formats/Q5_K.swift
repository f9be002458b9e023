/// 256 weights in 176 bytes, `block_q5_K`: Float16 d, Float16 dmin, 12 bytes of s and m, 32 bytes
/// with bit 4 of each q, 128 bytes of the other bits. All but bit 4 is laid out as in Q4_K; that of
/// weights 0 to 31 is bit 0 of the 32 bytes, of the next 32 bit 1, and so on.
struct Q5_K: BlockFormat {
  typealias Groups = GroupsOf32
  static let bits = 5
  static let blockSize = 256
  static let blockBytes = 176
  static let hasMinimums = true
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let (q, high) = (blocks + (48 &+ 32 &* part), blocks + 16)
    return Bytes(q, q).bits(4, at: 0, 4)
      | Bytes(high, high).bits(1, at: 2 &* part, 2 &* part &+ 1, to: 4)
  }

  @inline(__always)
  var scales: SIMD8<Float> { Q4_K(blocks).scales }

  @inline(__always)
  var minimums: SIMD8<Float> { Q4_K(blocks).minimums }
}
