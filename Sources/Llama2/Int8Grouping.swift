#if arch(x86_64)
  import _Builtin_intrinsics.intel
#endif

// The groups of one step of a product (Int8Products.swift): 64 weights at a time are multiplied with
// activations, their products added up to one integer for each group, and those become floats. The first
// two depend on the processor: Int8VNNI.swift, Int8AVX2.swift, Int8NEON.swift, Int8Portable.swift.

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
