import Llama2

/// A command line, read from left to right: options, each with its value behind it, and names. The
/// value of an option that begins with two dashes may also stand behind a "=".
///
///     while let argument = try arguments.next() {
///       switch argument {
///       case "-j": threads = try arguments.integer(in: 1...1024)
///       case "-i": prompt = try arguments.text()
///       default: throw arguments.unexpected
///       }
///     }
package struct Arguments {
  private let program: String
  private var rest: ArraySlice<String>
  /// What `next` returned last.
  private var current = ""
  /// What stands behind the "=" of the current option.
  private var attached: String?

  /// - Parameter program: the name of the program, whose -h the messages refer to.
  package init(_ arguments: ArraySlice<String>, of program: String) {
    rest = arguments
    self.program = program
  }

  /// The next option or name, or nil at the end.
  ///
  /// - Throws: `Refusal` if the option before it has a value behind a "=" that it does not take.
  package mutating func next() throws -> String? {
    if let attached { throw Refusal(current, "found the value \(quoted(attached)), expected none") }
    guard let argument = rest.popFirst() else { return nil }
    current = argument
    if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
      current = String(argument[..<equals])
      attached = String(argument[argument.index(after: equals)...])
    }
    return current
  }

  /// The value of the current option: its text as `read` converts it.
  ///
  /// - Throws: `Refusal` with what was found and what was `expected`.
  package mutating func value<Value>(_ expected: String, _ read: (String) -> Value?) throws -> Value
  {
    let text = attached ?? rest.popFirst()
    attached = nil
    guard let value = text.flatMap(read) else {
      throw Refusal(current, "found \(text.map(quoted) ?? "nothing"), expected \(expected)")
    }
    return value
  }

  /// The value of the current option, any text.
  package mutating func text() throws -> String { try value("a value behind it") { $0 } }

  /// The value of the current option, a name of a file. One that looks like an option is refused: the
  /// name is missing.
  package mutating func fileName() throws -> String {
    try value("the name of a file") { $0.isEmpty || $0.hasPrefix("--") ? nil : $0 }
  }

  /// The value of the current option, any number.
  package mutating func finiteNumber() throws -> Float {
    try value("a number") { Float($0).flatMap { $0.isFinite ? $0 : nil } }
  }

  /// The value of the current option, a number in `range`.
  package mutating func number<Number: LosslessStringConvertible & Comparable>(
    _ expected: String, in range: some RangeExpression<Number>
  ) throws -> Number {
    try value(expected) { text in
      Number(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// The value of the current option, an integer in `range`.
  package mutating func integer(in range: ClosedRange<Int>) throws -> Int {
    try number("an integer from \(range.lowerBound) to \(range.upperBound)", in: range)
  }

  /// What is wrong with the current argument if it is neither a known option nor a name that has a
  /// place.
  package var unexpected: Refusal {
    let problem = current.hasPrefix("-") ? "no such option" : "one name too many"
    return Refusal(current, "\(problem): \(program) -h lists what is expected")
  }
}
