import Foundation
import Testing

@testable import Llama2

/// The vocabulary in a GGUF file that `export` writes from a Hugging Face folder. What it must be is
/// what llama.cpp's converter made of the same folders (gguf-vocabulary-fixtures.py).
@Suite struct ExportGGUFVocabularyTests {
  private static let fixtures = ExportProgram.fixtures.appendingPathComponent("hf-vocabularies")

  private let target: TemporaryFolder

  init() throws { target = try TemporaryFolder() }

  /// What others make of the folders: metadata by key, and the tokens of texts.
  private struct Expected: Decodable {
    let texts: [String]
    let folders: [String: Folder]

    struct Folder: Decodable {
      var metadata: [String: Value]
      let ids: [[Int]]
    }

    init() throws {
      let path = fixtures.appendingPathComponent("expected.json")
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: path))
    }
  }

  private enum Value: Decodable {
    case bool(Bool)
    case integer(Int)
    case string(String)
    case integers([Int])
    case floats([Float])
    case strings([String])

    init(from decoder: Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let integer = try? value.decode(Int.self) {
        self = .integer(integer)
      } else if let string = try? value.decode(String.self) {
        self = .string(string)
      } else if let integers = try? value.decode([Int].self) {
        self = .integers(integers)
      } else if let floats = try? value.decode([Float].self) {
        self = .floats(floats)
      } else {
        self = .strings(try value.decode([String].self))
      }
    }
  }

  /// A fixture's folder, to be changed.
  private func copy(_ name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = Self.fixtures.appendingPathComponent(name)
    for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try folder.write(Data(contentsOf: source.appendingPathComponent(file)), file)
    }
    return folder
  }

  /// The GGUF of a folder.
  private func exported(_ folder: String) throws -> GGUF {
    let result = try ExportProgram.run(folder, target.path("model.gguf"), "--force")
    try #require(result.status == 0, "\(result.error)")
    return try GGUF(MappedFile(path: target.path("model.gguf")))
  }

  private func texts(_ gguf: GGUF, _ key: String) throws -> [String] {
    try #require(try gguf.strings(key)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func has(_ gguf: GGUF, _ key: String, _ value: Value) throws -> Bool {
    switch value {
    case .bool(let flag): try gguf.bool(key) == flag
    case .integer(let number): try gguf.integer(key) == number
    case .string(let text): try gguf.string(key) == text
    case .integers(let numbers) where key.hasSuffix("scores"):
      try gguf.floats(key) == numbers.map { Float($0) }
    case .integers(let numbers): try gguf.integers(key) == numbers
    case .floats(let numbers): try gguf.floats(key) == numbers
    case .strings(let texts): try self.texts(gguf, key) == texts
    }
  }

  // MARK: - What is written

  static let folders = ["gpt2", "smollm", "llama3", "qwen2", "qwen3", "llama2", "llama2-json"]

  @Test(arguments: folders)
  func theMetadataIsTheConverters(_ name: String) throws {
    let gguf = try exported(Self.fixtures.appendingPathComponent(name).path)
    var expected = try #require(try Expected().folders[name]).metadata
    let keys = Set(gguf.metadata.map(\.key).filter { $0.hasPrefix("tokenizer.") })
    #expect(keys == Set(expected.keys))
    if name == "llama2-json" {
      // The converter's scores are all the same, and a special token that no purpose has is found in
      // what a user types.
      let types = try #require(try gguf.integers("tokenizer.ggml.token_type"))
      #expect(types[3] == 6 && types[300] == 1 && types[340] == 3)
      expected["tokenizer.ggml.scores"] = nil
      expected["tokenizer.ggml.token_type"] = nil
    }
    for (key, value) in expected {
      #expect(try has(gguf, key, value), "\(key): \(value)")
    }
  }

  @Test(arguments: folders)
  func textsBecomeTheTokensOfTheFoldersOwnTokenizer(_ name: String) throws {
    let gguf = try exported(Self.fixtures.appendingPathComponent(name).path)
    let count = try texts(gguf, "tokenizer.ggml.tokens").count
    let tokenizer = try Tokenizer(path: gguf.file.path, vocabSize: count)
    let expected = try Expected()
    for (text, ids) in zip(expected.texts, try #require(expected.folders[name]).ids) {
      #expect(tokenizer.encode(text, bos: true, eos: false) == ids, "\(text)")
    }
  }

  @Test func aVocabularyThatPutsNoBOSBeforeATextSaysSo() throws {
    let folder = try copy("llama3")
    try edit(
      folder, "tokenizer.json", "\"post_processor\":{", "\"post_processor\":null,\"other\":{")
    #expect(try exported(folder.url.path).bool("tokenizer.ggml.add_bos_token") == false)
  }

  @Test func anotherEndOfATextThanTheConfigsMakesThatTheEndOfATurn() throws {
    let folder = try copy("smollm")
    let entry = "{\"SpecialToken\":{\"id\":\"<|endoftext|>\",\"type_id\":0}}"
    try edit(
      folder, "tokenizer.json", "\"post_processor\":null",
      "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":"
        + "[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},\(entry)],\"pair\":[]}")
    let gguf = try exported(folder.url.path)
    #expect(try gguf.integer("tokenizer.ggml.eos_token_id") == 286)
    #expect(try gguf.integer("tokenizer.ggml.eot_token_id") == 288)
    #expect(try gguf.bool("tokenizer.ggml.add_eos_token") == true)
  }

  @Test func specialIdsThatTheModelDoesNotHaveAreLeftOut() throws {
    for id in ["-1", "296", "99999999999", "[1, 2]", "\"1\"", "1.5", "null"] {
      let folder = try copy("llama3")
      try edit(folder, "config.json", "\"pad_token_id\":null", "\"pad_token_id\":\(id)")
      #expect(try exported(folder.url.path).integer("tokenizer.ggml.padding_token_id") == nil)
    }
  }

  @Test func tokensBeyondTheModelsAreLeftOutAndCounted() throws {
    let path = Self.fixtures.appendingPathComponent("llama2").path
    let result = try ExportProgram.run(path, target.path("model.gguf"))
    #expect(result.status == 0)
    #expect(result.error.contains("ids above 314, the last of the model, are left out: 1"))
  }

  @Test func tokensThatOnlyTokenizerJSONAddsToASentencePieceModelAreThere() throws {
    let folder = try copy("llama2")
    try folder.write(
      "{\"added_tokens\": [{\"id\": 5, \"content\": \"no\"}, {\"id\": 314, \"content\": \"<|x|>\"}]}",
      "tokenizer.json")
    let gguf = try exported(folder.url.path)
    let tokens = try texts(gguf, "tokenizer.ggml.tokens")
    #expect(tokens[5] == "<0x02>")
    #expect(tokens[313...] == ["[PAD313]", "<|x|>"])
    #expect(try gguf.integers("tokenizer.ggml.token_type")?[313...] == [5, 3])
  }

  @Test func aTemplateInTheConfigComesBeforeOneInAFileOfItsOwn() throws {
    let folder = try copy("qwen2")
    let template = "tokenizer.chat_template"
    #expect(try exported(folder.url.path).string(template) == "{{ messages }}\n")
    try folder.write("{\"chat_template\": \"json\"}", "chat_template.json")
    #expect(try exported(folder.url.path).string(template) == "{{ messages }}\n")
    try FileManager.default.removeItem(atPath: folder.path("chat_template.jinja"))
    #expect(try exported(folder.url.path).string(template) == "json")
    try edit(folder, "tokenizer_config.json", "{", "{\"chat_template\": \"config\",")
    #expect(try exported(folder.url.path).string(template) == "config")
  }

  // MARK: - What is refused

  @Test(
    arguments: [
      "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
      "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
      "chat_template.jinja", "chat_template.json", "additional_chat_templates/tools.jinja",
    ])
  func aFileOfTheVocabularyIsNoTarget(_ name: String) throws {
    let folder = try copy("qwen2")
    try FileManager.default.createDirectory(
      atPath: folder.path("additional_chat_templates"), withIntermediateDirectories: false)
    if (try? folder.read(name)) == nil { try folder.write("{}", name) }
    let content = try folder.read(name)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.gguf"), withDestinationPath: name)
    let result = try ExportProgram.run(folder.url.path, folder.path("link.gguf"), "--force")
    #expect(result.error.contains("is the source itself"), "\(result)")
    #expect(try folder.read(name) == content)
  }

  /// Replaces a part of a file.
  private func edit(
    _ folder: TemporaryFolder, _ file: String, _ part: String, _ replacement: String
  ) throws {
    let text = try String(decoding: folder.read(file), as: UTF8.self)
    let range = try #require(text.range(of: part), "\(part)")
    try folder.write(text.replacingCharacters(in: range, with: replacement), file)
  }

  @Test(
    arguments: [
      (
        "qwen2", "tokenizer.json", "\"type\":\"BPE\"", "\"type\":\"Unigram\"",
        "model.type is \"Unigram\""
      ),
      ("qwen2", "tokenizer.json", "\"NFC\"", "\"NFKC\"", "normalizer.type is \"NFKC\""),
      ("qwen2", "tokenizer.json", "\\\\p{N}|", "\\\\p{N}{1,2}|", "pre_tokenizer splits by \"(?i:"),
      (
        "qwen2", "tokenizer.json", "\"ignore_merges\":false", "\"ignore_merges\":true",
        "with ignore_merges"
      ),
      (
        "qwen2", "tokenizer.json", "\"Isolated\"", "\"Contiguous\"",
        "pre_tokenizer.behavior is \"Contiguous\""
      ),
      (
        "qwen2", "tokenizer.json", "\"add_prefix_space\":false", "\"add_prefix_space\":true",
        "add_prefix_space is true"
      ),
      (
        "qwen2", "tokenizer.json", "\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"x\"",
        "end_of_word_suffix is \"x\""
      ),
      ("qwen2", "tokenizer.json", "\"!\":0", "\"!\":1", "two pieces have the id 1"),
      ("qwen2", "tokenizer.json", "\"!\":0", "\"!\":-1", "has the id -1, expected 0 or more"),
      ("qwen2", "tokenizer.json", "\"!\":0", "\"!\":\"0\"", "has the id \"0\""),
      ("qwen2", "tokenizer.json", "\"!\":0", "\"!\":300", "the model has only 300 tokens"),
      ("qwen2", "tokenizer.json", "\"!\":0", "\"!\":9e18", "has the id"),
      (
        "qwen2", "tokenizer.json", "\"merges\":[", "\"merges\":[[\"!\",\"中\"],",
        "pieces that model.vocab lacks"
      ),
      ("qwen2", "tokenizer.json", "\"merges\":[", "\"merges\":[[\"!\"],", "is not of two pieces"),
      ("qwen2", "tokenizer.json", "\"merges\":[", "\"merges\":[],\"x\":[", "has no merges"),
      ("qwen2", "tokenizer.json", "{\"id\":286", "{\"id\":7", "is 286, but also 7"),
      ("qwen3", "added_tokens.json", "286", "7", "is 7, but that is"),
      ("qwen2", "tokenizer.json", "{\"id\":286", "{\"id\":287", "is 287, but that is"),
      (
        "qwen2", "tokenizer.json", "\"content\":\"<|im_end|>\"", "\"content\":\"!\"",
        "is 288, but also 0"
      ),
      (
        "qwen2", "tokenizer.json", "\"content\":\"<|im_end|>\"", "\"content\":5",
        "no content or no id"
      ),
      (
        "qwen2", "tokenizer.json", "\"post_processor\":{\"type\":\"ByteLevel\"",
        "\"post_processor\":{\"type\":\"BertProcessing\"",
        "post_processor.type is \"BertProcessing\""
      ),
      ("qwen2", "tokenizer_config.json", "\"287\"", "\"x\"", "added_tokens_decoder has \"x\""),
      ("qwen2", "tokenizer_config.json", "\"287\"", "\"-287\"", "is -287"),
      (
        "smollm", "tokenizer_config.json", "\"add_prefix_space\":false", "\"add_prefix_space\":1",
        "add_prefix_space is 1"
      ),
      ("qwen3", "added_tokens.json", "286", "\"286\"", "has no id"),
      ("qwen3", "merges.txt", "version: 0.2\n", "version: 0.2\na b c\n", "is not of two pieces"),
      ("gpt2", "vocab.json", "{", "[{", "damaged JSON"),
      ("llama2", "added_tokens.json", "310", "-1", "impossible id -1"),
      ("llama2-json", "tokenizer.json", "\"<0x41>\"", "\"<0x4g>\"", "tokens for 255 bytes"),
      ("llama2-json", "tokenizer.json", "\"<s>\":1", "\"<s>\":999", "has the id 999"),
    ])
  func whatCannotBeRightIsRefused(
    _ name: String, _ file: String, _ part: String, _ replacement: String, _ fragment: String
  ) throws {
    let folder = try copy(name)
    try edit(folder, file, part, replacement)
    try expectRefusal(of: folder.url.path, saying: fragment, target: "out.gguf")
  }

  @Test func filesThatNoVocabularyNeedsSoLargeAreRefused() throws {
    let qwen3 = try copy("qwen3")
    try qwen3.write(String(repeating: "a\n", count: 4_000_001), "merges.txt")
    try expectRefusal(
      of: qwen3.url.path, saying: "more than 4000000 lines", target: "out.gguf")
    let qwen2 = try copy("qwen2")
    try qwen2.write(String(repeating: "a", count: 1 << 20 + 1), "chat_template.jinja")
    try expectRefusal(
      of: qwen2.url.path, saying: "has 1048577 bytes, expected at most the 1048576",
      target: "out.gguf")
  }

  /// A folder whose tokenizer splits as DeepSeek LLM's, but for the class of letters.
  private func folder(splittingBy letters: String) throws -> TemporaryFolder {
    let folder = try copy("smollm")
    let json = try folder.read("tokenizer.json")
    var object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let marks = "!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}"
    let patterns = [
      "[\r\n]", "\\s?[\(letters)]+", "\\s?[\(marks)]+", "\\s+$",
      "[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+", "\\p{N}",
    ]
    let splits = patterns.map {
      ["type": "Split", "pattern": ["Regex": $0], "behavior": "Isolated", "invert": false]
    }
    let byteLevel =
      ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false] as [String: Any]
    object["pre_tokenizer"] = ["type": "Sequence", "pretokenizers": splits + [byteLevel]]
    try folder.write(JSONSerialization.data(withJSONObject: object), "tokenizer.json")
    return folder
  }

  /// The class is made of the library's table, which a script of its own wrote.
  @Test func lettersOfDeepSeekAreKnownAndOthersRefused() throws {
    var letters = ""
    let isLetter = UnicodeTable.classes.map { $0 == .casedLetter }
    for first in isLetter.indices where isLetter[first] && !isLetter[first - 1] {
      let last = isLetter[first...].firstIndex(of: false)! - 1
      for code in first == last ? [first] : [first, last] {
        if code == last && last > first + 1 { letters += "-" }
        letters.unicodeScalars.append(UnicodeScalar(code)!)
      }
    }
    let known = try folder(splittingBy: letters)
    let gguf = try exported(known.url.path)
    #expect(try gguf.string("tokenizer.ggml.pre") == "deepseek-llm")
    for others in [letters + "\u{10D6}", "A-Za-z\u{B5}\u{C0}-\u{D6}"] {
      let folder = try folder(splittingBy: others)
      try expectRefusal(
        of: folder.url.path, saying: "its pre_tokenizer splits by",
        target: "out.gguf")
    }
  }

  @Test func aByteOfAnotherNameIsRefused() throws {
    let folder = try copy("llama2")
    var model = try folder.read("tokenizer.model")
    model.replaceSubrange(
      try #require(model.range(of: Data("<0x41>".utf8))), with: Data("<0x4g>".utf8))
    try folder.write(model, "tokenizer.model")
    try expectRefusal(
      of: folder.url.path, saying: "the token 68, \"<0x4g>\", is said to be a byte",
      target: "out.gguf")
  }

  @Test func aFolderWithoutAVocabularyIsRefused() throws {
    let folder = try copy("qwen2")
    try FileManager.default.removeItem(atPath: folder.path("tokenizer.json"))
    try expectRefusal(of: folder.url.path, saying: "holds no vocabulary", target: "out.gguf")
    try folder.write("{\"a\": 0}", "vocab.json")
    try expectRefusal(of: folder.url.path, saying: "merges.txt", target: "out.gguf")
  }

  @Test func aLlamaOfWhichOnlyVocabJSONIsThereIsRefused() throws {
    let folder = try copy("smollm")
    try FileManager.default.removeItem(atPath: folder.path("tokenizer.json"))
    try folder.write("{\"a\": 0}", "vocab.json")
    try expectRefusal(of: folder.url.path, saying: "holds no tokenizer.json", target: "out.gguf")
  }

  @Test func aSentencePieceModelLargerThanTheModelIsRefused() throws {
    let folder = try TemporaryFolder()
    try MadeModel(vocabSize: 309).write(to: folder)
    let model = Self.fixtures.appendingPathComponent("llama2/tokenizer.model")
    try folder.write(Data(contentsOf: model), "tokenizer.model")
    try expectRefusal(
      of: folder.url.path, saying: "has 310 tokens, but the model has only 309", target: "out.gguf")
  }

  /// Every prefix of a file and each byte of it changed, in steps: a refusal or a file that can be
  /// read, and never a crash.
  @Test(
    arguments: [
      ("qwen2", "tokenizer.json"), ("qwen2", "tokenizer_config.json"),
      ("llama2", "tokenizer.model"),
      ("llama2", "added_tokens.json"), ("qwen3", "vocab.json"), ("qwen3", "merges.txt"),
      ("llama2-json", "tokenizer.json"),
    ])
  func damagedFilesAreRefusedOrRead(_ name: String, _ file: String) throws {
    let folder = try copy(name)
    let whole = try folder.read(file)
    for step in 0..<12 {
      var damaged = whole.prefix((step + 1) * whole.count / 13)
      if step % 2 == 1 {
        damaged = whole
        for i in 0..<8 {
          damaged[(7919 * i + 104_729 * step) % whole.count] = UInt8(
            truncatingIfNeeded: 31 * i + 7 * step)
        }
      }
      try folder.write(damaged, file)
      let result = try ExportProgram.run(folder.url.path, target.path("model.gguf"), "--force")
      try #require(!result.wasKilled && result.status <= 1, "\(step): \(result)")
      if result.status == 1 { #expect(result.error.split(separator: "\n").count == 1) }
    }
  }
}
