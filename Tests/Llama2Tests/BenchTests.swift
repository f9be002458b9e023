import Foundation
import Testing

/// `bench` as a process, as far as it goes without measuring for long.
@Suite struct BenchTests {
  @Test(arguments: ["-h", "--help"]) func theUsageNamesEveryFlag(_ flag: String) throws {
    let run = try Program.bench(["--quick", flag])
    #expect(run.status == 0 && run.errors == "")
    for flag in ["-z", "-j", "--svg", "--quick", "-h"] {
      #expect(run.output.contains("  \(flag) "))
    }
  }

  @Test(arguments: [
    "-j", "-j 0", "-j 1,", "-j 1,x", "-j 2000", "-q", "--svg", "a.bin b.bin", "-z tokenizer.bin",
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
    for picture in ["missing/picture.svg", "."] {
      let run = try Program.bench(["--svg", folder[picture]])
      #expect(run.isRefusal(by: "bench") && run.errors.contains(folder.path), "\(run)")
    }
    #expect(try folder.names.isEmpty)
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
}
