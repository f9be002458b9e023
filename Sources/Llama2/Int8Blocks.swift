#if VNNI
  import _Builtin_intrinsics.intel
#endif

// Products of a block of tokens, which give the bits of those in Int8Products.swift.

extension Matrix {
  /// Whether `matmulBlock` can be used: rows are long enough to be laid out in 64 columns at a time,
  /// and the sums of groups are below 2²².
  var hasInt8Tiles: Bool { groupSize % 4 == 0 && groupSize <= 256 && columns >= 64 }

  /// out[j * self.rows + i] = row i · token j, for i in `rows` and all tokens, four or more.
  ///
  /// 32 rows at a time are laid out side by side, so that a vector holds what 16 rows have in the
  /// same columns, and no sum is added across lanes.
  func matmulBlock(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    Int8Panel.with(columns: columns, groups: columns / groupSize, minimums: hasMinimums) { panel in
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 32) {
        let last = min(first + 32, rows.upperBound) - 1
        for half in 0..<2 {
          withInt8Rows(from: first + 16 * half, upTo: last, count: 16) {
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

/// 32 rows of a matrix side by side: a vector for the first 16 and one for the others.
private struct Int8Panel {
  let columns: Int
  let groups: Int
  let values: UnsafeMutablePointer<RowVector>  // (columns / columnsPerVector, 2)
  let scales: UnsafeMutablePointer<Vector>  // (groups, 2)
  let minimums: UnsafeMutablePointer<Vector>?  // (groups, 2)

  static func with(
    columns: Int, groups: Int, minimums: Bool, _ body: (Int8Panel) -> Void
  ) {
    let (values, scales) = (2 * (columns / columnsPerVector), 2 * groups)
    let size = 64 * (values + scales * (minimums ? 2 : 1))
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) {
      let floats = ($0.baseAddress! + 64 * values).assumingMemoryBound(to: Vector.self)
      body(
        Int8Panel(
          columns: columns, groups: groups,
          values: $0.baseAddress!.assumingMemoryBound(to: RowVector.self), scales: floats,
          minimums: minimums ? floats + scales : nil))
    }
  }

  /// Lays out 16 rows.
  func fill(_ half: Int, with rows: UnsafeBufferPointer<Int8Row>) {
    withUnsafeTemporaryAllocation(of: Words.self, capacity: 32) {
      let words = $0.baseAddress!
      for block in stride(from: 0, to: columns, by: 64) {
        // The last block begins early, if need be, and lays out some columns again.
        let block = min(block, columns - 64)
        for i in 0..<16 {
          words[i] = rows[i].values.loadUnaligned(fromByteOffset: block, as: Words.self)
        }
        transpose(words, scratch: words + 16)
        for i in 0..<16 { store(words[i], fromColumn: block + 4 * i, half: half) }
      }
    }
    for i in 0..<16 {
      for group in 0..<groups {
        scales[2 * group + half][i] = float(rows[i].scales, group)
        minimums?[2 * group + half][i] = rows[i].minimums![group]
      }
    }
  }

  /// out[j * outStride + i] = row i · token j of x, for `rows` rows and four tokens.
  func matmul(
    _ x: Int8Activations, token j: Int, into out: UnsafeMutablePointer<Float>, _ outStride: Int,
    rows: Int
  ) {
    let (width, groupWidth) = (columns / columnsPerVector, x.groupSize / columnsPerVector)
    let x0 = j &* width
    let (x1, x2, x3) = (x0 + width, x0 + 2 &* width, x0 + 3 &* width)
    var (totalsA, totalsB) = (FourSums(), FourSums())
    for lane in 0..<4 {
      var (sumsA, sumsB) = (FourSums(), FourSums())
      var group = lane
      while group < groups {
        var a = x.start(ofGroup: j &* groups &+ group, groups)
        var b = a
        for k in group &* groupWidth..<(group &+ 1) &* groupWidth {
          let (y0, y1) = (x.operand(x0 &+ k), x.operand(x1 &+ k))
          let (y2, y3) = (x.operand(x2 &+ k), x.operand(x3 &+ k))
          a.add(y0, y1, y2, y3, times: values[2 &* k])
          b.add(y0, y1, y2, y3, times: values[2 &* k &+ 1])
        }
        let first = j &* groups &+ group
        add(a.floats, 2 &* group, x, first, to: &sumsA)
        add(b.floats, 2 &* group &+ 1, x, first, to: &sumsB)
        group &+= 4
      }
      totalsA.add(sumsA)
      totalsB.add(sumsB)
    }
    let (out1, out2, out3) = (out + outStride, out + 2 &* outStride, out + 3 &* outStride)
    totalsA.storeVectors(out, out1, out2, out3, first: min(rows, 16))
    if rows <= 16 { return }
    totalsB.storeVectors(out + 16, out1 + 16, out2 + 16, out3 + 16, first: rows - 16)
  }

  /// Adds the products of one group of 16 rows with four tokens, whose groups stand at `first`.
  @inline(__always)
  private func add(
    _ products: FourSums, _ group: Int, _ x: Int8Activations, _ first: Int, to sums: inout FourSums
  ) {
    var scaled = products.scaled(by: scales[group])
    if let minimums {
      scaled.add(-minimums[group], timesEach: x.sums + first, groups)
    }
    sums.add(scaled, timesEach: x.scales + first, groups)
  }
}

/// Transposes 16 vectors in place: four times, those of a pair are dealt out to halves.
private func transpose(_ a: UnsafeMutablePointer<Words>, scratch b: UnsafeMutablePointer<Words>) {
  for (from, to) in [(a, b), (b, a), (a, b), (b, a)] {
    for i in 0..<8 { (to[i], to[i + 8]) = deinterleave(from[2 * i], from[2 * i + 1]) }
  }
}

/// Lanes at even and at odd places, those of a before those of b.
@inline(__always)
private func deinterleave(_ a: Words, _ b: Words) -> (even: Words, odd: Words) {
  (
    Words(lowHalf: a.evenHalf, highHalf: b.evenHalf), Words(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  )
}

/// The floats of integers below 2²² in size. The conversion that Swift has goes lane by lane;
/// this puts them into the low bits of 1.5 · 2²³ and takes that away.
@inline(__always)
private func float(_ integers: Words) -> Vector {
  unsafeBitCast(integers &+ 0x4B40_0000, to: Vector.self) - 12_582_912
}

// MARK: - The inner steps, with and without VNNI

#if VNNI
  /// Four columns of 16 rows, a row's in each lane.
  private typealias RowVector = Words
  private let columnsPerVector = 4

  extension Int8Panel {
    @inline(__always)
    func store(_ words: Words, fromColumn column: Int, half: Int) {
      values[column / 2 + half] = words ^ signs
    }
  }

  extension Int8Activations {
    /// The activations that are multiplied with a vector of rows: four values.
    @inline(__always)
    fileprivate func operand(_ i: Int) -> Int32 {
      UnsafeRawPointer(values).loadUnaligned(fromByteOffset: 4 &* i, as: Int32.self)
    }

    /// What the sums of a group of four tokens begin with.
    @inline(__always)
    fileprivate func start(ofGroup group: Int, _ stride: Int) -> FourInt8Sums {
      FourInt8Sums(
        s0: Words(repeating: offsets[group]), s1: Words(repeating: offsets[group &+ stride]),
        s2: Words(repeating: offsets[group &+ 2 &* stride]),
        s3: Words(repeating: offsets[group &+ 3 &* stride]))
    }
  }

  /// `FourSums` of integers.
  private struct FourInt8Sums {
    var s0: Words
    var s1: Words
    var s2: Words
    var s3: Words

    @inline(__always)
    mutating func add(_ x0: Int32, _ x1: Int32, _ x2: Int32, _ x3: Int32, times w: Words) {
      s0 = addProducts(s0, w, Words(repeating: x0))
      s1 = addProducts(s1, w, Words(repeating: x1))
      s2 = addProducts(s2, w, Words(repeating: x2))
      s3 = addProducts(s3, w, Words(repeating: x3))
    }

    @inline(__always)
    var floats: FourSums { FourSums(s0: float(s0), s1: float(s1), s2: float(s2), s3: float(s3)) }
  }
#else
  /// A column of 16 rows, as floats, which are exact for sums of this size.
  private typealias RowVector = Vector
  private let columnsPerVector = 1
  private typealias FourInt8Sums = FourSums

  extension Int8Panel {
    @inline(__always)
    func store(_ words: Words, fromColumn column: Int, half: Int) {
      let values = values + (2 * column + half)
      values[0] = float((words &<< 24) &>> 24)
      values[2] = float((words &<< 16) &>> 24)
      values[4] = float((words &<< 8) &>> 24)
      values[6] = float(words &>> 24)
    }
  }

  extension Int8Activations {
    /// The activations that are multiplied with a vector of rows: one value.
    @inline(__always)
    fileprivate func operand(_ i: Int) -> Float { floats[i] }

    @inline(__always)
    fileprivate func start(ofGroup group: Int, _ stride: Int) -> FourInt8Sums { FourSums() }
  }

  extension FourSums {
    fileprivate var floats: FourSums { self }
  }

#endif
