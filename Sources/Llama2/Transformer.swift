import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A Llama or one of its relatives: a mapped model file, a KV cache and the forward pass (Touvron et
/// al. 2023; run.c: `Transformer`). What differs between relatives is in `Config`, and in weights that
/// a model has or lacks.
///
///     let transformer = try Transformer(checkpoint: "models/stories.bin")
///     let logits = transformer.forward([1, 9038, 2501], at: 0)
///     print(logits.max()!)
///
/// One reads one text; it is not for use from two threads at once. Others of the same model may be used
/// meanwhile: they share its weights, the threads that compute and the memory for activations, and
/// compute in turn.
public final class Transformer {
  /// Tokens that go through the layers together: so many that reading the weights and laying them out
  /// for a block costs little beside its products.
  static let blockSize = 256
  /// The shape, as the model file gives it.
  public let config: Config
  private let model: LoadedModel
  private let cache: KVCache
  /// Bytes of the KV cache that a token reads for each position up to its own.
  package var cacheBytesPerPosition: Int { cache.bytesPerPosition }
  private var checkpoint: Checkpoint { model.checkpoint }
  private var state: RunState { model.state }

  /// Maps the model at `path`: a checkpoint of llama2.c (v0, v1 or v2), or a GGUF file. Its weights
  /// stay in the file; what is allocated is the KV cache, as far as it is used, and the activations.
  ///
  /// - Parameter threads: how many threads compute; nil: one for each CPU that the process may use.
  /// - Throws: `LlamaError`, for a file that is not a whole model or does not fit in memory.
  public convenience init(checkpoint path: String, threads: Int? = nil) throws {
    try self.init(LoadedModel(checkpoint: path, threads: threads))
  }

  /// A KV cache of its own, for one text. Throws `LlamaError.outOfMemory`.
  init(_ model: LoadedModel) throws(LlamaError) {
    self.model = model
    config = model.checkpoint.config
    cache = try KVCache(config, model.cacheFloats)
  }

  /// Has read the first `count` tokens of `other`'s text. Throws `LlamaError.outOfMemory`.
  init(copying other: Transformer, count: Int) throws(LlamaError) {
    model = other.model
    config = other.config
    cache = try KVCache(config, model.cacheFloats)
    cache.copy(0..<count, of: other.cache)
  }

  /// Has read at these positions what `other` has, a text of the same model.
  func copy(_ positions: Range<Int>, of other: Transformer) {
    cache.copy(positions, of: other.cache)
  }

  /// Logits after the last of `tokens`, which stand at position..<position + tokens.count;
  /// those before `position` were given in earlier calls. The logits, (vocabSize), hold until the
  /// next call, and no longer than the Transformer. They are the same however a text is cut into
  /// calls.
  public func forward(_ tokens: [Int], at position: Int) -> UnsafeBufferPointer<Float> {
    require(!tokens.isEmpty, "no tokens to read, expected one or more")
    read(tokens, at: position) { block in
      if block.upperBound == tokens.count {
        classify(state.x + (block.count - 1) * config.dim, count: 1, into: cache.logits)
      }
    }
    return UnsafeBufferPointer(start: cache.logits, count: config.vocabSize)
  }

  /// The same for each token from index `first` on: calls `body` with its index and its logits, which
  /// hold for the call. Other texts of the model may compute meanwhile. Throws what `body` throws, and
  /// `LlamaError.outOfMemory`.
  func forward(
    _ tokens: [Int], at position: Int, from first: Int,
    _ body: (_ index: Int, _ logits: UnsafeBufferPointer<Float>) throws(LlamaError) -> Void
  ) throws(LlamaError) {
    let (dim, vocabSize, step) = (config.dim, config.vocabSize, RunState.classifiedTokens)
    let streams = try LazyMemory(bytes: [4, tokens.count, dim], purpose: "activations")
    let memory = try LazyMemory(bytes: [4, step, vocabSize], purpose: "logits")
    let x = streams.start.assumingMemoryBound(to: Float.self)
    let logits = memory.start.assumingMemoryBound(to: Float.self)
    read(tokens, at: position) { block in
      (x + block.lowerBound * dim).update(from: state.x, count: block.count * dim)
    }
    for start in stride(from: first, to: tokens.count, by: step) {
      let count = min(step, tokens.count - start)
      model.whileNobodyElseComputes { classify(x + start * dim, count: count, into: logits) }
      for i in 0..<count {
        try body(start + i, UnsafeBufferPointer(start: logits + i * vocabSize, count: vocabSize))
      }
    }
  }

  /// Reads `tokens` as `forward` does, a block of them at a time.
  ///
  /// - Parameter then: called after each block with the indices of its tokens, while the activations are
  ///   those of this text.
  func read(_ tokens: [Int], at position: Int, then: (Range<Int>) -> Void = { _ in }) {
    require(
      position >= 0 && position + tokens.count <= config.seqLen,
      "positions \(position)..<\(position + tokens.count) are outside the context of"
        + " \(config.seqLen) tokens")
    require(
      tokens.allSatisfy { (0..<config.vocabSize).contains($0) },
      "a token is outside the vocabulary of \(config.vocabSize)")
    for start in stride(from: 0, to: tokens.count, by: Self.blockSize) {
      let block = start..<min(start + Self.blockSize, tokens.count)
      model.whileNobodyElseComputes {
        forward(block: tokens[block], at: position + start)
        then(block)
      }
    }
  }

  /// Runs one block through all layers and leaves its residual stream, (count, dim), in `state.x`.
  private func forward(block tokens: ArraySlice<Int>, at position: Int) {
    let (c, w, s) = (config, checkpoint.weights, state)
    let block = Block(position: position, count: tokens.count)
    embed(tokens, into: s.x, scratch: s.xb, block)
    if let rope = c.rope { s.setAngles(rope, w.ropeFactors, block) }

    for (i, layer) in w.layers.enumerated() {
      // Attention: x += Wo attention(q, k, v), where q, k, v = Wq x', Wk x', Wv x' and x' is x, normed by
      // RMSNorm or LayerNorm. A relative may add a bias to each product (`Linear`), and norm the query and
      // the key of each head.
      norm(s.x, layer.attentionNorm, into: s.xb, rows: block.count)
      matmul(s.xb, [(layer.wq, s.q), (layer.wk, s.k), (layer.wv, s.v)], block)
      if let qNorm = layer.qNorm { norm(s.q, qNorm, into: s.q, rows: block.count * c.nHeads) }
      if let kNorm = layer.kNorm { norm(s.k, kNorm, into: s.k, rows: block.count * c.nKVHeads) }
      // Where positions are not learned, they turn queries and keys.
      if let rope = c.rope {
        rotate(s.q, heads: c.nHeads, rope, block)
        rotate(s.k, heads: c.nKVHeads, rope, block)
      }
      cache(s.k, s.v, layer: i, block)
      attention(s.q, layer: i, into: s.heads, block)
      matmul(s.heads, [(layer.wo, s.xb)], addedTo: s.x, block)

      // Feed-forward network: x += W2 hidden, where hidden = silu(W1 x') ⊙ W3 x', or gelu(W1 x') in models
      // without W3
      norm(s.x, layer.ffnNorm, into: s.xb, rows: block.count)
      matmul(s.xb, [(layer.w1, s.hb), (layer.w3, s.hb2)], block)
      switch c.activation {
      case .swiglu: swiglu(s.hb, s.hb2, block)
      case .gelu: gelu(s.hb, block)
      }
      matmul(s.hb, [(layer.w2, s.xb)], addedTo: s.x, block)
    }
  }

  /// The logits, (count, vocabSize), of x, (count, dim), the residual stream behind the last layer.
  private func classify(
    _ x: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
  ) {
    let (w, s) = (checkpoint.weights, state)
    // No step that follows looks at positions.
    let block = Block(position: 0, count: count)
    norm(x, w.finalNorm, into: s.xb, rows: count)
    matmul(s.xb, [(w.classifier, logits)], block)
  }

  /// Forgets the tokens at some of the first `count` positions, in a model that rotates queries and keys:
  /// those behind them move up, and their keys turn back by as many positions (Xiao et al. 2023;
  /// llama.cpp: context shift).
  func forget(_ range: Range<Int>, of count: Int) {
    guard let rope = config.rope else {
      preconditionFailure("learned positions are part of what the cache holds")
    }
    let (c, cache, s) = (config, cache, state)
    let moved = count - range.upperBound
    model.whileNobodyElseComputes {
      s.setAngles(
        rope, checkpoint.weights.ropeFactors, Block(position: -range.count, count: 1))
      forEachPart(of: c.nLayers * c.nKVHeads, work: 4 * moved * c.headSize, grain: 1) {
        heads, thread in
        for head in heads {
          cache.move(
            head: head, from: range.upperBound, to: range.lowerBound, count: moved,
            scratch: s.queries(ofThread: thread)
          ) { Steps.rope($0, heads: 1, headSize: c.headSize, rope, s.cos, s.sin) }
        }
      }
    }
  }
}

/// Tokens that go through the layers together: `count` of them from `position` on.
private struct Block {
  let position: Int
  let count: Int
}

// MARK: - The steps of a layer, shared out to threads

extension Transformer {
  /// x = the tokens' embeddings, (count, dim), with those of their positions where these are learned.
  private func embed(
    _ tokens: ArraySlice<Int>, into x: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, _ block: Block
  ) {
    let (w, dim) = (checkpoint.weights, config.dim)
    for (j, token) in tokens.enumerated() {
      w.tokenEmbedding.copyRow(token, to: x + j * dim)
      if let positions = w.positionEmbedding {
        positions.copyRow(block.position + j, to: scratch)
        add(scratch, to: x + j * dim, dim)
      }
    }
  }

  /// out = norm(x), both (rows, norm.count), where out may be x.
  private func norm(
    _ x: UnsafePointer<Float>, _ norm: Norm, into out: UnsafeMutablePointer<Float>, rows: Int
  ) {
    let (kind, count, epsilon) = (config.norm, norm.count, config.normEpsilon)
    forEachPart(of: rows, work: count, grain: 1) { part, _ in
      for row in part {
        let (x, out) = (x + row * count, out + row * count)
        switch kind {
        case .rms: Steps.rmsnorm(out, x, norm.weight, count, epsilon: epsilon)
        case .layer: Steps.layernorm(out, x, norm.weight, norm.bias, count, epsilon: epsilon)
        }
      }
    }
  }

  /// out = x Wᵀ + b, (count, W.rows), for those linear layers that the model has, which share their
  /// input; then, at the end of a residual branch, `stream` += out.
  private func matmul(
    _ x: UnsafePointer<Float>, _ products: [(linear: Linear?, out: UnsafeMutablePointer<Float>)],
    addedTo stream: UnsafeMutablePointer<Float>? = nil, _ block: Block
  ) {
    let products = products.compactMap { product in product.linear.map { ($0, product.out) } }
    let activations = activations(x, for: products.map(\.0.weight), block)
    let rows = products.reduce(0) { $0 + $1.0.weight.rows }
    // Blocks of int8 are multiplied in panels of 32 rows, floats in tiles of 4.
    let grain = block.count >= 4 && products[0].0.weight.isInt8 ? 32 : 4
    let work = products[0].0.weight.columns * block.count
    forEachPart(of: rows, work: work, grain: grain) { part, _ in
      var start = 0
      for (linear, out) in products {
        let end = start + linear.weight.rows
        let mine = part.clamped(to: start..<end)
        if !mine.isEmpty {
          let rows = mine.lowerBound - start..<mine.upperBound - start
          linear.matmul(activations, rows: rows, into: out, addedTo: stream)
        }
        start = end
      }
    }
  }

  /// x, (count, columns), in the forms in which products with these matrices read it.
  private func activations(
    _ x: UnsafePointer<Float>, for matrices: [Matrix], _ block: Block
  ) -> Activations {
    let columns = matrices[0].columns
    for int8 in state.int8 {
      guard let matrix = matrices.first(where: { $0.groupSize == int8.groupSize }) else { continue }
      let inTiles = matrix.hasInt8Tiles(block.count)
      forEachToken(block, work: 4 * columns) { j in
        int8.quantise(x + j * columns, token: j, columns: columns, inTiles: inTiles)
      }
    }
    return Activations(values: x, count: block.count, int8: state.int8)
  }

  /// Rotates x, (count, heads, headSize), by the tokens' positions.
  private func rotate(
    _ x: UnsafeMutablePointer<Float>, heads: Int, _ rope: Config.RoPE, _ block: Block
  ) {
    let (headSize, half) = (config.headSize, rope.size / 2)
    forEachToken(block, work: heads * headSize) { j in
      Steps.rope(
        x + j * heads * headSize, heads: heads, headSize: headSize, rope,
        state.cos + j * half, state.sin + j * half)
    }
  }

  /// Stores keys and values, (count, nKVHeads, headSize), for the block's own and all later tokens.
  private func cache(
    _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>, layer: Int, _ block: Block
  ) {
    let (kvDim, cache) = (config.kvDim, cache)
    forEachToken(block, work: 8 * kvDim) { j in
      cache.store(k + j * kvDim, v + j * kvDim, layer: layer, position: block.position + j)
    }
  }

  /// out = softmax(q · k / √headSize) v, both (count, nHeads, headSize), over all positions up to each
  /// token's own (Vaswani et al. 2017). Threads share the key-value heads and the tokens of a block, or
  /// the positions where there are few tokens.
  private func attention(
    _ q: UnsafePointer<Float>, layer: Int, into out: UnsafeMutablePointer<Float>, _ block: Block
  ) {
    let (c, s) = (config, state)
    let groups = (block.count + s.attentionTokens - 1) / s.attentionTokens
    let chunks = (block.position + block.count - 1) / Attention.chunkSize + 1
    let work = c.qDim / c.nKVHeads * 2 * (block.position + block.count)
    if groups > 1 || chunks == 1 {
      forEachPart(
        of: c.nKVHeads * groups, work: work * min(block.count, s.attentionTokens), grain: 1
      ) { parts, thread in
        for part in parts {
          let first = part % groups * s.attentionTokens
          let heads = SharedHeads(
            layer: layer, kvHead: part / groups,
            tokens: first..<min(first + s.attentionTokens, block.count))
          let sums = s.sums(ofThread: thread)
          for chunk in 0...(block.position + heads.tokens.upperBound - 1) / Attention.chunkSize {
            let partial = chunk == 0 ? sums : sums + s.sumsSize
            attention(q, heads, chunk: chunk, into: partial, block, thread: thread)
            if chunk > 0 { addSums(partial, to: sums, heads, chunk: chunk, block) }
          }
          finish(sums, heads, into: out)
        }
      }
      return
    }
    forEachPart(
      of: c.nKVHeads * chunks, work: work * block.count / chunks, grain: 1
    ) { parts, thread in
      for part in parts {
        let heads = SharedHeads(layer: layer, kvHead: part / chunks, tokens: 0..<block.count)
        attention(
          q, heads, chunk: part % chunks, into: s.sums + part * s.sumsSize, block, thread: thread)
      }
    }
    for kvHead in 0..<c.nKVHeads {
      let heads = SharedHeads(layer: layer, kvHead: kvHead, tokens: 0..<block.count)
      let sums = s.sums + kvHead * chunks * s.sumsSize
      for chunk in 1..<chunks {
        addSums(sums + chunk * s.sumsSize, to: sums, heads, chunk: chunk, block)
      }
      finish(sums, heads, into: out)
    }
  }

  /// One key-value head of a layer, and those tokens of a block whose query heads share it.
  private struct SharedHeads {
    let layer: Int
    let kvHead: Int
    let tokens: Range<Int>
  }

  private func visible(_ heads: SharedHeads, chunk: Int, _ block: Block) -> Attention.Visible {
    let queriesPerToken = config.nHeads / config.nKVHeads
    return Attention.Visible(
      queries: heads.tokens.count * queriesPerToken, queriesPerToken: queriesPerToken,
      first: block.position + heads.tokens.lowerBound + 1 - chunk * Attention.chunkSize)
  }

  /// The sums of the queries that share a key-value head, over one chunk of positions.
  private func attention(
    _ q: UnsafePointer<Float>, _ heads: SharedHeads, chunk: Int,
    into sums: UnsafeMutablePointer<Float>, _ block: Block, thread: Int
  ) {
    let (c, s) = (config, state)
    let queries = s.queries(ofThread: thread)
    let width = c.qDim / c.nKVHeads
    for (i, token) in heads.tokens.enumerated() {
      let (from, to) = (q + token * c.qDim + heads.kvHead * width, queries + i * width)
      to.update(from: from, count: width)
      multiply(to, by: 1 / Float(c.headSize).squareRoot(), width)
    }
    let (head, position) = (heads.layer * c.nKVHeads + heads.kvHead, chunk * Attention.chunkSize)
    cache.floats.attention(
      queries, visible: visible(heads, chunk: chunk, block), cache.key(head, position),
      cache.value(head, position), headSize: c.headSize, scratch: s.attention(ofThread: thread),
      into: sums)
  }

  /// Adds the sums of a later chunk, where queries see any of it.
  private func addSums(
    _ other: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, _ heads: SharedHeads,
    chunk: Int, _ block: Block
  ) {
    let visible = visible(heads, chunk: chunk, block)
    let valueSize = KVCache.valueSize(config.headSize)
    for query in visible.firstQuery..<visible.queries {
      let start = query * Attention.sumsSize(valueSize)
      Attention.add(other + start, to: sums + start, valueSize)
    }
  }

  /// The results of the queries that share a key-value head.
  private func finish(
    _ sums: UnsafePointer<Float>, _ heads: SharedHeads, into out: UnsafeMutablePointer<Float>
  ) {
    let (c, valueSize) = (config, KVCache.valueSize(config.headSize))
    let headsPerKV = c.nHeads / c.nKVHeads
    for (i, token) in heads.tokens.enumerated() {
      for head in 0..<headsPerKV {
        Attention.finish(
          sums + (i * headsPerKV + head) * Attention.sumsSize(valueSize), valueSize,
          out + token * c.qDim + (heads.kvHead * headsPerKV + head) * c.headSize,
          headSize: c.headSize)
      }
    }
  }

  /// gate = silu(gate) ⊙ up, both (count, hiddenDim).
  private func swiglu(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ block: Block
  ) {
    // Parts of the whole, as the product is element by element and a single token is many elements.
    forEachPart(of: block.count * config.hiddenDim, work: 16, grain: 16) { part, _ in
      Steps.swiglu(gate + part.lowerBound, up + part.lowerBound, part.count)
    }
  }

  /// x = gelu(x), (count, hiddenDim).
  private func gelu(_ x: UnsafeMutablePointer<Float>, _ block: Block) {
    forEachPart(of: block.count * config.hiddenDim, work: 16, grain: 16) { part, _ in
      Steps.gelu(x + part.lowerBound, part.count)
    }
  }

  private func forEachToken(_ block: Block, work: Int, _ body: (Int) -> Void) {
    forEachPart(of: block.count, work: work, grain: 1) { tokens, _ in tokens.forEach(body) }
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
    let threads = model.threads
    guard threads.count > 1, count * work >= 32_768 else { return body(0..<count, 0) }
    let size = max(grain, count / (4 * threads.count) / grain * grain)
    threads.run(parts: (count + size - 1) / size) { part, thread in
      body(part * size..<min(part * size + size, count), thread)
    }
  }
}

// MARK: - What all texts of a model share

/// A model file, and what computes with it: threads, and memory for the activations of one block. Any
/// number of `Transformer`s use it in turn, from any threads.
final class LoadedModel: @unchecked Sendable {
  let checkpoint: Checkpoint
  fileprivate let threads: Threads
  fileprivate let state: RunState
  /// How texts cache keys and values: models of quantised GGUF files in 16 bits, as llama.cpp does.
  fileprivate let cacheFloats: any CacheFloats.Type
  private let turn = Mutex(())

  /// Throws `LlamaError`, for a file that is not a whole model or does not fit in memory.
  init(checkpoint path: String, threads: Int?) throws {
    require(threads ?? 1 > 0, "\(threads ?? 1) threads, expected 1 or more")
    checkpoint = try Checkpoint(path: path)
    checkpoint.file.readAhead()
    let threads = threads ?? Threads.usable()
    state = try RunState(checkpoint.config, checkpoint.weights, threads: threads)
    self.threads = Threads(count: threads)
    let isQuantised = checkpoint.weights.matrices.contains { $0.blocks != nil }
    cacheFloats = isQuantised ? F16.self : Float32Weights.self
  }

  deinit { threads.stop() }

  fileprivate func whileNobodyElseComputes(_ body: () -> Void) {
    turn.withLock { _ in body() }
  }
}

// MARK: - Run state

/// The memory for the activations of one block (run.c: `RunState`).
private final class RunState {
  private static let blockSize = Transformer.blockSize
  /// Tokens whose logits are computed together.
  static let classifiedTokens = 16

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
  /// The input of a product as int8, for each group size that the weights have.
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
      if int8.contains(where: { $0.groupSize == matrix.groupSize }) { continue }
      int8.append(
        try Int8Activations(
          groupSize: matrix.groupSize, scaleSize: matrix.activationGroupSize,
          columns: max(c.dim, c.qDim, c.hiddenDim)
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
  func setAngles(_ rope: Config.RoPE, _ factors: UnsafePointer<Float>?, _ block: Block) {
    let half = rope.size / 2
    for i in 0..<half {
      var frequency = 1 / powf(rope.base, Float(2 * i) / Float(rope.size))
      if rope.positionScale != 1 { frequency /= rope.positionScale }
      if let factors { frequency /= factors[i] }
      for j in 0..<block.count {
        cos[j * half + i] = cosf(Float(block.position + j) * frequency)
        sin[j * half + i] = sinf(Float(block.position + j) * frequency)
      }
    }
  }
}
