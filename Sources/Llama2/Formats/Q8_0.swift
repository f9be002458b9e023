/// 32 weights in 34 bytes, `block_q8_0`: Float16 d, 32 × int8 q. Weight k is d q[k].
struct Q8_0: BlockFormat {
  typealias Groups = GroupsOf32
  static let bits = 8
  static let blockSize = 32
  static let blockBytes = 34
  static let bias: Int32 = 128
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let pair = blocks + 68 &* part
    return Bytes(pair + 2, pair + 36).withSignsTurned
  }

  @inline(__always)
  var scales: SIMD8<Float> { blocks.eightHalves(stride: 34) }
}
