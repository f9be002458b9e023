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
/// `description` is the text of the schema, as a prompt may show it to the model.
public struct JSONSchema: Sendable, Equatable, CustomStringConvertible {
  private let json: JSON
  /// The rules of a text; nil for a schema that is built.
  private var compiled: [Language]?
  private var isOptional = false

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

  private init(_ json: JSON) { self.json = json }

  public var description: String { json.encoded }

  /// The rules of the texts. A schema that was built may be contradictory, or its pattern wrong: throws
  /// `LlamaError.badPattern`.
  func rules() throws -> [Language] { try compiled ?? SchemaCompiler.rules(of: json) }
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
    JSONSchema(type: "string", limits(count, "minLength", "maxLength"))
  }

  /// A text in which a regular expression is found, such as `.string(pattern: "^[A-Z]{3}$")`. It may use what
  /// texts generated to match one may.
  public static func string(pattern: String) -> JSONSchema {
    JSONSchema(type: "string", ["pattern": .string(JSON.Text(pattern))])
  }

  /// An integer of a range, such as `.integer(0...20)` or `.integer(1...)`.
  public static func integer(_ range: some RangeExpression<Int>) -> JSONSchema {
    let range = range.relative(to: Int.min..<Int.max)
    require(!range.isEmpty, "no integer is in the range \(range) of a schema")
    var limits: JSON.Members = [:]
    if range.lowerBound > .min { limits["minimum"] = .number("\(range.lowerBound)") }
    if range.upperBound < .max { limits["maximum"] = .number("\(range.upperBound - 1)") }
    return JSONSchema(type: "integer", limits)
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
    var members = limits(count, "minItems", "maxItems")
    members["items"] = element.json
    return JSONSchema(type: "array", members)
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
      ])
  }

  /// What any of these allows, such as `.anyOf([.integer, .null])`.
  public static func anyOf(_ schemas: [JSONSchema]) -> JSONSchema {
    JSONSchema(.object(["anyOf": .array(schemas.map(\.json))]))
  }

  /// The same for a property that may be left out.
  public var optional: JSONSchema {
    var optional = self
    optional.isOptional = true
    return optional
  }

  private init(type: JSON.Text, _ members: JSON.Members = [:]) {
    var all: JSON.Members = ["type": .string(type)]
    for (key, value) in members { all[key] = value }
    self.init(.object(all))
  }

  private static func limits(
    _ count: some RangeExpression<Int>, _ minimum: JSON.Text, _ maximum: JSON.Text
  ) -> JSON.Members {
    let range = count.relative(to: Int.min..<Int.max)
    require(
      !range.isEmpty && (range.lowerBound >= 0 || range.lowerBound == .min),
      "no count is in the range \(range) of a schema")
    var limits: JSON.Members = [:]
    if range.lowerBound > 0 { limits[minimum] = .number("\(range.lowerBound)") }
    if range.upperBound < .max { limits[maximum] = .number("\(range.upperBound - 1)") }
    return limits
  }
}
