import Console
import Llama2

/// The files of a model's folder that make its vocabulary.
struct VocabularyFiles {
  let folder: String
  let architecture: String
  /// tokenizer.json
  let tokenizer: TokenizerJSON?
  /// tokenizer_config.json
  let config: JSON?
  let configPath: String

  init(_ folder: String, _ architecture: String) throws {
    (self.folder, self.architecture) = (folder, architecture)
    let path = folder + "/tokenizer.json"
    tokenizer = fileExists(path) ? try TokenizerJSON(path) : nil
    configPath = folder + "/tokenizer_config.json"
    config = try Self.object(configPath)
  }

  /// The object in a file, if the file is there.
  private static func object(_ path: String) throws -> JSON? {
    guard fileExists(path) else { return nil }
    let json = try JSON.parse(file: path)
    guard json.object != nil else { throw Refusal(path, "expected a JSON object") }
    return json
  }

  /// tokenizer_config.json's `add_prefix_space`, if it is there.
  var addsPrefixSpace: Bool? {
    get throws {
      guard let value = config?["add_prefix_space"] else { return nil }
      guard let flag = value.bool else {
        throw Refusal(configPath, "add_prefix_space is \(value), expected true or false")
      }
      return flag
    }
  }

  // MARK: - Added tokens

  /// added_tokens.json by id, an object of ids by text. Those that the config names are special.
  func addedTokensFile() throws -> [AddedToken] {
    let path = folder + "/added_tokens.json"
    let special = Set(try namedTokens())
    return try (Self.object(path)?.object ?? [:]).map { text, id in
      guard let id = id.integer else {
        throw Refusal(path, "the token \(quoted(text.description)) has no id")
      }
      return AddedToken(text, id: id, isSpecial: special.contains(text))
    }.sorted { $0.id < $1.id }
  }

  /// tokenizer_config.json's `added_tokens_decoder` by id, an object of tokens by id.
  func addedTokensOfConfig() throws -> [AddedToken] {
    try (config?["added_tokens_decoder"]?.object ?? [:]).map { key, token in
      guard let id = Int(key.description), let token = AddedToken(token, id: id) else {
        throw Refusal(
          configPath,
          "added_tokens_decoder has \(quoted(key.description)): \(token), expected a token's id and"
            + " its content")
      }
      return token
    }.sorted { $0.id < $1.id }
  }

  /// All tokens that are added to a vocabulary of `baseCount` pieces, in which `id` finds one's id:
  /// those of tokenizer.json, over which the config's stand, then named ones that are in neither
  /// (transformers: TokenizersBackend).
  func addedTokens(baseCount: Int, id: (Text) -> Int?) throws -> [AddedToken] {
    var tokens = try tokenizer?.addedTokens() ?? []
    let hasDecoder = config?["added_tokens_decoder"] != nil
    tokens += try hasDecoder ? addedTokensOfConfig() : addedTokensFile()
    var places: [Text: Int] = [:]
    var textOfId: [Int: Text] = [:]
    var added: [AddedToken] = []
    var next = baseCount
    func add(_ token: AddedToken) throws {
      let place = places[token.text]
      let known = place.map { added[$0].id } ?? id(token.text) ?? token.id
      guard known == token.id, textOfId[known, default: token.text] == token.text else {
        let found =
          textOfId[token.id].map { "that is \(quoted($0.description))" } ?? "also \(known)"
        throw Refusal(
          folder,
          "the id of the token \(quoted(token.text.description)) is \(token.id), but \(found)")
      }
      if let place {
        added[place] = token
      } else {
        places[token.text] = added.count
        added.append(token)
      }
      textOfId[token.id] = token.text
      if token.id < Int32.max { next = max(next, token.id + 1) }
    }
    for token in tokens { try add(token) }
    for text in try namedTokens() where places[text] == nil {
      try add(AddedToken(text, id: id(text) ?? next, isSpecial: true))
    }
    return added
  }

  /// The texts of the tokens that the config names for a purpose, as `bos_token`: they are special.
  private func namedTokens() throws -> [Text] {
    var named = classDefaults()
    named.merge(config?.object ?? [:]) { $1 }
    if config?["added_tokens_decoder"] == nil,
      let map = try Self.object(folder + "/special_tokens_map.json")?.object
    {
      named.merge(map) { $1 }
    }
    let usual = SpecialTokens.purposes.map { Text("\($0)_token") }
    let others = named.keys.filter { $0.bytes.reversed().starts(with: "nekot_".utf8) }
      .filter { !usual.contains($0) }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    let lists = ["additional_special_tokens", "extra_special_tokens"] as [Text]
    let values =
      (usual + others).compactMap { named[$0] } + lists.flatMap { named[$0]?.array ?? [] }
    return values.compactMap { $0.text ?? $0["content"]?.text }.filter { !$0.bytes.isEmpty }
  }

  /// What the config's class of tokenizers names where the config does not (transformers).
  private func classDefaults() -> [Text: JSON] {
    let ofArchitecture = [
      "gpt2": "GPT2Tokenizer", "qwen2": "Qwen2Tokenizer", "qwen3": "Qwen2Tokenizer",
    ]
    let name = config?["tokenizer_class"]?.text?.description ?? ofArchitecture[architecture] ?? ""
    let end = JSON.string("<|endoftext|>")
    switch name {
    case "GPT2Tokenizer", "GPT2TokenizerFast":
      return ["bos_token": end, "eos_token": end, "unk_token": end]
    case "Qwen2Tokenizer", "Qwen2TokenizerFast":
      return ["eos_token": end, "unk_token": end, "pad_token": end]
    default: return [:]
    }
  }
}

// MARK: - Byte-level vocabularies

/// The vocabulary of byte-level byte pair encoding, in tokenizer.json or in vocab.json and
/// merges.txt.
struct ByteLevelSource {
  /// The file that has the vocabulary.
  let path: String
  /// Ids by piece.
  let vocabulary: [Text: JSON]
  /// Two pieces with a space between them each, the first to be merged first. A space in a piece is
  /// written as Ġ.
  let merges: [Text]
  /// `tokenizer.ggml.pre`
  let pretokenizer: Text

  init(_ files: VocabularyFiles) throws {
    let pairs: [JSON]
    let pairsPath: String
    let vocabularyName: String
    if let tokenizer = files.tokenizer {
      path = tokenizer.path
      let model = try tokenizer.bytePairModel(byteFallback: false)
      try tokenizer.requireNormalizers(among: ["NFC"])
      pretokenizer = try pretokenizerName(tokenizer, model)
      guard let vocabulary = model["vocab"]?.object else {
        throw Refusal(path, "has no model.vocab")
      }
      self.vocabulary = vocabulary
      pairs = model["merges"]?.array ?? []
      (pairsPath, vocabularyName) = (path, "model.vocab")
    } else {
      path = files.folder + "/vocab.json"
      guard fileExists(path) else {
        throw Refusal(
          files.folder,
          "holds no vocabulary: neither tokenizer.model nor tokenizer.json nor vocab.json")
      }
      let names: [String: Text] = ["gpt2": "gpt-2", "qwen2": "qwen2", "qwen3": "qwen2"]
      guard let name = names[files.architecture] else {
        throw Refusal(
          files.folder,
          "holds no tokenizer.json, which says how a text is cut before vocab.json is used")
      }
      pretokenizer = name
      guard let vocabulary = try JSON.parse(file: path).object else {
        throw Refusal(path, "expected a JSON object")
      }
      self.vocabulary = vocabulary
      (pairsPath, vocabularyName) = (files.folder + "/merges.txt", "vocab.json")
      pairs = try Self.lines(pairsPath)
    }
    guard !pairs.isEmpty else { throw Refusal(pairsPath, "has no merges") }
    let vocabulary = vocabulary
    merges = try pairs.map { pair in
      let (left, right) = try halves(pair, pairsPath)
      guard vocabulary[left] != nil, vocabulary[right] != nil,
        vocabulary[Text(left.bytes + right.bytes)] != nil
      else { throw unknownPieces(pair, pairsPath, vocabulary: vocabularyName) }
      return Text(left.withoutSpaces + [0x20] + right.withoutSpaces)
    }
  }

  /// The lines of a merges.txt, less a first one that is a comment.
  private static func lines(_ path: String) throws -> [JSON] {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) {
      let lines = file.bytes.split { $0 == 0x0A || $0 == 0x0D }
      return lines.dropFirst(lines.first?.first == UInt8(ascii: "#") ? 1 : 0).map {
        .string(Text(Array($0)))
      }
    }
  }
}

extension Text {
  /// The bytes with Ġ for each space.
  fileprivate var withoutSpaces: [UInt8] {
    bytes.contains(0x20) ? bytes.flatMap { $0 == 0x20 ? [0xC4, 0xA0] : [$0] } : bytes
  }
}
