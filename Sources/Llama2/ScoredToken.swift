/// A token of a text, with its probability.
public struct ScoredToken: Sendable, Equatable {
  /// Its place in the vocabulary.
  public let id: Int
  /// What the text gains by it: whole characters, so nothing where bytes are still missing.
  public internal(set) var text: String
  /// The natural logarithm of the probability that the model gave it, before any option changed that.
  public let logProbability: Float
  /// The likeliest tokens in its place, which may include it, the likeliest first.
  public let alternatives: [Alternative]

  /// A token that could have been chosen.
  public struct Alternative: Sendable, Equatable {
    /// Its place in the vocabulary.
    public let id: Int
    /// Its own text, which may be a part of a character.
    public let text: String
    /// The natural logarithm of the probability that the model gave it.
    public let logProbability: Float
  }
}

/// Log probabilities of all tokens: log softmax(logits).
package struct LogProbabilities {
  private let logits: UnsafeBufferPointer<Float>
  /// log Σ e^logit.
  package let logSum: Float

  package init(_ logits: UnsafeBufferPointer<Float>) {
    self.logits = logits
    logSum = Steps.logSumExp(logits.baseAddress!, logits.count)
  }

  package subscript(_ token: Int) -> Float { logits[token] - logSum }

  /// What is known of `token`, which stands behind `previous`; its text is not.
  func score(
    _ token: Int, after previous: Int, alternatives count: Int, _ tokenizer: Tokenizer
  ) -> ScoredToken {
    let alternatives = likeliest(count, of: logits).map { id in
      ScoredToken.Alternative(
        id: id, text: String(decoding: tokenizer.decode(id, after: previous), as: UTF8.self),
        logProbability: self[id])
    }
    return ScoredToken(
      id: token, text: "", logProbability: self[token], alternatives: alternatives)
  }
}

/// The `count` tokens of the largest logits, the largest first; of two that are equal the first.
package func likeliest(_ count: Int, of logits: UnsafeBufferPointer<Float>) -> [Int] {
  guard count > 0 else { return [] }
  var best: [Int] = []
  for token in logits.indices where best.count < count || logits[token] > logits[best.last!] {
    if best.count == count { best.removeLast() }
    let place = best.firstIndex { logits[$0] < logits[token] } ?? best.count
    best.insert(token, at: place)
  }
  return best
}

extension Llama {
  /// The tokens of a text, each with the probability that the model gives it behind those before it. The
  /// text's perplexity is e to the power of their mean negative log probability.
  ///
  ///     let tokens = try llama.score("The sky is blue.")
  ///     let perplexity = exp(-tokens.map(\.logProbability).reduce(0, +) / Float(tokens.count))
  ///
  /// A text that is longer than the context is read in windows that overlap by half, so that each token
  /// but the first ones is seen behind at least half a context. Each window begins with BOS, or with what
  /// stands for it in the vocabulary.
  ///
  /// It blocks the thread that calls it: an app calls it off its main actor. In a task that is cancelled it
  /// ends within 256 tokens, and returns what was scored so far.
  ///
  /// - Parameters:
  ///   - alternatives: how many of the likeliest tokens are given with each.
  ///   - onProgress: called after every 256 tokens at most with the tokens done and in all; returning false
  ///     ends the work, and what was scored so far is returned.
  /// - Throws: `LlamaError`, if there is no memory for it or the model computes no finite numbers.
  public func score(
    _ text: String, alternatives: Int = 0,
    onProgress: ((_ done: Int, _ total: Int) -> Bool)? = nil
  ) throws(LlamaError) -> [ScoredToken] {
    require(alternatives >= 0, "\(alternatives) alternatives, expected 0 or more")
    let (transformer, context) = (try Transformer(model), config.seqLen)
    let tokens = tokenizer.encode(text, bos: false, eos: false)
    var joiner = TextJoiner(tokenizer: tokenizer)
    var scored: [ScoredToken] = []
    var first = 0
    while scored.count < tokens.count {
      // The window's last token is not read, since nothing is scored behind it.
      let end = min(first + context, tokens.count)
      let window = [tokenizer.startOfText] + tokens[first..<end - 1]
      for start in stride(from: 0, to: window.count, by: Transformer.blockSize) {
        let block = Array(window[start...].prefix(Transformer.blockSize))
        let unscored = max(0, scored.count - first - start)
        try transformer.forward(block, at: start, from: unscored) { i, logits throws(LlamaError) in
          let place = first + start + i
          guard isFinite(logits) else {
            throw .notFinite(path: model.checkpoint.file.path, position: place)
          }
          let (token, previous) = (tokens[place], scored.last?.id ?? tokenizer.startOfText)
          var score = LogProbabilities(logits).score(
            token, after: previous, alternatives: alternatives, tokenizer)
          score.text = joiner.append(token, after: previous)
          scored.append(score)
        }
        if onProgress?(scored.count, tokens.count) == false || Task.isCancelled { return scored }
      }
      first = max(first + 1, end - context / 2)
    }
    return scored
  }
}
