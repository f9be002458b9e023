import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What was said in a conversation, as a file holds it: a JSON array of objects with a `role` and a
/// `content`, as in OpenAI's API and Hugging Face's chat templates.
struct Transcript {
  struct Message: Equatable {
    enum Role: String { case system, user, assistant }
    var role: Role
    var content: String
  }

  /// A system message or none, and then messages of the user, each with the assistant's reply.
  var messages: [Message] = []

  init() {}

  /// Reads a file. Throws a sentence for any other.
  init(file path: String) throws {
    guard let elements = try JSON.parse(file: path).array else {
      throw Refusal(path, "not a conversation: expected a JSON array of messages")
    }
    for (i, element) in elements.enumerated() {
      let fields = (element["role"]?.text?.description, element["content"]?.text?.description)
      guard let role = fields.0.flatMap(Message.Role.init), let content = fields.1 else {
        throw Refusal(
          path,
          "message \(i + 1) is \(element), expected a role (system, user, assistant) and a content")
      }
      let previous = messages.last?.role
      let expected: Message.Role = previous == nil || previous == .assistant ? .user : .assistant
      guard i == 0 && role == .system || previous == .system && role == .user || role == expected
      else {
        throw Refusal(path, "message \(i + 1) is the \(role)'s, expected the \(expected)'s")
      }
      messages.append(Message(role: role, content: content))
    }
    if messages.last?.role == .user {
      throw Refusal(path, "the last message is the user's, expected a reply to it")
    }
  }

  /// Writes a file. One that is there is replaced if it holds a conversation.
  func write(to path: String) throws {
    var text = "["
    for (i, message) in messages.enumerated() {
      let content = JSON.quoted(message.content)
      text += (i == 0 ? "\n" : ",\n") + #"  {"role": "\#(message.role)", "content": \#(content)}"#
    }
    text += "\n]\n"
    let target = try checkedTarget(path, force: true)
    if access(target, F_OK) == 0 && (try? Transcript(file: target)) == nil {
      throw Refusal(path, "is there already and holds no conversation: name another file")
    }
    let file = try TargetFile(target, size: text.utf8.count)
    try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    try TargetFile.commit([file])
  }
}
