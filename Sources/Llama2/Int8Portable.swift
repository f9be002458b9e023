#if arch(x86_64)
  import _Builtin_intrinsics.intel
#endif

// What is not written with the instructions of Int8VNNI.swift, Int8AVX2.swift or Int8NEON.swift.

#if !FMA && !arch(arm64)
  // SSE2, which every x86-64 processor has, multiplies integers of 16 bits.

  extension Int8Activations {
    /// Writes a token's values as Int16, of each 64 first those at even places.
    func order(token j: Int, columns: Int) {
      let values = values + j * columns
      let out = ordered(token: j, columns: columns).assumingMemoryBound(to: Int16.self)
      for k in 0..<columns { out[k & ~63 | (k & 1) << 5 | (k & 63) >> 1] = Int16(values[k]) }
    }
  }

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

  extension Int8Tile {
    typealias Integers = SIMD4<Int32>
    typealias Floats = SIMD4<Float>

    static func valuesPerLane(bits: Int) -> Int { 2 }

    /// In each lane, adds the products of a row's columns with the same ones of a token.
    @inline(__always)
    static func accumulate(
      _ sum: Integers, _ weights: Integers, _ x: Integers, _ valuesPerLane: Int
    ) -> Integers {
      #if arch(x86_64)
        let products = _mm_madd_epi16(
          unsafeBitCast(weights, to: __m128i.self), unsafeBitCast(x, to: __m128i.self))
        return sum &+ unsafeBitCast(products, to: Integers.self)
      #else
        let products = widen(weights) &* widen(x)
        return sum &+ (products.evenHalf &+ products.oddHalf)
      #endif
    }

    #if !arch(x86_64)
      @inline(__always)
      private static func widen(_ pairs: Integers) -> SIMD8<Int32> {
        let integers = unsafeBitCast(pairs, to: SIMD8<Int16>.self)
        var wide = SIMD8<Int32>.zero
        for lane in 0..<8 { wide[lane] = Int32(integers[lane]) }
        return wide
      }
    #endif
  }
#endif

#if !FMA
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

#if !VNNI
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

  extension Int8Tile {
    static var addedBias: Int32 { 0 }

    static func copy(
      _ values: UnsafeRawPointer, _ count: Int, _ valuesPerLane: Int,
      to out: UnsafeMutableRawPointer
    ) {
      if valuesPerLane == 4 { return out.copyMemory(from: values, byteCount: count) }
      let values = values.assumingMemoryBound(to: Int8.self)
      let out = out.assumingMemoryBound(to: Int16.self)
      for k in 0..<count { out[k] = Int16(values[k]) }
    }
  }
#endif

#if VNNI || !FMA
  /// Groups of 32 weights: 16 are the low nibbles of some bytes, the others their high ones.
  typealias NibbleGroups = GroupsOf32

  extension Int8Tile {
    // A group has one part, whose sum goes on from the products.

    static func depth(bits: Int) -> Int { .max }

    @inline(__always)
    static func begin(_ products: Integers, _ valuesPerLane: Int) -> Integers { products }

    @inline(__always)
    static func end(
      _ products: Integers, _ sum: Integers, _ valuesPerLane: Int
    ) -> Integers { sum }
  }
#endif
