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
    public let id: Int
    public let text: String
    public let logProbability: Float
  }
}

/// Log probabilities of all tokens: log softmax(logits).
struct LogProbabilities {
  private let logits: UnsafeBufferPointer<Float>
  /// log Σ e^logit.
  private let logSum: Float

  init(_ logits: UnsafeBufferPointer<Float>) {
    self.logits = logits
    logSum = Steps.logSumExp(logits.baseAddress!, logits.count)
  }

  subscript(_ token: Int) -> Float { logits[token] - logSum }

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
func likeliest(_ count: Int, of logits: UnsafeBufferPointer<Float>) -> [Int] {
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
  /// - Parameters:
  ///   - alternatives: how many of the likeliest tokens are given with each.
  ///   - onProgress: called now and then with the tokens done and in all; returning false ends the work, and
  ///     what was scored so far is returned.
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
      // Behind the start of the text and the tokens before it, the last of which is read by no later one.
      let end = min(first + context, tokens.count)
      let window = [tokenizer.startOfText] + tokens[first..<end - 1]
      var notFinite: Int?
      transformer.forward(window, at: 0, from: scored.count - first) { i, logits in
        if notFinite == nil && !isFinite(logits) { notFinite = first + i }
        let (token, previous) = (tokens[first + i], scored.last?.id ?? tokenizer.startOfText)
        var score = LogProbabilities(logits).score(
          token, after: previous, alternatives: alternatives, tokenizer)
        score.text = joiner.append(token, after: previous)
        scored.append(score)
      }
      if let notFinite {
        throw .notFinite(path: model.checkpoint.file.path, position: notFinite)
      }
      if onProgress?(scored.count, tokens.count) == false { break }
      first = max(first + 1, end - context / 2)
    }
    return scored
  }
}
