/// JSON as texts are generated: on one line, one space behind each comma and colon, none elsewhere.
enum JSONText {
  static let comma = Language.text(", ")
  static let colon = Language.text(": ")
  static let quote = Language.text("\"")
  static let boolean = Language.choices([Array("true".utf8), Array("false".utf8)])

  /// A value's one writing.
  static func literal(_ value: JSON) -> Language { .text(value.encoded) }

  static func optional(_ language: Language) -> Language {
    .repeated(language, atLeast: 0, atMost: 1)
  }

  // MARK: Strings

  /// A scalar of a free string: itself, or any of its escapes; two of \u for one beyond U+FFFF.
  static let character: Language = {
    func scalars(_ text: String) -> Language {
      .scalar(text.unicodeScalars.map { $0.value...$0.value })
    }
    let digit = scalars("0123456789abcdefABCDEF")
    let two = Language.repeated(digit, atLeast: 2, atMost: 2)
    let plane0 = Language.either([
      .sequence([scalars("0123456789abcefABCEF"), digit]),
      .sequence([scalars("dD"), scalars("01234567")]),
    ])
    let pair = Language.sequence([
      scalars("dD"), scalars("89abAB"), two, .text("\\u"), scalars("dD"), scalars("cdefCDEF"),
    ])
    let unicode = Language.sequence([.text("u"), .either([plane0, pair]), two])
    let escape = Language.sequence([.text("\\"), .either([scalars("\"\\/bfnrt"), unicode])])
    return .either([.scalar(unescaped), escape])
  }()

  /// What stands in a string as it is (RFC 8259: `unescaped`), control characters left out.
  private static let unescaped: [ClosedRange<UInt32>] = [
    0x20...0x21, 0x23...0x5B, 0x5D...0x7E, 0xA0...RegexParser.all.upperBound,
  ]

  /// A language of scalars as a string has it, each in one writing: itself, or the shortest escape.
  static func written(_ language: Language) -> Language {
    switch language {
    case .scalar(let ranges): written(ranges)
    case .sequence(let parts): .sequence(parts.map(written))
    case .either(let parts): .either(parts.map(written))
    case .repeated(let part, let atLeast, let atMost):
      .repeated(written(part), atLeast: atLeast, atMost: atMost)
    case .literal, .choices, .rule: fatalError("a language of scalars has \(language)")
    }
  }

  static func written(_ ranges: [ClosedRange<UInt32>]) -> Language {
    let plain = unescaped.flatMap { limits in
      ranges.filter { $0.overlaps(limits) }.map { $0.clamped(to: limits) }
    }
    let escaped = RegexParser.complement(unescaped).joined().filter { scalar in
      ranges.contains { $0.contains(scalar) }
    }
    let escapes = Language.choices(
      escaped.map { Array(JSON.quoted(String(UnicodeScalar($0)!)).utf8.dropFirst().dropLast()) })
    return escaped.isEmpty ? .scalar(plain) : .either([.scalar(plain), escapes])
  }

  /// A string of so many scalars.
  static func string(atLeast: Int = 0, atMost: Int? = nil) -> Language {
    .sequence([quote, .repeated(character, atLeast: atLeast, atMost: atMost), quote])
  }

  // MARK: Any value

  /// Any value; `value` is the number of the rule that this is.
  static func value(rule value: Int) -> Language {
    func list(_ open: String, _ element: Language, _ close: String) -> Language {
      let more = Language.repeated(.sequence([comma, element]), atLeast: 0, atMost: nil)
      return .sequence([.text(open), optional(.sequence([element, more])), .text(close)])
    }
    return .either([
      list("{", .sequence([string(), colon, .rule(value)]), "}"), list("[", .rule(value), "]"),
      string(), NumberRange(isInteger: false).language!, boolean, literal(.null),
    ])
  }
}
