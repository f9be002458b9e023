import Synchronization

/// A grammar as a deterministic automaton over bytes, and for each of its states the tokens that may follow
/// there. All texts of a pattern share what they find out about it.
final class Automaton: Sendable {
  private let states: Mutex<States>

  init(_ grammar: Grammar) throws(LlamaError) { states = Mutex(try States(grammar)) }

  /// Calls `body` with the states, which nobody else uses meanwhile.
  func withStates<Result: Sendable>(
    _ body: (inout States) throws(LlamaError) -> Result
  ) throws(LlamaError) -> Result {
    try states.withLock { states throws(LlamaError) in try body(&states) }
  }
}

/// The states to which texts have come so far (the subset construction of Rabin and Scott 1959, lazily as in
/// Thompson 1968). A state is a set of places in the grammar, each with a stack of what is to be gone on with.
struct States {
  /// A node of the grammar, and the frame on top of its stack.
  private struct Place: Hashable, Comparable {
    let node: Int32
    let stack: Int32

    private var number: Int { Int(node) << 32 | Int(UInt32(bitPattern: stack)) }
    static func < (a: Place, b: Place) -> Bool { a.number < b.number }
    func hash(into hasher: inout Hasher) { hasher.combine(number) }
  }

  /// What follows the end of a rule or a repeated body.
  private struct Frame: Hashable {
    let next: Int32
    /// What is repeated before that; nil: nothing.
    var body: Int32?
    /// How often it must be repeated, and may be.
    var atLeast, atMost: Int32
    var below: Int32

    /// The same after one more of what is repeated.
    var afterOne: Frame {
      var frame = self
      frame.atLeast = max(0, atLeast - 1)
      if atMost < Grammar.unbounded { frame.atMost -= 1 }
      return frame
    }
  }

  /// Which tokens may follow in a state, and the most tokens that a text may lack behind any of them.
  private struct Continuations {
    var tokens: TokenSet
    var longestRest: Int32
  }

  /// What is known of the tokens of a vocabulary.
  private struct Tokens {
    let trie: TokenTrie
    /// By state.
    var continuations: [Int32: Continuations] = [:]
    /// How many tokens suffice from each node to the end of its rule, from each frame, and from each state to
    /// the end of the text.
    let nodes: [Int32]
    var frames: [Int32] = []
    var states: [Int32] = []

    /// How many tokens suffice from a node with this stack.
    func rest(of node: Int32, _ stack: Int32) -> Int32 {
      Grammar.sum(nodes[Int(node)], stack == States.emptyStack ? 0 : frames[Int(stack)])
    }
  }

  /// The state in which no text is.
  static let dead: Int32 = 0
  private static let emptyStack: Int32 = -1
  /// The lengths of most tokens, in bytes. The few longer ones are looked at one by one.
  private static let usual = 1...16
  /// How many tokens a text may save by tokens that reach across a branch, as far as is tried.
  private static let mostSaved = 4
  /// Where the memory of the states is begun anew.
  private static let mostMemory = 4_000_000
  /// How many places a state may have on the way to it, and a question may look at.
  private static let (mostPlaces, mostWork) = (100_000, 2_000_000)

  private let grammar: Grammar
  /// The class of each byte, of bytes that the grammar does not tell apart, and a byte of each class.
  private let (classes, samples): ([UInt8], [UInt8])
  /// Counts how often the states were made anew: those of before are no longer known.
  private(set) var generation = 0

  /// The places of state i are places[placeStarts[i]..<placeStarts[i + 1]].
  private var (places, placeStarts): ([Place], [Int]) = ([], [0])
  private var ids: [ArraySlice<Place>: Int32] = [:]
  /// (states, classes): the state behind a byte; -1: nobody asked.
  private var table: [Int32] = []
  /// Whether a text may end in a state.
  private var accepts: [Bool] = []
  private var (frames, frameIDs): ([Frame], [Frame: Int32]) = ([], [:])
  /// That which was used last at the end.
  private var vocabularies: [Tokens] = []
  private var work = 0

  init(_ grammar: Grammar) throws(LlamaError) {
    self.grammar = grammar
    (classes, samples) = Self.classes(grammar)
    try reset()
  }

  private static func classes(_ grammar: Grammar) -> (classes: [UInt8], samples: [UInt8]) {
    var isFirst = [Bool](repeating: false, count: 257)
    isFirst[0] = true
    for case .bytes(let range, _) in grammar.nodes {
      isFirst[Int(range.lowerBound)] = true
      isFirst[Int(range.upperBound) + 1] = true
    }
    let samples = (0...255).filter { isFirst[Int($0)] } as [UInt8]
    var classes: [UInt8] = []
    for byte in 0..<256 { classes.append((classes.last ?? 255) &+ (isFirst[byte] ? 1 : 0)) }
    return (classes, samples)
  }

  private mutating func reset() throws(LlamaError) {
    generation += 1
    (places, placeStarts, ids, table, accepts) = ([], [0], [:], [], [])
    (frames, frameIDs, vocabularies, work) = ([], [:], [], 0)
    _ = try state(of: [])
    start = try state(of: [Place(node: grammar.start, stack: Self.emptyStack)])
  }

  /// Where a text begins.
  private(set) var start: Int32 = 0

  /// Begins a question. If the states have become too many, they are made anew.
  mutating func begin() throws(LlamaError) {
    work = 0
    let sets = vocabularies.reduce(0) { $0 + $1.continuations.count * $1.trie.vocabSize / 64 }
    if places.count + table.count + frames.count + sets > Self.mostMemory { try reset() }
  }

  // MARK: - States

  /// Whether a text may end here.
  func accepts(_ state: Int32) -> Bool { accepts[Int(state)] }

  private func places(of state: Int32) -> ArraySlice<Place> {
    places[placeStarts[Int(state)]..<placeStarts[Int(state) + 1]]
  }

  /// Whether any byte may follow.
  func goesOn(_ state: Int32) -> Bool { !places(of: state).isEmpty }

  /// The state behind a byte.
  @inline(__always)
  mutating func step(_ state: Int32, _ byte: UInt8) throws(LlamaError) -> Int32 {
    let i = Int(state) * samples.count + Int(classes[Int(byte)])
    let next = table[i]
    return next >= 0 ? next : try makeStep(state, at: i)
  }

  /// The state behind some bytes, of which each may take as much work as a question.
  mutating func step(
    _ state: Int32, _ bytes: some Sequence<UInt8>
  ) throws(LlamaError) -> Int32 {
    var state = state
    for byte in bytes {
      state = try step(state, byte)
      work = 0
    }
    return state
  }

  private mutating func makeStep(_ state: Int32, at index: Int) throws(LlamaError) -> Int32 {
    let byte = samples[index % samples.count]
    var next: [Place] = []
    for place in places(of: state) {
      guard case .bytes(let range, let node) = grammar.nodes[Int(place.node)] else { continue }
      if range.contains(byte) { next.append(Place(node: node, stack: place.stack)) }
    }
    let id = try self.state(of: next)
    table[index] = id
    return id
  }

  /// The state of these places and all to which they lead without a byte.
  private mutating func state(of beginnings: [Place]) throws(LlamaError) -> Int32 {
    var (open, seen, found) = (beginnings, Set(beginnings), [Place]())
    var accepts = false
    func visit(_ node: Int32, _ stack: Int32) {
      guard grammar.shortest[Int(node)] < Grammar.unbounded else { return }
      let place = Place(node: node, stack: stack)
      if seen.insert(place).inserted { open.append(place) }
    }
    while let place = open.popLast() {
      work += 1
      guard seen.count < Self.mostPlaces, work < Self.mostWork else {
        throw .badPattern(
          problem:
            "it can be read in too many ways at once: expected fewer optional or repeated parts"
            + " that match the same text")
      }
      switch grammar.nodes[Int(place.node)] {
      case .bytes: found.append(place)
      case .either(let starts): for start in starts { visit(start, place.stack) }
      case .call(let start, let next):
        visit(start, push(Frame(next: next, atLeast: 0, atMost: 0, below: place.stack)))
      case .repeated(let body, let atLeast, let atMost, let next):
        let frame = Frame(
          next: next, body: body, atLeast: atLeast, atMost: atMost, below: place.stack)
        if atLeast == 0 { visit(next, place.stack) }
        visit(body, push(frame.afterOne))
      case .end where place.stack == Self.emptyStack: accepts = true
      case .end:
        let frame = frames[Int(place.stack)]
        if frame.atLeast == 0 { visit(frame.next, frame.below) }
        if let body = frame.body, frame.atMost > 0 { visit(body, push(frame.afterOne)) }
      }
    }
    found.sort()
    return add(found[...], accepts: accepts)
  }

  private mutating func add(_ found: ArraySlice<Place>, accepts: Bool) -> Int32 {
    // A state that accepts is another one than that of the same places which does not.
    let key = accepts ? found + [Place(node: Grammar.end, stack: Self.emptyStack)] : found
    if let id = ids[key] { return id }
    let id = Int32(self.accepts.count)
    ids[key] = id
    places += found
    placeStarts.append(places.count)
    self.accepts.append(accepts)
    table.append(contentsOf: repeatElement(found.isEmpty ? Self.dead : -1, count: samples.count))
    return id
  }

  // MARK: - Stacks

  private mutating func push(_ frame: Frame) -> Int32 {
    if let id = frameIDs[frame] { return id }
    let id = Int32(frames.count)
    frames.append(frame)
    frameIDs[frame] = id
    return id
  }
}

// MARK: - Tokens

extension States {
  /// The tokens that may follow in a state. If a text may have `room` more tokens, those are left out behind
  /// which it would not end in time, unless it would behind none of them.
  mutating func allowed(
    in state: Int32, room: Int, _ trie: TokenTrie
  ) throws(LlamaError) -> TokenSet {
    use(trie)
    let near = try withFewerCounts(state)
    let usual = try continuations(of: near, trie, Self.usual)
    let rare = Self.usual.upperBound + 1
    let long = try continuations(of: state, trie, rare...max(rare, trie.longest))
    // What was left out of the counts is missing from the rests as well.
    let missing = near == state ? 0 : longestRest(of: state) - shortestRest(of: near)
    let isInTime = max(Int(usual.longestRest) + missing, Int(long.longestRest)) < room
    let all = long.tokens.isEmpty ? usual.tokens : usual.tokens.union(long.tokens)
    if isInTime || shortestRest(of: state) > room + Self.mostSaved { return all }
    let inTime = try continuations(of: state, trie, 1...trie.longest, room: room).tokens
    return inTime.isEmpty && !accepts(state) ? all : inTime
  }

  /// The tokens of so many bytes that may follow in a state, if `room` is given those behind which a text ends
  /// in time.
  private mutating func continuations(
    of state: Int32, _ trie: TokenTrie, _ lengths: ClosedRange<Int>, room: Int = .max
  ) throws(LlamaError) -> Continuations {
    let isKept = lengths == Self.usual && room == .max
    if isKept, let known = vocabularies[vocabularies.count - 1].continuations[state] {
      return known
    }
    var found = Continuations(tokens: TokenSet(vocabSize: trie.vocabSize), longestRest: 0)
    // For each state behind a token whether a text ends in time there; nil: nobody asked.
    var isInTime: [Bool?] = []
    try walk(trie, from: state, lengths) { states, token, next in
      if next >= isInTime.count {
        isInTime += repeatElement(nil, count: states.accepts.count - isInTime.count)
      }
      if isInTime[Int(next)] == nil {
        let rest = states.shortestRest(of: next)
        isInTime[Int(next)] = rest < room
        if rest < room { found.longestRest = max(found.longestRest, Int32(rest)) }
      }
      if isInTime[Int(next)] == true { found.tokens[token] = true }
      return true
    }
    if isKept { vocabularies[vocabularies.count - 1].continuations[state] = found }
    return found
  }

  /// Puts a vocabulary at the end, of four at most.
  private mutating func use(_ trie: TokenTrie) {
    if vocabularies.last?.trie === trie { return }
    if let i = vocabularies.firstIndex(where: { $0.trie === trie }) {
      vocabularies.append(vocabularies.remove(at: i))
    } else {
      let nodes = grammar.lengths(inTokensOf: trie)
      vocabularies = vocabularies.suffix(3) + [Tokens(trie: trie, nodes: nodes)]
    }
  }

  /// Calls `body` with each token of so many bytes that may follow in a state, and the state behind it, until
  /// it returns false.
  private mutating func walk(
    _ trie: TokenTrie, below root: Int = 0, from state: Int32, _ lengths: ClosedRange<Int>,
    _ body: (inout States, _ token: Int, _ next: Int32) -> Bool
  ) throws(LlamaError) {
    let (nodes, top) = (trie.nodes, Int(trie.nodes[root].depth))
    var path = [Int32](repeating: state, count: trie.longest + 1 - top)
    var node = root + 1
    while node < nodes[root].end {
      let (place, depth) = (nodes[node], Int(nodes[node].depth) - top)
      if depth > lengths.upperBound || place.deepest < lengths.lowerBound {
        node = Int(place.end)
        continue
      }
      let next = try step(path[depth - 1], place.byte)
      if next == Self.dead {
        node = Int(place.end)
        continue
      }
      path[depth] = next
      node += 1
      if depth < lengths.lowerBound { continue }
      for i in place.start..<nodes[node].start {
        if !body(&self, Int(trie.tokens[Int(i)]), next) { return }
      }
    }
  }

  /// Whether the next token, where these bytes must follow, which lead to that state, stands for the first of
  /// them: no token begins with all of them and goes on.
  mutating func isForced(
    _ bytes: ArraySlice<UInt8>, to state: Int32, _ trie: TokenTrie
  ) throws(LlamaError) -> Bool {
    if bytes.isEmpty { return false }
    var node = 0
    for byte in bytes {
      guard let child = trie.child(of: node, byte) else { return true }
      node = child
    }
    var isForced = true
    try walk(trie, below: node, from: state, 1...trie.longest) { _, _, _ in
      isForced = false
      return false
    }
    return isForced
  }

  // MARK: Lengths

  /// How many tokens suffice for a text to end.
  mutating func shortestRest(of state: Int32, _ trie: TokenTrie) -> Int {
    use(trie)
    return shortestRest(of: state)
  }

  private mutating func shortestRest(of state: Int32) -> Int {
    let vocabulary = vocabularies.count - 1
    while vocabularies[vocabulary].states.count <= Int(state) {
      let next = Int32(vocabularies[vocabulary].states.count)
      let rest = accepts(next) ? 0 : rests(of: next).min() ?? Grammar.unbounded
      vocabularies[vocabulary].states.append(rest)
    }
    return Int(vocabularies[vocabulary].states[Int(state)])
  }

  private mutating func longestRest(of state: Int32) -> Int { Int(rests(of: state).max() ?? 0) }

  /// How many tokens suffice from each place of a state.
  private mutating func rests(of state: Int32) -> [Int32] {
    let vocabulary = vocabularies.count - 1
    for frame in frames[vocabularies[vocabulary].frames.count...] {
      let repeats = frame.body.map {
        Grammar.product(frame.atLeast, vocabularies[vocabulary].nodes[Int($0)])
      }
      let rest = vocabularies[vocabulary].rest(of: frame.next, frame.below)
      vocabularies[vocabulary].frames.append(Grammar.sum(repeats ?? 0, rest))
    }
    return places(of: state).map { vocabularies[vocabulary].rest(of: $0.node, $0.stack) }
  }

  /// A state in which the same tokens of usual lengths may follow, one for all that differ in nothing but
  /// counts to whose end no such token comes.
  private mutating func withFewerCounts(_ state: Int32) throws(LlamaError) -> Int32 {
    let places = places(of: state)
    let fewer = places.map { Place(node: $0.node, stack: withFewerCounts(stack: $0.stack)) }
    if places.elementsEqual(fewer) { return state }
    return add(Array(Set(fewer)).sorted()[...], accepts: accepts(state))
  }

  private mutating func withFewerCounts(stack: Int32) -> Int32 {
    var above: [Frame] = []
    var stack = stack
    while stack != Self.emptyStack {
      above.append(frames[Int(stack)])
      stack = above.last!.below
    }
    for var frame in above.reversed() {
      // How many repetitions a token may begin or end.
      let shortest = frame.body.map { Int(grammar.shortest[Int($0)]) } ?? 0
      let most = Int32(Self.usual.upperBound / max(1, shortest) + 2)
      frame.atLeast = min(frame.atLeast, most)
      if frame.atMost > most { frame.atMost = Grammar.unbounded }
      frame.below = stack
      stack = push(frame)
    }
    return stack
  }

  /// The bytes that must follow in a state, `most` of them at most, and the state behind them.
  mutating func forcedBytes(
    from state: Int32, most: Int
  ) throws(LlamaError) -> (bytes: ArraySlice<UInt8>, end: Int32) {
    var (state, bytes): (Int32, ArraySlice<UInt8>) = (state, [])
    while bytes.count < most, !accepts(state), let byte = onlyByte(places(of: state)) {
      bytes.append(byte)
      state = try step(state, byte)
    }
    return (bytes, state)
  }

  private func onlyByte(_ places: ArraySlice<Place>) -> UInt8? {
    var only: UInt8?
    for place in places {
      guard case .bytes(let range, _) = grammar.nodes[Int(place.node)], range.count == 1,
        only == nil || only == range.lowerBound
      else { return nil }
      only = range.lowerBound
    }
    return only
  }
}
