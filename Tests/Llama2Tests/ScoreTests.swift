import Foundation
import Testing

@testable import Llama2

/// The probabilities of a text's tokens, held against those of a textbook forward pass.
@Suite struct ScoreTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private static func shape(context: Int) -> Shape {
    Shape(
      dim: 16, hiddenDim: 16, nLayers: 2, nHeads: 2, nKVHeads: 1, vocabSize: 6, seqLen: context,
      tied: false)
  }

  private static let model = Model(shape(context: 40), seed: 5)

  /// Log probabilities of all tokens behind `tokens`.
  private static func logProbabilities(_ model: Model, after tokens: [Int]) -> [Double] {
    logSoftmax(Oracle.logits(model, .gguf(fused: false), tokens, after: [tokens.count])[0])
  }

  private static func logSoftmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max()!
    let logSum = largest + log(logits.map { exp($0 - largest) }.reduce(0, +))
    return logits.map { $0 - logSum }
  }

  /// The tokens of a text of a, b and c.
  private static func tokens(_ text: String) -> [Int] { text.utf8.map { Int($0) - 97 + 3 } }

  private static func text(_ count: Int) -> String {
    var random = SplitMix(count)
    return String((0..<count).map { _ in "abc".randomElement(using: &random)! })
  }

  private func expect(
    _ token: ScoredToken, _ expected: [Double], alternatives: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    func isNear(_ x: Float, _ y: Double) -> Bool { abs(Double(x) - y) < 1e-4 }
    #expect(isNear(token.logProbability, expected[token.id]), sourceLocation: sourceLocation)
    let best = expected.indices.sorted { expected[$0] > expected[$1] }.prefix(alternatives)
    #expect(token.alternatives.map(\.id) == Array(best), sourceLocation: sourceLocation)
    for other in token.alternatives {
      #expect(isNear(other.logProbability, expected[other.id]), sourceLocation: sourceLocation)
      #expect(other.text == ["", "", "", "a", "b", "c"][other.id], sourceLocation: sourceLocation)
    }
  }

  // MARK: Of a given text

  /// Windows begin half a context apart, and each scores what the one before it did not reach.
  @Test(arguments: [1, 2, 3, 20, 21])
  func aTextOfAnyLengthIsScoredInWindows(_ context: Int) throws {
    let model = Model(Self.shape(context: context), seed: context)
    let llama = try folder.llama(ofSixTokens: model)
    let distance = (context + 1) / 2
    for count in [0, 1, context - 1, context, context + 1, 10 * context] {
      let text = Self.text(count)
      let tokens = Self.tokens(text)
      let scored = try llama.score(text, alternatives: 2)
      #expect(scored.map(\.id) == tokens && scored.map(\.text).joined() == text)
      for i in tokens.indices {
        let window = i < context ? 0 : (i - context + distance) / distance
        let visible = tokens[window * distance..<i]
        #expect(visible.count < context && visible.count >= min(i, context / 2))
        expect(
          scored[i], Self.logProbabilities(model, after: [1] + visible), alternatives: 2)
      }
    }
  }

  /// In more than one block of the transformer, and more than one of the classifier.
  @Test func aLongWindowIsScoredInOrder() throws {
    let model = Model(Self.shape(context: 300), seed: 2)
    let tokens = Self.tokens(Self.text(300))
    let scored = try folder.llama(ofSixTokens: model).score(Self.text(300))
    let logits = Oracle.logits(
      model, .gguf(fused: false), [1] + tokens.dropLast(), after: Array(1...300))
    #expect(scored.map(\.id) == tokens)
    for (token, logits) in zip(scored, logits) {
      expect(token, Self.logSoftmax(logits), alternatives: 0)
    }
  }

  @Test func theTextsOfTheTokensAreTheText() throws {
    for context in [1, 2, 12] {
      let model = Model(Shape(hiddenDim: 20, nLayers: 1, seqLen: context, tied: false))
      let llama = try Llama(
        checkpoint: try folder.write(model.bytes(.v0), to: "model.bin"),
        tokenizer: try folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"))
      for text in ["", " ", "the rain", " in the  hat\n", "é 漢字 😀 the e\u{301}"] {
        #expect(try llama.score(text).map(\.text).joined() == text)
      }
    }
  }

  /// What stands for the beginning then is EOS.
  @Test func aVocabularyWithoutBOSScoresTheFirstTokenToo() throws {
    let path = ExportProgram.fixtures.appendingPathComponent("relatives/qwen2.gguf").path
    let llama = try Llama(checkpoint: path)
    let text = "in the 12 é"
    let tokens = llama.tokenizer.encode(text, bos: true, eos: false)
    let eos = try #require(llama.tokenizer.eos)
    #expect(llama.tokenizer.bos == nil)
    let scored = try llama.score(text)
    #expect(scored.map(\.id) == tokens && scored.map(\.text).joined() == text)
    let transformer = try Transformer(checkpoint: path)
    for (i, token) in scored.enumerated() {
      let logits = transformer.forward([eos] + tokens[..<i], at: 0).map { Double($0) }
      #expect(abs(Double(token.logProbability) - Self.logSoftmax(logits)[token.id]) < 1e-4)
    }
  }

  @Test func theWorkEndsWhenItsProgressIsRefused() throws {
    let llama = try folder.llama(ofSixTokens: Model(Self.shape(context: 20)))
    let text = Self.text(95)
    var reports: [[Int]] = []
    let all = try llama.score(text) { done, total in
      reports.append([done, total])
      return true
    }
    #expect(reports == [20, 30, 40, 50, 60, 70, 80, 90, 95].map { [$0, 95] })
    let some = try llama.score(text) { done, _ in done < 40 }
    #expect(some == Array(all[..<40]))
  }

  @Test func aLongWindowIsScoredInBlocksBetweenWhichTheWorkCanEnd() async throws {
    let llama = try folder.llama(ofSixTokens: Model(Self.shape(context: 600)))
    let text = Self.text(700)
    var reports: [Int] = []
    let all = try llama.score(text) { done, _ in
      reports.append(done)
      return true
    }
    // The second window begins at token 300, and is read once more up to token 600.
    #expect(reports == [256, 512, 600, 600, 700])
    #expect(try llama.score(text) { done, _ in done < 512 } == Array(all[..<512]))
    let cancelled = await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try? llama.score(text)
    }.value
    #expect(cancelled == Array(all[..<256]))
  }

  /// Another text of as many tokens computes between the tokens of this one.
  @Test func aCallerMayUseTheModelMeanwhile() throws {
    let llama = try folder.llama(ofSixTokens: Model(Self.shape(context: 60)))
    let all = try llama.score(Self.text(60))
    let transformer = try Transformer(llama.model)
    let tokens = [1] + Self.tokens(Self.text(60)).dropLast()
    var scored: [Float] = []
    try transformer.forward(tokens, at: 0, from: 0) { i, logits throws(LlamaError) in
      _ = try llama.score(String(repeating: "c", count: 60))
      scored.append(LogProbabilities(logits)[all[i].id])
    }
    #expect(scored == all.map(\.logProbability))
  }

  @Test func aModelThatComputesNaNHasNoProbabilities() throws {
    var model = Self.model
    for i in 5 * 16..<6 * 16 { model.embedding.values[i] = .nan }
    let llama = try folder.llama(ofSixTokens: model)
    #expect(try llama.score("ababba").count == 6)
    let error = LlamaError.notFinite(path: llama.model.checkpoint.file.path, position: 32)
    #expect(throws: error) {
      try llama.score(String(repeating: "a", count: 31) + "ca")
    }
  }

  // MARK: Of a generated text

  @Test(arguments: [0, 1.5] as [Float])
  func eachGeneratedTokenHasItsProbabilityBeforeAnyOption(_ temperature: Float) throws {
    let llama = try folder.llama(ofSixTokens: Self.model)
    for (seed, count) in [0, 1, 3, 6, 100].enumerated() {
      var options = GenerationOptions(maximumResponseTokens: 20)
      (options.temperature, options.topP, options.seed) = (temperature, 0.8, UInt64(seed + 1))
      let scored = Array(llama.generate("abc", options: options).tokens(alternatives: count))
      let text = llama.generate("abc", options: options).joined()
      #expect("abc" + scored.map(\.text).joined() == text)
      var tokens = [1, 3, 4, 5]
      for token in scored {
        expect(token, Self.logProbabilities(Self.model, after: tokens), alternatives: count)
        tokens.append(token.id)
      }
      #expect(tokens.count > 4)
    }
  }

  /// Of a token in which a stop text begins only the text before it is part of the text.
  @Test func theTextsOfGeneratedTokensAreTheTextBeforeAStopText() throws {
    let model = Model(Shape(hiddenDim: 20, nLayers: 1, seqLen: 200, tied: false))
    let llama = try Llama(
      checkpoint: try folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: try folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"))
    var stopped = 0
    for seed in 1...30 {
      var options = GenerationOptions()
      (options.topP, options.seed, options.stopTexts) = (1, UInt64(seed), ["he", "d", "n", "r"])
      let generation = llama.generate("a", options: options)
      let text = generation.joined()
      let scored = Array(llama.generate("a", options: options).tokens())
      let joined = "a" + scored.map(\.text).joined()
      if case .stopText = generation.reason {
        stopped += text.hasSuffix(" t") || text.hasSuffix("a") || text.hasSuffix("e") ? 1 : 0
        #expect(joined == text)
      } else {
        #expect(text == joined || text == joined + "\u{FFFD}")
      }
    }
    #expect(stopped > 0)
  }
}
