import Foundation
import Llama2
import Testing

private let fixtures = ExportProgram.fixtures.appendingPathComponent("vocabulary")

/// Vocabularies of GGUF files. What they are compared with was made by Tests/vocabulary-fixtures.py:
/// ids by Hugging Face's tokenizers and by a search over all pairs, words by regular expressions.
@Suite struct VocabularyTests {
  private static func tokenizer(_ name: String) throws -> Tokenizer {
    let file = try MappedFile(path: fixtures.appendingPathComponent(name).path)
    return Tokenizer(try Llama2.Vocabulary(try GGUF(file)))
  }

  private static func json(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: fixtures.appendingPathComponent(name))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  // MARK: Encoding

  @Test(arguments: [
    "gpt-2", "smollm", "llama-bpe", "qwen2", "deepseek-llm", "deepseek-coder", "falcon",
  ])
  func wordsAreTheMatchesOfTheRegularExpressions(_ name: String) throws {
    let json = try Self.json("words.json")
    let texts = try #require(json["texts"] as? [String])
    let lengths = try #require((json["lengths"] as? [String: [[Int]]])?[name])
    let pretokenizer = try #require(Pretokenizer(named: name))
    #expect(texts.count > 100)
    for (text, lengths) in zip(texts, lengths) {
      let ends = Array(text.utf8).withUnsafeBufferPointer { pretokenizer.endsOfWords(of: $0) }
      let words = zip(ends, [0] + ends).map { $0 - $1 }
      #expect(words == lengths, "\(text.debugDescription)")
    }
  }

  @Test(arguments: ["llama-bpe.gguf", "smollm.gguf", "sentencepiece.gguf"])
  func idsAreThoseOfTheReference(_ name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    let entries = try #require(try Self.json("ids.json")[name] as? [[Any]])
    #expect(entries.count > 50)
    for entry in entries {
      let text = try #require(entry[0] as? String)
      let ids = tokenizer.encode(text, bos: false, eos: false)
      #expect(ids == entry[1] as? [Int], "\(text.debugDescription)")
      guard !text.contains("\u{2581}") else { continue }
      // Behind a user-defined token, too, there is a space in front.
      let isCut = name == "sentencepiece.gguf" && text.contains("<tool>")
      let bos = tokenizer.bos.map { [$0] } ?? []
      #expect(isCut || tokenizer.decode(bos + ids) == text, "\(text.debugDescription)")
    }
  }

  @Test func aByteWithoutAPieceIsLeftOut() throws {
    let tokenizer = try Self.tokenizer("smollm.gguf")
    let a = tokenizer.encode("a", bos: false, eos: false)
    let b = tokenizer.encode("b", bos: false, eos: false)
    #expect(tokenizer.encode("\u{4}", bos: false, eos: false) == [])
    #expect(tokenizer.encode("a\u{4}b", bos: false, eos: false) == a + b)
  }

  @Test func textIsNeverAControlToken() throws {
    for name in ["llama-bpe.gguf", "smollm.gguf", "sentencepiece.gguf"] {
      let tokenizer = try Self.tokenizer(name)
      let controls = [
        "<s>", "</s>", "<|eot_id|>", "<|im_end|>", "<|begin_of_text|>", "<|endoftext|>",
      ]
      let ids = Set(controls.compactMap { tokenizer.id(ofControl: $0) })
      #expect(ids.count >= 2)
      let typed = tokenizer.encode(controls.joined(separator: "x"), bos: false, eos: false)
      #expect(ids.isDisjoint(with: typed))
      for id in ids { #expect(tokenizer.decode(id, after: 5).isEmpty) }
      #expect(tokenizer.id(ofControl: "<|none|>") == nil && tokenizer.id(ofControl: "in") == nil)
    }
  }

  @Test func aPromptOfSegmentsHasItsControlTokensAndOneTextBetweenThem() throws {
    let tokenizer = try Self.tokenizer("llama-bpe.gguf")
    let eot = try #require(tokenizer.id(ofControl: "<|eot_id|>"))
    let text = tokenizer.encode("the <|eot_id|> rain\n\n", bos: false, eos: false)
    let prompt: [Segment] = [
      .control("<|eot_id|>"), .text("the <|eot"), .text("_id|> rain\n"), .text("\n"),
      .control("<|eot_id|>"), .control("<|eot_id|>"),
    ]
    #expect(tokenizer.encode(prompt) == [eot] + text + [eot, eot])
  }

  @Test func everyTextOfSentencePieceBehindAControlTokenHasASpaceInFront() throws {
    let tokenizer = try Self.tokenizer("sentencepiece.gguf")
    let spaced = tokenizer.encode("the rain", bos: false, eos: false)
    let end = try #require(tokenizer.id(ofControl: "<|im_end|>"))
    let prompt: [Segment] = [
      .text("the rain"), .control("<|im_end|>"), .text("the"), .text(" rain"),
    ]
    #expect(tokenizer.encode(prompt) == spaced + [end] + spaced)
  }

  @Test func bosIsAddedWhereTheVocabularyWantsIt() throws {
    let llama3 = try Self.tokenizer("llama-bpe.gguf")
    #expect(llama3.encode("", bos: true, eos: true) == [522, 523])
    #expect(llama3.encode("", bos: false, eos: false) == [])
    let smollm = try Self.tokenizer("smollm.gguf")
    #expect(smollm.encode("", bos: true, eos: true) == [524])
    #expect(try Self.tokenizer("sentencepiece.gguf").encode("", bos: true, eos: false) == [1])
  }

  @Test func repliesEndAtEveryTokenThatEndsATurn() throws {
    #expect(try Self.tokenizer("llama-bpe.gguf").vocabulary.endOfTurn == [523, 524])
    #expect(try Self.tokenizer("smollm.gguf").vocabulary.endOfTurn == [522, 524])
    let sentencePiece = try Self.tokenizer("sentencepiece.gguf")
    let imEnd = try #require(sentencePiece.id(ofControl: "<|im_end|>"))
    #expect(sentencePiece.vocabulary.endOfTurn == [2, imEnd])
  }

  /// As in `TokenizerTests`, for texts that are one word, or many.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: ["llama-bpe.gguf", "smollm.gguf", "sentencepiece.gguf"])
  func aMegabyteIsEncoded(_ name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    for part in ["a", " ", "\n", "the", "1", ".", "'", "é", "中", " \u{3000}", "  \t", "the rain "] {
      let text = String(repeating: part, count: (1 << 20) / part.utf8.count)
      let ids = tokenizer.encode(text, bos: true, eos: false)
      #expect(tokenizer.decode(ids) == text || name == "smollm.gguf" && part == " \u{3000}")
    }
  }

  // MARK: Files

  @Test func aVocabularyOfAnotherSizeNamesBothSizes() throws {
    let path = fixtures.appendingPathComponent("llama-bpe.gguf").path
    let error = #expect(throws: LlamaError.self) { try Tokenizer(path: path, vocabSize: 32000) }
    #expect(error.map { "\($0)" }?.contains("528 tokens") == true)
    #expect(try Tokenizer(path: path, vocabSize: 528).vocabSize == 528)
  }

  @Test(arguments: [
    (VocabularyFile(model: "bert"), "\"bert\""), (VocabularyFile(model: nil), "no vocabulary"),
    (VocabularyFile(pre: "tekken"), "\"tekken\""), (VocabularyFile(pre: nil), "tokenizer.ggml.pre"),
    (VocabularyFile(pre: "\u{1B}[31m"), "\"?[31m\""),
    (VocabularyFile(tokens: []), "no tokens"), (VocabularyFile(merges: nil), "no merges"),
    (VocabularyFile(types: [1, 1]), "types of 2"),
    (VocabularyFile(merges: ["a x"]), "merge 0"),
    (VocabularyFile(merges: ["a b", "ab"]), "merge 1"),
    (VocabularyFile(tokens: ["a", "<0x4"], types: [1, 6], merges: []), "token 1"),
    (VocabularyFile(model: "llama", scores: nil), "scores"),
    (VocabularyFile(model: "llama", scores: [0, 0]), "scores"),
    (VocabularyFile(model: "llama", scores: [0, 0, .nan]), "score of its token 2"),
    (VocabularyFile(model: "llama", types: [1, 1, 1], scores: [0, 0, 0]), "<0x00>"),
    (
      VocabularyFile(model: "llama", scores: [0, 0, 0], flags: ["remove_extra_whitespaces": true]),
      "repeated spaces"
    ),
  ])
  func whatCannotBeReadIsRefusedInASentence(_ file: VocabularyFile, _ words: String) throws {
    let folder = try Folder()
    let error = #expect(throws: LlamaError.self) { try file.tokenizer(in: folder) }
    let sentence = error.map { "\($0)" } ?? ""
    #expect(sentence.contains(words) && !sentence.contains("\u{1B}"), "\(sentence)")
  }

  @Test func oddTokensAreHarmless() throws {
    let folder = try Folder()
    var file = VocabularyFile()
    file.tokens = ["a", "b", "ab", "", "ab", "x y", "\u{0}", "abab"].map { Array($0.utf8) }
    file.tokens += [[0xFF, 0xC2], Array(repeating: 0x61, count: 1 << 14), Array("</s>".utf8)]
    file.types = [1, 1, 1, 4, 1, 1, -7, 4, 1, 4, 99]
    file.merges = ["a b", "a b"]
    file.ids = ["eos": -1, "eot": 3]
    let tokenizer = try file.tokenizer(in: folder)
    #expect(tokenizer.encode("abcab", bos: true, eos: true) == [2, 2])
    #expect(tokenizer.encode("ababab", bos: true, eos: false) == [7, 2])
    #expect(tokenizer.vocabulary.endOfTurn == [3, 10])
    #expect(tokenizer.decode([2, 3, 5, 8]) == "abx y\u{FFFD}\u{FFFD}")
  }

  @Test func theLongestUserDefinedTokenIsFound() throws {
    let folder = try Folder()
    var file = VocabularyFile()
    file.tokens = ["a", "b", "ab", "<", "<a", "<ab>", "b<a"].map { Array($0.utf8) }
    file.types = [1, 1, 1, 4, 4, 4, 4]
    let tokenizer = try file.tokenizer(in: folder)
    #expect(tokenizer.encode("a<ba<ab>ab<aab", bos: false, eos: false) == [0, 3, 1, 0, 5, 0, 6, 2])
  }

  /// llama.cpp finds them by their names, too.
  @Test func marksOfTurnsAreControlTokensWhateverTheFileCallsThem() throws {
    let folder = try Folder()
    var file = VocabularyFile()
    file.tokens = ["<", "|", ">", "<|im_start|>", "<|im_end|>", "<tool>", "</s>", "<fim_prefix>"]
      .map { Array($0.utf8) }
    file.types = [1, 1, 1, 4, 4, 4, 1, 1]
    file.merges = []
    let tokenizer = try file.tokenizer(in: folder)
    #expect(tokenizer.encode("<|im_start|><tool>", bos: false, eos: false) == [0, 1, 1, 2, 5])
    for (name, id) in [("<|im_start|>", 3), ("<|im_end|>", 4), ("</s>", 6), ("<fim_prefix>", 7)] {
      #expect(tokenizer.id(ofControl: name) == id && tokenizer.decode([0, id, 2]) == "<>")
    }
    #expect(tokenizer.id(ofControl: "<tool>") == 5 && tokenizer.decode([5]) == "<tool>")
    #expect(tokenizer.vocabulary.endOfTurn == [4, 6])
  }

  @Test func aSpaceIsPutInFrontOnlyWhereTheVocabularyWantsIt() throws {
    let folder = try Folder()
    var file = VocabularyFile(model: "llama", scores: [0, 0, 0])
    file.tokens = ["<unk>", "a", "\u{2581}"].map { Array($0.utf8) }
    file.types = [2, 1, 1]
    for isWanted in [true, false] {
      file.flags = ["add_space_prefix": isWanted]
      let ids = try file.tokenizer(in: folder).encode("a a", bos: false, eos: false)
      #expect(ids == (isWanted ? [2, 1, 2, 1] : [1, 2, 1]))
    }
  }

  @Test func withoutByteTokensAnUnknownCharacterIsOneToken() throws {
    let folder = try Folder()
    var file = VocabularyFile(model: "llama", scores: [0, 0, 0])
    file.tokens = ["<unk>", "a", "\u{2581}"].map { Array($0.utf8) }
    file.types = [2, 1, 1]
    #expect(try file.tokenizer(in: folder).encode("a😀éa", bos: false, eos: false) == [2, 1, 0, 1])
  }

  @Test func tokensMadeToHaveOneHashAreRefused() throws {
    let folder = try Folder()
    var file = VocabularyFile(model: "llama", tokens: [], types: nil)
    // The second half is what the first makes of the hash, which is 0 then.
    file.tokens = (0..<2000).map { i in
      let product = (16 ^ UInt64(i)).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      return [UInt64(i), product.high ^ product.low].flatMap { half in
        (0..<8).map { UInt8(truncatingIfNeeded: half >> (8 * $0)) }
      }
    }
    let error = #expect(throws: LlamaError.self) { try file.tokenizer(in: folder) }
    #expect(error.map { "\($0)" }?.contains("hash") == true)
  }
}

/// A GGUF file with a small vocabulary, of which each part can be wrong.
struct VocabularyFile: Sendable {
  var model: String? = "gpt2"
  var pre: String? = "gpt-2"
  var tokens: [[UInt8]]
  var types: [Int32]?
  var scores: [Float]?
  var merges: [String]?
  var flags: [String: Bool] = [:]
  /// By name, as "bos".
  var ids: [String: Int64] = [:]

  init(
    model: String? = "gpt2", pre: String? = "gpt-2", tokens: [String] = ["a", "b", "ab"],
    types: [Int32]? = nil, scores: [Float]? = nil, merges: [String]? = ["a b"],
    flags: [String: Bool] = [:]
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens.map { Array($0.utf8) }
    self.types = types
    self.scores = scores
    self.merges = merges
    self.flags = flags
  }

  func tokenizer(in folder: Folder) throws -> Tokenizer {
    let path = try folder.write(bytes, to: "vocabulary.gguf")
    return try Tokenizer(path: path, vocabSize: tokens.count)
  }

  private var bytes: [UInt8] {
    var entries: [[UInt8]] = []
    func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    func string(_ value: [UInt8]) -> [UInt8] { number(UInt64(value.count)) + value }
    func add(_ key: String, _ type: UInt32, _ value: [UInt8]) {
      entries.append(string(Array("tokenizer.ggml.\(key)".utf8)) + number(type) + value)
    }
    func addArray(_ key: String, _ type: UInt32, _ values: [[UInt8]]) {
      add(key, 9, number(type) + number(UInt64(values.count)) + values.joined())
    }
    if let model { add("model", 8, string(Array(model.utf8))) }
    if let pre { add("pre", 8, string(Array(pre.utf8))) }
    addArray("tokens", 8, tokens.map(string))
    if let types { addArray("token_type", 5, types.map(number)) }
    if let scores { addArray("scores", 6, scores.map { number($0.bitPattern) }) }
    if let merges { addArray("merges", 8, merges.map { string(Array($0.utf8)) }) }
    for (key, value) in flags { add(key, 7, [value ? 1 : 0]) }
    for (name, id) in ids { add("\(name)_token_id", 11, number(id)) }
    return Array("GGUF".utf8) + number(UInt32(3)) + number(UInt64(0))
      + number(UInt64(entries.count))
      + entries.joined()
  }
}
