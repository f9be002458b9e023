import Foundation
import Testing

@Suite struct ExportHuggingFaceRefusalTests {
  private static let llama3Scaling =
    "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1,"
    + " \"high_freq_factor\": 4, \"original_max_position_embeddings\": 8}"

  @Test(
    arguments: [
      ("model_type", "\"mistral\"", "model_type is \"mistral\", expected \"llama\""),
      ("rope_theta", "500000.0", "rope_theta is 500000, expected 10000"),
      (
        "rope_scaling", "{\"type\": \"linear\", \"factor\": 2.0}", "rope_scaling.type is \"linear\""
      ),
      (
        "rope_scaling", llama3Scaling,
        "rope_scaling.rope_type is \"llama3\", expected \"default\": llama2.c's files cannot hold it,"
          + " write a .gguf"
      ),
      ("rope_scaling", "{\"factor\": 2.0}", "rope_scaling is {factor: 2}"),
      ("rope_parameters", "{\"rope_theta\": 1e6}", "rope_parameters.rope_theta is 1000000"),
      ("attention_bias", "true", "attention_bias is true"),
      ("mlp_bias", "true", "mlp_bias is true"),
      ("hidden_act", "\"gelu\"", "hidden_act is \"gelu\", expected \"silu\""),
      ("rms_norm_eps", "1e-06", "rms_norm_eps is 1e-06, expected 1e-05"),
      ("head_dim", "8", "head_dim is 8"),
      ("quantization_config", "{\"bits\": 4}", "quantization_config is {bits: 4}"),
      ("num_key_value_heads", "3", "num_key_value_heads is 3, expected a divisor"),
      ("num_attention_heads", "3", "num_attention_heads is 3"),
      ("hidden_size", "-8", "hidden_size is -8, expected a positive integer"),
      ("hidden_size", "1e99", "expected a positive integer"),
      ("hidden_size", "\"8\"", "hidden_size is \"8\""),
      ("num_hidden_layers", "2", "model.layers.1.input_layernorm.weight is missing"),
      ("vocab_size", "5", "model.embed_tokens.weight has the shape [4, 8], expected [5, 8]"),
      ("tie_word_embeddings", "false", "lm_head.weight is missing"),
    ])
  func aSettingThatRunLacksIsRefused(_ key: String, _ value: String, _ fragment: String) throws {
    let folder = try TemporaryFolder()
    var model = MadeModel()
    model.config[key] = value
    try model.write(to: folder)
    try expectRefusal(of: folder.url.path, saying: fragment)
  }

  @Test func anAbsentEpsilonIsNotTheRightOne() throws {
    let folder = try TemporaryFolder()
    var model = MadeModel()
    model.config["rms_norm_eps"] = nil
    try model.write(to: folder)
    try expectRefusal(of: folder.url.path, saying: "rms_norm_eps is missing")
  }

  @Test func tensorsThatAreNotALlamasAreRefused() throws {
    let folder = try TemporaryFolder()
    var model = MadeModel()
    model.tensors.append(MadeTensor("model.layers.0.self_attn.q_proj.bias", [8]))
    try model.write(to: folder)
    try expectRefusal(of: folder.url.path, saying: "q_proj.bias\" is none that the model has")

    model.tensors.removeLast()
    let norm = model.tensors.remove(at: 1)
    try model.write(to: folder)
    try expectRefusal(of: folder.url.path, saying: "the tensor model.norm.weight is missing")

    model.tensors.append(MadeTensor(norm.name, "I32", [8], norm.data))
    try model.write(to: folder)
    try expectRefusal(of: folder.url.path, saying: "has elements of type I32")
  }

  @Test(
    arguments: [
      ("\"data_offsets\":[0,128]", "\"data_offsets\":[0,9999999]", "it is cut off"),
      ("\"data_offsets\":[0,128]", "\"data_offsets\":[-4,124]", "has no data_offsets"),
      ("\"data_offsets\":[0,128]", "\"data_offsets\":[32,160]", "overlap or leave a gap"),
      ("\"shape\":[4, 8]", "\"shape\":[4611686018427387904,8]", "does not fit F32"),
      ("\"shape\":[4, 8]", "\"shape\":[4.5,8]", "has no shape"),
      ("\"F32\",\"shape\":[4", "\"F99\",\"shape\":[4", "elements of type \"F99\""),
      ("\"model.norm.weight\"", "\"model.embed_tokens.weight\"", "stands there twice"),
      ("{\"model.embed", "[{\"model.embed", "damaged JSON"),
    ])
  func aDamagedHeaderIsRefused(_ part: String, _ replacement: String, _ fragment: String) throws {
    let folder = try TemporaryFolder()
    let model = MadeModel()
    try model.writeConfig(to: folder)
    let data = safetensors(model.tensors) { header in
      let changed = header.replacingOccurrences(of: part, with: replacement)
      #expect(changed != header)
      return changed
    }
    try folder.write(data, "model.safetensors")
    try expectRefusal(of: folder.url.path, saying: fragment)
  }

  @Test func overlappingTensorsAreRefused() throws {
    let folder = try TemporaryFolder()
    var model = MadeModel()
    model.tensors.insert(MadeTensor("extra", [2]), at: 1)
    try model.writeConfig(to: folder)
    let data = safetensors(model.tensors) {
      $0.replacingOccurrences(of: "[128,136]", with: "[120,128]")
    }
    try folder.write(data, "model.safetensors")
    try expectRefusal(of: folder.url.path, saying: "overlap or leave a gap")
  }

  @Test func absurdHeadersAreRefused() throws {
    let folder = try TemporaryFolder()
    try MadeModel().writeConfig(to: folder)
    let deep = String(repeating: "[", count: 100_000)
    let wide = "{\"a\":[" + String(repeating: "[],", count: 4_000_001) + "[]]}"
    for (data, fragment) in [
      (little(UInt64.max) + Data(count: 100), "said to have 18446744073709551615 bytes"),
      (little(UInt64(93)) + Data(count: 92), "said to have 93 bytes"),
      (Data(count: 7), "it is cut off"),
      (little(UInt64(deep.utf8.count)) + Data(deep.utf8), "nested deeper than 64 levels"),
      (little(UInt64(wide.utf8.count)) + Data(wide.utf8), "more than 4000000 values"),
    ] {
      try folder.write(data, "model.safetensors")
      try expectRefusal(of: folder.url.path, saying: fragment)
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let folder = try TemporaryFolder()
    let model = MadeModel()
    try model.writeConfig(to: folder)
    let whole = safetensors(model.tensors)
    for length in stride(from: 1, to: whole.count, by: 197) {
      try folder.write(whole.prefix(length), "model.safetensors")
      try expectRefusal(of: folder.url.path, saying: "model.safetensors: ")
    }
  }

  @Test(
    arguments: [
      ("../../secret", "expected the name of a file in the folder"),
      ("/etc/passwd", "expected the name of a file in the folder"),
      ("..", "expected the name of a file in the folder"),
      ("missing.safetensors", "No such file or directory"),
    ])
  func shardsLieInTheFolder(_ shard: String, _ fragment: String) throws {
    let folder = try TemporaryFolder()
    try MadeModel().writeConfig(to: folder)
    try folder.write(
      "{\"weight_map\": {\"model.norm.weight\": \"\(shard)\"}}", "model.safetensors.index.json")
    try expectRefusal(of: folder.url.path, saying: fragment)
  }

  @Test func aShardWithoutItsTensorIsRefused() throws {
    let folder = try TemporaryFolder()
    let model = MadeModel()
    try model.writeConfig(to: folder)
    try folder.write(safetensors(model.tensors), "one")
    try folder.write(
      "{\"weight_map\": {\"other.weight\": \"one\"}}", "model.safetensors.index.json")
    try expectRefusal(of: folder.url.path, saying: "the tensor \"other.weight\" is missing")
  }
}

@Suite struct ExportPyTorchRefusalTests {
  /// A state dict of one tensor "a", as protocol 2 spells it.
  private func pickle(
    storage: String = "torch\nFloatStorage", count: Int = 4, offset: Int = 0, size: Int = 4,
    stride: Int = 1
  ) -> Data {
    /// LONG1 of eight bytes.
    func integer(_ value: Int) -> Data { Data([0x8A, 8]) + little(value) }
    var p = Data([0x80, 2]) + Data("}X".utf8) + little(UInt32(1)) + Data("a".utf8)
    p += Data("ctorch._utils\n_rebuild_tensor_v2\n((X".utf8) + little(UInt32(7))
    p += Data("storagec\(storage)\nX".utf8) + little(UInt32(1)) + Data("0X".utf8)
    p += little(UInt32(3)) + Data("cpu".utf8) + integer(count) + Data("tQ".utf8) + integer(offset)
    p += integer(size) + Data([0x85]) + integer(stride) + Data([0x85, 0x89])
    return p + Data("ccollections\nOrderedDict\n)RtRs.".utf8)
  }

  private func archive(_ pickle: Data, storage: Data? = Data(count: 16)) -> MadeZip {
    let entries = storage.map { [("ckpt/data/0", $0)] } ?? []
    return MadeZip(entries: [("ckpt/data.pkl", pickle)] + entries)
  }

  /// Made a Hugging Face folder, so that the dictionary is read as weights.
  private func expectRefusal(_ zip: MadeZip, saying fragment: String) throws {
    try expectRefusal(zip.data, saying: fragment)
  }

  private func expectRefusal(_ data: Data, saying fragment: String) throws {
    let folder = try TemporaryFolder()
    try MadeModel().writeConfig(to: folder)
    try folder.write(data, "pytorch_model.bin")
    try Llama2Tests.expectRefusal(of: folder.url.path, saying: fragment)
  }

  @Test func aSoundFileIsReadUpToItsMissingTensors() throws {
    try expectRefusal(archive(pickle()), saying: "model.embed_tokens.weight is missing")
  }

  @Test(arguments: ["os\nsystem", "builtins\neval", "torch\nload", "numpy.core.multiarray\nscalar"])
  func anythingButAStateDictsNamesIsRefusedByName(_ name: String) throws {
    let call = Data([0x80, 2]) + Data("c\(name)\nX".utf8) + little(UInt32(2)) + Data("ls".utf8)
    try expectRefusal(
      archive(call + Data([0x85]) + Data("R.".utf8)),
      saying: "\"" + name.replacingOccurrences(of: "\n", with: ".") + "\"")
  }

  @Test func opcodesThatNoStateDictNeedsAreRefused() throws {
    for opcode in ["i", "o", "\u{81}", "\u{93}", "P", "2", "0"] {
      let bytes = Data([0x80, 2]) + Data(opcode.unicodeScalars.map { UInt8($0.value) })
      try expectRefusal(archive(bytes + Data("a\nb\n.".utf8)), saying: "which no state dict needs")
    }
  }

  @Test func damagedPicklesAreRefused() throws {
    let whole = pickle()
    for length in stride(from: 0, to: whole.count - 1, by: 7) {
      try expectRefusal(archive(whole.prefix(length)), saying: "damaged pickle")
    }
    for (opcodes, fragment) in [
      ("t.", "there is no mark"), ("R.", "the stack is empty"), ("h\u{1}.", "memoised as 1"),
      ("K\u{1}.", "holds no dictionary"), ("}K\u{1}Q.", "no storage"),
      ("NNs.", "the stack is empty"),
    ] {
      try expectRefusal(archive(Data([0x80, 2]) + Data(opcodes.utf8)), saying: fragment)
    }
  }

  @Test func deepAndEndlessPicklesAreRefused() throws {
    let nested = Data(repeating: UInt8(ascii: "]"), count: 2_000_000)
    let closed = nested + Data(repeating: UInt8(ascii: "a"), count: 1_999_999) + Data(".".utf8)
    try expectRefusal(archive(Data([0x80, 2]) + closed), saying: "holds no dictionary")
    try expectRefusal(archive(Data([0x80, 2]) + nested), saying: "ends without a STOP")
    try expectRefusal(archive(Data(count: 17 << 20)), saying: "its pickle has 17825792 bytes")
  }

  @Test func tensorsOutsideTheirStorageAreRefused() throws {
    for bad in [
      pickle(offset: 1), pickle(size: 5), pickle(stride: 2), pickle(size: 200, stride: 0),
      // The last element stands at 2^63 and 2^63 + 1, which 64 bits would turn negative.
      pickle(size: 3, stride: 1 << 62), pickle(offset: .max, size: 3),
    ] {
      try expectRefusal(archive(bad), saying: "outside its storage of 4 elements")
    }
    try expectRefusal(archive(pickle(count: 5)), saying: "but its entry has 16 bytes")
    try expectRefusal(archive(pickle(), storage: nil), saying: "\"0\", which is missing")
  }

  @Test func damagedArchivesAreRefused() throws {
    let whole = archive(pickle())
    for length in [10, 100, whole.data.count - 1] {
      try expectRefusal(whole.data.prefix(length), saying: "damaged ZIP archive")
    }
    var zip = whole
    zip.method = 8
    try expectRefusal(zip, saying: "is compressed")
    zip = whole
    zip.sizes["ckpt/data/0"] = 1 << 30
    try expectRefusal(zip, saying: "leaves the file")
    zip = whole
    zip.shift["ckpt/data/0"] = -1
    try expectRefusal(zip, saying: "has no header at byte")
    zip = whole
    zip.entries.append(zip.entries[1])
    try expectRefusal(zip, saying: "is there twice")
    zip = whole
    zip.sizes["ckpt/data.pkl"] = UInt32(zip.entries[0].data.count + 20)
    try expectRefusal(zip, saying: "overlap")
    zip = MadeZip(entries: [("readme", Data("hello".utf8))])
    try expectRefusal(zip, saying: "without a data.pkl")
  }

  /// The sizes of a zip64 end record must be inside the file too.
  @Test func absurdZip64NumbersAreRefused() throws {
    let plain = archive(pickle()).data
    let end = plain.suffix(22)
    let body = plain.dropLast(22)
    for offset in [UInt64.max, UInt64(1) << 62, UInt64(body.count + 1)] {
      var record = little(UInt32(0x0606_4b50)) + little(UInt64(44)) + Data(count: 12)
      record += little(UInt64(2)) + little(UInt64(2)) + little(UInt64(100)) + little(offset)
      let locator =
        little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(UInt64(body.count))
        + little(UInt32(1))
      try expectRefusal(body + record + locator + end, saying: "damaged ZIP archive")
    }
  }

  @Test func theOldFormatIsNamed() throws {
    let magic = Data([
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ])
    try expectRefusal(magic + Data(".".utf8), saying: "before version 1.6")
  }

  @Test func aPickleThatIsNoCheckpointIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(archive(pickle()).data, "ckpt.pt")
    try Llama2Tests.expectRefusal(
      of: folder.path("ckpt.pt"), saying: "not a training checkpoint of llama2.c")
  }
}

@Suite struct ExportMetaRefusalTests {
  private func copy(_ change: (inout String) -> Void, without missing: String = "") throws
    -> TemporaryFolder
  {
    let folder = try TemporaryFolder()
    let fixture = ExportProgram.fixtures.appendingPathComponent("meta")
    for name in ["consolidated.00.pth", "consolidated.01.pth"] where name != missing {
      try folder.write(Data(contentsOf: fixture.appendingPathComponent(name)), name)
    }
    var params = try String(
      contentsOf: fixture.appendingPathComponent("params.json"), encoding: .utf8)
    change(&params)
    try folder.write(params, "params.json")
    return folder
  }

  @Test(
    arguments: [
      ("\"norm_eps\": 1e-05", "\"norm_eps\": 1e-06", "norm_eps is 1e-06"),
      ("{", "{\"rope_theta\": 500000.0,", "rope_theta is 500000"),
      ("{", "{\"use_scaled_rope\": true,", "use_scaled_rope is true"),
      ("{", "{\"moe\": {},", "moe is {}"),
      ("\"vocab_size\": -1", "\"vocab_size\": 9", "vocab_size is 9, expected 8"),
      (
        "\"n_kv_heads\": 2", "\"n_kv_heads\": 4",
        "wk.weight has the shape [4, 16], expected [8, 16]"
      ),
      ("\"dim\": 16", "\"dim\": 32", "has the shape"),
    ])
  func settingsAreChecked(_ part: String, _ replacement: String, _ fragment: String) throws {
    let folder = try copy {
      $0.replaceSubrange($0.range(of: part)!, with: replacement)
    }
    try expectRefusal(of: folder.url.path, saying: fragment)
  }

  @Test func aMissingFileIsNoticed() throws {
    let first = try copy({ _ in }, without: "consolidated.00.pth")
    try expectRefusal(of: first.url.path, saying: "no consolidated.00.pth")
    let second = try copy({ _ in }, without: "consolidated.01.pth")
    try expectRefusal(of: second.url.path, saying: "has the shape")
  }
}
