import Testing

@testable import Llama2

/// `ChatSession`: the replies of `Chat`, for `await`.
@Suite struct ChatSessionTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// A model that says "Hiya" to everything, in a context of 256 tokens.
  private func hiya(_ architecture: Architecture = .llama) throws -> Llama {
    var model = SmallGGUF(.gpt2, architecture, saying: ["\n", "H", "i", "y", "a", "<|im_end|>"])
    model["tokenizer.chat_template"] = .string(
      "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}")
    return try Llama(checkpoint: folder.write(model.file.bytes, to: "model.gguf"), threads: 1)
  }

  /// A model whose replies are random.
  private func randomLlama() throws -> Llama {
    let shape = Shape(hiddenDim: 20, nLayers: 2, seqLen: 400, tied: false)
    var model = Model(shape, seed: 3)
    for i in shape.dim..<3 * shape.dim { model.classifier.values[i] *= 2.5 }
    return try Llama(
      checkpoint: folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"), threads: 1)
  }

  private static let greedy = GenerationOptions(sampling: .greedy)

  private static var random: GenerationOptions {
    var options = GenerationOptions(maximumResponseTokens: 40)
    options.seed = 5
    return options
  }

  private func transcript(_ entries: Transcript.Entry...) -> Transcript {
    Transcript(entries: entries)
  }

  @Test func aSessionRepliesAsAChatDoes() async throws {
    let llama = try randomLlama()
    let chat = llama.chat(system: "be kind", options: Self.random)
    let session = llama.session(instructions: "be kind", options: Self.random)
    #expect(session.transcript == transcript(.instructions("be kind")) && !session.isResponding)
    for message in ["the rain", "in the hat", "?"] {
      let reply = chat.reply(to: message)
      let response = try await session.respond(to: message)
      #expect(response.content == reply.joined() && response.reason == reply.reason)
      #expect(session.transcript == chat.transcript && !session.isResponding)
    }
    #expect(session.transcript.count == 7)
  }

  @Test func aSnapshotIsAllOfTheReplySoFar() async throws {
    let session = try hiya().session(options: Self.greedy)
    let stream = session.streamResponse(to: "a")
    #expect(!session.isResponding && session.transcript.isEmpty)
    var contents: [String] = []
    for try await snapshot in stream {
      contents.append(snapshot.content)
      #expect(session.isResponding)
      #expect(session.transcript == transcript(.prompt("a"), .response(snapshot.content)))
    }
    #expect(contents == ["H", "Hi", "Hiy", "Hiya"] && !session.isResponding)
    // To go through once.
    for try await snapshot in stream { Issue.record("\(snapshot)") }
    let collected = try await stream.collect()
    #expect(collected == .init(content: "Hiya", reason: .endToken, generatedTokens: 4))
    #expect(session.transcript == transcript(.prompt("a"), .response("Hiya")))
    #expect(try await session.streamResponse(to: "b").collect().content == "Hiya")
  }

  @Test func aResponseHasOptionsOfItsOwn() async throws {
    let session = try hiya().session(options: Self.greedy)
    let short = GenerationOptions(sampling: .greedy, maximumResponseTokens: 2)
    let response = try await session.respond(to: "a", options: short)
    #expect(response.content == "Hi" && response.reason == .steps)
    #expect(try await session.respond(to: "a").content == "Hiya")
  }

  @Test func aSecondRequestIsRefusedWhileOneGoesOn() async throws {
    let session = try hiya().session(options: Self.greedy)
    var contents: [String] = []
    for try await snapshot in session.streamResponse(to: "a") {
      contents.append(snapshot.content)
      await #expect(throws: LlamaError.busy) { try await session.respond(to: "b") }
    }
    #expect(contents.last == "Hiya")
    #expect(try await session.respond(to: "c").content == "Hiya")
    #expect(
      session.transcript
        == transcript(.prompt("a"), .response("Hiya"), .prompt("c"), .response("Hiya")))
  }

  @Test func aReplyWhoseLoopIsLeftEndsThere() async throws {
    let llama = try hiya()
    let session = llama.session(options: Self.greedy)
    let stream = session.streamResponse(to: "a")
    for try await _ in stream { break }
    #expect(!session.isResponding)
    #expect(session.transcript == transcript(.prompt("a"), .response("H")))
    #expect(
      try await stream.collect() == .init(content: "H", reason: .cancelled, generatedTokens: 1))
    #expect(try await session.respond(to: "b").content == "Hiya")
    let chat = llama.chat(options: Self.greedy)
    for _ in chat.reply(to: "a") { break }
    _ = chat.reply(to: "b").joined()
    #expect(await session.chat.tokens == chat.context.tokens)
  }

  @Test func aReplyWhoseTaskIsCancelledEndsThereAndTheSessionGoesOn() async throws {
    let llama = try hiya()
    let session = llama.session(options: Self.greedy)
    let task = Task {
      for try await snapshot in session.streamResponse(to: "a") where snapshot.content == "Hi" {
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!session.isResponding)
    #expect(session.transcript == transcript(.prompt("a"), .response("Hi")))
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await session.respond(to: "b")
    }
    await #expect(throws: CancellationError.self) { try await early.value }
    #expect(session.transcript.count == 2 && !session.isResponding)
    #expect(try await session.respond(to: "c").content == "Hiya")
    let chat = llama.chat(options: Self.greedy)
    _ = chat.reply(to: "a").prefix(2).map { $0 }
    _ = chat.reply(to: "c").joined()
    #expect(await session.chat.tokens == chat.context.tokens)
  }

  @Test func theErrorThatEndedALoopIsThrownAgainWhenItIsCollected() async throws {
    let session = try hiya().session(options: Self.greedy)
    let long = session.streamResponse(to: String(repeating: "b", count: 300))
    for _ in 1...2 { await #expect(throws: LlamaError.self) { try await long.collect() } }
    let stream = session.streamResponse(to: "a")
    let task = Task {
      for try await _ in stream { withUnsafeCurrentTask { $0?.cancel() } }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    await #expect(throws: CancellationError.self) { try await stream.collect() }
    #expect(try await session.respond(to: "b").content == "Hiya")
    // Of two requests at once, the second one's.
    var first = session.streamResponse(to: "c").makeAsyncIterator()
    _ = try await first.next()
    let second = session.streamResponse(to: "d")
    await #expect(throws: LlamaError.busy) { for try await _ in second {} }
    while try await first.next() != nil {}
    await #expect(throws: LlamaError.busy) { try await second.collect() }
  }

  @Test func aMessageThatIsTooLongIsAnErrorAndTheSessionGoesOn() async throws {
    for architecture in [Architecture.llama, .gpt2] {
      let session = try hiya(architecture).session(options: Self.greedy)
      let long = String(repeating: "b", count: 300)
      await #expect {
        try await session.respond(to: long)
      } throws: {
        if case LlamaError.promptTooLong = $0 { true } else { false }
      }
      #expect(session.transcript.isEmpty && !session.isResponding)
      #expect(try await session.respond(to: "a").content == "Hiya")
    }
  }

  @Test func aModelWithoutAChatTemplateIsAnError() async throws {
    let llama = try Llama(
      checkpoint: folder.write(SmallGGUF().file.bytes, to: "model.gguf"), threads: 1)
    let session = llama.session()
    session.prewarm()
    await #expect {
      try await session.respond(to: "a")
    } throws: {
      if case LlamaError.badTemplate = $0 { true } else { false }
    }
  }

  @Test func aSessionGoesOnFromATranscript() async throws {
    let llama = try hiya()
    let said = transcript(.instructions("be"), .prompt("a"), .response("H"))
    let session = llama.session(transcript: said, options: Self.greedy)
    #expect(session.transcript == said)
    #expect(try await session.respond(to: "b").content == "Hiya")
    #expect(session.transcript.count == 5 && session.transcript[1] == .prompt("a"))
    let chat = llama.chat(transcript: said, options: Self.greedy)
    _ = chat.reply(to: "b").joined()
    #expect(await session.chat.tokens == chat.context.tokens)
  }

  @Test func aTranscriptInAnotherOrderIsAnError() async throws {
    let session = try hiya().session(transcript: transcript(.response("a"), .prompt("b")))
    await #expect {
      try await session.respond(to: "c")
    } throws: {
      if case LlamaError.badTranscript = $0 { true } else { false }
    }
    #expect(session.transcript == transcript(.response("a"), .prompt("b")))
  }

  @Test(.timeLimit(.minutes(5)), arguments: ["", "the ", "something else"])
  func prewarmingReadsAheadAndChangesNoReply(_ prefix: String) async throws {
    let llama = try randomLlama()
    func replies(_ prewarm: (ChatSession) async -> Void) async throws -> ([String], read: Int) {
      let session = llama.session(instructions: "be kind", options: Self.random)
      var replies: [String] = []
      for message in ["the rain", "the hat"] {
        await prewarm(session)
        replies.append(try await session.respond(to: message).content)
      }
      return (replies, await session.chat.promptTokens)
    }
    let expected = try await replies { _ in }
    let prewarmed = try await replies { session in
      let before = await session.chat.tokens.count
      session.prewarm(promptPrefix: prefix)
      while await session.chat.tokens.count <= before { await Task.yield() }
    }
    #expect(prewarmed.0 == expected.0 && prewarmed.read < expected.read)
    // A message may come before anything was read, or in between.
    #expect(try await replies { $0.prewarm(promptPrefix: prefix) }.0 == expected.0)
  }

  @Test func sessionsOfManyTasksAtOnceAreWhatEachIsAlone() async throws {
    let llama = try randomLlama()
    @Sendable func replies(_ seed: UInt64) async throws -> [String] {
      var options = Self.random
      options.seed = seed
      let session = llama.session(options: options)
      return [
        try await session.respond(to: "the rain").content,
        try await session.respond(to: "the hat").content,
      ]
    }
    var alone: [[String]] = []
    for seed in 1...6 as ClosedRange<UInt64> { alone.append(try await replies(seed)) }
    let together = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
      for i in 0..<6 { group.addTask { (i, try await replies(UInt64(i + 1))) } }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect((0..<6).map { together[$0] } == alone && Set(alone).count > 3)
  }

  @Test @MainActor func aViewModelOnTheMainActorUsesASession() async throws {
    @MainActor final class ViewModel {
      private(set) var reply = ""
      private let session: ChatSession
      init(_ llama: Llama, _ options: GenerationOptions) {
        session = llama.session(options: options)
      }
      func send(_ message: String) async throws {
        for try await snapshot in session.streamResponse(to: message) { reply = snapshot.content }
      }
    }
    let model = ViewModel(try hiya(), Self.greedy)
    try await model.send("a")
    #expect(model.reply == "Hiya")
  }

  @Test(.timeLimit(.minutes(5)))
  func aSessionThatIsNotUsedAnyMoreIsGone() async throws {
    weak var chat: SessionChat?
    weak var model: Llama?
    do {
      let llama = try hiya()
      let session = llama.session(options: Self.greedy)
      (chat, model) = (session.chat, llama)
      try await session.respond(to: "a")
      session.prewarm()
      for try await _ in session.streamResponse(to: "b") { break }
    }
    while chat != nil || model != nil { await Task.yield() }
  }
}

extension SessionChat {
  /// All tokens that were read.
  fileprivate var tokens: [Int] { chat.context.tokens }
  /// How many of these were read for messages.
  fileprivate var promptTokens: Int { chat.speed.promptTokens }
}
