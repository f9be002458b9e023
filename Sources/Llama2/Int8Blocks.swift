// Products of a block of tokens, which give the bits of those in Int8Products.swift.

extension Matrix {
  /// Whether a block of `count` tokens goes through `matmulBlock`: for fewer its vectors have too many
  /// lanes without a token.
  func hasInt8Tiles(_ count: Int) -> Bool {
    isInt8 && count >= max(4, Int8Tile.lanes / 2) && groupSize % 4 == 0
  }

  /// out[j * self.rows + i] = row i · token j, for i in `rows` and the first `count` tokens, which
  /// `x.layOut` has laid out.
  ///
  /// A vector has a few columns of some tokens, each in a lane of its own. They are multiplied with the
  /// same columns of a row, repeated for each lane. So no sum is added across lanes.
  func matmulBlock(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    let tile = Int8Tile(x, for: self)
    // Rows that stay in the first-level cache while they are multiplied with all tokens.
    let height = max(4, 12_288 / tile.rowBytes / 4 * 4)
    withUnsafeTemporaryAllocation(
      byteCount: height * tile.rowBytes + int8RowBytes, alignment: 64
    ) {
      let (copies, scratch) = ($0.baseAddress!, $0.baseAddress! + height * tile.rowBytes)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: height) {
        let last = min(first + height, rows.upperBound) - 1
        for row in first...last {
          tile.copy(int8Row(row, scratch: scratch), to: copies + (row - first) * tile.rowBytes)
        }
        for token in stride(from: 0, to: count, by: 2 * Int8Tile.lanes) {
          for row in stride(from: first, through: last, by: 4) {
            // The last row stands in for those behind it.
            tile.multiply(
              Four { copies + (min(row + $0, last) - first) * tile.rowBytes },
              token: token, count: count - token, rows: last - row + 1,
              into: out + (token * self.rows + row), self.rows,
              next: values + (row + height) * rowBytes, token == 0 ? 4 * rowBytes : 0)
          }
        }
      }
    }
  }

  /// A row as int8, unpacked to `scratch` where the format is not int8 itself.
  private func int8Row(_ row: Int, scratch: UnsafeMutableRawPointer) -> Int8Row {
    blocks.map { unpack(row, $0, into: scratch) } ?? int8View(ofRow: row)
  }

  /// out (columns) = a row, as fp32.
  func copyInt8Row(_ row: Int, to out: UnsafeMutablePointer<Float>) {
    withUnsafeTemporaryAllocation(byteCount: int8RowBytes, alignment: 64) {
      int8Row(row, scratch: $0.baseAddress!).copy(to: out, columns, groupSize: groupSize)
    }
  }
}

extension Int8Activations {
  /// Lays out the tokens of one vector's lanes, from number `index * Int8Tile.lanes` on: of each group
  /// its values, (groupSize / valuesPerLane), each a vector with a word of some columns for each
  /// token; then its scales, then its sums. The last of `count` tokens stands in for those behind it.
  func layOut(_ index: Int, count: Int, columns: Int) {
    let (lanes, groups) = (Int8Tile.lanes, columns / groupSize)
    let width = groupSize / valuesPerLane
    var out = vectors(index, columns: columns)
    for group in 0..<groups {
      for lane in 0..<lanes {
        let token = min(index &* lanes &+ lane, count &- 1)
        let x = values + (token &* columns &+ group &* groupSize)
        for k in 0..<width {
          let word = word(x + k &* valuesPerLane)
          out.storeBytes(of: word, toByteOffset: 4 &* (k &* lanes &+ lane), as: Int32.self)
        }
        let place = 4 &* (width &* lanes &+ lane)
        out.storeBytes(of: scales[token &* groups &+ group], toByteOffset: place, as: Float.self)
        out.storeBytes(
          of: sums[token &* groups &+ group], toByteOffset: place &+ 4 &* lanes, as: Int32.self)
      }
      out += 4 &* lanes &* (width &+ 2)
    }
  }

  /// A lane: four values, or two as 16-bit integers.
  @inline(__always)
  private func word(_ x: UnsafePointer<Int8>) -> Int32 {
    valuesPerLane == 4
      ? UnsafeRawPointer(x).loadUnaligned(as: Int32.self)
      : Int32(x[1]) &<< 16 | Int32(x[0]) & 0xFFFF
  }

  /// What `layOut` has laid out.
  @inline(__always)
  fileprivate func vectors(_ index: Int, columns: Int) -> UnsafeMutableRawPointer {
    let width = groupSize / valuesPerLane
    return panel + index &* (4 &* Int8Tile.lanes &* (width &+ 2) &* (columns / groupSize))
  }
}

/// The product of four rows and of the tokens of two vectors. How many lanes a vector has, and how they are
/// multiplied, depends on the processor: Int8VNNI.swift, Int8AVX2.swift, Int8NEON.swift, Int8Portable.swift.
struct Int8Tile {
  private let x: Int8Activations
  private let columns: Int
  private let hasMinimums: Bool
  /// What the values of a row, as `copy` writes them, are larger than the weights' integers.
  private let bias: Int32
  private let bits: Int
  /// Bytes of a row as `copy` writes it: its values, its scales and, where the format has them, its
  /// minimums.
  let rowBytes: Int

  static var lanes: Int { Floats.scalarCount }

  init(_ x: Int8Activations, for matrix: Matrix) {
    (self.x, columns, hasMinimums) = (x, matrix.columns, matrix.hasMinimums)
    (bias, bits) = (matrix.int8Bias &+ Self.addedBias, matrix.bits)
    let width = x.groupSize / x.valuesPerLane
    precondition(width % min(width, Self.depth(bits: bits)) == 0, "a part ends with its group")
    let bytes =
      columns * 4 / x.valuesPerLane + (hasMinimums ? 8 : 4) * (columns / x.groupSize)
    rowBytes = (bytes + 63) & ~63
  }

  /// Copies a row to where it is multiplied.
  func copy(_ row: Int8Row, to out: UnsafeMutableRawPointer) {
    let groups = columns / x.groupSize
    let scales = out + columns * 4 / x.valuesPerLane
    Self.copy(row.values, columns, x.valuesPerLane, to: out)
    scales.copyMemory(from: row.scales, byteCount: 4 * groups)
    if hasMinimums {
      (scales + 4 * groups).copyMemory(from: row.minimums!, byteCount: 4 * groups)
    }
  }

  /// out[j * outStride + i] = row i · token j, for the first `rows` of these rows and the first `count`
  /// tokens from `token` on, as many as there are lanes in two vectors. Asks meanwhile for the
  /// `nextBytes` bytes at `next`, which are copied next.
  @inline(__always)
  fileprivate func multiply(
    _ w: Four<UnsafeMutableRawPointer>, token: Int, count: Int, rows: Int,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int,
    next: UnsafeRawPointer, _ nextBytes: Int
  ) {
    let w = w.map { UnsafeRawPointer($0) }
    let next = UnsafeRawBufferPointer(start: next, count: nextBytes)
    let index = token / Self.lanes
    let a = UnsafeRawPointer(x.vectors(index, columns: columns))
    if count <= Self.lanes {
      store(totals(w, a, a, next, isPair: false).a, rows: rows, count: count, out, outStride)
    } else {
      let b = UnsafeRawPointer(x.vectors(index + 1, columns: columns))
      let totals = totals(w, a, b, next, isPair: true)
      store(totals.a, rows: rows, count: Self.lanes, out, outStride)
      store(
        totals.b, rows: rows, count: count - Self.lanes, out + Self.lanes * outStride, outStride)
    }
  }

  private typealias Totals = (a: Four<Floats>, b: Four<Floats>)

  private func totals(
    _ w: Four<UnsafeRawPointer>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    _ next: UnsafeRawBufferPointer, isPair: Bool
  ) -> Totals {
    switch (x.groupSize, bits) {
    case (16, 2...3): totals(Q3_K.self, w, a, b, next, isPair: isPair)
    case (16, 6): totals(Q6_K.self, w, a, b, next, isPair: isPair)
    case (32, 4): totals(Q4_0.self, w, a, b, next, isPair: isPair)
    case (32, 5): totals(Q5_0.self, w, a, b, next, isPair: isPair)
    case (32, 8): totals(Q8_0.self, w, a, b, next, isPair: isPair)
    case (64, 8): totals(Int8Groups<GroupsOf64>.self, w, a, b, next, isPair: isPair)
    default: totals(w, a, b, next, groupSize: x.groupSize, bits: bits, isPair: true)
    }
  }

  /// Those of weights with groups of the same size and at most as many bits as `Weights` have, for which
  /// the compiler makes code of its own.
  private func totals<Weights: Int8Step>(
    _: Weights.Type, _ w: Four<UnsafeRawPointer>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    _ next: UnsafeRawBufferPointer, isPair: Bool
  ) -> Totals {
    let (groupSize, bits) = (Weights.Groups.groupSize, Weights.bits)
    return isPair
      ? totals(w, a, b, next, groupSize: groupSize, bits: bits, isPair: true)
      : totals(w, a, b, next, groupSize: groupSize, bits: bits, isPair: false)
  }

  /// The products of four rows with the tokens of two vectors, or with those of a alone.
  @inline(__always)
  private func totals(
    _ w: Four<UnsafeRawPointer>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    _ next: UnsafeRawBufferPointer, groupSize: Int, bits: Int, isPair: Bool
  ) -> Totals {
    let valuesPerLane = Self.valuesPerLane(bits: bits)
    let (groups, width) = (columns / groupSize, groupSize / valuesPerLane)
    let depth = min(width, Self.depth(bits: bits))
    let scales = columns &* 4 / valuesPerLane
    let (vector, groupBytes) = (4 &* Self.lanes, 4 &* Self.lanes &* (width &+ 2))
    var totals: Totals = (Four { _ in .zero }, Four { _ in .zero })
    // Of the next rows some cache lines with each group.
    var line = next.baseAddress!
    let bytesAhead = next.count / groups
    var end = line
    for sum in 0..<4 {
      var sums: Totals = (Four { _ in .zero }, Four { _ in .zero })
      for group in stride(from: sum, to: groups, by: 4) {
        let (a, b) = (a + group &* groupBytes, b + group &* groupBytes)
        let sumsA = Self.integers(a + (width &+ 1) &* vector)
        let sumsB = isPair ? Self.integers(b + (width &+ 1) &* vector) : .zero
        var productsA = Four { _ in 0 &- sumsA &* bias }
        var productsB = Four { _ in 0 &- sumsB &* bias }
        end += bytesAhead
        while line < end {
          prefetch(line)
          line += 64
        }
        for first in stride(from: 0, to: width, by: depth) {
          var partA = productsA.map { Self.begin($0, valuesPerLane) }
          var partB = productsB.map { Self.begin($0, valuesPerLane) }
          for k in first..<first &+ depth {
            let weights = w.map {
              Integers(
                repeating: $0.loadUnaligned(
                  fromByteOffset: 4 &* (group &* width &+ k), as: Int32.self))
            }
            let xA = Self.integers(a + k &* vector)
            partA = partA.map(weights) { Self.accumulate($0, $1, xA, valuesPerLane) }
            if isPair {
              let xB = Self.integers(b + k &* vector)
              partB = partB.map(weights) { Self.accumulate($0, $1, xB, valuesPerLane) }
            }
          }
          productsA = productsA.map(partA) { Self.end($0, $1, valuesPerLane) }
          if isPair { productsB = productsB.map(partB) { Self.end($0, $1, valuesPerLane) } }
        }
        let wScales = w.map { Floats(repeating: float($0 + scales, group)) }
        var scaledA = productsA.map(wScales) { Self.floats($0) * $1 }
        var scaledB = productsB.map(wScales) { Self.floats($0) * $1 }
        if hasMinimums {
          let minimums = w.map { Floats(repeating: float($0 + scales, groups &+ group)) }
          let (negativeA, negativeB) = (Self.floats(0 &- sumsA), Self.floats(0 &- sumsB))
          scaledA = scaledA.map(minimums) { multiplyAdd($0, $1, negativeA) }
          scaledB = scaledB.map(minimums) { multiplyAdd($0, $1, negativeB) }
        }
        let xScalesA = Self.integers(a + width &* vector)
        sums.a = sums.a.map(scaledA) {
          multiplyAdd($0, $1, unsafeBitCast(xScalesA, to: Floats.self))
        }
        if isPair {
          let xScalesB = Self.integers(b + width &* vector)
          sums.b = sums.b.map(scaledB) {
            multiplyAdd($0, $1, unsafeBitCast(xScalesB, to: Floats.self))
          }
        }
      }
      totals.a = totals.a.map(sums.a) { $0 + $1 }
      if isPair { totals.b = totals.b.map(sums.b) { $0 + $1 } }
    }
    return totals
  }

  @inline(__always)
  private static func integers(_ pointer: UnsafeRawPointer) -> Integers {
    pointer.loadUnaligned(as: Integers.self)
  }

  @inline(__always)
  private static func floats(_ integers: Integers) -> Floats {
    // The conversion that Swift has is a call; this becomes one of all lanes.
    var result = Floats.zero
    for lane in 0..<lanes { result[lane] = Float(integers[lane]) }
    return result
  }

  /// Writes the first `rows` rows' totals of the first `count` tokens.
  @inline(__always)
  private func store(
    _ totals: Four<Floats>, rows: Int, count: Int, _ out: UnsafeMutablePointer<Float>,
    _ outStride: Int
  ) {
    withUnsafeBytes(of: totals) {
      let totals = $0.assumingMemoryBound(to: Float.self).baseAddress!
      if rows >= 4 {
        for token in 0..<min(count, Self.lanes) {
          let four = SIMD4(
            totals[token], totals[Self.lanes &+ token], totals[2 &* Self.lanes &+ token],
            totals[3 &* Self.lanes &+ token])
          UnsafeMutableRawPointer(out + token &* outStride).storeBytes(
            of: four, as: SIMD4<Float>.self)
        }
      } else {
        for token in 0..<min(count, Self.lanes) {
          for row in 0..<rows {
            out[token &* outStride &+ row] = totals[row &* Self.lanes &+ token]
          }
        }
      }
    }
  }
}
