/// 32 weights in 18 bytes, `block_q4_0`: Float16 d, 16 bytes of q: weights 0 to 15 in the low four
/// bits, 16 to 31 in the high ones. Weight k is d (q[k] - 8).
struct Q4_0: BlockFormat {
  typealias Groups = NibbleGroups
  static let bits = 4
  static let blockSize = 32
  static let blockBytes = 18
  static let bias: Int32 = 8
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let pair = blocks + 36 &* part
    return Bytes(nibbles: pair + 2, pair + 20)
  }

  @inline(__always)
  var scales: SIMD8<Float> { blocks.eightHalves(stride: 18) }
}

/// 32 weights in 20 bytes, `block_q4_1`: Float16 d, Float16 m, q as in Q4_0. Weight k is d q[k] + m.
struct Q4_1: BlockFormat {
  typealias Groups = NibbleGroups
  static let bits = 4
  static let blockSize = 32
  static let blockBytes = 20
  static let hasMinimums = true
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let pair = blocks + 40 &* part
    return Bytes(nibbles: pair + 4, pair + 24)
  }

  @inline(__always)
  var scales: SIMD8<Float> { blocks.eightPairsOfHalves(stride: 20).0 }

  @inline(__always)
  var minimums: SIMD8<Float> { blocks.eightPairsOfHalves(stride: 20).1 * -1 }
}
