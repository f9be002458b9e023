// Every sum of floats has one order, whichever kernel computes it: 16 partial sums, each over every
// 16th element, then halves added to halves down to four, then neighbours. That is why logits do
// not depend on how a prompt is cut, nor on the number of threads.

/// Weights that are multiplied as floats: how 16 of a row become a vector.
protocol FloatWeights {
  /// Bytes of one weight.
  static var size: Int { get }
  static func vector(at weights: UnsafeRawPointer) -> Vector
  /// As many lanes as `count` has weights, zeros for the others.
  static func vector(at weights: UnsafeRawPointer, first count: Int) -> Vector
  /// Below; requirements, so that each conformer has machine code of its own.
  static func copy(_ weights: UnsafeRawPointer, to out: UnsafeMutablePointer<Float>, _ count: Int)
  static func matmul(
    _ w: UnsafeRawPointer, _ wStride: Int, rows: Int,
    _ x: UnsafePointer<Float>, _ xStride: Int, count: Int, columns: Int,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int)
}

extension FloatWeights {
  @inline(__always)
  static func vector(at weights: UnsafeRawPointer, first count: Int) -> Vector {
    if count >= 16 { return vector(at: weights) }
    var padded = SIMD16<UInt32>.zero
    return withUnsafeMutableBytes(of: &padded) {
      $0.baseAddress!.copyMemory(from: weights, byteCount: count &* size)
      return vector(at: $0.baseAddress!)
    }
  }

  /// out (count) = weights, as fp32.
  static func copy(_ weights: UnsafeRawPointer, to out: UnsafeMutablePointer<Float>, _ count: Int) {
    for i in stride(from: 0, to: count, by: 16) {
      store(vector(at: weights + i &* size, first: count &- i), out + i, first: count &- i)
    }
  }
}

extension FloatWeights {
  /// out[j * outStride + i] = row i of w · row j of x, for i in 0..<rows and j in 0..<count.
  ///
  /// w: (rows, columns) at `wStride` bytes, x: (count, columns) at `xStride` (run.c: `matmul`).
  /// A block of tokens goes through tiles of 4 × 4 products, which use each load four times. A single
  /// token takes w row by row, but where rows are short, as keys are: there four of them share the
  /// work of adding up their lanes.
  static func matmul(
    _ w: UnsafeRawPointer, _ wStride: Int, rows: Int,
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

  /// w · x, both (count).
  static func dot(
    _ w: UnsafeRawPointer, _ x: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    var sum = Vector.zero
    var k = 0
    while k &+ 16 <= count {
      sum = multiplyAdd(sum, vector(at: w + k &* size), load(x + k))
      k &+= 16
    }
    if k < count {
      let rest = count &- k
      sum = multiplyAdd(sum, vector(at: w + k &* size, first: rest), load(x + k, first: rest))
    }
    return sum.total
  }

  /// Four rows of w, 16 columns each or what is left of them.
  @inline(__always)
  private static func loadFour(
    _ w: UnsafeRawPointer, _ stride: Int, _ k: Int, first count: Int = 16
  ) -> (Vector, Vector, Vector, Vector) {
    let w = w + k &* size
    return (
      vector(at: w, first: count), vector(at: w + stride, first: count),
      vector(at: w + 2 &* stride, first: count), vector(at: w + 3 &* stride, first: count)
    )
  }

  /// Four rows of w, one of x.
  private static func fourRows(
    _ w: UnsafeRawPointer, _ stride: Int, _ x: UnsafePointer<Float>, _ count: Int,
    _ out: UnsafeMutablePointer<Float>
  ) {
    var sums = FourSums()
    var k = 0
    while k &+ 16 <= count {
      let (a0, a1, a2, a3) = loadFour(w, stride, k)
      sums.add(a0, a1, a2, a3, times: load(x + k))
      k &+= 16
    }
    if k < count {
      let (a0, a1, a2, a3) = loadFour(w, stride, k, first: count &- k)
      sums.add(a0, a1, a2, a3, times: load(x + k, first: count &- k))
    }
    store(sums.totals, out)
  }

  /// Four rows of w, four of x: 16 sums that all stay in registers.
  private static func tile(
    _ w: UnsafeRawPointer, _ wStride: Int, _ x: UnsafePointer<Float>, _ xStride: Int,
    _ count: Int, _ out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    let (x0, x1, x2, x3) = (x, x + xStride, x + 2 &* xStride, x + 3 &* xStride)
    var (s0, s1, s2, s3) = (FourSums(), FourSums(), FourSums(), FourSums())
    var k = 0
    while k &+ 16 <= count {
      let (a0, a1, a2, a3) = loadFour(w, wStride, k)
      s0.add(a0, a1, a2, a3, times: load(x0 + k))
      s1.add(a0, a1, a2, a3, times: load(x1 + k))
      s2.add(a0, a1, a2, a3, times: load(x2 + k))
      s3.add(a0, a1, a2, a3, times: load(x3 + k))
      k &+= 16
    }
    if k < count {
      let rest = count &- k
      let (a0, a1, a2, a3) = loadFour(w, wStride, k, first: rest)
      s0.add(a0, a1, a2, a3, times: load(x0 + k, first: rest))
      s1.add(a0, a1, a2, a3, times: load(x1 + k, first: rest))
      s2.add(a0, a1, a2, a3, times: load(x2 + k, first: rest))
      s3.add(a0, a1, a2, a3, times: load(x3 + k, first: rest))
    }
    storeTotals(s0, s1, s2, s3, out, outStride)
  }
}

/// Calls `body` with every row, with those of four places in turn: four streams through memory keep
/// more of it on the way than one.
@inline(__always)
func forEachRow(_ rows: Range<Int>, _ body: (Int) -> Void) {
  let distance = (rows.count &+ 3) / 4
  for first in rows.prefix(distance) {
    for row in stride(from: first, to: rows.upperBound, by: distance) { body(row) }
  }
}

/// Stores the totals of 16 sums, those of each four as a row of out.
@inline(__always)
private func storeTotals(
  _ s0: FourSums, _ s1: FourSums, _ s2: FourSums, _ s3: FourSums,
  _ out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: 16) {
    let folded = $0.baseAddress!
    s0.storeFolded(folded)
    s1.storeFolded(folded + 4)
    s2.storeFolded(folded + 8)
    s3.storeFolded(folded + 12)
    for j in 0..<4 { addFolded(folded + 4 &* j, out + j &* outStride) }
  }
}

/// out[i] = the sum of the lanes of folded[i], for four of them.
///
/// Never inlined: where the compiler sees how the vectors came to be, it shuffles lanes before it
/// adds them, which takes several times as long.
@inline(never)
private func addFolded(
  _ folded: UnsafePointer<SIMD4<Float>>, _ out: UnsafeMutablePointer<Float>
) {
  store(addLanes(folded[0], folded[1], folded[2], folded[3]), out)
}
