import Console
import Llama2

/// Writes the texts of a file's prompts, each as a JSON object in a line when it has ended.
func generateBatch(_ llama: Llama, _ options: Options) throws {
  let prompts = try Prompts(path: options.batch ?? "-")
  var generation = options.generation
  generation.steps = options.steps ?? 256
  let batch = Batch(llama, generation, atOnce: options.atOnce ?? 16) {
    prompts.next(waits: $0)
  }
  var texts: [Int: String] = [:]
  var (ended, failed, lastShown) = (0, 0, 0.0)
  batch.goesOn = { [unowned batch] in
    if now() - lastShown > 0.1 {
      lastShown = now()
      Output.showProgress(
        "\(ended + prompts.damaged) texts done, \(batch.speed.generatedTokens) tokens generated")
    }
    return !Interrupt.happened
  }
  for piece in batch {
    texts[piece.index, default: ""] += piece.text
    guard let end = piece.end, end.reason != .cancelled else { continue }
    try Output.line(
      json(
        piece.index, texts.removeValue(forKey: piece.index) ?? "", tokens: end.generatedTokens,
        reason: end.name, error: end.error.map { "\($0)" }))
    ended += 1
    if end.error != nil { failed += 1 }
  }
  if let error = prompts.error { throw error }
  (ended, failed) = (ended + prompts.damaged, failed + prompts.damaged)
  if failed > 0 { Output.note("run: \(failed) of \(ended) texts ended with an error") }
  finish(batch.speed, status: failed > 0 ? 1 : 0)
}

/// What is written of a text.
private func json(_ index: Int, _ text: String, tokens: Int, reason: String, error: String?)
  -> String
{
  var members: JSON.Members = [
    "index": .number(Double(index)), "reason": .string(Text(reason)), "text": .string(Text(text)),
    "tokens": .number(Double(tokens)),
  ]
  if let error { members["error"] = .string(Text(error)) }
  return JSON.object(members).encoded
}

/// The prompts of a file, one a line, read when they are asked for.
///
/// A line that begins with a quotation mark is a JSON string, any other is the prompt itself. So prompt i is
/// that of line i + 1; an empty line is an empty prompt. What is said of a damaged string is written in place
/// of its text.
private final class Prompts {
  /// What ended the prompts before the end of the file.
  private(set) var error: (any Error)?
  /// How many lines were damaged.
  private(set) var damaged = 0
  private let name: String
  private var lines: Lines
  /// The number of the line that was read last.
  private var line = 0

  /// - Parameter path: "-": standard input.
  init(path: String) throws {
    name = path == "-" ? "standard input" : path
    lines = path == "-" ? Lines() : try Lines(path: path)
  }

  /// - Parameter waits: whether to wait for a line that is not there yet.
  func next(waits: Bool) -> Batch.NextPrompt {
    do {
      while true {
        if !waits, try !lines.isReady() { return .notYet }
        guard let text = try lines.next() else { return .end }
        line += 1
        do {
          return .prompt(try prompt(text), index: line - 1)
        } catch {
          damaged += 1
          try Output.line(json(line - 1, "", tokens: 0, reason: "error", error: "\(error)"))
        }
      }
    } catch {
      self.error = error
      return .end
    }
  }

  private func prompt(_ text: String) throws -> String {
    var text = text
    if text.utf8.last == UInt8(ascii: "\r") { text.unicodeScalars.removeLast() }
    guard text.utf8.first == UInt8(ascii: "\"") else { return text }
    let json = try text.withUTF8 {
      try JSON.parse(UnsafeRawBufferPointer($0), path: "\(name), line \(line)")
    }
    return json.text?.description ?? ""
  }
}

extension Batch.End {
  /// The reason in a word.
  fileprivate var name: String {
    switch reason {
    case .endToken: "endToken"
    case .matched: "matched"
    case .stopText: "stopText"
    case .steps: "steps"
    case .context: "context"
    case .timeLimit: "timeLimit"
    case .cancelled: "cancelled"
    case .error: "error"
    }
  }
}
