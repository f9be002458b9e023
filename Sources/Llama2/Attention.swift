/// Attention over a chunk of a KV cache: softmax(q · k) v for the positions of the chunk alone, in
/// a form that others are added to (Dao et al. 2022: FlashAttention).
///
/// A text's positions are cut at multiples of `chunkSize`, and each chunk's sums are added in order.
/// That is one order whoever computes it: the threads that share a head's chunks, or one of them for
/// a block of tokens.
enum Attention {
  /// Positions of a chunk.
  static let chunkSize = 256

  /// The floats of one query's sums: Σ e^(s - max) v, (valueSize), then max and Σ e^(s - max).
  static func sumsSize(_ valueSize: Int) -> Int { valueSize + 16 }

  /// Adds the sums of a later chunk.
  static func add(
    _ other: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, _ valueSize: Int
  ) {
    let (m, n) = (sums[valueSize], other[valueSize])
    let largest = n > m ? n : m
    let factors = exp(Vector(lowHalf: .init(repeating: m), highHalf: .init(repeating: n)) - largest)
    let (a, b) = (factors[0], factors[8])
    for i in stride(from: 0, to: valueSize, by: 16) {
      store(multiplyAdd(load(sums + i) * a, load(other + i), Vector(repeating: b)), sums + i)
    }
    sums[valueSize] = largest
    sums[valueSize + 1] = multiplyAdd(sums[valueSize + 1] * a, other[valueSize + 1], b)
  }

  /// out, (headSize), = the weighted mean of the values.
  static func finish(
    _ sums: UnsafePointer<Float>, _ valueSize: Int, _ out: UnsafeMutablePointer<Float>,
    headSize: Int
  ) {
    let factor = 1 / sums[valueSize + 1]
    for i in 0..<headSize { out[i] = sums[i] * factor }
  }
}

/// How the keys and values of a cache are stored.
protocol CacheFloats: FloatWeights {
  associatedtype Bits: SIMDScalar
  static func narrow(_ x: Vector) -> SIMD16<Bits>
  /// Below; requirements, so that each conformer has machine code of its own.
  static func storeKey(
    _ key: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, headSize: Int)
  static func loadKey(
    _ key: UnsafeRawPointer, to out: UnsafeMutablePointer<Float>, headSize: Int)
  static func storeValue(
    _ value: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, headSize: Int)
  static func attention(
    _ q: UnsafePointer<Float>, visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ values: UnsafeRawPointer, headSize: Int, scratch: Attention.Scratch,
    into sums: UnsafeMutablePointer<Float>)
}

extension Attention {
  /// How many positions of a chunk each query of some tokens sees: as many as there are between the
  /// chunk's first one and its own, which the next token's queries exceed by one.
  struct Visible {
    /// Queries, those of a token beside each other.
    let queries: Int
    let queriesPerToken: Int
    /// For the first token: negative where the chunk begins behind it.
    let first: Int

    /// At most `chunkSize`.
    @inline(__always)
    func count(_ query: Int) -> Int { min(first + query / queriesPerToken, chunkSize) }

    /// The first query that sees any.
    var firstQuery: Int { max(0, 1 - first) * queriesPerToken }
  }

  /// Memory for one thread to work in.
  struct Scratch {
    let scores: UnsafeMutablePointer<Float>  // (queries, chunkSize)
    let keys: UnsafeMutablePointer<Float>  // (chunkSize, headSize)
    let values: UnsafeMutablePointer<Float>  // (chunkSize, valueSize)
  }

  /// Keys of 16 positions to a tile of products with queries, and vectors of values: as many as the
  /// processor's registers hold sums of, for four queries.
  #if VNNI
    static var tilePositions: Int { 32 }
    static var tileVectors: Int { 4 }
  #else
    static var tilePositions: Int { 16 }
    static var tileVectors: Int { 1 }
  #endif

  /// scores = e^(scores - max), of the first `visible`; the others of `count` have no weight.
  /// Returns max and the sum.
  static func weights(
    _ scores: UnsafeMutablePointer<Float>, _ visible: Int, of count: Int
  ) -> (max: Float, sum: Float) {
    // Whole vectors: e^-∞ is 0.
    let padded = (visible &+ 15) & ~15
    (scores + visible).update(repeating: -.infinity, count: padded &- visible)
    if count > padded { (scores + padded).update(repeating: 0, count: count &- padded) }
    return Steps.exponentials(scores, padded)
  }
}

extension CacheFloats {
  /// A key's elements stand 16 apart, between those of the 15 positions that share its block.
  static func storeKey(
    _ key: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, headSize: Int
  ) {
    for i in stride(from: 0, to: headSize, by: 16) {
      let count = min(16, headSize &- i)
      let bits = narrow(load(key + i, first: count))
      for lane in 0..<count {
        (out + (i &+ lane) &* 16 &* size).storeBytes(of: bits[lane], as: Bits.self)
      }
    }
  }

  static func loadKey(
    _ key: UnsafeRawPointer, to out: UnsafeMutablePointer<Float>, headSize: Int
  ) {
    var bits = SIMD16<Bits>()
    for i in 0..<headSize {
      bits[0] = (key + i &* 16 &* size).loadUnaligned(as: Bits.self)
      out[i] = withUnsafeBytes(of: bits) { vector(at: $0.baseAddress!)[0] }
    }
  }

  static func storeValue(
    _ value: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, headSize: Int
  ) {
    for i in stride(from: 0, to: headSize, by: 16) {
      let bits = narrow(load(value + i, first: headSize &- i))
      (out + i &* size).storeBytes(of: bits, as: SIMD16<Bits>.self)
    }
  }

  /// The sums of some queries, (queries, headSize), over one chunk, for those that see any of it.
  static func attention(
    _ q: UnsafePointer<Float>, visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ values: UnsafeRawPointer, headSize: Int, scratch: Attention.Scratch,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let valueSize = KVCache.valueSize(headSize)
    let last = visible.queries &- 1
    if size < 4 && visible.queries >= 16 {
      let positions = (visible.count(last) &+ 31) & ~31
      copy(keys, to: scratch.keys, positions &* headSize)
      copy(values, to: scratch.values, positions &* valueSize)
      return Float32Weights.attention(
        q, visible: visible, scratch.keys, scratch.values, headSize: headSize, scratch: scratch,
        into: sums)
    }
    let touched = scores(q, visible, keys, headSize, values, valueSize, scratch.scores)
    for j in stride(from: visible.firstQuery, through: last, by: 4) {
      let count = visible.count(min(j &+ 3, last))
      for query in j...min(j &+ 3, last) {
        let scores = scratch.scores + query &* Attention.chunkSize
        let out = sums + (query &* Attention.sumsSize(valueSize) &+ valueSize)
        (out[0], out[1]) = Attention.weights(scores, visible.count(query), of: count)
        out[2] = Float(bitPattern: touched)
      }
      weightedSums(
        FourRows(scratch.scores, Attention.chunkSize, from: j, last: last), values, count,
        valueSize,
        FourRows(sums, Attention.sumsSize(valueSize), from: j, last: last))
    }
  }

  /// scores[j][t] = q[j] · key t, for those that query j sees, and some more.
  ///
  /// Reads a word of each cache line of the values, and of the keys of the next tile, as it goes, so
  /// that memory works on these meanwhile: a processor looks only some hundred instructions ahead, and
  /// its own prefetching ends with each page. Returns the words' sum, so that they are read.
  private static func scores(
    _ q: UnsafePointer<Float>, _ visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ headSize: Int, _ values: UnsafeRawPointer, _ valueSize: Int,
    _ out: UnsafeMutablePointer<Float>
  ) -> UInt32 {
    let (last, positions) = (visible.queries &- 1, Attention.tilePositions)
    let count = visible.count(last)
    var touched: UInt32 = 0
    for t in stride(from: 0, to: count, by: positions) {
      let tile = keys + t &* headSize &* size
      let next = t &+ positions < count ? tile + positions &* headSize &* size : tile
      for j in stride(from: visible.firstQuery, through: last, by: 4)
      where visible.count(min(j &+ 3, last)) > t {
        touched &+= scores(
          FourRows(UnsafeMutablePointer(mutating: q), headSize, from: j, last: last), tile,
          headSize,
          next, values + t &* valueSize &* size,
          FourRows(out + t, Attention.chunkSize, from: j, last: last))
      }
    }
    return touched
  }

  /// The scores of four queries and the keys of a tile.
  private static func scores(
    _ q: FourRows, _ keys: UnsafeRawPointer, _ headSize: Int, _ next: UnsafeRawPointer,
    _ values: UnsafeRawPointer, _ out: FourRows
  ) -> UInt32 {
    let lineBytes = Attention.tilePositions &* size
    var (a, b) = (FourSums(), FourSums())
    var touched: UInt32 = 0
    for i in 0..<headSize {
      let key = keys + 16 &* size &* i
      a.add(q, i, times: vector(at: key))
      if Attention.tilePositions > 16 {
        b.add(q, i, times: vector(at: key + 16 &* headSize &* size))
      }
      touched &+= (next + lineBytes &* i).loadUnaligned(as: UInt32.self)
      touched &+= (values + lineBytes &* i).loadUnaligned(as: UInt32.self)
      if lineBytes > 64 {
        touched &+= (next + (lineBytes &* i &+ 64)).loadUnaligned(as: UInt32.self)
        touched &+= (values + (lineBytes &* i &+ 64)).loadUnaligned(as: UInt32.self)
      }
    }
    a.storeSums(out, 0)
    if Attention.tilePositions > 16 { b.storeSums(out, 16) }
    return touched
  }

  /// sums[j] = Σ weights[j][t] values[t], t in 0..<count, for four queries.
  private static func weightedSums(
    _ weights: FourRows, _ values: UnsafeRawPointer, _ count: Int, _ valueSize: Int,
    _ sums: FourRows
  ) {
    var i = 0
    while Attention.tileVectors == 4 && i &+ 64 <= valueSize {
      var (a, b, c, d) = (FourSums(), FourSums(), FourSums(), FourSums())
      var value = values + i &* size
      for t in 0..<count {
        a.add(weights, t, times: vector(at: value))
        b.add(weights, t, times: vector(at: value + 16 &* size))
        c.add(weights, t, times: vector(at: value + 32 &* size))
        d.add(weights, t, times: vector(at: value + 48 &* size))
        value += valueSize &* size
      }
      a.storeSums(sums, i)
      b.storeSums(sums, i &+ 16)
      c.storeSums(sums, i &+ 32)
      d.storeSums(sums, i &+ 48)
      i &+= 64
    }
    while i < valueSize {
      var a = FourSums()
      var value = values + i &* size
      for t in 0..<count {
        a.add(weights, t, times: vector(at: value))
        value += valueSize &* size
      }
      a.storeSums(sums, i)
      i &+= 16
    }
  }
}

/// Four rows of floats; where there are fewer, the last one stands in for those that are lacking.
private struct FourRows {
  let r0, r1, r2, r3: UnsafeMutablePointer<Float>

  init(_ rows: UnsafeMutablePointer<Float>, _ stride: Int, from row: Int, last: Int) {
    r0 = rows + row &* stride
    r1 = rows + min(row &+ 1, last) &* stride
    r2 = rows + min(row &+ 2, last) &* stride
    r3 = rows + min(row &+ 3, last) &* stride
  }
}

extension FourSums {
  /// Adds the same vector to each, times element i of a row each.
  @inline(__always)
  fileprivate mutating func add(_ rows: FourRows, _ i: Int, times vector: Vector) {
    add(rows.r0[i], rows.r1[i], rows.r2[i], rows.r3[i], times: vector)
  }

  /// The sums as 16 elements of a row each, from i on.
  @inline(__always)
  fileprivate func storeSums(_ rows: FourRows, _ i: Int) {
    storeVectors(rows.r0 + i, rows.r1 + i, rows.r2 + i, rows.r3 + i)
  }
}

extension Float32Weights: CacheFloats {
  @inline(__always)
  static func narrow(_ x: Vector) -> Vector { x }
}

extension F16: CacheFloats {
  @inline(__always)
  static func narrow(_ x: Vector) -> SIMD16<UInt16> {
    #if arch(arm64) || (FMA && !os(macOS))
      var halves = SIMD16<Float16>()
      for lane in 0..<16 { halves[lane] = Float16(x[lane]) }
      return unsafeBitCast(halves, to: SIMD16<UInt16>.self)
    #else
      let bits = float16(x)
      var halves = SIMD16<UInt16>()
      for lane in 0..<16 { halves[lane] = UInt16(truncatingIfNeeded: bits[lane]) }
      return halves
    #endif
  }
}
