import Foundation
import Llama2
import Testing

/// Conversations as models' own templates write them, by jinja2 (Tests/chat-fixtures.py).
private struct ChatFixture: Decodable {
  struct Template: Decodable, CustomTestStringConvertible {
    let template, format, bos, eos, excerpt: String
    let conversations: [Conversation]
    /// nil where the template always writes the same.
    let withoutThinking: [Conversation]?
    var testDescription: String { template }
  }
  struct Conversation: Decodable {
    let system: String?
    let messages: [String]
    let turns: [Turn]
  }
  struct Turn: Decodable {
    let reply: String?
    let text: String
  }
  let today: String
  let templates: [Template]

  static let all = try! JSONDecoder().decode(
    ChatFixture.self,
    from: Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/chat.json")))
}

@Suite struct ChatTemplateTests {
  /// What the vocabularies of all models together have as control tokens.
  private static let controls: Set = [
    "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eot_id|>", "<|begin_of_text|>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "<｜User｜>", "<｜Assistant｜>", "<|EOT|>", "<|endoftext|>", "<think>",
    "</think>",
  ]

  private func recognise(
    _ text: String, bos: String = "<s>", eos: String = "</s>",
    isControl: @escaping (String) -> Bool = { Self.controls.contains($0) }
  ) -> ChatTemplate? {
    ChatTemplate(
      recognising: text, bos: bos, eos: eos, today: ChatFixture.all.today, isControl: isControl)
  }

  private func named(
    _ name: String, bos: String = "<s>", eos: String = "</s>",
    isControl: @escaping (String) -> Bool = { Self.controls.contains($0) }
  ) throws -> ChatTemplate {
    let template = ChatTemplate(named: name, bos: bos, eos: eos, isControl: isControl)
    return try #require(template)
  }

  private func written(_ segments: [Segment]) -> String {
    segments.map {
      switch $0 {
      case .text(let text), .control(let text): text
      }
    }.joined()
  }

  // MARK: Conversations

  @Test(arguments: ChatFixture.all.templates)
  private func everyTurnIsWrittenAsTheModelsOwnTemplateWritesIt(
    _ fixture: ChatFixture.Template
  ) throws {
    let recognised = recognise(fixture.excerpt, bos: fixture.bos, eos: fixture.eos)
    let template = try #require(recognised)
    #expect(template.name == fixture.format)
    #expect(template.missingPieces == [])
    #expect(!fixture.conversations.isEmpty)
    try expect(fixture.conversations, in: template)
    let withoutThinking = template.withoutThinking
    #expect((withoutThinking != nil) == (fixture.withoutThinking != nil))
    if let withoutThinking { try expect(#require(fixture.withoutThinking), in: withoutThinking) }
  }

  private func expect(
    _ conversations: [ChatFixture.Conversation], in template: ChatTemplate
  ) throws {
    for conversation in conversations {
      for (message, turn) in zip(conversation.messages, conversation.turns) {
        let segments = template.turn(
          user: message, system: conversation.system, after: turn.reply)
        #expect(written(segments) == turn.text)
      }
    }
  }

  @Test(arguments: ChatFixture.all.templates)
  private func marksInMessagesStayText(_ fixture: ChatFixture.Template) throws {
    let recognised = recognise(fixture.excerpt, bos: fixture.bos, eos: fixture.eos)
    let template = try #require(recognised)
    let marks = Self.controls.sorted().joined(separator: " ")
    for reply in [nil, "Yes."] {
      let harmless = template.turn(user: "user", system: "system", after: reply)
      let hostile = template.turn(user: "u \(marks) u", system: "s \(marks) s", after: reply)
      func controls(_ segments: [Segment]) -> [Segment] {
        segments.filter { if case .control = $0 { true } else { false } }
      }
      #expect(controls(hostile) == controls(harmless))
      let texts = hostile.filter {
        if case .text(let text) = $0 { text.contains("u \(marks) u") } else { false }
      }
      #expect(texts.count == 1)
    }
  }

  @Test func neighbouringTextsAreOneSegment() throws {
    #expect(
      try named("chatml").turn(user: "Hi", system: "Be brief.", after: nil) == [
        .control("<|im_start|>"), .text("system\nBe brief."), .control("<|im_end|>"), .text("\n"),
        .control("<|im_start|>"), .text("user\nHi"), .control("<|im_end|>"), .text("\n"),
        .control("<|im_start|>"), .text("assistant\n"),
      ])
    #expect(
      try named("llama2", isControl: { _ in false }).turn(user: "Hi", after: " Hello!") == [
        .text(" "), .control("</s>"), .control("<s>"), .text("[INST] Hi [/INST]"),
      ])
  }

  @Test func chatMLByItsNameLeavesThinkingOutOfAVocabularyThatHasIt() throws {
    let marks: Set = ["<|im_start|>", "<|im_end|>", "<think>", "</think>"]
    let template = try named("chatml", isControl: { marks.contains($0) })
    let turn = template.withoutThinking?.turn(user: "a", after: nil)
    #expect(
      turn?.suffix(5) == [
        .text("assistant\n"), .control("<think>"), .text("\n\n"), .control("</think>"),
        .text("\n\n"),
      ])
    #expect(template.turn(user: "a", after: nil).last == .text("assistant\n"))
    #expect(try named("chatml", isControl: { $0 != "<think>" }).withoutThinking == nil)
  }

  /// Qwen3's vocabulary has the marks of thinking, Qwen2's has not.
  @Test func marksOfThinkingAreTokensWhereTheVocabularyHasThem() throws {
    let text =
      "<|im_end|> {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}"
      + "{% if not enable_thinking %}{{ '<think>\\n\\n</think>\\n' }}{% endif %}{% endif %}"
    func reply(_ marks: Set<String>) -> ArraySlice<Segment>? {
      let turn = recognise(text, isControl: { marks.contains($0) })?.withoutThinking?
        .turn(user: "<think>", after: nil)
      return turn?.drop {
        $0 != .text("assistant\n") && $0 != .text("assistant\n<think>\n\n</think>\n")
      }
    }
    #expect(
      reply(["<|im_start|>", "<|im_end|>", "<think>", "</think>"]) == [
        .text("assistant\n"), .control("<think>"), .text("\n\n"), .control("</think>"),
        .text("\n"),
      ])
    #expect(
      reply(["<|im_start|>", "<|im_end|>"]) == [.text("assistant\n<think>\n\n</think>\n")])
  }

  @Test func marksThatTheVocabularyLacksAreText() throws {
    let text = "'<|user|>' + message['content'] + eos_token '<|assistant|>'"
    #expect(
      recognise(text)?.turn(user: "Hi", after: nil)
        == [.text("<|user|>\nHi"), .control("</s>"), .text("\n<|assistant|>\n")])
    #expect(
      recognise(text, isControl: { _ in true })?.turn(user: "Hi", after: nil) == [
        .control("<|user|>"), .text("\nHi"), .control("</s>"), .text("\n"),
        .control("<|assistant|>"), .text("\n"),
      ])
    let chatML = try named("chatml", isControl: { $0 == "<|im_start|>" })
    #expect(chatML.missingPieces == ["<|im_end|>"])
    #expect(chatML.endOfTurn == "<|im_end|>")
  }

  /// run.c's `chat`: nothing is trimmed, BOS stands in front of every turn and EOS behind every
  /// reply.
  @Test func llama2CsConversationsAreRunCs() {
    let template = ChatTemplate(llama2CWithBOS: "\n<s>\n", eos: "\n</s>\n")
    #expect(
      template.turn(user: " hi\n", system: " Be brief. ", after: nil) == [
        .control("\n<s>\n"), .text("[INST] <<SYS>>\n Be brief. \n<</SYS>>\n\n hi\n [/INST]"),
      ])
    #expect(
      template.turn(user: " more ", system: " Be brief. ", after: " Hello ") == [
        .control("\n</s>\n"), .control("\n<s>\n"), .text("[INST]  more  [/INST]"),
      ])
    #expect(
      template.turn(user: "x", after: nil) == [.control("\n<s>\n"), .text("[INST] x [/INST]")])
  }

  /// SmolLM2's BOS is also ChatML's first mark.
  @Test func bosIsWrittenWhereTheTemplateWritesIt() {
    func first(_ text: String, bos: String) -> Segment? {
      recognise(text, bos: bos)?.turn(user: "x", after: nil).first { $0 == .control(bos) }
    }
    #expect(first("{{ bos_token }} [INST] [/INST]", bos: "<s>") == .control("<s>"))
    #expect(first("<s> '[INST] ' [/INST]", bos: "<s>") == .control("<s>"))
    #expect(first("'[INST] ' [/INST]", bos: "<s>") == nil)
    let chatML = recognise("<|im_start|>", bos: "<|im_start|>", eos: "<|im_end|>")
    #expect(
      chatML?.turn(user: "x", after: nil).prefix(2) == [.control("<|im_start|>"), .text("user\nx")])
  }

  @Test func aReplyThatEndsWithASpaceGetsNoSecondOne() throws {
    let llama2 = try named("llama2")
    #expect(llama2.turn(user: "x", after: " Yes ").first == .control("</s>"))
    #expect(llama2.turn(user: "x", after: " Yes").first == .text(" "))
  }

  @Test func vicunaByNameIntroducesTheConversation() throws {
    let text = written(try named("vicuna").turn(user: "Hi", after: nil))
    #expect(text.hasPrefix("<s>A chat between "))
    #expect(text.hasSuffix("user's questions. USER: Hi ASSISTANT:"))
    #expect(
      written(try named("vicuna").turn(user: "More", after: " Hi!"))
        == "</s>USER: More ASSISTANT:")
  }

  /// Mistral's templates before v7 move the system message to the last turn once more is said; a
  /// conversation that is read once has it in the first.
  @Test func mistralsSystemMessageStandsInTheFirstTurn() throws {
    let template = try named("mistral-v3")
    #expect(
      written(template.turn(user: "Hi", system: "Be brief.", after: nil))
        == "<s>[INST] Be brief.\n\nHi[/INST]")
    #expect(
      written(template.turn(user: "Ho", system: "Be brief.", after: " Hi!"))
        == "</s>[INST] Ho[/INST]")
  }

  @Test func theDateIsTodaysOnlyWhereTheTemplateAsksForIt() throws {
    let marks = "<|start_header_id|> <|end_header_id|> Cutting Knowledge Date: "
    func date(_ text: String) -> String? {
      guard let template = recognise(marks + text) else { return nil }
      let lines = written(template.turn(user: "x", after: nil)).split(separator: "\n")
      return lines.first { $0.hasPrefix("Today Date: ") }.map { String($0.dropFirst(12)) }
    }
    #expect(date("Today Date: 26 July 2024\\n\\n") == "26 July 2024")
    #expect(date("date_string = \"3 May 2025\" \"Today Date: \"") == "3 May 2025")
    #expect(date("strftime_now date_string = \"3 May 2025\"") == ChatFixture.all.today)
    #expect(date("") == "26 Jul 2024")
    let today = try #require(
      try Regex("[0-9]{2} [A-Z][a-z]{2} 2[0-9]{3}").wholeMatch(
        in: ChatTemplate.today()))
    #expect(!today.isEmpty)
  }

  // MARK: Recognition

  @Test func everyNameIsATemplateAndNoOther() throws {
    for name in ChatTemplate.names { #expect(try named(name).name == name) }
    for name in ["", "llama", "Llama2", "chatml "] {
      #expect(ChatTemplate(named: name, bos: "", eos: "", isControl: { _ in true }) == nil)
    }
  }

  /// Formats that share marks with a known one and mean something else.
  @Test(arguments: [
    "", "{{ message['content'] }}", "<|im_start|> <|im_sep|>", "<|im_start|> <end_of_utterance>",
    "<|user|> message['content'] + '<|end|>' <|assistant|>",
    "'<|user|>\\n' + message['content'] + '\\n' <|assistant|> eos_token",
    "'<|user|>\\n' + message['content'] }} '<|assistant|>\\n' + message['content'] + eos_token",
    "<|system|> <|user|>", "<｜User｜> <｜Assistant｜> <think></think>",
    "<start_of_turn> message['content'] + '<end_of_turn>'", "'USER: ' message.text ASSISTANT:",
    "'User: ' + message['content'] + '<end>' Assistant:", "### Instruction:",
    "'SYSTEM: ' 'USER: ' + message['content'] + '\\n' ASSISTANT:",
  ])
  func otherTemplatesAreNotRecognised(_ text: String) {
    #expect(recognise(text) == nil)
  }

  @Test func aSystemMessageThatTheTemplateComputesIsNotAdded() {
    let marks = "'[SYSTEM_PROMPT]' '[INST]' set default_system_message = "
    func first(_ text: String) -> Segment? {
      recognise(marks + text)?.turn(user: "x", after: nil).first { $0 != .control("[INST]") }
    }
    #expect(first("'Don\\'t.\\nNever.' %}") == .control("[SYSTEM_PROMPT]"))
    #expect(first("'Today is ' + today %}") == .text("x"))
    #expect(first("'' %}") == .text("x"))
    #expect(
      recognise(marks + "'Don\\'t.\\nNever.' %}")?.turn(user: "x", after: nil)
        .contains(.text("Don't.\nNever.")) == true)
  }

  /// What stands before a reply, with thinking and without, for the end of a template.
  private func generationPrompt(_ end: String) throws -> [String?] {
    let recognised = recognise("<|im_start|> <|im_end|> " + end)
    let template = try #require(recognised)
    return [template, template.withoutThinking].map {
      $0.map { written($0.turn(user: "x", after: nil).suffix(2)) }
    }
  }

  @Test func whatStandsBeforeAReplyIsReadFromTheTemplate() throws {
    let assistant = "<|im_start|>assistant\n"
    let start = "{%- if add_generation_prompt -%} {{- '<|im_start|>assistant\\n' -}} "
    let end = "{% endif %} {% endif %}"
    func prompt(_ text: String) throws -> [String?] {
      try generationPrompt(text).map { $0.map { String($0.drop { $0 != "<" }) } }
    }
    #expect(try prompt("") == [assistant, nil])
    #expect(try prompt(start + "{%endif%}") == [assistant, nil])
    let missing = "{% if not add_generation_prompt is defined %} {% endif %}"
    #expect(try prompt(missing + start + "{{ 'x' }} {%endif%}") == [assistant + "x", nil])
    #expect(
      try prompt(
        "{% if add_generation_prompt %}{{'<|im_start|>' + \"assistant\\n\"\n+ 'a'}}{% endif %}")
        == [assistant + "a", nil])
    for condition in [
      "enable_thinking is defined and enable_thinking is false", "not enable_thinking",
      "enable_thinking is defined and not enable_thinking", "enable_thinking is false",
    ] {
      let start = start + "{%- if \(condition) -%}"
      #expect(try prompt(start + "{{ 'no' }}" + end) == [assistant, assistant + "no"])
      #expect(
        try prompt(start + "{{ 'no' }}\n{%- else %}\n{{ 'yes' }}" + end + " {# the end #}")
          == [assistant + "yes", assistant + "no"])
      #expect(
        try prompt(start + "{{ 'n' }}{{- 'o' }}{% endif %}{{ 'w' }}{% endif %} {{ 'x' }}")
          == [assistant + "w", assistant + "now"])
    }
  }

  /// It is ChatML's then.
  @Test(arguments: [
    "{{ 'other\\n' }} {% endif %}", "<|im_start|>assistant {% endif %}",
    "{{ '<|im_start|>assistant\\n' + x }} {% endif %}",
    "{{ '<|im_start|>assistant\\n' }} {% if enable_thinking %} {{ 'yes' }} {% endif %} {% endif %}",
    "{{ '<|im_start|>assistant\\nx' }} {% else %} {% endif %}",
    "{{ '<|im_start|>assistant\\nx' }} {% for x in y %} {% endfor %} {% endif %}",
    "{{ '<|im_start|>assistant\\nx' }} {% if enable_thinking is false %} {% if not enable_thinking %}"
      + " {{ 'no' }} {% endif %} {% endif %} {% endif %}",
    "{{ '<|im_start|>assistant\\nx' }}", "{{ '<|im_start|>assistant\\nx", "{{ '<|im_start|>", "{{",
    "",
  ])
  func whatStandsBeforeAReplyIsNotReadWhereItIsNotUnderstood(_ end: String) throws {
    #expect(
      try generationPrompt("{% if add_generation_prompt %} " + end) == [
        "<|im_start|>assistant\n", nil,
      ])
  }

  /// Recognition of a megabyte takes milliseconds; one search a mark, not one a mark and place.
  @Test(arguments: [
    "<|im_start|>system", "'<|im_start|>system\\n", "\\'<|im_start|>system", "'", "<", "\\",
    "[INST] system_message = '", "[INST] system_message = ", "USER: ASSISTANT: content",
    "User: Assistant: ", "<|user|>", "<｜User｜>", "\u{0}", " ",
    "add_generation_prompt", "add_generation_prompt %}", "add_generation_prompt %}{{ '", "{{''}}",
    "{{''+''}}", "{%if not enable_thinking%}{%endif%}", "{% ", "{{", "'a' + ",
  ])
  func aMegabyteOfHostileTextIsReadInLinearTime(_ part: String) {
    let text = String(repeating: part, count: (1 << 20) / part.utf8.count)
    let time = ContinuousClock().measure {
      _ = recognise(text)?.turn(user: "x", after: nil)
      _ = recognise("<|im_start|>'" + text)?.turn(user: "x", after: nil)
      _ = recognise("<|im_start|> add_generation_prompt %}" + text)?.turn(user: "x", after: nil)
      _ = recognise("<|im_start|> add_generation_prompt %}{{" + text)?.turn(user: "x", after: nil)
    }
    #expect(time < .seconds(2))
  }
}
