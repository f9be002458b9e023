import Console
import Llama2

/// A folder as transformers' save_pretrained writes it: config.json, and the weights as safetensors
/// or as PyTorch's files, whole or in shards.
func openHuggingFace(_ folder: String) throws -> Source {
  let settings = try Settings(folder + "/config.json")
  let state = try readStateDict(folder)
  // Read once: their comparison reads two matrices whole.
  var read: (model: Model, llama2C: Model)?
  let models = { [state] () throws -> (model: Model, llama2C: Model) in
    if let read { return read }
    let shape = try ModelShape(settings)
    let model = try Model(shape, settings, state)
    let llama2C = model.withoutRepeatedOutput(state.files)
    if shape.isTied && llama2C.hasOutput {
      throw Refusal(
        folder,
        "config.json says that tie_word_embeddings is true, but lm_head.weight differs from the"
          + " token embedding: which of the two the model needs cannot be known")
    }
    read = (model, llama2C)
    return (model, llama2C)
  }
  var source = Source(
    kind: "a Hugging Face folder", state, settings: settings.list, vocabularyFolder: folder
  ) { try models().model.with(seqLen: $0, path: settings.path) }
  source.llama2C = {
    try requireLlama2(settings, ModelShape(settings).config)
    return try models().llama2C.with(seqLen: $0, path: settings.path)
  }
  source.addMetadata(folder: folder, settings)
  return source
}

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

/// Refuses settings of a Llama that llama2.c's files do not hold.
private func requireLlama2(_ settings: Settings, _ c: Config) throws {
  var settings = settings
  settings.consequence = "llama2.c's files cannot hold it, write a .gguf"
  guard settings["model_type"]?.text == "llama" else {
    throw settings.refusal("model_type", expected: "\"llama\"")
  }
  try settings.require("rms_norm_eps", 1e-5, missing: 1e-6)
  try settings.require("rope_theta", 10000, missing: 10000)
  for field in ["rope_scaling", "rope_parameters"] as [Text] {
    guard let rope = try settings.nested(field) else { continue }
    try rope.require("rope_type", among: ["default"])
    try rope.require("type", among: ["default"])
    try rope.require("rope_theta", 10000, missing: 10000)
  }
  for field in ["attention_bias", "mlp_bias"] as [Text] { try settings.require(field, false) }
  guard c.dim % c.nHeads == 0, c.headSize == c.dim / c.nHeads else {
    throw settings.refusal(
      "head_dim", expected: "hidden_size / num_attention_heads \(c.dim / c.nHeads)")
  }
}
