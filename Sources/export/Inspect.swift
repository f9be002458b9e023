import Llama2

/// Prints what a source holds, whether it can be run, and if not why.
func inspect(_ path: String) throws {
  if try isVocabulary(path) {
    try inspectVocabulary(path)
    return
  }
  let source = try Source(path)
  print("\(path): \(source.kind), \(megabytes(source.files.reduce(0) { $0 + $1.bytes.count }))")
  for (name, value) in source.settings { print("  \(name): \(value)") }
  print("\(source.tensors.count) tensors")
  for (name, type, shape) in source.tensors {
    print("  \(quotedIfNeeded(name))  \(shape)  \(type)")
  }
  do {
    let model = try source.model(nil)
    print(
      "\(model.parameterCount) parameters, classifier \(model.output == nil ? "tied" : "of its own")"
    )
    let vocabulary = try source.vocabularyFolder.flatMap(readVocabulary(folder:))
    _ = try vocabulary?.entries(vocabSize: model.config.vocabSize)
    if let vocabulary { print("vocabulary: \(vocabulary.path)") }
    print("can be run")
  } catch {
    print("cannot be run: \(error)")
  }
}

private func inspectVocabulary(_ path: String) throws {
  let vocabulary = try readVocabulary(path)
  let entries = try vocabulary.entries(vocabSize: nil)
  print(
    "\(path): \(vocabulary.kind), \(entries.count) tokens, \(vocabulary.added.count) of them added")
  for text in vocabulary.notes { print("note: \(text)") }
  print("can be run")
}

/// Names are plain, unless somebody means to upset the terminal.
private func quotedIfNeeded(_ name: String) -> String {
  name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? name : quoted(name)
}
