#if VNNI
  import _Builtin_intrinsics.intel
#endif

// Products of int8 weights and int8 activations (runq.c: `matmul`; ggml: `ggml_vec_dot_q8_0_q8_0`).
//
// A row is cut into groups whose values share a scale. Products within a group are added as
// integers, whose order does not matter. A group's sum times the weights' scale, less the weights'
// minimum times the sum of the activations, is multiplied by the activations' scale and added as
// fp32 to one of four sums, the next group's to the next of them. Both kernels, for a single
// token here and for a block of them in Int8Blocks.swift, give those bits.
//
// The Makefile's native build defines VNNI where the processor has AVX-512's instruction for int8,
// which multiplies 64 pairs of bytes and adds each four of the products. What is done differently
// with it and without it stands at the end of both files.

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
func float(_ floats: UnsafeRawPointer, _ i: Int) -> Float {
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

// MARK: - Its inner step, with and without VNNI

/// 16 integers of 32 bits, or 64 bytes, four in each.
typealias Words = SIMD16<Int32>

#if VNNI
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
  var signs: Words { Words(repeating: Int32(bitPattern: 0x8080_8080)) }

  /// sum + a b: each lane adds the products of four bytes, those of a unsigned.
  @inline(__always)
  func addProducts(_ sum: Words, _ a: Words, _ b: Words) -> Words {
    unsafeBitCast(
      _mm512_dpbusd_epi32(
        unsafeBitCast(sum, to: __m512i.self), unsafeBitCast(a, to: __m512i.self),
        unsafeBitCast(b, to: __m512i.self)), to: Words.self)
  }
#else
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

  /// The sums of neighbouring lanes, those of a before those of b.
  @inline(__always)
  private func addPairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    SIMD4(lowHalf: a.evenHalf, highHalf: b.evenHalf)
      &+ SIMD4(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }
#endif
