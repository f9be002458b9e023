/// 256 weights in 176 bytes, `block_q5_K`: Float16 d, Float16 dmin, 12 bytes of s and m, 32 bytes
/// with bit 4 of each q, 128 bytes of the other bits. All but bit 4 is laid out as in Q4_K; that of
/// weights 0 to 31 is bit 0 of the 32 bytes, of the next 32 bit 1, and so on.
enum Q5_K: BlockFormat {
  static let blockSize = 256
  static let blockBytes = 176
  static let groupSize = 32
  static let hasMinimums = true

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    Q4_K.unpackScales(block, scales: scales, minimums: minimums)
    let high = Bytes(block + 16)
    for part in 0..<8 {
      let low = Bytes(block + (48 &+ 32 &* (part &>> 1)))
        .shifted(right: UInt64(4 &* (part & 1)), mask: 0x0F)
      let bit = high.shifted(right: UInt64(part), mask: 1).shifted(left: 4, mask: 0x10)
      (low | bit).store(values + 32 &* part)
    }
  }
}
