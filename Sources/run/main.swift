import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  guard let checkpoint = options.checkpoint else {
    try Output.write(Options.usage)
    exit(0)
  }
  Interrupt.catch()
  let llama = try Llama(
    checkpoint: checkpoint, tokenizer: options.tokenizerPath, threads: options.threads)
  if isatty(STDERR_FILENO) == 1 { llama.onPromptProgress = Output.showProgress }
  switch options.mode {
  case .generate: try generate(llama, options)
  case .chat: try chat(llama, options)
  }
} catch {
  Output.complain("\(error)")
  exit(1)
}

/// Tells a text to its end (run.c: `generate`).
func generate(_ llama: Llama, _ options: Options) throws {
  let prompt = options.prompt == "-" ? try Input.all() : options.prompt ?? ""
  let text = llama.generate(
    prompt, steps: options.steps, temperature: options.temperature, topP: options.topP,
    seed: options.seed)
  for piece in text {
    try Output.write(piece)
    if Interrupt.happened { break }
  }
  if let error = text.error { throw error }
  try Output.write("\n")
  let context = llama.transformer.config.seqLen
  if text.promptTokens > context {
    Output.complain(
      "the prompt has \(text.promptTokens) tokens, but the context of this checkpoint holds"
        + " \(context): the rest was not read")
  }
  finish(text.speed)
}

/// Replies to the prompts on standard input until they end (run.c: `chat`).
func chat(_ llama: Llama, _ options: Options) throws {
  var unread: [UInt8] = []
  func ask(_ question: String) throws -> String? {
    try Output.write(question)
    return try Input.line(&unread)
  }
  let system = try options.systemPrompt ?? ask("Enter system prompt (optional): ") ?? ""
  let chat = llama.chat(
    system: system, steps: options.steps, temperature: options.temperature, topP: options.topP,
    seed: options.seed)
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
    let context = llama.transformer.config.seqLen
    Output.complain(
      chat.steps == context
        ? "the context of \(context) tokens is full: start again for another conversation"
        : "the \(chat.steps) tokens of -n are used up: -n 0 allows the whole context of \(context)")
  }
  finish(chat.speed)
}

/// The figures, and the exit status.
func finish(_ speed: Speed) -> Never {
  func report(_ name: String, _ tokens: Int, _ seconds: Double) {
    guard tokens > 0 && seconds > 0 else { return }
    let tenths = Int((Double(tokens) / seconds * 10).rounded())
    Output.complain("\(name) tok/s: \(tenths / 10).\(tenths % 10)", prefix: "")
  }
  report("prompt", speed.promptTokens, speed.promptSeconds)
  report("achieved", speed.generatedTokens, speed.generatedSeconds)
  exit(Interrupt.happened ? 130 : 0)
}
