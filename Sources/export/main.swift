import Console

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

runProgram("export", usage: Options.usage) { arguments in
  let options = try Options(arguments)
  if options.isInspection {
    if try !inspect(options.source) { exit(1) }
  } else if try isVocabulary(options.source) {
    try exportVocabulary(options)
  } else {
    try exportModel(options)
  }
}
