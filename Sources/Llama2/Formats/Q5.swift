/// 32 weights in 22 bytes, `block_q5_0`: Float16 d, 4 bytes with bit 4 of each q, that of weight k
/// in bit k, 16 bytes of the other bits as in Q4_0. Weight k is d (q[k] - 16).
enum Q5_0: BlockFormat {
  static let blockSize = 32
  static let blockBytes = 22
  static let groupSize = 32
  static let hasMinimums = false

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    scales[0] = block.half(at: 0)
    let high = Bytes(bits: block + 2).shifted(left: 4, mask: 0x10)
    (Bytes(nibbles: block + 6) | high).subtracting(16).store(values)
  }
}

/// 32 weights in 24 bytes, `block_q5_1`: Float16 d, Float16 m, q as in Q5_0. Weight k is d q[k] + m.
enum Q5_1: BlockFormat {
  static let blockSize = 32
  static let blockBytes = 24
  static let groupSize = 32
  static let hasMinimums = true

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    scales[0] = block.half(at: 0)
    minimums[0] = -block.half(at: 2)
    let high = Bytes(bits: block + 4).shifted(left: 4, mask: 0x10)
    (Bytes(nibbles: block + 8) | high).store(values)
  }
}
