import Foundation
import Llama2
import Testing

/// What `export` does not write to a GGUF file, what only a GGUF file holds, and what its options
/// change there.
@Suite struct ExportToGGUFRefusalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func fixture(_ name: String) -> String {
    ExportProgram.fixtures.appendingPathComponent(name).path
  }

  /// A folder of the fixtures with some settings replaced, by JSON; nil removes one.
  private func copy(_ name: String, _ changes: [String: String?]) throws -> String {
    let source = URL(fileURLWithPath: Self.fixture(name))
    for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(
        at: source.appendingPathComponent(file), to: folder.url.appendingPathComponent(file))
    }
    var settings = try #require(
      try JSONSerialization.jsonObject(with: folder.read("config.json")) as? [String: Any])
    for (key, value) in changes {
      settings[key] = try value.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
      }
    }
    try folder.write(JSONSerialization.data(withJSONObject: settings), "config.json")
    return folder.url.path
  }

  private func export(_ source: String, _ arguments: String...) throws -> GGUF {
    let target = try TemporaryFolder()
    let result = ExportProgram.finish(
      try ExportProgram.start([source, target.path("out.gguf")] + arguments))
    #expect(result.status == 0, "\(result)")
    // The mapping outlives the folder.
    return try GGUF(MappedFile(path: target.path("out.gguf")))
  }

  private func expectRefusal(
    of source: String, to name: String, _ arguments: [String] = [], saying fragment: String
  ) throws {
    let target = try TemporaryFolder()
    let result = ExportProgram.finish(
      try ExportProgram.start([source, target.path(name)] + arguments))
    #expect(result.status == 1 && !result.wasKilled, "\(result)")
    #expect(
      result.error.hasPrefix("export: ") && result.error.contains(fragment), "\(result.error)")
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(try target.names.isEmpty)
  }

  // MARK: Settings

  @Test(
    arguments: [
      ("gpt2", "activation_function", "\"gelu\"", "activation_function is \"gelu\""),
      ("gpt2", "scale_attn_weights", "false", "scale_attn_weights is false, expected true"),
      (
        "gpt2", "scale_attn_by_inverse_layer_idx", "true",
        "scale_attn_by_inverse_layer_idx is true"
      ),
      ("gpt2", "add_cross_attention", "true", "add_cross_attention is true"),
      ("gpt2", "n_ctx", "41", "n_ctx is 41, expected n_positions, 40"),
      ("gpt2", "n_head", "5", "n_head is 5, expected a divisor of n_embd 32"),
      ("gpt2", "n_inner", "64", "c_fc.weight has the shape [32, 128], expected [32, 64]"),
      ("gpt2", "tie_word_embeddings", "false", "lm_head.weight is missing"),
      ("gpt2", "quantization_config", "{\"bits\": 4}", "quantization_config is {bits: 4}"),
      ("qwen2", "model_type", "\"qwen2_moe\"", "model_type is \"qwen2_moe\""),
      ("qwen2", "hidden_act", "\"gelu\"", "hidden_act is \"gelu\""),
      (
        "qwen2", "rope_scaling", "{\"type\": \"yarn\", \"factor\": 4}",
        "rope_scaling.type is \"yarn\""
      ),
      (
        "qwen2", "rope_parameters", "{\"rope_type\": \"default\", \"mrope_section\": [1]}",
        "rope_parameters.mrope_section is [1], expected none"
      ),
      ("qwen2", "layer_types", "[\"chunked_attention\"]", "layer_types is"),
      ("qwen2", "num_key_value_heads", "3", "num_key_value_heads is 3, expected a divisor"),
      ("qwen3", "head_dim", "15", "head_dim is 15, expected an even number"),
      ("qwen3", "attention_bias", "true", "self_attn.q_proj.bias is missing"),
      ("qwen3", "rms_norm_eps", "0", "rms_norm_eps is 0, expected a positive number"),
      (
        "qwen3", "num_hidden_layers", "2147483647",
        "model.layers.2.input_layernorm.weight is missing"
      ),
      (
        "llama3", "rope_scaling", "{\"rope_type\": \"llama3\"}",
        "rope_scaling.original_max_position_embeddings is missing"
      ),
      (
        "llama3", "rope_scaling", "{\"type\": \"linear\", \"factor\": -1}",
        "rope_scaling.factor is -1"
      ),
      ("llama3", "rope_scaling", "{\"type\": \"linear\", \"factor\": 1e-99}", "factor is 1e-99"),
      ("llama3", "rope_parameters", "{\"rope_type\": 3}", "rope_scaling is {"),
      ("llama3", "head_dim", "2147483646", "n_heads is 2 and key_length 2147483646"),
    ])
  func aSettingThatRunLacksIsRefused(
    _ name: String, _ key: String, _ value: String, _ fragment: String
  ) throws {
    let source = try copy("relatives/" + name, [key: value])
    try expectRefusal(of: source, to: "out.gguf", saying: fragment)
  }

  @Test(
    arguments: [
      ("relatives/gpt2", "model_type is \"gpt2\", expected \"llama\""),
      ("relatives/qwen2", "model_type is \"qwen2\", expected \"llama\""),
      ("relatives/qwen3", "model_type is \"qwen3\", expected \"llama\""),
      ("relatives/llama3", "rope_theta is 500000, expected 10000.0"),
      ("hf-gguf/mistral", "model_type is \"mistral\", expected \"llama\""),
      ("hf-gguf/Tiny-Llama-3.1-40K-Chat", "rms_norm_eps is 1e-06, expected 1e-05"),
    ])
  func whatACheckpointOfLlama2CCannotHoldIsSentToAGGUF(_ name: String, _ fragment: String) throws {
    let consequence = ": llama2.c's files cannot hold it, write a .gguf\n"
    try expectRefusal(of: Self.fixture(name), to: "out.bin", saying: fragment + consequence)
    let inspection = try ExportProgram.run("--inspect", Self.fixture(name))
    #expect(
      inspection.output.contains("\ncan be exported to a .gguf\ncannot be exported to a .bin: "))
    #expect(inspection.output.contains(fragment + consequence))
    #expect(inspection.status == 0 && inspection.output.hasSuffix("\ncan be exported\n"))
  }

  @Test(
    arguments: [
      (["gguf/f32.gguf", "out.gguf"], "run reads a .bin and a .gguf as they are"),
      (["gqa-untied-v0.bin", "out.gguf"], "run reads a .bin and a .gguf as they are"),
      (["ckpt.pt", "out.gguf"], "run reads a .bin and a .gguf as they are"),
      (["meta", "out.gguf"], "tokenizer"),
      (["relatives/llama3/tokenizer.json", "out.gguf"], "a .gguf is written of its folder"),
      (["relatives/llama3", "out.bin", "--type", "f16"], "--type: goes with a .gguf"),
      (["relatives/llama3", "out.gguf", "--version", "0"], "--version: goes with a .bin"),
      (["relatives/llama3", "out.gguf", "--group-size", "64"], "--group-size: goes with a .bin"),
      (
        ["relatives/llama3", "out.gguf", "--type", "q4_K"],
        "--type: found \"q4_K\", expected one of f32"
      ),
      (["relatives/llama3", "out.gguf", "--seq-len", "41"], "--seq-len 41 is longer"),
    ])
  func whatDoesNotGoTogetherIsRefused(_ arguments: [String], _ fragment: String) throws {
    try expectRefusal(
      of: Self.fixture(arguments[0]), to: arguments[1], Array(arguments.dropFirst(2)),
      saying: fragment)
  }

  // MARK: What options and settings change

  @Test(
    arguments: [
      ("relatives/qwen2", "F16", "GGUF, qwen2, 31008 parameters as F16"),
      ("hf-gguf/qwen3-biased", "BF16", "as BF16"), ("hf-gguf/mistral", "F16", "as F16"),
    ])
  func theTypeIsTheSourcesOwnOf16BitsUnlessOneIsGiven(
    _ name: String, _ type: String, _ fragment: String
  ) throws {
    let path = folder.path("model.gguf")
    let result = try ExportProgram.run(Self.fixture(name), path)
    #expect(result.status == 0 && result.output.contains(fragment), "\(result)")
    let gguf = try GGUF(MappedFile(path: path))
    #expect(try gguf.tensor("token_embd.weight")?.type.name == type)
  }

  @Test func theContextIsCutWithItsLearnedPositions() throws {
    let whole = try export(Self.fixture("relatives/gpt2"))
    let cut = try export(Self.fixture("relatives/gpt2"), "--seq-len", "7")
    #expect(try cut.integer("gpt2.context_length") == 7)
    let positions = try #require(try cut.tensor("position_embd.weight"))
    #expect(positions.shape == [32, 7])
    let all = try #require(try whole.tensor("position_embd.weight"))
    #expect(positions.data.elementsEqual(all.data.prefix(7 * 32 * 4)))
    let llama = try export(Self.fixture("relatives/llama3"), "--seq-len", "9")
    #expect(try llama.integer("llama.context_length") == 9)
  }

  @Test(
    arguments: [
      ("qwen2", ["sliding_window": "8"], nil),
      (
        "qwen2",
        ["sliding_window": "8", "use_sliding_window": "true", "max_window_layers": "1"], 8
      ),
      (
        "qwen2",
        ["sliding_window": "40", "use_sliding_window": "true", "max_window_layers": "0"], nil
      ),
      (
        "qwen2",
        [
          "sliding_window": "8", "use_sliding_window": "true",
          "layer_types": "[\"full_attention\", \"sliding_attention\"]",
        ], 8
      ),
      (
        "qwen2",
        [
          "sliding_window": "8", "use_sliding_window": "true",
          "layer_types": "[\"full_attention\", \"full_attention\"]",
        ], nil
      ),
      (
        "qwen2",
        ["sliding_window": "8", "use_sliding_window": "true", "max_window_layers": "2"], nil
      ),
      ("llama3", ["sliding_window": "8"], nil),
      ("llama3", ["model_type": "\"mistral\"", "max_position_embeddings": "5000"], 4096),
      ("llama3", ["model_type": "\"mistral\"", "sliding_window": "null"], nil),
    ] as [(String, [String: String], Int?)])
  func aWindowInUseIsWritten(_ name: String, _ changes: [String: String], _ window: Int?) throws {
    let source = try copy("relatives/" + name, changes.mapValues { $0 })
    let gguf = try export(source)
    let key = (name == "qwen2" ? "qwen2" : "llama") + ".attention.sliding_window"
    #expect(try gguf.integer(key) == window)
  }

  @Test func anOutputMatrixThatIsSaidToBeTiedMustRepeatTheEmbedding() throws {
    var model = MadeModel(vocabSize: 275)
    model.tensors.append(MadeTensor("lm_head.weight", [275, 8]))
    // The converter writes what is stored.
    let tied = try folder(of: model)
    let gguf = try export(tied.url.path)
    #expect(try gguf.tensor("output.weight") != nil)
    model.tensors[model.tensors.count - 1].data[3] = 0x40
    let source = try folder(of: model)
    for name in ["out.gguf", "out.bin"] {
      try expectRefusal(
        of: source.url.path, to: name, saying: "lm_head.weight differs from the token embedding")
    }
    let inspection = try ExportProgram.run("--inspect", source.url.path)
    #expect(
      inspection.status == 1 && inspection.output.contains("\ncannot be run: "), "\(inspection)")
  }

  @Test func whatLlamaCppDoesNotReadIsNotedAndRuns() throws {
    let target = try TemporaryFolder()
    let biased = try ExportProgram.run(
      Self.fixture("hf-gguf/qwen3-biased"), target.path("biased.gguf"))
    #expect(biased.status == 0 && biased.error.contains("llama.cpp reads no attn_output.bias of a"))
    _ = try Llama(checkpoint: target.path("biased.gguf"), threads: 1)

    var model = MadeModel(vocabSize: 275)
    for (key, value) in ["model_type": "\"qwen2\"", "head_dim": "2"] { model.config[key] = value }
    for (i, name) in ["q_proj", "k_proj", "v_proj", "o_proj"].enumerated() {
      model.tensors[4 + i] = MadeTensor(
        "model.layers.0.self_attn.\(name).weight", name == "o_proj" ? [8, 4] : [4, 8])
      guard name != "o_proj" else { continue }
      model.tensors.append(MadeTensor("model.layers.0.self_attn.\(name).bias", [4]))
    }
    let source = try folder(of: model)
    let narrow = try ExportProgram.run(source.url.path, target.path("narrow.gguf"))
    #expect(narrow.status == 0, "\(narrow)")
    #expect(narrow.error.contains("llama.cpp refuses a qwen2 whose 2 heads of 2 do not make up 8"))
    _ = try Llama(checkpoint: target.path("narrow.gguf"), threads: 1)

    for name in ["relatives/qwen2", "relatives/qwen3", "hf-gguf/Tiny-Llama-3.1-40K-Chat"] {
      let result = try ExportProgram.run(
        Self.fixture(name), target.path("out.gguf"), "--force")
      #expect(result.status == 0 && !result.error.contains("llama.cpp"), "\(result)")
    }
  }

  @Test func bothSpellingsOfRoPEAreTheSame() throws {
    let old = try export(Self.fixture("relatives/llama3"))
    let new = try export(
      try copy(
        "relatives/llama3",
        [
          "rope_theta": nil, "rope_scaling": nil,
          "rope_parameters": """
          {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
           "high_freq_factor": 4.0, "original_max_position_embeddings": 36}
          """,
        ]))
    #expect(try new.float("llama.rope.freq_base") == 500_000)
    let factors = try #require(try new.tensor("rope_freqs.weight"))
    #expect(try old.tensor("rope_freqs.weight")?.data.elementsEqual(factors.data) == true)
  }

  @Test func namesWithoutAPrefixAndMasksAreOpenAIsOwn() throws {
    let gguf = try export(Self.fixture("relatives/gpt2-torch"), "--type", "f32")
    let expected = try GGUF(MappedFile(path: Self.fixture("relatives/gpt2-torch.gguf")))
    #expect(Set(gguf.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
    for tensor in expected.tensors {
      let ours = try #require(try gguf.tensor(tensor.name))
      #expect(ours.shape == tensor.shape && ours.data.elementsEqual(tensor.data), "\(tensor.name)")
    }
  }

  @Test func damagedWeightsAreNotedInEveryType() throws {
    var model = MadeModel(vocabSize: 275, dim: 32)
    model.tensors[0].data.replaceSubrange(0..<8, with: little(0x7FC0_0001_FF80_0000 as UInt64))
    let folder = try folder(of: model)
    for type in ["f32", "f16", "bf16", "q8_0", "q4_0"] {
      let target = try TemporaryFolder()
      let result = try ExportProgram.run(
        folder.url.path, target.path("out.gguf"), "--type", type)
      #expect(result.status == 0, "\(result)")
      #expect(result.error.contains("token_embd.weight holds weights that are NaN or infinite"))
      let isQuantised = type.hasPrefix("q")
      #expect(result.output.contains("largest rounding error 0.0, in") == isQuantised, "\(result)")
    }
  }

  @Test(
    arguments: [
      ("f16", "F16", 65504, 65536, "bf16 or f32"), ("bf16", "BF16", 0x1.FEp127, 0x1.FFp127, "f32"),
      ("q8_0", "Q8_0", 127 * 65504, 127 * 65536, "bf16 or f32"),
      ("q4_0", "Q4_0", 8 * 65504, 8 * 65536, "bf16 or f32"),
      ("q4_0", "Q6_K", 2048 * 65504, 4096 * 65536, "bf16 or f32"),
      ("q4_0", "Q6_K", 1, 1e20, "bf16 or f32"),
    ] as [(String, String, Float, Float, String)])
  func aWeightThatTheTypeCannotHoldIsRefused(
    _ file: String, _ type: String, _ fitting: Float, _ tooLarge: Float, _ remedy: String
  ) throws {
    // The output matrix, which is the token embedding, has a type of its own among Q4_0.
    let (place, name) = type == "Q4_0" ? (7, "blk.0.attn_output.weight") : (0, "token_embd.weight")
    for (weight, fits) in [(fitting, true), (-fitting, true), (-tooLarge, false)] {
      let columns = type == "Q6_K" ? 256 : 32
      var model = MadeModel(vocabSize: 275, dim: columns)
      let start = 4 * 3 * columns
      model.tensors[place].data.replaceSubrange(start..<start + 4, with: little(weight.bitPattern))
      let (source, target) = (try folder(of: model), try TemporaryFolder())
      let result = try ExportProgram.run(
        source.url.path, target.path("out.gguf"), "--type", file)
      guard fits else {
        #expect(result.status == 1)
        #expect(result.error.contains("a weight of \(name) is \(tooLarge) or its negative, but"))
        #expect(result.error.hasSuffix(": write it with --type \(remedy)\n"), "\(result.error)")
        #expect(try target.names.isEmpty)
        continue
      }
      #expect(result.status == 0 && result.error.isEmpty, "\(result)")
      let gguf = try GGUF(MappedFile(path: target.path("out.gguf")))
      let tensor = try #require(try gguf.tensor(name))
      #expect(tensor.type.name == type)
      let matrix = try Matrix(
        rows: tensor.shape[1], columns: columns, values: #require(tensor.data.baseAddress),
        format: #require(Matrix.Format(tensor.type)))
      var row = [Float](repeating: 0, count: columns)
      matrix.copyRow(3, to: &row)
      #expect(row.allSatisfy(\.isFinite) && abs(row[0] / weight - 1) < 0.01)
    }
  }

  /// A made model with the vocabulary of the fixtures, of 275 tokens.
  private func folder(of model: MadeModel) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try model.write(to: folder)
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      try FileManager.default.copyItem(
        atPath: Self.fixture("relatives/llama3/" + name), toPath: folder.path(name))
    }
    return folder
  }

  @Test func aFailedWriteLeavesNothing() throws {
    let failed = try ExportProgram.run(
      Self.fixture("relatives/gpt2"), folder.path("out.gguf"), through: "ulimit -f 8")
    #expect(failed.status == 1 && failed.error.contains("was not written"), "\(failed)")
    #expect(try folder.names.isEmpty)
  }
}
