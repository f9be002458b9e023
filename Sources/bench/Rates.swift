import Console
import Llama2

/// A checkpoint under measurement.
struct Model {
  let name: String
  /// Of its weights, or of most.
  let format: String
  let config: Config
  /// One for each number of threads that is measured.
  let transformers: [(threads: Int, transformer: Transformer)]
  /// Bytes of all weights that each token is multiplied by.
  private let weightBytes: Int
  /// Weights in the matrices of all layers.
  private let layerWeights: Int

  init(_ name: String, path: String, threads: [Int]) throws {
    let checkpoint = try Checkpoint(path: path)
    self.name = name
    config = checkpoint.config
    layerWeights = checkpoint.weights.layers.flatMap(\.matrices).reduce(0) {
      $0 + $1.rows * $1.columns
    }
    (format, weightBytes) = Self.format(of: checkpoint)
    transformers = try threads.map { ($0, try Transformer(checkpoint: path, threads: $0)) }
  }

  /// Of the token embedding, a classifier of its own leaves one row to be read.
  private static func format(of checkpoint: Checkpoint) -> (String, bytes: Int) {
    switch checkpoint.container {
    case .llama2C(let layout):
      let sections = layout.sections.filter {
        $0.tensor != .cosTable && $0.tensor != .sinTable
          && ($0.tensor != .tokenEmbedding || layout.sharedClassifier)
      }
      return (
        layout.groupSize == 0 ? "fp32" : "int8",
        sections.reduce(0) { $0 + $1.count * Int($1.bytes) }
      )
    case .gguf(let gguf):
      let hasOutput = gguf.tensors.contains { $0.name == "output.weight" }
      let tensors = gguf.tensors.filter { $0.name != "token_embd.weight" || !hasOutput }
      return (
        "\(checkpoint.weights.layers[0].w1.weight.format)",
        tensors.reduce(0) { $0 + $1.data.count }
      )
    }
  }

  /// Bytes that the token at `position` makes memory deliver: all weights, and the keys and values
  /// up to its own.
  func bytesRead(at position: Int) -> Int {
    weightBytes + 4 * 2 * config.nLayers * (position + 1) * config.kvDim
  }

  /// Multiplications and additions in a prompt of `count` tokens: the layers' matrices, the scores
  /// and sums of attention, and the classifier, which only the last token needs.
  func operations(inPromptOf count: Int) -> Int {
    let c = config
    let attention = 2 * c.nLayers * c.qDim * count * (count + 1) / 2
    return 2 * (layerWeights * count + attention + c.vocabSize * c.dim)
  }
}

/// How fast tokens come one by one, next to the limit.
struct DecodeRate {
  let tokensPerSecond: Double
  let bytesPerSecond: Double
  /// What memory was measured to deliver to as many threads, in the same seconds.
  let limit: Double
  /// Of the limit, 1 is all of it.
  let share: Double
}

/// How fast a prompt is read.
struct PromptRate {
  let tokens: Int
  let tokensPerSecond: Double
  let operationsPerSecond: Double
}

/// How long to measure.
struct Effort {
  let rounds: Int
  let decodeSeconds: Double
  let promptSeconds: Double

  static let full = Effort(rounds: 7, decodeSeconds: 0.2, promptSeconds: 1)
  static let quick = Effort(rounds: 3, decodeSeconds: 0.1, promptSeconds: 0.3)
}

extension Model {
  /// Medians over rounds. Each round has its own limit, from before it and after it, so that what
  /// else a shared machine does slows both down alike.
  func decodeRate(
    _ transformer: Transformer, threads: Int, positions: Range<Int>, _ bandwidth: Bandwidth,
    _ effort: Effort
  ) -> DecodeRate {
    decode(transformer, positions, seconds: 0)  // the weights' first way into memory
    var rounds: [DecodeRate] = []
    var before = bandwidth.measure(threads: threads)
    for _ in 0..<effort.rounds {
      let (tokens, bytes, seconds) = decode(transformer, positions, seconds: effort.decodeSeconds)
      let after = bandwidth.measure(threads: threads)
      let limit = (before + after) / 2
      before = after
      rounds.append(
        DecodeRate(
          tokensPerSecond: Double(tokens) / seconds, bytesPerSecond: Double(bytes) / seconds,
          limit: limit, share: Double(bytes) / seconds / limit))
    }
    return DecodeRate(
      tokensPerSecond: rounds.map(\.tokensPerSecond).median,
      bytesPerSecond: rounds.map(\.bytesPerSecond).median,
      limit: rounds.map(\.limit).median, share: rounds.map(\.share).median)
  }

  /// Generates greedily at `positions`, again and again, for at least `limit` seconds.
  @discardableResult
  private func decode(_ transformer: Transformer, _ positions: Range<Int>, seconds limit: Double)
    -> (tokens: Int, bytes: Int, seconds: Double)
  {
    var greedy = Sampler(vocabSize: config.vocabSize, temperature: 0, topP: 0, seed: 1)
    var (tokens, bytes, token) = (0, 0, 1)
    let start = now()
    while true {
      for position in positions {
        token = greedy.sample(transformer.forward([token], at: position))
        tokens += 1
        bytes += bytesRead(at: position)
        let seconds = now() - start
        if seconds >= limit { return (tokens, bytes, seconds) }
      }
    }
  }

  /// The median over repeats of a prompt at the beginning of the context.
  func promptRate(_ transformer: Transformer, _ effort: Effort) -> PromptRate {
    let prompt = prompt(of: min(256, config.seqLen))
    var times: [Double] = []
    while times.reduce(0, +) < effort.promptSeconds {
      times.append(seconds { _ = transformer.forward(prompt, at: 0) })
    }
    return PromptRate(
      tokens: prompt.count, tokensPerSecond: Double(prompt.count) / times.median,
      operationsPerSecond: Double(operations(inPromptOf: prompt.count)) / times.median)
  }

  func prompt(of count: Int) -> [Int] {
    var random = Xorshift()
    return (0..<count).map { _ in Int.random(in: 0..<config.vocabSize, using: &random) }
  }
}
