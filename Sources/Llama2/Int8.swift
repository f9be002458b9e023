#if VNNI
  import _Builtin_intrinsics.intel
#endif

// Products of int8 weights and int8 activations (runq.c: `quantize`, `matmul`; Q8_0).
//
// A row is cut into groups, whose values share a scale. Products within a group are added as
// integers, so their order does not matter; a group's sum, times both scales, is added as fp32,
// group after group. Every kernel keeps to that, and so gives the same bits.
//
// The Makefile's native build defines VNNI where the processor has AVX-512's instruction for int8:
// it multiplies 64 pairs of bytes and adds each four of the products. What depends on it stands at
// the end of the file.

/// The activations of a block of tokens, quantised as the matrices that they meet.
struct Int8Activations {
  let groupSize: Int
  let values: UnsafeMutablePointer<Int8>  // (count, columns)
  let scales: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  #if VNNI
    let offsets: UnsafeMutablePointer<Int32>  // (count, columns / groupSize), see `addProducts`
  #else
    let split: UnsafeMutablePointer<Int16>  // (count, columns), as `splitBytes` leaves them
    let lanes: UnsafeMutablePointer<Float>  // (count, columns), the values as floats
  #endif

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

typealias Words = SIMD16<Int32>

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
    let hasKernel = groupSize == 32 || groupSize % 64 == 0
    for row in rows {
      let (values, scales) = (values + row &* columns, scales + 4 &* row &* groups)
      out[row] =
        hasKernel
        ? dotFours(values, scales, x, firstGroup: j &* groups, groups, groupSize)
        : dotAny(values, scales, x, firstGroup: j &* groups, groups)
    }
  }
}

/// row · a token of x, four groups at a time; the row's scales stand at any alignment.
@inline(__always)
private func dotFours(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: Int8Activations, firstGroup: Int,
  _ groups: Int, _ groupSize: Int
) -> Float {
  let xScales = UnsafeRawPointer(x.scales + firstGroup)
  var sums = SIMD4<Float>.zero
  var group = 0
  while group &+ 4 <= groups {
    let fours = x.sumsOfFour(
      from: firstGroup &+ group, row + group &* groupSize, groupSize: groupSize)
    sums = multiplyAdd(
      sums, float(fours) * rowScales.loadUnaligned(fromByteOffset: 4 &* group, as: SIMD4.self),
      xScales.loadUnaligned(fromByteOffset: 4 &* group, as: SIMD4.self))
    group &+= 4
  }
  while group < groups {
    let groupSum = x.sum(of: firstGroup &+ group, row + group &* groupSize, groupSize: groupSize)
    sums[group & 3] = multiplyAdd(
      sums[group & 3], Float(groupSum) * scale(rowScales, group), scale(xScales, group))
    group &+= 1
  }
  return ((sums[0] + sums[1]) + sums[2]) + sums[3]
}

/// row · a token of x, one product after the other.
private func dotAny(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: Int8Activations, firstGroup: Int,
  _ groups: Int
) -> Float {
  let values = x.values + firstGroup &* x.groupSize
  var sums = SIMD4<Float>.zero
  for group in 0..<groups {
    var groupSum: Int32 = 0
    for k in group &* x.groupSize..<(group &+ 1) &* x.groupSize {
      groupSum &+= Int32(values[k]) &* Int32(row.load(fromByteOffset: k, as: Int8.self))
    }
    sums[group & 3] = multiplyAdd(
      sums[group & 3], Float(groupSum) * scale(rowScales, group), x.scales[firstGroup &+ group])
  }
  return ((sums[0] + sums[1]) + sums[2]) + sums[3]
}

/// One of the scales of a matrix, at any alignment.
@inline(__always)
func scale(_ scales: UnsafeRawPointer, _ group: Int) -> Float {
  scales.loadUnaligned(fromByteOffset: 4 &* group, as: Float.self)
}

// MARK: - A block of tokens

extension Matrix {
  /// Whether rows are long enough, and the sums of groups small enough, for `multiplyInt8Block`.
  var hasInt8Tiles: Bool { groupSize % 4 == 0 && groupSize <= 256 && columns >= 64 }

  /// out[j * self.rows + i] = row i · token j, for i in `rows` and all tokens, four or more.
  ///
  /// 32 rows at a time are laid out side by side, so that a vector holds what 16 rows have in the
  /// same columns, and no sum is added across lanes.
  func multiplyInt8Block(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    let groups = columns / groupSize
    let vectors = 2 * (columns / InterleavedRows.columns + groups)
    withUnsafeTemporaryAllocation(byteCount: 64 * vectors, alignment: 64) {
      let panel = Int8Panel(
        lanes: $0.baseAddress!.assumingMemoryBound(to: InterleavedRows.self),
        scales: ($0.baseAddress! + 64 * (vectors - 2 * groups))
          .assumingMemoryBound(to: Vector.self))
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 32) {
        let count32 = min(32, rows.upperBound - first)
        fill(panel, from: first, rows: count32)
        for j in stride(from: 0, to: count, by: 4) {
          // The last tile begins early, if need be, and computes some products again.
          let j = min(j, count - 4)
          panel.multiply(
            x, token: j, columns: columns, into: out + (j &* self.rows &+ first), self.rows,
            first: count32)
        }
      }
    }
  }

  /// Lays out the rows from `first` on; the last of them stands in for those that are lacking.
  private func fill(_ panel: Int8Panel, from first: Int, rows: Int) {
    let groups = columns / groupSize
    withUnsafeTemporaryAllocation(of: Words.self, capacity: 32) {
      let words = $0.baseAddress!
      for half in 0..<2 {
        for block in stride(from: 0, to: columns, by: 64) {
          // The last block begins early, if need be, and lays out some columns again.
          let block = min(block, columns - 64)
          for i in 0..<16 {
            let row = first + min(16 * half + i, rows - 1)
            words[i] = values.loadUnaligned(fromByteOffset: row * columns + block, as: Words.self)
          }
          transpose(words, scratch: words + 16)
          for i in 0..<16 { panel.store(words[i], column: block + 4 * i, half: half) }
        }
      }
    }
    for i in 0..<32 {
      let row = first + min(i, rows - 1)
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

/// 32 rows of a matrix side by side.
private struct Int8Panel {
  let lanes: UnsafeMutablePointer<InterleavedRows>  // (columns / InterleavedRows.columns, 2)
  let scales: UnsafeMutablePointer<Vector>  // (groups, 2)

  /// out[j * outStride + i] = row i · token j of x, for `rows` rows and four tokens.
  func multiply(
    _ x: Int8Activations, token j: Int, columns: Int,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int, first rows: Int
  ) {
    let groups = columns / x.groupSize
    let (width, steps) = (columns / InterleavedRows.columns, x.groupSize / InterleavedRows.columns)
    let x0 = x.lanes + j &* width
    let (x1, x2, x3) = (x0 + width, x0 + 2 &* width, x0 + 3 &* width)
    var (totalsA, totalsB) = (FourSums(), FourSums())
    for lane in 0..<4 {
      var (sumsA, sumsB) = (FourSums(), FourSums())
      var group = lane
      while group < groups {
        var a = x.start(ofGroup: j &* groups &+ group, groups)
        var b = a
        for k in group &* steps..<(group &+ 1) &* steps {
          a.add(x0[k], x1[k], x2[k], x3[k], times: lanes[2 &* k])
          b.add(x0[k], x1[k], x2[k], x3[k], times: lanes[2 &* k &+ 1])
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

@inline(__always)
private func float(_ integers: SIMD4<Int32>) -> SIMD4<Float> {
  unsafeBitCast(integers &+ 0x4B40_0000, to: SIMD4<Float>.self) - 12_582_912
}

// MARK: - The inner steps, with and without VNNI

#if VNNI
  /// Four columns of 16 rows, in each lane those of one row. The bytes are 128 more than the values,
  /// since the instruction takes those of one side as unsigned.
  private typealias InterleavedRows = Words

  extension Words {
    fileprivate static var columns: Int { 4 }
  }

  extension Int8Panel {
    /// Stores four columns of 16 rows.
    @inline(__always)
    func store(_ words: Words, column: Int, half: Int) {
      lanes[column / 2 + half] = words ^ flipSigns
    }
  }

  extension Int8Activations {
    /// (count, columns / 4), four values each.
    fileprivate var lanes: UnsafePointer<Int32> {
      UnsafeRawPointer(values).assumingMemoryBound(to: Int32.self)
    }

    /// What there is to do for a token's values after they were quantised.
    private func prepare(token j: Int, columns: Int) {
      for group in j * columns / groupSize..<(j + 1) * columns / groupSize {
        var sum: Int32 = 0
        for k in group * groupSize..<(group + 1) * groupSize { sum &+= Int32(values[k]) }
        offsets[group] = -128 * sum
      }
    }

    /// The sum of a group's products with a row's.
    @inline(__always)
    fileprivate func sum(of group: Int, _ row: UnsafeRawPointer, groupSize: Int) -> Int32 {
      let x = UnsafeRawPointer(values + group &* groupSize)
      if groupSize > 32 { return offsets[group] &+ partialSums(row, x, groupSize).wrappedSum() }
      let w = row.loadUnaligned(as: SIMD8<Int32>.self) ^ flipSigns.lowHalf
      let half = x.loadUnaligned(as: SIMD8<Int32>.self)
      return offsets[group]
        &+ addProducts(
          .zero, Words(lowHalf: w, highHalf: .zero), Words(lowHalf: half, highHalf: .zero)
        )
        .wrappedSum()
    }

    /// The sums of four groups' products with a row's.
    @inline(__always)
    fileprivate func sumsOfFour(from group: Int, _ row: UnsafeRawPointer, groupSize: Int)
      -> SIMD4<Int32>
    {
      let x = UnsafeRawPointer(values + group &* groupSize)
      let offsets = UnsafeRawPointer(offsets + group).loadUnaligned(as: SIMD4<Int32>.self)
      if groupSize == 32 {
        let fours = addPairs(partialSums(row, x, 64), partialSums(row + 64, x + 64, 64))
        let eight = fours.evenHalf &+ fours.oddHalf
        return offsets &+ eight.evenHalf &+ eight.oddHalf
      }
      @inline(__always) func lanes(_ i: Int) -> __m512i {
        unsafeBitCast(
          partialSums(row + i &* groupSize, x + i &* groupSize, groupSize), to: __m512i.self)
      }
      @inline(__always) func add(_ a: __m512i, _ b: __m512i) -> __m512i { _mm512_add_epi32(a, b) }
      let (a, b, c, d) = (lanes(0), lanes(1), lanes(2), lanes(3))
      let ab = add(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b))
      let cd = add(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d))
      let abcd = unsafeBitCast(
        add(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd)), to: Words.self)
      let eight = abcd.lowHalf &+ abcd.highHalf
      return offsets &+ eight.lowHalf &+ eight.highHalf
    }

    @inline(__always)
    private func partialSums(_ row: UnsafeRawPointer, _ x: UnsafeRawPointer, _ count: Int) -> Words
    {
      var sums = Words.zero
      var k = 0
      while k < count {
        sums = addProducts(
          sums, row.loadUnaligned(fromByteOffset: k, as: Words.self) ^ flipSigns,
          x.loadUnaligned(fromByteOffset: k, as: Words.self))
        k &+= 64
      }
      return sums
    }

    @inline(__always)
    fileprivate func start(ofGroup group: Int, _ stride: Int) -> FourInt8Sums {
      FourInt8Sums(
        s0: Words(repeating: offsets[group]), s1: Words(repeating: offsets[group &+ stride]),
        s2: Words(repeating: offsets[group &+ 2 &* stride]),
        s3: Words(repeating: offsets[group &+ 3 &* stride]))
    }
  }

  @inline(__always)
  private var flipSigns: Words { Words(repeating: Int32(bitPattern: 0x8080_8080)) }

  /// The sums of neighbouring lanes, those of a before those of b.
  @inline(__always)
  private func addPairs(_ a: Words, _ b: Words) -> Words {
    let (even, odd) = deinterleave(a, b)
    return even &+ odd
  }

  /// sum + a b: each lane adds the products of four bytes, those of a unsigned.
  @inline(__always)
  private func addProducts(_ sum: Words, _ a: Words, _ b: Words) -> Words {
    unsafeBitCast(
      _mm512_dpbusd_epi32(
        unsafeBitCast(sum, to: __m512i.self), unsafeBitCast(a, to: __m512i.self),
        unsafeBitCast(b, to: __m512i.self)), to: Words.self)
  }

  /// The sums of 16 rows' products with four tokens.
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
  /// A column of 16 rows, as floats: they are exact for sums of this size.
  private typealias InterleavedRows = Vector

  extension Vector {
    fileprivate static var columns: Int { 1 }
  }

  private typealias FourInt8Sums = FourSums

  /// The sums of neighbouring lanes, those of a before those of b.
  @inline(__always)
  private func addPairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    SIMD4(lowHalf: a.evenHalf, highHalf: b.evenHalf)
      &+ SIMD4(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }

  extension FourSums {
    fileprivate var floats: FourSums { self }
  }

  extension Int8Panel {
    /// Stores four columns of 16 rows.
    @inline(__always)
    func store(_ words: Words, column: Int, half: Int) {
      lanes[2 * column + half] = float((words &<< 24) &>> 24)
      lanes[2 * column + 2 + half] = float((words &<< 16) &>> 24)
      lanes[2 * column + 4 + half] = float((words &<< 8) &>> 24)
      lanes[2 * column + 6 + half] = float(words &>> 24)
    }
  }

  extension Int8Activations {
    /// What there is to do for a token's values after they were quantised.
    private func prepare(token j: Int, columns: Int) {
      let (values, lanes, split) = (values + j * columns, lanes + j * columns, split + j * columns)
      for k in 0..<columns { lanes[k] = Float(values[k]) }
      for start in stride(from: 0, to: columns - 31, by: 32) {
        for i in 0..<16 {
          split[start + i] = Int16(values[start + 2 * i])
          split[start + 16 + i] = Int16(values[start + 2 * i + 1])
        }
      }
    }

    /// The sum of a group's products with a row's.
    @inline(__always)
    fileprivate func sum(of group: Int, _ row: UnsafeRawPointer, groupSize: Int) -> Int32 {
      quarters(of: group, row, groupSize: groupSize).wrappedSum()
    }

    /// The sums of four groups' products with a row's.
    @inline(__always)
    fileprivate func sumsOfFour(from group: Int, _ row: UnsafeRawPointer, groupSize: Int)
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
#endif
