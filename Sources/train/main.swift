import Console

runProgram(
  "train",
  usage: """
    usage: train TEXT... --vocab-size N --out FILE

    Learns a vocabulary of N tokens from text files, and writes it as a tokenizer.bin.
    Documents are separated by a blank line, or by <|endoftext|> where a file has that.

    """
) { arguments in
  var arguments = arguments
  var (texts, size, target) = ([String](), 4096, "tokenizer.bin")
  while let argument = try arguments.next() {
    switch argument {
    case "--vocab-size": size = try arguments.integer(in: 1...1 << 24)
    case "--out": target = try arguments.text()
    case _ where !argument.hasPrefix("-"): texts.append(argument)
    default: throw arguments.unexpected
    }
  }
  let documents = try readDocuments(texts)
  let pieces = try trainBytePairs(documents.flatMap(\.texts), size: size)
  let bytes = binaryVocabulary(pieces)
  let file = try TargetFile(
    try checkedTarget(target, force: false, sources: texts), size: bytes.count)
  try bytes.withUnsafeBytes(file.write)
  try TargetFile.commit([file])
}
