#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Text of an untrusted file as a terminal can show it: shortened, and without characters that
/// control the terminal or the direction of the text.
///
/// - Parameter limit: characters of what is shown.
package func printable(_ text: some Collection<UInt8>, limit: Int = 80) -> String {
  let scalars = String(decoding: text.prefix(4 * limit), as: UTF8.self).unicodeScalars
  var shown = ""
  for scalar in scalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: shown += "?"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return scalars.count > limit || text.count > 4 * limit ? shown + "…" : shown
}

/// The same in quotation marks.
package func quoted(_ text: String) -> String { "\"" + printable(text.utf8) + "\"" }

/// The name of a tensor or a setting: as it is if it is plain ASCII, as all that are known are.
package func quotedIfNeeded(_ name: String) -> String {
  name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? name : quoted(name)
}

/// The folder in a file's path, with the slash behind it; "" if there is none.
package func folder(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
}

/// Bytes of memory that this process may use: the machine's, or fewer if its cgroup has a limit, as
/// containers do.
///
/// - Parameter root: what stands in front of /proc and /sys: a folder of made-up files in tests.
package func usableMemory(root: String = "") -> Int {
  let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  let limit = Linux.cgroupLimit(
    "memory", v2: ["memory.max"], v1: ["memory.limit_in_bytes"], root: root
  ) { $0.first { $0 > 0 } }
  return min(memory, limit ?? memory)
}

/// A file mapped into memory, read-only, for as long as the object lives.
package final class MappedFile: @unchecked Sendable {
  package let path: String
  package let bytes: UnsafeRawBufferPointer

  /// Throws `LlamaError.cannotRead` for what is missing, empty or not a regular file.
  package init(path: String) throws {
    func failure(_ reason: String) -> LlamaError { .cannotRead(path: path, reason: reason) }
    // Without O_NONBLOCK the open of a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw failure("expected a file, found a folder")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw failure("expected a regular file, found a device")
    }
    guard status.st_size > 0 else { throw failure("the file is empty") }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw failure("cannot be mapped: " + String(cString: strerror(errno))) }
    #if !canImport(Darwin)
      // What is not in memory yet is read, and mapped, in pages of 2 MB where the kernel can:
      // streaming through small ones is slower by a tenth.
      madvise(base, size, MADV_HUGEPAGE)
    #endif
    self.path = path
    bytes = UnsafeRawBufferPointer(start: base, count: size)
  }

  /// Has the whole file read into memory meanwhile, at the disk's speed, which goes on while others
  /// compute. Not where it would displace all else, or itself.
  ///
  /// On a thread, which waits for the disk. `MADV_WILLNEED` would read the beginning of a long range
  /// only, and into small pages, which are streamed through slower from then on.
  func readAhead() {
    #if !canImport(Darwin)
      guard bytes.count < usableMemory() / 2 else { return }
      let thread = startThread { [self] in
        let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
        // Linux 5.14: MADV_POPULATE_READ, which not every libc names.
        let populateRead: Int32 = 22
        for i in stride(from: 0, to: bytes.count, by: 1 << 20) {
          let count = min(1 << 20, bytes.count - i)
          if madvise(start + i, count, populateRead) != 0 {
            madvise(start + i, count, MADV_WILLNEED)
          }
        }
      }
      if let thread { pthread_detach(thread) }
    #endif
  }

  /// Whether these are its first bytes.
  package func starts(with prefix: some Sequence<UInt8>) -> Bool {
    withExtendedLifetime(self) { bytes.starts(with: prefix) }
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }
}

/// Zeroed memory that costs nothing until it is written: a context of thousands of positions is
/// only paid for as far as a text reaches.
package final class LazyMemory {
  package let start: UnsafeMutableRawPointer
  private let size: Int

  /// As many bytes as the product of `sizes`.
  package init(bytes sizes: [Int], purpose: String) throws(LlamaError) {
    // Products of at most four sizes below 2³¹, which 128 bits hold.
    let bytes = sizes.reduce(Int128(1)) { $0 * Int128($1) }
    size = Int(clamping: bytes)
    #if canImport(Darwin)
      let flags = MAP_PRIVATE | MAP_ANON
    #else
      let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    #endif
    guard bytes < Int128(Int.max),
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED
    else { throw LlamaError.outOfMemory(bytes: size, purpose: purpose) }
    #if !canImport(Darwin)
      // A huge page would be paid for whole as soon as one position in it is written.
      madvise(memory, size, MADV_NOHUGEPAGE)
    #endif
    start = memory
  }

  /// Has what is written from `offset` on stand in huge pages.
  package func useHugePages(from offset: Int) {
    #if !canImport(Darwin)
      let hugePage = 1 << 21
      let offset = (offset + hugePage - 1) / hugePage * hugePage
      if offset < size { madvise(start + offset, size - offset, MADV_HUGEPAGE) }
    #endif
  }

  deinit { munmap(start, size) }
}
