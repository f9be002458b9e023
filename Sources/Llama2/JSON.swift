/// A JSON value (RFC 8259): members in their order, numbers as they are written.
package enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(Text)
  case array([JSON])
  case object(Members)

  /// Bytes of UTF-8, compared as bytes. Swift's strings compare by canonical equivalence, and two
  /// pieces of a vocabulary may differ in nothing else.
  package struct Text: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ string: String) { bytes = Array(string.utf8) }
    package init(stringLiteral literal: String) { bytes = Array(literal.utf8) }

    package var description: String { String(decoding: bytes, as: UTF8.self) }
  }

  /// The members of an object, found by key in constant time.
  package struct Members: Sendable, Equatable, Sequence, ExpressibleByDictionaryLiteral {
    package private(set) var keys: [Text] = []
    private var values: [JSON] = []
    private var places: [Text: Int] = [:]

    package init(dictionaryLiteral elements: (Text, JSON)...) {
      for (key, value) in elements { self[key] = value }
    }

    /// In alphabetical order.
    package init(_ members: [Text: JSON]) {
      let keys = members.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      for key in keys { self[key] = members[key] }
    }

    package var count: Int { keys.count }

    /// Setting nil changes nothing.
    package subscript(key: Text) -> JSON? {
      get { places[key].map { values[$0] } }
      set {
        guard let newValue else { return }
        if let place = places[key] {
          values[place] = newValue
        } else {
          places[key] = keys.count
          keys.append(key)
          values.append(newValue)
        }
      }
    }

    package func makeIterator() -> Zip2Sequence<[Text], [JSON]>.Iterator {
      zip(keys, values).makeIterator()
    }

    /// Whether the key is new.
    fileprivate mutating func append(_ key: Text, _ value: JSON) -> Bool {
      let count = keys.count
      self[key] = value
      return keys.count > count
    }
  }

  /// The levels of arrays, objects and what is in them.
  static let mostDepth = 64

  var depth: Int {
    switch self {
    case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
    case .object(let members): 1 + (members.map { $0.1.depth }.max() ?? 0)
    case .null, .bool, .number, .string: 1
    }
  }

  /// The number that bytes begin with; nil if they begin with fewer hexadecimal digits.
  static func hexadecimal(_ bytes: some Collection<UInt8>, digits: Int) -> UInt32? {
    let text = String(decoding: bytes.prefix(digits), as: UTF8.self)
    guard text.utf8.count == digits, text.allSatisfy(\.isHexDigit) else { return nil }
    return UInt32(text, radix: 16)
  }

  /// A number; null if it is not finite.
  package static func number(_ number: Double) -> JSON {
    number.isFinite ? .number(Int(exactly: number).map { "\($0)" } ?? "\(number)") : .null
  }

  /// An object of numbers.
  package static func numbers(_ members: [Text: Double]) -> JSON {
    .object(Members(members.mapValues { .number($0) }))
  }

  /// Parses all of `bytes`; `path` is named when they are not JSON: throws `LlamaError.badJSON`.
  package static func parse(_ bytes: UnsafeRawBufferPointer, path: String) throws -> JSON {
    var parser = JSONParser(bytes: bytes, path: path)
    return try parser.document()
  }

  package static func parse(file path: String) throws -> JSON {
    let file = try MappedFile(path: path)
    return try withExtendedLifetime(file) { try parse(file.bytes, path: path) }
  }

  /// The value of a key, if this is an object that has it and it is not null.
  package subscript(key: Text) -> JSON? {
    guard case .object(let members) = self, let value = members[key] else { return nil }
    if case .null = value { return nil }
    return value
  }

  package var double: Double? {
    guard case .number(let number) = self else { return nil }
    return Double(number)
  }

  package var integer: Int? {
    guard case .number(let number) = self else { return nil }
    return Int(number) ?? Double(number).flatMap { Int(exactly: $0) }
  }

  package var bool: Bool? {
    guard case .bool(let bool) = self else { return nil }
    return bool
  }

  package var text: Text? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var array: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The elements, if all of them are integers.
  package var integers: [Int]? {
    guard let array else { return nil }
    let integers = array.compactMap(\.integer)
    return integers.count == array.count ? integers : nil
  }

  package var object: Members? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}

extension JSON: CustomStringConvertible {
  /// The value as an error message or `--inspect` shows it.
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number: double.map { JSON.number($0).encoded } ?? "null"
    case .string(let text): "\"" + printable(text.bytes) + "\""
    case .array(let elements):
      "[" + elements.prefix(8).map(\.description).joined(separator: ", ")
        + (elements.count > 8 ? ", …]" : "]")
    case .object(let members):
      "{"
        + members.map { "\(quotedIfNeeded($0.0.description)): \($0.1)" }.sorted().prefix(8)
        .joined(separator: ", ")
        + (members.count > 8 ? ", …}" : "}")
    }
  }
}

extension JSON {
  /// The value as JSON text, a space behind commas and colons.
  package var encoded: String {
    switch self {
    case .number(let number): number
    case .string(let text): JSON.quoted(text.description)
    case .array(let elements): "[" + elements.map(\.encoded).joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.map { "\(JSON.quoted($0.0.description)): \($0.1.encoded)" }
        .joined(separator: ", ") + "}"
    case .null, .bool: description
    }
  }

  /// A string as JSON writes it, with the shortest escape of what it must escape and of control characters.
  package static func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": json += "\\\(scalar)"
      case "\n": json += "\\n"
      case "\t": json += "\\t"
      case "\r": json += "\\r"
      case "\u{8}": json += "\\b"
      case "\u{C}": json += "\\f"
      case "\0"..<" ", "\u{7F}"..<"\u{A0}":
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}

/// Recursive descent with a limit for all that a hostile file could grow: the depth, so the stack,
/// and the number of values, so the memory.
private struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  let path: String
  var position = 0
  var values = 0

  /// The values of a text.
  static let mostValues = 4_000_000

  init(bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  mutating func document() throws -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw unexpected("the end") }
    return value
  }

  private func unexpected(_ expected: String) -> LlamaError {
    guard position < bytes.count else {
      return .badJSON(
        path: path, problem: "damaged JSON: it ends at byte \(position), expected \(expected)")
    }
    let found = quoted(String(UnicodeScalar(bytes[position])))
    return .badJSON(
      path: path,
      problem: "damaged JSON: found \(found) at byte \(position), expected \(expected)")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: UnicodeScalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws -> JSON {
    guard depth < JSON.mostDepth else {
      throw LlamaError.badJSON(
        path: path, problem: "JSON nested deeper than \(JSON.mostDepth) levels")
    }
    values += 1
    guard values <= Self.mostValues else {
      throw LlamaError.badJSON(
        path: path, problem: "JSON of more than \(Self.mostValues) values")
    }
    skipSpace()
    guard let byte = next else { throw unexpected("a value") }
    switch UnicodeScalar(byte) {
    case "{": return try object(depth)
    case "[": return try array(depth)
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    case "-", "0"..."9": return try number()
    default: throw unexpected("a value")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws -> JSON {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.description.utf8) else {
      throw unexpected(word.description)
    }
    position = end
    return value
  }

  private mutating func array(_ depth: Int) throws -> JSON {
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw unexpected("\",\" or \"]\"") }
    }
  }

  private mutating func object(_ depth: Int) throws -> JSON {
    position += 1
    var members: JSON.Members = [:]
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw unexpected("\":\"") }
      let value = try value(depth: depth + 1)
      guard members.append(key, value) else {
        throw LlamaError.badJSON(
          path: path, problem: "damaged JSON: the key \(quoted(key.description)) stands there twice"
        )
      }
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw unexpected("\",\" or \"}\"") }
    }
  }

  /// Of at most 400 characters: converting them may take the square of their number.
  private mutating func number() throws -> JSON {
    let start = position
    _ = take("-")
    let first = position
    var isNumber = digits() > 0 && (bytes[first] != UInt8(ascii: "0") || position == first + 1)
    if isNumber && take(".") { isNumber = digits() > 0 }
    if isNumber && (take("e") || take("E")) {
      _ = take("+") || take("-")
      isNumber = digits() > 0
    }
    let text = String(decoding: bytes[start..<min(position, start + 400)], as: UTF8.self)
    guard isNumber, position <= start + 400, Double(text)?.isFinite == true else {
      position = start
      throw unexpected("a number")
    }
    return .number(text)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    return position - start
  }

  private mutating func string() throws -> JSON.Text {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return JSON.Text(text)
      case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20:
        position -= 1
        throw unexpected("no control character inside a string")
      default: text.append(byte)
      }
    }
    throw unexpected("the end of a string")
  }

  private mutating func escape() throws -> UnicodeScalar {
    guard let byte = next else { throw unexpected("an escape") }
    position += 1
    switch UnicodeScalar(byte) {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "\"", "\\", "/": return UnicodeScalar(byte)
    case "u": return try unicodeEscape()
    default:
      position -= 1
      throw unexpected("an escape")
    }
  }

  /// The rest of \uXXXX, or of the two that stand for one character outside the first plane.
  private mutating func unicodeEscape() throws -> UnicodeScalar {
    let first = try hexadecimal()
    if let scalar = UnicodeScalar(first) { return scalar }
    guard first < 0xDC00, take("\\"), take("u") else { throw unexpected("a low surrogate") }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second) else { throw unexpected("a low surrogate") }
    return UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))!
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard let value = JSON.hexadecimal(bytes[position...], digits: 4) else {
      throw unexpected("four hexadecimal digits")
    }
    position += 4
    return value
  }
}
