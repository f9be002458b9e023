import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its path only once it is whole: until `commit` it is written under a
/// temporary name in the same folder, and removed with the object, at the program's exit, or by a
/// signal that ends it.
package final class TargetFile {
  package let path: String
  /// Where the bytes are until `commit`.
  package let temporaryPath: String
  private let descriptor: Int32
  /// The bytes that the file will have.
  private let size: Int
  /// In `unfinishedFiles`; nil: committed.
  private var slot: Int?
  /// What is not written yet. Linux keeps what is written in whole blocks of 2 MB in pages of that
  /// size, through which a mapped file is read faster.
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 << 20, alignment: 1)
  private var filled = 0

  /// Creates the temporary file. Throws if the disk has no room for `size` bytes.
  package init(_ path: String, size: Int) throws {
    self.path = path
    self.size = size
    temporaryPath = "\(path).\(getpid()).tmp"
    let free = try freeSpace(beside: path)
    guard free >= size else {
      throw Refusal(path, "the file needs \(size) bytes, but its disk has only \(free) left")
    }
    let temporaryPath = temporaryPath
    (descriptor, slot) = try withoutInterrupts {
      // One that is there was left by a killed process whose id the system has given to this one.
      unlink(temporaryPath)
      let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Refusal(temporaryPath, systemReason) }
      return (descriptor, unfinishedFiles.add(temporaryPath))
    }
  }

  /// Sets the handlers of the signals that end a program, once: a handler of its own is set after this.
  package static func catchSignals() { _ = unfinishedFiles }

  deinit {
    block.deallocate()
    close(descriptor)
    if let slot {
      unlink(temporaryPath)
      unfinishedFiles.remove(slot)
    }
  }

  /// Appends `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(block.count - filled)
      UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyBytes(from: piece)
      filled += piece.count
      rest = rest.dropFirst(piece.count)
      if filled == block.count { try flush() }
    }
  }

  /// Writes what `write` has collected, so that others can read it at `temporaryPath`.
  ///
  /// - Parameter toDisk: wait until the system has written it to the disk.
  package func flush(toDisk: Bool = false) throws {
    guard writeAll(UnsafeRawBufferPointer(rebasing: block[..<filled]), to: descriptor) else {
      throw Refusal(path, "\(systemReason): the file needs \(size) bytes, and was not written")
    }
    filled = 0
    if toDisk && fsync(descriptor) != 0 && errno != EINVAL {
      throw Refusal(path, "\(systemReason): it was not written")
    }
  }

  /// Puts all files under their paths, in order, without an interrupt between them.
  package static func commit(_ files: [TargetFile]) throws {
    for file in files { try file.flush() }
    try withoutInterrupts {
      for file in files {
        guard rename(file.temporaryPath, file.path) == 0 else {
          throw Refusal(file.path, systemReason)
        }
        unfinishedFiles.remove(file.slot!)
        file.slot = nil
      }
    }
  }
}

/// Bytes that fit on the disk that `path` is on, Int.max where the system does not say.
package func freeSpace(beside path: String) throws -> Int {
  let folder = folder(of: path).isEmpty ? "." : folder(of: path)
  var status = statvfs()
  guard statvfs(folder, &status) == 0 else { throw Refusal(folder, systemReason) }
  let (free, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
    by: Int(clamping: status.f_frsize))
  return status.f_blocks == 0 || overflow ? Int.max : free
}

/// The path to write for a target that was asked for: behind a symbolic link, the file it names.
/// Throws if there is a file already and not `force`, or it is one of `sources`.
///
/// - Parameters:
///   - kind: what a file is, and how it begins, that may be replaced; nil: any file.
///   - advice: what to do about a file that is there.
package func checkedTarget(
  _ path: String, force: Bool, sources: [String] = [],
  kind: (name: String, beginning: String)? = nil,
  advice: String = "--force replaces it"
) throws -> String {
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
  guard force else { throw Refusal(path, "exists already: \(advice)") }
  if let kind, status.st_size > 0 {
    guard try MappedFile(path: path).starts(with: kind.beginning.utf8) else {
      throw Refusal(path, "exists already and is not \(kind.name): name another file to write")
    }
  }
  guard let real = realpath(path, nil) else { throw Refusal(path, systemReason) }
  defer { free(real) }
  return String(cString: real)
}

// MARK: - Signals

/// The temporary files that exist, for a signal handler: C strings that were allocated before.
private struct UnfinishedFiles {
  static let capacity = 4
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  init() {
    slots = .allocate(capacity: Self.capacity)
    slots.initialize(repeating: nil, count: Self.capacity)
    atexit { unfinishedFiles.unlinkAll() }
    // Beyond a limit of the file size, `write` is to fail rather than end the program.
    signal(SIGXFSZ, SIG_IGN)
    for number in endingSignals + [SIGBUS] {
      catchSignal(number, unlessIgnored: true, removeUnfinishedFiles)
    }
  }

  func add(_ path: String) -> Int {
    let slot = (0..<Self.capacity).first { slots[$0] == nil }!
    slots[slot] = strdup(path)
    return slot
  }

  /// The string is not freed: a handler on another thread may be reading it.
  func remove(_ slot: Int) { slots[slot] = nil }

  func unlinkAll() {
    for slot in 0..<Self.capacity {
      if let path = slots[slot] { unlink(path) }
    }
  }
}

private let endingSignals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE]

/// Made before the first file, so that the handler never finds it missing.
nonisolated(unsafe) private let unfinishedFiles = UnfinishedFiles()

/// Calls only unlink, raise, and what `endWhereAFileWasCutShort` does. The signal that it raises waits
/// until the handler returns, and then ends the program.
func removeUnfinishedFiles(_ number: Int32) {
  unfinishedFiles.unlinkAll()
  if number == SIGBUS { endWhereAFileWasCutShort() }
  raise(number)
}

/// Runs `body` with the signals that would end the process held back.
private func withoutInterrupts<T>(_ body: () throws -> T) rethrows -> T {
  var (held, previous) = (sigset_t(), sigset_t())
  _ = unfinishedFiles
  sigemptyset(&held)
  for number in endingSignals { sigaddset(&held, number) }
  pthread_sigmask(SIG_BLOCK, &held, &previous)
  defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
  return try body()
}
