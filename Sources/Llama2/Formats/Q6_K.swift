/// 256 weights in 210 bytes, `block_q6_K`: 128 bytes of the low four bits of q, 64 bytes of bits 4
/// and 5, 16 × int8 s, Float16 d. The scale of 16 weights is d s, a weight that times (q - 32).
///
/// Weights 0 to 63 stand in the low four bits of the first 64 bytes, the next 64 in the high ones;
/// bits 4 and 5 of weights 0 to 31 in bits 0 and 1 of 32 bytes, of the next 32 in bits 2 and 3,
/// and so on. The other 128 weights stand in the same way in the other bytes.
struct Q6_K: BlockFormat {
  typealias Groups = GroupsOf16
  static let bits = 6
  static let blockSize = 256
  static let blockBytes = 210
  static let bias: Int32 = 32
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let high = blocks + (128 &+ 32 &* (part / 2))
    let first = 4 &* (part % 2)
    return Bytes(blocks + 64 &* (part / 2)).bits(4, at: first, first)
      | Bytes(high, high).bits(2, at: first, first &+ 2, to: 4)
  }

  @inline(__always)
  var scales: Vector {
    let s = blocks.loadUnaligned(fromByteOffset: 192, as: SIMD16<Int8>.self)
    return blocks.half(at: 208) * Vector(bytes: s)
  }
}
