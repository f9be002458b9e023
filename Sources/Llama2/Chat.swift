/// A conversation that goes on from reply to reply, in the format of the model's own template.
///
///     let chat = llama.chat(system: "You are a poet.", options: GenerationOptions())
///     for piece in chat.reply(to: "What is the sea?") { print(piece, terminator: "") }
///     for piece in chat.reply(to: "And the sky?") { print(piece, terminator: "") }
///
/// Nothing is read twice. What a reply was about to say when it was left, and a stop text, are no part of
/// the conversation. Nor is a message that was not read to its end: because it was too long, or its reading
/// was cancelled, or its time was over.
public final class Chat {
  let context: TextContext
  private let template: Result<ChatTemplate, LlamaError>
  private let options: GenerationOptions
  private let system: String?
  /// What was said before the last message.
  private var past: Transcript
  /// The last message and the text of the reply to it.
  fileprivate var last: (message: String, reply: String)?
  /// The number of the reply that goes on, if any does.
  private(set) var replyNumber = 0

  /// How many tokens were read up to the end of the last reply, and what follows them before the next
  /// message: tokens, and text that is encoded with what the template writes there.
  private var readTokens = 0
  private var pending: (tokens: [Int], text: String) = ([], "")
  /// The text of the last reply, nil before the first.
  private var lastReply: String?
  /// Tokens of a given transcript that were never read.
  private var unreadTokens = 0
  /// The conversation's generator of random numbers, while that of a reply's own options is used.
  private var sampler: Sampler?

  /// Whether there is no room for more: the last reply was cut off, or the last prompt not read.
  public var isFull: Bool { context.isFull }
  /// What ended the last reply before its end, if anything did; before the first one, why there
  /// can be none.
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
  /// All tokens so far, those of the template included.
  package var tokens: [Int] { context.tokens + context.unread }
  /// The token that ended the last reply, if the model chose one.
  package var endToken: Int? { context.endToken }
  /// Tokens of the last reply so far.
  package var generatedTokens: Int { context.generatedTokens }
  /// The tokens that the conversation may have in all; `Int.max` where it goes on beyond the context.
  public var steps: Int { context.longestPrompt }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }
  /// How many tokens of the conversation are out of the model's view, because it is longer than the
  /// context: the oldest ones behind the system prompt.
  public var forgottenTokens: Int { context.tokens.count - context.position + unreadTokens }

  /// What was said so far, the last reply as far as it was emitted.
  ///
  ///     let saved = chat.transcript
  ///     let other = llama.chat(transcript: saved)
  public var transcript: Transcript {
    guard let last, context.hasChosen else { return past }
    return past.appending(last.message, last.reply)
  }

  init(
    _ llama: Llama, _ template: Result<ChatTemplate, LlamaError>, _ transcript: Transcript,
    _ options: GenerationOptions
  ) {
    context = TextContext(llama, options)
    self.template = transcript.problem.map { .failure(.badTranscript(problem: $0)) } ?? template
    self.options = options
    past = transcript
    system =
      if case .instructions(let text) = transcript.first, !text.isEmpty { text } else { nil }
    guard case .success(let template) = self.template else { return }
    if context.continues {
      context.pinned = max(context.pinned, shared(template, promptPrefix: "").count)
    }
    for entry in transcript {
      switch entry {
      case .instructions: break
      case .prompt(let message):
        pending.tokens += tokens(template, of: message)
        lastReply = ""
      case .response(let text):
        pending.tokens += llama.tokenizer.encode([.text(text)], continuing: true)
        lastReply = text
      }
    }
  }

  // MARK: - Replies

  /// The assistant's reply to `prompt`, as a lazy sequence of pieces. One that is left before its end
  /// ends there for the next turn.
  ///
  /// A message that does not fit into the context even alone is refused: the reply is empty and its reason
  /// the error `promptTooLong`. One for which the conversation has no more room, because of its `steps` or as
  /// it does not go on beyond the context, has an empty reply with the reason `steps` or `context`.
  ///
  /// - Parameters:
  ///   - pattern: what the reply must match as a whole; nil: that of the options.
  ///   - options: how this reply is chosen and where it ends, with random numbers of its own; nil: the
  ///     conversation's options, whose random numbers go on. `steps` and `continuesBeyondContext` are always
  ///     the conversation's.
  public func reply(
    to prompt: String, matching pattern: Pattern? = nil, options: GenerationOptions? = nil
  ) -> Reply {
    settle()
    guard case .success(let template) = template else {
      context.end(.error(error!))
      return Reply(self)
    }
    setOptions(options)
    let tokenizer = context.llama.tokenizer
    // Any end of a turn that the vocabulary has ends a reply, and the template's own.
    let endOfTurn = tokenizer.id(ofControl: template.endOfTurn).map { [$0] } ?? []
    context.begin(matching: pattern, endsBefore: tokenizer.replyEnds.union(endOfTurn))
    let turn = tokens(template, of: prompt)
    let isFirst = readTokens == 0 && pending.tokens.isEmpty
    let kept = context.continues && !isFirst ? context.kept + 1 : 0
    let limit = context.llama.config.seqLen - kept
    if turn.count > limit {
      context.end(.error(.promptTooLong(tokens: turn.count, limit: limit)))
    } else {
      last = (prompt, "")
      readNext(turn)
    }
    return Reply(self)
  }

  /// Reads ahead what any message begins with, so that the first reply, or the next one, begins sooner. It
  /// is the same reply. A reply that goes on ends there.
  ///
  ///     chat.prewarm(promptPrefix: "Translate into French: ")
  ///
  /// - Parameter promptPrefix: what the next message is likely to begin with.
  public func prewarm(promptPrefix: String = "") {
    beginToPrewarm(promptPrefix)
    while context.readAhead() {}
  }

  /// The same, of which nothing is read.
  func beginToPrewarm(_ promptPrefix: String) {
    settle()
    guard case .success(let template) = template else { return }
    context.readNext(
      pending.tokens + shared(template, promptPrefix: promptPrefix), after: readTokens)
    let room = context.llama.config.seqLen - context.position
    if context.isFull || context.unread.count > room { context.unread = [] }
  }

  /// Makes the last reply a part of the past, if its message was read.
  private func settle() {
    replyNumber += 1
    defer { last = nil }
    guard let last, context.hasChosen else { return }
    past = transcript
    pending = context.endReply()
    readTokens = context.tokens.count
    lastReply = last.reply
  }

  /// Chooses with these options, or with the conversation's.
  private func setOptions(_ options: GenerationOptions?) {
    if let options {
      sampler = sampler ?? context.chooser.sampler
      context.setOptions(options)
    } else if let sampler {
      context.setOptions(self.options, sampler: sampler)
      self.sampler = nil
    }
  }

  /// Reads a turn next. Of a given transcript that leaves no room for it, only the beginning and the end are
  /// read.
  private func readNext(_ turn: [Int]) {
    var tokens = pending.tokens + turn
    if tokens.isEmpty { tokens = [context.llama.tokenizer.startOfText] }
    // run.c samples after every token that it reads, and uses the last sample.
    context.skippedSamples = tokens.count - 1
    let missing = tokens.count - context.llama.config.seqLen
    if context.continues && readTokens == 0 {
      let past = tokens.count - turn.count - context.kept
      unreadTokens = missing > 0 ? min(missing + context.forgottenAtOnce, past) : 0
      // A conversation without any may be shorter than what is kept.
      if unreadTokens > 0 {
        tokens.removeSubrange(context.kept..<context.kept + unreadTokens)
      }
    }
    context.readNext(tokens, after: readTokens)
    if context.continues { context.makeRoom(for: context.unread.count) }
  }

  /// The tokens of a turn, behind those in `pending`.
  private func tokens(_ template: ChatTemplate, of message: String) -> [Int] {
    let turn = template.turn(user: message, system: system, after: lastReply)
    return context.llama.tokenizer.encode(
      [.text(pending.text)] + turn, continuing: lastReply != nil)
  }

  /// The tokens that a turn begins with whatever follows `promptPrefix` in its message.
  private func shared(_ template: ChatTemplate, promptPrefix: String) -> [Int] {
    let turn = tokens(template, of: promptPrefix + "a")
    let other = tokens(template, of: promptPrefix + "1")
    return Array(turn[..<zip(turn, other).prefix { $0 == $1 }.count])
  }
}

/// One reply as it is generated: a sequence of pieces of text, to go through once, before the next message.
///
///     let reply = chat.reply(to: "What is the sea?")
///     for piece in reply { print(piece, terminator: "") }
///     if reply.reason == .timeLimit { print(" …") }
public final class Reply: Sequence, IteratorProtocol {
  private let chat: Chat
  private let number: Int

  fileprivate init(_ chat: Chat) {
    self.chat = chat
    number = chat.replyNumber
    reason = chat.context.reason
  }

  /// Why the reply ended; nil while it goes on, and where its loop was left.
  public private(set) var reason: EndReason?

  /// The next piece, of whole characters, or nil at the end, and after another message.
  public func next() -> String? {
    guard number == chat.replyNumber else { return nil }
    while let piece = chat.context.next(nextReady) {
      if !piece.text.isEmpty { return piece.text }
    }
    reason = chat.context.reason
    return nil
  }

  /// The next piece that was computed, if there is one.
  func nextReady() -> TextPiece? {
    let piece = chat.context.nextReady()
    if let piece { chat.last?.reply += piece.text }
    return piece
  }
}
