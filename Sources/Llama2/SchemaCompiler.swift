/// Turns a JSON Schema into rules (JSON Schema 2020-12, core and validation).
struct SchemaCompiler {
  /// The digits before or behind the point of a bound.
  private static let mostDigits = 64
  /// The schemas in one `prefixItems`.
  private static let mostEntries = 100
  /// The rules of all schemas.
  private static let mostRules = 100_000
  /// The steps from state to state of one pattern that goes with a length.
  private static let mostSteps = 80_000
  /// The schemas that are read, each as often as it is.
  private static let mostSchemas = 50_000
  /// The bytes of names and values, and 10 for each of them, for each scalar of a pattern and for each part of
  /// a range of numbers; as often as they are used.
  private static let mostUsed = 20_000_000
  /// The parts and bytes of a language that is copied; a larger one is shared by a rule.
  private static let mostCopied = 40

  private let root: JSON
  private let hasReference: Bool
  private var rules: [Language] = []
  private var ruleOfPlaces: [Set<String>: Int] = [:]
  /// Schemas that have a rule whose language is not made yet. Made one after the other, they do not nest.
  private var pending: [(rule: Int, schema: Schema)] = []
  private var schemaCount = 0
  private var used = 0
  /// The first of those that were caught.
  private var contradiction: Contradiction?
  private var valueRule: Int?
  private var restOfKeyRule: Int?

  /// The rules of the texts that are valid and written as `JSONSchema` says; those of rule 0. Throws
  /// `LlamaError.badPattern`.
  static func rules(of json: JSON) throws -> [Language] {
    var compiler = SchemaCompiler(root: json)
    _ = try compiler.rule(of: compiler.schema(json, at: "#"))
    while let (rule, schema) = compiler.pending.popLast() {
      do {
        compiler.rules[rule] = try compiler.language(schema)
      } catch let contradiction as Contradiction {
        compiler.contradiction = compiler.contradiction ?? contradiction
      }
    }
    if let contradiction = compiler.contradiction, (try? Grammar(compiler.rules)) == nil {
      throw contradiction.error
    }
    if case .either(let none) = compiler.rules[0], none.isEmpty {
      throw Self.failure("#", "allows no value")
    }
    return compiler.rules
  }

  private init(root: JSON) { (self.root, hasReference) = (root, root.hasReference) }

  /// What errors call a place: a JSON pointer.
  static func failure(_ place: String, _ problem: String) -> LlamaError {
    .badPattern(problem: "the schema at \(printable(place.utf8)): \(problem)")
  }

  // MARK: Rules

  private mutating func add(_ language: Language) throws -> Int {
    guard rules.count < Self.mostRules else {
      throw Self.failure("#", "takes more than \(Self.mostRules) rules: it is too large")
    }
    rules.append(language)
    return rules.count - 1
  }

  /// The rule of a schema, of which there is one.
  private mutating func rule(of schema: Schema) throws -> Int {
    if let rule = ruleOfPlaces[schema.places] { return rule }
    let rule = try add(.either([]))
    ruleOfPlaces[schema.places] = rule
    pending.append((rule, schema))
    return rule
  }

  /// The language, or a rule of it if it is large.
  private mutating func shared(_ language: Language) throws -> Language {
    var size = 0
    return language.isLarger(than: Self.mostCopied, &size) ? .rule(try add(language)) : language
  }

  private mutating func anyValue() throws -> Language {
    if let valueRule { return .rule(valueRule) }
    let rule = try add(.either([]))
    rules[rule] = JSONText.value(rule: rule)
    valueRule = rule
    return .rule(rule)
  }

  // MARK: Schemas

  /// A schema that is to be read. Of false it is nil.
  private mutating func schema(_ json: JSON, at place: String) throws -> Schema? {
    schemaCount += 1
    guard schemaCount <= Self.mostSchemas else {
      throw Self.failure("#", "takes more than \(Self.mostSchemas) schemas: it is too large")
    }
    try requireRoot(json, at: place)
    return try Schema(json, at: place)
  }

  /// Refuses a schema whose `$id` gives another meaning to the references in it.
  private func requireRoot(_ json: JSON, at place: String) throws {
    if hasReference, place != "#", json["$id"]?.text != nil {
      throw Self.failure(
        Schema.place(place, "$id"),
        "is not supported inside a schema that has a \"$ref\": take it out")
    }
  }

  /// The values of enum and const that the other keywords allow; nil without these two.
  private mutating func listedValues(of schema: Schema) throws -> [JSON]? {
    for keyword in ["enum", "const"].compactMap({ schema[$0] }) { try use(keyword.value.size) }
    return try schema.values()
  }

  /// Counts what is about to be compiled.
  private mutating func use(_ size: Int) throws {
    used += size
    guard used <= Self.mostUsed else {
      throw Self.failure(
        "#", "has too many or too long names, values or patterns, or uses them too often")
    }
  }

  private mutating func rule(of schema: Schema?) throws -> Int {
    try schema.map { try rule(of: $0) } ?? add(.either([]))
  }

  private mutating func language(_ json: JSON, at place: String) throws -> Language {
    try schema(json, at: place).map { try language($0) } ?? .either([])
  }

  private mutating func language(_ schema: Schema) throws -> Language {
    if let reference = schema["$ref"] {
      let rest = schema.without("$ref")
      guard let target = try target(of: reference) else { return .either([]) }
      return .rule(try rule(of: rest.isEmpty ? target : target.merged(with: rest)))
    }
    for keyword in ["anyOf", "oneOf"] {
      guard let value = schema[keyword] else { continue }
      return .either(try branches(value, beside: schema.without(keyword), of: keyword))
    }
    if let values = try listedValues(of: schema) {
      if values.isEmpty {
        let problem = "no value in it is allowed beside the other keywords"
        throw Contradiction(error: schema.listing!.failure(problem))
      }
      return .choices(values.map { Array($0.encoded.utf8) })
    }
    if schema.isEmpty { return try anyValue() }
    let languages = try possible(schema.types()) { try $0.language(schema, as: $1) }
    return languages.count == 1 ? languages[0] : .either(languages)
  }

  /// The languages of those of `parts` that allow a value. Throws if none does and one contradicts itself.
  private mutating func possible<Part>(
    _ parts: [Part], _ language: (inout SchemaCompiler, Part) throws -> Language
  ) throws -> [Language] {
    var languages: [Language] = []
    var contradiction: Contradiction?
    for part in parts {
      do {
        languages.append(try language(&self, part))
      } catch let error as Contradiction {
        contradiction = contradiction ?? error
      }
    }
    languages.removeAll(where: \.isEmpty)
    if languages.isEmpty, let contradiction { throw contradiction }
    return languages
  }

  private mutating func language(_ schema: Schema, as type: String) throws -> Language {
    switch type {
    case "null": JSONText.literal(.null)
    case "boolean": JSONText.boolean
    case "string": try string(schema)
    case "array": try array(schema)
    case "object": try object(schema)
    default: try number(schema, isInteger: type == "integer")
    }
  }

  /// What a local JSON pointer leads to.
  private mutating func target(of reference: Schema.Keyword) throws -> Schema? {
    guard let text = reference.value.text?.description, text.hasPrefix("#") else {
      throw reference.failure("leads out of the schema, expected a JSON pointer such as #/$defs/x")
    }
    var (json, place) = (root, "#")
    for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = Schema.unescaped(part)
      let found =
        json.array.flatMap { all in
          Int(key.description).flatMap { all.indices.contains($0) ? all[$0] : nil }
        } ?? json.object?[key]
      guard let found else {
        throw reference.failure(
          "\(quoted(text)) leads nowhere: there is no \(quoted(place + "/" + key.description))")
      }
      (json, place) = (found, Schema.place(place, key))
      try requireRoot(json, at: place)
    }
    guard text == "#" || text.hasPrefix("#/") else {
      throw reference.failure("\(quoted(text)) is no JSON pointer, expected one such as #/$defs/x")
    }
    return try schema(json, at: place)
  }

  private mutating func branches(
    _ keyword: Schema.Keyword, beside rest: Schema, of name: String
  ) throws -> [Language] {
    guard let branches = keyword.value.array, !branches.isEmpty else {
      throw keyword.failure("expected an array of schemas")
    }
    var schemas: [Schema] = []
    for (i, branch) in branches.enumerated() {
      guard let schema = try schema(branch, at: Schema.place(keyword.place, "\(i)")) else {
        continue
      }
      schemas.append(schema)
    }
    if name == "oneOf" { try requireDisjoint(schemas, keyword) }
    return try possible(schemas) { try $0.language($1.merged(with: rest)) }
  }

  /// Refuses branches of oneOf that may allow the same value.
  private mutating func requireDisjoint(_ branches: [Schema], _ keyword: Schema.Keyword) throws {
    let values = try branches.map { try $0["$ref"] == nil ? listedValues(of: $0) : nil }
    if values.allSatisfy({ $0 != nil }) {
      let all = values.flatMap { $0! }.map(\.normalized)
      if Set(all).count == all.count { return }
    }
    var found: Set<String> = []
    for branch in branches {
      let types = try possibleTypes(branch, depth: 0)
      guard found.isDisjoint(with: types) else {
        let type = found.intersection(types).min()!
        throw keyword.failure(
          "two branches allow the type \(type), so that one value may match both: where that may be,"
            + " \"anyOf\" says it")
      }
      found.formUnion(types)
    }
  }

  /// The types that a value of the schema may have, or more; "number" for integers too.
  private mutating func possibleTypes(_ schema: Schema, depth: Int) throws -> Set<String> {
    var types = Set(try schema.types().map { $0 == "integer" ? "number" : $0 })
    if schema["$ref"] == nil, let values = try listedValues(of: schema) {
      types.formIntersection(values.map(\.type))
    }
    // Whoever nests deeper is taken to allow all types.
    guard depth < 8 else { return types }
    if let reference = schema["$ref"] {
      let target = try target(of: reference)
      types.formIntersection(try target.map { try possibleTypes($0, depth: depth + 1) } ?? [])
    }
    for keyword in ["anyOf", "oneOf"].compactMap({ schema[$0] }) {
      var union: Set<String> = []
      for branch in keyword.value.array ?? [] {
        guard let branch = try self.schema(branch, at: keyword.place) else { continue }
        union.formUnion(try possibleTypes(branch, depth: depth + 1))
      }
      types.formIntersection(union)
    }
    return types
  }
}

// MARK: - Types

extension SchemaCompiler {
  private mutating func number(_ schema: Schema, isInteger: Bool) throws -> Language {
    let range = try schema.numberRange(isInteger: isInteger)
    guard range.digits <= Self.mostDigits else {
      throw schema.failure("a bound has more than \(Self.mostDigits) digits")
    }
    guard let language = range.language else {
      let problem = "no \(isInteger ? "integer" : "number") is within its bounds"
      throw Contradiction(error: schema.failure(problem))
    }
    var size = 0
    _ = language.isLarger(than: Self.mostUsed, &size)
    try use(10 * size)
    return language
  }

  private mutating func string(_ schema: Schema) throws -> Language {
    let (atLeast, atMost) = try schema.counts("minLength", "maxLength")
    guard let pattern = schema["pattern"] else {
      return JSONText.string(atLeast: atLeast, atMost: atMost)
    }
    guard let text = pattern.value.text?.description else {
      throw pattern.failure("expected a string")
    }
    try use(10 * text.utf8.count)
    let language = try RegexParser.language(
      searching: text, subject: "the schema at \(printable(pattern.place.utf8))")
    if atLeast == 0 && atMost == nil {
      return .sequence([JSONText.quote, JSONText.written(language), JSONText.quote])
    }
    guard let automaton = ScalarAutomaton(language),
      let counted = try counted(automaton, atLeast, atMost)
    else { throw pattern.failure("is too large to go with a length") }
    return .sequence([JSONText.quote, counted])
  }

  /// What the automaton matches of so many scalars, and the mark behind it: a rule for each state and
  /// number of scalars read. nil if they take too many steps.
  private mutating func counted(
    _ automaton: ScalarAutomaton, _ atLeast: Int, _ atMost: Int?
  ) throws -> Language? {
    struct State: Hashable { let node, count: Int }
    let limit = atMost ?? atLeast
    var ruleOfState: [State: Int] = [:]
    var pending: [State] = []
    func rule(_ state: State, _ compiler: inout SchemaCompiler) throws -> Language {
      if let rule = ruleOfState[state] { return .rule(rule) }
      let rule = try compiler.add(.either([]))
      ruleOfState[state] = rule
      pending.append(state)
      return .rule(rule)
    }
    let start = try rule(State(node: automaton.start, count: 0), &self)
    typealias Steps = (steps: [(language: Language, next: Int)], ends: Bool)
    var stepsOfNode: [Int: Steps] = [:]
    func steps(from node: Int, _ compiler: inout SchemaCompiler) throws -> Steps {
      if let known = stepsOfNode[node] { return known }
      let (steps, ends) = automaton.steps(from: node)
      var known: Steps = ([], ends)
      for (scalars, next) in steps {
        known.steps.append((try compiler.shared(JSONText.written(scalars)), next))
      }
      stepsOfNode[node] = known
      return known
    }
    var stepCount = 0
    while let state = pending.popLast() {
      let (steps, ends) = try steps(from: state.node, &self)
      stepCount += steps.count
      if stepCount > Self.mostSteps { return nil }
      var branches: [Language] = ends && state.count >= atLeast ? [JSONText.quote] : []
      if atMost == nil || state.count < limit {
        let count = state.count < limit ? state.count + 1 : limit
        for (language, next) in steps {
          let rest = try rule(State(node: next, count: count), &self)
          branches.append(.sequence([language, rest]))
        }
      }
      rules[ruleOfState[state]!] = .either(branches)
    }
    return start
  }

  /// The first elements, as `prefixItems` lists them, and those behind them.
  private mutating func elements(_ schema: Schema) throws -> ([Language], Language) {
    var prefix: [Language] = []
    if let entries = schema["prefixItems"] {
      guard let schemas = entries.value.array, schemas.count <= Self.mostEntries else {
        throw entries.failure("expected an array of at most \(Self.mostEntries) schemas")
      }
      prefix = try schemas.enumerated().map {
        try shared(language($1, at: Schema.place(entries.place, "\($0)")))
      }
    }
    if let items = schema["items"], items.value.array != nil {
      throw items.failure("a list of schemas is what \"prefixItems\" is for")
    }
    // Nothing stands at or behind an element that may be nothing.
    if let end = prefix.firstIndex(where: \.isEmpty) { return (Array(prefix[..<end]), .either([])) }
    let items = try schema["items"].map { try language($0.value, at: $0.place) }
    return (prefix, try items.map { try shared($0) } ?? anyValue())
  }

  private mutating func array(_ schema: Schema) throws -> Language {
    var (atLeast, atMost) = try schema.counts("minItems", "maxItems")
    var (prefix, element) = try elements(schema)
    if element.isEmpty { atMost = min(atMost ?? prefix.count, prefix.count) }
    guard atLeast <= atMost ?? atLeast else {
      let problem = "asks for \(atLeast) elements, but allows \(atMost!)"
      throw Contradiction(error: schema.failure(problem))
    }
    prefix = Array(prefix.prefix(atMost ?? prefix.count))
    if prefix.isEmpty && atMost != 0 { prefix = [element] }
    var rest = Language.text("]")
    if atMost ?? .max > prefix.count {
      let more = Language.sequence([JSONText.comma, element])
      let range = (max(0, atLeast - prefix.count), atMost.map { $0 - prefix.count })
      rest = .sequence([.repeated(more, atLeast: range.0, atMost: range.1), rest])
    }
    for (i, element) in prefix.enumerated().reversed() {
      rest = .sequence((i > 0 ? [JSONText.comma] : []) + [element, rest])
      if i >= atLeast { rest = .either([.text("]"), rest]) }
    }
    return .sequence([.text("["), rest])
  }
}

// MARK: - Objects

extension SchemaCompiler {
  private mutating func object(_ schema: Schema) throws -> Language {
    let properties = schema["properties"]
    guard properties == nil || properties?.value.object != nil else {
      throw properties!.failure("expected an object of schemas")
    }
    let named = properties?.value.object ?? [:]
    let required = try schema.required()
    let additional = try additional(schema)
    var members: [(text: Language, isRequired: Bool)] = []
    func add(_ key: JSON.Text, _ value: Language, isRequired: Bool) throws {
      try use(10 + key.bytes.count)
      if !value.isEmpty {
        let text = Language.text(JSON.quoted(key.description))
        members.append((.sequence([text, JSONText.colon, value]), isRequired))
      } else if isRequired {
        let problem = "requires \(quoted(key.description)), which may not be there"
        throw Contradiction(error: schema.failure(problem))
      }
    }
    let isRequired = Set(required)
    for (key, json) in named {
      let place = Schema.place(properties!.place, key)
      try add(key, try language(json, at: place), isRequired: isRequired.contains(key))
    }
    for key in required where named[key] == nil { try add(key, additional, isRequired: true) }
    var pair: Language?
    if !additional.isEmpty {
      let key = try key(otherThan: named.keys + required)
      pair = try shared(.sequence([key, JSONText.colon, additional]))
    }
    return try object(members, and: pair)
  }

  /// The values of further properties.
  private mutating func additional(_ schema: Schema) throws -> Language {
    if let additional = schema["additionalProperties"] {
      return try shared(try language(additional.value, at: additional.place))
    }
    return schema["properties"] == nil ? try anyValue() : .either([])
  }

  /// An object of members in this order, and any number of further ones.
  private mutating func object(
    _ members: [(text: Language, isRequired: Bool)], and pair: Language?
  ) throws -> Language {
    let (comma, end) = (JSONText.comma, Language.text("}"))
    func more(_ member: Language) -> Language { .sequence([comma, member]) }
    let further = pair.map { [Language.repeated(more($0), atLeast: 0, atMost: nil)] } ?? []
    guard let first = members.firstIndex(where: \.isRequired) else {
      // After each member the object ends, or goes on with a comma and one of the later members.
      var next = pair.map { Language.sequence([$0] + further + [end]) }
      for member in members.reversed() {
        let rest = next.map { Language.either([end, more($0)]) } ?? end
        let choice = Language.either([.sequence([member.text, rest])] + (next.map { [$0] } ?? []))
        next = .rule(try add(choice))
      }
      return .sequence([.text("{"), .either([end] + (next.map { [$0] } ?? []))])
    }
    var parts = [Language.text("{")]
    for (i, member) in members.enumerated() {
      let part =
        i < first ? .sequence([member.text, comma]) : i > first ? more(member.text) : member.text
      parts.append(member.isRequired ? part : JSONText.optional(part))
    }
    return .sequence(parts + further + [end])
  }

  /// A string that is none of `keys`: a rule for each of their beginnings.
  private mutating func key(otherThan keys: [JSON.Text]) throws -> Language {
    if keys.isEmpty { return JSONText.string() }
    if restOfKeyRule == nil {
      let rule = try add(.either([]))
      let character = JSONText.written([RegexParser.all])
      rules[rule] = .either([JSONText.quote, .sequence([character, .rule(rule)])])
      restOfKeyRule = rule
    }
    var nodes: [(children: [UInt32: Int], isKey: Bool)] = [([:], false)]
    for key in keys {
      var node = 0
      for scalar in key.description.unicodeScalars {
        if nodes[node].children[scalar.value] == nil {
          nodes[node].children[scalar.value] = nodes.count
          nodes.append(([:], false))
        }
        node = nodes[node].children[scalar.value]!
      }
      nodes[node].isKey = true
    }
    let first = rules.count
    for node in nodes {
      let children = node.children.sorted { $0.key < $1.key }
      let others = RegexParser.complement(children.map { $0.key...$0.key })
      var branches = node.isKey ? [] : [JSONText.quote]
      branches.append(.sequence([JSONText.written(others), .rule(restOfKeyRule!)]))
      for (scalar, child) in children {
        branches.append(.sequence([JSONText.written([scalar...scalar]), .rule(first + child)]))
      }
      _ = try add(.either(branches))
    }
    return .sequence([JSONText.quote, .rule(first)])
  }
}

extension Language {
  /// Whether no text is certain to match.
  fileprivate var isEmpty: Bool {
    if case .either(let none) = self { return none.isEmpty }
    return false
  }

  /// Adds to `size` until it is above `limit`.
  fileprivate func isLarger(than limit: Int, _ size: inout Int) -> Bool {
    size += 1
    if size > limit { return true }
    switch self {
    case .scalar, .rule: return false
    case .literal(let bytes):
      size += bytes.count
      return size > limit
    case .choices(let texts):
      size += texts.reduce(0) { $0 + $1.count }
      return size > limit
    case .sequence(let parts), .either(let parts):
      return parts.contains { $0.isLarger(than: limit, &size) }
    case .repeated(let part, let atLeast, let atMost):
      var one = 0
      if part.isLarger(than: limit, &one) { return true }
      size += one * max(1, min(atMost ?? atLeast, limit + 1))
      return size > limit
    }
  }
}
