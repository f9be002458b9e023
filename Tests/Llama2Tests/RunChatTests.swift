import Foundation
import Testing

/// `run -m chat` on a terminal.
@Suite struct RunChatTests {
  private let folder: Folder
  private let model: String
  private static let chatML =
    #"{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"#
    + #" + '<|im_end|>' + '\n'}}{% endfor %}{{ '<|im_start|>assistant\n' }}"#

  init() throws {
    folder = try Folder()
    var model = SmallGGUF(.gpt2, saying: ["\n", "H", "i", "<|im_end|>"])
    model["tokenizer.chat_template"] = .string(Self.chatML)
    model["gpt2.context_length"] = .uint32(4000)
    model["llama.context_length"] = .uint32(4000)
    self.model = try folder.write(model.file.bytes, to: "model.gguf")
  }

  /// A chat whose first question stands on the screen.
  private func chat(_ arguments: String..., columns: Int = 80, kind: String = "xterm") throws
    -> PseudoTerminal
  {
    let terminal = try PseudoTerminal(
      .run, [model, "-m", "chat", "-t", "0", "-j", "1"] + arguments, columns: columns, kind: kind)
    terminal.wait(row: "User:")
    return terminal
  }

  /// The messages of the conversation so far, as /save writes them.
  private func transcript(_ terminal: PseudoTerminal) throws -> [[String: String]] {
    terminal.say("/save " + folder["saved.json"])
    let bytes = try folder.read("saved.json")
    return try #require(
      JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: String]])
  }

  private func message(_ role: String, _ content: String) -> [String: String] {
    ["role": role, "content": content]
  }

  // MARK: A line

  @Test(arguments: [
    ("abc\u{1B}[DX", "abXc"), ("abc\u{2}\u{2}X", "aXbc"), ("abc\u{1B}[D\u{1B}[D\u{1B}[CX", "abXc"),
    ("ab\u{1B}[HX", "Xab"), ("ab\u{1}X\u{5}Y", "XabY"), ("ab\u{1B}OHX\u{1B}OFY", "XabY"),
    ("ab\u{1B}[1~X\u{1B}[4~Y", "XabY"), ("abc\u{7F}", "ab"), ("abc\u{8}", "ab"),
    ("abc\u{1}\u{1B}[3~", "bc"), ("abc\u{1}\u{4}", "bc"), ("abc\u{1}\u{6}\u{B}X", "aX"),
    ("abc\u{1B}[D\u{15}X", "Xc"), ("ab cd  \u{17}X", "ab X"), ("ab cd\u{1B}[1;5DX", "ab Xcd"),
    ("ab cd\u{1B}b\u{1B}bX", "Xab cd"), ("ab cd\u{1}\u{1B}[1;3CX", "abX cd"),
    ("ab cd\u{1}\u{1B}fX", "abX cd"), ("ab cd\u{1}\u{1B}d", " cd"), ("ab cd\u{1B}\u{7F}X", "ab X"),
    ("ab\u{1B}[D\u{1B}[D\u{1B}[D\u{1B}[DX", "Xab"), ("ab\u{1B}[C\u{1B}[CX", "abX"),
    // Characters of many bytes, scalars and columns.
    ("añ\u{1B}[DX", "aXñ"), ("e\u{301}\u{7F}x", "x"), ("漢字\u{1B}[DX", "漢X字"),
    ("a👩‍👩‍👧b\u{1B}[D\u{7F}X", "aXb"),
    // Keys that are not known.
    ("a\u{1B}[15~b\u{1B}[[Ac\u{1B}[999;9zd\u{1B}xe\u{0}\u{1}\u{5}", "abcde"),
    ("ab\u{C}c", "abc"), ("ab\u{1A}c", "abc"),
  ])
  func aKeyDoesWhatReadlineDoes(_ keys: String, _ line: String) throws {
    let terminal = try chat()
    terminal.type(keys)
    terminal.wait(row: "User: " + line)
    terminal.type("\u{5}|")
    terminal.wait(row: "User: " + line + "|")
  }

  @Test func bytesThatArriveOneByOneAreTheSameKeys() throws {
    let terminal = try chat()
    for byte in "漢é\u{1B}[D\u{1B}[1;5DX\u{1B}[200~a\rb\u{1B}[201~".utf8 { terminal.type([byte]) }
    terminal.wait(row: "User: Xa↵b漢é")
  }

  @Test func theCursorStandsWhereTheNextKeyGoes() throws {
    let terminal = try chat()
    terminal.type("漢e\u{301}x")
    terminal.wait("cursor behind") { $0.lastRow == "User: 漢e\u{301}x" && $0.column == 10 }
    for column in [9, 8, 6, 6] {
      terminal.type("\u{1B}[D")
      terminal.wait("cursor in column \(column)") { $0.column == column }
    }
  }

  @Test func upAndDownRecallLinesAndKeepTheNewOne() throws {
    let terminal = try chat()
    terminal.say("one")
    terminal.say("two")
    terminal.say("two")
    terminal.type("new")
    for (key, line) in [
      ("A", "two"), ("A", "one"), ("A", "one"), ("B", "two"), ("B", "new"), ("B", "new"),
    ] {
      terminal.type("\u{1B}[" + key)
      terminal.wait(row: "User: " + line)
    }
    terminal.type("\u{1B}[A!\u{1B}[A\u{1B}[B")
    terminal.wait(row: "User: two!")
  }

  @Test func aLineLongerThanTheTerminalStaysInItsRow() throws {
    let terminal = try chat(columns: 30)
    let row = terminal.screen.row
    let words = (1...20).map { "word\($0)" }.joined(separator: " ")
    terminal.type(words)
    terminal.wait("the end of the line") { $0.lastRow.hasSuffix("word19 word20") }
    #expect(terminal.screen.row == row && terminal.screen.lastRow.hasPrefix("User: "))
    terminal.type("\u{1}")
    terminal.wait("the beginning of the line") { $0.lastRow.hasPrefix("User: word1 word2") }
    #expect(terminal.screen.row == row && terminal.screen.column == 6)
    #expect(terminal.screen.lastRow.count <= 30)
    terminal.say("")
    // A space at the end of a row is not seen.
    let shown = terminal.screen.rows.joined().filter { $0 != " " }
    #expect(shown.contains("User:" + words.filter { $0 != " " }), "\(terminal.screen.rows)")
    #expect(try transcript(terminal)[0] == message("user", words))
  }

  @Test func pastedLinesAreOneMessage() throws {
    let terminal = try chat()
    terminal.type("see: \u{1B}[200~first\rsecond\u{7}\u{1B}[31m\r\n\tthird\u{1B}[201~")
    terminal.wait(row: "User: see: first↵second[31m↵ third")
    terminal.say("!")
    #expect(
      try transcript(terminal)
        == [message("user", "see: first\nsecond[31m\n\tthird!"), message("assistant", "Hi")])
  }

  @Test func aDumbTerminalGetsNoEscapeSequences() throws {
    let terminal = try chat(kind: "dumb")
    terminal.say("a")
    terminal.say("")
    terminal.type("\u{4}")
    #expect(terminal.ending() == 0)
    #expect(!terminal.received.contains(0x1B))
    #expect(terminal.screen.rows.filter { $0 == "Assistant: Hi" }.count == 1)
  }

  // MARK: The conversation

  @Test func theBannerNamesTheModelItsContextAndTheWayOut() throws {
    let terminal = try chat()
    let banner = terminal.screen.rows[0]
    for part in ["model.gguf", "4000", "Ctrl-D", "/help"] { #expect(banner.contains(part)) }
    #expect(terminal.screen.rows.count == 2)
  }

  @Test func anEmptyLineIsNoTurn() throws {
    let terminal = try chat()
    for line in ["", "  ", "\u{1B}[200~\r\r\u{1B}[201~", "a"] { terminal.say(line) }
    #expect(try transcript(terminal) == [message("user", "a"), message("assistant", "Hi")])
  }

  @Test func interruptEndsTheReplyAndTheChatGoesOn() throws {
    let stage = try Stage(Shape(hiddenDim: 172, nLayers: 4, seqLen: 400_000))
    let terminal = try PseudoTerminal(.run, [stage.checkpoint, "-m", "chat", "-y", "", "-t", "0"])
    terminal.wait(row: "User:")
    for _ in 0..<2 {
      terminal.type("the rain\r")
      let start = terminal.received.count
      terminal.wait("a reply") { _ in
        String(decoding: terminal.received[start...], as: UTF8.self)
          .contains(/Assistant: [^\u{1B}]{40}/)
      }
      terminal.type("\u{3}")
      terminal.wait(row: "User:")
    }
    terminal.type("\u{4}")
    #expect(terminal.ending() == 0)
  }

  @Test func interruptEmptiesALineAndLeavesFromAnEmptyOne() throws {
    let terminal = try chat()
    let settings = terminal.settings
    terminal.type("abc\u{3}")
    terminal.wait("another line") { $0.rows.suffix(2) == ["User: abc^C", "User:"] }
    terminal.type("\u{3}")
    #expect(terminal.ending() == 130)
    #expect(terminal.screen.column == 0 && terminal.settings != settings)
  }

  @Test(arguments: ["\u{4}", "\u{3}", "/exit\r", "a\r\u{4}", "SIGTERM", "SIGHUP", "abc SIGTERM"])
  func theTerminalIsLeftAsItWas(_ end: String) throws {
    let untouched = try PseudoTerminal(Program(path: "/bin/cat"), [])
    let terminal = try chat()
    #expect(terminal.settings != untouched.settings)
    let signal: Int32? = end.hasSuffix("SIGTERM") ? SIGTERM : end.hasSuffix("SIGHUP") ? SIGHUP : nil
    if let signal {
      terminal.type(end.hasPrefix("abc") ? "abc" : "")
      if end.hasPrefix("abc") { terminal.wait(row: "User: abc") }
      kill(terminal.process, signal)
    } else {
      terminal.type(end)
    }
    #expect(terminal.ending() == signal.map { -$0 } ?? (end == "\u{3}" ? 130 : 0))
    #expect(terminal.settings == untouched.settings)
    let written = String(decoding: terminal.received, as: UTF8.self)
    #expect(
      written.ranges(of: "\u{1B}[?2004h").count == written.ranges(of: "\u{1B}[?2004l").count)
  }

  @Test func theEndOfInputAtTheSystemPromptEndsTheProgram() throws {
    let stage = try Stage()
    let terminal = try PseudoTerminal(.run, [stage.checkpoint, "-m", "chat", "-t", "0"])
    terminal.wait(row: "Enter system prompt (optional):")
    terminal.type("\u{4}")
    #expect(terminal.ending() == 0)
    #expect(!terminal.screen.rows.contains { $0.hasPrefix("User") } && terminal.screen.column == 0)
  }

  @Test func theProgressOfALongMessageIsWiped() throws {
    let stage = try Stage(Shape(dim: 64, hiddenDim: 172, nLayers: 4, seqLen: 20_000))
    let long = String(repeating: "the hen ran in the rain ", count: 120)
    for arguments in [["-m", "chat", "-y", "", "-n", "0", "-i", long], ["-n", "0", "-i", long]] {
      let terminal = try PseudoTerminal(.run, [stage.checkpoint, "-t", "0"] + arguments)
      terminal.wait("the text") {
        $0.rows.contains { $0.hasPrefix("Assistant: ") || $0.hasPrefix("the hen ran") }
      }
      let written = String(decoding: terminal.received, as: UTF8.self)
      #expect(written.contains("reading the prompt: "))
      #expect(!terminal.screen.rows.joined().contains("reading"), "\(terminal.screen.rows)")
    }
  }

  @Test func interruptWhileALongMessageIsReadWipesItsProgress() throws {
    let stage = try Stage(Shape(dim: 64, hiddenDim: 172, nLayers: 8, seqLen: 200_000))
    let long = String(repeating: "the hen ran in the rain ", count: 4000)
    let path = try stage.folder.write(Array(long.utf8), to: "long.txt")
    let terminal = try PseudoTerminal(
      Program(path: "/bin/sh"),
      ["-c", #"exec "$0" "$1" -n 0 -i - < "$2""#, Program.run.path, stage.checkpoint, path])
    terminal.wait("progress") { $0.lastRow.hasPrefix("reading the prompt: ") }
    terminal.type("\u{3}")
    #expect(terminal.ending() == 130)
    #expect(!terminal.screen.rows.joined().contains("reading"), "\(terminal.screen.rows)")
  }

  // MARK: Commands

  @Test func helpListsEveryCommand() throws {
    let terminal = try chat()
    terminal.say("/help")
    for command in ["/help", "/new", "/system TEXT", "/save FILE", "/load FILE", "/exit", "//"] {
      #expect(
        terminal.screen.rows.contains { $0.contains("  \(command) ") || $0.contains(command + "…") }
      )
    }
    #expect(terminal.screen.rows.allSatisfy { $0.count <= 80 })
  }

  @Test func aCommandThatIsNotKnownSaysWhichAre() throws {
    let terminal = try chat()
    terminal.say("/frobnicate now")
    let rows = terminal.screen.rows.joined()
    #expect(rows.contains("run: /frobnicate: no such command") && rows.contains("/load, /exit"))
    for (line, problem) in [
      ("/save", "expected the name of a file"), ("/load", "expected the name of a file"),
      ("/new x", "found \"x\", expected nothing"), ("/exit now", "found \"now\""),
    ] {
      terminal.say(line)
      #expect(terminal.screen.rows.joined().contains("\(line.prefix { $0 != " " }): \(problem)"))
    }
    terminal.say("//etc is a folder")
    terminal.say("\u{1B}[200~/etc/fstab\rand /etc/passwd\u{1B}[201~")
    let said = try transcript(terminal).compactMap { $0["role"] == "user" ? $0["content"] : nil }
    #expect(said == ["/etc is a folder", "/etc/fstab\nand /etc/passwd"])
  }

  @Test func anotherConversationBeginsEmpty() throws {
    let terminal = try chat("-y", "be")
    terminal.say("a")
    #expect(
      try transcript(terminal)
        == [message("system", "be"), message("user", "a"), message("assistant", "Hi")])
    terminal.say("/new")
    terminal.say("b")
    #expect(
      try transcript(terminal)
        == [message("system", "be"), message("user", "b"), message("assistant", "Hi")])
    terminal.say("/system  be kind ")
    terminal.say("c")
    #expect(
      try transcript(terminal)
        == [message("system", "be kind"), message("user", "c"), message("assistant", "Hi")])
    terminal.say("/system")
    terminal.say("d")
    #expect(try transcript(terminal) == [message("user", "d"), message("assistant", "Hi")])
  }

  @Test func saveReplacesNothingButAConversation() throws {
    let terminal = try chat()
    terminal.say(#"a "quoted" \ tab"#)
    #expect(try transcript(terminal).count == 2)
    terminal.say("b")
    #expect(try transcript(terminal).count == 4)
    let letter = try folder.write(Array("dear".utf8), to: "letter.txt")
    terminal.say("/save " + letter)
    terminal.say("/save " + folder.path)
    terminal.say("/save " + folder["none/x"])
    #expect(try folder.read("letter.txt") == Array("dear".utf8))
    let rows = terminal.screen.rows.joined()
    #expect(rows.contains("letter.txt: is there already and holds no conversation"))
    #expect(try folder.names == ["letter.txt", "model.gguf", "saved.json"])
  }
}
