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

    static func < (a: Place, b: Place) -> Bool { (a.node, a.stack) < (b.node, b.stack) }
  }

  /// What follows the end of a rule or a repeated body.
  private struct Frame: Hashable {
    let next: Int32
    /// What is repeated before that; nil: nothing.
    var body: Int32?
    /// How often it must be repeated, and may be.
    var atLeast, atMost: Int32
    let below: Int32

    /// The same after one more of what is repeated.
    var afterOne: Frame {
      var frame = self
      frame.atLeast = max(0, atLeast - 1)
      if atMost < Grammar.unbounded { frame.atMost -= 1 }
      return frame
    }
  }

  /// Which tokens may follow in a state, and the most bytes that a text may lack behind any of them.
  struct Continuations {
    var tokens: TokenSet
    var longestRest: Int32 = 0
    /// The most tokens that a text may lack behind any of them; nil: nobody asked.
    var mostTokens: Int?
  }

  /// What is known of the tokens of a vocabulary.
  private struct Tokens {
    let trie: TokenTrie
    var continuations: [Int32: Continuations] = [:]
    /// The fewest tokens that a text lacks in a state.
    var fewest: [Int32: Int] = [:]
  }

  /// A place of which nothing goes on.
  static let dead: Int32 = 0
  private static let emptyStack: Int32 = -1
  /// The most bytes that a text is gone on with to see how it may end.
  private static let longestLook = 4096
  /// Where the memory of the states is begun anew, and how many places a single question may look at.
  private static let (mostPlaces, mostWork) = (4_000_000, 2_000_000)

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
  /// Whether a text may end in a state, and the fewest bytes up to where it may.
  private var (accepts, shortest): ([Bool], [Int32]) = ([], [])
  private var (frames, frameIDs): ([Frame], [Frame: Int32]) = ([], [:])
  /// The fewest bytes behind the end of what a frame stands under.
  private var rests: [Int32] = []
  /// By vocabulary, that which was used last at the end.
  private var tokens: [Tokens] = []
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
    (places, placeStarts, ids, table, accepts, shortest) = ([], [0], [:], [], [], [])
    (frames, frameIDs, rests, tokens, work) = ([], [:], [], [], 0)
    _ = try state(of: [])
    start = try state(of: [Place(node: grammar.start, stack: Self.emptyStack)])
  }

  /// Where a text begins.
  private(set) var start: Int32 = 0

  /// Begins a question. If the states have become too many, they are made anew.
  mutating func begin() throws(LlamaError) {
    work = 0
    let sets = tokens.reduce(0) { $0 + $1.continuations.count * ($1.trie.vocabSize / 64 + 8) }
    if places.count + table.count + frames.count + sets > Self.mostPlaces { try reset() }
  }

  // MARK: - States

  /// Whether a text may end here.
  func accepts(_ state: Int32) -> Bool { accepts[Int(state)] }

  /// The fewest bytes that a text lacks.
  func shortestRest(_ state: Int32) -> Int32 { shortest[Int(state)] }

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

  /// The state behind some bytes.
  mutating func step(
    _ state: Int32, _ bytes: some Sequence<UInt8>
  ) throws(LlamaError) -> Int32 {
    var state = state
    for byte in bytes { state = try step(state, byte) }
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
      guard work < Self.mostWork else {
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
    shortest.append(accepts ? 0 : found.map(rest).min() ?? Grammar.unbounded)
    table.append(contentsOf: repeatElement(found.isEmpty ? Self.dead : -1, count: samples.count))
    return id
  }

  // MARK: - Stacks

  private mutating func push(_ frame: Frame) -> Int32 {
    if let id = frameIDs[frame] { return id }
    let id = Int32(frames.count)
    frames.append(frame)
    frameIDs[frame] = id
    let repeats = Grammar.product(frame.atLeast, frame.body.map { grammar.shortest[Int($0)] } ?? 0)
    let next = Grammar.sum(grammar.shortest[Int(frame.next)], rest(ofStack: frame.below))
    rests.append(Grammar.sum(repeats, next))
    return id
  }

  private func rest(ofStack stack: Int32) -> Int32 {
    stack == Self.emptyStack ? 0 : rests[Int(stack)]
  }

  /// The fewest bytes from a place to the end of the text.
  private func rest(_ place: Place) -> Int32 {
    Grammar.sum(grammar.shortest[Int(place.node)], rest(ofStack: place.stack))
  }
}

// MARK: - Tokens

extension States {
  /// The tokens that may follow in a state. If a text may have `room` more tokens, those are left out behind
  /// which it would not end in time, unless it would behind none of them.
  mutating func allowed(
    in state: Int32, room: Int, _ trie: TokenTrie
  ) throws(LlamaError) -> TokenSet {
    if tokens.last?.trie !== trie { use(trie) }
    let near = try nearby(state, trie.longest)
    var found = try continuations(of: near, trie)
    // What was left out of the counts is missing from the rests as well.
    let missing = near == state ? 0 : Int(places(of: state).map(rest).max()! - shortest[Int(near)])
    if Int(found.longestRest) + missing < room { return found.tokens }
    if found.mostTokens == nil {
      found.mostTokens = try mostTokens(behind: near, trie)
      tokens[tokens.count - 1].continuations[near] = found
    }
    if found.mostTokens! + missing < room { return found.tokens }
    var inTime = TokenSet(vocabSize: trie.vocabSize)
    for (token, next) in try successors(of: state, trie) {
      if try fewestTokens(from: next, trie) < room { inTime[token] = true }
    }
    return inTime.isEmpty && !accepts(state) ? found.tokens : inTime
  }

  /// All tokens that may follow in a state.
  private mutating func continuations(
    of state: Int32, _ trie: TokenTrie
  ) throws(LlamaError) -> Continuations {
    if let known = tokens[tokens.count - 1].continuations[state] { return known }
    var found = Continuations(tokens: TokenSet(vocabSize: trie.vocabSize))
    for (token, next) in try successors(of: state, trie) {
      found.tokens[token] = true
      found.longestRest = max(found.longestRest, shortest[Int(next)])
    }
    tokens[tokens.count - 1].continuations[state] = found
    return found
  }

  /// Puts a vocabulary at the end, of four at most.
  private mutating func use(_ trie: TokenTrie) {
    if let i = tokens.firstIndex(where: { $0.trie === trie }) {
      tokens.append(tokens.remove(at: i))
    } else {
      tokens = tokens.suffix(3) + [Tokens(trie: trie)]
    }
  }

  /// The tokens that may follow in a state, with the state behind each.
  private mutating func successors(
    of state: Int32, _ trie: TokenTrie, below root: Int = 0
  ) throws(LlamaError) -> [(token: Int, state: Int32)] {
    var found: [(token: Int, state: Int32)] = []
    let top = Int(trie.depths[root])
    var path = [Int32](repeating: state, count: trie.longest + 1 - top)
    var node = root + 1
    while node < trie.ends[root] {
      let depth = Int(trie.depths[node]) - top
      let next = try step(path[depth - 1], trie.bytes[node])
      if next == Self.dead {
        node = Int(trie.ends[node])
        continue
      }
      path[depth] = next
      for i in trie.starts[node]..<trie.starts[node + 1] {
        found.append((Int(trie.tokens[Int(i)]), next))
      }
      node += 1
    }
    return found
  }

  /// Whether the bytes of a token may begin with `bytes`, which lead from one state to the other, and go on.
  mutating func reaches(
    beyond bytes: ArraySlice<UInt8>, to state: Int32, _ trie: TokenTrie
  ) throws(LlamaError) -> Bool {
    var node = 0
    for byte in bytes {
      guard let child = trie.child(of: node, byte) else { return false }
      node = child
    }
    return try !successors(of: state, trie, below: node).isEmpty
  }

  // MARK: Lengths

  /// The most tokens that a text may lack behind any of those that may follow.
  private mutating func mostTokens(
    behind state: Int32, _ trie: TokenTrie
  ) throws(LlamaError) -> Int {
    var most = 0
    for (_, next) in try successors(of: state, trie) {
      most = max(most, try fewestTokens(from: next, trie))
    }
    return most
  }

  /// The fewest tokens of `shortestBytes`; if these are very many, as many as bytes.
  private mutating func fewestTokens(
    from state: Int32, _ trie: TokenTrie
  ) throws(LlamaError) -> Int {
    if let known = tokens[tokens.count - 1].fewest[state] { return known }
    let rest = Int(shortest[Int(state)])
    let fewest =
      rest > Self.longestLook ? rest : trie.fewestTokens(try shortestBytes(from: state)) ?? rest
    tokens[tokens.count - 1].fewest[state] = fewest
    return fewest
  }

  /// A state in which the same tokens may follow, of any number of states that differ in nothing but counts
  /// to which no token comes.
  private mutating func nearby(_ state: Int32, _ longest: Int) throws(LlamaError) -> Int32 {
    let places = places(of: state)
    let near = places.map { Place(node: $0.node, stack: nearby(stack: $0.stack, Int32(longest))) }
    if places.elementsEqual(near) { return state }
    return add(Array(Set(near)).sorted()[...], accepts: accepts(state))
  }

  private mutating func nearby(stack: Int32, _ longest: Int32) -> Int32 {
    var above: [Frame] = []
    var stack = stack
    while stack != Self.emptyStack {
      above.append(frames[Int(stack)])
      stack = above.last!.below
    }
    for frame in above.reversed() {
      stack = push(
        Frame(
          next: frame.next, body: frame.body, atLeast: min(frame.atLeast, longest + 1),
          atMost: frame.atMost > longest ? Grammar.unbounded : frame.atMost, below: stack))
    }
    return stack
  }

  /// The bytes that must follow in a state, `most` of them at most.
  mutating func forcedBytes(from state: Int32, most: Int) throws(LlamaError) -> [UInt8] {
    var (state, bytes): (Int32, [UInt8]) = (state, [])
    while bytes.count < most, !accepts(state), let byte = onlyByte(places(of: state)) {
      bytes.append(byte)
      state = try step(state, byte)
    }
    return bytes
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

  /// The shortest bytes behind which a text may end; of several, always the same ones, also for a text that
  /// already has some of them.
  mutating func shortestBytes(from state: Int32) throws(LlamaError) -> [UInt8] {
    var (state, bytes): (Int32, [UInt8]) = (state, [])
    while !accepts(state) {
      let best = places(of: state).map { place -> (rest: Int32, byte: UInt8) in
        guard case .bytes(let range, _) = grammar.nodes[Int(place.node)] else { return (.max, 0) }
        return (rest(place), range.lowerBound)
      }.min { $0 < $1 }!
      bytes.append(best.byte)
      state = try step(state, best.byte)
    }
    return bytes
  }
}
