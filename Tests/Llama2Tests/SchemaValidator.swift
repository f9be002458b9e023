import Foundation

/// Which values JSON Schema calls valid, of the keywords that the library knows; in an object beside
/// `properties` nothing else may stand unless `additionalProperties` says so.
struct SchemaValidator {
  enum Value: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Value])
    case object([String: Value])

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .null
      } else if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else if let string = try? value.decode(String.self) {
        self = .string(string)
      } else if let array = try? value.decode([Value].self) {
        self = .array(array)
      } else {
        self = .object(try value.decode([String: Value].self))
      }
    }

    init(_ text: String) throws {
      self = try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    var array: [Value] { if case .array(let array) = self { array } else { [] } }
    var object: [String: Value] { if case .object(let object) = self { object } else { [:] } }
    var string: String { if case .string(let string) = self { string } else { "" } }
    var number: Double { if case .number(let number) = self { number } else { .nan } }
    var count: Int { Int(number) }
  }

  private let root: Value

  init(_ schema: String) throws { root = try Value(schema) }

  func isValid(_ text: String) throws -> Bool { isValid(try Value(text), root) }

  private func isValid(_ value: Value, _ schema: Value) -> Bool {
    if case .bool(let isValid) = schema { return isValid }
    return schema.object.allSatisfy { isValid(value, $0, $1, schema.object) }
  }

  private func isValid(
    _ value: Value, _ keyword: String, _ argument: Value, _ schema: [String: Value]
  ) -> Bool {
    switch (keyword, value) {
    case ("$ref", _): isValid(value, target(argument.string))
    case ("type", _): (argument.array + [argument]).contains { has(value, $0.string) }
    case ("enum", _): argument.array.contains(value)
    case ("const", _): argument == value
    case ("anyOf", _): argument.array.contains { isValid(value, $0) }
    case ("oneOf", _): argument.array.filter { isValid(value, $0) }.count == 1
    case ("minLength", .string(let text)): text.unicodeScalars.count >= argument.count
    case ("maxLength", .string(let text)): text.unicodeScalars.count <= argument.count
    case ("pattern", .string(let text)): find(argument.string, in: text)
    case ("minimum", .number(let number)): number >= argument.number
    case ("maximum", .number(let number)): number <= argument.number
    case ("exclusiveMinimum", .number(let number)): number > argument.number
    case ("exclusiveMaximum", .number(let number)): number < argument.number
    case ("minItems", .array(let elements)): elements.count >= argument.count
    case ("maxItems", .array(let elements)): elements.count <= argument.count
    case ("prefixItems", .array(let elements)):
      zip(elements, argument.array).allSatisfy { isValid($0, $1) }
    case ("items", .array(let elements)):
      elements.dropFirst(schema["prefixItems"]?.array.count ?? 0).allSatisfy {
        isValid($0, argument)
      }
    case ("required", .object(let members)): argument.array.allSatisfy { members[$0.string] != nil }
    case ("properties", .object(let members)):
      members.allSatisfy { key, value in
        argument.object[key].map { isValid(value, $0) } ?? (schema["additionalProperties"] != nil)
      }
    case ("additionalProperties", .object(let members)):
      members.allSatisfy { schema["properties"]?.object[$0] != nil || isValid($1, argument) }
    default: true
    }
  }

  private func target(_ reference: String) -> Value {
    reference.split(separator: "/").dropFirst().reduce(root) { place, part in
      place.object[
        part.replacing("~1", with: "/").replacing("~0", with: "~").removingPercentEncoding!]!
    }
  }

  private func has(_ value: Value, _ type: String) -> Bool {
    switch value {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .number(let number): type == "number" || type == "integer" && number.rounded() == number
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }

  private func find(_ pattern: String, in text: String) -> Bool {
    let all = NSRange(location: 0, length: text.utf16.count)
    return try! NSRegularExpression(pattern: pattern).firstMatch(in: text, range: all) != nil
  }
}
