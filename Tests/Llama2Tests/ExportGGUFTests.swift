import Foundation
import Llama2
import Testing

/// GGUF files as a source of `export`; gguf-fixtures.py made them, and the logits beside them.
@Suite struct ExportGGUFTests {
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
    let folder = try TemporaryFolder()
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

  @Test(
    arguments: [
      ("bf16", "attention.layer_norm_rms_epsilon is 1e-06"), ("f32", "key_length is 12"),
      ("q4_1", "rope.freq_base is 1000000.0"), ("q5_1", "rope.scaling.factor is 2.0"),
      ("q4_0", "tokenizer.ggml.model is \"gpt2\""),
    ])
  func whatRunCCannotComputeIsRefusedByField(_ name: String, _ fragment: String) throws {
    try expectRefusal(of: fixture(name), saying: fragment)
  }

  @Test func inspectionSaysFirstWhetherItCanBeRun() throws {
    let mixed = try ExportProgram.run("--inspect", fixture("mixed"))
    let lines = mixed.output.split(separator: "\n")
    #expect(mixed.status == 0 && mixed.error.isEmpty)
    #expect(lines[1] == "can be run" && lines[2].hasPrefix("cannot be exported: "))
    #expect(lines[2].contains("key_length is 16"))
    #expect(lines.contains("  llama.block_count: 2"))
    #expect(lines.contains("21 tensors") && lines.contains("  Q6_K: 2, 0.0 MB"))
    let plain = try ExportProgram.run("--inspect", fixture(Self.plain))
    #expect(plain.output.contains("\ncan be run\ncan be exported\n"))
  }
}
