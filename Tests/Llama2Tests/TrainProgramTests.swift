import Console
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

  @Test func aLineWithoutATabInAChatIsTold() throws {
    let folder = try Self.folder(Self.stories(200) + "\n\nHi\tHello!\nWho are you?\n\nHi\tHello!")
    let trained = try Self.train(Self.shape + ["--steps", "1"], in: folder)
    #expect(trained.status == 0 && trained.output.contains("202 documents, of them 1 chats"))
    #expect(
      trained.complaints.count == 2
        && trained.errors.contains("1 of the documents has lines of a request, a tab and an answer")
        && trained.errors.contains("begins with \"Hi"), "\(trained.errors)")
  }

  @Test func aStoppedTrainingGoesOnWithTheSameBits() throws {
    let folder = try Self.folder()
    let settings = Self.shape + ["--steps", "400", "--eval-interval", "50", "--dropout", "0.1"]
    let whole = try Self.train(settings + ["--out", "whole.bin", "-j", "1"], in: folder)
    #expect(whole.status == 0, "\(whole.errors)")
    let started = try Self.start(settings + ["--out", "parts.bin", "-j", "3"], to: 50, in: folder)
    started.interrupt()
    let stopped = try started.ending(within: 5)
    #expect(
      stopped.status == 130 && stopped.errors.hasPrefix("train: stopped"), "\(stopped.errors)")
    let resumed = try Self.train(settings + ["--out", "parts.bin", "--resume"], in: folder)
    #expect(resumed.status == 0 && resumed.output.contains("step 400 of 400"), "\(resumed.errors)")
    #expect(try folder.read("parts.bin") == folder.read("whole.bin"))
    let again = try Self.train(settings + ["--out", "parts.bin", "--resume"], in: folder)
    #expect(again.errors.contains("all 400 steps are taken"), "\(again.errors)")
  }

  /// A training that has come to the evaluation behind this step.
  private static func start(_ arguments: [String], to step: Int, in folder: Folder) throws
    -> Program.Running
  {
    let started = try Program.train.start(["stories.txt"] + arguments, in: folder)
    while started.isRunning,
      try !String(decoding: started.output, as: UTF8.self).contains("step \(step) ")
    {
      usleep(1000)
    }
    return started
  }

  @Test func aCrashLeavesTheLastModelAndItsStateWhole() throws {
    let folder = try Self.folder()
    let settings = Self.shape + ["--steps", "100", "--learning-rate", "1e-2"]
    _ = try Self.train(settings + ["--out", "whole.bin"], in: folder)
    let started = try Self.start(settings + ["--eval-interval", "1"], to: 7, in: folder)
    started.crash()
    #expect(try started.ending().wasKilled)
    let run = try Program.run(["model.bin", "-t", "0", "-n", "5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let resumed = try Self.train(["--resume"], in: folder)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try folder.read("model.bin") == folder.read("whole.bin"))
  }

  @Test func adaptersLeaveTheRestOfTheWeightsAlone() throws {
    let folder = try Self.folder()
    _ = try Self.train(Self.shape + ["--steps", "3", "--out", "base.bin"], in: folder)
    let settings = ["--from", "base.bin", "--lora", "2", "--steps", "50", "--batch", "2"]
    let adapted = try Self.train(settings + ["--out", "new.bin"], in: folder)
    #expect(adapted.status == 0, "\(adapted.errors)")
    let (base, new) = (try folder.read("base.bin"), try folder.read("new.bin"))
    // The header, the embedding and the norms in front of attention; then wq.
    let size = 28 + 4 * (330 * 32 + 2 * 32)
    #expect(base.count == new.count)
    #expect(base[..<size] == new[..<size] && base[size...] != new[size...])
    #expect(Self.rank(ofDifference: base, new, at: size, rows: 32) == 2)
    let started = try Self.start(
      settings + ["--out", "parts.bin", "--eval-interval", "1"], to: 7, in: folder)
    started.crash()
    _ = try started.ending()
    _ = try Self.train(["--resume", "--out", "parts.bin"], in: folder)
    #expect(try folder.read("parts.bin") == new)
  }

  /// The shape of the model that ships.
  private static func shippedConfig() throws -> Config {
    try Transformer(checkpoint: packageRoot + "/models/stories.bin").config
  }

  private static func shippedTokenizer() throws -> Tokenizer {
    try Tokenizer(path: packageRoot + "/tokenizer.bin", vocabSize: shippedConfig().vocabSize)
  }

  /// The rank of how two checkpoints differ in a square matrix (by Gaussian elimination).
  private static func rank(ofDifference a: [UInt8], _ b: [UInt8], at offset: Int, rows: Int) -> Int
  {
    func float(_ bytes: [UInt8], _ i: Int) -> Double {
      bytes.withUnsafeBytes {
        Double($0.loadUnaligned(fromByteOffset: offset + 4 * i, as: Float.self))
      }
    }
    var m = (0..<rows * rows).map { float(b, $0) - float(a, $0) }
    let largest = m.map(abs).max()!
    for rank in 0..<rows {
      let pivot = m.indices.max { abs(m[$0]) < abs(m[$1]) }!
      if abs(m[pivot]) <= 1e-3 * largest { return rank }
      let (row, column) = pivot.quotientAndRemainder(dividingBy: rows)
      let old = m
      for i in m.indices {
        m[i] -= old[i / rows * rows + column] * old[row * rows + i % rows] / old[pivot]
      }
    }
    return rows
  }

  @Test func minutesLimitATraining() throws {
    let folder = try Self.folder()
    let start = ContinuousClock.now
    let trained = try Self.train(Self.shape + ["--minutes", "0.05"], in: folder)
    let seconds = start.duration(to: .now) / .seconds(1)
    #expect(trained.status == 0 && trained.errors == "", "\(trained.errors)")
    #expect(seconds > 1 && seconds < 60, "\(seconds)")
    // The steps that fit are known after some, and the learning rate's schedule ends with them.
    let steps = trained.output.split(separator: "\n").last { $0.hasPrefix("step ") }
    let words = (steps ?? "").split { " ,".contains($0) }
    #expect(words.count > 3 && words[1] == words[3] && Int(words[1])! >= 5, "\(trained.output)")
    // Its state can be read, and knows how many steps there are.
    let resumed = try Self.train(["--resume"], in: folder)
    #expect(resumed.status == 1 && resumed.errors.contains("steps are taken"), "\(resumed.errors)")
  }

  @Test func whatIsNotGivenFollowsWhatIs() throws {
    func settings(_ arguments: String...) throws -> Settings {
      try Options(Arguments((["stories.txt"] + arguments)[...], of: "train")).settings
    }
    #expect(try settings() == Settings())
    #expect(try settings("--heads", "2").kvHeads == 0)
    #expect(try settings("--heads", "2", "--kv-heads", "1").kvHeads == 1)
    #expect(try settings("--from", "a.bin").learningRate == 5e-4)
    #expect(try settings("--from", "a.bin", "--learning-rate", "1e-3").learningRate == 1e-3)
    #expect(try settings("--resume", "--lora", "2").lora == 2)
    let warmups = [1, 50, 5000].map { Settings().warmup(ofSteps: $0) }
    #expect(warmups == [0, 5, 100])
  }

  @Test func dropoutChangesWhatIsLearned() throws {
    let folder = try Self.folder()
    for (name, dropout) in [("without.bin", "0"), ("with.bin", "0.5")] {
      let trained = try Self.train(
        Self.shape + ["--steps", "2", "--dropout", dropout, "--out", name, "--force"], in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
    }
    #expect(try folder.read("with.bin") != folder.read("without.bin"))
  }

  @Test func aRequestIsGivenAndNotLearned() throws {
    let tokenizer = try Self.shippedTokenizer()
    let plain = Encoded(Document(text: "One day"), tokenizer)
    let ids = tokenizer.encode("One day", bos: true, eos: false).map(Int32.init)
    #expect(plain.tokens == ids && plain.targets == ids.dropFirst() + [1])
    let chat = Encoded(Document(request: "Hi", text: "One day"), tokenizer)
    let asked = tokenizer.encode("[INST] Hi [/INST]", bos: true, eos: false).map(Int32.init)
    let answer = Array(ids.dropFirst()) + [2]
    #expect(chat.tokens == asked + answer)
    #expect(chat.targets == [Int32](repeating: -1, count: asked.count - 1) + answer + [13])
    let system = Encoded(Document(system: "Be kind", request: "Hi", text: "One day"), tokenizer)
    let prompt = "[INST] <<SYS>>\nBe kind\n<</SYS>>\n\nHi [/INST]"
    let given = tokenizer.encode(prompt, bos: true, eos: false).map(Int32.init)
    #expect(system.tokens == given + answer)
    #expect(system.targets == [Int32](repeating: -1, count: given.count - 1) + answer + [13])
  }

  @Test func windowsBeginWhereDocumentsDo() throws {
    let tokenizer = try Self.shippedTokenizer()
    let documents = [1, 2, 9, 1].map {
      Encoded(Document(text: String(repeating: "a b ", count: $0)), tokenizer)
    }
    let lengths = documents.map(\.tokens.count)
    let starts = lengths.indices.map { lengths[..<$0].reduce(0, +) }
    let seqLen = lengths[0] + lengths[1] + 2
    let corpus = Corpus(documents, seqLen: seqLen, padded: true)
    #expect(lengths[2] > seqLen && corpus.windows.prefix(3) == [0, starts[2], starts[2] + seqLen])
    #expect((0..<corpus.windows.count).allSatisfy { corpus.targetCount($0) > 0 })
    // Without padding the last window ends with the last token.
    let count = lengths.reduce(0, +)
    for seqLen in [seqLen, count - 1, count] {
      let windows = Corpus(documents, seqLen: seqLen, padded: false).windows
      #expect(windows.last == count - seqLen && windows.first == 0, "\(windows)")
    }
    #expect(Corpus(documents, seqLen: count + 1, padded: false).windows.isEmpty)
  }

  /// For each token of a window, the position at which its text begins.
  private static func starts(_ corpus: Corpus, _ window: Int) -> [Int32] {
    var numbers = [Int32](repeating: -2, count: 3 * corpus.seqLen)
    numbers.withUnsafeMutableBufferPointer {
      let start = $0.baseAddress!
      corpus.copy(
        window, to: start, targets: start + corpus.seqLen, starts: start + 2 * corpus.seqLen)
    }
    return Array(numbers.suffix(corpus.seqLen))
  }

  @Test func aTextBeginsAtItsFirstTokenAndAChatAtItsFirstExchange() throws {
    let tokenizer = try Self.shippedTokenizer()
    let documents = [
      Document(text: "One day"), Document(request: "Hi", text: "Hello!"),
      Document(request: "Who?", text: "Tom, of course.", continuesChat: true),
      Document(text: "The end."),
    ].map { Encoded($0, tokenizer) }
    let lengths = documents.map(\.tokens.count)
    let (chat, end) = (lengths[0], lengths[0] + lengths[1] + lengths[2])
    for seqLen in [7, 16, end + 2] {
      let corpus = Corpus(documents, seqLen: seqLen, padded: true)
      for (i, window) in corpus.windows.enumerated() {
        let expected = (window..<window + seqLen).map { token in
          Int32(max(0, [0, chat, end].last { $0 <= token }! - window))
        }
        #expect(Self.starts(corpus, i) == expected)
      }
      #expect(Self.starts(corpus, corpus.windows.count) == [Int32](repeating: 0, count: seqLen))
    }
    // Texts that begin elsewhere are another corpus, although the tokens are the same.
    var apart = documents
    apart[2].continuesChat = false
    #expect(
      Corpus(apart, seqLen: 16, padded: true).fingerprint
        != Corpus(documents, seqLen: 16, padded: true).fingerprint)
  }

  /// The exchanges of a chat stay together, in what is learned and in what is held out.
  @Test func everyTwentiethChatIsHeldOut() throws {
    let tokenizer = try Self.shippedTokenizer()
    let threads = Threads(count: 1)
    defer { threads.stop() }
    let chat = [
      Document(request: "Hi", text: "Hello!"),
      Document(request: "Who?", text: "Tom.", continuesChat: true),
    ]
    let length = chat.reduce(0) { $0 + Encoded($1, tokenizer).tokens.count }
    let many = try corpora((0..<40).flatMap { _ in chat }, tokenizer, seqLen: 2 * length, threads)
    let two =
      [Int32](repeating: 0, count: length) + [Int32](repeating: Int32(length), count: length)
    #expect(many.learned.tokenCount == 38 * length && many.learned.windows.count == 19)
    #expect(Self.starts(many.learned, 0) == two && Self.starts(many.heldOut, 0) == two)
    // Of one chat, exchanges are held out; of a short one, the end of its last answer. What is left is one text.
    let one = chat + (0..<18).map { _ in chat[1] }
    for (exchanges, rest) in [(one, 19), (Array(one.prefix(4)), 3)] {
      let cut = try corpora(exchanges, tokenizer, seqLen: 8, threads)
      let learned = exchanges.prefix(rest).reduce(0) { $0 + Encoded($1, tokenizer).tokens.count }
      #expect(cut.learned.tokenCount >= learned)
      #expect(
        (0..<cut.learned.windows.count).allSatisfy { Self.starts(cut.learned, $0).max() == 0 })
      #expect(Self.starts(cut.heldOut, 0).max() == 0)
    }
  }

  @Test func windowsOfRequestsAloneAreLeftOut() throws {
    let tokenizer = try Self.shippedTokenizer()
    let request = String(repeating: "a b ", count: 50)
    let documents = [1, 2].map { _ in
      Encoded(Document(request: request, text: "One day"), tokenizer)
    }
    for padded in [false, true] {
      let corpus = Corpus(documents, seqLen: 16, padded: padded)
      #expect(!corpus.windows.isEmpty && corpus.windows.count < corpus.tokenCount / 16 / 2)
      #expect((0..<corpus.windows.count).allSatisfy { corpus.targetCount($0) > 0 })
    }
  }

  @Test(arguments: [
    ([], "no text to learn from"),
    (["empty.txt"], "the file is empty"),
    (["blank.txt"], "holds no text"),
    (["tiny.txt", "-z", "tokenizer.bin"], "too few for windows"),
    (["request.txt", "-z", "tokenizer.bin", "--seq-len", "32"], "too few for windows"),
    (["latin1.txt"], "is not UTF-8"),
    (["missing.txt"], "No such file"),
    (["stories.txt", "--vocab-size", "100000"], "expected at most"),
    (["stories.txt", "--dim", "30", "--heads", "4"], "expected n_heads to divide dim"),
    (["stories.txt", "--dim", "32", "--heads", "4", "--kv-heads", "3"], "expected n_kv_heads"),
    (["stories.txt", "--dim", "12", "--heads", "4"], "an even number"),
    (["stories.txt", "--learning-rate", "0"], "--learning-rate: found \"0\""),
    (["stories.txt", "--dropout", "1"], "--dropout: found \"1\""),
    (["stories.txt", "--dropout", "0.99999999"], "--dropout: found \"0.99999999\""),
    (["stories.txt", "--beta1", "nan"], "--beta1: found \"nan\""),
    (["stories.txt", "--steps", "0"], "--steps: found \"0\""),
    (["stories.txt", "--from", "shipped.bin", "--lora", "0"], "--lora: found \"0\""),
    (["stories.txt", "--steps", "5", "--minutes", "1"], "does not go with --steps"),
    (["stories.txt", "--lora", "2"], "expected --from"),
    (
      ["stories.txt", "-z", "tokenizer.bin", "--steps", "5", "--warmup", "5"],
      "--warmup: found 5, expected fewer than the 5 of --steps"
    ),
    (
      ["stories.txt", "--from", "shipped.bin", "-z", "tokenizer.bin", "--lora", "1024"],
      "--lora: found 1024, expected at most"
    ),
    (
      ["stories.txt", "-z", "tokenizer.bin", "--warmup", "20", "--decay", "20"],
      "--decay: found 20, expected a step behind"
    ),
    (
      ["stories.txt", "-z", "tokenizer.bin", "--minutes", "1", "--decay", "5"],
      "--decay: found 5, expected a step behind"
    ),
    (["stories.txt", "--from", "stories.txt", "-z", "tokenizer.bin"], "not a checkpoint"),
    (["stories.txt", "--from", "nan.bin", "-z", "tokenizer.bin"], "NaN or infinite"),
    (
      ["stories.txt", "--from", "huge.bin", "-z", "tokenizer.bin", "--steps", "2"],
      "after step 0: the training has diverged, its loss is nan: nothing was written"
    ),
    (
      ["stories.txt", "--from", "large.bin", "-z", "tokenizer.bin", "--steps", "2"],
      "after step 0: the training has diverged, its loss is "
    ),
    (
      [
        "stories.txt", "-z", "tokenizer.bin", "--dim", "1048576", "--heads", "1024", "--kv-heads",
        "8",
      ], "are free"
    ),
    (["stories.txt", "--out", "nan.bin"], "exists already"),
    (["stories.txt"], "tokenizer.bin: exists already: a model may need it"),
    (["stories.txt", "--out", "stories.txt", "--force"], "is the source itself"),
    (["stories.txt", "--out", "tokenizer.bin", "--force"], "is to be the vocabulary"),
    (["stories.txt", "--from", "model.gguf", "-z", "tokenizer.bin"], "is a GGUF file"),
    (
      ["stories.txt", "-z", "model.gguf", "--force"], "model.gguf: is a GGUF file, expected a token"
    ),
    (
      ["stories.txt", "--resume"],
      "model.state: No such file or directory: there is no training of model.bin to go on with"
    ),
    (["stories.txt", "--out", "mine/model.bin", "--seq-len", "1000000"], "too few for windows"),
    (["stories.txt", "--no-such"], "no such option"),
  ])
  func mistakesAreRefusedInASentence(_ arguments: [String], _ sentence: String) throws {
    let folder = try Self.folder()
    try folder.write([], to: "empty.txt")
    try folder.write(Array("\n \n\n".utf8), to: "blank.txt")
    try folder.write(Array("Once upon a time.".utf8), to: "tiny.txt")
    let request = String(repeating: "Tell me more. ", count: 100)
    try folder.write(Array("\(request)\tNo.".utf8), to: "request.txt")
    try folder.write(Array("caf".utf8) + [0xE9, 0x0A], to: "latin1.txt")
    try folder.write(Folder(path: packageRoot).read("tokenizer.bin"), to: "tokenizer.bin")
    try folder.write(
      Folder(path: packageRoot).read("Tests/Llama2Tests/Fixtures/gguf/f32.gguf"), to: "model.gguf")
    // The first weights of the first norm, behind the embedding, and of the last, in front of the tables of
    // cosines and sines.
    let model = try Folder(path: packageRoot).read("models/stories.bin")
    let c = try Self.shippedConfig()
    let first = 28 + 4 * c.vocabSize * c.dim
    let last = model.count - 4 * c.seqLen * c.headSize - 4 * c.dim
    try folder.write(model, to: "shipped.bin")
    for (name, norm, value) in [
      ("nan.bin", first, Float.nan), ("huge.bin", first, 3e38), ("large.bin", last, 1e20),
    ] {
      var damaged = model
      withUnsafeBytes(of: value) { damaged.replaceSubrange(norm..<norm + 4, with: $0) }
      try folder.write(damaged, to: name)
    }
    let ending = try Program.train(arguments, in: folder)
    #expect(
      ending.status == 1 && !ending.wasKilled && ending.complaints.count == 2, "\(ending.errors)")
    #expect(
      ending.errors.hasPrefix("train: ") && ending.errors.contains(sentence), "\(ending.errors)")
    #expect(
      try !folder.names.contains { $0.hasSuffix(".tmp") || ["model.bin", "mine"].contains($0) })
  }

  @Test func resumingRefusesOtherTextsAndSettings() throws {
    let folder = try Self.folder()
    let settings = Self.shape + ["--steps", "2"]
    _ = try Self.train(settings, in: folder)
    let other = try Self.train(settings + ["--resume", "--learning-rate", "0.5"], in: folder)
    #expect(other.isRefusal(by: "train") && other.errors.contains("the training began with 0.002"))
    let size = try Self.train(["--resume", "--vocab-size", "340"], in: folder)
    #expect(size.errors.contains("--vocab-size: found 340, but"), "\(size.errors)")
    let shipped = packageRoot + "/tokenizer.bin"
    let vocabulary = try Self.train(["--resume", "-z", shipped], in: folder)
    #expect(vocabulary.errors.contains("is not tokenizer.bin, the vocab"), "\(vocabulary.errors)")
    let model = try folder.read("model.bin")
    let state = try folder.read("model.state")
    func damaged(_ state: [UInt8]) throws -> String {
      try folder.write(state, to: "model.state")
      return try Self.train(settings + ["--resume"], in: folder).errors
    }
    #expect(try damaged(Array(state.dropLast())).contains("promises"))
    #expect(try damaged(Array(state.dropFirst())).contains("does not begin as a state"))
    let weights = try #require(state.firstRange(of: Array("\n\n".utf8))).upperBound
    var bytes = state
    withUnsafeBytes(of: Float.nan) { bytes.replaceSubrange(weights..<weights + 4, with: $0) }
    #expect(try damaged(bytes).contains("NaN or infinite"))
    // The end: the steps of two held-out losses, and these.
    for (offset, bits) in [
      (16, 3), (12, UInt32.max), (8, Float.nan.bitPattern), (4, (3e38 as Float).bitPattern),
      (20, Float.nan.bitPattern), (20, (3e38 as Float).bitPattern),
    ] {
      var bytes = state
      let place = state.count - offset
      withUnsafeBytes(of: bits) { bytes.replaceSubrange(place..<place + 4, with: $0) }
      #expect(try damaged(bytes).contains("losses that no training has"), "\(offset) \(bits)")
    }
    let heading = String(decoding: state[..<weights], as: UTF8.self)
    for (line, changed) in [
      ("\nstep 2", "\nstep 9"), ("--dim 32", "--dim 1e2"), ("--seed 1337", "--seed"),
    ] {
      let errors = try damaged(
        Array(heading.replacing(line, with: changed).utf8) + state[weights...])
      #expect(errors.contains("not what train --resume goes on from"), "\(errors)")
    }
    try folder.write(state, to: "model.state")
    try folder.write(Array(Self.stories(210).utf8), to: "stories.txt")
    let text = try Self.train(settings + ["--resume"], in: folder)
    #expect(text.errors.contains("are not those of model.state"), "\(text.errors)")
    #expect(try folder.read("model.bin") == model)
  }

  @Test func anOldModelKeepsItsVocabularyUntilThereIsANewModel() throws {
    let folder = try Self.folder()
    _ = try Self.train(Self.shape + ["--steps", "1"], in: folder)
    let vocabulary = try folder.read("tokenizer.bin")
    try folder.write(Array(Self.stories(200).replacing("new", with: "old").utf8), to: "stories.txt")
    let refused = try Self.train(
      ["--force", "--vocab-size", "330", "--dim", "1048576", "--heads", "1024", "--kv-heads", "8"],
      in: folder)
    #expect(refused.status == 1 && refused.errors.contains("are free"), "\(refused.errors)")
    #expect(try folder.read("tokenizer.bin") == vocabulary)
    #expect(try folder.names.count == 5)
    let trained = try Self.train(Self.shape + ["--force", "--steps", "1"], in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try folder.read("tokenizer.bin") != vocabulary)
    let run = try Program.run(["model.bin", "-n", "5"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func theFilesBehindSymbolicLinksAreReplaced() throws {
    let folder = try Self.folder()
    try FileManager.default.createDirectory(
      atPath: folder["there"], withIntermediateDirectories: true)
    for name in ["model.bin", "model.state", "model.svg", "tokenizer.bin"] {
      try folder.write([0], to: "there/" + name)
      try FileManager.default.createSymbolicLink(
        atPath: folder[name], withDestinationPath: "there/" + name)
    }
    let trained = try Self.train(Self.shape + ["--steps", "1", "--force"], in: folder)
    #expect(trained.status == 0, "\(trained.errors)")
    for name in ["model.bin", "model.state", "model.svg", "tokenizer.bin"] {
      #expect(try folder.read("there/" + name).count > 1, "\(name)")
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: folder[name]) == "there/" + name)
    }
  }

  /// A process has the id of one that was killed while it wrote.
  @Test func temporaryFilesOfAnEarlierProcessAreReplaced() throws {
    let folder = try Self.folder()
    let command =
      "for name in model.bin model.state model.svg tokenizer.bin; do echo > $name.$$.tmp; done;"
      + " exec \(Program.train.path) stories.txt --steps 1 "
    let trained = try Program(path: "/bin/sh")(
      ["-c", command + Self.shape.joined(separator: " ")], in: folder)
    #expect(trained.status == 0 && trained.errors == "", "\(trained.errors)")
    #expect(
      try folder.names
        == ["model.bin", "model.state", "model.svg", "stories.txt", "tokenizer.bin"])
  }

  /// The vocabulary is such a file until the first model is written.
  @Test func aSecondInterruptRemovesTheFilesThatAreNotWhole() throws {
    let folder = try Self.folder()
    let started = try Program.train.start(
      ["stories.txt"] + Self.shape + ["--gradient-accumulation", "1000000"], in: folder)
    while started.isRunning,
      try !String(decoding: started.output, as: UTF8.self).contains("memory:")
    {
      usleep(1000)
    }
    usleep(1_000_000)
    #expect(try folder.names.contains { $0.hasPrefix("tokenizer.bin.") })
    started.interrupt()
    usleep(500_000)
    #expect(started.isRunning)
    started.interrupt()
    let ending = try started.ending()
    #expect(ending.wasKilled && ending.status == SIGINT, "\(ending.status)")
    #expect(try folder.names == ["stories.txt"])
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
    #expect(
      full.status == 1 && full.complaints.count == 3
        && full.complaints[0].hasSuffix("; the training goes on"), "\(full.errors)")
    #expect(try folder.read("model.bin") == model && folder.read("model.state") == state)
    #expect(try !folder.names.contains { $0.hasSuffix(".tmp") })
  }

  /// The limit of the file size lets the model through, and not the state, which is three times as large.
  @Test func aDiskWithRoomForTheModelAloneKeepsIt() throws {
    let folder = try Self.folder()
    let settings = ["stories.txt"] + Self.shape + ["--steps", "2"]
    _ = try Program.train(settings + ["--out", "there/model.bin"], in: folder)
    let model = try folder.read("there/model.bin")
    let command = "ulimit -f \(model.count / 512 + 8); exec \(Program.train.path) "
    let full = try Program(path: "/bin/sh")(
      ["-c", command + settings.joined(separator: " ")], in: folder)
    let said = "; model.bin is written, but --resume cannot go on from it\n"
    #expect(
      full.status == 1 && full.errors.hasPrefix("train: model.state: ")
        && full.errors.hasSuffix(said), "\(full.errors)")
    #expect(try folder.read("model.bin") == model)
    // Nor may --resume go on from the state of an older training.
    _ = try Program.train(settings + ["--seed", "2", "--force"], in: folder)
    _ = try Program(path: "/bin/sh")(
      ["-c", command + settings.joined(separator: " ") + " --force"], in: folder)
    #expect(try folder.read("model.bin") == model)
    #expect(
      try folder.names == ["model.bin", "model.svg", "stories.txt", "there", "tokenizer.bin"])
  }

  @Test func aStateThatCannotBeReplacedIsResumedFrom() throws {
    let folder = try Self.folder()
    let started = try Self.start(
      Self.shape + ["--steps", "400", "--eval-interval", "50"], to: 50, in: folder)
    started.interrupt()
    _ = try started.ending(within: 5)
    let (size, state) = (try folder.read("model.bin").count, try folder.read("model.state"))
    let step = String(decoding: state, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("step ") }
    let command = "ulimit -f \(size / 512 + 8); exec \(Program.train.path) stories.txt --resume"
    let full = try Program(path: "/bin/sh")(["-c", command], in: folder)
    let said = "; model.bin is written, but --resume goes on from \(step!)\n"
    #expect(full.status == 1 && full.errors.hasSuffix(said), "\(full.errors)")
    #expect(try folder.read("model.state") == state)
    let resumed = try Self.train(["--resume"], in: folder)
    #expect(resumed.status == 0 && resumed.output.contains("step 400 of 400"), "\(resumed.errors)")
  }

  /// Lines that nobody reads must not go into a file that is opened next.
  @Test func aClosedOutputIsRefused() throws {
    let folder = try Self.folder()
    let command = "exec \(Program.train.path) stories.txt --steps 1 "
    let closed = try Program(path: "/bin/sh")(
      ["-c", command + Self.shape.joined(separator: " ") + " >&-"], in: folder)
    #expect(closed.status == 1 && closed.complaints.count == 2, "\(closed.errors)")
    #expect(try folder.names == ["stories.txt"])
  }
}
