#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One text in the making: its KV cache and the place in it, what chooses its tokens, and what is known of its end.
/// `Generation` and `Chat` say what it reads; what follows is chosen here.
final class TextContext {
  /// The tokens at the beginning that always stay in view: whatever they are, much of the attention goes
  /// to them (Xiao et al. 2023: attention sinks).
  private static let attentionSinks = 4

  let llama: Llama
  private(set) var options: GenerationOptions
  /// A KV cache of this text's own, or why there is no memory for one.
  let transformer: Result<Transformer, LlamaError>
  /// What chooses its tokens.
  private(set) var chooser: Chooser
  var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)?
  /// How many likely tokens are reported with each one; nil: no probabilities are computed.
  var alternatives: Int?

  /// Whether the text goes on when the context is full.
  let continues: Bool
  /// The most tokens that it may have, and what ends it with them.
  private let limit: (tokens: Int, reason: EndReason)
  /// 1 if the first token belongs to the text; 0 if it only stands for its beginning, as BOS does.
  private let unmarked: Int
  /// All tokens that were read.
  private(set) var tokens: [Int] = []
  /// Tokens that are to be read next.
  var unread: [Int] = []
  /// Random numbers that are drawn and not used when all of that is read.
  var skippedSamples = 0
  /// The positions of the KV cache in use: fewer than `tokens` once some are out of view.
  private(set) var position = 0
  /// The tokens at the beginning that stay in view beyond the context.
  var pinned = TextContext.attentionSinks

  /// Tokens that were generated since `begin`.
  private(set) var generatedTokens = 0
  /// How many of these were taken by the caller, and how many of them up to the last one with a text.
  private var (takenTokens, visibleTokens) = (0, 0)
  /// What was emitted of the token in which a stop text begins.
  private var textBeforeStop = ""
  /// Why the text ended, once it has.
  private(set) var reason: EndReason?
  /// The token that ended it, which is not part of it.
  private(set) var endToken: Int?
  private(set) var speed = Speed()
  /// The tokens that end it.
  private var endTokens: Set<Int> = []
  private var deadline: Double?
  private var lastTokenTime = 0.0
  /// The tokens that were read since the last one was chosen, and the seconds that it took.
  private var reading = (tokens: 0, seconds: 0.0)
  /// Whether a read has begun that has not ended.
  private var isBeingRead = false
  /// The tokens that were chosen last, until their text is known.
  private var chosen: [TextPiece] = []
  /// Tokens of the pattern that come next whatever the model says.
  private var forced: [Int] = []
  /// Pieces that are known to belong to the text.
  private var ready: [TextPiece] = []
  private var joiner: TextJoiner
  private var stopTexts: StopTexts
  /// Reads tokens ahead that are guessed; nil: none were.
  var draft: Draft?

  /// - Parameters:
  ///   - unmarked: whether the first token already belongs to the text, and counts as one of its steps.
  ///   - prefix: tokens that have been read already, and the transformer that did.
  init(
    _ llama: Llama, _ options: GenerationOptions, unmarked: Bool = false,
    after prefix: (Transformer, [Int])? = nil
  ) {
    let config = llama.config
    self.llama = llama
    self.options = options
    transformer = Result { () throws(LlamaError) in
      guard let (transformer, tokens) = prefix else { return try Transformer(llama.model) }
      return try Transformer(copying: transformer, count: tokens.count)
    }
    if let (_, tokens) = prefix { (self.tokens, position) = (tokens, tokens.count) }
    continues = options.continuesBeyondContext == true && config.rope != nil
    limit = options.limit(room: continues ? Int.max : config.seqLen)
    self.unmarked = unmarked ? 1 : 0
    chooser = Chooser(sampler: Self.sampler(options, vocabSize: config.vocabSize))
    joiner = TextJoiner(tokenizer: llama.tokenizer)
    stopTexts = StopTexts(options.stopTexts)
  }

  private static func sampler(_ options: GenerationOptions, vocabSize: Int) -> Sampler {
    var seed = options.seed ?? 0
    if seed == 0 {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      // Texts that begin within the same second differ.
      seed = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
    return Sampler(vocabSize: vocabSize, options: options, seed: seed)
  }

  // MARK: - The text

  /// Begins a text or a reply, which ends before the first of `endTokens`.
  ///
  /// - Parameter pattern: what it must match; nil: that of the options.
  func begin(matching pattern: Pattern? = nil, endsBefore endTokens: Set<Int>) {
    (self.endTokens, endToken) = (endTokens, nil)
    joiner = TextJoiner(tokenizer: llama.tokenizer)
    stopTexts = StopTexts(options.stopTexts)
    (reason, deadline, chosen, ready, generatedTokens) = (nil, nil, [], [], 0)
    (takenTokens, visibleTokens, textBeforeStop, lastTokenTime, reading) = (0, 0, "", 0, (0, 0))
    (chooser.matcher, forced) = (nil, [])
    do {
      if let pattern = pattern ?? options.pattern {
        chooser.matcher = try Matcher(pattern, llama, endsBefore: endTokens)
      }
    } catch {
      reason = .error(error)
    }
  }

  /// What follows is chosen as these options say, and ends where they say, but for `steps` and
  /// `continuesBeyondContext`.
  ///
  /// - Parameter sampler: one to go on with; nil: one of its own.
  func setOptions(_ options: GenerationOptions, sampler: Sampler? = nil) {
    self.options = options
    chooser.sampler = sampler ?? Self.sampler(options, vocabSize: llama.config.vocabSize)
  }

  /// Ends the text, before it has begun or between two reads.
  func end(_ reason: EndReason) { self.reason = reason }

  /// The most tokens that a prompt may have.
  var longestPrompt: Int { limit.tokens }

  /// Whether there is no room for the tokens that are unread.
  var isFull: Bool { tokens.count + unread.count + unmarked > limit.tokens }

  /// What is emitted of a prompt's token.
  func append(prompt token: Int, after previous: Int) -> String {
    joiner.append(token, after: previous)
  }

  /// The next piece, or nil at the end.
  ///
  /// - Parameter ready: the next one of those that were computed, if there is one.
  func next(_ ready: () -> TextPiece?) -> TextPiece? {
    while true {
      if let piece = ready() { return piece }
      if reason != nil { return nil }
      advance()
    }
  }

  /// The same for an actor: between two tokens, and two blocks of a prompt, the text ends if the task is
  /// cancelled, and other texts have their turn. Throws `CancellationError`, and the error that ends the text.
  ///
  /// - Parameter reads: those of the actor's thread.
  func next(
    isolation: isolated any Actor, _ reads: SharedReads, _ ready: () -> TextPiece?
  ) async throws -> TextPiece? {
    // nil: the others' turn.
    var isAlone: Bool?
    while true {
      if Task.isCancelled {
        reason = reason ?? .cancelled
        throw CancellationError()
      }
      if let piece = ready() { return piece }
      if case .error(let error) = reason { throw error }
      if reason != nil { return nil }
      // Two tasks may ask for pieces of one text, while one of them reads.
      if let alone = isAlone, !isBeingRead {
        if alone { advance() } else { await advance(with: reads, isolation: isolation) }
        isAlone = nil
      } else {
        isAlone = await reads.waitForOthers(isolation: isolation)
      }
    }
  }

  /// The next piece of generated text that was computed, if there is one.
  func nextReady() -> TextPiece? {
    appendChosen()
    if reason != nil && ready.isEmpty {
      if let rest = joiner.rest() { append(TextPiece(token: nil, text: rest)) }
      if ready.isEmpty { ready = stopTexts.rest() }
    }
    guard !ready.isEmpty else { return nil }
    let piece = ready.removeFirst()
    if piece.isCut {
      textBeforeStop = piece.text
    } else if piece.token != nil {
      takenTokens += 1
    }
    if !piece.text.isEmpty { visibleTokens = takenTokens }
    return piece
  }

  /// Appends the tokens that were chosen, up to a stop text.
  private func appendChosen() {
    var previous = tokens.last ?? -1
    for var piece in chosen {
      if case .stopText = reason { break }
      piece.text = joiner.append(piece.token!, after: previous)
      previous = piece.token!
      append(piece)
    }
    chosen = []
  }

  private func append(_ piece: TextPiece) {
    let (pieces, stop) = stopTexts.append(piece)
    ready += pieces
    if let stop {
      reason = .stopText(stop)
      joiner = TextJoiner(tokenizer: llama.tokenizer)
    }
  }

  /// Reads a block of what is unread, the last one with the choice of the token behind it, unless the text
  /// ends there.
  private func advance() {
    if let read = beginRead() { readAlone(read) }
  }

  private func readAlone(_ read: Transformer.Read) {
    let start = now()
    endRead(forward(read), from: start)
  }

  /// The same together with other texts.
  private func advance(with reads: SharedReads, isolation: isolated any Actor) async {
    guard let read = beginRead() else { return }
    // What was read ahead is not read once more.
    if draft?.isReady == true { return readAlone(read) }
    isBeingRead = true
    let start = now()
    let logits = await reads.read(read, isolation: isolation)
    isBeingRead = false
    endRead(logits, from: start)
  }

  /// The logits behind a block, if they are wanted, or behind a token that was read ahead.
  private func forward(
    _ read: Transformer.Read
  ) -> UnsafeBufferPointer<Float>? {
    guard options.drafts, read.wantsLogits, read.tokens.count == 1 else { return read.forward() }
    let draft = draft ?? Draft(llama.draftSources(), after: tokens.count, at: position)
    self.draft = draft
    let most = options.maximumResponseTokens.map { $0 - generatedTokens - 1 } ?? Int.max
    return draft.forward(
      read, of: tokens, most: max(0, min(most, limit.tokens - tokens.count - unmarked)), chooser)
  }

  /// A block of what is unread, for the caller to have read; nil if the text ends there.
  ///
  /// - Parameter most: the most tokens to take.
  func beginRead(most: Int = Transformer.blockSize) -> Transformer.Read? {
    endWhereNothingFollows()
    if reason != nil { return nil }
    switch transformer {
    case .success(let transformer):
      let (tokens, position) = takeBlock(most: most)
      reading.tokens += tokens.count
      return Transformer.Read(
        text: transformer, tokens: tokens, position: position, wantsLogits: unread.isEmpty)
    case .failure(let error):
      reason = .error(error)
      return nil
    }
  }

  /// Ends the text, unless it has ended, if its pattern, a limit or its time lets no token follow.
  func endWhereNothingFollows() {
    if reason != nil { return }
    if let matcher = chooser.matcher, !matcher.goesOn {
      reason = .matched
    } else if isFull {
      reason = chooser.matcher?.reason(at: limit.reason) ?? limit.reason
    } else if let most = options.maximumResponseTokens, generatedTokens >= most {
      reason = chooser.matcher?.reason(at: .steps) ?? .steps
    } else if timeIsOver {
      reason = .timeLimit
    }
  }

  /// Goes on behind what `beginRead` gave, which was read since `start`.
  ///
  /// - Parameter logits: those behind its last token, if it wanted them: the next token is chosen.
  func endRead(_ logits: UnsafeBufferPointer<Float>?, from start: Double) {
    let total = reading.tokens + unread.count
    if total > Transformer.blockSize, onPromptProgress?(reading.tokens, total) == false {
      reason = .cancelled
      return
    }
    guard let logits else {
      reading.seconds += now() - start
      return
    }
    guard isFinite(logits) else {
      reason = .error(
        .notFinite(path: llama.model.checkpoint.file.path, position: tokens.count - 1))
      return
    }
    chooser.sampler.skip(skippedSamples)
    skippedSamples = 0
    do {
      guard let token = try choose(logits) else {
        reason = .matched
        return
      }
      count(from: start, to: now())
      try append(token, logits)
    } catch {
      reason = .error(error)
    }
  }

  /// How many more tokens may be chosen. The last one is not read.
  private var room: Int {
    let most = options.maximumResponseTokens.map { $0 - generatedTokens } ?? Int.max
    return min(most, limit.tokens - unmarked - (tokens.count + unread.count - 1))
  }

  /// The token that comes next; nil: a text that matches has come to its end.
  private func choose(_ logits: UnsafeBufferPointer<Float>) throws(LlamaError) -> Int? {
    if !forced.isEmpty { return forced.removeFirst() }
    return try chooser.choose(logits, after: tokens, room: room)
  }

  /// Goes on with a token that was chosen by these logits, unless it ends the text, and with those that must
  /// follow it.
  private func append(_ token: Int, _ logits: UnsafeBufferPointer<Float>) throws(LlamaError) {
    if endTokens.contains(token) {
      (reason, endToken) = (.endToken, token)
      return
    }
    var piece = TextPiece(token: token, text: "")
    if let alternatives {
      piece.score = LogProbabilities(logits).score(
        token, after: tokens.last!, alternatives: alternatives, llama.tokenizer)
    }
    chosen = [piece]
    unread = [token]
    generatedTokens += 1
    guard chooser.matcher != nil else { return }
    try chooser.matcher!.advance(token, after: tokens.last!)
    if forced.isEmpty {
      forced = try chooser.matcher!.forced(
        room: room, after: token, chooser.sampler.bannedTokens)
    }
    // With probabilities each of them needs logits.
    if alternatives != nil { return }
    for token in forced {
      try chooser.matcher!.advance(token, after: unread.last!)
      chosen.append(TextPiece(token: token, text: ""))
      unread.append(token)
    }
    generatedTokens += forced.count
    forced = []
  }

  /// Counts a token, which was chosen at the end of that time.
  private func count(from start: Double, to end: Double) {
    if lastTokenTime > 0 {
      speed.generatedTokens += reading.tokens
      speed.generatedSeconds += end - lastTokenTime
    } else if reading.tokens > 1 {
      speed.promptTokens += reading.tokens
      speed.promptSeconds += reading.seconds + end - start
    }
    lastTokenTime = end
    reading = (0, 0)
  }

  private var timeIsOver: Bool {
    guard let limit = options.timeLimit else { return false }
    let time = now()
    let deadline = deadline ?? time + limit / .seconds(1)
    self.deadline = deadline
    return time >= deadline
  }

  // MARK: - Reading

  /// Reads a block of what is unread, and chooses nothing; false once nothing is unread.
  func readAhead() -> Bool {
    guard case .success(let transformer) = transformer, !unread.isEmpty else { return false }
    let (block, first) = takeBlock(most: Transformer.blockSize)
    transformer.read(block, at: first)
    return !unread.isEmpty
  }

  /// The next block to read, and its first position.
  private func takeBlock(most: Int) -> (tokens: [Int], position: Int) {
    makeRoom(for: 1)
    let block = Array(unread.prefix(min(most, llama.config.seqLen - position)))
    unread.removeFirst(block.count)
    draft?.read(block, after: tokens.count, at: position, vocabSize: llama.config.vocabSize)
    tokens += block
    position += block.count
    return (block, position - block.count)
  }

  /// Tokens at the beginning that stay in view.
  var kept: Int { min(pinned, llama.config.seqLen / 2) }

  /// How many tokens behind those go out of view at once.
  var forgottenAtOnce: Int { max(1, (llama.config.seqLen - kept) / 8) }

  /// Puts the oldest tokens out of view, next to those that stay, if the context has no room for `count`
  /// tokens.
  ///
  /// Where that happens for one token at a time depends on the number of tokens alone, so a text is the same
  /// however it is cut into reads.
  func makeRoom(for count: Int) {
    let missing = position + count - llama.config.seqLen
    guard missing > 0, case .success(let transformer) = transformer else { return }
    let forgotten = min(max(missing, forgottenAtOnce), position - kept)
    transformer.forget(kept..<kept + forgotten, of: position)
    position -= forgotten
  }

  // MARK: - From reply to reply

  /// Whether a token was chosen since `begin`, that at the end included.
  var hasChosen: Bool { generatedTokens > 0 || reason == .endToken }

  /// Ends a reply where its emitted text ends, in case it was left, or tokens of a stop text were read.
  /// Returns the tokens that follow those that were read, and the text behind them.
  func endReply() -> (tokens: [Int], text: String) {
    var isWhole = ready.isEmpty && chosen.isEmpty && reason != nil
    if case .stopText = reason { isWhole = false }
    if reason == .cancelled { isWhole = false }
    var excess = isWhole ? 0 : generatedTokens - visibleTokens
    let unreadExcess = min(excess, unread.count)
    unread.removeLast(unreadExcess)
    excess -= unreadExcess
    takeBack(excess)
    return (unread, textBeforeStop)
  }

  /// Makes `new` follow the first `count` tokens. What was read of that before is not read again, but for the
  /// last token, whose logits may be asked for.
  func readNext(_ new: [Int], after count: Int) {
    let shared = zip(tokens[count...], new.dropLast()).prefix { $0 == $1 }.count
    takeBack(tokens.count - count - shared)
    unread = Array(new[shared...])
  }

  /// Takes the last tokens out of the text, but for those that stay in view, or went out of view, beyond
  /// the context.
  private func takeBack(_ count: Int) {
    let count = min(count, position < tokens.count ? position - kept : position)
    tokens.removeLast(count)
    position -= count
  }
}

/// A piece of generated text: what became known of it with one token, whole characters at a time.
struct TextPiece {
  /// nil for the bytes of a character that never became whole.
  let token: Int?
  var text: String
  var score: ScoredToken?
  /// Whether a stop text begins inside the token.
  var isCut = false

  /// The token with its probability and what is emitted of it.
  var scoredToken: ScoredToken? {
    var token = score
    token?.text = text
    return token
  }
}

/// Why a text ended.
///
///     switch text.reason {
///     case .stopText(let stop): print("before", stop)
///     case .error(let error): print(error)
///     default: break
///     }
public enum EndReason: Sendable, Equatable {
  /// The model ended it.
  case endToken
  /// It matches its pattern, and no token may follow, or there is no room for one.
  case matched
  /// It was about to contain this stop text.
  case stopText(String)
  /// It has as many tokens as the options allow; with a pattern, which it does not match.
  case steps
  /// The context is full; with a pattern, the text does not match it.
  case context
  /// The time limit has passed.
  case timeLimit
  /// The caller did not want more of it.
  case cancelled
  /// Something went wrong, such as logits that are not finite numbers.
  case error(LlamaError)

  /// What went wrong, if something did.
  var error: LlamaError? { if case .error(let error) = self { error } else { nil } }
}

/// How many tokens went through the transformer, and in what time.
///
///     let speed = text.speed
///     print(Double(speed.generatedTokens) / speed.generatedSeconds, "tokens a second")
public struct Speed: Sendable {
  /// Tokens of prompts of more than one token, read in blocks.
  public internal(set) var promptTokens = 0
  /// The time of reading them, and of choosing the token behind each prompt.
  public internal(set) var promptSeconds = 0.0
  /// Tokens generated one by one, the first one after a prompt left out.
  public internal(set) var generatedTokens = 0
  /// The time from the choice of the token before each to its own, with what the caller did in between.
  public internal(set) var generatedSeconds = 0.0
}

/// Seconds on a clock that only goes forward.
package func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
