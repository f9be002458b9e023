import Console
import Llama2

/// A GGUF whose settings llama2.c's files can express.
func openGGUF(_ file: MappedFile) throws -> Source {
  let gguf = try GGUF(file)
  var source = Source(
    kind: "a GGUF file of version \(gguf.version)", path: file.path,
    settings: gguf.metadata.map { (name: $0.key, value: $0.value) },
    tensors: gguf.tensors.map { ($0.name, $0.type.name, $0.shape.reversed()) }, files: [file]
  ) { seqLen in
    let checkpoint = try Checkpoint(path: file.path)
    let weights = checkpoint.weights
    try requirePlainLlama2(checkpoint.config, weights, file.path)
    let config = try checkpoint.config.with(seqLen: seqLen, path: file.path)
    return Model(config: config, views: views(weights, config), owner: checkpoint)
  }
  source.vocabulary = { try readVocabulary(gguf) }
  return source
}

/// Prints whether `run` reads a GGUF, whether it can be exported, and what it holds.
func inspectGGUF(_ file: MappedFile) throws {
  let gguf = try GGUF(file)
  let source = try openGGUF(file)
  try Output.line("\(file.path): \(source.kind), \(megabytes(file.bytes.count))")
  try printVerdict("be run") { _ = try Checkpoint(path: file.path) }
  try printVerdict("be exported") {
    let model = try source.model(nil)
    _ = try readVocabulary(gguf).entries(vocabSize: model.config.vocabSize)
  }
  for (name, value) in source.settings { try Output.line("  \(quotedIfNeeded(name)): \(value)") }
  try Output.line("\(gguf.tensors.count) tensors")
  let types = Dictionary(grouping: gguf.tensors, by: \.type.name)
  for (type, tensors) in types.sorted(by: { $0.key < $1.key }) {
    let size = tensors.reduce(0) { $0 + $1.data.count }
    try Output.line("  \(type): \(tensors.count), \(megabytes(size))")
  }
}

private func printVerdict(_ what: String, _ check: () throws -> Void) throws {
  var verdict = "can " + what
  do { try check() } catch { verdict = "cannot \(what): \(error)" }
  try Output.line(verdict)
}

// MARK: - What llama2.c's files can say

/// llama2.c's files hold seven numbers; run.c takes the rest to be as in Llama 2.
private func requirePlainLlama2(_ c: Config, _ weights: Weights, _ path: String) throws {
  func refusal(_ what: String, _ expected: String) -> Refusal {
    Refusal(path, "\(what), but run.c computes with \(expected): run reads this file as it is")
  }
  let plain = Config(
    dim: c.dim, hiddenDim: c.hiddenDim, nLayers: c.nLayers, nHeads: c.nHeads,
    nKVHeads: c.nKVHeads, vocabSize: c.vocabSize, seqLen: c.seqLen)
  guard c.headSize == plain.headSize else {
    throw refusal("its llama.attention.key_length is \(c.headSize)", "\(c.dim) / \(c.nHeads)")
  }
  for (field, found, expected) in [
    ("attention.layer_norm_rms_epsilon", c.normEpsilon, plain.normEpsilon),
    ("rope.freq_base", c.rope.base, plain.rope.base),
    ("rope.dimension_count", Float(c.rope.size), Float(plain.rope.size)),
    ("rope.scaling.factor", c.rope.positionScale, plain.rope.positionScale),
  ] where found != expected {
    throw refusal("its llama.\(field) is \(found)", "\(expected)")
  }
  guard weights.ropeFactors == nil else { throw refusal("it has a tensor rope_freqs", "none") }
  let hasBias = weights.layers.contains { layer in
    [layer.wq, layer.wk, layer.wv, layer.wo, layer.w1, layer.w2, layer.w3].contains {
      $0.bias != nil
    }
  }
  guard !hasBias && c == plain else { throw refusal("it has biases or other steps", "none") }
}

/// The weights of a model, which lie in a file of another layout, by llama2.c's kinds.
private func views(_ w: Weights, _ c: Config) -> [Llama2C.Tensor: [Matrix]] {
  func norm(_ norm: Norm) -> Matrix {
    Matrix(rows: 1, columns: c.dim, values: UnsafeRawPointer(norm.weight), format: .float32)
  }
  var views: [Llama2C.Tensor: [Matrix]] = [
    .tokenEmbedding: [w.tokenEmbedding], .finalNorm: [norm(w.finalNorm)],
    .attentionNorm: w.layers.map { norm($0.attentionNorm) },
    .ffnNorm: w.layers.map { norm($0.ffnNorm) },
    .wq: w.layers.map(\.wq.weight), .wk: w.layers.map(\.wk.weight),
    .wv: w.layers.map(\.wv.weight), .wo: w.layers.map(\.wo.weight),
    .w1: w.layers.map(\.w1.weight), .w2: w.layers.map(\.w2.weight),
    .w3: w.layers.map(\.w3.weight),
  ]
  if w.classifier.weight.values != w.tokenEmbedding.values {
    views[.classifier] = [w.classifier.weight]
  }
  return views
}

/// The SentencePiece vocabulary of a GGUF; run.c encodes with no other kind.
private func readVocabulary(_ gguf: GGUF) throws -> Vocabulary {
  let path = gguf.file.path
  let kind = try gguf.string("tokenizer.ggml.model") ?? ""
  guard kind == "llama" else {
    throw Refusal(
      path,
      "its tokenizer.ggml.model is \(quoted(kind)), expected \"llama\", which run.c encodes with:"
        + " run reads this file as it is")
  }
  guard let tokens = try gguf.strings("tokenizer.ggml.tokens"),
    var scores = try gguf.floats("tokenizer.ggml.scores"), scores.count == tokens.count,
    scores.allSatisfy(\.isFinite)
  else { throw Refusal(path, "its vocabulary lacks a score for each token") }
  let types = try gguf.integers("tokenizer.ggml.token_type") ?? []
  // Control and user-defined tokens, which no text is merged to.
  for (id, type) in types.enumerated().prefix(scores.count) where type == 3 || type == 4 {
    scores[id] = Vocabulary.neverMerged
  }
  var vocabulary = try Vocabulary(
    path: path, kind: "a SentencePiece vocabulary", texts: tokens.map { Text(Array($0)) },
    scores: scores, bos: "<s>", eos: "</s>")
  if try gguf.bool("tokenizer.ggml.add_space_prefix") == false {
    vocabulary.notes.append("it puts no space before a text, where run.c puts one")
  }
  return vocabulary
}
