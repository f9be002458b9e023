#if arch(x86_64)
  import _Builtin_intrinsics.intel
#endif

// Products of a block of tokens, which give the bits of those in Int8Products.swift.

extension Matrix {
  /// Whether a block of `count` tokens goes through `matmulBlock`: rows are as long as what is laid out
  /// at a time.
  func hasInt8Tiles(_ count: Int) -> Bool {
    count >= 12 && groupSize % 4 == 0 && columns >= 4 * Int8Panel.columnsPerVector
  }

  /// out[j * self.rows + i] = row i · token j, for i in `rows` and all tokens, four or more.
  ///
  /// Some rows at a time are laid out side by side, so that a vector holds what several rows have in
  /// the same columns, and no sum is added across lanes.
  func matmulBlock(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    Int8Panel.with(columns: columns, groupSize: groupSize, hasMinimums: hasMinimums) { panel in
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Int8Panel.rows) {
        let last = min(first + Int8Panel.rows, rows.upperBound) - 1
        for half in 0..<2 {
          let first = first + half * Int8Panel.lanes
          withInt8Rows(from: first, upTo: last, count: Int8Panel.lanes) {
            panel.fill(half, with: $0)
          }
        }
        for j in stride(from: 0, to: count, by: 4) {
          // The last tile begins early, if need be, and computes some products again.
          let j = min(j, count - 4)
          panel.matmul(
            x, token: j, into: out + (j &* self.rows &+ first), self.rows, rows: last - first + 1)
        }
      }
    }
  }

  /// Calls `body` with `count` rows as int8, unpacked where the format is not int8 itself. Row `last`
  /// stands in for those behind it.
  func withInt8Rows(
    from first: Int, upTo last: Int, count: Int, _ body: (UnsafeBufferPointer<Int8Row>) -> Void
  ) {
    let size = blocks == nil ? 1 : int8RowBytes
    withUnsafeTemporaryAllocation(byteCount: count * size, alignment: 64) { scratch in
      withUnsafeTemporaryAllocation(of: Int8Row.self, capacity: count) { rows in
        for i in 0..<count {
          let row = min(first + i, last)
          let scratch = scratch.baseAddress! + i * size
          rows.initializeElement(
            at: i, to: blocks.map { unpack(row, $0, into: scratch) } ?? int8View(ofRow: row))
        }
        body(UnsafeBufferPointer(rows))
      }
    }
  }
}

/// Some rows of a matrix side by side: a vector has a lane for each of the first half of them, the
/// vector behind it for those of the second half.
///
/// A group of columns is one record of vectors: the weights, (groupSize / columnsPerVector, 2), the
/// scales, (2), and, where the format has minimums, these times -1, (2). Records stand in the order
/// in which they are read: groups 0, 4, 8, …, then 1, 5, 9, …
private struct Int8Panel {
  let columns: Int
  let groupSize: Int
  let hasMinimums: Bool
  let records: UnsafeMutablePointer<Floats>  // (4, groups / 4 rounded up, a record)
  /// The totals of a tile, for each half of the rows and four tokens.
  let totals: UnsafeMutablePointer<Four<Floats>>  // (2)

  static var lanes: Int { Floats.scalarCount }
  static var rows: Int { 2 * lanes }

  static func with(
    columns: Int, groupSize: Int, hasMinimums: Bool, _ body: (Int8Panel) -> Void
  ) {
    let groups = columns / groupSize
    let size = 2 * (groupSize / columnsPerVector + (hasMinimums ? 2 : 1)) * 4 * ((groups + 3) / 4)
    let bytes = MemoryLayout<Floats>.size
    withUnsafeTemporaryAllocation(byteCount: bytes * (size + 8), alignment: bytes) {
      let vectors = $0.baseAddress!.assumingMemoryBound(to: Floats.self)
      body(
        Int8Panel(
          columns: columns, groupSize: groupSize, hasMinimums: hasMinimums, records: vectors,
          totals: UnsafeMutableRawPointer(vectors + size).assumingMemoryBound(to: Four.self)))
    }
  }

  /// The record of a group; of those that are added to the same sum, the next one stands behind it.
  @inline(__always)
  private func record(_ group: Int, groupSize: Int) -> UnsafeMutablePointer<Floats> {
    let index = (group & 3) &* ((columns / groupSize &+ 3) / 4) &+ group &>> 2
    return records + index &* recordSize(groupSize)
  }

  /// The vectors of a record.
  @inline(__always)
  private func recordSize(_ groupSize: Int) -> Int {
    2 &* (groupSize / Self.columnsPerVector &+ (hasMinimums ? 2 : 1))
  }
}

// MARK: - Filling a panel

extension Int8Panel {
  /// Lays out one half of the rows.
  func fill(_ half: Int, with rows: UnsafeBufferPointer<Int8Row>) {
    // The compiler makes code of its own for each size that it knows.
    switch groupSize {
    case 16: fill(half, with: rows, groupSize: 16)
    case 32: fill(half, with: rows, groupSize: 32)
    case 64: fill(half, with: rows, groupSize: 64)
    default: fill(half, with: rows, groupSize: groupSize)
    }
  }

  @inline(__always)
  private func fill(_ half: Int, with rows: UnsafeBufferPointer<Int8Row>, groupSize: Int) {
    let width = groupSize / Self.columnsPerVector
    for block in stride(from: 0, to: columns, by: 4 * Self.columnsPerVector) {
      // The last block begins early, if need be, and lays out some columns again.
      let block = min(block, columns &- 4 * Self.columnsPerVector)
      let vectors = Four { Self.fourth(rows, $0, block) }.transposed
      for i in 0..<4 {
        let k = block / Self.columnsPerVector &+ i
        let record = record(k / width, groupSize: groupSize)
        record[2 &* (k % width) &+ half] = unsafeBitCast(vectors[i], to: Floats.self)
      }
    }
    for group in 0..<columns / groupSize {
      let scales = record(group, groupSize: groupSize) + (2 &* width &+ half)
      for i in 0..<Self.lanes {
        scales[0][i] = float(rows[i].scales, group)
        if hasMinimums { scales[2][i] = -rows[i].minimums![group] }
      }
    }
  }
}

// MARK: - Products with a panel

extension Int8Panel {
  /// out[j * outStride + i] = row i · token j of x, for `rows` rows and four tokens.
  func matmul(
    _ x: Int8Activations, token j: Int, into out: UnsafeMutablePointer<Float>, _ outStride: Int,
    rows: Int
  ) {
    switch groupSize {
    case 16: tile(x, token: j, groupSize: 16)
    case 32: tile(x, token: j, groupSize: 32)
    case 64: tile(x, token: j, groupSize: 64)
    default: tile(x, token: j, groupSize: groupSize)
    }
    for half in 0..<2 {
      let (out, count) = (out + half * Self.lanes, rows - half * Self.lanes)
      let outs = Four { out + $0 &* outStride }
      _ = totals[half].map(outs) { Self.store($0, $1, first: count) }
    }
  }

  /// Sets `totals` for four tokens from j on.
  @inline(__always)
  private func tile(_ x: Int8Activations, token j: Int, groupSize: Int) {
    totals.update(repeating: Four { _ in .zero }, count: 2)
    let (groups, width) = (columns / groupSize, groupSize / Self.columnsPerVector)
    for sum in 0..<4 {
      var (sumsA, sumsB) = (Four { _ in Floats.zero }, Four { _ in Floats.zero })
      var record = UnsafePointer(record(sum, groupSize: groupSize))
      var group = sum
      while group < groups {
        let tokens = Four { (j &+ $0) &* groups &+ group }
        var a = tokens.map { Self.start(x, $0) }
        var b = a
        for k in 0..<width {
          let y = tokens.map { Self.operand(x, $0 &* width &+ k) }
          a = a.map(y) { Self.accumulate($0, record[2 &* k], $1) }
          b = b.map(y) { Self.accumulate($0, record[2 &* k &+ 1], $1) }
        }
        let scales = record + 2 &* width
        var scaledA = a.map { Self.floats($0) * scales[0] }
        var scaledB = b.map { Self.floats($0) * scales[1] }
        if hasMinimums {
          let xSums = tokens.map { Floats(repeating: Float(x.sums[$0])) }
          scaledA = scaledA.map(xSums) { multiplyAdd($0, scales[2], $1) }
          scaledB = scaledB.map(xSums) { multiplyAdd($0, scales[3], $1) }
        }
        let xScales = tokens.map { Floats(repeating: x.scales[$0]) }
        sumsA = sumsA.map(scaledA, xScales) { multiplyAdd($0, $1, $2) }
        sumsB = sumsB.map(scaledB, xScales) { multiplyAdd($0, $1, $2) }
        record += recordSize(groupSize)
        group &+= 4
      }
      totals[0] = totals[0].map(sumsA) { $0 + $1 }
      totals[1] = totals[1].map(sumsB) { $0 + $1 }
    }
  }

  @inline(__always)
  private static func floats(_ integers: Integers) -> Floats {
    // The conversion that Swift has is a call; this becomes one of all lanes.
    var floats = Floats.zero
    for lane in 0..<lanes { floats[lane] = Float(integers[lane]) }
    return floats
  }

  /// As many lanes as `count` has elements.
  @inline(__always)
  private static func store(
    _ floats: Floats, _ out: UnsafeMutablePointer<Float>, first count: Int
  ) {
    if count >= lanes {
      UnsafeMutableRawPointer(out).storeBytes(of: floats, as: Floats.self)
    } else {
      for i in 0..<max(0, count) { out[i] = floats[i] }
    }
  }
}

/// A value for each of four tokens.
struct Four<Value> {
  var t0: Value
  var t1: Value
  var t2: Value
  var t3: Value

  @inline(__always)
  init(_ value: (_ token: Int) -> Value) {
    (t0, t1, t2, t3) = (value(0), value(1), value(2), value(3))
  }

  @inline(__always)
  private init(_ t0: Value, _ t1: Value, _ t2: Value, _ t3: Value) {
    (self.t0, self.t1, self.t2, self.t3) = (t0, t1, t2, t3)
  }

  @inline(__always)
  subscript(token: Int) -> Value {
    switch token {
    case 0: t0
    case 1: t1
    case 2: t2
    default: t3
    }
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

  @inline(__always)
  func map<A, B, Result>(
    _ a: Four<A>, _ b: Four<B>, _ transform: (Value, A, B) -> Result
  ) -> Four<Result> {
    Four<Result>(
      transform(t0, a.t0, b.t0), transform(t1, a.t1, b.t1), transform(t2, a.t2, b.t2),
      transform(t3, a.t3, b.t3))
  }
}

extension Four<Int8Panel.Integers> {
  /// Lane 4 j + k of vector i becomes lane lanes / 4 * i + j of vector k.
  @inline(__always)
  var transposed: Four {
    let (a, b) = (Self.deinterleave(t0, t1), Self.deinterleave(t2, t3))
    let (even, odd) = (Self.deinterleave(a.even, b.even), Self.deinterleave(a.odd, b.odd))
    return Four(even.even, odd.even, even.odd, odd.odd)
  }

  /// Lanes at even and at odd places, those of a before those of b.
  @inline(__always)
  private static func deinterleave(_ a: Value, _ b: Value) -> (even: Value, odd: Value) {
    (
      Value(lowHalf: a.evenHalf, highHalf: b.evenHalf),
      Value(lowHalf: a.oddHalf, highHalf: b.oddHalf)
    )
  }
}

// MARK: - The inner steps, with and without VNNI

#if VNNI
  extension Int8Panel {
    typealias Integers = SIMD16<Int32>
    typealias Floats = SIMD16<Float>
    /// A vector has four columns: a word of four bytes for each row.
    static var columnsPerVector: Int { 4 }

    /// 16 columns of the i-th fourth of the rows, 4 i to 4 i + 3.
    @inline(__always)
    static func fourth(_ rows: UnsafeBufferPointer<Int8Row>, _ i: Int, _ column: Int) -> Integers {
      @inline(__always) func pair(_ i: Int) -> SIMD8<Int32> {
        SIMD8(
          lowHalf: (rows[i].values + column).loadUnaligned(as: SIMD4<Int32>.self),
          highHalf: (rows[i &+ 1].values + column).loadUnaligned(as: SIMD4<Int32>.self))
      }
      return signs ^ Integers(lowHalf: pair(4 &* i), highHalf: pair(4 &* i &+ 2))
    }

    /// What the sum of a group of x begins with.
    @inline(__always)
    static func start(_ x: Int8Activations, _ group: Int) -> Integers {
      Integers(repeating: -128 &* x.sums[group])
    }

    /// The activations that are multiplied with a vector of weights, repeated for each row.
    @inline(__always)
    static func operand(_ x: Int8Activations, _ i: Int) -> Integers {
      Integers(
        repeating: UnsafeRawPointer(x.values).loadUnaligned(fromByteOffset: 4 &* i, as: Int32.self))
    }

    /// In each lane, adds the products of a row's columns with the same ones of x.
    @inline(__always)
    static func accumulate(_ sum: Integers, _ weights: Floats, _ x: Integers) -> Integers {
      addProducts(sum, unsafeBitCast(weights, to: Integers.self), x)
    }
  }
#else
  extension Int8Panel {
    #if FMA && arch(x86_64)
      // 256 bits: the Makefile defines FMA where the processor has AVX2.
      typealias Integers = SIMD8<Int32>
      typealias Floats = SIMD8<Float>

      /// 8 columns of the i-th fourth of the rows, 2 i and 2 i + 1.
      @inline(__always)
      static func fourth(_ rows: UnsafeBufferPointer<Int8Row>, _ i: Int, _ column: Int) -> Integers
      {
        Integers(
          lowHalf: weights(rows[2 &* i], column), highHalf: weights(rows[2 &* i &+ 1], column))
      }
    #else
      typealias Integers = SIMD4<Int32>
      typealias Floats = SIMD4<Float>

      /// 8 columns of the i-th fourth of the rows, row i.
      @inline(__always)
      static func fourth(_ rows: UnsafeBufferPointer<Int8Row>, _ i: Int, _ column: Int) -> Integers
      {
        weights(rows[i], column)
      }
    #endif
    /// A vector has two columns: a pair of 16-bit integers for each row.
    static var columnsPerVector: Int { 2 }

    /// 8 columns of a row.
    @inline(__always)
    private static func weights(_ row: Int8Row, _ column: Int) -> SIMD4<Int32> {
      let bytes = (row.values + column).loadUnaligned(as: SIMD8<Int8>.self)
      var wide = SIMD8<Int16>.zero
      for i in 0..<8 { wide[i] = Int16(bytes[i]) }
      return unsafeBitCast(wide, to: SIMD4<Int32>.self)
    }

    /// What the sum of a group of x begins with.
    @inline(__always)
    static func start(_ x: Int8Activations, _ group: Int) -> Integers { .zero }

    /// The activations that are multiplied with a vector of weights, repeated for each row.
    @inline(__always)
    static func operand(_ x: Int8Activations, _ i: Int) -> Integers {
      Integers(
        repeating: UnsafeRawPointer(x.int16).loadUnaligned(fromByteOffset: 4 &* i, as: Int32.self))
    }

    /// In each lane, adds the products of a row's columns with the same ones of x.
    @inline(__always)
    static func accumulate(_ sum: Integers, _ weights: Floats, _ x: Integers) -> Integers {
      #if FMA && arch(x86_64)
        let products = _mm256_madd_epi16(
          unsafeBitCast(weights, to: __m256i.self), unsafeBitCast(x, to: __m256i.self))
        return sum &+ unsafeBitCast(products, to: Integers.self)
      #elseif arch(x86_64)
        let products = _mm_madd_epi16(
          unsafeBitCast(weights, to: __m128i.self), unsafeBitCast(x, to: __m128i.self))
        return sum &+ unsafeBitCast(products, to: Integers.self)
      #else
        let products = widen(weights) &* widen(unsafeBitCast(x, to: Floats.self))
        return sum &+ (products.evenHalf &+ products.oddHalf)
      #endif
    }

    #if !arch(x86_64)
      @inline(__always)
      private static func widen(_ pairs: Floats) -> SIMD8<Int32> {
        let integers = unsafeBitCast(pairs, to: SIMD8<Int16>.self)
        var wide = SIMD8<Int32>.zero
        for lane in 0..<8 { wide[lane] = Int32(integers[lane]) }
        return wide
      }
    #endif
  }
#endif
