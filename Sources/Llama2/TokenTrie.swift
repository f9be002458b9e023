/// The tokens of a vocabulary by the bytes that they stand for: a tree in which each node is a byte, and
/// tokens that begin with the same bytes share their nodes. The nodes stand in the order in which a walk
/// comes to them, so that it goes through the arrays from front to end, and skips what is below a node.
final class TokenTrie: Sendable {
  /// The byte of each node. Node 0 is the root, in front of all bytes.
  let bytes: [UInt8]
  /// How many bytes lead to each node, its own included.
  let depths: [Int32]
  /// The most bytes of a token below each node, or at it.
  let deepest: [Int32]
  /// The first node behind each node that is not below it.
  let ends: [Int32]
  /// The tokens that end at node i are tokens[starts[i]..<starts[i + 1]].
  let starts: [Int32]
  let tokens: [Int32]
  /// The most bytes of a token.
  var longest: Int { Int(deepest[0]) }
  let vocabSize: Int

  /// Tokens that stand for no text are left out.
  init(_ tokenizer: Tokenizer) {
    var (bytes, depths, ends): ([UInt8], [Int32], [Int32]) = ([0], [0], [0])
    var (starts, tokens): ([Int32], [Int32]) = ([0], [])
    // The nodes on the way to the last token.
    var path = [0]
    var deepest: [Int32] = [0]
    func close() {
      let node = path.removeLast()
      ends[node] = Int32(bytes.count)
      if let above = path.last { deepest[above] = max(deepest[above], deepest[node]) }
    }
    let all = tokenizer.vocabulary.bytes
    var last = 0..<0
    for (_, text, token) in Self.sorted(tokenizer) {
      let shared = zip(last, text).prefix { all[$0] == all[$1] }.count
      while path.count > shared + 1 { close() }
      for i in text.dropFirst(shared) {
        path.append(bytes.count)
        bytes.append(all[i])
        depths.append(Int32(path.count - 1))
        deepest.append(Int32(path.count - 1))
        ends.append(0)
        starts.append(Int32(tokens.count))
      }
      tokens.append(token)
      last = text
    }
    while !path.isEmpty { close() }
    starts.append(Int32(tokens.count))
    (self.bytes, self.depths, self.deepest, self.ends) = (bytes, depths, deepest, ends)
    (self.starts, self.tokens, vocabSize) = (starts, tokens, tokenizer.vocabSize)
  }

  /// The tokens that stand for text, in the order of its bytes, with where these stand in the vocabulary.
  private static func sorted(
    _ tokenizer: Tokenizer
  ) -> [(key: UInt64, text: Range<Int>, token: Int32)] {
    let bytes = tokenizer.vocabulary.bytes
    var tokens: [(key: UInt64, text: Range<Int>, token: Int32)] = []
    tokens.reserveCapacity(tokenizer.vocabSize)
    for token in 0..<tokenizer.vocabSize {
      let text = tokenizer.decode(token, after: -1).indices
      if text.isEmpty { continue }
      // The first bytes as a number, by which most tokens are told apart.
      let key = (0..<8).reduce(0 as UInt64) {
        $0 << 8 | ($1 < text.count ? UInt64(bytes[text.lowerBound + $1]) : 0)
      }
      tokens.append((key, text, Int32(token)))
    }
    tokens.sort {
      $0.key != $1.key ? $0.key < $1.key : bytes[$0.text].lexicographicallyPrecedes(bytes[$1.text])
    }
    return tokens
  }

  /// The nodes right below a node.
  func children(of node: Int) -> some Sequence<Int> {
    sequence(state: node + 1) { child in
      guard child < self.ends[node] else { return nil as Int? }
      defer { child = Int(self.ends[child]) }
      return child
    }
  }

  /// Whether a token ends at a node.
  func isToken(_ node: Int) -> Bool { starts[node] < starts[node + 1] }
}

/// A set of tokens.
struct TokenSet: Equatable {
  private var words: [UInt64]

  init(vocabSize: Int) { words = [UInt64](repeating: 0, count: (vocabSize + 63) / 64) }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  func union(_ other: TokenSet) -> TokenSet {
    var all = self
    for i in words.indices { all.words[i] |= other.words[i] }
    return all
  }

  subscript(token: Int) -> Bool {
    get { words[token >> 6] >> UInt64(token & 63) & 1 != 0 }
    set {
      let bit: UInt64 = 1 << UInt64(token & 63)
      if newValue { words[token >> 6] |= bit } else { words[token >> 6] &= ~bit }
    }
  }

  /// Makes the logits of all other tokens, (vocabSize), -infinity.
  func restrict(_ logits: inout [Float]) {
    for (i, word) in words.enumerated() where word != .max {
      for token in i << 6..<min((i + 1) << 6, logits.count) where !self[token] {
        logits[token] = -.infinity
      }
    }
  }
}
