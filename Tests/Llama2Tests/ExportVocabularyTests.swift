import Foundation
import Llama2
import Testing

@Suite struct ExportVocabularyTests {
  private let folder = ExportProgram.fixtures.appendingPathComponent("vocabulary")

  private func expected() throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent("tokenizer.bin"))
  }

  private func copy(_ name: String, to target: TemporaryFolder) throws {
    try target.write(Data(contentsOf: folder.appendingPathComponent(name)), name)
  }

  @Test func sentencePieceBecomesTheBytesOfLlama2c() throws {
    let target = try TemporaryFolder()
    let source = folder.appendingPathComponent("tokenizer.model").path
    let result = try ExportProgram.run(source, target.path("tokenizer.bin"))
    #expect(result.status == 0, "\(result.error)")
    #expect(try target.read("tokenizer.bin") == expected())
  }

  /// The ids are those that the tokenizers package gave the same texts.
  @Test func tokenizerJSONEncodesAsHuggingFaceDoes() throws {
    let target = try TemporaryFolder()
    let source = folder.appendingPathComponent("tokenizer.json").path
    #expect(try ExportProgram.run(source, target.path("tokenizer.bin")).status == 0)
    let tokenizer = try Tokenizer(path: target.path("tokenizer.bin"), vocabSize: 341)
    let encoded = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.appendingPathComponent("encoded.json")))
    let texts = try #require(encoded as? [[String: Any]])
    #expect(texts.count > 20)
    for entry in texts {
      let (text, ids) = (entry["text"] as! String, entry["ids"] as! [Int])
      #expect(tokenizer.encode(text, bos: false, eos: false) == ids, "\(text)")
    }
  }

  @Test func aFoldersVocabularyHasTheSizeOfItsModel() throws {
    let source = try TemporaryFolder()
    try MadeModel(vocabSize: 345).write(to: source)
    try copy("tokenizer.model", to: source)
    try source.write("{\"<pad>\": 340, \"<|extra|>\": 342, \"<beyond>\": 400}", "added_tokens.json")
    let target = try TemporaryFolder()
    let result = try ExportProgram.run(source.url.path, target.path("out.bin"))
    #expect(result.status == 0, "\(result.error)")
    #expect(try target.names == ["out.bin", "tokenizer.bin"])
    let tokenizer = try Tokenizer(path: target.path("tokenizer.bin"), vocabSize: 345)
    #expect(tokenizer.decode([340, 342]) == "<pad><|extra|>")
    #expect(tokenizer.decode([341, 343, 344]).isEmpty)
    var prefix = try expected()
    prefix[0..<4] = try target.read("tokenizer.bin")[0..<4]
    #expect(try target.read("tokenizer.bin").starts(with: prefix))
  }

  @Test func aVocabularyInTheWayNeedsForce() throws {
    let source = try TemporaryFolder()
    try MadeModel(vocabSize: 341).write(to: source)
    try copy("tokenizer.json", to: source)
    let target = try TemporaryFolder()
    try target.write("precious", "tokenizer.bin")
    let refused = try ExportProgram.run(source.url.path, target.path("out.bin"))
    #expect(refused.status == 1)
    #expect(refused.error.contains("tokenizer.bin: exists already"))
    #expect(try target.names == ["tokenizer.bin"])
    #expect(try target.read("tokenizer.bin") == Data("precious".utf8))
    #expect(try ExportProgram.run(source.url.path, target.path("out.bin"), "--force").status == 0)
    // The very same vocabulary is not in the way.
    #expect(try ExportProgram.run(source.url.path, target.path("other.bin")).status == 0)
    #expect(try target.names == ["other.bin", "out.bin", "tokenizer.bin"])
  }

  @Test func aVocabularyLargerThanTheModelIsRefused() throws {
    let source = try TemporaryFolder()
    try MadeModel(vocabSize: 300).write(to: source)
    try copy("tokenizer.model", to: source)
    try expectRefusal(of: source.url.path, saying: "340 tokens, but the checkpoint has only 300")
  }

  @Test(
    arguments: [
      ("\"byte_fallback\":true", "\"byte_fallback\":false", "byte_fallback is false"),
      ("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "model.type is \"Unigram\""),
      ("\"Prepend\"", "\"NFKC\"", "normalizer.type is \"NFKC\""),
      ("\"<s>\":1", "\"<t>\":1", "token 1 is \"<t>\""),
      ("\"<s>\":1", "\"<s>\":2", "has the id 2"),
      ("\"<s>\":1", "\"<s>\":99999999999", "has the id 99999999999"),
      ("\"merges\":[", "\"merges\":[[\"q\",\"zz\"],", "pieces that model.vocab lacks"),
      ("\"pre_tokenizer\":null", "\"pre_tokenizer\":{\"type\":\"ByteLevel\"}", "ByteLevel"),
    ])
  func tokenizerJSONThatRunCannotEncodeWithIsRefused(
    _ part: String, _ replacement: String, _ fragment: String
  ) throws {
    let json = try String(
      contentsOf: folder.appendingPathComponent("tokenizer.json"), encoding: .utf8)
    let changed = json.replacingOccurrences(of: part, with: replacement)
    try #require(changed != json)
    let source = try TemporaryFolder()
    try source.write(changed, "tokenizer.json")
    try expectRefusal(of: source.path("tokenizer.json"), saying: fragment)
  }

  /// Pairs of pieces that make the longest one are not all compared: of 2^36 bytes they would take
  /// minutes. The limit of the CPU's time ends an export that does.
  @Test func piecesOfAnyLengthTakeTimeInProportion() throws {
    let json = try String(
      contentsOf: folder.appendingPathComponent("tokenizer.json"), encoding: .utf8)
    var (pieces, merges, id) = ("", "", 340)
    for power in 1...18 {
      let half = String(repeating: "\u{4E01}", count: 1 << (power - 1))
      if power == 1 { pieces += "\"\(half)\":\(id)," }
      id += 1
      pieces += "\"\(half + half)\":\(id),"
      merges += "[\"\(half)\",\"\(half)\"],"
    }
    let source = try TemporaryFolder()
    try source.write(
      json.replacingOccurrences(of: "\"vocab\":{", with: "\"vocab\":{\(pieces)")
        .replacingOccurrences(of: "\"merges\":[", with: "\"merges\":[\(merges)"),
      "tokenizer.json")
    let result = try ExportProgram.run(
      source.path("tokenizer.json"), source.path("out.bin"), through: "ulimit -t 20")
    #expect(result.status == 0 && !result.wasKilled, "\(result)")
  }

  @Test func damagedSentencePieceModelsAreRefused() throws {
    let model = try Data(contentsOf: folder.appendingPathComponent("tokenizer.model"))
    let source = try TemporaryFolder()
    for length in [1, 5, 100, 3000, model.count - 1] {
      try source.write(model.prefix(length), "tokenizer.model")
      try expectRefusal(of: source.path("tokenizer.model"), saying: "tokenizer.model: ")
    }
  }
}
