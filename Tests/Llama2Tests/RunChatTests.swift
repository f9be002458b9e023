import Foundation
import Llama2
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
    self.model = try Self.write(Self.greeter(context: 4000), to: folder)
  }

  /// A model that says "Hi" to everything.
  private static func greeter(context: UInt32) -> SmallGGUF {
    var model = SmallGGUF(.gpt2, saying: ["\n", "H", "i", "<|im_end|>"])
    model["tokenizer.chat_template"] = .string(chatML)
    model["llama.context_length"] = .uint32(context)
    return model
  }

  /// A model that repeats, without an end, the token that it has read most often, and so shows what it
  /// has read: in a turn "s" comes most often, four times, if it is not in the message.
  private static func repeater(context: UInt32) -> SmallGGUF {
    var model = greeter(context: context)
    let n = SmallGGUF.size
    model.change("output.weight") { $0.data = SmallGGUF.matrix(n, n) { $0 == $1 ? 1 : 0 } }
    model.change("blk.0.attn_output.weight") {
      $0.data = SmallGGUF.matrix(n, n) { $0 == $1 ? 1000 : 0 }
    }
    return model
  }

  private static func write(_ model: SmallGGUF, to folder: Folder) throws -> String {
    try folder.write(model.file.bytes, to: "model.gguf")
  }

  /// A chat whose first question stands on the screen.
  private func chat(
    _ arguments: String..., with model: SmallGGUF? = nil, columns: Int = 80, kind: String = "xterm"
  ) throws -> PseudoTerminal {
    let path = try model.map { try Self.write($0, to: folder) } ?? self.model
    let terminal = try PseudoTerminal(
      .run, [path, "-m", "chat", "-t", "0", "-j", "1"] + arguments, columns: columns, kind: kind)
    if !arguments.contains("-i") { terminal.wait(row: "User:") }
    return terminal
  }

  private func repeated(_ letter: Character, _ count: Int = 12) -> String {
    String(repeating: letter, count: count)
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

  @Test func afterAMessageWhoseReadingIsInterruptedTheNextOneHasItsOwnReply() throws {
    let terminal = try chat(
      "-i", repeated("d", 100_000), "--max-tokens", "3",
      with: Self.repeater(context: 400_000), columns: 200)
    terminal.wait("progress") { $0.lastRow.hasPrefix("reading the prompt: ") }
    terminal.type("\u{3}")
    terminal.wait(row: "User:")
    #expect(!terminal.screen.rows.contains { $0.hasPrefix("Assistant:") })
    #expect(terminal.screen.rows.contains { $0.contains("was not read to its end") })
    terminal.say(repeated("b"))
    #expect(
      try transcript(terminal) == [message("user", repeated("b")), message("assistant", "bbb")])
  }

  /// Types a message, and Ctrl-C when the reply has begun.
  private func interrupt(_ terminal: PseudoTerminal, message: String) {
    let start = terminal.received.count
    terminal.type(message + "\r")
    terminal.wait("a reply") { _ in
      String(decoding: terminal.received[start...], as: UTF8.self).contains(/Assistant: .{20}/)
    }
    terminal.type("\u{3}")
    terminal.wait(row: "User:")
  }

  @Test func aReplyThatIsInterruptedIsSavedAsFarAsItWasShownAndGoesOn() throws {
    let terminal = try chat(with: Self.repeater(context: 400_000))
    interrupt(terminal, message: repeated("b"))
    let saved = try transcript(terminal)
    let reply = try #require(saved.last?["content"])
    // At Ctrl-C a terminal drops what it has not shown yet.
    let shown = String(decoding: terminal.received, as: UTF8.self).firstMatch(of: /Assistant: (b+)/)
    #expect(reply.hasPrefix(try #require(shown).1) && reply.allSatisfy { $0 == "b" })
    #expect(saved == [message("user", repeated("b")), message("assistant", reply)])
    terminal.say("/new")
    terminal.say("/load " + folder["saved.json"])
    interrupt(terminal, message: repeated("c"))
    let after = try transcript(terminal)
    #expect(Array(after.prefix(2)) == saved && after.count == 4)
    #expect(after[3]["content"]!.allSatisfy { $0 == "b" })
  }

  // MARK: Beyond the context

  @Test func aConversationGoesOnBeyondTheContextWithOneDimNote() throws {
    let terminal = try chat(with: Self.greeter(context: 256), columns: 200)
    for _ in 0..<20 { terminal.say("a") }
    let note = "run: the context of 256 tokens is full"
    let rows = terminal.screen.rows
    #expect(rows.count { $0 == "Assistant: Hi" } == 20 && rows.count { $0.hasPrefix(note) } == 1)
    #expect(String(decoding: terminal.received, as: UTF8.self).contains("\u{1B}[2m" + note))
    #expect(try transcript(terminal).count == 40)
    terminal.say("/new")
    terminal.say("a")
    #expect(terminal.screen.rows.count { $0.hasPrefix(note) } == 1)
    terminal.say("/load " + folder["saved.json"])
    terminal.say("a")
    #expect(terminal.screen.rows.count { $0.hasPrefix(note) } == 2)
  }

  @Test func theTokensOfNEndAConversationAndTheProgram() throws {
    let terminal = try chat("-n", "60", with: Self.greeter(context: 256), columns: 200)
    terminal.say("a")
    terminal.say("b")
    terminal.type("c\r")
    #expect(terminal.ending() == 0)
    let rows = terminal.screen.rows
    #expect(rows.count { $0 == "Assistant: Hi" } == 2)
    #expect(rows.contains { $0.hasPrefix("run: the 60 tokens of -n are used up") })
  }

  @Test func withoutRoomBeyondTheContextAnotherConversationCanBegin() throws {
    var model = SmallGGUF(.gpt2, .gpt2, saying: ["\n", "H", "i", "<|im_end|>"])
    model["tokenizer.chat_template"] = .string(Self.chatML)
    let terminal = try chat(with: model, columns: 200)
    for _ in 0..<20 { terminal.say("a") }
    #expect(
      terminal.screen.rows.contains { $0.hasSuffix("is full: /new begins another conversation") })
    #expect(terminal.screen.rows.count { $0 == "Assistant: Hi" } < 20)
    terminal.say("/new")
    terminal.say("a")
    #expect(try transcript(terminal) == [message("user", "a"), message("assistant", "Hi")])
  }

  @Test func aMessageThatDoesNotFitIntoTheContextIsRefusedAndTheChatGoesOn() throws {
    let terminal = try chat(with: Self.greeter(context: 256), columns: 400)
    for message in ["a", repeated("b", 300), "c"] { terminal.say(message) }
    let rows = terminal.screen.rows
    #expect(
      rows.contains { $0.contains(/^run: the prompt has 3\d\d tokens, where at most 2\d\d are/) })
    #expect(rows.count { $0 == "Assistant: Hi" } == 2)
    #expect(rows.count { $0.hasPrefix("Assistant:") } == 2)
    #expect(
      try transcript(terminal).compactMap { $0["role"] == "user" ? $0["content"] : nil } == [
        "a", "c",
      ])
    let piped = try Program.run(
      [model, "-m", "chat", "-t", "0", "-y", "", "-i", repeated("b", 300)], input: "c\n")
    #expect(piped.isRefusal(by: "run"), "\(piped)")
    // As run.c's, the conversation of a checkpoint of llama2.c ends with its context.
    let ended = try Program.run(
      [packageRoot + "/models/stories.bin", "-m", "chat", "-y", "", "-i", repeated("b", 3000)],
      input: "c\n")
    #expect(ended.status == 0 && ended.output == "Assistant: \n", "\(ended)")
    #expect(ended.complaints.count == 2 && ended.errors.contains("where at most 512 are allowed"))
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
    let terminal = try chat(columns: 400)
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
    #expect(rows.contains("\(folder.path): is a folder") && rows.contains("none/: No such file"))
    #expect(try folder.names == ["letter.txt", "model.gguf", "saved.json"])
  }

  @Test func loadGoesOnWithWhatWasSaved() throws {
    let terminal = try chat("--max-tokens", "3", "-y", "be", with: Self.repeater(context: 4000))
    for letter: Character in ["b", "c"] { terminal.say(repeated(letter)) }
    let saved = try transcript(terminal)
    #expect(saved.compactMap { $0["role"] == "assistant" ? $0["content"] : nil } == ["bbb", "bbb"])
    terminal.say(repeated("c"))
    let whole = try transcript(terminal)
    #expect(Array(whole.prefix(5)) == saved && whole.count == 7)
    try folder.write(JSONEncoder().encode(saved).map { $0 }, to: "edited.json")
    terminal.say("/system")
    terminal.say(repeated("d"))
    terminal.say("/load " + folder["edited.json"])
    terminal.say(repeated("c"))
    #expect(try transcript(terminal) == whole)
  }

  /// What `run` reads of a file, and the library's reply to what follows.
  @Test func theReplyBehindALoadedConversationIsTheLibrarys() throws {
    let (b, c, d) = (repeated("b"), repeated("c"), repeated("d"))
    let file = try folder.write(
      Array(
        #"""
        [{"role": "system", "content": "be\u0021"}, {"role": "user", "name": "x", "content": "\#(b)"},
         {"content": "bbb", "role": "assistant"}]
        """#.utf8), to: "conversation.json")
    let terminal = try chat("--max-tokens", "3", with: Self.repeater(context: 4000))
    terminal.say(d)
    terminal.say("/load " + file)
    #expect(terminal.screen.rows.joined().contains("conversation.json: 3 messages"))
    terminal.say(c)
    let said = Transcript(entries: [.instructions("be!"), .prompt(b), .response("bbb")])
    let llama = try Llama(checkpoint: model)
    let options = GenerationOptions(sampling: .greedy, maximumResponseTokens: 3)
    let reply = llama.chat(transcript: said, options: options).reply(to: c).joined()
    #expect(reply == "bbb" && llama.chat(options: options).reply(to: c).joined() == "ccc")
    let expected = [
      message("system", "be!"), message("user", b), message("assistant", "bbb"),
      message("user", c), message("assistant", reply),
    ]
    #expect(try transcript(terminal) == expected)
    let saved = try JSONDecoder().decode(Transcript.self, from: Data(folder.read("saved.json")))
    #expect(saved == Transcript(entries: Array(said) + [.prompt(c), .response(reply)]))
    let encoded = try folder.write(Array(JSONEncoder().encode(saved)), to: "encoded.json")
    terminal.say("/load " + encoded)
    #expect(try transcript(terminal) == expected)
    // Another conversation has the system prompt of the file.
    terminal.say("/new")
    #expect(try transcript(terminal) == [message("system", "be!")])
  }

  @Test func aFileThatHoldsNoConversationLeavesTheOneAtHand() throws {
    let terminal = try chat(columns: 500)
    terminal.say("a")
    let user = #"{"role": "user", "content": "u"}"#
    let assistant = #"{"role": "assistant", "content": "a"}"#
    let system = #"{"role": "system", "content": "s"}"#
    let files: [(String, String)] = [
      ("", "the file is empty"), ("{}", "expected a JSON array of messages"),
      ("[" + user, "damaged JSON"), ("\0\u{1B}[2J", "damaged JSON"),
      (repeated("[", 200_000), "JSON nested deeper"),
      ("[1]", "message 1 is 1, expected a role"),
      (#"[{"role": "robot", "content": "x"}]"#, "message 1 is {"),
      (#"[{"role": "user"}]"#, "message 1 is {"),
      (#"[{"role": "\u001b[2J", "content": "x"}]"#, #""?[2J""#),
      (#"[{"role": "user", "content": 5}]"#, "message 1 is {"),
      ("[\(user), \(user)]", "message 2 is the user's, expected the assistant's"),
      ("[\(user), \(assistant), \(system), \(user), \(assistant)]", "message 3 is the system's"),
      ("[\(system), \(system)]", "message 2 is the system's, expected the user's"),
      ("[\(assistant)]", "message 1 is the assistant's, expected the user's"),
      ("[\(user)]", "the last message is the user's, expected a reply"),
    ]
    for (i, (content, problem)) in files.enumerated() {
      let count = terminal.screen.rows.count
      terminal.say("/load " + (try folder.write(Array(content.utf8), to: "file\(i)")))
      let rows = terminal.screen.rows[count...]
      #expect(rows.count == 2 && rows.first!.hasPrefix("run: \(folder["file\(i)"]): "), "\(rows)")
      #expect(rows.first!.contains(problem), "\(rows)")
    }
    for (path, problem) in [("none", "No such file"), (".", "a folder"), ("/dev/zero", "a device")]
    {
      terminal.say("/load " + path)
      #expect(
        terminal.screen.rows.contains { $0.hasPrefix("run: \(path): ") && $0.contains(problem) })
    }
    terminal.say("b")
    #expect(
      try transcript(terminal)
        == [
          message("user", "a"), message("assistant", "Hi"), message("user", "b"),
          message("assistant", "Hi"),
        ])
  }
}
