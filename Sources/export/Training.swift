import Console
import Llama2

/// A checkpoint of llama2.c's train.py: a dictionary with the shape in `model_args` and the weights
/// in `model`; the optimizer's state beside them is of no use here.
func openTraining(_ path: String) throws -> Source {
  let file = try PyTorchFile(path)
  let root = file.pickle.dictionary(file.pickle.root)
  guard let arguments = file.pickle.dictionary(root?["model_args"]),
    let weights = file.pickle.dictionary(root?["model"])
  else {
    throw Refusal(
      path,
      "holds no model_args and model: not a training checkpoint of llama2.c (for a Hugging"
        + " Face or Meta model, name its folder)")
  }
  var state = StateDict(path: path)
  let isPrefixed = weights.keys.contains { $0.hasPrefix(compilePrefix) }
  try file.read(isPrefixed ? withoutPrefix(weights, path) : weights, into: &state)
  return Source(
    kind: "a llama2.c training checkpoint", state,
    settings: arguments.map { ($0.key, describe($0.value)) }.sorted { $0.0 < $1.0 }
  ) { [state] seqLen in
    let config = try readConfig(Arguments(path: path, values: arguments), state)
    return try model(config, state).with(seqLen: seqLen, path: path).withoutRepeatedOutput(
      state.files)
  }
}

/// What torch.compile puts before every name.
private let compilePrefix = "_orig_mod."

private func withoutPrefix(_ weights: [String: PickleValue], _ path: String) throws
  -> [String: PickleValue]
{
  let pairs = weights.map { name, value in
    (name.hasPrefix(compilePrefix) ? String(name.dropFirst(compilePrefix.count)) : name, value)
  }
  return try Dictionary(pairs) { _, _ in
    throw Refusal(path, "a tensor is there twice, with and without \(compilePrefix)")
  }
}

private func describe(_ value: PickleValue) -> String {
  switch value {
  case .none: "None"
  case .bool(let bool): "\(bool)"
  case .integer(let integer): "\(integer)"
  case .float(let number): "\(number)"
  case .string(let text): quoted(text)
  default: "…"
  }
}

// MARK: - Settings

/// model.py's ModelArgs.
private struct Arguments {
  let path: String
  let values: [String: PickleValue]

  private func refusal(_ key: String, expected: String) -> Refusal {
    Refusal(
      path,
      "model_args: \(key) is \(describe(values[key] ?? .none)), expected \(expected):"
        + " this model cannot be run")
  }

  /// A positive number, or nil where it is absent or None.
  func integer(_ key: String) throws -> Int? {
    switch values[key] {
    case nil, .some(.none): return nil
    case .integer(let integer) where integer > 0 && integer <= Int(Int32.max): return integer
    default: throw refusal(key, expected: "a positive integer")
    }
  }

  func requireKnown() throws {
    let known: Set<String> = [
      "dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "hidden_dim", "multiple_of",
      "norm_eps", "max_seq_len", "dropout",
    ]
    for key in values.keys.sorted() where !known.contains(key) {
      throw refusal(key, expected: "no such argument")
    }
    switch values["norm_eps"] {
    case nil: break
    case .float(let eps) where Float(eps) == 1e-5: break
    default: throw refusal("norm_eps", expected: "1e-05")
    }
  }

  func refuse(hiddenDim: Int) throws {
    if let said = try integer("hidden_dim"), said != hiddenDim {
      throw refusal("hidden_dim", expected: "\(hiddenDim) as the weights have")
    }
  }
}

/// The shape; what is missing has the default of ModelArgs, and the hidden width is the weights'.
private func readConfig(_ arguments: Arguments, _ state: StateDict) throws -> Config {
  try arguments.requireKnown()
  let first = "layers.0.feed_forward.w1.weight"
  guard let hiddenDim = state.tensors[first]?.shape.first else {
    throw Refusal(state.path, "the tensor \(first) is missing")
  }
  try arguments.refuse(hiddenDim: hiddenDim)
  let nHeads = try arguments.integer("n_heads") ?? 32
  return Config(
    dim: try arguments.integer("dim") ?? 4096, hiddenDim: hiddenDim,
    nLayers: try arguments.integer("n_layers") ?? 32, nHeads: nHeads,
    nKVHeads: try arguments.integer("n_kv_heads") ?? nHeads,
    vocabSize: try arguments.integer("vocab_size") ?? 32000,
    seqLen: try arguments.integer("max_seq_len") ?? 2048)
}

// MARK: - Tensors

private func model(_ config: Config, _ state: StateDict) throws -> Model {
  var used: Set<String> = []
  let hasOutput = state.tensors["output.weight"] != nil
  let model = try Model(config, path: state.path, hasOutput: hasOutput) { name, shape in
    used.insert(name)
    return Tensor(try state.tensor(name, shape: shape))
  }
  // Buffers that older versions of model.py saved: RoPE's tables and the attention mask.
  try state.refuseOthers(than: used) {
    ["freqs_cos", "freqs_sin", "freqs_cis"].contains($0) || $0.hasSuffix(".attention.mask")
  }
  return model
}
