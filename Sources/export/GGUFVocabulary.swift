import Console
import Llama2

/// tokenizer.* of a model's folder, as llama.cpp's converter writes it (conversion/base.py, gguf-py:
/// SpecialVocab). Each note says in a sentence what is left out or how texts may be encoded otherwise
/// than with the folder. None says that a text is not normalised by NFC, as Qwen's folders do and
/// llama.cpp does not.
///
/// - Parameters:
///   - settings: config.json.
///   - vocabSize: the rows of the token embedding. Ids without a token become unused ones.
func vocabularyMetadata(
  folder: String, architecture: Architecture, settings: Settings, vocabSize: Int
) throws -> (metadata: GGUFMetadata, notes: [String]) {
  let maximum = 1 << 22
  guard (1...maximum).contains(vocabSize) else {
    throw settings.refusal("vocab_size", expected: "1 to \(maximum)")
  }
  let files = try VocabularyFiles(folder, architecture)
  var metadata = GGUFMetadata()
  var notes: [String] = []
  var tokens = TokenTable(count: vocabSize)
  if fileExists(files.path(.sentencePiece)) {
    metadata.append(try sentencePieceModel(files, &tokens, &notes))
  } else if let tokenizer = files.tokenizer, tokenizer.hasByteFallback {
    metadata.append(try sentencePieceJSON(tokenizer, files, &tokens, &notes))
  } else {
    metadata.append(try byteLevel(files, &tokens))
  }
  if tokens.ignoredCount > 0 {
    notes.append(
      "added tokens with ids above \(vocabSize - 1), the last of the model, are left out:"
        + " \(tokens.ignoredCount)")
  }
  if architecture == .llama, let flag = try files.addsPrefixSpace {
    metadata["tokenizer.ggml.add_space_prefix"] = .bool(flag)
  }
  metadata.append(try SpecialTokens(files, settings, vocabSize: vocabSize).metadata)
  addExceptions(architecture, vocabSize, to: &metadata)
  return (metadata, notes)
}

/// Two vocabularies are recognised by their size (conversion/llama.py): Code Llama's has a token
/// that ends an infilling, and SmolLM's puts no BOS before a text. With Llama 3's pre-tokenizer,
/// llama.cpp puts BOS before a text unless the file says no; Hugging Face does not unless
/// the folder says yes.
private func addExceptions(
  _ architecture: Architecture, _ vocabSize: Int, to metadata: inout GGUFMetadata
) {
  switch vocabSize {
  case 32016 where architecture == .llama:
    metadata["tokenizer.ggml.eot_token_id"] = .uint32(32010)
  case 49152 where architecture == .llama:
    metadata["tokenizer.ggml.add_bos_token"] = .bool(false)
  default: break
  }
  let addsBOS = metadata["tokenizer.ggml.add_bos_token"]
  if addsBOS == nil, metadata["tokenizer.ggml.pre"] == .string("llama-bpe") {
    metadata["tokenizer.ggml.add_bos_token"] = .bool(false)
  }
}

// MARK: - Kinds

/// conversion/base.py: _create_vocab_sentencepiece, with two differences: user-defined pieces keep
/// their type, and an id that only tokenizer.json has a token for gets that token.
private func sentencePieceModel(
  _ files: VocabularyFiles, _ tokens: inout TokenTable, _ notes: inout [String]
) throws -> GGUFMetadata {
  let path = files.path(.sentencePiece)
  let model = try SentencePieceModel(path)
  guard model.texts.count <= tokens.count else {
    throw tooMany(model.texts.count, tokens.count, path)
  }
  for (id, text) in model.texts.enumerated() {
    let type = UInt8(exactly: model.types[id]).flatMap(TokenType.init) ?? .normal
    tokens.set(id, type == .userDefined ? text.withSpaces : text, type, score: model.scores[id])
  }
  for token in try files.addedTokensOfFile() {
    try tokens.replace(with: token, files.path(.addedTokens), type: .userDefined)
  }
  for token in try files.addedTokensOfConfig() {
    try tokens.replace(with: token, files.path(.config))
  }
  if let tokenizer = files.tokenizer {
    for token in try tokenizer.addedTokens() where tokens.isPadding(token.id) {
      try tokens.add(token, tokenizer.path)
    }
  }
  if let note = model.normalizerNote { notes.append(note) }
  return try tokens.sentencePieceMetadata(addsSpacePrefix: model.addsSpacePrefix, path)
}

/// gguf-py: LlamaHfVocab, with three differences: scores rank pieces as the merges do, where the
/// converter's are all the same and text is cut otherwise; all special tokens are control tokens;
/// ids without a token are padding.
private func sentencePieceJSON(
  _ tokenizer: TokenizerJSON, _ files: VocabularyFiles, _ tokens: inout TokenTable,
  _ notes: inout [String]
) throws -> GGUFMetadata {
  let pieces = try tokenizer.sentencePieces()
  guard pieces.texts.count <= tokens.count else {
    throw tooMany(pieces.texts.count, tokens.count, tokenizer.path)
  }
  for (id, text) in pieces.texts.enumerated() {
    tokens.set(id, text, text.namedByte == nil ? .normal : .byte, score: pieces.scores[id])
  }
  let ids = Dictionary(uniqueKeysWithValues: zip(pieces.texts, pieces.texts.indices))
  for token in try files.addedTokens(baseCount: ids.count, id: { ids[$0] }) {
    try tokens.add(token, tokenizer.path)
  }
  if let note = pieces.note { notes.append(note) }
  return try tokens.sentencePieceMetadata(
    addsSpacePrefix: tokenizer.addsSpacePrefix, tokenizer.path)
}

/// conversion/base.py: _set_vocab_gpt2.
private func byteLevel(_ files: VocabularyFiles, _ tokens: inout TokenTable) throws -> GGUFMetadata
{
  let source = try ByteLevelSource(files)
  for (text, id) in source.vocabulary {
    guard let id = id.integer, id >= 0 else {
      throw Refusal(
        source.path, "the piece \(quoted(text.description)) has the id \(id), expected 0 or more")
    }
    guard id < tokens.count else {
      throw Refusal(
        source.path,
        "the piece \(quoted(text.description)) has the id \(id), but the model has only"
          + " \(tokens.count) tokens: it is not the model's vocabulary")
    }
    guard tokens.isPadding(id) else {
      throw Refusal(source.path, "two pieces have the id \(id)")
    }
    tokens.set(id, text, .normal)
  }
  let added = try files.addedTokens(baseCount: source.vocabulary.count) {
    source.vocabulary[$0]?.integer
  }
  for token in added { try tokens.add(token, source.path, isByteLevel: true) }
  var metadata = GGUFMetadata()
  metadata["tokenizer.ggml.model"] = .string("gpt2")
  metadata["tokenizer.ggml.pre"] = .string(source.pretokenizer)
  metadata["tokenizer.ggml.tokens"] = .strings(tokens.texts)
  metadata["tokenizer.ggml.token_type"] = .int32s(tokens.types.map { Int($0.rawValue) })
  metadata["tokenizer.ggml.merges"] = .strings(source.merges)
  return metadata
}

private func tooMany(_ found: Int, _ count: Int, _ path: String) -> Refusal {
  Refusal(
    path,
    "has \(found) tokens, but the model has only \(count): it is not the model's vocabulary")
}

// MARK: - Tokens

typealias TokenType = Llama2.Vocabulary.TokenType

/// The tokens of a GGUF by id. What is never set is padding.
struct TokenTable {
  private(set) var texts: [Text]
  private(set) var scores: [Float]
  private(set) var types: [TokenType]
  private var isSet: [Bool]
  /// Added tokens that the model has no embedding of.
  private(set) var ignoredCount = 0

  var count: Int { texts.count }

  init(count: Int) {
    texts = (0..<count).map { Text("[PAD\($0)]") }
    scores = [Float](repeating: -10000, count: count)
    types = [TokenType](repeating: .unused, count: count)
    isSet = [Bool](repeating: false, count: count)
  }

  /// Whether the id is one of the table that has no token.
  func isPadding(_ id: Int) -> Bool { isSet.indices.contains(id) && !isSet[id] }

  mutating func set(_ id: Int, _ text: Text, _ type: TokenType, score: Float = -1000) {
    (texts[id], types[id], scores[id], isSet[id]) = (text, type, score, true)
  }

  /// Sets an added token, unless its id is another token's.
  mutating func add(_ token: AddedToken, _ path: String, isByteLevel: Bool = false) throws {
    if isSet.indices.contains(token.id), isSet[token.id], texts[token.id] != token.text {
      throw Refusal(
        path,
        "the id of the token \(quoted(token.text.description)) is \(token.id), but that is"
          + " \(quoted(texts[token.id].description))")
    }
    try replace(with: token, path, isByteLevel: isByteLevel)
  }

  /// Sets an added token, whether or not its id has a token. Without a `type`, special tokens and
  /// those that look so are control tokens and the others user-defined (conversion/base.py).
  /// llama.cpp looks for added tokens in the text before it maps bytes to characters, so those of a
  /// byte-level vocabulary that Hugging Face does not normalise are mapped back to their bytes.
  mutating func replace(
    with token: AddedToken, _ path: String, type: TokenType? = nil, isByteLevel: Bool = false
  ) throws {
    guard token.id >= 0 else {
      throw Refusal(
        path, "the token \(quoted(token.text.description)) has the impossible id \(token.id)")
    }
    guard token.id < count else {
      ignoredCount += 1
      return
    }
    let text = isByteLevel && !token.isNormalized ? token.text.withoutByteLevel : token.text
    let found = token.isSpecial || text.looksSpecial ? TokenType.control : .userDefined
    set(token.id, found == .userDefined && type == nil ? text.withSpaces : text, type ?? found)
  }

  /// Throws unless there is a token for each byte.
  func sentencePieceMetadata(addsSpacePrefix: Bool, _ path: String) throws -> GGUFMetadata {
    var named: Set<UInt8> = []
    for id in 0..<count where types[id] == .byte {
      guard let byte = texts[id].namedByte else {
        throw Refusal(
          path,
          "the token \(id), \(quoted(texts[id].description)), is said to be a byte, expected a name"
            + " such as <0x0A>")
      }
      named.insert(byte)
    }
    guard named.count == 256 else {
      throw Refusal(
        path,
        "has tokens for \(named.count) bytes, expected all 256, which run needs for characters"
          + " without a piece")
    }
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("llama")
    metadata["tokenizer.ggml.pre"] = .string("default")
    metadata["tokenizer.ggml.tokens"] = .strings(texts)
    metadata["tokenizer.ggml.scores"] = .float32s(scores)
    metadata["tokenizer.ggml.token_type"] = .int32s(types.map { Int($0.rawValue) })
    if !addsSpacePrefix { metadata["tokenizer.ggml.add_space_prefix"] = .bool(false) }
    return metadata
  }
}

extension Text {
  /// Each ▁ (U+2581) as a space.
  fileprivate var withSpaces: Text { Text(spaced(bytes)) }

  /// The byte whose token it names, as <0x0A>.
  fileprivate var namedByte: UInt8? {
    bytes.withUnsafeBytes { Llama2.Vocabulary.byte(named: $0) }
  }

  /// Whether it is a control token by its looks (conversion/base.py: does_token_look_special).
  fileprivate var looksSpecial: Bool {
    func stands(between first: String, _ last: String) -> Bool {
      bytes.starts(with: first.utf8) && bytes.reversed().starts(with: last.utf8.reversed())
    }
    return ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains(self)
      || stands(between: "<|", "|>") || stands(between: "<｜", "｜>")
      || stands(between: "<unused", ">")
  }

  /// The text of the bytes that a piece's characters stand for, if all of them stand for one.
  fileprivate var withoutByteLevel: Text {
    var length = 0
    let decoded = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      bytes.withUnsafeBytes {
        let (decoded, end) = Llama2.Vocabulary.decodeByteLevel(
          $0, to: UnsafeMutableRawBufferPointer(buffer))
        (count, length) = (decoded, end)
      }
    }
    guard length == bytes.count else { return self }
    return Text(String(decoding: decoded, as: UTF8.self))
  }
}
