#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Every sum here has one order, whichever kernel computes it: 16 partial sums, each over every
// 16th element, then halves added to halves. That is why logits do not depend on how a prompt is
// cut, nor on the number of threads.

typealias Vector = SIMD16<Float>

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

/// As many lanes as `count` has elements, zeros for the others: what is left of a row.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, first count: Int) -> Vector {
  if count >= 16 { return load(pointer) }
  var vector = Vector.zero
  var k = 0
  if count & 8 != 0 {
    vector.lowHalf = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
    k = 8
  }
  while k < count {
    vector[k] = pointer[k]
    k &+= 1
  }
  return vector
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// sum + a b. Without a fused instruction, which Swift cannot ask for, `addingProduct` is a call
/// into libm for each lane: the Makefile's native build defines FMA where the processor has it.
@inline(__always)
func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
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
  /// The sum of all lanes, halves added to halves.
  @inline(__always)
  var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}

// MARK: - Products

/// out[j * outStride + i] = row i of w · row j of x, for i in 0..<rows and j in 0..<count.
///
/// w: (rows, columns) at `wStride`, x: (count, columns) at `xStride` (run.c: `matmul`).
/// A block of tokens goes through tiles of 4 × 4 products, which use each load four times. A single
/// token takes w row by row: one stream through memory is what its prefetchers follow best.
func products(
  _ w: UnsafePointer<Float>, _ wStride: Int, rows: Int,
  _ x: UnsafePointer<Float>, _ xStride: Int, count: Int, columns: Int,
  _ out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  var i = 0
  while i < rows {
    let height = i &+ 4 <= rows && count >= 4 ? 4 : 1
    let w = w + i &* wStride
    var j = 0
    while height == 4 && j &+ 4 <= count {
      tile(w, wStride, x + j &* xStride, xStride, columns, out + (j &* outStride &+ i), outStride)
      j &+= 4
    }
    while j < count {
      for k in 0..<height {
        out[j &* outStride &+ i &+ k] = dot(w + k &* wStride, x + j &* xStride, columns)
      }
      j &+= 1
    }
    i &+= height
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
  s0.storeTotals(out)
  s1.storeTotals(out + outStride)
  s2.storeTotals(out + 2 &* outStride)
  s3.storeTotals(out + 3 &* outStride)
}

/// The partial sums of four products.
struct FourSums {
  private var s0 = Vector.zero
  private var s1 = Vector.zero
  private var s2 = Vector.zero
  private var s3 = Vector.zero

  @inline(__always)
  mutating func add(_ a0: Vector, _ a1: Vector, _ a2: Vector, _ a3: Vector, times b: Vector) {
    s0 = multiplyAdd(s0, a0, b)
    s1 = multiplyAdd(s1, a1, b)
    s2 = multiplyAdd(s2, a2, b)
    s3 = multiplyAdd(s3, a3, b)
  }

  /// Adds other sums, each times its own scales, 16 at `stride`, and then times b.
  @inline(__always)
  mutating func add(
    _ other: FourSums, scaledBy scales: UnsafePointer<Float>, _ stride: Int, times b: Vector
  ) {
    add(
      other.s0 * load(scales), other.s1 * load(scales + stride),
      other.s2 * load(scales + 2 &* stride), other.s3 * load(scales + 3 &* stride), times: b)
  }

  @inline(__always)
  mutating func add(_ a0: Float, _ a1: Float, _ a2: Float, _ a3: Float, times b: Vector) {
    add(
      Vector(repeating: a0), Vector(repeating: a1), Vector(repeating: a2), Vector(repeating: a3),
      times: b)
  }

  /// The partial sums themselves, 16 of each.
  @inline(__always)
  func storeVectors(
    _ out0: UnsafeMutablePointer<Float>, _ out1: UnsafeMutablePointer<Float>,
    _ out2: UnsafeMutablePointer<Float>, _ out3: UnsafeMutablePointer<Float>
  ) {
    store(s0, out0)
    store(s1, out1)
    store(s2, out2)
    store(s3, out3)
  }

  /// The sums of the partial sums, one of each.
  @inline(__always)
  func storeTotals(_ out: UnsafeMutablePointer<Float>) {
    out[0] = s0.total
    out[1] = s1.total
    out[2] = s2.total
    out[3] = s3.total
  }
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

/// The largest of x, (count), NaN left out.
func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var largest = Vector(repeating: -.infinity)
  var i = 0
  while i &+ 16 <= count {
    let x = load(x + i)
    largest.replace(with: x, where: x .> largest)
    i &+= 16
  }
  var result = largest.max()
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
    for k in 0..<count &- i { x[i &+ k] = power[k] }
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
    for k in 0..<rest { gate[i &+ k] = result[k] }
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
/// Every element adds its values in the order of t. Four vectors of sums are kept at a time: those
/// of four queries, which share what they load, or four of one query.
func weightedSums(
  _ weights: UnsafePointer<Float>, _ stride: Int, queries: Int,
  _ values: UnsafePointer<Float>, count: Int, headSize: Int,
  _ out: (Int) -> UnsafeMutablePointer<Float>
) {
  var j = 0
  while j < queries {
    let (w0, four) = (weights + j &* stride, j &+ 4 <= queries)
    let (w1, w2, w3) = (w0 + stride, w0 + 2 &* stride, w0 + 3 &* stride)
    var i = 0
    while four && i &+ 16 <= headSize {
      var sums = FourSums()
      for t in 0..<count {
        sums.add(w0[t], w1[t], w2[t], w3[t], times: load(values + (t &* headSize &+ i)))
      }
      sums.storeVectors(out(j) + i, out(j &+ 1) + i, out(j &+ 2) + i, out(j &+ 3) + i)
      i &+= 16
    }
    while !four && i &+ 64 <= headSize {
      var sums = FourSums()
      for t in 0..<count {
        let v = values + (t &* headSize &+ i)
        sums.add(load(v), load(v + 16), load(v + 32), load(v + 48), times: Vector(repeating: w0[t]))
      }
      let out = out(j) + i
      sums.storeVectors(out, out + 16, out + 32, out + 48)
      i &+= 64
    }
    for k in 0..<(four ? 4 : 1) {
      weightedSum(w0 + k &* stride, values, count, headSize, from: i, out(j &+ k))
    }
    j &+= four ? 4 : 1
  }
}

/// The elements of one weighted sum from `first` on.
private func weightedSum(
  _ weights: UnsafePointer<Float>, _ values: UnsafePointer<Float>, _ count: Int, _ headSize: Int,
  from first: Int, _ out: UnsafeMutablePointer<Float>
) {
  var i = first
  while i &+ 16 <= headSize {
    var sum = Vector.zero
    for t in 0..<count {
      sum = multiplyAdd(sum, Vector(repeating: weights[t]), load(values + (t &* headSize &+ i)))
    }
    store(sum, out + i)
    i &+= 16
  }
  while i < headSize {
    var sum: Float = 0
    for t in 0..<count { sum = multiplyAdd(sum, weights[t], values[t &* headSize &+ i]) }
    out[i] = sum
    i &+= 1
  }
}
