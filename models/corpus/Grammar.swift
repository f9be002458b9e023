extension Random {
  /// The random numbers of a document of the corpus.
  init(corpus seed: Int, document: Int) {
    var seeds = Random(seed: UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95)
    self.init(
      seed: (seeds.next() ^ UInt64(truncatingIfNeeded: document)) &* 0xDA94_2042_E4DD_58B5)
  }

  /// Random numbers of their own.
  mutating func split() -> Random { Random(seed: next()) }
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) < probability * Double(1 << 53)
  }
  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// A template, parsed: `[a|b]` is a choice, `{word}` a slot that the story fills.
indirect enum Phrase: Sendable {
  case text(String)
  case slot(Slot)
  case choice([Phrase])
  case sequence([Phrase])

  init(_ template: some StringProtocol) {
    var rest = Substring(template)
    self = Phrase(choicesOf: &rest)
    precondition(rest.isEmpty, "a ] without its [ in: \(template)")
  }

  /// Reads `a|b|…` up to a `]` or the end.
  private init(choicesOf rest: inout Substring) {
    var choices: [Phrase] = []
    while true {
      choices.append(Phrase(sequenceOf: &rest))
      guard rest.first == "|" else { break }
      rest.removeFirst()
    }
    self = choices.count == 1 ? choices[0] : .choice(choices)
  }

  /// Reads text, slots and choices up to a `|`, a `]` or the end.
  private init(sequenceOf rest: inout Substring) {
    var parts: [Phrase] = []
    while let first = rest.first, first != "|", first != "]" {
      if first == "[" {
        rest.removeFirst()
        parts.append(Phrase(choicesOf: &rest))
        precondition(rest.first == "]", "a [ without its ]")
        rest.removeFirst()
      } else if first == "{" {
        guard let end = rest.firstIndex(of: "}") else { preconditionFailure("a { without its }") }
        parts.append(.slot(Slot(rest[rest.index(after: rest.startIndex)..<end])))
        rest = rest[rest.index(after: end)...]
      } else {
        let end = rest.firstIndex { "|][{".contains($0) } ?? rest.endIndex
        parts.append(.text(String(rest[..<end])))
        rest = rest[end...]
      }
    }
    self = parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// What its slots are of: "thing" for `{a thing}`.
  var slots: Set<String> {
    switch self {
    case .text: []
    case .slot(let slot): [slot.words.last!]
    case .choice(let parts), .sequence(let parts): parts.reduce(into: []) { $0.formUnion($1.slots) }
    }
  }

  /// The words that stand in the template itself, in lower case.
  var literalWords: Set<String> {
    switch self {
    case .text(let text): Set(wordsIn(text))
    case .slot: []
    case .choice(let parts), .sequence(let parts):
      parts.reduce(into: []) { $0.formUnion($1.literalWords) }
    }
  }
}

/// `{a thing}` or, with a capital letter in the text, `{A thing}`.
struct Slot: Sendable {
  let words: [String]
  let isCapital: Bool

  init(_ text: some StringProtocol) {
    isCapital = text.first!.isUppercase
    words = text.lowercased().split(separator: " ").map(String.init)
  }
}

/// One way to tell a step: `@named @!sea …` keeps it for stories with the first tag and without the second.
struct Way: Sendable {
  let phrase: Phrase
  let tags: [String]
  let literals: Set<String>

  init(_ line: some StringProtocol) {
    var rest = Substring(line)
    var tags: [String] = []
    while rest.first == "@" {
      let end = rest.firstIndex(of: " ")!
      tags.append(String(rest[rest.startIndex..<end].dropFirst()))
      rest = rest[rest.index(after: end)...]
    }
    self.tags = tags
    phrase = Phrase(varied(rest))
    literals = phrase.literalWords
  }
}

/// What happens next: one of several ways to tell it, or one of several branches.
indirect enum Step: Sendable {
  case tell([Way], isOptional: Bool)
  case branch([[Step]])
}

/// A page of steps. A line is a step, a line behind `|` another way to tell the step above it, a step
/// behind `?` may be left out. `either … or … then` are branches. `name = a | b` draws a word for the
/// whole story, `one, two = a / b | c / d` two that belong together.
struct Page: Sendable {
  struct Definition: Sendable {
    let names: [String]
    let options: [[Phrase]]
  }

  var definitions: [Definition] = []
  var steps: [Step] = []

  init(_ text: String) {
    let all = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    for line in all {
      guard let equals = line.range(of: " = ") else { continue }
      let names = line[..<equals.lowerBound].split(separator: ",").map(trimmed)
      let options = line[equals.upperBound...].split(separator: "|").map {
        $0.split(separator: "/").map { Phrase(trimmed($0)) }
      }
      precondition(options.allSatisfy { $0.count == names.count }, "a word is missing in: \(line)")
      definitions.append(Definition(names: names, options: options))
    }
    var lines = all.filter { $0.range(of: " = ") == nil }[...]
    steps = Page.steps(of: &lines)
    precondition(lines.isEmpty, "\"or\" or \"then\" without \"either\"")
  }

  /// Reads steps up to an `or`, a `then` or the end.
  private static func steps(of lines: inout ArraySlice<Substring>) -> [Step] {
    var steps: [Step] = []
    while let line = lines.first, line != "or", line != "then" {
      lines.removeFirst()
      if line == "either" {
        var branches = [Page.steps(of: &lines)]
        while lines.first == "or" {
          lines.removeFirst()
          branches.append(Page.steps(of: &lines))
        }
        precondition(lines.popFirst() == "then", "\"either\" without \"then\"")
        steps.append(.branch(branches))
        continue
      }
      let isOptional = line.hasPrefix("? ")
      var ways = [Way(isOptional ? line.dropFirst(2) : line)]
      while let next = lines.first, next.hasPrefix("| ") {
        ways.append(Way(next.dropFirst(2)))
        lines.removeFirst()
      }
      steps.append(.tell(ways, isOptional: isOptional))
    }
    return steps
  }
}

// MARK: Words

func trimmed(_ text: some StringProtocol) -> String {
  String(text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " "))
}

/// The comma-separated items of a list.
func list(_ text: String) -> [String] {
  text.split { $0 == "," || $0 == "\n" }.map(trimmed).filter { !$0.isEmpty }
}

/// The lines of a text.
func lines(_ text: String) -> [String] { text.split(separator: "\n").map(trimmed) }

/// The words of a text in lower case, without punctuation.
func wordsIn(_ text: String) -> [String] {
  text.lowercased().split { !$0.isLetter && $0 != "'" && $0 != "-" }.map(String.init)
}

/// A noun behind its article.
func a(_ noun: String) -> String {
  let isVowel = "aeiou".contains(noun.first!) && !noun.hasPrefix("uni") && !noun.hasPrefix("one")
  return (isVowel ? "an " : "a ") + noun
}

func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

extension Substring {
  /// The first place where a text stands in this one.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
