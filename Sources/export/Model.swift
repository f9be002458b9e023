import Console
import Llama2

/// What a model is called in a GGUF file (llama.cpp: llama-arch.cpp).
enum Architecture: String {
  case llama, qwen2, qwen3, gpt2

  /// A layer's tensors, in the order in which they are used.
  var layerRoles: [Role] {
    switch self {
    case .gpt2: [.attentionNorm, .queryKeyValue, .attentionOutput, .ffnNorm, .up, .down]
    case .qwen3:
      [.attentionNorm, .query, .queryNorm, .key, .keyNorm, .value, .attentionOutput]
        + [.ffnNorm, .gate, .up, .down]
    case .llama, .qwen2:
      [.attentionNorm, .query, .key, .value, .attentionOutput, .ffnNorm, .gate, .up, .down]
    }
  }
}

/// A model that can be run. The rows of a Llama's queries and keys stand in the order in which RoPE
/// turns neighbours, as in Meta's files, llama2.c's and GGUF's.
struct Model {
  let architecture: Architecture
  let config: Config
  /// The tokens that a token attends to, where they are fewer than the context.
  var slidingWindow: Int?
  private(set) var tensors: [(name: TensorName, tensor: Tensor)]
  /// llama2.c's tables of cos and sin, where the source holds them.
  var ropeTables: [Llama2C.Tensor: Tensor] = [:]
  private var places: [TensorName: Int] = [:]

  init(
    _ architecture: Architecture, _ config: Config,
    tensors: [(name: TensorName, tensor: Tensor)]
  ) {
    self.architecture = architecture
    self.config = config
    self.tensors = tensors
    for (place, (name, _)) in tensors.enumerated() { places[name] = place }
  }

  subscript(name: TensorName) -> Tensor? { places[name].map { tensors[$0].tensor } }

  var hasOutput: Bool { self[TensorName(role: .output)] != nil }

  var parameterCount: Int { tensors.reduce(0) { $0 + $1.tensor.count } }

  /// The model with a context of `seqLen`; it may not be longer than the model's own. Positions that
  /// are learned are cut.
  func with(seqLen: Int?, path: String) throws -> Model {
    guard let seqLen, seqLen != config.seqLen else { return self }
    guard seqLen <= config.seqLen else {
      throw Refusal(path, "--seq-len \(seqLen) is longer than the model's \(config.seqLen)")
    }
    var shorter = Model(
      architecture, config.with(seqLen: seqLen),
      tensors: tensors.map { name, tensor in
        (name, name.role == .positionEmbedding ? tensor.prefix(seqLen) : tensor)
      })
    shorter.slidingWindow = slidingWindow.flatMap { $0 < seqLen ? $0 : nil }
    return shorter
  }

  /// A Llama 2 without an output matrix that repeats the token embedding. Compares the two, which
  /// lie in `files`.
  func withoutRepeatedOutput(_ files: [MappedFile]) -> Model {
    guard let output = self[TensorName(role: .output)],
      let embedding = self[TensorName(role: .tokenEmbedding)],
      output.equals(embedding, releasePages: { for file in files { file.releasePages() } })
    else { return self }
    return Model(architecture, config, tensors: tensors.filter { $0.name.role != .output })
  }
}

// MARK: - The tensors that a model has

extension Model {
  /// Asks `tensor` for every tensor by its name and shape; `tensor` throws for one that is missing
  /// or has another shape.
  ///
  /// - Parameters:
  ///   - biases: what has a bias beside its weight.
  ///   - hasOutput: whether the output matrix is not the token embedding.
  init(
    _ architecture: Architecture, _ config: Config, path: String, biases: Set<Role> = [],
    hasOutput: Bool, tensor: (_ name: TensorName, _ shape: [Int]) throws -> Tensor
  ) throws {
    if let problem = config.problem { throw Refusal(path, problem) }
    var tensors: [(name: TensorName, tensor: Tensor)] = []
    func add(_ role: Role, _ layer: Int? = nil) throws {
      for isBias in biases.contains(role) ? [false, true] : [false] {
        let name = TensorName(role: role, layer: layer, isBias: isBias)
        tensors.append((name, try tensor(name, config.shape(of: name))))
      }
    }
    try add(.tokenEmbedding)
    if config.rope == nil { try add(.positionEmbedding) }
    for layer in 0..<config.nLayers {
      for role in architecture.layerRoles { try add(role, layer) }
    }
    try add(.finalNorm)
    if hasOutput { try add(.output) }
    self.init(architecture, config, tensors: tensors)
  }

  /// Adds what RoPE's frequencies are divided by.
  mutating func add(ropeFactors: [Float]) {
    let name = TensorName(role: .ropeFactors)
    places[name] = tensors.count
    tensors.append((name, Tensor(ropeFactors)))
  }
}
