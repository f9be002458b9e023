/// A conversation that goes on from reply to reply until the context is full.
public final class Chat {
  let context: TextContext
  private let template: ChatTemplate?
  private let system: String
  /// The last token of a reply that was left before its end, which the transformer has not read.
  fileprivate var unread: [Int] = []
  /// The text of the last reply, nil before the first.
  fileprivate var lastReply: String?

  /// Whether there is no room for more: the last reply was cut off, or the last prompt not read.
  public fileprivate(set) var isFull = false
  /// What ended the last reply before its end, if anything did; before the first one, why this model
  /// gives none.
  public fileprivate(set) var error: LlamaError?
  /// Called while a long message is read, with its tokens done and in all; returning false ends the
  /// reply.
  public var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)? {
    get { context.onPromptProgress }
    set { context.onPromptProgress = newValue }
  }
  /// The tokens that the conversation may have in all.
  public var steps: Int { context.steps }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }

  init(_ context: TextContext, _ template: Result<ChatTemplate, LlamaError>, system: String) {
    self.context = context
    self.system = system
    switch template {
    case .success(let template): self.template = template
    case .failure(let problem):
      self.template = nil
      error = problem
    }
    if case .failure(let problem) = context.transformer { error = problem }
  }

  /// Whether a reply ends before this token: any end of a turn that the vocabulary has, and the
  /// template's own.
  fileprivate func endsReply(_ token: Int) -> Bool {
    let tokenizer = context.llama.tokenizer
    return tokenizer.endsReply(token)
      || token == template.flatMap { tokenizer.id(ofControl: $0.endOfTurn) }
  }

  /// The assistant's reply to `prompt`, as a lazy sequence of pieces. One that is left before its end
  /// ends there for the next turn.
  public func reply(to prompt: String) -> Reply {
    guard let template else { return Reply(self, nil) }
    let turn = template.turn(
      user: prompt, system: system.isEmpty ? nil : system, after: lastReply)
    let tokens = unread + context.llama.tokenizer.encode(turn, continuing: lastReply != nil)
    unread = []
    lastReply = ""
    error = nil
    context.text = TextJoiner(tokenizer: context.llama.tokenizer)
    return Reply(self, tokens.isEmpty ? [context.llama.tokenizer.startOfText] : tokens)
  }
}

/// One reply as it is generated: a sequence of pieces of text, to go through once.
public final class Reply: Sequence, IteratorProtocol {
  private let chat: Chat
  /// Tokens that the transformer has not read yet.
  private var unread: [Int]
  private var ended: Bool

  fileprivate init(_ chat: Chat, _ turn: [Int]?) {
    self.chat = chat
    unread = turn ?? []
    ended = turn == nil
  }

  /// The next piece, of whole characters, or nil at the end.
  public func next() -> String? {
    let context = chat.context
    while !ended {
      let token = nextToken()
      let piece = token.map { context.text.append($0, after: unread.last!) } ?? context.text.rest()
      ended = token == nil
      unread = token.map { [$0] } ?? []
      chat.unread = unread
      if let piece, !piece.isEmpty {
        chat.lastReply? += piece
        return piece
      }
    }
    return nil
  }

  /// The next token of the reply, or nil: at its end, for lack of room, or for an error.
  private func nextToken() -> Int? {
    let context = chat.context
    guard context.position + unread.count <= context.steps else {
      chat.isFull = true
      return nil
    }
    do {
      // run.c samples after every token that it reads, and uses the last sample.
      context.sampler.skip(unread.count - 1)
      guard let token = try context.next(after: unread) else { return nil }
      return chat.endsReply(token) ? nil : token
    } catch {
      chat.error = error
      return nil
    }
  }
}
