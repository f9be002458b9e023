import Foundation
import Testing

@testable import Llama2

@Suite struct SamplerTests {
  /// What run.c's random_u32 gives, compiled from its source.
  @Test(
    arguments: [
      (1, [1_206_177_355, 2_882_512_552, 3_117_485_455, 1_303_648_416], 807_898_174),
      (42, [1_456_360_119, 3_359_763_283, 3_393_612_768, 4_054_632_243], 1_923_587_028),
      (1337, [989_205_090, 818_269_915, 1_335_155_955, 3_876_892_996], 3_902_332_969),
      (.max, [4_180_462_053, 2_415_166_680, 879_531_507, 3_310_800_028], 1_841_328_805),
    ] as [(UInt64, [UInt32], UInt32)])
  func theGeneratorIsThatOfRunC(_ seed: UInt64, _ first: [UInt32], _ thousandAndFirst: UInt32) {
    var generator = Xorshift(state: seed)
    #expect((0..<4).map { _ in generator.next() } == first)
    for _ in 4..<1000 { _ = generator.next() }
    #expect(generator.next() == thousandAndFirst)
  }

  @Test func coinsAreThoseOfRunC() {
    var generator = Xorshift(state: 42)
    #expect((0..<3).map { _ in generator.nextFloat() } == [0.339085221, 0.782255828, 0.790136993])
    for _ in 0..<10_000 { #expect((0..<1).contains(generator.nextFloat())) }
  }

  @Test func atTemperature0TheFirstOfTheLikeliestIsTaken() {
    for size in [1, 2, 3, 15, 16, 17, 33, 300] {
      var sampler = Sampler(vocabSize: size, temperature: 0, topP: 0.9, seed: 1)
      for likeliest in 0..<size {
        var logits = [Float](repeating: -3, count: size)
        logits[likeliest] = -2.5
        #expect(logits.withUnsafeBufferPointer { sampler.sample($0) } == likeliest)
        logits[size - 1] = -2.5
        #expect(logits.withUnsafeBufferPointer { sampler.sample($0) } == likeliest)
      }
    }
  }

  @Test func probabilitiesAreThoseOfTheTextbook() {
    var random = SplitMix(3)
    for size in [1, 2, 15, 16, 17, 31, 300, 4096] {
      let logits = random.floats(size, limit: 30)
      let powers = logits.map { exp(Double($0 - logits.max()!)) }
      let sum = powers.reduce(0, +)
      let error = zip(probabilities(logits, 1), powers).map { p, power in
        (Double(p) * sum / power - 1).magnitude
      }
      #expect(error.max()! < 1e-6)
    }
  }

  @Test(arguments: [0, 1] as [Float])
  func withoutTopPDrawsAreThoseOfRunC(_ topP: Float) {
    for (i, logits) in Self.distributions.enumerated() {
      var sampler = Sampler(
        vocabSize: logits.count, temperature: 0.7, topP: topP, seed: UInt64(i + 1))
      var coins = Coins(state: UInt64(i + 1))
      let p = probabilities(logits, 0.7)
      for _ in 0..<(logits.count > 1000 ? 4 : 20) {
        let token = logits.withUnsafeBufferPointer { sampler.sample($0) }
        #expect(token == sampleMultinomial(p, coins.next()))
      }
    }
  }

  /// The sum of many rounded probabilities can be less than the coin.
  @Test func aCoinBeyondTheSumOfAllTakesTheLastToken() throws {
    let sums = (20_000..<20_100).map { size in
      probabilities([Float](repeating: 0, count: size), 1).reduce(0, +)
    }
    let size = 20_000 + sums.firstIndex(of: sums.min()!)!
    let seed = try #require(
      (1...1_000_000).first {
        var coins = Coins(state: $0)
        return coins.next() > sums.min()!
      } as UInt64?)
    var sampler = Sampler(vocabSize: size, temperature: 1, topP: 1, seed: seed)
    let logits = [Float](repeating: 0, count: size)
    #expect(logits.withUnsafeBufferPointer { sampler.sample($0) } == size - 1)
  }

  /// Coins at which a sum that is rounded otherwise, or tokens in another order, give another token:
  /// the last one that falls on a token, and the first one that falls on the next.
  @Test(arguments: [0.1, 0.5, 0.9, 0.95, 0.999] as [Float])
  func topPTakesTheTokenThatRunCTakes(_ topP: Float) {
    var random = SplitMix(5)
    for (i, logits) in Self.distributions.enumerated() {
      let temperature = [0.3, 1, 2.5][i % 3] as Float
      let nucleus = Nucleus(probabilities(logits, temperature), topP)
      for _ in 0..<(logits.count > 1000 ? 20 : 4) {
        let token = nucleus.token(Float.random(in: 0..<1, using: &random))
        // A bisection over all coins, the multiples of 2⁻²⁴.
        var (last, next) = (0, 1 << 24)
        while next - last > 1 {
          let middle = (last + next) / 2
          let drawn = nucleus.token(Float(middle) / 0x1p24)
          let isBehind =
            nucleus.tokens.firstIndex(of: drawn)! > nucleus.tokens.firstIndex(of: token)!
          if isBehind { next = middle } else { last = middle }
        }
        for coin in [last, next].map({ Float($0) / 0x1p24 }) where coin < 1 {
          #expect(
            sample(logits, temperature, topP, coin) == nucleus.token(coin), "list \(i), \(coin)")
        }
      }
    }
  }

  /// The largest coin falls on the last token of the nucleus, or through rounding on one before it.
  @Test func theNucleusEndsWhereThatOfRunCEnds() {
    var random = SplitMix(6)
    for (i, logits) in Self.distributions.enumerated() {
      let p = probabilities(logits, 1)
      let sums = Nucleus(p, 0.999).sums
      for _ in 0..<(logits.count > 1000 ? 20 : 4) {
        let sum = sums.randomElement(using: &random)!
        for topP in [sum.nextDown, sum, sum.nextUp] where topP < 1 {
          let expected = Nucleus(p, topP).token(1 - 0x1p-24)
          #expect(sample(logits, 1, topP, 1 - 0x1p-24) == expected, "list \(i), top-p \(topP)")
        }
      }
    }
  }

  /// One likely token of probability topP and equal others. What is left for each of the others
  /// rounds to less than the cutoff (1 - topP) / (n - 1), so that none of them is a candidate;
  /// with n for n - 1 they all would be.
  @Test func theCutoffOfTopPIsThatOfRunC() {
    var (cases, drawsOfOthers) = (0, 0)
    for size in [2, 3, 4, 5, 9, 17, 40] {
      for step in 0..<100 {
        var logits = [Float](repeating: 0, count: size)
        logits[size / 2] = logf(Float(size - 1)) + Float(step) / 64
        let p = probabilities(logits, 1)
        let (topP, other) = (p[size / 2], p[size / 2 - 1])
        guard other < (1 - topP) / Float(size - 1) else { continue }
        cases += 1
        var sampler = Sampler(vocabSize: size, temperature: 1, topP: topP, seed: UInt64(step + 1))
        var coins = Coins(state: UInt64(step + 1))
        for _ in 0..<8 {
          let coin = coins.next()
          #expect(Nucleus(p, topP).token(coin) == size / 2)
          #expect(logits.withUnsafeBufferPointer { sampler.sample($0) } == size / 2)
          drawsOfOthers += coin > topP ? 1 : 0
        }
      }
    }
    #expect(cases > 50 && drawsOfOthers > 50, "\(cases) cases, \(drawsOfOthers) draws")
  }

  @Test func aTinyTemperatureIsGreedyAndAHugeOneFlat() {
    let logits: [Float] = [0.5, 3, -1, 2.9, 3]
    for temperature in [.leastNonzeroMagnitude, 1e-30, 1e-6] as [Float] {
      var sampler = Sampler(vocabSize: 5, temperature: temperature, topP: 0.9, seed: 9)
      for _ in 0..<20 {
        #expect([1, 4].contains(logits.withUnsafeBufferPointer { sampler.sample($0) }))
      }
    }
    var sampler = Sampler(vocabSize: 5, temperature: 1e30, topP: 1, seed: 9)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<5000 { counts[logits.withUnsafeBufferPointer { sampler.sample($0) }] += 1 }
    #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
  }

  @Test(arguments: [0, 0.9, 1] as [Float], [0, 1e-6, 1] as [Float])
  func logitsThatAreNoNumbersGiveSomeToken(_ topP: Float, _ temperature: Float) {
    for size in [1, 5, 16, 300] {
      for value in [Float.nan, .infinity, -.infinity] {
        for place in [[0], [size - 1], Array(0..<size)] {
          var logits = [Float](repeating: 0.25, count: size)
          for i in place { logits[i] = value }
          var sampler = Sampler(vocabSize: size, temperature: temperature, topP: topP, seed: 3)
          let token = logits.withUnsafeBufferPointer { sampler.sample($0) }
          #expect((0..<size).contains(token))
        }
      }
    }
  }

  /// Peaky, flat, tied and mixed logits over vocabularies of all sizes.
  static let distributions: [[Float]] = {
    var random = SplitMix(11)
    var result: [[Float]] = []
    for (size, count) in [(1, 3), (2, 40), (3, 40), (17, 60), (128, 60), (300, 60), (32000, 1)] {
      for _ in 0..<count {
        result.append([Float](repeating: 1.5, count: size))
        for spread in [0.01, 1, 4, 20] as [Float] {
          let logits = random.floats(size, limit: spread)
          result.append(logits)
          // Levels with many tied tokens in each.
          result.append(logits.map { ($0 / spread * 3).rounded() * spread / 3 })
        }
        var peak = random.floats(size, limit: 0.5)
        peak[Int.random(in: 0..<size, using: &random)] = 25
        result.append(peak)
      }
    }
    return result
  }()
}

private func sample(_ logits: [Float], _ temperature: Float, _ topP: Float, _ coin: Float) -> Int {
  var options = GenerationOptions()
  (options.temperature, options.topP) = (temperature, topP)
  var sampler = Sampler(vocabSize: logits.count, options: options, coin: coin)
  return logits.withUnsafeBufferPointer { sampler.sample($0) }
}

/// softmax(logits / temperature), in the library's floats.
private func probabilities(_ logits: [Float], _ temperature: Float) -> [Float] {
  var p = logits.map { $0 / temperature }
  p.withUnsafeMutableBufferPointer { Steps.softmax($0.baseAddress!, $0.count) }
  return p
}
