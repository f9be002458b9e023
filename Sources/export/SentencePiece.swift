import Console
import Llama2

/// Reads a SentencePiece tokenizer.model for a tokenizer.bin.
func readSentencePiece(_ path: String) throws -> Vocabulary {
  let model = try SentencePieceModel(path)
  var vocabulary = try Vocabulary(
    path: path, kind: "a SentencePiece vocabulary", texts: model.texts, scores: model.scores,
    bos: model.bos, eos: model.eos)
  if let note = model.normalizerNote { vocabulary.notes.append(note) }
  if !model.addsSpacePrefix {
    vocabulary.notes.append("it puts no space before a text, where run.c puts one")
  }
  return vocabulary
}

/// A SentencePiece tokenizer.model, a protocol buffer (sentencepiece_model.proto).
struct SentencePieceModel {
  private(set) var texts: [Text] = []
  private(set) var scores: [Float] = []
  /// In the file as in GGUF (`TokenType`): normal 1, unknown, control, user-defined, unused, byte.
  private(set) var types: [UInt64] = []
  private(set) var bos: Text = "<s>"
  private(set) var eos: Text = "</s>"
  private(set) var addsSpacePrefix = true
  /// How the text is changed before it is cut, where run does not.
  private(set) var normalizerNote: String?
  /// 1 unigram (the default), 2 BPE, 3 word, 4 char.
  private var type = 1
  private var hasByteFallback = false

  /// Throws for another kind than byte pair encoding with byte fallback, which is what run encodes
  /// with.
  init(_ path: String) throws {
    let file = try MappedFile(path: path)
    try withExtendedLifetime(file) { try read(Protobuf(file.bytes, path: path)) }
    guard !texts.isEmpty else { throw Refusal(path, "holds no pieces: not a tokenizer.model") }
    guard type == 2 else {
      let name = ["none", "unigram", "BPE", "word", "char"]
      let found = name.indices.contains(type) ? name[type] : "\(type)"
      throw Refusal(
        path, "is a SentencePiece model of type \(found), expected BPE, which run encodes with")
    }
    guard hasByteFallback else {
      throw Refusal(path, "has no byte fallback, which run needs for characters without a piece")
    }
  }

  private mutating func read(_ message: Protobuf) throws {
    var message = message
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let piece)): try readPiece(piece)
      case (2, .bytes(let spec)): try readTrainerSpec(spec)
      case (3, .bytes(let spec)): try readNormalizerSpec(spec)
      default: break
      }
    }
  }

  private mutating func readPiece(_ message: Protobuf) throws {
    var message = message
    var text: Text = ""
    var score: Float = 0
    var type: UInt64 = 1
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let bytes)): text = bytes.text
      case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
      case (3, .varint(let value)): type = value
      default: break
      }
    }
    guard score.isFinite else {
      throw Refusal(message.path, "the piece \(quoted(text.description)) has the score \(score)")
    }
    texts.append(text)
    scores.append(score)
    types.append(type)
  }

  private mutating func readTrainerSpec(_ message: Protobuf) throws {
    var message = message
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (3, .varint(let value)): type = Int(clamping: value)
      case (35, .varint(let value)): hasByteFallback = value != 0
      case (46, .bytes(let text)): bos = text.text
      case (47, .bytes(let text)): eos = text.text
      default: break
      }
    }
  }

  private mutating func readNormalizerSpec(_ message: Protobuf) throws {
    var message = message
    var name: Text = "a normalizer"
    while let field = try message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let bytes)): name = bytes.text
      case (2, .bytes(let map)) where !map.isEmpty:
        normalizerNote =
          "it normalises text by \(quoted(name.description)) first, which run does not"
      case (3, .varint(let value)): addsSpacePrefix = value != 0
      default: break
      }
    }
  }
}

/// The fields of a protocol buffer message, one after the other.
private struct Protobuf {
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64
    case bytes(Protobuf)
  }

  let path: String
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  var isEmpty: Bool { bytes.isEmpty }
  var text: Text { Text(Array(bytes)) }

  private var damaged: Refusal {
    Refusal(path, "damaged at a message's byte \(position): not a SentencePiece tokenizer.model")
  }

  mutating func next() throws -> (number: UInt64, value: Value)? {
    guard position < bytes.count else { return nil }
    let key = try varint()
    switch key & 7 {
    case 0: return (key >> 3, .varint(try varint()))
    case 1:
      _ = try take(8)
      return (key >> 3, .fixed64)
    case 2: return (key >> 3, .bytes(Protobuf(try take(try varint()), path: path)))
    case 5:
      let bits = try take(4).loadUnaligned(as: UInt32.self)
      return (key >> 3, .fixed32(UInt32(littleEndian: bits)))
    default: throw damaged
    }
  }

  private mutating func take(_ count: UInt64) throws -> UnsafeRawBufferPointer {
    guard count <= UInt64(bytes.count - position) else { throw damaged }
    defer { position += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(count)])
  }

  /// Seven bits a byte, the lowest first.
  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard position < bytes.count else { throw damaged }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw damaged
  }
}
