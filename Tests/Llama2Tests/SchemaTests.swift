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

  @Test func aHostilePatternOrBoundIsRefusedOrSmall() throws {
    for schema in [
      #"{"type": "array", "items": {"type": "string", "maxLength": 9223372036854775807}}"#,
      #"{"type": "string", "pattern": "(((){1000000}){1000000}){1000000}", "minLength": 1}"#,
      #"{"type": "string", "pattern": "(((){0,1000000}){0,1000000}){1000000}", "maxLength": 1}"#,
      #"{"enum": [0.01e-9223372036854775808, 1e-9223372036854775808]}"#,
    ] {
      #expect(try Grammar(rules(schema)).nodes.count < 1000, "\(schema)")
    }
    expectRefusal(
      of: #"{"type": "string", "pattern": "^(?:a?){2000}$", "maxLength": 9}"#, at: "#/pattern",
      "too large")
    expectRefusal(
      of: #"{"type": "number", "minimum": 1e-9223372036854775808}"#, at: "#", "more than 64 digits")
  }

  @Test func referencesThatHoldTogetherAreLimited() throws {
    func chain(_ count: Int) -> String {
      Self.defs(
        count, { "{\"$ref\": \"#/$defs/d\($0 + 1)\", \"minItems\": 1}" },
        last: "{\"type\": \"array\"}")
    }
    #expect(LanguageOracle.matches(try rules(chain(50)), "[1]"))
    expectRefusal(of: chain(20_000), at: "#/$defs/d100", "refers to too many")
  }

  @Test func valuesThatAreListedAgainAndAgainAreLimited() {
    let values = (0..<20_000).map { "\"\($0)\"" }.joined(separator: ", ")
    let branches = (0..<1000).map { _ in ##"{"$ref": "#/$defs/v", "minLength": 1}"## }
    let long = String(repeating: "a", count: 100_000)
    for list in [values, "[\(values)]", "\"\(long)\""] {
      expectRefusal(
        of:
          "{\"anyOf\": [\(branches.joined(separator: ","))], \"$defs\": {\"v\": {\"enum\": [\(list)]}}}",
        at: "#", "too often")
    }
  }

  @Test(arguments: [
    #""pattern": "\#(String(repeating: "ab", count: 10_000))""#,
    #""properties": {"\#(String(repeating: "ab", count: 10_000))": true}"#,
    #""minimum": -0.\#(String(repeating: "12", count: 30)), "maximum": \#(String(repeating: "98", count: 30))"#,
  ])
  func whatIsUsedAgainAndAgainIsLimited(_ keywords: String) {
    let branches = (0..<15_000).map { "{\"$ref\": \"#/$defs/\($0)\", \"maxItems\": 99}" }
    let schemas = (0..<15_000).map { "\"\($0)\": {\"$ref\": \"#/$defs/a\", \"minItems\": 1}" }
    expectRefusal(
      of: "{\"anyOf\": [\(branches.joined(separator: ","))], \"$defs\": {\"a\": {\(keywords)}, "
        + schemas.joined(separator: ",") + "}}", at: "#", "too often")
  }

  @Test func elementsThatNestStayShallow() throws {
    func depth(_ language: Language) -> Int {
      switch language {
      case .sequence(let parts), .either(let parts): 1 + (parts.map(depth).max() ?? 0)
      case .repeated(let part, _, _): 1 + depth(part)
      case .literal, .choices, .scalar, .rule: 1
      }
    }
    let others = String(repeating: "{\"type\": \"integer\"}, ", count: 99)
    let schema = (0..<30).reduce("{\"type\": \"null\"}") { schema, _ in
      "{\"type\": \"array\", \"prefixItems\": [\(others)\(schema)], \"items\": false}"
    }
    let rules = try rules(schema)
    #expect(rules.map(depth).max()! < 400)
  }

  @Test func anIdInsideASchemaWithReferencesIsRefused() throws {
    expectRefusal(
      of: ##"{"type": "object", "properties": {"a": {"$id": "x", "items": {"$ref": "#"}}}}"##,
      at: "#/properties/a/$id", "is not supported inside a schema that has a \"$ref\"")
    expectRefusal(
      of: ##"{"$ref": "#/$defs/a/$defs/b", "$defs": {"a": {"$id": "x", "$defs": {"b": {}}}}}"##,
      at: "#/$defs/a/$id", "is not supported")
    for schema in [
      ##"{"$id": "x", "type": "object", "properties": {"$id": {"type": "null"}, "b": {"$ref": "#"}}}"##,
      ##"{"type": "object", "properties": {"$id": {"type": "null"}, "b": {"$id": "x"}}}"##,
    ] {
      #expect(LanguageOracle.matches(try rules(schema), ##"{"$id": null}"##), "\(schema)")
    }
  }

  @Test func anEscapeNeedsHexadecimalDigits() {
    for text in [#"{"const": "\u+12F"}"#, #"{"const": "\u-001"}"#, #"{"const": "\u12"}"#] {
      #expect(throws: LlamaError.self) { try JSONSchema(text) }
    }
    expectRefusal(of: ##"{"$ref": "#/%+1"}"##, at: "#/$ref", ##"there is no "#/%+1""##)
  }

  @Test(arguments: [
    (#"{"type": ["string", "integer"], "minimum": 5, "maximum": 3}"#, ["\"a\""], ["4"]),
    (
      #"{"type": ["string", "null"], "anyOf": [{"type": "string"}, {"type": "integer"}]}"#,
      ["\"a\""], ["null", "1"]
    ),
    (#"{"enum": ["a", 1], "anyOf": [{"type": "string"}, {"type": "null"}]}"#, ["\"a\""], ["1"]),
    (#"{"oneOf": [{"enum": [1], "type": "string"}, {"type": "null"}]}"#, ["null"], ["1"]),
    (
      ##"{"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}], "$defs": {"a": {"enum": []}}}"##,
      ["null"], ["1"]
    ),
    (
      #"{"type": ["array", "boolean"], "minItems": 3, "maxItems": 2}"#, ["true"], ["[1, 2]"]
    ),
  ])
  func aTypeOrBranchThatIsImpossibleIsLeftOut(
    _ schema: String, _ good: [String], _ bad: [String]
  ) throws {
    let rules = try rules(schema)
    for text in good { #expect(LanguageOracle.matches(rules, text), "\(text)") }
    for text in bad { #expect(!LanguageOracle.matches(rules, text), "\(text)") }
    #expect(throws: Never.self) { try Grammar(rules) }
  }

  @Test(arguments: [
    (
      #"{"anyOf": [{"type": "integer", "minimum": 3, "maximum": 2}, {"enum": []}]}"#, "#/anyOf/0",
      "no integer is within its bounds"
    ),
    (
      ##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "string", "minLength": 3, "maxLength": 2}}}"##,
      "#/$defs/a/minLength", "above"
    ),
    (
      #"{"type": ["array", "string"], "minItems": 3, "maxItems": 2, "minLength": 3, "maxLength": 2}"#,
      "#/minItems", "above"
    ),
  ])
  func aSchemaOfWhichAllIsImpossibleIsRefused(
    _ schema: String, _ place: String, _ problem: String
  ) {
    expectRefusal(of: schema, at: place, problem)
  }

  @Test func randomSchemasAreCompiledOrRefused() {
    var random = SplitMix(7)
    let numbers = [
      "0", "1", "-1", "2.5", "1e308", "-1e308", "9223372036854775807", "-9223372036854775808",
      "1e-9223372036854775808", "0.01e-9223372036854775808", "0e99999999999999999999", "1e-400",
    ]
    let counts = ["0", "1", "9223372036854775807", "9223372036854775808", "1e18", "3.0", "-0"]
    let patterns = [
      "a", "^(a|b){3}$", "((){1000000}){1000000}", "(a{1000000}){1000000}", "^(a?){300}$", "(",
    ]
    let types = ["object", "array", "string", "number", "integer", "boolean", "null"]
    func keyword(_ depth: Int) -> (String, String) {
      func one(_ all: [String]) -> String { all.randomElement(using: &random)! }
      func inner() -> String { depth > 0 ? schema(depth - 1) : "true" }
      switch Int.random(in: 0..<14, using: &random) {
      case 0, 1: return ("type", "\"\(one(types))\"")
      case 2: return ("type", "[\"\(one(types))\", \"null\"]")
      case 3, 4:
        return (one(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), one(numbers))
      case 5: return (one(["minLength", "maxLength"]), one(counts))
      case 6: return (one(["minItems", "maxItems"]), one(counts))
      case 7: return ("pattern", "\"\(one(patterns))\"")
      case 8: return ("enum", "[\(one(numbers)), \(one(counts)), \"a\", [], {}]")
      case 9: return ("properties", "{\"a\": \(inner()), \"b\": \(inner())}")
      case 10: return (one(["items", "additionalProperties"]), inner())
      case 11: return ("prefixItems", "[\(inner()), \(inner())]")
      case 12: return (one(["anyOf", "oneOf"]), "[\(inner()), \(inner())]")
      default: return (one(["$ref", "$ref", "$id"]), "\"#\"")
      }
    }
    func schema(_ depth: Int) -> String {
      var keywords: [String: String] = [:]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let (name, value) = keyword(depth)
        keywords[name] = value
      }
      return "{"
        + keywords.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }
        .joined(separator: ", ") + "}"
    }
    var compiled = 0
    for _ in 0..<3000 {
      let text = schema(3)
      do {
        _ = try Grammar(rules(text))
        compiled += 1
      } catch {
        #expect(error is LlamaError, "\(text)")
      }
    }
    #expect(compiled > 300)
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

  @Test func rangesMayEndWhereIntDoes() {
    let all: [(JSONSchema, String)] = [
      (.integer(0...Int.max), #""minimum": 0, "maximum": 9223372036854775807"#),
      (.integer(Int.min...0), #""minimum": -9223372036854775808, "maximum": 0"#),
      (.integer(...Int.max), #""maximum": 9223372036854775807"#),
      (.integer(Int.max...), #""minimum": 9223372036854775807"#),
      (.integer(0..<Int.max), #""minimum": 0, "maximum": 9223372036854775806"#),
    ]
    for (schema, limits) in all {
      #expect(schema.description == "{\"type\": \"integer\", \(limits)}")
      #expect(throws: Never.self) { try Grammar(schema.rules()) }
    }
    #expect(
      JSONSchema.string(count: 0...Int.max).description
        == #"{"type": "string", "maxLength": 9223372036854775807}"#)
    #expect(
      JSONSchema.array(.any, count: ...Int.max).description
        == #"{"type": "array", "maxItems": 9223372036854775807, "items": true}"#)
  }

  @Test func aBuiltSchemaNestsNoDeeperThanAText() throws {
    var schema = JSONSchema.integer
    for _ in 0..<62 { schema = .array(schema) }
    #expect(try JSONSchema(schema.description).rules() == schema.rules())
    for _ in 0..<100_000 { schema = .array(schema) }
    let error = #expect(throws: LlamaError.self) { try schema.rules() }
    #expect(error?.description.contains("deeper than 64 levels") == true)
  }

  @Test func aTextWithReferencesIsNoPartOfABuiltSchema() throws {
    let tree = try JSONSchema(##"{"type": "array", "items": {"$ref": "#"}}"##)
    for schema in [
      JSONSchema.array(tree), .object(["a": tree.optional]), .anyOf([.null, .array(tree)]),
    ] {
      let error = #expect(throws: LlamaError.self) { try schema.rules() }
      #expect(error?.description.contains("lead elsewhere") == true)
    }
    let plain = try JSONSchema(#"{"type": "integer", "maximum": 3}"#)
    #expect(try JSONSchema.array(plain).rules() == rules(JSONSchema.array(plain).description))
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
