/// What was said in a conversation, in the words of Apple's Foundation Models.
///
///     let session = llama.session(instructions: "You are a poet.")
///     try await session.respond(to: "What is the sea?")
///     for entry in session.transcript {
///       if case .response(let text) = entry { print(text) }
///     }
///
/// One that was kept goes on with `Llama.chat(transcript:)` or `Llama.session(transcript:)`.
public struct Transcript: Sendable, Equatable, Codable, RandomAccessCollection {
  /// One message.
  public enum Entry: Sendable, Equatable, Codable {
    /// How the assistant should be: the system prompt, in front of all others.
    case instructions(String)
    /// What the user said.
    case prompt(String)
    /// What the assistant replied to that, as far as it was emitted.
    case response(String)
  }

  private var entries: [Entry]

  public init(entries: some Sequence<Entry> = []) { self.entries = Array(entries) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { entries.count }
  public subscript(index: Int) -> Entry { entries[index] }

  mutating func append(_ entry: Entry) { entries.append(entry) }
}
