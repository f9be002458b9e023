import Console

runProgram("bench", usage: Options.usage) { arguments in
  var bench = try Bench(Options(arguments))
  try bench.run()
}
