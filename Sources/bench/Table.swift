import Console

/// What was measured of one checkpoint with one number of threads.
struct Row {
  let shape: String
  let format: String
  let threads: Int
  /// Where in the context it was decoded; nil: at its beginning.
  var position: Int?
  let decode: DecodeRate
  /// nil where only decoding was measured.
  let prompt: PromptRate?

  static let heading = """
                                         decode                             prompt
    shape              weights  threads     tok/s    GB/s   limit   of it      tok/s  GFLOP/s
    """

  /// One line of the table.
  var line: String {
    let name = position.map { "\(shape) @\($0)" } ?? shape
    var line = name.padded(19) + format.padded(9) + "\(threads)".padded(-7)
    line += decode.tokensPerSecond.fixed(1).padded(-10)
    line += (decode.bytesPerSecond / 1e9).fixed(1).padded(-8)
    line += (decode.limit / 1e9).fixed(1).padded(-8)
    line += ((100 * decode.share).fixed(0) + " %").padded(-8)
    if let prompt {
      line += prompt.tokensPerSecond.fixed(1).padded(-11)
      line += (prompt.operationsPerSecond / 1e9).fixed(1).padded(-9)
    }
    return line
  }
}

extension String {
  /// With spaces behind it up to `width` characters, or in front of it up to -`width`.
  func padded(_ width: Int) -> String {
    let spaces = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? spaces + self : self + spaces
  }
}
