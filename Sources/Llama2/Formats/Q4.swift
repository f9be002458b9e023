/// 32 weights in 18 bytes, `block_q4_0`: Float16 d, 16 bytes of q: weights 0 to 15 in the low four
/// bits, 16 to 31 in the high ones. Weight k is d (q[k] - 8).
enum Q4_0: BlockFormat {
  static let blockSize = 32
  static let blockBytes = 18
  static let groupSize = 32
  static let hasMinimums = false

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    scales[0] = block.half(at: 0)
    Bytes(nibbles: block + 2).subtracting(8).store(values)
  }
}

/// 32 weights in 20 bytes, `block_q4_1`: Float16 d, Float16 m, q as in Q4_0. Weight k is d q[k] + m.
enum Q4_1: BlockFormat {
  static let blockSize = 32
  static let blockBytes = 20
  static let groupSize = 32
  static let hasMinimums = true

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    scales[0] = block.half(at: 0)
    minimums[0] = -block.half(at: 2)
    Bytes(nibbles: block + 4).store(values)
  }
}
