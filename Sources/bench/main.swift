#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.wantsUsage {
    try say(Options.usage)
    exit(0)
  }
  TemporaryFile.removeOnSignals()
  var bench = try Bench(options)
  try bench.run()
} catch {
  showProgress("")
  _ = Array("bench: \(error)\n".utf8).withUnsafeBytes { writeAll($0, to: STDERR_FILENO) }
  exit(1)
}
