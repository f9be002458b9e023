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
  package static let blockSize = 256
  /// The most tokens of a text whose logits are kept.
  static let mostLogits = 32
  /// Tokens whose logits are computed together where those of a whole text are wanted, one after the other.
  static let logitsAtOnce = 16
  /// The shape, as the model file gives it.
  public let config: Config
  let model: LoadedModel
  let cache: KVCache
  let logits: LazyMemory  // (mostLogits, vocabSize)
  package var checkpoint: Checkpoint { model.checkpoint }
  /// Bytes of the KV cache that a token reads for each position up to its own.
  package var cacheBytesPerPosition: Int { cache.bytesPerPosition }

  /// Maps the model at `path`: a checkpoint of llama2.c (v0, v1 or v2), or a GGUF file. Its weights
  /// stay in the file; what is allocated is the KV cache, as far as it is used, and the activations.
  ///
  /// - Parameter threads: how many threads compute; nil: one for each core that the process may use.
  /// - Throws: `LlamaError`, for a file that is not a whole model or does not fit in memory.
  public convenience init(checkpoint path: String, threads: Int? = nil) throws {
    try self.init(LoadedModel(checkpoint: path, threads: threads))
  }

  /// Computes with a model that is open already, a text of its own.
  ///
  ///     let transformer = try Transformer(of: llama)
  ///     let tokens = llama.tokenizer.encode("Once upon a time", bos: true, eos: false)
  ///     print(transformer.forward(tokens, at: 0).max()!)
  public convenience init(of llama: Llama) throws(LlamaError) { try self.init(llama.model) }

  /// A KV cache of its own, for one text. Throws `LlamaError.outOfMemory`.
  init(_ model: LoadedModel) throws(LlamaError) {
    self.model = model
    config = model.config
    cache = try KVCache(config, model.cacheFloats)
    logits = try LazyMemory(bytes: [4, Self.mostLogits, config.vocabSize], purpose: "logits")
  }

  /// Has read the first `count` tokens of `other`'s text. Throws `LlamaError.outOfMemory`.
  convenience init(copying other: Transformer, count: Int) throws(LlamaError) {
    try self.init(other.model)
    copy(0..<count, of: other)
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
    forward(tokens, at: position, last: 1)
  }

  /// The same, with the steps of all layers shown as they are computed, up to 256 tokens together.
  ///
  ///     var norms: [Float] = []
  ///     transformer.forward(tokens, at: 0, observing: [.stream]) { step in
  ///       norms.append(step[tokens.count - 1].reduce(0) { $0 + $1 * $1 }.squareRoot())
  ///     }
  ///
  /// - Parameters:
  ///   - kinds: the steps that are shown. What is computed only to be shown, as the weights of attention,
  ///     is not computed for others.
  ///   - observe: is called on this thread while the model computes for nobody else: it takes what it
  ///     needs, and calls nothing of the model.
  @discardableResult
  public func forward(
    _ tokens: [Int], at position: Int,
    observing kinds: Set<ForwardStep.Kind> = Set(ForwardStep.Kind.allCases),
    observe: (ForwardStep) -> Void
  ) -> UnsafeBufferPointer<Float> {
    withoutActuallyEscaping(observe) { observe in
      forward(
        tokens, at: position, last: 1,
        observer: Observer(model: model, kinds: kinds, observe: observe))
    }
  }

  /// The logits, (count, vocabSize), of residual streams, (count, dim), of 1 to 32 tokens, as if the model
  /// ended there: through the final norm and the classifier. Of those behind the last layer they are what
  /// `forward` gives; of those behind an earlier one they are the logit lens (nostalgebraist 2020). They
  /// hold as long as those of `forward`.
  ///
  ///     let logits = streams.withUnsafeBufferPointer { transformer.logits(ofStreams: $0) }
  public func logits(ofStreams x: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    let count = x.count / config.dim
    require(
      x.count == count * config.dim && 1...Self.mostLogits ~= count,
      "\(x.count) numbers, expected streams of \(config.dim) of 1 to \(Self.mostLogits) tokens")
    let logits = logits.start.assumingMemoryBound(to: Float.self)
    model.whileNobodyElseComputes {
      model.classify(x.baseAddress!, count: count, into: logits)
    }
    return UnsafeBufferPointer(start: logits, count: count * config.vocabSize)
  }

  /// The same after each of the last `count` tokens, (count, vocabSize): of one block where they are
  /// more than one, and of `mostLogits` at most.
  func forward(
    _ tokens: [Int], at position: Int, last count: Int, observer: Observer? = nil
  ) -> UnsafeBufferPointer<Float> {
    require(!tokens.isEmpty, "no tokens to read, expected one or more")
    require(
      count == 1 || count <= min(tokens.count, Self.mostLogits) && tokens.count <= Self.blockSize,
      "logits of \(count) of \(tokens.count) tokens, expected those of one block and"
        + " \(Self.mostLogits) at most")
    let logits = logits.start.assumingMemoryBound(to: Float.self)
    let classify: (Range<Int>) -> Void = { [model] block in
      if block.upperBound == tokens.count {
        model.classify(rows: Array((0..<block.count).suffix(count)), into: logits)
      }
    }
    read(tokens, at: position, then: classify, observer: observer)
    return UnsafeBufferPointer(start: logits, count: count * config.vocabSize)
  }

  /// The same for each token from index `first` on: calls `body` with its index and its logits, which
  /// hold for the call. Other texts of the model may compute meanwhile. Throws what `body` throws, and
  /// `LlamaError.outOfMemory`.
  func forward(
    _ tokens: [Int], at position: Int, from first: Int,
    _ body: (_ index: Int, _ logits: UnsafeBufferPointer<Float>) throws(LlamaError) -> Void
  ) throws(LlamaError) {
    let (dim, vocabSize, step) = (config.dim, config.vocabSize, Self.logitsAtOnce)
    let streams = try LazyMemory(bytes: [4, tokens.count, dim], purpose: "activations")
    let memory = try LazyMemory(bytes: [4, step, vocabSize], purpose: "logits")
    let x = streams.start.assumingMemoryBound(to: Float.self)
    let logits = memory.start.assumingMemoryBound(to: Float.self)
    read(tokens, at: position) { block in
      (x + block.lowerBound * dim).update(from: model.state.x, count: block.count * dim)
    }
    for start in stride(from: first, to: tokens.count, by: step) {
      let count = min(step, tokens.count - start)
      model.whileNobodyElseComputes {
        model.classify(x + start * dim, count: count, into: logits)
      }
      for i in 0..<count {
        try body(start + i, UnsafeBufferPointer(start: logits + i * vocabSize, count: vocabSize))
      }
    }
  }

  /// Reads `tokens` as `forward` does, a block of them at a time.
  ///
  /// - Parameter then: called after each block with the indices of its tokens, while the activations are
  ///   those of this text.
  func read(
    _ tokens: [Int], at position: Int, then: (Range<Int>) -> Void = { _ in },
    observer: Observer? = nil
  ) {
    requireInside(tokens, at: position)
    for start in stride(from: 0, to: tokens.count, by: Self.blockSize) {
      let indices = start..<min(start + Self.blockSize, tokens.count)
      let part = Block.Part(cache: cache, position: position + start, rows: 0..<indices.count)
      model.whileNobodyElseComputes {
        model.forward(Array(tokens[indices]), [part], observer)
        then(indices)
      }
    }
  }

  func requireInside(_ tokens: [Int], at position: Int) {
    require(
      position >= 0 && position + tokens.count <= config.seqLen,
      "positions \(position)..<\(position + tokens.count) are outside the context of"
        + " \(config.seqLen) tokens")
    require(
      tokens.allSatisfy { (0..<config.vocabSize).contains($0) },
      "a token is outside the vocabulary of \(config.vocabSize)")
  }

  /// Forgets the tokens at some of the first `count` positions, in a model that rotates queries and keys:
  /// those behind them move up, and their keys turn back by as many positions (Xiao et al. 2023;
  /// llama.cpp: context shift).
  func forget(_ range: Range<Int>, of count: Int) {
    model.whileNobodyElseComputes { model.forget(range, of: count, in: cache) }
  }
}

/// Tokens that go through the layers together, a row each.
struct Block {
  /// Successive tokens of one text.
  struct Part {
    let cache: KVCache
    /// The first one's.
    let position: Int
    let rows: Range<Int>
    /// The position behind the last one.
    var end: Int { position + rows.count }
  }
  let tokens: [Int]
  /// The texts that the tokens belong to: one, but where several are decoded together.
  let parts: [Part]
  /// These parts in pieces whose attention is computed together.
  let pieces: [Part]
  var count: Int { tokens.count }

  init(_ tokens: [Int], parts: [Part], attentionTokens: Int) {
    (self.tokens, self.parts) = (tokens, parts)
    pieces = parts.flatMap { part in
      stride(from: 0, to: part.rows.count, by: attentionTokens).map { first in
        let rows = part.rows.dropFirst(first).prefix(attentionTokens)
        return Part(cache: part.cache, position: part.position + first, rows: rows)
      }
    }
  }
}

/// A model file, and what computes with it: threads, and memory for the activations of one block. Any
/// number of `Transformer`s use it in turn, from any threads.
final class LoadedModel: @unchecked Sendable {
  let checkpoint: Checkpoint
  var config: Config { checkpoint.config }
  let threads: Threads
  let state: RunState
  /// How texts cache keys and values: models of quantised GGUF files in 16 bits, as llama.cpp does.
  let cacheFloats: any CacheFloats.Type
  /// The model whose threads these are, if they are not its own.
  private let owner: LoadedModel?

  /// Throws `LlamaError`, for a file that is not a whole model or does not fit in memory.
  ///
  /// - Parameter owner: a model that computes in turn with this one, on the same threads; nil: they are its own.
  init(checkpoint path: String, threads: Int?, of owner: LoadedModel? = nil) throws {
    require(threads ?? 1 > 0, "\(threads ?? 1) threads, expected 1 or more")
    checkpoint = try Checkpoint(path: path)
    checkpoint.file.readAhead()
    let threads = owner?.threads.count ?? threads ?? Threads.usable()
    state = try RunState(checkpoint.config, checkpoint.weights, threads: threads)
    self.threads = owner?.threads ?? Threads(count: threads)
    self.owner = owner
    let isQuantised = checkpoint.weights.matrices.contains { $0.blocks != nil }
    cacheFloats = isQuantised ? F16.self : Float32Weights.self
  }

  deinit { if owner == nil { threads.stop() } }

  func whileNobodyElseComputes(_ body: () -> Void) {
    // It would wait for itself.
    require(
      !threads.isObservedHere,
      "an observer asks its model for more: keep what it needs, and ask behind the pass")
    threads.turn.withLock { _ in body() }
  }
}

// MARK: - The forward pass

extension LoadedModel {
  /// Runs one block through all layers and leaves its residual stream, (count, dim), in `state.x`.
  ///
  /// - Parameter observer: is shown the steps of the first text's tokens.
  func forward(_ tokens: [Int], _ parts: [Block.Part], _ observer: Observer? = nil) {
    let block = Block(tokens, parts: parts, attentionTokens: state.attentionTokens)
    let (c, w, s, count, text) = (config, checkpoint.weights, state, block.count, parts[0])
    s.blockCount += 1
    embed(block, into: s.x, scratch: s.xb)
    observer?(text, layer: 0, [(.embedding, s.x)])
    if let rope = c.rope {
      for part in block.parts {
        s.setAngles(rope, w.ropeFactors, rows: part.rows, position: part.position)
      }
    }

    for (i, layer) in w.layers.enumerated() {
      // Attention: x += Wo attention(q, k, v), where q, k, v = Wq x', Wk x', Wv x' and x' is x, normed by
      // RMSNorm or LayerNorm. A relative may add a bias to each product (`Linear`), and norm the query and
      // the key of each head.
      norm(s.x, layer.attentionNorm, into: s.xb, rows: count)
      matmul(s.xb, [(layer.wq, s.q), (layer.wk, s.k), (layer.wv, s.v)], count: count)
      if let qNorm = layer.qNorm { norm(s.q, qNorm, into: s.q, rows: count * c.nHeads) }
      if let kNorm = layer.kNorm { norm(s.k, kNorm, into: s.k, rows: count * c.nKVHeads) }
      observer?(
        text, layer: i, [(.attentionNorm, s.xb), (.query, s.q), (.key, s.k), (.value, s.v)])
      // Where positions are not learned, they turn queries and keys.
      if let rope = c.rope {
        rotate(s.q, heads: c.nHeads, rope, count: count)
        rotate(s.k, heads: c.nKVHeads, rope, count: count)
      }
      cache(s.k, s.v, layer: i, block)
      observer?(text, layer: i, [(.rotatedQuery, s.q), (.rotatedKey, s.k)])
      observer?.showAttention(text, layer: i, of: s.q)
      attention(s.q, layer: i, into: s.heads, block)
      matmul(s.heads, [(layer.wo, s.xb)], addedTo: s.x, count: count)
      observer?(text, layer: i, [(.heads, s.heads), (.attentionOutput, s.xb)])

      // Feed-forward network: x += W2 hidden, where hidden = silu(W1 x') ⊙ W3 x', or gelu(W1 x') in models
      // without W3
      norm(s.x, layer.ffnNorm, into: s.xb, rows: count)
      matmul(s.xb, [(layer.w1, s.hb), (layer.w3, s.hb2)], count: count)
      switch c.activation {
      case .swiglu: swiglu(s.hb, s.hb2, count: count)
      case .gelu: gelu(s.hb, count: count)
      }
      observer?(text, layer: i, [(.ffnNorm, s.xb), (.hidden, s.hb)])
      matmul(s.hb, [(layer.w2, s.xb)], addedTo: s.x, count: count)
      observer?(text, layer: i, [(.ffnOutput, s.xb), (.stream, s.x)])
    }
  }

  /// The logits, (count, vocabSize), of x, (count, dim), the residual stream behind the last layer.
  fileprivate func classify(
    _ x: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
  ) {
    let (w, s) = (checkpoint.weights, state)
    norm(x, w.finalNorm, into: s.xb, rows: count)
    matmul(s.xb, [(w.classifier, logits)], count: count)
  }

  /// The same of these rows of the block that was computed last, in rising order.
  func classify(rows: [Int], into logits: UnsafeMutablePointer<Float>) {
    let (x, dim) = (state.x, config.dim)
    for (i, row) in rows.enumerated() { (x + i * dim).update(from: x + row * dim, count: dim) }
    classify(x, count: rows.count, into: logits)
  }

  /// Forgets positions of a cache (`Transformer.forget`).
  fileprivate func forget(_ range: Range<Int>, of count: Int, in cache: KVCache) {
    guard let rope = config.rope else {
      preconditionFailure("learned positions are part of what the cache holds")
    }
    let (c, s) = (config, state)
    let moved = count - range.upperBound
    s.setAngles(rope, checkpoint.weights.ropeFactors, rows: 0..<1, position: -range.count)
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

// MARK: - The steps of a layer, shared out to threads

extension LoadedModel {
  /// x = the tokens' embeddings, (count, dim), with those of their positions where these are learned.
  private func embed(
    _ block: Block, into x: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let (w, dim) = (checkpoint.weights, config.dim)
    for (row, token) in block.tokens.enumerated() {
      w.tokenEmbedding.copyRow(token, to: x + row * dim)
    }
    guard let positions = w.positionEmbedding else { return }
    for part in block.parts {
      for (row, position) in zip(part.rows, part.position...) {
        positions.copyRow(position, to: scratch)
        add(scratch, to: x + row * dim, dim)
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
    addedTo stream: UnsafeMutablePointer<Float>? = nil, count: Int
  ) {
    let products = products.compactMap { product in product.linear.map { ($0, product.out) } }
    let activations = activations(x, for: products.map(\.0.weight), count: count)
    let rows = products.reduce(0) { $0 + $1.0.weight.rows }
    // Rows of int8 are copied some at a time.
    let grain = products[0].0.weight.hasInt8Tiles(count) ? 16 : 4
    let work = products[0].0.weight.columns * count
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
    _ x: UnsafePointer<Float>, for matrices: [Matrix], count: Int
  ) -> Activations {
    let columns = matrices[0].columns
    for int8 in state.int8 {
      guard let matrix = matrices.first(where: int8.fit) else { continue }
      let inTiles = matrix.hasInt8Tiles(count)
      forEachRow(of: count, work: 4 * columns) { j in
        int8.quantise(x + j * columns, token: j, columns: columns, inTiles: inTiles)
      }
      if inTiles {
        let lanes = Int8Tile.lanes
        forEachRow(of: (count + lanes - 1) / lanes, work: 4 * lanes * columns) {
          int8.layOut($0, count: count, columns: columns)
        }
      }
    }
    return Activations(values: x, count: count, int8: state.int8)
  }

  /// Rotates x, (count, heads, headSize), by the tokens' positions.
  private func rotate(
    _ x: UnsafeMutablePointer<Float>, heads: Int, _ rope: Config.RoPE, count: Int
  ) {
    let (headSize, half) = (config.headSize, rope.size / 2)
    forEachRow(of: count, work: heads * headSize) { j in
      Steps.rope(
        x + j * heads * headSize, heads: heads, headSize: headSize, rope,
        state.cos + j * half, state.sin + j * half)
    }
  }

  /// Stores keys and values, (count, nKVHeads, headSize), for the block's own and all later tokens.
  private func cache(
    _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>, layer: Int, _ block: Block
  ) {
    let kvDim = config.kvDim
    for part in block.parts {
      forEachRow(of: part.rows.count, work: 8 * kvDim) { j in
        let row = part.rows.lowerBound + j
        part.cache.store(
          k + row * kvDim, v + row * kvDim, layer: layer, position: part.position + j)
      }
    }
  }

  /// gate = silu(gate) ⊙ up, both (count, hiddenDim).
  private func swiglu(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, count: Int
  ) {
    // Parts of the whole, as the product is element by element and a single token is many elements.
    forEachPart(of: count * config.hiddenDim, work: 16, grain: 16) { part, _ in
      Steps.swiglu(gate + part.lowerBound, up + part.lowerBound, part.count)
    }
  }

  /// x = gelu(x), (count, hiddenDim).
  private func gelu(_ x: UnsafeMutablePointer<Float>, count: Int) {
    forEachPart(of: count * config.hiddenDim, work: 16, grain: 16) { part, _ in
      Steps.gelu(x + part.lowerBound, part.count)
    }
  }

  private func forEachRow(of count: Int, work: Int, _ body: (Int) -> Void) {
    forEachPart(of: count, work: work, grain: 1) { rows, _ in rows.forEach(body) }
  }

  func forEachPart(
    of count: Int, work: Int, grain: Int = 4, _ body: (Range<Int>, Int) -> Void
  ) {
    threads.forEachPart(of: count, work: work, grain: grain, body)
  }
}
