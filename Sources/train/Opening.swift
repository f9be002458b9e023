import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads the texts, the vocabulary and the weights, and says what is to be trained. No step is taken before
/// everything is known to be right.
func open(_ options: Options) throws -> Trainer {
  let documents = try readDocuments(options.texts)
  try checkTargets(options)
  let stateFile = options.resumes ? try MappedFile(path: options.beside(".state")) : nil
  var state = try stateFile.map { try StateFile($0) }
  if let state { try options.check(against: state) }
  let checkpoint = state == nil ? try options.from.map(openCheckpoint) : nil
  let (tokenizer, vocabulary) = try openVocabulary(
    options, documents, vocabSize: state?.vocabSize ?? checkpoint?.config.vocabSize)

  let settings =
    state?.settings ?? checkpoint.map { options.settings(from: $0.config) }
    ?? options.settings
  let config = settings.config(vocabSize: tokenizer.vocabSize)
  if let problem = config.problem { throw Refusal("this shape cannot be run", problem) }
  let isTied = state?.isTied ?? checkpoint.map(isTied) ?? true
  let layout = ParameterLayout(config, isTied: isTied)
  let threads = Threads(count: options.threads)
  let corpora = try corpora(documents, tokenizer, seqLen: settings.seqLen, threads)
  let fingerprint = corpora.learned.fingerprint ^ corpora.heldOut.fingerprint
  if let state, state.fingerprint != fingerprint {
    throw Refusal("--resume", "the texts, or their vocabulary, are not those of \(state.path)")
  }

  let activations = try Activations(config, windows: settings.batch, threads: options.threads)
  try describe(layout, documents.count, corpora, vocabulary)
  try checkMemory(
    model: Model.size(layout, rank: settings.lora), activations: activations.size, settings)
  let model = try Model(layout, rank: settings.lora)
  if let stateFile {
    try state!.read(stateFile, into: model)
  } else {
    try checkpoint.map(model.read)
    model.setInitial(seed: settings.seed, keepsWeights: checkpoint != nil)
  }
  let network = Network(
    layout, weights: model.weights, gradients: model.gradients, activations, threads)
  return Trainer(
    options, settings, model, network, corpora, fingerprint: fingerprint, vocabulary: vocabulary,
    prompt: documents.lazy.compactMap(\.request).first.map { "[INST] \($0) [/INST]" } ?? "",
    progress: state?.progress ?? Progress())
}

// MARK: - Files

/// Makes the folder of the model, if it is missing, and throws where a file is not to be replaced.
private func checkTargets(_ options: Options) throws {
  let folder = folder(of: options.out)
  if !folder.isEmpty, mkdir(folder, 0o777) != 0, errno != EEXIST {
    throw Refusal(folder, systemReason)
  }
  for target in [options.out, options.beside(".state"), options.beside(".svg")] {
    _ = try checkedTarget(
      target, force: options.force || options.resumes,
      sources: options.texts + [options.from, options.tokenizer].compactMap(\.self))
  }
}

/// A checkpoint of llama2.c, which is what a training writes.
private func openCheckpoint(_ path: String) throws -> Checkpoint {
  let checkpoint = try Checkpoint(path: path)
  guard case .llama2C = checkpoint.container else {
    throw Refusal(
      path,
      "is a GGUF file, expected a checkpoint of llama2.c (.bin), which ./export writes of some")
  }
  return checkpoint
}

private func isTied(_ checkpoint: Checkpoint) -> Bool {
  guard case .llama2C(let header) = checkpoint.container else { return true }
  return header.sharedClassifier
}

/// Takes or learns the vocabulary, and has it stand beside the model.
private func openVocabulary(_ options: Options, _ documents: [Document], vocabSize: Int?) throws
  -> (Tokenizer, path: String)
{
  let target = folder(of: options.out) + "tokenizer.bin"
  func tokenizer(_ path: String) throws -> Tokenizer {
    Tokenizer(try Vocabulary(tokenizerBin: MappedFile(path: path), vocabSize: vocabSize))
  }
  if options.resumes { return (try tokenizer(target), target) }
  let bytes: [UInt8]
  if let given = try options.tokenizer ?? options.from.map(Llama.vocabulary(beside:)) {
    _ = try tokenizer(given)
    bytes = try contents(given)
  } else {
    Output.showProgress("learning the vocabulary")
    bytes = binaryVocabulary(
      try trainBytePairs(documents.flatMap(\.texts), size: options.vocabSize ?? 1024))
    Output.showProgress("")
  }
  if (try? contents(target)) != bytes {
    let path = try checkedTarget(target, force: options.force, sources: options.texts)
    let file = try TargetFile(path, size: bytes.count)
    try bytes.withUnsafeBytes(file.write)
    try TargetFile.commit([file])
  }
  return (try tokenizer(target), target)
}

private func contents(_ path: String) throws -> [UInt8] {
  let file = try MappedFile(path: path)
  return withExtendedLifetime(file) { Array(file.bytes) }
}

// MARK: - What is said first

private func describe(
  _ layout: ParameterLayout, _ documents: Int, _ corpora: (learned: Corpus, heldOut: Corpus),
  _ vocabulary: String
) throws {
  let c = layout.config
  try Output.line(
    "model: \(layout.count) parameters; dim \(c.dim), hidden \(c.hiddenDim), \(c.nLayers) layers,"
      + " \(c.nHeads) heads, \(c.nKVHeads) kv heads, context \(c.seqLen); \(vocabulary) has"
      + " \(c.vocabSize) tokens")
  try Output.line(
    "text: \(documents) documents, \(corpora.learned.tokenCount) tokens in"
      + " \(corpora.learned.windows.count) windows, and \(corpora.heldOut.windows.count) held-out"
      + " windows")
}

/// Says how much memory is needed, and throws if there is not so much.
private func checkMemory(model: Int, activations: Int, _ settings: Settings) throws {
  try Output.line(
    "memory: \(megabytes(model)) for weights, gradients and the optimizer, \(megabytes(activations))"
      + " for the activations of \(settings.batch) windows")
  let free = availableMemory()
  if model + activations > free {
    throw Refusal(
      "the training needs \(megabytes(model + activations)), but only \(megabytes(free)) are free: a"
        + " smaller model, --batch or --seq-len needs less")
  }
}

/// Bytes of memory that this process could be given now.
private func availableMemory() -> Int {
  // As "MemAvailable:   20971520 kB" (proc_meminfo(5)); macOS has no such number.
  let name = "MemAvailable:"
  let lines = Linux.contents("/proc/meminfo").split(separator: UInt8(ascii: "\n"))
  let line = lines.first { $0.starts(with: name.utf8) }
  let words = line?.dropFirst(name.utf8.count).split(separator: UInt8(ascii: " "))
  let free = words?.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) }.map { 1024 * $0 }
  return min(free ?? .max, usableMemory())
}
