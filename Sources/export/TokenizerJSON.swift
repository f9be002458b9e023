import Console
import Llama2

/// Reads a Hugging Face tokenizer.json of a Llama 2: byte pair encoding with byte fallback, spaces
/// written as ▁. Its merges have ranks where run has scores of pieces.
func readTokenizerJSON(_ path: String) throws -> Vocabulary {
  let json = try JSON.parse(file: path)
  let model = try bytePairModel(json, path)
  let texts = try piecesById(model, path)
  let merges = try Merges(model, texts, path)
  var vocabulary = try Vocabulary(
    path: path, kind: "a Hugging Face vocabulary", texts: texts, scores: merges.scores,
    bos: "<s>", eos: "</s>")
  for (text, id) in try addedTokens(json, path) { try vocabulary.add(text, id: id) }
  // Llama 2's own has 91 in 61249, among the runs of spaces, which come out the same either way.
  if 100 * merges.inexpressible > merges.count {
    vocabulary.notes.append(
      "\(merges.inexpressible) of its merges have no equal among scores: run may cut some texts"
        + " otherwise")
  }
  return vocabulary
}

/// The texts and ids under `added_tokens`.
func addedTokens(_ json: JSON, _ path: String) throws -> [(Text, Int)] {
  try (json["added_tokens"]?.array ?? []).map { token in
    guard let text = token["content"]?.text, let id = token["id"]?.integer else {
      throw Refusal(path, "one of added_tokens has no content or no id")
    }
    return (text, id)
  }
}

/// The `model` of the file, once it is known to cut texts as run does.
private func bytePairModel(_ json: JSON, _ path: String) throws -> JSON {
  func refusal(_ field: String, _ value: JSON?, _ expected: String) -> Refusal {
    Refusal(
      path,
      "\(field) is \(value?.description ?? "missing"), expected \(expected): run cannot encode"
        + " with this vocabulary")
  }
  guard let model = json["model"], model["type"] == nil || model["type"]?.text == "BPE" else {
    throw refusal("model.type", json["model"]?["type"], "\"BPE\"")
  }
  guard case .bool(true)? = model["byte_fallback"] else {
    throw refusal("model.byte_fallback", model["byte_fallback"], "true")
  }
  for field in ["continuing_subword_prefix", "end_of_word_suffix"] as [Text] {
    if let affix = model[field], affix.text != "" { throw refusal("model.\(field)", affix, "null") }
  }
  let normalizers = json["normalizer"].map { $0["normalizers"]?.array ?? [$0] } ?? []
  for normalizer in normalizers {
    guard let type = normalizer["type"]?.text, type == "Prepend" || type == "Replace" else {
      throw refusal("normalizer.type", normalizer["type"], "\"Prepend\" or \"Replace\"")
    }
  }
  if let splitter = json["pre_tokenizer"], splitter["type"]?.text != "Metaspace" {
    throw refusal("pre_tokenizer.type", splitter["type"], "none or \"Metaspace\"")
  }
  return model
}

private func piecesById(_ model: JSON, _ path: String) throws -> [Text] {
  guard let vocabulary = model["vocab"]?.object else { throw Refusal(path, "has no model.vocab") }
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
        throw Refusal(path, "the merge \(merge) is of pieces that model.vocab lacks")
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

  private mutating func countUnlistedPairs(
    _ texts: [Text], _ ids: [Text: Int], _ splits: Set<[Int]>, _ isMade: [Bool]
  ) {
    for (id, text) in texts.enumerated() where isMade[id] {
      for length in stride(from: 1, to: text.bytes.count, by: 1)
      where !splits.contains([id, length]) && text.bytes[length] & 0xC0 != 0x80 {
        let (left, right) = (Text(Array(text.bytes[..<length])), Text(Array(text.bytes[length...])))
        if ids[left] != nil && ids[right] != nil { inexpressible += 1 }
      }
    }
  }
}

/// The two pieces of a merge, written as "a b" or as ["a", "b"].
private func halves(_ merge: JSON, _ path: String) throws -> (Text, Text) {
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
