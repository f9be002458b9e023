#if VNNI
  import _Builtin_intrinsics.intel
#endif

// Products of int8 weights and int8 activations (runq.c: `matmul`; ggml: `ggml_vec_dot_q8_0_q8_0`).
//
// A row is cut into groups whose values share a scale. Products within a group are added as
// integers, whose order does not matter. A group's sum times the weights' scale, less the weights'
// minimum times the sum of the activations, is multiplied by the activations' scale and added as
// fp32 to one of four sums, the next group's to the next of them. Both kernels here, for a single
// token and for a block of them, give those bits.
//
// The Makefile's native build defines VNNI where the processor has AVX-512's instruction for int8,
// which multiplies 64 pairs of bytes and adds each four of the products. What is done differently
// with it and without it stands at the end of the file.

/// A row of a matrix as int8: weight k = scales[g] * values[k] - minimums[g], where g is
/// k / groupSize.
struct Int8Row {
  let values: UnsafeRawPointer  // (columns) Int8
  let scales: UnsafeRawPointer  // (columns / groupSize) Float, at any alignment
  /// (columns / groupSize), or nil where a format has none.
  let minimums: UnsafePointer<Float>?

  /// out (columns) = the row, as fp32.
  func copy(to out: UnsafeMutablePointer<Float>, _ columns: Int, groupSize: Int) {
    for group in 0..<columns / groupSize {
      let (scale, minimum) = (float(scales, group), minimums?[group] ?? 0)
      for k in group * groupSize..<(group + 1) * groupSize {
        out[k] = Float(values.load(fromByteOffset: k, as: Int8.self)) * scale - minimum
      }
    }
  }
}

/// Element i of floats at any alignment.
@inline(__always)
private func float(_ floats: UnsafeRawPointer, _ i: Int) -> Float {
  floats.loadUnaligned(fromByteOffset: 4 &* i, as: Float.self)
}

extension Matrix {
  /// out[j * self.rows + i] = row i · token j of x, for i in `rows` and the first `count` tokens.
  func matmul(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    if count >= 4 && hasInt8Tiles {
      return matmulBlock(x, count: count, rows: rows, into: out)
    }
    switch groupSize {
    case 16: matmul(x, Int8Row.Groups16.self, count: count, rows: rows, into: out)
    case 32: matmul(x, Int8Row.Groups32.self, count: count, rows: rows, into: out)
    case 64: matmul(x, Int8Row.Groups64.self, count: count, rows: rows, into: out)
    default: matmul(x, groupSize: groupSize, count: count, rows: rows, into: out)
    }
  }
}

// MARK: - A token at a time

extension Matrix {
  /// The loop over a group is unrolled where the compiler knows the group size. Here it is a type's, since
  /// the compiler specialises a generic function for each type; for a constant argument it may not.
  private func matmul<Groups: Int8GroupSize>(
    _ x: Int8Activations, _ groups: Groups.Type, count: Int, rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>
  ) {
    matmul(x, groupSize: Groups.size, count: count, rows: rows, into: out)
  }

  @inline(__always)
  private func matmul(
    _ x: Int8Activations, groupSize: Int, count: Int, rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let groups = columns / groupSize
    guard let blocks else {
      let first = int8View(ofRow: 0)
      for j in 0..<count {
        let (x, out) = (x.token(j, columns: columns), out + j * self.rows)
        forEachRow(rows) { i in
          let row = Int8Row(
            values: first.values + i &* columns, scales: first.scales + 4 &* i &* groups,
            minimums: nil)
          out[i] = row.dot(x, groups, groupSize)
        }
      }
      return
    }
    withUnsafeTemporaryAllocation(byteCount: int8RowBytes, alignment: 64) {
      let scratch = $0.baseAddress!
      // A text that is generated has one token, which is found once for all rows.
      let first = x.token(0, columns: columns)
      forEachRow(rows) { i in
        let row = unpack(i, blocks, into: scratch)
        out[i] = row.dot(first, groups, groupSize)
        for j in stride(from: 1, to: count, by: 1) {
          out[j &* self.rows &+ i] = row.dot(x.token(j, columns: columns), groups, groupSize)
        }
      }
    }
  }
}

/// A size of groups as a type.
private protocol Int8GroupSize {
  static var size: Int { get }
}

extension Int8Row {
  fileprivate enum Groups16: Int8GroupSize { static var size: Int { 16 } }
  fileprivate enum Groups32: Int8GroupSize { static var size: Int { 32 } }
  fileprivate enum Groups64: Int8GroupSize { static var size: Int { 64 } }
}

extension Int8Row {
  /// The row · x.
  @inline(__always)
  fileprivate func dot(_ x: Int8Token, _ groups: Int, _ groupSize: Int) -> Float {
    var sums = SIMD4<Float>.zero
    var group = 0
    let takesFour = groupSize == 16 || groupSize == 32 || groupSize % 64 == 0
    while takesFour && group &+ 4 <= groups {
      let products = x.sumsOfFour(from: group, values + group &* groupSize, groupSize)
      var scaled = SIMD4<Float>(products) * four(scales, group)
      if let minimums { scaled = multiplyAdd(scaled, -four(minimums, group), four(x.sums, group)) }
      sums = multiplyAdd(sums, scaled, four(x.scales, group))
      group &+= 4
    }
    while group < groups {
      let product = sumOfProducts(
        values + group &* groupSize, x.values + group &* groupSize, groupSize)
      var scaled = Float(product) * float(scales, group)
      if let minimums { scaled = multiplyAdd(scaled, -minimums[group], float(x.sums, group)) }
      sums[group & 3] = multiplyAdd(sums[group & 3], scaled, float(x.scales, group))
      group &+= 1
    }
    return ((sums[0] + sums[1]) + sums[2]) + sums[3]
  }
}

/// Elements i to i + 3 of floats at any alignment.
@inline(__always)
private func four(_ floats: UnsafeRawPointer, _ i: Int) -> SIMD4<Float> {
  floats.loadUnaligned(fromByteOffset: 4 &* i, as: SIMD4.self)
}

/// a · b, both (count).
private func sumOfProducts(
  _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int
) -> Int32 {
  var sum: Int32 = 0
  for k in 0..<count {
    sum &+=
      Int32(a.load(fromByteOffset: k, as: Int8.self))
      &* Int32(b.load(fromByteOffset: k, as: Int8.self))
  }
  return sum
}

// MARK: - A block of tokens

/// 16 integers of 32 bits, or 64 bytes, four in each.
private typealias Words = SIMD16<Int32>

extension Matrix {
  /// Whether `matmulBlock` can be used: rows are long enough to be laid out in 64 columns at a time,
  /// and the sums of groups are below 2²².
  private var hasInt8Tiles: Bool { groupSize % 4 == 0 && groupSize <= 256 && columns >= 64 }

  /// out[j * self.rows + i] = row i · token j, for i in `rows` and all tokens, four or more.
  ///
  /// 32 rows at a time are laid out side by side, so that a vector holds what 16 rows have in the
  /// same columns, and no sum is added across lanes.
  private func matmulBlock(
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

  extension Int8Token {
    /// The sums of four groups' products with a row's.
    @inline(__always)
    fileprivate func sumsOfFour(from group: Int, _ row: UnsafeRawPointer, _ groupSize: Int)
      -> SIMD4<Int32>
    {
      let x = values + group &* groupSize
      let offsets = offsets.loadUnaligned(fromByteOffset: 4 &* group, as: SIMD4<Int32>.self)
      @inline(__always) func lanes(_ i: Int) -> Words {
        partialSums(row + i &* groupSize, x + i &* groupSize, groupSize)
      }
      if groupSize == 16 {
        let pairs = addPairs(partialSums(row, x, 64), .zero)
        return offsets &+ addPairs(pairs, .zero).evenHalf.evenHalf
      }
      let eight: SIMD8<Int32>
      if groupSize == 32 {
        let pairs = addPairs(partialSums(row, x, 64), partialSums(row + 64, x + 64, 64))
        eight = addPairs(pairs, Words(lowHalf: pairs.highHalf, highHalf: .zero)).lowHalf
      } else {
        let fours = addPairs(addPairs(lanes(0), lanes(2)), addPairs(lanes(1), lanes(3)))
        eight = fours.lowHalf &+ fours.highHalf
      }
      return offsets &+ eight.lowHalf &+ eight.highHalf
    }

    /// The products of `count` bytes, a multiple of 64, added up in 16 lanes.
    @inline(__always)
    private func partialSums(_ row: UnsafeRawPointer, _ x: UnsafeRawPointer, _ count: Int) -> Words
    {
      var sums = Words.zero
      var k = 0
      while k < count {
        sums = addProducts(
          sums, row.loadUnaligned(fromByteOffset: k, as: Words.self) ^ signs,
          x.loadUnaligned(fromByteOffset: k, as: Words.self))
        k &+= 64
      }
      return sums
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

  /// Sums of two lanes of a and of b in turn, in every four lanes those of the same four.
  @inline(__always)
  private func addPairs(_ a: Words, _ b: Words) -> Words {
    let (a, b) = (unsafeBitCast(a, to: __m512i.self), unsafeBitCast(b, to: __m512i.self))
    return unsafeBitCast(_mm512_unpacklo_epi32(a, b), to: Words.self)
      &+ unsafeBitCast(_mm512_unpackhi_epi32(a, b), to: Words.self)
  }

  /// The instruction takes the bytes of one side as unsigned. With their signs turned, those of the
  /// matrix are 128 too large, which the sums' offsets make up for.
  @inline(__always)
  private var signs: Words { Words(repeating: Int32(bitPattern: 0x8080_8080)) }

  /// sum + a b: each lane adds the products of four bytes, those of a unsigned.
  @inline(__always)
  private func addProducts(_ sum: Words, _ a: Words, _ b: Words) -> Words {
    unsafeBitCast(
      _mm512_dpbusd_epi32(
        unsafeBitCast(sum, to: __m512i.self), unsafeBitCast(a, to: __m512i.self),
        unsafeBitCast(b, to: __m512i.self)), to: Words.self)
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

  extension Int8Token {
    /// The sums of four groups' products with a row's.
    @inline(__always)
    fileprivate func sumsOfFour(from group: Int, _ row: UnsafeRawPointer, _ groupSize: Int)
      -> SIMD4<Int32>
    {
      let x = split + 2 &* group &* groupSize
      if groupSize == 16 {
        let (a, b) = (eighths(row, x), eighths(row + 32, x + 64))
        return addPairs(addPairs(a.lowHalf, a.highHalf), addPairs(b.lowHalf, b.highHalf))
      }
      @inline(__always) func fourSums(_ i: Int) -> SIMD4<Int32> {
        var sums = SIMD8<Int32>.zero
        var k = i &* groupSize
        while k < (i &+ 1) &* groupSize {
          sums &+= eighths(row + k, x + 2 &* k)
          k &+= 32
        }
        return sums.lowHalf &+ sums.highHalf
      }
      return addPairs(
        addPairs(fourSums(0), fourSums(1)), addPairs(fourSums(2), fourSums(3)))
    }

    /// The products of 32 values, each four neighbours' added up; x is laid out as `split`.
    @inline(__always)
    private func eighths(_ row: UnsafeRawPointer, _ x: UnsafeRawPointer) -> SIMD8<Int32> {
      let w = row.loadUnaligned(as: SIMD16<Int16>.self)
      let even = x.loadUnaligned(as: SIMD16<Int16>.self)
      let odd = x.loadUnaligned(fromByteOffset: 32, as: SIMD16<Int16>.self)
      // Two products of int8 values fit in 16 bits.
      let pairs = ((w &<< 8) &>> 8) &* even &+ (w &>> 8) &* odd
      let fours = unsafeBitCast(pairs, to: SIMD8<Int32>.self)
      return ((fours &<< 16) &>> 16) &+ (fours &>> 16)
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

  /// The sums of neighbouring lanes, those of a before those of b.
  @inline(__always)
  private func addPairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    SIMD4(lowHalf: a.evenHalf, highHalf: b.evenHalf)
      &+ SIMD4(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }
#endif
