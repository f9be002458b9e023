import Llama2
import Testing

extension Transformer {
  /// A copy of the logits, which outlives the transformer.
  func logits(_ tokens: [Int], at position: Int) -> [Float] {
    Array(forward(tokens, at: position))
  }
}

/// The library's logits, held against those of the oracle.
@Suite struct ForwardTests {
  /// Floats in any order of summation stay this close, in units of the largest logit.
  static let tolerance = 2e-5

  static let shapes = [
    Shape(),
    Shape(nHeads: 4, nKVHeads: 4, tied: false),
    Shape(nHeads: 6, nKVHeads: 1, vocabSize: 259),
    Shape(dim: 18, hiddenDim: 30, nHeads: 3, nKVHeads: 3, vocabSize: 259, tied: false),
    Shape(dim: 16, hiddenDim: 7, nHeads: 8, nKVHeads: 2),
    Shape(dim: 44, hiddenDim: 172, nLayers: 1, nHeads: 2, nKVHeads: 1, vocabSize: 263),
    Shape(dim: 2, hiddenDim: 1, nLayers: 1, nHeads: 1, nKVHeads: 1, vocabSize: 3, tied: false),
  ]

  @Test(arguments: shapes, [Format.v0, .v1])
  func logitsAreThoseOfTheTextbook(_ shape: Shape, _ format: Format) throws {
    let counts = [1, 2, 5, 17]
    for threads in 1...4 {
      try hold(Model(shape, seed: threads), format, counts, threads: threads)
    }
  }

  @Test(arguments: [
    Shape(hiddenDim: 20, nLayers: 1, vocabSize: 260),
    Shape(dim: 20, hiddenDim: 33, nHeads: 5, nKVHeads: 5, vocabSize: 61, tied: false),
    Shape(dim: 36, hiddenDim: 21, nHeads: 6, nKVHeads: 1, vocabSize: 35),
  ])
  func logitsAreThoseOfTheTextbookAcrossBlocks(_ shape: Shape) throws {
    try hold(Model(shape), .v0, [1, 2, 5, 255, 256, 257, 300], threads: 2)
  }

  /// Attention adds up 256 positions at a time.
  @Test(arguments: [
    Shape(hiddenDim: 20, nLayers: 1, vocabSize: 61, seqLen: 640),
    Shape(dim: 144, hiddenDim: 20, nLayers: 1, nHeads: 2, nKVHeads: 1, vocabSize: 61, seqLen: 640),
  ])
  func logitsAreThoseOfTheTextbookAcrossChunks(_ shape: Shape) throws {
    try hold(Model(shape), .v1, [255, 256, 257, 512, 513, 600], threads: 2)
  }

  @Test func theFirstAndTheLastPositionOfTheContextWork() throws {
    try hold(Model(Shape(seqLen: 1)), .v0, [1], threads: 2)
    try hold(Model(Shape(seqLen: 130)), .v1, [1, 129, 130], threads: 2)
  }

  // MARK: Relatives

  static let relatives = [
    Shape(architecture: .llama, ownHeadSize: 10),
    Shape(architecture: .qwen2),
    Shape(architecture: .qwen2, nHeads: 6, nKVHeads: 1, vocabSize: 259, tied: false),
    Shape(architecture: .qwen3, ownHeadSize: 10),
    Shape(architecture: .qwen3, dim: 18, hiddenDim: 30, nHeads: 3, nKVHeads: 3, tied: false),
    Shape(architecture: .gpt2, nKVHeads: 4),
    // An odd size of heads, which RoPE cannot turn.
    Shape(
      architecture: .gpt2, dim: 21, hiddenDim: 84, nHeads: 3, nKVHeads: 3, vocabSize: 259,
      tied: false),
    Shape(
      architecture: .gpt2, dim: 1, hiddenDim: 4, nLayers: 1, nHeads: 1, nKVHeads: 1, vocabSize: 3,
      tied: false),
  ]

  @Test(arguments: relatives, [false, true])
  func logitsOfARelativeAreThoseOfTheTextbook(_ shape: Shape, fused: Bool) throws {
    for threads in 1...4 {
      try hold(
        Model(shape, seed: threads), .gguf(fused: fused), [1, 2, 5, 17], threads: threads)
    }
  }

  @Test(arguments: Architecture.allCases)
  func logitsOfARelativeAreThoseOfTheTextbookAcrossBlocks(_ architecture: Architecture) throws {
    let shape = Shape(
      architecture: architecture, dim: 20, hiddenDim: 33, nHeads: 5, nKVHeads: 5, vocabSize: 61)
    try hold(
      Model(shape), .gguf(fused: false), [1, 2, 5, 255, 256, 257, 300], threads: 2)
  }

  @Test(arguments: Architecture.allCases)
  func theFirstAndTheLastPositionOfARelativesContextWork(_ architecture: Architecture) throws {
    for (length, counts) in [(1, [1]), (130, [1, 129, 130])] {
      let shape = Shape(architecture: architecture, nKVHeads: 4, seqLen: length)
      try hold(Model(shape), .gguf(fused: true), counts, threads: 2)
    }
  }

  // MARK: int8

  /// Dimensions of which the last is the group size.
  static let int8Shapes = [
    (Shape(), 4), (Shape(dim: 64, hiddenDim: 96, nHeads: 8), 32),
    (Shape(dim: 128, hiddenDim: 192, nLayers: 1, tied: false), 64),
    (Shape(dim: 24, hiddenDim: 36, nHeads: 6, nKVHeads: 1, vocabSize: 259), 12),
    (Shape(dim: 18, hiddenDim: 27, nHeads: 3, nKVHeads: 3, vocabSize: 259, tied: false), 9),
    (Shape(dim: 32, hiddenDim: 48, nHeads: 8, nKVHeads: 2, vocabSize: 263), 16),
    (Shape(dim: 8, hiddenDim: 6, nLayers: 1, nHeads: 2, nKVHeads: 1, vocabSize: 5), 2),
  ]

  /// One token: hardly ever does an activation lie so near a half that a float's rounding sends it
  /// to another int8 than the oracle's; where none does, the logits agree as in fp32.
  @Test(arguments: int8Shapes)
  func int8LogitsAreThoseOfRunQ(_ shape: Shape, _ groupSize: Int) throws {
    let close = try (0..<20).count { seed in
      let model = Model(shape, seed: 100 + seed)
      let errors = try errors(model, .v2(groupSize: groupSize), [1], threads: 1 + seed % 4)
      #expect(errors[0] < 0.05)
      return errors[0] < Self.tolerance
    }
    #expect(close >= 17, "\(close) of 20")
  }

  /// Many tokens, where a few activations do round differently, and attention spreads the word.
  @Test(arguments: int8Shapes)
  func int8LogitsOfAPromptAreThoseOfRunQ(_ shape: Shape, _ groupSize: Int) throws {
    let format = Format.v2(groupSize: groupSize)
    let errors = try errors(Model(shape), format, [2, 5, 17, 33], threads: 2)
    #expect(errors.allSatisfy { $0 < 0.02 }, "\(errors)")
  }

  @Test func int8LogitsAreThoseOfRunQAcrossBlocks() throws {
    let shape = Shape(hiddenDim: 24, nLayers: 1, vocabSize: 260)
    let counts = [1, 2, 5, 255, 256, 257, 300]
    let errors = try errors(Model(shape), .v2(groupSize: 8), counts, threads: 2)
    #expect(errors.allSatisfy { $0 < 0.02 }, "\(errors)")
  }

  @Test func aGroupOfZerosIsZeroInInt8() throws {
    var model = Model(Shape())
    for i in 0..<8 { model.layers[0].rmsAttention[i] = 0 }
    for i in 0..<24 * 8 { model.layers[1].w1.values[i] = 0 }
    let errors = try errors(model, .v2(groupSize: 8), [1, 2, 9], threads: 1)
    #expect(errors.allSatisfy { $0 < 0.02 }, "\(errors)")
  }

  /// The largest sums that int8 gives, every weight and every activation being 127, beside sums of
  /// half their size.
  @Test(arguments: [12, 32, 64, 256, 320, 1024, 1088])
  func groupsAddUpExactlyInInt8(_ groupSize: Int) throws {
    let shape = Shape(
      dim: groupSize, hiddenDim: groupSize, nLayers: 1, nHeads: groupSize / 4, nKVHeads: 1,
      vocabSize: 8, tied: false)
    var model = Model(shape)
    model.embedding.values = [Float](repeating: 1, count: 8 * groupSize)
    model.layers[0].rmsAttention = [Float](repeating: 1, count: groupSize)
    model.layers[0].wv.values = (0..<4 * groupSize).map { i in
      i < 2 * groupSize || i % groupSize < groupSize / 2 ? 0.01 : 0
    }
    let format = Format.v2(groupSize: groupSize)
    #expect(try errors(model, format, [1], threads: 2)[0] < Self.tolerance)

    let folder = try Folder()
    let path = try folder.write(model.bytes(format), to: "model.bin")
    let transformer = try Transformer(checkpoint: path, threads: 2)
    let block = transformer.logits([1, 2, 3, 4, 5, 6, 7], at: 0)
    let single = (1...7).map { transformer.logits([$0], at: $0 - 1) }.last!
    #expect(block.map(\.bitPattern) == single.map(\.bitPattern))
  }

  /// Attention over one token is its value, here 127 · (254, 1, 5, -5). Divided by its scale, 254,
  /// that is (127, 0.5, 2.5, -2.5), and runq.c makes it (127, 1, 3, -3).
  @Test func halvesRoundAwayFromZeroInInt8() throws {
    let shape = Shape(
      dim: 4, hiddenDim: 4, nLayers: 1, nHeads: 1, nKVHeads: 1, vocabSize: 4, tied: false)
    var model = Model(shape)
    let one = Float(127) / 128  // exact in int8
    model.embedding.values = [Float](repeating: one, count: 16)
    let normed = 1 / (one * one + 1e-5).squareRoot() * one
    let weight = [(127 / normed).nextDown, 127 / normed, (127 / normed).nextUp]
    let exact = try #require(weight.first { $0 * normed == 127 })
    model.layers[0].rmsAttention = [exact, exact, 0, 0]
    model.layers[0].wv.values = [127, 127, 0, 0, 1, 0, 127, 0, 5, 0, 127, 0, -5, 0, 127, 0]
    model.layers[0].wo.values = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    model.layers[0].w2.values = [Float](repeating: 0, count: 16)
    model.rmsFinal = [1, 1, 1, 1]
    model.classifier.values = (0..<16).map { $0 % 5 == 0 ? 1 : 0 }
    let folder = try Folder()
    let path = try folder.write(model.bytes(.v2(groupSize: 4)), to: "model.bin")
    let logits = try Transformer(checkpoint: path, threads: 1).logits([0], at: 0)
    #expect((logits[2] / logits[1] - 3).magnitude < 0.1, "\(logits)")
    #expect((logits[3] / logits[1] + 3).magnitude < 0.1, "\(logits)")
  }

  // MARK: The comparison

  private func hold(_ model: Model, _ format: Format, _ counts: [Int], threads: Int) throws {
    let errors = try errors(model, format, counts, threads: threads)
    for (count, error) in zip(counts, errors) {
      #expect(error < Self.tolerance, "after \(count) tokens on \(threads) threads")
    }
  }

  /// How far the logits after the first `count` of some random tokens are from the oracle's, for
  /// each of `counts`, each prompt in one piece.
  private func errors(_ model: Model, _ format: Format, _ counts: [Int], threads: Int) throws
    -> [Double]
  {
    let folder = try Folder()
    let path = try folder.write(model.bytes(format), to: "model.bin")
    let transformer = try Transformer(checkpoint: path, threads: threads)
    var random = SplitMix(counts.last!)
    let tokens = random.tokens(counts.last!, below: model.shape.vocabSize)
    let expected = Oracle.logits(model, format, tokens, after: counts)
    return zip(counts, expected).map { count, expected in
      let logits = transformer.logits(Array(tokens[..<count]), at: 0)
      #expect(logits.count == expected.count && logits.allSatisfy(\.isFinite))
      let largest = expected.map(\.magnitude).max()!
      return zip(logits, expected).map { (Double($0) - $1).magnitude }.max()! / largest
    }
  }
}
