import Llama2

/// The options that say how a token is chosen, which programs that generate texts share.
extension GenerationOptions {
  /// What they are, for `Arguments`' -h.
  package static let choiceUsage = """
      --logit-bias <id>=<float>  add to a token's logit; may be given again for another token
      --repetition-penalty <float>
                                 divide the logits of tokens that were there (default 1: no penalty)
      --frequency-penalty <float>, --presence-penalty <float>
                                 take from a token's logit, for each time it was there, or once
      --penalty-window <int>     the penalties look at so many of the last tokens (default 0: all)
      --ban <id>                 never choose this token; may be given again
      -t, --temperature <float>  0 or more; 0 always takes the likeliest token (default 1.0)
      --top-k <int>              from so many of the likeliest tokens (default 0: all)
      -p, --top-p <float>        from the likeliest tokens that have this probability together;
                                 0 and 1: all (default 0.9)
      --min-p <float>            from tokens with at least this share of the likeliest one's
                                 probability (default 0: all)
      --typical-p <float>        from the most typical tokens that have this probability together;
                                 0 and 1: all (default 1)
      -s, --seed <int>           random seed, 0: the time (default 0)
    """

  /// Reads an option that says how a token is chosen; false for any other.
  package mutating func readChoice(_ argument: String, _ arguments: inout Arguments) throws -> Bool
  {
    let share: ClosedRange<Float> = 0...1
    switch argument {
    case "-t", "--temperature":
      temperature = try arguments.number("a number from 0 on", in: 0..<Float.infinity)
    case "--top-k": topK = try arguments.number("an integer from 0 on", in: 0...)
    case "-p", "--top-p":
      topP = try arguments.number("a number from 0 to 1", in: share)
    case "--min-p": minP = try arguments.number("a number from 0 to 1", in: share)
    case "--typical-p":
      typicalP = try arguments.number("a number from 0 to 1", in: share)
    case "--repetition-penalty":
      repetitionPenalty = try arguments.number(
        "a number above 0", in: Float.leastNonzeroMagnitude..<Float.infinity)
    case "--frequency-penalty": frequencyPenalty = try arguments.finiteNumber()
    case "--presence-penalty": presencePenalty = try arguments.finiteNumber()
    case "--penalty-window":
      penaltyWindow = try arguments.number("an integer from 0 on", in: 0...)
    case "--logit-bias":
      let (id, bias) = try arguments.value("a token's id and a number, as 42=-1.5") { text in
        let parts = text.split(separator: "=", maxSplits: 1)
        return
          if parts.count == 2, let id = Int(parts[0]), let bias = Float(parts[1]),
          bias.isFinite
        { (id, bias) } else { nil as (Int, Float)? }
      }
      logitBias[id] = bias
    case "--ban": bannedTokens.insert(try arguments.value("a token's id") { Int($0) })
    case "-s", "--seed":
      // A negative seed wraps around, as in run.c.
      seed = try arguments.value("an integer") {
        UInt64($0) ?? Int64($0).map { UInt64(bitPattern: $0) }
      }
    default: return false
    }
    return true
  }

  /// Refuses ids of tokens that a vocabulary does not have, and a ban of all that it has.
  package func checkTokens(vocabSize: Int) throws {
    for (flag, ids) in [
      ("--logit-bias", Array(logitBias.keys)), ("--ban", Array(bannedTokens)),
    ] {
      if let id = ids.sorted().first(where: { !(0..<vocabSize).contains($0) }) {
        throw Refusal(flag, "found token \(id), expected one from 0 to \(vocabSize - 1)")
      }
    }
    if bannedTokens.count == vocabSize {
      throw Refusal("--ban", "found all \(vocabSize) tokens, expected one that may be chosen")
    }
  }
}
