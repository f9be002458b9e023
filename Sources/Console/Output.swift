#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output and standard error, without a buffer: text appears when it is written.
package enum Output {
  /// Writes to standard output. Ends the program with status 0 if its reader has closed the pipe, as
  /// `head` does.
  package static func write(_ text: String) throws {
    showProgress("")
    guard !emit(text, STDOUT_FILENO) else { return }
    if errno == EPIPE { exit(0) }
    throw Refusal("standard output", systemReason)
  }

  /// Writes a line to standard output.
  package static func line(_ text: String) throws { try write(text + "\n") }

  /// Writes a line to standard error.
  ///
  /// - Parameter dim: in fainter letters, on a terminal that has them.
  package static func note(_ line: String, dim: Bool = false) {
    showProgress("")
    _ = emit((dim && showsProgress ? "\u{1B}[2m\(line)\u{1B}[0m" : line) + "\n", STDERR_FILENO)
  }

  /// Whether the terminal, if there is one, obeys escape sequences.
  package static let obeysEscapes = {
    guard let name = getenv("TERM") else { return false }
    return !["", "dumb"].contains(String(cString: name))
  }()

  /// Whether there is a terminal to show progress on.
  package static let showsProgress = obeysEscapes && isatty(STDERR_FILENO) == 1

  /// Only the main thread shows progress.
  nonisolated(unsafe) private static var isProgressShown = false

  /// Shows `text` in a line of the terminal that the next call replaces, and whatever else is
  /// written; "" wipes it.
  package static func showProgress(_ text: String) {
    guard showsProgress, isProgressShown || !text.isEmpty else { return }
    isProgressShown = !text.isEmpty
    _ = emit("\r\u{1B}[K" + text, STDERR_FILENO)
  }

  private static func emit(_ text: String, _ descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
  }
}

/// Whether all of `bytes` could be written; if not, errno says why.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var start = 0
  while start < bytes.count {
    let written = write(descriptor, bytes.baseAddress! + start, bytes.count - start)
    if written < 0 && errno != EINTR { return false }
    start += max(0, written)
  }
  return true
}
