import Foundation
import Llama2
import Testing

/// The bytes that llama2.c's exporter wrote, at `Fixtures/<model>-v<version>.bin`.
private func expected(_ model: String, _ version: Int) throws -> Data {
  try Data(contentsOf: ExportProgram.fixtures.appendingPathComponent("\(model)-v\(version).bin"))
}

private func fixture(_ name: String) -> String {
  ExportProgram.fixtures.appendingPathComponent(name).path
}

private func floats(_ data: Data) -> [Float] {
  data.withUnsafeBytes { bytes in
    (0..<data.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
  }
}

private func headerOfV0(_ data: Data) -> [Int] {
  data.withUnsafeBytes { bytes in
    (0..<7).map { Int(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
  }
}

/// Where the cos and sin tables of a v0 file lie.
private func tables(_ data: Data) -> Range<Int> {
  let h = headerOfV0(data)
  let end = data.count - (h[5] < 0 ? 4 * -h[5] * h[0] : 0)
  return end - 4 * h[6] * h[0] / h[3]..<end
}

@Suite struct ExportFormatTests {
  static let sources = [
    ("hf-shards", "gqa-untied"), ("hf-torch", "gqa-untied"), ("hf-tied", "mha-tied"),
    ("meta", "meta"), ("ckpt.pt", "training"),
  ]

  @Test(arguments: sources, [1, 2])
  func sourceBecomesTheBytesOfLlama2c(_ names: (String, String), version: Int) throws {
    let folder = try TemporaryFolder()
    let result = try ExportProgram.run(
      fixture(names.0), folder.path("out.bin"), "--version", "\(version)", "--group-size", "8",
      "--seq-len", "16")
    #expect(result.status == 0, "\(result.error)")
    #expect(try folder.read("out.bin") == expected(names.1, version))
  }

  @Test(arguments: sources)
  func v0DiffersAtMostInTheLastPlaceOfTheTables(_ names: (String, String)) throws {
    let folder = try TemporaryFolder()
    try ExportProgram.run(fixture(names.0), folder.path("out.bin"), "--seq-len", "16")
    var (ours, theirs) = (try folder.read("out.bin"), try expected(names.1, 0))
    let range = tables(theirs)
    try #require(ours.count == theirs.count)
    for (a, b) in zip(floats(ours.subdata(in: range)), floats(theirs.subdata(in: range))) {
      #expect(abs(a - b) <= b.ulp)
    }
    ours.removeSubrange(range)
    theirs.removeSubrange(range)
    #expect(ours == theirs)
  }

  @Test(arguments: ["gqa-untied", "mha-tied", "meta", "training"], [0, 1])
  func fp32CheckpointsBecomeEachOther(_ model: String, version: Int) throws {
    let folder = try TemporaryFolder()
    let source = fixture("\(model)-v\(version).bin")
    for target in 0...2 {
      try ExportProgram.run(
        source, folder.path("v\(target)"), "--version", "\(target)", "--group-size", "8")
    }
    #expect(try folder.read("v1") == expected(model, 1))
    #expect(try folder.read("v2") == expected(model, 2))
    if version == 0 { #expect(try folder.read("v0") == expected(model, 0)) }
  }

  @Test func v0SurvivesV1ByteForByte() throws {
    let folder = try TemporaryFolder()
    try ExportProgram.run(fixture("hf-shards"), folder.path("a"))
    try ExportProgram.run(folder.path("a"), folder.path("b"), "--version", "1")
    try ExportProgram.run(folder.path("b"), folder.path("c"), "--version", "0")
    #expect(try folder.read("a") == folder.read("c"))
  }

  @Test(arguments: ["gqa-untied", "mha-tied"])
  func v0ComesBackFromInt8WithinHalfAStep(_ model: String) throws {
    let folder = try TemporaryFolder()
    try ExportProgram.run(fixture("\(model)-v2.bin"), folder.path("back"))
    let (weights, back) = (try floats(expected(model, 0)), try floats(folder.read("back")))
    try #require(weights.count == back.count)
    var (isExact, step) = (true, Float(0))
    for group in stride(from: 7, to: weights.count - 8, by: 8) {
      // A step of the group, or of the two that it lies across where norms shift the groups.
      let magnitudes = weights[max(7, group - 8)..<min(weights.count, group + 16)].map(abs)
      step = magnitudes.max()! / 127
      for i in group..<group + 8 {
        isExact = isExact && weights[i] == back[i]
        #expect(abs(weights[i] - back[i]) <= 0.5001 * step)
      }
    }
    #expect(!isExact)
  }

  @Test func groupsAreHalvedUntilTheyFit() throws {
    let folder = try TemporaryFolder()
    let result = try ExportProgram.run(
      fixture("gqa-untied-v0.bin"), folder.path("out.bin"), "--version", "2")
    #expect(result.status == 0)
    #expect(result.output.contains("groups of 8: 64 does not divide both dim 16 and hidden_dim 8"))
    #expect(result.output.contains("largest rounding error"))
    #expect(try folder.read("out.bin") == expected("gqa-untied", 2))
  }

  @Test func seqLenShortensTheContext() throws {
    let folder = try TemporaryFolder()
    try ExportProgram.run(fixture("hf-shards"), folder.path("out.bin"), "--seq-len", "5")
    #expect(headerOfV0(try folder.read("out.bin"))[6] == 5)
    try expectRefusal(
      of: fixture("hf-shards"), saying: "--seq-len 17 is longer", arguments: ["--seq-len", "17"])
  }

  @Test func logitsAreThoseOfTransformers() throws {
    let folder = try TemporaryFolder()
    try ExportProgram.run(fixture("hf-shards"), folder.path("out.bin"))
    let llama = try Transformer(checkpoint: folder.path("out.bin"), threads: 1)
    let theirs = try floats(
      Data(contentsOf: URL(fileURLWithPath: fixture("gqa-untied-logits.f32"))))
    for (position, token) in [1, 5, 2, 7, 3, 3, 0, 6].enumerated() {
      let ours = llama.forward([token], at: position)
      for i in 0..<8 { #expect(abs(ours[i] - theirs[8 * position + i]) < 1e-3) }
    }
  }

  /// All 65536 values of 16 bits, as the embedding of 8192 tokens.
  @Test(arguments: ["F16", "BF16"])
  func sixteenBitsAreConvertedExactly(_ type: String) throws {
    let folder = try TemporaryFolder()
    var model = MadeModel(vocabSize: 8192)
    var data = Data()
    for bits in UInt16.min...UInt16.max { data += little(bits) }
    model.tensors[0] = MadeTensor("model.embed_tokens.weight", type, [8192, 8], data)
    try model.write(to: folder)
    try ExportProgram.run(folder.url.path, folder.path("out.bin"), "--version", "1")
    let out = try folder.read("out.bin")
    let start = 256 + 4 * 3 * 8
    for (i, ours) in floats(out.subdata(in: start..<start + 4 * 65536)).enumerated() {
      let bits = UInt16(i)
      #if arch(x86_64) && os(macOS)
        let half = type == "F16" ? ours : Float(bitPattern: UInt32(bits) << 16)
      #else
        let half =
          type == "F16" ? Float(Float16(bitPattern: bits)) : Float(bitPattern: UInt32(bits) << 16)
      #endif
      if half.isNaN ? !ours.isNaN : ours.bitPattern != half.bitPattern {
        Issue.record("\(type) \(bits) became \(ours)")
      }
    }
  }

  @Test func groupsOfZerosStayZeros() throws {
    let folder = try TemporaryFolder()
    try MadeModel().write(to: folder)
    let result = try ExportProgram.run(folder.url.path, folder.path("out.bin"), "--version", "2")
    #expect(result.status == 0)
    let out = try folder.read("out.bin")
    #expect(out[256...].allSatisfy { $0 == 0 })
  }

  @Test func aTieIsWhatTheWeightsSay() throws {
    let folder = try TemporaryFolder()
    var model = MadeModel()
    model.config["tie_word_embeddings"] = "false"
    model.tensors.append(MadeTensor("lm_head.weight", [4, 8]))
    try model.write(to: folder)
    try ExportProgram.run(folder.url.path, folder.path("tied"))
    #expect(headerOfV0(try folder.read("tied"))[5] == 4)
    model.tensors[model.tensors.count - 1].data[3] = 0x40
    try model.write(to: folder)
    try ExportProgram.run(folder.url.path, folder.path("untied"))
    #expect(headerOfV0(try folder.read("untied"))[5] == -4)
  }

  @Test(arguments: ["hf-shards", "meta", "ckpt.pt", "gqa-untied-v2.bin"])
  func inspectionTellsWhatIsThere(_ name: String) throws {
    let result = try ExportProgram.run("--inspect", fixture(name))
    #expect(result.status == 0 && result.error.isEmpty, "\(result)")
    #expect(result.output.contains("[8, 16]"))
    let verdict = name.hasSuffix(".bin") ? "can be run" : "can be exported"
    #expect(result.output.hasSuffix("\n\(verdict)\n"))
  }

  @Test func inspectionTellsWhyNot() throws {
    let folder = try TemporaryFolder()
    var model = MadeModel()
    model.config["rope_theta"] = "500000.0"
    try model.write(to: folder)
    let result = try ExportProgram.run("--inspect", folder.url.path)
    #expect(result.status == 1 && result.error.isEmpty)
    #expect(result.output.contains("model.norm.weight  [8]  F32"))
    let path = folder.path("config.json")
    #expect(
      result.output.contains(
        "cannot be exported to a .bin: \(path): rope_theta is 500000, expected 10000.0"))
    #expect(result.output.hasSuffix("\ncannot be run: it cannot be exported\n"))

    model.config["hidden_act"] = "\"gelu\""
    try model.write(to: folder)
    let other = try ExportProgram.run("--inspect", folder.url.path)
    #expect(other.status == 1)
    #expect(
      other.output.hasSuffix(
        "cannot be run: \(path): hidden_act is \"gelu\", expected"
          + " \"silu\": this model cannot be run\n"))
  }

  @Test(arguments: ["tokenizer.model", "tokenizer.json", "tokenizer.bin"])
  func inspectionOfAVocabularySaysWhatItIs(_ name: String) throws {
    let path = ExportProgram.fixtures.appendingPathComponent("vocabulary/" + name).path
    let result = try ExportProgram.run("--inspect", path)
    #expect(result.error.isEmpty && result.output.contains("vocabulary"), "\(result)")
    if name == "tokenizer.bin" {
      #expect(result.status == 1 && result.output.contains("\ncannot be run: "))
    } else {
      #expect(
        result.status == 0 && result.output.hasSuffix("\ncan be exported to a tokenizer.bin\n"))
    }
  }

  @Test(arguments: [(8, 48, 8), (12, 48, 4), (8, 6, 8), (8, 1, 8)])
  func groupsOfOneAreRefusedWithASizeThatFits(_ dim: Int, _ wanted: Int, _ fitting: Int) throws {
    let folder = try TemporaryFolder()
    // Its hidden_dim is 8.
    try MadeModel(dim: dim).write(to: folder)
    let arguments = ["--version", "2", "--group-size"]
    try expectRefusal(
      of: folder.url.path, saying: "--group-size \(fitting) fits",
      arguments: arguments + ["\(wanted)"])
    let target = try TemporaryFolder()
    let result = try ExportProgram.run(
      folder.url.path, target.path("out.bin"), "--version=2", "--group-size=\(fitting)")
    #expect(result.status == 0 && result.output.contains("int8 in groups of \(fitting),"))
  }
}
