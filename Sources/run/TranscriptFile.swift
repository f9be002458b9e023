import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A conversation in a file: a JSON array of objects with a `role` and a `content`, as in OpenAI's API
/// and Hugging Face's chat templates. A system message or none comes first, then messages of the user,
/// each with the assistant's reply.
extension Transcript {
  /// Reads a file. Throws a sentence for any other.
  init(file path: String) throws {
    guard let messages = try JSON.parse(file: path).array else {
      throw Refusal(path, "not a conversation: expected a JSON array of messages")
    }
    var entries: [Entry] = []
    var expected = ["system", "user"]
    for (i, message) in messages.enumerated() {
      let role = message["role"]?.text?.description ?? ""
      guard let content = message["content"]?.text?.description,
        let entry = Entry(role: role, content: content)
      else {
        throw Refusal(
          path,
          "message \(i + 1) is \(message), expected a role (system, user, assistant) and a content")
      }
      guard expected.contains(role) else {
        throw Refusal(
          path, "message \(i + 1) is the \(role)'s, expected the \(expected.last!)'s")
      }
      entries.append(entry)
      expected = role == "user" ? ["assistant"] : ["user"]
    }
    if expected == ["assistant"] {
      throw Refusal(path, "the last message is the user's, expected a reply to it")
    }
    self.init(entries: entries)
  }

  /// Writes a file. One that is there is replaced if it holds a conversation.
  func write(to path: String) throws {
    let messages = map { entry in
      #"  {"role": "\#(entry.message.role)", "content": \#(JSON.quoted(entry.message.content))}"#
    }
    var text = "[\n" + messages.joined(separator: ",\n") + "\n]\n"
    let target = try checkedTarget(path, force: true)
    if access(target, F_OK) == 0 && (try? Transcript(file: target)) == nil {
      throw Refusal(path, "is there already and holds no conversation: name another file")
    }
    let file = try TargetFile(target, size: text.utf8.count)
    try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    try TargetFile.commit([file])
  }
}

extension Transcript.Entry {
  /// nil: there is no such role.
  fileprivate init?(role: String, content: String) {
    switch role {
    case "system": self = .instructions(content)
    case "user": self = .prompt(content)
    case "assistant": self = .response(content)
    default: return nil
    }
  }

  fileprivate var message: (role: String, content: String) {
    switch self {
    case .instructions(let text): ("system", text)
    case .prompt(let text): ("user", text)
    case .response(let text): ("assistant", text)
    }
  }
}
