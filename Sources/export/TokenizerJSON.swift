import Console
import Llama2

/// Reads a Hugging Face tokenizer.json of a Llama 2 for a tokenizer.bin. Its merges have ranks where
/// run has scores of pieces.
func readTokenizerJSON(_ path: String) throws -> Vocabulary {
  let tokenizer = try TokenizerJSON(path)
  let pieces = try tokenizer.sentencePieces()
  var vocabulary = try Vocabulary(
    path: path, kind: "a Hugging Face vocabulary", texts: pieces.texts, scores: pieces.scores,
    bos: "<s>", eos: "</s>")
  for token in try tokenizer.addedTokens() { try vocabulary.add(token.text, id: token.id) }
  if let note = pieces.note { vocabulary.notes.append(note) }
  return vocabulary
}

/// A token that is added to a vocabulary, and found in a text before anything else.
struct AddedToken {
  let text: Text
  let id: Int
  let isSpecial: Bool
  /// Whether it is found in the normalised text only.
  let isNormalized: Bool

  init(_ text: Text, id: Int, isSpecial: Bool, isNormalized: Bool? = nil) {
    (self.text, self.id, self.isSpecial) = (text, id, isSpecial)
    self.isNormalized = isNormalized ?? !isSpecial
  }

  /// An AddedToken as tokenizer.json and tokenizer_config.json have it; nil without a text.
  init?(_ json: JSON, id: Int) {
    guard let text = json["content"]?.text else { return nil }
    self.init(
      text, id: id, isSpecial: json["special"]?.bool ?? false,
      isNormalized: json["normalized"]?.bool)
  }
}

/// A Hugging Face tokenizer.json.
struct TokenizerJSON {
  let path: String
  private let json: JSON

  init(_ path: String) throws {
    self.path = path
    json = try JSON.parse(file: path)
  }

  subscript(key: Text) -> JSON? { json[key] }

  /// Whether it is SentencePiece's kind: characters are merged, those without a piece are bytes.
  var hasByteFallback: Bool { json["model"]?["byte_fallback"]?.bool == true }

  func addedTokens() throws -> [AddedToken] {
    try (json["added_tokens"]?.array ?? []).map { token in
      guard let id = token["id"]?.integer, let token = AddedToken(token, id: id) else {
        throw Refusal(path, "one of added_tokens has no content or no id")
      }
      return token
    }
  }

  func refusal(_ field: String, _ value: JSON?, _ expected: String) -> Refusal {
    Refusal(
      path,
      "\(field) is \(value?.description ?? "missing"), expected \(expected): run cannot encode"
        + " with this vocabulary")
  }

  /// The `model`, which must be byte pair encoding of whole pieces.
  func bytePairModel(byteFallback: Bool) throws -> JSON {
    guard let model = json["model"], model["type"] == nil || model["type"]?.text == "BPE" else {
      throw refusal("model.type", json["model"]?["type"], "\"BPE\"")
    }
    guard (model["byte_fallback"]?.bool ?? false) == byteFallback else {
      throw refusal("model.byte_fallback", model["byte_fallback"], "\(byteFallback)")
    }
    for field in ["continuing_subword_prefix", "end_of_word_suffix"] as [Text] {
      if let affix = model[field], affix.text != "" {
        throw refusal("model.\(field)", affix, "null")
      }
    }
    return model
  }

  /// Refuses a normalizer, or one in a sequence of them, that is not of these types.
  func requireNormalizers(among types: [Text]) throws {
    let normalizers = json["normalizer"].map { $0["normalizers"]?.array ?? [$0] } ?? []
    for normalizer in normalizers {
      guard let type = normalizer["type"]?.text, types.contains(type) else {
        let expected = types.map { quoted($0.description) }.joined(separator: " or ")
        throw refusal("normalizer.type", normalizer["type"], expected)
      }
    }
  }
}

// MARK: - SentencePiece's kind

extension TokenizerJSON {
  /// The pieces by id of byte pair encoding with byte fallback, spaces written as ▁, with scores
  /// under which the best-scored merge is the one of the lowest rank, and how texts may be encoded
  /// otherwise.
  func sentencePieces() throws -> (texts: [Text], scores: [Float], note: String?) {
    let model = try bytePairModel(byteFallback: true)
    try requireNormalizers(among: ["Prepend", "Replace"])
    if let splitter = json["pre_tokenizer"], splitter["type"]?.text != "Metaspace" {
      throw refusal("pre_tokenizer.type", splitter["type"], "none or \"Metaspace\"")
    }
    let texts = try piecesById(model)
    let merges = try Merges(model, texts, path)
    // Llama 2's own has 91 in 61249, among the runs of spaces, which come out the same either way.
    guard 100 * merges.inexpressible > merges.count else { return (texts, merges.scores, nil) }
    let note =
      "\(merges.inexpressible) of its merges have no equal among scores: run may cut some texts"
      + " otherwise"
    return (texts, merges.scores, note)
  }

  /// Whether a space is put in front of a text.
  var addsSpacePrefix: Bool {
    let normalizers = json["normalizer"].map { $0["normalizers"]?.array ?? [$0] } ?? []
    if normalizers.contains(where: { $0["type"]?.text == "Prepend" }) { return true }
    guard let splitter = json["pre_tokenizer"] else { return false }
    return splitter["prepend_scheme"].map { $0.text != "never" }
      ?? (splitter["add_prefix_space"]?.bool ?? true)
  }

  private func piecesById(_ model: JSON) throws -> [Text] {
    guard let vocabulary = model["vocab"]?.object else {
      throw Refusal(path, "has no model.vocab")
    }
    var pieces = [Text?](repeating: nil, count: vocabulary.count)
    for (text, id) in vocabulary {
      guard let id = id.integer, pieces.indices.contains(id), pieces[id] == nil else {
        throw Refusal(
          path,
          "the piece \(quoted(text.description)) has the id \(id), expected each of 0 to"
            + " \(pieces.count - 1) once")
      }
      pieces[id] = text
    }
    return pieces.map { $0! }
  }
}

/// Scores under which the best-scored merge is the one of the lowest rank.
private struct Merges {
  private(set) var scores: [Float]
  /// Merges that scores rank otherwise, and pairs of pieces that scores would merge although no
  /// merge says so.
  private(set) var inexpressible = 0
  let count: Int

  /// A piece's score is its place among the pieces, counted from 0 downwards: first those that
  /// merges make, by their first merge, then the rest. That is also how SentencePiece numbers
  /// them. A longer piece that no merge makes must never be one.
  init(_ model: JSON, _ texts: [Text], _ path: String) throws {
    guard let merges = model["merges"]?.array else { throw Refusal(path, "has no model.merges") }
    count = merges.count
    let ids = Dictionary(uniqueKeysWithValues: zip(texts, texts.indices))
    scores = [Float](repeating: 0, count: texts.count)
    var isMade = [Bool](repeating: false, count: texts.count)
    var splits: Set<[Int]> = []
    var order: [Int] = []
    for merge in merges {
      let (left, right) = try halves(merge, path)
      guard ids[left] != nil, ids[right] != nil, let id = ids[Text(left.bytes + right.bytes)] else {
        throw unknownPieces(merge, path)
      }
      splits.insert([id, left.bytes.count])
      if !isMade[id] {
        isMade[id] = true
        order.append(id)
      } else if order.last != id {
        inexpressible += 1
      }
    }
    let controlTokens = 259
    for id in texts.indices.dropFirst(controlTokens) where !isMade[id] { order.append(id) }
    for (place, id) in order.enumerated() {
      let isCharacter = texts[id].description.unicodeScalars.count == 1
      scores[id] = isMade[id] || isCharacter ? -Float(place) : Vocabulary.neverMerged
    }
    countUnlistedPairs(texts, ids, splits, isMade)
  }

  /// Counts the pairs of pieces that make a piece of at most 128 bytes without a merge. The time is
  /// quadratic in a piece's length, and longer ones are hardly anything but runs of one character.
  private mutating func countUnlistedPairs(
    _ texts: [Text], _ ids: [Text: Int], _ splits: Set<[Int]>, _ isMade: [Bool]
  ) {
    for (id, text) in texts.enumerated() where isMade[id] && text.bytes.count <= 128 {
      for length in stride(from: 1, to: text.bytes.count, by: 1)
      where !splits.contains([id, length]) && text.bytes[length] & 0xC0 != 0x80 {
        let (left, right) = (Text(Array(text.bytes[..<length])), Text(Array(text.bytes[length...])))
        if ids[left] != nil && ids[right] != nil { inexpressible += 1 }
      }
    }
  }
}

// MARK: - Merges

/// The two pieces of a merge, written as "a b" or as ["a", "b"].
func halves(_ merge: JSON, _ path: String) throws -> (Text, Text) {
  if let pair = merge.array, pair.count == 2, let left = pair[0].text, let right = pair[1].text {
    return (left, right)
  }
  if let parts = merge.text?.bytes.split(separator: 0x20, omittingEmptySubsequences: false),
    parts.count == 2
  {
    return (Text(Array(parts[0])), Text(Array(parts[1])))
  }
  throw Refusal(path, "the merge \(merge) is not of two pieces")
}

func unknownPieces(
  _ merge: JSON, _ path: String, vocabulary: String = "model.vocab"
) -> Refusal {
  Refusal(path, "the merge \(merge) is of pieces that \(vocabulary) lacks")
}
