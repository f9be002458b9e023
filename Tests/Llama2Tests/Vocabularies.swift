/// A vocabulary in the layout of Llama 2's: three control tokens, the bytes, then pieces.
struct Vocabulary: Sendable {
  struct Token: Sendable {
    var bytes: [UInt8]
    var score: Float
  }

  var tokens: [Token]

  /// Control tokens and byte tokens, as llama2.c's tokenizer.py spells them.
  static let fallback = Vocabulary(
    tokens: (["<unk>", "\n<s>\n", "\n</s>\n"] + (0..<256).map(byteName)).map {
      Token(bytes: Array($0.utf8), score: 0)
    })

  static func byteName(_ byte: Int) -> String {
    let digits = Array("0123456789ABCDEF")
    return "<0x\(digits[byte >> 4])\(digits[byte & 15])>"
  }

  /// The pieces' scores fall from 0, as they do where SentencePiece trained them.
  init(pieces: [String]) {
    self = Self.fallback
    for (i, piece) in pieces.enumerated() {
      tokens.append(Token(bytes: Array(piece.utf8), score: -Float(i)))
    }
  }

  private init(tokens: [Token]) { self.tokens = tokens }

  /// 300 tokens that spell English.
  static let english = Vocabulary(
    pieces: [
      "in", " t", " a", "he", "re", "on", "er", " the", " s", "at", " w", "ed", "or", "an",
    ] + " etaoinshrdlucmfwypvbgkjqxz.".map { String($0) })

  /// A vocabulary for any model: `english` cut, or filled up with pieces that no text has.
  static func english(size: Int) -> Vocabulary {
    var vocabulary = english
    vocabulary.tokens = Array(vocabulary.tokens.prefix(size))
    while vocabulary.tokens.count < size {
      vocabulary.tokens.append(
        Token(bytes: Array("<\(vocabulary.tokens.count)>".utf8), score: -1000))
    }
    return vocabulary
  }

  /// tokenizer.bin, as llama2.c's tokenizer.py writes it.
  var file: [UInt8] {
    var file = Bytes()
    file.int32(tokens.map(\.bytes.count).max() ?? 0)
    for token in tokens {
      file.float32([token.score])
      file.int32(token.bytes.count)
      file.all += token.bytes
    }
    return file.all
  }
}
