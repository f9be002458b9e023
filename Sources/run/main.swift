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
    checkpoint: options.checkpoint, tokenizer: options.tokenizer, threads: options.threads,
    template: options.template)
  for note in llama.notes { Output.note("run: \(options.checkpoint): \(note)") }
  switch options.mode {
  case .generate: try generate(llama, options)
  case .chat: try chat(llama, options)
  }
}

/// Shows how much of a long prompt is read; false at Ctrl-C.
func showPromptProgress(_ done: Int, _ total: Int) -> Bool {
  Output.showProgress(done < total ? "reading the prompt: \(done) of \(total) tokens" : "")
  return !Interrupt.happened
}

/// Emits a prompt and the text that follows it (run.c: `generate`, which prints the beginning of a
/// prompt that is too long).
func generate(_ llama: Llama, _ options: Options) throws {
  let prompt = options.prompt == "-" ? try Input.all() : options.prompt ?? ""
  let (context, steps) = (llama.config.seqLen, options.steps ?? 256)
  let text = llama.generate(
    prompt, steps: steps, temperature: options.temperature, topP: options.topP, seed: options.seed)
  if Output.showsProgress { text.onPromptProgress = showPromptProgress }
  if text.promptTokens > context {
    throw Refusal(
      "the prompt has \(text.promptTokens) tokens, but the context of this model holds \(context)")
  }
  if steps > 0 && text.promptTokens > steps {
    throw Refusal(
      "the prompt has \(text.promptTokens) tokens, but -n allows \(steps): -n 0 allows the whole"
        + " context of \(context)")
  }
  for piece in text {
    try Output.write(piece)
    if Interrupt.happened { break }
  }
  if let error = text.error { throw error }
  try Output.write("\n")
  finish(text.speed)
}

/// Replies to the prompts on standard input until they end (run.c: `chat`).
func chat(_ llama: Llama, _ options: Options) throws {
  // A model without a chat template, or without what is asked of it, says so before the questions.
  if let error = llama.chat(thinking: options.thinking).error { throw error }
  var unread: [UInt8] = []
  func ask(_ question: String) throws -> String? {
    try Output.write(question)
    return try Input.line(&unread)
  }
  let system = try options.systemPrompt ?? ask("Enter system prompt (optional): ") ?? ""
  let chat = llama.chat(
    system: system, steps: options.steps ?? (llama.isGGUF ? 0 : 256),
    temperature: options.temperature, topP: options.topP, seed: options.seed,
    thinking: options.thinking)
  if Output.showsProgress { chat.onPromptProgress = showPromptProgress }
  var prompt = options.prompt == "-" ? try Input.all() : options.prompt
  while !chat.isFull && !Interrupt.happened {
    guard let user = try prompt ?? ask("User: ") else {
      try Output.write("\n")
      break
    }
    prompt = nil
    try Output.write("Assistant: ")
    for piece in chat.reply(to: user) {
      try Output.write(piece)
      if Interrupt.happened { break }
    }
    try Output.write("\n")
    if let error = chat.error { throw error }
  }
  if chat.isFull {
    let context = llama.config.seqLen
    Output.note(
      "run: "
        + (chat.steps == context
          ? "the context of \(context) tokens is full: start again for another conversation"
          : "the \(chat.steps) tokens of -n are used up: -n 0 allows the whole context of \(context)")
    )
  }
  finish(chat.speed)
}

/// The figures, and the exit status.
func finish(_ speed: Speed) -> Never {
  func report(_ name: String, _ tokens: Int, _ seconds: Double) {
    guard tokens > 0 && seconds > 0 else { return }
    Output.note("\(name) tok/s: \((Double(tokens) / seconds).fixed(1))")
  }
  report("prompt", speed.promptTokens, speed.promptSeconds)
  report("achieved", speed.generatedTokens, speed.generatedSeconds)
  exit(Interrupt.happened ? 130 : 0)
}
