import Foundation
import Testing

@testable import Llama2

@Suite struct SchemaTests {
  private func rules(_ schema: String) throws -> [Language] { try JSONSchema(schema).rules() }

  // MARK: - What is written

  @Test(arguments: MatchingFixture.all.schemas)
  func textsMatchIfJsonschemaCallsThemValid(_ fixture: MatchingFixture.Case) throws {
    let rules = try rules(fixture.source)
    for text in fixture.good { #expect(LanguageOracle.matches(rules, text), "\(text)") }
    for text in fixture.bad { #expect(!LanguageOracle.matches(rules, text), "\(text)") }
  }

  @Test(arguments: MatchingFixture.all.schemas)
  func theValidatorOfTheseTestsJudgesAsJsonschemaDoes(_ fixture: MatchingFixture.Case) throws {
    let validator = try SchemaValidator(fixture.source)
    for text in fixture.good { #expect(try validator.isValid(text), "\(text)") }
    for text in fixture.bad { #expect(try !validator.isValid(text), "\(text)") }
  }

  @Test(arguments: MatchingFixture.all.schemas)
  func whateverIsWrittenIsValid(_ fixture: MatchingFixture.Case) throws {
    var walk = LanguageWalk(try rules(fixture.source), seed: 3)
    let validator = try SchemaValidator(fixture.source)
    for _ in 0..<100 {
      let text = walk.next()
      #expect(try validator.isValid(text), "\(text)")
    }
  }

  @Test func aFreeStringMayUseEveryEscapeOfAWholeScalar() throws {
    let rules = try rules(#"{"type": "string"}"#)
    for text in [
      #""""#, #""\"\\\/\b\f\n\r\t""#, #""A\u00e9\u00E9\uD7ff\uE000\uffff\u0000""#,
      #""\ud83d\ude00\uDBFF\uDFFF""#,
    ] {
      #expect(LanguageOracle.matches(rules, text), "\(text)")
      #expect(throws: Never.self) { try SchemaValidator.Value(text) }
    }
    for text in [
      #"""#, #"""""#, #""\x""#, #""\u12""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#,
      #""\ude00""#, "\"\n\"",
      #""\u00eg""#,
    ] {
      #expect(!LanguageOracle.matches(rules, text), "\(text)")
    }
  }

  @Test func aStringOfAPatternHasOneWriting() throws {
    let rules = try rules(##"{"type": "string", "pattern": "^[\\s\\S]$"}"##)
    for text in [
      #""\"""#, #""\\""#, #""\n""#, #""\u0001""#, #""\u0085""#, #""/""#, #""é""#, #""😀""#,
    ] {
      #expect(LanguageOracle.matches(rules, text), "\(text)")
    }
    for text in [#""\/""#, #""\u0041""#, #""\u000a""#, #""""#, #""ab""#, #""\ud83d\ude00""#] {
      #expect(!LanguageOracle.matches(rules, text), "\(text)")
    }
  }

  @Test func controlCharactersOfAnEnumAreEscaped() throws {
    let rules = try rules(##"{"enum": ["\u0007\u007f\u009b", "\r\b\f"]}"##)
    #expect(LanguageOracle.matches(rules, ##""\u0007\u007f\u009b""##))
    #expect(LanguageOracle.matches(rules, ##""\r\b\f""##))
  }

  @Test func numbersWithoutBoundsHaveFewDigits() throws {
    let integers = try rules(#"{"type": "integer"}"#)
    for text in ["0", "-1", "7", "-120", String(repeating: "9", count: 18)] {
      #expect(LanguageOracle.matches(integers, text), "\(text)")
    }
    for text in ["-0", "01", "+1", "1.0", "1e2", "-", "", String(repeating: "9", count: 19)] {
      #expect(!LanguageOracle.matches(integers, text), "\(text)")
    }
    let numbers = try rules(#"{"type": "number"}"#)
    for text in ["0", "-0", "0.5", "-12.050", "1e5", "1E+05", "2.5e-99"] {
      #expect(LanguageOracle.matches(numbers, text), "\(text)")
    }
    for text in ["01", "1.", ".5", "1e", "1e999", "0x1", "+1", "--1", "1e+-1", "0e1"] {
      #expect(!LanguageOracle.matches(numbers, text), "\(text)")
    }
  }

  private static let bounds = [
    "-120.5", "-100", "-99.95", "-7", "-1", "-0.25", "-0.05", "0", "-0.0", "0.05", "1e-1", "0.25",
    "1", "7",
    "9.9", "10", "1.05e1", "99.95", "100", "120.5",
  ]

  /// Integers, and numbers with two decimals around the bounds.
  private static let numbers: [String] = {
    let hundredths = [
      0, 1, 4, 5, 6, 9, 10, 11, 24, 25, 26, 99, 100, 101, 699, 700, 701, 989, 990, 991, 999, 1000,
      1001,
      1049, 1050, 1051, 5000, 9994, 9995, 9996, 9999, 10_000, 10_001, 12_049, 12_050, 12_051,
      99_999,
    ]
    let decimals = hundredths.map { "\($0 / 100).\($0 / 10 % 10)\($0 % 10)" }
    let integers = (0...130).map { "\($0)" }
    return decimals + integers + (decimals + integers).filter { Double($0) != 0 }.map { "-" + $0 }
  }()

  @Test(arguments: bounds, bounds)
  func numbersAreWithinTheirBounds(_ lower: String, _ upper: String) throws {
    let (low, high) = (Double(lower)!, Double(upper)!)
    let cases: [(String, (Double) -> Bool)] = [
      (#""minimum": \#(lower), "maximum": \#(upper)"#, { low <= $0 && $0 <= high }),
      (#""exclusiveMinimum": \#(lower), "exclusiveMaximum": \#(upper)"#, { low < $0 && $0 < high }),
      (#""minimum": \#(lower)"#, { low <= $0 }), (#""exclusiveMaximum": \#(upper)"#, { $0 < high }),
    ]
    for (bounds, isWithin) in cases {
      for type in ["integer", "number"] {
        let rules = try? rules(#"{"type": "\#(type)", \#(bounds)}"#)
        for text in Self.numbers {
          let isRight = isWithin(Double(text)!) && (type == "number" || Int(text) != nil)
          let matches = rules.map { LanguageOracle.matches($0, text) } ?? false
          #expect(matches == isRight, "\(text) of \(type) with \(bounds)")
        }
      }
    }
  }

  @Test func boundsAreExactDecimals() throws {
    let near = try rules(
      #"{"type": "number", "minimum": 0.1, "exclusiveMaximum": 0.30000000000000000000004}"#)
    for text in ["0.1", "0.10", "0.3", "0.30000000000000000000003"] {
      #expect(LanguageOracle.matches(near, text), "\(text)")
    }
    for text in ["0.09999999999999999999999", "0.30000000000000000000004", "0.4"] {
      #expect(!LanguageOracle.matches(near, text), "\(text)")
    }
    // So few digits that a Double cannot round a number to its bound.
    let below = try rules(#"{"type": "number", "exclusiveMaximum": 20}"#)
    #expect(LanguageOracle.matches(below, "19.9999999999999") && Double("19.9999999999999")! < 20)
    #expect(
      !LanguageOracle.matches(below, "19.999999999999999") && Double("19.999999999999999")! == 20)
    let large = try rules(#"{"type": "integer", "minimum": 123456789012345678901234567890}"#)
    #expect(LanguageOracle.matches(large, "123456789012345678901234567890"))
    #expect(!LanguageOracle.matches(large, "123456789012345678901234567889"))
    let wide = try rules(#"{"type": "number", "minimum": -1.7e308, "maximum": 1.7e308}"#)
    #expect(LanguageOracle.matches(wide, "-1234567890.5"))
  }

  // MARK: - What is refused

  @Test(arguments: [
    "format", "not", "allOf", "if", "then", "else", "multipleOf", "uniqueItems",
    "patternProperties",
    "propertyNames", "minProperties", "maxProperties", "dependentRequired", "contains",
    "additionalItems",
    "unevaluatedProperties", "$anchor", "$dynamicRef", "nullable", "contentEncoding", "Type",
  ])
  func anUnknownKeywordIsRefusedWithItsPlace(_ keyword: String) {
    expectRefusal(
      of: #"{"properties": {"a/b": {"items": [{}], "prefixItems": [{"\#(keyword)": 1}]}}}"#,
      at: "#/properties/a~1b/prefixItems/0", "\"\(keyword)\" is not supported")
  }

  @Test(arguments: [
    (#"{"type": "int"}"#, "#/type", "expected"), (#"{"type": []}"#, "#/type", "expected"),
    (#"{"type": 3}"#, "#/type", "expected"), (#"{"type": ["null", "null"]}"#, "#/type", "expected"),
    (#"3"#, "#", "expected a schema"),
    (#"{"properties": {"a": null}}"#, "#/properties/a", "expected a schema"),
    (#"{"type": "object", "properties": []}"#, "#/properties", "expected"),
    (#"{"type": "object", "required": "a"}"#, "#/required", "expected"),
    (#"{"type": "object", "required": [1]}"#, "#/required", "expected"),
    (#"{"anyOf": []}"#, "#/anyOf", "expected"), (#"{"enum": 1}"#, "#/enum", "expected"),
    (#"{"type": "array", "items": [{}]}"#, "#/items", "prefixItems"),
    (#"{"type": "array", "prefixItems": {}}"#, "#/prefixItems", "expected"),
    (#"{"type": "array", "minItems": -1}"#, "#/minItems", "expected a count"),
    (#"{"type": "string", "maxLength": 1.5}"#, "#/maxLength", "expected a count"),
    (#"{"type": "integer", "exclusiveMinimum": true}"#, "#/exclusiveMinimum", "expected a number"),
    (#"{"type": "string", "pattern": 1}"#, "#/pattern", "expected a string"),
    (#"{"type": "string", "pattern": "a(?=b)"}"#, "#/pattern", "a lookahead"),
    (#"{"$ref": "http://example.com/x"}"#, "#/$ref", "leads out of the schema"),
    (##"{"$ref": "#x"}"##, "#/$ref", "no JSON pointer"), (#"{"$ref": 1}"#, "#/$ref", "leads out"),
    (##"{"$ref": "#/$defs/a/b", "$defs": {"a": {}}}"##, "#/$ref", ##"there is no "#/$defs/a/b""##),
  ])
  func whatIsNoSchemaIsRefusedWithItsPlace(_ schema: String, _ place: String, _ problem: String) {
    expectRefusal(of: schema, at: place, problem)
  }

  @Test(arguments: [
    (#"false"#, "#", "allows no value"), (#"{"enum": []}"#, "#/enum", "no value"),
    (#"{"type": "integer", "minimum": 3, "maximum": 2}"#, "#", "no integer is within its bounds"),
    (#"{"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 3}"#, "#", "no integer"),
    (#"{"type": "number", "minimum": 2, "exclusiveMaximum": 2}"#, "#", "no number"),
    (#"{"type": "string", "minLength": 3, "maxLength": 2}"#, "#/minLength", "above \"maxLength\""),
    (#"{"type": "array", "minItems": 3, "maxItems": 2}"#, "#/minItems", "above \"maxItems\""),
    (
      #"{"type": "array", "prefixItems": [{}], "items": false, "minItems": 2}"#, "#",
      "asks for 2 elements"
    ),
    (#"{"type": "array", "prefixItems": [{}, false], "minItems": 2}"#, "#", "asks for 2 elements"),
    (#"{"type": "string", "enum": [1, null]}"#, "#/enum", "no value"),
    (#"{"const": 5, "enum": [4, 6]}"#, "#/enum", "no value"),
    (#"{"const": 5, "minimum": 6}"#, "#/const", "no value"),
    (#"{"type": "object", "properties": {"a": false}, "required": ["a"]}"#, "#", "requires \"a\""),
    (#"{"type": "object", "properties": {}, "required": ["a"]}"#, "#", "requires \"a\""),
    (#"{"type": "string", "anyOf": [{"type": "null"}]}"#, "#/anyOf/0", "allows no type"),
  ])
  func aContradictionIsRefusedWithItsPlace(_ schema: String, _ place: String, _ problem: String) {
    expectRefusal(of: schema, at: place, problem)
  }

  @Test(arguments: [
    (#"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#, "#/oneOf", "the type number"),
    (
      ##"{"oneOf": [{"$ref": "#/$defs/s"}, {"type": "string"}], "$defs": {"s": {"type": "string"}}}"##,
      "#/oneOf", "string"
    ),
    (#"{"oneOf": [{"const": 1}, {"enum": [2, 1.0]}]}"#, "#/oneOf", "number"),
    (#"{"oneOf": [{}, {"type": "null"}]}"#, "#/oneOf", "null"),
    (
      #"{"pattern": "a", "type": "string", "anyOf": [{"pattern": "b"}]}"#, "#/pattern",
      "#/anyOf/0/pattern"
    ),
    (
      #"{"properties": {"a": {}}, "anyOf": [{"properties": {"b": {}}}]}"#, "#/properties", "as well"
    ),
    (
      #"{"additionalProperties": false, "anyOf": [{"properties": {}}]}"#, "#/additionalProperties",
      "one schema"
    ),
    (
      ##"{"items": false, "$ref": "#/$defs/a", "$defs": {"a": {"prefixItems": [{}]}}}"##, "#/items",
      "one schema"
    ),
    (#"{"enum": ["a"], "pattern": "a"}"#, "#/pattern", "beside \"enum\""),
    (#"{"enum": [{"a": 1}], "properties": {}}"#, "#/properties", "beside \"enum\""),
    (#"{"enum": [[1]], "items": {}}"#, "#/items", "beside \"enum\""),
  ])
  func whatCannotBeCombinedIsRefusedWithItsPlace(
    _ schema: String, _ place: String, _ problem: String
  ) {
    expectRefusal(of: schema, at: place, problem)
  }

  private func expectRefusal(of schema: String, at place: String, _ problem: String) {
    let error = #expect(throws: LlamaError.self) { try JSONSchema(schema) }
    let sentence = error?.description ?? ""
    #expect(
      sentence.hasPrefix("the pattern: the schema at \(place): ") && sentence.contains(problem),
      "\(sentence)")
  }

  @Test func textThatIsNoJSONIsRefused() {
    for text in [
      "", "{", "{\"a\": 1, \"a\": 1}", String(repeating: "[", count: 100_000), "{\"minimum\": 01}",
    ] {
      let error = #expect(throws: LlamaError.self) { try JSONSchema(text) }
      guard case .badJSON("the schema", _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  // MARK: - Hostile schemas

  private static func defs(_ count: Int, _ schema: (Int) -> String, last: String) -> String {
    let all = (0..<count).map { "\"d\($0)\": \(schema($0))" } + ["\"d\(count)\": \(last)"]
    return "{\"$ref\": \"#/$defs/d0\", \"$defs\": {" + all.joined(separator: ", ") + "}}"
  }

  @Test func referencesMayBeManyAndLong() throws {
    let chain = try rules(
      Self.defs(20_000, { "{\"$ref\": \"#/$defs/d\($0 + 1)\"}" }, last: "{\"type\": \"null\"}"))
    #expect(try Grammar(chain).shortest[1] == 4)
    // Twice the one before it, forty times.
    func twice(_ i: Int) -> String {
      let next = "{\"$ref\": \"#/$defs/d\(i + 1)\", \"required\": "
      return
        "{\"type\": \"object\", \"properties\": {\"a\": \(next)[\"a\"]}, \"b\": \(next)[\"b\"]}}}"
    }
    let tree = try rules(
      Self.defs(40, twice, last: "{\"type\": \"object\", \"properties\": {\"a\": {}, \"b\": {}}}"))
    #expect(tree.count < 200)
    func anyOf(_ i: Int) -> String {
      let next = "{\"$ref\": \"#/$defs/d\(i + 1)\"}"
      return "{\"type\": \"string\", \"anyOf\": [\(next), \(next)]}"
    }
    expectRefusal(of: Self.defs(40, anyOf, last: "{}"), at: "#", "it is too large")
  }

  @Test(arguments: [
    ##"{"$ref": "#"}"##, ##"{"anyOf": [{"$ref": "#"}]}"##,
    ##"{"type": "object", "anyOf": [{"$ref": "#"}]}"##,
    ##"{"$ref": "#", "type": "object"}"##,
    ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b", "minItems": 1}, "b": {"$ref": "#/$defs/a"}}}"##,
    ##"{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}"##,
  ])
  func aSchemaThatOnlyRefersToItselfAllowsNoText(_ schema: String) throws {
    let rules = try rules(schema)
    #expect(throws: LlamaError.self) { try Grammar(rules) }
  }

  @Test func countsAndNestingMayBeLarge() throws {
    let most = "9223372036854775807"
    for schema in [
      "{\"type\": \"string\", \"maxLength\": \(most)}",
      "{\"type\": \"array\", \"maxItems\": \(most)}",
      (0..<60).reduce("{}") { schema, _ in "{\"type\": \"array\", \"items\": \(schema)}" },
      (0..<60).reduce("{}") { schema, _ in
        "{\"additionalProperties\": \(schema), \"type\": \"object\"}"
      },
    ] {
      #expect(throws: Never.self) { try Grammar(rules(schema)) }
    }
    for keyword in ["minLength", "maxLength"] {
      expectRefusal(
        of: "{\"type\": \"string\", \"pattern\": \"^a+$\", \"\(keyword)\": \(most)}",
        at: "#/pattern", "too large")
    }
    expectRefusal(
      of: #"{"type": "string", "pattern": "(((a{1000}){1000}){1000}){1000}", "maxLength": 5}"#,
      at: "#/pattern", "too large")
    expectRefusal(
      of: #"{"type": "number", "minimum": 1e-99999999999999999999}"#, at: "#", "more than 64 digits"
    )
    expectRefusal(of: #"{"type": "number", "minimum": 1e300}"#, at: "#", "more than 64 digits")
  }

  @Test func aMillionValuesAreAsGoodAsTheirAutomaton() throws {
    let values = (0..<1_000_000).map { "\($0)" }.joined(separator: ",")
    let rules = try rules("{\"enum\": [\(values)], \"type\": \"integer\"}")
    #expect(LanguageOracle.matches(rules, "999999") && !LanguageOracle.matches(rules, "1000000"))
    let branches = (0..<60_000).map { "{\"minimum\": \($0)}" }.joined(separator: ",")
    expectRefusal(of: "{\"anyOf\": [\(branches)]}", at: "#", "it is too large")
  }

  // MARK: - Schemas built in Swift

  @Test func aSchemaIsBuiltAsItsTextSays() throws {
    let built: [(JSONSchema, String)] = [
      (.any, "true"), (.string, #"{"type": "string"}"#), (.boolean, #"{"type": "boolean"}"#),
      (.string(count: 1...80), #"{"type": "string", "minLength": 1, "maxLength": 80}"#),
      (.string(count: ...80), #"{"type": "string", "maxLength": 80}"#),
      (.string(pattern: "^\\d+$"), #"{"type": "string", "pattern": "^\\d+$"}"#),
      (.integer(0...20), #"{"type": "integer", "minimum": 0, "maximum": 20}"#),
      (.integer(1...), #"{"type": "integer", "minimum": 1}"#),
      (.integer(..<1), #"{"type": "integer", "maximum": 0}"#),
      (.number(0...0.5), #"{"type": "number", "minimum": 0, "maximum": 0.5}"#),
      (.number(0 ... .infinity), #"{"type": "number", "minimum": 0}"#),
      (.choices(["yes", "n\"o"]), #"{"enum": ["yes", "n\"o"]}"#), (.null, #"{"type": "null"}"#),
      (.array(.number), #"{"type": "array", "items": {"type": "number"}}"#),
      (
        .array(.any, count: 1...3),
        #"{"type": "array", "minItems": 1, "maxItems": 3, "items": true}"#
      ),
      (.anyOf([.integer, .null]), #"{"anyOf": [{"type": "integer"}, {"type": "null"}]}"#),
      (
        .object(["z": .string, "a": .integer.optional, "next": .root.optional]),
        ##"{"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "integer"}, "next": {"$ref": "#"}}, "required": ["z"], "additionalProperties": false}"##
      ),
    ]
    for (schema, text) in built {
      #expect(schema.description == text)
      #expect(try schema.rules() == rules(text))
    }
  }

  @Test func theTextsOfABuiltSchemaDecode() throws {
    struct Person: Decodable {
      let name: String
      let age: Int
      let tags: [String]
      let height: Double?
      let friends: [Person]
    }
    let schema: JSONSchema = .object([
      "name": .string, "age": .integer(0...20), "tags": .array(.string, count: 1...3),
      "height": .number(0...2.5).optional, "friends": .array(.root),
    ])
    var walk = LanguageWalk(try schema.rules(), seed: 5)
    for _ in 0..<300 {
      let person = try JSONDecoder().decode(Person.self, from: Data(walk.next().utf8))
      #expect((0...20).contains(person.age) && (1...3).contains(person.tags.count))
    }
  }

  @Test func aBuiltSchemaThatIsWrongIsRefusedWhenItIsUsed() {
    #expect(throws: LlamaError.self) { try JSONSchema.string(pattern: "(").rules() }
    #expect(throws: LlamaError.self) { try JSONSchema.choices([]).rules() }
  }
}
