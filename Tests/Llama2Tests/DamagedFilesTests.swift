import Foundation
import Testing

/// Files that `run` must refuse: with one sentence that names them, and never by a crash.
@Suite struct DamagedFilesTests {
  private let stage: Stage
  private static let shape = Shape(dim: 24, hiddenDim: 40, vocabSize: 300, seqLen: 64)

  init() throws { stage = try Stage(Self.shape) }

  /// Runs a checkpoint or a vocabulary of these bytes.
  private func expectRefusal(_ bytes: [UInt8], as name: String = "model.bin", _ damage: Comment)
    throws
  {
    let path = try stage.folder.write(bytes, to: name)
    let run = try stage.run("-n", "4", "-j", "2")
    #expect(run.isRefusal(by: "run"), "\(damage): \(run)")
    #expect(run.errors.contains(path), "\(damage): \(run.errors)")
  }

  // MARK: Checkpoints

  private static let formats = [Format.v0, .v1, .v2(groupSize: 8)]

  @Test(arguments: formats)
  func aCheckpointThatIsCutOffOrTooLong(_ format: Format) throws {
    let whole = Model(Self.shape).bytes(format)
    let lengths = [
      1, 3, 4, 5, 7, 8, 11, 12, 19, 20, 23, 24, 27, 28, 29, 32, 35, 36, 37, 40, 41, 255, 256, 257,
      260, 1000, whole.count / 2, whole.count - 257, whole.count - 4, whole.count - 1,
    ]
    var headerSize = 256
    if case .v0 = format { headerSize = 28 }
    for length in lengths {
      try expectRefusal(Array(whole[..<length]), "\(length) bytes")
      let errors = try stage.run().errors
      #expect(errors.contains("ends inside the header") == (length < headerSize), "\(errors)")
    }
    try expectRefusal([], "no bytes")
    #expect(try stage.run().errors.contains("is empty"))
    for extra in [1, 3, 4, 256, 4096] {
      try expectRefusal(whole + [UInt8](repeating: 0, count: extra), "\(extra) bytes too many")
    }
  }

  @Test(arguments: formats)
  func aHeaderWithAWrongNumber(_ format: Format) throws {
    let whole = Model(Self.shape).bytes(format)
    var isV0 = false
    if case .v0 = format { isV0 = true }
    let fields = [
      "dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len",
    ]
    for (i, field) in fields.enumerated() {
      let offset = (isV0 ? 0 : 8) + 4 * i
      let value = Int(whole[offset]) | Int(whole[offset + 1]) << 8
      var wrong = [0, -1, -value, Int(Int32.min), -value + 1]
      // Only v0 has a table for each position; elsewhere a file may promise any context.
      if isV0 || field != "seq_len" {
        wrong += [2 * value, value + 1, value - 1, value / 2, 1 << 30, 1 << 20, Int(Int32.max)]
      }
      for number in wrong {
        try expectRefusal(Self.replacing(whole, offset, number), "\(field) \(number)")
      }
    }
  }

  @Test func aWrongMagicVersionFlagOrGroupSize() throws {
    let v1 = Model(Self.shape).bytes(.v1)
    for version in [0, 3, -1, 256, Int(Int32.max), Int(Int32.min)] {
      try expectRefusal(Self.replacing(v1, 4, version), "version \(version)")
    }
    for byte in 0..<4 {
      var bytes = v1
      bytes[byte] ^= 1
      try expectRefusal(bytes, "magic")
    }
    let v2 = Model(Self.shape).bytes(.v2(groupSize: 8))
    for (bytes, format) in [(v1, "v1"), (v2, "v2")] {
      for flag in [0, 2, 255] as [UInt8] {
        var bytes = bytes
        bytes[36] = flag
        try expectRefusal(bytes, "\(format), shared classifier \(flag)")
      }
    }
    // With a classifier of its own, a file for a flag of 2 has the size of one for 0.
    var untied = Self.shape
    untied.tied = false
    for format in [Format.v1, .v2(groupSize: 8)] {
      for flag in [2, 128, 255] as [UInt8] {
        var bytes = Model(untied).bytes(format)
        bytes[36] = flag
        try expectRefusal(bytes, "untied \(format), shared classifier \(flag)")
      }
    }
    for size in [0, -8, 1, 4, 7, 9, 16, 24, 1 << 30, Int(Int32.max), Int(Int32.min)] {
      try expectRefusal(Self.replacing(v2, 37, size), "group size \(size)")
    }
  }

  /// Files as large as their headers promise.
  @Test(
    arguments: [
      (Shape(dim: 24, hiddenDim: 40, nHeads: 5, nKVHeads: 5), "n_heads to divide dim"),
      (Shape(dim: 24, hiddenDim: 40, nHeads: 6, nKVHeads: 4), "n_kv_heads to divide n_heads"),
      (Shape(dim: 12, hiddenDim: 40, nHeads: 4, nKVHeads: 4), "head size 3"),
    ])
  func aShapeThatIsNoLlamas(_ shape: Shape, _ problem: String) throws {
    for format in [Format.v0, .v1, .v2(groupSize: 4)] {
      try expectRefusal(Model(shape).bytes(format), "\(shape), \(format)")
      #expect(try stage.run().errors.contains(problem))
    }
  }

  /// 16 values of a matrix share a scale, but its rows have 24 or 40.
  @Test func groupsThatStraddleRows() throws {
    try expectRefusal(Model(Self.shape).bytes(.v2(groupSize: 16)), "groups of 16")
    #expect(try stage.run().errors.contains("export it again in groups of 8"))
    try expectRefusal(Model(Self.shape).bytes(.v2(groupSize: 3)), "groups of 3")
    #expect(try stage.run().errors.contains("with a --group-size that divides both"))
  }

  @Test func aFileOfAnotherKind() throws {
    var random = SplitMix(4)
    for i in 0..<60 {
      let bytes = (0..<(i * i)).map { _ in UInt8.random(in: 0...255, using: &random) }
      try expectRefusal(bytes, "\(bytes.count) random bytes")
    }
    for magic in ["GGUF", "PK\u{3}\u{4}", "tjgg", "#!/bin/sh\n", "{\"dim\": 4096}"] {
      let padding = [UInt8](repeating: 1, count: 4096)
      try expectRefusal(Array(magic.utf8) + padding, "\(magic.debugDescription)")
    }
    for byte in [0, 1, 0x20, 0x7F, 0xFF] as [UInt8] {
      try expectRefusal([UInt8](repeating: byte, count: 5000), "5000 times \(byte)")
    }
    try expectRefusal(Vocabulary.english.file, "a vocabulary")
  }

  @Test func aFolderOrNothingInTheFilesPlace() throws {
    for path in [stage.folder.path, stage.folder.path + "/", "/dev/null", stage.folder["none"]] {
      let asCheckpoint = try Program.run([path], in: stage.folder)
      #expect(asCheckpoint.isRefusal(by: "run") && asCheckpoint.errors.contains(path))
      let asVocabulary = try stage.run("-z", path)
      #expect(asVocabulary.isRefusal(by: "run") && asVocabulary.errors.contains(path))
    }
  }

  @Test func aModelAsHuggingFaceHasItIsToBeExported() throws {
    let folder = try Program.run([stage.folder.path], in: stage.folder)
    #expect(folder.errors.contains("found a folder") && folder.errors.contains(".gguf"))
    let header = Array(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
    let file = [UInt8(header.count), 0, 0, 0, 0, 0, 0, 0] + header + [0, 0, 0, 0]
    try stage.folder.write(file, to: "model.bin")
    let run = try stage.run()
    #expect(run.isRefusal(by: "run") && run.errors.contains("safetensors"), "\(run)")
    #expect(run.errors.contains(".gguf"))
  }

  /// Opening one for reading waits for somebody to write into it, and nobody does.
  @Test func aNamedPipeInTheFilesPlace() throws {
    let pipe = stage.folder["pipe"]
    try #require(mkfifo(pipe, 0o600) == 0)
    for arguments in [[pipe], [stage.checkpoint, "-z", pipe]] {
      let run = try Program.run(arguments, in: stage.folder, minutes: 1 / 6)
      #expect(run.isRefusal(by: "run") && run.errors.contains(pipe), "\(run)")
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func weightsThatAreNoNumbers(_ value: Float) throws {
    var models = [Model](repeating: Model(Self.shape), count: 3)
    models[0].embedding.values = [Float](repeating: value, count: 24 * 300)
    models[0].classifier = models[0].embedding
    models[1].rmsFinal[3] = value
    models[2].layers[1].w2.values[5] = value
    for model in models {
      try stage.folder.write(model.bytes(.v0), to: "model.bin")
      let run = try stage.run("-n", "4")
      #expect(run.isRefusal(by: "run"), "\(run)")
      let chat = try stage.run("-m", "chat", "-y", "", "-i", "in")
      #expect(!chat.wasKilled && chat.status == 1 && chat.errors.hasPrefix("run: "))
    }
  }

  // MARK: Vocabularies

  @Test func aVocabularyThatIsCutOffOrTooLong() throws {
    let whole = Vocabulary.english(size: 300).file
    let lengths = Array(0..<30) + stride(from: 30, to: whole.count, by: 61) + [whole.count - 1]
    for length in lengths {
      try expectRefusal(Array(whole[..<length]), as: "tokenizer.bin", "\(length) bytes")
    }
    for extra in [1, 4, 8, 100] {
      let longer = whole + [UInt8](repeating: 0, count: extra)
      try expectRefusal(longer, as: "tokenizer.bin", "\(extra) bytes too many")
    }
  }

  @Test func aVocabularyOfAnotherSize() throws {
    for size in [0, 1, 2, 3, 258, 259, 299, 301, 512] {
      let bytes = Vocabulary.english(size: size).file
      try expectRefusal(bytes, as: "tokenizer.bin", "\(size) tokens")
      if size > 0 {
        let errors = try stage.run().errors
        #expect(errors.contains("\(size) tokens") && errors.contains("300"), "\(errors)")
        #expect(errors.contains("-z"), "how to pass another")
      }
    }
  }

  @Test func aVocabularyWithoutAByteOrASpace() throws {
    let whole = Vocabulary.english(size: 300)
    for byte in [0, 0x0A, 0x41, 0xFF] {
      for text in ["", "x", "<0x4>", "<0X41>", Vocabulary.byteName((byte + 1) % 256)] {
        var vocabulary = whole
        vocabulary.tokens[byte + 3].bytes = Array(text.utf8)
        try expectRefusal(vocabulary.file, as: "tokenizer.bin", "\(text) for byte \(byte)")
      }
    }
    var vocabulary = whole
    for i in vocabulary.tokens.indices where vocabulary.tokens[i].bytes == [0x20] {
      vocabulary.tokens[i].bytes = Array("_".utf8)
    }
    try expectRefusal(vocabulary.file, as: "tokenizer.bin", "no space")
  }

  @Test func aVocabularyWithAWrongNumberOrOfAnotherKind() throws {
    let whole = Vocabulary.english(size: 300).file
    for length in [0, 1, 5] {
      try expectRefusal(Self.replacing(whole, 0, length), as: "tokenizer.bin", "longest \(length)")
    }
    for length in [-1, 100, 1 << 20, Int(Int32.max), Int(Int32.min)] {
      try expectRefusal(Self.replacing(whole, 8, length), as: "tokenizer.bin", "length \(length)")
    }
    for score in [Float.nan, .infinity, -.infinity] {
      var vocabulary = Vocabulary.english(size: 300)
      vocabulary.tokens[270].score = score
      try expectRefusal(vocabulary.file, as: "tokenizer.bin", "score \(score)")
    }
    try expectRefusal(Model(Self.shape).bytes(.v0), as: "tokenizer.bin", "a checkpoint")
    var random = SplitMix(6)
    for i in 0..<40 {
      let bytes = (0..<(i * i)).map { _ in UInt8.random(in: 0...255, using: &random) }
      try expectRefusal(bytes, as: "tokenizer.bin", "\(bytes.count) random bytes")
    }
  }

  /// The file with another int32 at `offset`.
  private static func replacing(_ bytes: [UInt8], _ offset: Int, _ value: Int) -> [UInt8] {
    var file = Bytes()
    file.int32(Int(Int32(truncatingIfNeeded: value)))
    return Array(bytes[..<offset]) + file.all + bytes[(offset + 4)...]
  }
}
