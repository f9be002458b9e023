import Console
import Llama2

/// Writes the checkpoint of a model and, where its folder holds a vocabulary, tokenizer.bin beside
/// it. Nothing is written before everything is known to be right.
func exportModel(_ options: Options) throws {
  let source = try Source(options.source)
  let model = try source.model(options.seqLen)
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
    model.config, version: options.version,
    groupSize: Llama2C.fittingGroupSize(options.groupSize, model.config),
    sharedClassifier: model.sharedClassifier)
  guard let size = Int(exactly: layout.fileSize) else {
    throw Refusal(source.path, "would become larger than any file can be")
  }
  files.append(try TargetFile(target, size: size))
  var writer = Writer(model, layout, to: files.last!, size: size, releasePages: source.releasePages)
  try writer.write()
  try TargetFile.commit(files)
  try describe(source, model, layout, writer.report, options)
  if let vocabulary, let entries { try describe(vocabulary, entries, vocabularyPath) }
  if vocabulary == nil, source.vocabularyFolder != nil {
    try Output.line("no tokenizer.bin: the folder holds neither tokenizer.model nor tokenizer.json")
  }
}

/// Writes a vocabulary alone.
func exportVocabulary(_ options: Options) throws {
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
  if let existing = try? MappedFile(path: path), existing.bytes.elementsEqual(bytes) { return [] }
  let target = try checkedTarget(path, force: force, sources: sources)
  let file = try TargetFile(target, size: bytes.count)
  try bytes.withUnsafeBytes(file.write)
  return [file]
}

// MARK: - Report

private func describe(
  _ source: Source, _ model: Model, _ layout: Llama2C, _ report: Report, _ options: Options
) throws {
  let sourceSize = source.files.reduce(0) { $0 + $1.bytes.count }
  let weights = layout.groupSize > 0 ? "int8 in groups of \(layout.groupSize)" : "fp32"
  try Output.line("\(source.path): \(source.kind), \(megabytes(sourceSize))")
  try Output.line(
    "\(options.target): v\(options.version), \(model.parameterCount) parameters as \(weights),"
      + " \(megabytes(report.size))")
  if layout.groupSize > 0 && layout.groupSize != options.groupSize {
    let c = model.config
    try Output.line(
      "groups of \(layout.groupSize): \(options.groupSize) does not divide both dim \(c.dim) and"
        + " hidden_dim \(c.hiddenDim)")
  }
  if let (error, tensor) = report.worstError {
    try Output.line("largest rounding error \(error), in \(tensor)")
  }
  if let tensor = report.damagedTensor {
    Output.note(
      "export: \(source.path): \(tensor) holds weights that are NaN or infinite: it is damaged")
  }
}

private func describe(_ vocabulary: Vocabulary, _ entries: [Vocabulary.Piece], _ target: String)
  throws
{
  try Output.line("\(target): \(entries.count) tokens of \(vocabulary.path)")
  for text in vocabulary.notes { Output.note("export: \(vocabulary.path): \(text)") }
}
