/// What the keys and tensors of a GGUF file of architecture `llama` mean (llama.cpp: llama-model.cpp,
/// models/llama.cpp). Rows of wq and wk stand in the order in which RoPE turns neighbours.
struct GGUFModel {
  let config: Config
  let weights: Weights
  /// What the person who runs the model should know, a sentence each.
  let notes: [String]

  /// Throws `LlamaError.badCheckpoint` for another architecture, for settings that change what is
  /// computed in a way that is not known here, and for tensors that are missing or misshaped.
  init(_ gguf: GGUF) throws {
    try Self.checkArchitecture(gguf)
    guard !gguf.tensors.isEmpty else {
      throw gguf.failure("it holds only a vocabulary and no tensors: get the model itself")
    }
    guard let embedding = try gguf.tensor("token_embd.weight"), embedding.shape.count == 2 else {
      throw gguf.failure("it has no tensor token_embd.weight of rows and columns")
    }
    var tensors = Tensors(gguf)
    (config, notes) = try Self.config(gguf, vocabSize: embedding.shape[1])
    if let problem = config.problem { throw gguf.failure(problem) }
    weights = try Self.weights(config, &tensors)
    try tensors.refuseOthers()
  }
}

// MARK: - Settings

extension GGUFModel {
  private static func checkArchitecture(_ gguf: GGUF) throws {
    let type = try gguf.string("general.type") ?? "model"
    let architecture = try gguf.string("general.architecture") ?? ""
    if type == "adapter" {
      throw gguf.failure("it is an adapter, which changes another model: get the model itself")
    }
    if type == "mmproj" || architecture == "clip" {
      throw gguf.failure("it is a projector of images or sound: get the language model beside it")
    }
    guard architecture == "llama" else {
      throw gguf.failure(
        "its architecture is \(quoted(architecture)), expected \"llama\": get a model of the"
          + " Llama family, as this one cannot be run")
    }
  }

  /// A setting of the architecture, by its key without "llama.".
  private struct Settings {
    let gguf: GGUF

    func integer(_ key: String, missing: Int? = nil) throws -> Int {
      if let value = try gguf.integer("llama." + key) ?? missing { return value }
      throw gguf.failure("its metadata lacks llama.\(key)")
    }

    /// A positive number.
    func float(_ key: String, missing: Float? = nil) throws -> Float {
      guard let value = try gguf.float("llama." + key) ?? missing else {
        throw gguf.failure("its metadata lacks llama.\(key)")
      }
      guard value > 0, value.isFinite else {
        throw gguf.failure("its llama.\(key) is \(value), expected a positive number")
      }
      return value
    }

    func require<T: Equatable>(_ key: String, _ value: T?, _ expected: T) throws {
      guard let value, value != expected else { return }
      throw gguf.failure("its llama.\(key) is \(value), expected \(expected): it cannot be run")
    }
  }

  private static func config(_ gguf: GGUF, vocabSize: Int) throws -> (Config, notes: [String]) {
    let settings = Settings(gguf: gguf)
    try settings.require("expert_count", gguf.integer("llama.expert_count"), 0)
    try settings.require("attention.causal", gguf.bool("llama.attention.causal"), true)
    let dim = try settings.integer("embedding_length")
    let nHeads = try settings.integer("attention.head_count")
    let shared = nHeads > 0 && dim % nHeads == 0 ? dim / nHeads : 0
    let headSize = try settings.integer("attention.key_length", missing: shared)
    let valueSize = try settings.integer("attention.value_length", missing: shared)
    try settings.require("attention.value_length", valueSize, headSize)
    let context = try settings.integer("context_length")
    let window = try gguf.integer("llama.attention.sliding_window") ?? 0
    let isCut = window > 0 && window < context
    return (
      try Config(
        dim: dim, hiddenDim: settings.integer("feed_forward_length"),
        nLayers: settings.integer("block_count"), nHeads: nHeads,
        nKVHeads: settings.integer("attention.head_count_kv", missing: nHeads),
        headSize: headSize, vocabSize: vocabSize, seqLen: isCut ? window : context,
        normEpsilon: settings.float("attention.layer_norm_rms_epsilon"),
        rope: rope(settings, headSize: headSize)),
      isCut ? ["its attention slides over \(window) tokens, so the context ends there"] : []
    )
  }

  private static func rope(_ settings: Settings, headSize: Int) throws -> Config.RoPE {
    let type = try settings.gguf.string("llama.rope.scaling.type") ?? "linear"
    guard type == "none" || type == "linear" else {
      throw settings.gguf.failure(
        "its llama.rope.scaling.type is \(quoted(type)), expected none or linear:"
          + " it cannot be run")
    }
    try settings.require(
      "rope.scaling.attn_factor", settings.gguf.float("llama.rope.scaling.attn_factor"), 1)
    let old = try settings.gguf.float("llama.rope.scale_linear") ?? 1
    let factor = try settings.gguf.float("llama.rope.scaling.factor") ?? old
    guard factor >= 0, factor.isFinite else {
      throw settings.gguf.failure(
        "its llama.rope.scaling.factor is \(factor), expected a positive number")
    }
    return Config.RoPE(
      base: try settings.float("rope.freq_base", missing: 10_000),
      size: try settings.integer("rope.dimension_count", missing: headSize),
      // 0 stands for 1 in llama.cpp.
      positionScale: type == "none" || factor == 0 ? 1 : factor)
  }
}

// MARK: - Tensors

extension GGUFModel {
  private static func weights(_ c: Config, _ tensors: inout Tensors) throws -> Weights {
    let embedding = try tensors.matrix("token_embd.weight", c.vocabSize, c.dim)
    // A layer has nine tensors, so their number is held against the file before anything else.
    let names = tensors.gguf.tensors.count
    guard c.nLayers <= names else {
      throw tensors.gguf.failure(
        "its llama.block_count is \(c.nLayers), but it has \(names) tensors")
    }
    var layers: [Layer] = []
    for i in 0..<c.nLayers {
      layers.append(
        Layer(
          attentionNorm: try tensors.norm("blk.\(i).attn_norm", c.dim),
          wq: try tensors.linear("blk.\(i).attn_q", c.qDim, c.dim),
          wk: try tensors.linear("blk.\(i).attn_k", c.kvDim, c.dim),
          wv: try tensors.linear("blk.\(i).attn_v", c.kvDim, c.dim),
          wo: try tensors.linear("blk.\(i).attn_output", c.dim, c.qDim),
          ffnNorm: try tensors.norm("blk.\(i).ffn_norm", c.dim),
          w1: try tensors.linear("blk.\(i).ffn_gate", c.hiddenDim, c.dim),
          w2: try tensors.linear("blk.\(i).ffn_down", c.dim, c.hiddenDim),
          w3: try tensors.linear("blk.\(i).ffn_up", c.hiddenDim, c.dim)))
    }
    let hasOutput = try tensors.gguf.tensor("output.weight") != nil
    return Weights(
      tokenEmbedding: embedding, layers: layers,
      finalNorm: try tensors.norm("output_norm", c.dim),
      classifier: hasOutput
        ? Linear(try tensors.matrix("output.weight", c.vocabSize, c.dim)) : Linear(embedding),
      ropeFactors: try tensors.vector("rope_freqs.weight", c.rope.size / 2))
  }

  /// The tensors of a file, and which of them have been asked for.
  private struct Tensors {
    let gguf: GGUF
    private var used: Set<String> = []

    init(_ gguf: GGUF) { self.gguf = gguf }

    /// A tensor of this shape, in ggml's order, or nil where the file has none.
    private mutating func tensor(_ name: String, shape: [Int]) throws -> GGUF.Tensor? {
      guard let tensor = try gguf.tensor(name) else { return nil }
      guard tensor.shape == shape else {
        throw gguf.failure("its tensor \(name) has the shape \(tensor.shape), expected \(shape)")
      }
      used.insert(name)
      return tensor
    }

    mutating func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix {
      guard let tensor = try tensor(name, shape: [columns, rows]),
        let values = tensor.data.baseAddress, let format = Matrix.Format(tensor.type)
      else { throw gguf.failure("it has no tensor \(name)") }
      return Matrix(rows: rows, columns: columns, values: values, format: format)
    }

    mutating func linear(_ name: String, _ rows: Int, _ columns: Int) throws -> Linear {
      Linear(
        try matrix(name + ".weight", rows, columns), bias: try vector(name + ".bias", rows))
    }

    mutating func norm(_ name: String, _ count: Int) throws -> Norm {
      guard let weight = try vector(name + ".weight", count) else {
        throw gguf.failure("it has no tensor \(name).weight")
      }
      return Norm(weight: weight)
    }

    /// An fp32 tensor of one dimension, or nil where the file has none.
    mutating func vector(_ name: String, _ count: Int) throws -> UnsafePointer<Float>? {
      guard let tensor = try tensor(name, shape: [count]) else { return nil }
      guard tensor.type == .f32 else {
        throw gguf.failure("its tensor \(name) has the type \(tensor.type.name), expected F32")
      }
      // The alignment of tensors is a multiple of 8.
      return tensor.data.baseAddress?.assumingMemoryBound(to: Float.self)
    }

    /// Throws for a tensor that nobody asked for: it would change what is computed.
    func refuseOthers() throws {
      // Tables that old converters wrote, which RoPE computes.
      for tensor in gguf.tensors
      where !used.contains(tensor.name) && !tensor.name.hasSuffix(".attn_rot_embd.weight") {
        throw gguf.failure(
          "it has a tensor \(quoted(tensor.name)), which no Llama has: it cannot be run")
      }
    }
  }
}

extension Matrix.Format {
  /// The format of a tensor, nil for types that are not read.
  init?(_ type: GGUF.TensorType) {
    switch type {
    case .f32: self = .float32
    case .f16: self = .float16
    case .bf16: self = .bfloat16
    case .q8_0: self = .q8_0
    case .q4_0: self = .q4_0
    case .q4_1: self = .q4_1
    case .q5_0: self = .q5_0
    case .q5_1: self = .q5_1
    case .q2_K: self = .q2_K
    case .q3_K: self = .q3_K
    case .q4_K: self = .q4_K
    case .q5_K: self = .q5_K
    case .q6_K: self = .q6_K
    default: return nil
    }
  }
}
