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

/// Standard input.
enum Input {
  /// All of it, as text, less the line's end that closes it.
  static func all() throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR && !Interrupt.happened { continue }
        throw UsageError("standard input: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
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
