import Console
import Llama2

/// Prints what a source holds, whether it can be run, and if not why. Returns whether `run` can run it,
/// as it is or exported, or `export` can export it.
func inspect(_ path: String) throws -> Bool {
  if try isVocabulary(path) { return try inspectVocabulary(path) }
  if !isDirectory(path), let found = try inspectTokenizerBin(MappedFile(path: path)) {
    return found
  }
  let source = try Source(path)
  if let file = source.files.first, GGUF.isGGUF(file) { return try inspectGGUF(file) }
  try Output.line(
    "\(path): \(source.kind), \(megabytes(source.files.reduce(0) { $0 + $1.bytes.count }))")
  for (name, value) in source.settings { try Output.line("  \(quotedIfNeeded(name)): \(value)") }
  try Output.line("\(source.tensors.count) tensors")
  for (name, type, shape) in source.tensors {
    try Output.line("  \(quotedIfNeeded(name))  \(shape)  \(type)")
  }
  let model: Model
  do { model = try source.model(nil) } catch {
    try Output.line("cannot be run: \(error)")
    return false
  }
  try Output.line(
    "\(model.parameterCount) parameters, classifier \(model.hasOutput ? "of its own" : "tied")")
  let isGGUF = try printVerdict("be exported to a .gguf") {
    _ = try source.gguf(nil, source.ownType)
  }
  let isBin = try printVerdict("be exported to a .bin") {
    let model = try (source.llama2C ?? source.model)(nil)
    let vocabulary = try source.findVocabulary()
    _ = try vocabulary?.entries(vocabSize: model.config.vocabSize)
    if let vocabulary { try Output.line("vocabulary: \(vocabulary.path)") }
  }
  // run reads llama2.c's files as they are.
  let isRead = source.files.first.map { (try? Llama2C($0)) != nil } ?? false
  let verdict = isRead ? "can be run" : "can be exported"
  try Output.line(isGGUF || isBin ? verdict : "cannot be run: it cannot be exported")
  return isGGUF || isBin
}

/// Prints whether something can be done with a source, and if not why; returns whether it can.
@discardableResult
func printVerdict(_ what: String, _ check: () throws -> Void) throws -> Bool {
  var problem: Error?
  do { try check() } catch { problem = error }
  try Output.line(problem.map { "cannot \(what): \($0)" } ?? "can " + what)
  return problem == nil
}

private func inspectVocabulary(_ path: String) throws -> Bool {
  let vocabulary = try readVocabulary(path)
  let entries = try vocabulary.entries(vocabSize: nil)
  try Output.line(
    "\(path): \(vocabulary.kind), \(entries.count) tokens, \(vocabulary.added.count) of them added")
  for text in vocabulary.notes { try Output.line("note: \(text)") }
  try Output.line("can be exported to a tokenizer.bin")
  return true
}

/// nil: the file is not one.
private func inspectTokenizerBin(_ file: MappedFile) throws -> Bool? {
  guard let vocabulary = try? Llama2.Vocabulary(tokenizerBin: file) else { return nil }
  try Output.line(
    "\(file.path): a vocabulary of llama2.c (tokenizer.bin), \(vocabulary.count) tokens")
  try Output.line("cannot be run: it holds only a vocabulary, which run reads beside a checkpoint")
  return false
}
