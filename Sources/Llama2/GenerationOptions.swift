/// How a text is generated: how its tokens are chosen, and where it ends.
///
///     var options = GenerationOptions(temperature: 0.7, maximumResponseTokens: 100)
///     options.minP = 0.05
///     options.stopTexts = ["\n\n"]
///     for piece in llama.generate("Once upon a time", options: options) { … }
///
/// A token is chosen in this order, each step taking what the one before it left, and those at their
/// defaults leaving everything as it is: `logitBias`; `repetitionPenalty`; `frequencyPenalty` and
/// `presencePenalty`; `bannedTokens`; `pattern`; `temperature`; `topK`; `topP`; `minP`; `typicalP`. This is the order of
/// Hugging Face's generation, which has no frequency and presence penalties.
///
/// A number that is wrong, such as a temperature below 0, or an empty stop text traps with a message where a
/// text, stream or session is made with it.
///
/// Then one token is drawn by a random number in 0..<1: the first at which the probabilities of those
/// that are left, added up, exceed that share of their sum. They are added from the likeliest token
/// down, equally likely ones by rising id; in the order of ids where none was left out (run.c).
public struct GenerationOptions: Sendable, Equatable {
  // MARK: How a token is chosen

  /// What logits are divided by, 0 or more; 0 always takes the likeliest token, of equally likely ones
  /// that with the lowest id.
  public var temperature: Float = 1
  /// Draw from so many of the likeliest tokens, and those that are as likely as the last of them
  /// (Fan et al. 2018); 0: from all.
  public var topK = 0
  /// Draw from the fewest tokens that have this probability together, in 0...1 (Holtzman et al. 2019);
  /// 0 or 1: from all.
  public var topP: Float = 0.9
  /// Draw from the tokens that have at least this share of the likeliest one's probability, in 0...1
  /// (Nguyen et al. 2024).
  public var minP: Float = 0
  /// Draw from the fewest tokens that have this probability together, of those whose surprise is nearest
  /// to the expected one, in 0...1 (Meister et al. 2022); 0 or 1: from all.
  public var typicalP: Float = 1
  /// What the positive logits of tokens in the window are divided by, and the negative ones multiplied
  /// by, above 0 (Keskar et al. 2019); 1: no penalty.
  public var repetitionPenalty: Float = 1
  /// What is taken from a token's logit for each time that it stands in the window (OpenAI's API).
  public var frequencyPenalty: Float = 0
  /// What is taken from a token's logit if it stands in the window at all (OpenAI's API).
  public var presencePenalty: Float = 0
  /// The window of the penalties: so many of the last tokens, those of the prompt included; 0: all.
  public var penaltyWindow = 0
  /// What is added to the logits of tokens, by their ids.
  public var logitBias: [Int: Float] = [:]
  /// The ids of tokens that are never chosen.
  public var bannedTokens: Set<Int> = []
  /// The same text for the same seed; nil or 0: the time.
  public var seed: UInt64?

  // MARK: Where a text ends

  /// Tokens of the whole text, those of the prompt included (run.c: `steps`); 0: as many as there is
  /// room for.
  public var steps = 0
  /// Tokens of a text or reply without its prompt; nil: no limit of their own.
  public var maximumResponseTokens: Int?
  /// The text ends before the first of these that it would contain behind its prompt.
  public var stopTexts: [String] = []
  /// No token is begun later than this after the text or reply began; nor, in a long prompt, are the next
  /// 256 tokens.
  public var timeLimit: Duration?
  /// Whether a text goes on when the context is full: the first tokens and the last ones stay in view,
  /// the oldest between them are forgotten (StreamingLLM, Xiao et al. 2023). nil: a conversation without
  /// `steps` does, anything else does not. Not for models with learned positions, whose texts end with
  /// the context.
  public var continuesBeyondContext: Bool?

  /// What the text behind the prompt, or a reply, must match as a whole; nil: anything.
  public var pattern: Pattern?

  // MARK: How fast it is

  /// Whether tokens that may follow are guessed, and read together with the token in front of them (Leviathan
  /// et al. 2023: speculative decoding). The text is the same, and comes sooner where guesses are right. They
  /// are those of the model's `draft`, as far as its own context reaches, or else what followed where the text
  /// said the same before. Texts of a `Batch` are read together instead.
  public var drafts = true

  /// How tokens are drawn, in the words of Apple's Foundation Models.
  ///
  ///     let options = GenerationOptions(sampling: .random(top: 40, seed: 1), temperature: 0.8)
  public struct SamplingMode: Sendable, Equatable {
    fileprivate var temperature: Float?
    fileprivate var topK = 0
    fileprivate var topP: Float = 1
    fileprivate var seed: UInt64?

    /// Always the likeliest token.
    public static let greedy = SamplingMode(temperature: 0)

    /// One of the `top` likeliest tokens, 1 or more.
    public static func random(top: Int, seed: UInt64? = nil) -> SamplingMode {
      require(top >= 1, "a random choice of the top \(top) tokens, expected 1 or more")
      return SamplingMode(topK: top, seed: seed)
    }

    /// One of the fewest tokens that have this probability together, in 0...1; 0: the likeliest one.
    public static func random(probabilityThreshold: Double, seed: UInt64? = nil) -> SamplingMode {
      require(
        0...1 ~= probabilityThreshold,
        "a probability threshold of \(probabilityThreshold), expected a number from 0 to 1")
      // A top-p of 0 would draw from all tokens.
      let topP = Float(probabilityThreshold)
      return SamplingMode(temperature: topP == 0 ? 0 : nil, topP: topP, seed: seed)
    }
  }

  /// - Parameters:
  ///   - sampling: sets `temperature`, or `topK` and `seed`, or `topP` and `seed`; nil: as without it.
  ///   - temperature: what logits are divided by; nil: 1. `greedy` takes none.
  ///   - maximumResponseTokens: tokens of the text or reply without its prompt.
  public init(
    sampling: SamplingMode? = nil, temperature: Double? = nil, maximumResponseTokens: Int? = nil
  ) {
    self.temperature = Float(temperature ?? 1)
    self.maximumResponseTokens = maximumResponseTokens
    guard let sampling else { return }
    (topK, topP, seed) = (sampling.topK, sampling.topP, sampling.seed)
    if let fixed = sampling.temperature { self.temperature = fixed }
  }

  /// The same with another pattern, unless it is nil.
  func matching(_ pattern: Pattern?) -> GenerationOptions {
    var options = self
    options.pattern = pattern ?? self.pattern
    return options
  }

  /// Traps if one of these numbers is wrong, with a sentence that says which.
  func requireNoProblem(vocabSize: Int) {
    let problem = problem(vocabSize: vocabSize)
    require(problem == nil, problem ?? "")
  }

  /// The most tokens that a text may have where there is room for so many, and what ends one that has
  /// them.
  func limit(room: Int) -> (tokens: Int, reason: EndReason) {
    1...room ~= steps ? (steps, .steps) : (room, .context)
  }

  /// The first thing that is wrong with these numbers for a vocabulary of `vocabSize` tokens, in a
  /// sentence ("a temperature of -1.0, expected a number from 0 on"); nil if nothing is.
  package func problem(vocabSize: Int) -> String? {
    let (fromZeroOn, share) = ("a number from 0 on", 0...1 as ClosedRange<Float>)
    let (ids, response) = (0..<vocabSize, maximumResponseTokens ?? 0)
    var rows: [(isRight: Bool, found: String, expected: String)] = [
      (temperature >= 0 && temperature.isFinite, "a temperature of \(temperature)", fromZeroOn),
      (topK >= 0, "a top-k of \(topK)", fromZeroOn),
      (share.contains(topP), "a top-p of \(topP)", "a number from 0 to 1"),
      (share.contains(minP), "a min-p of \(minP)", "a number from 0 to 1"),
      (share.contains(typicalP), "a typical p of \(typicalP)", "a number from 0 to 1"),
      (
        repetitionPenalty > 0 && repetitionPenalty.isFinite,
        "a repetition penalty of \(repetitionPenalty)", "a number above 0"
      ),
      (frequencyPenalty.isFinite, "a frequency penalty of \(frequencyPenalty)", "a finite number"),
      (presencePenalty.isFinite, "a presence penalty of \(presencePenalty)", "a finite number"),
      (penaltyWindow >= 0, "a penalty window of \(penaltyWindow) tokens", fromZeroOn),
      (steps >= 0, "steps of \(steps)", fromZeroOn),
      (response >= 0, "a response of \(response) tokens", fromZeroOn),
      (!stopTexts.contains(""), "an empty stop text", "a character or more"),
      (timeLimit ?? .zero >= .zero, "a time limit of \(timeLimit ?? .zero)", "one from 0 on"),
    ]
    for (id, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
      rows.append((ids.contains(id), "a bias for token \(id)", "an id in \(ids)"))
      rows.append((bias.isFinite, "a bias of \(bias) for token \(id)", "a finite number"))
    }
    for id in bannedTokens.sorted() {
      rows.append((ids.contains(id), "a ban of token \(id)", "an id in \(ids)"))
    }
    let isOneLeft = bannedTokens.count < vocabSize
    rows.append((isOneLeft, "a ban of all \(vocabSize) tokens", "one that is left"))
    return rows.first { !$0.isRight }.map { "\($0.found), expected \($0.expected)" }
  }
}
