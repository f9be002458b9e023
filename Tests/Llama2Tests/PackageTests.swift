import Foundation
import Llama2
import Testing

/// The package as its users meet it: the README's example, another package that depends on it, the
/// library in one file, and what `make` fetches. These tests compile, so they are the slow ones.
@Suite struct PackageTests {
  private static let env = Program(path: "/usr/bin/env")

  private static func text(of file: String) throws -> String {
    try String(contentsOfFile: packageRoot + "/" + file, encoding: .utf8)
  }

  /// The first block of Swift in the README that contains `mark`.
  private static func readmeExample(_ mark: String) throws -> [UInt8] {
    let blocks = try text(of: "README.md").components(separatedBy: "```swift\n").dropFirst()
    let examples = blocks.map { $0.components(separatedBy: "```")[0] }
    let example = examples.first { $0.contains(mark) }
    return Array(try #require(example, "README.md has no block of Swift with `\(mark)`").utf8)
  }

  /// A package that depends on this one by path, with the README's examples in it, built as the README
  /// says. Its targets have the names of our programs.
  private static func client(in folder: Folder) throws -> (String) -> Program {
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder["llama2.swift"], withDestinationPath: packageRoot)
    try files.copyItem(
      atPath: packageRoot + "/Tests/Llama2Tests/Fixtures/Client", toPath: folder["Client"])
    try files.createDirectory(
      atPath: folder["Client/Sources/Teller"], withIntermediateDirectories: true)
    try folder.write(readmeExample("try Llama("), to: "Client/Sources/Teller/main.swift")
    try folder.write(
      readmeExample("@Observable"), to: "Client/Sources/export/Storyteller.swift")
    let marks = ["text.tokens(", "llama.session(", "Pattern.schema(", "piece.index", "step.heads"]
    let parts = try marks.map {
      String(decoding: try readmeExample($0), as: UTF8.self)
    }
    try folder.write(
      Array(
        """
        import Foundation
        import Llama2
        func readme(file: URL, show: (String) -> Void) async throws {
        \(parts.joined())}
        """.utf8), to: "Client/Sources/export/Readme.swift")
    let view = String(decoding: try readmeExample("import SwiftUI"), as: UTF8.self)
    try folder.write(
      Array("#if canImport(SwiftUI)\n\(view)#endif\n".utf8),
      to: "Client/Sources/export/StoryView.swift")
    let build = try env(
      ["swift", "build", "-c", "release", "--package-path", folder["Client"]], minutes: 15)
    #expect(build.status == 0, "\(build.output)\(build.errors)")
    #expect(!build.output.contains("warning:") && !build.errors.contains("warning:"))
    return { Program(path: folder["Client/.build/release/" + $0]) }
  }

  @Test func aPackageOfAnotherUsesItAsTheReadmeSays() throws {
    let folder = try Folder()
    let client = try Self.client(in: folder)
    let story = try client("Teller")([], in: Folder(path: packageRoot))
    #expect(story.status == 0 && story.errors == "")
    #expect(story.output.hasPrefix("Once upon a time") && story.output.count > 100)

    let stages = [
      try Stage(), try Stage(Shape(tied: false), .v1), try Stage(Shape(seqLen: 100_000), .v1),
    ]
    defer { withExtendedLifetime(stages) {} }  // Their folders are removed with them.
    let checkpoints = stages.map(\.checkpoint)
    let texts = try stages.prefix(2).map {
      try $0.text("the rain", steps: 60, temperature: 0.8, topP: 0.9, seed: 3).debugDescription
    }
    let run = try client("client-run")(Array(checkpoints.prefix(2)), in: folder)
    #expect(run.status == 0 && run.errors == "")
    let lines = run.output.split(separator: "\n").map(String.init)
    let llama = try Llama(checkpoint: checkpoints[0])
    let chat = llama.chat(system: "be kind", steps: 100, temperature: 0)
    let replies = ["the rain", "and then"].map { chat.reply(to: $0).joined().debugDescription }
    #expect(Set(texts).count == 2 && replies[0].utf8.count > 10)
    #expect(lines == texts + texts + replies + ["no such file: No such file or directory"])

    let app = try client("client-export")([checkpoints[0], checkpoints[2]], in: folder)
    #expect(app.status == 0 && app.errors == "")
    let written = app.output.split(separator: "\n")
    #expect(written.count == 2 && written[0].hasPrefix("\"the rain"))
    #expect(written.last == "true ")

    let bench = try client("client-bench")([checkpoints[0], checkpoints[2]], in: folder)
    #expect(bench.status == 0 && bench.errors == "")
    let answers = bench.output.split(separator: "\n").map(String.init)
    let options = GenerationOptions(
      sampling: .random(top: 40, seed: 3), temperature: 0.8, maximumResponseTokens: 40)
    let streamed = ["the rain", "the sun"].map {
      llama.generate($0, options: options).joined().debugDescription
    }
    let session = llama.chat(
      system: "be kind",
      options: GenerationOptions(sampling: .greedy, maximumResponseTokens: 20))
    let responses = ["the rain", "and then"].map {
      session.reply(to: $0).joined().debugDescription
    }
    #expect(
      answers == streamed + [
        "cancelled", responses[0], responses[1] + " false", "\(LlamaError.busy)", "false",
      ]
    )
  }

  @Test func theLibraryInOneFileTellsTheSameText() throws {
    let stage = try Stage()
    let folder = stage.folder
    try FileManager.default.createSymbolicLink(
      atPath: folder["Sources"], withDestinationPath: packageRoot + "/Sources")
    try folder.write(Array(Self.text(of: "Makefile").utf8), to: "Makefile")
    #expect(try Self.env(["make", "single"], in: folder).status == 0)

    let main = """
      let llama = try Llama(checkpoint: "model.bin", tokenizer: "tokenizer.bin")
      for piece in llama.generate("the rain", steps: 200, temperature: 0.8, seed: 3) {
        print(piece, terminator: "")
      }
      print()
      """
    try folder.write(Array(main.utf8), to: "main.swift")
    let compile = try Self.env(
      ["swiftc", "-O", "build/llama2.swift", "main.swift", "-o", "teller"], in: folder, minutes: 15)
    #expect(compile.status == 0, "\(compile.errors)")
    #expect(!compile.errors.contains("warning:"), "\(compile.errors)")
    let single = try Program(path: folder["teller"])([], in: folder)
    let package = try stage.run("-i", "the rain", "-n", "200", "-t", "0.8", "-s", "3")
    #expect(single.status == 0 && single.output == package.output)
  }

  /// The Makefile, and these programs in place of the native build.
  private static func makefile(in folder: Folder) throws {
    let files = FileManager.default
    try folder.write(Array(text(of: "Makefile").utf8), to: "Makefile")
    let build = folder[".build-native/release"]
    try files.createDirectory(atPath: build, withIntermediateDirectories: true)
    for program in [Program.run, .export, .look, .train] {
      let name = URL(fileURLWithPath: program.path).lastPathComponent
      try files.createSymbolicLink(atPath: build + "/" + name, withDestinationPath: program.path)
    }
  }

  /// As the one that ships, but a small one, of few stories.
  @Test func makeMakesAModelFromNothing() throws {
    let folder = try Folder()
    try Self.makefile(in: folder)
    try FileManager.default.createDirectory(
      atPath: folder["models"], withIntermediateDirectories: true)
    for path in ["models/corpus", "Sources"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder[path], withDestinationPath: packageRoot + "/" + path)
    }
    let training =
      "--vocab-size 400 --dim 32 --layers 1 --heads 2 --kv-heads 1 --seq-len 64 --steps 2"
    let make = try Self.env(
      ["make", "model", "BUILD=true", "STORIES=--count 100", "TRAINING=\(training)"], in: folder,
      minutes: 5)
    #expect(make.status == 0, "\(make.errors)")
    let run = try Program.run([folder["models/stories.bin"], "-n", "20"])
    #expect(run.status == 0, "\(run.errors)")

    let stories = try String(contentsOfFile: folder["build/stories.txt"], encoding: .utf8)
      .components(separatedBy: "\n\n").dropLast()
    #expect(stories.count == 200 && Set(stories).count == 200)
    for (i, text) in stories.enumerated() {
      let isChat = i % 2 == 1
      let lines = text.components(separatedBy: "\n")
      #expect(lines.allSatisfy { $0.contains("\t") == isChat }, "\(text)")
      let answers = lines.map { $0.components(separatedBy: "\t").last! }
      let told = answers.map { $0.split(separator: " ").count }.filter { $0 >= 60 }
      #expect(told.count == (isChat ? 2 : 1) && told.allSatisfy { $0 <= 185 }, "\(text)")
    }
    let few = try Self.env(["make", "-s", "corpus", "ARGS=--count 2 --plain"], in: folder)
    #expect(few.output == stories[0] + "\n\n" + stories[2] + "\n\n")
    let wrong = try Self.env(["make", "-s", "corpus", "ARGS=--cuont 2"], in: folder)
    #expect(wrong.status != 0 && wrong.errors.contains("--cuont"))
  }

  @Test func makeFetchesACheckpointAndItsVocabularyWhole() throws {
    let folder = try Folder()
    try folder.write(Array(Self.text(of: "Makefile").utf8), to: "Makefile")
    let checkpoint = Model(Shape()).bytes(.v0)
    let vocabulary = Vocabulary.english(size: 300).file
    try folder.write(checkpoint, to: "a file.bin")
    try folder.write(vocabulary, to: "vocabulary")
    func make(_ checkpoint: String, _ vocabulary: String) throws -> Program.Ending {
      let urls = [checkpoint, vocabulary].map { URL(fileURLWithPath: folder[$0]).absoluteString }
      return try Self.env(
        ["make", "stories15M", "STORIES15M=\(urls[0])", "LLAMA2_VOCABULARY=\(urls[1])"], in: folder)
    }
    let missing = try make("no such file", "vocabulary")
    #expect(missing.status != 0)
    #expect(!FileManager.default.fileExists(atPath: folder["models/stories15M/stories15M.bin"]))

    let whole = try make("a file.bin", "vocabulary")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(try folder.read("models/stories15M/stories15M.bin") == checkpoint)
    #expect(try folder.read("models/stories15M/tokenizer.bin") == vocabulary)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder["models/stories15M"])
    #expect(names.count == 2)
    let path = folder["models/stories15M/stories15M.bin"]
    #expect(try Program.run([path, "-n", "5"]).status == 0)
  }

  @Test func makeFetchesAChatModelWholeAndGoesOnWithAPart() throws {
    let folder = try Folder()
    let files = FileManager.default
    try Self.makefile(in: folder)
    let model = [UInt8](
      try Data(contentsOf: ExportProgram.fixtures.appendingPathComponent("gguf/f32.gguf")))
    let name = "models/SmolLM2-135M-Instruct-Q4_K_M.gguf"
    func make(_ file: String) throws -> Program.Ending {
      let url = URL(fileURLWithPath: folder[file]).absoluteString
      return try Self.env(
        ["make", "--no-print-directory", "smollm2", "BUILD=true", "SMOLLM2=\(url)"], in: folder)
    }
    /// What lies in the folder of models, which must not be a whole one.
    func leftovers() throws -> [String] {
      try files.contentsOfDirectory(atPath: folder["models"])
    }
    #expect(try make("no such file").status != 0)
    #expect(try leftovers() == [])

    try folder.write(Array("<!doctype html><title>Sign in</title>".utf8), to: "page")
    let page = try make("page")
    #expect(page.status != 0 && page.errors.contains("something else than a GGUF file"))
    #expect(try leftovers() == [])

    try folder.write(Array(model.dropLast(1000)), to: "cut")
    let cut = try make("cut")
    #expect(cut.status != 0 && cut.errors.contains("it is cut off"))
    #expect(try leftovers() == [])

    // Of a download that was interrupted, the part that is there is not fetched again.
    try folder.write(Array(model.prefix(50_000)), to: name + ".part")
    try folder.write([UInt8](repeating: 0, count: 50_000) + model.dropFirst(50_000), to: "model")
    let whole = try make("model")
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.output.hasSuffix("now: ./run \(name) -m chat\n"))
    #expect(try folder.read(name) == model && leftovers().count == 1)

    // A whole part is as good.
    try files.moveItem(atPath: folder[name], toPath: folder[name + ".part"])
    #expect(try make("no such file").status == 0)
    #expect(try folder.read(name) == model && leftovers().count == 1)

    let again = try make("no such file")
    #expect(again.status == 0 && again.output.hasSuffix("-m chat\n"))
  }

  @Test func gitIgnoresModelsThatWereFetched() throws {
    let part = "models/SmolLM2-135M-Instruct-Q4_K_M.gguf.part"
    for path in [part, String(part.dropLast(5))] {
      let answer = try Self.env(["git", "-C", packageRoot, "check-ignore", "-q", path])
      #expect(answer.status == 0, "\(path)")
    }
  }

  @Test func theReadmeNamesEveryChatTemplate() throws {
    let readme = try Self.text(of: "README.md")
    for name in Llama.templates { #expect(readme.contains("`\(name)`"), "\(name)") }
  }

  @Test func makeSaysWhereToGetAMissingToolchain() throws {
    let tools = try Folder()
    let make = try Self.env(["sh", "-c", "command -v make"]).output.dropLast()
    let run = try Self.env(
      ["PATH=\(tools.path)", String(make), "-f", packageRoot + "/Makefile", "toolchain"], in: tools)
    #expect(run.status != 0)
    let sentences = run.complaints.filter { $0.contains("no Swift toolchain") }
    #expect(sentences.count == 1 && sentences[0].contains("https://www.swift.org/install"))
  }
}
