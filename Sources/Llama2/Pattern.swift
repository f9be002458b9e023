/// What a generated text, or a reply, must match as a whole. Every token is chosen among those with which it
/// still can, so a small model's answer can be used by a program.
///
///     let answer = try llama.generate(
///       "Is a tomato a fruit? The answer is: ", matching: .choices(["yes", "no", "unsure"]))
///
/// The tokens that are left keep their probabilities to each other: the model's own, restricted. A text that
/// may have so many tokens only (`steps`, `maximumResponseTokens`, the context) takes the shortest way to a
/// whole text in time, if there is one. Where one text alone can go on, it is taken without the model, which
/// reads it with what follows.
///
/// Control characters that a terminal may obey, of Unicode's C0 and C1, are never generated but for white space.
///
/// Texts that use the same pattern, or copies of it, share what is found out about it, so that the second one
/// starts sooner.
public struct Pattern: Sendable, Equatable {
  let automaton: Automaton

  /// - Parameter rules: the texts are those of the first one.
  init(_ rules: [Language]) throws(LlamaError) { automaton = try Automaton(Grammar(rules)) }

  /// Whether one is a copy of the other.
  public static func == (a: Pattern, b: Pattern) -> Bool { a.automaton === b.automaton }

  /// One of these texts, as it is.
  ///
  ///     let label = try Pattern.choices(["bug", "feature", "question"])
  ///
  /// Throws `LlamaError.badPattern` if there are none, or if they have too many characters together.
  public static func choices(_ texts: [String]) throws(LlamaError) -> Pattern {
    try Pattern([.choices(texts.map { Array($0.utf8) })])
  }

  /// A text that a regular expression matches from its beginning to its end.
  ///
  ///     let date = try Pattern.regex(#"\d{4}-\d\d-\d\d"#)
  ///
  /// It may have literals, `.` (any scalar but a line feed), classes such as `[a-z_]` and `[^"]`, `\d` and `\w`
  /// (ASCII), `\s`, groups, `|`, and `*`, `+`, `?`, `{m}`, `{m,}`, `{m,n}`. Unicode scalars are the unit.
  ///
  /// Throws `LlamaError.badPattern`, which names what is not supported and its place.
  public static func regex(_ expression: String) throws -> Pattern {
    try Pattern([RegexParser.language(matching: expression)])
  }

  /// Any JSON value, as `JSONSchema` writes it.
  public static let json = try! schema(.any)

  /// JSON of a known shape, from the text of a JSON Schema or built in Swift.
  ///
  ///     let person = try Pattern.schema(.object(["name": .string, "age": .integer(0...120)]))
  ///     let list = try Pattern.schema(JSONSchema(#"{"type": "array", "items": {"type": "integer"}}"#))
  ///
  /// Throws `LlamaError.badPattern` for a schema that contradicts itself.
  public static func schema(_ schema: JSONSchema) throws -> Pattern {
    try Pattern(schema.rules())
  }
}
