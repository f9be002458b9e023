import Foundation
import Llama2
import Testing

/// GGUF files of Llama and its relatives, from the command line.
@Suite struct RelativesTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func run(_ model: SmallGGUF, _ arguments: String...) throws -> Program.Ending {
    let path = try folder.write(model.file.bytes, to: "model.gguf")
    return try Program.run([path, "-t", "0", "-j", "1"] + arguments)
  }

  @Test(arguments: Architecture.allCases)
  func aTextGoesOnFromItsPromptToAnEndToken(_ architecture: Architecture) throws {
    let model = SmallGGUF(.gpt2, architecture, saying: ["a", "b", " ", "c", "<|im_end|>"])
    let ending = try run(model, "-i", "x a")
    #expect(ending.status == 0 && ending.output == "x ab c\n", "\(ending)")
  }

  /// A prompt in one block, and one token after another, up to the last position.
  @Test(arguments: Architecture.allCases)
  func aTextEndsWhereTheContextDoes(_ architecture: Architecture) throws {
    let cycle = Array("abcdefghijklmnopqrst").map { String($0) }
    var model = SmallGGUF(.gpt2, architecture, saying: cycle)
    model[model.key("context_length")] = .uint32(12)
    if architecture == .gpt2 {
      model.change("position_embd.weight") {
        $0.shape[1] = 12
        $0.data.removeLast(4 * (256 - 12) * SmallGGUF.size)
      }
    }
    for steps in ["12", "13", "1000", "0"] {
      #expect(try run(model, "-i", "a", "-n", steps).output == "abcdefghijkl\n")
      let whole = try run(model, "-i", "abcdefghijkl", "-n", steps)
      #expect(whole.status == 0 && whole.output == "abcdefghijkl\n", "\(whole)")
      let longer = try run(model, "-i", "abcdefghijklm", "-n", steps)
      #expect(longer.isRefusal(by: "run"))
      #expect(longer.errors.contains("13 tokens") && longer.errors.contains("12"))
    }
  }

  /// n_positions of GPT-2 is the number of rows of its table.
  @Test(arguments: [0, 1, 255, 257, 1 << 20, 1 << 31 - 1] as [UInt32])
  func aContextOfAnotherLengthThanThePositionsIsRefused(_ length: UInt32) throws {
    var model = SmallGGUF(.gpt2, .gpt2)
    model["gpt2.context_length"] = .uint32(length)
    let ending = try run(model, "-i", "a")
    #expect(ending.isRefusal(by: "run"), "\(ending)")
    let expected = length == 0 ? "seq_len" : "position_embd.weight has the shape [64, 256]"
    #expect(ending.errors.contains(expected) && ending.errors.contains("\(length)"))
  }
}
