import Console
import Foundation
import Llama2
import Testing
import llama2_train

/// The vocabularies that `train` learns. The oracle is SentencePiece (bpe-fixtures.py).
@Suite struct BytePairTests {
  struct Learned: Decodable, CustomTestStringConvertible {
    let name, text: String
    let coverage: Float
    let pieces: [String]
    let scores: [Float]
    let encoded: [Encoded]

    struct Encoded: Decodable {
      let text: String
      let tokens: [Int]

      init(from decoder: any Decoder) throws {
        var pair = try decoder.unkeyedContainer()
        text = try pair.decode(String.self)
        tokens = try pair.decode([Int].self)
      }
    }

    var testDescription: String { name }
  }

  static let fixtures = try! JSONDecoder().decode(
    [Learned].self,
    from: Data(contentsOf: ExportProgram.fixtures.appendingPathComponent("bpe.json")))

  @Test(arguments: fixtures) func thePiecesAreThoseOfSentencePieceInItsOrder(_ learned: Learned)
    throws
  {
    let pieces = try trainBytePairs(
      [learned.text], size: learned.pieces.count, coverage: learned.coverage)
    #expect(pieces.map { String(decoding: $0.bytes, as: UTF8.self) } == learned.pieces)
    #expect(pieces.map(\.score) == learned.scores)
  }

  @Test(arguments: fixtures) func aTextIsEncodedAsSentencePieceEncodesIt(_ learned: Learned) throws
  {
    let folder = try Folder()
    let path = try folder.write(
      binaryVocabulary(
        trainBytePairs([learned.text], size: learned.pieces.count, coverage: learned.coverage)),
      to: "tokenizer.bin")
    let tokenizer = try Tokenizer(path: path, vocabSize: learned.pieces.count)
    #expect(!learned.encoded.isEmpty)
    for encoded in learned.encoded {
      let tokens = tokenizer.encode(encoded.text, bos: false, eos: false)
      #expect(tokens == encoded.tokens, "\(encoded.text)")
    }
  }

  @Test func severalTextsAreLearnedFromLikeTheirLines() throws {
    let learned = Self.fixtures[0]
    let lines = learned.text.split(separator: "\n").map(String.init)
    let parts = [
      lines[..<100].joined(separator: "\n"), "", "\n" + lines[100...].joined(separator: "\n\n"),
    ]
    let pieces = try trainBytePairs(parts, size: learned.pieces.count)
    #expect(pieces.map { String(decoding: $0.bytes, as: UTF8.self) } == learned.pieces)
  }

  /// What is said of a vocabulary of `size` tokens that cannot be learned.
  private static func problem(_ texts: [String], _ size: Int) -> String? {
    do {
      _ = try trainBytePairs(texts, size: size)
      return nil
    } catch { return "\(error)" }
  }

  /// The size that a refusal of a larger one names.
  private static func largestSize(_ texts: [String]) throws -> Int {
    let words = try #require(problem(texts, 1 << 20)).split(separator: " ")
    return try #require(words.compactMap { Int($0.filter(\.isNumber)) }.dropFirst().first)
  }

  @Test func theVocabularyIsAsLargeAsTheTextSupports() throws {
    // "▁", which is a space, comes behind the letters.
    let texts = ["abc abc", "abc"]
    let pieces = try trainBytePairs(texts, size: 266).dropFirst(259)
    #expect(
      pieces.map { String(decoding: $0.bytes, as: UTF8.self) }
        == ["ab", "abc", " abc", "a", "b", "c", " "])
    let large = Self.problem(texts, 267)
    #expect(
      large == "--vocab-size: found 267, expected at most 266, as the text has no more pieces")
    #expect(Self.problem(texts, 263) == nil)
    #expect(try trainBytePairs(texts, size: nil).count == 266)
    let small = Self.problem(texts, 262)
    #expect(
      small
        == "--vocab-size: found 262, expected at least 263, as the text has 4 different characters")
    let letters = (0..<2000).map { String(UnicodeScalar(0x4E00 + $0 % 1000)!) }.joined()
    #expect(try trainBytePairs([letters], size: nil).count == 259 + 1001 + 512)
    for learned in Self.fixtures where learned.coverage == 1 {
      let largest = try Self.largestSize([learned.text])
      #expect(largest >= learned.pieces.count && Self.problem([learned.text], largest) == nil)
    }
  }

  @Test func aPieceHasSixteenCharactersAtMost() throws {
    // A space stands in front of the letters.
    let longest = try [14, 15, 16].map { length in
      let text = [String(repeating: "a", count: length)]
      let pieces = try trainBytePairs(text, size: Self.largestSize(text))
      return pieces.dropFirst(259).map(\.bytes.count).max()
    }
    #expect(longest == [15, 16, 9])
  }

  @Test func signsThatAVocabularyCannotHoldAreLeftToBytes() throws {
    // run.c's pieces end at a zero, and U+2581 would be read as a space: what there is are " ", "a",
    // "b" and " a".
    for text in ["a\0b", "a\u{2581}b"] { #expect(try Self.largestSize([text]) == 259 + 4) }
  }

  /// Half a million characters, where a time of their square would be minutes.
  @Test(.timeLimit(.minutes(1)), arguments: ["a", "abcdefgh"])
  func aTextWithoutSpacesTakesLittleTime(letters: String) throws {
    var state: UInt64 = 1
    let letters = Array(letters)
    let text = String(
      (0..<500_000).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return letters[Int(state >> 33) % letters.count]
      })
    let size = 259 + letters.count + 1 + (letters.count == 1 ? 4 : 300)
    #expect(try trainBytePairs([text], size: size).count == size)
  }
}

/// How `train` finds the documents in text files.
@Suite struct DocumentTests {
  private static func documents(_ texts: String...) throws -> [Document] {
    let folder = try Folder()
    return try readDocuments(
      texts.enumerated().map { try folder.write(Array($1.utf8), to: "\($0).txt") })
  }

  @Test func aBlankLineSeparatesDocuments() throws {
    #expect(
      try Self.documents("One\n two\n\n\nthree \n \t\r\n  four", "five\n\n")
        == ["One\n two", "three", "four", "five"].map { Document(text: $0) })
  }

  @Test func aMarkSeparatesDocumentsThatHaveBlankLines() throws {
    #expect(
      try Self.documents(
        "One\n\ntwo\n<|endoftext|>\nthree<|endoftext|>four <|endoftext|>\n\n<|endoftext|>\n",
        "<|endof\n\n|five")
        == ["One\n\ntwo", "three", "four", "<|endof", "|five"].map { Document(text: $0) })
  }

  @Test func linesWithATabAreRequestsAndAnswers() throws {
    let chat = [
      Document(request: "Hi", text: "Hello!"),
      Document(request: "Who?", text: "Tom, of course.", continuesChat: true),
    ]
    #expect(try Self.documents("Hi\tHello!\n Who?\t Tom, of course. \n") == chat)
    #expect(
      try Self.documents("A story.\nIts end.\n\nHi\tHello!\nWho?\tTom, of course.\n\nThe end.")
        == [Document(text: "A story.\nIts end.")] + chat + [Document(text: "The end.")])
    // None of these is one.
    for (text, isMixed) in [
      ("Hi\tHello!\nand more", true), ("a\tb\n\tc", true), ("a:\t\nb\tc", true),
      ("a\tb\tc\td", false), ("a\t\tc", false), ("a\n\tb", false),
    ] {
      var document = Document(text: text)
      document.isMixed = isMixed
      #expect(try Self.documents(text) == [document], "\(text.debugDescription)")
    }
    let system = Document(system: "Be brief.", request: "Hi", text: "Hello!")
    #expect(
      try Self.documents("Be brief.\tHi\tHello!\nWho?\tTom, of course.") == [system, chat[1]])
    #expect(system.texts == ["Be brief.", "Hi", "Hello!"])
    #expect(chat[0].texts == ["Hi", "Hello!"] && Document(text: "a").texts == ["a"])
  }

  @Test func endsOfLinesAndAMarkOfByteOrderAreNoText() throws {
    #expect(
      try Self.documents("\u{FEFF}One\r\ntwo\r\n\r\nHi\tHello!\r\n")
        == [Document(text: "One\ntwo"), Document(request: "Hi", text: "Hello!")])
  }

  @Test func aFileThatIsNoTextIsRefused() throws {
    let folder = try Folder()
    let good = try folder.write(Array("A text.".utf8), to: "good.txt")
    let cases: [([UInt8], String)] = [
      (Array("Café ".utf8) + [0xE9], "byte 6 is not UTF-8, expected a text in UTF-8"),
      ([0x61, 0xC3], "byte 1 is not UTF-8, expected a text in UTF-8"),
      ([0xED, 0xA0, 0x80], "byte 0 is not UTF-8, expected a text in UTF-8"),
      (Array(" \n\r\n\t <|endoftext|> ".utf8), "holds no text"),
      ([], "the file is empty"),
    ]
    for (bytes, problem) in cases {
      let path = try folder.write(bytes, to: "bad.txt")
      #expect { try readDocuments([good, path]) } throws: { "\($0)" == "\(path): \(problem)" }
    }
  }
}
