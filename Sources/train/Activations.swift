import Llama2

/// What the passes over one micro-batch keep in memory, (tokens, …) each: `forward` fills it, and `backward`
/// reads it.
final class TrainingActivations {
  let tokens: Int
  let layers: [Layer]
  let x: Floats  // (tokens, dim), the residual stream behind the last layer
  /// Forward: x, normed. Backward: the gradient of a branch's normed input.
  let xb: Floats  // (tokens, dim)
  /// Forward: what a branch adds to the stream. Backward: the gradient of xb, then of what a branch adds.
  let branch: Floats  // (tokens, dim)
  let dx: Floats  // (tokens, dim), the gradient of the residual stream
  let dq: Floats  // (tokens, qDim)
  let dk: Floats  // (tokens, kvDim)
  let dv: Floats  // (tokens, kvDim)
  let dheads: Floats  // (tokens, qDim)
  let dhidden: Floats  // (tokens, hiddenDim)
  let cos: UnsafeMutablePointer<Float>  // (seqLen, headSize / 2)
  let sin: UnsafeMutablePointer<Float>  // (seqLen, headSize / 2)
  let minusSin: UnsafeMutablePointer<Float>  // (seqLen, headSize / 2)
  /// The loss of each token.
  let losses: UnsafeMutablePointer<Float>  // (tokens)
  /// The logits of some tokens, then their gradients.
  let logits: UnsafeMutablePointer<Float>  // (logitTokens, vocabSize)
  let logitTokens: Int
  /// Partial sums over tokens of a norm's gradient.
  let normSums: UnsafeMutablePointer<Float>  // (tokens / normTokens, dim)
  /// The right sides of products, as `Panels`.
  let panels: UnsafeMutablePointer<Float>
  private let attention: UnsafeMutablePointer<Float>
  private let attentionSize: Int
  private let memory: [LazyMemory]
  /// Bytes of all this, which cost nothing until they are written.
  let size: Int

  /// A norm's gradient is summed over blocks of so many tokens, then over the blocks.
  static let normTokens = 64
  /// What a layer's backward pass needs of its forward pass.
  struct Layer {
    let x: Floats  // (tokens, dim), the residual stream in front of the attention
    let xb: Floats  // (tokens, dim), x normed
    let q: Floats  // (tokens, qDim), rotated
    let k: Floats  // (tokens, kvDim), rotated
    let v: Floats  // (tokens, kvDim)
    /// log Σ e^s of each query's scores s.
    let logSums: UnsafeMutablePointer<Float>  // (tokens, nHeads)
    let heads: Floats  // (tokens, qDim), what attention gives
    let x2: Floats  // (tokens, dim), the residual stream in front of the feed-forward network
    let xb2: Floats  // (tokens, dim), x2 normed
    let h1: Floats  // (tokens, hiddenDim), W1 xb2, then its gradient
    let h3: Floats  // (tokens, hiddenDim), W3 xb2, then its gradient
    let hidden: Floats  // (tokens, hiddenDim), silu(h1) ⊙ h3
  }

  /// Writes nothing, so that `size` can be compared with the memory that is free.
  ///
  /// - Parameters:
  ///   - windows: of `seqLen` tokens each.
  ///   - mostLogits: floats of all logits that are there at a time, unless 64 tokens have more.
  /// - Throws: `LlamaError.outOfMemory`.
  init(_ c: Config, windows: Int, threads: Int, mostLogits: Int = 1 << 24) throws {
    let tokens = windows * c.seqLen
    var (memory, size): ([LazyMemory], Int) = ([], 0)
    func floats(_ count: Int) throws -> UnsafeMutablePointer<Float> {
      // Whole vectors are read and written where the last one is not.
      let room = try LazyMemory(bytes: [4, count + 16], purpose: "activations")
      room.useHugePages(from: 0)
      memory.append(room)
      size += 4 * count
      return room.start.assumingMemoryBound(to: Float.self)
    }
    func matrix(_ columns: Int) throws -> Floats {
      Floats(try floats(tokens * columns), rows: tokens, columns: columns)
    }
    layers = try (0..<c.nLayers).map { _ in
      Layer(
        x: try matrix(c.dim), xb: try matrix(c.dim), q: try matrix(c.qDim),
        k: try matrix(c.kvDim), v: try matrix(c.kvDim), logSums: try floats(tokens * c.nHeads),
        heads: try matrix(c.qDim), x2: try matrix(c.dim), xb2: try matrix(c.dim),
        h1: try matrix(c.hiddenDim), h3: try matrix(c.hiddenDim),
        hidden: try matrix(c.hiddenDim))
    }
    (x, xb, branch, dx) = (
      try matrix(c.dim), try matrix(c.dim), try matrix(c.dim), try matrix(c.dim)
    )
    (dq, dk, dv) = (try matrix(c.qDim), try matrix(c.kvDim), try matrix(c.kvDim))
    (dheads, dhidden) = (try matrix(c.qDim), try matrix(c.hiddenDim))
    let angles = c.seqLen * c.headSize / 2
    (cos, sin, minusSin) = (try floats(angles), try floats(angles), try floats(angles))
    losses = try floats(tokens)
    logitTokens = min(tokens, max(64, mostLogits / c.vocabSize))
    logits = try floats(logitTokens * c.vocabSize)
    normSums = try floats((tokens + Self.normTokens - 1) / Self.normTokens * c.dim)
    panels = try floats(Self.panelsSize(c, tokens: tokens))
    attentionSize = AttentionScratch.size(c)
    attention = try floats(threads * attentionSize)
    (self.tokens, self.memory, self.size) = (tokens, memory, size)
  }

  /// Writes the tables of RoPE.
  func setAngles(_ c: Config) {
    c.rope!.setAngles(cos, sin, nil, positions: 0..<c.seqLen)
    for i in 0..<c.seqLen * c.headSize / 2 { minusSin[i] = -sin[i] }
  }

  /// Floats of the largest right side of a product: weights or, for the gradients of weights, activations.
  /// Those of adapters are no larger, as a rank is at most a matrix's smaller side.
  private static func panelsSize(_ c: Config, tokens: Int) -> Int {
    let attention = [c.qDim, c.kvDim, c.kvDim].reduce(0) {
      $0 + Panels.size(rows: c.dim, columns: $1)
    }
    return [
      attention, 2 * Panels.size(rows: c.dim, columns: c.hiddenDim),
      2 * Panels.size(rows: c.hiddenDim, columns: c.dim),
      Panels.size(rows: c.qDim, columns: c.dim), Panels.size(rows: c.dim, columns: c.vocabSize),
      Panels.size(rows: c.vocabSize, columns: c.dim),
      Panels.size(rows: tokens, columns: max(c.dim, c.qDim, c.hiddenDim)),
    ].max()!
  }

  /// What one thread needs for the attention of one head of one window.
  func attention(ofThread thread: Int, _ c: Config) -> AttentionScratch {
    AttentionScratch(attention + thread * attentionSize, c)
  }
}
