/// 32 weights in 22 bytes, `block_q5_0`: Float16 d, 4 bytes with bit 4 of each q, that of weight k
/// in bit k, 16 bytes of the other bits as in Q4_0. Weight k is d (q[k] - 16).
struct Q5_0: BlockFormat {
  typealias Groups = NibbleGroups
  static let bits = 5
  static let blockSize = 32
  static let blockBytes = 22
  static let bias: Int32 = 16
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let pair = blocks + 44 &* part
    return Bytes(nibbles: pair + 6, pair + 28) | Bytes(bits: pair + 2, pair + 24, value: 16)
  }

  @inline(__always)
  var scales: SIMD8<Float> { blocks.eightHalves(stride: 22) }
}

/// 32 weights in 24 bytes, `block_q5_1`: Float16 d, Float16 m, q as in Q5_0. Weight k is d q[k] + m.
struct Q5_1: BlockFormat {
  typealias Groups = NibbleGroups
  static let bits = 5
  static let blockSize = 32
  static let blockBytes = 24
  static let hasMinimums = true
  let blocks: UnsafeRawPointer

  @inline(__always)
  init(_ blocks: UnsafeRawPointer) { self.blocks = blocks }

  @inline(__always)
  func weights(_ part: Int) -> Bytes {
    let pair = blocks + 48 &* part
    return Bytes(nibbles: pair + 8, pair + 32) | Bytes(bits: pair + 4, pair + 28, value: 16)
  }

  @inline(__always)
  var scales: SIMD8<Float> { blocks.eightPairsOfHalves(stride: 24).0 }

  @inline(__always)
  var minimums: SIMD8<Float> { blocks.eightPairsOfHalves(stride: 24).1 * -1 }
}
