/// What JSON of a known shape looks like: for texts that decode into a type of the caller's.
///
///     let person: JSONSchema = .object([
///       "name": .string, "age": .integer(0...20), "tags": .array(.string, count: 1...3),
///     ])
///     // {"name": "Ann", "age": 7, "tags": ["kind"]}
///
/// A schema is built like that, or read from the text of a JSON Schema (draft 2020-12). Of that these keywords
/// are known: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `prefixItems`,
/// `minItems`, `maxItems`, `minLength`, `maxLength`, `pattern`, `minimum`, `maximum`, `exclusiveMinimum`,
/// `exclusiveMaximum`, `anyOf`, `oneOf` if its branches allow different types or values, `$ref` within the
/// schema, `$defs` and `definitions`. Annotations such as `title` are read over. All else is refused by name.
///
/// Everything that is written is valid, but not all that is valid is written:
///
/// - It stands on one line, with one space behind each comma and colon and no other white space.
/// - Properties come in the order of the schema, then those that are only required, then further ones.
///   Beside `properties` there are further ones only if `additionalProperties` allows them.
/// - Strings are free to use escapes. Those of `enum`, `const` and `pattern`, keys that the schema names, and
///   further ones beside them, have the shortest escape where one is needed or a character is a control
///   character, else none.
/// - Numbers have at most 15 digits before and 15 behind the point, and 2 in the exponent, which only those
///   from ±1 on have. With a bound they have no exponent, and at most 15 digits, or as many as the bounds.
///   Integers have neither a point nor an exponent, and at most 18 digits, or as many as the bound nearer to 0.
///
/// Values that may nest in themselves (`.any`, `.root`, `$ref`) do so without limit, while some readers refuse
/// JSON of many levels: Foundation's JSONDecoder that of more than 512. A bound of the tokens bounds them.
///
/// A type, a branch of `anyOf` or `oneOf`, or a property that may be left out and is a `$ref`, is never
/// written if its keywords contradict each other. Where nothing else is left, the schema is refused.
///
/// `description` is the text of the schema, as a prompt may show it to the model.
public struct JSONSchema: Sendable, Equatable, CustomStringConvertible {
  private let json: JSON
  /// The rules of a text; nil for a schema that is built.
  private var compiled: [Language]?
  private var isOptional = false
  /// What is wrong with what it is built of.
  private var problem: String?

  /// Reads the text of a JSON Schema.
  ///
  ///     let schema = try JSONSchema(#"{"type": "array", "items": {"type": "integer"}, "maxItems": 3}"#)
  ///
  /// Throws `LlamaError.badJSON` for what is no JSON, and `LlamaError.badPattern` for a schema that says what
  /// is not supported or contradicts itself.
  public init(_ text: String) throws {
    var text = text
    json = try text.withUTF8 { try JSON.parse(UnsafeRawBufferPointer($0), path: "the schema") }
    compiled = try SchemaCompiler.rules(of: json)
  }

  private init(_ json: JSON, of parts: [JSONSchema] = []) {
    problem = parts.lazy.compactMap(\.problem).first
    if problem == nil, parts.contains(where: { $0.compiled != nil && $0.json.hasReference }) {
      problem =
        "a schema that was read from text and has a \"$ref\" is a part of another one, in which it would"
        + " lead elsewhere: expected the whole schema as one text"
    }
    if problem == nil, json.depth > JSON.mostDepth {
      problem = "the schema nests deeper than \(JSON.mostDepth) levels of JSON"
    }
    self.json = problem == nil ? json : .bool(false)
  }

  public var description: String { json.encoded }

  /// The rules of the texts. A schema that was built may be contradictory or too deep, or its pattern wrong:
  /// throws `LlamaError.badPattern`.
  func rules() throws -> [Language] {
    if let problem { throw LlamaError.badPattern(problem: problem) }
    return try compiled ?? SchemaCompiler.rules(of: json)
  }
}

extension JSONSchema {
  /// Any value: objects, arrays, texts, numbers, true, false and null.
  public static let any = JSONSchema(.bool(true))
  public static let string = JSONSchema(type: "string")
  public static let integer = JSONSchema(type: "integer")
  public static let number = JSONSchema(type: "number")
  public static let boolean = JSONSchema(type: "boolean")
  public static let null = JSONSchema(type: "null")

  /// The outermost schema again, for values that nest.
  ///
  ///     let tree: JSONSchema = .object(["value": .integer, "children": .array(.root)])
  public static let root = JSONSchema(.object(["$ref": .string("#")]))

  /// A text of so many Unicode scalars, such as `.string(count: 1...80)`.
  public static func string(count: some RangeExpression<Int>) -> JSONSchema {
    JSONSchema(type: "string", counts(count, "minLength", "maxLength"))
  }

  /// A text in which a regular expression is found, such as `.string(pattern: "^[A-Z]{3}$")`. It may use what
  /// texts generated to match one may.
  public static func string(pattern: String) -> JSONSchema {
    JSONSchema(type: "string", ["pattern": .string(JSON.Text(pattern))])
  }

  /// An integer of a range, such as `.integer(0...20)` or `.integer(1...)`.
  public static func integer(_ range: some RangeExpression<Int>) -> JSONSchema {
    let (first, last) = ends(range)
    return JSONSchema(type: "integer", limits(first, last, "minimum", "maximum"))
  }

  /// A number of a range, such as `.number(0...1)` or `.number(0 ... .infinity)`.
  public static func number(_ range: ClosedRange<Double>) -> JSONSchema {
    var limits: JSON.Members = [:]
    if range.lowerBound > -.infinity { limits["minimum"] = .number(range.lowerBound) }
    if range.upperBound < .infinity { limits["maximum"] = .number(range.upperBound) }
    return JSONSchema(type: "number", limits)
  }

  /// One of these texts, such as `.choices(["yes", "no", "unsure"])`.
  public static func choices(_ texts: [String]) -> JSONSchema {
    JSONSchema(.object(["enum": .array(texts.map { .string(JSON.Text($0)) })]))
  }

  /// An array of so many elements, such as `.array(.string, count: 1...3)`.
  public static func array(
    _ element: JSONSchema, count: some RangeExpression<Int> = 0...
  ) -> JSONSchema {
    var members = counts(count, "minItems", "maxItems")
    members["items"] = element.json
    return JSONSchema(type: "array", members, of: [element])
  }

  /// An object of these properties, in this order.
  ///
  ///     .object(["name": .string, "email": .string.optional])
  public static func object(_ properties: KeyValuePairs<String, JSONSchema>) -> JSONSchema {
    var (members, required) = (JSON.Members(), [JSON]())
    for (key, schema) in properties {
      let text = JSON.Text(key)
      require(members[text] == nil, "a schema has the property \(quoted(key)) twice")
      members[text] = schema.json
      if !schema.isOptional { required.append(.string(text)) }
    }
    return JSONSchema(
      type: "object",
      [
        "properties": .object(members), "required": .array(required),
        "additionalProperties": .bool(false),
      ], of: properties.map(\.value))
  }

  /// What any of these allows, such as `.anyOf([.integer, .null])`.
  public static func anyOf(_ schemas: [JSONSchema]) -> JSONSchema {
    JSONSchema(.object(["anyOf": .array(schemas.map(\.json))]), of: schemas)
  }

  /// The same for a property that may be left out.
  public var optional: JSONSchema {
    var optional = self
    optional.isOptional = true
    return optional
  }

  private init(type: JSON.Text, _ members: JSON.Members = [:], of parts: [JSONSchema] = []) {
    var all: JSON.Members = ["type": .string(type)]
    for (key, value) in members { all[key] = value }
    self.init(.object(all), of: parts)
  }

  private static func counts(
    _ count: some RangeExpression<Int>, _ minimum: JSON.Text, _ maximum: JSON.Text
  ) -> JSON.Members {
    let (first, last) = ends(count)
    require((first ?? 0) >= 0 && (last ?? 0) >= 0, "a schema has a count below 0")
    return limits(first == 0 ? nil : first, last, minimum, maximum)
  }

  private static func limits(
    _ first: Int?, _ last: Int?, _ minimum: JSON.Text, _ maximum: JSON.Text
  ) -> JSON.Members {
    var limits: JSON.Members = [:]
    limits[minimum] = first.map { .number("\($0)") }
    limits[maximum] = last.map { .number("\($0)") }
    return limits
  }

  /// The first and the last number of a range; nil where it has none.
  private static func ends(_ range: some RangeExpression<Int>) -> (first: Int?, last: Int?) {
    switch range {
    case let range as ClosedRange<Int>: return (range.lowerBound, range.upperBound)
    case let range as PartialRangeThrough<Int>: return (nil, range.upperBound)
    case let range as PartialRangeFrom<Int>: return (range.lowerBound, nil)
    default:
      let range = range.relative(to: Int.min..<Int.max)
      require(!range.isEmpty, "no integer is in the range \(range) of a schema")
      return (range.lowerBound == .min ? nil : range.lowerBound, range.upperBound - 1)
    }
  }
}
