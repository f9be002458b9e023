import Console
import Llama2

/// The ids of a folder's special tokens, what is put around a text, and how a chat is written
/// (gguf-py: SpecialVocab).
struct SpecialTokens {
  /// What special tokens are for, as in `bos_token`.
  static let purposes = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"]
  /// GGUF's own names of purposes; it has none for `cls`.
  private static let keys = [
    "bos": "bos", "eos": "eos", "unk": "unknown", "sep": "seperator", "pad": "padding",
    "mask": "mask", "eot": "eot",
  ]

  private let files: VocabularyFiles
  /// Purposes in the order in which tokens are looked for.
  private var purposes = Self.purposes
  /// Tokens by purpose: a text, or an object with a `content`.
  private var tokens: [String: JSON] = [:]
  private var ids: [(purpose: String, id: Int)] = []
  /// Whether the token of a purpose is put around a text.
  private var additions: [String: Bool] = [:]
  private var template = GGUFMetadata()

  /// - Parameter settings: config.json.
  init(_ files: VocabularyFiles, _ settings: Settings, vocabSize: Int) throws {
    self.files = files
    for purpose in purposes { tokens[purpose] = files.config?[Self.key(purpose, "_token")] }
    if let tokenizer = files.tokenizer { try readPostProcessor(tokenizer) }
    if let config = files.config {
      template = try chatTemplate(files)
      let added = try files.tokenizer?.addedTokens() ?? []
      for purpose in purposes {
        additions[purpose] = additions[purpose] ?? config[Text("add_\(purpose)_token")]?.bool
        let text = tokens[purpose].flatMap { $0.text ?? $0["content"]?.text }
        if let token = added.first(where: { $0.text == text }) {
          set(purpose, token.id, vocabSize)
        }
      }
    }
    for purpose in purposes {
      if let id = settings[Self.key(purpose, "_token_id")]?.integer { set(purpose, id, vocabSize) }
    }
  }

  var metadata: GGUFMetadata {
    var metadata = GGUFMetadata()
    for (purpose, id) in ids {
      guard let key = Self.keys[purpose] else { continue }
      metadata["tokenizer.ggml.\(key)_token_id"] = .uint32(id)
    }
    for purpose in ["bos", "eos", "sep"] {
      metadata["tokenizer.ggml.add_\(purpose)_token"] = additions[purpose].map { .bool($0) }
    }
    metadata.append(template)
    return metadata
  }

  private static func key(_ purpose: String, _ suffix: String) -> Text { Text(purpose + suffix) }

  /// Notes an id, the first one for its purpose. One that the model does not have stands for none,
  /// as -1 does in some files.
  private mutating func set(_ purpose: String, _ id: Int, _ vocabSize: Int) {
    if (0..<vocabSize).contains(id) && !ids.contains(where: { $0.purpose == purpose }) {
      ids.append((purpose, id))
    }
  }
}

// MARK: - post_processor

extension SpecialTokens {
  private mutating func readPostProcessor(_ tokenizer: TokenizerJSON) throws {
    guard let processor = tokenizer["post_processor"] else { return }
    for processor in processor["processors"]?.array ?? [processor] {
      switch processor["type"]?.text {
      case "ByteLevel":
        for purpose in ["bos", "eos"] { additions[purpose] = additions[purpose] ?? false }
      case "TemplateProcessing":
        readSingle(processor["single"]?.array ?? [])
        readPair(processor["pair"]?.array ?? [])
      default:
        throw tokenizer.refusal(
          "post_processor.type", processor["type"], "\"ByteLevel\" or \"TemplateProcessing\"")
      }
    }
  }

  /// The text of a special token in a template.
  private func special(_ entry: JSON?) -> Text? {
    entry?["SpecialToken"]?["id"]?.text.flatMap { $0.bytes.isEmpty ? nil : $0 }
  }

  /// The template of one text: what stands first in it is BOS, what stands last EOS. Another EOS
  /// than the config's makes that the end of a turn.
  private mutating func readSingle(_ template: [JSON]) {
    guard template.count > 1 else { return }
    if let first = special(template.first) {
      if tokens["bos"] == nil || tokens["bos"]?.text == "" { tokens["bos"] = .string(first) }
      additions["bos"] = true
    }
    if let last = special(template.last) {
      if tokens["eos"]?.text != last {
        if files.config != nil && !purposes.contains("eot") {
          purposes.append("eot")
          tokens["eot"] = tokens["eos"]
        }
        tokens["eos"] = .string(last)
      }
      additions["eos"] = true
    }
  }

  /// The template of two texts. What these models have between them ends the first or begins the
  /// second: no separator.
  private mutating func readPair(_ template: [JSON]) {
    let texts = template.indices.filter { template[$0]["Sequence"] != nil }
    if texts.count == 2 && texts[1] > texts[0] + 1 { additions["sep"] = false }
  }
}

// MARK: - Chat template

/// The folder's chat template, and others by name, as those for tools. What tokenizer_config.json
/// has comes before files of their own (gguf-py: SpecialVocab, add_chat_template).
private func chatTemplate(_ files: VocabularyFiles) throws -> GGUFMetadata {
  var metadata = GGUFMetadata()
  let templates = try chatTemplates(files)
  let names = Set(templates.keys).subtracting(["default"]).sorted()
  for name in names { metadata["tokenizer.chat_template.\(name)"] = .string(templates[name]!) }
  if !names.isEmpty {
    metadata["tokenizer.chat_templates"] = .strings(names.map { Text($0) })
  }
  metadata["tokenizer.chat_template"] = templates["default"].map { .string($0) }
  return metadata
}

/// Chat templates by name. Only letters, digits and _ are left of names.
private func chatTemplates(_ files: VocabularyFiles) throws -> [String: Text] {
  func contents(_ path: String) throws -> Text {
    let maximum = 1 << 20
    let file = try MappedFile(path: path)
    guard file.bytes.count <= maximum else {
      throw Refusal(
        path, "has \(file.bytes.count) bytes, expected at most the \(maximum) of a chat template")
    }
    return withExtendedLifetime(file) { Text(Array(file.bytes)) }
  }
  func plain(_ name: Text) -> String {
    String(name.description.unicodeScalars.map { isNamePart($0) ? Character($0) : "_" })
  }
  let (jinja, json) = (files.path(.template), files.path(.templateJSON))
  let value: JSON?
  if let inConfig = files.config?["chat_template"] {
    value = inConfig
  } else if fileExists(jinja) {
    var templates = ["default": try contents(jinja)]
    for path in try VocabularyFile.additionalTemplates(in: files.folder) {
      let file = path.split(separator: "/").last ?? ""
      templates[plain(Text(String(file.dropLast(6))))] = try contents(path)
    }
    return templates
  } else {
    value = fileExists(json) ? try JSON.parse(file: json)["chat_template"] : nil
  }
  if let text = value?.text { return ["default": text] }
  return (value?.array ?? []).reduce(into: [:]) { templates, entry in
    if let name = entry["name"]?.text, let text = entry["template"]?.text, !name.bytes.isEmpty {
      templates[plain(name)] = text
    }
  }
}

private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "a"..."z", "A"..."Z", "0"..."9": true
  default: false
  }
}
