import Foundation
import Llama2
import Testing

/// `run --batch`: a text for each line of a file.
@Suite struct RunBatchTests {
  /// A line that `run --batch` writes.
  private struct Line: Decodable, Equatable {
    let index: Int
    let text: String
    let tokens: Int
    let reason: String
    var error: String?
  }

  private static func lines(_ run: Program.Ending) throws -> [Line] {
    try run.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }

  /// What the library gives for each prompt alone, where no text ends but by its steps.
  private static func expected(_ stage: Stage, _ prompts: [String], steps: Int) throws -> [Line] {
    let llama = try Llama(checkpoint: stage.checkpoint, tokenizer: stage.folder["tokenizer.bin"])
    return prompts.enumerated().map { i, prompt in
      let text = llama.generate(prompt, steps: steps, temperature: 0, seed: 5 + UInt64(i))
      return Line(
        index: i, text: text.joined(), tokens: text.generatedTokens, reason: "steps", error: nil)
    }
  }

  @Test func everyLineIsAPromptWhoseTextIsALineOfJSON() throws {
    let stage = try Stage()
    let file =
      "the rain\n\n\"two\\nlines \\u00e9 \\\"\"\r\n{\"a\": 1}\r\nünïcode 漢字 😀\n \"x\"\n\"\"\nlast"
    let prompts = [
      "the rain", "", "two\nlines é \"", "{\"a\": 1}", "ünïcode 漢字 😀", " \"x\"", "", "last",
    ]
    let expected = try Self.expected(stage, prompts, steps: 60)
    try stage.folder.write(Array(file.utf8), to: "prompts")
    for arguments in [
      [stage.folder["prompts"]], ["-"], ["-", "--at-once", "1"], ["-", "--at-once=256"],
    ] {
      let run = try Program.run(
        [stage.checkpoint, "-t", "0", "-n", "60", "-s", "5", "--batch"] + arguments, input: file)
      #expect(run.status == 0 && run.output.hasSuffix("\n"))
      let lines = try Self.lines(run)
      #expect(lines.sorted { $0.index < $1.index } == expected)
      if arguments.last == "1" { #expect(lines == expected) }
      #expect(
        run.errors.wholeMatch(of: /prompt tok\/s: \d+\.\d+\nachieved tok\/s: \d+\.\d+\n/) != nil)
    }
    let empty = try stage.run("--batch", "-")
    #expect(empty.status == 0 && empty.output == "" && empty.errors == "")
  }

  @Test func theLinesComeInTheOrderInWhichTheTextsEnd() throws {
    let stage = try Stage()
    let input = "a\n" + String(repeating: "the rain ", count: 20) + "\nin the hat on the rain\n"
    let run = try stage.run("-t", "0", "--max-tokens", "5", "--batch", "-", input: input)
    #expect(try Self.lines(run).map(\.index) == [0, 1, 2])
    let steps = try stage.run("-t", "0", "-n", "100", "--batch", "-", input: input)
    #expect(try Self.lines(steps).map(\.index) == [1, 2, 0])
  }

  @Test func anErrorInOneTextStandsInItsLine() throws {
    let stage = try Stage()
    let input = "the rain\n" + String(repeating: "z", count: 90) + "\na\n"
    let run = try stage.run("-t", "0", "-n", "60", "--batch", "-", input: input)
    let lines = try Self.lines(run).sorted { $0.index < $1.index }
    #expect(lines.map(\.reason) == ["steps", "error", "steps"] && lines[1].tokens == 0)
    #expect(lines[1].error?.contains("60") == true && lines[0].error == nil)
    #expect(run.status == 1 && run.errors.hasPrefix("run: 1 of 3 texts ended with an error\n"))
  }

  @Test(arguments: ["\"a", "\"a\" b", "\"\\x\"", "\"\\ud800\"", "\"a\tb\""])
  func damagedJSONIsAnErrorInItsLine(_ line: String) throws {
    let stage = try Stage()
    let run = try stage.run(
      "-t", "0", "-n", "20", "--batch", "-", input: "the rain\n\n\(line)\na\n\(line)\n")
    #expect(run.status == 1 && !run.wasKilled)
    let lines = try Self.lines(run).sorted { $0.index < $1.index }
    #expect(lines.map(\.reason) == ["steps", "steps", "error", "steps", "error"])
    for (i, line) in lines.enumerated() {
      #expect(line.index == i && (line.tokens == 0) == (line.reason == "error"))
      let problem = "standard input, line \(i + 1): damaged JSON: "
      #expect(line.error?.hasPrefix(problem) ?? (line.reason == "steps"))
    }
    #expect(run.errors.hasPrefix("run: 2 of 5 texts ended with an error\n"))
  }

  @Test func aTextBeginsWithItsLineThoughTheInputGoesOn() throws {
    let stage = try Stage()
    let input = Pipe()
    let running = try Program.run.start(
      [stage.checkpoint, "-t", "0", "-n", "30", "--batch", "-"], typing: input)
    func lines() throws -> Int { try running.output.count { $0 == 0x0A } }
    for (i, text) in ["the", " rain\na\nb", "c\n", "\"d", "\"\nlast"].enumerated() {
      try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
      let expected = [0, 2, 3, 3, 4][i]
      while try lines() < expected && running.isRunning { usleep(5000) }
      #expect(try lines() == expected && running.isRunning)
    }
    try input.fileHandleForWriting.close()
    let run = try running.ending()
    #expect(run.status == 0)
    let expected = try Self.expected(stage, ["the rain", "a", "bc", "d", "last"], steps: 30)
    #expect(try Self.lines(run).map(\.text) == expected.map(\.text))
  }

  /// While a text goes on, a line that is not whole yet does not hold it up.
  @Test func aLineThatIsNotWholeHoldsUpNoText() throws {
    let stage = try Stage()
    let input = Pipe()
    let running = try Program.run.start(
      [stage.checkpoint, "-t", "0", "-n", "30", "--batch", "-"], typing: input)
    try input.fileHandleForWriting.write(contentsOf: Data("the rain\nhalf a li".utf8))
    while try running.output.isEmpty && running.isRunning { usleep(5000) }
    running.interrupt()
    let run = try running.ending()
    #expect(try run.status == 130 && Self.lines(run).map(\.index) == [0])
  }

  @Test func anEndlessLineIsRefusedBeforeItFillsTheMemory() throws {
    let stage = try Stage()
    let input = "a\n" + String(repeating: "b", count: 1 << 26 + 1)
    let run = try stage.run("-n", "9", "--batch", "-", input: input)
    #expect(try run.status == 1 && Self.lines(run).map(\.index) == [0])
    #expect(run.errors.contains("run: standard input: more than 64 MB of text without an end"))
    #expect(try stage.run("-i", "-", input: input).isRefusal(by: "run"))
  }

  @Test func aNegativeSeedGoesOnBehindZero() throws {
    let stage = try Stage()
    let run = try stage.run("-s", "-1", "-n", "40", "--batch", "-", input: "a\na\na\n")
    let lines = try Self.lines(run).sorted { $0.index < $1.index }
    for (line, seed) in zip(lines, ["-1", "1", "2"]) {
      #expect(try stage.run("-s", seed, "-n", "40", "-i", "a").output == line.text + "\n")
    }
  }

  #if os(Linux)
    /// A KV cache of 1 GB of addresses for each text, of which so many may be used.
    @Test(arguments: [2, 3]) func withLittleMemoryFewerTextsAreInTheMaking(_ gigabytes: Int) throws
    {
      let folder = try Folder()
      var model = SmallGGUF(.gpt2)
      model[model.key("context_length")] = .uint32(2_000_000)
      let path = try folder.write(model.file.bytes, to: "model.gguf")
      let input = "a\nb\nc\nd\ne\nf\n"
      let arguments = [path, "-j", "1", "-s", "4", "-n", "20", "--batch", "-"]
      let whole = try Program.run(arguments, input: input)
      let limited = try Program(path: "/bin/sh")(
        ["-c", #"ulimit -v \#(1_400_000 + 1_000_000 * (gigabytes - 1)); exec "$0" "$@""#]
          + [Program.run.path] + arguments, input: input)
      #expect(limited.status == 0, "\(limited)")
      func sorted(_ run: Program.Ending) throws -> [Line] {
        try Self.lines(run).sorted { $0.index < $1.index }
      }
      #expect(try sorted(limited) == sorted(whole))
      // Without room for one, each text says so.
      let none = try Program(path: "/bin/sh")(
        ["-c", #"ulimit -v 700000; exec "$0" "$@""#, Program.run.path] + arguments, input: input)
      #expect(try none.status == 1 && Self.lines(none).allSatisfy { $0.reason == "error" })
    }
  #endif

  @Test(arguments: [
    ["--batch"], ["--batch", ""], ["--batch", "no such file"], ["--batch", "/"],
    ["--batch", "-", "-i", "a"],
    ["--batch", "-", "-m", "chat"], ["--batch", "-", "-m", "score"],
    ["--batch", "-", "--beams", "2"], ["--batch", "-", "--at-once", "0"],
    ["--batch", "-", "--at-once", "257"], ["--at-once", "2"],
    ["--batch", "-", "--draft", "small.gguf"], ["--batch", "-", "-y", "be kind"],
  ])
  func whatDoesNotGoWithABatchIsRefused(_ arguments: [String]) throws {
    let stage = try Stage()
    let run = try Program.run([stage.checkpoint] + arguments, input: "a\n")
    #expect(run.isRefusal(by: "run"), "\(run)")
    #expect(run.errors.contains("--") || run.errors.contains(arguments.last! + ": "))
  }

  @Test func interruptLeavesTheTextsThatAreWhole() throws {
    let stage = try Stage(Shape(hiddenDim: 172, nLayers: 4, seqLen: 400_000))
    // The other text goes on for minutes.
    let running = try Program.run.start(
      [stage.checkpoint, "-t", "0", "-n", "0", "--max-tokens", "300000", "--batch", "-"],
      input: "a\n\(String(repeating: "z", count: 400_001))\n")
    while try running.output.isEmpty && running.isRunning { usleep(10_000) }
    usleep(100_000)
    running.interrupt()
    let run = try running.ending()
    #expect(!run.wasKilled && run.status == 130)
    #expect(try Self.lines(run).map(\.index) == [1])
  }

  @Test func progressIsShownOnATerminalAndWiped() throws {
    let stage = try Stage()
    try stage.folder.write(
      Array(String(repeating: "the rain\n", count: 40).utf8), to: "prompts")
    let terminal = try PseudoTerminal(
      .run,
      [stage.checkpoint, "-t", "0", "-n", "200", "--batch", stage.folder["prompts"]])
    terminal.wait("the figures") { $0.rows.contains { $0.hasPrefix("achieved") } }
    #expect(terminal.ending() == 0)
    let written = String(decoding: terminal.received, as: UTF8.self)
    #expect(written.contains(/\d+ texts done, \d+ tokens generated/))
    #expect(!terminal.screen.rows.contains { $0.contains("texts done") })
  }
}
