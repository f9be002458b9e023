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
      #expect(run.output.contains("  \(flag), --"))
    }
    for flag in [
      "temperature", "top-p", "seed", "steps", "prompt", "tokenizer", "mode", "system", "threads",
      "top-k", "min-p", "typical-p", "repetition-penalty", "frequency-penalty", "presence-penalty",
      "penalty-window", "logit-bias", "ban", "stop", "time-limit", "max-tokens", "beams",
      "length-penalty", "batch", "at-once", "template", "no-think", "draft", "version", "help",
    ] {
      #expect(run.output.contains(try Regex("--\(flag)[ \n]")), "\(flag)")
    }
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count < 100 })
  }

  @Test func aLongNameIsTheLetter() throws {
    let stage = try Stage()
    let letters = try stage.run(
      "-t", "0.5", "-p", "0.3", "-s", "9", "-n", "40", "-i", "the rain", "-m", "generate", "-j",
      "2", "-z", stage.folder["tokenizer.bin"])
    #expect(letters.status == 0)
    let names = [
      "--temperature", "0.5", "--top-p", "0.3", "--seed", "9", "--steps", "40", "--prompt",
      "the rain", "--mode", "generate", "--threads", "2", "--tokenizer",
      stage.folder["tokenizer.bin"],
    ]
    #expect(try Program.run([stage.checkpoint] + names).output == letters.output)
    let joined = stride(from: 0, to: names.count, by: 2).map { names[$0] + "=" + names[$0 + 1] }
    #expect(try Program.run([stage.checkpoint] + joined).output == letters.output)
    #expect(try Program.run(joined + [stage.checkpoint]).output == letters.output)
    #expect(try Program.run(names + [stage.checkpoint]).output == letters.output)
    #expect(
      try stage.run("--mode=chat", "--system=a=b", "-i", "c", "-t", "0").output
        == stage.run("-m", "chat", "-y", "a=b", "-i", "c", "-t", "0").output)
  }

  @Test func anOptionOfManyValuesMayBeRepeated() throws {
    let stage = try Stage()
    let whole = try stage.run("-t", "0", "-n", "60", "-i", "the")
    let letters = Set(whole.output.dropFirst(3).filter(\.isLetter)).sorted().map(String.init)
    try #require(letters.count > 1)
    let stopped = try stage.run(
      "-t", "0", "-n", "60", "-i", "the", "--stop", letters[0], "--stop=" + letters[1])
    let end = whole.output.dropFirst(3).prefix { !letters.prefix(2).contains(String($0)) }
    #expect(stopped.output == "the" + end + "\n")
  }

  @Test(arguments: [Program.run, .export, .bench]) func theVersionIsPrinted(_ program: Program)
    throws
  {
    let run = try program(["--version"])
    #expect(run.status == 0 && run.errors == "")
    #expect(run.output.wholeMatch(of: /llama2\.swift \d+\.\d+\n/) != nil)
  }

  @Test(arguments: [
    "-t x", "-t -1", "-t nan", "-t inf", "-t 1e", "-p 1.5", "-p -0.1", "-p x", "-p nan", "-s x",
    "-s 1.5", "-s 99999999999999999999", "-n 1e", "-n -1", "-n 2.5", "-n 99999999999999999999",
    "-m sing", "--temperature -1", "--temperature=nan", "--temperature=inf", "--top-p=2",
    "--top-k -1", "--top-k 1.5", "--min-p 1.1", "--min-p=nan", "--typical-p -0.1",
    "--repetition-penalty 0", "--repetition-penalty -1", "--repetition-penalty=inf",
    "--frequency-penalty inf", "--presence-penalty=nan", "--penalty-window -1",
    "--logit-bias 5", "--logit-bias x=1", "--logit-bias 5=nan", "--logit-bias=99999=1",
    "--logit-bias -1=1", "--ban x", "--ban 99999", "--ban=-1", "--stop=", "--time-limit 0",
    "--time-limit nan", "--max-tokens 0", "--beams 0", "--beams=2 -m chat", "--length-penalty nan",
    "--length-penalty 1", "--no-think=1", "--unknown=1", "--stop",
    "-j 0", "-j -1", "-j x", "-j 99999999999", "-t", "-n 5 -i", "-q 3",
    "-t=3", "-tt 3", "- 3", "stray -n", "-T 1",
  ])
  func aBadFlagIsNamedInOneSentence(_ line: String) throws {
    let stage = try Stage()
    let arguments = line.split(separator: " ").map(String.init)
    let run = try Program.run([stage.checkpoint] + arguments)
    #expect(run.isRefusal(by: "run"), "\(run)")
    let flag = line.hasPrefix("-n 5") ? "-i" : String(arguments[0].prefix { $0 != "=" })
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
    #expect(none.isRefusal(by: "run"))
    for part in [
      elsewhere["tokenizer.bin"], elsewhere["../tokenizer.bin"], "no tokenizer.bin", "-z names",
    ] {
      #expect(none.errors.contains(part), "\(none.errors)")
    }
    let bare = try Program.run(["model.bin"], in: elsewhere)
    #expect(bare.errors.ranges(of: " tokenizer.bin").count == 1, "\(bare.errors)")
    let named = try Program.run(
      [elsewhere["model.bin"], "-z", stage.folder["tokenizer.bin"], "-t", "0", "-n", "20"],
      in: elsewhere)
    #expect(named.output == expected)
  }

  @Test func theVocabularyMayBeInTheFolderAboveTheCheckpoint() throws {
    let stage = try Stage()
    let models = Folder(path: stage.folder["models"])
    try FileManager.default.createDirectory(atPath: models.path, withIntermediateDirectories: true)
    try models.write(try stage.folder.read("model.bin"), to: "model.bin")
    let expected = try stage.run("-t", "0", "-n", "20").output
    for (path, folder) in [
      (models["model.bin"], try Folder()), ("models/model.bin", stage.folder),
      ("model.bin", models),
    ] {
      #expect(try Program.run([path, "-t", "0", "-n", "20"], in: folder).output == expected)
    }
    // One beside the checkpoint comes first.
    try models.write([1, 2, 3], to: "tokenizer.bin")
    #expect(try Program.run([models["model.bin"]]).isRefusal(by: "run"))
  }

  @Test(arguments: [
    ("cell division is\n", "a text file"), ("{\"dim\": 1}", "a text file"),
    ("größe, 漢字", "a text file"), ("%PDF-1.4\n\0\0\0", "a PDF"), ("PK\u{3}\u{4}\0\0", "a ZIP file"),
    ("\u{7F}ELF\u{2}\u{1}\u{1}\0", "a program"), ("tjgg\0\0\0\0", "a GGML file"),
  ])
  func aFileThatIsNoCheckpointIsNamed(_ content: String, _ what: String) throws {
    let folder = try Folder()
    for bytes in [Array(content.utf8), Array(content.utf8) + [UInt8](repeating: 32, count: 9000)] {
      let run = try Program.run([folder.write(bytes, to: "file")])
      #expect(
        run.isRefusal(by: "run") && run.errors.contains("file: not a checkpoint but \(what), "))
    }
  }

  // MARK: Scores

  @Test func aScoreIsTheModelsProbabilityOfAText() throws {
    let stage = try Stage(Shape(seqLen: 20))
    let text = String(repeating: "the hen ran in the rain ", count: 5)
    let llama = try Llama(checkpoint: stage.checkpoint, tokenizer: stage.folder["tokenizer.bin"])
    let tokens = try llama.score(text)
    let nats = -tokens.reduce(0) { $0 + Double($1.logProbability) } / Double(tokens.count)
    for arguments in [["-i", text], ["-i", "-"]] {
      let run = try Program.run(
        [stage.checkpoint, "-m", "score"] + arguments, input: arguments[1] == "-" ? text : "")
      let match = try #require(
        run.output.wholeMatch(
          of: /tokens: (\d+)\nnats per token: (\d+\.\d{4})\nperplexity: (\d+\.\d{4})\n/))
      #expect(run.status == 0 && run.errors == "" && match.1 == "\(tokens.count)")
      #expect(abs(Double(match.2)! - nats) < 1e-4)
      #expect(abs(Double(match.3)! / exp(nats) - 1) < 1e-4)
    }
    #expect(try stage.run("-m", "score").isRefusal(by: "run"))
  }

  @Test func theProgressOfAScoreIsWiped() throws {
    let stage = try Stage(Shape(seqLen: 20))
    let text = String(repeating: "the hen ran in the rain ", count: 200)
    let terminal = try PseudoTerminal(.run, [stage.checkpoint, "-m", "score", "-i", text])
    #expect(terminal.ending() == 0)
    let written = String(decoding: terminal.received, as: UTF8.self)
    #expect(written.contains(/read \d+ of \d\d\d\d tokens/))
    let rows = terminal.screen.rows
    #expect(rows.count == 4 && rows[0].hasPrefix("tokens: ") && rows[3] == "", "\(rows)")
  }

  // MARK: Beams

  @Test func aBeamSearchPrintsItsBestText() throws {
    let checkpoint = packageRoot + "/models/stories.bin"
    let prompt = "Long ago,"
    var options = GenerationOptions()
    (options.steps, options.stopTexts) = (60, ["."])
    var texts: Set<String> = []
    for penalty: Float in [0, 5] {
      let beams = try Llama(checkpoint: checkpoint)
        .beamSearch(prompt, beams: 4, lengthPenalty: penalty, options: options)
      let arguments = ["-i", prompt, "-n", "60", "--stop", ".", "--beams", "4"]
      let run = try Program.run([checkpoint, "--length-penalty=\(penalty)"] + arguments)
      #expect(run.status == 0 && run.output == beams[0].text + "\n" && run.errors == "")
      texts.insert(run.output)
    }
    #expect(texts.count == 2)
    let long = try Program.run([checkpoint, "-i", prompt, "-n", "3", "--beams", "2"])
    #expect(long.isRefusal(by: "run") && long.errors.contains("-n allows 3"))
  }

  @Test func interruptEndsABeamSearch() throws {
    let stage = try talkative()
    let running = try Program.run.start([stage.checkpoint, "-n", "0", "--beams", "2"])
    usleep(500_000)
    running.interrupt()
    let run = try running.ending()
    #expect(run.wasKilled && run.status == SIGINT && run.output == "")
  }

  @Test func aBanOfAllTokensIsRefused() throws {
    let stage = try Stage()
    let run = try Program.run([stage.checkpoint] + (0..<300).flatMap { ["--ban", "\($0)"] })
    #expect(run.isRefusal(by: "run") && run.errors.contains("--ban: found all 300 tokens"))
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

  // MARK: Drafts

  @Test func aTextIsTheSameWithAnyDraft() throws {
    let stage = try Stage()
    try stage.folder.write(Model(Shape(dim: 16, nLayers: 1), seed: 8).bytes(.v0), to: "small.bin")
    for arguments in [["-t", "0"], ["-s", "5"], ["-s", "6", "-m", "chat", "-y", "", "-i", "a"]] {
      let expected = try Program.run([stage.checkpoint] + arguments + ["--draft", "none"])
      #expect(expected.status == 0 && expected.output.utf8.count > 100)
      for draft in [[], ["--draft", stage.folder["small.bin"]], ["--draft=" + stage.checkpoint]] {
        let run = try Program.run([stage.checkpoint] + arguments + draft)
        #expect(run.status == 0 && run.output == expected.output, "\(draft)")
      }
    }
  }

  #if os(Linux)
    /// A KV cache of 1 GB of addresses, where less than that may be used.
    @Test func aDraftModelWithoutMemoryLeavesTheGuessesToTheText() throws {
      let folder = try Folder()
      var model = SmallGGUF(.gpt2)
      let large = try folder.write(model.file.bytes, to: "large.gguf")
      model[model.key("context_length")] = .uint32(2_000_000)
      let draft = try folder.write(model.file.bytes, to: "draft.gguf")
      let arguments = ["-j", "1", "-s", "4", "-n", "20", "-i", "a"]
      let limited = try Program(path: "/bin/sh")(
        ["-c", #"ulimit -v 900000; exec "$0" "$@""#, Program.run.path, large, "--draft", draft]
          + arguments)
      #expect(try limited.output == Program.run([large] + arguments).output, "\(limited)")
      #expect(limited.status == 0 && !limited.output.isEmpty)
    }
  #endif

  @Test(arguments: [
    ["-m", "score", "-i", "a"], ["--beams", "2"], ["--batch", "-"],
  ])
  func aDraftIsForATextThatIsSampledAlone(_ arguments: [String]) throws {
    let stage = try Stage()
    let run = try Program.run([stage.checkpoint, "--draft", stage.checkpoint] + arguments)
    #expect(run.isRefusal(by: "run") && run.errors.hasPrefix("run: --draft: "), "\(run)")
    #expect(run.errors.contains(arguments.count == 4 ? "-m score" : arguments[0]))
    #expect(try Program.run([stage.checkpoint, "--draft", "none"] + arguments).status == 0)
  }

  @Test func aFileThatIsCutShortMeanwhileIsSaidInASentence() throws {
    let stage = try Stage(Shape(hiddenDim: 172, nLayers: 4, seqLen: 400_000))
    let running = try Program.run.start([stage.checkpoint, "-t", "0", "-n", "300000"])
    while try running.output.isEmpty && running.isRunning { usleep(10_000) }
    try #require(FileHandle(forWritingAtPath: stage.checkpoint)).truncate(atOffset: 0)
    let run = try running.ending()
    #expect(run.status == 1 && !run.wasKilled && run.complaints.count == 2, "\(run.errors)")
    #expect(run.errors.hasPrefix("run: a file was cut short"))
  }

  @Test func aDraftThatCannotBeUsedIsRefused() throws {
    let stage = try Stage()
    for (draft, problem) in [
      ("", "--draft: "), (stage.folder["none"], stage.folder["none"] + ": "),
    ] {
      let run = try stage.run("--draft", draft)
      #expect(run.isRefusal(by: "run") && run.errors.hasPrefix("run: " + problem), "\(run)")
    }
    // One with a vocabulary in its file, and one whose vocabulary -z names.
    let gguf = try stage.folder.write(SmallGGUF(.llama).file.bytes, to: "small.gguf")
    let other = try Stage(Shape(vocabSize: 310))
    for (draft, isNamed) in [(gguf, false), (other.checkpoint, true)] {
      let run = try stage.run("-z", stage.folder["tokenizer.bin"], "--draft", draft)
      #expect(run.isRefusal(by: "run"), "\(run)")
      let unnamed = try stage.run("--draft", draft)
      #expect(unnamed.isRefusal(by: "run") && unnamed.errors.contains(draft), "\(unnamed)")
      #expect(unnamed.errors.contains("(-z names another vocabulary)") == isNamed)
      #expect(unnamed.errors.contains("a draft needs the vocabulary of the model"))
    }
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
