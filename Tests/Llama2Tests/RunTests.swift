import Foundation
import Llama2
import Testing

/// A checkpoint, its vocabulary beside it, and `run` to tell what they say.
struct Stage {
  let folder: Folder
  let checkpoint: String

  init(_ shape: Shape = Shape(), _ format: Format = .v0) throws {
    folder = try Folder()
    checkpoint = try folder.write(Self.endless(Model(shape)).bytes(format), to: "model.bin")
    try folder.write(Vocabulary.english(size: shape.vocabSize).file, to: "tokenizer.bin")
  }

  /// A model whose likeliest token is never BOS or EOS, so that only the steps end a greedy text.
  private static func endless(_ model: Model) -> Model {
    var model = model
    for i in model.shape.dim..<3 * model.shape.dim { model.classifier.values[i] = 0 }
    if model.shape.tied { model.embedding = model.classifier }
    return model
  }

  func run(_ arguments: String..., input: String = "") throws -> Program.Ending {
    try Program.run([checkpoint] + arguments, input: input, in: folder)
  }

  /// What the library tells.
  func text(_ prompt: String = "", steps: Int, temperature: Float, topP: Float, seed: UInt64)
    throws -> String
  {
    let llama = try Llama(checkpoint: checkpoint, tokenizer: folder["tokenizer.bin"])
    let text = llama.generate(
      prompt, steps: steps, temperature: temperature, topP: topP, seed: seed)
    return text.joined()
  }
}

/// `run` as a process.
@Suite struct RunTests {
  @Test func theDefaultsAreThoseOfRunC() throws {
    let stage = try Stage()
    let plain = try stage.run("-s", "7")
    let spelled = try stage.run(
      "-s", "7", "-t", "1.0", "-p", "0.9", "-n", "256", "-m", "generate", "-i", "", "-z",
      stage.folder["tokenizer.bin"], "-j", "2")
    #expect(plain.status == 0 && plain.output == spelled.output)
    let expected = try stage.text(steps: 256, temperature: 1, topP: 0.9, seed: 7)
    #expect(plain.output == expected + "\n")
  }

  @Test func everyFlagIsObeyed() throws {
    let stage = try Stage(Shape(tied: false), .v1)
    let run = try stage.run("-t", "0.5", "-p", "0.3", "-s", "-3", "-n", "40", "-i", "the rain")
    let expected = try stage.text(
      "the rain", steps: 40, temperature: 0.5, topP: 0.3, seed: UInt64(bitPattern: -3))
    #expect(run.output == expected + "\n")
    let whole = try stage.run("-t", "0", "-n", "0")
    let context = try stage.text(steps: 320, temperature: 0, topP: 0.9, seed: 1)
    #expect(whole.output == context + "\n")
    #expect(try stage.run("-t", "0", "-n", "1000").output == whole.output)
    for threads in ["1", "3", "8"] {
      #expect(try stage.run("-t", "0", "-n", "0", "-j", threads).output == whole.output)
    }
  }

  @Test(arguments: [["-h"], ["--help"], ["model.bin", "-t", "1", "-h"]])
  func theUsageNamesEveryFlag(_ arguments: [String]) throws {
    let run = try Program.run(arguments)
    #expect(run.status == 0 && run.errors == "")
    for flag in ["-t", "-p", "-s", "-n", "-i", "-z", "-m", "-y", "-j", "-h"] {
      #expect(run.output.contains("  \(flag) "))
    }
  }

  @Test(arguments: [
    "-t x", "-t -1", "-t nan", "-t inf", "-t 1e", "-p 1.5", "-p -0.1", "-p x", "-p nan", "-s x",
    "-s 1.5", "-s 99999999999999999999", "-n 1e", "-n -1", "-n 2.5", "-n 99999999999999999999",
    "-m sing", "-j 0", "-j -1", "-j x", "-j 99999999999", "-t", "-n 5 -i", "-q 3", "--steps 3",
    "-t=3", "-tt 3", "- 3", "stray -n", "-T 1",
  ])
  func aBadFlagIsNamedInOneSentence(_ line: String) throws {
    let stage = try Stage()
    let arguments = line.split(separator: " ").map(String.init)
    let run = try Program.run([stage.checkpoint] + arguments)
    #expect(run.isRefusal(by: "run"), "\(run)")
    let flag = line.hasPrefix("-n 5") ? "-i" : arguments[0]
    #expect(run.errors.contains(flag), "\(run.errors)")
  }

  @Test(arguments: [[], ["-t", "0"], [""], ["no such file.bin"], ["/"]])
  func withoutACheckpointThereIsASentence(_ arguments: [String]) throws {
    let run = try Program.run(arguments)
    #expect(run.isRefusal(by: "run"), "\(run)")
  }

  @Test func thePromptMayComeFromStandardInput() throws {
    let stage = try Stage()
    for prompt in ["the rain", "two\nlines", "", "ünïcode 漢字 😀"] {
      let flagged = try stage.run("-t", "0", "-n", "60", "-i", prompt)
      #expect(flagged.output.hasPrefix(prompt))
      #expect(
        try stage.run("-t", "0", "-n", "60", "-i", "-", input: prompt).output == flagged.output)
      let line = try stage.run("-t", "0", "-n", "60", "-i", "-", input: prompt + "\n")
      #expect(line.output == flagged.output)
    }
  }

  @Test func theVocabularyBesideTheCheckpointComesBeforeTheOneInTheFolder() throws {
    let stage = try Stage()
    let elsewhere = try Folder()
    let expected = try stage.run("-t", "0", "-n", "20").output
    try elsewhere.write([1, 2, 3], to: "tokenizer.bin")
    #expect(
      try Program.run([stage.checkpoint, "-t", "0", "-n", "20"], in: elsewhere).output == expected)
    try elsewhere.write(try stage.folder.read("model.bin"), to: "model.bin")
    try elsewhere.write([], to: "tokenizer.bin")
    try FileManager.default.removeItem(atPath: elsewhere["tokenizer.bin"])
    let fallback = try Program.run(
      [elsewhere["model.bin"], "-t", "0", "-n", "20"], in: stage.folder)
    #expect(fallback.output == expected)
    let none = try Program.run([elsewhere["model.bin"]], in: elsewhere)
    #expect(none.isRefusal(by: "run") && none.errors.contains("tokenizer.bin"))
    let named = try Program.run(
      [elsewhere["model.bin"], "-z", stage.folder["tokenizer.bin"], "-t", "0", "-n", "20"],
      in: elsewhere)
    #expect(named.output == expected)
  }

  @Test func aLongPromptIsReadWhole() throws {
    let stage = try Stage(Shape(dim: 8, hiddenDim: 8, nLayers: 1, nHeads: 2, seqLen: 6000))
    let prompt = String(repeating: "the hen ran in the rain é ", count: 150)
    let run = try stage.run("-t", "0", "-n", "0", "-i", prompt)
    #expect(run.status == 0 && run.output.hasPrefix(prompt))
  }

  @Test func aPromptThatDoesNotFitIsRefusedWithItsLength() throws {
    let stage = try Stage(Shape(seqLen: 10))
    let prompt = "the hen ran in the rain"
    let context = try stage.run("-n", "0", "-i", prompt)
    #expect(context.isRefusal(by: "run") && context.errors.contains("context"))
    let tokens = try #require(context.errors.firstMatch(of: /prompt has (\d+) tokens/)?.1)
    #expect(Int(tokens)! > 10)
    let steps = try stage.run("-n", "3", "-i", "the rain")
    #expect(steps.isRefusal(by: "run") && steps.errors.contains("-n allows 3"))
  }

  @Test func theFiguresStandOnStandardError() throws {
    let stage = try Stage()
    let prompted = try stage.run("-t", "0", "-n", "40", "-i", "the rain")
    #expect(
      prompted.errors.wholeMatch(of: /prompt tok\/s: \d+\.\d+\nachieved tok\/s: \d+\.\d+\n/) != nil)
    let unprompted = try stage.run("-t", "0", "-n", "40")
    #expect(unprompted.errors.wholeMatch(of: /achieved tok\/s: \d+\.\d+\n/) != nil)
  }

  // MARK: Chat

  @Test func aChatAsksAndAnswersUntilTheEndOfInput() throws {
    let stage = try Stage()
    let run = try stage.run(
      "-m", "chat", "-t", "0", "-n", "0", "-s", "1", input: "be kind\nthe rain\n")
    let flagged = try stage.run(
      "-m", "chat", "-t", "0", "-n", "0", "-s", "1", "-y", "be kind", "-i", "the rain")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("Enter system prompt (optional): User: Assistant: "))
    #expect(flagged.output.hasPrefix("Assistant: "))
    #expect(run.output.hasSuffix(flagged.output))
    #expect(run.output != (try stage.run("-m", "chat", "-t", "0", input: "\nthe rain\n").output))
  }

  @Test(arguments: ["", "be kind", "be kind\n", "be kind\nthe rain", "\n\n\n\n"])
  func aChatEndsCleanlyWhereverItsInputEnds(_ input: String) throws {
    let stage = try Stage()
    let run = try stage.run("-m", "chat", "-t", "0", input: input)
    #expect(run.status == 0 && !run.wasKilled && run.output.hasSuffix("\n"))
  }

  @Test func aChatWhoseContextIsFullSaysSo() throws {
    let stage = try Stage(Shape(seqLen: 40))
    let run = try stage.run("-m", "chat", "-t", "0", "-n", "0", "-y", "", "-i", "the rain")
    #expect(run.status == 0 && run.errors.hasPrefix("run: ") && run.errors.contains("40"))
    let long = String(repeating: "the rain ", count: 200)
    let unread = try stage.run("-m", "chat", "-t", "0", "-n", "0", "-y", "", "-i", long)
    #expect(unread.status == 0 && unread.errors.contains("40"))
    let steps = try stage.run("-m", "chat", "-t", "0", "-n", "30", "-y", "", "-i", "the rain")
    #expect(steps.status == 0 && steps.errors.contains("30"))
  }

  @Test func aLongTurnIsReadWhole() throws {
    let stage = try Stage(Shape(seqLen: 8000))
    let long = String(repeating: "the hen ran in the rain ", count: 60)
    let run = try stage.run("-m", "chat", "-t", "0", "-n", "2200", "-y", long, input: long + "a\n")
    let other = try stage.run(
      "-m", "chat", "-t", "0", "-n", "2200", "-y", long, input: long + "o\n")
    #expect(run.status == 0 && run.output != other.output)
  }

  // MARK: Endings

  /// A model that talks for minutes.
  private func talkative() throws -> Stage {
    try Stage(Shape(hiddenDim: 172, nLayers: 4, seqLen: 400_000))
  }

  @Test func interruptEndsTheTextWithItsFiguresAndStatus130() throws {
    let stage = try talkative()
    let running = try Program.run.start([stage.checkpoint, "-t", "0", "-n", "0"])
    while try running.output.isEmpty && running.isRunning { usleep(10_000) }
    #expect(running.isRunning, "the text is to stream while it is told")
    usleep(100_000)
    running.interrupt()
    let run = try running.ending()
    #expect(!run.wasKilled && run.status == 130)
    #expect(run.output.hasSuffix("\n"))
    #expect(run.errors.wholeMatch(of: /achieved tok\/s: \d+\.\d+\n/) != nil)
  }

  @Test func interruptEndsAChatThatWaitsForALine() throws {
    let stage = try Stage()
    let typing = Pipe()
    let running = try Program.run.start([stage.checkpoint, "-m", "chat", "-y", ""], typing: typing)
    while try running.output.isEmpty && running.isRunning { usleep(10_000) }
    usleep(50_000)
    running.interrupt()
    let run = try running.ending()
    #expect(!run.wasKilled && run.status == 130)
    #expect(run.output.hasPrefix("User: ") && run.errors == "")
    try typing.fileHandleForWriting.close()
  }

  @Test func aClosedPipeEndsTheTextSilently() throws {
    let stage = try talkative()
    let shell = try Program(path: "/bin/sh")(
      [
        "-c", #"{ "$0" "$1" -t 0 -n 0; echo "status $?" >&2; } | head -c 20"#, Program.run.path,
        stage.checkpoint,
      ])
    #expect(shell.outputBytes.count == 20)
    // 141: a closed pipe's signal ended it, as it ends most programs.
    #expect(["status 0\n", "status 141\n"].contains(shell.errors))
  }
}
