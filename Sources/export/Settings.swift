import Console
import Llama2

/// The settings of a model, which decide whether it can be run. What cannot be is refused by field
/// and value.
struct Settings {
  let path: String
  /// Before the name of a nested field, as `rope_scaling.`
  private let prefix: String
  private let json: JSON
  /// What follows from a setting that is refused.
  var consequence = "this model cannot be run"

  init(_ path: String) throws {
    self.path = path
    prefix = ""
    json = try JSON.parse(file: path)
    guard json.object != nil else { throw Refusal(path, "expected a JSON object") }
  }

  private init(path: String, prefix: String, json: JSON) {
    self.path = path
    self.prefix = prefix
    self.json = json
  }

  /// All fields, as `--inspect` prints them.
  var list: [(name: String, value: String)] {
    json.object!.map { ($0.0.description, $0.1.description) }.sorted { $0.0 < $1.0 }
  }

  var keys: [Text] { json.object!.keys }

  /// The value of a field that is there and not null.
  subscript(key: Text) -> JSON? { json[key] }

  /// Whether a field is there, even if it is null.
  func has(_ key: Text) -> Bool { json.object?[key] != nil }

  /// The object in a field.
  func nested(_ key: Text) throws -> Settings? {
    guard let value = json[key] else { return nil }
    guard value.object != nil else { throw refusal(key, expected: "an object or null") }
    var nested = Settings(path: path, prefix: "\(key).", json: value)
    nested.consequence = consequence
    return nested
  }

  /// A positive number, or one from `minimum` on, `missing` where the field is absent.
  func integer(_ key: Text, missing: Int? = nil, from minimum: Int = 1) throws -> Int {
    guard let value = json[key] else {
      guard let missing else { throw Refusal(path, "the field \(prefix)\(key) is missing") }
      return missing
    }
    guard let integer = value.integer, integer >= minimum, integer <= Int(Int32.max) else {
      throw refusal(key, expected: minimum == 0 ? "an integer from 0 on" : "a positive integer")
    }
    return integer
  }

  /// A positive number, `missing` where the field is absent.
  func number(_ key: Text, missing: Double? = nil) throws -> Double {
    guard let value = json[key] else {
      guard let missing else { throw Refusal(path, "the field \(prefix)\(key) is missing") }
      return missing
    }
    guard let number = value.double, number > 0, Float(number) > 0, Float(number).isFinite
    else { throw refusal(key, expected: "a positive number") }
    return number
  }

  func refusal(_ key: Text, expected: String) -> Refusal {
    let found = json.object?[key]?.description ?? "missing"
    return Refusal(
      path, "\(prefix)\(key) is \(found), expected \(expected): \(consequence)")
  }

  /// Refuses a number other than `expected`, compared as floats; `missing` is the field's default.
  func require(_ key: Text, _ expected: Double, missing: Double) throws {
    guard let value = json[key] else {
      guard missing == expected else {
        throw Refusal(
          path,
          "\(prefix)\(key) is missing, so \(missing), expected \(expected): \(consequence)")
      }
      return
    }
    guard let number = value.double, Float(number) == Float(expected) else {
      throw refusal(key, expected: "\(expected)")
    }
  }

  /// Refuses a text other than one of `expected`.
  func require(_ key: Text, among expected: [String]) throws {
    guard let value = json[key] else { return }
    guard let text = value.text?.description, expected.contains(text) else {
      throw refusal(key, expected: quoted(expected[0]))
    }
  }

  /// Refuses a field that is there and is anything else than `expected`.
  func require(_ key: Text, _ expected: Bool) throws {
    guard let value = json[key] else { return }
    guard case .bool(expected) = value else { throw refusal(key, expected: "\(expected)") }
  }

  /// Refuses a field that is there and not null.
  func requireNone(_ key: Text) throws {
    if json[key] != nil { throw refusal(key, expected: "none") }
  }

  /// A truth value.
  func flag(_ key: Text, missing: Bool = false) throws -> Bool {
    guard let value = json[key] else { return missing }
    guard case .bool(let flag) = value else { throw refusal(key, expected: "true or false") }
    return flag
  }
}
