import Console
import Llama2

/// Writes the texts of a file's prompts, each as a JSON object in a line when it has ended.
func generateBatch(_ llama: Llama, _ options: Options) throws {
  let prompts = try Prompts(path: options.batch ?? "-")
  var generation = options.generation
  generation.steps = options.steps ?? 256
  let batch = llama.generate(prompts, options: generation, atOnce: options.atOnce ?? 16)
  var texts: [Int: String] = [:]
  var (ended, failed, lastShown) = (0, 0, 0.0)
  batch.goesOn = {
    if now() - lastShown > 0.1 {
      lastShown = now()
      Output.showProgress("\(ended) texts done, \(batch.speed.generatedTokens) tokens generated")
    }
    return !Interrupt.happened
  }
  for piece in batch {
    texts[piece.index, default: ""] += piece.text
    guard let end = piece.end, end.reason != .cancelled else { continue }
    try Output.line(end.json(piece.index, texts.removeValue(forKey: piece.index) ?? "").encoded)
    ended += 1
    if end.error != nil { failed += 1 }
  }
  if let error = prompts.error { throw error }
  if failed > 0 { Output.note("run: \(failed) of \(ended) texts ended with an error") }
  finish(batch.speed, status: failed > 0 ? 1 : 0)
}

/// The prompts of a file, one a line, read when they are asked for.
///
/// A line that begins with a quotation mark is a JSON string, any other is the prompt itself. So prompt i is
/// that of line i + 1; an empty line is an empty prompt.
private final class Prompts: Sequence, IteratorProtocol {
  /// What ended the prompts before the end of the file.
  private(set) var error: (any Error)?
  private let name: String
  private var lines: Lines
  private var line = 0

  /// - Parameter path: "-": standard input.
  init(path: String) throws {
    name = path == "-" ? "standard input" : path
    lines = path == "-" ? Lines() : try Lines(path: path)
  }

  func next() -> String? {
    guard error == nil else { return nil }
    do {
      line += 1
      return try lines.next().map(prompt)
    } catch {
      self.error = error
      return nil
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
  fileprivate func json(_ index: Int, _ text: String) -> JSON {
    var members: [Text: JSON] = [
      "index": .number(Double(index)), "text": .string(Text(text)),
      "tokens": .number(Double(generatedTokens)), "reason": .string(Text(name)),
    ]
    if let error { members["error"] = .string(Text("\(error)")) }
    return .object(JSON.Members(members))
  }

  /// The reason in a word.
  private var name: String {
    switch reason {
    case .endToken: "endToken"
    case .stopText: "stopText"
    case .steps: "steps"
    case .context: "context"
    case .timeLimit: "timeLimit"
    case .cancelled: "cancelled"
    case .error: "error"
    }
  }
}
