import Console
import Llama2

/// A vocabulary in llama2.c's binary form (tokenizer.py: `export`).
struct Vocabulary {
  typealias Piece = VocabularyPiece

  /// What an error message names.
  let path: String
  let kind: String
  /// The pieces that text is cut into, by id.
  private(set) var pieces: [Piece]
  /// Texts of tokens that were added behind or over them.
  private(set) var added: [Int: Text] = [:]
  /// How texts may be encoded otherwise than with the source, one sentence each.
  var notes: [String] = []

  /// The score of a piece that no text is ever merged to: run.c takes only better ones.
  static let neverMerged: Float = -1e10

  /// `texts` are as they stand in the source, with ▁ for a space. run takes 1 as BOS, 2 as EOS and
  /// 3 + b as byte b, so they must be those.
  init(path: String, kind: String, texts: [Text], scores: [Float], bos: Text, eos: Text) throws {
    self.path = path
    self.kind = kind
    for (id, expected) in [(1, bos), (2, eos)] + (0..<256).map({ (3 + $0, byteToken($0)) }) {
      guard id < texts.count, texts[id] == expected else {
        let found = id < texts.count ? quoted(texts[id].description) : "nothing"
        throw Refusal(
          path,
          "token \(id) is \(found), expected \(quoted(expected.description)): run needs BOS"
            + " as 1, EOS as 2 and the bytes from 3 on")
      }
    }
    pieces = zip(texts, scores).map { Piece(bytes: spaced($0.bytes), score: $1) }
    for id in 1...2 { pieces[id].bytes = [10] + texts[id].bytes + [10] }
  }

  /// Notes a token that was added; one that repeats a piece changes nothing.
  mutating func add(_ text: Text, id: Int) throws {
    guard id >= 0, id < 1 << 24 else {
      throw Refusal(path, "the token \(quoted(text.description)) has the impossible id \(id)")
    }
    if id == 1 || id == 2 || id < pieces.count && pieces[id].bytes == spaced(text.bytes) {
      return
    }
    added[id] = text
  }

  /// The entries of a tokenizer.bin for a checkpoint of so many tokens; nil is as many as there
  /// are. Ids without a text get an empty piece.
  func entries(vocabSize: Int?) throws -> [Piece] {
    let count = vocabSize ?? max(pieces.count, (added.keys.max() ?? 0) + 1)
    guard pieces.count <= count else {
      throw Refusal(
        path,
        "has \(pieces.count) tokens, but the checkpoint has only \(count): it is not the"
          + " model's vocabulary")
    }
    let padding = Piece(bytes: [], score: Self.neverMerged)
    var entries = pieces + [Piece](repeating: padding, count: count - pieces.count)
    for (id, text) in added where id < count {
      entries[id] = Piece(bytes: text.bytes, score: Self.neverMerged)
    }
    return entries
  }
}

/// <0x0A> for byte 10.
private func byteToken(_ byte: Int) -> Text {
  let digits = String(byte, radix: 16, uppercase: true)
  return Text(Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8))
}

/// The bytes of a text with each ▁ (U+2581) replaced by a space.
func spaced(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var i = 0
  while i < bytes.count {
    if bytes[i...].starts(with: [0xE2, 0x96, 0x81]) {
      result.append(0x20)
      i += 3
    } else {
      result.append(bytes[i])
      i += 1
    }
  }
  return result
}

// MARK: - Sources

/// Whether a file is a vocabulary rather than a model.
func isVocabulary(_ path: String) throws -> Bool {
  guard !isDirectory(path), !path.hasSuffix(".safetensors") else { return false }
  let file = try MappedFile(path: path)
  let isSentencePiece = withExtendedLifetime(file) {
    file.bytes.count > 2 && file.bytes[0] == 10 && file.bytes[2] == 10
  }
  return isSentencePiece || path.hasSuffix(".model") || file.starts(with: "{".utf8)
}

/// A vocabulary by itself: a SentencePiece tokenizer.model or a Hugging Face tokenizer.json.
func readVocabulary(_ path: String) throws -> Vocabulary {
  try MappedFile(path: path).starts(with: "{".utf8)
    ? readTokenizerJSON(path) : readSentencePiece(path)
}

/// The vocabulary of a model's folder with the tokens added to it, if it holds one.
func readVocabulary(folder: String) throws -> Vocabulary? {
  let model = VocabularyFile.sentencePiece.path(in: folder)
  let json = VocabularyFile.tokenizer.path(in: folder)
  var vocabulary: Vocabulary
  if fileExists(model) {
    vocabulary = try readSentencePiece(model)
    if fileExists(json) {
      for token in try TokenizerJSON(json).addedTokens() {
        try vocabulary.add(token.text, id: token.id)
      }
    }
  } else if fileExists(json) {
    vocabulary = try readTokenizerJSON(json)
  } else {
    return nil
  }
  for (text, id) in try VocabularyFiles.addedTokens(fileIn: folder) {
    try vocabulary.add(text, id: id)
  }
  return vocabulary
}
