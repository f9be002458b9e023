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

  /// Of greedy texts that go on until the time is over.
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
    // The first text finds neither weights nor threads ready.
    _ = rate(options)
    let rounds = (0..<3).map { _ in
      let start = now()
      let tokens = llama.generate(prompts, options: options).reduce(0) {
        $0 + ($1.end?.generatedTokens ?? 0)
      }
      return (together: Double(tokens) / (now() - start), alone: rate(options))
    }
    return (rounds.map(\.alone).median, rounds.map(\.together).median)
  }

  /// Tokens a second of a text whose guesses are right with each of these probabilities, and of the same
  /// text without guesses, medians over rounds.
  func draftRates(
    _ chances: [Double], _ effort: Effort
  ) -> [(alone: Double, together: Double)] {
    var options = options(effort.seconds)
    let tokens = llama.generate("a", options: options).tokens().map(\.id)
    (options.timeLimit, options.maximumResponseTokens) = (nil, tokens.count)
    return chances.map { chance in
      let rounds = (0..<3).map { _ in
        options.drafts = true
        let source = ForcedGuesses(
          tokens, chance: chance, in: llama.draftSources()[0],
          vocabSize: llama.config.vocabSize)
        let together = rate(options, source)
        options.drafts = false
        return (together: together, alone: rate(options))
      }
      return (rounds.map(\.alone).median, rounds.map(\.together).median)
    }
  }

  /// Tokens a second of a text, the time of its prompt of a token or two included.
  private func rate(_ options: GenerationOptions, _ source: ForcedGuesses? = nil) -> Double {
    let start = now()
    let text = llama.generate("a", options: options)
    source?.start = text.promptTokens
    if let source { text.guess(by: source) }
    for _ in text {}
    return Double(text.generatedTokens) / (now() - start)
  }
}

/// Guesses that take the time of a source of guesses, and are right with a probability.
private final class ForcedGuesses: DraftSource {
  let isFree: Bool
  var count: Int { source.count }
  private let source: any DraftSource
  private let text: [Int]
  /// How many tokens stand before the text.
  var start = 0
  private let chance: Double
  private let vocabSize: Int
  private var random = SystemRandomNumberGenerator()

  /// - Parameter text: what is going to be written.
  init(_ text: [Int], chance: Double, in source: any DraftSource, vocabSize: Int) {
    (self.text, self.chance) = (text, chance)
    (self.source, isFree, self.vocabSize) = (source, source.isFree, vocabSize)
  }

  func guess(_ most: Int, after tokens: [Int], _ chooser: Chooser) -> [Int] {
    let guess = source.guess(most, after: tokens, chooser)
    let next = text.dropFirst(tokens.count - start).prefix(isFree ? most : guess.count)
    return next.map {
      Double.random(in: 0..<1, using: &random) < chance ? $0 : ($0 + 1) % vocabSize
    }
  }

  func takeBack(to count: Int) { source.takeBack(to: count) }
}
