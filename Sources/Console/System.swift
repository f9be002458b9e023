#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Has `handler` called at the next signal of this number, after which the signal has its default
/// effect again. A system call that waits is interrupted, not restarted.
///
/// - Parameter unlessIgnored: leave a signal alone that the process was started to ignore, as SIGHUP
///   under nohup.
package func catchSignal(
  _ number: Int32, unlessIgnored: Bool = false, _ handler: @escaping SignalHandler
) {
  var action = sigaction()
  sigaction(number, nil, &action)
  let isIgnored =
    unsafeBitCast(action.handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  if isIgnored && unlessIgnored { return }
  action.handler = handler
  action.sa_flags = Int32(truncatingIfNeeded: SA_RESETHAND)
  sigaction(number, &action, nil)
}

/// May call only what is safe at any point of the program (POSIX: async-signal-safe).
package typealias SignalHandler = @convention(c) (Int32) -> Void

extension sigaction {
  /// The function that is called, in a field that each C library names differently.
  fileprivate var handler: SignalHandler? {
    get {
      #if canImport(Glibc)
        __sigaction_handler.sa_handler
      #elseif canImport(Musl)
        __sa_handler.sa_handler
      #else
        __sigaction_u.__sa_handler
      #endif
    }
    set {
      #if canImport(Glibc)
        __sigaction_handler.sa_handler = newValue
      #elseif canImport(Musl)
        __sa_handler.sa_handler = newValue
      #else
        __sigaction_u.__sa_handler = newValue
      #endif
    }
  }
}
