#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A Llama 2 transformer: a mapped checkpoint, its KV cache and its forward pass
/// (Touvron et al. 2023; run.c: `Transformer`).
///
/// Not for use from two threads at once; it runs threads of its own.
public final class Transformer {
  public let config: Config
  let checkpoint: Checkpoint
  private let threads: Threads
  private let state: RunState

  /// Maps the checkpoint at `path`, in llama2.c's format v0, v1 or v2. Its weights stay in the
  /// file; what is allocated is the KV cache, as far as it is used, and the activations.
  ///
  /// - Parameter threads: how many threads compute; nil is one for each core.
  /// - Throws: `LlamaError`, for a file that is not a whole checkpoint or does not fit in memory.
  public init(checkpoint path: String, threads: Int? = nil) throws {
    precondition(threads ?? 1 > 0, "a Transformer needs at least one thread")
    checkpoint = try Checkpoint(path: path)
    config = checkpoint.config
    let threads = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    state = try RunState(config, groupSize: checkpoint.groupSize, threads: threads)
    self.threads = Threads(count: threads)
  }

  deinit { threads.stop() }

  /// Logits after the last of `tokens`, which stand at position..<position + tokens.count;
  /// those before `position` were given in earlier calls. The logits, (vocabSize), hold until the
  /// next call, and no longer than the Transformer. They are the same however a text is cut into
  /// calls.
  public func forward(_ tokens: [Int], at position: Int) -> UnsafeBufferPointer<Float> {
    precondition(!tokens.isEmpty, "forward needs at least one token")
    precondition(
      position >= 0 && position + tokens.count <= config.seqLen,
      "positions \(position)..<\(position + tokens.count) are outside the context of"
        + " \(config.seqLen) tokens")
    precondition(
      tokens.allSatisfy { (0..<config.vocabSize).contains($0) },
      "a token is outside the vocabulary of \(config.vocabSize)")
    var start = 0
    while start < tokens.count {
      let end = min(start + RunState.blockSize, tokens.count)
      forward(block: tokens[start..<end], at: position + start)
      start = end
    }
    return logits(ofTokenInBlock: (tokens.count - 1) % RunState.blockSize)
  }

  /// Runs one block through all layers and leaves its residual stream, (count, dim), in `state.x`.
  private func forward(block tokens: ArraySlice<Int>, at position: Int) {
    let (c, w, s) = (config, checkpoint.weights, state)
    let block = Block(position: position, count: tokens.count)
    for (j, token) in tokens.enumerated() {
      w.tokenEmbedding.copyRow(token, to: s.x + j * c.dim)
    }
    s.setAngles(block)

    for layer in 0..<c.nLayers {
      // Attention: x += Wo attend(q, k, v), where q, k, v = Wq x', Wk x', Wv x' and x' is x, normed
      normalise(block, w.rmsAttention + layer * c.dim)
      multiply(s.xb, block, by: [(w.wq[layer], s.q), (w.wk[layer], s.k), (w.wv[layer], s.v)])
      rotateAndCache(block, layer)
      attend(block, layer)
      multiply(s.xb, block, byAndAdd: w.wo[layer])

      // Feed-forward network: x += W2 (silu(W1 x') ⊙ W3 x')
      normalise(block, w.rmsFFN + layer * c.dim)
      gate(block, w.w1[layer], w.w3[layer])
      multiply(s.hb, block, byAndAdd: w.w2[layer])
    }
  }

  /// The classifier's view of token `j` of the block that `forward(block:)` left in `state.x`.
  private func logits(ofTokenInBlock j: Int) -> UnsafeBufferPointer<Float> {
    let (c, w, s) = (config, checkpoint.weights, state)
    rmsnorm(s.xb, s.x + j * c.dim, w.rmsFinal, c.dim)
    multiply(s.xb, Block(position: 0, count: 1), by: [(w.classifier, s.logits)])
    return UnsafeBufferPointer(start: s.logits, count: c.vocabSize)
  }
}

/// Tokens that go through the layers together: `count` of them from `position` on.
private struct Block {
  let position: Int
  let count: Int
}

// MARK: - The steps of a layer, shared out to threads

extension Transformer {
  /// xb = rmsnorm(x), token by token.
  private func normalise(_ block: Block, _ weight: UnsafePointer<Float>) {
    let (dim, s) = (config.dim, state)
    forEachToken(block) { j in rmsnorm(s.xb + j * dim, s.x + j * dim, weight, dim) }
  }

  /// x, (count, columns), as a product with `matrix` reads it: quantised if the matrix is.
  private func activations(_ x: UnsafePointer<Float>, _ block: Block, like matrix: Matrix)
    -> Activations
  {
    let columns = matrix.columns
    if let int8 = state.int8 {
      forEachPart(of: block.count, work: 4 * columns, grain: 1) { tokens, _ in
        for j in tokens { int8.quantise(x + j * columns, token: j, columns: columns) }
      }
    }
    return Activations(values: x, count: block.count, int8: state.int8)
  }

  /// out = x Wᵀ for matrices W that share their input, (count, W.rows) each.
  private func multiply(
    _ x: UnsafePointer<Float>, _ block: Block,
    by products: [(matrix: Matrix, out: UnsafeMutablePointer<Float>)]
  ) {
    let activations = activations(x, block, like: products[0].matrix)
    let rows = products.reduce(0) { $0 + $1.matrix.rows }
    forEachPart(of: rows, work: products[0].matrix.columns * block.count) { part, _ in
      var start = 0
      for (matrix, out) in products {
        let mine = part.clamped(to: start..<start + matrix.rows)
        if !mine.isEmpty {
          matrix.multiply(
            activations, rows: mine.lowerBound - start..<mine.upperBound - start, into: out)
        }
        start += matrix.rows
      }
    }
  }

  /// x += input Wᵀ, the end of each residual branch.
  private func multiply(_ input: UnsafePointer<Float>, _ block: Block, byAndAdd matrix: Matrix) {
    let (dim, s) = (config.dim, state)
    let activations = activations(input, block, like: matrix)
    forEachPart(of: dim, work: matrix.columns * block.count) { rows, _ in
      matrix.multiply(activations, rows: rows, into: s.xb2)
      for j in 0..<block.count {
        let first = j * dim + rows.lowerBound
        add(s.xb2 + first, to: s.x + first, rows.count)
      }
    }
  }

  /// hb = silu(W1 xb) ⊙ W3 xb, (count, hiddenDim).
  private func gate(_ block: Block, _ w1: Matrix, _ w3: Matrix) {
    let (hiddenDim, s) = (config.hiddenDim, state)
    let activations = activations(s.xb, block, like: w1)
    forEachPart(of: hiddenDim, work: 2 * config.dim * block.count) { rows, _ in
      w1.multiply(activations, rows: rows, into: s.hb)
      w3.multiply(activations, rows: rows, into: s.hb2)
      for j in 0..<block.count {
        let first = j * hiddenDim + rows.lowerBound
        swiglu(s.hb + first, s.hb2 + first, rows.count)
      }
    }
  }

  /// Turns queries and keys by their positions; stores keys and values in the cache, and queries
  /// beside those that read the same keys: (nKVHeads, count, nHeads / nKVHeads, headSize).
  private func rotateAndCache(_ block: Block, _ layer: Int) {
    let (c, s) = (config, state)
    let headsPerKV = c.nHeads / c.nKVHeads
    forEachToken(block) { j in
      let (cos, sin) = (s.cos + j * c.headSize / 2, s.sin + j * c.headSize / 2)
      for kvHead in 0..<c.nKVHeads {
        let query = (kvHead * block.count + j) * headsPerKV * c.headSize
        let cached = s.cacheOffset(layer, kvHead, block.position + j)
        let from = j * c.kvDim + kvHead * c.headSize
        rope(
          s.q + (j * c.dim + kvHead * headsPerKV * c.headSize), to: s.queries + query,
          heads: headsPerKV, headSize: c.headSize, cos, sin)
        rope(s.k + from, to: s.keys + cached, heads: 1, headSize: c.headSize, cos, sin)
        (s.values + cached).update(from: s.v + from, count: c.headSize)
      }
    }
  }

  /// xb = softmax(q · k / √headSize) v, over all positions up to each token's own
  /// (Vaswani et al. 2017), for a few tokens and one key-value head at a time.
  private func attend(_ block: Block, _ layer: Int) {
    let (c, s) = (config, state)
    let groups = (block.count + RunState.attentionTokens - 1) / RunState.attentionTokens
    let work = c.headSize * (block.position + block.count) * c.nHeads / c.nKVHeads
    forEachPart(of: c.nKVHeads * groups, work: work * min(block.count, 4), grain: 1) {
      parts, thread in
      for part in parts {
        let first = part % groups * RunState.attentionTokens
        let tokens = first..<min(first + RunState.attentionTokens, block.count)
        attend(
          block, layer, tokens: tokens, kvHead: part / groups, scores: s.scores(ofThread: thread))
      }
    }
  }

  private func attend(
    _ block: Block, _ layer: Int, tokens: Range<Int>, kvHead: Int,
    scores: UnsafeMutablePointer<Float>
  ) {
    let (c, s) = (config, state)
    let headsPerKV = c.nHeads / c.nKVHeads
    let queries = s.queries + (kvHead * block.count + tokens.lowerBound) * headsPerKV * c.headSize
    let cache = s.cacheOffset(layer, kvHead, 0)
    let count = block.position + tokens.upperBound
    products(
      s.keys + cache, c.headSize, rows: count, queries, c.headSize,
      count: tokens.count * headsPerKV, columns: c.headSize, scores, c.seqLen)
    for query in 0..<tokens.count * headsPerKV {
      let visible = block.position + tokens.lowerBound + query / headsPerKV + 1
      let row = scores + query * c.seqLen
      scale(row, by: 1 / Float(c.headSize).squareRoot(), visible)
      softmax(row, visible)
      (row + visible).update(repeating: 0, count: count - visible)
    }
    weightedSums(
      scores, c.seqLen, queries: tokens.count * headsPerKV, s.values + cache, count: count,
      headSize: c.headSize
    ) { query in
      let token = tokens.lowerBound + query / headsPerKV
      return s.xb + (token * c.dim + (kvHead * headsPerKV + query % headsPerKV) * c.headSize)
    }
  }

  private func forEachToken(_ block: Block, _ body: (Int) -> Void) {
    forEachPart(of: block.count, work: config.dim, grain: 1) { tokens, _ in tokens.forEach(body) }
  }

  /// Calls `body` with ranges that cover 0..<count, and the number of the thread that it runs on.
  ///
  /// - Parameters:
  ///   - work: multiplications for each of 0..<count. A loop that takes less time than waking
  ///     the others runs on this thread alone.
  ///   - grain: what the ranges' bounds are multiples of.
  private func forEachPart(
    of count: Int, work: Int, grain: Int = 4, _ body: (Range<Int>, Int) -> Void
  ) {
    guard threads.count > 1, count * work >= 32_768 else { return body(0..<count, 0) }
    let size = max(grain, count / (4 * threads.count) / grain * grain)
    threads.run(parts: (count + size - 1) / size) { part, thread in
      body(part * size..<min(part * size + size, count), thread)
    }
  }
}

// MARK: - Run state

/// The memory of a run: activations of one block, and the KV cache (run.c: `RunState`).
private final class RunState {
  /// Tokens that go through the layers together. Their activations stay in a core's cache.
  static let blockSize = 128
  /// Tokens whose attention is computed together.
  static let attentionTokens = 4

  let config: Config
  let x: UnsafeMutablePointer<Float>  // (blockSize, dim), the residual stream
  let xb: UnsafeMutablePointer<Float>  // (blockSize, dim), inside a residual branch
  let xb2: UnsafeMutablePointer<Float>  // (blockSize, dim), at its end
  let hb: UnsafeMutablePointer<Float>  // (blockSize, hiddenDim)
  let hb2: UnsafeMutablePointer<Float>  // (blockSize, hiddenDim)
  let q: UnsafeMutablePointer<Float>  // (blockSize, dim)
  let k: UnsafeMutablePointer<Float>  // (blockSize, kvDim)
  let v: UnsafeMutablePointer<Float>  // (blockSize, kvDim)
  let queries: UnsafeMutablePointer<Float>  // (nKVHeads, count, nHeads / nKVHeads, headSize)
  let cos: UnsafeMutablePointer<Float>  // (blockSize, headSize / 2)
  let sin: UnsafeMutablePointer<Float>  // (blockSize, headSize / 2)
  let logits: UnsafeMutablePointer<Float>  // (vocabSize)
  let keys: UnsafeMutablePointer<Float>  // (nLayers, nKVHeads, seqLen, headSize)
  let values: UnsafeMutablePointer<Float>  // (nLayers, nKVHeads, seqLen, headSize)
  /// The input of a product, (blockSize, dim or hiddenDim), where weights are int8.
  let int8: Int8Activations?
  private let scores: UnsafeMutablePointer<Float>
  private let memory: [LazyMemory]

  init(_ c: Config, groupSize: Int, threads: Int) throws {
    config = c
    var memory: [LazyMemory] = []
    func floats(_ sizes: Int..., purpose: String = "activations") throws
      -> UnsafeMutablePointer<Float>
    {
      memory.append(try LazyMemory(floats: sizes, purpose: purpose))
      return memory.last!.floats
    }
    x = try floats(Self.blockSize, c.dim)
    xb = try floats(Self.blockSize, c.dim)
    xb2 = try floats(Self.blockSize, c.dim)
    hb = try floats(Self.blockSize, c.hiddenDim)
    hb2 = try floats(Self.blockSize, c.hiddenDim)
    q = try floats(Self.blockSize, c.dim)
    k = try floats(Self.blockSize, c.kvDim)
    v = try floats(Self.blockSize, c.kvDim)
    queries = try floats(Self.blockSize, c.dim)
    cos = try floats(Self.blockSize, c.headSize / 2)
    sin = try floats(Self.blockSize, c.headSize / 2)
    logits = try floats(c.vocabSize)
    scores = try floats(threads, Self.attentionTokens * c.nHeads / c.nKVHeads, c.seqLen)
    let cache = "a KV cache of \(c.seqLen) positions"
    keys = try floats(c.nLayers, c.seqLen, c.kvDim, purpose: cache)
    values = try floats(c.nLayers, c.seqLen, c.kvDim, purpose: cache)
    int8 =
      groupSize == 0
      ? nil
      : try Int8Activations(groupSize: groupSize, columns: max(c.dim, c.hiddenDim)) {
        try floats(Self.blockSize, $0)
      }
    self.memory = memory
  }

  /// Where the key and the value of one head at one position stand in the cache.
  func cacheOffset(_ layer: Int, _ kvHead: Int, _ position: Int) -> Int {
    ((layer * config.nKVHeads + kvHead) * config.seqLen + position) * config.headSize
  }

  /// (attentionTokens * nHeads / nKVHeads, seqLen) attention scores for one thread to work in.
  func scores(ofThread thread: Int) -> UnsafeMutablePointer<Float> {
    scores + thread * Self.attentionTokens * config.nHeads / config.nKVHeads * config.seqLen
  }

  /// cos and sin of position / 10000^(i / headSize), for every even i < headSize.
  func setAngles(_ block: Block) {
    let half = config.headSize / 2
    for i in 0..<half {
      let frequency = 1 / powf(10_000, Float(2 * i) / Float(config.headSize))
      for j in 0..<block.count {
        cos[j * half + i] = cosf(Float(block.position + j) * frequency)
        sin[j * half + i] = sinf(Float(block.position + j) * frequency)
      }
    }
  }
}

/// Zeroed memory that costs nothing until it is written: a context of thousands of positions is
/// only paid for as far as a text reaches.
private final class LazyMemory {
  let floats: UnsafeMutablePointer<Float>
  private let size: Int

  init(floats sizes: [Int], purpose: String) throws {
    // Products of three or four of a header's int32 values, which 128 bits hold.
    let bytes = sizes.reduce(Int128(4)) { $0 * Int128($1) }
    size = Int(clamping: bytes)
    #if canImport(Darwin)
      let flags = MAP_PRIVATE | MAP_ANON
    #else
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    #endif
    guard bytes < Int128(Int.max),
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED
    else { throw LlamaError.outOfMemory(bytes: size, purpose: purpose) }
    #if !canImport(Darwin)
      // A huge page would be paid for whole as soon as one position in it is written.
      madvise(memory, size, MADV_NOHUGEPAGE)
    #endif
    floats = memory.bindMemory(to: Float.self, capacity: size / 4)
  }

  deinit { munmap(floats, size) }
}
