#if arch(x86_64)
  import _Builtin_intrinsics.intel
#elseif arch(arm64)
  import _Builtin_intrinsics.arm.neon
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
// which multiplies 64 pairs of bytes and adds each four of the products.

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
    let rowScales = 4 &* (columns / Groups.groupSize)
    Int8Groups<Groups>.matmul(
      x, count: count, columns: columns, rows: rows, into: out, self.rows
    ) {
      Int8Groups(values: first.values + $0 &* columns, floats: first.scales + $0 &* rowScales)
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
  /// What `weights` are larger than the integers whose products are added: 0, or a power of two.
  static var bias: Int32 { get }
  /// Whether weights are scale * integer - minimum rather than scale * integer.
  static var hasMinimums: Bool { get }
  /// Bytes that `copy` needs for a whole step.
  static var bytes: Int { get }
  /// 64 integers from number 64 * part on, as unsigned bytes.
  func weights(_ part: Int) -> Bytes
  /// One for each group.
  var scales: Groups.Floats { get }
  var minimums: Groups.Floats { get }
  func advanced(by steps: Int) -> Self
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
      let widest = 4
    #else
      // More tokens go through tiles there (Int8Blocks.swift).
      let widest = 2
    #endif
    for j in stride(from: 0, to: count, by: widest) {
      // Of three tokens the last one is computed twice.
      let tokens = Four { j &+ min($0, count &- j &- 1) }
      // The compiler makes code of its own for each width.
      switch count - j {
      case 1: matmul(x, tokens, width: 1, columns: columns, rows, into: out, outStride, row: row)
      #if VNNI
        case 2: matmul(x, tokens, width: 2, columns: columns, rows, into: out, outStride, row: row)
      #endif
      default:
        matmul(x, tokens, width: widest, columns: columns, rows, into: out, outStride, row: row)
      }
    }
  }

  /// The same for the first `width` of four tokens, which share the weights in the registers.
  @inline(__always)
  private static func matmul(
    _ x: Int8Activations, _ tokens: Four<Int>, width: Int, columns: Int, _ rows: Range<Int>,
    into out: UnsafeMutablePointer<Float>, _ outStride: Int, row: (Int) -> Self
  ) {
    let steps = columns / Groups.columns
    let rest = Rest<Groups>(columns: columns - steps * Groups.columns)
    // The whole step with which another row ends is inside the matrix.
    let lastWhole = outStride - (Groups.columns - rest.columns + columns - 1) / columns
    let x = tokens.map { x.token($0, columns: columns) }
    let outs = tokens.map { out + $0 &* outStride }
    withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 16) {
      let scratch = $0.baseAddress!
      forEachRow(rows) { i in
        let row = row(i)
        var sums = Four { _ in SIMD4<Float>.zero }
        for step in 0..<steps { row.advanced(by: step).add(x, width, step, to: &sums) }
        if rest.columns > 0 {
          var last = row.advanced(by: steps)
          if i >= lastWhole { last = last.copy(columns: rest.columns, to: scratch) }
          if rest.columns <= 64 {
            last.add(x, width, steps, rest, parts: 1, to: &sums)
          } else {
            last.addRest(x.t0, steps, rest, to: &sums.t0)
            if width > 1 { last.addRest(x.t1, steps, rest, to: &sums.t1) }
            if width > 2 {
              last.addRest(x.t2, steps, rest, to: &sums.t2)
              last.addRest(x.t3, steps, rest, to: &sums.t3)
            }
          }
        }
        outs.t0[i] = total(sums.t0)
        if width > 1 { outs.t1[i] = total(sums.t1) }
        if width > 2 {
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

  /// Adds the products of this step with the first `width` of x. The compiler finds out that it needs
  /// the weights once.
  @inline(__always)
  private func add(
    _ x: Four<Int8Token>, _ width: Int, _ step: Int, _ rest: Rest<Groups>? = nil,
    parts: Int = .max, to sums: inout Four<SIMD4<Float>>
  ) {
    add(x.t0, step, rest, parts: parts, to: &sums.t0)
    if width > 1 { add(x.t1, step, rest, parts: parts, to: &sums.t1) }
    if width > 2 {
      add(x.t2, step, rest, parts: parts, to: &sums.t2)
      add(x.t3, step, rest, parts: parts, to: &sums.t3)
    }
  }

  /// Never inlined: it is long, and few rows have more than 64 columns left.
  @inline(never)
  private func addRest(
    _ x: Int8Token, _ step: Int, _ rest: Rest<Groups>, to sums: inout SIMD4<Float>
  ) {
    add(x, step, rest, to: &sums)
  }

  /// Adds the products of this step, a row's number `step`, with x.
  ///
  /// - Parameters:
  ///   - rest: nil, or the part of the step that belongs to the row.
  ///   - parts: how many times 64 of its weights are not behind the row.
  @inline(__always)
  private func add(
    _ x: Int8Token, _ step: Int, _ rest: Rest<Groups>? = nil, parts: Int = .max,
    to totals: inout SIMD4<Float>
  ) {
    let values = x.values + step &* (Groups.columns &* Int8Token.bytesPerValue)
    #if arch(arm64)
      // The instructions take both sides as signed.
      let takesSigned = Self.bias == 128
    #else
      let takesSigned = false
    #endif
    let products = Groups.sums {
      if $0 >= parts { return .zero }
      let weights = weights($0)
      return (takesSigned ? weights.withSignsTurned : weights)
        .products(values + $0 &* (64 &* Int8Token.bytesPerValue))
    }
    let bytes = 4 &* step &* Groups.Floats.scalarCount
    let xSums = x.sums.loadUnaligned(fromByteOffset: bytes, as: Groups.Floats.Integers.self)
    let xScales = x.scales.loadUnaligned(fromByteOffset: bytes, as: Groups.Floats.self)
    let bias = takesSigned ? 0 : Self.bias
    if parts == 1 && Groups.groupSize >= 16 {
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

/// A float for each group of a step.
protocol GroupFloats: SIMD where Scalar == Float {
  associatedtype Integers: SIMD where Integers.Scalar == Int32
  init(integers: Integers)
  /// Lane by lane, self * x and self + a * b.
  func multiplied(by x: Self) -> Self
  func adding(_ a: Self, times b: Self) -> Self
  /// Adds the products with x, number k to sum k % 4, in their order.
  func add(to sums: inout SIMD4<Float>, times x: Self)
  var firstFour: SIMD4<Float> { get }
  static func firstFour(_ integers: Integers) -> SIMD4<Int32>
}

extension GroupFloats {
  /// 0 where the mask is, whatever stands there.
  @inline(__always)
  func masked(_ mask: Integers) -> Self {
    unsafeBitCast(unsafeBitCast(self, to: Integers.self) & mask, to: Self.self)
  }
}

extension SIMD4<Float>: GroupFloats {
  @inline(__always)
  init(integers: SIMD4<Int32>) {
    #if arch(x86_64)
      self = _mm_cvtepi32_ps(unsafeBitCast(integers, to: __m128i.self))
    #else
      self = .zero
      for lane in 0..<4 { self[lane] = Float(integers[lane]) }
    #endif
  }

  @inline(__always)
  func multiplied(by x: Self) -> Self {
    #if arch(x86_64)
      _mm_mul_ps(self, x)
    #else
      self * x
    #endif
  }

  @inline(__always)
  func adding(_ a: Self, times b: Self) -> Self {
    #if arch(x86_64) && !FMA
      _mm_add_ps(self, _mm_mul_ps(a, b))
    #else
      multiplyAdd(self, a, b)
    #endif
  }

  @inline(__always)
  func add(to sums: inout SIMD4<Float>, times x: Self) { sums = sums.adding(self, times: x) }

  @inline(__always)
  var firstFour: SIMD4<Float> { self }

  @inline(__always)
  static func firstFour(_ integers: SIMD4<Int32>) -> SIMD4<Int32> { integers }
}

/// Floats of two halves.
protocol TwoHalves: GroupFloats {
  associatedtype Half: GroupFloats
  var lowHalf: Half { get }
  var highHalf: Half { get }
  init(lowHalf: Half, highHalf: Half)
  static func halves(_ integers: Integers) -> (low: Half.Integers, high: Half.Integers)
}

extension TwoHalves {
  @inline(__always)
  init(integers: Integers) {
    #if FMA
      self = .zero
      for lane in 0..<Self.scalarCount { self[lane] = Float(integers[lane]) }
    #else
      // LLVM would put the lanes together in other ways than these.
      let (low, high) = Self.halves(integers)
      self = Self(lowHalf: Half(integers: low), highHalf: Half(integers: high))
    #endif
  }

  @inline(__always)
  func multiplied(by x: Self) -> Self {
    #if FMA
      self * x
    #else
      Self(
        lowHalf: lowHalf.multiplied(by: x.lowHalf), highHalf: highHalf.multiplied(by: x.highHalf))
    #endif
  }

  @inline(__always)
  func adding(_ a: Self, times b: Self) -> Self {
    #if FMA
      multiplyAdd(self, a, b)
    #else
      Self(
        lowHalf: lowHalf.adding(a.lowHalf, times: b.lowHalf),
        highHalf: highHalf.adding(a.highHalf, times: b.highHalf))
    #endif
  }

  @inline(__always)
  func add(to sums: inout SIMD4<Float>, times x: Self) {
    lowHalf.add(to: &sums, times: x.lowHalf)
    highHalf.add(to: &sums, times: x.highHalf)
  }

  @inline(__always)
  var firstFour: SIMD4<Float> { lowHalf.firstFour }

  @inline(__always)
  static func firstFour(_ integers: Integers) -> SIMD4<Int32> {
    Half.firstFour(halves(integers).low)
  }
}

extension SIMD8<Float>: GroupFloats, TwoHalves {
  typealias Integers = SIMD8<Int32>
  typealias Half = SIMD4<Float>

  @inline(__always)
  static func halves(_ integers: SIMD8<Int32>) -> (low: SIMD4<Int32>, high: SIMD4<Int32>) {
    (integers.lowHalf, integers.highHalf)
  }
}

extension SIMD16<Float>: GroupFloats, TwoHalves {
  typealias Integers = SIMD16<Int32>
  typealias Half = SIMD8<Float>

  @inline(__always)
  static func halves(_ integers: SIMD16<Int32>) -> (low: SIMD8<Int32>, high: SIMD8<Int32>) {
    (integers.lowHalf, integers.highHalf)
  }
}

/// A size of groups, as a type: the compiler specialises generic functions for types.
protocol Int8Grouping {
  associatedtype Floats: GroupFloats
  static var groupSize: Int { get }
  /// The sums of the groups of a step, where products(i) are those of 64 weights, four in each lane.
  static func sums(_ products: (_ part: Int) -> Words) -> Floats.Integers
}

extension Int8Grouping {
  /// The columns of a step.
  @inline(__always)
  static var columns: Int { groupSize &* Floats.scalarCount }
}

/// Groups of twice the size.
enum Doubled<Half: Int8Grouping>: Int8Grouping {
  typealias Floats = Half.Floats
  static var groupSize: Int { 2 &* Half.groupSize }
  @inline(__always)
  static func sums(_ products: (Int) -> Words) -> Floats.Integers {
    Half.sums { products(2 &* $0) &+ products(2 &* $0 &+ 1) }
  }
}

enum GroupsOf4: Int8Grouping {
  typealias Floats = SIMD16<Float>
  static var groupSize: Int { 4 }
  @inline(__always)
  static func sums(_ products: (Int) -> Words) -> Words { products(0) }
}

enum GroupsOf8: Int8Grouping {
  typealias Floats = SIMD16<Float>
  static var groupSize: Int { 8 }
}

enum GroupsOf16: Int8Grouping {
  typealias Floats = SIMD16<Float>
  static var groupSize: Int { 16 }
}

enum GroupsOf32: Int8Grouping {
  typealias Floats = SIMD8<Float>
  static var groupSize: Int { 32 }
}

enum GroupsOf64: Int8Grouping {
  typealias Floats = SIMD4<Float>
  static var groupSize: Int { 64 }
}

// MARK: - Its inner step, with and without VNNI

/// 16 integers of 32 bits, or 64 bytes, four in each.
typealias Words = SIMD16<Int32>

#if VNNI || arch(arm64)
  extension Int8Token {
    @inline(__always)
    static var bytesPerValue: Int { 1 }

    @inline(__always)
    static func values(_ x: Int8Activations, _ j: Int, _ columns: Int) -> UnsafeMutableRawPointer {
      UnsafeMutableRawPointer(x.values + j &* columns)
    }
  }
#else
  extension Int8Token {
    @inline(__always)
    static var bytesPerValue: Int { 2 }

    @inline(__always)
    static func values(_ x: Int8Activations, _ j: Int, _ columns: Int) -> UnsafeMutableRawPointer {
      UnsafeMutableRawPointer(x.int16 + j &* ((columns &+ 63) & ~63))
    }

    /// Lays out values as Int16, of each 64 first those at even places.
    static func widen(
      _ values: UnsafePointer<Int8>, _ columns: Int, to out: UnsafeMutableRawPointer
    ) {
      let out = out.assumingMemoryBound(to: Int16.self)
      for k in 0..<columns { out[k & ~63 | (k & 1) << 5 | (k & 63) >> 1] = Int16(values[k]) }
    }
  }
#endif

#if VNNI

  extension Bytes {
    /// The products with 64 values, each four added up.
    @inline(__always)
    func products(_ x: UnsafeRawPointer) -> Words {
      addProducts(.zero, unsafeBitCast(words, to: Words.self), x.loadUnaligned(as: Words.self))
    }
  }

  /// Sums of two lanes of a and of b in turn, in every four lanes those of the same four.
  @inline(__always)
  private func addPairs(_ a: Words, _ b: Words) -> Words {
    let (a, b) = (unsafeBitCast(a, to: __m512i.self), unsafeBitCast(b, to: __m512i.self))
    return unsafeBitCast(_mm512_unpacklo_epi32(a, b), to: Words.self)
      &+ unsafeBitCast(_mm512_unpackhi_epi32(a, b), to: Words.self)
  }

  extension GroupsOf16 {
    /// Number 4q + p is the sum of lanes 4q to 4q + 3 of part p.
    @inline(__always)
    fileprivate static func quarters(_ products: (Int) -> Words) -> Words {
      addPairs(addPairs(products(0), products(2)), addPairs(products(1), products(3)))
    }

    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      let quarters = quarters(products)
      let halves = Words(lowHalf: quarters.evenHalf, highHalf: quarters.oddHalf)
      return Words(lowHalf: halves.evenHalf, highHalf: halves.oddHalf)
    }
  }

  extension GroupsOf8 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      let (a, b) = (products(0), products(1))
      return Words(lowHalf: a.evenHalf, highHalf: b.evenHalf)
        &+ Words(lowHalf: a.oddHalf, highHalf: b.oddHalf)
    }
  }

  extension GroupsOf32 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD8<Int32> {
      let quarters = unsafeBitCast(GroupsOf16.quarters(products), to: __m512i.self)
      let swapped = _mm512_permutexvar_epi64(
        __m512i(2, 3, 0, 1, 6, 7, 4, 5), quarters)
      let sums = _mm512_permutexvar_epi32(
        unsafeBitCast(
          SIMD16<Int32>(0, 8, 1, 9, 2, 10, 3, 11, 0, 8, 1, 9, 2, 10, 3, 11), to: __m512i.self),
        _mm512_add_epi32(quarters, swapped))
      return unsafeBitCast(sums, to: Words.self).lowHalf
    }
  }

  extension GroupsOf64 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD4<Int32> {
      let quarters = GroupsOf16.quarters(products)
      let eight = quarters.lowHalf &+ quarters.highHalf
      return eight.lowHalf &+ eight.highHalf
    }
  }

  /// The instruction takes the bytes of one side as unsigned. With their signs turned, those of the
  /// matrix are 128 too large, which -128 times the sums of x make up for.
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
  #if arch(arm64)
    extension Bytes {
      /// The products of 64 signed bytes with those at x, each four added up.
      @inline(__always)
      func products(_ x: UnsafeRawPointer) -> Words {
        let w = unsafeBitCast(words, to: int8x16x4_t.self).val
        @inline(__always) func four(_ w: SIMD16<Int8>, _ i: Int) -> SIMD4<Int32> {
          let x = x.loadUnaligned(fromByteOffset: 16 &* i, as: SIMD16<Int8>.self)
          #if DOTPROD
            return vdotq_s32(.zero, w, x)
          #else
            // Two products of int8 values fit in 16 bits.
            return vpaddlq_s16(
              vpaddq_s16(vmull_s8(w.lowHalf, x.lowHalf), vmull_s8(w.highHalf, x.highHalf)))
          #endif
        }
        return Words(
          lowHalf: SIMD8(lowHalf: four(w.0, 0), highHalf: four(w.1, 1)),
          highHalf: SIMD8(lowHalf: four(w.2, 2), highHalf: four(w.3, 3)))
      }
    }
  #else
    extension Bytes {
      /// The products of 64 unsigned bytes with the values at x, each four added up.
      @inline(__always)
      func products(_ x: UnsafeRawPointer) -> Words {
        let even = words & 0x00FF_00FF_00FF_00FF
        let odd = (words &>> 8) & 0x00FF_00FF_00FF_00FF
        return addNeighbours(even, x) &+ addNeighbours(odd, x + 64)
      }
    }

    /// The products of 32 Int16 with those at x, each two added up.
    @inline(__always)
    private func addNeighbours(_ a: SIMD8<UInt64>, _ x: UnsafeRawPointer) -> Words {
      #if FMA
        // A processor with FMA has AVX2.
        @inline(__always) func eight(_ a: SIMD4<UInt64>, _ i: Int) -> SIMD8<Int32> {
          let x = x.loadUnaligned(fromByteOffset: 32 &* i, as: __m256i.self)
          return unsafeBitCast(
            _mm256_madd_epi16(unsafeBitCast(a, to: __m256i.self), x), to: SIMD8<Int32>.self)
        }
        return Words(lowHalf: eight(a.lowHalf, 0), highHalf: eight(a.highHalf, 1))
      #else
        @inline(__always) func four(_ a: SIMD2<UInt64>, _ i: Int) -> SIMD4<Int32> {
          #if arch(x86_64)
            let x = x.loadUnaligned(fromByteOffset: 16 &* i, as: __m128i.self)
            return unsafeBitCast(
              _mm_madd_epi16(unsafeBitCast(a, to: __m128i.self), x), to: SIMD4<Int32>.self)
          #else
            let x = x.loadUnaligned(fromByteOffset: 16 &* i, as: SIMD8<Int16>.self)
            let a = unsafeBitCast(a, to: SIMD8<Int16>.self)
            var sums = SIMD4<Int32>.zero
            for lane in 0..<4 {
              sums[lane] =
                Int32(a[2 &* lane]) &* Int32(x[2 &* lane])
                &+ Int32(a[2 &* lane &+ 1]) &* Int32(x[2 &* lane &+ 1])
            }
            return sums
          #endif
        }
        return Words(
          lowHalf: SIMD8(
            lowHalf: four(a.lowHalf.lowHalf, 0), highHalf: four(a.lowHalf.highHalf, 1)),
          highHalf: SIMD8(
            lowHalf: four(a.highHalf.lowHalf, 2), highHalf: four(a.highHalf.highHalf, 3)))
      #endif
    }
  #endif

  /// The sums of neighbouring lanes, those of a before those of b.
  @inline(__always)
  private func addPairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    SIMD4(lowHalf: a.evenHalf, highHalf: b.evenHalf)
      &+ SIMD4(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }

  /// The sums of the lanes of each.
  @inline(__always)
  private func addLanes(
    _ a: SIMD4<Int32>, _ b: SIMD4<Int32>, _ c: SIMD4<Int32>, _ d: SIMD4<Int32>
  ) -> SIMD4<Int32> {
    #if arch(x86_64)
      @inline(__always) func cast(_ a: SIMD4<Int32>) -> __m128i {
        unsafeBitCast(a, to: __m128i.self)
      }
      @inline(__always) func pairs(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> __m128i {
        let (a, b) = (cast(a), cast(b))
        return _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b))
      }
      let (ab, cd) = (pairs(a, b), pairs(c, d))
      return unsafeBitCast(
        _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd)),
        to: SIMD4<Int32>.self)
    #else
      return addPairs(addPairs(a, b), addPairs(c, d))
    #endif
  }

  extension SIMD8<Int32> {
    @inline(__always)
    fileprivate var folded: SIMD4<Int32> { lowHalf &+ highHalf }
  }

  extension GroupsOf8 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      @inline(__always) func eight(_ part: Int) -> SIMD8<Int32> {
        let a = products(part)
        return SIMD8(
          lowHalf: addPairs(a.lowHalf.lowHalf, a.lowHalf.highHalf),
          highHalf: addPairs(a.highHalf.lowHalf, a.highHalf.highHalf))
      }
      return Words(lowHalf: eight(0), highHalf: eight(1))
    }
  }

  extension GroupsOf16 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> Words {
      @inline(__always) func four(_ part: Int) -> SIMD4<Int32> {
        let a = products(part)
        return addLanes(
          a.lowHalf.lowHalf, a.lowHalf.highHalf, a.highHalf.lowHalf, a.highHalf.highHalf)
      }
      return Words(
        lowHalf: SIMD8(lowHalf: four(0), highHalf: four(1)),
        highHalf: SIMD8(lowHalf: four(2), highHalf: four(3)))
    }
  }

  extension GroupsOf32 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD8<Int32> {
      @inline(__always) func four(_ part: Int) -> SIMD4<Int32> {
        let (a, b) = (products(part), products(part &+ 1))
        return addLanes(
          a.lowHalf.folded, a.highHalf.folded, b.lowHalf.folded, b.highHalf.folded)
      }
      return SIMD8(lowHalf: four(0), highHalf: four(2))
    }
  }

  extension GroupsOf64 {
    @inline(__always)
    static func sums(_ products: (Int) -> Words) -> SIMD4<Int32> {
      @inline(__always) func one(_ part: Int) -> SIMD4<Int32> {
        let a = products(part)
        return (a.lowHalf &+ a.highHalf).folded
      }
      return addLanes(one(0), one(1), one(2), one(3))
    }
  }
#endif
