#if arch(arm64)
  import _Builtin_intrinsics.arm.neon

  // The Makefile defines DOTPROD where the processor has arm64's instruction for int8, which multiplies 16
  // pairs of signed bytes and adds each four of the products.

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

  extension Int8Tile {
    // Two registers each: a row's columns are loaded once for both.
    typealias Integers = SIMD8<Int32>
    typealias Floats = SIMD8<Float>

    static func valuesPerLane(bits: Int) -> Int { 4 }

    /// In each lane, adds the products of a row's columns with the same ones of a token.
    @inline(__always)
    static func accumulate(
      _ sum: Integers, _ weights: Integers, _ x: Integers, _ valuesPerLane: Int
    ) -> Integers {
      @inline(__always) func bytes(_ lanes: SIMD4<Int32>) -> SIMD16<Int8> {
        unsafeBitCast(lanes, to: SIMD16<Int8>.self)
      }
      return Integers(
        lowHalf: addProducts(sum.lowHalf, bytes(weights.lowHalf), bytes(x.lowHalf)),
        highHalf: addProducts(sum.highHalf, bytes(weights.highHalf), bytes(x.highHalf)))
    }
  }
#endif
