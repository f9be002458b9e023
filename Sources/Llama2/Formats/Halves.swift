/// A format of 16-bit floats, stored as they are, at any address.
protocol HalfFormat {
  /// The value of one weight.
  static func float(_ bits: UInt16) -> Float
  /// 16 weights.
  static func load(_ pointer: UnsafeRawPointer) -> Vector
}

/// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of significand.
enum F16: HalfFormat {
  #if arch(arm64) || (FMA && !os(macOS))
    // Every processor with FMA has instructions for this as well. Float16 is not on Intel Macs,
    // and without the instructions a conversion is a call.
    @inline(__always)
    static func float(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }

    @inline(__always)
    static func load(_ pointer: UnsafeRawPointer) -> Vector {
      let halves = pointer.loadUnaligned(as: SIMD16<Float16>.self)
      var floats = Vector.zero
      for lane in 0..<16 { floats[lane] = Float(halves[lane]) }
      return floats
    }
  #else
    @inline(__always)
    static func float(_ bits: UInt16) -> Float {
      let sign = UInt32(bits & 0x8000) &<< 16
      // Where the significand and the exponent belong in a Float; then the exponent's bias.
      let shifted = Int32(bits & 0x7FFF) &<< 13
      let infinite = (0x0F7F_FFFF &- shifted) &>> 31  // all bits for infinity and NaN
      let biased = shifted &+ 0x3800_0000 &+ (infinite & 0x3800_0000)
      let float = Float(bitPattern: UInt32(bitPattern: biased))
      // A subnormal number s 2⁻²⁴ is (1024 + s) 2⁻²⁵ here.
      let subnormal = (shifted &- 0x0080_0000) &>> 31  // all bits for subnormal numbers and zero
      let excess = (float - 0x1p-14).bitPattern & UInt32(bitPattern: subnormal)
      return Float(bitPattern: (float + Float(bitPattern: excess)).bitPattern | sign)
    }

    /// The steps of `float`, of 16 at once.
    @inline(__always)
    static func load(_ pointer: UnsafeRawPointer) -> Vector {
      let bits = BF16.widen(pointer)
      let sign = bits & Int32(bitPattern: 0x8000_0000)
      let shifted = (bits & 0x7FFF_0000) &>> 3
      let infinite = (0x0F7F_FFFF &- shifted) &>> 31
      let floats = unsafeBitCast(
        shifted &+ 0x3800_0000 &+ (infinite & 0x3800_0000), to: Vector.self)
      let subnormal = (shifted &- 0x0080_0000) &>> 31
      let excess = unsafeBitCast(floats - 0x1p-14, to: SIMD16<Int32>.self) & subnormal
      let sums = floats + unsafeBitCast(excess, to: Vector.self)
      return unsafeBitCast(unsafeBitCast(sums, to: SIMD16<Int32>.self) | sign, to: Vector.self)
    }
  #endif
}

/// bfloat16: the upper half of a Float.
enum BF16: HalfFormat {
  @inline(__always)
  static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) &<< 16) }

  @inline(__always)
  static func load(_ pointer: UnsafeRawPointer) -> Vector {
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
}
