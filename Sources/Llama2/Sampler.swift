/// Chooses the next token from logits, as `GenerationOptions` say (run.c: `Sampler`, whose random
/// numbers and order of operations these are).
///
///     var sampler = Sampler(vocabSize: 32000, temperature: 0.8, topP: 0.9, seed: 1)
///     let token = sampler.sample(transformer.forward(tokens, at: 0), after: tokens)
public struct Sampler: Sendable {
  private let options: GenerationOptions
  private var random: Xorshift
  private var probabilities: [Float]
  /// How often each token stands in the window of the penalties; zeros between two samples.
  private var counts: [Float]
  private var candidates: [Candidates.Candidate]
  /// Where fewer than this part of the tokens may be chosen, the others are not looked at.
  private static let few = 8
  var bannedTokens: Set<Int> { options.bannedTokens }

  /// - Parameters:
  ///   - temperature: what logits are divided by; 0 always takes the likeliest token.
  ///   - topP: draw from the fewest tokens whose probabilities exceed this together
  ///     (Holtzman et al. 2019); 0 and 1: from all.
  ///   - seed: any number but 0, of which xorshift makes 0 again.
  public init(vocabSize: Int, temperature: Float, topP: Float, seed: UInt64) {
    var options = GenerationOptions()
    options.temperature = temperature
    options.topP = topP
    self.init(vocabSize: vocabSize, options: options, seed: seed)
  }

  /// - Parameters:
  ///   - options: how a token is chosen; their own seed is not looked at.
  ///   - seed: any number but 0, of which xorshift makes 0 again.
  public init(vocabSize: Int, options: GenerationOptions, seed: UInt64) {
    options.requireNoProblem(vocabSize: vocabSize)
    require(seed != 0, "a seed of 0, expected any other number")
    self.options = options
    random = Xorshift(state: seed)
    probabilities = [Float](repeating: 0, count: vocabSize)
    counts = options.penalizesRepetition ? probabilities : []
    // Not initialized, so that only as many of its pages as candidates are found are ever touched.
    let room = options.leavesOutTokens ? 2 * vocabSize : 0
    candidates = room == 0 ? [] : Array(unsafeUninitializedCapacity: room) { $1 = room }
  }

  /// A token for `logits`, (vocabSize), where `tokens` is the text before it, its prompt included:
  /// what the penalties look at.
  ///
  /// Takes one random number; none at a temperature of 0. Logits of which none is a finite number
  /// give some token that is not banned.
  public mutating func sample(
    _ logits: UnsafeBufferPointer<Float>, after tokens: [Int] = []
  ) -> Int {
    sample(logits, after: tokens, allowed: nil)
  }

  /// - Parameter allowed: the tokens among which one is chosen, one at least, none of them banned; nil: all.
  mutating func sample(
    _ logits: UnsafeBufferPointer<Float>, after tokens: [Int], allowed: TokenSet?
  ) -> Int {
    require(
      logits.count == probabilities.count,
      "\(logits.count) logits for a sampler of \(probabilities.count) tokens")
    guard options.changesLogits || allowed != nil else { return choose(logits) }
    if let allowed, !options.changesLogits, allowed.count < logits.count / Self.few {
      let tokens = allowed.tokens
      return tokens[tokens.map { logits[$0] }.withUnsafeBufferPointer { choose($0) }]
    }
    var changed = Array(logits)
    change(&changed, after: tokens)
    allowed?.restrict(&changed)
    let token = changed.withUnsafeBufferPointer { choose($0) }
    func mayBeChosen(_ token: Int) -> Bool {
      !options.bannedTokens.contains(token) && allowed?[token] != false
    }
    if mayBeChosen(token) { return token }
    // All logits are -infinity or NaN, or the probabilities add up to less than the random number.
    return logits.indices.filter(mayBeChosen).max { changed[$0] < changed[$1] }!
  }

  /// Goes on as `other` does, with memory of its own.
  mutating func follow(_ other: Sampler) {
    if options == other.options { random = other.random } else { self = other }
  }

  /// Advances the generator by `count` samples: run.c samples after every token of a chat prompt
  /// and does not use the result.
  mutating func skip(_ count: Int) {
    for _ in 0..<count { _ = random.nextFloat() }
  }

  /// The steps of `GenerationOptions` up to the temperature.
  mutating func change(_ logits: inout [Float], after tokens: [Int]) {
    for (token, bias) in options.logitBias { logits[token] += bias }
    if options.penalizesRepetition {
      let window = tokens.suffix(options.penaltyWindow == 0 ? tokens.count : options.penaltyWindow)
      for token in window { counts[token] += 1 }
      for token in window where counts[token] > 0 {
        let penalty = options.repetitionPenalty
        logits[token] = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty
        logits[token] -= counts[token] * options.frequencyPenalty + options.presencePenalty
        counts[token] = 0
      }
    }
    for token in options.bannedTokens { logits[token] = -.infinity }
  }

  /// The place of the likeliest of some tokens, or of one drawn from those that the options leave.
  private mutating func choose(_ logits: UnsafeBufferPointer<Float>) -> Int {
    let temperature = options.temperature
    // At so low a temperature that the quotients overflow, softmax would give NaN.
    let largest = maximum(logits.baseAddress!, logits.count)
    if temperature == 0 || !(largest / temperature).isFinite { return argmax(logits) }
    let coin = random.nextFloat()
    return probabilities.withUnsafeMutableBufferPointer { probabilities in
      let p = UnsafeMutableBufferPointer(rebasing: probabilities[..<logits.count])
      for i in 0..<p.count { p[i] = logits[i] / temperature }
      Steps.softmax(p.baseAddress!, p.count)
      guard options.leavesOutTokens else { return draw(UnsafeBufferPointer(p), coin) }
      return candidates.withUnsafeMutableBufferPointer { candidates in
        let candidates = Candidates(UnsafeBufferPointer(p), options, scratch: candidates) {
          logits[$0] / temperature
        }
        return candidates.draw(coin) ?? argmax(logits)
      }
    }
  }
}

extension GenerationOptions {
  fileprivate var penalizesRepetition: Bool {
    repetitionPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0
  }

  /// Whether a token's logit is changed by its id, or by the text before it.
  fileprivate var changesLogits: Bool {
    penalizesRepetition || !logitBias.isEmpty || !bannedTokens.isEmpty
  }

  /// Whether not every token may be drawn, but only likely ones.
  fileprivate var leavesOutTokens: Bool {
    topK > 0 || 0 < topP && topP < 1 || minP > 0 || 0 < typicalP && typicalP < 1
  }
}

/// run.c's generator, xorshift64* (Marsaglia 2003, Vigna 2016).
struct Xorshift {
  var state: UInt64

  mutating func next() -> UInt32 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return UInt32(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 32)
  }

  /// In 0..<1.
  mutating func nextFloat() -> Float { Float(next() >> 8) / 16_777_216 }
}

/// The first of the largest (run.c: `sample_argmax`).
func argmax(_ x: UnsafeBufferPointer<Float>) -> Int {
  let largest = maximum(x.baseAddress!, x.count)
  // A second pass over chunks, with vectors, is faster than to compare one logit after the other.
  let chunk = stride(from: 0, to: x.count, by: 256).first {
    maximum(x.baseAddress! + $0, min(256, x.count - $0)) == largest
  }
  return x[(chunk ?? 0)...].firstIndex(of: largest) ?? 0
}

/// The first token at which the sum of the probabilities so far exceeds `coin`, a random number in
/// 0..<1 (run.c: `sample_mult`).
private func draw(_ probabilities: UnsafeBufferPointer<Float>, _ coin: Float) -> Int {
  var sum: Float = 0
  for i in 0..<probabilities.count {
    sum += probabilities[i]
    if coin < sum { return i }
  }
  return probabilities.count - 1
}
