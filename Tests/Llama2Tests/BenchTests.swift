import Foundation
import Testing

/// `bench` as a process, as far as it goes without measuring for long.
@Suite struct BenchTests {
  @Test(arguments: ["-h", "--help"]) func theUsageNamesEveryFlag(_ flag: String) throws {
    let run = try Program.bench(["--quick", flag])
    #expect(run.status == 0 && run.errors == "")
    for flag in ["-z", "-j", "--svg", "--json", "--quick", "-h"] {
      #expect(run.output.contains("  \(flag) "))
    }
  }

  @Test(arguments: [
    "-j", "-j 0", "-j 1,", "-j 1,x", "-j 2000", "-q", "--svg", "--svg --quick", "a.bin b.bin",
    "-z tokenizer.bin",
  ])
  func aBadFlagIsNamedInOneSentence(_ line: String) throws {
    let arguments = line.split(separator: " ").map(String.init)
    let run = try Program.bench(arguments)
    #expect(run.isRefusal(by: "bench"), "\(run)")
    let named = arguments.first { $0.hasPrefix("-") } ?? arguments[1]
    #expect(run.errors.contains(named), "\(run.errors)")
  }

  @Test func aPictureThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured() throws {
    let folder = try Folder()
    try folder.write([1, 2, 3], to: "model.bin")
    for picture in ["missing/picture.svg", ".", "model.bin"] {
      let run = try Program.bench(["--svg", folder[picture]])
      #expect(run.isRefusal(by: "bench") && run.errors.contains(folder.path), "\(run)")
    }
    #expect(try folder.names == ["model.bin"] && folder.read("model.bin") == [1, 2, 3])
  }

  /// By the signal of the pipe, and by the failing write where that signal is ignored.
  @Test(arguments: ["", "trap '' PIPE; "]) func aClosedPipeLeavesNoFile(_ trap: String) throws {
    let folder = try Folder()
    let shell = try Program(path: "/bin/sh")(
      ["-c", #"{ \#(trap)"$0" -j 1 --quick --svg "$1"; } | true"#, Program.bench.path]
        + [folder["picture.svg"]])
    #expect(shell.status == 0 && shell.errors == "")
    #expect(try folder.names.isEmpty)
  }

  @Test func aFileThatIsNoModelIsRefusedInOneSentence() throws {
    let folder = try Folder()
    try folder.write(Array("Once upon a time".utf8), to: "story.gguf")
    for name in ["story.gguf", "missing.gguf"] {
      let run = try Program.bench([folder[name], "--json"])
      #expect(run.isRefusal(by: "bench") && run.errors.contains(folder[name]), "\(run)")
    }
  }

  @Test func aVocabularyThatCannotBeReadIsRefusedBeforeAnythingIsMeasured() throws {
    let stage = try Stage()
    for name in ["missing", "model.bin"] {
      let run = try Program.bench([stage.checkpoint, "-z", stage.folder[name]])
      #expect(run.isRefusal(by: "bench") && run.errors.contains(stage.folder[name]), "\(run)")
    }
  }

  // MARK: - Figures

  /// A model whose weights are counted here by hand.
  struct Counted: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let file: [UInt8]
    /// Multiplied by each token, and by the last one of a prompt.
    let layerWeights, classifierWeights: Double
    /// Bytes of all weights that are read for a token, and of its keys and values.
    let bytes, cacheBytes: Double
    let seqLen: Int

    /// 64 columns, 32 in the feed-forward network, a classifier of its own.
    static let gguf = Counted(
      testDescription: "GGUF", file: SmallGGUF(.gpt2, .llama).file.bytes,
      layerWeights: 4 * 64 * 64 + 3 * 64 * 32, classifierWeights: 64 * 64,
      bytes: 4 * (4 * 64 * 64 + 3 * 64 * 32 + 64 * 64 + 3 * 64), cacheBytes: 4 * 2 * 64,
      seqLen: 256)
    /// Five layers of 192 columns, 3 of 6 heads for keys and values, 4096 tokens of one embedding.
    static let stories = Counted(
      testDescription: "v0", file: try! Folder(path: packageRoot).read("models/stories.bin"),
      layerWeights: 5 * (2 * 192 * 192 + 2 * 96 * 192 + 3 * 512 * 192),
      classifierWeights: 4096 * 192,
      bytes: 4 * (5 * (2 * 192 * 192 + 2 * 96 * 192 + 3 * 512 * 192 + 2 * 192) + 4097 * 192),
      cacheBytes: 5 * 4 * 2 * 96, seqLen: 512)
  }

  @Test(arguments: [Counted.gguf, .stories])
  func theSharesOfAModelAreThoseOfItsCountedWeights(_ model: Counted) throws {
    let folder = try Folder()
    let path = try folder.write(model.file, to: "model.file")
    try folder.write(Folder(path: packageRoot).read("tokenizer.bin"), to: "tokenizer.bin")
    let run = try Program.bench(
      [path, "--quick", "--json", "-j", "1,2", "--svg", folder["picture.svg"]], in: folder,
      minutes: 5)
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.outputBytes)) as? [String: Any])
    #expect(report["machine"] is String && report["tokenizer"] is [String: Double])
    #expect(report["sampler"] is [String: Double])
    #expect((report["limits"] as? [[String: Double]])?.map { $0["threads"] } == [1, 2])
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect(rows.map { $0["threads"] as? Int } == [1, 1, 2, 2])
    #expect(rows.map { $0["position"] as? Int } == [0, model.seqLen - 24, 0, model.seqLen - 24])
    for row in rows {
      let position = Double(try #require(row["position"] as? Int))
      let decode = try Figures(row["decode"])
      #expect(decode["share"].isNear(decode["bytesPerSecond"] / decode["bandwidth"]))
      let bytes = decode["bytesPerSecond"] / decode["tokensPerSecond"]
      // Medians over rounds that end at any of the positions.
      let positions = (position + 1) * 0.999...(position + 24) * 1.001
      #expect(positions.contains((bytes - model.bytes) / model.cacheBytes))
      guard position == 0 else { continue }
      let prompt = try Figures(row["prompt"])
      #expect(prompt["share"].isNear(prompt["operationsPerSecond"] / prompt["peak"]))
      #expect(prompt["tokens"] == 256)
      let operations = 2 * (256 * model.layerWeights + model.classifierWeights) / 256
      #expect((prompt["operationsPerSecond"] / prompt["tokensPerSecond"]).isNear(operations))
    }
    // On the last number of threads: 16 texts, then guesses that are right by half, and more often.
    let gains = try #require(report["gains"] as? [[String: Any]])
    #expect(gains.map { $0["chance"] as? Double } == [nil, 0.5, 0.7, 0.9])
    for gain in gains {
      let together = try #require(gain["tokensPerSecond"] as? Double)
      let alone = try #require(gain["alone"] as? Double)
      #expect(gain["threads"] as? Int == 2 && alone > 0 && together > 0)
      #expect((gain["gain"] as? Double ?? 0).isNear(together / alone))
    }
    // ./run is not there.
    #expect((report["notes"] as? [String])?.count == 1 && report["start"] == nil)
    let picture = String(decoding: try folder.read("picture.svg"), as: UTF8.self)
    #expect(picture.hasPrefix("<svg") && picture.hasSuffix("</svg>\n"))
    #expect(picture.contains(">model.file</text>") && picture.contains("at \(model.seqLen - 24)<"))
  }

  @Test func withoutJSONTheSameFiguresAreATable() throws {
    let folder = try Folder()
    let path = try folder.write(Counted.gguf.file, to: "model.gguf")
    let run = try Program.bench([path, "--quick", "-j", "1"], in: folder, minutes: 5)
    #expect(run.status == 0 && run.errors == "")
    let lines = run.output.split(separator: "\n")
    for beginning in [
      "limits of 1 thread: ", "model.gguf ", "  at 232 ", "  16 texts at once ", "  guesses, 90 % ",
      "sampler: ",
    ] {
      #expect(lines.count { $0.hasPrefix(beginning) } == 1, "\(run.output)")
    }
  }

  // MARK: - Models of random weights

  @Test func whereNoFileCanBeWrittenEachModelIsLeftOutWithASentenceAndNothingMeasured() throws {
    let folder = try Folder()
    let run = try Program.shell(
      #"TMPDIR="$1/missing" "$0" --quick -j 1"#, Program.bench.path, folder.path, in: folder)
    #expect(run.status == 1 && run.errors.contains("set TMPDIR"), "\(run)")
    let lines = run.output.split(separator: "\n")
    for model in ["15M in fp32", "110M in int8", "110M in Q4_K_M"] {
      #expect(lines.count { $0.hasPrefix(model + " is left out: ") } == 1, "\(run.output)")
    }
  }

  @Test func anInterruptLeavesNoFile() throws {
    let folder = try Folder()
    let bench = try Program(path: "/bin/sh").start(
      ["-c", #"TMPDIR="$1" exec "$0" --quick -j 1"#, Program.bench.path, folder.path])
    var isWriting = false
    while !isWriting && bench.isRunning {
      isWriting = try !folder.names.isEmpty
      usleep(200)
    }
    bench.interrupt()
    #expect(isWriting)
    let ending = try bench.ending()
    #expect(ending.wasKilled && ending.status == SIGINT)
    #expect(try folder.names.isEmpty)
  }
}

extension Program {
  /// A line of the shell, with "$0", "$1" and so on.
  fileprivate static func shell(_ line: String, _ arguments: String..., in folder: Folder) throws
    -> Ending
  {
    try Program(path: "/bin/sh")(["-c", line] + arguments, in: folder)
  }
}

/// An object of numbers; NaN stands for one that is not there.
private struct Figures {
  private let numbers: [String: Double]

  init(_ json: Any?) throws { numbers = try #require(json as? [String: Double]) }

  subscript(name: String) -> Double { numbers[name] ?? .nan }
}

extension Double {
  fileprivate func isNear(_ other: Double) -> Bool { abs(self / other - 1) < 1e-9 }
}
