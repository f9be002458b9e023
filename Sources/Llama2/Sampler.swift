/// Chooses the next token from logits: the likeliest, or one drawn from all or from the nucleus
/// (run.c: `Sampler`, whose random numbers and order of operations these are).
public struct Sampler: Sendable {
  private let temperature: Float
  private let topP: Float
  private var random: Xorshift
  private var probabilities: [Float]

  /// - Parameters:
  ///   - temperature: what logits are divided by; 0 always takes the likeliest token.
  ///   - topP: draw from the fewest tokens whose probabilities exceed this together
  ///     (Holtzman et al. 2019); from all if it is not inside 0..<1.
  ///   - seed: any number but 0, of which xorshift makes 0 again.
  public init(vocabSize: Int, temperature: Float, topP: Float, seed: UInt64) {
    precondition(temperature >= 0, "a temperature of \(temperature), expected a number from 0 on")
    precondition(!topP.isNaN, "top-p is not a number")
    precondition(seed != 0, "a seed of 0, expected any other number")
    self.temperature = temperature
    self.topP = topP
    random = Xorshift(state: seed)
    probabilities = [Float](repeating: 0, count: vocabSize)
  }

  /// A token for `logits`, (vocabSize).
  public mutating func sample(_ logits: UnsafeBufferPointer<Float>) -> Int {
    precondition(
      logits.count == probabilities.count,
      "\(logits.count) logits for a sampler of \(probabilities.count) tokens")
    // At so low a temperature that the quotients overflow, softmax would give NaN.
    let largest = maximum(logits.baseAddress!, logits.count)
    if temperature == 0 || !(largest / temperature).isFinite { return argmax(logits) }
    let (temperature, topP, coin) = (temperature, topP, random.nextFloat())
    return probabilities.withUnsafeMutableBufferPointer { p in
      for i in 0..<p.count { p[i] = logits[i] / temperature }
      Steps.softmax(p.baseAddress!, p.count)
      if topP <= 0 || topP >= 1 { return draw(UnsafeBufferPointer(p), coin) }
      return Nucleus(UnsafeBufferPointer(p), topP).draw(coin)
    }
  }

  init(vocabSize: Int, options: GenerationOptions, seed: UInt64) {
    self.init(
      vocabSize: vocabSize, temperature: options.temperature, topP: options.topP, seed: seed)
  }

  mutating func sample(_ logits: UnsafeBufferPointer<Float>, after tokens: [Int]) -> Int {
    sample(logits)
  }

  /// Advances the generator by `count` samples: run.c samples after every token of a chat prompt
  /// and does not use the result.
  mutating func skip(_ count: Int) {
    for _ in 0..<count { _ = random.nextFloat() }
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

/// The fewest tokens whose probabilities exceed topP together (run.c: `sample_topp`).
///
/// run.c sorts all candidates and adds up their probabilities from the largest down, once until the
/// sum exceeds topP and once until it exceeds the random number. Here a bisection over the
/// probabilities first finds a range of few candidates in which the sum does so, and only they are
/// sorted. Where there are few candidates from the start, all are sorted and added up exactly as in
/// run.c.
private struct Nucleus {
  let probabilities: UnsafeBufferPointer<Float>
  /// Tokens less probable than this are no candidates: all of them together have less than
  /// 1 - topP, so the others exceed topP without them.
  let cutoff: Float
  let topP: Float
  /// The largest probability, and the sum of those that are at least `cutoff`.
  private let largest: Float
  private let sum: Float

  init(_ probabilities: UnsafeBufferPointer<Float>, _ topP: Float) {
    self.probabilities = probabilities
    self.topP = topP
    cutoff = (1 - topP) / Float(max(1, probabilities.count - 1))
    largest = max(cutoff, maximum(probabilities.baseAddress!, probabilities.count))
    sum = Self.total(probabilities, from: cutoff)
  }

  func draw(_ coin: Float) -> Int {
    let end = place(whereSumPasses: topP)
    return place(whereSumPasses: coin * end.sum).token
  }

  /// The token of the sorted list at which the running sum first exceeds `target`, and that sum;
  /// the last candidate, if it never does.
  private func place(whereSumPasses target: Float) -> (token: Int, sum: Float) {
    let (range, above) = narrow(target)
    var candidates: [(probability: Float, token: Int)] = []
    forEach(in: range) { candidates.append((probabilities[$0], $0)) }
    candidates.sort {
      $0.probability > $1.probability || $0.probability == $1.probability && $0.token < $1.token
    }
    var sum = above
    for candidate in candidates {
      sum += candidate.probability
      if sum > target { return (candidate.token, sum) }
    }
    // Through rounding the sum of all can be less than the target.
    return (candidates.last?.token ?? argmax(probabilities), sum)
  }

  /// A range of probabilities in which the sum of them and all larger ones passes `target`, and
  /// the sum of the larger ones.
  private func narrow(_ target: Float) -> (range: Range<Float>, above: Float) {
    var low = (bound: cutoff, sum: sum)
    var high = (bound: largest.nextUp, sum: Float(0))
    // No token in the range has less than its lower bound, so that at most 64 are in it once their
    // sum is 64 times the bound.
    while low.sum - high.sum > 64 * low.bound && low.bound.nextUp < high.bound {
      // Positive floats are ordered as their bit patterns are: the median of those in the range.
      let middle = Float(bitPattern: (low.bound.bitPattern + high.bound.bitPattern) / 2)
      let sum = Self.total(probabilities, from: middle)
      if sum > target { low = (middle, sum) } else { high = (middle, sum) }
    }
    return (low.bound..<high.bound, high.sum)
  }

  /// The sum of the probabilities that are at least `bound`.
  private static func total(_ probabilities: UnsafeBufferPointer<Float>, from bound: Float)
    -> Float
  {
    let p = probabilities.baseAddress!
    var (even, odd) = (Vector.zero, Vector.zero)
    var i = 0
    while i &+ 32 <= probabilities.count {
      let (x, y) = (load(p + i), load(p + i + 16))
      even += x.replacing(with: 0, where: x .< bound)
      odd += y.replacing(with: 0, where: y .< bound)
      i &+= 32
    }
    var sum = (even + odd).total
    for i in i..<probabilities.count where p[i] >= bound { sum += p[i] }
    return sum
  }

  /// Calls `body` with the tokens whose probabilities lie in `range`, in the order of tokens.
  private func forEach(in range: Range<Float>, _ body: (Int) -> Void) {
    let (p, count) = (probabilities.baseAddress!, probabilities.count)
    /// 16 probabilities, 0 in place of those outside the range.
    @inline(__always) func inside(_ i: Int) -> Vector {
      let x = load(p + i, first: count - i)
      return x.replacing(with: 0, where: x .< range.lowerBound)
        .replacing(with: 0, where: x .>= range.upperBound)
    }
    for start in stride(from: 0, to: count, by: 128) {
      let end = min(start + 128, count)
      // Most chunks of 128 have no probability in the range, and so a sum of 0.
      var sum = Vector.zero
      for i in stride(from: start, to: end, by: 16) { sum += inside(i) }
      if sum.total == 0 { continue }
      for i in stride(from: start, to: end, by: 16) where inside(i).total > 0 {
        for token in i..<min(i + 16, end) where range.contains(p[token]) { body(token) }
      }
    }
  }
}
