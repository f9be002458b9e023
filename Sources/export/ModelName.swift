import Console
import Llama2

/// The parts of a model's name, as in "Llama-3.2-1B-Instruct" (gguf-py's metadata.py:
/// `Metadata.get_model_id_components`).
struct ModelName {
  private(set) var name: String?
  private(set) var organization: String?
  private(set) var basename: String?
  private(set) var finetune: String?
  private(set) var version: String?
  private(set) var sizeLabel: String?

  /// What a part of a name is.
  private enum Kind { case basename, sizeLabel, finetune, version, type }

  /// - Parameter id: a folder's name, or an organisation and a name with a slash between them.
  init(_ id: String, parameterCount: Int) {
    guard !id.contains(" ") else {
      name = Self.title(id)
      return
    }
    let slash = id.firstIndex(of: "/")
    let full = slash.map { String(id[id.index(after: $0)...]) } ?? id
    if let slash, slash > id.startIndex, id.first != "." { organization = Self.title(id[..<slash]) }
    name = Self.title(full)
    var parts: [(text: String, kinds: Set<Kind>)] = []
    for (i, part) in full.split(separator: "-").enumerated() {
      parts.append(Self.part(String(part), isFirst: i == 0, parameterCount))
    }
    Self.dropWordsOfSize(&parts)
    Self.findBasename(&parts)
    func joined(_ kind: Kind, where isPart: (Set<Kind>) -> Bool = { _ in true }) -> String? {
      let texts = parts.filter { $0.kinds.contains(kind) && isPart($0.kinds) }.map(\.text)
      return texts.isEmpty ? nil : texts.joined(separator: "-")
    }
    finetune = joined(.finetune)
    version = joined(.version) { !$0.contains(.basename) }
    var sizes: [String] = []
    for part in parts where part.kinds.contains(.sizeLabel) && !sizes.contains(part.text) {
      sizes.append(part.text)
    }
    sizeLabel = sizes.isEmpty ? nil : sizes.joined(separator: "-")
    // A name without any of these says too little.
    if finetune != nil || version != nil || sizeLabel != nil { basename = joined(.basename) }
  }

  /// Words with capitals, but for versions and what begins with a digit (`id_to_title`).
  private static func title(_ id: some StringProtocol) -> String {
    id.split { $0 == "-" || $0.isWhitespace }.map { word in
      let isLower = word.contains { $0.isLowercase } && !word.contains { $0.isUppercase }
      let isVersion =
        word.first?.isNumber == true
        || word.first == "v" && isVersionNumber(word.dropFirst())
      guard isLower && !isVersion else { return String(word) }
      // Python's title: each letter behind what is no letter.
      var result = ""
      for character in word {
        let isInWord = result.last?.isLetter == true
        result += isInWord ? String(character) : character.uppercased()
      }
      return result
    }.joined(separator: " ")
  }

  /// 3, 3.1 and so on.
  private static func isVersionNumber(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isDigits($0) }
  }

  private static func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  // MARK: - Parts

  private static func part(_ text: String, isFirst: Bool, _ parameterCount: Int)
    -> (text: String, kinds: Set<Kind>)
  {
    let lower = text.lowercased()
    let number =
      lower.hasPrefix("iter") ? lower.dropFirst(4) : lower.dropFirst(lower.hasPrefix("v") ? 1 : 0)
    if isVersionNumber(number) { return (text, [.version]) }
    if isWeightType(lower) { return (text.uppercased(), [.type]) }
    if isFirst { return (text, []) }
    if isSize(lower) { return size(text, parameterCount) }
    if ["chat", "instruct", "vision", "lora"].contains(lower) { return (text, [.finetune]) }
    return (text, [])
  }

  /// i?q\d(_\w)*|b?fp?(16|32)
  private static func isWeightType(_ lower: String) -> Bool {
    for prefix in ["f", "fp", "bf", "bfp"]
    where lower.hasPrefix(prefix) && ["16", "32"].contains(lower.dropFirst(prefix.count)) {
      return true
    }
    let rest = lower.drop { $0 == "i" }
    guard lower.count - rest.count <= 1, rest.first == "q" else { return false }
    let digits = rest.dropFirst().split(separator: "_", omittingEmptySubsequences: false)
    return digits.first.map { isDigits($0) && $0.count == 1 } == true
      && digits.dropFirst().allSatisfy { $0.count == 1 }
  }

  /// (([A]|\d+[x])?\d+([._]\d+)?[KMBT][\d]?|small|mini|medium|large|x?xl)
  private static func isSize(_ lower: String) -> Bool {
    if ["small", "mini", "medium", "large", "xl", "xxl"].contains(lower) { return true }
    var rest = Substring(lower)
    if rest.first == "a" {
      rest.removeFirst()
    } else if let x = rest.firstIndex(of: "x"), isDigits(rest[..<x]) {
      rest = rest[rest.index(after: x)...]
    }
    if rest.last.map({ isDigits(String($0)) }) == true { rest.removeLast() }
    guard let unit = rest.popLast(), "kmbt".contains(unit) else { return false }
    let digits = rest.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "_" }
    return digits.count <= 2 && digits.allSatisfy { isDigits($0) }
  }

  /// A size as "1.5B"; what is far from the model's own is the length of a context.
  private static func size(_ text: String, _ parameterCount: Int)
    -> (text: String, kinds: Set<Kind>)
  {
    var part = text.map { $0 == "_" ? "." : $0 }
    // As in bloom-7b1.
    if part.last?.isNumber == true, part.count > 1 {
      let (unit, decimal) = (part[part.count - 2], part[part.count - 1])
      part = part.dropLast(2) + [".", decimal, unit]
    }
    guard part.count > 1, part[part.count - 2].isNumber, let unit = part.last else {
      return (String(part), [.sizeLabel])
    }
    part[part.count - 1] = Character(unit.uppercased())
    guard let power = Array("KMBT").firstIndex(of: part[part.count - 1]),
      let number = Double(String(part.dropLast()))
    else { return (String(part), [.sizeLabel]) }
    let label = (0...power).reduce(number) { label, _ in 1000 * label }
    guard abs(label - Double(parameterCount)) <= Double(7 * parameterCount / 8) else {
      part[part.count - 1] = Character(unit.lowercased())
      return (String(part), [.finetune])
    }
    return (String(part), [.sizeLabel])
  }

  /// Where a part is a size in digits, as "1B", words such as "small" are not taken for sizes.
  private static func dropWordsOfSize(_ parts: inout [(text: String, kinds: Set<Kind>)]) {
    let sizes = parts.filter { $0.kinds.contains(.sizeLabel) }
    guard sizes.contains(where: { $0.text.contains { $0.isNumber } }) else { return }
    for i in parts.indices where parts[i].text.allSatisfy({ $0.isLetter }) {
      parts[i].kinds.remove(.sizeLabel)
    }
  }

  /// The words and versions that a name begins with, without versions at their end; words behind
  /// them are a finetune's.
  private static func findBasename(_ parts: inout [(text: String, kinds: Set<Kind>)]) {
    var isAtStart = true
    for i in parts.indices {
      let kinds = parts[i].kinds
      let isName = kinds.isEmpty && parts[i].text.first?.isLetter == true
      isAtStart = isAtStart && (isName || kinds.contains(.version))
      if isAtStart {
        parts[i].kinds.insert(.basename)
      } else if kinds.isEmpty {
        parts[i].kinds = [.finetune]
      }
    }
    for i in parts.indices.reversed() {
      guard parts[i].kinds.contains(.basename), parts[i].kinds.count > 1 else { break }
      parts[i].kinds.remove(.basename)
    }
  }
}

// MARK: - In a GGUF file

extension GGUFMetadata {
  /// The name of a model: that which its config.json repeats, or else its folder's; and its size
  /// (`Metadata.apply_metadata_heuristic`). A model card is not read.
  static func name(folder: String, repository: String?, parameterCount: Int) -> GGUFMetadata {
    let last = folder.split(separator: "/").last.map(String.init) ?? folder
    var names = [ModelName(last, parameterCount: parameterCount)]
    if let repository, repository.count(where: { $0 == "/" }) <= 1 {
      names.insert(ModelName(repository, parameterCount: parameterCount), at: 0)
    }
    var metadata = GGUFMetadata()
    for (key, part) in [
      ("name", \.name), ("version", \.version), ("organization", \.organization),
      ("finetune", \.finetune), ("basename", \.basename), ("size_label", \.sizeLabel),
    ] as [(String, KeyPath<ModelName, String?>)] {
      guard let text = names.lazy.compactMap({ $0[keyPath: part] }).first else { continue }
      metadata["general." + key] = .string(Text(text))
    }
    if metadata["general.size_label"] == nil {
      metadata["general.size_label"] = .string(Text(sizeLabel(parameterCount)))
    }
    return metadata
  }

  /// As "1.1B", of at least two digits (gguf-py's utility.py: `model_weight_count_rounded_notation`).
  private static func sizeLabel(_ count: Int) -> String {
    let (unit, letter) =
      count > 1_000_000_000_000
      ? (1e12, "T")
      : count > 1_000_000_000 ? (1e9, "B") : count > 1_000_000 ? (1e6, "M") : (1e3, "K")
    let scaled = Double(count) / unit
    let rounded = scaled.rounded(.toNearestOrEven)
    return scaled.fixed(rounded >= 10 ? 0 : rounded >= 1 ? 1 : 2) + letter
  }
}
