#if FMA && !VNNI
  import _Builtin_intrinsics.intel

  // The Makefile defines FMA where the processor has AVX2, whose instruction for int8 (vpmaddubsw) multiplies
  // 32 unsigned bytes with signed ones and adds each two of the products in 16 bits.

  extension Int8Activations {
    /// Writes a token's values interleaved, as `NibbleGroups` take them.
    func order(token j: Int, columns: Int) {
      if groupSize != NibbleGroups.groupSize || valuesPerLane != 4 { return }
      let (values, out) = (values + j * columns, ordered(token: j, columns: columns))
      for k in stride(from: 0, to: columns, by: 32) {
        let place = out + (k & ~63 | (k & 32) >> 1)
        place.copyMemory(from: values + k, byteCount: 16)
        (place + 32).copyMemory(from: values + k + 16, byteCount: 16)
      }
    }
  }

  extension Bytes {
    /// The products of 64 bytes with those at x, each four added up. Bytes that are not signed are less
    /// than 128.
    @inline(__always)
    func products(_ x: UnsafeRawPointer, areSigned: Bool) -> Words {
      let pairs = pairs(x, areSigned: areSigned)
      return Words(lowHalf: Self.addPairs(pairs.low), highHalf: Self.addPairs(pairs.high))
    }

    /// The products of 64 bytes with those at x, each two added up, which fits in 16 bits.
    @inline(__always)
    fileprivate func pairs(_ x: UnsafeRawPointer, areSigned: Bool) -> Words.Pair {
      @inline(__always) func sixteen(_ w: SIMD4<UInt64>, _ i: Int) -> __m256i {
        let x = x.loadUnaligned(fromByteOffset: 32 &* i, as: __m256i.self)
        let w = unsafeBitCast(w, to: __m256i.self)
        // The instruction takes one side as unsigned, so w gives its signs to x.
        return areSigned
          ? _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w))
          : _mm256_maddubs_epi16(w, x)
      }
      return (sixteen(words.lowHalf, 0), sixteen(words.highHalf, 1))
    }

    @inline(__always)
    fileprivate static func addPairs(_ sums: __m256i) -> SIMD8<Int32> {
      unsafeBitCast(_mm256_madd_epi16(sums, _mm256_set1_epi16(1)), to: SIMD8<Int32>.self)
    }
  }

  extension Words {
    fileprivate typealias Pair = (low: __m256i, high: __m256i)

    @inline(__always)
    fileprivate var pair: Pair {
      (unsafeBitCast(lowHalf, to: __m256i.self), unsafeBitCast(highHalf, to: __m256i.self))
    }
  }

  /// In each half, the sums of the lanes of a.low, a.high, b.low and b.high.
  @inline(__always)
  private func addLanes(_ a: Words.Pair, _ b: Words.Pair) -> __m256i {
    @inline(__always) func pairs(_ a: Words.Pair) -> __m256i {
      _mm256_add_epi32(
        _mm256_unpacklo_epi32(a.low, a.high), _mm256_unpackhi_epi32(a.low, a.high))
    }
    let (a, b) = (pairs(a), pairs(b))
    return _mm256_add_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b))
  }

  extension GroupsOf16 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      @inline(__always) func eight(_ part: Int) -> SIMD8<Int32> {
        halvesInTurn(addLanes(products(part).pair, products(part &+ 1).pair))
      }
      return Words(lowHalf: eight(0), highHalf: eight(2))
    }
  }

  /// Lanes 0, 4, 1, 5 and so on.
  @inline(__always)
  private func halvesInTurn(_ lanes: __m256i) -> SIMD8<Int32> {
    let order = unsafeBitCast(SIMD8<Int32>(0, 4, 1, 5, 2, 6, 3, 7), to: __m256i.self)
    return unsafeBitCast(_mm256_permutevar8x32_epi32(lanes, order), to: SIMD8<Int32>.self)
  }

  extension GroupsOf32 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD8<Int32> {
      let a = addLanes(products(0).pair, products(1).pair)
      let b = addLanes(products(2).pair, products(3).pair)
      let (low, high) = (
        unsafeBitCast(a, to: SIMD8<Int32>.self), unsafeBitCast(b, to: SIMD8<Int32>.self)
      )
      return SIMD8(lowHalf: low.lowHalf, highHalf: high.lowHalf)
        &+ SIMD8(lowHalf: low.highHalf, highHalf: high.highHalf)
    }
  }

  /// Groups of 32 weights: 16 are the low nibbles of some bytes, the others their high ones. Interleaved,
  /// two groups' low nibbles stand in one vector and their high ones in the next, so that products of the
  /// same group are added to each other where they are.
  enum NibbleGroups: Int8Grouping {
    typealias Floats = SIMD8<Float>
    static var groupSize: Int { 32 }
    static var areInterleaved: Bool { true }

    /// In the first four lanes those of one group, in the next four those of the other.
    @inline(__always)
    static func products(_ weights: Bytes, _ x: UnsafeRawPointer, areSigned: Bool) -> Words {
      // Weights of at most 5 bits, none signed: four products fit in 16 bits.
      let pairs = weights.pairs(x, areSigned: false)
      let sums = Bytes.addPairs(_mm256_add_epi16(pairs.low, pairs.high))
      return Words(lowHalf: sums, highHalf: .zero)
    }

    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD8<Int32> {
      halvesInTurn(
        addLanes(
          (products(0).pair.low, products(1).pair.low),
          (products(2).pair.low, products(3).pair.low)))
    }
  }

  // With weights of few bits the sums of several products fit in 16 bits and are added there (`depth`).
  // Weights of 8 bits are multiplied as 16-bit integers: as bytes their signs would have to be given to each
  // token's values.
  extension Int8Tile {
    typealias Integers = SIMD8<Int32>
    typealias Floats = SIMD8<Float>

    static func valuesPerLane(bits: Int) -> Int { bits < 8 ? 4 : 2 }

    /// How many vectors' products fit in 16 bits together; where that is less than a group has, it divides
    /// their number.
    static func depth(bits: Int) -> Int {
      bits < 8 ? 32767 / (2 * 127 * (1 << bits - 1)) : .max
    }

    /// What the sum of a part of a group starts with.
    @inline(__always)
    static func begin(_ products: Integers, _ valuesPerLane: Int) -> Integers {
      valuesPerLane == 4 ? .zero : products
    }

    /// In each lane, adds the products of a row's columns with the same ones of a token, those of four
    /// columns to two sums of 16 bits.
    @inline(__always)
    static func accumulate(
      _ sum: Integers, _ weights: Integers, _ x: Integers, _ valuesPerLane: Int
    ) -> Integers {
      let (sum, weights, x) = (vector(sum), vector(weights), vector(x))
      return unsafeBitCast(
        valuesPerLane == 4
          ? _mm256_add_epi16(sum, _mm256_maddubs_epi16(weights, x))
          : _mm256_add_epi32(sum, _mm256_madd_epi16(weights, x)), to: Integers.self)
    }

    /// The products with a part's sum added.
    @inline(__always)
    static func end(
      _ products: Integers, _ sum: Integers, _ valuesPerLane: Int
    ) -> Integers {
      if valuesPerLane == 2 { return sum }
      return products
        &+ unsafeBitCast(_mm256_madd_epi16(vector(sum), _mm256_set1_epi16(1)), to: Integers.self)
    }

    @inline(__always)
    private static func vector(_ integers: Integers) -> __m256i {
      unsafeBitCast(integers, to: __m256i.self)
    }
  }
#endif
