import Console
import Llama2

/// A folder as transformers' save_pretrained writes it: config.json, and the weights as safetensors
/// or as PyTorch's files, whole or in shards.
func openHuggingFace(_ folder: String) throws -> Source {
  let settings = try Settings(folder + "/config.json")
  let state = try readStateDict(folder)
  var source = Source(
    kind: "a Hugging Face folder", state, settings: settings.list, vocabularyFolder: folder
  ) { [state] seqLen in
    let shape = try ModelShape(settings)
    let model = try Model(shape, settings, state)
    return try model.with(seqLen: seqLen, path: settings.path)
  }
  source.llama2C = { [state] seqLen in
    let shape = try ModelShape(settings)
    try requireLlama2(settings, shape, seqLen)
    return try Model(shape, settings, state).with(seqLen: seqLen, path: settings.path)
      .withoutRepeatedOutput()
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
