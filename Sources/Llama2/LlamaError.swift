/// Why a model cannot be opened, or why a text ended before its end.
///
/// `description` is one sentence for the person who chose the file or wrote the prompt: what was found,
/// what was expected, what to do. `localizedDescription` is the same sentence.
///
///     do {
///       let llama = try Llama(checkpoint: "model.gguf")
///       …
///     } catch {
///       print(error.localizedDescription)  // model.gguf: No such file or directory
///     }
public enum LlamaError: Error, Equatable, CustomStringConvertible {
  /// The operating system would not open, map or write the file.
  case cannotRead(path: String, reason: String)
  /// The file is not a checkpoint that can be run.
  case badCheckpoint(path: String, problem: String)
  /// The file is not a vocabulary, or not the checkpoint's.
  case badVocabulary(path: String, problem: String)
  /// The model's chat template cannot be used, or the one that was named.
  case badTemplate(path: String, problem: String)
  /// The messages of a transcript do not have the order of a conversation.
  case badTranscript(problem: String)
  /// No text can be generated that matches the pattern, or it has something that is not supported.
  case badPattern(problem: String)
  /// The file or text is not JSON.
  case badJSON(path: String, problem: String)
  /// There is no memory for what the checkpoint's sizes ask for.
  case outOfMemory(bytes: Int, purpose: String)
  /// The checkpoint's logits after `position` are NaN or infinite.
  case notFinite(path: String, position: Int)
  /// The prompt has more tokens than the text may have, or than fit into the context.
  case promptTooLong(tokens: Int, limit: Int)
  /// A session was asked while its last reply goes on.
  case busy

  /// What was found and what to do, in one sentence.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason): "\(path): \(reason)"
    case .badCheckpoint(let path, let problem): "\(path): \(problem)"
    case .badVocabulary(let path, let problem): "\(path): \(problem)"
    case .badTemplate(let path, let problem): "\(path): \(problem)"
    case .badTranscript(let problem): "the transcript is no conversation to go on with: \(problem)"
    case .badPattern(let problem): "the pattern: \(problem)"
    case .badJSON(let path, let problem): "\(path): \(problem)"
    case .outOfMemory(let bytes, let purpose): "no memory for \(purpose): \(bytes) bytes"
    case .notFinite(let path, let position):
      "\(path): the logits at position \(position) are not finite numbers, so the weights are"
        + " damaged, or not those of a Llama"
    case .promptTooLong(let tokens, let limit):
      "the prompt has \(tokens) tokens, where at most \(limit) are allowed"
    case .busy:
      "the session is still responding: wait for the reply to end, or start another session"
    }
  }
}

/// Traps with `message`, a caller's mistake, unless `condition` holds. `precondition` prints its message only
/// in builds that are not optimised.
func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
