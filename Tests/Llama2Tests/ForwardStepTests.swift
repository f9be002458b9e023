import Foundation
import Testing

@testable import Llama2

/// The steps of a forward pass that an observer sees, held against a textbook's.
@Suite struct ForwardStepTests {
  static let shapes: [Shape] = [
    Shape(), Shape(architecture: .qwen2, nKVHeads: 4), Shape(architecture: .qwen3, ownHeadSize: 10),
    Shape(architecture: .gpt2, nKVHeads: 4),
  ]

  private static func transformer(
    _ shape: Shape, _ format: Format? = nil, threads: Int = 2
  ) throws -> (Folder, Model, Transformer) {
    let (folder, model) = (try Folder(), Model(shape))
    let format = format ?? (shape.architecture == .llama ? .v1 : .gguf(fused: false))
    let path = try folder.write(model.bytes(format), to: "model")
    return (folder, model, try Transformer(checkpoint: path, threads: threads))
  }

  /// All that an observer of `tokens` sees, read in pieces that end at `cuts`: what it is, and its values
  /// for one token.
  private static func seen(
    _ transformer: Transformer, _ tokens: [Int], cuts: [Int]
  ) -> [String: [[Float]]] {
    var seen: [String: [[Float]]] = [:]
    var start = 0
    for end in cuts + [tokens.count] {
      transformer.forward(Array(tokens[start..<end]), at: start) { step in
        for position in step.positions {
          let values = (0..<step.heads).flatMap { head in
            // Behind the token itself there is nothing to look at.
            let all = Array(step[position, head: head])
            #expect(step.kind != .attention || all[(position + 1)...].allSatisfy { $0 == 0 })
            return step.kind == .attention ? Array(all[...position]) : all
          }
          seen["\(step.kind) at \(position)", default: []].append(values)
        }
      }
      start = end
    }
    return seen
  }

  @Test(arguments: shapes) func everyStepIsTheTextbooks(_ shape: Shape) throws {
    let (folder, model, transformer) = try Self.transformer(shape)
    defer { withExtendedLifetime(folder) {} }
    var random = SplitMix(5)
    let tokens = random.tokens(40, below: shape.vocabSize)
    let seen = Self.seen(transformer, tokens, cuts: [1, 20, 21])
    var oracle = Oracle(model, .v1)
    for (position, token) in tokens.enumerated() {
      _ = oracle.forward(token)
      #expect(oracle.seen.count == ForwardStep.Kind.allCases.count)
      for kind in ForwardStep.Kind.allCases {
        let expected = try #require(oracle.seen[kind.rawValue])
        let found = try #require(seen["\(kind) at \(position)"])
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) {
          let size = b.map(\.magnitude).max()!
          let error = zip(a, b).map { abs(Double($0) - $1) }.max()!
          #expect(a.count == b.count && error < 1e-4 * size, "\(kind) at \(position)")
        }
      }
    }
  }

  static let formats: [(Shape, Format?)] =
    shapes.map { ($0, nil) } + [
      (Shape(architecture: .qwen3, dim: 64, hiddenDim: 96, nHeads: 8, ownHeadSize: 12), .int8GGUF)
    ]

  @Test(arguments: formats) func lookingOnChangesNoBitOfLogits(
    _ shape: Shape, _ format: Format?
  ) throws {
    let (folder, _, transformer) = try Self.transformer(shape, format)
    defer { withExtendedLifetime(folder) {} }
    var random = SplitMix(6)
    let tokens = random.tokens(300, below: shape.vocabSize)
    let plain = transformer.forward(tokens, at: 0).map(\.bitPattern)
    var last: [Float] = []
    for kinds in [Set(ForwardStep.Kind.allCases), [.stream]] {
      var seen: Set<ForwardStep.Kind> = []
      let watched = transformer.forward(tokens, at: 0, observing: kinds) { step in
        seen.insert(step.kind)
        if step.kind == .stream { last = Array(step[step.positions.upperBound - 1]) }
      }
      #expect(seen == kinds && watched.map(\.bitPattern) == plain)
    }
    let lens = last.withUnsafeBufferPointer { transformer.logits(ofStreams: $0) }
    #expect(lens.map(\.bitPattern) == plain)
  }

  @Test func stepsComeInTheirOrder() throws {
    let (folder, _, transformer) = try Self.transformer(Shape())
    defer { withExtendedLifetime(folder) {} }
    var kinds: [ForwardStep.Kind] = []
    transformer.forward([1, 2, 3], at: 0) { kinds.append($0.kind) }
    let all = ForwardStep.Kind.allCases
    #expect(kinds == all + all.dropFirst())
    kinds = []
    transformer.forward([4], at: 3, observing: [.hidden, .attention]) { kinds.append($0.kind) }
    #expect(kinds == [.attention, .hidden, .attention, .hidden])
    transformer.forward([5], at: 4, observing: []) { _ in kinds = [] }
    #expect(kinds.count == 4)
  }

  #if compiler(>=6.2)
    @Test func anObserverThatAsksItsModelForMoreTrapsWithAMessage() async throws {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let llama = try Llama(checkpoint: packageRoot + "/models/stories.bin")
        let (one, other) = (try Transformer(of: llama), try Transformer(of: llama))
        one.forward([1, 2], at: 0) { _ in other.forward([1], at: 0) { _ in } }
      }
      let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
      #expect(message.contains("asks its model for more"), "\(message)")
    }

    /// Through another model's observer.
    @Test(.timeLimit(.minutes(1))) func neitherMayOneInsideAnotherModels() async throws {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let path = packageRoot + "/models/stories.bin"
        let (one, other) = (try Llama(checkpoint: path), try Transformer(checkpoint: path))
        let (first, second) = (try Transformer(of: one), try Transformer(of: one))
        first.forward([1], at: 0) { _ in
          other.forward([1], at: 0) { _ in _ = second.forward([1], at: 0) }
        }
      }
      let message = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
      #expect(message.contains("asks its model for more"), "\(message)")
    }
  #endif

  /// It waits for the pass, as a task of anybody else does.
  @Test func aTaskThatAnObserverBeginsMayAskForMore() async throws {
    let llama = try Llama(checkpoint: packageRoot + "/models/stories.bin")
    let transformer = try Transformer(of: llama)
    var tasks: [Task<Float, any Error>] = []
    transformer.forward([1, 2], at: 0, observing: [.stream]) { _ in
      tasks.append(
        Task {
          let other = try Transformer(of: llama)
          return withExtendedLifetime(other) { other.forward([1, 2], at: 0).max()! }
        })
    }
    let largest = transformer.forward([1, 2], at: 0).max()!
    for task in tasks { #expect(try await task.value == largest) }
    #expect(tasks.count == llama.config.nLayers)
  }

  @Test func anObserverMayUseAnotherModel() throws {
    let (folder, _, transformer) = try Self.transformer(Shape())
    let (folder2, _, other) = try Self.transformer(Shape())
    defer { withExtendedLifetime((folder, folder2)) {} }
    var shown = 0
    transformer.forward([1], at: 0, observing: [.stream]) { _ in
      other.forward([2], at: 0, observing: [.embedding]) { _ in shown += 1 }
    }
    #expect(shown == 2)
  }
}
