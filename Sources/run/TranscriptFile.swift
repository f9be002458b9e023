import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A conversation in a file, as `Transcript` is encoded.
extension Transcript {
  /// Reads a file. Throws a sentence for any other.
  init(file path: String) throws {
    guard let messages = try JSON.parse(file: path).array else {
      throw Refusal(path, "not a conversation: expected a JSON array of messages")
    }
    let entries = try messages.enumerated().map { i, message in
      guard let role = message["role"]?.text, let content = message["content"]?.text,
        let entry = Entry(role: role.description, content: content.description)
      else {
        throw Refusal(
          path,
          "message \(i + 1) is \(message), expected a role (system, user, assistant) and a content")
      }
      return entry
    }
    self.init(entries: entries)
    if let problem { throw Refusal(path, problem) }
  }

  /// Writes a file. One that is there is replaced if it holds a conversation.
  func write(to path: String) throws {
    let messages = map { #"  {"role": "\#($0.role)", "content": \#(JSON.quoted($0.content))}"# }
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
