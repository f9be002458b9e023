/// 256 weights in 210 bytes, `block_q6_K`: 128 bytes of the low four bits of q, 64 bytes of bits 4
/// and 5, 16 × int8 s, Float16 d. The scale of 16 weights is d s, a weight that times (q - 32).
///
/// Weights 0 to 63 stand in the low four bits of the first 64 bytes, the next 64 in the high ones;
/// bits 4 and 5 of weights 0 to 31 in bits 0 and 1 of 32 bytes, of the next 32 in bits 2 and 3,
/// and so on. The other 128 weights stand in the same way in the other bytes.
enum Q6_K: BlockFormat {
  static let blockSize = 256
  static let blockBytes = 210
  static let groupSize = 16
  static let hasMinimums = false

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    let integers = block.loadUnaligned(fromByteOffset: 192, as: SIMD16<Int8>.self)
    store(block.half(at: 208) * Vector(bytes: integers), scales)
    for half in 0..<2 {
      let high = Bytes(block + (128 &+ 32 &* half))
      for part in 0..<4 {
        let low = Bytes(block + (64 &* half &+ 32 &* (part & 1)))
          .shifted(right: UInt64(4 &* (part &>> 1)), mask: 0x0F)
        let bits = high.shifted(right: UInt64(2 &* part), mask: 3).shifted(left: 4, mask: 0x30)
        (low | bits).subtracting(32).store(values + (128 &* half &+ 32 &* part))
      }
    }
  }
}
