import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One text in the making: its KV cache and the place in it, the sampler, and what is known of its end.
/// `Generation` and `Chat` say what it reads; what follows is chosen here.
final class TextContext {
  /// Tokens of a long prompt between two looks at whether to go on.
  private static let progressStep = 128
  /// The tokens at the beginning that always stay in view: whatever they are, much of the attention goes
  /// to them (Xiao et al. 2023: attention sinks).
  private static let attentionSinks = 4

  let llama: Llama
  let options: GenerationOptions
  /// A KV cache of this text's own, or why there is no memory for one.
  let transformer: Result<Transformer, LlamaError>
  var sampler: Sampler
  var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)?
  /// Ends the text from any thread.
  let cancellation = Cancellation()
  /// How many likely tokens are reported with each one; nil: no probabilities are computed.
  var alternatives: Int?

  /// The tokens that there is room for, and those that the options allow.
  private let room: Int
  private let steps: Int
  /// 1 if the first token already belongs to the text, and not only stands for its beginning.
  private let unmarked: Int
  /// All tokens that were read.
  private(set) var tokens: [Int] = []
  /// Tokens that are to be read next.
  var unread: [Int] = []
  /// The positions of the KV cache in use: fewer than `tokens` once some are out of view.
  private(set) var position = 0
  /// The tokens at the beginning that stay in view beyond the context.
  var pinned = TextContext.attentionSinks

  /// Tokens that were generated since `begin`.
  private(set) var generatedTokens = 0
  /// Why the text ended, once it has.
  private(set) var reason: EndReason?
  private(set) var speed = Speed()
  private var endsBefore: (Int) -> Bool = { _ in false }
  private var deadline: Double?
  private var lastTokenTime = 0.0
  /// The token that was chosen last, until its text is known.
  private var chosen: TextPiece?
  /// Pieces that are known to belong to the text.
  private var ready: [TextPiece] = []
  private var joiner: TextJoiner
  private var stopTexts: StopTexts

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
    room = options.continuesBeyondContext && config.rope != nil ? Int.max : config.seqLen
    steps = options.steps > 0 ? options.steps : Int.max
    self.unmarked = unmarked ? 1 : 0
    let seed = options.seed ?? 0
    sampler = Sampler(
      vocabSize: config.vocabSize, options: options, seed: seed == 0 ? UInt64(time(nil)) : seed)
    joiner = TextJoiner(tokenizer: llama.tokenizer)
    stopTexts = StopTexts(options.stopTexts)
  }

  // MARK: - The text

  /// Begins a text or a reply, which ends before the first token for which `endsBefore` is true.
  func begin(endsBefore: @escaping (Int) -> Bool) {
    self.endsBefore = endsBefore
    joiner = TextJoiner(tokenizer: llama.tokenizer)
    stopTexts = StopTexts(options.stopTexts)
    (reason, deadline, chosen, ready, generatedTokens) = (nil, nil, nil, [], 0)
  }

  /// Ends the text before it has begun.
  func end(_ reason: EndReason) { self.reason = reason }

  /// The most tokens that a prompt may have.
  var longestPrompt: Int { min(steps, room) }

  /// Whether there is no room for the tokens that are unread.
  var isFull: Bool { tokens.count + unread.count + unmarked > min(steps, room) }

  /// Text of tokens that were not generated, such as a prompt's, in front of what is.
  func append(prompt token: Int, after previous: Int) -> String {
    joiner.append(token, after: previous)
  }

  /// The next piece of generated text, or nil at the end.
  func next() -> TextPiece? {
    while ready.isEmpty {
      readAndChoose()
      if let piece = chosen {
        chosen = nil
        append(piece)
      } else if let rest = joiner.rest() {
        append(TextPiece(token: nil, text: rest))
      } else {
        ready = stopTexts.rest()
        if ready.isEmpty { return nil }
      }
    }
    return ready.removeFirst()
  }

  private func append(_ piece: TextPiece) {
    var piece = piece
    if let token = piece.token { piece.text = joiner.append(token, after: tokens.last!) }
    piece.score?.text = piece.text
    let (pieces, stop) = stopTexts.append(piece)
    ready += pieces
    if let stop {
      reason = .stopText(stop)
      joiner = TextJoiner(tokenizer: llama.tokenizer)
    }
  }

  /// Reads what is unread and chooses the token behind it, unless that has been done or the text ends
  /// first.
  func readAndChoose() {
    guard chosen == nil && reason == nil else { return }
    do {
      if isFull {
        reason = steps <= room ? .steps : .context
      } else if let most = options.maximumResponseTokens, generatedTokens >= most {
        reason = .steps
      } else {
        try choose()
      }
    } catch {
      reason = .error(error)
    }
  }

  private func choose() throws(LlamaError) {
    let (start, count) = (now(), unread.count)
    guard let logits = try read() else { return }
    guard isFinite(logits) else {
      throw .notFinite(path: llama.model.checkpoint.file.path, position: tokens.count - 1)
    }
    let token = sampler.sample(logits, after: tokens)
    let end = now()
    if count > 1 {
      speed.promptTokens += count
      speed.promptSeconds += end - start
    } else if lastTokenTime > 0 {
      speed.generatedTokens += 1
      speed.generatedSeconds += end - lastTokenTime
    }
    lastTokenTime = end
    if endsBefore(token) {
      reason = .endToken
      return
    }
    var piece = TextPiece(token: token, text: "")
    if let alternatives {
      piece.score = LogProbabilities(logits).score(
        token, after: tokens.last!, alternatives: alternatives, llama.tokenizer)
    }
    chosen = piece
    unread = [token]
    generatedTokens += 1
  }

  // MARK: - Reading

  /// The logits after what is unread, or nil where the text ends first.
  private func read() throws(LlamaError) -> UnsafeBufferPointer<Float>? {
    let transformer = try transformer.get()
    let total = unread.count
    while true {
      if let end = interruption {
        reason = end
        return nil
      }
      makeRoom(in: transformer)
      let room = llama.config.seqLen - position
      let block = Array(unread.prefix(min(Self.progressStep, room)))
      let first = position
      unread.removeFirst(block.count)
      tokens += block
      position += block.count
      if unread.isEmpty {
        let logits = transformer.forward(block, at: first)
        if total > Self.progressStep { _ = onPromptProgress?(total, total) }
        return logits
      }
      transformer.read(block, at: first)
      if onPromptProgress?(total - unread.count, total) == false { cancellation.cancel() }
    }
  }

  /// What ends the text whatever it says.
  private var interruption: EndReason? {
    if cancellation.isCancelled { return .cancelled }
    guard let limit = options.timeLimit else { return nil }
    let time = now()
    let deadline = deadline ?? time + limit / .seconds(1)
    self.deadline = deadline
    return time > deadline ? .timeLimit : nil
  }

  /// Where the context is full, puts an eighth of it out of view, next to the tokens that stay.
  ///
  /// Where that happens depends on the number of tokens alone, so a text is the same however it is cut
  /// into reads.
  private func makeRoom(in transformer: Transformer) {
    let context = llama.config.seqLen
    guard position == context else { return }
    let kept = min(pinned, context / 2)
    let count = max(1, (context - kept) / 8)
    transformer.forget(kept..<kept + count, of: position)
    position -= count
  }
}

/// Ends a text from any thread.
final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)
  var isCancelled: Bool { flag.load(ordering: .relaxed) }
  func cancel() { flag.store(true, ordering: .relaxed) }
}

/// A piece of generated text: what became known of it with one token, whole characters at a time.
struct TextPiece {
  /// nil for the bytes of a character that never became whole.
  let token: Int?
  var text: String
  var score: ScoredToken?
}

/// Why a text ended.
public enum EndReason: Sendable, Equatable {
  /// The model ended it.
  case endToken
  /// It was about to contain this stop text.
  case stopText(String)
  /// It has as many tokens as the options allow.
  case steps
  /// The context is full.
  case context
  /// The time limit has passed.
  case timeLimit
  /// The caller did not want more of it.
  case cancelled
  case error(LlamaError)
}

/// How many tokens went through the transformer, and in what time.
public struct Speed: Sendable {
  /// Tokens of prompts of more than one token, read in blocks.
  public fileprivate(set) var promptTokens = 0
  public fileprivate(set) var promptSeconds = 0.0
  /// Tokens generated one by one, the first one after a prompt left out.
  public fileprivate(set) var generatedTokens = 0
  public fileprivate(set) var generatedSeconds = 0.0
}

/// Seconds on a clock that only goes forward.
package func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
