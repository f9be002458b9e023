/// 256 weights in 84 bytes, `block_q2_K`: 16 bytes of s, 64 bytes of q, Float16 d, Float16 dmin.
/// The scale of 16 weights is d times the low four bits of their s, their minimum dmin times the
/// high ones. Weights 0 to 31 stand in bits 0 and 1 of the first 32 bytes of q, the next 32 in
/// bits 2 and 3, and so on; the other 128 weights in the other 32 bytes.
struct Q2_K: BlockFormat {
  typealias Groups = GroupsOf16
  static let bits = 2
  static let blockSize = 256
  static let blockBytes = 84
  static let hasMinimums = true
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let q = blocks + (16 &+ 32 &* (part / 2))
    return Bytes(q, q).bits(2, at: 4 &* (part % 2), 4 &* (part % 2) &+ 2)
  }

  @inline(__always)
  private var s: SIMD16<UInt8> { blocks.loadUnaligned(as: SIMD16<UInt8>.self) }

  @inline(__always)
  var scales: Vector { blocks.half(at: 80) * Vector(bytes: s & 0x0F) }

  @inline(__always)
  var minimums: Vector { blocks.half(at: 82) * Vector(bytes: s &>> 4) }
}
