import Foundation
import Llama2
import Testing

/// The logits of GGUF files, held against those of a textbook forward pass over the dequantised
/// weights, as Tests/gguf-fixtures.py computed them, and against those of transformers, as
/// Tests/relatives-fixtures.py did.
@Suite struct GGUFForwardTests {
  struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let tokens: [Int]
    /// Where logits are known.
    let positions: [Int]

    /// Those of the textbook.
    static let all = inFolder("gguf")
    /// Those of transformers.
    static let relatives = inFolder("relatives")

    private static func inFolder(_ name: String) -> [Fixture] {
      let folder = ExportProgram.fixtures.appendingPathComponent(name)
      let data = try! Data(contentsOf: folder.appendingPathComponent("forward.json"))
      var fixtures = try! JSONDecoder().decode([Fixture].self, from: data)
      for i in fixtures.indices { fixtures[i].folder = folder }
      return fixtures
    }

    private enum CodingKeys: CodingKey { case name, tokens, positions }
    private var folder = ExportProgram.fixtures

    var path: String { folder.appendingPathComponent(name + ".gguf").path }
    var testDescription: String { name }

    /// One row of logits for each of `positions`.
    func expected() throws -> [[Float]] {
      let data = try Data(contentsOf: folder.appendingPathComponent(name + ".f32"))
      let logits = data.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map { i in
          Float(
            bitPattern: UInt32(
              littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt32.self)))
        }
      }
      let width = logits.count / positions.count
      return positions.indices.map { Array(logits[$0 * width..<($0 + 1) * width]) }
    }

    /// The largest error, as the root of its mean square over the logits' standard deviation.
    /// Quantised weights meet activations that are rounded to int8 in groups of 32.
    var limit: Double {
      if folder.lastPathComponent == "relatives" { return 2e-5 }
      return switch name {
      case "f32": 2e-4
      case "f16", "bf16", "partial-rope", "gpt2-f16", "qwen3-bf16": 2e-3
      default: 0.05
      }
    }
  }

  @Test(arguments: Fixture.all + Fixture.relatives, [1, 2])
  func logitsAreThoseOfTheTextbook(_ fixture: Fixture, threads: Int) throws {
    let transformer = try Transformer(checkpoint: fixture.path, threads: threads)
    for (position, expected) in zip(fixture.positions, try fixture.expected()) {
      let whole = transformer.logits(Array(fixture.tokens[...position]), at: 0)
      #expect(Self.error(whole, expected) < fixture.limit, "\(position + 1) tokens at once")
    }
  }

  @Test(arguments: Fixture.all + Fixture.relatives)
  func logitsOfOneTokenAfterAnotherAreThoseOfTheTextbook(_ fixture: Fixture) throws {
    let transformer = try Transformer(checkpoint: fixture.path, threads: 2)
    let expected = Dictionary(
      uniqueKeysWithValues: zip(fixture.positions, try fixture.expected()))
    for (position, token) in fixture.tokens.enumerated() {
      let logits = transformer.logits([token], at: position)
      guard let expected = expected[position] else { continue }
      #expect(Self.error(logits, expected) < fixture.limit, "position \(position)")
    }
  }

  @Test(arguments: Fixture.all + Fixture.relatives)
  func logitsHaveTheSameBitsHoweverThePromptIsCut(_ fixture: Fixture) throws {
    let whole = try Transformer(checkpoint: fixture.path, threads: 1)
    let pieces = try Transformer(checkpoint: fixture.path, threads: 3)
    let tokens = fixture.tokens
    for cut in [1, 2, 7, 16, 33, 39] {
      _ = pieces.logits(Array(tokens[..<cut]), at: 0)
      let logits = pieces.logits(Array(tokens[cut...]), at: cut)
      #expect(logits.map(\.bitPattern) == whole.logits(tokens, at: 0).map(\.bitPattern))
    }
  }

  /// The root of the mean square difference, in units of the expectation's standard deviation.
  static func error(_ logits: [Float], _ expected: [Float]) -> Double {
    guard logits.count == expected.count else { return .infinity }
    let count = Double(expected.count)
    let mean = expected.reduce(0) { $0 + Double($1) } / count
    let variance = expected.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let square = zip(logits, expected).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    return (square / count / variance).squareRoot()
  }
}
