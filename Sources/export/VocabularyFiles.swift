import Console
import Llama2

/// A file of a model's folder that export reads the vocabulary from.
enum VocabularyFile: String, CaseIterable {
  case sentencePiece = "tokenizer.model"
  case tokenizer = "tokenizer.json"
  case config = "tokenizer_config.json"
  case specialTokens = "special_tokens_map.json"
  case addedTokens = "added_tokens.json"
  case pieces = "vocab.json"
  case merges = "merges.txt"
  case template = "chat_template.jinja"
  case templateJSON = "chat_template.json"

  func path(in folder: String) -> String { folder + "/" + rawValue }

  /// Files of chat templates besides the folder's usual one, as one for tools.
  static func additionalTemplates(in folder: String) throws -> [String] {
    let templates = folder + "/additional_chat_templates"
    guard isDirectory(templates) else { return [] }
    return try names(in: templates).filter { $0.hasSuffix(".jinja") }.map { templates + "/" + $0 }
  }

  /// Where the files of a folder are, or would be.
  static func paths(in folder: String) -> [String] {
    allCases.map { $0.path(in: folder) } + ((try? additionalTemplates(in: folder)) ?? [])
  }
}

/// The files of a model's folder that make its vocabulary.
struct VocabularyFiles {
  let folder: String
  let architecture: Architecture
  /// tokenizer.json
  let tokenizer: TokenizerJSON?
  /// tokenizer_config.json
  let config: JSON?

  init(_ folder: String, _ architecture: Architecture) throws {
    (self.folder, self.architecture) = (folder, architecture)
    let path = VocabularyFile.tokenizer.path(in: folder)
    tokenizer = fileExists(path) ? try TokenizerJSON(path) : nil
    config = try Self.object(VocabularyFile.config.path(in: folder))
  }

  func path(_ file: VocabularyFile) -> String { file.path(in: folder) }

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
        throw Refusal(path(.config), "add_prefix_space is \(value), expected true or false")
      }
      return flag
    }
  }

  // MARK: - Added tokens

  /// A folder's added_tokens.json by id, an object of ids by text.
  static func addedTokens(fileIn folder: String) throws -> [(text: Text, id: Int)] {
    let path = VocabularyFile.addedTokens.path(in: folder)
    return try (object(path)?.object ?? [:]).map { text, id in
      guard let id = id.integer else {
        throw Refusal(path, "the token \(quoted(text.description)) has no id")
      }
      return (text, id)
    }.sorted { $0.id < $1.id }
  }

  /// added_tokens.json by id. Tokens that the config names are special.
  func addedTokensOfFile() throws -> [AddedToken] {
    let special = Set(try namedTokens())
    return try Self.addedTokens(fileIn: folder).map {
      AddedToken($0.text, id: $0.id, isSpecial: special.contains($0.text))
    }
  }

  /// tokenizer_config.json's `added_tokens_decoder` by id, an object of tokens by id.
  func addedTokensOfConfig() throws -> [AddedToken] {
    try (config?["added_tokens_decoder"]?.object ?? [:]).map { key, token in
      guard let id = Int(key.description), let token = AddedToken(token, id: id) else {
        throw Refusal(
          path(.config),
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
    tokens += try hasDecoder ? addedTokensOfConfig() : addedTokensOfFile()
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
      let map = try Self.object(path(.specialTokens))?.object
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
    let ofArchitecture: [Architecture: Text] = [
      .gpt2: "GPT2Tokenizer", .qwen2: "Qwen2Tokenizer", .qwen3: "Qwen2Tokenizer",
    ]
    let end = JSON.string("<|endoftext|>")
    switch config?["tokenizer_class"]?.text ?? ofArchitecture[architecture] {
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
  let vocabulary: JSON.Members
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
      path = files.path(.pieces)
      guard fileExists(path) else {
        throw Refusal(
          files.folder,
          "holds no vocabulary: neither tokenizer.model nor tokenizer.json nor vocab.json")
      }
      let names: [Architecture: Text] = [.gpt2: "gpt-2", .qwen2: "qwen2", .qwen3: "qwen2"]
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
      (pairsPath, vocabularyName) = (files.path(.merges), VocabularyFile.pieces.rawValue)
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
    let maximum = 4_000_000
    let file = try MappedFile(path: path)
    return try withExtendedLifetime(file) {
      let lines = file.bytes.split(maxSplits: maximum) { $0 == 0x0A || $0 == 0x0D }
      guard lines.count <= maximum else {
        throw Refusal(path, "has more than \(maximum) lines, expected a merge in each")
      }
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
