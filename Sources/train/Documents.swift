import Console
import Llama2

/// A text to learn from; of a chat, one request and its answer.
package struct Document: Equatable, Sendable {
  /// The system prompt of an answer, if it has one.
  package var system: String?
  /// What the text is the answer to, if it is one.
  package var request: String?
  package var text: String
  /// Whether it continues the chat of the document before it.
  package var continuesChat = false
  /// Whether it is a text of which some lines, but not all, are a request and its answer.
  package var isMixed = false

  /// All of these.
  package var texts: [String] { [system, request, text].compactMap(\.self) }

  package init(
    system: String? = nil, request: String? = nil, text: String, continuesChat: Bool = false
  ) {
    (self.system, self.request, self.text, self.continuesChat) = (
      system, request, text, continuesChat
    )
  }
}

/// The documents in text files. Where a file has `<|endoftext|>`, that is what separates them,
/// elsewhere it is a blank line. Of a document with one or two tabs in each line, every line is a
/// document of its own, a request and the answer, or a system prompt, a request and the answer: together they
/// are one chat.
///
/// Throws for a file that is not in UTF-8, or has no text.
package func readDocuments(_ paths: [String]) throws -> [Document] {
  try paths.flatMap { path in
    let file = try MappedFile(path: path)
    return try withExtendedLifetime(file) {
      if let offset = firstInvalidByte(in: file.bytes) {
        throw Refusal(path, "byte \(offset) is not UTF-8, expected a text in UTF-8")
      }
      let documents = documents(in: file.bytes)
      guard !documents.isEmpty else { throw Refusal(path, "holds no text") }
      return documents
    }
  }
}

private typealias Bytes = Slice<UnsafeRawBufferPointer>

private func firstInvalidByte(in bytes: UnsafeRawBufferPointer) -> Int? {
  var (parser, iterator, offset) = (UTF8.ForwardParser(), bytes.makeIterator(), 0)
  while true {
    switch parser.parseScalar(from: &iterator) {
    case .valid(let character): offset += character.count
    case .error: return offset
    case .emptyInput: return nil
    }
  }
}

private func documents(in bytes: UnsafeRawBufferPointer) -> [Document] {
  let byteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  let parts = split(bytes[byteOrderMark...], at: Array("<|endoftext|>".utf8))
  return parts.flatMap { part in
    let lines = part.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    return parts.count > 1
      ? documents(of: lines[...])
      : lines.split { trimmed($0).isEmpty }.flatMap(documents(of:))
  }
}

private func split(_ bytes: Bytes, at mark: [UInt8]) -> [Bytes] {
  var parts: [Bytes] = []
  var (start, i) = (bytes.startIndex, bytes.startIndex)
  while i < bytes.endIndex {
    if bytes[i] == mark[0] && bytes[i...].starts(with: mark) {
      parts.append(bytes[start..<i])
      i += mark.count
      start = i
    } else {
      i += 1
    }
  }
  return parts + [bytes[start...]]
}

/// The document that lines are, or one for each of them if they are a chat's; none of blank lines.
private func documents(of lines: ArraySlice<Bytes>) -> [Document] {
  let turns = lines.filter { !trimmed($0).isEmpty }.map {
    $0.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map(trimmed)
  }
  let asked = turns.count { 2...3 ~= $0.count && !$0.contains(where: \.isEmpty) }
  if asked == turns.count {
    return turns.enumerated().map { (index, columns) in
      let texts = columns.map { String(decoding: $0, as: UTF8.self) }
      return Document(
        system: texts.count == 3 ? texts[0] : nil, request: texts[texts.count - 2],
        text: texts[texts.count - 1], continuesChat: index > 0)
    }
  }
  let text = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  var document = Document(text: String(decoding: trimmed(text[...]), as: UTF8.self))
  document.isMixed = asked > 0
  return [document]
}

/// Without spaces, tabs and ends of lines in front and behind.
private func trimmed<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text.SubSequence {
  func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
  let rest = text.drop(while: isSpace)
  guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return rest }
  return rest[...last]
}
