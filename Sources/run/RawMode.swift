import Console
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The terminal while a line is edited: keys arrive one by one, are not echoed and send no signals, and
/// pasted text is marked as such.
enum RawMode {
  private static let isOn = Atomic<Bool>(false)
  /// The settings to return to. A signal handler reads them, so they are never moved.
  nonisolated(unsafe) private static let saved: UnsafeMutablePointer<termios> = {
    let saved = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    saved.initialize(to: termios())
    return saved
  }()

  /// Called before each read, since a signal's handler is called once, and a shell may have changed the
  /// settings while the program was stopped.
  static func enter() throws {
    let wasOn = isOn.load(ordering: .relaxed)
    guard wasOn || tcgetattr(STDIN_FILENO, saved) == 0 else {
      throw Refusal("standard input", systemReason)
    }
    for number in [SIGTERM, SIGHUP, SIGQUIT] {
      catchSignal(number, unlessIgnored: true) { number in
        RawMode.leave()
        raise(number)
      }
    }
    // These only interrupt the read, so that the line is drawn again.
    for number in [SIGWINCH, SIGCONT] { catchSignal(number) { _ in } }
    var raw = saved.pointee
    raw.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON)
    raw.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
    withUnsafeMutableBytes(of: &raw.c_cc) {
      $0[Int(VMIN)] = 1
      $0[Int(VTIME)] = 0
    }
    isOn.store(true, ordering: .relaxed)
    // Not TCSAFLUSH: what was typed during a reply is kept.
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
    if !wasOn { send("\u{1B}[?2004h") }
  }

  /// Calls only what a signal handler may.
  static func leave() {
    guard isOn.exchange(false, ordering: .relaxed) else { return }
    send("\u{1B}[?2004l")
    tcsetattr(STDIN_FILENO, TCSADRAIN, saved)
  }

  private static func send(_ sequence: StaticString) {
    _ = write(STDOUT_FILENO, sequence.utf8Start, sequence.utf8CodeUnitCount)
  }

  /// The terminal's width.
  static var columns: Int {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      ? Int(size.ws_col) : 80
  }
}
