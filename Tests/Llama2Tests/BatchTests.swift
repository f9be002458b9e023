import Testing

@testable import Llama2

/// `Llama.generate` and `stream` of many prompts, held against each text alone.
@Suite struct BatchTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private static let shape = Shape(
    dim: 32, hiddenDim: 64, nHeads: 4, nKVHeads: 2, seqLen: 60, tied: false)
  private static var gpt2: Shape {
    var shape = shape
    (shape.architecture, shape.nKVHeads) = (.gpt2, 4)
    return shape
  }

  /// A model that often ends a text: its logits for BOS and EOS are the most extreme.
  private func llama(
    _ shape: Shape = shape, _ format: Format = .v0, _ change: (inout Model) -> Void = { _ in }
  ) throws -> Llama {
    var model = Model(shape, seed: 5)
    for i in shape.dim..<3 * shape.dim { model.classifier.values[i] *= 2 }
    change(&model)
    return try Llama(
      checkpoint: folder.write(model.bytes(format), to: "model"),
      tokenizer: folder.write(
        Vocabulary.english(size: shape.vocabSize).file, to: "tokenizer.bin"), threads: 2)
  }

  /// Prompts of unequal length, some of them the same, some empty, some longer than the context.
  private static func prompts(_ count: Int) -> [String] {
    (0..<count).map { i in
      i % 7 == 6
        ? String(repeating: "z", count: 70)
        : String("the rain in the hat, and more of it on the".prefix(i * 5 % 43))
    }
  }

  private static func options(
    _ seed: UInt64 = 3, _ change: (inout GenerationOptions) -> Void = { _ in }
  ) -> GenerationOptions {
    var options = GenerationOptions()
    options.seed = seed
    change(&options)
    return options
  }

  /// A text and how it ended.
  private struct Text: Equatable {
    var text = ""
    var end: Batch.End?
  }

  private static func alone(_ llama: Llama, _ prompts: [String], _ options: GenerationOptions)
    -> [Text]
  {
    prompts.enumerated().map { i, prompt in
      var options = options
      options.seed = options.seed.map { $0 + UInt64(i) }
      let text = llama.generate(prompt, options: options)
      return Text(
        text: text.joined(),
        end: .init(
          reason: text.reason!, promptTokens: text.promptTokens,
          generatedTokens: text.generatedTokens))
    }
  }

  private static func texts(_ pieces: some Sequence<Batch.Piece>, _ count: Int) -> [Text] {
    var texts = [Text](repeating: Text(), count: count)
    for piece in pieces {
      #expect(texts[piece.index].end == nil, "a text that has ended goes on")
      #expect(piece.text.isEmpty == (piece.end != nil))
      texts[piece.index].text += piece.text
      texts[piece.index].end = piece.end
    }
    return texts
  }

  private static func texts(_ stream: BatchStream, _ count: Int) async throws -> [Text] {
    texts(try await stream.reduce(into: [Batch.Piece]()) { $0.append($1) }, count)
  }

  // MARK: Texts

  /// Standard input is such a sequence: asked again, it would wait for more.
  private final class Lines: Sequence, IteratorProtocol {
    private var left = ["one", "two"]
    private(set) var ends = 0

    func next() -> String? {
      if left.isEmpty { ends += 1 }
      return left.isEmpty ? nil : left.removeFirst()
    }
  }

  @Test func promptsAreNotAskedForBehindTheirEnd() throws {
    let lines = Lines()
    for _ in try llama().generate(lines, options: Self.options()) {}
    #expect(lines.ends == 1)
  }

  @Test(
    arguments: [
      (shape, .v0), (shape, .v2(groupSize: 32)), (shape, .int8GGUF), (gpt2, .gguf(fused: true)),
    ] as [(Shape, Format)], [1, 2, 7, 64])
  func everyTextOfABatchIsTheOneAlone(_ model: (shape: Shape, format: Format), _ count: Int) throws
  {
    let llama = try llama(model.shape, model.format)
    let prompts = Self.prompts(count)
    let options = Self.options { $0.stopTexts = ["ing", "q"] }
    let alone = Self.alone(llama, prompts, options)
    for atOnce in count == 64 ? [16] : [1, 3, 256] {
      let batch = llama.generate(prompts, options: options, atOnce: atOnce)
      let texts = Self.texts(batch, count)
      #expect(texts == alone)
      #expect(batch.next() == nil)
    }
    let reasons = alone.compactMap(\.end?.reason)
    if count == 64 && model.shape.architecture == .llama {
      #expect(reasons.contains(.endToken) && reasons.contains(.context))
      #expect(reasons.contains(.stopText("q")) && reasons.contains { $0.error != nil })
    }
  }

  @Test(
    arguments: [
      { $0.temperature = 0 }, { $0.steps = 25 }, { $0.maximumResponseTokens = 7 },
      { $0.maximumResponseTokens = 0 }, { $0.timeLimit = .zero },
      { ($0.repetitionPenalty, $0.frequencyPenalty, $0.penaltyWindow) = (1.3, 0.2, 20) },
      { ($0.topK, $0.minP, $0.bannedTokens, $0.logitBias) = (20, 0.02, [1, 2], [260: 2]) },
      { ($0.continuesBeyondContext, $0.maximumResponseTokens) = (true, 150) },
      {
        ($0.pattern, $0.maximumResponseTokens) = (
          try! Pattern([.repeated(.text("the rain "), atLeast: 1, atMost: nil)]), 20
        )
      },
    ] as [@Sendable (inout GenerationOptions) -> Void])
  func whateverTheOptionsEachTextIsTheOneAlone(
    _ change: @Sendable (inout GenerationOptions) -> Void
  ) throws {
    for shape in [Self.shape, Self.gpt2] {
      let llama = try llama(shape, .gguf(fused: false))
      let (prompts, options) = (Self.prompts(20), Self.options(8, change))
      let batch = llama.generate(prompts, options: options, atOnce: 6)
      #expect(Self.texts(batch, 20) == Self.alone(llama, prompts, options))
    }
  }

  @Test(arguments: [Format.v0, .int8GGUF])
  func promptsLongerThanABlockAreReadAmongOthers(_ format: Format) throws {
    let shape = Shape(dim: 32, hiddenDim: 32, nLayers: 1, nHeads: 2, seqLen: 2000)
    let llama = try llama(shape, format)
    let long = String(repeating: "z", count: 700)
    let prompts = [long, "the", long + long, "", "rain", long]
    let options = Self.options { ($0.maximumResponseTokens, $0.bannedTokens) = (40, [1, 2]) }
    let alone = Self.alone(llama, prompts, options)
    for atOnce in [2, 3, 6] {
      let batch = llama.generate(prompts, options: options, atOnce: atOnce)
      var pieces: [Batch.Piece] = []
      for piece in batch { pieces.append(piece) }
      #expect(Self.texts(pieces, prompts.count) == alone)
      // The 700 tokens take three blocks, in each of which the other text goes on.
      #expect(pieces.prefix { $0.index == 1 }.count >= 2 && pieces[0].index == 1)
      #expect(batch.speed.promptTokens == alone.reduce(0) { $0 + $1.end!.promptTokens })
      #expect(batch.speed.generatedTokens == 39 * prompts.count)
    }
  }

  @Test func whatIsNotFiniteInOneTextEndsThatTextOnly() throws {
    // The embedding of "z".
    let token = Vocabulary.english.tokens.firstIndex { $0.bytes == Array("z".utf8) }!
    let llama = try llama { model in
      for i in 0..<model.shape.dim {
        model.embedding.values[token * model.shape.dim + i] = .nan
      }
    }
    let prompts = ["the rain", "in z", "a", "z", "hat"]
    let options = Self.options { ($0.steps, $0.bannedTokens) = (40, [token]) }
    let texts = Self.texts(llama.generate(prompts, options: options), prompts.count)
    #expect(texts == Self.alone(llama, prompts, options))
    for (i, text) in texts.enumerated() {
      if case .notFinite? = text.end?.error {
        #expect([1, 3].contains(i) && text.text == "")
      } else {
        #expect([0, 2, 4].contains(i) && text.end?.error == nil)
      }
    }
  }

  @Test func aSeedGivesEachTextItsOwn() throws {
    let llama = try llama()
    let prompts = [String](repeating: "the", count: 4)
    let texts = Self.texts(llama.generate(prompts, options: Self.options(.max - 1)), 4)
    // Behind the largest number come 1 and 2, as 0 would mean the time.
    for (text, seed) in zip(texts, [.max - 1, .max, 1, 2] as [UInt64]) {
      #expect(text == Self.alone(llama, ["the"], Self.options(seed))[0])
    }
    #expect(Set(texts.map(\.text)).count == 4)
    for seed in [nil, 0] as [UInt64?] {
      let options = Self.options { $0.seed = seed }
      let random = (0..<2).map { _ in Self.texts(llama.generate(prompts, options: options), 4) }
      #expect(Set(random[0].map(\.text)).count > 1)
      #expect(random[0].dropFirst() != random[1].dropFirst())
    }
  }

  /// What is there is read on with, and only where nothing is left to do may a prompt be waited for.
  @Test func promptsThatComeLaterJoinTheTextsAtHand() throws {
    let llama = try llama()
    let options = Self.options { ($0.bannedTokens, $0.maximumResponseTokens) = ([1, 2], 9) }
    var asked: [Bool] = []
    let batch = Batch(llama, options, atOnce: 4) { waits in
      asked.append(waits)
      switch asked.count {
      case 1: return .prompt("the", index: 7)
      case 2...5: return .notYet
      case 6: return .prompt("rain", index: 3)
      default: return waits && asked.count > 20 ? .end : waits ? .prompt("a", index: 1) : .notYet
      }
    }
    var texts: [Int: String] = [:]
    for piece in batch { texts[piece.index, default: ""] += piece.text }
    for (index, prompt) in [(7, "the"), (3, "rain"), (1, "a")] {
      var own = options
      own.seed = 3 + UInt64(index)
      #expect(texts[index] == llama.generate(prompt, options: own).joined())
    }
    #expect(asked.prefix(3) == [true, false, false] && texts.count == 3)
  }

  // MARK: Work

  /// The blocks that go through the layers.
  private static func blocks(_ llama: Llama, _ body: () -> Void) -> Int {
    let before = llama.model.state.blockCount
    body()
    return llama.model.state.blockCount - before
  }

  @Test func theTextsShareTheirBlocksAndMakeRoomInTheNextOne() throws {
    let llama = try llama()
    let options = Self.options { ($0.bannedTokens, $0.maximumResponseTokens) = ([1, 2], 5) }
    for (count, atOnce, expected) in [(1, 1, 5), (5, 5, 5), (6, 2, 15), (7, 3, 15), (4, 1, 20)] {
      let prompts = [String](repeating: "", count: count)
      let blocks = Self.blocks(llama) {
        for _ in llama.generate(prompts, options: options, atOnce: atOnce) {}
      }
      #expect(blocks == expected, "\(count) texts, \(atOnce) at once")
    }
    // Beside a long text the last one begins in the block behind the end of the second one.
    let unequal = Self.options { ($0.bannedTokens, $0.steps, $0.drafts) = ([1, 2], 12, false) }
    let prompts = ["", "zzz", "zzzzz"]
    let alone = prompts.map { prompt in
      Self.blocks(llama) { for _ in llama.generate(prompt, options: unequal) {} }
    }
    let blocks = Self.blocks(llama) {
      for _ in llama.generate(prompts, options: unequal, atOnce: 2) {}
    }
    #expect(alone[1] < alone[0] && alone[0] < alone[1] + alone[2])
    #expect(blocks == alone[1] + alone[2])
  }

  @Test func anEmptyListHasNoPieces() throws {
    #expect(try llama().generate([]).next() == nil)
  }

  @Test func aPromptIsTakenWhenItsTextBegins() throws {
    let llama = try llama()
    var (taken, ended, most) = (0, 0, 0)
    let prompts = (0..<20).lazy.map { i in
      taken += 1
      return Self.prompts(20)[i]
    }
    let batch = llama.generate(prompts, options: Self.options(), atOnce: 3)
    #expect(taken == 0)
    for piece in batch {
      // Those that ended in the same block are still to come.
      if piece.end != nil { ended += 1 } else { most = max(most, taken - ended) }
    }
    #expect(ended == 20 && taken == 20 && 3...5 ~= most)
  }

  @Test func leavingTheLoopStopsTheWork() throws {
    let llama = try llama()
    let batch = llama.generate(["the", "rain", "hat"], options: Self.options())
    for _ in batch { break }
    #expect(batch.speed.generatedTokens == 0 && batch.speed.promptTokens > 0)
    #expect(batch.next() != nil)
  }

  // MARK: Streams

  @Test func aStreamOfPromptsHasTheTextsThatGenerateGives() async throws {
    let llama = try llama()
    let (prompts, options) = (Self.prompts(20), Self.options())
    let stream = llama.stream(prompts, options: options, atOnce: 5)
    let batch = llama.generate(prompts, options: options, atOnce: 5)
    #expect(try await Self.texts(stream, 20) == Self.texts(batch, 20))
    #expect(stream.speed.generatedTokens == batch.speed.generatedTokens)
    #expect(stream.speed.generatedTokens > 20)
  }

  @Test func batchesAndStreamsAtOnceAreWhatEachIsAlone() async throws {
    let llama = try llama()
    let (prompts, options) = (Self.prompts(12), Self.options())
    let alone = Self.alone(llama, prompts, options)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for i in 0..<3 {
        group.addTask {
          let stream = llama.stream(prompts, options: options, atOnce: 2 + 3 * i)
          let texts = try await Self.texts(stream, 12)
          #expect(texts == alone)
        }
        group.addTask {
          let batch = llama.generate(prompts, options: options, atOnce: 4)
          #expect(Self.texts(batch, 12) == alone)
        }
        group.addTask {
          let stream = llama.stream(prompts[i], options: Self.options(3 + UInt64(i)))
          let text = try await stream.reduce(into: "") { $0 += $1 }
          #expect(text == alone[i].text)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func cancellingTheTaskEndsABatchWithinABlock() async throws {
    let llama = try llama()
    let options = Self.options { $0.bannedTokens = [1, 2] }
    let stream = llama.stream(["the", "", "rain", "hat"], options: options, atOnce: 3)
    let task = Task {
      var pieces = 0
      for try await _ in stream {
        pieces += 1
        if pieces == 7 { withUnsafeCurrentTask { $0?.cancel() } }
        #expect(pieces <= 7)
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(stream.speed.generatedTokens < 12)
    var rest: [Batch.Piece] = []
    for try await piece in stream { rest.append(piece) }
    #expect(rest.filter { $0.end?.reason == .cancelled }.count <= 3)
    #expect(!rest.contains { $0.index == 3 } && stream.speed.generatedTokens < 12)
  }
}
