#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Every sum here has one order, whichever kernel computes it: 16 partial sums, each over every
// 16th element, then halves added to halves down to four, then neighbours. That is why logits do
// not depend on how a prompt is cut, nor on the number of threads.

typealias Vector = SIMD16<Float>

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
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

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
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
@inline(__always)
func multiplyAdd<V: SIMD>(_ sum: V, _ a: V, _ b: V) -> V where V.Scalar == Float {
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

extension SIMD16<Float> {
  /// The sum of all lanes.
  @inline(__always)
  var total: Float {
    let four = quarter
    return (four[0] + four[1]) + (four[2] + four[3])
  }

  /// Halves added to halves, down to four lanes.
  @inline(__always)
  var quarter: SIMD4<Float> {
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

/// The sum of the lanes of each, neighbours first.
@inline(__always)
private func addLanes(
  _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ d: SIMD4<Float>
) -> SIMD4<Float> {
  let ab = addPairs(a, b)
  let cd = addPairs(c, d)
  return addPairs(ab, cd)
}

@inline(__always)
private func addPairs(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
  SIMD4(lowHalf: a.evenHalf, highHalf: b.evenHalf) + SIMD4(lowHalf: a.oddHalf, highHalf: b.oddHalf)
}

// MARK: - Products

/// out[j * outStride + i] = row i of w · row j of x, for i in 0..<rows and j in 0..<count.
///
/// w: (rows, columns) at `wStride`, x: (count, columns) at `xStride` (run.c: `matmul`).
/// A block of tokens goes through tiles of 4 × 4 products, which use each load four times. A single
/// token takes w row by row, but where rows are short, as keys are: there four of them share the
/// work of adding up their lanes.
func products(
  _ w: UnsafePointer<Float>, _ wStride: Int, rows: Int,
  _ x: UnsafePointer<Float>, _ xStride: Int, count: Int, columns: Int,
  _ out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  let tiled = (rows: rows & ~3, count: count & ~3)
  for i in stride(from: 0, to: tiled.rows, by: 4) {
    for j in stride(from: 0, to: tiled.count, by: 4) {
      let out = out + (j &* outStride &+ i)
      tile(w + i &* wStride, wStride, x + j &* xStride, xStride, columns, out, outStride)
    }
  }
  for j in 0..<count {
    let (x, out) = (x + j &* xStride, out + j &* outStride)
    var i = j < tiled.count ? tiled.rows : 0
    while columns <= 256 && i &+ 4 <= rows {
      fourRows(w + i &* wStride, wStride, x, columns, out + i)
      i &+= 4
    }
    forEachRow(i..<rows) { row in
      out[row] = dot(w + row &* wStride, x, columns)
    }
  }
}

/// Calls `body` with every row, with those of four places in turn: four streams through memory keep
/// more of it on the way than one.
@inline(__always)
func forEachRow(_ rows: Range<Int>, _ body: (Int) -> Void) {
  let quarter = (rows.count &+ 3) / 4
  for first in rows.prefix(quarter) {
    for row in stride(from: first, to: rows.upperBound, by: quarter) { body(row) }
  }
}

/// a · b, both (count).
func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  var sum = Vector.zero
  var k = 0
  while k &+ 16 <= count {
    sum = multiplyAdd(sum, load(a + k), load(b + k))
    k &+= 16
  }
  if k < count {
    sum = multiplyAdd(sum, load(a + k, first: count &- k), load(b + k, first: count &- k))
  }
  return sum.total
}

/// Four rows of w, one of x.
private func fourRows(
  _ w: UnsafePointer<Float>, _ stride: Int, _ x: UnsafePointer<Float>, _ count: Int,
  _ out: UnsafeMutablePointer<Float>
) {
  let (w0, w1, w2, w3) = (w, w + stride, w + 2 &* stride, w + 3 &* stride)
  var sums = FourSums()
  var k = 0
  while k &+ 16 <= count {
    sums.add(load(w0 + k), load(w1 + k), load(w2 + k), load(w3 + k), times: load(x + k))
    k &+= 16
  }
  if k < count {
    let rest = count &- k
    sums.add(
      load(w0 + k, first: rest), load(w1 + k, first: rest), load(w2 + k, first: rest),
      load(w3 + k, first: rest), times: load(x + k, first: rest))
  }
  store(sums.totals, out)
}

/// Four rows of w, four of x: 16 sums that all stay in registers.
private func tile(
  _ w: UnsafePointer<Float>, _ wStride: Int, _ x: UnsafePointer<Float>, _ xStride: Int,
  _ count: Int, _ out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  let (w0, w1, w2, w3) = (w, w + wStride, w + 2 &* wStride, w + 3 &* wStride)
  let (x0, x1, x2, x3) = (x, x + xStride, x + 2 &* xStride, x + 3 &* xStride)
  var (s0, s1, s2, s3) = (FourSums(), FourSums(), FourSums(), FourSums())
  var k = 0
  while k &+ 16 <= count {
    let (a0, a1, a2, a3) = (load(w0 + k), load(w1 + k), load(w2 + k), load(w3 + k))
    s0.add(a0, a1, a2, a3, times: load(x0 + k))
    s1.add(a0, a1, a2, a3, times: load(x1 + k))
    s2.add(a0, a1, a2, a3, times: load(x2 + k))
    s3.add(a0, a1, a2, a3, times: load(x3 + k))
    k &+= 16
  }
  if k < count {
    let rest = count &- k
    let (a0, a1) = (load(w0 + k, first: rest), load(w1 + k, first: rest))
    let (a2, a3) = (load(w2 + k, first: rest), load(w3 + k, first: rest))
    s0.add(a0, a1, a2, a3, times: load(x0 + k, first: rest))
    s1.add(a0, a1, a2, a3, times: load(x1 + k, first: rest))
    s2.add(a0, a1, a2, a3, times: load(x2 + k, first: rest))
    s3.add(a0, a1, a2, a3, times: load(x3 + k, first: rest))
  }
  storeTotals(s0, s1, s2, s3, out, outStride)
}

/// The partial sums of four products.
struct FourSums {
  var s0 = Vector.zero
  var s1 = Vector.zero
  var s2 = Vector.zero
  var s3 = Vector.zero

  @inline(__always)
  mutating func add(_ a0: Vector, _ a1: Vector, _ a2: Vector, _ a3: Vector, times b: Vector) {
    s0 = multiplyAdd(s0, a0, b)
    s1 = multiplyAdd(s1, a1, b)
    s2 = multiplyAdd(s2, a2, b)
    s3 = multiplyAdd(s3, a3, b)
  }

  @inline(__always)
  mutating func add(_ other: FourSums) {
    s0 += other.s0
    s1 += other.s1
    s2 += other.s2
    s3 += other.s3
  }

  /// Adds other sums, each times the scales and then times one of four numbers at `stride`.
  @inline(__always)
  mutating func add(
    _ other: FourSums, scaledBy scales: Vector, times x: UnsafePointer<Float>, _ stride: Int
  ) {
    s0 = multiplyAdd(s0, other.s0 * scales, Vector(repeating: x[0]))
    s1 = multiplyAdd(s1, other.s1 * scales, Vector(repeating: x[stride]))
    s2 = multiplyAdd(s2, other.s2 * scales, Vector(repeating: x[2 &* stride]))
    s3 = multiplyAdd(s3, other.s3 * scales, Vector(repeating: x[3 &* stride]))
  }

  @inline(__always)
  mutating func add(_ a0: Float, _ a1: Float, _ a2: Float, _ a3: Float, times b: Vector) {
    add(
      Vector(repeating: a0), Vector(repeating: a1), Vector(repeating: a2), Vector(repeating: a3),
      times: b)
  }

  /// The first `count` of the partial sums of each.
  @inline(__always)
  func storeVectors(
    _ out0: UnsafeMutablePointer<Float>, _ out1: UnsafeMutablePointer<Float>,
    _ out2: UnsafeMutablePointer<Float>, _ out3: UnsafeMutablePointer<Float>, first count: Int
  ) {
    store(s0, out0, first: count)
    store(s1, out1, first: count)
    store(s2, out2, first: count)
    store(s3, out3, first: count)
  }

  /// The totals of the four sums.
  @inline(__always)
  var totals: SIMD4<Float> { addLanes(s0.quarter, s1.quarter, s2.quarter, s3.quarter) }

  /// Four lanes of each sum.
  @inline(__always)
  func storeQuarters(_ out: UnsafeMutablePointer<SIMD4<Float>>) {
    out[0] = s0.quarter
    out[1] = s1.quarter
    out[2] = s2.quarter
    out[3] = s3.quarter
  }
}

/// Stores the totals of 16 sums, those of each four as a row of out.
@inline(__always)
private func storeTotals(
  _ s0: FourSums, _ s1: FourSums, _ s2: FourSums, _ s3: FourSums,
  _ out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: 16) {
    let quarters = $0.baseAddress!
    s0.storeQuarters(quarters)
    s1.storeQuarters(quarters + 4)
    s2.storeQuarters(quarters + 8)
    s3.storeQuarters(quarters + 12)
    for j in 0..<4 { addQuarters(quarters + 4 &* j, out + j &* outStride) }
  }
}

/// out[i] = the sum of the lanes of quarters[i], for four of them.
///
/// Never inlined: where the compiler sees how the quarters came to be, it shuffles lanes before it
/// adds them, which takes several times as long.
@inline(never)
private func addQuarters(
  _ quarters: UnsafePointer<SIMD4<Float>>, _ out: UnsafeMutablePointer<Float>
) {
  store(addLanes(quarters[0], quarters[1], quarters[2], quarters[3]), out)
}

// MARK: - The other steps of a layer

/// x[i] += y[i], both (count).
func add(_ y: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, _ count: Int) {
  for i in 0..<count { x[i] += y[i] }
}

/// x[i] *= factor, (count).
func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, _ count: Int) {
  for i in 0..<count { x[i] *= factor }
}

/// out = weight x / √(mean(x²) + 1e-5), all (count) (Zhang and Sennrich 2019; run.c: `rmsnorm`).
func rmsnorm(
  _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
  _ count: Int
) {
  let scale = 1 / (dot(x, x, count) / Float(count) + 1e-5).squareRoot()
  for i in 0..<count { out[i] = weight[i] * (scale * x[i]) }
}

/// eˣ for x ≤ 88, to within a unit in the last place; 0 below -87.
///
/// x = n ln 2 + r, and e^r is a polynomial (Cephes: `expf`). Adding and taking away 1.5 · 2²³
/// rounds x / ln 2 to the integer n and leaves it in the low bits, ready to be an exponent.
@inline(__always)
func exp(_ x: Vector) -> Vector {
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
  let bits = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &<< 23
  let scaled = unsafeBitCast(unsafeBitCast(power, to: SIMD16<Int32>.self) &+ bits, to: Vector.self)
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
func isFinite(_ x: UnsafeBufferPointer<Float>) -> Bool {
  var sum = Vector.zero
  var i = 0
  while i &+ 16 <= x.count {
    sum += load(x.baseAddress! + i) * 0  // NaN for what is not finite
    i &+= 16
  }
  return sum == Vector.zero && x[i...].allSatisfy(\.isFinite)
}

/// x = e^(x - max) / Σ e^(x - max), (count) (run.c: `softmax`).
func softmax(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
  let largest = Vector(repeating: maximum(x, count))
  var sum = Vector.zero
  var i = 0
  while i &+ 16 <= count {
    let power = exp(load(x + i) - largest)
    store(power, x + i)
    sum += power
    i &+= 16
  }
  if i < count {
    let power = exp(load(x + i, first: count &- i) - largest)
    store(power, x + i, first: count &- i)
    sum += load(x + i, first: count &- i)
  }
  scale(x, by: 1 / sum.total, count)
}

/// gate = silu(gate) up, both (count), where silu(x) = x / (1 + e^-x) (Shazeer 2020: SwiGLU).
func swiglu(_ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int) {
  var i = 0
  while i &+ 16 <= count {
    store(silu(load(gate + i)) * load(up + i), gate + i)
    i &+= 16
  }
  if i < count {
    let rest = count &- i
    let result = silu(load(gate + i, first: rest)) * load(up + i, first: rest)
    store(result, gate + i, first: rest)
  }
}

@inline(__always)
private func silu(_ x: Vector) -> Vector {
  let negated = -x
  return x / (1 + exp(negated.replacing(with: 88, where: negated .> 88)))
}

/// out = x, (heads, headSize), with each pair turned by its angle, whose cosine and sine are given,
/// (headSize / 2) (Su et al. 2021: RoPE, on neighbouring pairs as in Llama's own code and in run.c).
func rope(
  _ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<Float>, heads: Int, headSize: Int,
  _ cos: UnsafePointer<Float>, _ sin: UnsafePointer<Float>
) {
  for head in 0..<heads {
    let (x, out) = (x + head &* headSize, out + head &* headSize)
    for i in 0..<headSize / 2 {
      let (a, b) = (x[2 &* i], x[2 &* i &+ 1])
      out[2 &* i] = a * cos[i] - b * sin[i]
      out[2 &* i &+ 1] = a * sin[i] + b * cos[i]
    }
  }
}

/// out(j) = Σ weights[j][t] values[t] over t in 0..<count, for j in 0..<queries.
///
/// weights: (queries, count) at `stride`, values: (count, headSize), out(j): (headSize).
/// Every element adds its values in the order of t. Four vectors of sums are kept at a time, since
/// one alone would wait for each addition: four of one query, or one of each of four queries, where
/// the last one stands in for those that are lacking.
func weightedSums(
  _ weights: UnsafePointer<Float>, _ weightStride: Int, queries: Int,
  _ values: UnsafePointer<Float>, count: Int, headSize: Int,
  _ out: (Int) -> UnsafeMutablePointer<Float>
) {
  for j in stride(from: 0, to: queries, by: 4) {
    let (j1, j2, j3) = (min(j + 1, queries - 1), min(j + 2, queries - 1), min(j + 3, queries - 1))
    let (w0, w1) = (weights + j &* weightStride, weights + j1 &* weightStride)
    let (w2, w3) = (weights + j2 &* weightStride, weights + j3 &* weightStride)
    var i = 0
    while j1 == j && i &+ 64 <= headSize {
      var sums = FourSums()
      for t in 0..<count {
        let v = values + (t &* headSize &+ i)
        sums.add(load(v), load(v + 16), load(v + 32), load(v + 48), times: Vector(repeating: w0[t]))
      }
      let out = out(j) + i
      sums.storeVectors(out, out + 16, out + 32, out + 48, first: 16)
      i &+= 64
    }
    while i < headSize {
      var sums = FourSums()
      for t in 0..<count {
        let value = load(values + (t &* headSize &+ i), first: headSize &- i)
        sums.add(w0[t], w1[t], w2[t], w3[t], times: value)
      }
      sums.storeVectors(
        out(j) + i, out(j1) + i, out(j2) + i, out(j3) + i, first: headSize &- i)
      i &+= 16
    }
  }
}
