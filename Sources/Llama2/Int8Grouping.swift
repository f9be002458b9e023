#if arch(x86_64)
  import _Builtin_intrinsics.intel
#elseif arch(arm64)
  import _Builtin_intrinsics.arm.neon
#endif

// The groups of one step of a product (Int8Products.swift): 64 weights at a time are multiplied with
// activations, their products added up to one integer for each group, and those become floats.

/// A float for each group of a step.
protocol GroupFloats: SIMD where Scalar == Float {
  associatedtype Integers: SIMD where Integers.Scalar == Int32
  init(integers: Integers)
  /// Lane by lane, self * x and self + a * b.
  func multiplied(by x: Self) -> Self
  func adding(_ a: Self, times b: Self) -> Self
  /// Adds the products with x, number k to sum k % 4, in their order.
  func add(to sums: inout SIMD4<Float>, times x: Self)
  var firstFour: SIMD4<Float> { get }
  static func firstFour(_ integers: Integers) -> SIMD4<Int32>
}

extension GroupFloats {
  /// 0 where the mask is, whatever stands there.
  @inline(__always)
  func masked(_ mask: Integers) -> Self {
    unsafeBitCast(unsafeBitCast(self, to: Integers.self) & mask, to: Self.self)
  }
}

extension SIMD4<Float>: GroupFloats {
  @inline(__always)
  init(integers: SIMD4<Int32>) {
    #if arch(x86_64)
      self = _mm_cvtepi32_ps(unsafeBitCast(integers, to: __m128i.self))
    #else
      self = .zero
      for lane in 0..<4 { self[lane] = Float(integers[lane]) }
    #endif
  }

  @inline(__always)
  func multiplied(by x: Self) -> Self {
    #if arch(x86_64)
      _mm_mul_ps(self, x)
    #else
      self * x
    #endif
  }

  @inline(__always)
  func adding(_ a: Self, times b: Self) -> Self {
    #if arch(x86_64) && !FMA
      _mm_add_ps(self, _mm_mul_ps(a, b))
    #else
      multiplyAdd(self, a, b)
    #endif
  }

  @inline(__always)
  func add(to sums: inout SIMD4<Float>, times x: Self) { sums = sums.adding(self, times: x) }

  @inline(__always)
  var firstFour: SIMD4<Float> { self }

  @inline(__always)
  static func firstFour(_ integers: SIMD4<Int32>) -> SIMD4<Int32> { integers }
}

/// Floats of two halves.
protocol TwoHalves: GroupFloats {
  associatedtype Half: GroupFloats
  var lowHalf: Half { get }
  var highHalf: Half { get }
  init(lowHalf: Half, highHalf: Half)
  static func halves(_ integers: Integers) -> (low: Half.Integers, high: Half.Integers)
}

extension TwoHalves {
  @inline(__always)
  init(integers: Integers) {
    #if FMA
      self = .zero
      for lane in 0..<Self.scalarCount { self[lane] = Float(integers[lane]) }
    #else
      // LLVM would put the lanes together in other ways than these.
      let (low, high) = Self.halves(integers)
      self = Self(lowHalf: Half(integers: low), highHalf: Half(integers: high))
    #endif
  }

  @inline(__always)
  func multiplied(by x: Self) -> Self {
    #if FMA
      self * x
    #else
      Self(
        lowHalf: lowHalf.multiplied(by: x.lowHalf), highHalf: highHalf.multiplied(by: x.highHalf))
    #endif
  }

  @inline(__always)
  func adding(_ a: Self, times b: Self) -> Self {
    #if FMA
      multiplyAdd(self, a, b)
    #else
      Self(
        lowHalf: lowHalf.adding(a.lowHalf, times: b.lowHalf),
        highHalf: highHalf.adding(a.highHalf, times: b.highHalf))
    #endif
  }

  @inline(__always)
  func add(to sums: inout SIMD4<Float>, times x: Self) {
    lowHalf.add(to: &sums, times: x.lowHalf)
    highHalf.add(to: &sums, times: x.highHalf)
  }

  @inline(__always)
  var firstFour: SIMD4<Float> { lowHalf.firstFour }

  @inline(__always)
  static func firstFour(_ integers: Integers) -> SIMD4<Int32> {
    Half.firstFour(halves(integers).low)
  }
}

extension SIMD8<Float>: GroupFloats, TwoHalves {
  typealias Integers = SIMD8<Int32>
  typealias Half = SIMD4<Float>

  @inline(__always)
  static func halves(_ integers: SIMD8<Int32>) -> (low: SIMD4<Int32>, high: SIMD4<Int32>) {
    (integers.lowHalf, integers.highHalf)
  }
}

extension SIMD16<Float>: GroupFloats, TwoHalves {
  typealias Integers = SIMD16<Int32>
  typealias Half = SIMD8<Float>

  @inline(__always)
  static func halves(_ integers: SIMD16<Int32>) -> (low: SIMD8<Int32>, high: SIMD8<Int32>) {
    (integers.lowHalf, integers.highHalf)
  }
}

/// A size of groups, as a type: the compiler specialises generic functions for types.
protocol Int8Grouping {
  associatedtype Floats: GroupFloats
  static var groupSize: Int { get }
  /// Whether of each 64 columns the second and the third 16 have changed places.
  static var areInterleaved: Bool { get }
  /// The products of 64 weights with the activations at x, in each lane those of four or eight weights.
  static func products(_ weights: Bytes, _ x: UnsafeRawPointer, areSigned: Bool) -> Words
  /// The sums of the groups of a step, where products(i) are those of 64 weights.
  static func sums(_ products: (_ part: Int) -> Words) -> Floats.Integers
}

extension Int8Grouping {
  /// The columns of a step.
  @inline(__always)
  static var columns: Int { groupSize &* Floats.scalarCount }

  static var areInterleaved: Bool { false }

  @inline(__always)
  static func products(_ weights: Bytes, _ x: UnsafeRawPointer, areSigned: Bool) -> Words {
    weights.products(x, areSigned: areSigned)
  }
}

/// Groups of twice the size.
enum Doubled<Half: Int8Grouping>: Int8Grouping {
  typealias Floats = Half.Floats
  static var groupSize: Int { 2 &* Half.groupSize }
  @inline(__always)
  static func sums(_ products: (Int) -> Words) -> Floats.Integers {
    Half.sums { products(2 &* $0) &+ products(2 &* $0 &+ 1) }
  }
}

enum GroupsOf4: Int8Grouping {
  typealias Floats = SIMD16<Float>
  static var groupSize: Int { 4 }
  @inline(__always)
  static func sums(_ products: (Int) -> Words) -> Words { products(0) }
}

enum GroupsOf8: Int8Grouping {
  typealias Floats = SIMD16<Float>
  static var groupSize: Int { 8 }
}

enum GroupsOf16: Int8Grouping {
  typealias Floats = SIMD16<Float>
  static var groupSize: Int { 16 }
}

enum GroupsOf32: Int8Grouping {
  typealias Floats = SIMD8<Float>
  static var groupSize: Int { 32 }
}

enum GroupsOf64: Int8Grouping {
  typealias Floats = SIMD4<Float>
  static var groupSize: Int { 64 }
}

// MARK: - The instructions: of VNNI, arm64, AVX2 and other processors

/// 16 integers of 32 bits, or 64 bytes, four in each.
typealias Words = SIMD16<Int32>

extension Int8Token {
  @inline(__always)
  static var bytesPerValue: Int {
    #if FMA || arch(arm64)
      1
    #else
      2
    #endif
  }
}

#if FMA && !VNNI
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
#elseif !VNNI && !arch(arm64)
  extension Int8Activations {
    /// Writes a token's values as Int16, of each 64 first those at even places.
    func order(token j: Int, columns: Int) {
      let values = values + j * columns
      let out = ordered(token: j, columns: columns).assumingMemoryBound(to: Int16.self)
      for k in 0..<columns { out[k & ~63 | (k & 1) << 5 | (k & 63) >> 1] = Int16(values[k]) }
    }
  }
#endif

#if !FMA || VNNI
  /// Groups of 32 weights: 16 are the low nibbles of some bytes, the others their high ones.
  typealias NibbleGroups = GroupsOf32
#endif

#if VNNI

  extension Bytes {
    /// The products with 64 values, each four added up.
    @inline(__always)
    func products(_ x: UnsafeRawPointer, areSigned: Bool) -> Words {
      addProducts(.zero, unsafeBitCast(words, to: Words.self), x.loadUnaligned(as: Words.self))
    }
  }

  /// Sums of two lanes of a and of b in turn, in every four lanes those of the same four.
  @inline(__always)
  private func addPairs(_ a: Words, _ b: Words) -> Words {
    let (a, b) = (unsafeBitCast(a, to: __m512i.self), unsafeBitCast(b, to: __m512i.self))
    return unsafeBitCast(_mm512_unpacklo_epi32(a, b), to: Words.self)
      &+ unsafeBitCast(_mm512_unpackhi_epi32(a, b), to: Words.self)
  }

  extension GroupsOf16 {
    /// Number 4q + p is the sum of lanes 4q to 4q + 3 of part p.
    @inline(__always)
    fileprivate static func quarters(_ products: (Int) -> Words) -> Words {
      addPairs(addPairs(products(0), products(2)), addPairs(products(1), products(3)))
    }

    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      let quarters = quarters(products)
      let halves = Words(lowHalf: quarters.evenHalf, highHalf: quarters.oddHalf)
      return Words(lowHalf: halves.evenHalf, highHalf: halves.oddHalf)
    }
  }

  extension GroupsOf8 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      let (a, b) = (products(0), products(1))
      return Words(lowHalf: a.evenHalf, highHalf: b.evenHalf)
        &+ Words(lowHalf: a.oddHalf, highHalf: b.oddHalf)
    }
  }

  extension GroupsOf32 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD8<Int32> {
      let quarters = unsafeBitCast(GroupsOf16.quarters(products), to: __m512i.self)
      let swapped = _mm512_permutexvar_epi64(
        __m512i(2, 3, 0, 1, 6, 7, 4, 5), quarters)
      let sums = _mm512_permutexvar_epi32(
        unsafeBitCast(
          SIMD16<Int32>(0, 8, 1, 9, 2, 10, 3, 11, 0, 8, 1, 9, 2, 10, 3, 11), to: __m512i.self),
        _mm512_add_epi32(quarters, swapped))
      return unsafeBitCast(sums, to: Words.self).lowHalf
    }
  }

  extension GroupsOf64 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD4<Int32> {
      let quarters = GroupsOf16.quarters(products)
      let eight = quarters.lowHalf &+ quarters.highHalf
      return eight.lowHalf &+ eight.highHalf
    }
  }

  /// The instruction takes the bytes of one side as unsigned. With their signs turned, those of the
  /// matrix are 128 too large, which -128 times the sums of x make up for.
  @inline(__always)
  var signs: Words { Words(repeating: Int32(bitPattern: 0x8080_8080)) }

  /// sum + a b: each lane adds the products of four bytes, those of a unsigned.
  @inline(__always)
  func addProducts(_ sum: Words, _ a: Words, _ b: Words) -> Words {
    unsafeBitCast(
      _mm512_dpbusd_epi32(
        unsafeBitCast(sum, to: __m512i.self), unsafeBitCast(a, to: __m512i.self),
        unsafeBitCast(b, to: __m512i.self)), to: Words.self)
  }
#else
  #if arch(arm64)
    extension Bytes {
      /// The products of 64 signed bytes with those at x, each four added up.
      @inline(__always)
      func products(_ x: UnsafeRawPointer, areSigned: Bool) -> Words {
        let w = unsafeBitCast(words, to: int8x16x4_t.self).val
        @inline(__always) func four(_ w: SIMD16<Int8>, _ i: Int) -> SIMD4<Int32> {
          addProducts(.zero, w, x.loadUnaligned(fromByteOffset: 16 &* i, as: SIMD16<Int8>.self))
        }
        return Words(
          lowHalf: SIMD8(lowHalf: four(w.0, 0), highHalf: four(w.1, 1)),
          highHalf: SIMD8(lowHalf: four(w.2, 2), highHalf: four(w.3, 3)))
      }
    }

    /// sum + a b: each lane adds the products of four signed bytes, of which b has none of -128.
    @inline(__always)
    func addProducts(
      _ sum: SIMD4<Int32>, _ a: SIMD16<Int8>, _ b: SIMD16<Int8>
    ) -> SIMD4<Int32> {
      #if DOTPROD
        vdotq_s32(sum, a, b)
      #else
        // Two products fit in 16 bits.
        vpadalq_s16(
          sum, vpaddq_s16(vmull_s8(a.lowHalf, b.lowHalf), vmull_s8(a.highHalf, b.highHalf)))
      #endif
    }
  #elseif FMA
    // The Makefile defines FMA where the processor has AVX2.

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
  #else
    extension Bytes {
      /// The products of 64 unsigned bytes with the values at x, each four added up.
      @inline(__always)
      func products(_ x: UnsafeRawPointer, areSigned: Bool) -> Words {
        let even = words & 0x00FF_00FF_00FF_00FF
        let odd = (words &>> 8) & 0x00FF_00FF_00FF_00FF
        return addNeighbours(even, x) &+ addNeighbours(odd, x + 64)
      }
    }

    /// The products of 32 Int16 with those at x, each two added up.
    @inline(__always)
    private func addNeighbours(_ a: SIMD8<UInt64>, _ x: UnsafeRawPointer) -> Words {
      @inline(__always) func four(_ a: SIMD2<UInt64>, _ i: Int) -> SIMD4<Int32> {
        #if arch(x86_64)
          let x = x.loadUnaligned(fromByteOffset: 16 &* i, as: __m128i.self)
          return unsafeBitCast(
            _mm_madd_epi16(unsafeBitCast(a, to: __m128i.self), x), to: SIMD4<Int32>.self)
        #else
          let x = x.loadUnaligned(fromByteOffset: 16 &* i, as: SIMD8<Int16>.self)
          let a = unsafeBitCast(a, to: SIMD8<Int16>.self)
          var sums = SIMD4<Int32>.zero
          for lane in 0..<4 {
            sums[lane] =
              Int32(a[2 &* lane]) &* Int32(x[2 &* lane])
              &+ Int32(a[2 &* lane &+ 1]) &* Int32(x[2 &* lane &+ 1])
          }
          return sums
        #endif
      }
      return Words(
        lowHalf: SIMD8(
          lowHalf: four(a.lowHalf.lowHalf, 0), highHalf: four(a.lowHalf.highHalf, 1)),
        highHalf: SIMD8(
          lowHalf: four(a.highHalf.lowHalf, 2), highHalf: four(a.highHalf.highHalf, 3)))
    }
  #endif

  /// The sums of neighbouring lanes, those of a before those of b.
  @inline(__always)
  private func addPairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    SIMD4(lowHalf: a.evenHalf, highHalf: b.evenHalf)
      &+ SIMD4(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }

  /// The sums of the lanes of each.
  @inline(__always)
  private func addLanes(
    _ a: SIMD4<Int32>, _ b: SIMD4<Int32>, _ c: SIMD4<Int32>, _ d: SIMD4<Int32>
  ) -> SIMD4<Int32> {
    #if arch(x86_64)
      @inline(__always) func cast(_ a: SIMD4<Int32>) -> __m128i {
        unsafeBitCast(a, to: __m128i.self)
      }
      @inline(__always) func pairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> __m128i {
        let (a, b) = (cast(a), cast(b))
        return _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b))
      }
      let (ab, cd) = (pairs(a, b), pairs(c, d))
      return unsafeBitCast(
        _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd)),
        to: SIMD4<Int32>.self)
    #else
      return addPairs(addPairs(a, b), addPairs(c, d))
    #endif
  }

  extension SIMD8<Int32> {
    @inline(__always)
    fileprivate var folded: SIMD4<Int32> { lowHalf &+ highHalf }
  }

  extension GroupsOf8 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      @inline(__always) func eight(_ part: Int) -> SIMD8<Int32> {
        let a = products(part)
        return SIMD8(
          lowHalf: addPairs(a.lowHalf.lowHalf, a.lowHalf.highHalf),
          highHalf: addPairs(a.highHalf.lowHalf, a.highHalf.highHalf))
      }
      return Words(lowHalf: eight(0), highHalf: eight(1))
    }
  }

  #if FMA
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
  #else
    extension GroupsOf16 {
      @inline(__always)
      static func sums(_ products: (Int) -> Words) -> Words {
        @inline(__always) func four(_ part: Int) -> SIMD4<Int32> {
          let a = products(part)
          return addLanes(
            a.lowHalf.lowHalf, a.lowHalf.highHalf, a.highHalf.lowHalf, a.highHalf.highHalf)
        }
        return Words(
          lowHalf: SIMD8(lowHalf: four(0), highHalf: four(1)),
          highHalf: SIMD8(lowHalf: four(2), highHalf: four(3)))
      }
    }

    extension GroupsOf32 {
      @inline(__always)
      static func sums(_ products: (Int) -> Words) -> SIMD8<Int32> {
        @inline(__always) func four(_ part: Int) -> SIMD4<Int32> {
          let (a, b) = (products(part), products(part &+ 1))
          return addLanes(
            a.lowHalf.folded, a.highHalf.folded, b.lowHalf.folded, b.highHalf.folded)
        }
        return SIMD8(lowHalf: four(0), highHalf: four(2))
      }
    }

  #endif

  extension GroupsOf64 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD4<Int32> {
      @inline(__always) func one(_ part: Int) -> SIMD4<Int32> {
        let a = products(part)
        return (a.lowHalf &+ a.highHalf).folded
      }
      return addLanes(one(0), one(1), one(2), one(3))
    }
  }
#endif
