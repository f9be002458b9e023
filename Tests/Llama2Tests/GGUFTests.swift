import Foundation
import Llama2
import Testing

/// The container: what it reads, and what it refuses.
@Suite struct GGUFTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func open(_ bytes: [UInt8]) throws -> GGUF {
    try GGUF(MappedFile(path: folder.write(bytes, to: "model.gguf")))
  }

  private func open(_ file: GGUFBytes) throws -> GGUF { try open(file.bytes) }

  /// Expects a refusal in one sentence that names the file and has all of `parts`.
  private func expectRefusal(_ bytes: [UInt8], _ parts: String...) throws {
    let error = #expect(throws: LlamaError.self, "\(parts)") { try open(bytes) }
    let sentence = error?.description ?? ""
    #expect(Self.isSentence(sentence, about: folder["model.gguf"]), "\(sentence)")
    for part in parts { #expect(sentence.contains(part), "\(sentence)") }
  }

  private static func isSentence(_ text: String, about path: String) -> Bool {
    text.hasPrefix(path + ": ") && text.utf8.count < path.utf8.count + 500
      && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }

  /// A small file with a value of each kind and some tensors.
  private static func small(alignment: UInt32 = 32) -> GGUFBytes {
    var file = GGUFBytes()
    file.alignment = Int(alignment)
    file.metadata = [
      ("general.architecture", .string("llama")),
      ("general.alignment", .uint32(alignment)),
      ("some.bool", .bool(true)),
      ("some.floats", .array([.float32(1.5), .float32(-2)])),
      ("some.integers", .array([.int16(-3), .int16(300), .int16(7)])),
      ("some.strings", .array([.string("one"), .string(""), .string("drei ▁")])),
      ("some.float", .float32(0.25)),
    ]
    file.tensors = [
      .init(name: "a", shape: [3, 2], type: 0, data: (0..<24).map { $0 }),
      .init(name: "b.weight", shape: [32, 1, 2], type: 2, data: (0..<36).map { $0 + 100 }),
      .init(name: "c", shape: [5], type: 30, data: (0..<10).map { $0 + 200 }),
    ]
    return file
  }

  // MARK: What is read

  @Test(arguments: [2, 3] as [UInt32])
  func valuesOfEveryTypeAreRead(version: UInt32) throws {
    var file = GGUFBytes(version: version)
    file.metadata = [
      ("u8", .uint8(200)), ("i8", .int8(-100)), ("u16", .uint16(60000)), ("i16", .int16(-30000)),
      ("u32", .uint32(.max)), ("i32", .int32(.min)), ("u64", .uint64(1 << 62)),
      ("i64", .int64(.min)), ("f32", .float32(0.1)), ("f64", .float64(0.1)),
      ("true", .bool(true)), ("false", .bool(false)), ("text", .string("Grüße\n🦙")),
      ("none", .string("")),
      ("bytes", .array([.uint8(0), .uint8(255)])),
      ("longs", .array([.int64(-5), .int64(.max), .int64(.min)])),
      ("doubles", .array([.float64(0.5), .float64(-.infinity)])),
      ("strings", .array([.string("▁the"), .string(""), .string("x")])),
      ("empty", .array([], type: 8)), ("no numbers", .array([], type: 5)),
    ]
    let gguf = try open(file)
    #expect(gguf.version == Int(version) && gguf.tensors.isEmpty)
    let integers = ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64"]
    let expected = [
      200, -100, 60000, -30000, Int(UInt32.max), Int(Int32.min), 1 << 62, Int.min,
    ]
    #expect(try integers.map { try gguf.integer($0) } == expected)
    #expect(try gguf.float("f32") == 0.1)
    #expect(try gguf.float("f64") == 0.1)
    #expect(try gguf.bool("true") == true)
    #expect(try gguf.bool("false") == false)
    #expect(try gguf.string("text") == "Grüße\n🦙")
    #expect(try gguf.string("none") == "")
    #expect(try gguf.integers("bytes") == [0, 255])
    #expect(try gguf.integers("longs") == [-5, .max, .min])
    #expect(try gguf.floats("doubles") == [0.5, -.infinity])
    let strings = try #require(try gguf.strings("strings"))
    #expect(strings.count == 3)
    #expect(strings.map { String(decoding: $0, as: UTF8.self) } == ["▁the", "", "x"])
    #expect(try gguf.strings("empty").map { ($0.count, Array($0).count) } ?? (1, 1) == (0, 0))
    #expect(try gguf.integers("no numbers") == [])
  }

  @Test func anAbsentKeyIsNil() throws {
    let gguf = try open(Self.small())
    #expect(try gguf.integer("x") == nil && gguf.float("x") == nil && gguf.bool("x") == nil)
    #expect(try gguf.string("x") == nil && gguf.integers("x") == nil && gguf.floats("x") == nil)
    #expect(try gguf.strings("x") == nil && gguf.tensor("x") == nil)
  }

  @Test func aValueOfAnotherTypeIsRefusedByItsKey() throws {
    var file = GGUFBytes()
    file.metadata = [
      ("big", .uint64(1 << 63)), ("float", .float32(2.5)), ("text", .string("2")),
      ("one", .array([.uint32(1)])), ("bigs", .array([.uint64(1), .uint64(.max)])),
      ("bool", .bool(true)), ("integer", .int32(1)), ("bools", .array([.bool(true)])),
      ("floats", .array([.float32(1)])), ("texts", .array([.string("a\u{1B}b")])),
    ]
    let gguf = try open(file)
    func refusal(_ parts: String..., of read: (GGUF) throws -> Void) {
      let error = #expect(throws: LlamaError.self, "\(parts)") { try read(gguf) }
      let sentence = error?.description ?? ""
      #expect(Self.isSentence(sentence, about: folder["model.gguf"]))
      for part in parts { #expect(sentence.contains(part), "\(sentence)") }
    }
    refusal("big ", "9223372036854775808", "uint64", "an integer") { _ = try $0.integer("big") }
    refusal("float ", "2.5", "float32", "an integer") { _ = try $0.integer("float") }
    refusal("text ", "\"2\"", "string", "an integer") { _ = try $0.integer("text") }
    refusal("one ", "array of 1 uint32", "an integer") { _ = try $0.integer("one") }
    refusal("bool ", "true", "an integer") { _ = try $0.integer("bool") }
    refusal("bigs ", "array of 2 uint64", "integers") { _ = try $0.integers("bigs") }
    refusal("integer ", "array of integers") { _ = try $0.integers("integer") }
    refusal("integer ", "a float") { _ = try $0.float("integer") }
    refusal("array of 1 float32", "a float") { _ = try $0.float("floats") }
    refusal("array of 1 bool", "a bool") { _ = try $0.bool("bools") }
    refusal("integer ", "a bool") { _ = try $0.bool("integer") }
    refusal("integer ", "a string") { _ = try $0.string("integer") }
    refusal("float ", "array of floats") { _ = try $0.floats("float") }
    refusal("one ", "array of floats") { _ = try $0.floats("one") }
    refusal("text ", "array of strings") { _ = try $0.strings("text") }
    refusal("one ", "array of strings") { _ = try $0.strings("one") }
    refusal("texts ", "[\"a?b\"]", "a string") { _ = try $0.string("texts") }
  }

  @Test(arguments: [8, 16, 32, 64, 4096] as [UInt32])
  func tensorsLieWhereTheAlignmentPutsThem(alignment: UInt32) throws {
    let file = Self.small(alignment: alignment)
    let gguf = try open(file)
    #expect(gguf.tensors.map(\.name) == ["a", "b.weight", "c"])
    #expect(gguf.tensors.map(\.type) == [.f32, .q4_0, .bf16])
    #expect(gguf.tensors.map(\.shape) == [[3, 2], [32, 1, 2], [5]])
    for (tensor, expected) in zip(gguf.tensors, file.tensors) {
      #expect(Array(tensor.data) == expected.data)
      #expect(try gguf.tensor(tensor.name)?.data.baseAddress == tensor.data.baseAddress)
    }
  }

  @Test func tensorsMayStandInAnyOrderAndLeaveGaps() throws {
    var file = Self.small()
    file.tensors[0].offset = 32 * 7
    file.tensors[2].offset = 0
    let bytes = file.bytes + [UInt8](repeating: 9, count: 200)
    let gguf = try open(bytes)
    let start = file.bytes.count - 32 - 64 - 32
    #expect(Array(gguf.tensors[0].data) == Array(bytes[(start + 32 * 7)...][..<(start + 248)]))
    #expect(Array(gguf.tensors[2].data) == Array(bytes[start..<start + 10]))
  }

  /// The files that the gguf package wrote.
  @Test func filesOfAnotherWriterAreRead() throws {
    func fixture(_ name: String) throws -> GGUF {
      let path = ExportProgram.fixtures.appendingPathComponent("gguf/\(name).gguf").path
      return try GGUF(MappedFile(path: path))
    }
    let mixed = try fixture("mixed")
    #expect(mixed.version == 3 && mixed.tensors.count == 21)
    #expect(try mixed.string("general.architecture") == "llama")
    #expect(try mixed.integer("llama.embedding_length") == 256)
    #expect(try mixed.float("llama.attention.layer_norm_rms_epsilon") == 1e-5)
    #expect(try mixed.strings("tokenizer.ggml.tokens")?.count == 264)
    #expect(try mixed.strings("tokenizer.ggml.merges")?.count == 7)
    #expect(try mixed.integers("tokenizer.ggml.token_type")?.count == 264)
    let types = try ["token_embd", "blk.0.attn_k", "blk.0.attn_v", "blk.1.attn_v"].map {
      try mixed.tensor($0 + ".weight")?.type.name
    }
    #expect(types == ["Q3_K", "Q5_K", "Q6_K", "F16"])
    #expect(try mixed.tensor("blk.0.attn_output.weight")?.shape == [32, 256])
    let factors = try #require(try mixed.tensor("rope_freqs.weight")).data
    #expect(factors.loadUnaligned(fromByteOffset: 16, as: Float.self) == 3.7)
    #expect(try fixture("q8_0").version == 2)
    let aligned = try fixture("q4_0")
    #expect(try aligned.integer("general.alignment") == 64)
    #expect(aligned.tensors.allSatisfy { Int(bitPattern: $0.data.baseAddress) % 64 == 0 })
    let norm = try #require(try aligned.tensor("output_norm.weight")).data
    let mean = (0..<64).map { norm.load(fromByteOffset: 4 * $0, as: Float.self) }.reduce(0, +) / 64
    #expect(abs(mean - 1) < 0.2)
  }

  @Test func typesThatAreNotComputedWithAreListedAndRefusedByName() throws {
    // Of each type that ggml has and Llama2 has not: its number, weights and bytes of a block.
    let types: [(String, UInt32, Int, Int)] = [
      ("Q8_1", 9, 32, 40), ("Q8_K", 15, 256, 292), ("IQ2_XXS", 16, 256, 66),
      ("IQ2_XS", 17, 256, 74), ("IQ3_XXS", 18, 256, 98), ("IQ1_S", 19, 256, 50),
      ("IQ4_NL", 20, 32, 18), ("IQ3_S", 21, 256, 110), ("IQ2_S", 22, 256, 82),
      ("IQ4_XS", 23, 256, 136), ("I8", 24, 1, 1), ("I16", 25, 1, 2), ("I32", 26, 1, 4),
      ("I64", 27, 1, 8), ("F64", 28, 1, 8), ("IQ1_M", 29, 256, 56), ("TQ1_0", 34, 256, 54),
      ("TQ2_0", 35, 256, 66), ("MXFP4", 39, 32, 17), ("NVFP4", 40, 64, 36), ("Q1_0", 41, 128, 18),
      ("Q2_0", 42, 64, 18),
    ]
    for (name, type, size, bytes) in types {
      var file = Self.small()
      let data = [UInt8](repeating: 1, count: 2 * bytes)
      file.tensors.append(.init(name: "d", shape: [UInt64(size), 2], type: type, data: data))
      let gguf = try open(file)
      #expect(gguf.tensors[3].type.name == name && gguf.tensors[3].data.count == 2 * bytes)
      let error = #expect(throws: LlamaError.self) { try gguf.tensor("d") }
      let sentence = error?.description ?? ""
      for part in ["\"d\"", " \(name),", "Q4_K_M"] { #expect(sentence.contains(part)) }
    }
  }

  @Test func metadataIsShownShortAndWithoutControlCharacters() throws {
    var file = Self.small()
    file.metadata.append(("long", .string(String(repeating: "ab🦙", count: 100_000))))
    file.metadata.append(("\u{1B}[2J\u{202E}", .string("a\nb\u{1B}[0m\u{2028}")))
    file.metadata.append(("many", .array((0..<1000).map { .uint8(UInt8($0 % 256)) })))
    let metadata = try open(file).metadata
    #expect(metadata.map(\.key)[..<7] == file.metadata.map(\.key)[..<7])
    #expect(
      metadata[..<7].map(\.value) == [
        "\"llama\"", "32", "true", "[1.5, -2.0]", "[-3, 300, 7]",
        "[\"one\", \"\", \"drei ▁\"]", "0.25",
      ])
    #expect(metadata[7].value.hasPrefix("\"ab🦙ab🦙") && metadata[7].value.hasSuffix("…\""))
    #expect(metadata[7].value.unicodeScalars.count < 100)
    #expect(metadata[8] == ("?[2J?", "\"a?b?[0m?\""))
    #expect(metadata[9].value == "[0, 1, 2, 3, 4, 5, …]")
  }

  @Test func aLargeVocabularyIsOpenedAtOnce() throws {
    var file = Self.small()
    file.metadata.append(("tokens", .array((0..<300_000).map { .string("Ġtoken\($0)") })))
    let mapped = try MappedFile(path: folder.write(file.bytes, to: "large.gguf"))
    // Here it takes 2 ms.
    let time = try ContinuousClock().measure { _ = try GGUF(mapped) }
    #expect(time < .milliseconds(500), "\(time)")
    let last = Array(try #require(try GGUF(mapped).strings("tokens"))).last!
    #expect(String(decoding: last, as: UTF8.self) == "Ġtoken299999")
  }

  // MARK: What is refused

  @Test func filesOfOtherKindsAreRefusedByName() throws {
    func changed(_ change: (inout GGUFBytes) -> Void) -> [UInt8] {
      var file = Self.small()
      change(&file)
      return file.bytes
    }
    try expectRefusal(changed { $0.magic = Array("GGML".utf8) }, "not a GGUF file")
    try expectRefusal(changed { $0.version = 0 }, "version 0", "2 or 3")
    try expectRefusal(changed { $0.version = 1 }, "version 1", "2 or 3", "newer")
    try expectRefusal(changed { $0.version = 4 }, "version 4", "2 or 3")
    try expectRefusal(changed { $0.version = .max }, "version 4294967295")
    try expectRefusal(changed { $0.version = 3 << 24 }, "big-endian", "little-endian")
    try expectRefusal(changed { $0.version = 2 << 24 }, "big-endian")
    let parts = changed { $0.metadata.append(("split.count", .uint16(3))) }
    try expectRefusal(parts, "3 parts", "merge", "llama-gguf-split --merge")
    for parts in [0, 1] as [UInt16] {
      _ = try open(changed { $0.metadata.append(("split.count", .uint16(parts))) })
    }
  }

  @Test func damagedMetadataIsRefused() throws {
    func expect(_ key: String, _ value: GGUFBytes.Value, _ parts: String...) throws {
      var file = Self.small()
      file.metadata.append((key, value))
      let error = #expect(throws: LlamaError.self, "\(parts)") { try open(file) }
      let sentence = error?.description ?? ""
      for part in parts { #expect(sentence.contains(part), "\(sentence)") }
    }
    try expect("some.bool", .bool(true), "\"some.bool\" twice")
    try expect("", .bool(true), "key", "0 bytes")
    try expect(String(repeating: "k", count: 65536), .bool(true), "key", "65536 bytes")
    try expect("k", .number(7, 2 as UInt8), "\"k\"", "bool of 2", "0 or 1")
    try expect("k", .array([.bool(true), .number(7, 255 as UInt8)]), "bool of 255")
    for type in [13, 255, .max] as [UInt32] {
      try expect("k", .number(type, 1), "\"k\"", "unknown type \(type)")
      try expect("k", .array([.uint8(1)], type: type), "\"k\"", "unknown type \(type)")
    }
    try expect("k", .array([.array([.uint8(1)])]), "\"k\"", "array of arrays")
    let huge: [UInt64] = [1 << 30, 1 << 61, 1 << 62, 1 << 63, .max, (1 << 63) - 1, .max / 8 + 1]
    for count in huge {
      for type in [0, 2, 4, 6, 8, 10] as [UInt32] {
        try expect("k", .array([], type: type, count: count), "\(count) elements of \"k\"")
      }
      let text = GGUFBytes.Value(type: 8, bytes: GGUFBytes.littleEndian(count))
      try expect("k", text, "\(count) bytes of a string")
      try expect("k", .array([text]), "\(count) bytes of a string")
    }
    var file = Self.small()
    for alignment in [0, 1, 4, 7, 12, 24, 33] as [UInt32] {
      file.metadata[1].value = .uint32(alignment)
      try expectRefusal(file.bytes, "general.alignment is \(alignment),")
    }
    for value in [.int64(-32), .uint64(1 << 63), .string("32"), .float32(32)] as [GGUFBytes.Value] {
      file.metadata[1].value = value
      try expectRefusal(file.bytes, "general.alignment is")
    }
    file.tensors.removeLast(2)
    for alignment in [1 << 31, 1 << 62] as [Int64] {
      file.metadata[1].value = .int64(alignment)
      try expectRefusal(file.bytes, "\"a\"", "cut off")
    }
  }

  @Test func impossibleCountsAreRefusedAtOnce() throws {
    for count in [100, 1 << 31, 1 << 60, 1 << 63, .max] as [UInt64] {
      var file = Self.small()
      file.tensorCount = count
      try expectRefusal(file.bytes, "\(count) tensors")
      file.tensorCount = nil
      file.entryCount = count
      try expectRefusal(file.bytes, "\(count) metadata values")
    }
  }

  @Test func damagedTensorsAreRefused() throws {
    func expect(_ parts: String..., change: (inout GGUFBytes.Tensor) -> Void) throws {
      var file = Self.small()
      change(&file.tensors[1])
      let error = #expect(throws: LlamaError.self, "\(parts)") { try open(file) }
      let sentence = error?.description ?? ""
      #expect(Self.isSentence(sentence, about: folder["model.gguf"]), "\(sentence)")
      for part in parts { #expect(sentence.contains(part), "\(sentence)") }
    }
    try expect("\"a\" twice") { $0.name = "a" }
    try expect("name of 64 bytes") { $0.name = String(repeating: "n", count: 64) }
    try expect("5 dimensions", "at most 4") { $0.shape = [32, 1, 1, 1, 1] }
    for shape in [
      [0], [32, 0], [32, 1 << 63], [1 << 62, 4], [32, 1 << 62, 1 << 62], [32, .max],
    ]
      as [[UInt64]]
    {
      try expect("b.weight", "shape \(shape)") { $0.shape = shape }
    }
    try expect("rows of 33", "Q4_0", "32") { $0.shape = [33, 2] }
    try expect("rows of 16") { $0.shape = [16, 2] }
    try expect("rows of 1,") { $0.shape = [] }
    for type in [43, 1000, .max] as [UInt32] {
      try expect("the type \(type)", "Q4_K_M") { $0.type = type }
    }
    let removed: [(UInt32, String)] = [
      (4, "Q4_2"), (5, "Q4_3"), (31, "Q4_0_4_4"), (32, "Q4_0_4_8"), (33, "Q4_0_8_8"),
      (36, "IQ4_NL_4_4"), (37, "IQ4_NL_4_8"), (38, "IQ4_NL_8_8"),
    ]
    for (type, name) in removed {
      try expect("the type \(name),", "Q4_K_M") { $0.type = type }
    }
    for offset in [1, 31, 33, 1 << 63, .max] as [UInt64] {
      try expect("\(offset)", "alignment 32") { $0.offset = offset }
    }
    for offset in [128, 1 << 40, (1 << 63) - 32] as [UInt64] {
      try expect("ends after", "b.weight", "cut off") { $0.offset = offset }
    }
    try expect("ends after", "b.weight") { $0.shape = [32, 1 << 40] }
    try expect("ends after", "b.weight") {
      $0.shape = [32, 1 << 58]
      $0.offset = 1 << 62
    }
    try expect("\"a\" and \"b.weight\" overlap") { $0.offset = 0 }
    try expect("\"b.weight\" and \"c\" overlap") { $0.shape = [32, 4] }
    try expect("\"b.weight\" and \"c\" overlap") { $0.offset = 64 }
  }

  // MARK: Systematic damage

  /// Opens the file, and if it can be opened, reads everything in it.
  private func openAndReadAll(_ bytes: [UInt8], _ damage: String) throws {
    do {
      let gguf = try open(bytes)
      for (key, _) in gguf.metadata {
        _ = try? gguf.integer(key)
        _ = try? gguf.float(key)
        _ = try? gguf.bool(key)
        _ = try? gguf.string(key)
        _ = try? gguf.integers(key)
        _ = try? gguf.floats(key)
        let strings = try? gguf.strings(key)
        #expect(strings.map { Array($0).count == $0.count } ?? true, "\(damage)")
      }
      let file = gguf.file.bytes
      for tensor in gguf.tensors {
        #expect(tensor.data.baseAddress! >= file.baseAddress!, "\(damage)")
        #expect(
          tensor.data.baseAddress! + tensor.data.count <= file.baseAddress! + file.count,
          "\(damage)")
        #expect(tensor.shape.count <= 4 && tensor.shape.allSatisfy { $0 > 0 }, "\(damage)")
      }
    } catch let error as LlamaError {
      #expect(
        Self.isSentence(error.description, about: folder["model.gguf"]),
        "\(damage): \(error.description)")
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let whole = Self.small().bytes
    // The padding behind the last tensor may be missing.
    for length in 1...(whole.count - 23) {
      let error = #expect(throws: LlamaError.self, "\(length) bytes") {
        try open(Array(whole[..<length]))
      }
      let sentence = error?.description ?? ""
      #expect(Self.isSentence(sentence, about: folder["model.gguf"]), "\(sentence)")
      #expect(sentence.contains(" \(length) bytes"), "\(sentence)")
    }
    _ = try open(Array(whole[..<(whole.count - 22)]))
  }

  @Test func everyTruncationBehindTheLastValueIsRefused() throws {
    let values: [GGUFBytes.Value] = [
      .uint8(1), .uint16(1), .float32(1), .int64(1), .bool(true), .string("text"),
      .array([.int16(1), .int16(2)]), .array([.string("a"), .string("bc")]),
    ]
    for value in values {
      var file = GGUFBytes()
      file.metadata = [("key", value)]
      let whole = file.header
      _ = try open(whole)
      for length in 1..<whole.count {
        try expectRefusal(Array(whole[..<length]), "\(length) bytes")
      }
    }
  }

  @Test func anyByteMayBeWrong() throws {
    let whole = Self.small()
    let (bytes, header) = (whole.bytes, whole.header.count)
    for i in 0..<header {
      for value in [0, 1, 0x7F, 0x80, 0xFF, bytes[i] &+ 1, bytes[i] &- 1] as [UInt8] {
        var damaged = bytes
        damaged[i] = value
        try openAndReadAll(damaged, "byte \(i) is \(value)")
      }
    }
  }

  @Test(arguments: 0..<4)
  func anyBitsMayBeWrong(seed: Int) throws {
    var random = SplitMix(seed)
    let whole = Self.small()
    let (bytes, header) = (whole.bytes, whole.header.count)
    for round in 0..<1000 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<8, using: &random) {
        let bit = Int.random(in: 0..<8 * header, using: &random)
        damaged[bit / 8] ^= 1 << (bit % 8)
      }
      try openAndReadAll(damaged, "seed \(seed), round \(round)")
    }
  }
}
