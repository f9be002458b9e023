import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

runProgram("run", usage: Options.usage) { arguments in
  let options = try Options(arguments)
  Interrupt.catch()
  let llama = try Llama(
    named: options.checkpoint, tokenizer: options.tokenizer, threads: options.threads,
    template: options.template, draft: options.draft)
  try options.generation.checkTokens(vocabSize: llama.config.vocabSize)
  for note in llama.notes { Output.note("run: \(options.checkpoint): \(note)") }
  switch options.mode {
  case .generate where options.batch != nil: try generateBatch(llama, options)
  case .generate: try generate(llama, options)
  case .chat:
    var conversation = Conversation(llama, options)
    try conversation.run()
    finish(conversation.speed)
  case .score: try score(llama, options)
  }
}

/// Shows how much of a long prompt is read, on a terminal; false at Ctrl-C.
func showPromptProgress(_ done: Int, _ total: Int) -> Bool {
  Output.showProgress(
    total > 512 && done < total ? "reading the prompt: \(done) of \(total) tokens" : "")
  return !Interrupt.happened
}

/// Emits a prompt and the text that follows it (run.c: `generate`, which prints the beginning of a
/// prompt that is too long).
func generate(_ llama: Llama, _ options: Options) throws {
  let prompt = try options.promptText() ?? ""
  let (context, steps) = (llama.config.seqLen, options.steps ?? 256)
  var generation = options.generation
  generation.steps = steps
  let text = llama.generate(prompt, options: generation)
  text.onPromptProgress = showPromptProgress
  if text.promptTokens > context {
    throw Refusal(
      "the prompt has \(text.promptTokens) tokens, but the context of this model holds \(context)")
  }
  if steps > 0 && text.promptTokens > steps {
    throw Refusal(
      "the prompt has \(text.promptTokens) tokens, but -n allows \(steps): -n 0 allows the whole"
        + " context of \(context)")
  }
  if let beams = options.beams {
    // A search gives nothing until its end: Ctrl-C ends the program.
    signal(SIGINT, SIG_DFL)
    let found = try llama.beamSearch(
      prompt, beams: beams, lengthPenalty: options.lengthPenalty ?? 1, options: generation)
    try Output.line(found.first?.text ?? "")
    return
  }
  for piece in text {
    try Output.write(piece)
    if Interrupt.happened { break }
  }
  if let error = text.error { throw error }
  if generation.pattern != nil, let reason = text.reason,
    [.steps, .context, .timeLimit].contains(reason)
  {
    Output.note("run: the text was cut before it matched its pattern")
  }
  if text.reason == .timeLimit && text.generatedTokens == 0 {
    Output.note("run: the time limit passed before the prompt was read")
  }
  try Output.write("\n")
  finish(text.speed)
}

/// Writes how well a model predicts a text.
func score(_ llama: Llama, _ options: Options) throws {
  let text = try options.promptText() ?? ""
  guard !text.isEmpty else {
    throw Refusal("-m score", "expected a text: -i TEXT, or -i - for one from standard input")
  }
  let tokens = try llama.score(text) { done, total in
    Output.showProgress("read \(done) of \(total) tokens")
    return !Interrupt.happened
  }
  let nats = -tokens.reduce(0) { $0 + Double($1.logProbability) } / Double(max(1, tokens.count))
  let perplexity = exp(nats)
  try Output.line("tokens: \(tokens.count)")
  try Output.line("nats per token: \(nats.fixed(4))")
  try Output.line("perplexity: \(perplexity < 1e9 ? perplexity.fixed(4) : "\(perplexity)")")
  exit(Interrupt.happened ? 130 : 0)
}

/// The figures, and the exit status.
func finish(_ speed: Speed, status: Int32 = 0) -> Never {
  func report(_ name: String, _ tokens: Int, _ seconds: Double) {
    guard tokens > 0 && seconds > 0 else { return }
    Output.note("\(name) tok/s: \((Double(tokens) / seconds).fixed(1))")
  }
  report("prompt", speed.promptTokens, speed.promptSeconds)
  report("achieved", speed.generatedTokens, speed.generatedSeconds)
  exit(Interrupt.happened ? 130 : status)
}
