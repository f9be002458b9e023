/// The keywords of a schema that is an object, or of several that must all hold.
struct Schema {
  struct Keyword {
    let value: JSON
    let place: String

    /// What errors about it say behind its place, which ends with its name.
    func failure(_ problem: String) -> LlamaError { SchemaCompiler.failure(place, problem) }
  }

  /// Where it stands, as errors name it.
  let place: String
  /// All places whose keywords these are.
  private(set) var places: Set<String>
  private var keywords: [String: Keyword] = [:]

  /// The schemas that hold at once.
  private static let mostPlaces = 100

  private static let known: Set = [
    "type", "enum", "const", "properties", "required", "additionalProperties", "items",
    "prefixItems", "minItems", "maxItems", "minLength", "maxLength", "pattern", "minimum",
    "maximum",
    "exclusiveMinimum", "exclusiveMaximum", "anyOf", "oneOf", "$ref",
  ]
  private static let readOver: Set = [
    "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema",
    "$id", "$comment", "$defs", "definitions",
  ]
  private static let types = ["object", "array", "string", "number", "integer", "boolean", "null"]
  /// Keywords whose meaning depends on another one of the same schema.
  private static let partners = [
    "properties": "additionalProperties", "additionalProperties": "properties",
    "prefixItems": "items", "items": "prefixItems",
  ]

  /// nil for false.
  init?(_ json: JSON, at place: String) throws {
    self.place = place
    places = [place]
    switch json {
    case .bool(true): break
    case .bool(false): return nil
    case .object(let members):
      for (key, value) in members {
        let name = key.description
        if Self.readOver.contains(name) { continue }
        guard Self.known.contains(name) else {
          throw failure(
            "\(quoted(name)) is not supported: take it out, or say the same with what is")
        }
        keywords[name] = Keyword(value: value, place: Self.place(place, key))
      }
    default: throw failure("expected a schema, an object or true or false")
    }
  }

  var isEmpty: Bool { keywords.isEmpty }
  subscript(name: String) -> Keyword? { keywords[name] }

  func failure(_ problem: String) -> LlamaError { SchemaCompiler.failure(place, problem) }

  func without(_ name: String) -> Schema {
    var schema = self
    schema.keywords[name] = nil
    return schema
  }

  /// This schema and `other`, where both say nothing about the same.
  func merged(with other: Schema) throws -> Schema {
    var schema = self
    schema.places.formUnion(other.places)
    guard schema.places.count <= Self.mostPlaces else {
      throw failure("holds together with \(Self.mostPlaces) others: it refers to too many")
    }
    for (name, theirs) in other.keywords {
      if let partner = Self.partners[name], let keyword = keywords[partner] {
        throw theirs.failure(
          "goes with \(quoted(partner)) at \(printable(keyword.place.utf8)), so that both must stand in one schema"
        )
      }
      guard let ours = keywords[name], ours.value != theirs.value else {
        schema.keywords[name] = keywords[name] ?? theirs
        continue
      }
      switch name {
      case "type":
        let types = try common(other)
        schema.keywords[name] = Keyword(
          value: .array(types.map { .string(JSON.Text($0)) }), place: ours.place)
      case "required":
        let keys = try required() + other.required()
        schema.keywords[name] = Keyword(value: .array(keys.map { .string($0) }), place: ours.place)
      default:
        throw theirs.failure(
          "is said at \(printable(ours.place.utf8)) as well, so that both must hold: say it once")
      }
    }
    return schema
  }

  // MARK: Places

  static func place(_ place: String, _ key: JSON.Text) -> String {
    key.description.unicodeScalars.reduce(into: place + "/") {
      $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1)
    }
  }

  static func place(_ place: String, _ key: String) -> String { Self.place(place, JSON.Text(key)) }

  /// A part of a JSON pointer (RFC 6901) in a URI: ~0 is ~, ~1 is /, %XX a byte.
  static func unescaped(_ part: Substring) -> JSON.Text {
    var bytes: [UInt8] = []
    var rest = part.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "~"), let digit = rest.first, digit == 0x30 || digit == 0x31 {
        rest.removeFirst()
        bytes.append(digit == 0x30 ? byte : UInt8(ascii: "/"))
      } else if byte == UInt8(ascii: "%"),
        let value = JSON.hexadecimal(rest, digits: 2)
      {
        rest = rest.dropFirst(2)
        bytes.append(UInt8(value))
      } else {
        bytes.append(byte)
      }
    }
    return JSON.Text(bytes)
  }

  // MARK: Values of keywords

  /// The types that a value may have, in the order of the schema.
  func types() throws -> [String] {
    guard let keyword = keywords["type"] else { return Self.types.filter { $0 != "integer" } }
    let names = keyword.value.array ?? [keyword.value]
    let types = names.compactMap(\.text?.description).filter(Self.types.contains)
    guard !types.isEmpty, types.count == names.count, Set(types).count == types.count else {
      throw keyword.failure(
        "expected \(Self.types.map(quoted).joined(separator: ", ")), or several")
    }
    return types.contains("number") ? types.filter { $0 != "integer" } : types
  }

  private func common(_ other: Schema) throws -> [String] {
    let (ours, theirs) = (try types(), try other.types())
    let types = Self.types.filter { type in
      func allows(_ types: [String]) -> Bool {
        types.contains(type) || type == "integer" && types.contains("number")
      }
      return allows(ours) && allows(theirs)
    }
    guard !types.isEmpty else {
      let problem = "allows no type that \(printable(other.place.utf8)) allows as well"
      throw Contradiction(error: failure(problem))
    }
    return types
  }

  func required() throws -> [JSON.Text] {
    guard let keyword = keywords["required"] else { return [] }
    let keys = keyword.value.array?.compactMap(\.text)
    guard let keys, keys.count == keyword.value.array?.count else {
      throw keyword.failure("expected an array of strings")
    }
    var seen: Set<JSON.Text> = []
    return keys.filter { seen.insert($0).inserted }
  }

  /// A minimum and a maximum of counts.
  func counts(_ minimum: String, _ maximum: String) throws -> (Int, Int?) {
    let atLeast = try count(minimum) ?? 0
    let atMost = try count(maximum)
    if let atMost, atMost < atLeast {
      let problem = "is \(atLeast), above \(quoted(maximum)), \(atMost)"
      throw Contradiction(error: keywords[minimum]!.failure(problem))
    }
    return (atLeast, atMost)
  }

  private func count(_ name: String) throws -> Int? {
    guard let keyword = keywords[name] else { return nil }
    guard let count = keyword.value.integer, count >= 0 else {
      throw keyword.failure("expected a count")
    }
    return count
  }

  func numberRange(isInteger: Bool) throws -> NumberRange {
    func bound(_ name: String, isIncluded: Bool) throws -> NumberRange.Bound? {
      guard let keyword = keywords[name] else { return nil }
      guard case .number(let number) = keyword.value else {
        throw keyword.failure("expected a number")
      }
      return NumberRange.Bound(value: JSON.Decimal(number), isIncluded: isIncluded)
    }
    var range = NumberRange(isInteger: isInteger)
    range.lower = try bound("minimum", isIncluded: true)
    range.upper = try bound("maximum", isIncluded: true)
    if let other = try bound("exclusiveMinimum", isIncluded: false),
      range.lower.map({ !(other.value < $0.value) }) ?? true
    {
      range.lower = other
    }
    if let other = try bound("exclusiveMaximum", isIncluded: false),
      range.upper.map({ !($0.value < other.value) }) ?? true
    {
      range.upper = other
    }
    return range
  }

  // MARK: Values that are listed

  /// The keyword that lists the values, of which `const` is one.
  var listing: Keyword? { keywords["enum"] ?? keywords["const"] }

  /// The values of enum and const that the other keywords allow; nil without these two.
  func values() throws -> [JSON]? {
    guard let keyword = listing else { return nil }
    guard let listed = keywords["enum"].map({ $0.value.array }) ?? [keyword.value] else {
      throw keyword.failure("expected an array of values")
    }
    let only = keywords["const"]?.value.normalized
    let (types, ranges) = (Set(try types()), (try numberRange(isInteger: false)))
    return try listed.filter {
      try isAllowed($0, types, ranges) && (only == nil || $0.normalized == only)
    }
  }

  private func isAllowed(_ value: JSON, _ types: Set<String>, _ range: NumberRange) throws -> Bool {
    func refuse(_ names: String...) throws {
      for name in names {
        try keywords[name].map {
          throw $0.failure("is not supported beside \"enum\" or \"const\" of such a value")
        }
      }
    }
    func isWithin(_ count: Int, _ minimum: String, _ maximum: String) throws -> Bool {
      try self.count(minimum) ?? 0 <= count && count <= self.count(maximum) ?? count
    }
    switch value {
    case .number(let text):
      let number = JSON.Decimal(text)
      return (types.contains("number") || types.contains("integer") && number.isInteger)
        && range.contains(number)
    case .string(let text):
      try refuse("pattern")
      return try types.contains("string")
        && isWithin(text.description.unicodeScalars.count, "minLength", "maxLength")
    case .array(let elements):
      try refuse("items", "prefixItems")
      return try types.contains("array") && isWithin(elements.count, "minItems", "maxItems")
    case .object(let members):
      try refuse("properties", "additionalProperties")
      return try types.contains("object") && required().allSatisfy { members[$0] != nil }
    case .bool, .null: return types.contains(value.type)
    }
  }
}

/// Says that no value is valid. Where others are, it is caught.
struct Contradiction: Error {
  let error: LlamaError
}

extension JSON {
  /// Whether a `$ref` may be in it.
  var hasReference: Bool {
    switch self {
    case .array(let elements): elements.contains(where: \.hasReference)
    case .object(let members):
      self["$ref"]?.text != nil || members.contains { $0.1.hasReference }
    case .null, .bool, .number, .string: false
    }
  }

  /// Its bytes, about, and 10 for each value in it.
  var size: Int {
    switch self {
    case .null, .bool: 10
    case .number(let number): 10 + number.utf8.count
    case .string(let text): 10 + text.bytes.count
    case .array(let elements): elements.reduce(10) { $0 + $1.size }
    case .object(let members): members.reduce(10) { $0 + $1.0.bytes.count + $1.1.size }
    }
  }

  /// JSON Schema's name of the type, "number" for integers.
  var type: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// The same text for values that JSON Schema calls equal.
  var normalized: String {
    switch self {
    case .number(let number): Decimal(number).normalized
    case .array(let elements): "[" + elements.map(\.normalized).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.map { JSON.quoted($0.0.description) + ":" + $0.1.normalized }.sorted()
        .joined(separator: ",") + "}"
    case .null, .bool, .string: encoded
    }
  }
}
