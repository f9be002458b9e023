// The products of floats for a block of tokens: tiles of a few rows by a few tokens, which use each load
// several times, over panels of weights that stay in a core's first-level cache.

extension FloatWeights {
  /// `matmul` for at least `Tile.rows` rows and two tokens.
  static func blockMatmul(
    _ w: UnsafeRawPointer, _ wStride: Int, rows: Int,
    _ x: UnsafePointer<Float>, _ xStride: Int, count: Int, columns: Int,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    if columns % 16 == 0 {
      return panels(
        w, wStride, rows: rows, FloatRows(start: x, stride: 4 &* xStride), count: count,
        columns: columns, out, outStride)
    }
    let stride = (columns &+ 15) & ~15
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count &* stride) {
      let padded = $0.baseAddress!
      Float32Weights.copy(
        x, 4 &* xStride, rows: count, columns: columns, to: padded, stride)
      panels(
        w, wStride, rows: rows, FloatRows(start: padded, stride: 4 &* stride), count: count,
        columns: columns, out, outStride)
    }
  }

  /// The same for x whose rows are whole vectors, with zeros behind the last column.
  ///
  /// A panel is some rows of w and, of long rows, some columns; the sums then wait in memory. It is
  /// copied where its last vector is not whole, and where a tile would widen its weights in several
  /// passes. Beside many tokens it is also copied where its weights would be widened again and again,
  /// where its rows do not begin with a cache line, since a load from two lines takes twice as long, and
  /// where they all fall into the same sets of the cache. While a panel is multiplied the next one comes
  /// into the cache.
  private static func panels(
    _ w: UnsafeRawPointer, _ wStride: Int, rows: Int, _ x: FloatRows<Float32Weights>, count: Int,
    columns: Int, _ out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    let end = (columns &+ 15) & ~15
    // Of long rows x, of the columns of a panel, stays in the second-level cache.
    let width = end <= max(1024, 131_072 / count) ? end : 512
    let height = max(Tile.rows, Tile.panelSize / width / Tile.rows &* Tile.rows)
    let isAligned = UInt(bitPattern: w) % 64 == 0 && wStride % 64 == 0 && wStride % 4096 != 0
    let isCopied =
      columns < end || (count >= 64 && (size != 4 || !isAligned)) || (size != 4 && Tile.passes > 1)
    let panelStride = width &+ 16
    let tiles = height / Tile.rows &* Tile.tiles(count)
    let sumCount = width < end ? Tile.count &* tiles : 0
    let floatCount = isCopied ? height &* panelStride : 0
    withUnsafeTemporaryAllocation(
      byteCount: 64 &* sumCount &+ 4 &* floatCount, alignment: 64
    ) {
      let sums = $0.baseAddress!.assumingMemoryBound(to: Vector.self)
      let copied = ($0.baseAddress! + 64 &* sumCount).assumingMemoryBound(to: Float.self)
      for row in stride(from: 0, to: rows, by: height) {
        // What is less than a tile at the end begins earlier, and is computed again.
        let row = min(row, rows &- Tile.rows)
        let height = min(height, rows &- row)
        for column in stride(from: 0, to: end, by: width) {
          let isLast = column &+ width >= end
          let width = min(width, end &- column)
          let start = w + (row &* wStride &+ column &* size)
          let next =
            isLast ? w + min(row &+ height, rows &- height) &* wStride : start + width &* size
          if isCopied {
            copy(
              start, wStride, rows: height, columns: min(width, columns &- column), to: copied,
              panelStride)
            Tile.multiply(
              FloatRows<Float32Weights>(start: copied, stride: 4 &* panelStride), rows: height,
              x.from(0, column), count: count, width: width, sums: sums, isFirst: column == 0,
              isLast: isLast, out + row, outStride,
              next: FloatRows<Self>(start: next, stride: wStride))
          } else {
            Tile.multiply(
              FloatRows<Self>(start: start, stride: wStride), rows: height,
              x.from(0, column), count: count, width: width, sums: sums, isFirst: column == 0,
              isLast: isLast, out + row, outStride,
              next: FloatRows<Self>(start: next, stride: wStride))
          }
        }
      }
    }
  }

  /// out = some columns of w, (rows, columns), as fp32, with zeros up to a whole vector.
  private static func copy(
    _ w: UnsafeRawPointer, _ wStride: Int, rows: Int, columns: Int,
    to out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    for k in stride(from: 0, to: columns, by: 16) {
      for row in 0..<rows {
        let (w, out) = (w + row &* wStride, out + row &* outStride)
        store(vector(at: w + k &* size, first: columns &- k), out + k)
      }
    }
  }
}

/// Rows of floats, `stride` bytes apart.
private struct FloatRows<W: FloatWeights> {
  let start: UnsafeRawPointer
  let stride: Int

  @inline(__always)
  func from(_ row: Int, _ column: Int) -> FloatRows {
    FloatRows(start: start + (row &* stride &+ column &* W.size), stride: stride)
  }

  /// The elements from column k on. Where a tile has several passes, rows are fp32.
  @inline(__always)
  func lanes(_ row: Int, _ k: Int) -> Tile.Lanes {
    let elements = start + (row &* stride &+ k &* W.size)
    #if VNNI
      return W.vector(at: elements)
    #else
      return elements.loadUnaligned(as: Tile.Lanes.self)
    #endif
  }
}

/// Rows of weights, `stride` bytes apart, that a tile asks for, which are multiplied later: a cache line
/// of each, and the next ones after every `interval` vectors of its own columns.
private struct Ahead {
  let start: UnsafeRawPointer
  let stride: Int
  let interval: Int
}

/// How many tokens, or queries of attention, a tile has, whose sums all stay in registers, or how many
/// parts a step: a type, so that each number has machine code of its own.
protocol TileCount { static var count: Int { get } }
enum TileOf1: TileCount { static var count: Int { 1 } }
enum TileOf2: TileCount { static var count: Int { 2 } }
enum TileOf3: TileCount { static var count: Int { 3 } }
enum TileOf4: TileCount { static var count: Int { 4 } }

/// The products of `rows` rows of weights with `tokens` tokens, whose sums all stay in registers:
/// there are 32 of 16 lanes with AVX-512, which VNNI is a part of, 16 of 8 with AVX2, which processors
/// with FMA have, 16 of 4 with SSE, and 32 of 4 with NEON. Where 16 lanes are several registers, the
/// tile goes over the columns once for each.
enum Tile {
  #if VNNI
    typealias Lanes = SIMD16<Float>
    static var tokens: Int { 4 }
  #elseif arch(arm64)
    typealias Lanes = SIMD4<Float>
    static var tokens: Int { 4 }
  #elseif FMA
    typealias Lanes = SIMD8<Float>
    static var tokens: Int { 3 }
  #else
    typealias Lanes = SIMD4<Float>
    static var tokens: Int { 2 }
  #endif
  static var rows: Int { 4 }
  static var count: Int { rows * tokens }
  static var passes: Int { 16 / Lanes.scalarCount }

  /// Floats of a panel, which stay in the first-level cache beside the tokens of a tile, unless `rows`
  /// rows are more.
  static var panelSize: Int { 4096 }

  /// Into how many tiles of at most `tokens`, about as large as each other, this many tokens are cut.
  static func tiles(_ count: Int) -> Int { (count &+ tokens &- 1) / tokens }

  /// Adds the products of a panel, (rows, width), with x, (count, width), to `sums`, unless these are the
  /// first columns, and writes the totals to `out` if they are the last. Asks meanwhile for `next`,
  /// the next panel.
  @inline(never)
  fileprivate static func multiply<W: FloatWeights, Next: FloatWeights>(
    _ panel: FloatRows<W>, rows: Int, _ x: FloatRows<Float32Weights>, count: Int, width: Int,
    sums: UnsafeMutablePointer<Vector>, isFirst: Bool, isLast: Bool,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int,
    next: FloatRows<Next>
  ) {
    var sums = sums
    let tiles = tiles(count)
    for tile in 0..<tiles {
      // A tile of one token, never the last tile, takes the next one's first, which is computed twice.
      let token = tile &* count / tiles
      let tokens = max(2, (tile &+ 1) &* count / tiles &- token)
      // The tiles share the lines of the next panel.
      let interval = tiles &* (4 / Next.size)
      let line = tile &* (width / 16) / interval
      for row in stride(from: 0, to: rows, by: Self.rows) {
        let row = min(row, rows &- Self.rows)
        let ahead = Ahead(
          start: next.start + (row &* next.stride &+ 64 &* line), stride: next.stride,
          interval: interval)
        let (w, x, out) = (panel.from(row, 0), x.from(token, 0), out + (token &* outStride &+ row))
        if Self.tokens > 3 && tokens == 4 {
          multiply(TileOf4.self, w, x, width, sums, isFirst, isLast, out, outStride, ahead)
        } else if Self.tokens > 2 && tokens == 3 {
          multiply(TileOf3.self, w, x, width, sums, isFirst, isLast, out, outStride, ahead)
        } else {
          multiply(TileOf2.self, w, x, width, sums, isFirst, isLast, out, outStride, ahead)
        }
        if !(isFirst && isLast) { sums += Self.count }
      }
    }
  }

  /// The same for one tile.
  @inline(__always)
  private static func multiply<Tokens: TileCount, W: FloatWeights>(
    _ tokens: Tokens.Type, _ w: FloatRows<W>, _ x: FloatRows<Float32Weights>, _ width: Int,
    _ partial: UnsafeMutablePointer<Vector>, _ isFirst: Bool, _ isLast: Bool,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _ ahead: Ahead
  ) {
    let tokens = Tokens.count
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: rows * tokens) {
      let sums = $0.baseAddress!
      for pass in 0..<passes {
        multiply(
          tokens: tokens, w, x, width, pass, isFirst ? nil : partial, into: sums, ahead)
      }
      if isLast {
        storeTotals(sums, tokens: tokens, out, outStride)
      } else {
        for i in 0..<rows * tokens { partial[i] = sums[i] }
      }
    }
  }

  /// out = partial, if there is any, plus the products, (tokens, rows), in the lanes of one pass.
  @inline(__always)
  private static func multiply<W: FloatWeights>(
    tokens: Int, _ w: FloatRows<W>, _ x: FloatRows<Float32Weights>, _ width: Int, _ pass: Int,
    _ partial: UnsafeMutablePointer<Vector>?, into out: UnsafeMutablePointer<Vector>,
    _ ahead: Ahead
  ) {
    let firstLane = pass * Lanes.scalarCount
    let count = rows * tokens
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: count) {
      let sums = $0.baseAddress!
      if let partial {
        for i in 0..<count { sums[i] = lanes(partial + i, firstLane) }
      } else {
        for i in 0..<count { sums[i] = .zero }
      }
      var k = firstLane
      var next = ahead.start
      var wait = pass == 0 ? 0 : -1
      while k < width {
        if wait == 0 {
          for row in 0..<rows { prefetch(next + row &* ahead.stride) }
          next += 64
          wait = ahead.interval
        }
        wait &-= 1
        for row in 0..<rows {
          let a = w.lanes(row, k)
          for token in 0..<tokens {
            let i = token * rows + row
            sums[i] = multiplyAdd(sums[i], a, x.lanes(token, k))
          }
        }
        k &+= 16
      }
      for i in 0..<count {
        UnsafeMutableRawPointer(out + i)
          .storeBytes(of: sums[i], toByteOffset: 4 * firstLane, as: Lanes.self)
      }
    }
  }

  @inline(__always)
  private static func lanes(_ start: UnsafeRawPointer, _ index: Int) -> Lanes {
    start.loadUnaligned(fromByteOffset: 4 &* index, as: Lanes.self)
  }

  /// out[token * outStride + row] = the total of a sum, for all of a tile: for four tokens, where those
  /// that a tile lacks are its last one again.
  @inline(__always)
  private static func storeTotals(
    _ sums: UnsafePointer<Vector>, tokens: Int, _ out: UnsafeMutablePointer<Float>,
    _ outStride: Int
  ) {
    let (third, fourth) = (min(2, tokens - 1), min(3, tokens - 1))
    let totals = addNeighbours(
      addNeighbours(quarters(sums), quarters(sums + rows)),
      addNeighbours(quarters(sums + third * rows), quarters(sums + fourth * rows)))
    store(totals.lowHalf.lowHalf, out)
    store(totals.lowHalf.highHalf, out + outStride)
    store(totals.highHalf.lowHalf, out + third &* outStride)
    store(totals.highHalf.highHalf, out + fourth &* outStride)
  }

  /// Four lanes of each sum of a token.
  @inline(__always)
  private static func quarters(_ sums: UnsafePointer<Vector>) -> Vector {
    Four { sums[$0] }.quarters
  }
}
