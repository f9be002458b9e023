/// A set of texts: what a pattern matches, as `Grammar` compiles it.
indirect enum Language: Sendable, Equatable {
  /// Exactly these bytes.
  case literal([UInt8])
  /// One of these, of which there may be many.
  case choices([[UInt8]])
  /// One Unicode scalar of these ranges, as UTF-8; surrogates are left out, and so are the control characters
  /// that are never emitted. No range: no text.
  case scalar([ClosedRange<UInt32>])
  /// One behind the other; none of them: the empty text.
  case sequence([Language])
  /// Any of these; none of them: no text.
  case either([Language])
  /// One so many times; `atMost` nil: any number of times.
  case repeated(Language, atLeast: Int, atMost: Int?)
  /// What the rule of this number says. Rules may refer to themselves behind a first byte, so that texts nest;
  /// where nothing follows the reference in its rule, this is a loop and needs no stack.
  case rule(Int)

  static func text(_ text: String) -> Language { .literal(Array(text.utf8)) }
}

/// A nondeterministic automaton over bytes, whose rules call each other (Thompson 1968; with the calls, a
/// recursive transition network, Woods 1970).
struct Grammar: Sendable {
  enum Node: Sendable {
    /// A byte of this range, then `next`.
    case bytes(ClosedRange<UInt8>, next: Int32)
    /// Any of these nodes.
    case either([Int32])
    /// What begins at `start`, up to its end, then `next`.
    case call(start: Int32, next: Int32)
    /// What begins at `body`, so many times, then `next`.
    case repeated(body: Int32, atLeast: Int32, atMost: Int32, next: Int32)
    /// The end of a rule, of a repeated body, or of the text.
    case end
  }

  static let end: Int32 = 0
  /// An `atMost` of as many as wanted, and the length of a text that there is none of.
  static let unbounded = Int32.max
  private static let mostNodes = 2_000_000

  private(set) var nodes = [Node.end]
  /// The fewest bytes from a node to the end of its rule; `unbounded`: it never gets there.
  private(set) var shortest: [Int32] = []
  private(set) var start: Int32 = 0

  /// - Parameter rules: the texts are those of the first one.
  /// - Throws: `LlamaError.badPattern`, if there is no text, a rule refers to itself in front of its first
  ///   byte, or the rules are too large.
  init(_ rules: [Language]) throws(LlamaError) {
    // Node i + 1 is where rule i begins.
    nodes += rules.map { _ in .either([]) }
    for (i, rule) in rules.enumerated() {
      nodes[i + 1] = .either([try compile(rule, then: Self.end)])
    }
    start = 1
    shortest = lengths { node in
      if case .bytes(_, let next) = nodes[Int(node)] { [next] } else { [] }
    }
    guard shortest[1] < Self.unbounded else {
      throw .badPattern(problem: "no text matches it")
    }
    try requireNoLeftRecursion()
  }

  // MARK: - Compiling

  private mutating func add(_ node: Node) throws(LlamaError) -> Int32 {
    guard nodes.count < Self.mostNodes else {
      throw .badPattern(
        problem: "it needs an automaton of more than \(Self.mostNodes) states: expected fewer or"
          + " shorter choices, or smaller bounds")
    }
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  /// Adds what matches `language` and goes on at `next`. Returns where it begins.
  private mutating func compile(_ language: Language, then next: Int32) throws(LlamaError) -> Int32
  {
    switch language {
    case .literal(let bytes):
      try requireEncodable(bytes)
      return try compile(bytes, then: next)
    case .choices(let texts):
      for text in texts { try requireEncodable(text) }
      return try compile(choices: texts, then: next)
    case .scalar(let ranges): return try compile(scalars: ranges, then: next)
    case .sequence(let parts):
      var start = next
      for part in parts.reversed() { start = try compile(part, then: start) }
      return start
    case .either(let parts):
      var starts: [Int32] = []
      for part in parts { starts.append(try compile(part, then: next)) }
      return try add(.either(starts))
    case .repeated(let body, let atLeast, let atMost):
      return try compile(body, atLeast, atMost, then: next)
    case .rule(let rule):
      let start = Int32(rule + 1)
      return next == Self.end ? start : try add(.call(start: start, next: next))
    }
  }

  private mutating func compile(
    _ bytes: some BidirectionalCollection<UInt8>, then next: Int32
  ) throws(LlamaError) -> Int32 {
    var start = next
    for byte in bytes.reversed() { start = try add(.bytes(byte...byte, next: start)) }
    return start
  }

  private mutating func compile(
    _ body: Language, _ atLeast: Int, _ atMost: Int?, then next: Int32
  ) throws(LlamaError) -> Int32 {
    switch (atLeast, atMost) {
    case (0, 1): return try add(.either([try compile(body, then: next), next]))
    case (0, nil), (1, nil):
      let loop = try add(.end)
      let start = try compile(body, then: loop)
      nodes[Int(loop)] = .either([start, next])
      return atLeast == 0 ? loop : start
    default:
      let most = atMost.map { Int32(clamping: $0) } ?? Self.unbounded
      if most == 0 { return next }
      return try add(
        .repeated(
          body: try compile(body, then: Self.end), atLeast: Int32(clamping: atLeast), atMost: most,
          next: next))
    }
  }

  /// A trie: texts that begin with the same bytes share them.
  private mutating func compile(
    choices texts: [[UInt8]], then next: Int32
  ) throws(LlamaError) -> Int32 {
    // The nodes on the way to the last text that are not added yet, with what follows each.
    var path: [(byte: UInt8, starts: [Int32])] = [(0, [])]
    /// Adds the nodes of the path behind the first `depth` bytes.
    func close(to depth: Int) throws(LlamaError) {
      while path.count > depth + 1 {
        let (byte, starts) = path.removeLast()
        let rest = starts.count == 1 ? starts[0] : try add(.either(starts))
        path[path.count - 1].starts.append(try add(.bytes(byte...byte, next: rest)))
      }
    }
    var last: [UInt8]?
    for text in texts.sorted(by: { $0.lexicographicallyPrecedes($1) }) where text != last {
      try close(to: zip(last ?? [], text).prefix { $0 == $1 }.count)
      for byte in text[(path.count - 1)...] { path.append((byte, [])) }
      path[path.count - 1].starts.append(next)
      last = text
    }
    try close(to: 0)
    return try add(.either(path[0].starts))
  }

  // MARK: - UTF-8

  /// Scalars that have one, two, three and four bytes, without those that `TextJoiner` leaves out.
  private static let encodable: [ClosedRange<UInt32>] = [
    0x09...0x0D, 0x20...0x7E, 0xA0...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
  ]

  private func requireEncodable(_ text: [UInt8]) throws(LlamaError) {
    let isAllowed = { (scalar: UnicodeScalar) in Self.encodable.contains { $0 ~= scalar.value } }
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars where !isAllowed(scalar) {
      throw .badPattern(
        problem:
          "it has the control character U+\(String(scalar.value, radix: 16, uppercase: true)),"
          + " which is never generated")
    }
  }

  private mutating func compile(
    scalars ranges: [ClosedRange<UInt32>], then next: Int32
  ) throws(LlamaError) -> Int32 {
    var starts: [Int32] = []
    for range in ranges {
      for part in Self.encodable where part.overlaps(range) {
        let range = range.clamped(to: part)
        starts.append(contentsOf: try compile(range.lowerBound, range.upperBound, then: next))
      }
    }
    return try add(.either(starts))
  }

  /// The scalars of a range whose ends have as many bytes.
  private mutating func compile(
    _ low: UInt32, _ high: UInt32, then next: Int32
  ) throws(LlamaError) -> [Int32] {
    let (first, last) = (Array(utf8(low)), Array(utf8(high)))
    // Cut where only the first bytes that differ may be a range, and the others are whole ones.
    for i in first.indices.dropLast() where first[i] != last[i] {
      let rest = UInt32(1) << (6 * UInt32(first.count - 1 - i)) - 1
      if low & rest != 0 {
        return try compile(low, low | rest, then: next)
          + compile((low | rest) + 1, high, then: next)
      }
      if high & rest != rest {
        return try compile(low, (high & ~rest) - 1, then: next)
          + compile(high & ~rest, high, then: next)
      }
    }
    var start = next
    for (a, b) in zip(first, last).reversed() { start = try add(.bytes(a...b, next: start)) }
    return [start]
  }

  private func utf8(_ scalar: UInt32) -> UnicodeScalar.UTF8View { UnicodeScalar(scalar)!.utf8 }

  // MARK: - Lengths

  /// For each node the fewest steps to the end of its rule (Knuth 1977: a generalization of Dijkstra's
  /// algorithm); `unbounded`: it never gets there.
  ///
  /// - Parameter step: the nodes to which one step leads from a node of bytes.
  private func lengths(_ step: (_ node: Int32) -> [Int32]) -> [Int32] {
    var lengths = [Int32](repeating: Self.unbounded, count: nodes.count)
    lengths[Int(Self.end)] = 0
    let users = users(step)
    var (nearer, done) = ([Self.end], 0)
    while done < nearer.count {
      let node = nearer[done]
      done += 1
      for user in users[Int(node)] {
        let length = length(of: nodes[Int(user)], by: lengths[Int(node)], lengths)
        guard length < lengths[Int(user)] else { continue }
        lengths[Int(user)] = length
        nearer.append(user)
      }
    }
    return lengths
  }

  /// The nodes whose lengths follow from that of each node.
  private func users(_ step: (_ node: Int32) -> [Int32]) -> [[Int32]] {
    var users = [[Int32]](repeating: [], count: nodes.count)
    for (i, node) in nodes.enumerated() {
      let parts =
        switch node {
        case .bytes: step(Int32(i))
        case .either(let starts): starts
        case .call(let start, let next), .repeated(let start, _, _, let next): [start, next]
        case .end: [] as [Int32]
        }
      for part in parts { users[Int(part)].append(Int32(i)) }
    }
    return users
  }

  /// The length of a node by way of a part that has the length `part`.
  private func length(of node: Node, by part: Int32, _ lengths: [Int32]) -> Int32 {
    switch node {
    case .end: 0
    case .bytes: Self.sum(1, part)
    case .either: part
    case .call(let start, let next): Self.sum(lengths[Int(start)], lengths[Int(next)])
    case .repeated(let body, let atLeast, _, let next):
      Self.sum(Self.product(atLeast, lengths[Int(body)]), lengths[Int(next)])
    }
  }

  /// For each node so many tokens that the end of its rule can be reached with them: the fewest, but for
  /// tokens that reach across a branch, a repetition or the end of a rule.
  func lengths(inTokensOf trie: TokenTrie) -> [Int32] {
    // Of so many nodes the bytes are counted, each of which is a token as well.
    nodes.count > Self.mostNodes / 10 ? shortest : lengths { step($0, trie) }
  }

  /// The nodes to which a token leads that is bytes of nodes one behind the other.
  private func step(_ node: Int32, _ trie: TokenTrie) -> [Int32] {
    var found: [Int32] = []
    var open: [(node: Int32, place: Int)] = [(node, 0)]
    while let (node, place) = open.popLast() {
      guard case .bytes(let range, let next) = nodes[Int(node)] else { continue }
      for child in trie.children(of: place) where range.contains(trie.nodes[child].byte) {
        if trie.isToken(child) && !found.contains(next) { found.append(next) }
        open.append((next, child))
      }
    }
    return found
  }

  static func sum(_ a: Int32, _ b: Int32) -> Int32 {
    let (sum, isTooLong) = a.addingReportingOverflow(b)
    return isTooLong ? unbounded : sum
  }

  static func product(_ count: Int32, _ length: Int32) -> Int32 {
    let (product, isTooLong) = count.multipliedReportingOverflow(by: length)
    return isTooLong ? unbounded : product
  }

  // MARK: - Recursion

  /// A rule that refers to itself without a byte in between would need an endless stack.
  private func requireNoLeftRecursion() throws(LlamaError) {
    let component = components()
    for (i, node) in nodes.enumerated() {
      for (next, isCall) in edges(node) where isCall && component[Int(next)] == component[i] {
        throw .badPattern(problem: "a rule in it refers to itself before anything else")
      }
    }
  }

  /// A number for each node, the same where each leads to the other without a byte (Tarjan 1972: strongly
  /// connected components).
  private func components() -> [Int32] {
    var component = [Int32](repeating: -1, count: nodes.count)
    var (found, lowest) = (component, component)
    var (count, visited): (Int32, [Int]) = (0, [])
    for root in nodes.indices where found[root] < 0 {
      var open: [(node: Int, edges: [(node: Int32, isCall: Bool)])] = []
      func visit(_ node: Int) {
        (found[node], lowest[node]) = (count, count)
        count += 1
        visited.append(node)
        open.append((node, edges(nodes[node])))
      }
      visit(root)
      while let (node, _) = open.last {
        if let (next, _) = open[open.count - 1].edges.popLast() {
          let next = Int(next)
          if found[next] < 0 {
            visit(next)
          } else if component[next] < 0 {
            lowest[node] = min(lowest[node], found[next])
          }
          continue
        }
        open.removeLast()
        if let (caller, _) = open.last { lowest[caller] = min(lowest[caller], lowest[node]) }
        if lowest[node] == found[node] {
          while component[node] < 0 { component[visited.removeLast()] = Int32(node) }
        }
      }
    }
    return component
  }

  /// Where a text may go on from a node without a byte.
  private func edges(_ node: Node) -> [(node: Int32, isCall: Bool)] {
    switch node {
    case .bytes, .end: []
    case .either(let starts): starts.map { ($0, false) }
    case .call(let start, let next):
      [(start, true)] + (shortest[Int(start)] == 0 ? [(next, false)] : [])
    case .repeated(let body, let atLeast, _, let next):
      [(body, true)] + (atLeast == 0 || shortest[Int(body)] == 0 ? [(next, false)] : [])
    }
  }
}
