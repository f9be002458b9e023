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
    "mask": "mask", "eot": "eot", "eom": "eom",
  ]

  private let files: VocabularyFiles
  /// Purposes in the order in which tokens are looked for.
  private var purposes = Self.purposes
  /// Tokens by purpose: a text, or an object with a `content`.
  private var tokens: [String: JSON] = [:]
  private var ids: [(purpose: String, id: Int)] = []
  /// Whether the token of a purpose is put around a text.
  private var additions: [(purpose: String, flag: Bool)] = []
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
        if let flag = config[Text("add_\(purpose)_token")]?.bool, addition(purpose) == nil {
          additions.append((purpose, flag))
        }
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
    for (purpose, flag) in additions where ["bos", "eos", "sep"].contains(purpose) {
      metadata["tokenizer.ggml.add_\(purpose)_token"] = .bool(flag)
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

  private func addition(_ purpose: String) -> Bool? {
    additions.first { $0.purpose == purpose }?.flag
  }

  private mutating func setAddition(_ purpose: String, _ flag: Bool) {
    if let place = additions.firstIndex(where: { $0.purpose == purpose }) {
      additions[place].flag = flag
    } else {
      additions.append((purpose, flag))
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
        for purpose in ["bos", "eos"] where addition(purpose) == nil {
          setAddition(purpose, false)
        }
      case "TemplateProcessing":
        let (first, last) = readSingle(processor["single"]?.array ?? [])
        readPair(processor["pair"]?.array ?? [], first, last)
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

  private func isMissing(_ purpose: String) -> Bool {
    tokens[purpose] == nil || tokens[purpose]?.text == ""
  }

  /// Whether the token of the purpose is this text; one that is an object never is.
  private func isToken(_ text: Text, _ purposes: String...) -> Bool {
    purposes.contains { tokens[$0]?.text == text }
  }

  /// The template of one text: what stands first in it is BOS, what stands last EOS. Another EOS
  /// than the config's makes that the end of a turn.
  private mutating func readSingle(_ template: [JSON]) -> (first: Text?, last: Text?) {
    guard template.count > 1 else { return (nil, nil) }
    let (first, last) = (special(template.first), special(template.last))
    if let first {
      if !isToken(first, "bos", "cls") {
        if isMissing("bos") { tokens["bos"] = .string(first) }
        if isMissing("cls") { tokens["cls"] = .string(first) }
      }
      setAddition("bos", isToken(first, "bos", "cls"))
    }
    if let last {
      if !isToken(last, "eos") {
        if files.config != nil, let turn = ["eot", "eom"].first(where: { !purposes.contains($0) }) {
          purposes.append(turn)
          tokens[turn] = tokens["eos"]
        }
        tokens["eos"] = .string(last)
      }
      setAddition("eos", true)
    }
    return (first, last)
  }

  /// The template of two texts: what stands between them is a separator.
  private mutating func readPair(_ template: [JSON], _ first: Text?, _ last: Text?) {
    var parts = template[...]
    if let first, special(parts.first) == first { parts = parts.dropFirst() }
    if let last, special(parts.last) == last { parts = parts.dropLast() }
    guard parts.first?["Sequence"]?["id"]?.text == "A",
      parts.last?["Sequence"]?["id"]?.text == "B", parts.count > 2
    else { return }
    parts = parts.dropFirst().dropLast()
    func isSeparator(_ entry: JSON?) -> Bool {
      special(entry).map { isToken($0, "sep", "eos") } ?? false
    }
    let adds =
      isSeparator(parts.first) && last == nil || parts.count == 2 && isSeparator(parts.last)
    setAddition("sep", adds)
    if adds && isMissing("sep") { tokens["sep"] = tokens["eos"] }
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
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { Text(Array(file.bytes)) }
  }
  func plain(_ name: Text) -> String {
    String(name.description.unicodeScalars.map { isNamePart($0) ? Character($0) : "_" })
  }
  let (jinja, json) = (files.folder + "/chat_template.jinja", files.folder + "/chat_template.json")
  let value: JSON?
  if let inConfig = files.config?["chat_template"] {
    value = inConfig
  } else if fileExists(jinja) {
    var templates = ["default": try contents(jinja)]
    let more = files.folder + "/additional_chat_templates"
    for file in isDirectory(more) ? try names(in: more) : [] where file.hasSuffix(".jinja") {
      templates[plain(Text(String(file.dropLast(6))))] = try contents(more + "/" + file)
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
