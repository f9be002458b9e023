import Console
import Llama2

/// A chat on standard input and output (run.c: `chat`), with commands where a person types and reads.
struct Conversation {
  private let llama: Llama
  private let options: Options
  private let isInteractive = Input.isInteractive
  private var input = Input()
  private var chat: Chat
  /// Whether a note has said that the conversation is longer than the context.
  private var isBeyondContext = false
  /// Whether a message was longer than the context of a conversation that ends with it.
  private var hasEnded = false

  init(_ llama: Llama, _ options: Options) {
    (self.llama, self.options) = (llama, options)
    chat = Self.chat(llama, options, Transcript())
  }

  private static func chat(_ llama: Llama, _ options: Options, _ transcript: Transcript) -> Chat {
    var generation = options.generation
    // Otherwise -n ends the conversation, or run.c's 256 tokens do.
    let isEndless = options.steps == nil && (llama.isGGUF || Input.isInteractive)
    generation.steps = isEndless ? 0 : options.steps ?? 256
    generation.continuesBeyondContext = isEndless
    let chat = llama.chat(
      transcript: transcript, options: generation, thinking: options.thinking)
    chat.onPromptProgress = showPromptProgress
    return chat
  }

  private mutating func begin(_ transcript: Transcript) {
    chat = Self.chat(llama, options, transcript)
    isBeyondContext = false
  }

  private mutating func begin(system: String) {
    begin(Transcript(entries: system.isEmpty ? [] : [.instructions(system)]))
  }

  /// Whether there is to be no other message: Ctrl-C ends a reply only for a person, who can also go on
  /// where the context is full.
  private var isOver: Bool {
    isInteractive
      ? chat.isFull && options.steps != nil : chat.isFull || hasEnded || Interrupt.happened
  }

  /// Replies to messages until they end.
  mutating func run() throws {
    // A model without a chat template, or without what is asked of it, says so before the questions.
    if let error = chat.error { throw Refusal("\(error)" + hint(error)) }
    if isInteractive { showBanner() }
    // With -i - all of the input is the first message.
    let given = options.systemPrompt ?? (options.prompt == "-" ? "" : nil)
    guard let system = try given ?? askSystemPrompt() else { return }
    begin(system: system)
    var prompt = try options.promptText()
    while !isOver, let message = try prompt ?? nextMessage() {
      prompt = nil
      try reply(to: message)
    }
  }

  /// The figures of the chat.
  var speed: Speed { chat.speed }

  private func showBanner() {
    let name = options.checkpoint.split(separator: "/").last.map { printable($0.utf8) } ?? ""
    Output.note(
      "\(name), context of \(llama.config.seqLen) tokens: Ctrl-D leaves, /help lists the commands",
      dim: true)
  }

  /// What to do about a chat that this model does not give.
  private func hint(_ error: LlamaError) -> String {
    guard case .badTemplate = error else { return "" }
    return llama.chat().error == nil ? " (chat without --no-think)" : " (--template names one)"
  }

  // MARK: Questions

  /// nil: the program is to end. Only run.c's checkpoints ask a person.
  private mutating func askSystemPrompt() throws -> String? {
    if isInteractive && llama.isGGUF { return "" }
    switch try input.line("Enter system prompt (optional): ") {
    case .text(let line): return line
    case .end where !isInteractive: return ""
    case .end: break
    case .interrupted: Interrupt.note()
    }
    try Output.write("\n")
    return nil
  }

  /// nil: the program is to end.
  private mutating func nextMessage() throws -> String? {
    while true {
      if isInteractive { Interrupt.catch() }
      let line = try input.line("User: ")
      guard case .text(let text) = line else {
        if case .interrupted = line { Interrupt.note() }
        try Output.write("\n")
        return nil
      }
      guard isInteractive else { return text }
      switch Command.parse(text) {
      case .message(let message):
        if message.contains(where: { !$0.isWhitespace }) { return message }
      case .command(.exit, argument: ""): return nil
      case .command(let command, let argument):
        do { try obey(command, argument) } catch { Output.note("run: \(error)") }
      case .unknown(let name):
        let names = Command.allCases.map { "/\($0)" }.joined(separator: ", ")
        Output.note(
          "run: /\(printable(name.utf8)): no such command, expected one of \(names); // begins a"
            + " message with a slash")
      }
    }
  }

  private mutating func obey(_ command: Command, _ argument: String) throws {
    if command.argument == "FILE" && argument.isEmpty {
      throw Refusal("/\(command)", "expected the name of a file behind it")
    }
    if command.argument == nil && !argument.isEmpty {
      throw Refusal("/\(command)", "found \(quoted(argument)), expected nothing behind it")
    }
    let done: String
    switch command {
    case .help: done = Command.list
    case .new:
      begin(
        Transcript(
          entries: chat.transcript.prefix { if case .instructions = $0 { true } else { false } }))
      done = "another conversation"
    case .system:
      begin(system: argument)
      done =
        "another conversation, with "
        + (argument.isEmpty ? "the usual system prompt" : "this system prompt")
    case .save:
      try chat.transcript.write(to: argument)
      done = "\(printable(argument.utf8)): \(chat.transcript.count) messages"
    case .load:
      begin(try Transcript(file: argument))
      done = "\(printable(argument.utf8)): \(chat.transcript.count) messages"
    case .exit: return
    }
    Output.note(done, dim: true)
  }

  // MARK: Replies

  private func noteFullness() {
    let context = llama.config.seqLen
    let next = isOver ? "start again for another conversation" : "/new begins another conversation"
    Output.note(
      "run: "
        + (chat.steps == context
          ? "the context of \(context) tokens is full: \(next)"
          : "the \(chat.steps) tokens of -n are used up: "
            + (llama.isGGUF || isInteractive
              ? "without -n the conversation goes on"
              : "-n 0 allows the whole context of \(context)"))
    )
  }

  private mutating func reply(to message: String) throws {
    let reply = chat.reply(to: message)
    // It is written when the message is read, as progress is shown in its place until then.
    var label = "Assistant: "
    for piece in reply {
      try Output.write(label + piece)
      label = ""
      if Interrupt.happened { break }
    }
    switch reply.reason {
    case .error(let error):
      guard case .promptTooLong = error, isInteractive || chat.steps < .max else {
        if label.isEmpty { try Output.write("\n") }
        throw error
      }
      // As in run.c, the conversation of a pipe ends with its context.
      hasEnded = !isInteractive
      if hasEnded { try Output.write(label + "\n") }
      Output.note("run: \(error)")
    case .cancelled:
      try Output.write("\n")
      Output.note("run: the message was not read to its end, so it is not part of the conversation")
    default: try Output.write(label + "\n")
    }
    if chat.isFull { noteFullness() }
    if chat.forgottenTokens > 0 && !isBeyondContext {
      isBeyondContext = true
      Output.note(
        "run: the context of \(llama.config.seqLen) tokens is full: from here on the oldest part of the"
          + " conversation is forgotten", dim: true)
    }
  }
}
