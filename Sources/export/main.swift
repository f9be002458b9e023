import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

do {
  let options = try Options(CommandLine.arguments.dropFirst())
  if options.isHelp {
    print(Options.usage)
  } else if options.isInspection {
    try inspect(options.source)
  } else if try isVocabulary(options.source) {
    try exportVocabulary(options)
  } else {
    try exportModel(options)
  }
} catch {
  note("export: \(error)")
  exit(1)
}
