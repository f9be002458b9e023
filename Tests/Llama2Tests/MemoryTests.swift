import Foundation
import Testing

@testable import Llama2

@Suite struct MemoryTests {
  #if os(Linux)
    /// Of a file that is longer than what the system reads ahead by itself.
    @Test func aFileIsReadAheadToItsEnd() throws {
      let folder = try TemporaryFolder()
      let path = folder.url.appendingPathComponent("model.bin").path
      try Data(count: 64 << 20 | 100).write(to: URL(fileURLWithPath: path))
      let descriptor = open(path, O_RDONLY)
      defer { close(descriptor) }
      fsync(descriptor)
      posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
      let file = try MappedFile(path: path)
      // Some file systems keep what they are told to forget.
      guard missingPages(of: file) == pages(of: file).count else { return }
      file.readAhead()
      let end = Date() + 30
      while missingPages(of: file) > 0 && Date() < end { usleep(1000) }
      #expect(missingPages(of: file) == 0)
    }

    private func missingPages(of file: MappedFile) -> Int { pages(of: file).count { !$0 } }

    /// Whether each page is in memory.
    private func pages(of file: MappedFile) -> [Bool] {
      let size = Int(sysconf(Int32(_SC_PAGESIZE)))
      var pages = [UInt8](repeating: 0, count: (file.bytes.count + size - 1) / size)
      let start = UnsafeMutableRawPointer(mutating: file.bytes.baseAddress)
      mincore(start, file.bytes.count, &pages)
      return pages.map { $0 & 1 == 1 }
    }
  #endif
}
