import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Ctrl-C: noted, so that the program ends after the token or step at hand; a second one ends it at once, and
/// removes the files that are not whole.
package enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  package static var happened: Bool { flag.load(ordering: .relaxed) }

  /// One that arrived as a key.
  package static func note() { flag.store(true, ordering: .relaxed) }

  /// Waits for the next one, and forgets those that happened.
  package static func `catch`() {
    // These also make what the handlers need.
    flag.store(false, ordering: .relaxed)
    TargetFile.catchSignals()
    catchSignal(SIGINT) { number in
      Interrupt.flag.store(true, ordering: .relaxed)
      catchSignal(number, removeUnfinishedFiles)
    }
  }
}
