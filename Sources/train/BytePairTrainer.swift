import Console
import Llama2

/// Learns a vocabulary by byte-pair encoding (Sennrich et al. 2016): the two
/// neighbours that stand beside each other most often in `texts` become a piece, again and again.
///
/// The pieces and their order are those of SentencePiece's trainer with the settings of llama2.c
/// (tinystories.py: `train_vocab`), but that every space counts and `<s>` is text, as they are to
/// `Tokenizer`. Each line has a space put in front of it. A piece has at most 16 characters, of one
/// script, and spaces only if it begins with one or has nothing else; a digit is a piece by itself.
/// What has no piece is left to the tokens of the bytes.
///
/// - Parameters:
///   - size: its tokens: control tokens, bytes, characters and longer pieces. nil: 1024, or fewer if the text has no more
///     pieces, or 512 more than bytes and characters if these are many.
///   - coverage: how much of the text has characters with a token of their own, from 0 to 1 (SentencePiece's
///     `character_coverage`); below 1 in the tests' fixtures alone.
/// - Returns: the tokens as they stand in a tokenizer.bin.
package func trainBytePairs(
  _ texts: some Sequence<String>, size given: Int?, coverage: Float = 1
) throws -> [VocabularyPiece] {
  let words = words(of: texts)
  let characters = characters(of: words, coverage)
  let fallback = ["<unk>", "\n<s>\n", "\n</s>\n"] + (0...255).map(Vocabulary.byteName)
  let least = fallback.count + characters.count
  let size = given ?? max(1024, least + 512)
  guard size >= least else {
    throw Refusal(
      "--vocab-size",
      "found \(size), expected at least \(least), as the text has \(characters.count) different"
        + " characters")
  }
  var trainer = BytePairTrainer(words, characters)
  var pieces: [[Unicode.Scalar]] = []
  while least + pieces.count < size {
    guard let piece = trainer.mergeBestPair() else {
      if given == nil { break }
      throw Refusal(
        "--vocab-size",
        "found \(size), expected at most \(least + pieces.count), as the text has no more pieces")
    }
    pieces.append(piece)
  }
  pieces += characters.map { [$0] }
  return fallback.map { VocabularyPiece(bytes: Array($0.utf8), score: 0) }
    + pieces.enumerated().map { i, piece in
      let text = piece.map { $0 == spaceMark ? " " : String($0) }.joined()
      return VocabularyPiece(bytes: Array(text.utf8), score: -Float(i))
    }
}

/// SentencePiece's sign for a space, which stands behind most letters in the order of characters.
private let spaceMark: Unicode.Scalar = "\u{2581}"
/// Becomes no piece: run.c's texts end at a zero. Stands for that sign itself as well, which is no
/// space where a text is encoded.
private let noCharacter: Unicode.Scalar = "\0"

// MARK: - Words and characters

private typealias Word = (text: [Unicode.Scalar], count: Int)

/// The different words of all lines. A word begins with the spaces in front of it.
private func words(of texts: some Sequence<String>) -> [Word] {
  let space = UInt8(ascii: " ")
  var counts: [ArraySlice<UInt8>: Int] = [:]
  for text in texts {
    for line in Array(text.utf8).split(separator: UInt8(ascii: "\n")) {
      let line = [space] + line
      var start = 0
      for end in 1...line.count
      where end == line.count || line[end] == space && line[end - 1] != space {
        counts[line[start..<end], default: 0] += 1
        start = end
      }
    }
  }
  return counts.map { word, count in
    let text = String(decoding: word, as: UTF8.self).unicodeScalars.map {
      $0 == " " ? spaceMark : $0 == spaceMark ? noCharacter : $0
    }
    return (text, count)
  }
}

/// The characters that get a token, the most frequent first.
private func characters(of words: [Word], _ coverage: Float) -> [Unicode.Scalar] {
  var counts: [Unicode.Scalar: Int] = [:]
  for word in words {
    for character in word.text where character != noCharacter {
      counts[character, default: 0] += word.count
    }
  }
  let total = counts.values.reduce(0, +)
  var covered = 0
  return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix { _, count in
    defer { covered += count }
    return Float(Double(covered) / Double(total)) < coverage
  }.map(\.key)
}

// MARK: - Merges

/// A character, or what was merged of two symbols.
private struct Symbol {
  let text: [Unicode.Scalar]
  /// Nil where it has only characters that go with any.
  let script: UInt8?

  init(_ character: Unicode.Scalar) {
    text = [character]
    script = character == spaceMark ? nil : UnicodeScript.script(of: character)
  }

  init(_ left: Symbol, _ right: Symbol) {
    text = left.text + right.text
    script = left.script ?? right.script
  }

  /// Whether the two texts can be one piece (trainer_interface.cc: `IsValidSentencePiece`).
  static func canMerge(_ left: Symbol, _ right: Symbol) -> Bool {
    let leftIsSpaces = left.text.last == spaceMark
    let spacesFit =
      right.text[0] == spaceMark
      ? leftIsSpaces && right.text.last == spaceMark : !leftIsSpaces || left.text.count == 1
    return spacesFit && left.text.count + right.text.count <= 16 && !left.isDigit && !right.isDigit
      && (left.script == nil || right.script == nil || left.script == right.script)
  }

  private var isDigit: Bool { "0"..."9" ~= text[0] || "\u{FF10}"..."\u{FF19}" ~= text[0] }
}

/// The words of a text in symbols, at first one for each character.
private struct BytePairTrainer {
  struct Pair: Hashable {
    let left, right: Int32
  }

  private struct Occurrences {
    /// How often the text has the pair.
    var count: Int
    /// Where the left one begins. One of them may have become part of another symbol since.
    var positions: [Int32]
  }

  /// A pair in the heap. The largest is merged first (bpe_model_trainer.h: `QueueEntryComparator`).
  struct Candidate: Comparable {
    let pair: Pair
    let text: [Unicode.Scalar]
    /// The pair's count when it was put into the heap: it can only become less.
    var count: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      if a.count != b.count { return a.count < b.count }
      if a.text.count != b.text.count { return a.text.count > b.text.count }
      return b.text.lexicographicallyPrecedes(a.text)
    }
  }

  private var symbols: [Symbol]
  /// The words' characters, one word behind the other with an element between them: the number of
  /// the symbol that begins there, or -1.
  private var row: [Int32] = [-1]
  /// For the last character of a symbol, where it begins.
  private var beginnings: [Int32]
  /// How often the text has the word of each character.
  private var counts: [Int] = [0]
  private var pairs: [Pair: Occurrences] = [:]
  /// Pairs that are not in the heap yet.
  private var newPairs: [Pair] = []
  private var heap: [Candidate] = []

  init(_ words: [Word], _ characters: [Unicode.Scalar]) {
    symbols = characters.map(Symbol.init)
    var numbers: [Unicode.Scalar: Int32] = [:]
    for (i, character) in characters.enumerated() { numbers[character] = Int32(i) }
    for (text, count) in words {
      row += text.map { numbers[$0] ?? -1 }
      row.append(-1)
      counts += repeatElement(count, count: text.count + 1)
    }
    beginnings = (0..<Int32(row.count)).map { $0 }
    for i in row.indices.dropLast() { addPair(i, i + 1) }
    pushNewPairs()
  }

  /// Makes the most frequent pair a symbol wherever it stands, and returns its text, which no pair had
  /// before: in the words it is always cut the same way. Nil if there is no pair left.
  mutating func mergeBestPair() -> [Unicode.Scalar]? {
    while var best = heap.popMax() {
      let occurrences = pairs[best.pair]!
      if occurrences.count < best.count {
        best.count = occurrences.count
        if best.count > 0 { heap.push(best) }
        continue
      }
      pairs[best.pair] = nil
      merge(best.pair, at: occurrences.positions)
      return best.text
    }
    return nil
  }

  private mutating func merge(_ pair: Pair, at positions: [Int32]) {
    let (left, right) = (symbols[Int(pair.left)], symbols[Int(pair.right)])
    let new = Int32(symbols.count)
    symbols.append(Symbol(left, right))
    for position in positions {
      let start = Int(position)
      let middle = start + left.text.count
      let end = middle + right.text.count
      // Of "aaa" the first two were merged, so that the last two are no pair any more.
      guard row[start] == pair.left, row[middle] == pair.right else { continue }
      let previous = Int(beginnings[start - 1])
      pairs[Pair(left: row[previous], right: pair.left)]?.count -= counts[start]
      pairs[Pair(left: pair.right, right: row[end])]?.count -= counts[start]
      row[start] = new
      row[middle] = -1
      beginnings[end - 1] = position
      addPair(previous, start)
      addPair(start, end)
    }
    pushNewPairs()
  }

  /// Counts the symbols that begin at two places, if there are any, as a pair.
  private mutating func addPair(_ left: Int, _ right: Int) {
    let pair = Pair(left: row[left], right: row[right])
    guard pair.left >= 0, pair.right >= 0 else { return }
    if let index = pairs.index(forKey: pair) {
      pairs.values[index].count += counts[left]
      pairs.values[index].positions.append(Int32(left))
    } else if Symbol.canMerge(symbols[Int(pair.left)], symbols[Int(pair.right)]) {
      pairs[pair] = Occurrences(count: counts[left], positions: [Int32(left)])
      newPairs.append(pair)
    }
  }

  private mutating func pushNewPairs() {
    for pair in newPairs where pairs[pair]!.count > 0 {
      let text = symbols[Int(pair.left)].text + symbols[Int(pair.right)].text
      heap.push(Candidate(pair: pair, text: text, count: pairs[pair]!.count))
    }
    newPairs = []
  }
}

extension [BytePairTrainer.Candidate] {
  /// Adds to a heap in which no element is larger than the one above it, at (i - 1) / 2.
  fileprivate mutating func push(_ element: Element) {
    var i = count
    append(element)
    while i > 0 && self[(i - 1) / 2] < element {
      swapAt(i, (i - 1) / 2)
      i = (i - 1) / 2
    }
  }

  /// Takes the largest from the heap.
  fileprivate mutating func popMax() -> Element? {
    if isEmpty { return nil }
    swapAt(0, count - 1)
    let largest = removeLast()
    var i = 0
    while 2 * i + 1 < count {
      var child = 2 * i + 1
      if child + 1 < count && self[child] < self[child + 1] { child += 1 }
      if self[child] < self[i] { break }
      swapAt(i, child)
      i = child
    }
    return largest
  }
}
