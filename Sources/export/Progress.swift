#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A line on the terminal, if stderr is one: the tensor, a bar, MB/s.
struct Progress {
  private let total: Int
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = seconds()
  private var lastShown = 0.0
  private var done = 0
  private var tensor = ""

  init(total: Int) { self.total = max(1, total) }

  mutating func begin(_ tensor: String) { self.tensor = tensor }

  mutating func add(_ bytes: Int) {
    done += bytes
    let now = isShown ? seconds() : 0
    guard isShown, now - lastShown >= 0.1 else { return }
    lastShown = now
    let filled = 24 * done / total
    let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 24 - filled)
    let rate = Int(Double(done) / 1e6 / max(now - start, 1e-3))
    show("[\(bar)] \(100 * done / total)%  \(rate) MB/s  \(tensor)")
  }

  func finish() {
    if isShown { show("") }
  }

  private func show(_ line: String) { note("\r\u{1B}[K" + line, end: "") }
}

private func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Writes to stderr.
func note(_ text: String, end: String = "\n") {
  let bytes = Array((text + end).utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}
