import Foundation
import Testing

@testable import Llama2

/// GGUF models from the command line and from the library's surface, as people use them.
@Suite struct GGUFRunTests {
  private let folder: Folder
  private static let chatML =
    #"{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"#
    + #" + '<|im_end|>' + '\n'}}{% endfor %}{{ '<|im_start|>assistant\n' }}"#
  private static let withThinking =
    #"{{'<|im_start|>' + message['role']}}{% if add_generation_prompt %}"#
    + #"{{ '<|im_start|>assistant\n' }}{% if not enable_thinking %}{{ '<think>\n</think>\n' }}"#
    + "{% endif %}{% endif %}"
  private static let withDefault =
    #"{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nbe kind<|im_end|>\n' }}"#
    + "{% endif %}" + chatML

  init() throws { folder = try Folder() }

  private func write(_ model: SmallGGUF, _ name: String = "model.gguf") throws -> String {
    try folder.write(model.file.bytes, to: name)
  }

  private func run(_ model: SmallGGUF, _ arguments: String..., input: String = "") throws
    -> Program.Ending
  {
    try Program.run([write(model), "-t", "0", "-j", "1"] + arguments, input: input)
  }

  /// Expects a refusal in one sentence that names the file and has all of `parts`.
  private func expectRefusal(
    _ parts: String..., by architecture: Architecture = .llama, arguments: [String] = [],
    of change: (inout SmallGGUF) -> Void
  ) throws {
    var model = SmallGGUF(.llama, architecture)
    change(&model)
    let path = try write(model)
    let ending = try Program.run([path, "-n", "3", "-j", "1"] + arguments)
    #expect(ending.isRefusal(by: "run"), "\(parts): \(ending)")
    #expect(ending.errors.utf8.count < path.utf8.count + 600, "\(ending.errors)")
    for part in [path] + parts { #expect(ending.errors.contains(part), "\(ending.errors)") }
  }

  // MARK: Generation

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aTextGoesOnFromItsPromptToAnEndToken(_ kind: SmallGGUF.Kind) throws {
    let model = SmallGGUF(kind, saying: ["a", "b", " ", "<|odd|>", "c", "\n", "d", "<|eot_id|>"])
    let whole = try run(model, "-i", "x a")
    #expect(whole.status == 0 && whole.output == "x ab c\nd\n", "\(whole)")
    #expect(try run(model, "-i", "x a", "-n", "5").output.hasPrefix("x ab"))
    #expect(try run(model, "-i", "d").output == "d\n")
    let empty = SmallGGUF(kind, saying: ["<s>", "h", "i", "</s>"])
    #expect(try run(empty).output == "hi\n")
    #expect(try run(empty, "-i", "").output == "hi\n")
  }

  /// GPT-2's BOS and EOS are one token, which its files do not put in front of a text; so are those
  /// of Qwen's base models.
  @Test func aTextOfAVocabularyThatAddsNoBOSBeginsWithItsPrompt() throws {
    var model = SmallGGUF(.gpt2, saying: ["<|odd|>", "h", "i", "<|odd|>", "x"])
    var pieces = SmallGGUF.pieces(.gpt2)
    pieces[SmallGGUF.id("<|odd|>")] = "<|endoftext|>"
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    for key in ["bos", "eos"] {
      model["tokenizer.ggml.\(key)_token_id"] = .uint32(UInt32(SmallGGUF.id("<|odd|>")))
    }
    for added in [nil, false] {
      model["tokenizer.ggml.add_bos_token"] = added.map { .bool($0) }
      let llama = try Llama(checkpoint: write(model))
      #expect(llama.generate("h", temperature: 0).promptTokens == 1)
      #expect(try run(model, "-i", "h").output == "hi\n")
      #expect(llama.generate(temperature: 0).promptTokens == 1)
      #expect(try run(model).output == "hi\n")
    }
  }

  /// Qwen's files name one of the two as EOS: the end of a turn, or that of a text.
  @Test func everyEndOfQwensVocabularyEndsAReply() throws {
    for (end, eos) in [("<|im_end|>", "<|odd|>"), ("<|odd|>", "<|im_end|>")] {
      var model = SmallGGUF(.gpt2, saying: ["\n", "H", "i", end, "a"])
      var pieces = SmallGGUF.pieces(.gpt2)
      pieces[SmallGGUF.id("<|odd|>")] = "<|endoftext|>"
      model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
      model["tokenizer.ggml.eos_token_id"] = .uint32(UInt32(SmallGGUF.id(eos)))
      model["tokenizer.chat_template"] = .string(Self.chatML)
      let ending = try run(model, "-m", "chat", "-y", "", input: "a\n")
      #expect(ending.output == "User: Assistant: Hi\nUser: \n", "\(ending)")
    }
  }

  @Test func aChatFromStandardInputReadsItAsOneMessage() throws {
    var model = SmallGGUF()
    model["tokenizer.chat_template"] = .string(Self.chatML)
    let ending = try run(model, "-m", "chat", "-i", "-", input: "a\nb\n")
    #expect(ending.output == "Assistant: Hi\nUser: \n", "\(ending)")
  }

  @Test func aTimeLimitThatPassesInThePromptIsNoted() throws {
    let prompt = String(repeating: "a", count: 400)
    var model = SmallGGUF()
    model["llama.context_length"] = .uint32(512)
    let ending = try run(model, "-n", "0", "-i", prompt, "--time-limit", "0.000001")
    #expect(ending.status == 0 && ending.output == "\n", "\(ending)")
    #expect(ending.errors.contains("the time limit passed before the prompt was read"))
  }

  @Test func everyEndTokenOfTheVocabularyEndsAText() throws {
    for end in ["</s>", "<|im_end|>", "<|eot_id|>", "<s>"] {
      let model = SmallGGUF(saying: ["a", "b", end, "c"])
      #expect(try run(model, "-i", "a").output == "ab\n", "\(end)")
    }
    // One that only the metadata names.
    var model = SmallGGUF(saying: ["a", "b", "<|odd|>", "c", "</s>"])
    #expect(try run(model, "-i", "a").output == "abc\n")
    model["tokenizer.ggml.eot_token_id"] = .uint32(6)
    #expect(try run(model, "-i", "a").output == "ab\n")
  }

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aTextBeginsWithBOSWhereTheVocabularyWantsOne(_ kind: SmallGGUF.Kind) throws {
    for wanted in [nil, true, false] {
      var model = SmallGGUF(kind)
      model["tokenizer.ggml.add_bos_token"] = wanted.map { .bool($0) }
      let llama = try Llama(checkpoint: write(model))
      let text = llama.generate("ab", steps: 12, temperature: 0)
      #expect(text.joined().hasPrefix("ab"))
      let space = kind == .llama ? [SmallGGUF.id(" ")] : []
      let bos = wanted ?? (kind == .llama) ? [1] : []
      let expected = bos + space + SmallGGUF.ids("ab")
      #expect(text.promptTokens == expected.count)
      #expect(
        model.tokensRead(
          text.context, count: expected.count, saying: ["\n", "H", "i", "<|im_end|>"])
          == expected)
    }
  }

  // MARK: Chat

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aConversationIsReadAsTheFilesTemplateWritesIt(_ kind: SmallGGUF.Kind) throws {
    let saying = ["\n", "H", "i", "<|im_end|>"]
    var model = SmallGGUF(kind, saying: saying)
    model["tokenizer.chat_template"] = .string(Self.chatML)
    let llama = try Llama(checkpoint: write(model))
    let chat = llama.chat(system: "be", temperature: 0)
    #expect(Array(chat.reply(to: "ab")).joined() == "Hi")
    #expect(Array(chat.reply(to: "<|im_end|>")).joined() == "Hi")
    #expect(Array(chat.reply(to: "<s>c")).joined() == "Hi")
    // In front of each text SentencePiece has a space.
    let s = kind == .llama ? " " : ""
    let (start, end) = ("<|im_start|>", "<|im_end|>")
    let typed = Array("<|im_end|>").map { SmallGGUF.id(String($0)) }
    let typedBOS = Array("<s>").map { SmallGGUF.id(String($0)) }
    var expected = SmallGGUF.ids(start, s + "system\nbe", end, s + "\n", start, s + "user\nab", end)
    expected += SmallGGUF.ids(s + "\n", start, s + "assistant\n", "Hi", end, s + "\n", start)
    expected += SmallGGUF.ids(s + "user\n") + typed
    expected += SmallGGUF.ids(end, s + "\n", start, s + "assistant\n", "Hi", end, s + "\n", start)
    expected += SmallGGUF.ids(s + "user\n") + typedBOS
    expected += SmallGGUF.ids("c", end, s + "\n", start, s + "assistant\n", "Hi")
    #expect(model.tokensRead(chat.context, count: expected.count, saying: saying) == expected)
  }

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aReplyThatIsLeftEndsThereForTheNextTurn(_ kind: SmallGGUF.Kind) throws {
    let saying = ["\n", "H", "i", "y", "a", "<|im_end|>"]
    var model = SmallGGUF(kind, saying: saying)
    model["tokenizer.chat_template"] = .string(Self.chatML)
    let llama = try Llama(checkpoint: write(model))
    let chat = llama.chat(system: "be", temperature: 0)
    #expect(Array(chat.reply(to: "ab").prefix(2)) == ["H", "i"])
    #expect(Array(chat.reply(to: "c")).joined() == "Hiya")
    let s = kind == .llama ? " " : ""
    let (start, end) = ("<|im_start|>", "<|im_end|>")
    var expected = SmallGGUF.ids(start, s + "system\nbe", end, s + "\n", start, s + "user\nab", end)
    expected += SmallGGUF.ids(s + "\n", start, s + "assistant\n", "Hi", end, s + "\n", start)
    expected += SmallGGUF.ids(s + "user\nc", end, s + "\n", start, s + "assistant\n", "Hiya")
    #expect(model.tokensRead(chat.context, count: expected.count, saying: saying) == expected)
  }

  /// BOS is the token that the metadata names, whatever type and spelling it has.
  @Test func aTemplateFindsBOSByItsId() throws {
    for spelling in ["<s>", "<|im_start|>", "\n<s>\n"] {
      var model = SmallGGUF(saying: ["]", "H", "i", "</s>"])
      var pieces = SmallGGUF.pieces(.llama)
      pieces[1] = spelling
      model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
      model["tokenizer.ggml.token_type"] = .array(
        (0..<SmallGGUF.size).map { .int32($0 == 0 ? 2 : 1) })
      let ending = try run(model, "-m", "chat", "--template", "llama2", "-y", "", input: "a\n")
      #expect(ending.status == 0 && ending.output.hasPrefix("User: Assistant: Hi\n"), "\(ending)")
    }
  }

  @Test func controlCharactersOfAVocabularyAreNotPrinted() throws {
    var model = SmallGGUF(saying: ["a", "b", "c", "d", "</s>"])
    var pieces = SmallGGUF.pieces(.llama)
    pieces[SmallGGUF.id("b")] = "\u{1B}[31mred\u{9B}\u{7F}"
    pieces[SmallGGUF.id("c")] = "\u{1B}"
    pieces[SmallGGUF.id("d")] = "é\n"
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    #expect(try run(model, "-i", "a").output == "a[31mredé\n\n")
  }

  @Test(arguments: [true, false])
  func aTextHasAsManyTokensAsItIsAllowedBesideBOS(_ beginsWithBOS: Bool) throws {
    var model = SmallGGUF(.gpt2, saying: Array("abcdefghijk").map { String($0) })
    model["tokenizer.ggml.add_bos_token"] = .bool(beginsWithBOS)
    #expect(try run(model, "-i", "abc", "-n", "5").output == "abcde\n")
  }

  @Test func theTemplatesOwnSystemMessageIsReadUnlessThereIsAnother() throws {
    let saying = ["\n", "H", "i", "<|im_end|>"]
    var model = SmallGGUF(.gpt2, saying: saying)
    model["tokenizer.chat_template"] = .string(Self.withDefault)
    let path = try write(model)
    for (given, read) in [("", "be kind"), ("no", "no")] {
      let llama = try Llama(checkpoint: path)
      let chat = llama.chat(system: given, temperature: 0)
      #expect(Array(chat.reply(to: "a")).joined() == "Hi")
      let expected = SmallGGUF.ids("<|im_start|>", "system\n" + read, "<|im_end|>", "\n")
      #expect(model.tokensRead(chat.context, count: expected.count, saying: saying) == expected)
    }
  }

  @Test func aTemplateThatIsNamedIsUsed() throws {
    let saying = ["]", " ", "A", "</s>"]
    var model = SmallGGUF(saying: saying)
    model["tokenizer.chat_template"] = .string(Self.chatML)
    let llama = try Llama(checkpoint: write(model), template: "llama2")
    let chat = llama.chat(temperature: 0)
    #expect(Array(chat.reply(to: "a")).joined() == " A")
    #expect(Array(chat.reply(to: "b")).joined() == " A")
    let expected =
      SmallGGUF.ids("<s>", " [INST] a [/INST]", " A", " ", "</s>", "<s>", " [INST] b [/INST]")
    #expect(model.tokensRead(chat.context, count: expected.count, saying: saying) == expected)
    let ending = try run(model, "-m", "chat", "-y", "", "-i", "a", "--template", "llama2")
    #expect(ending.status == 0 && ending.output == "Assistant:  A\nUser: \n", "\(ending)")
  }

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aConversationGoesOnUntilTheInputEnds(_ kind: SmallGGUF.Kind) throws {
    for end in ["<|im_end|>", "<|eot_id|>", "</s>"] {
      var model = SmallGGUF(kind, saying: ["\n", "H", "<|odd|>", "i", end])
      model["tokenizer.chat_template"] = .string(Self.withDefault)
      let ending = try run(model, "-m", "chat", input: "\na\nb\n")
      let turn = "User: Assistant: Hi\n"
      #expect(
        ending.status == 0
          && ending.output == "Enter system prompt (optional): \(turn)\(turn)User: \n", "\(ending)")
    }
  }

  /// `SmallGGUF` with marks of thinking for two of its tokens, of this type in GGUF's numbers.
  private func thinkingModel(_ kind: SmallGGUF.Kind, saying: [String], type: Int32) -> SmallGGUF {
    var model = SmallGGUF(kind, saying: saying)
    var pieces = SmallGGUF.pieces(kind)
    var types = SmallGGUF.types
    for (token, piece) in [("<|odd|>", "<think>"), ("<|eot_id|>", "</think>")] {
      pieces[SmallGGUF.id(token)] = piece
      types[SmallGGUF.id(token)] = type
    }
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    model["tokenizer.ggml.token_type"] = .array(types.map { .int32($0) })
    model["tokenizer.chat_template"] = .string(Self.withThinking)
    return model
  }

  /// In Qwen3's files they are user-defined tokens (type 4).
  @Test func thinkingIsPrintedAsItComes() throws {
    let model = thinkingModel(
      .gpt2, saying: ["\n", "<|odd|>", "H", "<|eot_id|>", "i", "<|im_end|>"], type: 4)
    let ending = try run(model, "-m", "chat", "-y", "", input: "a\nb\n")
    let turn = "User: Assistant: <think>H</think>i\n"
    #expect(ending.status == 0 && ending.output == "\(turn)\(turn)User: \n", "\(ending)")
  }

  @Test(arguments: SmallGGUF.Kind.allCases, [3, 4] as [Int32])
  func withoutThinkingTheTemplatesEmptyBlockStandsBeforeEachReply(
    _ kind: SmallGGUF.Kind, _ type: Int32
  ) throws {
    let saying = ["\n", "H", "i", "<|im_end|>"]
    let model = thinkingModel(kind, saying: saying, type: type)
    let llama = try Llama(checkpoint: write(model))
    let chat = llama.chat(temperature: 0, thinking: false)
    #expect(Array(chat.reply(to: "a")).joined() == "Hi")
    #expect(Array(chat.reply(to: "b")).joined() == "Hi")
    let s = kind == .llama ? " " : ""
    func turn(_ message: String) -> [Int] {
      SmallGGUF.ids("<|im_start|>", s + "user\n" + message, "<|im_end|>", s + "\n")
        + SmallGGUF.ids("<|im_start|>", s + "assistant\n", "<|odd|>", s + "\n", "<|eot_id|>")
        + SmallGGUF.ids(s + "\n", "Hi")
    }
    let expected = turn("a") + SmallGGUF.ids("<|im_end|>", s + "\n") + turn("b")
    #expect(model.tokensRead(chat.context, count: expected.count, saying: saying) == expected)
    let ending = try run(model, "-m", "chat", "-y", "", "--no-think", input: "a\n")
    #expect(ending.status == 0 && ending.output == "User: Assistant: Hi\nUser: \n", "\(ending)")
  }

  @Test func thinkingCannotBeLeftOutWhereTheTemplateDefinesNoWay() throws {
    for arguments in [[], ["--template", "chatml"]] {
      try expectRefusal(
        "no way to leave the thinking out", "--no-think",
        arguments: ["-m", "chat", "--no-think"] + arguments
      ) {
        $0["tokenizer.chat_template"] = .string(
          arguments.isEmpty ? Self.chatML : Self.withThinking)
      }
    }
    try expectRefusal("has no chat template", arguments: ["-m", "chat", "--no-think"]) { _ in }
    let ending = try run(SmallGGUF(), "--no-think", "-i", "a")
    #expect(ending.isRefusal(by: "run") && ending.errors.contains("-m chat"), "\(ending)")
  }

  @Test func theTemplatesOwnEndTokenEndsAReply() throws {
    var model = SmallGGUF(saying: ["\n", "H", "i", "<|odd|>", "a", "</s>"])
    var pieces = SmallGGUF.pieces(.llama)
    pieces[SmallGGUF.id("<|odd|>")] = "<|EOT|>"
    model["tokenizer.ggml.tokens"] = .array(pieces.map { .string($0) })
    let ending = try run(
      model, "-m", "chat", "-y", "", "-i", "a", "--template", "deepseek-coder")
    #expect(ending.status == 0 && ending.output == "Assistant: Hi\nUser: \n", "\(ending)")
    #expect(try run(model, "-i", "H").output == "Hia\n")
  }

  @Test func aConversationEndsWhereTheContextDoes() throws {
    var model = SmallGGUF(saying: ["\n", "H", "i", "<|im_end|>"])
    model["tokenizer.chat_template"] = .string(Self.chatML)
    model["llama.context_length"] = .uint32(30)
    let ending = try run(model, "-m", "chat", "-y", "", "-n", "0", input: "a\nb\nc\n")
    #expect(ending.output == "User: Assistant: Hi\nUser: Assistant: \n", "\(ending)")
    #expect(ending.status == 0 && ending.errors.contains("context of 30 tokens"))
  }

  @Test func aChatTemplateThatIsNotKnownIsRefusedWithTheList() throws {
    let list = Llama.templates.joined(separator: ", ")
    #expect(list.contains("chatml") && list.contains("llama3"))
    for mode in ["generate", "chat"] {
      try expectRefusal(
        "no chat template \"none?such\"", list,
        arguments: ["-m", mode, "--template", "none\u{1B}such"]
      ) { _ in }
      try expectRefusal(
        "llama3", "<|start_header_id|>", arguments: ["-m", mode, "--template", "llama3"]
      ) { _ in }
    }
    try expectRefusal("has no chat template", list, arguments: ["-m", "chat"]) { _ in }
    try expectRefusal("none of those", list, arguments: ["-m", "chat"]) {
      $0["tokenizer.chat_template"] = .string("{{ messages }}")
    }
    // It is no matter to a text.
    for template in [nil, .string("{{ messages }}"), .uint32(1)] as [GGUFBytes.Value?] {
      var model = SmallGGUF(saying: ["a", "b", "</s>"])
      model["tokenizer.chat_template"] = template
      #expect(try run(model, "-i", "a").output == "ab\n")
    }
  }

  // MARK: Settings

  @Test func theContextEndsAtTheSlidingWindowAndANoteSaysSo() throws {
    for (window, isCut) in [(20, true), (255, true), (256, false), (300, false), (0, false)] {
      var model = SmallGGUF(saying: ["a", "b"])
      model["llama.attention.sliding_window"] = .uint32(UInt32(window))
      let ending = try run(model, "-i", "a", "-n", "4")
      #expect(ending.status == 0 && ending.output.hasPrefix("a"))
      #expect(ending.errors.contains("\(window) tokens") == isCut, "\(ending.errors)")
      let llama = try Llama(checkpoint: write(model))
      #expect(llama.config.seqLen == (isCut ? window : 256))
      #expect(llama.notes.count == (isCut ? 1 : 0))
    }
  }

  @Test func positionsAreDividedByTheScalingFactor() throws {
    func scale(_ values: [(String, GGUFBytes.Value)]) throws -> Float {
      var model = SmallGGUF()
      for (key, value) in values { model["llama.rope." + key] = value }
      return try Transformer(checkpoint: write(model), threads: 1).config.rope!.positionScale
    }
    #expect(try scale([]) == 1)
    #expect(try scale([("scaling.factor", .float32(4))]) == 4)
    #expect(try scale([("scaling.type", .string("linear")), ("scaling.factor", .float32(4))]) == 4)
    #expect(try scale([("scaling.type", .string("none")), ("scaling.factor", .float32(4))]) == 1)
    #expect(try scale([("scaling.type", .string("none")), ("scale_linear", .float32(4))]) == 1)
    #expect(try scale([("scale_linear", .float32(4))]) == 4)
    #expect(try scale([("scale_linear", .float32(4)), ("scaling.factor", .float32(2))]) == 2)
    #expect(try scale([("scaling.factor", .float32(0))]) == 1)
    #expect(try scale([("scaling.attn_factor", .float32(1))]) == 1)
  }
}

// MARK: - Refusals

extension GGUFRunTests {
  @Test func otherArchitecturesAreRefusedByName() throws {
    for name in ["gemma", "gemma3", "phi3", "llama4", "qwen2moe", "qwen35", "", "a\u{1B}b"] {
      let shown = name.replacing("\u{1B}", with: "?")
      try expectRefusal("\"\(shown)\"", "llama") { $0["general.architecture"] = .string(name) }
    }
    try expectRefusal("architecture") { $0["general.architecture"] = nil }
    try expectRefusal("architecture") { $0["general.architecture"] = .uint32(1) }
    try expectRefusal("adapter") { $0["general.type"] = .string("adapter") }
    try expectRefusal("projector") { $0["general.type"] = .string("mmproj") }
    try expectRefusal("projector") { $0["general.architecture"] = .string("clip") }
    try expectRefusal("expert_count is 8") { $0["llama.expert_count"] = .uint32(8) }
    try expectRefusal("causal is false") { $0["llama.attention.causal"] = .bool(false) }
  }

  @Test func scalingOfPositionsThatIsNotKnownIsRefusedByName() throws {
    for type in ["yarn", "longrope", "", "linear2"] {
      try expectRefusal("rope.scaling.type", "\"\(type)\"", "linear") {
        $0["llama.rope.scaling.type"] = .string(type)
      }
    }
    try expectRefusal("attn_factor is 1.5") { $0["llama.rope.scaling.attn_factor"] = .float32(1.5) }
    for factor in [-1, .nan, .infinity] as [Float] {
      try expectRefusal("scaling.factor") { $0["llama.rope.scaling.factor"] = .float32(factor) }
      try expectRefusal("rope") { $0["llama.rope.scale_linear"] = .float32(factor) }
    }
  }

  @Test func filesOfAnotherKindAreRefusedByName() throws {
    try expectRefusal("3 parts", "merge") { $0["split.count"] = .uint16(3) }
    try expectRefusal("big-endian") { $0.file.version = 3 << 24 }
    try expectRefusal("version 1") { $0.file.version = 1 }
    for kind in ["bert", "t5", "rwkv", "", "plamo2"] {
      try expectRefusal("\"\(kind)\"") { $0["tokenizer.ggml.model"] = .string(kind) }
    }
    try expectRefusal("tokenizer.ggml.model") { $0["tokenizer.ggml.model"] = nil }
    try expectRefusal("\"chameleon\"") {
      $0 = SmallGGUF(.gpt2)
      $0["tokenizer.ggml.pre"] = .string("chameleon")
    }
  }

  @Test func tensorTypesThatAreNotReadAreRefusedByName() throws {
    for (name, type, block, bytes) in [
      ("IQ4_NL", 20, 32, 18), ("MXFP4", 39, 32, 17), ("NVFP4", 40, 64, 36), ("F64", 28, 1, 8),
    ] as [(String, UInt32, Int, Int)] {
      for tensor in ["token_embd.weight", "blk.0.ffn_up.weight", "output.weight"] {
        try expectRefusal(tensor, name, "Q4_K_M") {
          $0.change(tensor) {
            let count = Int($0.shape[0] * $0.shape[1])
            $0.type = type
            $0.data = [UInt8](repeating: 0, count: count / block * bytes)
          }
        }
      }
    }
    // Their blocks hold more weights than a row here has.
    try expectRefusal("TQ1_0") { $0.change("output.weight") { $0.type = 34 } }
    try expectRefusal("type 99", "Q4_K_M") { $0.change("output.weight") { $0.type = 99 } }
    for tensor in ["output_norm.weight", "blk.0.ffn_norm.weight"] {
      try expectRefusal(tensor, "F16", "F32") {
        $0.change(tensor) {
          $0.type = 1
          $0.data = [UInt8](repeating: 0, count: 128)
        }
      }
    }
  }

  @Test(arguments: Architecture.allCases)
  func settingsThatAreMissingAreNamed(_ architecture: Architecture) throws {
    let model = SmallGGUF(.llama, architecture)
    let settings = [
      "context_length", "embedding_length", "block_count", "feed_forward_length",
      "attention.head_count",
    ].map { model.key($0) }
    for key in settings + [model.epsilonKey, "tokenizer.ggml.tokens", "tokenizer.ggml.scores"] {
      let named = key.split(separator: ".").last! == "scores" ? "scores" : key
      try expectRefusal(named, by: architecture) { $0[key] = nil }
      try expectRefusal(key, by: architecture) { $0[key] = .string("x") }
    }
  }

  @Test(arguments: Architecture.allCases)
  func settingsThatNoModelHasAreRefused(_ architecture: Architecture) throws {
    func expectRefusal(_ part: String = "run: ", of change: (inout SmallGGUF) -> Void) throws {
      try self.expectRefusal(part, by: architecture, of: change)
    }
    for key in [
      "embedding_length", "block_count", "feed_forward_length", "attention.head_count",
      "attention.head_count_kv", "attention.key_length",
    ] {
      for number in Self.noCounts { try expectRefusal { $0[$0.key(key)] = .uint64(number) } }
      try expectRefusal { $0[$0.key(key)] = .int32(-64) }
    }
    for number in [0, 1 << 63, .max] as [UInt64] {
      try expectRefusal { $0[$0.key("context_length")] = .uint64(number) }
    }
    // Rows of queries, keys and values that no integer counts.
    try expectRefusal {
      for key in ["head_count", "head_count_kv", "key_length", "value_length"] {
        $0[$0.key("attention." + key)] = .uint32(1 << 31 - 1)
      }
      $0[$0.key("rope.dimension_count")] = .uint32(32)
    }
    try expectRefusal("block_count is 100") { $0[$0.key("block_count")] = .uint32(100) }
    try expectRefusal("blk.1.") { $0[$0.key("block_count")] = .uint32(2) }
    for (key, value) in [
      ("attention.head_count", 3), ("attention.head_count", 128), ("attention.head_count_kv", 3),
      ("attention.head_count_kv", 1), ("attention.key_length", 16),
      ("attention.value_length", 16), ("attention.value_length", 0), ("embedding_length", 32),
      ("feed_forward_length", 64),
    ] as [(String, UInt32)] {
      try expectRefusal { $0[$0.key(key)] = .uint32(value) }
    }
    for value in Self.notPositive {
      let key = SmallGGUF(.llama, architecture).epsilonKey
      try expectRefusal(key + " is \(value), expected a positive") { $0[key] = .float32(value) }
    }
  }

  @Test(arguments: Architecture.allCases.filter { $0 != .gpt2 })
  func rotationsThatNoModelHasAreRefused(_ architecture: Architecture) throws {
    for number in Self.noCounts + [31, 34] {
      try expectRefusal(by: architecture) {
        $0[$0.key("rope.dimension_count")] = .uint64(number)
      }
    }
    for value in Self.notPositive {
      try expectRefusal("rope.freq_base", "positive", by: architecture) {
        $0[$0.key("rope.freq_base")] = .float32(value)
      }
    }
  }

  private static let noCounts: [UInt64] = [0, 1 << 31, 1 << 40, 1 << 62, 1 << 63, .max]
  private static let notPositive: [Float] = [0, -1, .nan, .infinity, -.infinity]

  @Test(arguments: Architecture.allCases)
  func tensorsThatAreMissingMisshapedOrUnknownAreNamed(_ architecture: Architecture) throws {
    func expectRefusal(_ part: String, of change: (inout SmallGGUF) -> Void) throws {
      try self.expectRefusal(part, by: architecture, of: change)
    }
    let tensors = SmallGGUF(.llama, architecture).file.tensors
    for tensor in tensors where tensor.name != "output.weight" {
      // In its place there could be three.
      let named = tensor.name == "blk.0.attn_qkv.weight" ? "blk.0.attn_q" : tensor.name
      try expectRefusal(named) { $0.file.tensors.removeAll { $0.name == tensor.name } }
    }
    for tensor in tensors {
      try expectRefusal(tensor.name == "token_embd.weight" ? "output.weight" : tensor.name) {
        $0.change(tensor.name) {
          $0.shape[$0.shape.count - 1] -= 1
          $0.data.removeLast(4 * ($0.shape.count == 2 ? Int($0.shape[0]) : 1))
        }
      }
      try expectRefusal(tensor.name) {
        $0.change(tensor.name) {
          $0.shape.append(1)
          $0.shape.swapAt(0, $0.shape.count - 1)
        }
      }
    }
    for shape in [[], [4096], [2, 2, 32, 32]] as [[UInt64]] {
      try expectRefusal("token_embd.weight") { $0.change("token_embd.weight") { $0.shape = shape } }
    }
    for name in [
      "blk.1.attn_q.weight", "rope_factors_long.weight", "blk.0.ffn_gate_exps.weight",
      "rope_freqs.weight", "output.bias", "blk.0.attn_q.bias",
    ] {
      try expectRefusal(name) {
        $0.file.tensors.append(.init(name: name, shape: [1], type: 0, data: [0, 0, 0, 0]))
      }
    }
  }

  /// Each file with a tensor that only another architecture has, unless it is the bias of a linear
  /// layer, which every architecture may have.
  @Test(arguments: Architecture.allCases)
  func tensorsOfAnotherArchitectureAreRefusedByName(_ architecture: Architecture) throws {
    let own = SmallGGUF(.llama, architecture).file.tensors.map(\.name)
    var refused: Set<String> = []
    for tensor in Architecture.allCases.flatMap({ SmallGGUF(.llama, $0).file.tensors })
    where !own.contains(tensor.name) {
      let weight = tensor.name.replacing(".bias", with: ".weight")
      if own.contains(weight) && !weight.contains("norm") { continue }
      // Beside attn_qkv it is attn_q that has no place, and Qwen2's needs a bias.
      if tensor.name == "blk.0.attn_qkv.weight" && architecture == .qwen2 { continue }
      let named = tensor.name == "blk.0.attn_qkv.weight" ? "blk.0.attn_q.weight" : tensor.name
      try expectRefusal("\"\(named)\"", "\"\(architecture)\"", by: architecture) {
        $0.file.tensors.append(tensor)
      }
      refused.insert(tensor.name)
    }
    #expect(refused.contains("blk.0.attn_q_norm.weight") || architecture == .qwen3)
    #expect(refused.contains("position_embd.weight") || architecture == .gpt2)
    #expect(refused.contains("blk.0.ffn_gate.weight") == (architecture == .gpt2))
  }

  @Test func tablesThatOldConvertersWroteAreIgnored() throws {
    // What old converters wrote beside the weights.
    var old = SmallGGUF(saying: ["a", "b", "</s>"])
    old.file.tensors.append(
      .init(name: "blk.0.attn_rot_embd.weight", shape: [1], type: 0, data: [0, 0, 0, 0]))
    #expect(try run(old, "-i", "a").output == "ab\n")
  }

  @Test func aVocabularyOfAnotherSizeIsRefused() throws {
    try expectRefusal("64", "63") {
      $0["tokenizer.ggml.tokens"] = .array((0..<63).map { .string("<\($0)>") })
      $0["tokenizer.ggml.scores"] = .array((0..<63).map { _ in .float32(0) })
      $0["tokenizer.ggml.token_type"] = nil
    }
  }

  @Test func aSpecialTokenThatDoesNotExistIsRefused() throws {
    for key in ["bos", "eos", "unknown", "eot", "eom", "fim_pad"] {
      for id in [64, 1 << 31] as [UInt32] {
        var model = SmallGGUF(saying: ["a", "b", "</s>"])
        model["tokenizer.ggml.\(key)_token_id"] = .uint32(id)
        let refusal = try run(model, "-i", "a")
        #expect(refusal.isRefusal(by: "run") && refusal.errors.contains("\(key)_token_id is \(id)"))
      }
    }
  }

  /// The kind's own is taken then: 1 and 2 in SentencePiece.
  @Test func aSpecialTokenOfMinusOneIsNone() throws {
    var model = SmallGGUF(saying: ["a", "b", "</s>"])
    for key in ["bos", "eos", "unknown", "eot", "eom", "fim_pad"] {
      model["tokenizer.ggml.\(key)_token_id"] = .uint32(.max)
    }
    #expect(try run(model, "-i", "a").output == "ab\n")
  }

  @Test func anotherVocabularyIsUsedWhereItFits() throws {
    let model = SmallGGUF(saying: ["a", "b", "</s>"])
    let other = try write(SmallGGUF(.gpt2), "other.gguf")
    let used = try run(model, "-i", "xa", "-z", other)
    #expect(used.status == 0 && used.output == "xab\n", "\(used)")
    let llama = try Llama(checkpoint: write(model), tokenizer: other)
    #expect(llama.tokenizer.encode("xa", bos: true, eos: false) == SmallGGUF.ids("xa"))
    for path in [
      try folder.write(Vocabulary.english.file, to: "tokenizer.bin"),
      GGUFForwardTests.Fixture.all[0].path,
    ] {
      let ending = try run(model, "-z", path)
      #expect(ending.isRefusal(by: "run"), "\(ending)")
      #expect(ending.errors.contains(path) && ending.errors.contains("64"), "\(ending)")
    }
  }

  // MARK: Damage

  /// Whether it is a text or one sentence about the file.
  private func expectTextOrSentence(_ bytes: [UInt8], _ damage: String) throws {
    let path = try folder.write(bytes, to: "model.gguf")
    let ending = try Program.run([path, "-n", "4", "-j", "1", "-i", "ab"], minutes: 0.2)
    let isText = ending.status == 0 && !ending.wasKilled
    // What was emitted before a number was not finite may stand in front of the sentence.
    let isSentence =
      !ending.wasKilled && ending.status == 1 && ending.complaints.count == 2
      && ending.errors.hasPrefix("run: ")
    #expect(isText || isSentence, "\(damage): \(ending)")
    #expect(ending.errors.utf8.count < path.utf8.count + 700, "\(damage): \(ending.errors)")
  }

  @Test func aContextThatNoMemoryHoldsGivesATextOrASentence() throws {
    for length in [1 << 20, 1 << 31, 1 << 32 - 1, 1 << 40, 1 << 55, 1 << 62] as [UInt64] {
      var model = SmallGGUF()
      model["llama.context_length"] = .uint64(length)
      try expectTextOrSentence(model.file.bytes, "\(length) tokens")
    }
  }

  @Test(arguments: SmallGGUF.Kind.allCases)
  func aFileThatIsCutOffIsRefused(_ kind: SmallGGUF.Kind) throws {
    let file = SmallGGUF(kind).file
    let (whole, header) = (file.bytes, file.header.count)
    let lengths =
      [1, 3, 4, 7, 8, 23, 24] + Array(stride(from: 25, to: header + 64, by: 131))
      + Array(stride(from: header + 64, to: whole.count, by: 9973)) + [whole.count - 1]
    for length in lengths {
      let path = try folder.write(Array(whole[..<length]), to: "model.gguf")
      let ending = try Program.run([path, "-n", "4"])
      #expect(ending.isRefusal(by: "run"), "\(length) bytes: \(ending)")
      #expect(ending.errors.contains(path), "\(length) bytes: \(ending.errors)")
    }
  }

  @Test(arguments: SmallGGUF.all.indices, 0..<2)
  func anyBitsOfAFileMayBeWrong(_ model: Int, seed: Int) throws {
    var random = SplitMix(seed)
    let file = SmallGGUF.all[model].file
    let (whole, header) = (file.bytes, file.header.count)
    for round in 0..<100 {
      var damaged = whole
      let end = round % 4 == 0 ? whole.count : header
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        let bit = Int.random(in: 0..<8 * end, using: &random)
        damaged[bit / 8] ^= 1 << (bit % 8)
      }
      try expectTextOrSentence(damaged, "seed \(seed), round \(round)")
    }
  }
}
