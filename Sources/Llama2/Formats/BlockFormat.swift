#if arch(x86_64)
  import _Builtin_intrinsics.intel
#endif

/// A weight format of GGUF whose rows are blocks of small integers that share scales, as the blocks
/// of one step of a product.
///
/// The layouts are those of ggml-common.h, the values those of `dequantize_row_*` in ggml-quants.c,
/// bit for bit. A block stands at any address, and its numbers are little-endian.
protocol BlockFormat: Int8Step {
  /// The weights of a block: 32 or 256.
  static var blockSize: Int { get }
  static var blockBytes: Int { get }
  init(_ blocks: UnsafeRawPointer)
  /// The first of the step's blocks.
  var blocks: UnsafeRawPointer { get }

  /// Below; requirements, so that each format has machine code of its own.
  static func unpackRow(
    _ row: UnsafeRawPointer, _ columns: Int, into scratch: UnsafeMutableRawPointer
  ) -> Int8Row
  static func matmul(
    _ w: UnsafeRawPointer, _ x: Int8Activations, count: Int, columns: Int, rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int)
}

extension BlockFormat {
  static var groupSize: Int { Groups.groupSize }

  /// What a row's values as Int8 are larger than its integers. Those of 8 bits fit in Int8 only without a
  /// bias.
  static var int8Bias: Int32 { bits == 8 ? 0 : bias }

  @inline(__always)
  func advanced(by steps: Int) -> Self {
    Self(blocks + steps &* (Groups.columns / Self.blockSize &* Self.blockBytes))
  }

  @inline(__always)
  func askAhead() { prefetch(blocks + 4096, bytes: Self.bytes) }

  static var bytes: Int { Groups.columns / blockSize * blockBytes }

  @inline(__always)
  func copy(columns: Int, to scratch: UnsafeMutableRawPointer) -> Self {
    scratch.copyMemory(from: blocks, byteCount: columns / Self.blockSize &* Self.blockBytes)
    return Self(scratch)
  }

  /// out[j * outStride + i] = row i of w · token j of x, for i in `rows` and the first `count` tokens.
  static func matmul(
    _ w: UnsafeRawPointer, _ x: Int8Activations, count: Int, columns: Int, rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    let rowBytes = columns / blockSize * blockBytes
    matmul(x, count: count, columns: columns, rows: rows, into: out, outStride) {
      Self(w + $0 &* rowBytes)
    }
  }

  /// Unpacks the blocks of a row of `columns` weights into values, then scales, then minimums.
  static func unpackRow(
    _ row: UnsafeRawPointer, _ columns: Int, into scratch: UnsafeMutableRawPointer
  ) -> Int8Row {
    func values(_ step: Self, _ part: Int) -> Bytes {
      if bits == 8 { return step.weights(part).withSignsTurned }
      return Groups.areInterleaved ? step.weights(part).interleaved : step.weights(part)
    }
    let groups = columns / groupSize
    let (scales, minimums) = (scratch + columns, scratch + columns + 4 * groups)
    Self(row).forEachStep(columns: columns) { step, first, count in
      for part in 0..<count / 64 {
        values(step, part).store(scratch + (first &+ 64 &* part))
      }
      if count % 64 > 0 {
        let start = first + count / 64 * 64
        values(step, count / 64).store(scratch + start, first: count % 64)
      }
      let firstGroup = 4 &* (first / groupSize)
      store(step.scales, scales + firstGroup, first: count / groupSize)
      if hasMinimums { store(step.minimums, minimums + firstGroup, first: count / groupSize) }
    }
    return Int8Row(
      values: scratch, bias: int8Bias, scales: scales,
      minimums: hasMinimums ? UnsafePointer(minimums.assumingMemoryBound(to: Float.self)) : nil)
  }

  private static func store<V: SIMD>(
    _ vector: V, _ pointer: UnsafeMutableRawPointer, first count: Int
  ) where V.Scalar == Float {
    if count == V.scalarCount { return pointer.storeBytes(of: vector, as: V.self) }
    for i in 0..<count { pointer.storeBytes(of: vector[i], toByteOffset: 4 &* i, as: Float.self) }
  }
}

/// 64 bytes, as words: operations on `SIMD64<UInt8>` go lane by lane.
struct Bytes {
  let words: SIMD8<UInt64>

  @inline(__always)
  private init(words: SIMD8<UInt64>) { self.words = words }

  /// 64 bytes at `pointer`.
  @inline(__always)
  init(_ pointer: UnsafeRawPointer) { words = pointer.loadUnaligned(as: SIMD8<UInt64>.self) }

  /// 32 bytes at `low`, then 32 at `high`.
  @inline(__always)
  init(_ low: UnsafeRawPointer, _ high: UnsafeRawPointer) {
    let (low, high) = (
      low.loadUnaligned(as: SIMD4<UInt64>.self), high.loadUnaligned(as: SIMD4<UInt64>.self)
    )
    #if VNNI
      // LLVM would gather the lanes of vectors that are put together in Swift.
      let both = _mm512_mask_broadcast_i64x4(
        _mm512_broadcast_i64x4(unsafeBitCast(low, to: __m256i.self)), 0xF0,
        unsafeBitCast(high, to: __m256i.self))
      words = unsafeBitCast(both, to: SIMD8<UInt64>.self)
    #else
      words = SIMD8(lowHalf: low, highHalf: high)
    #endif
  }

  /// The low four bits of 16 bytes at `low`, their high ones, and the same of those at `high`; interleaved
  /// where `NibbleGroups` are.
  @inline(__always)
  init(nibbles low: UnsafeRawPointer, _ high: UnsafeRawPointer) {
    let low = low.loadUnaligned(as: SIMD2<UInt64>.self)
    let high = high.loadUnaligned(as: SIMD2<UInt64>.self)
    #if VNNI
      let both = _mm512_mask_broadcast_i32x4(
        _mm512_broadcast_i32x4(unsafeBitCast(low, to: __m128i.self)), 0xFF00,
        unsafeBitCast(high, to: __m128i.self))
      let shifted = Bytes(words: unsafeBitCast(both, to: SIMD8<UInt64>.self))
        .shifted(right: SIMD8(0, 0, 4, 4, 0, 0, 4, 4))
    #elseif FMA
      let both = SIMD4(lowHalf: low, highHalf: high)
      let shifted = SIMD8(lowHalf: both, highHalf: both &>> 4)
    #else
      let shifted = SIMD8(
        lowHalf: SIMD4(lowHalf: low, highHalf: low &>> 4),
        highHalf: SIMD4(lowHalf: high, highHalf: high &>> 4))
    #endif
    words = shifted & Self.repeating(0x0F)
  }

  /// `value` for every bit of four bytes at `low`, then at `high`, that is set, from the lowest bit of
  /// the first byte, 0 for the others; interleaved where `NibbleGroups` are.
  @inline(__always)
  init(bits low: UnsafeRawPointer, _ high: UnsafeRawPointer, value: UInt8) {
    #if VNNI
      let bits =
        UInt64(high.loadUnaligned(as: UInt32.self)) &<< 32
        | UInt64(low.loadUnaligned(as: UInt32.self))
      let bytes = _mm512_maskz_set1_epi8(bits, CChar(value))
      words = unsafeBitCast(bytes, to: SIMD8<UInt64>.self)
    #elseif FMA
      // Repeats each byte eight times, and tests one bit of each copy.
      let both = SIMD8<UInt32>(
        lowHalf: SIMD4(repeating: low.loadUnaligned(as: UInt32.self)),
        highHalf: SIMD4(repeating: high.loadUnaligned(as: UInt32.self)))
      @inline(__always) func spread(_ bytes: SIMD4<UInt64>) -> SIMD4<UInt64> {
        let repeated = _mm256_shuffle_epi8(
          unsafeBitCast(both, to: __m256i.self), unsafeBitCast(bytes, to: __m256i.self))
        let bit = _mm256_set1_epi64x(Int64(bitPattern: 0x8040_2010_0804_0201))
        let isSet = _mm256_cmpeq_epi8(_mm256_and_si256(repeated, bit), bit)
        return unsafeBitCast(isSet, to: SIMD4<UInt64>.self) & Self.repeating(value)
      }
      words = SIMD8(
        lowHalf: spread(SIMD4(0, 1, 0, 1) &* 0x0101_0101_0101_0101),
        highHalf: spread(SIMD4(2, 3, 2, 3) &* 0x0101_0101_0101_0101))
    #else
      @inline(__always) func spread(_ pointer: UnsafeRawPointer) -> SIMD4<UInt64> {
        let bytes: SIMD4<UInt64>
        #if arch(x86_64)
          let four = __m128i(Int64(pointer.loadUnaligned(as: UInt32.self)), 0)
          let eight = _mm_unpacklo_epi8(four, four)
          let sixteen = _mm_unpacklo_epi16(eight, eight)
          bytes = SIMD4(
            lowHalf: unsafeBitCast(_mm_unpacklo_epi32(sixteen, sixteen), to: SIMD2<UInt64>.self),
            highHalf: unsafeBitCast(_mm_unpackhi_epi32(sixteen, sixteen), to: SIMD2<UInt64>.self))
        #else
          let four = pointer.loadUnaligned(as: SIMD4<UInt8>.self)
          let low = SIMD16(lowHalf: SIMD8(repeating: four[0]), highHalf: SIMD8(repeating: four[1]))
          let high = SIMD16(lowHalf: SIMD8(repeating: four[2]), highHalf: SIMD8(repeating: four[3]))
          bytes = unsafeBitCast(SIMD32(lowHalf: low, highHalf: high), to: SIMD4<UInt64>.self)
        #endif
        // Adding 0x7F carries whatever bit a byte has left to its highest one.
        let bits = unsafeBitCast(bytes & 0x8040_2010_0804_0201, to: SIMD8<UInt32>.self)
        return unsafeBitCast(bits &+ 0x7F7F_7F7F, to: SIMD4<UInt64>.self)
      }
      self = Bytes(words: SIMD8(lowHalf: spread(low), highHalf: spread(high)))
        .bits(1, at: 7, 7, to: value.trailingZeroBitCount)
    #endif
  }

  @inline(__always)
  private static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  @inline(__always)
  static func | (a: Bytes, b: Bytes) -> Bytes { Bytes(words: a.words | b.words) }

  /// `count` bits of each byte, those of the first 32 bytes from bit `low` on and of the others from
  /// bit `high` on, moved to bit `place`; the others are 0.
  @inline(__always)
  func bits(_ count: Int, at low: Int, _ high: Int, to place: Int = 0) -> Bytes {
    let (low, high) = (low &- place, high &- place)
    #if VNNI
      let moved =
        low >= 0 && high >= 0
        ? shifted(right: Self.halves(low, high)) : shifted(left: Self.halves(0 &- low, 0 &- high))
    #else
      let moved = SIMD8(
        lowHalf: Self.shifted(words.lowHalf, right: low),
        highHalf: Self.shifted(words.highHalf, right: high))
    #endif
    return Bytes(words: moved & Self.repeating(UInt8((1 &<< count &- 1) &<< place)))
  }

  #if VNNI
    // The shifts of Swift go lane by lane.

    @inline(__always)
    private func shifted(right counts: SIMD8<UInt64>) -> SIMD8<UInt64> {
      unsafeBitCast(
        _mm512_srlv_epi64(
          unsafeBitCast(words, to: __m512i.self), unsafeBitCast(counts, to: __m512i.self)),
        to: SIMD8<UInt64>.self)
    }

    @inline(__always)
    private func shifted(left counts: SIMD8<UInt64>) -> SIMD8<UInt64> {
      unsafeBitCast(
        _mm512_sllv_epi64(
          unsafeBitCast(words, to: __m512i.self), unsafeBitCast(counts, to: __m512i.self)),
        to: SIMD8<UInt64>.self)
    }

    @inline(__always)
    private static func halves(_ low: Int, _ high: Int) -> SIMD8<UInt64> {
      SIMD8(
        lowHalf: SIMD4(repeating: UInt64(truncatingIfNeeded: low)),
        highHalf: SIMD4(repeating: UInt64(truncatingIfNeeded: high)))
    }
  #else
    @inline(__always)
    private static func shifted(_ words: SIMD4<UInt64>, right count: Int) -> SIMD4<UInt64> {
      count >= 0
        ? words &>> SIMD4(repeating: UInt64(truncatingIfNeeded: count))
        : words &<< SIMD4(repeating: UInt64(truncatingIfNeeded: 0 &- count))
    }
  #endif

  /// The first 16 bytes, the third, the second and the fourth ones.
  @inline(__always)
  var interleaved: Bytes {
    let (low, high) = (words.lowHalf, words.highHalf)
    return Bytes(
      words: SIMD8(
        lowHalf: SIMD4(lowHalf: low.lowHalf, highHalf: high.lowHalf),
        highHalf: SIMD4(lowHalf: low.highHalf, highHalf: high.highHalf)))
  }

  /// 128 more or less in each byte.
  @inline(__always)
  var withSignsTurned: Bytes { Bytes(words: words ^ Self.repeating(0x80)) }

  @inline(__always)
  func store(_ pointer: UnsafeMutableRawPointer) {
    pointer.storeBytes(of: words, as: SIMD8<UInt64>.self)
  }

  /// As many bytes as `count` says.
  func store(_ pointer: UnsafeMutableRawPointer, first count: Int) {
    withUnsafeBytes(of: words) {
      pointer.copyMemory(from: $0.baseAddress!, byteCount: count)
    }
  }
}

extension SIMD16<Float> {
  /// The floats of 16 bytes, signed or not.
  @inline(__always)
  init<Byte: FixedWidthInteger & SIMDScalar>(bytes: SIMD16<Byte>) {
    #if arch(x86_64) && !FMA
      let (bytes, zero) = (unsafeBitCast(bytes, to: __m128i.self), __m128i.zero)
      /// Four bytes that are the upper ones of 16-bit integers.
      @inline(__always) func floats(_ pairs: __m128i, high: Bool) -> SIMD4<Float> {
        let words = high ? _mm_unpackhi_epi16(zero, pairs) : _mm_unpacklo_epi16(zero, pairs)
        return SIMD4(
          integers: Byte.isSigned
            ? unsafeBitCast(words, to: SIMD4<Int32>.self) &>> 24
            : unsafeBitCast(unsafeBitCast(words, to: SIMD4<UInt32>.self) &>> 24, to: SIMD4.self))
      }
      let (low, high) = (_mm_unpacklo_epi8(zero, bytes), _mm_unpackhi_epi8(zero, bytes))
      self = Self(
        lowHalf: SIMD8(lowHalf: floats(low, high: false), highHalf: floats(low, high: true)),
        highHalf: SIMD8(lowHalf: floats(high, high: false), highHalf: floats(high, high: true)))
    #else
      // The conversion that Swift has is a call; this becomes a widening of all lanes.
      self = .zero
      for lane in 0..<16 { self[lane] = Float(bytes[lane]) }
    #endif
  }
}

extension SIMD8<Float> {
  /// The floats of eight bytes, the lowest of each word first.
  @inline(__always)
  init(bytes low: UInt32, _ high: UInt32) {
    #if arch(x86_64) && !FMA
      self = Self(
        lowHalf: SIMD4(integers: Self.widened(low)), highHalf: SIMD4(integers: Self.widened(high)))
    #else
      let bytes = unsafeBitCast(UInt64(high) &<< 32 | UInt64(low), to: SIMD8<UInt8>.self)
      self = .zero
      for lane in 0..<8 { self[lane] = Float(bytes[lane]) }
    #endif
  }

  #if arch(x86_64) && !FMA
    @inline(__always)
    private static func widened(_ bytes: UInt32) -> SIMD4<Int32> {
      let zero = __m128i.zero
      let vector = __m128i(Int64(bytes), 0)
      return unsafeBitCast(
        _mm_unpacklo_epi16(_mm_unpacklo_epi8(vector, zero), zero), to: SIMD4<Int32>.self)
    }
  #endif
}
