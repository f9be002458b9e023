/// What was said in a conversation, in the words of Apple's Foundation Models.
///
///     let session = llama.session(instructions: "You are a poet.")
///     try await session.respond(to: "What is the sea?")
///     for entry in session.transcript {
///       if case .response(let text) = entry { print(text) }
///     }
///
/// One that was kept goes on with `Llama.chat(transcript:)` or `Llama.session(transcript:)`, if it has the
/// order of a conversation: instructions or none, then prompts, each with the response to it. Any other is
/// the error `LlamaError.badTranscript`.
///
/// It is encoded as an array of objects with a `role` (`system`, `user` or `assistant`) and a `content`, as in
/// OpenAI's API and Hugging Face's chat templates. So are the files that `run` writes at `/save` and reads at
/// `/load`.
public struct Transcript: Sendable, Equatable, Codable, RandomAccessCollection {
  /// One message.
  public enum Entry: Sendable, Equatable {
    /// How the assistant should be: the system prompt, in front of all others.
    case instructions(String)
    /// What the user said.
    case prompt(String)
    /// What the assistant replied to that, as far as it was emitted.
    case response(String)
  }

  private var entries: [Entry]

  /// - Parameter entries: the messages, in the order in which they were said.
  public init(entries: some Sequence<Entry> = []) { self.entries = Array(entries) }

  public init(from decoder: any Decoder) throws { entries = try [Entry](from: decoder) }

  public func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of messages.
  public var endIndex: Int { entries.count }
  /// The message at a place, from 0 on.
  public subscript(index: Int) -> Entry { entries[index] }

  /// This, and a message with the reply to it.
  func appending(_ message: String, _ reply: String) -> Transcript {
    Transcript(entries: entries + [.prompt(message), .response(reply)])
  }

  /// What keeps it from being a conversation that goes on with a message of the user, as a sentence's
  /// end; nil if nothing does.
  package var problem: String? {
    var expected = ["system", "user"]
    for (i, role) in entries.map(\.role).enumerated() {
      if !expected.contains(role) {
        return "message \(i + 1) is the \(role)'s, expected the \(expected.last!)'s"
      }
      expected = role == "user" ? ["assistant"] : ["user"]
    }
    return expected == ["assistant"]
      ? "the last message is the user's, expected a reply to it" : nil
  }
}

extension Transcript.Entry: Codable {
  private enum CodingKeys: CodingKey { case role, content }

  /// - Parameter role: `system`, `user` or `assistant`; nil is returned for any other.
  package init?(role: String, content: String) {
    switch role {
    case "system": self = .instructions(content)
    case "user": self = .prompt(content)
    case "assistant": self = .response(content)
    default: return nil
    }
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let role = try values.decode(String.self, forKey: .role)
    guard let entry = Self(role: role, content: try values.decode(String.self, forKey: .content))
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .role, in: values,
        debugDescription: "\(quoted(role)), expected system, user or assistant")
    }
    self = entry
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(role, forKey: .role)
    try values.encode(content, forKey: .content)
  }

  /// `system`, `user` or `assistant`.
  package var role: String {
    switch self {
    case .instructions: "system"
    case .prompt: "user"
    case .response: "assistant"
    }
  }

  /// The text of the message.
  package var content: String {
    switch self {
    case .instructions(let text), .prompt(let text), .response(let text): text
    }
  }
}
