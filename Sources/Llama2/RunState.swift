#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory for the activations of one block (run.c: `RunState`).
final class RunState {
  private static let blockSize = Transformer.blockSize

  let config: Config
  let x: UnsafeMutablePointer<Float>  // (blockSize, dim), the residual stream
  let xb: UnsafeMutablePointer<Float>  // (blockSize, dim), in a residual branch
  let q: UnsafeMutablePointer<Float>  // (blockSize, nHeads, headSize)
  let k: UnsafeMutablePointer<Float>  // (blockSize, nKVHeads, headSize)
  let v: UnsafeMutablePointer<Float>  // (blockSize, nKVHeads, headSize)
  let heads: UnsafeMutablePointer<Float>  // (blockSize, nHeads, headSize), what attention gives
  let hb: UnsafeMutablePointer<Float>  // (blockSize, hiddenDim), in the feed-forward network
  let hb2: UnsafeMutablePointer<Float>  // (blockSize, hiddenDim)
  let cos: UnsafeMutablePointer<Float>  // (blockSize, rope.size / 2)
  let sin: UnsafeMutablePointer<Float>  // (blockSize, rope.size / 2)
  /// The input of a product as int8, in each form that matrices need.
  let int8: [Int8Activations]
  /// Tokens whose attention is computed together.
  let attentionTokens: Int
  /// Floats of the sums of their queries that share a key-value head, over one chunk of positions.
  let sumsSize: Int
  /// Those of all key-value heads, (nKVHeads, chunks, sumsSize).
  let sums: UnsafeMutablePointer<Float>
  private let threadSums: UnsafeMutablePointer<Float>
  private let queries: UnsafeMutablePointer<Float>
  private let scores: UnsafeMutablePointer<Float>
  private let queryCount: Int
  private let scratchSize: Int
  private let memory: [LazyMemory]
  /// How many blocks went through the layers so far.
  var blockCount = 0

  init(_ c: Config, _ w: Weights, threads: Int) throws {
    config = c
    var memory: [LazyMemory] = []
    func floats(_ sizes: Int...) throws -> UnsafeMutablePointer<Float> {
      memory.append(try LazyMemory(bytes: [4] + sizes, purpose: "activations"))
      return memory.last!.start.assumingMemoryBound(to: Float.self)
    }
    x = try floats(Self.blockSize, c.dim)
    xb = try floats(Self.blockSize, c.dim)
    q = try floats(Self.blockSize, c.qDim)
    k = try floats(Self.blockSize, c.kvDim)
    v = try floats(Self.blockSize, c.kvDim)
    heads = try floats(Self.blockSize, c.qDim)
    hb = try floats(Self.blockSize, c.hiddenDim)
    hb2 = try floats(Self.blockSize, c.hiddenDim)
    cos = try floats(Self.blockSize, (c.rope?.size ?? 2) / 2)
    sin = try floats(Self.blockSize, (c.rope?.size ?? 2) / 2)
    let queriesPerToken = c.nHeads / c.nKVHeads
    attentionTokens = min(Self.blockSize, max(1, 48 / queriesPerToken))
    queryCount = attentionTokens * queriesPerToken
    sumsSize = queryCount * Attention.sumsSize(KVCache.valueSize(c.headSize))
    let chunks = (c.seqLen - 1) / Attention.chunkSize + 1
    queries = try floats(threads, queryCount, c.headSize)
    scratchSize =
      (queryCount + c.headSize + KVCache.valueSize(c.headSize)) * Attention.chunkSize
    scores = try floats(threads, scratchSize)
    threadSums = try floats(threads, 2, sumsSize)
    sums = try floats(c.nKVHeads, chunks, sumsSize)
    var int8: [Int8Activations] = []
    for matrix in w.matrices where matrix.isInt8 {
      if int8.contains(where: { $0.fit(matrix) }) { continue }
      int8.append(
        try Int8Activations(
          for: matrix, columns: max(c.dim, c.qDim, c.hiddenDim)
        ) {
          memory.append(try LazyMemory(bytes: [Self.blockSize, $0], purpose: "activations"))
          return memory.last!.start
        })
    }
    self.int8 = int8
    self.memory = memory
  }

  /// (attentionTokens * nHeads / nKVHeads, headSize) queries for one thread to work on.
  func queries(ofThread thread: Int) -> UnsafeMutablePointer<Float> {
    queries + thread * queryCount * config.headSize
  }

  /// What one thread needs for the attention of attentionTokens * nHeads / nKVHeads queries.
  func attention(ofThread thread: Int) -> Attention.Scratch {
    let (size, keysSize) = (scratchSize, Attention.chunkSize * config.headSize)
    let scores = scores + thread * size
    let keys = scores + queryCount * Attention.chunkSize
    return Attention.Scratch(scores: scores, keys: keys, values: keys + keysSize)
  }

  /// (2, sumsSize) for one thread to work on.
  func sums(ofThread thread: Int) -> UnsafeMutablePointer<Float> {
    threadSums + thread * 2 * sumsSize
  }

  /// Sets cos and sin of position / base^(2i / rope.size) for every pair i. `factors`, (rope.size / 2),
  /// slow each pair down.
  ///
  /// - Parameter rows: where they stand, for successive positions from `position` on.
  func setAngles(
    _ rope: Config.RoPE, _ factors: UnsafePointer<Float>?, rows: Range<Int>, position: Int
  ) {
    let first = rows.lowerBound * (rope.size / 2)
    rope.setAngles(
      cos + first, sin + first, factors, positions: position..<position + rows.count)
  }
}

extension Config.RoPE {
  /// cos and sin, (positions.count, size / 2), of position / base^(2i / size) for every pair i, which
  /// `factors`, (size / 2), slow down.
  package func setAngles(
    _ cos: UnsafeMutablePointer<Float>, _ sin: UnsafeMutablePointer<Float>,
    _ factors: UnsafePointer<Float>?, positions: Range<Int>
  ) {
    let half = size / 2
    for i in 0..<half {
      var frequency = 1 / powf(base, Float(2 * i) / Float(size))
      if positionScale != 1 { frequency /= positionScale }
      if let factors { frequency /= factors[i] }
      for (row, position) in positions.enumerated() {
        cos[row * half + i] = cosf(Float(position) * frequency)
        sin[row * half + i] = sinf(Float(position) * frequency)
      }
    }
  }
}
