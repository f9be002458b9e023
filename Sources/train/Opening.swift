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
/// everything is known to be right. Makes the folder of the model if it is missing, and removes it again if anything is
/// wrong.
func openTraining(_ options: Options) throws -> Trainer {
  let folder = folder(of: options.out)
  let isNew = !folder.isEmpty && mkdir(folder, 0o777) == 0
  guard isNew || folder.isEmpty || errno == EEXIST else { throw Refusal(folder, systemReason) }
  do {
    return try checkedTraining(options)
  } catch {
    if isNew { rmdir(folder) }
    throw error
  }
}

/// The same in a folder that exists.
private func checkedTraining(_ options: Options) throws -> Trainer {
  let documents = try readDocuments(options.texts)
  let paths = try checkOutputPaths(options)
  let start = try openStart(options)
  let settings = start.settings(options)
  // The size of the vocabulary, which is not known yet, does not matter here.
  if let problem = settings.config(vocabSize: 1).problem {
    throw Refusal("this shape cannot be run", problem)
  }
  let (tokenizer, newVocabulary) = try openVocabulary(
    options, documents, vocabSize: start.vocabSize)
  let config = settings.config(vocabSize: tokenizer.vocabSize)
  let layout = ParameterLayout(config, isTied: start.isTied)
  try settings.check(layout)
  let threads = Threads(count: options.threads)
  let corpora = try corpora(documents, tokenizer, seqLen: settings.seqLen, threads)
  let fingerprint = corpora.learned.fingerprint ^ corpora.heldOut.fingerprint
  if let state = start.state, state.fingerprint != fingerprint {
    throw Refusal("--resume", "the texts, or their vocabulary, are not those of \(state.path)")
  }

  let activations = try TrainingActivations(
    config, windows: settings.batch, threads: options.threads)
  try describe(layout, documents, corpora, options.vocabulary)
  try checkMemory(
    model: TrainedModel.size(layout, rank: settings.lora), activations: activations.size, settings)
  let model = try TrainedModel(layout, rank: settings.lora)
  let progress = try start.read(into: model, seed: settings.seed)
  let network = Network(
    layout, weights: model.weights, gradients: model.gradients, activations, threads)
  let request = documents.lazy.compactMap(\.request).first
  return Trainer(
    options, settings, model, network, corpora, fingerprint: fingerprint, paths: paths,
    newVocabulary: newVocabulary,
    prompt: request.map { text(of: chatTurn($0)) } ?? "",
    progress: progress)
}

// MARK: - Files

/// The paths that a training writes: behind symbolic links, the files they name.
struct OutputPaths {
  let model, state, picture: String
}

/// Throws if one exists that must not be replaced.
private func checkOutputPaths(_ options: Options) throws -> OutputPaths {
  func target(_ path: String) throws -> String {
    try checkedTarget(
      path, force: options.force || options.resumes,
      sources: options.texts + [options.from, options.tokenizer].compactMap(\.self))
  }
  return OutputPaths(
    model: try target(options.out), state: try target(options.beside(".state")),
    picture: try target(options.beside(".svg")))
}

/// Where a training goes on from: a state, a checkpoint or, without either, random weights.
private struct Start {
  var stateFile: MappedFile?
  var state: StateFile?
  var checkpoint: Checkpoint?

  var vocabSize: Int? { state?.vocabSize ?? checkpoint?.config.vocabSize }

  var isTied: Bool {
    if let state { return state.isTied }
    guard let checkpoint, case .llama2C(let header) = checkpoint.container else { return true }
    return header.sharedClassifier
  }

  func settings(_ options: Options) -> Settings {
    state?.settings ?? checkpoint.map { options.settings(from: $0.config) } ?? options.settings
  }

  /// Sets the weights of a model, and returns how far its training has come.
  func read(into model: TrainedModel, seed: Int) throws -> Progress {
    if let stateFile, var state {
      try state.read(stateFile, into: model)
      return state.progress
    }
    try checkpoint.map(model.read)
    model.setInitial(seed: seed, keepsWeights: checkpoint != nil)
    return Progress()
  }
}

private func openStart(_ options: Options) throws -> Start {
  guard options.resumes else { return Start(checkpoint: try options.from.map(openCheckpoint)) }
  let path = options.beside(".state")
  guard access(path, F_OK) == 0 else {
    throw Refusal(
      path,
      "\(systemReason): there is no training of \(options.out) to go on with; without --resume one begins"
    )
  }
  let file = try MappedFile(path: path)
  let state = try StateFile(file)
  try options.check(against: state)
  return Start(stateFile: file, state: state)
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

/// Takes or learns the vocabulary. Where it is not beside the model yet, returns a file to commit together
/// with the first model: until then one that is there keeps its own vocabulary.
private func openVocabulary(_ options: Options, _ documents: [Document], vocabSize: Int?) throws
  -> (Tokenizer, TargetFile?)
{
  let target = options.vocabulary
  func tokenizer(_ path: String) throws -> Tokenizer {
    let file = try MappedFile(path: path)
    return Tokenizer(try Vocabulary(tokenizerBin: file, vocabSize: vocabSize))
  }
  if options.resumes {
    if let given = options.tokenizer, try contents(given) != contents(target) {
      throw Refusal(given, "is not \(target), the vocabulary that the training began with")
    }
    return (try tokenizer(target), nil)
  }
  let bytes: [UInt8]
  if let given = try options.tokenizer ?? options.from.map(Llama.vocabulary(beside:)) {
    _ = try tokenizer(given)
    bytes = try contents(given)
  } else {
    Output.showProgress("learning the vocabulary")
    bytes = binaryVocabulary(
      try trainBytePairs(
        documents.flatMap(\.texts), size: options.vocabSize))
    Output.showProgress("")
  }
  if (try? contents(target)) == bytes { return (try tokenizer(target), nil) }
  let path = try checkedTarget(
    target, force: options.force, sources: options.texts,
    advice: "a model may need it, so --out with another folder keeps both, -z takes it as it is,"
      + " --force replaces it")
  let file = try TargetFile(path, size: bytes.count)
  try bytes.withUnsafeBytes(file.write)
  try file.flush()
  return (try tokenizer(file.temporaryPath), file)
}

private func contents(_ path: String) throws -> [UInt8] {
  let file = try MappedFile(path: path)
  return withExtendedLifetime(file) { Array(file.bytes) }
}

// MARK: - What is said first

private func describe(
  _ layout: ParameterLayout, _ documents: [Document], _ corpora: (learned: Corpus, heldOut: Corpus),
  _ vocabulary: String
) throws {
  let (c, texts) = (layout.config, documents.filter { !$0.continuesChat })
  let chats = texts.count { $0.request != nil }
  try Output.line(
    "model: \(layout.count) parameters; dim \(c.dim), hidden \(c.hiddenDim), \(c.nLayers) layers,"
      + " \(c.nHeads) heads, \(c.nKVHeads) kv heads, context \(c.seqLen); \(vocabulary) has"
      + " \(c.vocabSize) tokens")
  try Output.line(
    "text: \(texts.count) documents, of them \(chats) chats, \(corpora.learned.tokenCount) tokens in"
      + " \(corpora.learned.windows.count) windows, and \(corpora.heldOut.windows.count) held-out"
      + " windows")
  if let mixed = documents.first(where: \.isMixed) {
    let count = documents.count(where: \.isMixed)
    Output.note(
      "train: \(count) of the documents \(count == 1 ? "has" : "have") lines of a request, a tab and an answer,"
        + " and others, as the one that begins with \(quoted(String(mixed.text.prefix(40)))): it is learned as a"
        + " text, as a chat has such lines alone")
  }
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
