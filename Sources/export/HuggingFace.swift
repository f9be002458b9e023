import Console
import Llama2

/// A folder as transformers' save_pretrained writes it: config.json, and the weights as safetensors
/// or as PyTorch's files, whole or in shards.
func openHuggingFace(_ folder: String) throws -> Source {
  let settings = try Settings(folder + "/config.json")
  let state = try readStateDict(folder)
  return Source(
    kind: "a Hugging Face folder", state, settings: settings.list, vocabularyFolder: folder
  ) { seqLen in
    let config = try readConfig(settings, seqLen)
    return try model(config, settings, state)
  }
}

// MARK: - Weights

private func readStateDict(_ folder: String) throws -> StateDict {
  var state = StateDict(path: folder)
  for (name, read) in [
    ("model.safetensors", readSafetensors), ("pytorch_model.bin", readPyTorchWeights),
  ] {
    if fileExists(folder + "/" + name) {
      try read(folder + "/" + name, &state)
      return state
    }
    let index = folder + "/" + name + ".index.json"
    if fileExists(index) {
      try readShards(index, folder, into: &state, read)
      return state
    }
  }
  throw Refusal(
    folder, "holds neither model.safetensors nor pytorch_model.bin, nor an index of shards")
}

/// The dictionary of tensors that is the whole of a pytorch_model.bin.
private func readPyTorchWeights(_ path: String, into state: inout StateDict) throws {
  let file = try PyTorchFile(path)
  guard let members = file.pickle.dictionary(file.pickle.root) else {
    throw Refusal(path, "holds no dictionary of tensors")
  }
  try file.read(members, into: &state)
}

/// Reads the shards that an index names, all of which lie in `folder`.
private func readShards(
  _ index: String, _ folder: String, into state: inout StateDict,
  _ read: (String, inout StateDict) throws -> Void
) throws {
  guard let map = try JSON.parse(file: index)["weight_map"]?.object else {
    throw Refusal(index, "has no weight_map")
  }
  var tensorsOfShard: [String: [String]] = [:]
  for (tensor, shard) in map {
    guard let shard = shard.text?.description, !shard.isEmpty, !shard.contains("/"),
      !shard.utf8.contains(0), shard != "..", shard != "."
    else {
      throw Refusal(
        index,
        "the shard of \(quoted(tensor.description)) is"
          + " \(quoted(shard.text?.description ?? shard.description)), expected the name of a file"
          + " in the folder")
    }
    tensorsOfShard[shard, default: []].append(tensor.description)
  }
  for (shard, tensors) in tensorsOfShard.sorted(by: { $0.key < $1.key }) {
    let known = state.tensors.count
    try read(folder + "/" + shard, &state)
    for tensor in tensors where state.tensors[tensor] == nil {
      throw Refusal(folder + "/" + shard, "the tensor \(quoted(tensor)) is missing")
    }
    guard state.tensors.count == known + tensors.count else {
      throw Refusal(
        folder + "/" + shard,
        "holds \(state.tensors.count - known) tensors, but the index names"
          + " \(tensors.count)")
    }
  }
}

// MARK: - Settings

/// The shape of the model, once every setting is known to be one that `run` computes with. What is
/// missing has the default of transformers' LlamaConfig.
private func readConfig(_ settings: Settings, _ seqLen: Int?) throws -> Config {
  guard settings["model_type"]?.text == "llama" else {
    throw settings.refusal("model_type", expected: "\"llama\"")
  }
  try settings.require("hidden_act", among: ["silu", "swish"])
  try settings.require("rms_norm_eps", 1e-5, missing: 1e-6)
  try requirePlainRoPE(settings)
  for field in ["attention_bias", "mlp_bias"] as [Text] { try settings.requireFalse(field) }
  guard settings["quantization_config"] == nil else {
    throw settings.refusal("quantization_config", expected: "none")
  }
  let (dim, nHeads, nKVHeads) = try readHeads(settings)
  let config = try Config(
    dim: dim, hiddenDim: settings.integer("intermediate_size", missing: 11008),
    nLayers: settings.integer("num_hidden_layers", missing: 32), nHeads: nHeads,
    nKVHeads: nKVHeads, vocabSize: settings.integer("vocab_size", missing: 32000),
    seqLen: settings.integer("max_position_embeddings", missing: 2048)
  ).with(seqLen: seqLen, path: settings.path)
  guard try settings.integer("sliding_window", missing: config.seqLen) >= config.seqLen else {
    throw settings.refusal("sliding_window", expected: "at least the context, \(config.seqLen)")
  }
  return config
}

/// Heads that share dim among them evenly, and key and value heads that share the query heads.
private func readHeads(_ settings: Settings) throws -> (dim: Int, nHeads: Int, nKVHeads: Int) {
  let dim = try settings.integer("hidden_size", missing: 4096)
  let nHeads = try settings.integer("num_attention_heads", missing: 32)
  let nKVHeads = try settings.integer("num_key_value_heads", missing: nHeads)
  guard dim % nHeads == 0, dim / nHeads % 2 == 0 else {
    throw settings.refusal(
      "num_attention_heads",
      expected: "a divisor of hidden_size \(dim) that leaves an even head size")
  }
  guard nHeads % nKVHeads == 0 else {
    throw settings.refusal(
      "num_key_value_heads", expected: "a divisor of num_attention_heads \(nHeads)")
  }
  guard try settings.integer("head_dim", missing: dim / nHeads) == dim / nHeads else {
    throw settings.refusal(
      "head_dim", expected: "hidden_size / num_attention_heads \(dim / nHeads)")
  }
  return (dim, nHeads, nKVHeads)
}

/// Rotary embeddings of base 10000 without scaling, in the old spelling or in `rope_parameters`.
private func requirePlainRoPE(_ settings: Settings) throws {
  try settings.require("rope_theta", 10000, missing: 10000)
  try settings.require("partial_rotary_factor", 1, missing: 1)
  for field in ["rope_scaling", "rope_parameters"] as [Text] {
    guard let rope = try settings.nested(field) else { continue }
    try rope.require("rope_type", among: ["default"])
    try rope.require("type", among: ["default"])
    try rope.require("rope_theta", 10000, missing: 10000)
    try rope.require("partial_rotary_factor", 1, missing: 1)
    guard field == "rope_parameters" || rope["rope_type"] ?? rope["type"] != nil else {
      throw settings.refusal(field, expected: "null")
    }
  }
}

// MARK: - Tensors

private func model(_ config: Config, _ settings: Settings, _ state: StateDict) throws -> Model {
  let isTied = try settings.flag("tie_word_embeddings")
  let hasOutput = state.tensors["lm_head.weight"] != nil
  guard hasOutput || isTied else {
    throw Refusal(
      state.path,
      "the tensor lm_head.weight is missing, and config.json does not say that"
        + " tie_word_embeddings is true")
  }
  var used: Set<String> = []
  let model = try Model(config, path: settings.path, hasOutput: hasOutput) { name, rows, columns in
    let theirName = huggingFaceName(name)
    used.insert(theirName)
    let isNorm = name.hasSuffix("norm.weight")
    let stored = try state.tensor(theirName, shape: isNorm ? [columns] : [rows, columns])
    let isRotated = name.hasSuffix(".wq.weight") || name.hasSuffix(".wk.weight")
    return Tensor(name: name, rows: rows, columns: columns) { row, out in
      stored.copyRow(isRotated ? rotateHalfRow(row, headSize: config.headSize) : row, to: out)
    }
  }
  try state.refuseOthers(than: used) { $0.hasSuffix("rotary_emb.inv_freq") }
  guard model.sharedClassifier || !isTied else {
    throw Refusal(
      state.path,
      "config.json says that tie_word_embeddings is true, but lm_head.weight differs"
        + " from model.embed_tokens.weight: which of the two the model needs cannot be known")
  }
  return model
}

/// Where Hugging Face keeps a row of q or k. RoPE turns the pairs (0, 1), (2, 3), … of a head in
/// Llama's order; in theirs (rotate-half) the firsts of all pairs come before the seconds.
private func rotateHalfRow(_ row: Int, headSize: Int) -> Int {
  let (head, i) = row.quotientAndRemainder(dividingBy: headSize)
  return head * headSize + i % 2 * (headSize / 2) + i / 2
}

/// transformers' name of what llama2.c calls `name`.
private func huggingFaceName(_ name: String) -> String {
  let parts = name.split(separator: ".")
  guard parts[0] == "layers" else {
    switch parts[0] {
    case "tok_embeddings": return "model.embed_tokens.weight"
    case "output": return "lm_head.weight"
    default: return "model.norm.weight"
    }
  }
  let theirs = [
    "attention_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "wq": "self_attn.q_proj", "wk": "self_attn.k_proj", "wv": "self_attn.v_proj",
    "wo": "self_attn.o_proj", "w1": "mlp.gate_proj", "w2": "mlp.down_proj", "w3": "mlp.up_proj",
  ]
  return "model.layers.\(parts[1]).\(theirs[String(parts[parts.count - 2])]!).weight"
}
