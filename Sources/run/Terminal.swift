import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output and standard error, written at once: each piece of text as it is told.
enum Output {
  /// Ends the program silently if nobody reads on, as when `head` has seen enough.
  static func write(_ text: String) throws {
    guard !emit(text, STDOUT_FILENO) else { return }
    if errno == EPIPE { exit(0) }
    throw UsageError("standard output: \(String(cString: strerror(errno)))")
  }

  /// One line on standard error.
  static func complain(_ sentence: String, prefix: String = "run: ") {
    _ = emit("\(prefix)\(sentence)\n", STDERR_FILENO)
  }

  /// Shows how far a long prompt is read, in a line that is wiped at its end; false at Ctrl-C.
  static func showProgress(_ done: Int, _ total: Int) -> Bool {
    let text = done < total ? "reading the prompt: \(done) of \(total) tokens" : ""
    _ = emit("\r\u{1B}[K" + text, STDERR_FILENO)
    return !Interrupt.happened
  }

  /// Whether all of `text` could be written; if not, errno says why.
  private static func emit(_ text: String, _ descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        let written = systemWrite(descriptor, bytes.baseAddress! + start, bytes.count - start)
        if written < 0 && errno != EINTR { return false }
        start += max(0, written)
      }
      return true
    }
  }
}

/// Standard input, as text. Swift's `readLine` would wait on after Ctrl-C.
enum Input {
  /// All of it, less the line's end that closes it.
  static func all() throws -> String {
    var bytes: [UInt8] = []
    while let more = try chunk() { bytes += more }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The next line, of any length and without its end, or nil at the end of input or at Ctrl-C.
  /// `rest` keeps what was read beyond it.
  static func line(_ rest: inout [UInt8]) throws -> String? {
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
        throw UsageError("standard input: \(String(cString: strerror(errno)))")
      }
    }
    return nil
  }
}

/// Ctrl-C: noted, so that the text ends after the token at hand; a second one ends the program.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  static var happened: Bool { flag.load(ordering: .relaxed) }

  static func `catch`() {
    _ = happened  // so that the flag exists before the handler needs it
    var action = sigaction()
    let handler: @convention(c) (Int32) -> Void = { _ in
      Interrupt.flag.store(true, ordering: .relaxed)
    }
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    // Without SA_RESTART, waiting for a line ends too.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    sigaction(SIGINT, &action, nil)
  }
}

/// The system's `write`, out of the shadow of `Output.write`.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
