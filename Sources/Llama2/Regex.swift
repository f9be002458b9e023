/// Reads a regular expression of Unicode scalars: literals, classes, `.`, groups, `|`, `* + ? {m,n}`. `\d` and
/// `\w` are ASCII's, `\s` is ECMAScript's white space. All else that engines know is refused by name.
struct RegexParser {
  typealias Scalars = [ClosedRange<UInt32>]

  /// The groups around a character.
  private static let mostDepth = 64
  /// The number in {m}, {m,} and {m,n}.
  private static let mostCount = 1_000_000

  private let scalars: [UnicodeScalar]
  /// What errors begin with.
  private let subject: String
  private let isSearch: Bool
  private var position = 0
  private var depth = 0

  private init(_ pattern: String, _ subject: String?, isSearch: Bool) {
    (scalars, self.isSearch) = (Array(pattern.unicodeScalars), isSearch)
    self.subject = subject.map { $0 + ": " } ?? ""
  }

  /// The texts that match from their beginning to their end: `^` at the start and `$` at the end of the
  /// expression, or of an alternative outside groups, say nothing new. `.` is any scalar but \n. Throws
  /// `LlamaError.badPattern`.
  static func language(matching pattern: String) throws -> Language {
    var parser = RegexParser(pattern, nil, isSearch: false)
    return try parser.expression()
  }

  /// The texts in which the expression is found, as JSON Schema's `pattern` has it: `.` is what it is in
  /// ECMAScript, any scalar but \n, \r, U+2028 and U+2029.
  static func language(searching pattern: String, subject: String) throws -> Language {
    var parser = RegexParser(pattern, subject, isSearch: true)
    return try parser.expression()
  }

  // MARK: Structure

  private mutating func expression() throws -> Language {
    let language = try alternatives(isOutside: true)
    if position < scalars.count { throw failure("a ) that closes no group", at: position) }
    return language
  }

  private mutating func alternatives(isOutside: Bool) throws -> Language {
    var all = [try alternative(isOutside: isOutside)]
    while take("|") { all.append(try alternative(isOutside: isOutside)) }
    return all.count == 1 ? all[0] : .either(all)
  }

  private mutating func alternative(isOutside: Bool) throws -> Language {
    let anything = Language.repeated(.scalar([Self.all]), atLeast: 0, atMost: nil)
    let searches = isSearch && isOutside
    var parts: [Language] = []
    if !(isOutside && take("^")) && searches { parts.append(anything) }
    while let scalar = next, scalar != "|", scalar != ")" {
      if isOutside && scalar == "$" && (peek(1) ?? "|") == "|" {
        position += 1
        return .sequence(parts)
      }
      parts.append(try repetition())
    }
    if searches { parts.append(anything) }
    return .sequence(parts)
  }

  private mutating func repetition() throws -> Language {
    let atom = try atom()
    let start = position
    let counts: (atLeast: Int, atMost: Int?)
    switch next {
    case "*": counts = (0, nil)
    case "+": counts = (1, nil)
    case "?": counts = (0, 1)
    case "{": counts = try braces()
    default: return atom
    }
    position += 1
    if next == "?" { throw unsupported("a lazy quantifier", from: start) }
    if next == "+" { throw unsupported("a possessive quantifier", from: start) }
    return .repeated(atom, atLeast: counts.atLeast, atMost: counts.atMost)
  }

  /// The counts of {m}, {m,} or {m,n}; stays before the last brace.
  private mutating func braces() throws -> (Int, Int?) {
    let start = position
    position += 1
    let atLeast = try count()
    var atMost = atLeast
    if take(",") { atMost = next == "}" ? nil : try count() }
    guard let atLeast, next == "}" else {
      throw failure("a { that begins no {m}, {m,} or {m,n}: write \\{ for the character", at: start)
    }
    if let atMost, atMost < atLeast { throw failure("counts in the wrong order", at: start) }
    return (atLeast, atMost)
  }

  private mutating func count() throws -> Int? {
    let start = position
    while let scalar = next, "0"..."9" ~= scalar { position += 1 }
    if position == start { return nil }
    let digits = String(String.UnicodeScalarView(scalars[start..<position]))
    guard let count = Int(digits), count <= Self.mostCount else {
      throw failure("a count above \(Self.mostCount)", at: start)
    }
    return count
  }

  private mutating func atom() throws -> Language {
    let start = position
    position += 1
    switch scalars[start] {
    case "(": return try group(start)
    case "[": return .scalar(try characterClass(start))
    case ".": return .scalar(Self.complement(isSearch ? Self.lineEnds : [0xA...0xA]))
    case "\\": return .scalar(try escape(start, inClass: false).scalars)
    case "*", "+", "?":
      throw failure("\(scalars[start]) behind nothing that it could repeat", at: start)
    case "{": throw failure("a { behind nothing: write \\{ for the character", at: start)
    case "^", "$": throw unsupported("an anchor inside the expression", from: start, to: start)
    case let scalar: return .scalar([scalar.value...scalar.value])
    }
  }

  private mutating func group(_ start: Int) throws -> Language {
    guard depth < Self.mostDepth else {
      throw failure("groups nested deeper than \(Self.mostDepth) levels", at: start)
    }
    if take("?") && !take(":") {
      let name = nameOfGroup()
      throw unsupported(name, from: start)
    }
    depth += 1
    let language = try alternatives(isOutside: false)
    depth -= 1
    guard take(")") else { throw failure("a ( that is not closed", at: start) }
    return language
  }

  /// What the rest of `(?…` begins; stays at its last scalar.
  private mutating func nameOfGroup() -> String {
    switch next {
    case "=": return "a lookahead"
    case "!": return "a negative lookahead"
    case "<" where peek(1) == "=" || peek(1) == "!":
      position += 1
      return next == "=" ? "a lookbehind" : "a negative lookbehind"
    case "<", "P", "'": return "a named group"
    case ">": return "an atomic group"
    case "#": return "a comment"
    case "(": return "a conditional group"
    default: return "an inline flag"
    }
  }

  // MARK: Characters

  private mutating func characterClass(_ start: Int) throws -> Scalars {
    let isNegated = take("^")
    var ranges: Scalars = []
    while next != "]" {
      guard next != nil else { throw failure("a [ that is not closed", at: start) }
      let place = position
      let first = try member()
      guard next == "-", let end = peek(1), end != "]" else {
        ranges += first.scalars
        continue
      }
      position += 1
      let last = try member()
      guard !first.isSet, !last.isSet, first.scalars[0].lowerBound <= last.scalars[0].lowerBound
      else { throw failure("a range that is not of a character to a later one", at: place) }
      ranges.append(first.scalars[0].lowerBound...last.scalars[0].lowerBound)
    }
    position += 1
    if ranges.isEmpty { throw failure("an empty class", at: start) }
    return isNegated ? Self.complement(ranges) : ranges
  }

  private mutating func member() throws -> (scalars: Scalars, isSet: Bool) {
    guard let scalar = next else { throw failure("a class that is not closed", at: position) }
    if scalar == "[" && peek(1) == ":" {
      throw unsupported("a POSIX class", from: position, to: position + 1)
    }
    position += 1
    if scalar == "\\" { return try escape(position - 1, inClass: true) }
    return ([scalar.value...scalar.value], false)
  }

  /// What the escape that began at `start` stands for.
  private mutating func escape(_ start: Int, inClass: Bool) throws -> (
    scalars: Scalars, isSet: Bool
  ) {
    guard let letter = next else { throw failure("a \\ at the end", at: start) }
    position += 1
    switch letter {
    case "d": return (Self.digits, true)
    case "D": return (Self.complement(Self.digits), true)
    case "w": return (Self.word, true)
    case "W": return (Self.complement(Self.word), true)
    case "s": return (Self.space, true)
    case "S": return (Self.complement(Self.space), true)
    default:
      let scalar = try character(letter, start, inClass: inClass)
      return ([scalar...scalar], false)
    }
  }

  /// The scalar that \ and `letter` stand for.
  private mutating func character(_ letter: UnicodeScalar, _ start: Int, inClass: Bool) throws
    -> UInt32
  {
    switch letter {
    case "n": return 0x0A
    case "t": return 0x09
    case "r": return 0x0D
    case "f": return 0x0C
    case "v": return 0x0B
    case "0" where !(next.map { "0"..."9" ~= $0 } ?? false): return 0
    case "x": return try hexadecimal(2, start)
    case "u": return try unicode(start)
    case "b" where !inClass, "B" where !inClass:
      throw unsupported("a word boundary", from: start, to: start + 1)
    case "1"..."9", "k": throw unsupported("a backreference", from: start, to: start + 1)
    case "p", "P": throw unsupported("a Unicode property", from: start, to: start + 1)
    case "0"..."9", "a"..."z", "A"..."Z":
      throw unsupported("the escape", from: start, to: start + 1)
    case " "..."~": return letter.value
    default: throw failure("a \\ before a character that needs none", at: start)
    }
  }

  private mutating func unicode(_ start: Int) throws -> UInt32 {
    if take("{") {
      let length = scalars[position...].prefix { $0 != "}" }.count
      let scalar = try hexadecimal(min(length, 8), start)
      guard take("}"), UnicodeScalar(scalar) != nil else { throw failure("no scalar", at: start) }
      return scalar
    }
    let first = try hexadecimal(4, start)
    guard 0xD800..<0xDC00 ~= first, take("\\"), take("u") else {
      guard UnicodeScalar(first) != nil else { throw failure("half a surrogate pair", at: start) }
      return first
    }
    let second = try hexadecimal(4, start)
    guard 0xDC00..<0xE000 ~= second else { throw failure("half a surrogate pair", at: start) }
    return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
  }

  private mutating func hexadecimal(_ count: Int, _ start: Int) throws -> UInt32 {
    let digits = scalars[position...].prefix(count)
    guard count > 0, digits.count == count, digits.allSatisfy({ $0.properties.isASCIIHexDigit }),
      let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    else { throw failure("an escape that lacks hexadecimal digits", at: start) }
    position += count
    return value
  }

  static let all: ClosedRange<UInt32> = 0...0x10FFFF
  private static let digits: Scalars = [0x30...0x39]
  private static let word: Scalars = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
  private static let lineEnds: Scalars = [0xA...0xA, 0xD...0xD, 0x2028...0x2029]
  /// ECMA-262: WhiteSpace and LineTerminator.
  private static let space: Scalars = [
    0x9...0xD, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ]

  static func complement(_ ranges: Scalars) -> Scalars {
    var (gaps, start) = (Scalars(), UInt32(0))
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if start < range.lowerBound { gaps.append(start...range.lowerBound - 1) }
      start = max(start, range.upperBound + 1)
    }
    if start <= all.upperBound { gaps.append(start...all.upperBound) }
    return gaps
  }

  // MARK: Reading

  private var next: UnicodeScalar? { peek(0) }

  private func peek(_ distance: Int) -> UnicodeScalar? {
    position + distance < scalars.count ? scalars[position + distance] : nil
  }

  private mutating func take(_ scalar: UnicodeScalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private func failure(_ problem: String, at place: Int) -> LlamaError {
    .badPattern(problem: "\(subject)\(problem), at character \(place + 1)")
  }

  /// - Parameter last: the last scalar of what is shown; where reading stands if nil.
  private func unsupported(_ name: String, from start: Int, to last: Int? = nil) -> LlamaError {
    let end = min(last ?? position, scalars.count - 1)
    let text = String(String.UnicodeScalarView(scalars[start...end]))
    return .badPattern(
      problem: "\(subject)\(name), \(printable(text.utf8)) at character \(start + 1), is not"
        + " supported")
  }
}
