/// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of significand.
enum F16: FloatWeights {
  static var size: Int { 2 }

  #if arch(arm64) || (FMA && !os(macOS))
    // A processor with FMA converts Float16 in one instruction as well; without it the conversion is
    // a call, and on an Intel Mac there is no Float16.
    @inline(__always)
    static func float(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }

    @inline(__always)
    static func vector(at pointer: UnsafeRawPointer) -> Vector {
      let halves = pointer.loadUnaligned(as: SIMD16<Float16>.self)
      var floats = Vector.zero
      for lane in 0..<16 { floats[lane] = Float(halves[lane]) }
      return floats
    }

    @inline(__always)
    static func floats(_ bits: SIMD8<UInt16>) -> SIMD8<Float> {
      let halves = unsafeBitCast(bits, to: SIMD8<Float16>.self)
      var floats = SIMD8<Float>.zero
      for lane in 0..<8 { floats[lane] = Float(halves[lane]) }
      return floats
    }
  #else
    @inline(__always)
    static func float(_ bits: UInt16) -> Float {
      let sign = UInt32(bits & 0x8000) &<< 16
      let magnitude = UInt32(bits & 0x7FFF) &<< 13
      switch bits & 0x7C00 {
      case 0: return Float(bitPattern: (Float(bits & 0x3FF) * 0x1p-24).bitPattern | sign)
      case 0x7C00: return Float(bitPattern: magnitude | 0x7F80_0000 | sign)
      default: return Float(bitPattern: (magnitude &+ 0x3800_0000) | sign)
      }
    }

    @inline(__always)
    static func vector(at pointer: UnsafeRawPointer) -> Vector {
      let halves = pointer.loadUnaligned(as: SIMD16<UInt16>.self)
      return Vector(lowHalf: floats(halves.lowHalf), highHalf: floats(halves.highHalf))
    }

    // Four at a time: LLVM takes apart what is wider than a register.

    @inline(__always)
    static func floats(_ halves: SIMD8<UInt16>) -> SIMD8<Float> {
      SIMD8(lowHalf: floats(halves.lowHalf), highHalf: floats(halves.highHalf))
    }

    @inline(__always)
    private static func floats(_ halves: SIMD4<UInt16>) -> SIMD4<Float> {
      var pairs = SIMD8<UInt16>.zero
      pairs.oddHalf = halves
      let bits = unsafeBitCast(pairs, to: SIMD4<Int32>.self)
      let sign = bits & Int32(bitPattern: 0x8000_0000)
      let magnitude = (bits & 0x7FFF_0000) &>> 3
      // Comparisons of integers go lane by lane; these have all bits set where they hold.
      let isSubnormal = (magnitude &- 0x0080_0000) &>> 31
      let isInfiniteOrNaN = (0x0F7F_FFFF &- magnitude) &>> 31
      let floats = unsafeBitCast(
        magnitude &+ 0x3800_0000 &+ (isInfiniteOrNaN & 0x3800_0000), to: SIMD4<Float>.self)
      // A subnormal s 2⁻²⁴ has become x = (1024 + s) 2⁻²⁵, and is x + (x - 2⁻¹⁴).
      let rest = unsafeBitCast(floats - 0x1p-14, to: SIMD4<Int32>.self) & isSubnormal
      let sums = floats + unsafeBitCast(rest, to: SIMD4<Float>.self)
      return unsafeBitCast(unsafeBitCast(sums, to: SIMD4<Int32>.self) | sign, to: SIMD4<Float>.self)
    }
  #endif
}

/// bfloat16: the upper half of a Float.
enum BF16: FloatWeights {
  static var size: Int { 2 }

  @inline(__always)
  static func vector(at pointer: UnsafeRawPointer) -> Vector {
    unsafeBitCast(widen(pointer), to: Vector.self)
  }

  /// 16 weights, as the upper halves of words.
  @inline(__always)
  static func widen(_ pointer: UnsafeRawPointer) -> SIMD16<Int32> {
    let halves = pointer.loadUnaligned(as: SIMD16<UInt16>.self)
    var words = SIMD16<Int32>.zero
    for lane in 0..<16 { words[lane] = Int32(halves[lane]) }
    return words &<< 16
  }
}

extension UnsafeRawPointer {
  /// The Float16 that stands `offset` bytes on, such as a block's scale.
  @inline(__always)
  func half(at offset: Int) -> Float {
    F16.float(loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  /// The Float16 here and seven more, `stride` bytes apart.
  @inline(__always)
  func eightHalves(stride: Int) -> SIMD8<Float> { F16.floats(eight(UInt16.self, stride: stride)) }

  /// The Float16 here and the one behind it, and seven more of each, `stride` bytes apart.
  @inline(__always)
  func eightPairsOfHalves(stride: Int) -> (SIMD8<Float>, SIMD8<Float>) {
    let pairs = unsafeBitCast(eight(UInt32.self, stride: stride), to: SIMD16<UInt16>.self)
    return (F16.floats(pairs.evenHalf), F16.floats(pairs.oddHalf))
  }

  /// The integer here and seven more, `stride` bytes apart.
  @inline(__always)
  private func eight<Integer: SIMDScalar & FixedWidthInteger>(
    _: Integer.Type, stride: Int
  ) -> SIMD8<Integer> {
    var integers = SIMD8<Integer>.zero
    for i in 0..<8 {
      #if FMA
        // Number i is lane i of these bytes, none of which is behind the last block: to select a lane of a
        // vector takes less than to insert one.
        let size = MemoryLayout<Integer>.size
        let lanes = loadUnaligned(
          fromByteOffset: (stride &- size) &* i, as: SIMD8<Integer>.self)
        var isLaneI = SIMDMask<SIMD8<Integer.SIMDMaskScalar>>(repeating: false)
        isLaneI[i] = true
        integers.replace(with: lanes, where: isLaneI)
      #else
        integers[i] = loadUnaligned(fromByteOffset: stride &* i, as: Integer.self)
      #endif
    }
    return integers
  }
}

/// The nearest Float16, to even among equals, in the lower halves of the lanes; what is too large
/// is infinite, and a NaN stays one.
///
/// A Float16 has 13 bits less than a Float, and subnormals have even less. Both are rounded by one
/// addition: x, scaled, is added to a power of two so much larger that the sum's last place is that of
/// the result.
@inlinable
@inline(__always)
package func float16(_ x: SIMD16<Float>) -> SIMD16<Int32> {
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self)
  let magnitude = bits & 0x7FFF_FFFF
  // 4 |x|, or infinity beyond Float16's range.
  let scaled = unsafeBitCast(magnitude, to: SIMD16<Float>.self) * 0x1p112 * 0x1p-110
  // The exponent of x, at least that of the smallest normal Float16, and 15.
  let smallest = SIMD16<Int32>(repeating: 0x3880_0000)
  let below = (magnitude &- smallest) &>> 31
  let exponent =
    ((((magnitude & 0x7F80_0000) & ~below) | (smallest & below)) &+ 0x0780_0000)
  let sum = unsafeBitCast(
    unsafeBitCast(exponent, to: SIMD16<Float>.self) + scaled, to: SIMD16<Int32>.self)
  let finite = ((sum &>> 13) & 0x7C00) &+ (sum & 0x0FFF)
  let nan = 0x7E00 | ((magnitude &>> 13) & 0x3FF)
  let isNaN = (0x7F80_0000 &- magnitude) &>> 31
  return ((bits &>> 16) & 0x8000) | (finite & ~isNaN) | (nan & isNaN)
}
