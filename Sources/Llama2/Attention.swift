/// Attention of queries to one chunk of a KV cache, and to all chunks by adding these up (Dao et al.
/// 2022: FlashAttention).
///
/// A query q has a score s = q · k for each position of a chunk that it sees. Its sums over the chunk
/// are Σ e^(s - max) v, the largest score max, and Σ e^(s - max); those of two chunks are added once
/// both refer to the larger max. At the end the first sum divided by the last is softmax(s) v.
///
/// Chunks begin at multiples of `chunkSize`, and a query's are added first to last, whether several
/// threads share them or one thread computes all. So every sum has one order.
enum Attention {
  /// Positions of a chunk.
  static let chunkSize = 256

  /// The floats of one query's sums over a chunk: Σ e^(s - max) v, (valueSize), then max, then
  /// Σ e^(s - max). What is left of a vector is no part of the sums.
  static func sumsSize(_ valueSize: Int) -> Int { valueSize + 16 }

  /// Adds one query's sums over a later chunk.
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

  /// out, (headSize), = one query's softmax(s) v, from its sums over all chunks.
  static func finish(
    _ sums: UnsafePointer<Float>, _ valueSize: Int, _ out: UnsafeMutablePointer<Float>,
    headSize: Int
  ) {
    let factor = 1 / sums[valueSize + 1]
    for i in 0..<headSize { out[i] = sums[i] * factor }
  }
}

/// A format of keys and values in a KV cache, fp32 or Float16.
protocol CacheFloats: FloatWeights {
  /// One element as it is stored.
  associatedtype Bits: SIMDScalar
  /// Rounds to what is stored; `vector(at:)` is the way back.
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
  /// How many positions of a chunk the queries of some successive tokens see: those from the chunk's
  /// first position to the token's own, so each token's queries see one more than the token before.
  struct Visible {
    /// Queries of all tokens, those of a token beside each other.
    let queries: Int
    let queriesPerToken: Int
    /// What the first token's queries see, if the chunk were of any length: 0 or less where it begins
    /// behind that token.
    let first: Int

    /// What this query sees, at most `chunkSize`; 0 or less: nothing.
    @inline(__always)
    func count(_ query: Int) -> Int { min(first + query / queriesPerToken, chunkSize) }

    /// The first query that sees any position.
    var firstQuery: Int { max(0, 1 - first) * queriesPerToken }
  }

  /// Memory for one thread to work in.
  struct Scratch {
    let scores: UnsafeMutablePointer<Float>  // (queries, chunkSize)
    let keys: UnsafeMutablePointer<Float>  // (chunkSize, headSize)
    let values: UnsafeMutablePointer<Float>  // (chunkSize, valueSize)
  }

  /// How many positions' scores, and how many vectors of the weighted values, are summed up at once for
  /// four queries. AVX-512 has 32 registers of 16 floats, which hold 16 vectors of sums and what is
  /// multiplied; elsewhere four vectors of sums are as much as registers hold.
  #if VNNI
    static var tilePositions: Int { 32 }
    static var tileVectors: Int { 4 }
  #else
    static var tilePositions: Int { 16 }
    static var tileVectors: Int { 1 }
  #endif

  /// Makes the first `visible` of one query's scores weights, e^(s - max). Returns max and their sum.
  static func weights(
    _ scores: UnsafeMutablePointer<Float>, _ visible: Int
  ) -> (max: Float, sum: Float) {
    // Whole vectors: e^-∞ is 0.
    let padded = (visible &+ 15) & ~15
    (scores + visible).update(repeating: -.infinity, count: padded &- visible)
    return Steps.exponentials(scores, padded)
  }
}

extension CacheFloats {
  /// Stores one key, (headSize), with its elements 16 apart (`KVCache`).
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

  /// out, (headSize), = a key that `storeKey` stored.
  static func loadKey(
    _ key: UnsafeRawPointer, to out: UnsafeMutablePointer<Float>, headSize: Int
  ) {
    var bits = SIMD16<Bits>()
    for i in 0..<headSize {
      bits[0] = (key + i &* 16 &* size).loadUnaligned(as: Bits.self)
      out[i] = withUnsafeBytes(of: bits) { vector(at: $0.baseAddress!)[0] }
    }
  }

  /// Stores one value, (headSize), and zeros up to whole vectors.
  static func storeValue(
    _ value: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, headSize: Int
  ) {
    for i in stride(from: 0, to: headSize, by: 16) {
      let bits = narrow(load(value + i, first: headSize &- i))
      (out + i &* size).storeBytes(of: bits, as: SIMD16<Bits>.self)
    }
  }

  /// sums, (queries, sumsSize), = those of q, (queries, headSize), over one chunk whose keys and values
  /// begin at these pointers. Queries that see nothing of the chunk keep what is there.
  static func attention(
    _ q: UnsafePointer<Float>, visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ values: UnsafeRawPointer, headSize: Int, scratch: Attention.Scratch,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let valueSize = KVCache.valueSize(headSize)
    let last = visible.queries &- 1
    if size < 4 && visible.queries >= 16 {
      // Four queries at a time read the whole chunk: it is widened once, not for each four of them.
      let positions = (visible.count(last) &+ 31) & ~31
      copy(keys, to: scratch.keys, positions &* headSize)
      copy(values, to: scratch.values, positions &* valueSize)
      return Float32Weights.attention(
        q, visible: visible, scratch.keys, scratch.values, headSize: headSize, scratch: scratch,
        into: sums)
    }
    let readAhead = scores(q, visible, keys, headSize, values, valueSize, scratch.scores)
    for j in stride(from: visible.firstQuery, through: last, by: 4) {
      let four = j...min(j &+ 3, last)
      for query in four {
        let scores = scratch.scores + query &* Attention.chunkSize
        let out = sums + (query &* Attention.sumsSize(valueSize) &+ valueSize)
        (out[0], out[1]) = Attention.weights(scores, visible.count(query))
        // No part of the sums: a read whose result is stored nowhere is left out by the compiler.
        out[2] = Float(bitPattern: readAhead)
      }
      // What only some of the four see is not multiplied by 0 for the others: it may be infinite.
      let common = visible.count(j)
      weightedSums(
        FourRows(scratch.scores, Attention.chunkSize, from: j, last: last), values, common,
        valueSize,
        FourRows(sums, Attention.sumsSize(valueSize), from: j, last: last))
      for query in four {
        addWeighted(
          scratch.scores + query &* Attention.chunkSize, values,
          common..<visible.count(query), valueSize,
          to: sums + query &* Attention.sumsSize(valueSize))
      }
    }
  }

  /// out[j][t] = q[j] · key t, (queries, chunkSize), for the positions t that query j sees, and for
  /// some behind them.
  ///
  /// Beside the products, each tile reads one word of every cache line of its values, which are needed
  /// next, and of the next tile's keys. Otherwise each of these lines would be waited for when it is
  /// multiplied: the processor's own prefetching stops at the end of a 4 KB page, and Swift has no
  /// instruction for it. Returns the sum of these words, for the caller to store.
  private static func scores(
    _ q: UnsafePointer<Float>, _ visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ headSize: Int, _ values: UnsafeRawPointer, _ valueSize: Int,
    _ out: UnsafeMutablePointer<Float>
  ) -> UInt32 {
    let (last, positions) = (visible.queries &- 1, Attention.tilePositions)
    let count = visible.count(last)
    var readAhead: UInt32 = 0
    for t in stride(from: 0, to: count, by: positions) {
      let tile = keys + t &* headSize &* size
      let next = t &+ positions < count ? tile + positions &* headSize &* size : tile
      for j in stride(from: visible.firstQuery, through: last, by: 4)
      where visible.count(min(j &+ 3, last)) > t {
        readAhead &+= tileScores(
          FourRows(UnsafeMutablePointer(mutating: q), headSize, from: j, last: last), tile,
          headSize,
          next, values + t &* valueSize &* size,
          FourRows(out + t, Attention.chunkSize, from: j, last: last))
      }
    }
    return readAhead
  }

  /// The scores of four queries and the `tilePositions` keys of a tile. `next` are the keys of the next
  /// tile, `values` the values of this one; see `scores`.
  private static func tileScores(
    _ q: FourRows, _ keys: UnsafeRawPointer, _ headSize: Int, _ next: UnsafeRawPointer,
    _ values: UnsafeRawPointer, _ out: FourRows
  ) -> UInt32 {
    // Of a tile's headSize × tilePositions elements, those that go with one element of the queries:
    // one cache line, two, or half of one.
    let lineBytes = Attention.tilePositions &* size
    var (a, b) = (FourSums(), FourSums())
    var readAhead: UInt32 = 0
    for i in 0..<headSize {
      let key = keys + 16 &* size &* i
      a.add(q, i, times: vector(at: key))
      if Attention.tilePositions > 16 {
        b.add(q, i, times: vector(at: key + 16 &* headSize &* size))
      }
      readAhead &+= (next + lineBytes &* i).loadUnaligned(as: UInt32.self)
      readAhead &+= (values + lineBytes &* i).loadUnaligned(as: UInt32.self)
      if lineBytes > 64 {
        readAhead &+= (next + (lineBytes &* i &+ 64)).loadUnaligned(as: UInt32.self)
        readAhead &+= (values + (lineBytes &* i &+ 64)).loadUnaligned(as: UInt32.self)
      }
    }
    a.storeSums(out, 0)
    if Attention.tilePositions > 16 { b.storeSums(out, 16) }
    return readAhead
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

  /// sums, (valueSize), += Σ weights[t] values[t], t in `positions`.
  private static func addWeighted(
    _ weights: UnsafePointer<Float>, _ values: UnsafeRawPointer, _ positions: Range<Int>,
    _ valueSize: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    for t in positions {
      let (weight, value) = (Vector(repeating: weights[t]), values + t &* valueSize &* size)
      for i in stride(from: 0, to: valueSize, by: 16) {
        store(multiplyAdd(load(sums + i), weight, vector(at: value + i &* size)), sums + i)
      }
    }
  }
}

/// Four rows of floats, `stride` apart; behind row `last` it stands in for those that are lacking.
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
