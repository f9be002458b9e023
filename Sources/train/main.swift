import Console

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

runProgram("train", usage: Options.usage) { arguments in
  let options = try Options(arguments)
  let training = try openTraining(options)
  Interrupt.catch()
  try training.run()
  if Interrupt.happened && !training.isFinished {
    Output.note("train: stopped; the same command with --resume goes on")
    exit(130)
  }
}
