/// A weight format of GGUF whose rows are blocks of small integers that share scales:
/// weight k of a block is scales[k / groupSize] * Float(values[k]) - minimums[k / groupSize].
///
/// The layouts are those of ggml-common.h, the values those of `dequantize_row_*` in ggml-quants.c,
/// bit for bit. A block stands at any address, and its numbers are little-endian.
protocol BlockFormat {
  /// The weights of a block: 32 or 256.
  static var blockSize: Int { get }
  static var blockBytes: Int { get }
  /// The weights that share a scale, and a minimum: 32 or 16.
  static var groupSize: Int { get }
  static var hasMinimums: Bool { get }

  /// values: (blockSize), in the order of the weights; scales and minimums: (blockSize / groupSize).
  /// Without minimums nothing is written there.
  static func unpack(
    _ block: UnsafeRawPointer, values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>, minimums: UnsafeMutablePointer<Float>)

  /// Unpacks the blocks of a row of `columns` weights into values, then scales, then minimums.
  /// A requirement, so that each format has machine code of its own.
  static func unpackRow(
    _ row: UnsafeRawPointer, _ columns: Int, into scratch: UnsafeMutableRawPointer
  ) -> Int8Row
}

extension BlockFormat {
  static func unpackRow(
    _ row: UnsafeRawPointer, _ columns: Int, into scratch: UnsafeMutableRawPointer
  ) -> Int8Row {
    let groups = columns / groupSize
    let values = scratch.assumingMemoryBound(to: Int8.self)
    let scales = (scratch + columns).assumingMemoryBound(to: Float.self)
    let minimums = scales + groups
    let groupsPerBlock = blockSize / groupSize
    for block in 0..<columns / blockSize {
      unpack(
        row + block &* blockBytes, values: values + block &* blockSize,
        scales: scales + block &* groupsPerBlock, minimums: minimums + block &* groupsPerBlock)
    }
    return Int8Row(values: scratch, scales: scales, minimums: hasMinimums ? minimums : nil)
  }
}

/// 32 bytes, as words: operations on `SIMD32<UInt8>` go lane by lane.
struct Bytes {
  private var words: SIMD4<UInt64>

  @inline(__always)
  private init(words: SIMD4<UInt64>) { self.words = words }

  /// 32 bytes at `pointer`.
  @inline(__always)
  init(_ pointer: UnsafeRawPointer) { words = pointer.loadUnaligned(as: SIMD4<UInt64>.self) }

  /// The low four bits of 16 bytes, then the high ones.
  @inline(__always)
  init(nibbles pointer: UnsafeRawPointer) {
    let packed = pointer.loadUnaligned(as: SIMD2<UInt64>.self)
    words = SIMD4(lowHalf: packed, highHalf: packed &>> 4) & Self.repeating(0x0F)
  }

  /// 1 for every bit of four bytes that is set, from the lowest bit of the first, 0 for the others.
  @inline(__always)
  init(bits pointer: UnsafeRawPointer) {
    let four = pointer.loadUnaligned(as: SIMD4<UInt8>.self)
    let low = SIMD16(lowHalf: SIMD8(repeating: four[0]), highHalf: SIMD8(repeating: four[1]))
    let high = SIMD16(lowHalf: SIMD8(repeating: four[2]), highHalf: SIMD8(repeating: four[3]))
    let bits =
      unsafeBitCast(SIMD32(lowHalf: low, highHalf: high), to: SIMD8<UInt32>.self)
      & unsafeBitCast(SIMD4<UInt64>(repeating: 0x8040_2010_0804_0201), to: SIMD8<UInt32>.self)
    // Adding 0x7F carries whatever bit a byte has left to its highest one. The lanes are not those
    // of `nibbles`, since LLVM would join the two shifts into one with an amount for each lane.
    words = unsafeBitCast(((bits &+ 0x7F7F_7F7F) &>> 7) & 0x0101_0101, to: SIMD4<UInt64>.self)
  }

  @inline(__always)
  private static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  @inline(__always)
  static func | (a: Bytes, b: Bytes) -> Bytes { Bytes(words: a.words | b.words) }

  /// (each byte >> shift) & mask, where no bit of the mask is beyond those that a byte has left.
  @inline(__always)
  func shifted(right shift: UInt64, mask: UInt8) -> Bytes {
    Bytes(words: (words &>> shift) & Self.repeating(mask))
  }

  /// (each byte << shift) & mask, where the mask has none of the lowest `shift` bits.
  @inline(__always)
  func shifted(left shift: UInt64, mask: UInt8) -> Bytes {
    Bytes(words: (words &<< shift) & Self.repeating(mask))
  }

  /// Signed bytes, `offset` less each: bytes and offset are below 128.
  @inline(__always)
  func subtracting(_ offset: UInt8) -> Bytes {
    // The highest bit, set here, keeps a byte from borrowing from its neighbour.
    Bytes(words: ((words | Self.repeating(0x80)) &- Self.repeating(offset)) ^ Self.repeating(0x80))
  }

  @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Int8>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: words, as: SIMD4<UInt64>.self)
  }
}

extension SIMD16<Float> {
  /// The floats of 16 bytes, signed or not.
  @inline(__always)
  init<Byte: FixedWidthInteger & SIMDScalar>(bytes: SIMD16<Byte>) {
    // The conversion that Swift has is a call; this becomes a widening of all lanes.
    self = .zero
    for lane in 0..<16 { self[lane] = Float(bytes[lane]) }
  }
}
