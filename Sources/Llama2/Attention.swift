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
    _ values: UnsafeRawPointer, next: UnsafeRawPointer, headSize: Int, scratch: Attention.Scratch,
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

    /// So many that their products take longer than reading the chunk.
    var areMany: Bool { queries >= 16 }

    /// Calls `body` with four queries at a time, or what is left of them, of those that see any position.
    @inline(__always)
    func forEachFour(_ body: (Range<Int>) -> Void) {
      for j in stride(from: firstQuery, to: queries, by: 4) { body(j..<min(j &+ 4, queries)) }
    }
  }

  /// Memory for one thread to work in.
  struct Scratch {
    let scores: UnsafeMutablePointer<Float>  // (queries, chunkSize)
    let keys: UnsafeMutablePointer<Float>  // (chunkSize, headSize)
    let values: UnsafeMutablePointer<Float>  // (chunkSize, valueSize)
  }

  /// How many positions' scores, and how many vectors of the weighted values, are summed up at once for
  /// some queries, four at most. AVX-512's 32 registers of 16 floats hold 16 vectors of sums and the
  /// factors. AVX2's 16 of 8 floats hold six vectors of sums: two for each of three queries, one for each
  /// of four. Elsewhere one for each query.
  #if VNNI
    static var tilePositions: Int { 32 }
    static func tileVectors(_ queries: Int) -> Int { 4 }
  #else
    static var tilePositions: Int { 16 }
    static func tileVectors(_ queries: Int) -> Int {
      #if FMA
        queries < 4 ? 2 : 1
      #else
        1
      #endif
    }
  #endif

  /// What is asked for while byte `offset` of `bytes` at `start` is multiplied: what is needed 8 KB later,
  /// of these bytes or of those at `next`, which follow them.
  ///
  /// The processor's own prefetching stops at the end of a 4 KB page. Keys are asked for while keys are
  /// multiplied, and values while values are, so that memory is read all the time.
  @inline(__always)
  static func ahead(
    of offset: Int, in start: UnsafeRawPointer, _ bytes: Int, next: UnsafeRawPointer
  ) -> UnsafeRawPointer {
    let later = offset &+ 8192
    return later < bytes ? start + later : next + (later &- bytes)
  }

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
  ///
  /// - Parameter next: the keys that this thread reads next, as far as one can tell.
  static func attention(
    _ q: UnsafePointer<Float>, visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ values: UnsafeRawPointer, next: UnsafeRawPointer, headSize: Int, scratch: Attention.Scratch,
    into sums: UnsafeMutablePointer<Float>
  ) {
    let valueSize = KVCache.valueSize(headSize)
    if size < 4 && visible.areMany {
      // Four queries at a time read the whole chunk: it is widened once, not for each four of them.
      let (count, tile) = (visible.count(visible.queries &- 1), Attention.tilePositions)
      let positions = (count &+ tile &- 1) / tile &* tile
      copy(keys, to: scratch.keys, positions &* headSize)
      copy(values, to: scratch.values, positions &* valueSize)
      return Float32Weights.attention(
        q, visible: visible, scratch.keys, scratch.values, next: next, headSize: headSize,
        scratch: scratch, into: sums)
    }
    scores(q, visible, keys, headSize, next: values, scratch.scores)
    var next = visible.areMany ? nil : next
    visible.forEachFour { queries in
      for query in queries {
        let scores = scratch.scores + query &* Attention.chunkSize
        let out = sums + (query &* Attention.sumsSize(valueSize) &+ valueSize)
        (out[0], out[1]) = Attention.weights(scores, visible.count(query))
      }
      // What only some of these queries see is not multiplied by 0 for the others: it may be infinite.
      let common = visible.count(queries.lowerBound)
      let weights = scratch.scores + queries.lowerBound &* Attention.chunkSize
      let out = sums + queries.lowerBound &* Attention.sumsSize(valueSize)
      switch queries.count {
      case 1: weightedSums(TileOf1.self, weights, values, next: next, common, valueSize, out)
      case 2: weightedSums(TileOf2.self, weights, values, next: next, common, valueSize, out)
      case 3: weightedSums(TileOf3.self, weights, values, next: next, common, valueSize, out)
      default: weightedSums(TileOf4.self, weights, values, next: next, common, valueSize, out)
      }
      next = nil
      for query in queries {
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
  /// The first four queries ask for memory (`Attention.ahead`), for the others too. Where there are many,
  /// their products take so long that nothing need be asked for.
  private static func scores(
    _ q: UnsafePointer<Float>, _ visible: Attention.Visible, _ keys: UnsafeRawPointer,
    _ headSize: Int, next: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>
  ) {
    let (positions, keyBytes) = (Attention.tilePositions, headSize &* size)
    let count = visible.count(visible.queries &- 1)
    for t in stride(from: 0, to: count, by: positions) {
      let offset = t &* keyBytes
      let tile = keys + offset
      var ahead =
        visible.areMany
        ? nil : Attention.ahead(of: offset, in: keys, count &* keyBytes, next: next)
      visible.forEachFour { queries in
        guard visible.count(queries.upperBound &- 1) > t else { return }
        let (q, out) = (
          q + queries.lowerBound &* headSize, out + (queries.lowerBound &* Attention.chunkSize &+ t)
        )
        switch queries.count {
        case 1: tileScores(TileOf1.self, q, tile, headSize, ahead, out)
        case 2: tileScores(TileOf2.self, q, tile, headSize, ahead, out)
        case 3: tileScores(TileOf3.self, q, tile, headSize, ahead, out)
        default: tileScores(TileOf4.self, q, tile, headSize, ahead, out)
        }
        ahead = nil
      }
    }
  }

  /// The scores of some queries and the `tilePositions` keys of a tile.
  ///
  /// - Parameter ahead: memory of the tile's size that is asked for.
  private static func tileScores<Queries: TileCount>(
    _: Queries.Type, _ q: UnsafePointer<Float>, _ keys: UnsafeRawPointer, _ headSize: Int,
    _ ahead: UnsafeRawPointer?, _ out: UnsafeMutablePointer<Float>
  ) {
    // Of the first 16 positions, and of the others where there are more.
    var (sums, others) = (Four { _ in Vector.zero }, Four { _ in Vector.zero })
    for i in 0..<headSize {
      // The last query stands in for those behind it; `first:` leaves their sums out.
      let queries = Four { Vector(repeating: q[min($0, Queries.count &- 1) &* headSize &+ i]) }
      let key = keys + 16 &* size &* i
      sums.add(queries, times: vector(at: key), first: Queries.count)
      if Attention.tilePositions == 32 {
        others.add(
          queries, times: vector(at: key + 16 &* size &* headSize), first: Queries.count)
      }
      if let ahead {
        prefetch(
          ahead + i &* Attention.tilePositions &* size, bytes: Attention.tilePositions &* size)
      }
    }
    sums.write(first: Queries.count, to: out, Attention.chunkSize)
    if Attention.tilePositions == 32 {
      others.write(first: Queries.count, to: out + 16, Attention.chunkSize)
    }
  }

  /// sums[j] = Σ weights[j][t] values[t], t in 0..<count, for some queries.
  ///
  /// - Parameter next: what is read after the values; nil: no memory is asked for.
  private static func weightedSums<Queries: TileCount>(
    _ tile: Queries.Type, _ weights: UnsafePointer<Float>, _ values: UnsafeRawPointer,
    next: UnsafeRawPointer?, _ count: Int, _ valueSize: Int, _ sums: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    // The compiler makes code of its own for each number of vectors.
    while Attention.tileVectors(Queries.count) == 4 && i &+ 64 <= valueSize {
      weightedSums(
        tile, vectors: 4, from: i, weights, values, next: next, count, valueSize, sums)
      i &+= 64
    }
    while Attention.tileVectors(Queries.count) >= 2 && i &+ 32 <= valueSize {
      weightedSums(
        tile, vectors: 2, from: i, weights, values, next: next, count, valueSize, sums)
      i &+= 32
    }
    while i < valueSize {
      weightedSums(
        tile, vectors: 1, from: i, weights, values, next: next, count, valueSize, sums)
      i &+= 16
    }
  }

  /// The same for some vectors of the values, from element `first` on.
  @inline(__always)
  private static func weightedSums<Queries: TileCount>(
    _: Queries.Type, vectors: Int, from first: Int, _ weights: UnsafePointer<Float>,
    _ values: UnsafeRawPointer, next: UnsafeRawPointer?, _ count: Int, _ valueSize: Int,
    _ out: UnsafeMutablePointer<Float>
  ) {
    var sums = Four { _ in Four { _ in Vector.zero } }
    let valueBytes = valueSize &* size
    for t in 0..<count {
      let offset = t &* valueBytes &+ first &* size
      if let next {
        prefetch(
          Attention.ahead(of: offset, in: values, count &* valueBytes, next: next),
          bytes: 16 &* size &* vectors)
      }
      let weights = Four {
        Vector(repeating: weights[min($0, Queries.count &- 1) &* Attention.chunkSize &+ t])
      }
      @inline(__always) func value(_ v: Int) -> Vector {
        vector(at: values + (offset &+ 16 &* size &* v))
      }
      sums.t0.add(weights, times: value(0), first: Queries.count)
      if vectors > 1 { sums.t1.add(weights, times: value(1), first: Queries.count) }
      if vectors > 2 {
        sums.t2.add(weights, times: value(2), first: Queries.count)
        sums.t3.add(weights, times: value(3), first: Queries.count)
      }
    }
    let (out, stride) = (out + first, Attention.sumsSize(valueSize))
    sums.t0.write(first: Queries.count, to: out, stride)
    if vectors > 1 { sums.t1.write(first: Queries.count, to: out + 16, stride) }
    if vectors > 2 {
      sums.t2.write(first: Queries.count, to: out + 32, stride)
      sums.t3.write(first: Queries.count, to: out + 48, stride)
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

extension Four<Vector> {
  /// Adds the products of the first `count` of a with b.
  @inline(__always)
  fileprivate mutating func add(_ a: Four<Vector>, times b: Vector, first count: Int) {
    t0 = multiplyAdd(t0, a.t0, b)
    if count > 1 { t1 = multiplyAdd(t1, a.t1, b) }
    if count > 2 { t2 = multiplyAdd(t2, a.t2, b) }
    if count > 3 { t3 = multiplyAdd(t3, a.t3, b) }
  }

  /// Writes the first `count`, `stride` floats apart.
  @inline(__always)
  fileprivate func write(first count: Int, to out: UnsafeMutablePointer<Float>, _ stride: Int) {
    store(t0, out)
    if count > 1 { store(t1, out + stride) }
    if count > 2 { store(t2, out + 2 &* stride) }
    if count > 3 { store(t3, out + 3 &* stride) }
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
