import Synchronization

/// A text as it is generated, for `for try await`: a sequence of pieces, the prompt first, to go through
/// once.
///
///     let text = llama.stream("Once upon a time", options: options)
///     for try await piece in text { print(piece, terminator: "") }
///     if text.reason == .steps { print(" …") }
///
/// A piece is computed when it is asked for, on a thread of the model's own, where its streams and sessions
/// take turns token by token; those that are asked for more at the same time are computed together. Leaving
/// the loop or cancelling the task stops the work within a token, or within 256 tokens of the prompt.
///
/// The sequence throws the `LlamaError` that ends the text, and `CancellationError` when its task is
/// cancelled.
public struct TextStream: AsyncSequence, Sendable {
  private let text: StreamedText

  init(_ text: StreamedText) { self.text = text }

  /// Why the text ended; nil while it goes on, and where its loop was left.
  public var reason: EndReason? { text.progress.withLock { $0.reason } }
  /// Tokens and time so far.
  public var speed: Speed { text.progress.withLock { $0.speed } }

  /// What `for try await` asks for pieces.
  public func makeAsyncIterator() -> Iterator { Iterator(text: text) }

  /// The tokens behind the prompt instead of the text's pieces, each with its probability; to go through
  /// once.
  ///
  ///     for try await token in llama.stream("The sky is").tokens(alternatives: 3) {
  ///       print(token.text, token.logProbability, token.alternatives.map(\.text))
  ///     }
  ///
  /// - Parameter alternatives: how many of the likeliest tokens are given with each.
  public func tokens(alternatives: Int = 0) -> Tokens {
    require(alternatives >= 0, "\(alternatives) alternatives, expected 0 or more")
    return Tokens(text: text, alternatives: alternatives)
  }

  /// Gives the pieces of a text.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let text: StreamedText

    /// The next piece, of whole characters, or nil at the end.
    public mutating func next() async throws -> String? {
      try await text.nextPiece { !$0.text.isEmpty }?.text
    }
  }

  /// The tokens of a text as they are generated.
  public struct Tokens: AsyncSequence, Sendable {
    fileprivate let text: StreamedText
    fileprivate let alternatives: Int

    /// What `for try await` asks for tokens.
    public func makeAsyncIterator() -> Iterator { Iterator(tokens: self) }

    /// Gives the tokens of a text.
    public struct Iterator: AsyncIteratorProtocol {
      fileprivate let tokens: Tokens

      /// The next token, or nil at the end.
      public mutating func next() async throws -> ScoredToken? {
        try await tokens.text.nextPiece(alternatives: tokens.alternatives) { $0.score != nil }?
          .scoredToken
      }
    }
  }
}

/// A text that is computed on its model's thread.
actor StreamedText {
  private let thread: ComputeThread
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
  /// What is known of it on any thread.
  nonisolated let progress = Mutex<(reason: EndReason?, speed: Speed)>((nil, Speed()))
  private let make: @Sendable () -> Generation
  private lazy var text = make()

  /// - Parameter make: begins the text when it is first asked for.
  init(on thread: ComputeThread, _ make: @escaping @Sendable () -> Generation) {
    self.thread = thread
    self.make = make
  }

  /// The next piece that is wanted, or nil at the end.
  ///
  /// - Parameter alternatives: how many likely tokens are reported with each one; nil: no probabilities are.
  func nextPiece(
    alternatives: Int? = nil, where isWanted: @Sendable (TextPiece) -> Bool
  ) async throws -> TextPiece? {
    text.context.alternatives = alternatives
    defer { progress.withLock { $0 = (text.reason, text.speed) } }
    while let piece = try await text.context.next(isolation: self, thread.reads, text.nextReady) {
      if isWanted(piece) { return piece }
    }
    return nil
  }
}

extension Llama {
  /// The prompt and what follows it, as `generate` gives them, off the caller's actor.
  ///
  ///     for try await piece in llama.stream("Once upon a time") { print(piece, terminator: "") }
  ///
  /// Where the options set no limit, a text ends with the context.
  ///
  /// - Parameter pattern: what follows the prompt matches it as a whole; nil: that of the options.
  public func stream(
    _ prompt: String = "", matching pattern: Pattern? = nil,
    options: GenerationOptions = GenerationOptions()
  ) -> TextStream {
    let options = options.matching(pattern)
    options.requireNoProblem(vocabSize: config.vocabSize)
    return TextStream(
      StreamedText(on: computeThread) { self.generate(prompt, options: options) })
  }
}
