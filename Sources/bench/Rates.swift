import Console
import Llama2

/// How fast tokens were computed, next to the limit that was measured in the same seconds.
struct Rate {
  let tokensPerSecond: Double
  /// Bytes read for decoded tokens, operations for those of a prompt.
  let workPerSecond: Double
  /// What the machine does of this work in a second.
  let limit: Double
  /// Of the limit, 1 is all of it.
  var share: Double { workPerSecond / limit }

  /// Medians over rounds. The limit of each is measured before it and after it, so that what else a
  /// shared machine does slows both down alike.
  ///
  /// - Parameter step: computes some tokens, one after the other in each round.
  init(_ effort: Effort, limit: () -> Double, step: () -> (tokens: Int, work: Int)) {
    var rounds: [(tokens: Double, work: Double, limit: Double)] = []
    let start = now()
    var before = limit()
    repeat {
      var (tokens, work, seconds) = (0, 0, 0.0)
      let start = now()
      repeat {
        let done = step()
        tokens += done.tokens
        work += done.work
        seconds = now() - start
      } while seconds < effort.roundSeconds
      let after = limit()
      rounds.append((Double(tokens) / seconds, Double(work) / seconds, (before + after) / 2))
      before = after
    } while rounds.count < effort.rounds && (rounds.count < 2 || now() - start < effort.seconds)
    tokensPerSecond = rounds.map(\.tokens).median
    workPerSecond = rounds.map(\.work).median
    self.limit = rounds.map(\.limit).median
  }
}

/// How long to measure one rate.
struct Effort {
  let rounds: Int
  let roundSeconds: Double
  /// After them, two rounds are enough.
  let seconds: Double

  static let full = Effort(rounds: 7, roundSeconds: 0.15, seconds: 2)
  static let quick = Effort(rounds: 3, roundSeconds: 0.1, seconds: 1)
}

/// A model under measurement.
struct Model {
  let name: String
  /// Of its weights, or of most.
  let format: String
  let config: Config
  /// One for each number of threads that is measured.
  let transformers: [(threads: Int, transformer: Transformer)]
  /// Bytes of all weights that each token is multiplied by.
  private let weightBytes: Int
  /// Weights that each token of a prompt is multiplied by; the last one's also by the classifier.
  private let layerWeights: Int

  init(_ name: String, _ format: String? = nil, path: String, threads: [Int]) throws {
    let checkpoint = try Checkpoint(path: path)
    self.name = name
    config = checkpoint.config
    layerWeights = checkpoint.weights.layers.flatMap(\.matrices).reduce(0) {
      $0 + $1.rows * $1.columns
    }
    let tensors = checkpoint.tensors
    // Of a matrix whose rows belong to tokens or positions, a token reads one.
    let isTied = !tensors.contains { $0.name == TensorName(role: .output).gguf }
    let tables: [TensorName.Role] =
      isTied ? [.positionEmbedding] : [.positionEmbedding, .tokenEmbedding]
    let read = tensors.filter { tensor in
      !tables.contains { tensor.name == TensorName(role: $0).gguf }
    }
    weightBytes = read.reduce(0) { $0 + $1.bytes }
    let sizes = Dictionary(grouping: read, by: \.type).mapValues { $0.reduce(0) { $0 + $1.bytes } }
    self.format = format ?? sizes.max { $0.value < $1.value }?.key ?? ""
    transformers = try threads.map { ($0, try Transformer(checkpoint: path, threads: $0)) }
  }

  /// Bytes that the token at `position` makes memory deliver: all weights, and the keys and values
  /// up to its own.
  private func bytesRead(by transformer: Transformer, at position: Int) -> Int {
    weightBytes + (position + 1) * transformer.cacheBytesPerPosition
  }

  /// Multiplications and additions of weights in a prompt of `count` tokens.
  func operations(inPromptOf count: Int) -> Int {
    2 * (layerWeights * count + config.vocabSize * config.dim)
  }

  /// The tokens of the prompts that are measured.
  var promptCount: Int { min(256, config.seqLen) }

  /// Tokens decoded one by one at `positions`, again and again.
  func decodeRate(
    _ transformer: Transformer, _ positions: Range<Int>, _ effort: Effort, limit: () -> Double
  ) -> Rate {
    var greedy = Sampler(vocabSize: config.vocabSize, temperature: 0, topP: 0, seed: 1)
    // The first brings the weights into memory.
    var token = greedy.sample(transformer.forward([0], at: positions.lowerBound))
    var position = positions.lowerBound
    return Rate(effort, limit: limit) {
      token = greedy.sample(transformer.forward([token], at: position))
      defer { position = position == positions.last ? positions.lowerBound : position + 1 }
      return (1, bytesRead(by: transformer, at: position))
    }
  }

  /// A prompt at the beginning of the context, again and again.
  func promptRate(_ transformer: Transformer, _ effort: Effort, limit: () -> Double) -> Rate {
    let prompt = prompt(of: promptCount)
    return Rate(effort, limit: limit) {
      _ = transformer.forward(prompt, at: 0)
      return (prompt.count, operations(inPromptOf: prompt.count))
    }
  }

  /// Tokens all over the vocabulary.
  func prompt(of count: Int) -> [Int] { (0..<count).map { $0 * 7919 % config.vocabSize } }
}

extension Checkpoint {
  /// Bytes by GGUF's names, those of a llama2.c file's layers together.
  fileprivate var tensors: [(name: String, type: String, bytes: Int)] {
    switch container {
    case .llama2C(let layout):
      layout.sections.compactMap { section in
        section.tensor.role.map {
          (
            TensorName(role: $0).gguf, layout.groupSize == 0 ? "fp32" : "int8",
            section.count * Int(section.bytes)
          )
        }
      }
    case .gguf(let gguf): gguf.tensors.map { ($0.name, $0.type.name, $0.data.count) }
    }
  }
}
