import Foundation
import Testing

@testable import Llama2

/// `beamSearch`, held against all texts that there are, against the definition computed from
/// scratch, and against transformers.
@Suite struct BeamSearchTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  // MARK: A model of six tokens

  private static let bos = 1
  private static let ends = [1, 2]
  private static let letters = ["", "", "", "a", "b", "c"]

  private static func shape(context: Int = 40) -> Shape {
    Shape(
      dim: 16, hiddenDim: 16, nLayers: 2, nHeads: 2, nKVHeads: 1, vocabSize: 6, seqLen: context,
      tied: false)
  }

  private func llama(_ model: Model) throws -> Llama { try folder.llama(ofSixTokens: model) }

  /// A text behind a prompt, its end token included.
  private struct Text {
    var tokens: [Int]
    var logProbability: Double
    var score = 0.0
    var reason = EndReason.steps

    /// What the search gives of it.
    var withoutEnd: [Int] { reason == .endToken ? Array(tokens.dropLast()) : tokens }
  }

  /// Log probabilities by the textbook's forward pass, each text read from its beginning.
  private final class Probabilities {
    private let model: Model
    private let prompt: [Int]
    private var known: [[Int]: [Double]] = [:]

    init(_ model: Model, _ prompt: String) {
      self.model = model
      self.prompt = [bos] + prompt.map { letters.firstIndex(of: String($0))! }
    }

    subscript(_ tokens: [Int]) -> [Double] {
      if let known = known[tokens] { return known }
      let text = prompt + tokens
      let logits = Oracle.logits(model, .gguf(fused: false), text, after: [text.count])[0]
      let largest = logits.max()!
      let logSum = largest + log(logits.map { exp($0 - largest) }.reduce(0, +))
      known[tokens] = logits.map { $0 - logSum }
      return known[tokens]!
    }
  }

  /// Why a text ends with its last token, by its end tokens, stop texts and length.
  private static func reason(_ tokens: [Int], limit: Int, stop: String? = nil) -> EndReason? {
    if ends.contains(tokens.last!) { return .endToken }
    if let stop, tokens.map({ letters[$0] }).joined().contains(stop) { return .stopText(stop) }
    return tokens.count == limit ? .steps : nil
  }

  // MARK: Everything

  /// All texts of up to `limit` tokens, the best first.
  private static func allTexts(
    _ probabilities: Probabilities, limit: Int, lengthPenalty: Double, stop: String?
  ) -> [Text] {
    var (texts, running) = ([Text](), [Text(tokens: [], logProbability: 0)])
    while let text = running.popLast() {
      let next = probabilities[text.tokens]
      for token in 0..<6 {
        var child = Text(
          tokens: text.tokens + [token], logProbability: text.logProbability + next[token])
        if let reason = reason(child.tokens, limit: limit, stop: stop) {
          child.reason = reason
          child.score = child.logProbability / pow(Double(child.tokens.count), lengthPenalty)
          texts.append(child)
        } else {
          running.append(child)
        }
      }
    }
    return texts.sorted { $0.score > $1.score }
  }

  @Test(arguments: [0, 1, 2, -1] as [Double], [nil, "ab"])
  func asManyBeamsAsTextsFindTheBestOfAll(_ lengthPenalty: Double, _ stop: String?) throws {
    for seed in 1...3 {
      let model = Model(Self.shape(), seed: seed)
      let probabilities = Probabilities(model, "ca")
      let texts = Self.allTexts(
        probabilities, limit: 4, lengthPenalty: lengthPenalty, stop: stop)
      var options = GenerationOptions(maximumResponseTokens: 4)
      options.stopTexts = stop.map { [$0] } ?? []
      let found = try llama(model).beamSearch(
        "ca", beams: 216, lengthPenalty: Float(lengthPenalty), options: options)
      #expect(found.count == 216)
      #expect(Set(found.map(\.score)).count == 216)
      for (beam, text) in zip(found, texts) {
        // Neighbours whose scores are nearly the same may stand in another order.
        #expect(abs(beam.score - text.score) < 1e-4 * max(1, abs(text.score)))
        let same = texts.filter { abs($0.score - beam.score) < 1e-4 * max(1, abs(beam.score)) }
        #expect(same.contains { $0.reason == beam.reason && Self.isText($0, of: beam) })
        if let stop { #expect(!beam.text.dropFirst(2).contains(stop)) }
      }
    }
  }

  /// Whether the beam's text and tokens are those of `text`, less a stop text.
  private static func isText(_ text: Text, of beam: Beam) -> Bool {
    var letters = text.withoutEnd.map { Self.letters[$0] }.joined()
    if case .stopText(let stop) = text.reason {
      letters = String(letters.prefix { _ in true }.dropLast(stop.count))
    } else if beam.tokens.map(\.id) != text.withoutEnd {
      return false
    }
    return beam.text == "ca" + letters && beam.tokens.map(\.text).joined() == letters
  }

  // MARK: The definition

  /// Hugging Face's `_beam_search` for one prompt, with lists for its tensors.
  private static func definition(
    _ probabilities: Probabilities, beams: Int, lengthPenalty: Double, limit: Int, stop: String?
  ) -> [Text] {
    // Where there is no text, its probability is next to nothing.
    let none = Text(tokens: [], logProbability: -1e9, score: -1e9)
    var running = [Text(tokens: [], logProbability: 0)]
    running += Array(repeating: none, count: beams - 1)
    var finished = Array(repeating: none, count: beams)
    for length in 1...limit {
      let continuations = running.flatMap { text in
        (0..<6).map { token in
          let next = text.logProbability < -1e8 ? 0 : probabilities[text.tokens][token]
          return Text(
            tokens: text.tokens + [token], logProbability: text.logProbability + next)
        }
      }
      let candidates = continuations.sorted { $0.logProbability > $1.logProbability }
        .prefix((1 + ends.count) * beams)
      var (children, merged) = ([Text](), finished)
      for (rank, candidate) in candidates.enumerated() where candidate.logProbability > -1e8 {
        var text = candidate
        if let reason = reason(text.tokens, limit: limit, stop: stop) {
          (text.reason, text.score) = (
            reason, text.logProbability / pow(Double(length), lengthPenalty)
          )
          if rank < beams { merged.append(text) }
        } else {
          children.append(text)
        }
      }
      finished = Array(merged.sorted { $0.score > $1.score }.prefix(beams))
      guard let best = children.first else { break }
      let hope = best.logProbability / pow(Double(length), lengthPenalty)
      if finished.last!.score > -1e8 && hope <= finished.last!.score { break }
      running = Array(children.prefix(beams))
      running += Array(repeating: none, count: beams - running.count)
    }
    return finished.filter { $0.score > -1e8 }
  }

  @Test(arguments: [1, 2, 3, 5, 9], [0, 1, 2, -1] as [Double])
  func aFewBeamsAreThoseOfTheDefinition(_ beams: Int, _ lengthPenalty: Double) throws {
    for seed in 1...6 {
      var model = Model(Self.shape(), seed: seed)
      // Ends that compete with other tokens: often the likeliest, and often not.
      for i in 32..<48 { model.classifier.values[i] *= Float(seed) / 2 }
      let llama = try llama(model)
      let probabilities = Probabilities(model, "ab")
      for stop in [nil, "ca"] {
        let expected = Self.definition(
          probabilities, beams: beams, lengthPenalty: lengthPenalty, limit: 9, stop: stop)
        var options = GenerationOptions(maximumResponseTokens: 9)
        options.stopTexts = stop.map { [$0] } ?? []
        let found = try llama.beamSearch(
          "ab", beams: beams, lengthPenalty: Float(lengthPenalty), options: options)
        #expect(found.map(\.reason) == expected.map(\.reason), "seed \(seed)")
        for (beam, text) in zip(found, expected) {
          #expect(abs(beam.score - text.score) < 1e-4 * max(1, abs(text.score)))
          if case .stopText = text.reason { continue }
          #expect(beam.tokens.map(\.id) == text.withoutEnd)
        }
      }
    }
  }

  /// A cache that was put together from those of other texts holds what one reading would have put
  /// there.
  @Test func eachTokenHasTheBitsOfATextThatIsReadFromItsBeginning() throws {
    let llama = try llama(Model(Self.shape(), seed: 4))
    let transformer = try Transformer(llama.model)
    let options = GenerationOptions(maximumResponseTokens: 25)
    for beams in [2, 5, 8] {
      for beam in try llama.beamSearch("abc", beams: beams, options: options) {
        var tokens = [Self.bos, 3, 4, 5]
        for token in beam.tokens {
          let logits = transformer.forward(tokens, at: 0)
          #expect(token.logProbability == LogProbabilities(logits)[token.id])
          tokens.append(token.id)
        }
      }
    }
  }

  // MARK: transformers

  private struct Search: Decodable {
    struct Found: Decodable {
      let tokens: [Int]
      let ended: Bool
      let score: Double
    }
    let prompt: String
    let beams: Int
    let lengthPenalty: Float
    let newTokens: Int
    let repetitionPenalty: Float?
    let bias: [[Float]]?
    let banned: Set<Int>?
    let found: [Found]
  }

  @Test func theBeamsAreThoseOfTransformers() throws {
    let fixtures = ExportProgram.fixtures.appendingPathComponent("beams")
    let llama = try Llama(checkpoint: fixtures.appendingPathComponent("model.gguf").path)
    let data = try Data(contentsOf: fixtures.appendingPathComponent("beams.json"))
    for search in try JSONDecoder().decode([Search].self, from: data) {
      var options = GenerationOptions(maximumResponseTokens: search.newTokens)
      options.repetitionPenalty = search.repetitionPenalty ?? 1
      for bias in search.bias ?? [] { options.logitBias[Int(bias[0])] = bias[1] }
      options.bannedTokens = search.banned ?? []
      let beams = try llama.beamSearch(
        search.prompt, beams: search.beams, lengthPenalty: search.lengthPenalty, options: options)
      #expect(beams.count == search.found.count)
      for (beam, found) in zip(beams, search.found) {
        #expect(beam.tokens.map(\.id) == (found.ended ? found.tokens.dropLast() : found.tokens))
        #expect(beam.reason == (found.ended ? .endToken : .steps))
        #expect(abs(beam.score - found.score) < 1e-5 * max(1, abs(found.score)))
        #expect(beam.text == search.prompt + beam.tokens.map(\.text).joined())
      }
    }
  }

  // MARK: Beginnings and ends

  private func english(_ model: Model) throws -> Llama {
    try Llama(
      checkpoint: try folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: try folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"),
      threads: 2)
  }

  private static let small = Shape(hiddenDim: 20, nLayers: 1, seqLen: 30, tied: false)

  @Test(arguments: ["", "the rain", "é 漢字 😀"], [0, 1, 25, 1000])
  func oneBeamIsTheLikeliestToken(_ prompt: String, _ steps: Int) throws {
    for seed in 1...4 {
      var model = Model(Self.small, seed: seed)
      for i in 24..<72 { model.classifier.values[i] *= 2.5 }
      let llama = try english(model)
      var options = GenerationOptions()
      (options.temperature, options.steps) = (0, steps)
      options.stopTexts = ["e", "\u{FFFD}\u{FFFD}\u{FFFD}"]
      let greedy = llama.generate(prompt, options: options)
      let text = greedy.joined()
      if let error = greedy.error {
        #expect(throws: error) { try llama.beamSearch(prompt, beams: 1, options: options) }
        continue
      }
      let beams = try llama.beamSearch(prompt, beams: 1, options: options)
      #expect(beams.map(\.text) == [text])
      #expect(beams.map(\.reason) == [greedy.reason])
      let tokens = llama.generate(prompt, options: options).tokens()
      #expect(beams[0].tokens == Array(tokens))
    }
  }

  /// The space in front of a text that `encode` put there is not emitted, with BOS and without.
  @Test(arguments: [true, false], ["hi", " hi", "a b", ""])
  func aPromptIsEmittedAsItWasWritten(_ addsBOS: Bool, _ prompt: String) throws {
    var model = SmallGGUF(saying: ["i", "b", "a", "y", "</s>"])
    model["tokenizer.ggml.add_bos_token"] = .bool(addsBOS)
    let llama = try Llama(checkpoint: try folder.write(model.file.bytes, to: "model.gguf"))
    #expect(llama.tokenizer.encode("hi", bos: true, eos: false).count == (addsBOS ? 4 : 3))
    for steps in [0, 5, 6, 100] {
      var options = GenerationOptions(temperature: 0, maximumResponseTokens: 3)
      options.steps = steps
      let greedy = llama.generate(prompt, options: options)
      let text = greedy.joined()
      #expect(text.hasPrefix(prompt))
      let beams = try llama.beamSearch(prompt, beams: 1, options: options)
      #expect(beams.map(\.text) == [text] && beams.map(\.reason) == [greedy.reason])
    }
  }

  @Test func aLimitEndsTheBeamsThatItMeets() async throws {
    let models = try (1...5).map { try llama(Model(Self.shape(context: 7), seed: $0)) }
    func beams(_ change: (inout GenerationOptions) -> Void) throws -> [Beam] {
      var options = GenerationOptions()
      change(&options)
      return try models.flatMap { try $0.beamSearch("ab", beams: 4, options: options) }
    }
    func limited(_ reason: EndReason, _ beams: [Beam]) -> Set<Int> {
      #expect(beams.allSatisfy { $0.reason == .endToken || $0.reason == reason })
      return Set(beams.filter { $0.reason == reason }.map(\.tokens.count))
    }
    // BOS, a and b, and five tokens of which the last one is not read.
    #expect(limited(.context, try beams { _ in }) == [5])
    #expect(limited(.context, try beams { $0.steps = 8 }) == [5])
    #expect(limited(.steps, try beams { $0.steps = 7 }) == [5])
    #expect(limited(.steps, try beams { $0.steps = 6 }) == [4])
    #expect(limited(.steps, try beams { $0.maximumResponseTokens = 2 }) == [2])
    #expect(limited(.context, try beams { $0.maximumResponseTokens = 5 }) == [5])
    for beam in try beams({ $0.maximumResponseTokens = 0 }) + beams({ $0.timeLimit = .zero }) {
      #expect(beam.text == "ab" && beam.tokens.isEmpty && beam.score == 0)
    }
    #expect(limited(.steps, try beams { $0.maximumResponseTokens = 0 }) == [0])
    #expect(limited(.timeLimit, try beams { $0.timeLimit = .zero }) == [0])
    let cancelled = try await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try models[0].beamSearch("ab", beams: 4)
    }.value
    #expect(limited(.cancelled, cancelled) == [0])
    #expect(throws: LlamaError.promptTooLong(tokens: 3, limit: 2)) { try beams { $0.steps = 2 } }
    #expect(throws: LlamaError.promptTooLong(tokens: 8, limit: 7)) {
      try models[0].beamSearch("abcabca", beams: 4)
    }
  }

  @Test func aVocabularyGivesNoMoreBeamsThanItHasTokens() throws {
    let beams = try llama(Model(Self.shape())).beamSearch(
      "a", beams: 50, options: GenerationOptions(maximumResponseTokens: 1))
    #expect(beams.filter { $0.reason == .endToken }.count == 2)
    #expect(Set(beams.filter { $0.reason == .steps }.map { $0.tokens[0].id }) == [0, 3, 4, 5])
    #expect(beams.count == 6)
  }

  @Test func aTextThatEndsInsideACharacterSaysSo() throws {
    var ends = 0
    for seed in 1...5 {
      let llama = try english(Model(Self.small, seed: seed))
      for beam in try llama.beamSearch(
        "in", beams: 6, options: GenerationOptions(maximumResponseTokens: 6))
      {
        let bytes = beam.tokens.flatMap { Self.emittedBytes($0.id) }
        #expect(beam.text == "in" + String(decoding: bytes, as: UTF8.self))
        // A character that lacks bytes is in none of the tokens' texts.
        let text = "in" + beam.tokens.map(\.text).joined()
        let rest = beam.text.unicodeScalars.dropFirst(text.unicodeScalars.count)
        #expect(beam.text == text + String(rest) && rest.allSatisfy { $0 == "\u{FFFD}" })
        ends += rest.isEmpty ? 0 : 1
      }
    }
    #expect(ends > 0)
  }

  /// The bytes of a token of `Vocabulary.english` (run.c: `safe_printf` prints no control characters).
  private static func emittedBytes(_ token: Int) -> [UInt8] {
    guard (3..<259).contains(token) else { return Vocabulary.english.tokens[token].bytes }
    let byte = UInt8(token - 3)
    return 0x20..<0x7F ~= byte || 9...13 ~= byte || byte >= 0x80 ? [byte] : []
  }

  @Test func aModelThatComputesNaNThrows() throws {
    var model = Model(Self.shape())
    model.rmsFinal[0] = .nan
    let llama = try llama(model)
    #expect {
      try llama.beamSearch("ab", beams: 3)
    } throws: { error in
      if case .notFinite(_, position: 2) = error as? LlamaError { true } else { false }
    }
  }
}

extension Folder {
  /// The model as a GGUF file with the tokens <unk>, BOS, EOS, a, b and c.
  func llama(ofSixTokens model: Model) throws -> Llama {
    var file = model.gguf()
    let pieces = ["<unk>", "<s>", "</s>", "a", "b", "c"]
    file.metadata += [
      ("tokenizer.ggml.model", .string("llama")),
      ("tokenizer.ggml.tokens", .array(pieces.map { .string($0) })),
      ("tokenizer.ggml.scores", .array((0..<6).map { .float32(-Float($0)) })),
      ("tokenizer.ggml.token_type", .array([2, 3, 3, 1, 1, 1].map { .int32($0) })),
      ("tokenizer.ggml.bos_token_id", .uint32(1)), ("tokenizer.ggml.eos_token_id", .uint32(2)),
      ("tokenizer.ggml.unknown_token_id", .uint32(0)),
      ("tokenizer.ggml.add_space_prefix", .bool(false)),
    ]
    return try Llama(checkpoint: try write(file.bytes, to: "six.gguf"), threads: 2)
  }
}
