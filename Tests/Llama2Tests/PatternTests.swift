import Testing

@testable import Llama2

/// Patterns, held against trying every token of a vocabulary.
@Suite struct PatternTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private static let shape = Shape(dim: 24, hiddenDim: 24, nLayers: 1, vocabSize: 300, seqLen: 64)

  /// A model with tokens that run across the symbols of JSON, and begin or end inside characters.
  private func llama(_ model: Model = Model(shape, seed: 7), draft: String? = nil) throws -> Llama {
    let pieces = [
      "{\"", "\":", "\": ", "\", \"", "[[", "]]", "]}", ", ", "true", "tru", "name", "na", "ab",
      "abab", "aaaa", "  ", " a", "éé", "日本", "\"}", "12", "-1", "1, ", "é", "\n  ", "a\"", "bb",
      "ye",
      "yes", "no", "no, ", "</s", "s>", "c", "x1", "x2", "x3", "x4", "x5", "x6", "x7",
    ]
    return try Llama(
      checkpoint: folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: folder.write(Vocabulary(pieces: pieces).file, to: "tokenizer.bin"), threads: 2,
      draft: draft)
  }

  // MARK: - Languages

  private static let digits = Language.scalar([0x30...0x39])
  private static let letters = Language.scalar([0x61...0x62])
  private static let any = Language.scalar([0...0x10FFFF])
  private static func optional(_ language: Language) -> Language {
    .repeated(language, atLeast: 0, atMost: 1)
  }
  private static func list(_ element: Language) -> Language {
    .sequence([
      .text("["),
      optional(
        .sequence([
          element, .repeated(.sequence([.text(", "), element]), atLeast: 0, atMost: nil),
        ])), .text("]"),
    ])
  }

  /// Nested arrays of numbers and texts, as JSON has them.
  private static let nested: [Language] = [
    .either([
      list(.rule(0)), .text("true"), .rule(1),
      .sequence([optional(.text("-")), .repeated(digits, atLeast: 1, atMost: 3)]),
    ]),
    .sequence([
      .text("\""),
      .repeated(.scalar([0x20...0x21, 0x23...0x5B, 0x5D...0x10FFFF]), atLeast: 0, atMost: nil),
      .text("\""),
    ]),
  ]

  static let languages: [[Language]] = [
    [.text("yes")], [.text("")], [any], [.repeated(any, atLeast: 0, atMost: nil)],
    [.choices(["yes", "no", "no, not yes", "ye", "a", "", "日本", "日本語"].map { Array($0.utf8) })],
    nested, [list(.choices(["é", "è", "ê", "😀", "😁"].map { Array($0.utf8) }))],
    // Counts, of which no token comes to the end, and of which some do.
    [.repeated(letters, atLeast: 2, atMost: 5)], [.repeated(letters, atLeast: 90, atMost: 400)],
    [.sequence([.repeated(letters, atLeast: 3, atMost: 70), .text("b")])],
    [.repeated(.repeated(.text("ab"), atLeast: 2, atMost: 3), atLeast: 2, atMost: nil)],
    [.repeated(optional(letters), atLeast: 3, atMost: 6)],
    // What can be read in many ways.
    [.repeated(.either([.text("a"), .text("aa"), .text("aab")]), atLeast: 0, atMost: nil)],
    [.repeated(.repeated(letters, atLeast: 0, atMost: nil), atLeast: 0, atMost: nil)],
    [.repeated(.repeated(letters, atLeast: 1, atMost: nil), atLeast: 1, atMost: nil)],
    [.sequence([.repeated(any, atLeast: 0, atMost: nil), .text("ab")])],
    // Rules as loops, and rules with something behind them.
    [.either([.sequence([.text("a"), .rule(0)]), .text("b")])],
    [.either([.sequence([.text("a"), .rule(0), .text("b")]), .text(" ")])],
    [.sequence([.rule(1), .rule(1)]), .either([.sequence([letters, .rule(1)]), .text("")])],
    // Parts of which there is no text.
    [
      .either([
        .text("no"), .sequence([.text("yes"), .either([])]), .sequence([.text("a"), .rule(1)]),
      ]), .sequence([.text("b"), .rule(1)]),
    ],
    [.scalar([0x7F...0xA5, 0xD000...0xE010, 0xFFF0...0x1000F])],
  ]

  /// Of those with a part without a text, the same without it: what the oracle needs.
  private static func productive(_ rules: [Language]) -> [Language] {
    rules == languages[languages.count - 2] ? [.text("no")] : rules
  }

  @Test(arguments: languages.indices)
  func aTokenIsAllowedExactlyIfTheTextCanGoOnBehindIt(index: Int) throws {
    let (rules, llama) = (Self.languages[index], try llama())
    let (oracle, tokenizer) = (Self.productive(rules), llama.tokenizer)
    let pattern = try Pattern(rules)
    for seed in 0..<6 {
      var (random, text) = (SplitMix(seed), [UInt8]())
      var matcher = try Matcher(pattern, llama) { $0 == 2 }
      for previous in [5] + (0..<40).map({ _ in 5 }) {
        let state = LanguageOracle.look(oracle, text)
        #expect(matcher.isWhole == state.matches)
        #expect(matcher.goesOn == state.goesOn)
        guard state.goesOn else { break }
        let allowed = try matcher.allowed(room: .max, after: previous, [])
        for token in 0..<llama.config.vocabSize {
          let bytes = tokenizer.decode(token, after: previous)
          let next = LanguageOracle.look(oracle, text + bytes)
          let isRight = token == 2 ? state.matches : next.matches || next.goesOn
          #expect(
            allowed[token] == isRight, "\(token) behind \(String(decoding: text, as: UTF8.self))")
        }
        let token = (0..<300).filter { allowed[$0] && $0 != 2 }.randomElement(using: &random)!
        try matcher.advance(token, after: previous)
        text += tokenizer.decode(token, after: previous)
      }
    }
  }

  @Test func behindBOSATokenIsItsTextWithoutTheSpace() throws {
    let llama = try llama()
    let matcher = try Matcher(Pattern([.text("a")]), llama) { $0 == 2 }
    let allowed = try matcher.allowed(room: .max, after: llama.tokenizer.bos!, [])
    let texts = (0..<300).filter { allowed[$0] }.map { llama.tokenizer.decode($0, after: -1) }
    #expect(Set(texts.map { String(decoding: $0, as: UTF8.self) }) == ["a", " a"])
  }
}
