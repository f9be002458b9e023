#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The lines of a file, read as they are asked for.
package struct Lines {
  /// Bytes of a line, or of a text as a whole: no context has room for so many.
  private static let longest = 1 << 26
  private let name: String
  private let descriptor: Int32
  /// What was read beyond the last line.
  private var rest: [UInt8] = []
  /// How much of that has no line's end.
  private var searched = 0
  /// Whether all was read: a terminal that is read behind its end waits for more.
  private var hasEnded = false

  /// Those of standard input.
  package init() { (name, descriptor) = ("standard input", STDIN_FILENO) }

  /// Those of the file at `path`, which stays open until the program ends.
  package init(path: String) throws {
    (name, descriptor) = (path, open(path, O_RDONLY))
    if descriptor < 0 { throw Refusal(path, systemReason) }
  }

  /// The next line, without its end, or nil at the end of the file or at Ctrl-C.
  package mutating func next() throws -> String? {
    while true {
      if let end = lineEnd() {
        defer {
          rest.removeFirst(end + 1)
          searched = 0
        }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      if hasEnded { break }
      try readMore()
    }
    defer { (rest, searched) = ([], 0) }
    return rest.isEmpty || Interrupt.happened ? nil : String(decoding: rest, as: UTF8.self)
  }

  /// Whether `next` has something to return without waiting.
  package mutating func isReady() throws -> Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while !hasEnded, lineEnd() == nil {
      guard poll(&state, 1, 0) > 0 else { return false }
      try readMore()
    }
    return true
  }

  /// Where the first line in `rest` ends.
  private mutating func lineEnd() -> Int? {
    let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n"))
    if end == nil { searched = rest.count }
    return end
  }

  /// All of it. Ctrl-C before its end ends the program.
  package mutating func all() throws -> String {
    while !hasEnded { try readMore() }
    if Interrupt.happened { exit(130) }
    return String(decoding: rest, as: UTF8.self)
  }

  private mutating func readMore() throws {
    guard let more = try chunk() else {
      hasEnded = true
      return
    }
    rest += more
    if rest.count > Self.longest {
      throw Refusal(name, "more than \(Self.longest >> 20) MB of text without an end")
    }
  }

  /// All of standard input, less the line's end that closes it.
  package static func standardInput() throws -> String {
    var lines = Lines()
    var text = try lines.all()
    if text.utf8.last == UInt8(ascii: "\n") { text.unicodeScalars.removeLast() }
    return text
  }

  /// What there is to read, or nil at the end of the file or at Ctrl-C.
  private func chunk() throws -> ArraySlice<UInt8>? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !Interrupt.happened {
      let count = read(descriptor, &buffer, buffer.count)
      if count >= 0 { return count > 0 ? buffer[..<count] : nil }
      if errno != EINTR { throw Refusal(name, systemReason) }
    }
    return nil
  }
}
