import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The lines of a file, read as they are asked for.
package struct Lines {
  private let name: String
  private let descriptor: Int32
  /// What was read beyond the last line.
  private var rest: [UInt8] = []
  /// Whether all was read: a terminal that is read behind its end waits for more.
  private var hasEnded = false

  /// Those of standard input.
  package init() { (name, descriptor) = ("standard input", STDIN_FILENO) }

  /// Those of the file at `path`, which stays open until the program ends.
  package init(path: String) throws {
    (name, descriptor) = (path, open(path, O_RDONLY))
    if descriptor < 0 { throw Refusal(path, systemReason) }
  }

  /// The next line, of any length and without its end, or nil at the end of the file or at Ctrl-C.
  package mutating func next() throws -> String? {
    var searched = 0
    while true {
      if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest.removeFirst(end + 1) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      searched = rest.count
      if hasEnded { break }
      try readMore()
    }
    defer { rest = [] }
    return rest.isEmpty || Interrupt.happened ? nil : String(decoding: rest, as: UTF8.self)
  }

  /// Whether `next` has something to return without waiting.
  package mutating func isReady() throws -> Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while !hasEnded, !rest.contains(UInt8(ascii: "\n")) {
      guard poll(&state, 1, 0) > 0 else { return false }
      try readMore()
    }
    return true
  }

  private mutating func readMore() throws {
    if let more = try chunk() { rest += more } else { hasEnded = true }
  }

  /// All of it. Ctrl-C before its end ends the program.
  package func all() throws -> String {
    var bytes: [UInt8] = []
    while let more = try chunk() { bytes += more }
    if Interrupt.happened { exit(130) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// All of standard input, less the line's end that closes it.
  package static func standardInput() throws -> String {
    var text = try Lines().all()
    if text.utf8.last == UInt8(ascii: "\n") { text.unicodeScalars.removeLast() }
    return text
  }

  /// What there is to read, or nil at the end of the file or at Ctrl-C.
  func chunk() throws -> ArraySlice<UInt8>? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !Interrupt.happened {
      let count = read(descriptor, &buffer, buffer.count)
      if count >= 0 { return count > 0 ? buffer[..<count] : nil }
      if errno != EINTR { throw Refusal(name, systemReason) }
    }
    return nil
  }
}

/// Ctrl-C: noted, so that the text ends after the token at hand; a second one ends the program.
package enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  package static var happened: Bool { flag.load(ordering: .relaxed) }

  /// One that arrived as a key.
  package static func note() { flag.store(true, ordering: .relaxed) }

  /// Waits for the next one, and forgets those that happened.
  package static func `catch`() {
    // This also makes the flag before the handler needs it.
    flag.store(false, ordering: .relaxed)
    catchSignal(SIGINT) { _ in Interrupt.flag.store(true, ordering: .relaxed) }
  }
}
