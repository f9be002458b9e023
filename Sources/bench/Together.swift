import Console
import Llama2

/// Tokens a second where several are computed together, beside those that are computed one by one.
struct Gain {
  let shape: String
  let format: String
  let threads: Int
  /// What is computed together.
  let name: String
  let alone: Double
  let together: Double
  /// nil for texts at once; else how likely a guess is right.
  var chance: Double?

  /// One line of the table, under the row of its model.
  var line: String {
    ("  " + name).padded(21) + format.padded(9) + "\(threads)".padded(-7)
      + together.fixed(1).padded(-11) + "\((together / alone).fixed(2)) ×".padded(-10)
      + "  of \(alone.fixed(1)) one by one"
  }

  var json: JSON {
    .object([
      "shape": .string(Text(shape)), "format": .string(Text(format)),
      "threads": .number(Double(threads)), "name": .string(Text(name)),
      "chance": chance.map { .number($0) } ?? .null, "tokensPerSecond": .number(together),
      "alone": .number(alone), "gain": .number(together / alone),
    ])
  }
}

/// A model that writes texts.
struct Writer {
  let llama: Llama
  let threads: Int

  /// Greedy texts that go on until the time is over.
  private func options(_ seconds: Double) -> GenerationOptions {
    var options = GenerationOptions(sampling: .greedy)
    options.drafts = false
    options.timeLimit = .seconds(seconds)
    options.bannedTokens = Set([llama.tokenizer.bos, llama.tokenizer.eos].compactMap(\.self))
    return options
  }

  /// Tokens a second of one text and of 16 at once, medians over rounds.
  func batchRates(_ effort: Effort) -> (alone: Double, together: Double) {
    let prompts = "abcdefghijklmnop".map(String.init)
    let options = options(effort.seconds / 3)
    let rounds = (0..<3).map { _ in
      let text = llama.generate(prompts[0], options: options)
      for _ in text {}
      let batch = llama.generate(prompts, options: options)
      for _ in batch {}
      return (text.speed.tokensPerSecond, batch.speed.tokensPerSecond)
    }
    return (rounds.map(\.0).median, rounds.map(\.1).median)
  }

  /// Tokens a second of a text without guesses, and with guesses that are right with each of these
  /// probabilities.
  func draftRates(
    _ chances: [Double], _ effort: Effort
  ) throws -> (alone: Double, together: [Double]) {
    func rate(_ options: GenerationOptions, _ source: (any DraftSource)? = nil) -> (Double, [Int]) {
      let text = llama.generate("a", options: options)
      if let source { text.guess(by: source) }
      let tokens = text.tokens().map(\.id)
      return (text.speed.tokensPerSecond, tokens)
    }
    var options = options(effort.seconds)
    let (before, tokens) = rate(options)
    (options.timeLimit, options.maximumResponseTokens) = (nil, tokens.count)
    options.drafts = true
    let start = llama.generate("a", options: options).promptTokens
    let together = try chances.map { chance in
      let source = ForcedGuesses(
        tokens, from: start, chance: chance, in: try llama.draftSources()[0],
        vocabSize: llama.config.vocabSize)
      return rate(options, source).0
    }
    options.drafts = false
    return ((before + rate(options).0) / 2, together)
  }
}

/// Guesses that take the time of a source of guesses, and are right with a probability.
private final class ForcedGuesses: DraftSource {
  let isFree: Bool
  private let source: any DraftSource
  private let text: [Int]
  private let start: Int
  private let chance: Double
  private let vocabSize: Int
  private var random = SystemRandomNumberGenerator()

  /// - Parameters:
  ///   - text: what is going to be written.
  ///   - start: how many tokens stand before it.
  init(
    _ text: [Int], from start: Int, chance: Double, in source: any DraftSource, vocabSize: Int
  ) {
    (self.text, self.start, self.chance) = (text, start, chance)
    (self.source, isFree, self.vocabSize) = (source, source.isFree, vocabSize)
  }

  func guess(_ most: Int, after tokens: [Int], _ sampler: Sampler) -> [Int] {
    let guess = source.guess(most, after: tokens, sampler)
    let next = text.dropFirst(tokens.count - start).prefix(isFree ? most : guess.count)
    return next.map {
      Double.random(in: 0..<1, using: &random) < chance ? $0 : ($0 + 1) % vocabSize
    }
  }

  func takeBack(to count: Int) { source.takeBack(to: count) }
}

extension Speed {
  /// Of those that were generated; 0 if there were none.
  fileprivate var tokensPerSecond: Double {
    generatedTokens > 0 ? Double(generatedTokens) / generatedSeconds : 0
  }
}
