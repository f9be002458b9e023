import Llama2
import Testing

@Suite struct TokenizerTests {
  private let folder: Folder
  private let english: Tokenizer

  init() throws {
    folder = try Folder()
    english = try Self.tokenizer(.english, folder)
  }

  private static func tokenizer(_ vocabulary: Vocabulary, _ folder: Folder) throws -> Tokenizer {
    let path = try folder.write(vocabulary.file, to: "tokenizer.bin")
    return try Tokenizer(path: path, vocabSize: vocabulary.tokens.count)
  }

  // MARK: Encoding

  @Test func encodingPutsASpaceInFrontAndMergesTheBestFirst() {
    func texts(_ tokens: [Int]) -> [String] {
      tokens.map { String(decoding: Vocabulary.english.tokens[$0].bytes, as: UTF8.self) }
    }
    #expect(texts(english.encode("there", bos: false, eos: false)) == [" the", "re"])
    #expect(texts(english.encode("in tin", bos: false, eos: false)) == [" ", "in", " t", "in"])
    #expect(english.encode("", bos: true, eos: true) == [1, 2])
    #expect(english.encode("", bos: false, eos: false) == [])
    let plain = english.encode("a hen", bos: false, eos: false)
    #expect(english.encode("a hen", bos: true, eos: true) == [1] + plain + [2])
  }

  @Test func aCharacterWithoutAPieceBecomesItsBytes() {
    let space = Vocabulary.english.tokens.firstIndex { $0.bytes == [0x20] }!
    #expect(
      english.encode("é\u{1F600}", bos: false, eos: false)
        == [space] + [0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80].map { $0 + 3 })
  }

  /// Random vocabularies in which pieces overlap, tie and hold several bytes a character.
  @Test(arguments: 0..<12)
  func idsAreThoseOfTheTextbook(_ seed: Int) throws {
    var random = SplitMix(seed)
    let alphabet = ["a", "b", "c", " ", "  ", "é", "漢", "😀", "\n"].prefix(3 + seed % 7)
    func text(_ length: ClosedRange<Int>) -> String {
      (0..<Int.random(in: length, using: &random))
        .map { _ in alphabet.randomElement(using: &random)! }.joined()
    }
    var pieces: Set<String> = [" ", "a"]
    while pieces.count < 90 { pieces.insert(text(1...(pieces.count < 8 ? 2 : 6))) }
    var vocabulary = Vocabulary(pieces: pieces.sorted().shuffled(using: &random))
    let levels = [1, 4, 1000][seed % 3]
    for i in 259..<vocabulary.tokens.count {
      vocabulary.tokens[i].score = Float(Int.random(in: -levels...levels, using: &random)) / 4
    }
    let tokenizer = try Self.tokenizer(vocabulary, folder)
    for _ in 0..<150 {
      let text = text(0...40)
      let ids = tokenizer.encode(text, bos: false, eos: false)
      #expect(ids == textbookIDs(text, vocabulary), "\(text.debugDescription)")
      #expect(tokenizer.decode([1] + ids) == text)
    }
  }

  @Test(arguments: ["<s>", "</s>", "<unk>", "\n<s>\n", "\n</s>\n", "<0x41>", "<0x0A>", "▁"])
  func whatAUserTypesIsNeverAControlTokenOrANamedByte(_ typed: String) {
    let ids = english.encode("a\(typed)b", bos: false, eos: false)
    #expect(ids.allSatisfy { $0 > 2 })
    #expect(english.decode([1] + ids) == "a\(typed)b")
    let named = Vocabulary.english.tokens.firstIndex { $0.bytes == Array(typed.utf8) }
    #expect(named == nil || !ids.contains(named!))
    #expect(ids == textbookIDs("a\(typed)b", .english))
  }

  @Test func aMegabyteIsEncoded() {
    let runs = String(repeating: "a", count: 1 << 20)
    #expect(english.encode(runs, bos: false, eos: false).count == 1 << 20)
    let spaces = String(repeating: " ", count: 1 << 20)
    #expect(english.decode(english.encode(spaces, bos: true, eos: false)) == spaces)
    var random = SplitMix(2)
    let words = ["the", "rain", "in", "there", "is", "an", "other", "a", "hat", "on", "water,\n"]
    var prose = ""
    while prose.utf8.count < 1 << 20 { prose += words.randomElement(using: &random)! + " " }
    let ids = english.encode(prose, bos: true, eos: false)
    #expect(ids.count < prose.utf8.count)
    #expect(english.decode(ids) == prose)
  }

  /// A piece that is long and everywhere: no word boundary helps, every merge has a rival.
  @Test func aMegabyteOfOverlappingPiecesIsEncoded() throws {
    let powers = (0..<12).map { String(repeating: "a", count: 1 << $0) }
    let tokenizer = try Self.tokenizer(Vocabulary(pieces: [" ", " a"] + powers), folder)
    let text = String(repeating: "a", count: 1 << 20)
    let ids = tokenizer.encode(text, bos: true, eos: false)
    #expect(ids.count < 1000)
    #expect(tokenizer.decode(ids) == text)
  }

  // MARK: Decoding

  @Test(arguments: [
    "Once upon a time", " leading", "  two", "trailing  ", "\n", "\t\r\n", "a\0b", "\0",
    "Ünïcödé ß ﬁ", "Ελληνικά", "Русский язык", "עברית", "العربية", "हिन्दी", "বাংলা", "ไทย",
    "中文漢字", "日本語かな", "한국어", "ᚠᛇᚻ", "👩‍👩‍👧‍👦👍🏽🇸🇪", "e\u{301}o\u{308}\u{323}", "\u{FEFF}x\u{200B}y\u{200D}",
    "\u{1}\u{7F}\u{85}", "\u{10FFFF}\u{E000}\u{FFFD}\u{FFFF}", "𝕏𐍈", "a\u{2581}b",
  ])
  func everyTextComesBack(_ text: String) {
    let ids = english.encode(text, bos: true, eos: false)
    #expect(Array(english.decode(ids).utf8) == Array(text.utf8))
  }

  @Test func randomTextsComeBack() {
    var random = SplitMix(8)
    let planes: [ClosedRange<UInt32>] = [
      0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xFFFF, 0x10000...0x10FFFF,
    ]
    for _ in 0..<2000 {
      var text = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        let value = UInt32.random(in: planes.randomElement(using: &random)!, using: &random)
        if let scalar = Unicode.Scalar(value) { text.append(scalar) }
      }
      let ids = english.encode(String(text), bos: true, eos: false)
      #expect(english.decode(ids).unicodeScalars.elementsEqual(text))
    }
  }

  @Test func theSpaceInFrontIsDroppedBehindBOSOnly() {
    let the = Vocabulary.english.tokens.firstIndex { $0.bytes == Array(" the".utf8) }!
    #expect(english.decode(the, after: 1).elementsEqual("the".utf8))
    #expect(english.decode(the, after: the).elementsEqual(" the".utf8))
    #expect(english.decode(0x41 + 3, after: the).elementsEqual("A".utf8))
  }

  // MARK: Files

  @Test func aVocabularyOfAnotherSizeNamesBothSizes() throws {
    let path = try folder.write(Vocabulary.english.file, to: "tokenizer.bin")
    let count = Vocabulary.english.tokens.count
    for size in [count - 1, count + 1, 32000] {
      let error = #expect(throws: LlamaError.self) { try Tokenizer(path: path, vocabSize: size) }
      let sentence = error.map { "\($0)" } ?? ""
      #expect(
        sentence.contains("\(count)") && sentence.contains("\(size)") && !sentence.contains("-z"))
    }
  }
}

/// SentencePiece's BPE as its paper tells it: search all neighbours for the best merge, again and
/// again; what has no piece in the end becomes bytes.
func textbookIDs(_ text: String, _ vocabulary: Vocabulary) -> [Int] {
  guard !text.isEmpty else { return [] }
  var ids: [[UInt8]: Int] = [:]
  for (id, token) in vocabulary.tokens.enumerated().dropFirst(259) where ids[token.bytes] == nil {
    ids[token.bytes] = id
  }
  var symbols = (" " + text).unicodeScalars.map { Array(String($0).utf8) }
  while true {
    var best: (place: Int, score: Float)?
    for i in symbols.indices.dropLast() {
      guard let id = ids[symbols[i] + symbols[i + 1]] else { continue }
      let score = vocabulary.tokens[id].score
      if best == nil || score > best!.score { best = (i, score) }
    }
    guard let best else { break }
    symbols[best.place] += symbols.remove(at: best.place + 1)
  }
  return symbols.flatMap { symbol in ids[symbol].map { [$0] } ?? symbol.map { Int($0) + 3 } }
}
