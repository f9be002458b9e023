import Synchronization

/// A conversation for `await`, with the words of Apple's Foundation Models.
///
///     let session = llama.session(instructions: "You are a poet.")
///     print(try await session.respond(to: "What is the sea?").content)
///     for try await snapshot in session.streamResponse(to: "And the sky?") {
///       label.text = snapshot.content
///     }
///
/// It replies to one message at a time, on a thread of the model's own, where its streams and sessions take
/// turns token by token. A reply that was cancelled, or whose loop was left, ends there, and the session goes
/// on. A message that was not read to its end, because it is too long or its reply was cancelled before, is
/// no part of the conversation.
public final class ChatSession: Sendable {
  let chat: SessionChat

  init(_ chat: SessionChat) { self.chat = chat }

  /// What was said so far, a reply that goes on as far as it was emitted.
  public var transcript: Transcript { chat.state.withLock { $0.transcript } }
  /// Whether a reply goes on.
  public var isResponding: Bool { chat.state.withLock { $0.isResponding } }

  /// The whole reply to a message.
  ///
  ///     let response = try await session.respond(
  ///       to: "What is the sea?", options: GenerationOptions(maximumResponseTokens: 100))
  ///     print(response.content, response.reason == .steps ? "…" : "")
  ///
  /// A model that never ends its reply goes on until the task is cancelled, unless the options have
  /// `maximumResponseTokens` or a `timeLimit`, or the session ends with its context or its `steps`. Where such
  /// a session has no more room, a reply has no content, and the reason `context` or `steps`.
  ///
  /// - Parameters:
  ///   - pattern: what the reply must match as a whole; nil: that of the options.
  ///   - options: how this reply is chosen and where it ends; nil: the session's options, whose random
  ///     numbers go on from reply to reply. `steps` and `continuesBeyondContext` are always the session's.
  /// - Throws: `LlamaError`: `badTemplate` for a model without a chat template, `badTranscript` for a
  ///   transcript in another order, `promptTooLong` for a message that does not fit into the context, `busy`
  ///   while another reply goes on. `CancellationError` when the task is cancelled.
  @discardableResult
  public func respond(
    to prompt: String, matching pattern: Pattern? = nil, options: GenerationOptions? = nil
  ) async throws -> Response {
    try await streamResponse(to: prompt, matching: pattern, options: options).collect()
  }

  /// The reply to a message as it is generated. The message is sent when the first snapshot is asked for.
  ///
  ///     for try await snapshot in session.streamResponse(to: "What is the sea?") {
  ///       label.text = snapshot.content
  ///     }
  ///
  /// - Parameters:
  ///   - pattern: as in `respond`.
  ///   - options: as in `respond`.
  public func streamResponse(
    to prompt: String, matching pattern: Pattern? = nil, options: GenerationOptions? = nil
  ) -> ResponseStream {
    ResponseStream(chat: chat, message: (prompt, pattern, options))
  }

  /// Reads ahead what any message begins with, so that the next reply begins sooner. It is the same reply.
  /// Does nothing while one goes on.
  ///
  ///     let session = llama.session(instructions: longInstructions)
  ///     session.prewarm()
  ///
  /// - Parameter promptPrefix: what the next message is likely to begin with.
  public func prewarm(promptPrefix: String? = nil) {
    Task { [weak chat] in
      guard let number = await chat?.beginToPrewarm(promptPrefix ?? "") else { return }
      while await chat?.prewarm(number) == true {}
    }
  }

  /// A reply that has ended.
  public struct Response: Sendable, Equatable {
    /// Its text.
    public let content: String
    /// Why it ended.
    public let reason: EndReason
    /// The tokens that were generated for it.
    public let generatedTokens: Int
  }
}

/// A reply as it is generated: its text so far, again and again, to go through once.
///
///     let stream = session.streamResponse(to: "What is the sea?")
///     for try await snapshot in stream { label.text = snapshot.content }
public struct ResponseStream: AsyncSequence, Sendable {
  /// A reply so far.
  public struct Snapshot: Sendable, Equatable {
    /// All of its text so far.
    public let content: String
  }

  fileprivate let chat: SessionChat
  fileprivate let message: SessionChat.Message
  fileprivate let progress = Progress()

  public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  /// The whole reply, when it has ended. Of a stream whose loop was left, it is what was emitted; where the
  /// loop threw an error, that is thrown. While a loop goes through the stream, this must not be called.
  public func collect() async throws -> ChatSession.Response {
    for try await _ in self {}
    let isInTurn = isInTurn
    let (content, tokens, end) = progress.value.withLock { ($0.content, $0.tokens, $0.end) }
    require(
      end != nil || !isInTurn, "a stream is collected while another loop goes through it")
    return ChatSession.Response(
      content: content, reason: try end?.get() ?? .cancelled, generatedTokens: tokens)
  }

  /// What the iterators of a stream share.
  fileprivate final class Progress: Sendable {
    struct Value {
      /// The number of the stream's turn, once it has begun.
      var turn: Int?
      var hasBegun = false
      var content = ""
      var tokens = 0
      var end: Result<EndReason, any Error>?
    }
    let value = Mutex(Value())
  }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let stream: ResponseStream
    /// The session's turn to reply, which ends with this iterator.
    private var turn: SessionTurn?

    fileprivate init(stream: ResponseStream) { self.stream = stream }

    /// The reply so far when there is more of it, or nil at the end.
    public mutating func next() async throws -> Snapshot? {
      let progress = stream.progress
      do {
        guard let turn = try turn ?? stream.begin() else { return nil }
        self.turn = nil
        let next = try await stream.chat.next(turn.number, stream.message)
        let snapshot: Snapshot? = progress.value.withLock {
          $0.tokens = next.tokens
          guard let piece = next.piece else {
            $0.end = .success(next.reason ?? .cancelled)
            return nil
          }
          $0.content += piece
          return Snapshot(content: $0.content)
        }
        if snapshot != nil { self.turn = turn }
        return snapshot
      } catch {
        progress.value.withLock { $0.end = .failure(error) }
        throw error
      }
    }
  }

  /// nil after the first time.
  private func begin() throws -> SessionTurn? {
    try progress.value.withLock {
      if $0.hasBegun { return nil }
      $0.hasBegun = true
      let turn = try SessionTurn(chat)
      $0.turn = turn.number
      return turn
    }
  }

  /// Whether a loop goes through it.
  private var isInTurn: Bool {
    let turn = progress.value.withLock { $0.turn }
    return chat.state.withLock { $0.isResponding && $0.turn == turn }
  }
}

/// The chat of a session, which is computed on the model's thread.
actor SessionChat {
  /// What is known of it on any thread.
  struct State {
    /// What was said before the last message.
    var past: Transcript
    /// The last message, if a token was chosen behind it, and the text of the reply to it.
    var last: (message: String, reply: String)?
    var isResponding = false
    /// The number of the last turn.
    var turn = 0

    var transcript: Transcript {
      if let last { past.appending(last.message, last.reply) } else { past }
    }
  }

  /// A message, and how the reply to it is generated.
  typealias Message = (prompt: String, pattern: Pattern?, options: GenerationOptions?)

  /// What follows in a reply, and how many of its tokens were generated.
  struct Next {
    /// nil: the reply has ended.
    let piece: String?
    let reason: EndReason?
    let tokens: Int
  }

  private let thread: ComputeThread
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
  nonisolated let state: Mutex<State>
  private let make: @Sendable () -> Chat
  lazy var chat = make()
  /// The reply that was begun last, and the number of its turn.
  private var (reply, turn): (Reply?, Int) = (nil, 0)

  /// - Parameter make: begins the chat when it is first asked for.
  init(on thread: ComputeThread, _ transcript: Transcript, _ make: @escaping @Sendable () -> Chat) {
    self.thread = thread
    self.make = make
    state = Mutex(State(past: transcript))
  }

  /// Begins a turn. Throws `LlamaError.busy` while another one goes on.
  nonisolated func begin() throws(LlamaError) -> Int {
    let turn: Int? = state.withLock {
      if $0.isResponding { return nil }
      $0.isResponding = true
      $0.turn += 1
      return $0.turn
    }
    guard let turn else { throw .busy }
    return turn
  }

  /// Ends a turn, if it goes on.
  nonisolated func end(_ turn: Int) {
    state.withLock { if $0.turn == turn { $0.isResponding = false } }
  }

  /// What follows in the reply of a turn, which is sent with the first call and ends with the reply.
  func next(_ turn: Int, _ message: Message) async throws -> Next {
    if turn != self.turn {
      self.turn = turn
      reply = chat.reply(
        to: message.prompt, matching: message.pattern, options: message.options)
      state.withLock { ($0.past, $0.last) = (chat.transcript, nil) }
    }
    let piece = try await nextPiece(message.prompt)
    let context = chat.context
    return Next(piece: piece, reason: context.reason, tokens: context.generatedTokens)
  }

  private func nextPiece(_ message: String) async throws -> String? {
    guard let reply else { return nil }
    defer {
      if chat.context.hasChosen { state.withLock { $0.last = $0.last ?? (message, "") } }
    }
    while let piece = try await chat.context.next(isolation: self, thread.reads, reply.nextReady) {
      guard !piece.text.isEmpty else { continue }
      state.withLock {
        $0.last = $0.last ?? (message, "")
        $0.last?.reply += piece.text
      }
      return piece.text
    }
    return nil
  }

  /// Begins to read ahead unless a reply goes on. Returns a number for the calls of `prewarm`.
  func beginToPrewarm(_ promptPrefix: String) -> Int? {
    if state.withLock({ $0.isResponding }) { return nil }
    chat.beginToPrewarm(promptPrefix)
    return chat.replyNumber
  }

  /// Reads ahead a block, unless a reply was begun since; false at the end.
  func prewarm(_ number: Int) -> Bool { number == chat.replyNumber && chat.context.readAhead() }
}

/// A session's turn to reply: it ends with this object, if it has not ended before.
private final class SessionTurn: Sendable {
  let number: Int
  private let chat: SessionChat

  /// Throws `LlamaError.busy`.
  init(_ chat: SessionChat) throws(LlamaError) {
    self.chat = chat
    number = try chat.begin()
  }

  deinit { chat.end(number) }
}

extension Llama {
  /// A conversation for `await`, in the format of the model's own template.
  ///
  ///     let session = llama.session(instructions: "You are a poet.")
  ///     print(try await session.respond(to: "What is the sea?").content)
  ///
  /// - Parameters:
  ///   - instructions: how the assistant should be; nil: what the template says by default.
  ///   - options: how replies are chosen that are given no options of their own. Without `steps`, and
  ///     unless `continuesBeyondContext` is false, the conversation goes on beyond the context, and so does
  ///     a reply that the model never ends, until it is cancelled: `maximumResponseTokens` ends it.
  ///   - thinking: as in `chat`.
  public func session(
    instructions: String? = nil, options: GenerationOptions = GenerationOptions(),
    thinking: Bool = true
  ) -> ChatSession {
    let entries = instructions.map { [Transcript.Entry.instructions($0)] } ?? []
    return session(
      transcript: Transcript(entries: entries), options: options, thinking: thinking)
  }

  /// A conversation that goes on from what was said: it is read with the next message, all at once.
  ///
  ///     let session = llama.session(transcript: saved)
  ///     print(try await session.respond(to: "Where were we?").content)
  public func session(
    transcript: Transcript, options: GenerationOptions = GenerationOptions(),
    thinking: Bool = true
  ) -> ChatSession {
    options.requireNoProblem(vocabSize: config.vocabSize)
    return ChatSession(
      SessionChat(on: computeThread, transcript) {
        self.chat(transcript: transcript, options: options, thinking: thinking)
      })
  }
}
