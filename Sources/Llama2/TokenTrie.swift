/// The tokens of a vocabulary by the bytes that they stand for: a tree in which each node is a byte, and
/// tokens that begin with the same bytes share their nodes. The nodes stand in the order in which a walk
/// comes to them, so that it goes through the arrays from front to end, and skips what is below a node.
final class TokenTrie: Sendable {
  struct Node {
    let byte: UInt8
    /// How many bytes lead to it, its own included.
    let depth: Int32
    /// The most bytes of a token below it, or at it.
    fileprivate(set) var deepest: Int32
    /// The first node behind it that is not below it.
    fileprivate(set) var end: Int32
    /// The tokens that end at it are tokens[start..<nodes[i + 1].start].
    let start: Int32
  }

  /// Node 0 is the root, in front of all bytes. Behind the last one stands one that only ends its tokens.
  let nodes: [Node]
  let tokens: [Int32]
  /// The most bytes of a token.
  var longest: Int { Int(nodes[0].deepest) }
  let vocabSize: Int

  /// Tokens that stand for no text are left out.
  init(_ tokenizer: Tokenizer) {
    var (nodes, tokens): ([Node], [Int32]) = ([], [])
    tokens.reserveCapacity(tokenizer.vocabSize)
    nodes.reserveCapacity(3 * tokenizer.vocabSize)
    // The nodes on the way to the last token.
    var path: [Int] = []
    func open(_ byte: UInt8) {
      let depth = Int32(path.count)
      path.append(nodes.count)
      nodes.append(
        Node(byte: byte, depth: depth, deepest: depth, end: 0, start: Int32(tokens.count)))
    }
    func close() {
      let node = path.removeLast()
      nodes[node].end = Int32(nodes.count)
      if let above = path.last {
        nodes[above].deepest = max(nodes[above].deepest, nodes[node].deepest)
      }
    }
    let all = tokenizer.vocabulary.bytes
    var last = 0..<0
    open(0)
    for (_, text, token) in Self.sorted(tokenizer) {
      let shared = zip(last, text).prefix { all[$0] == all[$1] }.count
      while path.count > shared + 1 { close() }
      for i in text.dropFirst(shared) { open(all[i]) }
      tokens.append(token)
      last = text
    }
    while !path.isEmpty { close() }
    open(0)
    (self.nodes, self.tokens, vocabSize) = (nodes, tokens, tokenizer.vocabSize)
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
      guard child < self.nodes[node].end else { return nil as Int? }
      defer { child = Int(self.nodes[child].end) }
      return child
    }
  }

  /// The node right below a node that is this byte.
  func child(of node: Int, _ byte: UInt8) -> Int? {
    children(of: node).first { nodes[$0].byte == byte }
  }

  /// The tokens that end at a node, or below it.
  func tokens(from node: Int) -> some Sequence<Int> {
    tokens[Int(nodes[node].start)..<Int(nodes[Int(nodes[node].end)].start)].lazy.map { Int($0) }
  }

  /// Whether a token ends at a node.
  func isToken(_ node: Int) -> Bool { nodes[node].start < nodes[node + 1].start }
}

/// A set of tokens.
struct TokenSet: Equatable {
  private var words: [UInt64]

  init(vocabSize: Int) { words = [UInt64](repeating: 0, count: (vocabSize + 63) / 64) }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  func union(_ other: TokenSet) -> TokenSet {
    var all = self
    for i in words.indices { all.words[i] |= other.words[i] }
    return all
  }

  /// From the lowest id up.
  var tokens: [Int] {
    var tokens: [Int] = []
    for (i, word) in words.enumerated() {
      Self.forEachBit(of: word) { tokens.append(i << 6 + $0) }
    }
    return tokens
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
    logits.withUnsafeMutableBufferPointer { logits in
      for (i, word) in words.enumerated() {
        let count = min(64, logits.count - i << 6)
        Self.forEachBit(of: ~word & (.max >> UInt64(64 - count))) {
          logits[i << 6 + $0] = -.infinity
        }
      }
    }
  }

  @inline(__always)
  private static func forEachBit(of word: UInt64, _ body: (Int) -> Void) {
    var word = word
    while word != 0 {
      body(word.trailingZeroBitCount)
      word &= word - 1
    }
  }
}
