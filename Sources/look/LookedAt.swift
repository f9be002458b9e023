import Console
import Llama2

/// The text that is looked at: the one that `run` prints for these options.
struct LookedAt {
  /// The most that -n may say: with the beginning of the text these go through the layers in one block.
  static let mostSteps = 255

  let tokens: [Int]
  /// How many of them the model was given.
  let promptCount: Int
  /// Whether the model ended it.
  let hasEnd: Bool

  init(_ llama: Llama, _ options: Options) throws {
    let (context, page) = (llama.config.seqLen, Trace.mostTokens(llama.config))
    // Steps do not count the token that stands for the beginning of the text.
    let most = max(1, min(context, page) - 1)
    let steps = options.steps ?? min(64, most)
    if steps > most {
      throw Refusal(
        "-n",
        context <= page
          ? "the context of this model holds \(context) tokens, one of them for the beginning of the"
            + " text, expected \(most) at most"
          : "a page of \(steps) tokens of this model is more than a browser shows with ease,"
            + " expected \(most) at most")
    }
    var choice = options.choice
    choice.steps = steps
    let prompt =
      options.prompt == "-" ? try Lines.standardInput() : options.prompt ?? ""
    func check(_ count: Int) throws {
      if count <= steps { return }
      throw Refusal(
        "the prompt has \(count) tokens, but the page shows \(steps): "
          + (count <= most
            ? "expected -n \(count) or more" : "-n \(most) is the most for this model"))
    }
    switch options.mode {
    case .generate:
      let text = llama.generate(prompt, options: choice)
      try check(text.promptTokens)
      for _ in text {}
      if let error = text.error { throw error }
      (tokens, promptCount) = (text.tokens, text.promptTokens)
      hasEnd = text.reason == .endToken
    case .chat:
      let chat = llama.chat(system: options.systemPrompt, options: choice)
      let reply = chat.reply(to: prompt)
      for _ in reply {}
      if let error = chat.error { throw error }
      tokens = chat.tokens
      promptCount = tokens.count - chat.generatedTokens
      try check(promptCount)
      hasEnd = reply.reason == .endToken
    }
    if tokens.count > context {
      throw Refusal(
        "the text has \(tokens.count) tokens, but the context of this model holds \(context)")
    }
  }
}
