#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A part of a chat prompt: text that is encoded as text whatever it says, or a control token by
/// its exact piece.
package enum Segment: Equatable, Sendable {
  case text(String)
  case control(String)
}

/// How a conversation is written for a chat model: what stands around the messages of the system
/// and the user, and around the replies.
///
/// A file's own template is a program in the language Jinja. It is not run: one of the known
/// formats is recognised by its marks, and the details in which templates of one format differ
/// (BOS, trimming, default system message, date) are read from its text. The tokens are then those
/// of Hugging Face's `apply_chat_template` with `add_generation_prompt`, but for marks that a user
/// typed: they stay text. Where a template writes earlier messages differently once newer ones
/// follow, the conversation keeps what was read: Mistral's formats up to v3 move the system
/// message to the last turn (here it stays in the first); those of QwQ, Qwen3 and DeepSeek R1 drop
/// the thinking of earlier replies, and the empty thinking block in front of them.
package struct ChatTemplate: Sendable {
  /// The names for `init(named:)`.
  package static let names = [
    "llama2", "llama3", "llama3.1", "chatml", "mistral-v0", "mistral-v1", "mistral-v3",
    "mistral-tekken", "mistral-v7", "mistral-v7-tekken", "zephyr", "vicuna", "deepseek",
    "deepseek-coder", "deepseek-v3",
  ]

  private enum BOS { case never, once, eachTurn }

  package let name: String
  /// The piece of the token that ends a reply.
  package private(set) var endOfTurn: String
  /// The marks without which the format makes no sense, and which the vocabulary lacks.
  package private(set) var missingPieces: [String] = []

  private let bosPiece: String
  private var bos = BOS.once
  /// What stands before and behind a system message.
  private var system = (before: "", after: "")
  private var systemIsInsideUserMessage = false
  private var defaultSystem: String?
  /// What stands before and behind a user's message.
  private var user = (before: "", after: "")
  /// Whether white space at both ends of messages is dropped.
  private var trims = false
  /// What stands before a reply.
  private var assistant = ""
  /// The same for a reply without thinking, if the template defines that.
  private var assistantWithoutThinking: String?
  /// What stands behind a reply, its end token included.
  private var replyEnd = ""
  /// The marks that are control tokens of the vocabulary. All others are text.
  private var marks: [String] = []

  /// One of the known formats, as its models' own templates write it.
  ///
  /// - Parameters:
  ///   - name: one of `names`; nil for others.
  ///   - bos, eos: the pieces of the vocabulary's BOS and EOS; empty where it has none.
  ///   - isControl: whether the vocabulary has this piece as a control or user-defined token.
  package init?(
    named name: String, bos: String, eos: String, isControl: (String) -> Bool
  ) {
    self.name = name
    bosPiece = bos
    endOfTurn = eos
    replyEnd = eos
    var required: [String] = []
    switch name {
    case "llama2":
      self.bos = .eachTurn
      system = ("<<SYS>>\n", "\n<</SYS>>\n\n")
      systemIsInsideUserMessage = true
      user = ("[INST] ", " [/INST]")
      trims = true
      replyEnd = " " + eos
    case "llama3", "llama3.1":
      required = ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
      endOfTurn = "<|eot_id|>"
      replyEnd = endOfTurn
      func header(_ role: String) -> String {
        "<|start_header_id|>\(role)<|end_header_id|>\n\n"
      }
      system = (header("system"), endOfTurn)
      user = (header("user"), endOfTurn)
      assistant = header("assistant")
      trims = true
      if name == "llama3.1" { writeDate("26 Jul 2024") }
    case "chatml":
      required = ["<|im_start|>", "<|im_end|>"]
      self.bos = .never
      endOfTurn = "<|im_end|>"
      replyEnd = "<|im_end|>\n"
      system = ("<|im_start|>system\n", "<|im_end|>\n")
      user = ("<|im_start|>user\n", "<|im_end|>\n")
      assistant = "<|im_start|>assistant\n"
      // Qwen3's, whose vocabulary has these tokens.
      if isControl("<think>") && isControl("</think>") {
        assistantWithoutThinking = assistant + "<think>\n\n</think>\n\n"
      }
    case "mistral-v0", "mistral-v1", "mistral-v3", "mistral-tekken":
      user =
        switch name {
        case "mistral-v0": ("[INST] ", " [/INST]")
        case "mistral-v1": (" [INST] ", " [/INST]")
        case "mistral-v3": ("[INST] ", "[/INST]")
        default: ("[INST]", "[/INST]")
        }
      system = ("", "\n\n")
      systemIsInsideUserMessage = true
    case "mistral-v7", "mistral-v7-tekken":
      required = ["[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]", "[/INST]"]
      let space = name == "mistral-v7" ? " " : ""
      system = ("[SYSTEM_PROMPT]" + space, "[/SYSTEM_PROMPT]")
      user = ("[INST]" + space, "[/INST]")
    case "zephyr":
      self.bos = .never
      replyEnd = eos + "\n"
      system = ("<|system|>\n", replyEnd)
      user = ("<|user|>\n", replyEnd)
      assistant = "<|assistant|>\n"
    case "vicuna":
      system = ("", " ")
      user = ("USER: ", " ")
      assistant = "ASSISTANT:"
      defaultSystem =
        "A chat between a curious user and an artificial intelligence assistant. The assistant "
        + "gives helpful, detailed, and polite answers to the user's questions."
    case "deepseek":
      system = ("", "\n\n")
      user = ("User: ", "\n\n")
      assistant = "Assistant:"
    case "deepseek-coder":
      required = ["<|EOT|>"]
      endOfTurn = "<|EOT|>"
      replyEnd = "\n<|EOT|>\n"
      user = ("### Instruction:\n", "\n")
      assistant = "### Response:\n"
    case "deepseek-v3":
      required = ["<｜User｜>", "<｜Assistant｜>"]
      user = ("<｜User｜>", "")
      assistant = "<｜Assistant｜>"
    default: return nil
    }
    missingPieces = required.filter { !isControl($0) }
    let optional = [
      "[INST]", "[/INST]", "<|system|>", "<|user|>", "<|assistant|>", "<think>", "</think>",
    ]
    marks = [bos, eos].filter { !$0.isEmpty } + (required + optional).filter(isControl)
  }

  /// The format of a file's own template, recognised by its marks in `text`; nil if it is none of
  /// the known ones. Takes time in proportion to the text, which may be anything.
  ///
  /// - Parameters:
  ///   - today: the date for templates that ask for it (Llama 3.2), as "26 Jul 2024". Others have
  ///     a fixed date in their text.
  package init?(
    recognising text: String, bos: String, eos: String, today: String = Self.today(),
    isControl: (String) -> Bool
  ) {
    let source = TemplateText(text)
    guard let name = source.format else { return nil }
    let endOfText = "<|endoftext|>"
    let endsWithEndOfText = name == "zephyr" && source.contains(endOfText) && isControl(endOfText)
    self.init(
      named: name, bos: bos, eos: endsWithEndOfText ? endOfText : eos, isControl: isControl)
    if self.bos != .eachTurn || !source.contains("bos_token + '[INST]") {
      let spellings = ["bos_token", "<s>", "<|begin_of_text|>", "<｜begin▁of▁sentence｜>"]
      self.bos = source.containsAny(spellings) ? .once : .never
    }
    if trims || name == "vicuna" {
      trims = source.containsAny([
        "content'].strip()", "content.strip()", "content'] | trim", "content']|trim",
      ])
    }
    defaultSystem = source.defaultSystem
    assistantWithoutThinking = nil
    if !assistant.isEmpty, let prompt = source.generationPrompt(thinking: true),
      prompt.hasPrefix(assistant)
    {
      assistant = prompt
      let other = source.generationPrompt(thinking: false)
      if other != prompt { assistantWithoutThinking = other }
    }
    switch name {
    case "llama3.1":
      writeDate(source.contains("strftime_now") ? today : source.date ?? "26 Jul 2024")
    case "chatml":
      defaultSystem = source.chatMLDefaultSystem ?? defaultSystem
      // Yi's template writes the system message bare.
      if source.contains("{{ system_message }}") { system = ("", "") }
    case "mistral-v0":
      if source.contains("eos_token + ' '") { replyEnd += " " }
    case "vicuna" where source.literal(afterContentBehind: "USER: ") == "\n":
      system.after = "\n\n"
      user.after = "\n"
      replyEnd += "\n"
    case "deepseek-coder":
      defaultSystem = source.deepSeekCoderDefaultSystem
    default: break
    }
  }

  /// The format of llama2.c's chat: Llama 2's, but nothing is trimmed and no space stands in front
  /// of EOS (run.c: `chat`).
  package init(llama2CWithBOS bos: String, eos: String) {
    name = "llama2"
    bosPiece = bos
    self.bos = .eachTurn
    endOfTurn = eos
    replyEnd = eos
    system = ("<<SYS>>\n", "\n<</SYS>>\n\n")
    systemIsInsideUserMessage = true
    user = ("[INST] ", " [/INST]")
    marks = [bos, eos].filter { !$0.isEmpty }
  }

  /// The template whose replies are without thinking: the empty thinking block that it defines
  /// stands before them. nil where it defines none.
  package var withoutThinking: ChatTemplate? {
    assistantWithoutThinking.map {
      var template = self
      template.assistant = $0
      return template
    }
  }

  // MARK: - A turn

  /// What is to be read before a reply: what ends the reply before it, the messages, and what
  /// stands in front of the reply. Behind BOS and other control tokens, text starts anew; in a turn
  /// after the first, text in front of all others continues the reply.
  ///
  /// - Parameters:
  ///   - system: how the assistant should be; nil: what the template says by default. Counts in the
  ///     first turn only.
  ///   - reply: the text of the reply that ends, without its end token; nil in the first turn.
  package func turn(user message: String, system: String? = nil, after reply: String?) -> [Segment]
  {
    var turn = Turn(marks: marks)
    if let reply {
      // Where the template trims replies, it writes one space between them and their end.
      let isSpaced = trims && reply.unicodeScalars.last.map(Self.isSpace) ?? false
      turn.append(fixed: isSpaced ? Self.trimmed(replyEnd) : replyEnd)
    }
    if bos == .eachTurn || bos == .once && reply == nil { turn.append(fixed: bosPiece) }
    var message = message
    if reply == nil, let text = system ?? defaultSystem {
      if systemIsInsideUserMessage {
        message = self.system.before + text + self.system.after + message
      } else {
        turn.append(fixed: self.system.before)
        turn.append(text: trims ? Self.trimmed(text) : text)
        turn.append(fixed: self.system.after)
      }
    }
    turn.append(fixed: user.before)
    turn.append(text: trims ? Self.trimmed(message) : message)
    turn.append(fixed: user.after)
    turn.append(fixed: assistant)
    return turn.segments
  }

  /// The segments of a turn. Neighbouring texts become one, as they are encoded together.
  private struct Turn {
    let marks: [String]
    var segments: [Segment] = []

    mutating func append(text: String) {
      guard !text.isEmpty else { return }
      if case .text(let before) = segments.last {
        segments[segments.count - 1] = .text(before + text)
      } else {
        segments.append(.text(text))
      }
    }

    /// Appends text of the template, its marks as control tokens.
    mutating func append(fixed text: String) {
      var rest = text[...].utf8
      var start = rest.startIndex
      while !rest.isEmpty {
        guard let mark = marks.first(where: { rest.starts(with: $0.utf8) }) else {
          rest = rest.dropFirst()
          continue
        }
        append(text: String(text[start..<rest.startIndex]))
        segments.append(.control(mark))
        rest = rest.dropFirst(mark.utf8.count)
        start = rest.startIndex
      }
      append(text: String(text[start...]))
    }
  }

  /// Python's `str.strip` and Jinja's `trim`.
  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isSpace($0) }),
      let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(scalars[first...last])
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// Llama 3.1 begins every conversation with a system message that names two dates.
  private mutating func writeDate(_ date: String) {
    system.before =
      "<|start_header_id|>system<|end_header_id|>\n\n"
      + "Cutting Knowledge Date: December 2023\nToday Date: \(date)\n\n"
    defaultSystem = ""
  }

  /// The local date, as "26 Jul 2024".
  package static func today() -> String {
    var now = time(nil)
    var date = tm()
    localtime_r(&now, &date)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
      strftime(text.baseAddress!, text.count, "%d %b %Y", &date) > 0
        ? String(cString: text.baseAddress!) : ""
    }
  }
}
