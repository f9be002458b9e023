import Foundation
import Llama2
import Testing

/// GGUF files as a source of `export`; gguf-fixtures.py made them, and the logits beside them.
@Suite struct ExportGGUFTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let fixtures = ExportProgram.fixtures.appendingPathComponent("gguf")

  private struct Forward: Decodable {
    let name: String
    let tokens: [Int]
    let positions: [Int]
  }

  private func fixture(_ name: String) -> String {
    Self.fixtures.appendingPathComponent(name + ".gguf").path
  }

  /// This one has a SentencePiece vocabulary, and settings as in Llama 2.
  private static let plain = "long-rows"

  @Test(arguments: ["0", "1"])
  func theCheckpointHasTheLogitsOfTheWeights(_ version: String) throws {
    let name = Self.plain
    let path = folder.path("model.bin")
    let result = try ExportProgram.run(fixture(name), path, "--version", version)
    #expect(result.status == 0, "\(result)")
    let all = try JSONDecoder().decode(
      [Forward].self, from: Data(contentsOf: Self.fixtures.appendingPathComponent("forward.json")))
    let forward = try #require(all.first { $0.name == name })
    let data = try Data(contentsOf: Self.fixtures.appendingPathComponent(name + ".f32"))
    let expected = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let transformer = try Transformer(checkpoint: path, threads: 1)
    let vocabSize = transformer.config.vocabSize
    #expect(expected.count == forward.positions.count * vocabSize)
    var worst: Float = 0
    for (position, token) in forward.tokens.enumerated() {
      let logits = transformer.forward([token], at: position)
      guard let row = forward.positions.firstIndex(of: position) else { continue }
      for i in 0..<vocabSize { worst = max(worst, abs(logits[i] - expected[row * vocabSize + i])) }
    }
    #expect(worst < 1e-3, "\(worst)")
    #expect(try folder.names == ["model.bin", "tokenizer.bin"])
    _ = try Tokenizer(path: folder.path("tokenizer.bin"), vocabSize: vocabSize)
  }

  // MARK: A model whose files of every kind are known

  private static let model = Model(Shape(tied: false))
  private static let vocabulary = Vocabulary.english(size: model.shape.vocabSize)

  private func write(_ gguf: GGUFBytes) throws -> String {
    try folder.write(Data(gguf.bytes), "source.gguf")
    return folder.path("source.gguf")
  }

  @Test func theFilesAreThoseThatLlama2CWritesOfTheSameWeights() throws {
    let path = try write(GGUFBytes(Self.model, Self.vocabulary))
    for (version, format) in [("1", Format.v1), ("2", .v2(groupSize: 8))] {
      let result = try ExportProgram.run(path, folder.path(version), "--version", version)
      #expect(result.status == 0 && result.error.isEmpty, "\(result)")
      #expect(try folder.read(version) == Data(Self.model.bytes(format)), "v\(version)")
    }
    #expect(try folder.read("tokenizer.bin") == Data(Self.vocabulary.file))
  }

  @Test func logitsAndTextsAreThoseOfTheGGUF() throws {
    let path = try write(GGUFBytes(Self.model, Self.vocabulary))
    let tokens = (0..<40).map { 259 + $0 }
    let expected = try Transformer(checkpoint: path, threads: 1).logits(tokens, at: 0)
    for (version, limit) in [("0", 0), ("1", 0), ("2", 0.05)] {
      let exported = folder.path("v\(version).bin")
      #expect(try ExportProgram.run(path, exported, "--version", version).status == 0)
      let logits = try Transformer(checkpoint: exported, threads: 1).logits(tokens, at: 0)
      #expect(GGUFForwardTests.error(logits, expected) <= limit, "v\(version)")
    }
    for sampling in [["-t", "0"], ["-t", "0.8", "-s", "3"]] {
      let flags = ["-i", "the rain", "-n", "40"] + sampling
      let source = try Program.run([path] + flags)
      let exported = try Program.run([folder.path("v0.bin")] + flags)
      #expect(source.status == 0 && source.output.hasPrefix("the rain"))
      #expect(source.output == exported.output)
    }
  }

  // MARK: What run.c cannot compute

  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (inout GGUFBytes) -> Void

    init(_ problem: String, _ make: @escaping @Sendable (inout GGUFBytes) -> Void) {
      testDescription = problem
      self.make = make
    }

    init(_ key: String, _ value: GGUFBytes.Value, _ problem: String) {
      self.init(problem) { $0[key] = value }
    }
  }

  @Test(arguments: [
    Change("llama.attention.layer_norm_rms_epsilon", .float32(1e-6), "rms_epsilon is 1e-06"),
    Change("llama.rope.freq_base", .float32(500_000), "rope.freq_base is 500000.0"),
    Change("llama.rope.dimension_count", .uint32(4), "rope.dimension_count is 4.0"),
    Change("llama.rope.scaling.factor", .float32(2), "rope.scaling.factor is 2.0"),
    Change("tokenizer.ggml.bos_token_id", .uint32(2), "bos_token_id is 2"),
    Change("rope_freqs") {
      $0.tensors.append(.init("rope_freqs.weight", [Float](repeating: 8, count: 3)))
    },
    Change("a tensor blk.0.attn_q.bias") {
      $0.tensors.append(.init("blk.0.attn_q.bias", [Float](repeating: 0, count: 24)))
    },
    Change("token 1 is \"<bos>\"") { $0.setToken(1, "<bos>") },
  ])
  func aModelIsRefusedByTheFieldThatRunCDoesNotHave(_ change: Change) throws {
    var gguf = GGUFBytes(Self.model, Self.vocabulary)
    change.make(&gguf)
    let path = try write(gguf)
    try expectRefusal(of: path, saying: change.testDescription)
    #expect(throws: Never.self) { try Transformer(checkpoint: path, threads: 1) }
    let inspection = try ExportProgram.run("--inspect", path)
    #expect(inspection.output.hasPrefix("can be run\ncannot be exported: \(path): "))
    #expect(inspection.output.contains(change.testDescription))
  }

  @Test(
    arguments: [("f32", "key_length is 12"), ("q4_0", "tokenizer.ggml.model is \"gpt2\"")])
  func aFixtureIsRefusedByTheFieldThatRunCDoesNotHave(_ name: String, _ fragment: String) throws {
    try expectRefusal(of: fixture(name), saying: fragment)
  }

  @Test func textsThatRunCWritesOtherwiseAreNoted() throws {
    var gguf = GGUFBytes(Self.model, Self.vocabulary)
    gguf["tokenizer.ggml.add_bos_token"] = .bool(false)
    gguf["tokenizer.ggml.add_space_prefix"] = .bool(false)
    gguf["tokenizer.ggml.eos_token_id"] = .uint32(259)
    let path = try write(gguf)
    let result = try ExportProgram.run(path, folder.path("out.bin"))
    #expect(result.status == 0)
    for note in ["no space before a text", "no BOS before a text", "end with token 259"] {
      #expect(result.error.contains(note))
    }
  }

  // MARK: --inspect

  @Test func inspectionSaysFirstWhetherItCanBeRun() throws {
    let path = try write(GGUFBytes(Self.model, Self.vocabulary))
    #expect(
      try ExportProgram.run("--inspect", path).output.split(separator: "\n").prefix(3)
        == ["can be run", "can be exported", "\(path): a GGUF file of version 3, 0.1 MB"])
    let mixed = try ExportProgram.run("--inspect", fixture("mixed"))
    let lines = mixed.output.split(separator: "\n")
    #expect(mixed.status == 0 && mixed.error.isEmpty)
    #expect(lines[0] == "can be run" && lines[1].hasPrefix("cannot be exported: "))
    let order = [
      "  llama.block_count: 2", "21 tensors", "  Q6_K: 2, 0.0 MB",
      "  blk.0.attn_v.weight  [16, 256]  Q6_K", "vocabulary: gpt2, gpt-2, 264 tokens",
      "chat template: none",
    ].map { lines.firstIndex(of: Substring($0)) ?? -1 }
    #expect(order == order.sorted() && order[0] > 0, "\(order) in \(mixed.output)")
  }

  @Test func inspectionNamesTheChatTemplate() throws {
    var gguf = GGUFBytes(Self.model, Self.vocabulary)
    gguf["tokenizer.chat_template"] = .string(
      "{{ bos_token + '[INST] ' + message['content'] + ' [/INST]' }}<<SYS>>")
    let path = try write(gguf)
    #expect(try ExportProgram.run("--inspect", path).output.hasSuffix("chat template: llama2\n"))
    gguf["tokenizer.chat_template"] = .string("{{ message }}")
    try Data(gguf.bytes).write(to: URL(fileURLWithPath: path))
    let unknown = try ExportProgram.run("--inspect", path)
    #expect(unknown.output.hasSuffix("chat template: not recognised\n"))
  }

  @Test func inspectionOfAVocabularyAloneSaysSo() throws {
    var gguf = GGUFBytes(Self.model, Self.vocabulary)
    gguf.tensors = []
    let path = try write(gguf)
    let result = try ExportProgram.run("--inspect", path)
    #expect(result.status == 1)
    #expect(result.output.hasPrefix("cannot be run: \(path): it holds only a vocabulary"))
    #expect(result.output.contains(": only a vocabulary, in a GGUF file of version 3"))
    #expect(result.output.contains("\nvocabulary: llama, 300 tokens\n"))
    let run = try Program.run([path])
    #expect(run.isRefusal(by: "run") && run.errors.contains("it holds only a vocabulary"))
  }

  @Test func aFileThatExportCannotReadIsNotSentToExport() throws {
    try folder.write(Data("tjgg".utf8) + Data(count: 100), "old.bin")
    try expectRefusal(of: folder.path("old.bin"), saying: "get the GGUF file of this model")
  }
}

// MARK: - A model as a GGUF file

extension GGUFBytes {
  /// A model of fp32 tensors with a SentencePiece vocabulary, by gguf.md's names.
  init(_ model: Model, _ vocabulary: Vocabulary) {
    let shape = model.shape
    metadata = [
      ("general.architecture", .string("llama")),
      ("llama.context_length", .uint32(UInt32(shape.seqLen))),
      ("llama.embedding_length", .uint32(UInt32(shape.dim))),
      ("llama.feed_forward_length", .uint32(UInt32(shape.hiddenDim))),
      ("llama.block_count", .uint32(UInt32(shape.nLayers))),
      ("llama.attention.head_count", .uint32(UInt32(shape.nHeads))),
      ("llama.attention.head_count_kv", .uint32(UInt32(shape.nKVHeads))),
      ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
      ("tokenizer.ggml.model", .string("llama")),
      ("tokenizer.ggml.tokens", .array(vocabulary.tokens.map { .string(Self.piece($0)) })),
      ("tokenizer.ggml.scores", .array(vocabulary.tokens.map { .float32($0.score) })),
      (
        "tokenizer.ggml.token_type",
        .array(
          vocabulary.tokens.indices.map { id in
            .int32(id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1)
          })
      ),
    ]
    tensors = [
      .init("token_embd.weight", model.embedding), .init("output.weight", model.classifier),
    ]
    tensors.append(.init("output_norm.weight", model.rmsFinal))
    for (i, layer) in model.layers.enumerated() {
      tensors += [
        .init("blk.\(i).attn_norm.weight", layer.rmsAttention),
        .init("blk.\(i).attn_q.weight", layer.wq), .init("blk.\(i).attn_k.weight", layer.wk),
        .init("blk.\(i).attn_v.weight", layer.wv), .init("blk.\(i).attn_output.weight", layer.wo),
        .init("blk.\(i).ffn_norm.weight", layer.rmsFFN),
        .init("blk.\(i).ffn_gate.weight", layer.w1), .init("blk.\(i).ffn_down.weight", layer.w2),
        .init("blk.\(i).ffn_up.weight", layer.w3),
      ]
    }
  }

  /// A token as SentencePiece spells it: ▁ for a space, control tokens without lines of their own.
  private static func piece(_ token: Vocabulary.Token) -> String {
    String(decoding: token.bytes, as: UTF8.self)
      .replacingOccurrences(of: "\n", with: "").replacingOccurrences(of: " ", with: "▁")
  }

  /// A value of the metadata.
  subscript(key: String) -> Value? {
    get { metadata.first { $0.key == key }?.value }
    set {
      metadata.removeAll { $0.key == key }
      if let newValue { metadata.append((key, newValue)) }
    }
  }

  mutating func setToken(_ id: Int, _ text: String) {
    let pieces = Vocabulary.english(size: 300).tokens.map(Self.piece)
    self["tokenizer.ggml.tokens"] = .array(
      pieces.enumerated().map { .string($0 == id ? text : $1) })
  }
}

extension GGUFBytes.Tensor {
  init(_ name: String, _ values: [Float]) {
    let data = values.flatMap { GGUFBytes.littleEndian($0.bitPattern) }
    self.init(name: name, shape: [UInt64(values.count)], type: 0, data: data)
  }

  init(_ name: String, _ matrix: Tensor) {
    self.init(name, matrix.values)
    shape = [UInt64(matrix.columns), UInt64(matrix.rows)]
  }
}
