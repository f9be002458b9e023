import Console
import Llama2

/// What was measured of one model with one number of threads.
struct Row {
  let shape: String
  let format: String
  let threads: Int
  /// Where in the context it was decoded; 0: at its beginning.
  let position: Int
  let decode: Rate
  /// nil where only decoding was measured.
  let prompt: (tokens: Int, rate: Rate)?

  init(_ model: Model, threads: Int, position: Int = 0, decode: Rate, prompt: Rate? = nil) {
    (shape, format) = (model.name, model.format)
    (self.threads, self.position, self.decode) = (threads, position, decode)
    self.prompt = prompt.map { (model.promptCount, $0) }
  }

  static let heading = """
                                              decode                          prompt
    model                weights  threads      tok/s    GB/s  of memory       tok/s  GFLOP/s  of peak
    """

  /// One line of the table.
  var line: String {
    func columns(_ rate: Rate, _ widths: (Int, Int, Int)) -> String {
      rate.tokensPerSecond.fixed(1).padded(widths.0)
        + (rate.workPerSecond / 1e9).fixed(1).padded(widths.1)
        + ((100 * rate.share).fixed(0) + " %").padded(widths.2)
    }
    let name = position == 0 ? shape : "  at \(position)"
    return String(name.prefix(20)).padded(21) + format.padded(9) + "\(threads)".padded(-7)
      + columns(decode, (-11, -8, -11)) + (prompt.map { columns($0.rate, (-12, -9, -9)) } ?? "")
  }

  fileprivate var json: JSON {
    func numbers(_ rate: Rate, work: Text, limit: Text) -> [Text: Double] {
      [
        "tokensPerSecond": rate.tokensPerSecond, work: rate.workPerSecond, limit: rate.limit,
        "share": rate.share,
      ]
    }
    let prompt = prompt.map { tokens, rate in
      JSON.numbers(
        numbers(rate, work: "operationsPerSecond", limit: "peak")
          .merging(["tokens": Double(tokens)]) { $1 })
    }
    return .object([
      "shape": .string(Text(shape)), "format": .string(Text(format)),
      "threads": .number(Double(threads)), "position": .number(Double(position)),
      "decode": .numbers(numbers(decode, work: "bytesPerSecond", limit: "bandwidth")),
      "prompt": prompt ?? .null,
    ])
  }
}

/// All that is measured: printed line by line, or as JSON at the end.
struct Report {
  let isJSON: Bool
  private(set) var rows: [Row] = []
  private var gains: [JSON] = []
  private var members: [Text: JSON] = [:]
  private var notes: [JSON] = []

  init(isJSON: Bool) { self.isJSON = isJSON }

  /// Prints a line, unless JSON is asked for.
  func line(_ text: String) throws {
    if !isJSON { try Output.line(text) }
  }

  /// Adds figures, and prints them.
  mutating func add(_ figures: [Text: JSON], _ line: String) throws {
    members.merge(figures) { $1 }
    try self.line(line)
  }

  mutating func add(_ row: Row) throws {
    rows.append(row)
    try line(row.line)
  }

  mutating func add(_ gain: Gain) throws {
    gains.append(gain.json)
    try line(gain.line)
  }

  /// Says what is not measured, and why.
  mutating func add(note: String) throws {
    notes.append(.string(Text(note)))
    try line(note)
  }

  func finish() throws {
    var all = members
    all["rows"] = .array(rows.map(\.json))
    all["gains"] = .array(gains)
    all["notes"] = .array(notes)
    if isJSON { try Output.line(JSON.object(JSON.Members(all)).encoded) }
  }
}

extension String {
  /// With spaces behind it up to `width` characters, or in front of it up to -`width`.
  func padded(_ width: Int) -> String {
    let spaces = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? spaces + self : self + spaces
  }
}
