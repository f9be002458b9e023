@usableFromInline
package typealias Vector = SIMD16<Float>

@inlinable
@inline(__always)
package func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

/// As many lanes as `count` has elements, zeros for the others: what is left of a row.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, first count: Int) -> Vector {
  if count >= 16 { return load(pointer) }
  guard count == 8 else { return loadLanes(pointer, count) }
  let eight = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
  return Vector(lowHalf: eight, highHalf: .zero)
}

/// Never inlined: it is long, and seldom needed.
@inline(never)
private func loadLanes(_ pointer: UnsafePointer<Float>, _ count: Int) -> Vector {
  var vector = Vector.zero
  for i in 0..<count { vector[i] = pointer[i] }
  return vector
}

@inline(__always)
func store(_ vector: SIMD4<Float>, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: SIMD4<Float>.self)
}

@inlinable
@inline(__always)
package func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// As many lanes as `count` has elements.
@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, first count: Int) {
  if count >= 16 { return store(vector, pointer) }
  for i in 0..<count { pointer[i] = vector[i] }
}

/// sum + a b. Without a fused instruction, which Swift cannot ask for, `addingProduct` is a call
/// into libm for each lane: the Makefile's native build defines FMA where the processor has it.
@inlinable
@inline(__always)
package func multiplyAdd<V: SIMD>(_ sum: V, _ a: V, _ b: V) -> V where V.Scalar == Float {
  #if FMA || arch(arm64)
    sum.addingProduct(a, b)
  #else
    sum + a * b
  #endif
}

@inline(__always)
func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float {
  #if FMA || arch(arm64)
    sum.addingProduct(a, b)
  #else
    sum + a * b
  #endif
}

/// Asks for a cache line, for the second-level cache, and does not wait for it.
///
/// Only in builds for processors with FMA or dot products (see the Makefile): no others are fast enough to
/// wait for memory much, and the thread sanitizer, which does not compile this, runs in plain builds.
@inline(__always)
func prefetch(_ pointer: UnsafeRawPointer) {
  #if FMA || DOTPROD
    llvmPrefetch(pointer, 0, 2, 1)
  #endif
}

/// The same for each line of some bytes.
@inline(__always)
func prefetch(_ pointer: UnsafeRawPointer, bytes: Int) {
  for offset in stride(from: 0, to: bytes, by: 64) { prefetch(pointer + offset) }
}

#if FMA || DOTPROD
  /// LLVM's intrinsic: 0 to read, locality 0 to 3, 1 for data; all but the pointer must be literals.
  @_silgen_name("llvm.prefetch.p0")
  private func llvmPrefetch(
    _ pointer: UnsafeRawPointer, _ write: Int32, _ locality: Int32, _ data: Int32)
#endif

extension SIMD16<Float> {
  /// The sum of all lanes.
  @inlinable
  @inline(__always)
  package var total: Float {
    let four = folded
    return (four[0] + four[1]) + (four[2] + four[3])
  }

  /// Halves added to halves, down to four lanes.
  @inlinable
  @inline(__always)
  package var folded: SIMD4<Float> {
    let eight = lowHalf + highHalf
    return eight.lowHalf + eight.highHalf
  }

  /// The largest lane. `max()` looks at one after the other.
  @inline(__always)
  var largest: Float {
    let eight = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let four = eight.lowHalf.replacing(
      with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
    return Swift.max(Swift.max(four[0], four[1]), Swift.max(four[2], four[3]))
  }
}

/// Four values, such as one for each of four tokens, rows or queries.
struct Four<Value> {
  var t0: Value
  var t1: Value
  var t2: Value
  var t3: Value

  @inline(__always)
  init(_ value: (_ index: Int) -> Value) {
    (t0, t1, t2, t3) = (value(0), value(1), value(2), value(3))
  }

  @inline(__always)
  private init(_ t0: Value, _ t1: Value, _ t2: Value, _ t3: Value) {
    (self.t0, self.t1, self.t2, self.t3) = (t0, t1, t2, t3)
  }

  @inline(__always)
  func map<Result>(_ transform: (Value) -> Result) -> Four<Result> {
    Four<Result>(transform(t0), transform(t1), transform(t2), transform(t3))
  }

  @inline(__always)
  func map<A, Result>(_ a: Four<A>, _ transform: (Value, A) -> Result) -> Four<Result> {
    Four<Result>(
      transform(t0, a.t0), transform(t1, a.t1), transform(t2, a.t2), transform(t3, a.t3))
  }
}

extension Four<Vector> {
  /// The sums of the lanes of each.
  @inline(__always)
  var totals: SIMD4<Float> {
    let pairs = addNeighbours(quarters, quarters)
    return addNeighbours(pairs, pairs).lowHalf.lowHalf
  }

  /// Halves of each added to halves, down to four lanes of each.
  @inline(__always)
  var quarters: Vector {
    let ab = unsafeBitCast(addHalves(t0, t1), to: LanePairs.self)
    let cd = unsafeBitCast(addHalves(t2, t3), to: LanePairs.self)
    let (a, b, c, d) = (ab.lowHalf, ab.highHalf, cd.lowHalf, cd.highHalf)
    let low = LanePairs(
      lowHalf: SIMD4(lowHalf: a.lowHalf, highHalf: b.lowHalf),
      highHalf: SIMD4(lowHalf: c.lowHalf, highHalf: d.lowHalf))
    let high = LanePairs(
      lowHalf: SIMD4(lowHalf: a.highHalf, highHalf: b.highHalf),
      highHalf: SIMD4(lowHalf: c.highHalf, highHalf: d.highHalf))
    return unsafeBitCast(low, to: Vector.self) + unsafeBitCast(high, to: Vector.self)
  }
}

// MARK: - Sums of lanes
//
// Lanes change places as integers: were they floats, the compiler would move them before it adds,
// which takes several times as many instructions.

private typealias LanePairs = SIMD8<UInt64>

/// The halves of a added, and those of b.
@inline(__always)
private func addHalves(_ a: Vector, _ b: Vector) -> Vector {
  let (a, b) = (unsafeBitCast(a, to: LanePairs.self), unsafeBitCast(b, to: LanePairs.self))
  return unsafeBitCast(LanePairs(lowHalf: a.lowHalf, highHalf: b.lowHalf), to: Vector.self)
    + unsafeBitCast(LanePairs(lowHalf: a.highHalf, highHalf: b.highHalf), to: Vector.self)
}

/// Each lane at an even place and its neighbour added: those of a, then those of b.
@inline(__always)
func addNeighbours(_ a: Vector, _ b: Vector) -> Vector {
  typealias Lanes = SIMD16<UInt32>
  let (a, b) = (unsafeBitCast(a, to: Lanes.self), unsafeBitCast(b, to: Lanes.self))
  return unsafeBitCast(Lanes(lowHalf: a.evenHalf, highHalf: b.evenHalf), to: Vector.self)
    + unsafeBitCast(Lanes(lowHalf: a.oddHalf, highHalf: b.oddHalf), to: Vector.self)
}

// MARK: - Functions of vectors and of arrays

/// x[i] += y[i], both (count).
func add(_ y: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ count: Int) {
  for i in 0..<count { x[i] += y[i] }
}

/// x[i] *= factor, (count).
func multiply(_ x: UnsafeMutablePointer<Float>, by factor: Float, _ count: Int) {
  for i in 0..<count { x[i] *= factor }
}

/// Σ x[i], (count).
func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var sum = Vector.zero
  var i = 0
  while i &+ 16 <= count {
    sum += load(x + i)
    i &+= 16
  }
  if i < count { sum += load(x + i, first: count &- i) }
  return sum.total
}

/// eˣ for x ≤ 88, to within a unit in the last place; 0 below -87.
///
/// x = n ln 2 + r, and e^r is a polynomial (Cephes: `expf`). Adding and taking away 1.5 · 2²³
/// rounds x / ln 2 to the integer n and leaves it in the low bits, ready to be the exponent of 2ⁿ. The
/// product with that is exact, and NaN where x is.
@inlinable
@inline(__always)
package func exp(_ x: Vector) -> Vector {
  let clamped = x.replacing(with: -87, where: x .< -87)
  let magic = Vector(repeating: 12_582_912)
  let shifted = multiplyAdd(magic, clamped, Vector(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = multiplyAdd(clamped, n, Vector(repeating: -0.693_359_375))
  r = multiplyAdd(r, n, Vector(repeating: 2.121_944_4e-4))
  var p = Vector(repeating: 1.987_569_2e-4)
  p = multiplyAdd(Vector(repeating: 1.398_199_9e-3), p, r)
  p = multiplyAdd(Vector(repeating: 8.333_452e-3), p, r)
  p = multiplyAdd(Vector(repeating: 4.166_579_6e-2), p, r)
  p = multiplyAdd(Vector(repeating: 0.166_666_65), p, r)
  p = multiplyAdd(Vector(repeating: 0.5), p, r)
  let power = multiplyAdd(r, p, r * r) + 1
  let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23 &+ 0x3F80_0000
  let scaled = power * unsafeBitCast(exponent, to: Vector.self)
  return scaled.replacing(with: 0, where: x .< -87)
}

/// Lane by lane, the larger; a where b is NaN.
@inline(__always)
func maximum(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: b .> a) }

/// The largest of x, (count), NaN left out.
func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var largest = Vector(repeating: -.infinity)
  var i = 0
  while i &+ 16 <= count {
    largest = maximum(largest, load(x + i))
    i &+= 16
  }
  var result = largest.largest
  while i < count {
    result = x[i] > result ? x[i] : result
    i &+= 1
  }
  return result
}

/// Whether no element is NaN or infinite.
package func isFinite(_ x: UnsafeBufferPointer<Float>) -> Bool {
  var sum = Vector.zero
  var i = 0
  while i &+ 16 <= x.count {
    sum += load(x.baseAddress! + i) * 0  // NaN for what is not finite
    i &+= 16
  }
  return sum == Vector.zero && x[i...].allSatisfy(\.isFinite)
}
