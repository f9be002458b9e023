/// What the keys and tensors of a GGUF file mean, for the architectures that are known (llama.cpp:
/// llama-model.cpp, models/llama.cpp and its neighbours).
struct GGUFModel {
  let config: Config
  let weights: Weights
  /// What the person who runs the model should know, a sentence each.
  let notes: [String]

  /// Throws `LlamaError.badCheckpoint` for another architecture, for settings that change what is
  /// computed in a way that is not known here, and for tensors that are missing or misshaped.
  init(_ gguf: GGUF) throws {
    let architecture = try Architecture.of(gguf)
    guard !gguf.tensors.isEmpty else {
      throw gguf.failure("it holds only a vocabulary and no tensors: get the model itself")
    }
    guard let embedding = try gguf.tensor("token_embd.weight"), embedding.shape.count == 2 else {
      throw gguf.failure("it has no tensor token_embd.weight of rows and columns")
    }
    var tensors = Tensors(gguf)
    let settings = Settings(gguf: gguf, architecture: architecture)
    (config, notes) = try Self.config(settings, vocabSize: embedding.shape[1])
    if let problem = config.problem { throw gguf.failure(problem) }
    weights = try Self.weights(config, architecture, &tensors)
    try tensors.refuseOthers(architecture.name)
  }
}

// MARK: - Architectures

extension GGUFModel {
  /// What the name of an architecture says, where neither its settings nor its tensors do.
  private struct Architecture {
    let name: String
    var norm = Config.NormKind.rms
    var activation = Config.Activation.swiglu
    /// nil: positions are learned. In Llama's own files the rows of wq and wk stand in the order in
    /// which RoPE turns neighbours.
    var ropePairs: Config.RoPE.Pairs? = .halves
    /// Whether each head's query and key are normed.
    var hasHeadNorms = false
    /// The matrices that need a bias. Others have one if the file does.
    var biased: Set<String> = []

    private static let known = [
      Architecture(name: "llama", ropePairs: .neighbours),
      Architecture(name: "qwen2", biased: ["attn_q", "attn_k", "attn_v", "attn_qkv"]),
      Architecture(name: "qwen3", hasHeadNorms: true),
      Architecture(
        name: "gpt2", norm: .layer, activation: .gelu, ropePairs: nil,
        biased: ["attn_q", "attn_k", "attn_v", "attn_qkv", "attn_output", "ffn_up", "ffn_down"]),
    ]

    /// The architecture that a file names. Throws `LlamaError.badCheckpoint` for one that is not known,
    /// and for files that are no model of text.
    static func of(_ gguf: GGUF) throws -> Architecture {
      let type = try gguf.string("general.type") ?? "model"
      let name = try gguf.string("general.architecture") ?? ""
      if type == "adapter" {
        throw gguf.failure("it is an adapter, which changes another model: get the model itself")
      }
      if type == "mmproj" || name == "clip" {
        throw gguf.failure("it is a projector of images or sound: get the language model beside it")
      }
      guard let architecture = known.first(where: { $0.name == name }) else {
        let names = known.map(\.name).joined(separator: ", ")
        throw gguf.failure(
          "its architecture is \(quoted(name)), expected one of \(names): this model cannot be run")
      }
      return architecture
    }
  }
}

// MARK: - Settings

extension GGUFModel {
  /// The settings of the architecture, by their keys without its name.
  private struct Settings {
    let gguf: GGUF
    let architecture: Architecture

    func name(_ key: String) -> String { architecture.name + "." + key }

    func integer(_ key: String, missing: Int? = nil) throws -> Int {
      if let value = try gguf.integer(name(key)) ?? missing { return value }
      throw gguf.failure("its metadata lacks \(name(key))")
    }

    /// A positive number.
    func float(_ key: String, missing: Float? = nil) throws -> Float {
      guard let value = try gguf.float(name(key)) ?? missing else {
        throw gguf.failure("its metadata lacks \(name(key))")
      }
      guard value > 0, value.isFinite else {
        throw gguf.failure("its \(name(key)) is \(value), expected a positive number")
      }
      return value
    }

    /// Refuses a setting that is there and has another value.
    func require<T: Equatable>(_ key: String, _ value: T?, _ expected: T) throws {
      guard let value, value != expected else { return }
      throw gguf.failure("its \(name(key)) is \(value), expected \(expected): it cannot be run")
    }
  }

  private static func config(_ settings: Settings, vocabSize: Int) throws
    -> (Config, notes: [String])
  {
    let (gguf, architecture) = (settings.gguf, settings.architecture)
    try settings.require("expert_count", gguf.integer(settings.name("expert_count")), 0)
    try settings.require("attention.causal", gguf.bool(settings.name("attention.causal")), true)
    let dim = try settings.integer("embedding_length")
    let nHeads = try settings.integer("attention.head_count")
    let equalShare = nHeads > 0 && dim % nHeads == 0 ? dim / nHeads : 0
    let headSize = try settings.integer("attention.key_length", missing: equalShare)
    let valueSize = try settings.integer("attention.value_length", missing: headSize)
    try settings.require("attention.value_length", valueSize, headSize)
    let context = try settings.integer("context_length")
    let window = try settings.integer("attention.sliding_window", missing: 0)
    let isCut = window > 0 && window < context
    let epsilon = architecture.norm == .rms ? "layer_norm_rms_epsilon" : "layer_norm_epsilon"
    return (
      try Config(
        dim: dim, hiddenDim: settings.integer("feed_forward_length"),
        nLayers: settings.integer("block_count"), nHeads: nHeads,
        nKVHeads: settings.integer("attention.head_count_kv", missing: nHeads),
        headSize: headSize, vocabSize: vocabSize, seqLen: isCut ? window : context,
        norm: architecture.norm, normEpsilon: settings.float("attention." + epsilon),
        activation: architecture.activation,
        rope: architecture.ropePairs.map { try rope(settings, $0, headSize: headSize) }),
      isCut ? ["its attention slides over \(window) tokens, so the context ends there"] : []
    )
  }

  private static func rope(_ settings: Settings, _ pairs: Config.RoPE.Pairs, headSize: Int) throws
    -> Config.RoPE
  {
    let gguf = settings.gguf
    let type = try gguf.string(settings.name("rope.scaling.type")) ?? "linear"
    guard type == "none" || type == "linear" else {
      throw gguf.failure(
        "its \(settings.name("rope.scaling.type")) is \(quoted(type)), expected none or linear:"
          + " it cannot be run")
    }
    let attention = "rope.scaling.attn_factor"
    try settings.require(attention, gguf.float(settings.name(attention)), 1)
    let factor =
      try gguf.float(settings.name("rope.scaling.factor"))
      ?? gguf.float(settings.name("rope.scale_linear")) ?? 1
    guard factor >= 0, factor.isFinite else {
      throw gguf.failure(
        "its \(settings.name("rope.scaling.factor")) is \(factor), expected a positive number")
    }
    return Config.RoPE(
      base: try settings.float("rope.freq_base", missing: 10_000),
      size: try settings.integer("rope.dimension_count", missing: headSize), pairs: pairs,
      // 0 stands for 1 in llama.cpp.
      positionScale: type == "none" || factor == 0 ? 1 : factor)
  }
}

// MARK: - Tensors

extension GGUFModel {
  private static func weights(
    _ c: Config, _ architecture: Architecture, _ tensors: inout Tensors
  ) throws -> Weights {
    let embedding = try tensors.matrix("token_embd.weight", c.vocabSize, c.dim)
    // A layer has several tensors, so their number is held against the file before anything else.
    let tensorCount = tensors.gguf.tensors.count
    guard c.nLayers <= tensorCount else {
      throw tensors.gguf.failure(
        "its \(architecture.name).block_count is \(c.nLayers), but it has \(tensorCount) tensors")
    }
    let layers = try (0..<c.nLayers).map { try layer("blk.\($0).", c, architecture, &tensors) }
    let hasOutput = try tensors.gguf.tensor("output.weight") != nil
    return Weights(
      tokenEmbedding: embedding,
      positionEmbedding: c.rope == nil
        ? try tensors.matrix("position_embd.weight", c.seqLen, c.dim) : nil,
      layers: layers, finalNorm: try tensors.norm("output_norm", c.dim, c.norm),
      classifier: hasOutput
        ? try tensors.linear("output", c.vocabSize, c.dim) : Linear(embedding),
      ropeFactors: try c.rope.flatMap { try tensors.vector("rope_freqs.weight", $0.size / 2) })
  }

  private static func layer(
    _ prefix: String, _ c: Config, _ architecture: Architecture, _ tensors: inout Tensors
  ) throws -> Layer {
    func linear(_ name: String, _ rows: Int, _ columns: Int) throws -> Linear {
      try tensors.linear(
        prefix + name, rows, columns, needsBias: architecture.biased.contains(name))
    }
    func headNorm(_ name: String) throws -> Norm? {
      architecture.hasHeadNorms ? try tensors.norm(prefix + name, c.headSize, c.norm) : nil
    }
    let (wq, wk, wv) = try queryKeyValue(
      linear, c, isFused: tensors.has(prefix + "attn_qkv.weight"))
    return Layer(
      attentionNorm: try tensors.norm(prefix + "attn_norm", c.dim, c.norm), wq: wq, wk: wk, wv: wv,
      qNorm: try headNorm("attn_q_norm"), kNorm: try headNorm("attn_k_norm"),
      wo: try linear("attn_output", c.dim, c.qDim),
      ffnNorm: try tensors.norm(prefix + "ffn_norm", c.dim, c.norm),
      // What is activated is called the gate where it has factors, and else the way up.
      w1: try linear(c.activation == .swiglu ? "ffn_gate" : "ffn_up", c.hiddenDim, c.dim),
      w2: try linear("ffn_down", c.dim, c.hiddenDim),
      w3: c.activation == .swiglu ? try linear("ffn_up", c.hiddenDim, c.dim) : nil)
  }

  /// wq, wk and wv: three tensors, or one in which their rows follow each other.
  private static func queryKeyValue(
    _ linear: (_ name: String, _ rows: Int, _ columns: Int) throws -> Linear, _ c: Config,
    isFused: Bool
  ) throws -> (Linear, Linear, Linear) {
    guard isFused else {
      return (
        try linear("attn_q", c.qDim, c.dim), try linear("attn_k", c.kvDim, c.dim),
        try linear("attn_v", c.kvDim, c.dim)
      )
    }
    let (k, v, end) = (c.qDim, c.qDim + c.kvDim, c.qDim + 2 * c.kvDim)
    let whole = try linear("attn_qkv", end, c.dim)
    return (whole.slice(rows: 0..<k), whole.slice(rows: k..<v), whole.slice(rows: v..<end))
  }

  /// The tensors of a file, and which of them have been asked for.
  private struct Tensors {
    let gguf: GGUF
    private var used: Set<String> = []

    init(_ gguf: GGUF) { self.gguf = gguf }

    private func missing(_ name: String) -> LlamaError {
      gguf.failure("it has no tensor \(name)")
    }

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
      else { throw missing(name) }
      return Matrix(rows: rows, columns: columns, values: values, format: format)
    }

    func has(_ name: String) throws -> Bool { try gguf.tensor(name) != nil }

    mutating func linear(
      _ name: String, _ rows: Int, _ columns: Int, needsBias: Bool = false
    ) throws -> Linear {
      let weight = try matrix(name + ".weight", rows, columns)
      return Linear(weight, bias: try vector(name + ".bias", rows, isNeeded: needsBias))
    }

    /// A norm; LayerNorm's has a bias.
    mutating func norm(_ name: String, _ count: Int, _ kind: Config.NormKind) throws -> Norm {
      guard let weight = try vector(name + ".weight", count) else {
        throw missing(name + ".weight")
      }
      return Norm(
        weight, bias: kind == .layer ? try vector(name + ".bias", count, isNeeded: true) : nil,
        count: count)
    }

    /// An fp32 tensor of one dimension, or nil where the file has none and it is not needed.
    mutating func vector(
      _ name: String, _ count: Int, isNeeded: Bool = false
    ) throws -> UnsafePointer<Float>? {
      guard let tensor = try tensor(name, shape: [count]) else {
        if isNeeded { throw missing(name) }
        return nil
      }
      guard tensor.type == .f32 else {
        throw gguf.failure("its tensor \(name) has the type \(tensor.type.name), expected F32")
      }
      // The alignment of tensors is a multiple of 8.
      return tensor.data.baseAddress?.assumingMemoryBound(to: Float.self)
    }

    /// Throws for a tensor that is not used: it would change what is computed.
    func refuseOthers(_ architecture: String) throws {
      // Tables that old converters wrote, which RoPE computes.
      for tensor in gguf.tensors
      where !used.contains(tensor.name) && !tensor.name.hasSuffix(".attn_rot_embd.weight") {
        throw gguf.failure(
          "it has a tensor \(quoted(tensor.name)), which no model of architecture"
            + " \(quoted(architecture)) has: it cannot be run")
      }
    }
  }
}

extension Matrix.Format {
  /// The format of a tensor, nil for types that are not read.
  package init?(_ type: GGUF.TensorType) {
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
