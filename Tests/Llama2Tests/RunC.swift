import Foundation

// run.c's sampler and its two loops, over the oracle's logits and the tests' own values.

/// run.c's coins: xorshift64*, as its random_f32 writes it.
struct Coins {
  var state: UInt64

  mutating func next() -> Float {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Float(((state &* 0x2545_F491_4F6C_DD1D) >> 32) >> 8 & 0xFF_FFFF) / 16_777_216
  }
}

/// run.c's sample_mult.
func sampleMultinomial(_ p: [Float], _ coin: Float) -> Int {
  var sum: Float = 0
  for (token, probability) in p.enumerated() {
    sum += probability
    if coin < sum { return token }
  }
  return p.count - 1
}

/// run.c's sample_topp. Equal probabilities stand in the order of their tokens, as glibc's qsort, a
/// stable merge sort, leaves them.
struct Nucleus {
  private(set) var tokens: [Int]
  /// Of the probabilities up to each token.
  private(set) var sums: [Float] = []

  init(_ p: [Float], _ topP: Float) {
    let cutoff = (1 - topP) / Float(p.count - 1)
    tokens = p.indices.filter { p[$0] >= cutoff }.sorted {
      p[$0] > p[$1] || p[$0] == p[$1] && $0 < $1
    }
    // run.c reads what lies in front of its list if there is no candidate.
    if tokens.isEmpty { tokens = [p.firstIndex(of: p.max()!)!] }
    var sum: Float = 0
    for token in tokens {
      sum += p[token]
      sums.append(sum)
      if sum > topP { break }
    }
    tokens = Array(tokens.prefix(sums.count))
  }

  func token(_ coin: Float) -> Int {
    let target = coin * sums.last!
    return tokens[sums.firstIndex { target < $0 } ?? tokens.count - 1]
  }
}

/// run.c's `sample`.
private func sample(
  _ logits: [Double], _ temperature: Float, _ topP: Float, _ coins: inout Coins
) -> Int {
  if temperature == 0 { return logits.firstIndex(of: logits.max()!)! }
  let scaled = logits.map { Float($0) / temperature }
  let powers = scaled.map { expf($0 - scaled.max()!) }
  let sum = powers.reduce(0, +)
  let p = powers.map { $0 / sum }
  let coin = coins.next()
  let isNucleus = 0 < topP && topP < 1
  return isNucleus ? Nucleus(p, topP).token(coin) : sampleMultinomial(p, coin)
}

/// A model, a vocabulary, and how to choose among its tokens.
struct RunC {
  let model: Model
  let vocabulary: Vocabulary
  var temperature: Float = 0
  var topP: Float = 0.9
  var seed: UInt64 = 1

  /// The bytes that run.c prints for a token: those of a piece, less a space behind BOS; nothing
  /// for a control character.
  private func bytes(_ token: Int, after previous: Int) -> [UInt8] {
    var bytes = vocabulary.tokens[token].bytes
    if previous == 1 && bytes.first == 0x20 { bytes.removeFirst() }
    if (3..<259).contains(token) { bytes = [UInt8(token - 3)] }
    let isControl = { (byte: UInt8) in byte == 0x7F || byte < 0x20 && !(9...13).contains(byte) }
    return bytes.count == 1 && isControl(bytes[0]) ? [] : bytes
  }

  func generate(_ prompt: String, steps: Int) -> String {
    let prompt = [1] + textbookIDs(prompt, vocabulary)
    var (oracle, coins) = (Oracle(model, .v0), Coins(state: seed))
    var (token, text) = (1, [UInt8]())
    for position in 0..<steps {
      let logits = oracle.forward(token)
      let next =
        position < prompt.count - 1
        ? prompt[position + 1] : sample(logits, temperature, topP, &coins)
      if next == 1 { break }
      text += bytes(next, after: token)
      token = next
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The replies to `prompts`, less what run.c prints between the end of one and the next prompt.
  func chat(system: String, _ prompts: [String], steps: Int) -> [String] {
    var (oracle, coins) = (Oracle(model, .v0), Coins(state: seed))
    var replies: [[UInt8]] = []
    var (turn, next, isUsersTurn) = ([Int](), 0, true)
    for position in 0..<steps {
      if isUsersTurn {
        if replies.count == prompts.count { break }
        let first = position == 0 && !system.isEmpty
        let user = (first ? "<<SYS>>\n\(system)\n<</SYS>>\n\n" : "") + prompts[replies.count]
        turn = [1] + textbookIDs("[INST] \(user) [/INST]", vocabulary)
        replies.append([])
        isUsersTurn = false
      }
      let token = turn.isEmpty ? next : turn.removeFirst()
      if token == 2 { isUsersTurn = true }
      next = sample(oracle.forward(token), temperature, topP, &coins)
      if turn.isEmpty && next != 2 && !isUsersTurn {
        replies[replies.count - 1] += bytes(next, after: token)
      }
    }
    return replies.map { String(decoding: $0, as: UTF8.self) }
  }
}
