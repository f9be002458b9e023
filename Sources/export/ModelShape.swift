import Console
import Llama2

/// What a config.json says of a model, once every setting is known to be one that `run` computes
/// with.
struct ModelShape {
  let architecture: Architecture
  let config: Config
  /// What has a bias beside its weight.
  var biases: Set<Role> = []
  /// Whether the output matrix is the token embedding.
  let isTied: Bool
  /// The tokens that a token attends to, where they are fewer than the context.
  var slidingWindow: Int?
  /// What RoPE's frequencies are divided by, (headSize / 2).
  var ropeFactors: (() -> [Float])?

  init(_ settings: Settings) throws {
    try settings.requireNone("quantization_config")
    switch settings["model_type"]?.text {
    case "gpt2": self = try ModelShape(gpt2: settings)
    case "llama", "mistral": self = try ModelShape(settings, .llama)
    case "qwen2": self = try ModelShape(settings, .qwen2)
    case "qwen3": self = try ModelShape(settings, .qwen3)
    default:
      throw settings.refusal(
        "model_type", expected: "\"llama\", \"mistral\", \"qwen2\", \"qwen3\" or \"gpt2\"")
    }
  }
}

// MARK: - Llama, Mistral and Qwen

extension Settings {
  fileprivate var isLlama: Bool { self["model_type"]?.text == "llama" }
  fileprivate var isMistral: Bool { self["model_type"]?.text == "mistral" }
}

extension ModelShape {
  /// What is missing has the default of transformers' class: of LlamaConfig also the sizes, which
  /// others always write.
  private init(_ settings: Settings, _ architecture: Architecture) throws {
    func size(_ key: Text, _ missing: Int) throws -> Int {
      try settings.integer(key, missing: settings.isLlama ? missing : nil)
    }
    try settings.require("hidden_act", among: ["silu", "swish"])
    try settings.require("is_causal", true)
    try settings.requireNone("dual_chunk_attention_config")
    let dim = try size("hidden_size", 4096)
    let heads = try Self.readHeads(settings, architecture, dim: dim)
    let rope = try RoPESettings(settings, headSize: heads.size)
    self.architecture = architecture
    config = Config(
      dim: dim, hiddenDim: try size("intermediate_size", 11008),
      nLayers: try size("num_hidden_layers", 32), nHeads: heads.count,
      nKVHeads: heads.keyValueCount, headSize: heads.size,
      vocabSize: try size("vocab_size", 32000),
      seqLen: try size("max_position_embeddings", 2048),
      normEpsilon: Float(try settings.number("rms_norm_eps", missing: 1e-6)),
      rope: Config.RoPE(
        base: rope.base, size: heads.size, pairs: architecture == .llama ? .neighbours : .halves,
        positionScale: rope.positionScale))
    ropeFactors = rope.factors
    if architecture == .qwen2 {
      biases = [.query, .key, .value]
    } else if try !settings.isMistral && settings.flag("attention_bias") {
      biases = [.query, .key, .value, .attentionOutput]
    }
    if try settings.isLlama && settings.flag("mlp_bias") {
      biases.formUnion([.gate, .up, .down])
    }
    isTied = try settings.flag("tie_word_embeddings")
    slidingWindow = try Self.readWindow(settings, nLayers: config.nLayers, context: config.seqLen)
  }

  /// Heads that share dim among them evenly unless they have a size of their own, and key and value
  /// heads that share the query heads.
  private static func readHeads(_ settings: Settings, _ architecture: Architecture, dim: Int) throws
    -> (count: Int, keyValueCount: Int, size: Int)
  {
    let count = try settings.integer("num_attention_heads", missing: settings.isLlama ? 32 : nil)
    let size: Int
    if settings["head_dim"] != nil || architecture == .qwen3 {
      size = try settings.integer("head_dim", missing: 128)
      guard size % 2 == 0 else { throw settings.refusal("head_dim", expected: "an even number") }
    } else {
      size = dim / count
      guard dim % count == 0, size % 2 == 0 else {
        throw settings.refusal(
          "num_attention_heads",
          expected: "a divisor of hidden_size \(dim) that leaves an even head size")
      }
    }
    let keyValueCount = try settings.integer(
      "num_key_value_heads", missing: settings.isLlama ? count : nil)
    guard count % keyValueCount == 0 else {
      throw settings.refusal(
        "num_key_value_heads", expected: "a divisor of num_attention_heads \(count)")
    }
    return (count, keyValueCount, size)
  }

  /// A window that some layer uses and that is shorter than the context. A Llama has none, and a Qwen
  /// where it says so.
  private static func readWindow(_ settings: Settings, nLayers: Int, context: Int) throws -> Int? {
    let layerTypes = settings["layer_types"]?.array
    for type in layerTypes ?? []
    where type.text != "full_attention" && type.text != "sliding_attention" {
      throw settings.refusal("layer_types", expected: "\"full_attention\" in all layers")
    }
    if settings.isLlama { return nil }
    if !settings.isMistral {
      let firstLayer = try settings.integer("max_window_layers", missing: 28, from: 0)
      guard try settings.flag("use_sliding_window"),
        layerTypes?.contains(where: { $0.text == "sliding_attention" }) ?? (firstLayer < nLayers)
      else { return nil }
    }
    // MistralConfig's default is a window; without the field, null is none.
    if settings["sliding_window"] == nil && (!settings.isMistral || settings.has("sliding_window"))
    {
      return nil
    }
    let window = try settings.integer("sliding_window", missing: 4096)
    return window < context ? window : nil
  }
}

// MARK: - GPT-2

extension ModelShape {
  /// What is missing has the default of GPT2Config.
  private init(gpt2 settings: Settings) throws {
    // gelu_fast and gelu_pytorch_tanh are the same function.
    try settings.require(
      "activation_function", among: ["gelu_new", "gelu_fast", "gelu_pytorch_tanh"])
    try settings.require("scale_attn_weights", true)
    try settings.require("scale_attn_by_inverse_layer_idx", false)
    try settings.require("add_cross_attention", false)
    let dim = try settings.integer("n_embd", missing: 768)
    let nHeads = try settings.integer("n_head", missing: 12)
    guard dim % nHeads == 0 else {
      throw settings.refusal("n_head", expected: "a divisor of n_embd \(dim)")
    }
    let context = try settings.integer("n_positions", missing: 1024)
    guard try settings.integer("n_ctx", missing: context) == context else {
      throw settings.refusal("n_ctx", expected: "n_positions, \(context)")
    }
    architecture = .gpt2
    config = Config(
      dim: dim, hiddenDim: try settings.integer("n_inner", missing: 4 * dim),
      nLayers: try settings.integer("n_layer", missing: 12), nHeads: nHeads, nKVHeads: nHeads,
      headSize: dim / nHeads, vocabSize: try settings.integer("vocab_size", missing: 50257),
      seqLen: context, norm: .layer,
      normEpsilon: Float(try settings.number("layer_norm_epsilon", missing: 1e-5)),
      activation: .gelu, rope: nil)
    isTied = try settings.flag("tie_word_embeddings", missing: true)
    biases = [.finalNorm]
    biases.formUnion(Architecture.gpt2.layerRoles)
  }
}
