import Console
import Llama2

/// A GGUF whose settings llama2.c's files can express.
func openGGUF(_ file: MappedFile) throws -> Source {
  let gguf = try GGUF(file)
  var source = Source(
    kind: (gguf.tensors.isEmpty ? "only a vocabulary, in " : "")
      + "a GGUF file of version \(gguf.version)", path: file.path,
    settings: gguf.metadata.map { (name: $0.key, value: $0.value) },
    tensors: gguf.tensors.map { ($0.name, $0.type.name, $0.shape.reversed()) }, files: [file]
  ) { seqLen in
    let checkpoint = try Checkpoint(path: file.path)
    let weights = checkpoint.weights
    try requirePlainLlama2(checkpoint.config, weights, gguf)
    let config = checkpoint.config
    return try Model(config, views: views(weights, config), owner: checkpoint)
      .with(seqLen: seqLen, path: file.path)
  }
  source.vocabulary = { try readVocabulary(gguf) }
  return source
}

// MARK: - Inspection

/// Prints whether `run` reads a GGUF, whether it can be exported, and what it holds. Returns whether it
/// can be run.
func inspectGGUF(_ file: MappedFile) throws -> Bool {
  let gguf = try GGUF(file)
  let source = try openGGUF(file)
  var llama: Llama?
  try printVerdict("be run") { llama = try Llama(checkpoint: file.path, threads: 1) }
  try printVerdict("be exported") {
    let model = try source.model(nil)
    _ = try source.findVocabulary()?.entries(vocabSize: model.config.vocabSize)
  }
  for note in llama?.notes ?? [] { try Output.line("note: \(note)") }
  try Output.line("\(file.path): \(source.kind), \(megabytes(file.bytes.count))")
  for (name, value) in source.settings { try Output.line("  \(quotedIfNeeded(name)): \(value)") }
  try printTensors(source, gguf)
  try printVocabulary(gguf)
  try Output.line("chat template: \(templateName(gguf))")
  return llama != nil
}

private func printTensors(_ source: Source, _ gguf: GGUF) throws {
  try Output.line("\(gguf.tensors.count) tensors")
  let types = Dictionary(grouping: gguf.tensors, by: \.type.name)
  for (type, tensors) in types.sorted(by: { $0.key < $1.key }) {
    let size = tensors.reduce(0) { $0 + $1.data.count }
    try Output.line("  \(type): \(tensors.count), \(megabytes(size))")
  }
  for (name, type, shape) in source.tensors {
    try Output.line("  \(quotedIfNeeded(name))  \(shape)  \(type)")
  }
}

private func printVocabulary(_ gguf: GGUF) throws {
  guard let count = try? gguf.strings("tokenizer.ggml.tokens")?.count,
    let kind = try? gguf.string("tokenizer.ggml.model")
  else { return try Output.line("vocabulary: none") }
  let pretokenizer = (try? gguf.string("tokenizer.ggml.pre")).map { ", " + quotedIfNeeded($0) }
  try Output.line("vocabulary: \(quotedIfNeeded(kind))\(pretokenizer ?? ""), \(count) tokens")
}

private func templateName(_ gguf: GGUF) -> String {
  guard let text = try? gguf.string("tokenizer.chat_template") else { return "none" }
  let template = ChatTemplate(recognising: text, bos: "", eos: "") { _ in true }
  return template?.name ?? "not recognised"
}

// MARK: - What llama2.c's files can say

/// llama2.c's files hold seven numbers; run.c takes the rest to be as in Llama 2.
private func requirePlainLlama2(_ c: Config, _ weights: Weights, _ gguf: GGUF) throws {
  func refusal(_ what: String, _ expected: String) -> Refusal {
    notInRunC(gguf, "\(what), but run.c computes with \(expected)")
  }
  let architecture = try gguf.string("general.architecture") ?? ""
  let plain = Config(
    dim: c.dim, hiddenDim: c.hiddenDim, nLayers: c.nLayers, nHeads: c.nHeads,
    nKVHeads: c.nKVHeads, vocabSize: c.vocabSize, seqLen: c.seqLen)
  guard architecture == "llama", let rope = c.rope, let plainRope = plain.rope else {
    throw refusal("its architecture is \(quoted(architecture))", "\"llama\"")
  }
  guard c.headSize == plain.headSize else {
    throw refusal("its llama.attention.key_length is \(c.headSize)", "\(c.dim) / \(c.nHeads)")
  }
  for (field, found, expected) in [
    ("attention.layer_norm_rms_epsilon", c.normEpsilon, plain.normEpsilon),
    ("rope.freq_base", rope.base, plainRope.base),
    ("rope.dimension_count", Float(rope.size), Float(plainRope.size)),
    ("rope.scaling.factor", rope.positionScale, plainRope.positionScale),
  ] where found != expected {
    throw refusal("its llama.\(field) is \(found)", "\(expected)")
  }
  guard weights.ropeFactors == nil else { throw refusal("it has a tensor rope_freqs", "none") }
  if let bias = gguf.tensors.first(where: { $0.name.hasSuffix(".bias") }) {
    throw refusal("it has a tensor \(bias.name)", "no biases")
  }
  guard c == plain else { throw refusal("its shape is not Llama 2's", "no other") }
}

/// The refusal of a GGUF that `run` may read, but that has what run.c does not.
private func notInRunC(_ gguf: GGUF, _ problem: String) -> Refusal {
  Refusal(gguf.file.path, problem + ": run reads this file as it is")
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
    .w3: w.layers.compactMap(\.w3?.weight),
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
    throw notInRunC(
      gguf,
      "its tokenizer.ggml.model is \(quoted(kind)), expected \"llama\", which run.c encodes with")
  }
  let bos = try gguf.integer("tokenizer.ggml.bos_token_id") ?? 1
  guard bos == 1 else {
    throw notInRunC(
      gguf, "its tokenizer.ggml.bos_token_id is \(bos), but run.c begins a text with token 1")
  }
  // What run refuses is refused here too.
  _ = try Llama2.Vocabulary(gguf)
  guard let tokens = try gguf.strings("tokenizer.ggml.tokens"),
    var scores = try gguf.floats("tokenizer.ggml.scores"), scores.count == tokens.count,
    scores.allSatisfy(\.isFinite)
  else { throw Refusal(path, "its vocabulary lacks a score for each token") }
  let types = try gguf.integers("tokenizer.ggml.token_type") ?? []
  // Control and user-defined tokens behind BOS and EOS, which no text is merged to.
  for (id, type) in types.enumerated().prefix(scores.count) where id > 2 && (type == 3 || type == 4)
  {
    scores[id] = Vocabulary.neverMerged
  }
  var vocabulary = try Vocabulary(
    path: path, kind: "a SentencePiece vocabulary", texts: tokens.map { Text(Array($0)) },
    scores: scores, bos: "<s>", eos: "</s>")
  vocabulary.notes = try differencesOfText(gguf)
  return vocabulary
}

/// Where the text of run.c differs from that of the GGUF itself, a sentence each.
private func differencesOfText(_ gguf: GGUF) throws -> [String] {
  var notes: [String] = []
  if try gguf.bool("tokenizer.ggml.add_space_prefix") == false {
    notes.append("it puts no space before a text, where run.c puts one")
  }
  if try gguf.bool("tokenizer.ggml.add_bos_token") == false {
    notes.append("it puts no BOS before a text, where run.c puts one")
  }
  let eos = try gguf.integer("tokenizer.ggml.eos_token_id") ?? 2
  if eos != 2 { notes.append("its replies end with token \(eos), where run.c's end with 2") }
  return notes
}
