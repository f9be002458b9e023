import Foundation
import Testing

/// A program on a terminal, as a person has it: keys to type, and what the screen shows.
final class PseudoTerminal {
  private let master: Int32
  /// Open here too, so that the settings can be read when the program has ended.
  private let terminal: Int32
  let process: pid_t
  private let columns: Int
  private var hasEnded = false
  /// All that the program has written.
  private(set) var received: [UInt8] = []

  init(_ program: Program, _ arguments: [String], columns: Int = 80, kind: String = "xterm") throws
  {
    self.columns = columns
    var (master, terminal): (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&master, &terminal, nil, nil, &size) == 0)
    for descriptor in [master, terminal] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    (self.master, self.terminal) = (master, terminal)
    // Not ttyname, whose buffer all threads share.
    var name = [CChar](repeating: 0, count: 1024)
    try #require(ttyname_r(terminal, &name, name.count) == 0)
    let path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    process = try Self.spawn([program.path] + arguments, environment: ["TERM=\(kind)"], on: path)
  }

  deinit {
    if !hasEnded {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(master)
    close(terminal)
  }

  /// Starts a program in a session of its own, whose terminal is the one it opens first.
  private static func spawn(_ arguments: [String], environment: [String], on path: String) throws
    -> pid_t
  {
    #if canImport(Darwin)
      var (actions, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
    #else
      var (actions, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    posix_spawnattr_init(&attributes)
    // Tests run on threads that block signals, and a program inherits what is blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    #if canImport(Darwin)
      let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID
    #else
      // glibc shows POSIX_SPAWN_SETSID, 0x80, to GNU programs only.
      let flags = POSIX_SPAWN_SETSIGMASK | 0x80
    #endif
    posix_spawnattr_setflags(&attributes, Int16(flags))
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var process = pid_t()
    let strings = arguments.map { strdup($0) } + [nil]
    let variables = environment.map { strdup($0) } + [nil]
    defer { for string in strings + variables { free(string) } }
    let status = posix_spawn(&process, arguments[0], &actions, &attributes, strings, variables)
    try #require(status == 0)
    return process
  }

  func type(_ text: String) { type(Array(text.utf8)) }

  func type(_ bytes: [UInt8]) {
    #expect(write(master, bytes, bytes.count) == bytes.count)
  }

  var screen: Screen { Screen(received, columns: columns) }

  /// Waits until the screen is as `condition` says; records an issue if it never is.
  func wait(
    _ what: String, location: SourceLocation = #_sourceLocation, _ condition: (Screen) -> Bool
  ) {
    while !condition(screen) {
      guard readMore() else {
        Issue.record("no \(what) in \(screen.rows)", sourceLocation: location)
        return
      }
    }
  }

  /// Waits until the last row is `row`.
  func wait(row: String, location: SourceLocation = #_sourceLocation) {
    wait("row \(row.debugDescription)", location: location) { $0.lastRow == row }
  }

  /// Types a line at the prompt and waits for the next prompt.
  func say(_ line: String, location: SourceLocation = #_sourceLocation) {
    let prompts = screen.rows.count { $0.hasPrefix("User:") }
    type(line + "\r")
    wait("another prompt", location: location) {
      $0.lastRow == "User:" && $0.rows.count { $0.hasPrefix("User:") } > prompts
    }
  }

  /// Whether there came something within a minute.
  private func readMore() -> Bool {
    var (event, buffer) = (pollfd(), [UInt8](repeating: 0, count: 65536))
    (event.fd, event.events) = (master, Int16(POLLIN))
    guard poll(&event, 1, 60_000) > 0 else { return false }
    let count = read(master, &buffer, buffer.count)
    received += buffer.prefix(max(0, count))
    return count > 0
  }

  /// The flags of the terminal's settings.
  var settings: [UInt] {
    var settings = termios()
    tcgetattr(terminal, &settings)
    return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag].map { UInt($0) }
  }

  /// Waits for the end; the exit status, or minus the number of the signal that ended the program.
  func ending() -> Int32 {
    var status: Int32 = 0
    let watchdog = DispatchWorkItem { [process] in kill(process, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watchdog)
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    watchdog.cancel()
    hasEnded = true
    var event = pollfd()
    (event.fd, event.events) = (master, Int16(POLLIN))
    while poll(&event, 1, 0) > 0 && readMore() {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }
}

/// What a terminal shows of bytes, as far as the programs here use one (ECMA-48). It has no last row.
struct Screen {
  private var cells: [[String]] = [[]]
  private(set) var row = 0
  private(set) var column = 0

  init(_ bytes: [UInt8], columns: Int) {
    var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": lineFeed()
      case "\u{8}": column = max(0, column - 1)
      case "\u{1B}":
        guard scalars.first == "[" else { continue }
        let sequence = scalars.dropFirst().prefix { !("@"..."~").contains($0) }
        scalars = scalars.dropFirst(sequence.count + 1)
        if let final = scalars.popFirst() { obey(final, Int(String(sequence)) ?? 0) }
      default: put(scalar, columns)
      }
    }
  }

  private mutating func lineFeed() {
    row += 1
    if row == cells.count { cells.append([]) }
  }

  private mutating func obey(_ final: UnicodeScalar, _ number: Int) {
    switch final {
    case "K": cells[row] = Array(cells[row].prefix(column))
    case "G": column = max(1, number) - 1
    case "J": cells = [[]]
    case "H": (row, column) = (0, 0)
    default: break
    }
  }

  private mutating func put(_ scalar: UnicodeScalar, _ columns: Int) {
    if (0x300...0x36F).contains(scalar.value) || scalar.value == 0x200D {
      if column > 0 { cells[row][column - 1].unicodeScalars.append(scalar) }
      return
    }
    let isWide = (0x3000...0x9FFF).contains(scalar.value) || scalar.value >= 0x1F000
    if column + (isWide ? 2 : 1) > columns {
      lineFeed()
      column = 0
    }
    while cells[row].count < column + (isWide ? 2 : 1) { cells[row].append(" ") }
    cells[row][column] = String(scalar)
    if isWide { cells[row][column + 1] = "" }
    column += isWide ? 2 : 1
  }

  /// The rows without the spaces at their ends.
  var rows: [String] {
    cells.map { cells in
      String(cells.joined().reversed().drop { $0 == " " }.reversed())
    }
  }

  var lastRow: String { rows.last ?? "" }
}
