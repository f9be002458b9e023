import Foundation
import Llama2
import Testing

@testable import llama2_train

/// The program `train`: its files, and what it refuses.
struct TrainProgramTests {
  private static let shape = [
    "--dim", "32", "--layers", "2", "--heads", "4", "--kv-heads", "2", "--seq-len", "32", "--batch",
    "4",
    "--vocab-size", "330",
  ]

  /// Short stories of a few patterns, a blank line between two of them.
  private static func stories(_ count: Int, separator: String = "\n\n") -> String {
    let (names, things) = (
      ["Anna", "Ben", "Carl", "Dora", "Eve"], ["ball", "boat", "cake", "drum"]
    )
    return (0..<count).map { i in
      let (name, thing) = (names[i % 5], things[i / 5 % 4])
      return "\(name) had a \(thing). The \(thing) was new. \"I like my \(thing),\" said \(name)."
    }.joined(separator: separator)
  }

  private static func folder(_ text: String = stories(200)) throws -> Folder {
    let folder = try Folder()
    try folder.write(Array(text.utf8), to: "stories.txt")
    return folder
  }

  private static func train(_ arguments: [String], in folder: Folder) throws -> Program.Ending {
    try Program.train(["stories.txt"] + arguments, in: folder, minutes: 5)
  }

  @Test func aTextBecomesAModelThatRunReads() throws {
    let folder = try Self.folder()
    let trained = try Self.train(
      Self.shape + ["--steps", "120", "--learning-rate", "1e-2", "--out", "mine/model.bin"],
      in: folder)
    #expect(trained.status == 0 && trained.errors == "", "\(trained.errors)")
    #expect(
      try Folder(path: folder["mine"]).names
        == ["model.bin", "model.state", "model.svg", "tokenizer.bin"])
    // The held-out losses, first to last.
    let losses = trained.output.split(separator: "\n").compactMap { line in
      line.split(separator: "held-out ").dropFirst().first.flatMap {
        Double($0.prefix { $0 != "," })
      }
    }
    #expect(losses.count == 20)
    #expect(losses.first! > 3 && losses.last! < 1, "\(losses)")
    let run = try Program.run(["mine/model.bin", "-t", "0", "-n", "40"], in: folder)
    #expect(run.status == 0 && run.output.contains("had a"), "\(run.output)")
  }

  @Test func aStoppedTrainingGoesOnWithTheSameBits() throws {
    let folder = try Self.folder()
    let settings = Self.shape + ["--steps", "400", "--eval-interval", "50", "--dropout", "0.1"]
    let whole = try Self.train(settings + ["--out", "whole.bin", "-j", "1"], in: folder)
    #expect(whole.status == 0, "\(whole.errors)")
    let started = try Program.train.start(
      ["stories.txt", "--out", "parts.bin", "-j", "3", "-z", "tokenizer.bin"]
        + settings.filter { !["--vocab-size", "330"].contains($0) }, in: folder)
    while started.isRunning,
      try !String(decoding: started.output, as: UTF8.self).contains("step 50 ")
    {
      usleep(1000)
    }
    started.interrupt()
    let stopped = try started.ending(within: 5)
    #expect(
      stopped.status == 130 && stopped.errors.hasPrefix("train: stopped"), "\(stopped.errors)")
    let resumed = try Self.train(settings + ["--out", "parts.bin", "--resume"], in: folder)
    #expect(resumed.status == 0 && resumed.output.contains("step 400 of 400"), "\(resumed.errors)")
    #expect(try folder.read("parts.bin") == folder.read("whole.bin"))
  }

  @Test func adaptersLeaveTheRestOfTheWeightsAlone() throws {
    let folder = try Self.folder()
    _ = try Self.train(Self.shape + ["--steps", "3", "--out", "base.bin"], in: folder)
    let adapted = try Self.train(
      ["--from", "base.bin", "--lora", "2", "--steps", "3", "--batch", "2", "--out", "new.bin"],
      in: folder)
    #expect(adapted.status == 0, "\(adapted.errors)")
    let (base, new) = (try folder.read("base.bin"), try folder.read("new.bin"))
    // The header, the embedding and the norms in front of attention; then wq.
    let size = 28 + 4 * (330 * 32 + 2 * 32)
    #expect(base.count == new.count)
    #expect(base[..<size] == new[..<size] && base[size...] != new[size...])
  }

  @Test func aRequestIsGivenAndNotLearned() throws {
    let tokenizer = try Tokenizer(path: packageRoot + "/tokenizer.bin", vocabSize: 1024)
    let plain = Encoded(Document(text: "One day"), tokenizer)
    let ids = tokenizer.encode("One day", bos: true, eos: false).map(Int32.init)
    #expect(plain.tokens == ids && plain.targets == ids.dropFirst() + [1])
    let answer = Array(ids.dropFirst()) + [2]
    for (system, prompt) in [
      (nil, "[INST] Hi [/INST]"), ("Be", "[INST] <<SYS>>\nBe\n<</SYS>>\n\nHi [/INST]"),
    ] {
      let chat = Encoded(Document(system: system, request: "Hi", text: "One day"), tokenizer)
      let asked = tokenizer.encode(prompt, bos: true, eos: false).map(Int32.init)
      #expect(chat.tokens == asked + answer)
      #expect(chat.targets == [Int32](repeating: -1, count: asked.count - 1) + answer + [13])
    }
  }

  @Test func windowsBeginWhereDocumentsDo() throws {
    let tokenizer = try Tokenizer(path: packageRoot + "/tokenizer.bin", vocabSize: 1024)
    let documents = [1, 2, 9, 1].map {
      Encoded(Document(text: String(repeating: "a b ", count: $0)), tokenizer)
    }
    let lengths = documents.map(\.tokens.count)
    let starts = lengths.indices.map { lengths[..<$0].reduce(0, +) }
    let seqLen = lengths[0] + lengths[1] + 2
    let corpus = Corpus(documents, seqLen: seqLen, padded: true)
    #expect(lengths[2] > seqLen && corpus.windows.prefix(3) == [0, starts[2], starts[2] + seqLen])
    #expect((0..<corpus.windows.count).allSatisfy { corpus.targetCount($0) > 0 })
    #expect(
      !Corpus(documents, seqLen: seqLen, padded: false).windows.contains {
        $0 + seqLen > lengths.reduce(0, +)
      })
  }

  @Test(arguments: [
    ([], "no text to learn from"),
    (["empty.txt"], "the file is empty"),
    (["blank.txt"], "holds no text"),
    (["tiny.txt", "-z", "tokenizer.bin"], "too few for windows"),
    (["latin1.txt"], "is not UTF-8"),
    (["missing.txt"], "No such file"),
    (["stories.txt", "--vocab-size", "100000"], "expected at most"),
    (["stories.txt", "--dim", "30", "--heads", "4"], "expected n_heads to divide dim"),
    (["stories.txt", "--dim", "32", "--heads", "4", "--kv-heads", "3"], "expected n_kv_heads"),
    (["stories.txt", "--dim", "12", "--heads", "4"], "an even number"),
    (["stories.txt", "--learning-rate", "0"], "--learning-rate: found \"0\""),
    (["stories.txt", "--dropout", "1"], "--dropout: found \"1\""),
    (["stories.txt", "--beta1", "nan"], "--beta1: found \"nan\""),
    (["stories.txt", "--steps", "5", "--minutes", "1"], "does not go with --steps"),
    (["stories.txt", "--lora", "2"], "expected --from"),
    (["stories.txt", "--from", "stories.txt", "-z", "tokenizer.bin"], "not a checkpoint"),
    (["stories.txt", "--from", "nan.bin", "-z", "tokenizer.bin"], "NaN or infinite"),
    (
      ["stories.txt", "--from", "huge.bin", "-z", "tokenizer.bin", "--steps", "2"],
      "no longer a finite number"
    ),
    (
      [
        "stories.txt", "-z", "tokenizer.bin", "--dim", "1048576", "--heads", "1024", "--kv-heads",
        "8",
      ], "are free"
    ),
    (["stories.txt", "--out", "tokenizer.bin"], "exists already"),
    (["stories.txt", "--resume"], "model.state: No such file"),
    (["stories.txt", "--no-such"], "no such option"),
  ])
  func mistakesAreRefusedInASentence(_ arguments: [String], _ sentence: String) throws {
    let folder = try Self.folder()
    try folder.write([], to: "empty.txt")
    try folder.write(Array("\n \n\n".utf8), to: "blank.txt")
    try folder.write(Array("Once upon a time.".utf8), to: "tiny.txt")
    try folder.write(Array("caf".utf8) + [0xE9, 0x0A], to: "latin1.txt")
    try folder.write(Folder(path: packageRoot).read("tokenizer.bin"), to: "tokenizer.bin")
    var model = try Folder(path: packageRoot).read("models/stories.bin")
    // The first weight of the first norm, behind the embedding.
    let norm = 28 + 4 * 1024 * 128
    for (name, value) in [("nan.bin", Float.nan), ("huge.bin", 3e38)] {
      withUnsafeBytes(of: value) { model.replaceSubrange(norm..<norm + 4, with: $0) }
      try folder.write(model, to: name)
    }
    let ending = try Program.train(arguments, in: folder)
    #expect(
      ending.status == 1 && !ending.wasKilled && ending.complaints.count == 2, "\(ending.errors)")
    #expect(
      ending.errors.hasPrefix("train: ") && ending.errors.contains(sentence), "\(ending.errors)")
    #expect(try !folder.names.contains { $0.hasSuffix(".tmp") || $0 == "model.bin" })
  }

  @Test func resumingRefusesOtherTextsAndSettings() throws {
    let folder = try Self.folder()
    let settings = Self.shape + ["--steps", "2"]
    _ = try Self.train(settings, in: folder)
    let other = try Self.train(settings + ["--resume", "--learning-rate", "0.5"], in: folder)
    #expect(other.isRefusal(by: "train") && other.errors.contains("the training began with 0.002"))
    let model = try folder.read("model.bin")
    let state = try folder.read("model.state")
    try folder.write(Array(state.dropLast()), to: "model.state")
    let damaged = try Self.train(settings + ["--resume"], in: folder)
    #expect(damaged.errors.contains("it is damaged"), "\(damaged.errors)")
    try folder.write(state, to: "model.state")
    try folder.write(Array(Self.stories(210).utf8), to: "stories.txt")
    let text = try Self.train(settings + ["--resume"], in: folder)
    #expect(text.errors.contains("are not those of model.state"), "\(text.errors)")
    #expect(try folder.read("model.bin") == model)
  }

  /// A limit of the file size is to a program as a full disk.
  @Test func aDiskThatIsFullKeepsTheLastModel() throws {
    let folder = try Self.folder()
    _ = try Self.train(Self.shape + ["--steps", "2"], in: folder)
    let (model, state) = (try folder.read("model.bin"), try folder.read("model.state"))
    let command =
      "ulimit -f 120; exec \(Program.train.path) stories.txt --force -z tokenizer.bin --steps 2"
      + " --dim 64 --layers 2 --heads 4 --seq-len 32 --batch 4"
    let full = try Program(path: "/bin/sh")(["-c", command], in: folder)
    #expect(full.status == 1 && full.errors.contains("train: "), "\(full.errors)")
    #expect(try folder.read("model.bin") == model && folder.read("model.state") == state)
    #expect(try !folder.names.contains { $0.hasSuffix(".tmp") })
  }
}
