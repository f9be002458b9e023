import Console
import Llama2

/// Prints what a source holds, whether it can be run, and if not why.
func inspect(_ path: String) throws {
  if try isVocabulary(path) {
    try inspectVocabulary(path)
    return
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
    return try Output.line("cannot be run: \(error)")
  }
  try Output.line(
    "\(model.parameterCount) parameters, classifier \(model.hasOutput ? "of its own" : "tied")")
  try printVerdict("be exported to a .gguf") { _ = try source.gguf(nil, source.ownType) }
  try printVerdict("be exported to a .bin") {
    let model = try (source.llama2C ?? source.model)(nil)
    let vocabulary = try source.findVocabulary()
    _ = try vocabulary?.entries(vocabSize: model.config.vocabSize)
    if let vocabulary { try Output.line("vocabulary: \(vocabulary.path)") }
  }
  try Output.line("can be run")
}

func printVerdict(_ what: String, _ check: () throws -> Void) throws {
  var verdict = "can " + what
  do { try check() } catch { verdict = "cannot \(what): \(error)" }
  try Output.line(verdict)
}

private func inspectVocabulary(_ path: String) throws {
  let vocabulary = try readVocabulary(path)
  let entries = try vocabulary.entries(vocabSize: nil)
  try Output.line(
    "\(path): \(vocabulary.kind), \(entries.count) tokens, \(vocabulary.added.count) of them added")
  for text in vocabulary.notes { try Output.line("note: \(text)") }
  try Output.line("can be run")
}

/// The name of a tensor or a setting: as it is if it is plain ASCII, as all that are known are.
func quotedIfNeeded(_ name: String) -> String {
  name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? name : quoted(name)
}
