import Console
import Llama2

/// A folder as Meta distributes Llama 2: params.json, and consolidated.00.pth and so on, each of
/// which holds a slice of every tensor.
func openMeta(_ folder: String) throws -> Source {
  let settings = try Settings(folder + "/params.json")
  let shards = try readShards(folder)
  var joined = StateDict(path: folder)
  for (name, tensor) in shards[0].tensors {
    joined.tensors[name] = StoredTensor(
      tensor.file, tensor.type, shape: joinedShape(name, tensor.shape, shards.count),
      data: tensor.data)
  }
  let files = shards.flatMap(\.files)
  joined.files = files
  var source = Source(
    kind: "a Meta folder of \(shards.count) file\(shards.count == 1 ? "" : "s")", joined,
    settings: settings.list, vocabularyFolder: folder
  ) { seqLen in
    try requireKnown(settings)
    let config = try readConfig(settings, shards, seqLen ?? 2048)
    return try model(config, shards, folder).withoutRepeatedOutput(files)
  }
  source.addMetadata(folder: folder, settings)
  return source
}

private func readShards(_ folder: String) throws -> [StateDict] {
  let files = try names(in: folder).filter {
    $0.hasPrefix("consolidated.") && $0.hasSuffix(".pth")
  }
  guard !files.isEmpty else { throw Refusal(folder, "holds no consolidated.00.pth") }
  return try files.enumerated().map { i, name in
    let expected = "consolidated.\(i < 10 ? "0" : "")\(i).pth"
    guard name == expected else {
      throw Refusal(folder, "holds \(quoted(name)) but no \(expected)")
    }
    let file = try PyTorchFile(folder + "/" + name)
    guard let members = file.pickle.dictionary(file.pickle.root) else {
      throw Refusal(folder + "/" + name, "holds no dictionary of tensors")
    }
    var state = StateDict(path: folder + "/" + name)
    try file.read(members, into: &state)
    return state
  }
}

// MARK: - Settings

/// Refuses settings that change what is computed, and those that are unknown.
private func requireKnown(_ settings: Settings) throws {
  try settings.require("norm_eps", 1e-5, missing: 1e-5)
  try settings.require("rope_theta", 10000, missing: 10000)
  try settings.require("use_scaled_rope", false)
  let known: Set<Text> = [
    "dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "multiple_of", "ffn_dim_multiplier",
    "norm_eps", "rope_theta", "use_scaled_rope", "max_seq_len", "max_batch_size",
  ]
  for key in settings.keys.sorted(by: { $0.description < $1.description })
  where !known.contains(key) && settings[key] != nil {
    throw settings.refusal(key, expected: "no such field in a Llama 2")
  }
}

private func readConfig(_ settings: Settings, _ shards: [StateDict], _ seqLen: Int) throws -> Config
{
  let dim = try settings.integer("dim")
  let nHeads = try settings.integer("n_heads")
  let vocabSize = try size("tok_embeddings.weight", shards, dimension: 0)
  if let said = settings["vocab_size"]?.integer, said != -1, said != vocabSize {
    throw settings.refusal("vocab_size", expected: "\(vocabSize) as the token embedding has, or -1")
  }
  return Config(
    dim: dim, hiddenDim: try size("layers.0.feed_forward.w1.weight", shards, dimension: 0),
    nLayers: try settings.integer("n_layers"), nHeads: nHeads,
    nKVHeads: try settings.integer("n_kv_heads", missing: nHeads), vocabSize: vocabSize,
    seqLen: seqLen)
}

/// A dimension of the joined tensor.
private func size(_ name: String, _ shards: [StateDict], dimension: Int) throws -> Int {
  guard let tensor = shards[0].tensors[name] else {
    throw Refusal(shards[0].path, "the tensor \(name) is missing")
  }
  guard tensor.shape.count == 2 else {
    throw Refusal(shards[0].path, "the tensor \(name) has the shape \(tensor.shape)")
  }
  return joinedShape(name, tensor.shape, shards.count)[dimension]
}

// MARK: - Tensors

/// Whether the slices of a matrix stand side by side rather than one below the other: those of the
/// layers that Meta's code splits by their inputs (RowParallelLinear, ParallelEmbedding).
private func isSplitByColumns(_ name: String) -> Bool {
  name.hasPrefix("tok_embeddings.") || name.hasSuffix(".attention.wo.weight")
    || name.hasSuffix(".feed_forward.w2.weight")
}

private func joinedShape(_ name: String, _ shape: [Int], _ shards: Int) -> [Int] {
  guard shape.count == 2 else { return shape }
  let (rows, columns) = (shape[0], shape[1])
  return isSplitByColumns(name) ? [rows, columns &* shards] : [rows &* shards, columns]
}

private func model(_ config: Config, _ shards: [StateDict], _ folder: String) throws -> Model {
  var used: Set<String> = []
  let model = try Model(config, path: folder, hasOutput: true) { name, shape in
    used.insert(name)
    return try shape.count == 1
      ? norm(name, shape, shards) : join(name, shape[0], shape[1], shards)
  }
  for shard in shards { try shard.refuseOthers(than: used) { $0 == "rope.freqs" } }
  return model
}

/// A norm, of which every shard holds the whole.
private func norm(_ name: String, _ shape: [Int], _ shards: [StateDict]) throws -> Tensor {
  let copies = try shards.map { try Tensor($0.tensor(name, shape: shape)) }
  for (copy, shard) in zip(copies, shards) where !copy.equals(copies[0]) {
    throw Refusal(shard.path, "the tensor \(name) differs from that of \(shards[0].path)")
  }
  return copies[0]
}

/// A matrix of which each shard holds a slice.
private func join(_ name: String, _ rows: Int, _ columns: Int, _ shards: [StateDict]) throws
  -> Tensor
{
  let byColumns = isSplitByColumns(name)
  let whole = byColumns ? columns : rows
  guard whole % shards.count == 0 else {
    throw Refusal(
      shards[0].path,
      "the tensor \(name) of \(rows) x \(columns) does not come apart into"
        + " \(shards.count) files")
  }
  let part = whole / shards.count
  let slices = try shards.map {
    try $0.tensor(name, shape: byColumns ? [rows, part] : [part, columns])
  }
  return Tensor(
    shape: [rows, columns],
    copyRow: { row, out in
      if byColumns {
        for (i, slice) in slices.enumerated() { slice.copyRow(row, to: out + i * part) }
      } else {
        slices[row / part].copyRow(row % part, to: out)
      }
    })
}
