/// A conversation that goes on from reply to reply.
///
///     let chat = llama.chat(system: "You are a poet.")
///     for piece in chat.reply(to: "What is the sea?") { print(piece, terminator: "") }
public final class Chat {
  let context: TextContext
  private let template: Result<ChatTemplate, LlamaError>
  private let system: String
  /// The text of the last reply, nil before the first.
  fileprivate var lastReply: String?

  /// Whether there is no room for more: the last reply was cut off, or the last prompt not read.
  public var isFull: Bool { context.isFull }
  /// What ended the last reply before its end, if anything did; before the first one, why this model
  /// gives none.
  public var error: LlamaError? {
    if case .failure(let problem) = template { return problem }
    if case .failure(let problem) = context.transformer { return problem }
    if case .error(let error) = context.reason { return error }
    return nil
  }
  /// Called while a long message is read, with its tokens done and in all; returning false ends the
  /// reply.
  public var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)? {
    get { context.onPromptProgress }
    set { context.onPromptProgress = newValue }
  }
  /// The tokens that the conversation may have in all.
  public var steps: Int { context.longestPrompt }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }

  init(_ context: TextContext, _ template: Result<ChatTemplate, LlamaError>, system: String) {
    self.context = context
    self.template = template
    self.system = system
  }

  /// The assistant's reply to `prompt`, as a lazy sequence of pieces. One that is left before its end
  /// ends there for the next turn.
  public func reply(to prompt: String) -> Reply {
    let reply = Reply(self)
    guard case .success(let template) = template else {
      context.end(.error(error!))
      return reply
    }
    let tokenizer = context.llama.tokenizer
    let turn = template.turn(
      user: prompt, system: system.isEmpty ? nil : system, after: lastReply)
    context.unread += tokenizer.encode(turn, continuing: lastReply != nil)
    if context.unread.isEmpty { context.unread = [tokenizer.startOfText] }
    lastReply = ""
    // run.c samples after every token that it reads, and uses the last sample.
    context.sampler.skip(context.unread.count - 1)
    // Any end of a turn that the vocabulary has ends a reply, and the template's own.
    let endOfTurn = tokenizer.id(ofControl: template.endOfTurn)
    context.begin { tokenizer.endsReply($0) || $0 == endOfTurn }
    return reply
  }
}

/// One reply as it is generated: a sequence of pieces of text, to go through once, before the next message.
public final class Reply: Sequence, IteratorProtocol {
  private let chat: Chat

  fileprivate init(_ chat: Chat) { self.chat = chat }

  /// Why the reply ended; nil while it goes on, and where its loop was left.
  public var reason: EndReason? { chat.context.reason }

  /// The next piece, of whole characters, or nil at the end.
  public func next() -> String? {
    while let piece = chat.context.next() {
      chat.lastReply? += piece.text
      if !piece.text.isEmpty { return piece.text }
    }
    return nil
  }
}
