/// A text as it is generated: a sequence of pieces, the prompt first, to go through once.
///
///     let text = llama.generate("Once upon a time", options: options)
///     for piece in text { print(piece, terminator: "") }
///     if text.reason == .steps { print(" …") }
public final class Generation: Sequence, IteratorProtocol {
  let context: TextContext
  private let prompt: Prompt
  /// How many tokens of the prompt have been emitted; nil before it is read.
  private var emitted: Int?

  /// Why the text ended; nil while it goes on, and where its loop was left.
  public var reason: EndReason? { context.reason }
  /// What went wrong, if that ended the text.
  public var error: LlamaError? { reason?.error }
  /// Called while a long prompt is read, with the tokens done and in all; returning false ends the
  /// text.
  public var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)? {
    get { context.onPromptProgress }
    set { context.onPromptProgress = newValue }
  }
  /// Tokens in the prompt, BOS included.
  public var promptTokens: Int { prompt.tokens.count }
  /// All tokens so far, those of the prompt included.
  package var tokens: [Int] { context.tokens + context.unread }
  /// The token that ended the text, if the model chose one; it is not part of it.
  package var endToken: Int? { context.endToken }
  /// Tokens behind the prompt so far.
  public var generatedTokens: Int { context.generatedTokens }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }

  /// - Parameter prefix: what was read of texts that begin in the same way.
  init(_ llama: Llama, prompt: [Int], _ options: GenerationOptions, after prefix: Prefix? = nil) {
    let tokenizer = llama.tokenizer
    let prompt = Prompt(prompt, tokenizer)
    self.prompt = prompt
    let read = prefix?.common(with: prompt.tokens) ?? []
    context = TextContext(
      llama, options, unmarked: prompt.marks == 0, after: prefix.map { ($0.transformer, read) })
    context.unread = Array(prompt.tokens[read.count...])
    context.begin(endsBefore: tokenizer.textEnds)
    if let error = prompt.problem(limit: context.longestPrompt) { context.end(.error(error)) }
  }

  /// Has this source guess what follows.
  package func guess(by source: any DraftSource) { context.draft = Draft([source]) }

  /// The next piece, or nil at the end. A piece holds whole characters: where a character's bytes
  /// are tokens of their own, it waits for the last of them.
  public func next() -> String? {
    while let piece = nextPiece() {
      if !piece.text.isEmpty { return piece.text }
    }
    return nil
  }

  /// The tokens behind the prompt instead of the text's pieces, each with its probability; to go through
  /// once.
  ///
  ///     for token in llama.generate("The sky is").tokens(alternatives: 3) {
  ///       print(token.text, token.logProbability, token.alternatives.map(\.text))
  ///     }
  ///
  /// - Parameter alternatives: how many of the likeliest tokens are given with each.
  public func tokens(alternatives: Int = 0) -> AnyIterator<ScoredToken> {
    require(alternatives >= 0, "\(alternatives) alternatives, expected 0 or more")
    context.alternatives = alternatives
    return AnyIterator {
      while let piece = self.nextPiece() {
        if let token = piece.scoredToken { return token }
      }
      return nil
    }
  }

  private func nextPiece() -> TextPiece? { context.next(nextReady) }

  /// The next piece that was computed, if there is one.
  func nextReady() -> TextPiece? {
    // The prompt is read before it is emitted: nothing is emitted of a checkpoint that computes NaN.
    guard context.hasChosen || reason != nil else { return nil }
    let next = emitted ?? (isPromptRead ? prompt.marks : prompt.tokens.count)
    emitted = next
    if next == prompt.tokens.count { return context.nextReady() }
    emitted = next + 1
    let text = context.append(prompt: prompt.tokens[next], after: prompt.token(before: next))
    return TextPiece(token: nil, text: text)
  }

  /// Whether reading the prompt got to its end.
  private var isPromptRead: Bool {
    switch context.reason {
    case .error, .cancelled, .timeLimit: return false
    case .endToken, .matched, .stopText, .steps, .context, nil: return true
    }
  }
}

/// The tokens of a prompt.
struct Prompt {
  /// What is read, which is never nothing.
  let tokens: [Int]
  /// 1 if the first token only stands for the beginning of the text: it is not emitted, and steps do not
  /// count it; else 0.
  let marks: Int
  private let bos: Int?

  init(_ tokens: [Int], _ tokenizer: Tokenizer) {
    marks = tokens.isEmpty || tokens[0] == tokenizer.bos ? 1 : 0
    self.tokens = tokens.isEmpty ? [tokenizer.startOfText] : tokens
    bos = tokenizer.bos
  }

  /// The token behind which the one at `index` is decoded. The first token of a text without BOS is
  /// decoded as if it had one, since `encode` puts a space in front of both.
  func token(before index: Int) -> Int { index > 0 ? tokens[index - 1] : bos ?? -1 }

  /// What is wrong with the prompt of a text that may have `limit` tokens.
  func problem(limit: Int) -> LlamaError? {
    tokens.count > limit ? .promptTooLong(tokens: tokens.count, limit: limit) : nil
  }
}
