#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that stands under its name only once it is whole: until `commit` it is written beside it
/// under a temporary name, which an error, an interrupt or a deinit removes.
final class TargetFile {
  let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  /// The bytes that the file will have.
  private let size: Int
  private var slot: Int?
  /// What is not written yet. Linux keeps what comes in whole blocks of 2 MB in pages of that size,
  /// through which the file, once mapped, is read faster.
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 1)
  private var filled = 0

  /// Creates the temporary file. Throws if the disk has no room for `size` bytes.
  init(_ path: String, size: Int) throws {
    self.path = path
    self.size = size
    temporaryPath = "\(path).\(getpid()).tmp"
    try Self.checkSpace(path, size)
    let temporaryPath = temporaryPath
    (descriptor, slot) = try withoutInterrupts {
      let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Refusal(temporaryPath, systemError()) }
      return (descriptor, unfinishedFiles.add(temporaryPath))
    }
  }

  deinit {
    block.deallocate()
    close(descriptor)
    if let slot {
      unlink(temporaryPath)
      unfinishedFiles.remove(slot)
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(block.count - filled)
      UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyBytes(from: piece)
      filled += piece.count
      rest = rest.dropFirst(piece.count)
      if filled == block.count { try flush() }
    }
  }

  private func flush() throws {
    var written = 0
    while written < filled {
      #if canImport(Darwin)
        let count = Darwin.write(descriptor, block.baseAddress! + written, filled - written)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, block.baseAddress! + written, filled - written)
      #else
        let count = Glibc.write(descriptor, block.baseAddress! + written, filled - written)
      #endif
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw Refusal(path, "\(systemError()): the file needs \(size) bytes, nothing was kept")
      }
      written += count
    }
    filled = 0
  }

  /// Puts all files under their names, in order, without an interrupt between them.
  static func commit(_ files: [TargetFile]) throws {
    for file in files { try file.flush() }
    try withoutInterrupts {
      for file in files {
        guard rename(file.temporaryPath, file.path) == 0 else {
          throw Refusal(file.path, systemError())
        }
        unfinishedFiles.remove(file.slot!)
        file.slot = nil
      }
    }
  }

  private static func checkSpace(_ path: String, _ size: Int) throws {
    var status = statvfs()
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard statvfs(folder, &status) == 0 else { throw Refusal(folder, systemError()) }
    let (free, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    guard status.f_blocks == 0 || overflow || free >= size else {
      throw Refusal(path, "the file needs \(size) bytes, but its disk has only \(free) left")
    }
  }
}

// MARK: - Signals

/// The temporary files that exist, for a signal handler: C strings that were allocated before.
private struct UnfinishedFiles {
  static let capacity = 2
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  init() {
    slots = .allocate(capacity: Self.capacity)
    slots.initialize(repeating: nil, count: Self.capacity)
    ignoreOrRemove()
  }

  func add(_ path: String) -> Int {
    let slot = slots[0] == nil ? 0 : 1
    slots[slot] = strdup(path)
    return slot
  }

  func remove(_ slot: Int) {
    free(slots[slot])
    slots[slot] = nil
  }

  /// A signal that would end the process removes the files first. One that was ignored, as SIGHUP
  /// under nohup, stays so. Beyond a limit of the file size, write is to fail rather than kill.
  private func ignoreOrRemove() {
    signal(SIGXFSZ, SIG_IGN)
    // Somebody cut the source off while it was read.
    signal(SIGBUS, removeUnfinishedFiles)
    for number in endingSignals {
      let previous = signal(number, removeUnfinishedFiles)
      if unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        signal(number, SIG_IGN)
      }
    }
  }
}

private let endingSignals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

/// Made before the first file, so that the handler never finds it missing.
nonisolated(unsafe) private let unfinishedFiles = UnfinishedFiles()

/// Calls nothing but unlink, signal and raise, which are safe inside a signal handler.
private func removeUnfinishedFiles(_ number: Int32) {
  for slot in 0..<UnfinishedFiles.capacity {
    if let path = unfinishedFiles.slots[slot] { unlink(path) }
  }
  signal(number, SIG_DFL)
  raise(number)
}

/// Runs `body` with the signals that would end the process held back.
private func withoutInterrupts<T>(_ body: () throws -> T) rethrows -> T {
  var (held, previous) = (sigset_t(), sigset_t())
  _ = unfinishedFiles
  sigemptyset(&held)
  for number in endingSignals { sigaddset(&held, number) }
  sigprocmask(SIG_BLOCK, &held, &previous)
  defer { sigprocmask(SIG_SETMASK, &previous, nil) }
  return try body()
}

// MARK: - Checks

/// The path to write for a target that was asked for: behind a symbolic link, the file it names.
/// Throws if there is a file already and not `force`, or it is one of `sources`.
func checkedTarget(_ path: String, force: Bool, sources: [String]) throws -> String {
  var status = stat()
  guard stat(path, &status) == 0 else { return path }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw Refusal(path, "is a folder or a device, expected the name of a file to write")
  }
  for source in sources {
    var other = stat()
    if stat(source, &other) == 0, other.st_dev == status.st_dev, other.st_ino == status.st_ino {
      throw Refusal(path, "is the source itself: name another file to write")
    }
  }
  guard force else { throw Refusal(path, "exists already: --force replaces it") }
  guard let real = realpath(path, nil) else { throw Refusal(path, systemError()) }
  defer { free(real) }
  return String(cString: real)
}
