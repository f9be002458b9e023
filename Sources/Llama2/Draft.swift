/// Guesses how a text goes on. Its guesses decide how fast the text is written, and never what it says.
package protocol DraftSource: AnyObject {
  /// Whether a guess takes next to no time.
  var isFree: Bool { get }
  /// How many tokens of the text it has read.
  var count: Int { get }

  /// `most` tokens that may follow the text, or fewer.
  ///
  /// - Parameters:
  ///   - chooser: what is going to choose them.
  func guess(_ most: Int, after tokens: [Int], _ chooser: Chooser) -> [Int]

  /// The text is cut to its first `count` tokens.
  func takeBack(to count: Int)
}

/// The tokens of a text that are read before they are chosen (Leviathan et al. 2023: speculative
/// decoding): a token goes through the layers in one block with those that are guessed to follow it. If the
/// next token is the guessed one, its logits are there already. A wrong guess leaves keys and values in the
/// cache at positions that are written again before anything looks at them.
///
/// Logits do not depend on how tokens are cut into blocks, and a token is chosen from them as ever, so the
/// text is the same whatever is guessed.
final class Draft {
  /// What guesses, and how much of that pays.
  private struct Guesser {
    let source: any DraftSource
    var length: DraftLength
  }

  /// Where the first one does not guess, the next one may.
  private var guessers: [Guesser]
  /// The one that made the guess at hand.
  private var current: Int
  /// The tokens of the text that were read, and the position behind them.
  private var count: Int
  private var position: Int
  /// What was guessed to follow them.
  private var guess: ArraySlice<Int> = []
  /// The logits behind the last of them, and behind each guess that was read with it, (…, vocabSize);
  /// empty if it was not read by `forward`.
  private var rows = UnsafeBufferPointer<Float>(start: nil, count: 0)[...]

  private let clock: () -> Double

  /// Whether the logits behind the token that was read last are there.
  var isReady: Bool { !rows.isEmpty }

  /// - Parameters:
  ///   - always: how many tokens are guessed each time; nil: as many as save time.
  ///   - count: the tokens of the text that were read.
  ///   - position: the position behind them.
  ///   - clock: seconds on a clock that only goes forward.
  init(
    _ sources: [any DraftSource], always: Int? = nil, after count: Int = 0, at position: Int = 0,
    clock: @escaping () -> Double = now
  ) {
    (self.count, self.position, self.clock) = (count, position, clock)
    guessers = sources.map {
      Guesser(source: $0, length: DraftLength(isFree: $0.isFree, always: always))
    }
    current = sources.count - 1
  }

  /// The text reads a block next, behind its first `count` tokens. Guesses of anything else are dropped.
  func read(_ block: [Int], after count: Int, at position: Int, vocabSize: Int) {
    if count < self.count {
      for guesser in guessers { guesser.source.takeBack(to: count) }
    }
    let isNext = block.count == 1 && count == self.count && position == self.position
    let isGuessed = isNext && guess.first == block[0]
    if isNext { guessers[current].length.record(guess: guess.isEmpty ? nil : isGuessed) }
    guess = isGuessed ? guess.dropFirst() : []
    rows = isGuessed ? rows.dropFirst(vocabSize) : rows.prefix(0)
    (self.count, self.position) = (count + block.count, position + block.count)
  }

  /// The logits behind the one token that the text reads next, the last of `tokens`.
  ///
  /// - Parameter most: how many tokens the text may read behind it.
  func forward(
    _ read: Transformer.Read, of tokens: [Int], most: Int, _ chooser: Chooser
  ) -> UnsafeBufferPointer<Float> {
    let config = read.text.config
    if rows.isEmpty {
      let most = min(most, Transformer.mostLogits - 1, config.seqLen - read.position - 1)
      let (count, guessing) = makeGuess(most, after: tokens, chooser)
      let start = clock()
      let logits = read.text.forward(
        read.tokens + guess.prefix(count), at: read.position, last: 1 + count)
      rows = logits[...]
      let seconds = clock() - start
      for i in guessers.indices where i == current || count == 0 {
        guessers[i].length.record(
          pass: 1 + count, seconds: seconds, guessing: i == current ? guessing : 0)
      }
    } else {
      guessers[current].length.recordSavedPass()
    }
    return UnsafeBufferPointer(rebasing: rows.prefix(config.vocabSize))
  }

  /// Sets `guess`. Returns how much of it to read, and the seconds that it took.
  private func makeGuess(
    _ most: Int, after tokens: [Int], _ chooser: Chooser
  ) -> (count: Int, seconds: Double) {
    guess = []
    for i in guessers.indices {
      current = i
      let (source, length) = (guessers[i].source, guessers[i].length)
      // What costs nothing is guessed in any case, and tells how good its guesses are.
      let unread = tokens.count - source.count
      let wanted = source.isFree ? most : length.best(most: most, unread: unread)
      if wanted == 0 { continue }
      let start = clock()
      guess = source.guess(wanted, after: tokens, chooser)[...]
      if let matcher = chooser.matcher {
        guess = guess.prefix(matcher.matching(guess, after: tokens.last!))
      }
      let seconds = source.isFree ? 0 : clock() - start
      if !guess.isEmpty {
        return (source.isFree ? length.best(most: guess.count) : guess.count, seconds)
      }
      guessers[i].length.record(reading: seconds)
    }
    return (0, 0)
  }
}

/// How many tokens to guess: so many that the most tokens a second follow, by what passes of several tokens
/// took and how many guesses were right so far.
///
/// Wrong guesses lose a hundredth of the time at most, and the time of one token. Those of a draft model lose
/// twice that, and the time in which it reads the prompt. This holds where a pass takes no longer than its tokens
/// one by one: what it takes beyond that is seen as an interruption, and not as a loss.
struct DraftLength {
  /// Tokens of a pass.
  private static let sizes = [1, 2, 4, 8, 16, 32]
  /// The share of the time that wrong guesses may lose.
  private static let mostLoss = 0.01
  /// The weight of a pass in the average of its size, and of a guess in the average of those in its place.
  private static let (passWeight, guessWeight) = (1.0 / 4, 1.0 / 12)
  /// What a pass of one token multiplies the averages of other sizes by, and those multiply its average by: what
  /// has not been tried for long is tried again.
  private static let fading = 0.999
  /// How much of what it lacks a pass without guesses adds to the chance of a model's next guess, so that one
  /// is tried again in the end.
  private static let recovery = 1.0 / 512
  /// The time in which the draft model reads a token in a block, as a share of the time of a guess.
  private static let readingTime = 1.0 / 8
  /// Right guesses in a row that are told apart.
  private static let longestRow = 16

  /// The average seconds of a pass of each size, guesses included; nil: there was none.
  private var seconds = [Double?](repeating: nil, count: sizes.count)
  /// How likely a guess is right behind 0, 1, 2, … right ones, or more for the last.
  private var chances: [Double]
  /// How many tokens were guessed right, up to the last one, without a wrong one between them.
  private var rightInARow = 0
  /// The seconds of all passes, and those that were saved by right guesses, less those that wrong ones took.
  private var (total, saved) = (0.0, 0.0)
  /// What one guess took last.
  private var secondsPerGuess = 0.0
  private let isFree: Bool
  private let always: Int?

  init(isFree: Bool, always: Int?) {
    (self.isFree, self.always) = (isFree, always)
    // Before any guess: what is looked up is seldom right at first, and often behind right guesses.
    chances = (0..<Self.longestRow).map { isFree ? 1 - 0.7 / Double($0 + 1) : 0.8 }
  }

  /// The best number of guesses, `most` at most.
  ///
  /// - Parameter unread: tokens that have to be read before anything can be guessed.
  func best(most: Int, unread: Int = 0) -> Int {
    if let always { return min(always, most) }
    guard let single = seconds[0] else { return 0 }
    // What the next pass may lose.
    let stake =
      saved + (total * Self.mostLoss + single) * (isFree ? 1 : 2)
      - Double(unread) * secondsPerGuess * Self.readingTime
    // The tokens that a pass is expected to give, and the least that it takes.
    var (tokens, chance, time) = (1.0, 1.0, single)
    var fastest = (guesses: 0, rate: 1 / single)
    for (size, measured) in zip(Self.sizes, seconds).dropFirst() where size <= most + 1 {
      for guess in size / 2..<size {
        chance *= chances[min(rightInARow + guess - 1, chances.count - 1)]
        tokens += chance
      }
      // A pass that was not tried is assumed to take as long as the shorter one, and at most twice as long.
      let longest = measured ?? 2 * time
      time = max(time, measured ?? time)
      if tokens / time > fastest.rate, longest - single <= stake {
        fastest = (size - 1, tokens / time)
      }
      if measured == nil { break }
    }
    return fastest.guesses
  }

  /// A pass of so many tokens took so long, and the guesses in it `guessing`.
  mutating func record(pass tokens: Int, seconds time: Double, guessing: Double = 0) {
    // It was interrupted if it took longer than a pass for each of its tokens, or twice as long as one.
    var time = min(time, Double(max(2, tokens)) * (seconds[0] ?? time))
    if tokens > 1 { secondsPerGuess = guessing / Double(tokens - 1) }
    time += guessing
    total += time
    if tokens > 1, let single = seconds[0] { saved -= time - single }
    for (i, size) in Self.sizes.enumerated() {
      if size == tokens {
        seconds[i] = seconds[i].map { $0 + (time - $0) * Self.passWeight } ?? time
      } else if size == 1 || tokens == 1 {
        seconds[i]? *= Self.fading
      }
    }
    if tokens == 1 && !isFree { chances[0] += (1 - chances[0]) * Self.recovery }
  }

  /// The source of guesses took so long to read what it had not read. What it reads before its first guess
  /// is no loss.
  mutating func record(reading time: Double) {
    total += time
    if seconds.dropFirst().contains(where: { $0 != nil }) { saved -= time }
  }

  /// A token is read whose logits a right guess has computed.
  mutating func recordSavedPass() { saved += seconds[0] ?? 0 }

  /// A token is known, and whether the guess of it was right; nil: there was none.
  mutating func record(guess isRight: Bool?) {
    if let isRight {
      let i = min(rightInARow, chances.count - 1)
      chances[i] += ((isRight ? 1 : 0) - chances[i]) * Self.guessWeight
      rightInARow = isRight ? rightInARow + 1 : 0
    } else if isFree {
      rightInARow = 0
    }
  }
}

/// Looks up the last tokens in the text so far, and guesses what followed there (Saxena 2023: prompt lookup
/// decoding; llama.cpp: `lookup`). Pairs of tokens are chained as in deflate (RFC 1951, 4).
final class TextLookup: DraftSource {
  let isFree = true
  var count: Int { tokens.count }
  private var tokens: [Int] = []
  /// Where each pair of tokens ends for the last time.
  private var last: [Pair: Int] = [:]
  /// For each place where a pair ends, where the same pair ended before that; -1: nowhere.
  private var earlier: [Int] = []

  private struct Pair: Hashable { let first, second: Int }
  /// The longest match that is looked for, and the most places that are compared.
  private static let (longest, mostPlaces) = (16, 64)

  func guess(_ most: Int, after text: [Int], _ chooser: Chooser) -> [Int] {
    for token in text[tokens.count...] { append(token) }
    guard let place = match() else { return [] }
    var guess: [Int] = []
    for i in place + 1..<place + 1 + most {
      // Where a match reaches to the end of the text, the text is periodic.
      guess.append(i < tokens.count ? tokens[i] : guess[i - tokens.count])
    }
    return guess
  }

  /// Where the longest of the last tokens ended before, of two such places the later one.
  private func match() -> Int? {
    var best = (place: -1, length: 1)
    var place = earlier.last ?? -1
    for _ in 0..<Self.mostPlaces where place > 0 && best.length < Self.longest {
      var length = 2
      while length < Self.longest, place >= length,
        tokens[place - length] == tokens[tokens.count - 1 - length]
      { length += 1 }
      if length > best.length { best = (place, length) }
      place = earlier[place]
    }
    return best.place > 0 ? best.place : nil
  }

  private func append(_ token: Int) {
    tokens.append(token)
    let place = tokens.count - 1
    earlier.append(place > 0 ? last.updateValue(place, forKey: pair(at: place)) ?? -1 : -1)
  }

  private func pair(at place: Int) -> Pair { Pair(first: tokens[place - 1], second: tokens[place]) }

  func takeBack(to count: Int) {
    while tokens.count > count {
      let place = tokens.count - 1
      if place > 0 { last[pair(at: place)] = earlier[place] < 0 ? nil : earlier[place] }
      earlier.removeLast()
      tokens.removeLast()
    }
  }
}

/// A smaller model that reads the same text and goes on ahead of it. It draws its guesses with the random
/// numbers that are going to choose the tokens.
final class SmallerModel: DraftSource {
  let isFree = false
  private let transformer: Transformer
  /// What it has read, its guesses included.
  private var tokens: [Int] = []
  private(set) var count = 0
  private var chooser: Chooser
  private let vocabSize: Int

  /// - Parameter vocabSize: the larger model's, which may have more tokens, or fewer.
  init(_ transformer: Transformer, vocabSize: Int) {
    self.transformer = transformer
    self.vocabSize = vocabSize
    chooser = Chooser(
      sampler: Sampler(vocabSize: vocabSize, options: GenerationOptions(), seed: 1))
  }

  func guess(_ most: Int, after text: [Int], _ chooser: Chooser) -> [Int] {
    // The last token is read again in any case, for its logits.
    count = min(count, text.count - 1)
    count += zip(tokens[count...], text[count...].dropLast()).prefix { $0 == $1 }.count
    tokens.removeSubrange(count...)
    let limit = transformer.config.seqLen
    let isReadable = text[count...].allSatisfy { $0 < transformer.config.vocabSize }
    guard text.count <= limit, isReadable else { return [] }
    if text.count - count > 16 {
      // Where much is unread, it is read a block at a time, so that the text goes on, and may be left,
      // meanwhile, and the time of guesses is that of guesses.
      tokens += text[count..<min(count + Transformer.blockSize, text.count - 1)]
      transformer.read(Array(tokens[count...]), at: count)
      count = tokens.count
      return []
    }
    var guessed = text
    self.chooser.follow(chooser)
    while guessed.count < min(text.count + most, limit + 1) {
      let logits = transformer.forward(Array(guessed[tokens.count...]), at: tokens.count)
      tokens += guessed[tokens.count...]
      guard let token = draw(logits, after: guessed) else { break }
      guessed.append(token)
    }
    count = min(tokens.count, text.count)
    return Array(guessed[text.count...])
  }

  /// A token of the larger model's vocabulary; nil: nothing may follow.
  private func draw(_ logits: UnsafeBufferPointer<Float>, after text: [Int]) -> Int? {
    let missing = [Float](repeating: -.infinity, count: max(0, vocabSize - logits.count))
    let all = missing.isEmpty ? [] : Array(logits) + missing
    return all.withUnsafeBufferPointer { all in
      let logits = all.isEmpty ? UnsafeBufferPointer(rebasing: logits.prefix(vocabSize)) : all
      let token = try? chooser.choose(logits, after: text, room: .max)
      if let token { try? chooser.matcher?.advance(token, after: text.last!) }
      return token
    }
  }

  func takeBack(to count: Int) { self.count = min(self.count, count) }
}

extension Llama {
  /// What guesses the tokens of a text: the draft model, if there is one; where it does not pay, or has no
  /// memory for a KV cache, the text.
  package func draftSources() -> [any DraftSource] {
    guard let draftModel, let transformer = try? Transformer(draftModel) else {
      return [TextLookup()]
    }
    return [SmallerModel(transformer, vocabSize: config.vocabSize), TextLookup()]
  }
}

extension Tokenizer {
  /// Throws `LlamaError.badVocabulary` if a token of a draft model is not what it is here. Unused tokens, with
  /// which some models fill up their vocabularies, need no counterpart.
  func requireSamePieces(
    as other: Tokenizer, ofDraft model: LoadedModel, for checkpoint: String
  ) throws(LlamaError) {
    func failure(_ problem: String) -> LlamaError {
      .badVocabulary(
        path: model.checkpoint.file.path,
        problem: "\(problem) in \(checkpoint): a draft needs the vocabulary of the model that it"
          + " drafts for")
    }
    for token in 0..<max(vocabSize, other.vocabSize)
    where other.bytes(of: token) != bytes(of: token) {
      guard token < min(vocabSize, other.vocabSize) else {
        throw failure("the vocabulary has \(other.vocabSize) tokens, but \(vocabSize)")
      }
      throw failure("token \(token) is \(quoted(other.name(token))), but \(quoted(name(token)))")
    }
  }

  /// nil for one that is unused, or not there; [] for one that is no text, whose name differs by the format
  /// of the file.
  private func bytes(of token: Int) -> ArraySlice<UInt8>? {
    guard token < vocabSize, vocabulary.types[token] != .unused else { return nil }
    return vocabulary.types[token] == .control ? [] : vocabulary.bytes[vocabulary.piece(token)]
  }
}
