/// What chooses the tokens of a text.
package struct Chooser {
  var sampler: Sampler
  /// Where the text is in its pattern; nil: it has none.
  var matcher: Matcher?

  /// The token that comes next; nil: a text that matches has come to its end.
  ///
  /// - Parameter room: how many more tokens the text may have.
  mutating func choose(
    _ logits: UnsafeBufferPointer<Float>, after tokens: [Int], room: Int
  ) throws(LlamaError) -> Int? {
    guard let matcher else { return sampler.sample(logits, after: tokens) }
    let allowed = try matcher.allowed(room: room, after: tokens.last!, sampler.bannedTokens)
    return allowed.isEmpty ? nil : sampler.sample(logits, after: tokens, allowed: allowed)
  }

  /// Goes on as `other` does, with memory of its own.
  mutating func follow(_ other: Chooser) {
    sampler.follow(other.sampler)
    matcher = other.matcher
  }
}

/// Where a text is in its pattern: which tokens may follow, and which must.
struct Matcher {
  private let automaton: Automaton
  private let tokenizer: Tokenizer
  private let trie: TokenTrie
  /// Tokens that end the text.
  private let endTokens: Set<Int>
  /// What was matched.
  private var text: [UInt8] = []
  /// Its state, as of the automaton's states of that generation.
  private var (state, generation): (Int32, Int) = (0, 0)

  /// Whether the text matches as it is.
  private(set) var isWhole = false
  /// Whether more may follow.
  private(set) var goesOn = true

  /// The most bytes that are looked ahead for.
  private static let mostForced = 1024

  init(_ pattern: Pattern, _ llama: Llama, endsBefore endTokens: Set<Int>) throws(LlamaError) {
    (automaton, tokenizer, trie) = (pattern.automaton, llama.tokenizer, llama.trie)
    self.endTokens = endTokens
    try advance([])
  }

  /// The states, and that of the text among them.
  private func withStates<Result: Sendable>(
    _ body: (inout States, Int32) throws(LlamaError) -> Result
  ) throws(LlamaError) -> Result {
    try automaton.withStates { states throws(LlamaError) in
      try states.begin()
      let isKnown = states.generation == generation
      return try body(&states, isKnown ? state : try states.step(states.start, text))
    }
  }

  // MARK: - Going on

  /// Goes on behind a token that was chosen.
  mutating func advance(_ token: Int, after previous: Int) throws(LlamaError) {
    if endTokens.contains(token) { return }
    try advance(tokenizer.decode(token, after: previous))
  }

  private mutating func advance(_ bytes: ArraySlice<UInt8>) throws(LlamaError) {
    (state, generation, isWhole, goesOn) = try withStates { states, state throws(LlamaError) in
      let next = try states.step(state, bytes)
      return (next, states.generation, states.accepts(next), states.goesOn(next))
    }
    text += bytes
  }

  // MARK: - Tokens

  /// Why the text ends where it may have no more tokens, because of `limit`.
  func reason(at limit: EndReason) -> EndReason { isWhole ? .matched : limit }

  /// The tokens that may follow: one at least, unless the text is whole.
  ///
  /// - Parameters:
  ///   - room: how many more tokens the text may have: those are left out behind which it would not end in
  ///     time, unless it would behind none of them.
  ///   - banned: these are left out.
  func allowed(
    room: Int, after previous: Int, _ banned: Set<Int>
  ) throws(LlamaError) -> TokenSet {
    var tokens = try withStates { states, state throws(LlamaError) in
      var tokens = try states.allowed(in: state, room: room, trie)
      if previous == tokenizer.bos { try correct(&tokens, behindBOSFrom: state, room, &states) }
      return tokens
    }
    for token in endTokens { tokens[token] = isWhole }
    let all = tokens
    for token in banned { tokens[token] = false }
    if tokens.isEmpty && !isWhole { throw .badPattern(problem: deadEnd(of: all)) }
    return tokens
  }

  /// Why the text cannot go on where all these tokens are banned.
  private func deadEnd(of tokens: TokenSet) -> String {
    let found = quoted(String(decoding: text.suffix(20), as: UTF8.self))
    if tokens.isEmpty {
      return "the vocabulary has no token with which the text could go on behind \(found)"
    }
    let names = tokens.tokens.prefix(3).map { "\($0) \(quoted(tokenizer.name($0)))" }
    return "all tokens with which the text could go on behind \(found) are banned: expected another"
      + " pattern, or one of them that is not, such as \(names.joined(separator: ", "))"
  }

  /// Behind BOS some tokens lose the space in front.
  private func correct(
    _ tokens: inout TokenSet, behindBOSFrom state: Int32, _ room: Int, _ states: inout States
  ) throws(LlamaError) {
    guard let bos = tokenizer.bos, let space = trie.child(of: 0, UInt8(ascii: " ")) else { return }
    let isLate = states.shortestRest(of: state, trie) > room
    for token in trie.tokens(from: space) {
      let text = tokenizer.decode(token, after: bos)
      if text.startIndex == tokenizer.vocabulary.piece(token).lowerBound { continue }
      let next = try states.step(state, text)
      let isInTime = isLate || states.shortestRest(of: next, trie) < room
      tokens[token] = !text.isEmpty && next != States.dead && isInTime
    }
  }

  /// How many of these tokens may follow one after the other, up to one behind which others are forced.
  func matching(_ tokens: ArraySlice<Int>, after previous: Int) -> Int {
    var (matcher, previous, count) = (self, previous, 0)
    for token in tokens {
      try? matcher.advance(token, after: previous)
      if !matcher.goesOn && !matcher.isWhole { break }
      (previous, count) = (token, count + 1)
      if (try? matcher.isForced()) != false { break }
    }
    return count
  }

  /// Whether the model is not asked for what comes next.
  private func isForced() throws(LlamaError) -> Bool {
    try withStates { states, state throws(LlamaError) in
      let (bytes, end) = try states.forcedBytes(from: state, most: Self.mostForced)
      return try states.isForced(bytes, to: end, trie)
    }
  }

  /// The tokens that come next whatever the model says: those of the text that is the only one to go on with,
  /// as long as no other token reaches beyond it. None if the text would not end in time behind them.
  ///
  /// - Parameters:
  ///   - room: how many more tokens the text may have.
  ///   - banned: none of these comes next.
  func forced(
    room: Int, after previous: Int, _ banned: Set<Int>
  ) throws(LlamaError) -> [Int] {
    if previous == tokenizer.bos { return [] }
    return try withStates { states, state throws(LlamaError) in
      var (rest, end) = try states.forcedBytes(from: state, most: Self.mostForced)
      guard try states.isForced(rest, to: end, trie) else { return [] }
      let text = String(decoding: rest, as: UTF8.self)
      var (next, tokens): (Int32, [Int]) = (state, [])
      for token in tokenizer.encode([.text(text)], continuing: true) {
        let bytes = tokenizer.decode(token, after: -1)
        guard !bytes.isEmpty, rest.starts(with: bytes), !banned.contains(token) else { break }
        rest = rest.dropFirst(bytes.count)
        next = try states.step(next, bytes)
        tokens.append(token)
        guard try states.isForced(rest, to: end, trie) else { break }
      }
      return states.shortestRest(of: next, trie) <= room - tokens.count ? tokens : []
    }
  }
}
