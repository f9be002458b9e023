import Testing

@testable import Llama2

/// Logits depend on the checkpoint and the tokens, to the last bit, and on nothing else.
@Suite struct SameBitsTests {
  static let cases: [(Shape, Format)] = [
    (Shape(hiddenDim: 37, vocabSize: 301), .v1),
    (Shape(dim: 42, hiddenDim: 172, nLayers: 1, nHeads: 7, nKVHeads: 1, vocabSize: 263), .v1),
    (Shape(dim: 30, hiddenDim: 17, nHeads: 5, nKVHeads: 5, vocabSize: 259, tied: false), .v0),
    (Shape(), .v2(groupSize: 4)),
    (Shape(dim: 18, hiddenDim: 27, nHeads: 3, nKVHeads: 3, vocabSize: 259), .v2(groupSize: 9)),
    (Shape(dim: 64, hiddenDim: 96, nHeads: 8, tied: false), .v2(groupSize: 32)),
    (Shape(dim: 36, hiddenDim: 1100, nLayers: 1, nHeads: 6, vocabSize: 259), .v1),
    // Large enough that products are shared out to the threads.
    (Shape(dim: 132, hiddenDim: 258, nLayers: 1, nHeads: 6, vocabSize: 1021), .v1),
    (Shape(dim: 192, hiddenDim: 320, nLayers: 1, nHeads: 6, vocabSize: 1021), .v2(groupSize: 64)),
    (Shape(dim: 132, hiddenDim: 264, nLayers: 1, nHeads: 6, vocabSize: 1021), .v2(groupSize: 12)),
    (
      Shape(architecture: .qwen2, dim: 132, hiddenDim: 258, nLayers: 1, nHeads: 6),
      .gguf(fused: true)
    ),
    (Shape(architecture: .qwen3, ownHeadSize: 10), .gguf(fused: false)),
    (
      Shape(architecture: .gpt2, dim: 129, hiddenDim: 516, nHeads: 3, nKVHeads: 3),
      .gguf(fused: true)
    ),
  ]

  /// int8 activations meet biases in these, as floats do in others.
  static let relatives: [(Shape, Format)] = [
    (Shape(architecture: .qwen2, dim: 64, hiddenDim: 96, nHeads: 8), .int8GGUF),
    (Shape(architecture: .qwen3, dim: 64, hiddenDim: 96, nHeads: 8, ownHeadSize: 12), .int8GGUF),
    (
      Shape(architecture: .gpt2, dim: 96, hiddenDim: 384, nHeads: 3, nKVHeads: 3, tied: false),
      .int8GGUF
    ),
    (Shape(architecture: .gpt2, nKVHeads: 4), .gguf(fused: true)),
  ]

  @Test(arguments: cases)
  func threadsAndCutsDoNotChangeABit(_ shape: Shape, _ format: Format) throws {
    let folder = try Folder()
    let path = try folder.write(Model(shape).bytes(format), to: "model.bin")
    var random = SplitMix(5)
    let tokens = random.tokens(140, below: shape.vocabSize)
    let expected = try bits(path, tokens, pieces: [140], threads: 1)
    #expect(try bits(path, tokens, pieces: Array(repeating: 1, count: 140), threads: 1) == expected)
    for threads in 2...8 {
      #expect(try bits(path, tokens, pieces: [140], threads: threads) == expected)
      let cuts = Self.cuts(tokens.count, &random)
      #expect(
        try bits(path, tokens, pieces: cuts, threads: threads) == expected,
        "in pieces of \(cuts) on \(threads) threads")
    }
  }

  /// 300 tokens, two blocks.
  @Test(arguments: relatives, [1, 2, 3])
  func cutsOfALongPromptDoNotChangeABit(_ relative: (Shape, Format), threads: Int) throws {
    let (shape, format) = relative
    let folder = try Folder()
    let path = try folder.write(Model(shape).bytes(format), to: "model.gguf")
    var random = SplitMix(5)
    let tokens = random.tokens(300, below: shape.vocabSize)
    let expected = try bits(path, tokens, pieces: [300], threads: 1)
    let ones = [Int](repeating: 1, count: 300)
    for pieces in [[300], ones] + [1, 2, 7, 16, 33, 127, 255, 256, 257].map({ [$0, 300 - $0] }) {
      #expect(try bits(path, tokens, pieces: pieces, threads: threads) == expected, "\(pieces)")
    }
  }

  /// Grouped queries, and heads of which some are more than 64 elements wide.
  static let long: [(Shape, Format)] = [
    (Shape(dim: 60, nLayers: 1, nHeads: 10, seqLen: 640), .v1),
    (Shape(dim: 144, hiddenDim: 36, nHeads: 2, nKVHeads: 1, seqLen: 640), .v1),
    (Shape(dim: 64, hiddenDim: 96, nLayers: 1, nHeads: 8, seqLen: 640), .int8GGUF),
    (Shape(dim: 64, hiddenDim: 96, seqLen: 640, ownHeadSize: 80), .int8GGUF),
  ]

  /// 600 tokens, which attention sees in three chunks: in a prompt a thread has all chunks of some
  /// tokens, for a single token threads share them.
  @Test(arguments: long, [1, 2, 3])
  func cutsOfATextOfSeveralChunksDoNotChangeABit(_ model: (Shape, Format), threads: Int) throws {
    let (shape, format) = model
    let folder = try Folder()
    let path = try folder.write(Model(shape).bytes(format), to: "model.bin")
    var random = SplitMix(7)
    let tokens = random.tokens(600, below: shape.vocabSize)
    let expected = try bits(path, tokens, pieces: [600], threads: 1)
    for size in [1, 7, 255, 256, 257] {
      let pieces = stride(from: 0, to: 600, by: size).map { min(size, 600 - $0) }
      #expect(try bits(path, tokens, pieces: pieces, threads: threads) == expected, "by \(size)")
    }
  }

  @Test func aTextThatIsReadAgainGivesTheSameBits() throws {
    let folder = try Folder()
    let path = try folder.write(Model(Shape()).bytes(.v0), to: "model.bin")
    let transformer = try Transformer(checkpoint: path, threads: 3)
    let first = transformer.logits([7, 8, 9, 10, 11], at: 0).map(\.bitPattern)
    _ = transformer.forward([20, 21, 22, 23, 24, 25, 26], at: 0)
    _ = transformer.forward([7, 8, 9], at: 0)
    #expect(transformer.logits([10, 11], at: 3).map(\.bitPattern) == first)
  }

  /// Long ones beside single tokens, at different positions, some of whose logits nobody wants.
  @Test(arguments: cases + relatives + long, [1, 2, 3])
  func textsThatShareABlockHaveTheBitsOfTextsAlone(_ model: (Shape, Format), threads: Int) throws {
    let (shape, format) = model
    let folder = try Folder()
    let path = try folder.write(Model(shape).bytes(format), to: "model.bin")
    var random = SplitMix(11)
    let texts = [1, 40, 2, 90, 1, 17, 60].map { random.tokens($0 + 3, below: shape.vocabSize) }
    let loaded = try LoadedModel(checkpoint: path, threads: threads)
    let together = try texts.map { _ in try Transformer(loaded) }
    let logits = UnsafeMutablePointer<Float>.allocate(capacity: texts.count * shape.vocabSize)
    defer { logits.deallocate() }
    // First all but the last three tokens of each, then these one by one.
    var positions = texts.map { _ in 0 }
    for step in 0..<4 {
      let wanted = step == 0 ? [1, 3] : Array(texts.indices)
      var reads: [Transformer.Read] = []
      for (i, text) in texts.enumerated() {
        let end = step == 0 ? text.count - 3 : positions[i] + 1
        reads.append(
          Transformer.Read(
            text: together[i], tokens: Array(text[positions[i]..<end]), position: positions[i],
            wantsLogits: wanted.contains(i)))
        positions[i] = end
      }
      Transformer.forward(reads, into: logits)
      for (row, i) in wanted.enumerated() {
        let found = UnsafeBufferPointer(
          start: logits + row * shape.vocabSize, count: shape.vocabSize)
        let alone = try bits(
          path, Array(texts[i][..<positions[i]]), pieces: [positions[i]], threads: 1)
        #expect(found.map(\.bitPattern) == alone, "text \(i) at step \(step)")
      }
    }
  }

  @Test(arguments: cases + relatives)
  func logitsOfTheLastTokensAreThoseAfterEach(_ shape: Shape, _ format: Format) throws {
    let folder = try Folder()
    let path = try folder.write(Model(shape).bytes(format), to: "model.bin")
    var random = SplitMix(13)
    let tokens = random.tokens(60, below: shape.vocabSize)
    let transformer = try Transformer(checkpoint: path, threads: 2)
    _ = transformer.forward(Array(tokens[..<20]), at: 0)
    for count in [1, 2, 7, 32] {
      let logits = transformer.forward(Array(tokens[20...]), at: 20, last: count)
      #expect(logits.count == count * shape.vocabSize)
      for (i, end) in (61 - count...60).enumerated() {
        let alone = try bits(path, Array(tokens[..<end]), pieces: [end], threads: 1)
        let row = logits[i * shape.vocabSize..<(i + 1) * shape.vocabSize]
        #expect(row.map(\.bitPattern) == alone, "\(count) of them, number \(i)")
      }
    }
  }

  /// A query has no weight for a later position, and 0 times a NaN is one.
  @Test(arguments: [1, 2, 4, 8])
  func whatIsNotFiniteDoesNotReachEarlierTokensOfItsBlock(_ nKVHeads: Int) throws {
    let folder = try Folder()
    var model = Model(Shape(dim: 32, nHeads: 8, nKVHeads: nKVHeads, tied: false))
    for i in 5 * 32..<6 * 32 { model.embedding.values[i] = .nan }
    let path = try folder.write(model.bytes(.v0), to: "model.bin")
    let transformer = try Transformer(checkpoint: path, threads: 1)
    _ = transformer.forward([1, 2, 3], at: 0)
    let expected = transformer.logits([7], at: 3).map(\.bitPattern)
    _ = transformer.forward([1, 2, 3, 5, 9], at: 0)
    #expect(transformer.logits([7], at: 3).map(\.bitPattern) == expected)
  }

  /// The logits after `tokens`, given in these pieces.
  private func bits(_ path: String, _ tokens: [Int], pieces: [Int], threads: Int) throws -> [UInt32]
  {
    let transformer = try Transformer(checkpoint: path, threads: threads)
    var position = 0
    var bits: [UInt32] = []
    for count in pieces {
      let piece = Array(tokens[position..<position + count])
      bits = transformer.logits(piece, at: position).map(\.bitPattern)
      position += count
    }
    return bits
  }

  /// Lengths of random pieces, `count` in all.
  private static func cuts(_ count: Int, _ random: inout SplitMix) -> [Int] {
    var pieces: [Int] = []
    while pieces.reduce(0, +) < count {
      let left = count - pieces.reduce(0, +)
      pieces.append(Int.random(in: 1...min(left, 40), using: &random))
    }
    return pieces
  }
}
