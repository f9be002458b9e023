import Console
import Llama2

/// The text that is looked at: the one that `run` prints for these options.
struct LookedAt {
  /// The most that -n may say: with the beginning of the text these go through the layers in one block.
  static let mostSteps = Transformer.blockSize - 1

  let tokens: [Int]
  /// How many of them the model was given.
  let promptCount: Int
  /// The token with which the model ended it, which is not part of it.
  let end: Int?

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
          : "a page of \(steps) tokens of this model is more than a browser shows with ease, or than"
            + " this machine's memory holds, expected \(most) at most")
    }
    var choice = options.choice
    choice.steps = steps
    let prompt =
      options.prompt == "-" ? try Lines.standardInput() : options.prompt ?? ""
    func check(_ count: Int) throws {
      if count <= steps { return }
      throw Refusal(
        "the prompt has \(count) tokens, the one for the beginning of the text included, but the page"
          + " shows \(steps) of a prompt: "
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
      end = text.endToken
    case .chat:
      let chat = llama.chat(system: options.systemPrompt ?? "", options: choice)
      let reply = chat.reply(to: prompt)
      for _ in reply {}
      if let error = chat.error { throw error }
      tokens = chat.tokens
      promptCount = tokens.count - chat.generatedTokens
      try check(promptCount)
      end = chat.endToken
    }
    let room = min(context, Transformer.blockSize)
    if tokens.count > room {
      let place = room == context ? "the context of this model" : "a page"
      throw Refusal("the text has \(tokens.count) tokens, but \(place) holds \(room)")
    }
  }
}
