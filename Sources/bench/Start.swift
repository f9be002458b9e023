#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Seconds from the start of a program to its end, its output thrown away: the median over
/// repeats, or nil if it does not end well.
func processTime(_ command: [String], repeats: Int) -> Double? {
  var times: [Double] = []
  for _ in 0..<repeats {
    var succeeded = false
    times.append(seconds { succeeded = run(command) })
    guard succeeded else { return nil }
  }
  return times.median
}

/// Whether the program could be run and ended with status 0.
private func run(_ command: [String]) -> Bool {
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
  #else
    var actions = posix_spawn_file_actions_t()
  #endif
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for output in [STDOUT_FILENO, STDERR_FILENO] {
    posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
  }
  var arguments = command.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var (process, status) = (pid_t(), Int32())
  guard posix_spawn(&process, command[0], &actions, nil, &arguments, nil) == 0 else { return false }
  return waitpid(process, &status, 0) == process && status == 0
}
