import Synchronization

/// Many texts as they are generated together: a sequence of their pieces, to go through once.
///
///     let prompts = ["One day, a fox", "One day, a llama"]
///     var texts = prompts.map { _ in "" }
///     for piece in llama.generate(prompts, options: options) {
///       texts[piece.index] += piece.text
///       if let end = piece.end { print("text \(piece.index):", end.reason) }
///     }
///
/// Each text is the one that `generate` gives for its prompt alone, but the weights are read once for a token
/// of each. A text that ends leaves, and the next prompt takes its place in the next block (continuous batching,
/// Yu et al. 2022). A block has a token of each text whose prompt is read, and fills up with tokens of the
/// others' prompts, short ones first (Agrawal et al. 2023: chunked prefills): it has 256 at most, so that a long
/// prompt holds up the other texts by no more than that. No tokens are guessed (`GenerationOptions.drafts`).
public final class Batch: Sequence, IteratorProtocol {
  /// What follows in one of the texts.
  public struct Piece: Sendable, Equatable {
    /// Which text: the number of its prompt, from 0 on.
    public let index: Int
    /// Whole characters.
    public let text: String
    /// The end of the text, in a piece of its own without characters; nil while the text goes on.
    public let end: End?
  }

  /// How a text has ended.
  public struct End: Sendable, Equatable {
    /// Why it ended.
    public let reason: EndReason
    /// Tokens in its prompt, BOS included.
    public let promptTokens: Int
    /// Tokens behind the prompt.
    public let generatedTokens: Int
    /// What went wrong, if that ended the text. The other texts go on.
    public var error: LlamaError? { reason.error }
  }

  /// Tokens and time of all texts so far. The time of a block is shared out to prompts and generated tokens
  /// by their number.
  public private(set) var speed = Speed()
  /// Called after each block; returning false ends all texts.
  package var goesOn: () -> Bool = { true }

  /// What there is to begin with.
  package enum NextPrompt {
    /// A prompt, with the index of its text.
    case prompt(String, index: Int)
    /// None before the next block.
    case notYet
    /// No other one.
    case end
  }

  private let llama: Llama
  private let options: GenerationOptions
  /// How many texts may have a KV cache.
  private var atOnce: Int
  private let nextPrompt: (_ waits: Bool) -> NextPrompt
  /// Whether the prompts were not yet at their end, behind which they may block.
  private var hasMore = true
  /// A prompt for whose KV cache there was no memory.
  private var heldPrompt: NextPrompt?
  /// The texts that have a KV cache.
  private var texts: [(index: Int, text: Generation)] = []
  private var ready: ArraySlice<Piece> = []
  /// (atOnce, vocabSize), or why there is no memory for them.
  private let logits: Result<LazyMemory, LlamaError>
  private var isCancelled = false

  /// Texts of prompts that come as they come, under indices of their own.
  ///
  /// - Parameter nextPrompt: called where another text may begin, with whether none is in the making, so that
  ///   it may wait for a prompt; not called again behind the end.
  package init(
    _ llama: Llama, _ options: GenerationOptions, atOnce: Int,
    nextPrompt: @escaping (_ waits: Bool) -> NextPrompt
  ) {
    options.requireNoProblem(vocabSize: llama.config.vocabSize)
    Self.requireNoProblem(atOnce: atOnce)
    self.llama = llama
    self.options = options
    self.atOnce = atOnce
    self.nextPrompt = nextPrompt
    logits = Result { () throws(LlamaError) in
      try LazyMemory(bytes: [4, atOnce, llama.config.vocabSize], purpose: "logits")
    }
  }

  fileprivate static func requireNoProblem(atOnce: Int) {
    require(
      1...Transformer.blockSize ~= atOnce,
      "\(atOnce) texts at once, expected 1 to \(Transformer.blockSize)")
  }

  /// seed + index, where 0, which means the time, comes from 0 alone.
  private static func seed(_ seed: UInt64, _ index: Int) -> UInt64 {
    if seed == 0 { return 0 }
    let (sum, wraps) = seed.addingReportingOverflow(UInt64(index))
    return wraps ? sum + 1 : sum
  }

  /// What follows next in any of the texts, or nil when all have ended.
  public func next() -> Piece? {
    while true {
      if let piece = nextReady() { return piece }
      if !advance() { return nil }
    }
  }

  /// The next piece that was computed, if there is one.
  func nextReady() -> Piece? { ready.popFirst() }

  /// Ends all texts.
  func cancel() {
    isCancelled = true
    for (_, text) in texts { text.context.end(.cancelled) }
  }

  /// Reads a block of what is unread in the texts at hand, each with the choice of the token behind it if
  /// nothing of it is left. Returns false when all texts have ended.
  func advance() -> Bool {
    while !isCancelled, hasMore, texts.count < atOnce {
      let next = heldPrompt ?? nextPrompt(texts.isEmpty)
      heldPrompt = nil
      if case .prompt(let prompt, let index) = next { begin(prompt, index) }
      if case .end = next { hasMore = false }
      if case .notYet = next { break }
    }
    if texts.isEmpty { return false }
    switch logits {
    case .success(let memory): readBlock(memory.start.assumingMemoryBound(to: Float.self))
    case .failure(let error): for (_, text) in texts { text.context.end(.error(error)) }
    }
    texts = texts.filter { !collect($0.text, $0.index) }
    if !goesOn() { cancel() }
    return true
  }

  /// Begins a text. Without memory for another KV cache it has to wait until one of the others ends.
  private func begin(_ prompt: String, _ index: Int) {
    var options = options
    options.seed = options.seed.map { Self.seed($0, index) }
    let text = llama.generate(prompt, options: options)
    if case .failure(.outOfMemory) = text.context.transformer, !texts.isEmpty {
      (heldPrompt, atOnce) = (.prompt(prompt, index: index), texts.count)
    } else {
      texts.append((index, text))
    }
  }

  private func readBlock(_ logits: UnsafeMutablePointer<Float>) {
    let start = now()
    var readers: [(context: TextContext, read: Transformer.Read)] = []
    var (count, promptTokens) = (0, 0)
    let contexts = texts.map(\.text.context).sorted { $0.unread.count < $1.unread.count }
    for (i, context) in contexts.enumerated() where context.reason == nil {
      let isPrompt = !context.hasChosen
      // A token is left for each text behind this one.
      let most = Transformer.blockSize - count - (contexts.count - 1 - i)
      guard let read = context.beginRead(most: most) else { continue }
      readers.append((context, read))
      count += read.tokens.count
      if isPrompt { promptTokens += read.tokens.count }
    }
    if readers.isEmpty { return }
    Transformer.forward(readers.map(\.read), into: logits)
    let vocabSize = llama.config.vocabSize
    var row = UnsafePointer(logits)
    let rows = readers.map { reader -> UnsafeBufferPointer<Float>? in
      guard reader.read.wantsLogits else { return nil }
      defer { row += vocabSize }
      return UnsafeBufferPointer(start: row, count: vocabSize)
    }
    // The texts choose their tokens on the model's threads.
    llama.model.whileNobodyElseComputes {
      llama.model.threads.run(parts: readers.count) { i, _ in
        readers[i].context.endRead(rows[i], from: start)
      }
    }
    let (generatedTokens, secondsPerToken) = (count - promptTokens, (now() - start) / Double(count))
    speed.promptTokens += promptTokens
    speed.promptSeconds += Double(promptTokens) * secondsPerToken
    speed.generatedTokens += generatedTokens
    speed.generatedSeconds += Double(generatedTokens) * secondsPerToken
  }

  /// Takes the pieces of a text that were computed; true if that was its end.
  private func collect(_ text: Generation, _ index: Int) -> Bool {
    // Before the next block, in which another text may have its place.
    text.context.endWhereNothingFollows()
    while let piece = text.nextReady() {
      if !piece.text.isEmpty { ready.append(Piece(index: index, text: piece.text, end: nil)) }
    }
    guard let reason = text.reason else { return false }
    let end = End(
      reason: reason, promptTokens: text.promptTokens, generatedTokens: text.generatedTokens)
    ready.append(Piece(index: index, text: "", end: end))
    return true
  }
}

/// A batch for `for try await`: the pieces of many texts, to go through once.
///
///     for try await piece in llama.stream(prompts, options: options) {
///       texts[piece.index] += piece.text
///     }
///
/// It is computed as a `TextStream` is: a block when it is asked for, on the model's thread. The sequence
/// throws `CancellationError` when its task is cancelled, and no other errors: what goes wrong ends one text,
/// and stands in its last piece.
public struct BatchStream: AsyncSequence, Sendable {
  private let batch: StreamedBatch

  fileprivate init(_ batch: StreamedBatch) { self.batch = batch }

  /// Tokens and time of all texts so far, as in `Batch`.
  public var speed: Speed { batch.speed.withLock { $0 } }

  /// What `for try await` asks for pieces.
  public func makeAsyncIterator() -> Iterator { Iterator(batch: batch) }

  /// Gives the pieces of the texts.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let batch: StreamedBatch

    /// What follows next in any of the texts, or nil when all have ended.
    public mutating func next() async throws -> Batch.Piece? { try await batch.next() }
  }
}

/// A batch that is computed on its model's thread.
private actor StreamedBatch {
  private let thread: ComputeThread
  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
  /// On any thread.
  nonisolated let speed = Mutex(Speed())
  private let make: @Sendable () -> Batch
  private lazy var batch = make()

  /// - Parameter make: begins the batch when it is first asked for.
  init(on thread: ComputeThread, _ make: @escaping @Sendable () -> Batch) {
    self.thread = thread
    self.make = make
  }

  /// The next piece, or nil at the end. Between two blocks other texts have their turn.
  func next() async throws -> Batch.Piece? {
    defer { speed.withLock { $0 = batch.speed } }
    while true {
      if Task.isCancelled {
        batch.cancel()
        throw CancellationError()
      }
      if let piece = batch.nextReady() { return piece }
      if !batch.advance() { return nil }
      await Task.yield()
    }
  }
}

extension Llama {
  /// The prompts and what follows each, decoded together: a lazy sequence of pieces of all texts. Leaving the
  /// loop stops the work.
  ///
  ///     for piece in llama.generate(["One day, a fox", "One day, a llama"]) where piece.index == 1 {
  ///       print(piece.text, terminator: "")
  ///     }
  ///
  /// - Parameters:
  ///   - prompts: any number of them; each is taken when its text begins.
  ///   - pattern: what follows each prompt matches it as a whole; nil: that of the options.
  ///   - options: of each text. Where they have a seed, text i has the seed + i, and is the text that
  ///     `generate` gives alone with that.
  ///   - atOnce: how many texts are in the making, each with a KV cache, in 1...256. With more of them, all
  ///     are done sooner and each takes longer.
  public func generate(
    _ prompts: some Sequence<String>, matching pattern: Pattern? = nil,
    options: GenerationOptions = GenerationOptions(), atOnce: Int = 16
  ) -> Batch {
    var rest = prompts.enumerated().makeIterator()
    return Batch(self, options.matching(pattern), atOnce: atOnce) { _ in
      rest.next().map { .prompt($0.element, index: $0.offset) } ?? .end
    }
  }

  /// The same off the caller's actor.
  ///
  ///     for try await piece in llama.stream(prompts) { texts[piece.index] += piece.text }
  public func stream(
    _ prompts: some Sequence<String> & Sendable, matching pattern: Pattern? = nil,
    options: GenerationOptions = GenerationOptions(), atOnce: Int = 16
  ) -> BatchStream {
    let options = options.matching(pattern)
    options.requireNoProblem(vocabSize: config.vocabSize)
    Batch.requireNoProblem(atOnce: atOnce)
    return BatchStream(
      StreamedBatch(on: computeThread) {
        self.generate(prompts, options: options, atOnce: atOnce)
      })
  }
}
