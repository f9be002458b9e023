#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What kept a measurement from being made, as a sentence.
struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// What the system says about the last call that failed.
var systemReason: String { String(cString: strerror(errno)) }

/// Writes all of `bytes`; false if that fails, and errno says why.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var start = 0
  while start < bytes.count {
    let written = write(descriptor, bytes.baseAddress! + start, bytes.count - start)
    if written < 0 && errno != EINTR { return false }
    start += max(0, written)
  }
  return true
}

/// One line on standard output, at once.
func say(_ line: String = "") throws {
  guard Array((line + "\n").utf8).withUnsafeBytes({ writeAll($0, to: STDOUT_FILENO) }) else {
    throw BenchError("standard output: \(systemReason)")
  }
}

/// What is going on, in a line of a terminal's standard error that the next one replaces.
func showProgress(_ text: String) {
  guard isatty(STDERR_FILENO) == 1 else { return }
  _ = Array("\r\u{1B}[K\(text)".utf8).withUnsafeBytes { writeAll($0, to: STDERR_FILENO) }
}

/// Files in the temporary folder, one at a time, none of which outlives its use: not by an error
/// and not by Ctrl-C.
enum TemporaryFile {
  static let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

  /// The file there is, for the signal handler, which may only read a pointer and unlink.
  nonisolated(unsafe) private static var current: UnsafeMutablePointer<CChar>?

  /// Calls `body` with a new file, open for writing, and removes it afterwards. What `body` has
  /// mapped stays in memory for as long as it is mapped.
  static func with<Result>(_ body: (_ path: String, _ descriptor: Int32) throws -> Result) throws
    -> Result
  {
    let path = strdup("\(folder)/llama2-bench-XXXXXX")!
    current = path
    let descriptor = mkstemp(path)
    guard descriptor >= 0 else {
      throw BenchError("\(folder): no temporary file can be made there: \(systemReason)")
    }
    defer {
      close(descriptor)
      unlink(path)
      current = nil
      free(path)
    }
    return try body(String(cString: path), descriptor)
  }

  /// Has Ctrl-C and the like remove the file before they end the program.
  static func removeOnSignals() {
    current = nil
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        if let path = TemporaryFile.current { unlink(path) }
        _exit(128 + number)
      }
    }
  }

  /// Bytes that fit into the folder.
  static var room: Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return 0 }
    return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }
}
