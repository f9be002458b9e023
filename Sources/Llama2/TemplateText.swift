#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The text of a Jinja template, searched for marks. Every search takes linear time.
struct TemplateText {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The name of the format that the text has the marks of (llama.cpp: `llm_chat_detect_template`).
  var format: String? {
    if contains("<|im_start|>") {
      return containsAny(["<|im_sep|>", "<end_of_utterance>"]) ? nil : "chatml"
    }
    if contains("[INST]") { return formatWithInstructionMarks }
    if contains("<|start_header_id|>") && contains("<|end_header_id|>") {
      return contains("Cutting Knowledge Date: ") ? "llama3.1" : "llama3"
    }
    if contains("<｜User｜>") && contains("<｜Assistant｜>") {
      // V3.1 writes thoughts differently in front of every reply.
      return contains("<think></think>") ? nil : "deepseek-v3"
    }
    if contains("### Instruction:") && contains("<|EOT|>") { return "deepseek-coder" }
    if contains("USER: ") && contains("ASSISTANT:") {
      let end = literal(afterContentBehind: "USER: ")
      // Orca's variant introduces the system message.
      return (end == "\n" || end == " ") && !contains("SYSTEM: ") ? "vicuna" : nil
    }
    if contains("User: ") && contains("Assistant:") {
      return literal(afterContentBehind: "User: ") == "\n\n" ? "deepseek" : nil
    }
    if contains("<|user|>") && contains("<|assistant|>") {
      return endsMessage(behind: "<|user|>") ? "zephyr" : nil
    }
    return nil
  }

  private var formatWithInstructionMarks: String {
    if contains("[SYSTEM_PROMPT]") {
      return contains("[SYSTEM_PROMPT] ") ? "mistral-v7" : "mistral-v7-tekken"
    }
    if contains("<<SYS>>") { return "llama2" }
    if contains(" [/INST]") {
      return containsAny(["' [INST] ", "\" [INST] "]) ? "mistral-v1" : "mistral-v0"
    }
    return contains("[INST] ") ? "mistral-v3" : "mistral-tekken"
  }

  // MARK: Details

  /// The system message of `'<|im_start|>system\n…<|im_end|>\n'`.
  var chatMLDefaultSystem: String? {
    let before = "<|im_start|>system\n"
    let after = "<|im_end|>\n"
    var position = 0
    while let mark = find("<|im_start|>system", from: position) {
      guard mark > 0, let (literal, end) = literal(at: mark - 1) else {
        position = mark + 1
        continue
      }
      if literal.hasPrefix(before) && literal.hasSuffix(after)
        && literal.utf8.count > before.utf8.count + after.utf8.count
      {
        return String(literal.dropFirst(before.count).dropLast(after.count))
      }
      position = end
    }
    return nil
  }

  /// The system message of `set system_message = '…'`, unless the template computes it.
  var defaultSystem: String? {
    if containsAny(["USE_DEFAULT_PROMPT", "false == true"]) { return nil }
    var position = 0
    while let end = end(of: "system_message = ", from: position) {
      position = end
      guard let (literal, end) = literal(at: end) else { continue }
      if !literal.isEmpty && !starts(with: "+", at: skipSpaces(end)) { return literal }
      position = end
    }
    return nil
  }

  /// The system message of `{{'You are…'}}`.
  var deepSeekCoderDefaultSystem: String? {
    find("'You are").flatMap { literal(at: $0)?.text }
  }

  /// The date behind "Today Date: ", or the one that is put there.
  var date: String? {
    if let start = end(of: "Today Date: ", from: 0) {
      let date = bytes[start...].prefix { !"\"'\\\n".utf8.contains($0) }
      if !date.isEmpty { return String(decoding: date, as: UTF8.self) }
    }
    return end(of: "date_string = ", from: 0).flatMap { literal(at: $0)?.text }
  }

  /// The literal that is added to the content of the message that `mark` begins:
  /// `'mark' + message['content'] + '…'`.
  func literal(afterContentBehind mark: String) -> String? {
    additionToContent(behind: mark).flatMap { literal(at: $0)?.text }
  }

  /// Whether EOS is added to the content of the message that `mark` begins.
  private func endsMessage(behind mark: String) -> Bool {
    guard let position = additionToContent(behind: mark) else { return false }
    if starts(with: "eos_token", at: position) { return true }
    guard let text = literal(at: position)?.text else { return false }
    return text.hasPrefix("<|endoftext|>") || text.hasPrefix("</s>")
  }

  private func additionToContent(behind mark: String) -> Int? {
    guard let start = end(of: mark, from: 0), var position = end(of: "content", from: start) else {
      return nil
    }
    for part in ["'", "\"", "]", ".strip()"] where starts(with: part, at: position) {
      position += part.utf8.count
    }
    position = skipSpaces(position)
    return starts(with: "+", at: position) ? skipSpaces(position + 1) : nil
  }

  // MARK: The generation prompt

  /// What stands before a reply: the literals behind the last `if add_generation_prompt`, and in an
  /// `if` among them that asks whether thinking is to be left out. White space between the tags
  /// counts as dropped. nil where anything else stands there.
  func generationPrompt(thinking: Bool) -> String? {
    guard let condition = lastEnd(of: "add_generation_prompt"),
      var position = end(of: "%}", from: condition)
    else { return nil }
    var prompt = ""
    var isInside = false
    var isWritten = true
    while let (isStatement, tag, end) = tag(at: position) {
      position = end
      switch isStatement ? String(decoding: bytes[tag], as: UTF8.self) : nil {
      case nil:
        guard let (text, end) = sumOfLiterals(at: tag.lowerBound), end == tag.upperBound
        else { return nil }
        if isWritten { prompt += text }
      case "endif":
        if !isInside { return prompt }
        isInside = false
        isWritten = true
      case "else" where isInside: isWritten.toggle()
      case let statement? where !isInside && Self.leavesThinkingOut.contains(statement):
        isInside = true
        isWritten = !thinking
      default: return nil
      }
    }
    return nil
  }

  private static let leavesThinkingOut: Set = [
    "if enable_thinking is defined and enable_thinking is false", "if enable_thinking is false",
    "if enable_thinking is defined and not enable_thinking", "if not enable_thinking",
  ]

  /// The tag, `{{ … }}` or `{% … %}`, that only white space separates from `start`, without its
  /// marks and the white space beside them, and the place behind it.
  private func tag(at start: Int) -> (isStatement: Bool, content: Range<Int>, end: Int)? {
    let start = skipSpaces(start)
    let isStatement = starts(with: "{%", at: start)
    guard isStatement || starts(with: "{{", at: start),
      let end = end(of: isStatement ? "%}" : "}}", from: start + 2)
    else { return nil }
    let isMark = { (byte: UInt8) in byte == UInt8(ascii: "-") || Self.isSpace(byte) }
    let content = bytes[(start + 2)..<(end - 2)].drop(while: isMark)
    let length = content.reversed().drop(while: isMark).count
    return (isStatement, content.startIndex..<content.startIndex + length, end)
  }

  // MARK: Searching

  func contains(_ mark: String) -> Bool { find(mark) != nil }

  func containsAny(_ marks: [String]) -> Bool { marks.contains(where: contains) }

  private func end(of mark: String, from start: Int) -> Int? {
    find(mark, from: start).map { $0 + mark.utf8.count }
  }

  /// The first place of `mark`, which is short and not empty, at `start` or behind it.
  private func find(_ mark: String, from start: Int = 0) -> Int? {
    let mark = Array(mark.utf8)
    guard bytes.count - start >= mark.count else { return nil }
    return bytes.withUnsafeBytes { bytes in
      (start...bytes.count - mark.count).first {
        bytes[$0] == mark[0] && memcmp(bytes.baseAddress! + $0, mark, mark.count) == 0
      }
    }
  }

  /// The place behind the last `mark`.
  private func lastEnd(of mark: String) -> Int? {
    var last: Int?
    while let end = end(of: mark, from: last ?? 0) { last = end }
    return last
  }

  private func starts(with mark: String, at position: Int) -> Bool {
    bytes[min(position, bytes.count)...].starts(with: mark.utf8)
  }

  private func skipSpaces(_ position: Int) -> Int {
    bytes[min(position, bytes.count)...].firstIndex { !Self.isSpace($0) } ?? bytes.count
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }

  /// The string literal whose quotation mark is at `start`, and the place behind it. One that is
  /// not closed ends with the text.
  private func literal(at start: Int) -> (text: String, end: Int)? {
    guard start < bytes.count,
      bytes[start] == UInt8(ascii: "'") || bytes[start] == UInt8(ascii: "\"")
    else { return nil }
    var text: [UInt8] = []
    var position = start + 1
    while position < bytes.count, bytes[position] != bytes[start] {
      if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count {
        position += 1
        text.append(bytes[position] == UInt8(ascii: "n") ? 0x0A : bytes[position])
      } else {
        text.append(bytes[position])
      }
      position += 1
    }
    return (String(decoding: text, as: UTF8.self), position + 1)
  }

  /// The text of the string literals from `start` on that have + between them, and the place behind
  /// the last one.
  private func sumOfLiterals(at start: Int) -> (text: String, end: Int)? {
    guard var sum = literal(at: start) else { return nil }
    while case let plus = skipSpaces(sum.end), starts(with: "+", at: plus),
      let next = literal(at: skipSpaces(plus + 1))
    {
      sum.text += next.text
      sum.end = next.end
    }
    return sum
  }
}
