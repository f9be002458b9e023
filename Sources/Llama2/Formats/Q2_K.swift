/// 256 weights in 84 bytes, `block_q2_K`: 16 bytes of s, 64 bytes of q, Float16 d, Float16 dmin.
/// The scale of 16 weights is d times the low four bits of their s, their minimum dmin times the
/// high ones. Weights 0 to 31 stand in bits 0 and 1 of the first 32 bytes of q, the next 32 in
/// bits 2 and 3, and so on; the other 128 weights in the other 32 bytes.
enum Q2_K: BlockFormat {
  static let blockSize = 256
  static let blockBytes = 84
  static let groupSize = 16
  static let hasMinimums = true

  @inline(__always)
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>
  ) {
    let packed = block.loadUnaligned(as: SIMD16<UInt8>.self)
    store(block.half(at: 80) * Vector(bytes: packed & 0x0F), scales)
    store(block.half(at: 82) * Vector(bytes: packed &>> 4), minimums)
    for half in 0..<2 {
      let bits = Bytes(block + (16 &+ 32 &* half))
      for part in 0..<4 {
        bits.shifted(right: UInt64(2 &* part), mask: 3).store(values + (128 &* half &+ 32 &* part))
      }
    }
  }
}
