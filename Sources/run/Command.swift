/// What can be typed in a chat besides messages.
enum Command: String, CaseIterable {
  case help, new, system, save, load, exit

  /// What stands behind its name.
  var argument: String? {
    switch self {
    case .help, .new, .exit: nil
    case .system: "TEXT"
    case .save, .load: "FILE"
    }
  }

  var meaning: String {
    switch self {
    case .help: "this list"
    case .new: "another conversation"
    case .system:
      "another conversation, with this system prompt or the usual one"
    case .save: "write the conversation to a file, as JSON"
    case .load: "go on with a conversation from a file"
    case .exit: "leave, as Ctrl-D does"
    }
  }

  static let list =
    allCases.map { command in
      let usage = "/\(command)" + (command.argument.map { " " + $0 } ?? "")
      return "  " + usage + String(repeating: " ", count: 14 - usage.count) + command.meaning
    }.joined(separator: "\n") + """

        //…           a message that begins with a slash
      Ctrl-C ends a reply, empties a line, and leaves from an empty one.
      Alt-Enter begins another line in a message, up and down bring back earlier ones.
      """

  /// A line that was typed.
  enum Line {
    case message(String)
    case command(Command, argument: String)
    case unknown(String)
  }

  /// What a line means: behind a slash there is a command, unless there is a second slash, or the text
  /// has many rows and no command's name, as what is pasted may begin with a path.
  static func parse(_ line: String) -> Line {
    guard line.hasPrefix("/") else { return .message(line) }
    let rest = line.dropFirst()
    if rest.hasPrefix("/") { return .message(String(rest)) }
    let name = rest.prefix { !$0.isWhitespace }
    if let command = Command(rawValue: String(name)) {
      let argument = rest.dropFirst(name.count).drop(while: \.isWhitespace)
      let space = argument.reversed().prefix(while: \.isWhitespace).count
      return .command(command, argument: String(argument.dropLast(space)))
    }
    return line.contains(where: \.isNewline) ? .message(line) : .unknown(String(name))
  }
}
