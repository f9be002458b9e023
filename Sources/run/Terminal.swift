import Console
import Synchronization

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
  /// What was read beyond the last line, where `reader` is not used.
  private var rest: [UInt8] = []

  /// Writes `question` and reads the next line, without its end. A terminal that obeys escape sequences
  /// has the keys of `LineReader`; elsewhere a line is what comes, as in run.c.
  mutating func line(_ question: String) throws -> Line {
    if Self.isInteractive && Output.obeysEscapes { return try reader.line(question) }
    try Output.write(question)
    if let line = try Self.line(&rest) { return .text(line) }
    return Interrupt.happened ? .interrupted : .end
  }

  /// All of it, less the line's end that closes it. Ctrl-C before its end ends the program.
  static func all() throws -> String {
    var bytes: [UInt8] = []
    while let more = try chunk() { bytes += more }
    if Interrupt.happened { exit(130) }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The next line, of any length and without its end, or nil at the end of input or at Ctrl-C.
  /// `rest` keeps what was read beyond it.
  private static func line(_ rest: inout [UInt8]) throws -> String? {
    var searched = 0
    while true {
      if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest.removeFirst(end + 1) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      searched = rest.count
      guard let more = try chunk() else { break }
      rest += more
    }
    defer { rest = [] }
    return rest.isEmpty || Interrupt.happened ? nil : String(decoding: rest, as: UTF8.self)
  }

  /// What there is to read, or nil at the end of input or at Ctrl-C.
  private static func chunk() throws -> ArraySlice<UInt8>? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !Interrupt.happened {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count >= 0 { return count > 0 ? buffer[..<count] : nil }
      if errno != EINTR {
        throw Refusal("standard input", systemReason)
      }
    }
    return nil
  }
}

extension Options {
  /// The prompt, of -i - all of standard input; nil without -i.
  func promptText() throws -> String? { prompt == "-" ? try Input.all() : prompt }
}

/// Ctrl-C: noted, so that the text ends after the token at hand; a second one ends the program.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  static var happened: Bool { flag.load(ordering: .relaxed) }

  /// One that arrived as a key.
  static func note() { flag.store(true, ordering: .relaxed) }

  /// Waits for the next one, and forgets those that happened.
  static func `catch`() {
    // This also makes the flag before the handler needs it.
    flag.store(false, ordering: .relaxed)
    catchSignal(SIGINT) { _ in Interrupt.flag.store(true, ordering: .relaxed) }
  }
}
