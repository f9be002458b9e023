import Llama2
import Testing

/// `generate` and `chat`, held against run.c's loops over the oracle.
@Suite struct GenerationTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// A model that often ends a text or a turn: its logits for BOS and EOS are the most extreme.
  private static func model(_ shape: Shape, seed: Int = 1) -> Model {
    var model = Model(shape, seed: seed)
    for i in shape.dim..<3 * shape.dim { model.classifier.values[i] *= 2.5 }
    return model
  }

  private func llama(_ model: Model) throws -> Llama {
    let vocabulary = Vocabulary.english(size: model.shape.vocabSize)
    return try Llama(
      checkpoint: try folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: try folder.write(vocabulary.file, to: "tokenizer.bin"), threads: 2)
  }

  private static let shape = Shape(hiddenDim: 20, nLayers: 1, seqLen: 200, tied: false)

  static let prompts = [
    "", "the rain", "é 漢字 😀", "a\u{7}b\nc\t\u{1B}[2J\u{7F}", "<s>in</s>", "  two",
  ]

  /// Logits differ from run.c's in their last bits, so that a coin that falls close to the border of two
  /// tokens' shares may give the other one: one of 720 texts here. None of these is one of them.
  @Test(arguments: prompts, [0, 0.7, 1.3] as [Float])
  func aTextIsThatOfRunC(_ prompt: String, _ temperature: Float) throws {
    for seed in 7...12 {
      let model = Self.model(Self.shape, seed: seed)
      let runC = RunC(
        model: model, vocabulary: .english(size: 300), temperature: temperature,
        topP: seed % 2 == 0 ? 0.9 : 1, seed: UInt64(seed))
      let text = try llama(model).generate(
        prompt, steps: 60, temperature: temperature, topP: runC.topP, seed: runC.seed)
      #expect(text.joined() == runC.generate(prompt, steps: 60))
      #expect(text.next() == nil, "a text that has ended goes on")
    }
  }

  @Test(arguments: ["", "be kind"], [0, 1] as [Float])
  func aConversationIsThatOfRunC(_ system: String, _ temperature: Float) throws {
    for seed in 1...6 {
      let model = Self.model(Self.shape, seed: seed)
      let runC = RunC(
        model: model, vocabulary: .english(size: 300), temperature: temperature, topP: 0.9,
        seed: UInt64(seed))
      let chat = try llama(model).chat(
        system: system, temperature: temperature, topP: 0.9, seed: runC.seed)
      let prompts = ["the rain", "", "é?", "in the hat"]
      var replies: [String] = []
      for prompt in prompts where !chat.isFull {
        let reply = chat.reply(to: prompt)
        replies.append(reply.joined())
        #expect(reply.next() == nil, "a reply that has ended goes on")
      }
      let expected = runC.chat(system: system, prompts, steps: 200)
      #expect(replies == expected)
    }
  }

  @Test func aPieceNeverEndsInsideACharacter() throws {
    let generation = try llama(Model(Self.shape)).generate("漢字😀e\u{301}é", steps: 200, seed: 4)
    let pieces = Array(generation.prefix(6))
    #expect(pieces.map { Array($0.unicodeScalars) } == "漢字😀e\u{301}é".unicodeScalars.map { [$0] })
  }

  @Test func leavingTheLoopStopsTheWork() throws {
    let generation = try llama(Model(Self.shape)).generate(steps: 200, temperature: 0, seed: 1)
    var pieces = 0
    for _ in generation {
      pieces += 1
      if pieces == 3 { break }
    }
    // A piece takes a token, or the few that spell a character; the first token is not counted.
    #expect(pieces == 3 && (2..<12).contains(generation.speed.generatedTokens))
    #expect(generation.next() != nil)
  }

  @Test func theStepsAreTokensAndNoneMeansTheContext() throws {
    // A logit of 0 for BOS, which so is never the likeliest and ends no text.
    var model = Model(Self.shape)
    for i in Self.shape.dim..<2 * Self.shape.dim { model.classifier.values[i] = 0 }
    let llama = try llama(model)
    let runC = RunC(model: model, vocabulary: .english(size: 300))
    for steps in [1, 2, 10, 200] {
      let generation = llama.generate(steps: steps, temperature: 0)
      let text = generation.joined()
      #expect(text == runC.generate("", steps: steps) && !text.isEmpty)
      // The first token is not counted.
      #expect(generation.speed.generatedTokens == steps - 1)
    }
    let context = runC.generate("", steps: 200)
    for steps in [0, 5000] {
      #expect(llama.generate(steps: steps, temperature: 0).joined() == context)
    }
  }

  @Test func aSeedGivesOneTextAndAnotherSeedAnother() throws {
    let llama = try llama(Model(Self.shape))
    let texts = [5, 5, 6].map { llama.generate(steps: 100, seed: $0).joined() }
    #expect(texts[0] == texts[1] && texts[0] != texts[2])
  }

  /// From 0 the generator draws nothing but 0, which always takes the likeliest token.
  @Test(arguments: [nil, 0] as [UInt64?])
  func withoutASeedATextIsRandomToo(_ seed: UInt64?) throws {
    var model = Model(Self.shape)
    for i in Self.shape.dim..<2 * Self.shape.dim { model.classifier.values[i] = 0 }
    let llama = try llama(model)
    let greedy = llama.generate(steps: 100, temperature: 0).joined()
    #expect(llama.generate(steps: 100, seed: seed).joined() != greedy)
  }

  @Test func theProgressOfALongPromptIsReportedToItsEndAndMayBeRefused() throws {
    let llama = try llama(Model(Shape(dim: 8, hiddenDim: 8, nLayers: 1, nHeads: 2, seqLen: 3000)))
    let prompt = String(repeating: "z", count: 2000)
    var reports: [[Int]] = []
    let text = llama.generate(prompt, steps: 2100, temperature: 0)
    text.onPromptProgress = { done, total in
      reports.append([done, total])
      return true
    }
    _ = text.joined()
    let total = reports.last![1]
    #expect(total > 2000 && reports.allSatisfy { $0[1] == total && $0[0] <= total })
    #expect(reports.count >= 3 && reports.map { $0[0] } == reports.map { $0[0] }.sorted())
    #expect(reports.last == [total, total])

    let refused = llama.generate(prompt, steps: 2100, temperature: 0)
    refused.onPromptProgress = { _, _ in false }
    for _ in refused {}
    #expect(refused.speed.generatedTokens == 0 && refused.error == nil)

    let stopped = llama.generate(prompt, steps: 2100, temperature: 0)
    stopped.onPromptProgress = { done, total in done < total }
    #expect(stopped.joined() == "" && stopped.reason == .cancelled)
    #expect(stopped.generatedTokens == 0)
  }

  @Test func textsThatTakeTurnsAreWhatEachIsAlone() throws {
    let llama = try llama(Model(Self.shape))
    let prompts = ["the rain", "", "in a land far away"]
    func texts() -> [Generation] {
      prompts.indices.map { llama.generate(prompts[$0], seed: UInt64($0 + 1)) }
    }
    let alone = texts().map { $0.joined() }
    #expect(Set(alone).count == 3 && alone.allSatisfy { $0.utf8.count > 10 })
    let turns = texts()
    var together = prompts.map { _ in "" }
    var isGoing = true
    while isGoing {
      isGoing = false
      for (i, text) in turns.enumerated() {
        if let piece = text.next() {
          together[i] += piece
          isGoing = true
        }
      }
    }
    #expect(together == alone)
  }

  @Test func textsOfManyTasksAtOnceAreWhatEachIsAlone() async throws {
    let llama = try llama(Model(Self.shape))
    let seeds = (1...8).map { UInt64($0) }
    func text(_ seed: UInt64) -> String { llama.generate("the rain", seed: seed).joined() }
    let alone = seeds.map { text($0) }
    #expect(Set(alone).count > 4)
    let together = await withTaskGroup(of: (UInt64, String).self) { group in
      for seed in seeds { group.addTask { (seed, text(seed)) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for (seed, text) in zip(seeds, alone) { #expect(together[seed] == text) }
  }

  @Test func aModelThatComputesNaNEmitsNothing() throws {
    var model = Model(Self.shape)
    model.rmsFinal[0] = .nan
    let generation = try llama(model).generate("the rain", steps: 20)
    #expect(Array(generation) == [])
    let error = try #require(generation.error)
    guard case .notFinite = error else { throw error }
  }
}
