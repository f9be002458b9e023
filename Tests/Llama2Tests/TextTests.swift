import Foundation
import Testing

@testable import Llama2

/// Where a text ends and why, stop texts, and texts that are longer than the context.
@Suite struct TextTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// A model that says these control tokens and characters, one after the other, then others.
  private func llama(
    saying: [String], context: UInt32 = 256, _ architecture: Architecture = .llama
  ) throws -> Llama {
    var model = SmallGGUF(.gpt2, architecture, saying: saying)
    if architecture != .gpt2 { model[model.key("context_length")] = .uint32(context) }
    return try Llama(
      checkpoint: folder.write(model.file.bytes, to: "model.gguf"), threads: 1)
  }

  private func options(_ change: (inout GenerationOptions) -> Void = { _ in })
    -> GenerationOptions
  {
    var options = GenerationOptions(sampling: .greedy)
    change(&options)
    return options
  }

  // MARK: Ends

  @Test func aTextSaysWhatEndedIt() throws {
    let llama = try llama(saying: ["a", "b", "c", "d", "</s>", "e"], context: 20)
    func expect(
      _ prompt: String, _ expected: String, _ reason: EndReason, generated: Int,
      _ change: (inout GenerationOptions) -> Void = { _ in }
    ) {
      let text = llama.generate(prompt, options: options(change))
      #expect(text.joined() == expected && text.next() == nil)
      #expect(text.reason == reason && text.generatedTokens == generated)
    }
    expect("a", "abcd", .endToken, generated: 3)
    expect("a", "abc", .steps, generated: 2) { $0.steps = 3 }
    expect("a", "abc", .steps, generated: 2) { $0.maximumResponseTokens = 2 }
    expect("a", "a", .steps, generated: 0) { $0.maximumResponseTokens = 0 }
    expect("a", "abcd", .endToken, generated: 3) { ($0.steps, $0.maximumResponseTokens) = (9, 8) }
    expect("a", "ab", .stopText("c"), generated: 2) { $0.stopTexts = ["c"] }
    expect("a", "", .timeLimit, generated: 0) { $0.timeLimit = .zero }
    expect("a", "abcd", .endToken, generated: 3) { $0.timeLimit = .seconds(1000) }
    let long = "eeeeeeeeeeeeeeee"
    expect(long + "efgh", long + "efgh", .context, generated: 0)
    expect(long + "e", long + "e", .steps, generated: 0) { $0.steps = 17 }
    expect(
      long + "eeeee", "", .error(.promptTooLong(tokens: 21, limit: 20)), generated: 0)
    expect("eee", "", .error(.promptTooLong(tokens: 3, limit: 2)), generated: 0) { $0.steps = 2 }
  }

  @Test func aPromptThatIsGivenUpEndsTheText() throws {
    let llama = try llama(saying: ["a", "b"], context: 2000)
    let text = llama.generate(String(repeating: "a", count: 1000), options: options())
    text.onPromptProgress = { done, _ in done < 300 }
    #expect(text.joined() == "" && text.reason == .cancelled && text.error == nil)
  }

  // MARK: Stop texts

  static let stops: [([String], String, String?)] = [
    (["ghi"], "abcdef", "ghi"),
    // The first that would be complete, wherever it begins.
    (["efghij", "gh"], "abcdef", "gh"),
    (["ij", "fghi"], "abcde", "fghi"),
    // Of two that begin at one place, the one that is complete first.
    (["ef", "efgh"], "abcd", "ef"),
    // One that begins and does not go on.
    (["cdx", "dex", "mx"], "abcdefghijklm", nil),
    (["fgx", "ghijk"], "abcdef", "ghijk"),
    (["m"], "abcdefghijkl", "m"),
    // A prompt is no part of what is looked at.
    (["ab", "abc", "a"], "abcdefghijklm", nil),
  ]

  @Test(arguments: stops)
  func nothingOfAStopTextIsEmitted(_ stops: [String], _ expected: String, _ stop: String?) throws {
    let llama = try llama(saying: "abcdefghijklm".map { String($0) } + ["</s>"])
    let text = llama.generate("ab", options: options { $0.stopTexts = stops })
    #expect(text.joined() == expected)
    #expect(text.reason == (stop.map { .stopText($0) } ?? .endToken))
    let tokens = llama.generate("ab", options: options { $0.stopTexts = stops }).tokens()
    #expect("ab" + tokens.map(\.text).joined() == expected)
  }

  /// Pieces of several characters, of bytes, and stop texts that cut them.
  @Test func aStopTextMayBeginInsideAPiece() {
    func emitted(_ pieces: [String], _ stops: [String]) -> (String, String?) {
      var held = StopTexts(stops)
      var text = ""
      for piece in pieces {
        let (released, stop) = held.append(TextPiece(token: 0, text: piece))
        text += released.map(\.text).joined()
        if let stop { return (text, stop) }
      }
      return (text + held.rest().map(\.text).joined(), nil)
    }
    #expect(emitted(["one\n", "\ntwo"], ["\n\n"]) == ("one", "\n\n"))
    #expect(emitted(["one\n", "two\n"], ["\n\n"]) == ("one\ntwo\n", nil))
    #expect(emitted(["aé漢", "字😀"], ["漢字"]) == ("aé", "漢字"))
    #expect(emitted(["aé漢", "字😀"], ["😀!"]) == ("aé漢字😀", nil))
    #expect(emitted(["aaa", "aab"], ["aab"]) == ("aaa", "aab"))
    #expect(emitted(["xab", "abac"], ["abac"]) == ("xab", "abac"))
    #expect(emitted(["", "x", "", "y"], ["xyz"]) == ("xy", nil))
    #expect(emitted(["abc"], ["b", "bc"]) == ("a", "bc"))
  }

  @Test func aTokenThatAStopTextCutsHasTheTextInFrontOfIt() throws {
    var model = SmallGGUF(.gpt2, saying: ["a", "b", "c", "d", "</s>"])
    var pieces = SmallGGUF.pieces(.gpt2)
    pieces[SmallGGUF.id("c")] = "xyz"
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    let llama = try Llama(checkpoint: folder.write(model.file.bytes, to: "model.gguf"))
    for (stop, expected) in [("yz", ["b", "x"]), ("xyzd", ["b"]), ("zdx", ["b", "xyz", "d"])] {
      let text = llama.generate("a", options: options { $0.stopTexts = [stop] })
      #expect(text.tokens().map(\.text) == expected)
    }
  }

  // MARK: Beyond the context

  static let shapes = [
    (Shape(nLayers: 3), Format.v0), (Shape(nHeads: 6, nKVHeads: 1, vocabSize: 259), .v1),
    (Shape(architecture: .qwen2), .gguf(fused: false)),
    (Shape(architecture: .qwen3, ownHeadSize: 10), .gguf(fused: true)),
  ]

  @Test(arguments: shapes)
  func whatStaysInViewIsThatOfTheTextbook(_ shape: Shape, _ format: Format) throws {
    let model = Model(shape)
    let transformer = try Transformer(
      checkpoint: folder.write(model.bytes(format), to: "model"), threads: 2)
    var oracle = Oracle(model, format)
    var random = SplitMix(3)
    var position = 0
    func read(_ count: Int) {
      let tokens = (0..<count).map { _ in Int(random.next() % UInt64(shape.vocabSize)) }
      let logits = transformer.logits(tokens, at: position)
      let expected = tokens.map { oracle.forward($0) }.last!
      position += count
      let largest = expected.map(\.magnitude).max()!
      for (a, b) in zip(logits, expected) { #expect(abs(Double(a) - b) < 2e-5 * largest) }
    }
    func forget(_ range: Range<Int>) {
      transformer.forget(range, of: position)
      oracle.forget(range)
      position -= range.count
    }
    read(20)
    forget(4..<9)
    read(1)
    read(6)
    forget(0..<1)
    read(3)
    forget(2..<position)
    read(5)
  }

  /// A model of one layer, whose keys and values know nothing of other tokens, says what it would say
  /// if it had read only what is in view.
  @Test func aTextGoesOnBeyondTheContext() throws {
    let shape = Shape(hiddenDim: 20, nLayers: 1, seqLen: 40, tied: false)
    let path = try folder.write(Model(shape, seed: 5).bytes(.v0), to: "model.bin")
    let llama = try Llama(
      checkpoint: path,
      tokenizer: folder.write(
        Llama2Tests.Vocabulary.english(size: shape.vocabSize).file, to: "tokenizer.bin"), threads: 1
    )
    let long = options { ($0.steps, $0.continuesBeyondContext, $0.bannedTokens) = (200, true, [1]) }
    let text = llama.generate("the rain", options: long)
    let ids = text.tokens().map(\.id)
    #expect(text.reason == .steps && ids.count > 150)

    let fresh = try Transformer(checkpoint: path, threads: 1)
    var view = llama.tokenizer.encode("the rain", bos: true, eos: false)
    for id in ids {
      let logits = fresh.logits(view, at: 0)
      // Equal but for the rounding of rotations.
      #expect(logits[id] > logits.enumerated().filter { $0.0 != 1 }.map(\.1).max()! - 1e-3)
      if view.count == 40 { view.removeSubrange(4..<8) }
      view.append(id)
    }
  }

  /// Stories told in a conversation of ten contexts, seen through fresh windows, are hardly less likely than those of
  /// ten conversations that begin with them.
  @Test func aTextBeyondTheContextStaysCoherent() throws {
    let llama = try Llama(
      checkpoint: packageRoot + "/models/stories.bin", tokenizer: packageRoot + "/tokenizer.bin")
    func replies(_ numbers: Range<Int>, in chat: Chat) -> [String] {
      let heroes = ["fox", "king", "snail", "robot", "girl named Lily", "penguin"]
      return numbers.map {
        chat.reply(to: "Tell me a story about a \(heroes[$0 % heroes.count])").joined()
      }
    }
    func chat(seed: UInt64) -> Chat {
      var options = GenerationOptions(temperature: 0.8)
      options.seed = seed
      options.continuesBeyondContext = true
      return llama.chat(options: options)
    }
    func nats(_ texts: [String]) throws -> Double {
      let tokens = try texts.flatMap { try llama.score($0) }
      #expect(tokens.count > 4 * llama.config.seqLen)
      return -tokens.reduce(0) { $0 + Double($1.logProbability) } / Double(tokens.count)
    }
    let long = chat(seed: 1)
    _ = replies(0..<8, in: long)
    #expect(long.forgottenTokens > llama.config.seqLen)
    let late = try nats(replies(8..<24, in: long))
    #expect(long.forgottenTokens > 8 * llama.config.seqLen)
    let first = try nats((8..<24).flatMap { replies($0..<$0 + 1, in: chat(seed: UInt64($0))) })
    #expect(exp(late) < 1.1 * exp(first), "\(exp(late)) \(exp(first))")
  }

  @Test func withLearnedPositionsATextEndsWithTheContext() throws {
    let llama = try llama(saying: "abcdefghijklm".map { String($0) }, .gpt2)
    let prompt = String(repeating: "a", count: 250)
    let text = llama.generate(prompt, options: options { $0.continuesBeyondContext = true })
    #expect(text.joined() == prompt + "bcdefg" && text.reason == .context)
  }

  @Test func aPromptLongerThanTheContextIsReadThrough() throws {
    let llama = try llama(saying: "abcdefghijklm".map { String($0) } + ["</s>"], context: 30)
    let prompt = String(repeating: "xyz", count: 50) + "a"
    let text = llama.generate(prompt, options: options { $0.continuesBeyondContext = true })
    #expect(text.joined() == prompt + "bcdefghijklm" && text.reason == .endToken)
  }
}
