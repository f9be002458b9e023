import Console
import Llama2

extension Model {
  /// The model of a Hugging Face folder.
  init(_ shape: ModelShape, _ settings: Settings, _ state: StateDict) throws {
    let names = HuggingFaceNames(shape.architecture, state)
    let output = names.name(of: TensorName(role: .output))
    let hasOutput = state.tensors[output] != nil
    guard hasOutput || shape.isTied else {
      throw Refusal(
        state.path,
        "the tensor \(output) is missing, and config.json does not say that"
          + " tie_word_embeddings is true")
    }
    var used: Set<String> = []
    try self.init(
      shape.architecture, shape.config, path: settings.path, biases: shape.biases,
      hasOutput: hasOutput
    ) { name, tensorShape in
      let theirName = names.name(of: name)
      used.insert(theirName)
      return try names.tensor(name, theirName, tensorShape, shape.config, state)
    }
    try state.refuseOthers(than: used, ignoring: names.isBuffer)
    if let factors = shape.ropeFactors { add(ropeFactors: factors()) }
    slidingWindow = shape.slidingWindow
  }
}

/// The names of transformers, and where their tensors differ from GGUF's.
private struct HuggingFaceNames {
  private let architecture: Architecture
  /// What stands before the names inside the model.
  private let prefix: String

  init(_ architecture: Architecture, _ state: StateDict) {
    self.architecture = architecture
    switch architecture {
    case .gpt2: prefix = state.tensors["wte.weight"] == nil ? "transformer." : ""
    default: prefix = "model."
    }
  }

  private static let gpt2: [Role: String] = [
    .tokenEmbedding: "wte", .positionEmbedding: "wpe", .finalNorm: "ln_f",
    .attentionNorm: "ln_1", .queryKeyValue: "attn.c_attn", .attentionOutput: "attn.c_proj",
    .ffnNorm: "ln_2", .up: "mlp.c_fc", .down: "mlp.c_proj",
  ]

  private static let llama: [Role: String] = [
    .tokenEmbedding: "embed_tokens", .finalNorm: "norm",
    .attentionNorm: "input_layernorm", .query: "self_attn.q_proj", .key: "self_attn.k_proj",
    .value: "self_attn.v_proj", .queryNorm: "self_attn.q_norm", .keyNorm: "self_attn.k_norm",
    .attentionOutput: "self_attn.o_proj", .ffnNorm: "post_attention_layernorm",
    .gate: "mlp.gate_proj", .up: "mlp.up_proj", .down: "mlp.down_proj",
  ]

  func name(of name: TensorName) -> String {
    guard name.role != .output else { return "lm_head.weight" }
    let isGPT2 = architecture == .gpt2
    let layer = name.layer.map { (isGPT2 ? "h." : "layers.") + "\($0)." } ?? ""
    return prefix + layer + (isGPT2 ? Self.gpt2 : Self.llama)[name.role, default: "?"] + name.suffix
  }

  /// Whether a tensor is no weight: tables that are computed.
  func isBuffer(_ name: String) -> Bool {
    architecture == .gpt2
      ? name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
      : name.hasSuffix("rotary_emb.inv_freq")
  }

  func tensor(
    _ name: TensorName, _ theirName: String, _ shape: [Int], _ config: Config, _ state: StateDict
  ) throws -> Tensor {
    switch name.role {
    case .queryKeyValue, .attentionOutput, .up, .down:
      // GPT-2's layers are of class Conv1D, whose weights have their inputs in rows.
      guard architecture == .gpt2, !name.isBias else { break }
      let stored = try state.tensor(theirName, shape: shape.reversed())
      return Tensor(shape: shape, copyRows: { rows, out in stored.copyColumns(rows, to: out) })
    case .query, .key:
      guard architecture == .llama else { break }
      let stored = try state.tensor(theirName, shape: shape)
      return neighbours(stored, headSize: config.headSize)
    default: break
    }
    return Tensor(try state.tensor(theirName, shape: shape))
  }
}

/// The rows of a query's or key's matrix, or the elements of its bias, in Llama's own order, in which
/// RoPE turns the pairs (0, 1), (2, 3), … of a head. In Hugging Face's the firsts of all pairs come
/// before the seconds.
private func neighbours(_ stored: StoredTensor, headSize: Int) -> Tensor {
  func place(_ row: Int) -> Int {
    let (head, i) = row.quotientAndRemainder(dividingBy: headSize)
    return head * headSize + i % 2 * (headSize / 2) + i / 2
  }
  guard stored.shape.count == 1 else {
    return Tensor(
      shape: stored.shape, copyRow: { row, out in stored.copyRow(place(row), to: out) })
  }
  return Tensor(
    shape: stored.shape,
    copyRow: { _, out in
      let count = stored.shape[0]
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { elements in
        stored.copyRow(0, to: elements.baseAddress!)
        for i in 0..<count { out[i] = elements[place(i)] }
      }
    })
}
