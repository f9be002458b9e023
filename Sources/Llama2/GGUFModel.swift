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
    let name = TensorName(role: .tokenEmbedding).gguf
    guard let embedding = try gguf.tensor(name), embedding.shape.count == 2 else {
      throw gguf.failure("it has no tensor \(name) of rows and columns")
    }
    let settings = Settings(gguf: gguf, architecture: architecture)
    (config, notes) = try Self.config(settings, vocabSize: embedding.shape[1])
    if let problem = config.problem { throw gguf.failure(problem) }
    var tensors = Tensors(gguf, config)
    weights = try Self.weights(architecture, &tensors)
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
    var biased: Set<TensorName.Role> = []

    private static let known = [
      Architecture(name: "llama", ropePairs: .neighbours),
      Architecture(name: "qwen2", biased: [.query, .key, .value, .queryKeyValue]),
      Architecture(name: "qwen3", hasHeadNorms: true),
      Architecture(
        name: "gpt2", norm: .layer, activation: .gelu, ropePairs: nil,
        biased: [.query, .key, .value, .queryKeyValue, .attentionOutput, .up, .down]),
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
  private static func weights(_ architecture: Architecture, _ tensors: inout Tensors) throws
    -> Weights
  {
    let c = tensors.config
    let embedding = try tensors.matrix(.tokenEmbedding)
    // A layer has several tensors, so their number is held against the file before anything else.
    let tensorCount = tensors.gguf.tensors.count
    guard c.nLayers <= tensorCount else {
      throw tensors.gguf.failure(
        "its \(architecture.name).block_count is \(c.nLayers), but it has \(tensorCount) tensors")
    }
    let layers = try (0..<c.nLayers).map { try layer($0, architecture, &tensors) }
    return Weights(
      tokenEmbedding: embedding,
      positionEmbedding: c.rope == nil ? try tensors.matrix(.positionEmbedding) : nil,
      layers: layers, finalNorm: try tensors.norm(.finalNorm),
      classifier: try tensors.has(.output) ? tensors.linear(.output) : Linear(embedding),
      ropeFactors: c.rope == nil ? nil : try tensors.vector(TensorName(role: .ropeFactors)))
  }

  private static func layer(
    _ i: Int, _ architecture: Architecture, _ tensors: inout Tensors
  ) throws -> Layer {
    func linear(_ role: TensorName.Role) throws -> Linear {
      try tensors.linear(role, layer: i, needsBias: architecture.biased.contains(role))
    }
    func headNorm(_ role: TensorName.Role) throws -> Norm? {
      architecture.hasHeadNorms ? try tensors.norm(role, layer: i) : nil
    }
    let c = tensors.config
    let (wq, wk, wv) =
      try tensors.has(.queryKeyValue, layer: i)
      ? queryKeyValue(linear(.queryKeyValue), c)
      : (linear(.query), linear(.key), linear(.value))
    return Layer(
      attentionNorm: try tensors.norm(.attentionNorm, layer: i), wq: wq, wk: wk, wv: wv,
      qNorm: try headNorm(.queryNorm), kNorm: try headNorm(.keyNorm),
      wo: try linear(.attentionOutput), ffnNorm: try tensors.norm(.ffnNorm, layer: i),
      // What is activated is called the gate where it has factors, and else the way up.
      w1: try linear(c.activation == .swiglu ? .gate : .up), w2: try linear(.down),
      w3: c.activation == .swiglu ? try linear(.up) : nil)
  }

  /// wq, wk and wv of one layer in which their rows follow each other.
  private static func queryKeyValue(_ whole: Linear, _ c: Config) -> (Linear, Linear, Linear) {
    let (k, v, end) = (c.qDim, c.qDim + c.kvDim, c.qDim + 2 * c.kvDim)
    return (whole.slice(rows: 0..<k), whole.slice(rows: k..<v), whole.slice(rows: v..<end))
  }

  /// The tensors of a file, and which of them have been asked for.
  private struct Tensors {
    let gguf: GGUF
    let config: Config
    private var used: Set<String> = []

    init(_ gguf: GGUF, _ config: Config) {
      self.gguf = gguf
      self.config = config
    }

    private func missing(_ name: TensorName) -> LlamaError {
      gguf.failure("it has no tensor \(name.gguf)")
    }

    func has(_ role: TensorName.Role, layer: Int? = nil) throws -> Bool {
      try gguf.tensor(TensorName(role: role, layer: layer).gguf) != nil
    }

    /// A tensor, or nil where the file has none. ggml's order of a shape has columns first.
    private mutating func tensor(_ name: TensorName) throws -> GGUF.Tensor? {
      guard let tensor = try gguf.tensor(name.gguf) else { return nil }
      let shape = Array(config.shape(of: name).reversed())
      guard tensor.shape == shape else {
        throw gguf.failure(
          "its tensor \(name.gguf) has the shape \(tensor.shape), expected \(shape)")
      }
      used.insert(name.gguf)
      return tensor
    }

    mutating func matrix(_ role: TensorName.Role, layer: Int? = nil) throws -> Matrix {
      let name = TensorName(role: role, layer: layer)
      guard let tensor = try tensor(name), let values = tensor.data.baseAddress,
        let format = Matrix.Format(tensor.type)
      else { throw missing(name) }
      return Matrix(
        rows: tensor.shape[1], columns: tensor.shape[0], values: values, format: format)
    }

    mutating func linear(
      _ role: TensorName.Role, layer: Int? = nil, needsBias: Bool = false
    ) throws -> Linear {
      let weight = try matrix(role, layer: layer)
      let bias = TensorName(role: role, layer: layer, isBias: true)
      return Linear(weight, bias: try vector(bias, isNeeded: needsBias))
    }

    /// A norm; LayerNorm's has a bias.
    mutating func norm(_ role: TensorName.Role, layer: Int? = nil) throws -> Norm {
      let name = TensorName(role: role, layer: layer)
      guard let weight = try vector(name) else { throw missing(name) }
      let bias = TensorName(role: role, layer: layer, isBias: true)
      return Norm(
        weight, bias: config.norm == .layer ? try vector(bias, isNeeded: true) : nil,
        count: config.shape(of: name)[0])
    }

    /// An fp32 tensor of one dimension, or nil where the file has none and it is not needed.
    mutating func vector(_ name: TensorName, isNeeded: Bool = false) throws
      -> UnsafePointer<Float>?
    {
      guard let tensor = try tensor(name) else {
        if isNeeded { throw missing(name) }
        return nil
      }
      guard tensor.type == .f32 else {
        throw gguf.failure(
          "its tensor \(name.gguf) has the type \(tensor.type.name), expected F32")
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
