// Every product of floats has one order, whichever kernel computes it: 16 partial sums, each over every
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
  /// A single token takes w row by row, of short rows four at a time, which share the work of adding up
  /// their lanes. So does each token where w has too few rows for a tile.
  static func matmul(
    _ w: UnsafeRawPointer, _ wStride: Int, rows: Int,
    _ x: UnsafePointer<Float>, _ xStride: Int, count: Int, columns: Int,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    if rows >= Tile.rows && count > 1 {
      return blockMatmul(
        w, wStride, rows: rows, x, xStride, count: count, columns: columns, out, outStride)
    }
    for j in 0..<count {
      let (x, out) = (x + j &* xStride, out + j &* outStride)
      var i = 0
      while columns <= 256 && i &+ 4 <= rows {
        fourRows(w + i &* wStride, wStride, x, columns, out + i)
        i &+= 4
      }
      forEachRow(i..<rows) { row in
        out[row] = dot(w + row &* wStride, x, columns)
      }
    }
  }

  /// Whether a row asks for what is 4 KB behind it. Most of a stream through memory comes by itself, but
  /// for the beginning of each page. With AVX2 and fp32, where reading is all that takes time, it comes
  /// faster by itself.
  @inline(__always)
  private static var asksAhead: Bool {
    #if FMA && !VNNI
      size < 4
    #else
      true
    #endif
  }

  /// w · x, both (count).
  static func dot(
    _ w: UnsafeRawPointer, _ x: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    var sum = Vector.zero
    var k = 0
    while k &+ 16 <= count {
      if asksAhead { prefetch(w + (k &* size &+ 4096)) }
      sum = multiplyAdd(sum, vector(at: w + k &* size), load(x + k))
      k &+= 16
    }
    if k < count {
      let rest = count &- k
      sum = multiplyAdd(sum, vector(at: w + k &* size, first: rest), load(x + k, first: rest))
    }
    return sum.total
  }

  /// Four rows of w, one of x.
  private static func fourRows(
    _ w: UnsafeRawPointer, _ stride: Int, _ x: UnsafePointer<Float>, _ count: Int,
    _ out: UnsafeMutablePointer<Float>
  ) {
    var sums = Four { _ in Vector.zero }
    var k = 0
    while k &+ 16 <= count {
      let x = load(x + k)
      let rows = Four { vector(at: w + ($0 &* stride &+ k &* size)) }
      sums = sums.map(rows) { multiplyAdd($0, $1, x) }
      k &+= 16
    }
    if k < count {
      let x = load(x + k, first: count &- k)
      let rows = Four { vector(at: w + ($0 &* stride &+ k &* size), first: count &- k) }
      sums = sums.map(rows) { multiplyAdd($0, $1, x) }
    }
    store(sums.totals, out)
  }
}

/// Calls `body` with every row, with those of four places in turn: several streams through memory keep
/// more of it on the way than one. With AVX2 one stream is as fast as four, and faster in quantised formats.
@inline(__always)
func forEachRow(_ rows: Range<Int>, _ body: (Int) -> Void) {
  #if FMA && !VNNI
    let places = 1
  #else
    let places = 4
  #endif
  let distance = (rows.count &+ places &- 1) / places
  for first in rows.prefix(distance) {
    for row in stride(from: first, to: rows.upperBound, by: distance) { body(row) }
  }
}
