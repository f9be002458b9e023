import Console

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard input, as text. Swift's `readLine` would wait on after Ctrl-C.
struct Input {
  enum Line {
    case text(String)
    case end
    case interrupted
  }

  /// Whether a person types the input and reads the output.
  static let isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1

  private var reader = LineReader()
  private var lines = Lines()

  /// Writes `question` and reads the next line, without its end. A terminal that obeys escape sequences
  /// has the keys of `LineReader`; elsewhere a line is what comes, as in run.c.
  mutating func line(_ question: String) throws -> Line {
    if Self.isInteractive && Output.obeysEscapes { return try reader.line(question) }
    try Output.write(question)
    if let line = try lines.next() { return .text(line) }
    return Interrupt.happened ? .interrupted : .end
  }
}

extension Options {
  /// The prompt, of -i - all of standard input; nil without -i.
  func promptText() throws -> String? { prompt == "-" ? try Lines.standardInput() : prompt }
}
