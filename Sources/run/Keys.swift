/// What a person does at a terminal: types or pastes text, or presses a key.
enum Key: Equatable {
  case text(String)
  case enter, interrupt, endOfInput, suspend, clearScreen
  case left, right, wordLeft, wordRight, home, end, up, down
  case deleteLeft, deleteRight, deleteWordLeft, deleteWordRight, deleteToStart, deleteToEnd
}

/// Turns a terminal's bytes into keys, by the sequences of xterm, which others also send (ECMA-48;
/// "XTerm Control Sequences").
struct KeyDecoder {
  /// The next byte, once there is one; nil at the end of input.
  let next: () throws -> UInt8?
  /// A byte that ended an escape sequence and belongs to what follows.
  private var pushedBack: UInt8?

  init(_ next: @escaping () throws -> UInt8?) { self.next = next }

  /// The next key; nil at the end of input. Unknown sequences are left out.
  mutating func key() throws -> Key? {
    while let byte = try nextByte() {
      let key: Key? =
        switch byte {
        case 0x1B: try escapedKey()
        case 0..<0x20, 0x7F: Self.controls[byte]
        default: .text(try character(byte))
        }
      if let key { return key }
    }
    return nil
  }

  private mutating func nextByte() throws -> UInt8? {
    if let byte = pushedBack {
      pushedBack = nil
      return byte
    }
    return try next()
  }

  private static let controls: [UInt8: Key] = [
    control("A"): .home, control("B"): .left, control("C"): .interrupt, control("D"): .endOfInput,
    control("E"): .end, control("F"): .right, control("H"): .deleteLeft, control("I"): .text("\t"),
    control("J"): .enter, control("K"): .deleteToEnd, control("L"): .clearScreen,
    control("M"): .enter, control("N"): .down, control("P"): .up, control("U"): .deleteToStart,
    control("W"): .deleteWordLeft, control("Z"): .suspend, 0x7F: .deleteLeft,
  ]

  private static func control(_ letter: UnicodeScalar) -> UInt8 { UInt8(ascii: letter) & 0x1F }

  /// A character of UTF-8, which has as many bytes as its first one says.
  private mutating func character(_ first: UInt8) throws -> String {
    var bytes = [first]
    let count = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
    while bytes.count < count, let byte = try nextByte() {
      guard byte & 0xC0 == 0x80 else {
        pushedBack = byte
        break
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What follows ESC: a sequence, or a key that is pressed together with Alt.
  private mutating func escapedKey() throws -> Key? {
    var byte = try nextByte()
    while byte == 0x1B { byte = try nextByte() }
    switch byte.map({ UnicodeScalar($0) }) {
    case "[": return try sequence()
    case "O": return try nextByte().flatMap { key(final: $0, parameters: "") }
    case "b": return .wordLeft
    case "f": return .wordRight
    case "d": return .deleteWordRight
    case "\u{8}", "\u{7F}": return .deleteWordLeft
    case "\r", "\n": return .text("\n")
    default: return nil
    }
  }

  /// A control sequence behind its ESC [: parameters, and a byte that ends it.
  private mutating func sequence() throws -> Key? {
    var parameters = ""
    while let byte = try nextByte() {
      switch byte {
      case 0x20...0x3F: parameters.unicodeScalars.append(UnicodeScalar(byte))
      case UInt8(ascii: "[") where parameters.isEmpty:
        // Function keys of the Linux console: ESC [ [ A.
        _ = try nextByte()
        return nil
      case 0x40...0x7E:
        if byte == UInt8(ascii: "~") && parameters == "200" { return try pastedText() }
        return key(final: byte, parameters: parameters)
      default:
        pushedBack = byte
        return nil
      }
    }
    return nil
  }

  private func key(final: UInt8, parameters: String) -> Key? {
    let parameters = parameters.split(separator: ";", omittingEmptySubsequences: false)
    // Shift counts 1, Alt 2, Ctrl 4, and 1 is added.
    let isModified = parameters.count > 1 && (Int(parameters[1]) ?? 1) > 2
    switch (UnicodeScalar(final), parameters.first ?? "") {
    case ("A", _): return .up
    case ("B", _): return .down
    case ("C", _): return isModified ? .wordRight : .right
    case ("D", _): return isModified ? .wordLeft : .left
    case ("H", _), ("~", "1"), ("~", "7"): return .home
    case ("F", _), ("~", "4"), ("~", "8"): return .end
    case ("~", "3"): return isModified ? .deleteWordRight : .deleteRight
    default: return nil
    }
  }

  /// All that is pasted, without control characters that a terminal would obey. Ctrl-C ends a paste
  /// whose end never comes.
  private mutating func pastedText() throws -> Key? {
    let end = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while bytes.last != end.last || !bytes.suffix(end.count).elementsEqual(end) {
      guard let byte = try nextByte() else { return nil }
      if byte == Self.control("C") { return .interrupt }
      bytes.append(byte)
    }
    var text = String.UnicodeScalarView()
    var previous: UnicodeScalar = " "
    for scalar in String(decoding: bytes.dropLast(end.count), as: UTF8.self).unicodeScalars {
      // Terminals send a line's end as CR.
      if scalar == "\r" || scalar == "\n" && previous != "\r" {
        text.append("\n")
      } else if scalar == "\t" || scalar.properties.generalCategory != .control {
        text.append(scalar)
      }
      previous = scalar
    }
    return .text(String(text))
  }
}
