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
      "yes", "no", "no, ", "</s", "s>", "c", "x1", "x2", "x3", "x4", "x5", "abababababababababab",
      " ",
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
    for seed in 0..<3 {
      var (random, text) = (SplitMix(seed), [UInt8]())
      var matcher = try Matcher(pattern, llama, endsBefore: [2])
      for previous in [Int](repeating: 5, count: 25) {
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

  // MARK: - Texts

  private static func options(
    seed: Int = 1, tokens: Int? = nil, _ change: (inout GenerationOptions) -> Void = { _ in }
  ) -> GenerationOptions {
    var options = GenerationOptions(maximumResponseTokens: tokens)
    (options.seed, options.topP) = (UInt64(seed), 1)
    change(&options)
    return options
  }

  /// A text behind its prompt.
  private static func text(
    _ llama: Llama, _ rules: [Language], _ options: GenerationOptions
  ) throws -> (text: String, reason: EndReason?, tokens: Int) {
    let text = llama.generate("ab", matching: try Pattern(rules), options: options)
    return (String(text.joined().dropFirst(2)), text.reason, text.generatedTokens)
  }

  @Test(arguments: languages.indices)
  func aTextMatchesOrSaysThatItDoesNot(index: Int) throws {
    let (rules, llama) = (Self.languages[index], try llama())
    for seed in 1...20 {
      let (text, reason, _) = try Self.text(llama, rules, Self.options(seed: seed))
      let found = LanguageOracle.look(Self.productive(rules), Array(text.utf8))
      #expect(found.matches == (reason == .matched || reason == .endToken))
      #expect(found.matches || reason == .context && found.goesOn, "\(text) \(reason!)")
    }
  }

  /// Two tokens are so few that all of them can be tried.
  @Test(arguments: languages.indices, 1...2)
  func aTextIsWholeIfSoFewTokensCanMakeItWhole(index: Int, count: Int) throws {
    let (rules, llama) = (Self.languages[index], try llama())
    var texts: [[UInt8]] = [[]]
    var canEnd = false
    for left in (0...count).reversed() {
      canEnd = canEnd || texts.contains { LanguageOracle.look(Self.productive(rules), $0).matches }
      if canEnd || left == 0 { break }
      var longer: Set<[UInt8]> = []
      for text in texts where LanguageOracle.look(Self.productive(rules), text).goesOn {
        for token in 3..<300 { longer.insert(text + llama.tokenizer.decode(token, after: 5)) }
      }
      texts = Array(longer)
    }
    for seed in 1...10 {
      let (text, reason, _) = try Self.text(
        llama, rules, Self.options(seed: seed, tokens: count))
      #expect((reason != .steps) == canEnd, "\(text) \(reason!)")
    }
  }

  /// The shortest text has 40 letters, which are counted as so many tokens.
  @Test(arguments: [3, 40, 45, 55])
  func theShortestWayIsTakenInTime(tokens: Int) throws {
    let llama = try llama()
    let rules = [Language.repeated(Self.letters, atLeast: 40, atMost: 400)]
    for seed in 1...20 {
      for options in [
        Self.options(seed: seed, tokens: tokens),
        Self.options(seed: seed) { $0.steps = tokens + 2 },
      ] {
        let (text, reason, generated) = try Self.text(llama, rules, options)
        #expect(generated <= tokens)
        #expect((reason == .steps) == (text.count < 40), "\(text)")
        if tokens >= 40 { #expect(reason != .steps) }
      }
    }
  }

  @Test func aTextThatAlsoMayEndGoesOnUntilTheModelEndsIt() throws {
    let llama = try llama()
    let rules = [Language.repeated(Self.letters, atLeast: 0, atMost: nil)]
    var lengths: Set<Int> = []
    for seed in 1...20 {
      let (text, reason, _) = try Self.text(llama, rules, Self.options(seed: seed))
      lengths.insert(text.count)
      #expect(reason == .endToken || reason == .matched && text.count > 20)
    }
    #expect(lengths.count > 5)
  }

  /// A text of tokens that are drawn at random from those that may follow, `tokens` at most.
  private static func randomText(
    _ pattern: Pattern, _ llama: Llama, tokens: Int, seed: Int
  ) throws -> (text: String, isWhole: Bool) {
    var (random, text) = (SplitMix(seed), [UInt8]())
    var matcher = try Matcher(pattern, llama, endsBefore: [2])
    for room in (1...tokens).reversed() where matcher.goesOn {
      let allowed = try matcher.allowed(room: room, after: 5, [])
      let token = (0..<300).filter { allowed[$0] }.randomElement(using: &random)!
      if token == 2 { break }
      try matcher.advance(token, after: 5)
      text += llama.tokenizer.decode(token, after: 5)
    }
    return (try #require(String(validating: text, as: UTF8.self)), matcher.isWhole)
  }

  @Test(arguments: MatchingFixture.all.schemas)
  func randomTokensBecomeTextsThatAreValid(_ fixture: MatchingFixture.Case) throws {
    let (validator, llama) = (try SchemaValidator(fixture.source), try llama())
    let pattern = try Pattern.schema(JSONSchema(fixture.source))
    for seed in 0..<40 {
      let (text, isWhole) = try Self.randomText(pattern, llama, tokens: 120, seed: seed)
      #expect(try isWhole && validator.isValid(text), "\(text)")
    }
  }

  @Test(arguments: MatchingFixture.all.patterns)
  func randomTokensBecomeTextsThatMatch(_ fixture: MatchingFixture.Case) throws {
    let rules = [try RegexParser.language(matching: fixture.source)]
    let (pattern, llama) = (try Pattern.regex(fixture.source), try llama())
    for seed in 0..<20 {
      let (text, isWhole) = try Self.randomText(pattern, llama, tokens: 60, seed: seed)
      #expect(isWhole && LanguageOracle.matches(rules, text), "\(text)")
    }
  }

  // MARK: What must follow

  @Test func whatMustFollowIsReadAsABlock() throws {
    let llama = try llama()
    let rules: [Language] = [.sequence([.text("true, true, [[no, 12]]"), Self.digits])]
    let text = llama.generate("ab", matching: try Pattern(rules))
    var reads: [Int] = []
    while let read = text.context.beginRead() {
      reads.append(read.tokens.count)
      text.context.endRead(read.forward(), from: 0)
      while text.nextReady() != nil {}
    }
    // The prompt, the first token with those that must follow, and the digit is not read.
    #expect(reads.count == 2 && reads[1] > 5 && text.reason == .matched)
  }

  @Test(arguments: languages.indices)
  func noTokenIsLostToWhatMustFollow(index: Int) throws {
    let (rules, llama) = (Self.languages[index], try llama())
    let (oracle, tokenizer) = (Self.productive(rules), llama.tokenizer)
    let pattern = try Pattern(rules)
    var found = 0
    for seed in 0..<20 {
      var (random, text) = (SplitMix(seed), [UInt8]())
      var matcher = try Matcher(pattern, llama, endsBefore: [2])
      for _ in 0..<20 where matcher.goesOn {
        let forced = try matcher.forced(room: .max, after: 5, [])
        let all = text + forced.flatMap { tokenizer.decode($0, after: 5) }
        for token in forced {
          found += 1
          for other in 3..<300 {
            let next = text + tokenizer.decode(other, after: 5)
            let state = LanguageOracle.look(oracle, next)
            if state.matches || state.goesOn { #expect(all.starts(with: next)) }
          }
          try matcher.advance(token, after: 5)
          text += tokenizer.decode(token, after: 5)
        }
        guard matcher.goesOn else { break }
        let allowed = try matcher.allowed(room: .max, after: 5, [])
        let token = (3..<300).filter { allowed[$0] }.randomElement(using: &random)!
        try matcher.advance(token, after: 5)
        text += tokenizer.decode(token, after: 5)
      }
    }
    if rules == [.text("yes")] { #expect(found > 0) }
  }

  @Test func aTextIsTheSameWithProbabilities() throws {
    let llama = try llama()
    for seed in 1...20 {
      let options = Self.options(seed: seed) { $0.pattern = try! Pattern(Self.record) }
      let text = llama.generate("ab", options: options)
      let scored = llama.generate("ab", options: options)
      let tokens = Array(scored.tokens(alternatives: 1))
      #expect(tokens.map(\.text).joined() == text.joined().dropFirst(2))
      #expect(tokens.count == text.generatedTokens && text.reason == scored.reason)
      #expect(tokens.allSatisfy { $0.logProbability < 0 })
    }
  }

  private static let record: [Language] = [
    .sequence([
      .text("{\"name\": \""), .repeated(letters, atLeast: 1, atMost: 3), .text("\", \"x1\": "),
      .choices(["true", "[[no]]"].map { Array($0.utf8) }), .text("}"),
    ])
  ]

  // MARK: Everywhere

  @Test func streamsRepliesSessionsBatchesAndBeamsMatch() async throws {
    let llama = try llama()
    let pattern = try Pattern(Self.record)
    func matches(_ text: some StringProtocol) -> Bool {
      LanguageOracle.matches(Self.record, String(text))
    }
    let options = Self.options()
    let stream = try await llama.stream("ab", matching: pattern, options: options)
      .reduce("", +)
    #expect(stream == llama.generate("ab", matching: pattern, options: options).joined())
    #expect(matches(stream.dropFirst(2)))
    let chat = llama.chat(options: options)
    #expect(matches(chat.reply(to: "a", matching: pattern).joined()))
    #expect(!matches(chat.reply(to: "a").prefix(9).joined()))
    #expect(matches(chat.reply(to: "b", options: options.matching(pattern)).joined()))
    let session = llama.session(options: options)
    let response = try await session.respond(to: "a", matching: pattern)
    #expect(matches(response.content) && response.reason == .matched)
    #expect(matches(try await session.streamResponse(to: "b", matching: pattern).collect().content))
    var texts = ["", ""]
    for piece in llama.generate(["", ""], matching: pattern, options: options) {
      texts[piece.index] += piece.text
      if let end = piece.end { #expect(end.reason == .matched) }
    }
    #expect(texts.allSatisfy(matches))
    for beam in try llama.beamSearch("ab", beams: 3, options: options.matching(pattern)) {
      #expect(matches(beam.text.dropFirst(2)) && beam.reason == .matched)
    }
    let short = Self.options(tokens: 9) { $0.pattern = pattern }
    for beam in try llama.beamSearch("ab", beams: 3, options: short) {
      #expect(matches(beam.text.dropFirst(2)) == (beam.reason == .matched))
    }
  }

  /// The reply ends in the cache as it ends for the reader.
  @Test func aConversationGoesOnBehindAReplyThatMatches() throws {
    let llama = try llama()
    let likeliest = Self.options(tokens: 3) { $0.temperature = 0 }
    func conversation(_ first: Pattern?) -> Chat {
      let chat = llama.chat(options: Self.options { ($0.temperature, $0.steps) = (0, 60) })
      _ = chat.reply(to: "a", matching: first, options: likeliest).joined()
      _ = chat.reply(to: "b", options: likeliest).joined()
      return chat
    }
    let chat = conversation(try Pattern([.text("yes")]))
    guard case .response(let reply) = chat.transcript[1] else {
      Issue.record("expected a reply")
      return
    }
    #expect(reply == "yes")
    let again = llama.chat(
      transcript: Transcript(entries: Array(chat.transcript.prefix(2))),
      options: Self.options { ($0.temperature, $0.steps) = (0, 60) })
    _ = again.reply(to: "b", options: likeliest).joined()
    #expect(again.transcript == chat.transcript)
  }

  @Test func whatBansLeaveOfAPatternIsGenerated() throws {
    let llama = try llama()
    let pattern = try Pattern.choices(["yes", "no"])
    let (yes, no) = ("yes".utf8, "no".utf8)
    let beginnings = (3..<300).filter { token in
      yes.starts(with: llama.tokenizer.decode(token, after: 5))
    }
    for seed in 1...10 {
      let options = Self.options(seed: seed) { $0.bannedTokens = Set(beginnings) }
      let text = llama.generate("ab", matching: pattern, options: options)
      #expect(text.joined() == "abno" && text.reason == .matched)
    }
    let all =
      beginnings + (3..<300).filter { no.starts(with: llama.tokenizer.decode($0, after: 5)) }
    let text = llama.generate(
      "ab", matching: pattern, options: Self.options { $0.bannedTokens = Set(all) })
    #expect(text.joined().isEmpty)
    guard case .badPattern(let problem) = text.error else {
      Issue.record("expected an error, found \(text.reason!)")
      return
    }
    // It names what would have to be allowed.
    let first = all.min()!
    #expect(problem.contains("banned") && problem.contains("such as \(first) \""), "\(problem)")
  }

  @Test func aBanHoldsForWhatMustFollow() throws {
    let llama = try llama()
    let pattern = try Pattern([.text("no, yes")])
    let yes = llama.tokenizer.encode("yes", bos: false, eos: false).last!
    #expect(llama.tokenizer.decode(yes, after: 5).elementsEqual("yes".utf8))
    let options = Self.options { $0.bannedTokens = [yes] }
    let text = llama.generate("ab", matching: pattern, options: options)
    #expect(text.joined() == "abno, yes" && text.reason == .matched)
    #expect(!text.context.tokens.contains(yes) && !text.context.unread.contains(yes))
  }

  @Test func aWholeTextEndsWhereNothingIsLeft() throws {
    let llama = try llama()
    // Neither the end nor a tilde may follow "a".
    let tildes = (3..<300).filter { llama.tokenizer.decode($0, after: 5).first == 0x7E }
    var options = Self.options(tokens: 3)
    options.bannedTokens = Set([1] + tildes)
    options.pattern = try Pattern([.sequence([.text("a"), Self.optional(.text("~"))])])
    let text = llama.generate("ab", options: options)
    #expect(text.joined() == "aba" && text.reason == .matched)
    let beam = try llama.beamSearch("ab", beams: 2, options: options)
    #expect(beam.first?.text == "aba" && beam.first?.reason == .matched)
  }

  @Test func behindBOSATextEndsInTimeToo() throws {
    let llama = try llama()
    let rules: [Language] = [
      .either([.text("ab"), .sequence([.text("a"), .repeated(.text("c"), atLeast: 9, atMost: 9)])])
    ]
    for seed in 1...30 {
      let text = llama.generate(
        "", matching: try Pattern(rules), options: Self.options(seed: seed, tokens: 2))
      #expect(text.joined() == "ab" && text.reason == .matched)
    }
  }

  // MARK: - Refusals

  @Test func controlCharactersOfChoicesAreRefused() {
    for text in ["a\u{7}", "\u{1B}[0m", "\u{7F}", "\u{85}"] {
      #expect(Self.problem([.choices([Array(text.utf8)])])?.contains("control character") == true)
      #expect(Self.problem([.text(text)])?.contains("control character") == true)
    }
    #expect(Self.problem([.text("a\n\tb\r\u{A0}")]) == nil)
  }

  private static func problem(_ rules: [Language]) -> String? {
    do {
      _ = try Pattern(rules)
      return nil
    } catch {
      guard case .badPattern(let problem) = error else { return "\(error)" }
      return problem
    }
  }

  @Test func whatHasNoTextIsRefused() {
    for rules in [
      [.either([])], [.scalar([])], [.choices([])], [.scalar([0...8])], [.rule(0)],
      [.sequence([.text("a"), .rule(0)])], [.repeated(.either([]), atLeast: 1, atMost: 3)],
      [.repeated(.text("ab"), atLeast: .max, atMost: nil)],
    ] as [[Language]] {
      #expect(Self.problem(rules)?.contains("no text") == true, "\(rules)")
    }
    #expect(Self.problem([.repeated(.either([]), atLeast: 0, atMost: 3)]) == nil)
  }

  @Test func aRuleThatBeginsWithItselfIsRefused() {
    for rules in [
      [.either([.sequence([.rule(0), .text("a")]), .text("b")])],
      [.either([.sequence([Self.optional(.text("a")), .rule(0), .text("a")]), .text("b")])],
      [
        .either([.sequence([.rule(1), .text("a")]), .text("b")]),
        .repeated(.rule(0), atLeast: 0, atMost: 2),
      ],
      [
        .either([.rule(1), .sequence([.rule(1), .text("a")]), .text("b")]),
        .either([.rule(0), .text("c")]),
      ],
    ] as [[Language]] {
      #expect(Self.problem(rules)?.contains("itself") == true, "\(rules)")
    }
    // A loop that consumes nothing is none.
    #expect(Self.problem([.either([.rule(0), .text("b")])]) == nil)
  }

  @Test func whatIsTooLargeOrCanBeReadInTooManyWaysIsRefused() throws {
    let long = [UInt8](repeating: 0x61, count: 2_000_000)
    #expect(Self.problem([.literal(long)])?.contains("2000000 states") == true)
    let llama = try llama()
    let ways = Language.repeated(
      .repeated(Self.optional(.text("a")), atLeast: 0, atMost: 5000), atLeast: 0, atMost: 5000)
    #expect(Self.problem([ways])?.contains("too many ways") == true)
    let text = llama.generate(
      "ab", matching: try Pattern([.sequence([Self.letters, .text("b"), ways])]))
    #expect(text.joined().utf8.allSatisfy { $0 == 0x61 || $0 == 0x62 })
    guard case .badPattern(let problem) = text.error else {
      Issue.record("expected an error, found \(text.reason!)")
      return
    }
    #expect(problem.contains("too many ways"))
  }

  @Test func aMillionChoicesHaveTheirTime() throws {
    let choices = (0..<1_000_000).map { "value \($0)" }
    let (text, reason, _) = try Self.text(
      try llama(), [.choices(choices.map { Array($0.utf8) })], Self.options())
    #expect(choices.contains(text) && (reason == .matched || reason == .endToken))
  }

  @Test func behindBOSATokenIsItsTextWithoutTheSpace() throws {
    let llama = try llama()
    let matcher = try Matcher(Pattern([.text("a")]), llama, endsBefore: [2])
    let allowed = try matcher.allowed(room: .max, after: llama.tokenizer.bos!, [])
    let texts = (0..<300).filter { allowed[$0] }.map { llama.tokenizer.decode($0, after: -1) }
    #expect(Set(texts.map { String(decoding: $0, as: UTF8.self) }) == ["a", " a"])
  }
}
