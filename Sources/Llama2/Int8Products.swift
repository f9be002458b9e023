// Products of int8 weights and int8 activations (runq.c: `matmul`; ggml: `ggml_vec_dot_q8_0_q8_0`).
//
// A row is cut into groups whose values share a scale. Products within a group are added as
// integers, whose order does not matter. A group's sum times the weights' scale, less the weights'
// minimum times the sum of the activations, is multiplied by the activations' scale and added as
// fp32 to one of four sums, the next group's to the next of them. Both kernels, for a single
// token here and for a block of them in Int8Blocks.swift, give those bits.

/// A row of a matrix as int8: weight k = scales[g] * (values[k] - bias) - minimums[g], where g is
/// k / groupSize.
struct Int8Row {
  let values: UnsafeRawPointer  // (columns) Int8
  let bias: Int32
  let scales: UnsafeRawPointer  // (columns / groupSize) Float, at any alignment
  /// (columns / groupSize), or nil where a format has none.
  let minimums: UnsafePointer<Float>?

  /// out (columns) = the row, as fp32.
  func copy(to out: UnsafeMutablePointer<Float>, _ columns: Int, groupSize: Int) {
    for group in 0..<columns / groupSize {
      let (scale, minimum) = (float(scales, group), minimums?[group] ?? 0)
      for k in group * groupSize..<(group + 1) * groupSize {
        let value = Int32(values.load(fromByteOffset: k, as: Int8.self)) &- bias
        out[k] = Float(value) * scale - minimum
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
    if hasInt8Tiles(count) {
      return matmulBlock(x, count: count, rows: rows, into: out)
    }
    if let blocks {
      return blocks.matmul(
        values, x, count: count, columns: columns, rows: rows, into: out, self.rows)
    }
    switch groupSize {
    case 4: matmul(x, GroupsOf4.self, count: count, rows: rows, into: out)
    case 8: matmul(x, GroupsOf8.self, count: count, rows: rows, into: out)
    case 16: matmul(x, GroupsOf16.self, count: count, rows: rows, into: out)
    case 32: matmul(x, GroupsOf32.self, count: count, rows: rows, into: out)
    case 64: matmul(x, GroupsOf64.self, count: count, rows: rows, into: out)
    case 128: matmul(x, Doubled<GroupsOf64>.self, count: count, rows: rows, into: out)
    case 256: matmul(x, Doubled<Doubled<GroupsOf64>>.self, count: count, rows: rows, into: out)
    default: matmulGroups(x, count: count, rows: rows, into: out)
    }
  }

  private func matmul<Groups: Int8Grouping>(
    _ x: Int8Activations, _ groups: Groups.Type, count: Int, rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let (first, columns) = (int8View(ofRow: 0), columns)
    let scaleBytes = 4 &* (columns / Groups.groupSize)
    Int8Groups<Groups>.matmul(
      x, count: count, columns: columns, rows: rows, into: out, self.rows
    ) {
      Int8Groups(values: first.values + $0 &* columns, rowScales: first.scales + $0 &* scaleBytes)
    }
  }

  /// The same for groups of any size.
  private func matmulGroups(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    let groups = columns / groupSize
    for j in 0..<count {
      let (values, scales) = (x.values + j * columns, x.scales + j * groups)
      for i in rows {
        let row = int8View(ofRow: i)
        var sums = SIMD4<Float>.zero
        for group in 0..<groups {
          let first = group &* groupSize
          let product = sumOfProducts(row.values + first, values + first, groupSize)
          let scaled = Float(product) * float(row.scales, group)
          sums[group & 3] = multiplyAdd(sums[group & 3], scaled, scales[group])
        }
        out[j * self.rows + i] = ((sums[0] + sums[1]) + sums[2]) + sums[3]
      }
    }
  }
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

// MARK: - A token at a time

/// Weights of a row that are multiplied in one go, wherever they stand: 256, or as many as make 16
/// groups if these are smaller.
protocol Int8Step {
  associatedtype Groups: Int8Grouping
  /// Of an integer.
  static var bits: Int { get }
  /// What `weights` are larger than the integers whose products are added: 0, or a power of two.
  static var bias: Int32 { get }
  /// Whether weights are scale * integer - minimum rather than scale * integer.
  static var hasMinimums: Bool { get }
  /// Bytes that `copy` needs for a whole step.
  static var bytes: Int { get }
  /// 64 integers from number 64 * part on, as unsigned bytes, interleaved where the groups are.
  func weights(_ part: Int) -> Bytes
  /// One for each group.
  var scales: Groups.Floats { get }
  var minimums: Groups.Floats { get }
  func advanced(by steps: Int) -> Self
  /// Asks for the weights 4 KB further on: the processor's own prefetching stops at the end of a page.
  func askAhead()
  /// The first `columns` weights, in memory of their own.
  func copy(columns: Int, to scratch: UnsafeMutableRawPointer) -> Self
}

extension Int8Step {
  @inline(__always)
  static var bias: Int32 { 0 }
  @inline(__always)
  static var hasMinimums: Bool { false }
  @inline(__always)
  var minimums: Groups.Floats { .zero }

  /// Calls `body` with each step of a row of `columns` weights that begins here, its first column and
  /// the number of its columns. What a row's last step lacks is zeros.
  @inline(__always)
  func forEachStep(columns: Int, _ body: (_ step: Self, _ first: Int, _ count: Int) -> Void) {
    let steps = columns / Groups.columns
    for i in 0..<steps { body(advanced(by: i), i &* Groups.columns, Groups.columns) }
    let first = steps * Groups.columns
    if first == columns { return }
    // On the stack, which has no larger alignment.
    withUnsafeTemporaryAllocation(byteCount: Self.bytes, alignment: 16) {
      $0.initializeMemory(as: UInt8.self, repeating: 0)
      let rest = advanced(by: steps).copy(columns: columns - first, to: $0.baseAddress!)
      body(rest, first, columns - first)
    }
  }

  /// out[j * outStride + i] = row i · token j of x, for i in `rows` and the first `count` tokens, where
  /// the matrix ends with row outStride - 1.
  @inline(__always)
  static func matmul(
    _ x: Int8Activations, count: Int, columns: Int, rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int, row: (Int) -> Self
  ) {
    #if VNNI
      typealias Widest = TileOf4
    #else
      // More tokens go through tiles there (Int8Blocks.swift).
      typealias Widest = TileOf2
    #endif
    for j in stride(from: 0, to: count, by: Widest.count) {
      // Where four are taken at once, the last one of three is computed twice.
      let tokens = Four { j &+ min($0, count &- j &- 1) }
      switch count - j {
      case 1: matmul(TileOf1.self, x, tokens, columns, rows, into: out, outStride, row: row)
      #if VNNI
        case 2: matmul(TileOf2.self, x, tokens, columns, rows, into: out, outStride, row: row)
      #endif
      default: matmul(Widest.self, x, tokens, columns, rows, into: out, outStride, row: row)
      }
    }
  }

  /// The same for the first `Tokens.count` of four tokens, which share the weights in the registers.
  @inline(__always)
  private static func matmul<Tokens: TileCount>(
    _: Tokens.Type, _ x: Int8Activations, _ tokens: Four<Int>, _ columns: Int, _ rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int, row: (Int) -> Self
  ) {
    let steps = columns / Groups.columns
    let rest = Rest<Groups>(columns: columns - steps * Groups.columns)
    // The whole step with which another row ends is inside the matrix.
    let lastWhole = outStride - (Groups.columns - rest.columns + columns - 1) / columns
    let x = tokens.map { x.token($0, columns: columns, Groups.self) }
    let outs = tokens.map { out + $0 &* outStride }
    withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 16) {
      let scratch = $0.baseAddress!
      forEachRow(rows) { i in
        let row = row(i)
        var sums = Four { _ in SIMD4<Float>.zero }
        for number in 0..<steps {
          let step = row.advanced(by: number)
          step.askAhead()
          step.add(Tokens.self, TileOf4.self, x, number, to: &sums)
        }
        if rest.columns > 0 {
          var last = row.advanced(by: steps)
          if i >= lastWhole { last = last.copy(columns: rest.columns, to: scratch) }
          if rest.columns <= 64 {
            last.add(Tokens.self, TileOf1.self, x, steps, rest, to: &sums)
          } else {
            last.addRest(Tokens.self, x, steps, rest, to: &sums)
          }
        }
        outs.t0[i] = total(sums.t0)
        if Tokens.count > 1 { outs.t1[i] = total(sums.t1) }
        if Tokens.count > 2 {
          outs.t2[i] = total(sums.t2)
          outs.t3[i] = total(sums.t3)
        }
      }
    }
  }

  @inline(__always)
  private static func total(_ sums: SIMD4<Float>) -> Float {
    ((sums[0] + sums[1]) + sums[2]) + sums[3]
  }

  /// Never inlined: it is long, and few rows have more than 64 columns left.
  @inline(never)
  private func addRest<Tokens: TileCount>(
    _: Tokens.Type, _ x: Four<Int8Token>, _ step: Int, _ rest: Rest<Groups>,
    to sums: inout Four<SIMD4<Float>>
  ) {
    add(Tokens.self, TileOf4.self, x, step, rest, to: &sums)
  }

  /// Adds the products of this step with the first `Tokens.count` of x. The compiler finds out that it needs
  /// the weights once.
  @inline(__always)
  private func add<Tokens: TileCount, Parts: TileCount>(
    _: Tokens.Type, _ parts: Parts.Type, _ x: Four<Int8Token>, _ step: Int,
    _ rest: Rest<Groups>? = nil, to sums: inout Four<SIMD4<Float>>
  ) {
    add(parts, x.t0, step, rest, to: &sums.t0)
    if Tokens.count > 1 { add(parts, x.t1, step, rest, to: &sums.t1) }
    if Tokens.count > 2 {
      add(parts, x.t2, step, rest, to: &sums.t2)
      add(parts, x.t3, step, rest, to: &sums.t3)
    }
  }

  /// Adds the products of this step, a row's number `step`, with x.
  ///
  /// - Parameters:
  ///   - Parts: 1 where all but the first 64 of its weights are behind the row, else 4.
  ///   - rest: nil, or the part of the step that belongs to the row.
  @inline(__always)
  private func add<Parts: TileCount>(
    _: Parts.Type, _ x: Int8Token, _ step: Int, _ rest: Rest<Groups>?,
    to totals: inout SIMD4<Float>
  ) {
    let values = x.values + step &* (Groups.columns &* Int8Token.bytesPerValue)
    #if VNNI || !(FMA || arch(arm64))
      let takesSigned = false
    #else
      // Bytes of 128 or more: arm64's instructions take them as negative, and AVX2's sums of two products
      // would not fit in 16 bits.
      let takesSigned = Self.bias == 128
    #endif
    let products = Groups.sums {
      if Parts.count == 1 && $0 > 0 { return .zero }
      let weights = weights($0)
      return Groups.products(
        takesSigned ? weights.withSignsTurned : weights,
        values + $0 &* (64 &* Int8Token.bytesPerValue), areSigned: takesSigned)
    }
    let bytes = 4 &* step &* Groups.Floats.scalarCount
    let xSums = x.sums.loadUnaligned(fromByteOffset: bytes, as: Groups.Floats.Integers.self)
    let xScales = x.scales.loadUnaligned(fromByteOffset: bytes, as: Groups.Floats.self)
    let bias = takesSigned ? 0 : Self.bias
    if Parts.count == 1 && Groups.groupSize >= 16 {
      // These are four groups at most.
      Self.add(
        Groups.Floats.firstFour(products), scales.firstFour, minimums.firstFour,
        Groups.Floats.firstFour(xSums), xScales.firstFour, bias: bias,
        mask: rest.map { Groups.Floats.firstFour($0.mask) }, to: &totals)
    } else {
      Self.add(
        products, scales, minimums, xSums, xScales, bias: bias, mask: rest?.mask, to: &totals)
    }
  }

  /// Adds the groups' sums of products times their scales.
  @inline(__always)
  private static func add<Floats: GroupFloats>(
    _ products: Floats.Integers, _ scales: Floats, _ minimums: Floats, _ xSums: Floats.Integers,
    _ xScales: Floats, bias: Int32, mask: Floats.Integers?, to totals: inout SIMD4<Float>
  ) {
    var products = products
    if bias > 0 { products &-= xSums &<< Int32(bias.trailingZeroBitCount) }
    var (scaled, xScales) = (Floats(integers: products).multiplied(by: scales), xScales)
    if hasMinimums { scaled = scaled.adding(minimums, times: Floats(integers: 0 &- xSums)) }
    if let mask { (scaled, xScales) = (scaled.masked(mask), xScales.masked(mask)) }
    scaled.add(to: &totals, times: xScales)
  }
}

/// The columns of a row that make no whole step.
struct Rest<Groups: Int8Grouping> {
  let columns: Int
  /// All bits set for the groups of these columns.
  fileprivate let mask: Groups.Floats.Integers

  init(columns: Int) {
    self.columns = columns
    var mask = Groups.Floats.Integers.zero
    for group in 0..<columns / Groups.groupSize { mask[group] = -1 }
    self.mask = mask
  }
}
