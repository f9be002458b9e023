import Foundation
import Testing

/// `run --choices`, `--regex`, `--json` and `--json-schema`.
@Suite struct RunPatternTests {
  private static let schema = #"""
    {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9},
    "age": {"type": "integer", "minimum": 1, "maximum": 20}}, "required": ["name", "age"]}
    """#

  private static func run(
    _ stage: Stage, _ arguments: [String], input: String = ""
  ) throws -> Program.Ending {
    try Program.run([stage.checkpoint] + arguments, input: input)
  }

  private struct Animal: Decodable {
    let name: String
    let age: Int
  }

  @Test func everyTextMatches() throws {
    let stage = try Stage()
    let file = try stage.folder.write(Array(Self.schema.utf8), to: "schema.json")
    for seed in 1...10 {
      func text(_ arguments: String...) throws -> String {
        let run = try Self.run(stage, ["-s", "\(seed)", "-i", "the rain"] + arguments)
        #expect(run.status == 0, "\(run)")
        return String(run.output.dropFirst("the rain".count).dropLast())
      }
      #expect(["yes", "no", " maybe"].contains(try text("--choices", "yes|no| maybe")))
      #expect(try text("--regex", #"a{2,4}-\d\d"#).wholeMatch(of: /a{2,4}-\d\d/) != nil)
      let animal = try JSONDecoder().decode(
        Animal.self, from: Data(text("--json-schema", file).utf8))
      #expect(1...20 ~= animal.age && animal.name.unicodeScalars.count <= 9)
      let json = try text("--json", "-n", "200")
      _ = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    }
  }

  @Test func repliesBatchesAndBeamsMatch() throws {
    let stage = try Stage()
    let choices = ["--choices", "yes|no|unsure", "-s", "3"]
    let chat = try Self.run(stage, ["-m", "chat", "-y", "", "-i", "a", "-n", "40"] + choices)
    let reply = try #require(chat.output.split(separator: "Assistant: ").last)
    #expect(["yes", "no", "unsure"].contains(reply.prefix { $0.isLetter }))
    let batch = try Self.run(stage, ["--batch", "-"] + choices, input: "a\nb\nc\n")
    #expect(batch.output.matches(of: /"matched", "text": "[abc](yes|no|unsure)"/).count == 3)
    let beams = try Self.run(stage, ["--beams", "3", "-i", "a"] + choices)
    #expect(beams.output.wholeMatch(of: /a(yes|no|unsure)\n/) != nil)
  }

  /// From standard input, and from a file that is a pipe.
  @Test(arguments: ["-", "/dev/stdin"])
  func aSchemaIsReadFromAPipe(path: String) throws {
    let (stage, pipe) = (try Stage(), Pipe())
    let arguments = [stage.checkpoint, "-s", "3", "-i", "the rain", "--json-schema", path]
    let run = try Program.run.start(arguments, typing: pipe)
    try pipe.fileHandleForWriting.write(contentsOf: Data(Self.schema.utf8))
    try pipe.fileHandleForWriting.close()
    let ending = try run.ending()
    #expect(ending.status == 0, "\(ending)")
    _ = try JSONDecoder().decode(
      Animal.self, from: Data(ending.output.dropFirst("the rain".count).utf8))
  }

  @Test func theTextIsTheSameWithAnyDraft() throws {
    let stage = try Stage()
    let arguments = ["-s", "4", "-i", "the rain", "--regex", "( in the [a-z]{2,9}){3,20}"]
    let expected = try Self.run(stage, arguments + ["--draft", "none"])
    #expect(expected.output.utf8.count > 30)
    for draft in [[], ["--draft", stage.checkpoint]] {
      #expect(try Self.run(stage, arguments + draft).output == expected.output)
    }
  }

  @Test func whatCannotBeMatchedIsRefused() throws {
    let stage = try Stage()
    let schema = try stage.folder.write(
      Array(#"{"type": "string", "format": "date"}"#.utf8), to: "schema.json")
    let damaged = try stage.folder.write(Array("{".utf8), to: "damaged.json")
    for (arguments, beginning, part) in [
      (["--regex", "(?=a)"], "--regex: ", "lookahead"), (["--regex", "["], "--regex: ", "["),
      (["--json-schema", schema], schema + ": ", "\"format\""),
      (["--json-schema", damaged], damaged + ": ", "JSON"),
      (["--json-schema", "none"], "none: ", "No such file"),
      (["--json-schema", ""], "--json-schema: ", "name of a file"),
      (["--json-schema", "-", "-i", "-"], "--json-schema: ", "-i -"),
      (["--json-schema", "-", "--batch", "-"], "--json-schema: ", "--batch -"),
      (["--choices", "yes||no"], "--choices: ", "\"yes||no\", expected texts that are not empty"),
      (["--choices", ""], "--choices: ", "not empty"),
      (["--json", "--regex", "a"], "--regex: ", "one pattern"),
      (["--json", "-m", "score", "-i", "a"], "-m score: ", "no pattern"),
    ] {
      let run = try Self.run(stage, arguments, input: "{}")
      #expect(run.isRefusal(by: "run") && run.errors.hasPrefix("run: " + beginning), "\(run)")
      #expect(run.errors.contains(part), "\(run)")
    }
  }
}
