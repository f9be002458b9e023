import Console
import Llama2

/// Writes the model of a source in the format that the target's name asks for. Nothing is written
/// before everything is known to be right.
func exportModel(_ options: Options) throws {
  let source = try Source(options.source)
  try options.writesGGUF ? exportGGUF(source, options) : exportLlama2C(source, options)
}

// MARK: - llama2.c's formats

/// Writes a checkpoint and, where the source has a vocabulary, tokenizer.bin beside it.
private func exportLlama2C(_ source: Source, _ options: Options) throws {
  let model = try (source.llama2C ?? source.model)(options.seqLen)
  let vocabulary = try source.findVocabulary()
  let entries = try vocabulary?.entries(vocabSize: model.config.vocabSize)

  let sources = source.allPaths
  let target = try checkedTarget(options.target, force: options.force, sources: sources)
  let vocabularyPath = folder(of: options.target) + "tokenizer.bin"
  var files: [TargetFile] = []
  if let entries {
    guard target != vocabularyPath else {
      throw Refusal(target, "is where the vocabulary goes: name the checkpoint otherwise")
    }
    files += try writeVocabulary(
      entries, to: vocabularyPath, force: options.force, sources: sources)
  }

  let layout = Llama2C(
    model.config, version: options.version ?? 0,
    groupSize: try fittingGroupSize(options, model.config),
    sharedClassifier: !model.hasOutput)
  guard let size = Int(exactly: layout.fileSize) else {
    throw Refusal(source.path, "would become larger than any file can be")
  }
  let file = try TargetFile(target, size: size)
  let report = try Writer.write(source, to: file, size: size) { try $0.write(model, layout) }
  try TargetFile.commit(files + [file])
  let weights = layout.groupSize > 0 ? "int8 in groups of \(layout.groupSize)" : "fp32"
  try describe(source, options, "v\(layout.version)", model, weights, report)
  try describeGroups(layout, options)
  if let vocabulary, let entries { try describe(vocabulary, entries, vocabularyPath) }
  if vocabulary == nil, source.vocabularyFolder != nil {
    try Output.line("no tokenizer.bin: the folder holds neither tokenizer.model nor tokenizer.json")
  }
}

/// The group size of int8 weights, 0 for other formats. Throws where it would be 1: with a scale for
/// each, they would be larger than in fp32.
private func fittingGroupSize(_ options: Options, _ config: Config) throws -> Int {
  guard options.version == 2 else { return 0 }
  let wanted = options.groupSize ?? 64
  let fitting = Llama2C.fittingGroupSize(wanted, config)
  if fitting > 1 { return fitting }
  let sizes = (2...max(2, wanted, 64)).filter {
    config.dim % $0 == 0 && config.hiddenDim % $0 == 0
  }
  throw Refusal(
    "--group-size \(wanted)",
    "of it and its halves only 1 divides dim \(config.dim) and hidden_dim \(config.hiddenDim), and int8"
      + " in groups of 1 is larger than fp32: "
      + (sizes.last.map { "--group-size \($0) fits" } ?? "expected --version 0 or 1"))
}

/// Writes a vocabulary alone.
func exportVocabulary(_ options: Options) throws {
  guard !options.writesGGUF else {
    throw Refusal(
      options.source, "a vocabulary alone becomes a tokenizer.bin: a .gguf is written of its folder"
    )
  }
  let vocabulary = try readVocabulary(options.source)
  let entries = try vocabulary.entries(vocabSize: nil)
  let files = try writeVocabulary(
    entries, to: options.target, force: options.force, sources: [options.source])
  try TargetFile.commit(files)
  try describe(vocabulary, entries, options.target)
}

/// The file to commit, or none where the very same stands there already.
private func writeVocabulary(
  _ entries: [Vocabulary.Piece], to path: String, force: Bool, sources: [String]
) throws -> [TargetFile] {
  let bytes = binaryVocabulary(entries)
  if let existing = try? MappedFile(path: path), existing.bytes.count == bytes.count,
    existing.starts(with: bytes)
  {
    return []
  }
  let target = try checkedTarget(path, force: force, sources: sources)
  let file = try TargetFile(target, size: bytes.count)
  try bytes.withUnsafeBytes(file.write)
  return [file]
}

// MARK: - GGUF

/// Writes a GGUF file, which holds its vocabulary.
private func exportGGUF(_ source: Source, _ options: Options) throws {
  let type = options.type ?? source.ownType
  let (model, metadata, notes) = try source.gguf(options.seqLen, type)
  let target = try checkedTarget(options.target, force: options.force, sources: source.allPaths)
  let gguf = try GGUFFile(
    model.tensors.map { ($0.name, $0.tensor.shape) }, metadata, type, path: source.path)
  let file = try TargetFile(target, size: gguf.size)
  let report = try Writer.write(source, to: file, size: gguf.size) { try $0.write(model, gguf) }
  try TargetFile.commit([file])
  try describe(
    source, options, "GGUF, \(model.architecture)", model, type.rawValue.uppercased(),
    report)
  for note in notes { Output.note("export: \(note)") }
}

extension Source {
  /// The model and all that a GGUF file says of it; throws what keeps one from being written.
  func gguf(_ seqLen: Int?, _ type: WeightType) throws
    -> (model: Model, metadata: GGUFMetadata, notes: [String])
  {
    guard let metadata else {
      throw Refusal(
        path,
        "is \(kind), but a .gguf is written of a folder of Hugging Face or Meta: run reads a .bin and"
          + " a .gguf as they are")
    }
    let model = try model(seqLen)
    let (general, vocabulary, notes) = try metadata(model)
    var all = GGUFMetadata(
      architecture: model.architecture.rawValue, model.config, slidingWindow: model.slidingWindow,
      type, general: general)
    all.append(vocabulary)
    return (model, all, notes + (model.noteOnLlamaCpp.map { [$0] } ?? []))
  }
}

// MARK: - Report

/// - Parameters:
///   - format: as "v2".
///   - weights: as "fp32".
private func describe(
  _ source: Source, _ options: Options, _ format: String, _ model: Model, _ weights: String,
  _ report: Report
) throws {
  let sourceSize = source.files.reduce(0) { $0 + $1.bytes.count }
  try Output.line("\(source.path): \(source.kind), \(megabytes(sourceSize))")
  try Output.line(
    "\(options.target): \(format), \(model.parameterCount) parameters as \(weights),"
      + " \(megabytes(report.size))")
  if let (error, tensor) = report.worstError {
    try Output.line("largest rounding error \(error), in \(tensor)")
  }
  if let tensor = report.damagedTensor {
    Output.note(
      "export: \(source.path): \(tensor) holds weights that are NaN or infinite: it is damaged")
  }
}

/// Says where the groups had to be smaller than was asked for.
private func describeGroups(_ layout: Llama2C, _ options: Options) throws {
  let wanted = options.groupSize ?? 64
  guard layout.groupSize > 0 && layout.groupSize != wanted else { return }
  try Output.line(
    "groups of \(layout.groupSize): \(wanted) does not divide both dim \(layout.config.dim) and"
      + " hidden_dim \(layout.config.hiddenDim)")
}

private func describe(_ vocabulary: Vocabulary, _ entries: [Vocabulary.Piece], _ target: String)
  throws
{
  try Output.line("\(target): \(entries.count) tokens of \(vocabulary.path)")
  for text in vocabulary.notes { Output.note("export: \(vocabulary.path): \(text)") }
}
