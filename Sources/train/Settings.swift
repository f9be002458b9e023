import Console
import Llama2

/// What makes a training what it is: in one build, the same settings and texts give the same weights after as many
/// steps, bit for bit. Each is a flag; those of llama2.c's train.py have its names.
struct Settings: Equatable {
  // The shape.
  var dim = 128
  var layers = 6
  var heads = 8
  /// 0: as many as heads.
  var kvHeads = 4
  /// 0: two thirds of 4 dim, rounded up to a multiple of 32.
  var hiddenDim = 0
  var seqLen = 256
  // What a step reads: `gradientAccumulation` micro-batches of `batch` windows of seqLen tokens.
  var batch = 8
  var gradientAccumulation = 2
  // The optimizer.
  var learningRate = 2e-3
  /// -1: 100, a tenth of all steps at most.
  var warmup = -1
  /// The steps after which the learning rate is 0; -1: all; 0: it never falls.
  var decay = -1
  var weightDecay = 0.1
  var beta1 = 0.9
  var beta2 = 0.95
  /// The largest norm of the gradient; 0: any.
  var clip = 1.0
  var dropout = 0.0
  /// 0: as many as fit into `minutes`.
  var steps = 0
  var minutes = 30.0
  var seed = 1337
  /// The rank of the adapters that are trained; 0: all weights are.
  var lora = 0
  /// Steps from one evaluation to the next; 0: a twentieth of all.
  var evalInterval = 0
}

extension Settings {
  /// A flag of a number.
  struct Flag {
    let name: String
    let expected: String
    let read: (inout Settings, String) -> Bool
    /// The value, as `read` takes it.
    let text: (Settings) -> String

    fileprivate init(
      _ name: String, _ field: WritableKeyPath<Settings, Int>, from least: Int,
      to most: Int = 1 << 30
    ) {
      self.name = "--" + name
      expected = "an integer from \(least) to \(most)"
      read = { settings, text in
        guard let value = Int(text), value >= least, value <= most else { return false }
        settings[keyPath: field] = value
        return true
      }
      text = { "\($0[keyPath: field])" }
    }

    fileprivate init(
      _ name: String, _ field: WritableKeyPath<Settings, Double>,
      _ range: some RangeExpression<Double>,
      _ expected: String
    ) {
      self.name = "--" + name
      self.expected = expected
      read = { settings, text in
        guard let value = Double(text), range.contains(value) else { return false }
        settings[keyPath: field] = value
        return true
      }
      text = { "\($0[keyPath: field])" }
    }
  }

  static var flags: [Flag] {
    [
      Flag("dim", \.dim, from: 2, to: 1 << 20),
      Flag("layers", \.layers, from: 1, to: 1 << 12),
      Flag("heads", \.heads, from: 1, to: 1 << 16),
      Flag("kv-heads", \.kvHeads, from: 0, to: 1 << 16),
      Flag("hidden-dim", \.hiddenDim, from: 0, to: 1 << 20),
      Flag("seq-len", \.seqLen, from: 2, to: 1 << 20),
      Flag("batch", \.batch, from: 1, to: 1 << 20),
      Flag("gradient-accumulation", \.gradientAccumulation, from: 1, to: 1 << 20),
      Flag(
        "learning-rate", \.learningRate, Double.leastNonzeroMagnitude...1,
        "a number above 0, at most 1"),
      Flag("warmup", \.warmup, from: -1),
      Flag("decay", \.decay, from: -1),
      Flag("weight-decay", \.weightDecay, 0...1e3, "a number from 0 on"),
      Flag("beta1", \.beta1, 0..<1, "a number from 0 on, below 1"),
      Flag("beta2", \.beta2, 0..<1, "a number from 0 on, below 1"),
      Flag("clip", \.clip, 0...1e30, "a number from 0 on"),
      Flag("dropout", \.dropout, 0...0.99, "a number from 0 to 0.99"),
      Flag("steps", \.steps, from: 0),
      Flag(
        "minutes", \.minutes, Double.leastNonzeroMagnitude...1e6, "a number of minutes above 0"),
      Flag("seed", \.seed, from: 0),
      Flag("lora", \.lora, from: 0, to: 1 << 16),
      Flag("eval-interval", \.evalInterval, from: 0),
    ]
  }

  /// The steps in which the learning rate rises, of so many; 0: it is not known how many.
  func warmup(ofSteps steps: Int) -> Int {
    warmup >= 0 ? warmup : steps > 0 ? min(100, steps / 10) : 100
  }

  /// Throws where nothing would be learned, or more than a model of this layout has.
  func check(_ layout: ParameterLayout) throws {
    let (warmup, largestRank) = (warmup(ofSteps: steps), LoRA.largestRank(layout))
    guard decay >= 0 || steps == 0 || steps > warmup else {
      throw Refusal("--warmup", "found \(warmup), expected fewer than the \(steps) of --steps")
    }
    guard decay <= 0 || decay > warmup else {
      throw Refusal(
        "--decay", "found \(decay), expected a step behind the warmup's, which takes \(warmup)")
    }
    guard lora <= largestRank else {
      throw Refusal(
        "--lora",
        "found \(lora), expected at most \(largestRank), the smallest side of a layer's matrices")
    }
  }

  /// The shape of the model.
  func config(vocabSize: Int) -> Config {
    let twoThirds = 2 * (4 * dim) / 3
    return Config(
      dim: dim, hiddenDim: hiddenDim > 0 ? hiddenDim : (twoThirds + 31) / 32 * 32,
      nLayers: layers, nHeads: heads, nKVHeads: kvHeads > 0 ? kvHeads : heads,
      vocabSize: vocabSize, seqLen: seqLen)
  }

  /// Tokens of a step.
  var tokensPerStep: Int { gradientAccumulation * batch * seqLen }
}
