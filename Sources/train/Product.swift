// The one product of training, C = A B or C += A B. Its right side is laid out in panels first, from rows
// or from columns, so it serves all three of a linear layer y = x Wᵀ:
//
//     y = x Wᵀ        A = x,   B = Wᵀ
//     dx = dy W       A = dy,  B = W
//     dW += dyᵀ x     A = dyᵀ, B = x
//
// Each element of C is summed in one order, however C is shared out to threads: over blocks of
// `Panels.depth` steps, in each of them one step after the other.

import Llama2

/// A matrix of floats in memory, row after row or, transposed, column after column.
struct Floats {
  let start: UnsafeMutablePointer<Float>
  let rows: Int
  let columns: Int
  /// Floats between the beginnings of two rows, and of two columns: one of them is 1.
  let rowStride: Int
  let columnStride: Int

  init(
    _ start: UnsafeMutablePointer<Float>, rows: Int, columns: Int, rowStride: Int? = nil,
    columnStride: Int = 1
  ) {
    self.start = start
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride ?? columns
    self.columnStride = columnStride
  }

  var transposed: Floats {
    Floats(
      start, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }

  func rows(_ part: Range<Int>) -> Floats {
    Floats(
      start + part.lowerBound * rowStride, rows: part.count, columns: columns,
      rowStride: rowStride, columnStride: columnStride)
  }

  func columns(_ part: Range<Int>) -> Floats { transposed.rows(part).transposed }
}

/// The right side of a product, (rows, columns), as its tiles read it: panels of `ProductTile.width`
/// columns, row after row, with zeros behind the last column.
struct Panels {
  let start: UnsafeMutablePointer<Float>
  let rows: Int
  let columns: Int

  /// The most rows whose products are summed before the sums go to memory: those of a panel stay in
  /// the first-level cache.
  static var depth: Int { 192 }

  /// Panels of so many columns.
  static func count(columns: Int) -> Int { (columns + ProductTile.width - 1) / ProductTile.width }

  /// Floats of all panels.
  static func size(rows: Int, columns: Int) -> Int {
    count(columns: columns) * rows * ProductTile.width
  }

  var count: Int { Self.count(columns: columns) }

  subscript(panel: Int) -> UnsafeMutablePointer<Float> {
    start + panel * rows * ProductTile.width
  }

  /// Lays out some rows of b, (rows, columns), each element times `factor`.
  func layOut(_ b: Floats, rows part: Range<Int>, factor: Float = 1) {
    let width = ProductTile.width
    for panel in 0..<count {
      let (start, out) = (b.start + panel * width * b.columnStride, self[panel])
      let count = min(width, columns - panel * width)
      if count < width {
        (out + part.lowerBound * width).update(repeating: 0, count: part.count * width)
      }
      if b.columnStride == 1 {
        for row in part {
          let (from, to) = (start + row &* b.rowStride, out + row &* width)
          for i in 0..<count { to[i] = from[i] * factor }
        }
      } else {
        for column in 0..<count {
          let from = start + column &* b.columnStride
          for row in part { out[row &* width &+ column] = from[row] * factor }
        }
      }
    }
  }
}

extension Floats {
  /// c = self · b, or c += self · b.
  ///
  /// Goes through blocks of `depth` steps, in each through the panels, in each through tiles of rows.
  func multiply(_ b: Panels, into c: Floats, adding: Bool) {
    let blocks = max(1, (columns + Panels.depth - 1) / Panels.depth)
    for block in 0..<blocks {
      let steps = columns * block / blocks..<columns * (block + 1) / blocks
      columns(steps).withColumnsTogether { a in
        for panel in 0..<b.count {
          let column = panel * ProductTile.width
          ProductTile.column(
            a, b[panel] + steps.lowerBound * ProductTile.width, c.start + column, c.rowStride,
            width: min(ProductTile.width, b.columns - column), adding: adding || block > 0)
        }
      }
    }
  }

  /// Calls `body` with this matrix or, if it is a transposed one, with a copy of it. The columns of a transposed
  /// matrix are a whole row of the original apart: where that is a power of 2, few of them fit into a cache.
  private func withColumnsTogether(_ body: (Floats) -> Void) {
    guard rowStride == 1, columnStride > rows else { return body(self) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns) {
      let copy = $0.baseAddress!
      for column in 0..<columns {
        (copy + column * rows).update(from: start + column * columnStride, count: rows)
      }
      body(Floats(copy, rows: rows, columns: columns, rowStride: 1, columnStride: rows))
    }
  }
}

/// A number that is part of a type, so that each has machine code of its own.
private protocol Count { static var count: Int { get } }
private enum One: Count { static var count: Int { 1 } }
private enum Two: Count { static var count: Int { 2 } }
private enum Four: Count { static var count: Int { 4 } }
private enum Six: Count { static var count: Int { 6 } }
private enum Eight: Count { static var count: Int { 8 } }

/// Some rows of A times the columns of a panel, whose sums all stay in registers: AVX-512, which VNNI is
/// a part of, has 32 of 16 lanes, AVX2 16 of 8, SSE 16 of 4, and NEON 32 of 4.
enum ProductTile {
  #if VNNI
    typealias Lanes = SIMD16<Float>
    private typealias Rows = Eight
  #elseif FMA || arch(arm64)
    typealias Lanes = SIMD8<Float>
    private typealias Rows = Six
  #else
    typealias Lanes = SIMD4<Float>
    private typealias Rows = Six
  #endif
  /// Rows of a tile, of which the parts of a product are multiples.
  static var height: Int { Rows.count }
  static var width: Int { 2 * Lanes.scalarCount }

  /// `width` columns of C, (a.rows, width).
  ///
  /// - Parameter b: a panel, (a.columns, ProductTile.width).
  @inline(never)
  fileprivate static func column(
    _ a: Floats, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ cStride: Int,
    width: Int, adding: Bool
  ) {
    if width == Self.width {
      tiles(Two.self, a, b, c, cStride, adding)
    } else if width == Lanes.scalarCount {
      tiles(One.self, a, b, c, cStride, adding)
    } else {
      // What the tiles write in vectors goes through memory that has room for it.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: a.rows &* Self.width) {
        let sums = $0.baseAddress!
        tiles(Two.self, a, b, sums, Self.width, false)
        for row in 0..<a.rows {
          for i in 0..<width {
            let (sum, place) = (sums[row &* Self.width &+ i], row &* cStride &+ i)
            c[place] = adding ? c[place] + sum : sum
          }
        }
      }
    }
  }

  @inline(__always)
  private static func tiles<Vectors: Count>(
    _ vectors: Vectors.Type, _ a: Floats, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>, _ cStride: Int, _ adding: Bool
  ) {
    var row = 0
    func next<Height: Count>(_ height: Height.Type) {
      tile(
        height, vectors, a.start + row &* a.rowStride, a.rowStride, a.columnStride, b,
        steps: a.columns, c + row &* cStride, cStride, adding)
      row &+= Height.count
    }
    while row &+ Rows.count <= a.rows { next(Rows.self) }
    while row &+ 4 <= a.rows { next(Four.self) }
    while row < a.rows { next(One.self) }
  }

  @inline(__always)
  private static func tile<Height: Count, Vectors: Count>(
    _: Height.Type, _: Vectors.Type, _ a: UnsafePointer<Float>, _ rowStride: Int, _ step: Int,
    _ b: UnsafePointer<Float>, steps: Int, _ c: UnsafeMutablePointer<Float>, _ cStride: Int,
    _ adding: Bool
  ) {
    let (height, vectors, lanes) = (Height.count, Vectors.count, Lanes.scalarCount)
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: height * vectors) {
      let sums = $0.baseAddress!
      for i in 0..<height * vectors { sums[i] = .zero }
      var (a, b) = (a, UnsafeRawPointer(b))
      for _ in 0..<steps {
        let b0 = b.loadUnaligned(as: Lanes.self)
        let b1 = b.loadUnaligned(fromByteOffset: vectors == 2 ? 4 * lanes : 0, as: Lanes.self)
        for row in 0..<height {
          let x = Lanes(repeating: a[row &* rowStride])
          sums[row * vectors] = multiplyAdd(sums[row * vectors], x, b0)
          if vectors == 2 { sums[row * vectors + 1] = multiplyAdd(sums[row * vectors + 1], x, b1) }
        }
        a += step
        b += 4 * width
      }
      for row in 0..<height {
        for i in 0..<vectors {
          let place = UnsafeMutableRawPointer(c + (row &* cStride &+ i * lanes))
          var sum = sums[row * vectors + i]
          if adding { sum = place.loadUnaligned(as: Lanes.self) + sum }
          place.storeBytes(of: sum, as: Lanes.self)
        }
      }
    }
  }
}
