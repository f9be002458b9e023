#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One of the texts that a beam search found.
public struct Beam: Sendable, Equatable {
  /// The prompt and what follows it, as `Llama.generate` emits them.
  public let text: String
  /// The tokens behind the prompt, with the probabilities that the model gives them. Neither the
  /// end token nor a stop text is among them.
  public let tokens: [ScoredToken]
  /// Σ log probability / n^lengthPenalty, over the n tokens behind the prompt. An end token and the
  /// tokens of a stop text count; the log probabilities are those that the options leave.
  public let score: Double
  /// Why the text ended.
  public let reason: EndReason
}

extension Llama {
  /// The likeliest texts that a beam search finds behind a prompt, at most `beams` of them, the
  /// best first.
  ///
  ///     let options = GenerationOptions(maximumResponseTokens: 40)
  ///     for beam in try llama.beamSearch("Once upon a time", beams: 4, options: options) {
  ///       print(beam.score, beam.text)
  ///     }
  ///
  /// After each token the `beams` likeliest unfinished texts go on. A text is finished where it
  /// ends while it is among the `beams` likeliest of its length. The search ends when `beams` texts
  /// are finished and the likeliest unfinished one, scored as it stands, is no better than the
  /// worst of them (Hugging Face's `_beam_search`, with `early_stopping` false). With one beam and
  /// no repetition penalty that is greedy decoding.
  ///
  /// Of the options, those apply that say where a text ends, without `continuesBeyondContext`, and
  /// those that change logits; these change log probabilities here, which are not normalised again.
  /// What is for random choice has no meaning: `temperature`, `topK`, `topP`, `minP`, `typicalP`,
  /// `seed`. When the time is over, the unfinished texts end.
  ///
  /// It takes the time of as many texts, and memory for as many KV caches. It blocks the thread that calls
  /// it: an app calls it off its main actor. In a task that is cancelled the unfinished texts end within a
  /// token, as `EndReason.cancelled`.
  ///
  /// - Parameters:
  ///   - beams: how many texts are looked at together, 1 or more.
  ///   - lengthPenalty: the power of the length that a text's log probability is divided by: 0
  ///     scores by the probability alone, more prefers longer texts, less than 0 shorter ones.
  /// - Throws: `LlamaError`, for a prompt that is too long, if there is no memory, or if the model
  ///   computes no finite numbers.
  public func beamSearch(
    _ prompt: String = "", beams: Int, lengthPenalty: Float = 1,
    options: GenerationOptions = GenerationOptions()
  ) throws(LlamaError) -> [Beam] {
    require(beams > 0, "\(beams) beams, expected 1 or more")
    require(
      lengthPenalty.isFinite, "a length penalty of \(lengthPenalty), expected a finite number")
    let deadline = options.timeLimit.map { now() + $0 / .seconds(1) } ?? .infinity
    var search = try BeamSearch(self, prompt, beams, Double(lengthPenalty), options)
    while search.canImprove {
      if let reason = search.limitReached(deadline) {
        search.end(reason)
      } else {
        try search.step()
      }
    }
    return search.finished
  }
}

/// The state of a search.
private struct BeamSearch {
  /// The best finished texts, the best first.
  private(set) var finished: [Beam] = []

  private let llama: Llama
  private let beams: Int
  private let lengthPenalty: Double
  /// Changes log probabilities as the options say.
  private var sampler: Sampler
  /// The prompt as it is emitted.
  private let prompt: String
  /// The most tokens behind the prompt, and what ends the texts that have them.
  private let limit: Int
  private let limitReason: EndReason
  /// How many continuations are looked at in a step: so many that `beams` of them are not end
  /// tokens.
  private let candidateCount: Int
  /// The unfinished texts, the likeliest first, each with what has read its first `position`
  /// tokens.
  private var running: [(text: Hypothesis, transformer: Transformer)]
  private var position = 0

  init(
    _ llama: Llama, _ prompt: String, _ beams: Int, _ lengthPenalty: Double,
    _ options: GenerationOptions
  ) throws(LlamaError) {
    let tokenizer = llama.tokenizer
    let prompt = Prompt(tokenizer.encode(prompt, bos: true, eos: false), tokenizer)
    let text = options.limit(room: llama.config.seqLen)
    if let error = prompt.problem(limit: text.tokens) { throw error }
    // The last token of a text is not read.
    let most = text.tokens - prompt.tokens.count + prompt.marks
    limit = min(most, options.maximumResponseTokens ?? most)
    limitReason = limit < most ? .steps : text.reason

    var joiner = TextJoiner(tokenizer: tokenizer)
    self.prompt = prompt.tokens.indices.dropFirst(prompt.marks).map {
      joiner.append(prompt.tokens[$0], after: prompt.token(before: $0))
    }.joined()
    candidateCount = beams * max(2, 1 + tokenizer.textEnds.count)
    (self.llama, self.beams, self.lengthPenalty) = (llama, beams, lengthPenalty)
    sampler = Sampler(vocabSize: llama.config.vocabSize, options: options, seed: 1)
    var beginning = Hypothesis(
      tokens: prompt.tokens, joiner: joiner, stopTexts: StopTexts(options.stopTexts))
    if let pattern = options.pattern {
      beginning.matcher = try Matcher(pattern, llama, endsBefore: tokenizer.textEnds)
    }
    running = [(beginning, try Transformer(llama.model))]
  }

  /// Whether an unfinished text could still replace a finished one, going by its score so far.
  var canImprove: Bool {
    guard let likeliest = running.first?.text else { return false }
    guard finished.count == beams, let worst = finished.last else { return true }
    return score(likeliest) > worst.score
  }

  /// What ends the unfinished texts before they have another token.
  func limitReached(_ deadline: Double) -> EndReason? {
    if let text = running.first?.text, text.length >= limit { return limitReason }
    if Task.isCancelled { return .cancelled }
    return now() >= deadline ? .timeLimit : nil
  }

  /// Ends the unfinished texts.
  mutating func end(_ reason: EndReason) {
    for (text, _) in running {
      let isLimit = reason == .steps || reason == .context
      finish(text, isLimit ? text.matcher?.reason(at: reason) ?? reason : reason)
    }
    running = []
  }

  /// Adds a token to each unfinished text.
  mutating func step() throws(LlamaError) {
    var children: [(parent: Int, text: Hypothesis)] = []
    for (rank, candidate) in try candidates().enumerated() {
      var text = running[candidate.parent].text
      text.logProbability = candidate.logProbability
      text.length += 1
      let endsText = llama.tokenizer.textEnds.contains(candidate.token.id)
      if let reason = try endsText ? .endToken : text.append(candidate.token) {
        if rank < beams { finish(text, reason) }
      } else if children.count < beams {
        children.append((candidate.parent, text))
      }
    }
    try branch(to: children)
  }

  /// The likeliest continuations of all texts by one token, the likeliest first.
  private mutating func candidates() throws(LlamaError) -> ArraySlice<Candidate> {
    var candidates: [Candidate] = []
    for (parent, beam) in running.enumerated() {
      let tokens = beam.text.tokens
      let logits = beam.transformer.forward(Array(tokens[position...]), at: position)
      guard isFinite(logits) else {
        throw .notFinite(path: llama.model.checkpoint.file.path, position: tokens.count - 1)
      }
      let modelled = LogProbabilities(logits)
      var changed = logits.indices.map { modelled[$0] }
      sampler.change(&changed, after: tokens)
      if let matcher = beam.text.matcher {
        let allowed = try matcher.allowed(
          room: limit - beam.text.length, after: tokens.last!, sampler.bannedTokens)
        if allowed.isEmpty { finish(beam.text, .matched) }
        allowed.restrict(&changed)
      }
      let best = changed.withUnsafeBufferPointer { likeliest(candidateCount, of: $0) }
      for token in best where changed[token] > -.infinity {
        candidates.append(
          Candidate(
            parent: parent,
            token: modelled.score(
              token, after: tokens.last!, alternatives: 0, llama.tokenizer),
            logProbability: beam.text.logProbability + Double(changed[token])))
      }
    }
    position = running[0].text.tokens.count
    // Of equally likely ones the first.
    candidates.sort {
      (-$0.logProbability, $0.parent, $0.token.id) < (-$1.logProbability, $1.parent, $1.token.id)
    }
    return candidates.prefix(candidateCount)
  }

  /// Goes on with these texts, each a running one and a token.
  ///
  /// The first child of a running text takes over its KV cache. A further child takes the cache of a
  /// running text without children, and copies what differs; where none is left, it copies all of it to
  /// a new cache.
  private mutating func branch(
    to children: [(parent: Int, text: Hypothesis)]
  ) throws(LlamaError) {
    let parents = Set(children.map(\.parent))
    var left = running.indices.filter { !parents.contains($0) }
    var continued: Set<Int> = []
    var next: [(text: Hypothesis, transformer: Transformer)] = []
    for (parent, text) in children {
      var transformer = running[parent].transformer
      if !continued.insert(parent).inserted {
        if let other = left.popLast() {
          let shared = zip(running[other].text.tokens, text.tokens).prefix { $0 == $1 }.count
          running[other].transformer.copy(shared..<position, of: transformer)
          transformer = running[other].transformer
        } else {
          transformer = try Transformer(copying: transformer, count: position)
        }
      }
      next.append((text, transformer))
    }
    running = next
  }

  /// Puts a text among the finished ones if it is one of the best.
  private mutating func finish(_ text: Hypothesis, _ reason: EndReason) {
    let score = score(text)
    let place = finished.firstIndex { $0.score < score } ?? finished.count
    guard place < beams else { return }
    let (pieces, reason) = text.ended(reason)
    let beam = Beam(
      text: prompt + pieces.map(\.text).joined(), tokens: pieces.compactMap(\.scoredToken),
      score: score, reason: reason)
    finished.insert(beam, at: place)
    if finished.count > beams { finished.removeLast() }
  }

  private func score(_ text: Hypothesis) -> Double {
    text.logProbability / pow(Double(max(1, text.length)), lengthPenalty)
  }

  private struct Candidate {
    /// The running text that it continues.
    let parent: Int
    let token: ScoredToken
    /// Of all tokens behind the prompt.
    let logProbability: Double
  }
}

/// What a beam search knows of a text.
private struct Hypothesis {
  /// Those of the prompt included.
  private(set) var tokens: [Int]
  /// The tokens behind the prompt, an end token included, and their log probability.
  var length = 0
  var logProbability = 0.0
  /// Where it is in its pattern; nil: it has none.
  var matcher: Matcher?
  /// What is known of the text behind the prompt.
  private var pieces: [TextPiece] = []
  private var joiner: TextJoiner
  private var stopTexts: StopTexts

  init(tokens: [Int], joiner: TextJoiner, stopTexts: StopTexts) {
    (self.tokens, self.joiner, self.stopTexts) = (tokens, joiner, stopTexts)
  }

  /// Adds a token. Returns what ends the text with it: a stop text, or its pattern.
  mutating func append(_ token: ScoredToken) throws(LlamaError) -> EndReason? {
    let text = joiner.append(token.id, after: tokens.last!)
    try matcher?.advance(token.id, after: tokens.last!)
    tokens.append(token.id)
    let stop = append(TextPiece(token: token.id, text: text, score: token))
    return stop ?? (matcher?.goesOn == false ? .matched : nil)
  }

  private mutating func append(_ piece: TextPiece) -> EndReason? {
    let (pieces, stop) = stopTexts.append(piece)
    self.pieces += pieces
    guard let stop else { return nil }
    joiner = TextJoiner(tokenizer: joiner.tokenizer)
    return .stopText(stop)
  }

  /// All pieces, and why they end, which may be a stop text that the last bytes complete.
  func ended(_ reason: EndReason) -> ([TextPiece], EndReason) {
    var (text, reason) = (self, reason)
    if let rest = text.joiner.rest() {
      reason = text.append(TextPiece(token: nil, text: rest)) ?? reason
    }
    return (text.pieces + text.stopTexts.rest(), reason)
  }
}
