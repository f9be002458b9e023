import Console
import Llama2

/// What a page shows of a forward pass over a text: all numbers are the library's own.
struct Trace {
  /// The likeliest tokens that the page's sampler draws from.
  static let bestCount = 200
  /// The likeliest tokens of a cell of the logit lens.
  static let lensCount = 5
  /// A step of the page's slider of temperatures, and how many steps it has.
  static let temperatures = (step: Float(0.05), count: 40)
  /// The elements that are shown of a vector of all heads.
  static let shownElements = 3
  /// Steps that have one vector a head.
  static let headKinds: Set<ForwardStep.Kind> = [
    .query, .key, .value, .rotatedQuery, .rotatedKey, .heads,
  ]

  let tokens: [Int]
  let checkpoint: Checkpoint
  let detail: Detail
  /// The square roots of the weights of each head for each token and those up to it, in `detail.weightSteps`:
  /// (nLayers, nHeads, tokens), of which token t has t + 1.
  private(set) var attention: [UInt16] = []
  /// Of each vector its norm and its first elements, (nLayers, tokens, heads, 1 + elements); of the embedding
  /// (tokens, 1 + elements).
  private(set) var vectors: [ForwardStep.Kind: [Float]] = [:]
  /// The likeliest tokens behind each one, (tokens, bestCount or vocabSize), and their logits.
  private(set) var best: (ids: [Int32], logits: [Float]) = ([], [])
  /// log Σ e^logit behind each token.
  private(set) var logSums: [Float] = []
  /// log Σ e^((logit − largest) / T) behind each token, (tokens, 1 + temperatures.count): at the temperature of
  /// the options, then at those of the slider.
  private(set) var tempered: [Float] = []
  /// −log of the probability that each token but the first had.
  private(set) var surprises: [Float] = []
  /// The logit lens: the likeliest tokens of the embedding and behind each layer,
  /// (nLayers + 1, tokens, lensCount or vocabSize), and their log probabilities.
  private(set) var lens: (ids: [Int32], logProbabilities: [Float]) = ([], [])
  /// The log probability there of the token that is the likeliest behind the last layer,
  /// (nLayers + 1, tokens).
  private(set) var answers: [Float] = []

  /// How much is kept of a head, which a model may have many of.
  struct Detail {
    let weightSteps: Int
    /// Of its vectors.
    let elements: Int

    /// So much that 64 tokens take 3 MB at most in a model of 12 layers, if its heads are not too many for
    /// the least that is kept.
    init(_ config: Config) {
      let details = [(65535, 3), (255, 3), (255, 2), (255, 1), (255, 0)].map(Detail.init)
      self = details.first { $0.size(tokens: 64, layers: 12, config) <= 3_000_000 } ?? details.last!
    }

    private init(weightSteps: Int, elements: Int) {
      (self.weightSteps, self.elements) = (weightSteps, elements)
    }

    /// About the bytes of a page, which writes three of its data in four letters.
    func size(tokens: Int, layers: Int, _ c: Config) -> Int {
      let attention = (weightSteps > 255 ? 2 : 1) * c.nHeads * tokens * (tokens + 1) / 2
      // Three kinds have a vector for each head, three for each head of keys, six one of floats.
      let heads = 2 * (1 + elements) * tokens * 3 * (c.nHeads + c.nKVHeads)
      let vectors = 4 * (1 + shownElements) * tokens * 6
      let lens = 4 * (2 * lensCount + 1) * tokens
      let best = 4 * (2 * min(bestCount, c.vocabSize) + temperatures.count + 3) * tokens
      // An id, where its text ends, what it is, and a text of 8 bytes.
      let names = 17 * min(c.vocabSize, tokens * (bestCount + lensCount * (layers + 1)))
      return (layers * (attention + heads + vectors + lens) + best + names) / 3 * 4 + 70_000
    }
  }

  /// So many that a page takes 12 MB at most, and the streams of all layers an eighth of the memory.
  static func mostTokens(_ config: Config) -> Int {
    let (detail, memory) = (Detail(config), usableMemory() / 8)
    return (1...Transformer.blockSize).last { tokens in
      detail.size(tokens: tokens, layers: config.nLayers, config) <= 12_000_000
        && 4 * (config.nLayers + 1) * tokens * config.dim <= memory
    } ?? 1
  }

  /// Throws `LlamaError.notFinite` naming `file`, as `run` does.
  init(_ llama: Llama, _ file: String, _ tokens: [Int], temperature: Float) throws {
    self.tokens = tokens
    detail = Detail(llama.config)
    let transformer = try Transformer(of: llama)
    checkpoint = transformer.checkpoint
    // (nLayers + 1, tokens, dim)
    var streams: [Float] = []
    streams.reserveCapacity((llama.config.nLayers + 1) * tokens.count * llama.config.dim)
    var damaged: Int?
    transformer.forward(tokens, at: 0) { step in
      precondition(step.positions == 0..<tokens.count, "a page shows one block")
      damaged = damaged ?? Self.firstNotFinite(step)
      if damaged != nil { return }
      switch step.kind {
      case .attention: addAttention(step)
      case .embedding, .stream: streams += step.values
      default: break
      }
      if step.kind != .attention { addVectors(step) }
    }
    if let damaged { throw LlamaError.notFinite(path: file, position: damaged) }
    try addLogits(transformer, streams, file, temperature)
  }

  /// The first position whose values are not all finite.
  private static func firstNotFinite(_ step: ForwardStep) -> Int? {
    if isFinite(step.values) { return nil }
    return step.positions.first { position in
      (0..<step.heads).contains { !isFinite(step[position, head: $0]) }
    }
  }

  private mutating func addAttention(_ step: ForwardStep) {
    for head in 0..<step.heads {
      for position in step.positions {
        attention += step[position, head: head][...position].map {
          UInt16(($0.squareRoot() * Float(detail.weightSteps)).rounded())
        }
      }
    }
  }

  private mutating func addVectors(_ step: ForwardStep) {
    let elements = Self.headKinds.contains(step.kind) ? detail.elements : Self.shownElements
    for position in step.positions {
      for head in 0..<step.heads {
        let vector = step[position, head: head]
        let norm = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        vectors[step.kind, default: []] += [Float(norm)] + vector.prefix(elements)
        if vector.count < elements {
          vectors[step.kind]! += Array(repeating: 0, count: elements - vector.count)
        }
      }
    }
  }

  /// From the last layer down, whose likeliest tokens are looked for in the others.
  private mutating func addLogits(
    _ transformer: Transformer, _ streams: [Float], _ file: String, _ temperature: Float
  ) throws {
    let (config, count) = (transformer.config, tokens.count)
    var layers: [(ids: [Int32], logProbabilities: [Float], answers: [Float])] = []
    var answers: [Int] = []
    for layer in (0...config.nLayers).reversed() {
      layers.append(([], [], []))
      for start in stride(from: 0, to: count, by: 16) {
        let positions = start..<min(start + 16, count)
        let first = (layer * count + start) * config.dim
        let logits = streams[first..<first + positions.count * config.dim]
          .withUnsafeBufferPointer { transformer.logits(ofStreams: $0) }
        for (row, position) in positions.enumerated() {
          let logits = UnsafeBufferPointer(
            rebasing: logits[row * config.vocabSize..<(row + 1) * config.vocabSize])
          guard isFinite(logits) else {
            throw LlamaError.notFinite(path: file, position: position)
          }
          let probabilities = LogProbabilities(logits)
          if layer == config.nLayers {
            answers.append(addBest(logits))
            logSums.append(probabilities.logSum)
            addTempered(logits, temperature)
            if position + 1 < count { surprises.append(-probabilities[tokens[position + 1]]) }
          }
          let ids = likeliest(Self.lensCount, of: logits)
          layers[layers.count - 1].ids += ids.map { Int32($0) }
          layers[layers.count - 1].logProbabilities += ids.map { probabilities[$0] }
          layers[layers.count - 1].answers.append(probabilities[answers[position]])
        }
      }
    }
    for layer in layers.reversed() {
      lens.ids += layer.ids
      lens.logProbabilities += layer.logProbabilities
      self.answers += layer.answers
    }
  }

  private mutating func addTempered(_ logits: UnsafeBufferPointer<Float>, _ temperature: Float) {
    let largest = logits.max()!
    let steps = (1...Self.temperatures.count).map { Float($0) * Self.temperatures.step }
    for temperature in [temperature] + steps {
      // At 0 the likeliest is taken, whatever the others have.
      let scores = temperature == 0 ? [0] : logits.map { ($0 - largest) / temperature }
      tempered.append(scores.withUnsafeBufferPointer { LogProbabilities($0).logSum })
    }
  }

  /// Returns the likeliest.
  private mutating func addBest(_ logits: UnsafeBufferPointer<Float>) -> Int {
    let ids = likeliest(Self.bestCount, of: logits)
    best.ids += ids.map { Int32($0) }
    best.logits += ids.map { logits[$0] }
    return ids[0]
  }
}
