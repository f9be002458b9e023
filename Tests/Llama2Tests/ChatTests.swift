import Foundation
import Testing

@testable import Llama2

/// Conversations: what is read of them turn by turn, their options and transcripts, and what happens at
/// the end of the context.
@Suite struct ChatTests {
  private let folder: Folder
  private static let saying = ["\n", "H", "i", "y", "a", "<|im_end|>"]
  private static let (start, end) = ("<|im_start|>", "<|im_end|>")
  private static let chatML =
    #"{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"#
    + #" + '<|im_end|>' + '\n'}}{% endfor %}{{ '<|im_start|>assistant\n' }}"#

  init() throws { folder = try Folder() }

  /// A model that says "Hiya" to everything, in a context of 256 tokens.
  private static func hiya(
    _ kind: SmallGGUF.Kind = .gpt2, _ architecture: Architecture = .llama, saying: [String] = saying
  ) -> SmallGGUF {
    var model = SmallGGUF(kind, architecture, saying: saying)
    model["tokenizer.chat_template"] = .string(chatML)
    return model
  }

  private func llama(_ model: SmallGGUF = hiya()) throws -> Llama {
    try Llama(checkpoint: folder.write(model.file.bytes, to: "model.gguf"))
  }

  /// A model whose replies are random and often end.
  private func randomLlama(context: Int = 400) throws -> Llama {
    let shape = Shape(hiddenDim: 20, nLayers: 2, seqLen: context, tied: false)
    var model = Model(shape, seed: 3)
    for i in shape.dim..<3 * shape.dim { model.classifier.values[i] *= 2.5 }
    return try Llama(
      checkpoint: folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"), threads: 2)
  }

  private func greedy(_ change: (inout GenerationOptions) -> Void = { _ in }) -> GenerationOptions {
    var options = GenerationOptions(sampling: .greedy)
    change(&options)
    return options
  }

  /// What is read for a message, in front of the reply.
  private static func turn(_ message: String) -> [Int] {
    SmallGGUF.ids(start, "user\n" + message, end, "\n", start, "assistant\n")
  }

  /// What is read behind a reply.
  private static let replyEnd = SmallGGUF.ids(end, "\n")

  private func expectRead(
    _ chat: Chat, _ expected: [Int], _ model: SmallGGUF = hiya(), saying: [String] = saying,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let read = model.tokensRead(chat.context, count: expected.count, saying: saying)
    #expect(read == expected, sourceLocation: sourceLocation)
    #expect(chat.context.position == expected.count, sourceLocation: sourceLocation)
  }

  // MARK: Where a reply ends

  @Test func aStopTextIsNoPartOfTheConversation() throws {
    let chat = try llama().chat(options: greedy { $0.stopTexts = ["ya"] })
    let reply = chat.reply(to: "a")
    #expect(reply.joined() == "Hi" && reply.reason == .stopText("ya"))
    #expect(chat.reply(to: "b").joined() == "Hi")
    let read = Self.turn("a") + SmallGGUF.ids("Hi") + Self.replyEnd + Self.turn("b")
    #expect(Array(chat.context.tokens[..<read.count]) == read)
    _ = chat.reply(to: "c", options: greedy()).joined()
    expectRead(
      chat, read + SmallGGUF.ids("Hi") + Self.replyEnd + Self.turn("c") + SmallGGUF.ids("Hiya"))
  }

  @Test func ofATokenInWhichAStopTextBeginsTheFirstPartStays() throws {
    var pieces = SmallGGUF.pieces(.gpt2)
    pieces[SmallGGUF.id("Y")] = "iya"
    var model = Self.hiya(saying: ["\n", "H", "Y", "<|im_end|>"])
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    let chat = try llama(model).chat(options: greedy { $0.stopTexts = ["ya"] })
    #expect(chat.reply(to: "a").joined() == "Hi")
    _ = chat.reply(to: "b").joined()
    let read = Self.turn("a") + SmallGGUF.ids("Hi") + Self.replyEnd + Self.turn("b")
    #expect(Array(chat.context.tokens[..<read.count]) == read)
  }

  @Test func aReplyOfAsManyTokensAsAreAllowedGoesOnInTheNextTurn() throws {
    let chat = try llama().chat(options: greedy { $0.maximumResponseTokens = 3 })
    for message in ["a", "b"] {
      let reply = chat.reply(to: message)
      #expect(reply.joined() == "Hiy" && reply.reason == .steps)
    }
    _ = chat.reply(to: "c", options: greedy()).joined()
    let said = SmallGGUF.ids("Hiy") + Self.replyEnd
    expectRead(
      chat,
      Self.turn("a") + said + Self.turn("b") + said + Self.turn("c") + SmallGGUF.ids("Hiya"))
  }

  @Test func tokensBehindTheTextThatWasEmittedAreTakenBack() throws {
    // "iy" is held back until "a" follows, and the loop is left before that.
    let chat = try llama().chat(options: greedy { $0.stopTexts = ["iyi"] })
    let reply = chat.reply(to: "a")
    #expect(Array(reply.prefix(2)) == ["H", "i"])
    #expect(chat.transcript.last == .response("Hi"))
    _ = chat.reply(to: "b").joined()
    expectRead(
      chat,
      Self.turn("a") + SmallGGUF.ids("Hi") + Self.replyEnd + Self.turn("b") + SmallGGUF.ids("Hiya"))
  }

  @Test func aMessageWhoseReadingIsCancelledWasNotSent() throws {
    var model = Self.hiya()
    model["llama.context_length"] = .uint32(512)
    let chat = try llama(model).chat(options: greedy())
    #expect(chat.reply(to: "a").joined() == "Hiya")
    chat.onPromptProgress = { _, _ in false }
    let cancelled = chat.reply(to: String(repeating: "b", count: 400))
    #expect(cancelled.joined() == "" && cancelled.reason == .cancelled && chat.error == nil)
    chat.onPromptProgress = nil
    #expect(chat.transcript == Transcript(entries: [.prompt("a"), .response("Hiya")]))
    #expect(chat.reply(to: "c").joined() == "Hiya")
    expectRead(
      chat,
      Self.turn("a") + SmallGGUF.ids("Hiya") + Self.replyEnd + Self.turn("c")
        + SmallGGUF.ids("Hiya"))
  }

  @Test func aMessageWhoseTimeIsOverWasNotSent() throws {
    let chat = try llama().chat(options: greedy())
    let long = String(repeating: "a", count: 180)
    let late = chat.reply(to: long, options: greedy { $0.timeLimit = .zero })
    #expect(late.joined() == "" && late.reason == .timeLimit)
    #expect(chat.reply(to: "b").joined() == "Hiya")
    expectRead(chat, Self.turn("b") + SmallGGUF.ids("Hiya"))
  }

  @Test func aReplyEndsWithTheNextMessage() throws {
    let chat = try llama().chat(options: greedy())
    let first = chat.reply(to: "a")
    #expect(first.next() == "H")
    let second = chat.reply(to: "b")
    #expect(first.next() == nil && first.reason == nil)
    #expect(second.joined() == "Hiya" && second.reason == .endToken)
    #expect(
      chat.transcript
        == Transcript(entries: [
          .prompt("a"), .response("H"), .prompt("b"), .response("Hiya"),
        ]))
  }

  // MARK: Options

  @Test func aReplyHasOptionsOfItsOwn() throws {
    let chat = try llama().chat(options: greedy())
    #expect(chat.reply(to: "a", options: greedy { $0.maximumResponseTokens = 1 }).joined() == "H")
    #expect(chat.reply(to: "a").joined() == "Hiya")
    let banned = greedy { $0.stopTexts = ["i"] }
    #expect(chat.reply(to: "a", options: banned).joined() == "H")
    #expect(chat.reply(to: "a").joined() == "Hiya")
  }

  /// Of a model for which all tokens are as likely, each coin is a token.
  @Test(arguments: [false, true])
  func theRandomNumbersGoOnFromReplyToReplyUnlessAReplyHasItsOwn(_ hasItsOwn: Bool) throws {
    var model = Self.hiya()
    let n = SmallGGUF.size
    model.change("output.weight") { $0.data = SmallGGUF.matrix(n, n) { _, _ in 0 } }
    var options = GenerationOptions(maximumResponseTokens: 12)
    (options.seed, options.topP) = (7, 1)
    var other = options
    other.seed = 8
    let chat = try llama(model).chat(options: options)
    var coins = Coins(state: 7)
    var expected: [Int] = []
    var unread = 0
    for message in ["a", "b", "c"] {
      let isOther = hasItsOwn && message == "b"
      _ = chat.reply(to: message, options: isOther ? other : nil).joined()
      let turn = (expected.isEmpty ? [] : Self.replyEnd) + Self.turn(message)
      var generator = isOther ? Coins(state: 8) : coins
      // run.c draws one for every token that it reads.
      for _ in 1..<unread + turn.count { _ = generator.next() }
      expected += turn
      unread = 0
      for i in 1...12 {
        let token = Int(generator.next() * Float(n))
        if chat.context.llama.tokenizer.replyEnds.contains(token) { break }
        expected.append(token)
        unread = i == 12 ? 1 : 0
      }
      if !isOther { coins = generator }
    }
    #expect(chat.context.tokens == expected.dropLast(unread))
  }

  // MARK: Transcripts

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aTranscriptIsWhatWasSaidAndGoesOn(_ kind: SmallGGUF.Kind) throws {
    let model = Self.hiya(kind)
    let llama = try llama(model)
    let chat = llama.chat(system: "be", options: greedy())
    #expect(chat.transcript == Transcript(entries: [.instructions("be")]))
    _ = chat.reply(to: "ab").joined()
    _ = chat.reply(to: "<|im_end|>").prefix(2).map { $0 }
    let said = Transcript(entries: [
      .instructions("be"), .prompt("ab"), .response("Hiya"), .prompt("<|im_end|>"), .response("Hi"),
    ])
    #expect(chat.transcript == said && said.count == 5 && said[1] == .prompt("ab"))
    let other = llama.chat(transcript: said, options: greedy())
    #expect(other.transcript == said)
    #expect(chat.reply(to: "c").joined() == "Hiya" && other.reply(to: "c").joined() == "Hiya")
    #expect(other.transcript == chat.transcript)
    // Each character is a token, so what is read anew is what was read before.
    expectRead(other, chat.context.tokens, model)
  }

  @Test func aControlTokenInATranscriptIsText() throws {
    let said = Transcript(entries: [.prompt("a"), .response("<|im_end|>")])
    let chat = try llama().chat(transcript: said, options: greedy())
    _ = chat.reply(to: "b").joined()
    let text = Array("<|im_end|>").map { SmallGGUF.id(String($0)) }
    expectRead(
      chat, Self.turn("a") + text + Self.replyEnd + Self.turn("b") + SmallGGUF.ids("Hiya"))
  }

  @Test(
    arguments: [
      ([.response("a")], "message 1 is the assistant's, expected the user's"),
      ([.prompt("a"), .prompt("b")], "message 2 is the user's, expected the assistant's"),
      ([.prompt("a"), .response("b"), .response("c")], "message 3 is the assistant's"),
      ([.prompt("a"), .response("b"), .instructions("be")], "message 3 is the system's"),
      ([.prompt("a"), .instructions("be"), .response("b")], "message 2 is the system's"),
      ([.instructions("be"), .instructions("be")], "message 2 is the system's"),
      ([.instructions("be"), .response("b")], "message 2 is the assistant's, expected the user's"),
      ([.instructions("be"), .prompt("a")], "the last message is the user's, expected a reply"),
    ] as [([Transcript.Entry], String)])
  func aTranscriptInAnotherOrderIsAnError(_ entries: [Transcript.Entry], _ problem: String) throws {
    let chat = try llama().chat(transcript: Transcript(entries: entries), options: greedy())
    guard case .badTranscript(let sentence) = chat.error else {
      Issue.record("\(String(describing: chat.error))")
      return
    }
    #expect(sentence.hasPrefix(problem))
    chat.prewarm()
    let reply = chat.reply(to: "c")
    #expect(reply.joined() == "" && reply.reason == chat.error.map { .error($0) })
    #expect(chat.context.tokens.isEmpty && chat.transcript == Transcript(entries: entries))
  }

  @Test func aTranscriptIsEncodedAsMessagesWithARoleAndAContent() throws {
    let said = Transcript(entries: [.instructions("be"), .prompt("a\""), .response("b")])
    let json =
      #"[{"content":"be","role":"system"},{"content":"a\"","role":"user"},"#
      + #"{"content":"b","role":"assistant"}]"#
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(said) == Data(json.utf8))
    #expect(try JSONDecoder().decode(Transcript.self, from: Data(json.utf8)) == said)
    for bad in [#"[{"role":"robot","content":""}]"#, #"[{"role":"user"}]"#, "{}"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Transcript.self, from: Data(bad.utf8))
      }
    }
  }

  // MARK: Beyond the context

  /// What every conversation with the instructions "be" begins with.
  private static let pinned = SmallGGUF.ids(start, "system\nbe", end, "\n", start, "user\n")

  @Test func beyondTheContextTheSystemPromptAndTheLastTurnsStayInView() throws {
    let chat = try llama().chat(system: "be", options: greedy())
    let letters = Array("abcdefghijklmnopqrst").map { String($0) }
    for message in letters {
      let reply = chat.reply(to: message)
      #expect(reply.joined() == "Hiya" && reply.reason == .endToken)
      #expect(!chat.isFull && chat.error == nil)
    }
    let turns = letters.suffix(4).map { Self.turn($0) + SmallGGUF.ids("Hiya") }
    let tail = Array(turns.joined(separator: Self.replyEnd))
    let count = chat.context.position
    #expect(count < 256 && chat.forgottenTokens == chat.context.tokens.count - count)
    let view = Self.hiya().tokensRead(chat.context, count: count, saying: Self.saying)
    #expect(view.starts(with: Self.pinned) && view.suffix(tail.count) == tail[...])
    #expect(chat.transcript.count == 41)
  }

  @Test func aMessageThatDoesNotFitIntoTheContextIsRefusedAndTheChatGoesOn() throws {
    let chat = try llama().chat(system: "be", options: greedy())
    _ = chat.reply(to: "a").joined()
    for length in [230, 256, 3000] {
      let refused = chat.reply(to: String(repeating: "b", count: length))
      #expect(refused.joined() == "" && chat.forgottenTokens == 0)
      guard case .error(.promptTooLong(let tokens, let limit)) = refused.reason else {
        Issue.record("\(String(describing: refused.reason))")
        continue
      }
      #expect(tokens > length && limit < 256 && chat.error != nil)
    }
    #expect(chat.reply(to: "c").joined() == "Hiya" && chat.error == nil)
    let first = Self.pinned + SmallGGUF.ids("a", Self.end, "\n", Self.start, "assistant\n", "Hiya")
    expectRead(chat, first + Self.replyEnd + Self.turn("c") + SmallGGUF.ids("Hiya"))
    #expect(chat.transcript.count == 5)
  }

  @Test(arguments: [false, true])
  func aMessageThatDoesNotFitIntoTheContextIsRefusedWhereTheChatEndsWithIt(_ hasSteps: Bool) throws
  {
    let options = greedy {
      $0.continuesBeyondContext = false
      $0.steps = hasSteps ? 100 : 0
    }
    let chat = try llama().chat(options: options)
    let room = 256 - Self.turn("").count
    let refused = chat.reply(to: String(repeating: "b", count: room + 1))
    #expect(refused.joined() == "")
    #expect(refused.reason == .error(.promptTooLong(tokens: 257, limit: 256)))
    #expect(chat.reply(to: "a").joined() == "Hiya" && chat.error == nil)
    // One that would fit alone.
    let fitting = room - Self.replyEnd.count
    let full = chat.reply(to: String(repeating: "b", count: fitting))
    #expect(full.joined() == "" && full.reason == (hasSteps ? .steps : .context))
    #expect(chat.isFull && chat.transcript.count == 2)
  }

  @Test func aMessageThatFitsIsWholeInViewHoweverLong() throws {
    for length in 200...215 {
      let chat = try llama().chat(system: "be", options: greedy())
      _ = chat.reply(to: "a").joined()
      let message = String(repeating: "b", count: length)
      let reply = chat.reply(to: message)
      #expect(reply.next() == "H" && chat.forgottenTokens > 0)
      let view = Self.hiya().tokensRead(
        chat.context, count: chat.context.position, saying: Self.saying)
      #expect(view.starts(with: Self.pinned))
      #expect(view.suffix(Self.turn(message).count) == Self.turn(message)[...])
    }
  }

  @Test func ofATranscriptThatIsLongerThanTheContextTheBeginningAndTheEndAreRead() throws {
    var entries = [Transcript.Entry.instructions("be")]
    for _ in 0..<100 { entries += [.prompt("a"), .response("Hiya")] }
    let chat = try llama().chat(transcript: Transcript(entries: entries), options: greedy())
    #expect(chat.reply(to: "b").joined() == "Hiya")
    let count = chat.context.position
    #expect(chat.context.tokens.count == count && chat.forgottenTokens > 2000)
    let view = Self.hiya().tokensRead(chat.context, count: count, saying: Self.saying)
    let tail =
      Self.turn("a") + SmallGGUF.ids("Hiya") + Self.replyEnd + Self.turn("b")
      + SmallGGUF.ids("Hiya")
    #expect(view.starts(with: Self.pinned) && view.suffix(tail.count) == tail[...])
  }

  @Test func theSystemPromptStaysWhenAReplyLongerThanTheContextIsTakenBack() throws {
    // A model that repeats a line's end, which may be the beginning of the stop text until that is whole.
    var model = Self.hiya()
    let n = SmallGGUF.size
    model.change("output.weight") { $0.data = SmallGGUF.matrix(n, n) { $0 == $1 ? 1 : 0 } }
    let stop = String(repeating: "\n", count: 600)
    let chat = try llama(model).chat(system: "be", options: greedy { $0.stopTexts = [stop] })
    let reply = chat.reply(to: "a")
    #expect(reply.joined() == "" && reply.reason == .stopText(stop))
    let next = chat.reply(to: "b", options: greedy { $0.maximumResponseTokens = 1 })
    #expect(next.joined() == "\n" && chat.error == nil)
    let read = Self.pinned + Self.replyEnd + Self.turn("b")
    #expect(chat.context.position == read.count)
    #expect(Array(chat.context.tokens.prefix(Self.pinned.count)) == Self.pinned)
    #expect(chat.forgottenTokens == chat.context.tokens.count - read.count)
  }

  /// Fewer tokens than those that always stay in view.
  @Test(arguments: [true, false])
  func aFirstTurnMayHaveTwoTokens(_ hasBOS: Bool) throws {
    var pieces = SmallGGUF.pieces(.gpt2)
    (pieces[5], pieces[6]) = ("[INST]", "[/INST]")
    var model = SmallGGUF(.gpt2)
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    if !hasBOS { model["tokenizer.ggml.bos_token_id"] = nil }
    let llama = try Llama(
      checkpoint: folder.write(model.file.bytes, to: "model.gguf"), template: "mistral-tekken")
    let chat = llama.chat(options: greedy { $0.maximumResponseTokens = 2 })
    _ = chat.reply(to: "").joined()
    let turn = (hasBOS ? [1] : []) + [5, 6]
    #expect(Array(chat.context.tokens.prefix(turn.count)) == turn)
    #expect(chat.error == nil && chat.context.generatedTokens == 2 && chat.forgottenTokens == 0)
  }

  @Test func aConversationEndsWhereItsStepsOrItsContextDo() throws {
    let llama = try llama()
    for (chat, reason) in [
      (llama.chat(steps: 50, temperature: 0), EndReason.steps),
      (llama.chat(options: greedy { $0.steps = 50 }), .steps),
      (llama.chat(options: greedy { $0.continuesBeyondContext = false }), .context),
      (try self.llama(Self.hiya(.gpt2, .gpt2)).chat(options: greedy()), .context),
    ] {
      var last: EndReason?
      for _ in 0..<20 where !chat.isFull {
        let reply = chat.reply(to: "a")
        _ = reply.joined()
        last = reply.reason
      }
      #expect(chat.isFull && last == reason && chat.forgottenTokens == 0)
    }
    #expect(llama.chat(temperature: 0).steps == .max)
    // run.c's conversations end with the context.
    #expect(try randomLlama().chat().steps == 400)
  }

  // MARK: Reading ahead

  @Test func prewarmingReadsWhatAnyMessageBeginsWithAndChangesNoReply() throws {
    let llama = try randomLlama()
    var options = GenerationOptions()
    options.seed = 5
    func replies(_ prewarm: (Chat) -> Void) -> [String] {
      let chat = llama.chat(system: "be kind", options: options)
      return ["the rain", "the hat", "?"].map {
        prewarm(chat)
        return chat.reply(to: $0).joined()
      }
    }
    let expected = replies { _ in }
    #expect(expected.joined().utf8.count > 20)
    for prefix in ["", "the ", "the rain is in the hat", "x"] {
      var ahead: [Int] = []
      let prewarmed = replies {
        let before = $0.context.tokens.count
        $0.prewarm(promptPrefix: prefix)
        ahead.append($0.context.tokens.count - before)
      }
      #expect(prewarmed == expected && ahead.allSatisfy { $0 > 0 })
    }
  }

  @Test func whatWasReadAheadOrInAnEarlierTurnIsNotReadAgain() throws {
    let chat = try llama().chat(system: "be", options: greedy())
    var read = 0
    func newlyRead(_ message: String) -> Int {
      let reply = chat.reply(to: message).joined()
      #expect(reply == "Hiya")
      defer { read = chat.speed.promptTokens }
      return chat.speed.promptTokens - read
    }
    chat.prewarm()
    #expect(chat.context.tokens == Self.pinned)
    let behindMessage = SmallGGUF.ids(Self.end, "\n", Self.start, "assistant\n").count
    #expect(newlyRead("a") == 1 + behindMessage)
    #expect(newlyRead("b") == Self.replyEnd.count + Self.turn("b").count)
    chat.prewarm(promptPrefix: "bcd")
    #expect(newlyRead("bcde") == 1 + behindMessage)
    chat.prewarm(promptPrefix: "bcd")
    #expect(newlyRead("bce") == 1 + behindMessage)
  }

  @Test func aModelWithoutAChatTemplateSaysSo() throws {
    let llama = try llama(SmallGGUF())
    let chat = llama.chat(options: greedy())
    chat.prewarm()
    let reply = chat.reply(to: "a")
    #expect(reply.joined() == "" && reply.reason == chat.error.map { .error($0) })
    guard case .badTemplate = chat.error else { throw chat.error ?? LlamaError.busy }
    #expect(chat.transcript.isEmpty)
  }
}
