#if VNNI
  import _Builtin_intrinsics.intel
#endif

// Products of int8 weights and int8 activations (runq.c: `quantize`, `matmul`; Q8_0).
//
// A row is cut into groups, whose values share a scale. Products within a group are added as
// integers, whose order does not matter. A group's sum, times both scales, is added as fp32 to one
// of four sums, the next group's to the next of them. Every kernel here gives those bits.
//
// The Makefile's native build defines VNNI where the processor has AVX-512's instruction for int8,
// which multiplies 64 pairs of bytes and adds each four of the products. What is done differently
// with it and without it stands at the end of the file.

/// The activations of a block of tokens, quantised as the matrices that they meet.
struct Int8Activations {
  let groupSize: Int
  let values: UnsafeMutablePointer<Int8>  // (count, columns)
  let scales: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  #if VNNI
    /// (count, columns / groupSize), -128 times the sums of the groups.
    let offsets: UnsafeMutablePointer<Int32>
  #else
    /// (count, columns), of each 32 values first those at even places.
    let split: UnsafeMutablePointer<Int16>
    let floats: UnsafeMutablePointer<Float>  // (count, columns)
  #endif

  /// - Parameters:
  ///   - columns: the most values that a token will have.
  ///   - allocate: gives room for every token, so many floats for each.
  init(
    groupSize: Int, columns: Int,
    allocate: (_ floatsPerToken: Int) throws -> UnsafeMutablePointer<Float>
  ) throws {
    func memory<Element>(_ count: Int, of type: Element.Type) throws
      -> UnsafeMutablePointer<Element>
    {
      let floats = try allocate((count * MemoryLayout<Element>.size + 3) / 4)
      return UnsafeMutableRawPointer(floats).assumingMemoryBound(to: type)
    }
    self.groupSize = groupSize
    values = try memory(columns, of: Int8.self)
    scales = try memory(columns / groupSize, of: Float.self)
    #if VNNI
      offsets = try memory(columns / groupSize, of: Int32.self)
    #else
      split = try memory(columns, of: Int16.self)
      floats = try memory(columns, of: Float.self)
    #endif
  }

  /// Quantises token j's activations, x (columns), to the nearest of 255 steps in each group.
  func quantise(_ x: UnsafePointer<Float>, token j: Int, columns: Int) {
    let groups = columns / groupSize
    for group in 0..<groups {
      scales[j * groups + group] = quantiseGroup(
        x + group * groupSize, values + (j * groups + group) * groupSize, groupSize)
    }
    prepare(token: j, columns: columns)
  }
}

/// out = x / scale, rounded, where the returned scale makes the largest of x 127; both (count).
/// A NaN or an infinity leaves its mark on the scale.
private func quantiseGroup(
  _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) -> Float {
  // Positive floats have the order of their bits, and what is not finite comes last.
  var largest: UInt32 = 0
  for i in 0..<count { largest = max(largest, x[i].magnitude.bitPattern) }
  let scale = largest < Float.infinity.bitPattern ? Float(bitPattern: largest) / 127 : .nan
  guard scale > 0 else {
    out.update(repeating: 0, count: count)
    return scale
  }
  for i in 0..<count { out[i] = roundHalfAway(x[i] / scale) }
  return scale
}

/// The nearest integer, halves away from zero as C's `round`, of a float from -127 to 127.
@inline(__always)
private func roundHalfAway(_ x: Float) -> Int8 {
  // Adding 1.5 · 2²³ rounds to an integer, halves to the even one, and leaves it in the low bits.
  let magic: Float = 12_582_912
  let even = (x.magnitude + magic) - magic
  let rounded = x.magnitude - even == 0.5 ? even + 1 : even
  return Int8(truncatingIfNeeded: ((x < 0 ? -rounded : rounded) + magic).bitPattern)
}

// MARK: - A single token

extension Matrix {
  /// out[i] = row i · token j of x, for i in `rows`.
  func multiplyInt8Rows(
    _ x: Int8Activations, token j: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    // A size that the compiler knows takes no loop.
    switch groupSize {
    case 32: multiplyInt8Rows(x, token: j, rows: rows, groupSize: 32, into: out)
    case 64: multiplyInt8Rows(x, token: j, rows: rows, groupSize: 64, into: out)
    default: multiplyInt8Rows(x, token: j, rows: rows, groupSize: groupSize, into: out)
    }
  }

  @inline(__always)
  private func multiplyInt8Rows(
    _ x: Int8Activations, token j: Int, rows: Range<Int>, groupSize: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    let groups = columns / groupSize
    forEachRow(rows) { row in
      out[row] = dot(
        values + row &* columns, scales + 4 &* row &* groups, x, from: j &* groups, groups,
        groupSize)
    }
  }
}

/// row · a token of x, whose groups begin at `first`. A row's scales stand at any alignment.
@inline(__always)
private func dot(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: Int8Activations, from first: Int,
  _ groups: Int, _ groupSize: Int
) -> Float {
  let xScales = UnsafeRawPointer(x.scales + first)
  var sums = SIMD4<Float>.zero
  var group = 0
  let takesFour = groupSize == 32 || groupSize % 64 == 0
  while takesFour && group &+ 4 <= groups {
    let scaled =
      SIMD4<Float>(x.sumsOfFour(from: first &+ group, row + group &* groupSize, groupSize))
      * rowScales.loadUnaligned(fromByteOffset: 4 &* group, as: SIMD4.self)
    sums = multiplyAdd(
      sums, scaled, xScales.loadUnaligned(fromByteOffset: 4 &* group, as: SIMD4.self))
    group &+= 4
  }
  while group < groups {
    let values = x.values + (first &+ group) &* groupSize
    let scaled =
      Float(sumOfProducts(row + group &* groupSize, values, groupSize)) * scale(rowScales, group)
    sums[group & 3] = multiplyAdd(sums[group & 3], scaled, scale(xScales, group))
    group &+= 1
  }
  return ((sums[0] + sums[1]) + sums[2]) + sums[3]
}

/// a · b, both (count).
private func sumOfProducts(
  _ a: UnsafeRawPointer, _ b: UnsafePointer<Int8>, _ count: Int
) -> Int32 {
  var sum: Int32 = 0
  for k in 0..<count {
    sum &+= Int32(a.load(fromByteOffset: k, as: Int8.self)) &* Int32(b[k])
  }
  return sum
}

/// One of the scales of a matrix, at any alignment.
@inline(__always)
func scale(_ scales: UnsafeRawPointer, _ group: Int) -> Float {
  scales.loadUnaligned(fromByteOffset: 4 &* group, as: Float.self)
}

// MARK: - A block of tokens

/// 16 integers, or 64 bytes four by four.
private typealias Words = SIMD16<Int32>

extension Matrix {
  /// Whether `multiplyInt8Block` can be used: rows are long enough to be laid out in 64 columns at
  /// a time, and the sums of groups are below 2²².
  var hasInt8Tiles: Bool { groupSize % 4 == 0 && groupSize <= 256 && columns >= 64 }

  /// out[j * self.rows + i] = row i · token j, for i in `rows` and all tokens, four or more.
  ///
  /// 32 rows at a time are laid out side by side, so that a vector holds what 16 rows have in the
  /// same columns, and no sum is added across lanes.
  func multiplyInt8Block(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    let groups = columns / groupSize
    let vectors = 2 * (columns / columnsPerVector + groups)
    withUnsafeTemporaryAllocation(byteCount: 64 * vectors, alignment: 64) {
      let panel = Int8Panel(
        values: $0.baseAddress!.assumingMemoryBound(to: RowVector.self),
        scales: ($0.baseAddress! + 64 * (vectors - 2 * groups))
          .assumingMemoryBound(to: Vector.self))
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 32) {
        let last = min(first + 32, rows.upperBound) - 1
        fill(panel, with: first...last)
        for j in stride(from: 0, to: count, by: 4) {
          // The last tile begins early, if need be, and computes some products again.
          let j = min(j, count - 4)
          panel.multiply(
            x, token: j, columns: columns, into: out + (j &* self.rows &+ first), self.rows,
            rows: last - first + 1)
        }
      }
    }
  }

  /// Lays out up to 32 rows; the last of them stands in for those that are lacking.
  private func fill(_ panel: Int8Panel, with rows: ClosedRange<Int>) {
    let groups = columns / groupSize
    withUnsafeTemporaryAllocation(of: Words.self, capacity: 32) {
      let words = $0.baseAddress!
      for half in 0..<2 {
        for block in stride(from: 0, to: columns, by: 64) {
          // The last block begins early, if need be, and lays out some columns again.
          let block = min(block, columns - 64)
          for i in 0..<16 {
            let row = min(rows.lowerBound + 16 * half + i, rows.upperBound)
            words[i] = values.loadUnaligned(fromByteOffset: row * columns + block, as: Words.self)
          }
          transpose(words, scratch: words + 16)
          for i in 0..<16 { panel.store(words[i], fromColumn: block + 4 * i, half: half) }
        }
      }
    }
    for i in 0..<32 {
      let row = min(rows.lowerBound + i, rows.upperBound)
      for group in 0..<groups {
        panel.scales[2 * group + i / 16][i % 16] = scale(scales, row * groups + group)
      }
    }
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

/// 32 rows of a matrix side by side: a vector for the first 16 and one for the others.
private struct Int8Panel {
  let values: UnsafeMutablePointer<RowVector>  // (columns / columnsPerVector, 2)
  let scales: UnsafeMutablePointer<Vector>  // (groups, 2)

  /// out[j * outStride + i] = row i · token j of x, for `rows` rows and four tokens.
  func multiply(
    _ x: Int8Activations, token j: Int, columns: Int,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int, rows: Int
  ) {
    let groups = columns / x.groupSize
    let (width, steps) = (columns / columnsPerVector, x.groupSize / columnsPerVector)
    let x0 = x.steps + j &* width
    let (x1, x2, x3) = (x0 + width, x0 + 2 &* width, x0 + 3 &* width)
    var (totalsA, totalsB) = (FourSums(), FourSums())
    for lane in 0..<4 {
      var (sumsA, sumsB) = (FourSums(), FourSums())
      var group = lane
      while group < groups {
        var a = x.start(ofGroup: j &* groups &+ group, groups)
        var b = a
        for k in group &* steps..<(group &+ 1) &* steps {
          a.add(x0[k], x1[k], x2[k], x3[k], times: values[2 &* k])
          b.add(x0[k], x1[k], x2[k], x3[k], times: values[2 &* k &+ 1])
        }
        let xScales = x.scales + (j &* groups &+ group)
        sumsA.add(a.floats, scaledBy: scales[2 &* group], times: xScales, groups)
        sumsB.add(b.floats, scaledBy: scales[2 &* group &+ 1], times: xScales, groups)
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
    /// (count, columns / 4), what meets a vector of rows: four values.
    fileprivate var steps: UnsafePointer<Int32> {
      UnsafeRawPointer(values).assumingMemoryBound(to: Int32.self)
    }

    private func prepare(token j: Int, columns: Int) {
      for group in j * columns / groupSize..<(j + 1) * columns / groupSize {
        var sum: Int32 = 0
        for k in group * groupSize..<(group + 1) * groupSize { sum &+= Int32(values[k]) }
        offsets[group] = -128 &* sum
      }
    }

    /// The sums of four groups' products with a row's.
    @inline(__always)
    fileprivate func sumsOfFour(from group: Int, _ row: UnsafeRawPointer, _ groupSize: Int)
      -> SIMD4<Int32>
    {
      let x = UnsafeRawPointer(values + group &* groupSize)
      let offsets = UnsafeRawPointer(offsets + group).loadUnaligned(as: SIMD4<Int32>.self)
      @inline(__always) func lanes(_ i: Int) -> Words {
        partialSums(row + i &* groupSize, x + i &* groupSize, groupSize)
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

  extension Int8Activations {
    /// (count, columns), what meets a vector of rows: one value.
    fileprivate var steps: UnsafePointer<Float> { UnsafePointer(floats) }

    private func prepare(token j: Int, columns: Int) {
      let values = values + j * columns
      let (floats, split) = (floats + j * columns, split + j * columns)
      for k in 0..<columns { floats[k] = Float(values[k]) }
      for start in stride(from: 0, to: columns - 31, by: 32) {
        for i in 0..<16 {
          split[start + i] = Int16(values[start + 2 * i])
          split[start + 16 + i] = Int16(values[start + 2 * i + 1])
        }
      }
    }

    /// The sums of four groups' products with a row's.
    @inline(__always)
    fileprivate func sumsOfFour(from group: Int, _ row: UnsafeRawPointer, _ groupSize: Int)
      -> SIMD4<Int32>
    {
      @inline(__always) func quarters(_ i: Int) -> SIMD4<Int32> {
        self.quarters(of: group &+ i, row + i &* groupSize, groupSize: groupSize)
      }
      return addPairs(
        addPairs(quarters(0), quarters(1)), addPairs(quarters(2), quarters(3)))
    }

    /// Four partial sums of a group's products with a row's.
    @inline(__always)
    private func quarters(of group: Int, _ row: UnsafeRawPointer, groupSize: Int) -> SIMD4<Int32> {
      let x = UnsafeRawPointer(split + group &* groupSize)
      var sums = SIMD8<Int32>.zero
      var k = 0
      while k < groupSize {
        let w = row.loadUnaligned(fromByteOffset: k, as: SIMD16<Int16>.self)
        let even = x.loadUnaligned(fromByteOffset: 2 &* k, as: SIMD16<Int16>.self)
        let odd = x.loadUnaligned(fromByteOffset: 2 &* k &+ 32, as: SIMD16<Int16>.self)
        // Two products of int8 values fit in 16 bits.
        let pairs = ((w &<< 8) &>> 8) &* even &+ (w &>> 8) &* odd
        let fours = unsafeBitCast(pairs, to: SIMD8<Int32>.self)
        sums &+= ((fours &<< 16) &>> 16) &+ (fours &>> 16)
        k &+= 32
      }
      return sums.lowHalf &+ sums.highHalf
    }

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
