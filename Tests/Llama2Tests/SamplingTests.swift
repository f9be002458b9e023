import Foundation
import Llama2
import Testing

/// What Hugging Face's generation leaves of logits (Tests/sampling-fixtures.py).
private struct SamplingFixture: Decodable {
  struct Case: Decodable {
    let size: Int
    let options: Options
    /// The ids of the tokens that are left, rising, and their probabilities.
    let left: [Int]
    let probabilities: [Double]
  }
  struct Options: Decodable {
    let temperature, topP, minP, typicalP: Float?
    let repetitionPenalty, frequencyPenalty, presencePenalty: Float?
    let topK, penaltyWindow: Int?
    let logitBias: [String: Float]?
    let bannedTokens: Set<Int>?

    var options: GenerationOptions {
      var options = GenerationOptions()
      options.temperature = temperature ?? 1
      options.topK = topK ?? 0
      options.topP = topP ?? 1
      options.minP = minP ?? 0
      options.typicalP = typicalP ?? 1
      options.repetitionPenalty = repetitionPenalty ?? 1
      options.frequencyPenalty = frequencyPenalty ?? 0
      options.presencePenalty = presencePenalty ?? 0
      options.penaltyWindow = penaltyWindow ?? 0
      for (token, bias) in logitBias ?? [:] { options.logitBias[Int(token)!] = bias }
      options.bannedTokens = bannedTokens ?? []
      return options
    }
  }
  let text: [Int]
  let logits: [[Float]]
  let cases: [Case]

  static let all = try! JSONDecoder().decode(
    SamplingFixture.self,
    from: Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/sampling.json")))
}

extension Sampler {
  /// A sampler whose first coin is the largest of run.c's, multiples of 2⁻²⁴, that is not above `coin`.
  init(vocabSize: Int, options: GenerationOptions, coin: Float) {
    // run.c's generator, backwards.
    var inverse: UInt64 = 1
    for _ in 0..<6 { inverse = inverse &* (2 &- 0x2545_F491_4F6C_DD1D &* inverse) }
    var state = (UInt64(coin * 16_777_216) << 40 | 1) &* inverse
    state ^= state >> 27 ^ state >> 54
    state ^= state << 25 ^ state << 50
    state ^= state >> 12 ^ state >> 24 ^ state >> 36 ^ state >> 48 ^ state >> 60
    self.init(vocabSize: vocabSize, options: options, seed: state)
  }
}

private func sample(
  _ logits: [Float], after tokens: [Int] = [], coin: Float,
  _ change: (inout GenerationOptions) -> Void
) -> Int {
  var options = GenerationOptions()
  options.topP = 1
  change(&options)
  var sampler = Sampler(vocabSize: logits.count, options: options, coin: coin)
  return logits.withUnsafeBufferPointer { sampler.sample($0, after: tokens) }
}

private let largestCoin: Float = 1 - 0x1p-24

@Suite struct SamplingTests {
  /// The tokens that are left stand on 0..<1 by falling probability, if some were left out, else by
  /// rising id, each over its probability: the coin falls on the one that is drawn.
  @Test(arguments: SamplingFixture.all.cases.indices)
  func tokensAndTheirProbabilitiesAreThoseOfHuggingFace(_ index: Int) throws {
    let (fixture, tolerance) = (SamplingFixture.all, 1e-5)
    let expected = fixture.cases[index]
    let logits = try #require(fixture.logits.first { $0.count == expected.size })
    let options = expected.options.options
    let sorts =
      options.topK > 0 || options.topP < 1 || options.minP > 0 || options.typicalP < 1
    let order = expected.left.indices.sorted {
      let (a, b) = (expected.probabilities[$0], expected.probabilities[$1])
      return sorts && a != b ? a > b : $0 < $1
    }
    var places: [Int: ClosedRange<Double>] = [:]
    var coins = (0..<100).map { Double($0) / 100 }
    var sum = 0.0
    for i in order {
      let next = sum + expected.probabilities[i]
      places[expected.left[i]] = sum - tolerance...next + tolerance
      coins += [max(0, sum - tolerance), sum + tolerance, (sum + next) / 2]
      sum = next
    }
    var drawn: Set<Int> = []
    for coin in coins.map({ min(Float($0), largestCoin) }) {
      let token = sample(logits, after: fixture.text, coin: coin) { $0 = options }
      drawn.insert(token)
      let isUnderTheCoin = places[token]?.contains(Double(coin)) == true
      #expect(isUnderTheCoin, "token \(token), coin \(coin), \(places[token] as Any)")
    }
    let likely = zip(expected.left, expected.probabilities).filter { $0.1 > 4 * tolerance }
    #expect(drawn.isSuperset(of: likely.map(\.0)))
  }

  @Test func tokensThatAreAsLikelyAsTheLastOfTopKAreLeft() {
    let logits: [Float] = [1, 3, 2, 0, 2, 2]
    let drawn = Set((0..<100).map { i in sample(logits, coin: Float(i) / 100) { $0.topK = 2 } })
    #expect(drawn == [1, 2, 4, 5])
  }

  @Test func withoutATextNothingIsPenalized() {
    for coin in [0, 0.3, 0.6, 0.9] as [Float] {
      let logits: [Float] = [1, 0.5, -1, 0]
      let plain = sample(logits, coin: coin) { _ in }
      let penalized = sample(logits, coin: coin) {
        ($0.repetitionPenalty, $0.frequencyPenalty, $0.presencePenalty) = (5, 3, 3)
      }
      #expect(penalized == plain)
    }
  }

  /// Counts of one text must not be left for the next.
  @Test func penaltiesCountAfreshForEachToken() {
    var options = GenerationOptions()
    (options.temperature, options.frequencyPenalty) = (0, 1)
    var sampler = Sampler(vocabSize: 3, options: options, seed: 1)
    let logits: [Float] = [4.5, 3, 0]
    logits.withUnsafeBufferPointer { logits in
      #expect(sampler.sample(logits, after: [0]) == 0)
      #expect(sampler.sample(logits, after: [0]) == 0)
      #expect(sampler.sample(logits, after: [0, 0]) == 1)
      #expect(sampler.sample(logits, after: [1]) == 0)
    }
  }

  @Test func everyTokenTakesOneCoin() {
    var options = GenerationOptions()
    (options.minP, options.topK, options.bannedTokens) = (0.1, 3, [0])
    var sampler = Sampler(vocabSize: 3, options: options, seed: 7)
    var coins = Coins(state: 7)
    for _ in 0..<50 {
      let logits: [Float] = [0, 1, 1]
      let token = logits.withUnsafeBufferPointer { sampler.sample($0) }
      #expect(token == (coins.next() < 0.5 ? 1 : 2))
    }
  }

  @Test(arguments: [0, 1] as [Float], [Float.nan, .infinity, -.infinity, 0])
  func noBannedTokenIsChosenWhateverTheLogits(_ temperature: Float, _ value: Float) {
    for size in [2, 5, 300] {
      for kept in [0, 1, size - 1] {
        let logits = (0..<size).map { $0 == kept ? -.infinity : value }
        for minP in [0, 0.5] as [Float] {
          let token = sample(logits, coin: 0.7) {
            ($0.temperature, $0.minP) = (temperature, minP)
            $0.bannedTokens = Set(0..<size).subtracting([kept])
          }
          #expect(token == kept)
        }
      }
    }
  }

  /// The sum of many rounded probabilities can be less than the coin.
  @Test func aCoinBeyondTheSumOfAllTakesNoBannedToken() {
    var sumsBelowTheCoin = 0
    for size in 20_000..<20_050 {
      // One token is banned, and the others are equally likely.
      let probability = 1 / Float(size - 1)
      let sum = (1..<size).reduce(Float(0)) { sum, _ in sum + probability }
      sumsBelowTheCoin += sum <= largestCoin ? 1 : 0
      let logits = [Float](repeating: 0, count: size)
      let token = sample(logits, coin: largestCoin) { $0.bannedTokens = [size - 1] }
      #expect(token < size - 1)
    }
    #expect(sumsBelowTheCoin > 0)
  }

  // MARK: Numbers that are wrong

  static let problems: [(@Sendable (inout GenerationOptions) -> Void, String)] = [
    ({ $0.temperature = -1 }, "a temperature of -1.0, expected a number from 0 on"),
    ({ $0.temperature = .nan }, "a temperature of nan, expected a number from 0 on"),
    ({ $0.temperature = .infinity }, "a temperature of inf, expected a number from 0 on"),
    ({ $0.topK = -1 }, "a top-k of -1, expected a number from 0 on"),
    ({ $0.topP = 2 }, "a top-p of 2.0, expected a number from 0 to 1"),
    ({ $0.topP = -0.1 }, "a top-p of -0.1, expected a number from 0 to 1"),
    ({ $0.topP = .nan }, "a top-p of nan, expected a number from 0 to 1"),
    ({ $0.minP = 1.5 }, "a min-p of 1.5, expected a number from 0 to 1"),
    ({ $0.minP = .nan }, "a min-p of nan, expected a number from 0 to 1"),
    ({ $0.typicalP = -1 }, "a typical p of -1.0, expected a number from 0 to 1"),
    ({ $0.typicalP = .nan }, "a typical p of nan, expected a number from 0 to 1"),
    ({ $0.repetitionPenalty = 0 }, "a repetition penalty of 0.0, expected a number above 0"),
    ({ $0.repetitionPenalty = .nan }, "a repetition penalty of nan, expected a number above 0"),
    (
      { $0.repetitionPenalty = .infinity }, "a repetition penalty of inf, expected a number above 0"
    ),
    ({ $0.frequencyPenalty = .nan }, "a frequency penalty of nan, expected a finite number"),
    ({ $0.presencePenalty = -.infinity }, "a presence penalty of -inf, expected a finite number"),
    ({ $0.penaltyWindow = -2 }, "a penalty window of -2 tokens, expected a number from 0 on"),
    ({ $0.logitBias = [4: 1, 10: 1] }, "a bias for token 10, expected an id in 0..<10"),
    ({ $0.logitBias = [-1: 1] }, "a bias for token -1, expected an id in 0..<10"),
    ({ $0.logitBias = [4: .nan] }, "a bias of nan for token 4, expected a finite number"),
    ({ $0.logitBias = [4: -.infinity] }, "a bias of -inf for token 4, expected a finite number"),
    ({ $0.bannedTokens = [3, 12, 11] }, "a ban of token 11, expected an id in 0..<10"),
    ({ $0.bannedTokens = Set(0..<10) }, "a ban of all 10 tokens, expected one that is left"),
    ({ $0.steps = -1 }, "steps of -1, expected a number from 0 on"),
    ({ $0.maximumResponseTokens = -5 }, "a response of -5 tokens, expected a number from 0 on"),
    ({ $0.stopTexts = ["a", ""] }, "an empty stop text, expected a character or more"),
    ({ $0.timeLimit = .seconds(-1) }, "a time limit of -1.0 seconds, expected one from 0 on"),
  ]

  @Test(arguments: problems.indices)
  func numbersThatAreWrongAreNamed(_ index: Int) {
    var options = GenerationOptions()
    Self.problems[index].0(&options)
    #expect(options.problem(vocabSize: 10) == Self.problems[index].1)
  }

  /// Probabilities of 0.2, 0.5 and 0.3.
  @Test(arguments: [
    (GenerationOptions.SamplingMode.greedy, [1, 1, 1]), (.random(top: 1), [1, 1, 1]),
    (.random(top: 2), [1, 1, 2]), (.random(top: 5), [1, 2, 0]),
    (.random(probabilityThreshold: 0), [1, 1, 1]),
    (.random(probabilityThreshold: 1e-60), [1, 1, 1]),
    (.random(probabilityThreshold: 0.6), [1, 1, 2]),
    (.random(probabilityThreshold: 1), [0, 1, 2]),
  ])
  func aModeDrawsFromTheTokensThatItNames(_ mode: GenerationOptions.SamplingMode, _ drawn: [Int]) {
    let logits = [0.2, 0.5, 0.3].map { logf($0) }
    let options = GenerationOptions(sampling: mode)
    let tokens = ([0.1, 0.6, 0.95] as [Float]).map { coin in
      var sampler = Sampler(vocabSize: 3, options: options, coin: coin)
      return logits.withUnsafeBufferPointer { sampler.sample($0) }
    }
    #expect(tokens == drawn)
  }

  @Test func numbersAtTheirLimitsAreRight() {
    var options = GenerationOptions(temperature: 0, maximumResponseTokens: 0)
    #expect(options.problem(vocabSize: 10) == nil)
    (options.topK, options.topP, options.minP, options.typicalP) = (1_000_000, 0, 1, 0)
    (options.logitBias, options.bannedTokens) = ([0: -100, 9: 100], Set(1..<10))
    (options.timeLimit, options.stopTexts) = (.zero, [" "])
    #expect(options.problem(vocabSize: 10) == nil)
  }

  #if compiler(>=6.2)
    @Test func aSamplerWithWrongNumbersTrapsWithAMessage() async throws {
      expectMessage(
        "a temperature of nan, expected a number from 0 on",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = Sampler(vocabSize: 10, temperature: .nan, topP: 0.9, seed: 1)
        })
      expectMessage(
        "a seed of 0, expected any other number",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = Sampler(vocabSize: 10, options: GenerationOptions(), seed: 0)
        })
      expectMessage(
        "9 logits for a sampler of 10 tokens",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          var sampler = Sampler(vocabSize: 10, options: GenerationOptions(), seed: 1)
          let logits = [Float](repeating: 0, count: 9)
          _ = logits.withUnsafeBufferPointer { sampler.sample($0) }
        })
    }

    @Test func aRandomModeOfNoTokenTrapsWithAMessage() async throws {
      expectMessage(
        "a random choice of the top 0 tokens, expected 1 or more",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = GenerationOptions(sampling: .random(top: 0))
        })
      expectMessage(
        "a probability threshold of 1.5, expected a number from 0 to 1",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = GenerationOptions(sampling: .random(probabilityThreshold: 1.5))
        })
    }

    @Test func aModelAskedForWhatItCannotDoTrapsWithAMessage() async throws {
      expectMessage(
        "positions 39..<41 are outside the context of 40 tokens",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = try Transformer(checkpoint: smallModel).forward([3, 4], at: 39)
        })
      expectMessage(
        "a token is outside the vocabulary of 24",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = try Transformer(checkpoint: smallModel).forward([24], at: 0)
        })
      expectMessage(
        "0 threads, expected 1 or more",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = try Transformer(checkpoint: smallModel, threads: 0)
        })
      expectMessage(
        "-1 alternatives, expected 0 or more",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = try Llama(checkpoint: smallModel).score("a", alternatives: -1)
        })
      expectMessage(
        "0 beams, expected 1 or more",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          _ = try Llama(checkpoint: smallModel).beamSearch("a", beams: 0)
        })
    }

    /// Where the mistake is, not on the thread on which the text is computed later.
    @Test func aStreamOrSessionWithWrongNumbersTrapsWhereItIsMade() async throws {
      expectMessage(
        "a temperature of -1.0, expected a number from 0 on",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          let llama = try Llama(checkpoint: smallModel)
          _ = llama.stream("a", options: GenerationOptions(temperature: -1))
        })
      expectMessage(
        "a temperature of -1.0, expected a number from 0 on",
        await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          let llama = try Llama(checkpoint: smallModel)
          _ = llama.session(options: GenerationOptions(temperature: -1))
        })
    }
  #endif
}

#if compiler(>=6.2)
  /// A model of 24 tokens and a context of 40.
  private let smallModel = ExportProgram.fixtures.appendingPathComponent("beams/model.gguf").path

  /// A process ended with this message on standard error.
  private func expectMessage(
    _ message: String, _ result: ExitTest.Result?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("Fatal error: " + message), sourceLocation: sourceLocation)
  }
#endif
