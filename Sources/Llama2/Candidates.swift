/// The tokens that top-k, top-p, min-p and typical p leave, from the likeliest down; of equally
/// likely ones the lower id stands first (run.c: `ProbIndex` and its qsort, which C leaves free to
/// order equal ones as it likes, and which in glibc is a stable merge sort).
///
/// Each step takes the tokens that the one before it left, and their probabilities as shares of the
/// sum of those, as in Hugging Face's generation. Each leaves neighbours in the sorted list.
struct Candidates {
  struct Candidate {
    let probability: Float
    let token: Int32
  }

  private var left: Slice<UnsafeMutableBufferPointer<Candidate>>
  /// The sum of their probabilities, added from the likeliest down.
  private var sum: Float = 0

  /// - Parameters:
  ///   - probabilities: of all tokens, (vocabSize).
  ///   - scratch: room for the list twice, (2 vocabSize), as long as this is used.
  ///   - score: of a token: its logit divided by the temperature.
  init(
    _ probabilities: UnsafeBufferPointer<Float>, _ options: GenerationOptions,
    scratch: UnsafeMutableBufferPointer<Candidate>, score: (Int) -> Float
  ) {
    left = scratch[..<0]
    let (p, count) = (probabilities.baseAddress!, probabilities.count)
    let hasTopK = 0 < options.topK && options.topK < count
    let hasTopP = 0 < options.topP && options.topP < 1
    let largest = maximum(p, count)
    let leastForMinP = options.minP * largest
    if hasTopK {
      take(probabilities, from: Self.largest(options.topK, of: p, count), to: largest)
      keep(untilSumExceeds: .infinity)
      if hasTopP { keep(untilSumExceeds: options.topP * sum) }
    } else if hasTopP {
      // The tokens below run.c's cutoff have less than 1 - topP together, so that the others exceed
      // topP without them. Most often a few of the likeliest do: the tail is not even sorted.
      let cutoff = max((1 - options.topP) / Float(max(1, count - 1)), leastForMinP)
      var least = largest
      repeat {
        least = max(least / 16, cutoff)
        take(probabilities, from: least, to: largest)
      } while !keep(untilSumExceeds: options.topP) && least > cutoff
    } else {
      take(probabilities, from: leastForMinP, to: largest)
      keep(untilSumExceeds: .infinity)
    }
    if options.minP > 0 { keep(left.prefix { $0.probability >= leastForMinP }) }
    if 0 < options.typicalP && options.typicalP < 1 { keepTypical(options.typicalP, score) }
  }

  /// The first token at which the sum of the probabilities, from the likeliest down, exceeds `coin`
  /// times the sum of all; nil if there is none to draw.
  func draw(_ coin: Float) -> Int? {
    let target = coin * sum
    var sum: Float = 0
    let drawn = left.first {
      sum += $0.probability
      return target < sum
    }
    return (drawn ?? left.last).map { Int($0.token) }
  }

  private mutating func keep(_ kept: Slice<UnsafeMutableBufferPointer<Candidate>>) {
    left = kept
    keep(untilSumExceeds: .infinity)
  }

  /// False if the sum of all does not exceed `mass`, and all are kept.
  @discardableResult
  private mutating func keep(untilSumExceeds mass: Float) -> Bool {
    sum = 0
    for (i, candidate) in zip(left.indices, left) {
      sum += candidate.probability
      if sum > mass {
        left = left[...i]
        return true
      }
    }
    return false
  }

  /// Keeps the fewest tokens that have `mass` of the probability together, of those whose surprise
  /// -log p is nearest to the expected one, and those that are as near as the last of them
  /// (Meister et al. 2022; Hugging Face: `TypicalLogitsWarper`).
  ///
  /// A token's score is its log p and a constant, so the distance of its surprise from the expected one
  /// is that of its score from the expected score. Scores fall along the list: the nearest tokens are
  /// the neighbours of the place where they pass the expected one.
  private mutating func keepTypical(_ mass: Float, _ score: (Int) -> Float) {
    let scores = left.map { Double(score(Int($0.token))) }
    let p = left.map { Double($0.probability) }
    let total = p.reduce(0, +)
    let expected = zip(scores, p).reduce(0) { $0 + $1.0 * $1.1 } / total
    let distances = scores.map { ($0 - expected).magnitude }
    var end = scores.firstIndex { $0 < expected } ?? scores.count
    var (start, rest, farthest) = (end, Double(mass) * total, 0.0)
    while start > 0 || end < scores.count {
      let isNextAbove = end == scores.count || start > 0 && distances[start - 1] <= distances[end]
      let next = isNextAbove ? start - 1 : end
      if rest <= 0 && distances[next] > farthest { break }
      (rest, farthest) = (rest - p[next], distances[next])
      if isNextAbove { start = next } else { end = next + 1 }
    }
    keep(left[left.startIndex + start..<left.startIndex + end])
  }

  /// Takes the tokens whose probabilities lie in least...largest and are not 0.
  private mutating func take(
    _ probabilities: UnsafeBufferPointer<Float>, from least: Float, to largest: Float
  ) {
    let (p, list) = (probabilities.baseAddress!, left.base)
    let least = max(least, .leastNonzeroMagnitude)
    let leastBits = least.bitPattern
    var count = 0
    for start in stride(from: 0, to: probabilities.count, by: 32) {
      let end = min(start + 32, probabilities.count)
      // Most blocks have no candidate.
      if maximum(p + start, end - start) < least { continue }
      for token in start..<end {
        // Written over by the next one if it is no candidate. The sign of a difference of bit
        // patterns is no branch, which would be mispredicted.
        list[count] = Candidate(probability: p[token], token: Int32(truncatingIfNeeded: token))
        count &+= Int((leastBits &- 1 &- p[token].bitPattern) >> 31)
      }
    }
    left = list[..<count]
    sort(from: least, to: largest)
  }

  /// Radix sort by falling probability, which leaves equal ones in their order. Positive floats are
  /// ordered as their bit patterns are.
  private mutating func sort(from least: Float, to largest: Float) {
    guard !left.isEmpty else { return }
    let largest = largest.bitPattern
    let bits = max(1, 32 - (largest - least.bitPattern).leadingZeroBitCount)
    // Small digits for short lists, where the counters would cost more than the list.
    let most = left.count < 2048 ? 8 : 13
    let passes = (bits + most - 1) / most
    let digitBits = (bits + passes - 1) / passes
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1 << digitBits) { ends in
      for shift in stride(from: 0, to: UInt32(bits), by: digitBits) {
        let (list, count) = (left.base, left.count)
        let other = left.startIndex == 0 ? count : 0
        func digit(_ candidate: Candidate) -> Int {
          Int((largest &- candidate.probability.bitPattern) >> shift) & (ends.count - 1)
        }
        ends.update(repeating: 0)
        for candidate in left { ends[digit(candidate)] &+= 1 }
        for i in 1..<ends.count { ends[i] &+= ends[i - 1] }
        for candidate in left.reversed() {
          let digit = digit(candidate)
          ends[digit] &-= 1
          list[other + Int(ends[digit])] = candidate
        }
        left = list[other..<other + count]
      }
    }
  }

  /// The k-th largest of x, (count), whose elements are not negative, where 0 < k ≤ count.
  private static func largest(_ k: Int, of x: UnsafePointer<Float>, _ count: Int) -> Float {
    // A bisection over bit patterns, by which positive floats are ordered.
    var low: UInt32 = 0
    var high = maximum(x, count).bitPattern + 1
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let bound = Vector(repeating: Float(bitPattern: middle))
      var counts = SIMD16<Int32>.zero
      for i in stride(from: 0, to: count, by: 16) {
        let one = SIMD16<Int32>.zero.replacing(
          with: 1, where: load(x + i, first: count - i) .>= bound)
        counts &+= one
      }
      if Int(counts.wrappedSum()) >= k { low = middle } else { high = middle }
    }
    return Float(bitPattern: low)
  }
}
