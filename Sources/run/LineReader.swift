import Console

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads lines from a terminal, with the usual keys to edit them and a history. Pasted text of many
/// lines is part of one line.
struct LineReader {
  private var history: [String] = []
  private let input = TerminalInput()

  /// Asks for a line; the cursor must be at the left edge. A line that Ctrl-C leaves is asked for again,
  /// unless it is empty.
  mutating func line(_ prompt: String) throws -> Input.Line {
    defer { RawMode.leave() }
    var line = EditedLine(prompt, history: history)
    var keys = KeyDecoder { [input] in try input.byte { try line.draw() } }
    while let key = try keys.key() {
      switch key {
      case .enter:
        try line.finish("\n")
        if !line.text.isEmpty && line.text != history.last { history.append(line.text) }
        return .text(line.text)
      case .interrupt:
        if line.text.isEmpty { return .interrupted }
        try line.finish("^C\n")
        line = EditedLine(prompt, history: history)
      case .endOfInput where line.text.isEmpty: return .end
      case .suspend:
        RawMode.leave()
        kill(0, SIGTSTP)
      default: line.edit(key)
      }
    }
    return Interrupt.happened ? .interrupted : .end
  }
}

/// The bytes of a terminal in raw mode.
private final class TerminalInput {
  /// What was read and is not used yet, which may be more than one line.
  private var unread: ArraySlice<UInt8> = []

  /// The next byte; nil at the end of input or when a signal is to end the program.
  ///
  /// - Parameter willWait: called when nothing is there to read, also after a signal.
  func byte(_ willWait: () throws -> Void) throws -> UInt8? {
    while unread.isEmpty && !Interrupt.happened {
      try RawMode.enter()
      try willWait()
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count == 0 { return nil }
      guard count > 0 || errno == EINTR else { throw Refusal("standard input", systemReason) }
      unread = buffer[..<max(0, count)]
    }
    return unread.popFirst()
  }
}

/// A line that is being edited, in one row of the terminal: of a longer one the row shows the part
/// around the cursor.
private struct EditedLine {
  private let prompt: String
  /// The text on both sides of the cursor. All changes are by whole characters.
  private var before = ""
  private var after = ""
  /// The lines that up and down choose from, the new one last, as far as they were edited.
  private var lines: [String]
  private var current: Int
  private var clearsScreen = false

  init(_ prompt: String, history: [String]) {
    self.prompt = prompt
    lines = history + [""]
    current = history.count
  }

  var text: String { before + after }

  mutating func edit(_ key: Key) {
    switch key {
    case .text(let text): before += text
    case .left: if let last = before.popLast() { after = String(last) + after }
    case .right:
      if let first = after.first {
        before.append(first)
        after.removeFirst()
      }
    case .wordLeft: after = takeWordLeft() + after
    case .wordRight: before += takeWordRight()
    case .home: (before, after) = ("", text)
    case .end: (before, after) = (text, "")
    case .up: show(current - 1)
    case .down: show(current + 1)
    case .deleteLeft: _ = before.popLast()
    case .deleteRight, .endOfInput: after = String(after.dropFirst())
    case .deleteWordLeft: _ = takeWordLeft()
    case .deleteWordRight: _ = takeWordRight()
    case .deleteToStart: before = ""
    case .deleteToEnd: after = ""
    case .clearScreen: clearsScreen = true
    case .enter, .interrupt, .suspend: break
    }
  }

  private mutating func show(_ index: Int) {
    guard lines.indices.contains(index) else { return }
    lines[current] = text
    current = index
    (before, after) = (lines[index], "")
  }

  /// Removes the word in front of the cursor, with the space behind it, and returns it.
  private mutating func takeWordLeft() -> String {
    let end = before.lastIndex { !$0.isWhitespace } ?? before.startIndex
    let space = before[..<end].lastIndex { $0.isWhitespace }
    let start = space.map { before.index(after: $0) } ?? before.startIndex
    defer { before = String(before[..<start]) }
    return String(before[start...])
  }

  /// Removes the word behind the cursor, with the space in front of it, and returns it.
  private mutating func takeWordRight() -> String {
    let start = after.firstIndex { !$0.isWhitespace } ?? after.endIndex
    let end = after[start...].firstIndex { $0.isWhitespace } ?? after.endIndex
    defer { after = String(after[end...]) }
    return String(after[..<end])
  }

  // MARK: Drawing

  /// Draws the row again and puts the cursor into its place.
  mutating func draw() throws {
    // The cursor may stand behind the last character.
    let room = max(2, RawMode.columns - Self.width(prompt) - 1)
    let tail = Self.prefix(of: after, width: room / 4)
    let head = Self.prefix(of: before.reversed(), width: room - Self.width(tail)).reversed()
    let rest = Self.prefix(of: after, width: room - Self.width(head))
    let start = clearsScreen ? "\u{1B}[H\u{1B}[2J" : "\r"
    clearsScreen = false
    try Output.write(
      start + prompt + Self.shown(head) + Self.shown(rest)
        + "\u{1B}[K\u{1B}[\(Self.width(prompt) + Self.width(head) + 1)G")
  }

  /// Shows all of the line, in as many rows as it has, and then `end`.
  func finish(_ end: String) throws { try Output.write("\r" + prompt + text + "\u{1B}[K" + end) }

  private static func shown(_ text: some Sequence<Character>) -> String {
    String(text.map { $0 == "\n" ? "↵" : $0 == "\t" ? " " : $0 })
  }

  /// The characters from the first on that are not wider together than `limit`.
  private static func prefix(of text: some Sequence<Character>, width limit: Int) -> [Character] {
    var sum = 0
    return text.prefix {
      sum += width(of: $0)
      return sum <= limit
    }
  }

  private static func width(_ text: some Sequence<Character>) -> Int {
    text.reduce(0) { $0 + width(of: $1) }
  }

  /// The columns of a character: 2 for emoji and for what is wide by Unicode's East Asian Width
  /// (UAX #11, by blocks).
  private static func width(of character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.properties.isEmojiPresentation || scalars.contains("\u{FE0F}") { return 2 }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18D08,
      0x1B000...0x1B2FB, 0x20000...0x3FFFD:
      return 2
    default: break
    }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return 1
    }
  }
}
