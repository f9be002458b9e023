/// Joins pieces to text, whole characters at a time.
struct TextJoiner {
  let tokenizer: Tokenizer
  private var pending: [UInt8] = []

  init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// What can be emitted once `token` is known: nothing while a character lacks bytes. Control
  /// characters are left out, as a terminal may obey them: of llama2.c's vocabularies those that
  /// are pieces of their own (run.c: `safe_printf`), of others all.
  mutating func append(_ token: Int, after previous: Int) -> String {
    let piece = tokenizer.decode(token, after: previous)
    if piece.count == 1, let byte = piece.first, byte < 0x80, Self.isControl(Unicode.Scalar(byte)) {
      return ""
    }
    pending += piece
    let whole = pending.count - unfinishedBytes
    defer { pending.removeFirst(whole) }
    let text = String(decoding: pending[..<whole], as: UTF8.self)
    if tokenizer.vocabulary.isLlama2C || !text.unicodeScalars.contains(where: Self.isControl) {
      return text
    }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !Self.isControl($0) }))
  }

  /// Whether a terminal may obey the character: C0 and C1 but for white space, and DEL.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D: false
    case 0..<0x20, 0x7F..<0xA0: true
    default: false
    }
  }

  /// The bytes of a character that never became whole, as the replacement character.
  mutating func rest() -> String? {
    defer { pending = [] }
    return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a character and lack its last bytes.
  private var unfinishedBytes: Int {
    for (i, byte) in pending.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
      let length = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1
      return i + 1 < length ? i + 1 : 0
    }
    return 0
  }
}

/// Holds text back for as long as a stop text may begin in it.
struct StopTexts {
  private let texts: [[UInt8]]
  private var held: [TextPiece] = []

  init(_ texts: [String]) { self.texts = texts.map { Array($0.utf8) } }

  /// The pieces that are known to stand before every stop text once `piece` follows those before it, and
  /// the stop text if one is complete.
  mutating func append(_ piece: TextPiece) -> (pieces: [TextPiece], stop: String?) {
    if texts.isEmpty { return ([piece], nil) }
    held.append(piece)
    let text = held.flatMap { $0.text.utf8 }
    for start in text.indices {
      // Of two that begin at one place, the longer one.
      let complete = texts.filter { text[start...].starts(with: $0) }
      if let stop = complete.max(by: { $0.count < $1.count }) {
        return (release(start), String(decoding: stop, as: UTF8.self))
      }
    }
    let start = text.indices.first { start in
      texts.contains { $0.starts(with: text[start...]) }
    }
    return (releaseWhole(before: start ?? text.count), nil)
  }

  /// What is held when the text ends.
  mutating func rest() -> [TextPiece] {
    defer { held = [] }
    return held
  }

  /// The pieces that end within the first `count` bytes.
  private mutating func releaseWhole(before count: Int) -> [TextPiece] {
    var (end, bytes) = (0, 0)
    while end < held.count, bytes + held[end].text.utf8.count <= count {
      bytes += held[end].text.utf8.count
      end += 1
    }
    defer { held.removeFirst(end) }
    return Array(held[..<end])
  }

  /// The first `count` bytes of what is held; the rest is dropped.
  private mutating func release(_ count: Int) -> [TextPiece] {
    var pieces = releaseWhole(before: count)
    let missing = count - pieces.reduce(0) { $0 + $1.text.utf8.count }
    if missing > 0, var last = held.first {
      last.text = String(decoding: last.text.utf8.prefix(missing), as: UTF8.self)
      last.isCut = true
      pieces.append(last)
    }
    held = []
    return pieces
  }
}
