import Console

runProgram("export", usage: Options.usage) { arguments in
  let options = try Options(arguments)
  if options.isInspection {
    try inspect(options.source)
  } else if try isVocabulary(options.source) {
    try exportVocabulary(options)
  } else {
    try exportModel(options)
  }
}
