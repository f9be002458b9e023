import Llama2
import Testing

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
    try hold(Model(shape), .v0, [1, 2, 5, 127, 128, 129, 300], threads: 2)
  }

  @Test func theFirstAndTheLastPositionOfTheContextWork() throws {
    try hold(Model(Shape(seqLen: 1)), .v0, [1], threads: 2)
    try hold(Model(Shape(seqLen: 130)), .v1, [1, 129, 130], threads: 2)
  }

  /// Compares the logits after the first `count` of some random tokens, for each of `counts`, each
  /// prompt in one piece.
  private func hold(_ model: Model, _ format: Format, _ counts: [Int], threads: Int) throws {
    let folder = try Folder()
    let path = try folder.write(model.bytes(format), to: "model.bin")
    let transformer = try Transformer(checkpoint: path, threads: threads)
    var random = SplitMix(counts.last!)
    let tokens = random.tokens(counts.last!, below: model.shape.vocabSize)
    let expected = Oracle.logits(model, format, tokens, after: counts)
    for (count, expected) in zip(counts, expected) {
      let logits = transformer.forward(Array(tokens[..<count]), at: 0)
      let largest = expected.map(\.magnitude).max()!
      let error = zip(logits, expected).map { (Double($0) - $1).magnitude }.max()! / largest
      #expect(logits.count == expected.count)
      #expect(error < Self.tolerance, "after \(count) tokens on \(threads) threads")
    }
  }
}
