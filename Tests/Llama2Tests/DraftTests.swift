import Foundation
import Testing

@testable import Llama2

/// Texts of which tokens are guessed, held against the same texts without, bit for bit.
@Suite struct DraftTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// Guesses a text that is known, each token right with this probability, and now and then fewer than asked.
  final class Forced: DraftSource {
    let isFree = true
    private let text: [Int]
    private let chance: Float
    private var random = SplitMix(5)
    /// For each guess how many tokens were asked for, and how many had been read.
    private(set) var asked: [(most: Int, read: Int)] = []
    var count: Int { asked.last?.read ?? 0 }

    init(_ text: [Int], chance: Float) { (self.text, self.chance) = (text, chance) }

    func guess(_ most: Int, after tokens: [Int], _ chooser: Chooser) -> [Int] {
      asked.append((most, tokens.count))
      let count = chance == 1 ? most : Int.random(in: 0...most, using: &random)
      return (tokens.count..<tokens.count + count).map { place in
        let token = place < text.count ? text[place] : 5
        return Float.random(in: 0..<1, using: &random) < chance ? token : (token + 7) % 300
      }
    }

    func takeBack(to count: Int) {}
  }

  private static func shape(context: Int) -> Shape {
    Shape(hiddenDim: 20, nLayers: 2, seqLen: context, tied: false)
  }

  /// A model whose texts are random and seldom end.
  private func llama(
    context: Int = 300, _ format: Format = .v0, seed: Int = 3, draft: String? = nil
  ) throws -> Llama {
    try Llama(
      checkpoint: file(context: context, format, seed: seed),
      tokenizer: folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"), threads: 2,
      draft: draft)
  }

  private func file(context: Int = 300, _ format: Format = .v0, seed: Int) throws -> String {
    let model = Model(Self.shape(context: context), seed: seed)
    return try folder.write(model.bytes(format), to: "model\(seed).bin")
  }

  private static func options(
    tokens: Int? = 120, temperature: Float = 1,
    _ change: (inout GenerationOptions) -> Void = { _ in }
  ) -> GenerationOptions {
    var options = GenerationOptions(maximumResponseTokens: tokens)
    options.temperature = temperature
    options.seed = 11
    change(&options)
    return options
  }

  /// What can be known of a text.
  private struct Outcome: Equatable {
    let tokens: [ScoredToken]
    let read: [Int]
    let reason: EndReason?
    let generated: Int
    let position: Int
  }

  private static func outcome(
    _ llama: Llama, _ prompt: String, _ options: GenerationOptions, _ draft: Draft? = nil
  ) -> Outcome {
    var options = options
    options.drafts = draft != nil
    let text = llama.generate(prompt, options: options)
    text.context.draft = draft
    let tokens = Array(text.tokens(alternatives: 3))
    return Outcome(
      tokens: tokens, read: text.context.tokens, reason: text.reason,
      generated: text.generatedTokens, position: text.context.position)
  }

  // MARK: The text is the same

  static let options: [GenerationOptions] = [
    options(), options(temperature: 0), options(tokens: nil),
    options(tokens: nil) { $0.steps = 77 },
    options { $0.bannedTokens = [1, 2] },
    options { ($0.repetitionPenalty, $0.frequencyPenalty, $0.presencePenalty) = (1.3, 0.2, 0.1) },
    options(temperature: 0) { ($0.repetitionPenalty, $0.penaltyWindow) = (1.5, 6) },
    options { ($0.topK, $0.minP, $0.typicalP) = (40, 0.01, 0.9) },
    options { $0.stopTexts = ["e", "zq"] }, options { $0.stopTexts = ["th"] },
    options { $0.timeLimit = .zero }, options { $0.timeLimit = .seconds(1000) },
    options(tokens: 400) { ($0.continuesBeyondContext, $0.bannedTokens) = (true, [1, 2]) },
    options(tokens: 1), options(tokens: 0), options(tokens: 2),
    options { $0.pattern = pattern }, options(temperature: 0) { $0.pattern = pattern },
    options(tokens: 23) { ($0.pattern, $0.repetitionPenalty) = (pattern, 1.3) },
  ]
  /// Of what must follow and what may.
  private static let pattern = try! Pattern([
    .repeated(
      .sequence([
        .text("the rain"), .repeated(.scalar([0x61...0x7A, 0x20...0x20]), atLeast: 1, atMost: 7),
        .text(" in the "), .choices([Array("hat".utf8), Array("hand".utf8), Array("hot".utf8)]),
      ]), atLeast: 2, atMost: 30)
  ])

  @Test(arguments: options)
  func aTextIsTheSameWithAnyGuesses(_ options: GenerationOptions) throws {
    for (format, context) in [(Format.v0, 90), (.v2(groupSize: 4), 33)] {
      let llama = try llama(context: context, format)
      let small = try LoadedModel(checkpoint: file(context: 40, seed: 4), threads: 1)
      for prompt in ["", "the rain in the hat"] {
        let expected = Self.outcome(llama, prompt, options)
        func expect(_ source: any DraftSource, _ always: Int?) {
          let found = Self.outcome(llama, prompt, options, Draft([source], always: always))
          #expect(found == expected, "\(source), \(always ?? -1) at \(prompt)")
        }
        for always in [nil, 1, 4, 31] {
          for chance in [0, 0.7, 1] as [Float] {
            expect(Forced(expected.read, chance: chance), always)
          }
          expect(TextLookup(), always)
          expect(try SmallerModel(Transformer(llama.model), vocabSize: 300), always)
          expect(try SmallerModel(Transformer(small), vocabSize: 300), always)
        }
      }
    }
  }

  @Test func aTextHasADraftUnlessTheOptionsHaveNone() throws {
    let llama = try llama()
    for drafts in [true, false] {
      let text = llama.generate("the rain", options: Self.options { $0.drafts = drafts })
      #expect(text.reduce("", +).utf8.count > 20)
      #expect((text.context.draft != nil) == drafts)
    }
  }

  @Test func aTextThatRepeatsItselfTakesFewerPassesThanTokens() throws {
    let llama = try llama(context: 500)
    var options = Self.options(tokens: 400, temperature: 0) { $0.bannedTokens = [1, 2] }
    var (texts, blocks): ([String], [Int]) = ([], [])
    for drafts in [false, true] {
      options.drafts = drafts
      let before = llama.model.state.blockCount
      let text = llama.generate("the rain", options: options)
      text.context.draft = drafts ? Draft(llama.draftSources(), clock: Clock().next) : nil
      texts.append(text.joined())
      blocks.append(llama.model.state.blockCount - before)
    }
    #expect(texts[0] == texts[1] && blocks[0] == 400 && blocks[1] < 400)
  }

  /// The first message ends behind a pass of one token, which makes the draft: it is taken back before
  /// the draft has seen another block.
  @Test func whatWasReadForAMessageThatIsTakenBackIsForgotten() throws {
    var model = Model(Self.shape(context: 400), seed: 3)
    let token = Vocabulary.english.tokens.firstIndex { $0.bytes == Array("z".utf8) }!
    for i in 0..<model.shape.dim { model.embedding.values[token * model.shape.dim + i] = .nan }
    let llama = try Llama(
      checkpoint: folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"), threads: 2)
    func reply(_ drafts: Bool) -> String {
      let options = Self.options(tokens: 30) {
        ($0.drafts, $0.bannedTokens) = (drafts, [1, 2, token])
      }
      let short = llama.chat(options: options)
      #expect(short.reply(to: "z").joined() == "")
      let others = short.context.tokens.count - 1
      let chat = llama.chat(options: options)
      let message = String(repeating: "z", count: Transformer.blockSize + 1 - others)
      #expect(chat.reply(to: message).joined() == "" && chat.error != nil)
      #expect(chat.context.tokens.count == Transformer.blockSize + 1)
      #expect((chat.context.draft != nil) == drafts)
      return chat.reply(to: "hi").joined()
    }
    let expected = reply(false)
    #expect(reply(true) == expected && expected.utf8.count > 20)
  }

  /// Replies that are left, that end with a stop text or have options of their own are taken back in part.
  @Test(arguments: [nil, 200] as [Int?])
  func aConversationIsTheSameWithAnyGuesses(_ steps: Int?) throws {
    let llama = try llama(context: 160)
    func conversation(_ draft: Draft?) throws -> ([String], [Int], Transcript) {
      let options = Self.options(tokens: 30) {
        ($0.drafts, $0.steps, $0.stopTexts) = (draft != nil, steps ?? 0, ["qu"])
      }
      let chat = llama.chat(system: "be kind", options: options)
      chat.context.draft = draft
      var replies: [String] = []
      for (i, message) in ["the rain", "hi", "", "in the hat", "the rain", "hi", "a"].enumerated() {
        if i == 3 { chat.prewarm(promptPrefix: "in the") }
        var own = Self.options(tokens: 40, temperature: 0.7) { $0.seed = UInt64(i + 1) }
        own.drafts = draft != nil && i != 4
        let reply = chat.reply(to: message, options: i % 2 == 0 ? nil : own)
        replies.append(reply.prefix(i % 3 == 0 ? 4 : 1000).joined())
      }
      return (replies, chat.context.tokens, chat.transcript)
    }
    let expected = try conversation(nil)
    #expect(expected.1.count > 150)
    for always in [nil, 1, 5, 31] {
      for source in [
        try SmallerModel(Transformer(llama.model), vocabSize: 300), TextLookup(),
        Forced(expected.1, chance: 0.5),
      ] as [any DraftSource] {
        let found = try conversation(Draft([source], always: always))
        #expect(found == expected, "\(source), \(always ?? -1)")
      }
    }
  }

  @Test func aTextBehindAPrefixIsTheSame() throws {
    let llama = try llama()
    let prefix = try llama.read("the rain in")
    let options = Self.options { $0.drafts = false }
    let expected = prefix.generate(" the hat", options: options).joined()
    #expect(prefix.generate(" the hat", options: Self.options()).joined() == expected)
    let text = prefix.generate(" the hat", options: Self.options())
    text.context.draft = Draft([TextLookup()], always: 7)
    #expect(text.joined() == expected)
  }

  /// Every third block is read by the caller.
  @Test func aTextThatIsReadByOthersNowAndThenIsTheSame() throws {
    let llama = try llama()
    let expected = Self.outcome(llama, "the rain", Self.options())
    for chance in [0.5, 1] as [Float] {
      let text = llama.generate("the rain", options: Self.options())
      let context = text.context
      context.draft = Draft([Forced(expected.read, chance: chance)], always: 5)
      context.alternatives = 3
      let logits = UnsafeMutableBufferPointer<Float>.allocate(capacity: 300)
      defer { logits.deallocate() }
      var tokens: [ScoredToken] = []
      for i in 0... {
        while let piece = text.nextReady() {
          if let token = piece.scoredToken { tokens.append(token) }
        }
        if context.reason != nil { break }
        if i % 3 == 0, let read = context.beginRead() {
          Transformer.forward([read], into: logits.baseAddress!)
          context.endRead(UnsafeBufferPointer(logits), from: 0)
        } else if let piece = context.next(text.nextReady), let token = piece.scoredToken {
          tokens.append(token)
        }
      }
      #expect(tokens == expected.tokens)
    }
  }

  /// Keys and values in 16 bits, and passes whose positions lie in two of the cache's chunks.
  @Test(arguments: [false, true]) func aLongTextIsTheSameWithAnyGuesses(_ isInt8: Bool) throws {
    let shape = Shape(
      dim: 32, hiddenDim: 32, nLayers: 1, nHeads: 2, nKVHeads: 1, seqLen: 600, tied: false)
    let llama = try Llama(
      checkpoint: folder.write(Model(shape, seed: 3).bytes(isInt8 ? .int8GGUF : .v0), to: "model"),
      tokenizer: folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"), threads: 2)
    #expect((llama.model.cacheFloats == F16.self) == isInt8)
    let options = Self.options(tokens: 90) { $0.bannedTokens = [1, 2] }
    for length in [220, 470] {
      let prompt = String(repeating: "z", count: length)
      let expected = Self.outcome(llama, prompt, options)
      for always in [nil, 3, 31] {
        for source in [TextLookup(), Forced(expected.read, chance: 0.9)] as [any DraftSource] {
          #expect(Self.outcome(llama, prompt, options, Draft([source], always: always)) == expected)
        }
      }
    }
  }

  /// Some of them compute in turn, the streams in shared blocks beside the draft model's.
  @Test func textsOfManyTasksAtOnceAreWhatEachIsAlone() async throws {
    let llama = try llama(draft: file(seed: 4))
    @Sendable func options(_ seed: UInt64, _ drafts: Bool) -> GenerationOptions {
      Self.options { ($0.seed, $0.drafts) = (seed, drafts) }
    }
    @Sendable func text(_ seed: UInt64, _ drafts: Bool) -> String {
      llama.generate("the rain", options: options(seed, drafts)).joined()
    }
    let together = try await withThrowingTaskGroup(of: (UInt64, String).self) { group in
      for seed in 1...8 as ClosedRange<UInt64> {
        group.addTask {
          if seed % 3 == 0 { return (seed, text(seed, true)) }
          let stream = llama.stream("the rain", options: options(seed, true))
          return (seed, try await stream.reduce(into: "") { $0 += $1 })
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for seed in 1...8 as ClosedRange<UInt64> { #expect(together[seed] == text(seed, false)) }
  }

  // MARK: What guesses

  /// A clock by which every pass takes a millisecond, however busy the machine is.
  private final class Clock {
    var time = 0.0

    func next() -> Double {
      time += 1e-3
      return time
    }
  }

  /// One that takes its time, and is always wrong.
  private final class Slow: DraftSource {
    let isFree = false
    let clock = Clock()
    private(set) var (calls, count) = (0, 0)

    func guess(_ most: Int, after tokens: [Int], _ chooser: Chooser) -> [Int] {
      (calls, count) = (calls + 1, tokens.count)
      clock.time += 0.02 * Double(most)
      return [Int](repeating: 5, count: most)
    }

    func takeBack(to count: Int) {}
  }

  @Test func aModelThatDoesNotPayGivesWayToTheText() throws {
    let llama = try llama(context: 500)
    let options = Self.options(tokens: 400) { $0.bannedTokens = [1, 2, 5] }
    let expected = Self.outcome(llama, "the rain", options)
    let (slow, text) = (Slow(), Forced(expected.read, chance: 1))
    let draft = Draft([slow, text], clock: slow.clock.next)
    #expect(Self.outcome(llama, "the rain", options, draft) == expected)
    #expect(expected.generated == 400 && 1...40 ~= slow.calls && text.asked.count > 10)
  }

  @Test func theFirstSourceThatGuessesIsTheOneThatIsAsked() throws {
    let llama = try llama(context: 500)
    let options = Self.options { $0.bannedTokens = [1, 2] }
    let expected = Self.outcome(llama, "the rain", options)
    let model = Recorded(Forced(expected.read, chance: 1))
    let text = Forced(expected.read, chance: 1)
    #expect(Self.outcome(llama, "the rain", options, Draft([model, text], always: 7)) == expected)
    #expect(model.guesses.count > 10 && text.asked.isEmpty)
    // One that only reads.
    let silent = Recorded(Forced([], chance: 1))
    silent.isSilent = true
    #expect(Self.outcome(llama, "the rain", options, Draft([silent, text], always: 7)) == expected)
    #expect(silent.guesses.count == model.guesses.count)
    #expect(text.asked.count == model.guesses.count)
  }

  // MARK: What is read ahead

  @Test func whatWasReadAheadIsForTheGuessedTokenInItsPlace() throws {
    let text = try Transformer(LoadedModel(checkpoint: file(seed: 3), threads: 1))
    let chooser = Chooser(sampler: Sampler(vocabSize: 300, temperature: 0, topP: 0, seed: 1))
    let cases: [(block: [Int], count: Int, position: Int, isReady: Bool)] = [
      ([9], 2, 2, true), ([8], 2, 2, false), ([9, 10], 2, 2, false), ([9], 1, 2, false),
      ([9], 2, 1, false), ([9], 3, 2, false),
    ]
    for (block, count, position, isReady) in cases {
      let source = Recorded(Forced([7, 8, 9, 10, 11, 12], chance: 1))
      let draft = Draft([source], always: 3)
      draft.read([7], after: 0, at: 0, vocabSize: 300)
      draft.read([8], after: 1, at: 1, vocabSize: 300)
      #expect(!draft.isReady)
      let read = Transformer.Read(text: text, tokens: [8], position: 1, wantsLogits: true)
      _ = draft.forward(read, of: [7, 8], most: 100, chooser)
      draft.read(block, after: count, at: position, vocabSize: 300)
      #expect(draft.isReady == isReady)
      #expect(source.takenBack == (count < 2 ? [count] : []))
    }
  }

  @Test func rightGuessesAreReadTogether() throws {
    let llama = try llama()
    let options = Self.options(tokens: 129) { $0.bannedTokens = [1] }
    let expected = Self.outcome(llama, "the rain", options)
    for always in [1, 7, 31] {
      let source = Forced(expected.read, chance: 1)
      _ = Self.outcome(llama, "the rain", options, Draft([source], always: always))
      // The last token is not read; the others are, with so many guesses in each pass.
      #expect(expected.generated == 129 && source.asked.count == 128 / (1 + always))
    }
  }

  /// Whatever is asked for beyond would be read in vain, or stand outside the context.
  @Test func noMoreIsGuessedThanTheTextMayHave() throws {
    let llama = try llama(context: 90)
    for options in [
      Self.options(tokens: nil), Self.options(tokens: nil) { $0.steps = 50 },
      Self.options(tokens: 40),
    ] {
      var options = options
      options.bannedTokens = [1]
      let expected = Self.outcome(llama, "the rain", options)
      let source = Forced(expected.read, chance: 0)
      _ = Self.outcome(llama, "the rain", options, Draft([source], always: 31))
      #expect(source.asked.count > 20)
      for (most, read) in source.asked { #expect(most == min(31, expected.read.count - read)) }
    }
  }

  /// Of the same model, with the same random numbers.
  @Test(arguments: [options(), options { $0.presencePenalty = 2 }, options(temperature: 0)])
  func aSmallerModelDrawsAsTheTextDoes(_ options: GenerationOptions) throws {
    let llama = try llama()
    let source = Recorded(try SmallerModel(Transformer(llama.model), vocabSize: 300))
    let found = Self.outcome(llama, "the rain", options, Draft([source], always: 6))
    #expect(found.generated > 20 && source.guesses.count > 3)
    for (place, guess) in source.guesses {
      let said = found.read[min(place, found.read.count)...].prefix(guess.count)
      #expect(said.elementsEqual(guess.prefix(said.count)))
    }
  }

  private final class Recorded: DraftSource {
    let isFree = false
    var count: Int { source.count }
    private let source: any DraftSource
    private(set) var guesses: [(place: Int, guess: [Int])] = []
    private(set) var takenBack: [Int] = []
    var isSilent = false

    init(_ source: any DraftSource) { self.source = source }

    func guess(_ most: Int, after tokens: [Int], _ chooser: Chooser) -> [Int] {
      let guess = isSilent ? [] : source.guess(most, after: tokens, chooser)
      guesses.append((tokens.count, guess))
      return guess
    }

    func takeBack(to count: Int) {
      takenBack.append(count)
      source.takeBack(to: count)
    }
  }

  @Test func aSmallerModelReadsALongPromptInBlocksAndStopsWithItsContext() throws {
    let small = try Transformer(LoadedModel(checkpoint: file(context: 700, seed: 4), threads: 1))
    let source = SmallerModel(small, vocabSize: 300)
    let chooser = Chooser(sampler: Sampler(vocabSize: 300, temperature: 0, topP: 0, seed: 1))
    var random = SplitMix(2)
    let text = random.tokens(690, below: 300)
    for count in [256, 512, 689] {
      #expect(source.guess(5, after: text, chooser) == [] && source.count == count)
    }
    let guess = source.guess(30, after: text, chooser)
    #expect(guess.count == 11 && source.count == 690)
    // The same as of one that reads it all at once.
    let whole = try Transformer(copying: small, count: 0)
    // What was guessed wrong is read again.
    let wrong = text + [(guess[0] + 1) % 300, 7]
    #expect(source.guess(1, after: wrong, chooser) == [argmax(whole.forward(wrong, at: 0))])
    var read = text
    for token in guess {
      #expect(argmax(whole.forward(read, at: 0)) == token)
      read.append(token)
    }
    #expect(source.guess(5, after: read, chooser) == [])
    source.takeBack(to: 400)
    #expect(source.count == 400)
    let other = Array(text[..<400]) + [7]
    #expect(source.guess(1, after: text + guess, chooser) == [])
    let next = source.guess(1, after: other, chooser)
    #expect(next == [argmax(whole.forward(other, at: 0))])
    source.takeBack(to: 300)
    let longer = Array(text[..<300]) + random.tokens(120, below: 300)
    _ = source.guess(1, after: longer, chooser)
    #expect(source.guess(1, after: longer, chooser) == [argmax(whole.forward(longer, at: 0))])
  }

  // MARK: Lookup

  /// Held against a search through the whole text.
  @Test func lookupGuessesWhatFollowedTheLongestMatch() {
    func expected(_ most: Int, after text: [Int]) -> [Int] {
      func length(_ end: Int) -> Int {
        zip(text[...end].reversed(), text.reversed()).prefix(16).prefix { $0 == $1 }.count
      }
      let places = text.indices.dropLast()
      guard let longest = places.map(length).max(), longest >= 2 else { return [] }
      var (place, all) = (places.last { length($0) == longest }!, text)
      for _ in 0..<most {
        place += 1
        all.append(all[place])
      }
      return Array(all[text.count...])
    }
    var random = SplitMix(1)
    let chooser = Chooser(sampler: Sampler(vocabSize: 4, temperature: 0, topP: 0, seed: 1))
    for symbols in [2, 3, 5] {
      let lookup = TextLookup()
      var text: [Int] = []
      for _ in 0..<400 {
        if Int.random(in: 0..<8, using: &random) == 0 {
          text.removeLast(Int.random(in: 0...text.count, using: &random) / 4)
          lookup.takeBack(to: text.count)
        }
        text += random.tokens(Int.random(in: 1...4, using: &random), below: symbols)
        if text.count > 120 {
          text = []
          lookup.takeBack(to: 0)
          continue
        }
        #expect(lookup.guess(9, after: text, chooser) == expected(9, after: text))
      }
    }
  }

  // MARK: How many are guessed

  /// The time of 2,000 tokens in passes that take so long, each guess right with this probability, as a share
  /// of the time without guesses.
  ///
  /// - Parameter guess: the time of each guess, in a model that guesses.
  private static func time(
    _ chance: Double, tokens count: Int = 2000, guess: Double? = nil,
    ofPass time: (_ tokens: Int, _ done: Int) -> Double
  ) -> Double {
    let isFree = guess == nil
    var length = DraftLength(isFree: isFree, always: nil)
    var random = SplitMix(4)
    var (tokens, seconds) = (0, 0.0)
    while tokens < count {
      let guesses = length.best(most: 31)
      let (pass, guessing) = (time(1 + guesses, tokens), Double(guesses) * (guess ?? 0))
      length.record(pass: 1 + guesses, seconds: pass, guessing: guessing)
      seconds += pass + guessing
      for i in 0...guesses {
        tokens += 1
        let isRight = Double.random(in: 0..<1, using: &random) < chance
        length.record(guess: isFree || i < guesses ? isRight : nil)
        if !isRight || i == guesses { break }
        length.recordSavedPass()
      }
    }
    return seconds / Double(tokens)
  }

  /// Passes from such where each further token takes next to nothing to such where it takes as long as a
  /// pass of its own.
  @Test(arguments: [0.02, 0.1, 0.3, 0.6, 1], [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1])
  func asManyAreGuessedAsSaveTime(_ cost: Double, _ chance: Double) {
    func time(_ tokens: Int) -> Double { 1 + cost * Double(tokens - 1) }
    let best = [1, 2, 4, 8, 16, 32].map { size in
      time(size) / (0..<size).reduce(0.0) { $0 + pow(chance, Double($1)) }
    }.min()!
    let free = Self.time(chance) { tokens, _ in time(tokens) }
    #expect(free <= min(1.015, 1.15 * best), "\(free), best \(best)")
    // Where guesses are asked for, they are tried more often.
    let asked = Self.time(chance, guess: 0) { tokens, _ in time(tokens) }
    #expect(asked <= min(1.05, 1.2 * best), "\(asked), best \(best)")
  }

  /// Of a model that takes from a twentieth of a pass to several passes for a guess.
  @Test(arguments: [0.05, 0.2, 0.5, 1, 4])
  func badGuessesOfAModelCostAFewPercent(_ guess: Double) {
    let time = Self.time(0.1, tokens: 300, guess: guess) { tokens, _ in 1 + 0.05 * Double(tokens) }
    #expect(time / 1.05 < 1.05)
  }

  @Test func whatDidNotPayIsTriedAgainLater() {
    var length = DraftLength(isFree: true, always: nil)
    func passes(_ count: Int) { for _ in 0..<count { length.record(pass: 1, seconds: 1) } }
    passes(1)
    #expect(length.best(most: 31) == 1)
    length.record(pass: 2, seconds: 2)
    passes(10)
    #expect(length.best(most: 31) == 0)
    passes(2000)
    #expect(length.best(most: 31) > 0)
  }

  @Test func whatAModelHasToReadBeforeItGuessesIsWeighed() {
    var length = DraftLength(isFree: false, always: nil)
    length.record(pass: 1, seconds: 1)
    // The prompt is no loss.
    length.record(reading: 100)
    #expect(length.best(most: 31) == 1)
    length.record(pass: 2, seconds: 1, guessing: 0.2)
    length.record(guess: true)
    length.recordSavedPass()
    #expect(length.best(most: 31, unread: 20) > 0)
    #expect(length.best(most: 31, unread: 200) == 0)
    length.record(reading: 100)
    #expect(length.best(most: 31) == 0)
  }

  @Test func aPassThatWasSlowByChanceIsTriedAgain() {
    var isFirst = true
    let time = Self.time(1) { tokens, done in
      if tokens == 2 && isFirst {
        isFirst = false
        return 40
      }
      return 1 + 0.1 * Double(tokens)
    }
    #expect(time < 0.4)
  }

  // MARK: The draft model

  @Test func aDraftModelWritesTheSameTextOnTheThreadsOfTheLargeOne() throws {
    let llama = try llama(draft: file(context: 50, seed: 4))
    #expect(llama.draftModel?.threads === llama.model.threads)
    let sources = llama.draftSources()
    #expect(sources.count == 2 && sources[0] is SmallerModel && sources[1] is TextLookup)
    for seed in 1...5 as ClosedRange<UInt64> {
      let options = Self.options(tokens: 100) { $0.seed = seed }
      var slow = options
      slow.drafts = false
      let (text, expected) = (
        llama.generate("in", options: options), llama.generate("in", options: slow)
      )
      #expect(text.joined() == expected.joined() && text.reason == expected.reason)
    }
  }

  @Test func aDraftModelNeedsTheSameVocabulary() throws {
    func path(_ name: String, _ change: (inout SmallGGUF) -> Void = { _ in }) throws -> String {
      var model = SmallGGUF(.gpt2)
      change(&model)
      return try folder.write(model.file.bytes, to: name)
    }
    let large = try path("large.gguf")
    #expect(
      try Llama(checkpoint: large, threads: 1, draft: path("same.gguf")).draftModel != nil)
    let other = try path("other.gguf") {
      var pieces = SmallGGUF.pieces(.gpt2)
      pieces[SmallGGUF.id("c")] = "xyz"
      $0["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    }
    let id = SmallGGUF.id("c")
    #expect(
      throws: LlamaError.badVocabulary(
        path: other,
        problem:
          "token \(id) is \"xyz\", but \"c\" in \(large): a draft needs the vocabulary of the"
          + " model that it drafts for")
    ) { try Llama(checkpoint: large, threads: 1, draft: other) }
    // What no text is made of may have another name.
    let control = try #require(SmallGGUF.types.firstIndex(of: 3))
    let marked = try path("marked.gguf") {
      var pieces = SmallGGUF.pieces(.gpt2)
      pieces[control] = "<|marked|>"
      $0["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    }
    #expect(try Llama(checkpoint: large, threads: 1, draft: marked).draftModel != nil)
    // Unused tokens need no counterpart, whichever model has more of them.
    let unused = SmallGGUF.types.count { $0 == 5 }
    #expect(unused > 2)
    let renamed = try path("renamed.gguf") {
      let pieces = SmallGGUF.pieces(.gpt2).dropLast(2) + ["[PAD1]", "[PAD2]"]
      $0["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    }
    #expect(try Llama(checkpoint: large, threads: 1, draft: renamed).draftModel != nil)
    let shorter = try folder.write(
      Model(Shape(vocabSize: 259)).bytes(.v0), to: "shorter.bin")
    try folder.write(Vocabulary.english(size: 259).file, to: "tokenizer.bin")
    #expect(throws: LlamaError.self) { try Llama(checkpoint: large, threads: 1, draft: shorter) }
    #expect(
      throws: LlamaError.cannotRead(path: folder["none"], reason: "No such file or directory")
    ) { try Llama(checkpoint: large, threads: 1, draft: folder["none"]) }
  }

  /// Vocabularies that differ in unused tokens at their ends.
  @Test func aDraftModelMayHaveMoreTokensOrFewer() throws {
    let llama = try llama()
    for (vocabSize, banned) in [(280, 280..<300), (280, 1..<3), (320, 1..<3)] {
      let options = Self.options { $0.bannedTokens = Set(banned).union([1, 2]) }
      let expected = Self.outcome(llama, "", options)
      let shape = Shape(hiddenDim: 20, vocabSize: vocabSize, seqLen: 300, tied: false)
      let path = try folder.write(Model(shape, seed: 3).bytes(.v0), to: "other.bin")
      let model = try Transformer(LoadedModel(checkpoint: path, threads: 1))
      let source = Recorded(SmallerModel(model, vocabSize: 300))
      #expect(Self.outcome(llama, "", options, Draft([source], always: 5)) == expected)
      let guesses = source.guesses.flatMap(\.guess)
      #expect(!guesses.isEmpty && guesses.allSatisfy { $0 < min(300, vocabSize) })
    }
  }
}
