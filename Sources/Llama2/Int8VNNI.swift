#if VNNI
  import _Builtin_intrinsics.intel

  // The Makefile defines VNNI where the processor has AVX-512's instruction for int8, which multiplies 64
  // pairs of bytes and adds each four of the products.

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

  extension Int8Tile {
    typealias Integers = SIMD16<Int32>
    typealias Floats = SIMD16<Float>

    static func valuesPerLane(bits: Int) -> Int { 4 }

    /// The instruction takes the values of a row as unsigned, so their signs are turned.
    static var addedBias: Int32 { 128 }

    static func copy(
      _ values: UnsafeRawPointer, _ count: Int, _ valuesPerLane: Int,
      to out: UnsafeMutableRawPointer
    ) {
      let whole = count & ~63
      for k in stride(from: 0, to: whole, by: 64) {
        let bytes = (values + k).loadUnaligned(as: Words.self) ^ signs
        (out + k).storeBytes(of: bytes, as: Words.self)
      }
      for k in whole..<count {
        let byte = values.load(fromByteOffset: k, as: UInt8.self) ^ 0x80
        out.storeBytes(of: byte, toByteOffset: k, as: UInt8.self)
      }
    }

    /// In each lane, adds the products of a row's columns with the same ones of a token.
    @inline(__always)
    static func accumulate(
      _ sum: Integers, _ weights: Integers, _ x: Integers, _ valuesPerLane: Int
    ) -> Integers {
      addProducts(sum, weights, x)
    }
  }
#endif
