/// 32 weights in 34 bytes, `block_q8_0`: Float16 d, 32 × int8 q. Weight k is d q[k].
enum Q8_0: BlockFormat {
  static let blockSize = 32
  static let blockBytes = 34
  static let groupSize = 32
  static let hasMinimums = false

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    scales[0] = block.half(at: 0)
    Bytes(block + 2).store(values)
  }
}
