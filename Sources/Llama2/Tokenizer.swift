#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Byte-pair encoding with byte fallback, as SentencePiece does it for Llama 2, over llama2.c's
/// binary vocabulary: max_token_length, then score, length and bytes of each token
/// (Sennrich et al. 2016; run.c: `Tokenizer`).
public struct Tokenizer: Sendable {
  /// The token in front of a text.
  public static let bos = 1
  /// The token at the end of a text or of an assistant's turn.
  public static let eos = 2
  /// The token of byte 0; those of the other bytes follow.
  private static let firstByte = 3
  private static let firstPiece = firstByte + 256
  /// No merge makes a piece of this score or less (run.c: `best_score`): what is there only to be
  /// printed has it.
  private static let lowestScore: Float = -1e10

  public let vocabSize: Int
  /// The bytes of all pieces, those of token i in starts[i]..<starts[i + 1]. A byte token's is the
  /// byte that it stands for.
  private var bytes: [UInt8] = []
  private var starts = [0]
  private var scores: [Float] = []
  /// A hash table of the pieces that text can become, -1 where it is empty. Control tokens and
  /// byte tokens are not in it, so nobody can type them.
  private var table: [Int32] = []
  private var longestPiece = 0
  /// Bit 256 a + b: some piece has byte b behind byte a.
  private var neighbours = [UInt64](repeating: 0, count: 1024)

  /// Reads the vocabulary at `path`, which must have exactly `vocabSize` tokens.
  ///
  /// Throws `LlamaError` for a file that is damaged, of another size, or without the tokens that
  /// any text can fall back on: a space and the 256 bytes.
  public init(path: String, vocabSize: Int) throws {
    self.vocabSize = vocabSize
    let file = try MappedFile(path: path)
    try read(file)
    guard scores.count == vocabSize else {
      throw LlamaError.badVocabulary(
        path: path,
        problem: "the vocabulary has \(scores.count) tokens, but the checkpoint has \(vocabSize):"
          + " pass the checkpoint's own vocabulary with -z")
    }
    try decodeByteTokens(path)
    buildTable()
    guard [0x20].withUnsafeBufferPointer({ id(of: $0) }) != nil else {
      throw LlamaError.badVocabulary(
        path: path, problem: "the vocabulary has no token for a space, so no text can be encoded")
    }
  }

  // MARK: - Decoding

  /// The bytes of a token's text: a whole piece, or one byte of a character. Behind BOS a leading
  /// space is dropped, the one that `encode` put there (run.c: `decode`).
  public func decode(_ token: Int, after previous: Int) -> ArraySlice<UInt8> {
    let piece = bytes[starts[token]..<starts[token + 1]]
    let isSpaced = previous == Self.bos && token >= Self.firstPiece && piece.first == 0x20
    return isSpaced ? piece.dropFirst() : piece
  }

  /// The text of `tokens`, less a BOS in front: what was encoded, if `encode` made them with one.
  public func decode(_ tokens: [Int]) -> String {
    var text: [UInt8] = []
    for (i, token) in tokens.enumerated() where i > 0 || token != Self.bos {
      text += decode(token, after: i > 0 ? tokens[i - 1] : 0)
    }
    return String(decoding: text, as: UTF8.self)
  }

  // MARK: - Encoding

  /// The tokens of `text`, as SentencePiece gives them: a space is put in front, then the two
  /// neighbours whose piece has the best score are merged, the leftmost first, until there are
  /// none; a character without a piece becomes its bytes. Takes n log n time (run.c: `encode`).
  public func encode(_ text: String, bos: Bool, eos: Bool) -> [Int] {
    var tokens = bos ? [Self.bos] : []
    if !text.isEmpty {
      var merger = Merger()
      merger.text = [0x20]
      merger.text += text.utf8
      var start = 0
      while start < merger.text.count {
        let end = endOfSegment(merger.text, from: start)
        merger.merge(start..<end, self, into: &tokens)
        start = end
      }
    }
    if eos { tokens.append(Self.eos) }
    return tokens
  }

  /// The first place after `start` where no piece can reach across, because none has these two
  /// bytes beside each other. No merge crosses it, so what lies between is merged by itself: most
  /// often a word.
  private func endOfSegment(_ text: [UInt8], from start: Int) -> Int {
    text.withUnsafeBufferPointer { text in
      neighbours.withUnsafeBufferPointer { neighbours in
        var end = start + 1
        while end < text.count {
          let pair = Int(text[end - 1]) << 8 | Int(text[end])
          let insideCharacter = text[end] & 0xC0 == 0x80
          if !insideCharacter && neighbours[pair >> 6] >> UInt64(pair & 63) & 1 == 0 { break }
          end += 1
        }
        return end
      }
    }
  }

  /// The piece that is exactly `text`, if any.
  fileprivate func id(of text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard text.count <= longestPiece else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var slot = Self.hash(text) & (table.count - 1)
      while table[slot] >= 0 {
        let id = Int(table[slot])
        let start = starts[id]
        if starts[id + 1] - start == text.count
          && memcmp(bytes.baseAddress! + start, text.baseAddress!, text.count) == 0
        {
          return id
        }
        slot = (slot + 1) & (table.count - 1)
      }
      return nil
    }
  }

  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var hash: UInt64 = 0
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15 }
    return Int(truncatingIfNeeded: hash >> 32)
  }

  fileprivate func score(_ token: Int) -> Float { scores[token] }

  fileprivate func byteTokens(_ text: ArraySlice<UInt8>) -> some Sequence<Int> {
    text.lazy.map { Self.firstByte + Int($0) }
  }
}

// MARK: - Reading

extension Tokenizer {
  private mutating func read(_ file: MappedFile) throws {
    func failure(_ problem: String) -> LlamaError {
      .badVocabulary(path: file.path, problem: problem)
    }
    var cursor = 0
    func uint32() throws -> UInt32 {
      guard cursor + 4 <= file.bytes.count else {
        throw failure("the file ends inside token \(scores.count): it is cut off")
      }
      defer { cursor += 4 }
      return UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: cursor, as: UInt32.self))
    }
    let longest = Int(try uint32())
    while cursor < file.bytes.count {
      let score = Float(bitPattern: try uint32())
      let length = Int(try uint32())
      guard length <= longest, score.isFinite else {
        throw failure(
          "token \(scores.count) has a length of \(length) and a score of \(score), where the"
            + " longest is said to be \(longest): not a vocabulary of llama2.c")
      }
      guard cursor + length <= file.bytes.count else {
        throw failure("the file ends inside token \(scores.count): it is cut off")
      }
      bytes += file.bytes[cursor..<cursor + length]
      starts.append(bytes.count)
      scores.append(score)
      cursor += length
    }
  }

  /// Replaces the text of each byte token, as <0x0A>, by the byte.
  private mutating func decodeByteTokens(_ path: String) throws {
    let digits = Array("0123456789ABCDEF".utf8)
    var decoded = Array(bytes[..<starts[min(Self.firstByte, scores.count)]])
    var decodedStarts = Array(starts[...min(Self.firstByte, scores.count)])
    for byte in 0..<256 {
      let token = Self.firstByte + byte
      let name = Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15]] + Array(">".utf8)
      guard token < scores.count, bytes[starts[token]..<starts[token + 1]] == name[...] else {
        throw LlamaError.badVocabulary(
          path: path,
          problem: "expected \(String(decoding: name, as: UTF8.self)) as token \(token): without a"
            + " token for each byte not every text can be encoded")
      }
      decoded.append(UInt8(byte))
      decodedStarts.append(decoded.count)
    }
    let shift = decoded.count - starts[Self.firstPiece]
    decoded += bytes[starts[Self.firstPiece]...]
    decodedStarts += starts[(Self.firstPiece + 1)...].map { $0 + shift }
    bytes = decoded
    starts = decodedStarts
  }

  private mutating func buildTable() {
    var size = 64
    while size < 2 * scores.count { size *= 2 }
    table = [Int32](repeating: -1, count: size)
    for token in Self.firstPiece..<max(Self.firstPiece, scores.count) {
      let piece = bytes[starts[token]..<starts[token + 1]]
      longestPiece = max(longestPiece, piece.count)
      guard !piece.isEmpty, scores[token] > Self.lowestScore else { continue }
      let (isKnown, hash) = piece.withUnsafeBufferPointer { (id(of: $0) != nil, Self.hash($0)) }
      guard !isKnown else { continue }
      var slot = hash & (size - 1)
      while table[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      table[slot] = Int32(token)
      for (first, second) in zip(piece, piece.dropFirst()) {
        let pair = Int(first) << 8 | Int(second)
        neighbours[pair >> 6] |= 1 << UInt64(pair & 63)
      }
    }
  }
}

// MARK: - Merging

/// The merges of one encode: symbols in a linked list, candidate merges in a heap.
private struct Merger {
  var text: [UInt8] = []
  private var symbols: [Symbol] = []
  /// Candidates by score, the leftmost first among equals: a max-heap of `priority`.
  private var heap: [UInt64] = []

  /// A part of the text that is one token, or a character that has none.
  private struct Symbol {
    var range: Range<Int>
    var token: Int?
    var previous: Int
    var next: Int
    /// The token that this symbol and the next would become.
    var merged: Int?
    var alive = true
  }

  /// Appends the tokens of one segment of the text.
  mutating func merge(_ segment: Range<Int>, _ tokenizer: Tokenizer, into tokens: inout [Int]) {
    split(segment, tokenizer)
    for i in symbols.indices { propose(i, tokenizer) }
    while let best = heap.popMax() {
      let i = Int(UInt32.max - UInt32(truncatingIfNeeded: best))
      // A candidate is out of date if either of its symbols has been merged since.
      guard symbols[i].alive, let merged = symbols[i].merged,
        priority(tokenizer.score(merged), i) == best
      else { continue }
      let next = symbols[i].next
      symbols[i].range = symbols[i].range.lowerBound..<symbols[next].range.upperBound
      symbols[i].token = merged
      symbols[i].next = symbols[next].next
      symbols[next].alive = false
      if symbols[i].next < symbols.count { symbols[symbols[i].next].previous = i }
      propose(i, tokenizer)
      if symbols[i].previous >= 0 { propose(symbols[i].previous, tokenizer) }
    }
    for symbol in symbols where symbol.alive {
      if let token = symbol.token {
        tokens.append(token)
      } else {
        tokens += tokenizer.byteTokens(text[symbol.range])
      }
    }
  }

  /// One symbol for each character.
  private mutating func split(_ segment: Range<Int>, _ tokenizer: Tokenizer) {
    symbols.removeAll(keepingCapacity: true)
    var start = segment.lowerBound
    while start < segment.upperBound {
      var end = start + 1
      while end < segment.upperBound && text[end] & 0xC0 == 0x80 { end += 1 }
      symbols.append(
        Symbol(
          range: start..<end, token: id(start..<end, tokenizer),
          previous: symbols.count - 1, next: symbols.count + 1))
      start = end
    }
  }

  /// Makes symbol i and its next a candidate, if a piece has their text.
  private mutating func propose(_ i: Int, _ tokenizer: Tokenizer) {
    symbols[i].merged = nil
    let next = symbols[i].next
    guard next < symbols.count else { return }
    let both = symbols[i].range.lowerBound..<symbols[next].range.upperBound
    guard let merged = id(both, tokenizer) else { return }
    symbols[i].merged = merged
    heap.push(priority(tokenizer.score(merged), i))
  }

  private func id(_ range: Range<Int>, _ tokenizer: Tokenizer) -> Int? {
    text.withUnsafeBufferPointer { tokenizer.id(of: UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// Orders by score, then from left to right. The bits of a float, the sign's flipped and a
  /// negative's all, order as integers like the numbers.
  private func priority(_ score: Float, _ index: Int) -> UInt64 {
    let bits = (score + 0).bitPattern
    let ordered = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
    return UInt64(ordered) << 32 | UInt64(UInt32.max - UInt32(index))
  }
}

extension [UInt64] {
  /// Adds to a binary max-heap.
  fileprivate mutating func push(_ element: UInt64) {
    var i = count
    append(element)
    while i > 0 && self[(i - 1) / 2] < element {
      self[i] = self[(i - 1) / 2]
      i = (i - 1) / 2
    }
    self[i] = element
  }

  /// Takes the largest from a binary max-heap.
  fileprivate mutating func popMax() -> UInt64? {
    guard let last = popLast() else { return nil }
    guard let top = first else { return last }
    var i = 0
    while 2 * i + 1 < count {
      var child = 2 * i + 1
      if child + 1 < count && self[child + 1] > self[child] { child += 1 }
      if self[child] <= last { break }
      self[i] = self[child]
      i = child
    }
    self[i] = last
    return top
  }
}
