import Foundation
import Testing

@testable import Llama2
@testable import llama2_train

/// The passes and the optimizer of `train`, beside PyTorch in double precision (Tests/train-fixtures.py).
struct TrainingTests {
  @Test(arguments: TrainingFixture.shared.cases)
  func lossAndGradientsArePyTorchs(_ expected: TrainingFixture.Case) throws {
    let training = try SmallTraining(
      expected.shape, isTied: expected.tied, windows: expected.windows)
    let loss = training.computeGradients()
    #expect(abs(loss / expected.loss - 1) < 1e-6, "\(loss) \(expected.loss)")
    // What a sum of floats is off by grows with the tensor's largest gradient.
    var checked = 0
    for (place, largest) in zip(training.layout.places, expected.largest) {
      for i in place.range where i % expected.every == 0 {
        let (found, exact) = (Double(training.gradients[i]), expected.gradients[i / expected.every])
        #expect(abs(found - exact) <= 1e-5 * largest, "\(place.tensor) \(i): \(found) \(exact)")
        checked += 1
      }
    }
    #expect(checked == expected.gradients.count)
  }

  /// Of directions in which all of a tensor's weights move, with and without dropout, windows of one text and of
  /// several.
  @Test(arguments: [0, 0.3], [[], [5, 32, 33, 44]])
  func gradientsAreThoseOfDifferences(_ dropout: Float, _ openings: [Int]) throws {
    let training = try SmallTraining([12, 33, 2, 3, 1, 41, 37], isTied: false, windows: 2)
    training.openings = openings
    var random = Random(seed: 7)
    let dropouts = dropout > 0 ? Dropouts(dropout, layers: 2, &random) : nil
    _ = training.computeGradients(dropouts)
    let gradients = Array(
      UnsafeBufferPointer(start: training.gradients, count: training.layout.count))
    for place in training.layout.places {
      let direction = place.range.map { _ in random.normal() }
      let slope = zip(place.range, direction).reduce(0) {
        $0 + Double(gradients[$1.0]) * Double($1.1)
      }
      let length: Float = 2e-3
      func loss(_ distance: Float) -> Double {
        let weights = place.range.map { training.weights[$0] }
        for (i, d) in zip(place.range, direction) { training.weights[i] += distance * d }
        defer { for (i, w) in zip(place.range, weights) { training.weights[i] = w } }
        return training.computeGradients(dropouts)
      }
      let found = (loss(length) - loss(-length)) / Double(2 * length)
      let size = gradients[place.range].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(found - slope) < 0.02 * size + 1e-3, "\(place.tensor): \(found) \(slope)")
    }
  }

  /// Texts shorter and longer than a block of 32 queries, which begin within blocks and at their edges; heads of
  /// less and of more than a panel.
  @Test(arguments: [16, 160])
  func textsInAWindowDoNotSeeOneAnother(dim: Int) throws {
    let training = try SmallTraining([dim, 32, 2, 4, 2, 64, 100], isTied: true, windows: 2)
    let openings = [0, 3, 32, 47, 95, 99, 100, 120, 164]
    func gradients() -> [Float] {
      (0..<training.layout.count).map { training.gradients[$0] }
    }
    training.openings = openings
    let (tokens, targets) = (training.tokens, training.targets)
    let loss = training.computeGradients()
    let together = gradients()
    // Each text alone, at the beginning of a window.
    var (sum, sums) = (0.0, [Float](repeating: 0, count: together.count))
    let count = Double(targets.count { $0 >= 0 })
    training.openings = []
    for (start, end) in zip(openings, openings.dropFirst() + [200]) {
      let rest = [Int32](repeating: 7, count: 200 - (end - start))
      training.tokens = tokens[start..<end] + rest
      training.targets = targets[start..<end] + rest.map { _ in -1 }
      let own = Double(training.targets.count { $0 >= 0 })
      guard own > 0 else { continue }
      sum += training.computeGradients() * own / count
      for (i, gradient) in gradients().enumerated() { sums[i] += gradient * Float(own / count) }
    }
    #expect(abs(loss - sum) < 1e-5, "\(loss) \(sum)")
    let largest = together.reduce(0) { max($0, abs($1)) }
    for (i, (found, expected)) in zip(together, sums).enumerated() {
      #expect(abs(found - expected) < 1e-5 * largest, "\(i): \(found) \(expected)")
    }
  }

  @Test func fiftyStepsFollowPyTorchs() throws {
    let expected = TrainingFixture.shared.curve
    let training = try SmallTraining(expected.shape, isTied: true, windows: expected.windows)
    let (model, network) = try training.model(rank: 0)
    var settings = Settings()
    settings.beta1 = expected.settings["beta1"]!
    settings.beta2 = expected.settings["beta2"]!
    settings.weightDecay = expected.settings["weight_decay"]!
    settings.clip = expected.settings["clip"]!
    var batches = [(training.tokens, training.targets)]
    for _ in 1..<expected.micros { batches.append(training.nextWindows()) }
    let count = batches.reduce(0) { $0 + $1.1.count { $0 >= 0 } }
    let schedule = Schedule(
      rate: Float(expected.settings["learning_rate"]!), warmup: Int(expected.settings["warmup"]!),
      decay: expected.losses.count)
    for (step, exact) in expected.losses.enumerated() {
      model.gradients.update(repeating: 0, count: training.layout.count)
      var loss = 0.0
      for (tokens, targets) in batches {
        (training.tokens, training.targets) = (tokens, targets)
        loss +=
          network.lossAndGradients(training.batch, scale: 1 / Float(count), nil) / Double(count)
      }
      #expect(abs(loss / exact - 1) < 1e-3, "step \(step): \(loss) \(exact)")
      _ = model.step(step + 1, rate: schedule.rate(at: step), settings, network)
    }
  }

  @Test func theLearningRateRisesThenFallsAsACosine() {
    let schedule = Schedule(rate: 8, warmup: 4, decay: 12)
    let rates = [0, 3, 4, 8, 11, 12, 20].map(schedule.rate(at:))
    #expect(
      zip(rates, [2, 8, 8, 4, 0.304_482, 0, 0]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(rates)")
    #expect(Schedule(rate: 8, warmup: 0, decay: 0).rate(at: 1 << 20) == 8)
  }

  @Test func activationsTakeNoMemoryBeforeANetworkDoes() throws {
    let config = Config(
      dim: 8, hiddenDim: 8, nLayers: 1, nHeads: 1, nKVHeads: 1, vocabSize: 300, seqLen: 16)
    let activations = try TrainingActivations(config, windows: 1, threads: 1)
    #expect((0..<64).allSatisfy { activations.cos[$0] == 0 })
    activations.setAngles(config)
    #expect(activations.cos[0] == 1 && activations.minusSin[4] < -0.8)
  }

  @Test func logitsInPartsGiveTheSameGradients() throws {
    let results = try [1 << 24, 1].map { mostLogits in
      let training = try SmallTraining(
        [16, 32, 1, 2, 1, 64, 50], isTied: false, windows: 3, mostLogits: mostLogits)
      #expect(training.activations.logitTokens == (mostLogits == 1 ? 64 : 150))
      let loss = training.computeGradients()
      return [Float(loss)] + (0..<training.layout.count).map { training.gradients[$0] }
    }
    let largest = results[0].dropFirst().reduce(0) { max($0, abs($1)) }
    for (whole, parts) in zip(results[0], results[1]) {
      #expect(abs(whole - parts) < 1e-5 * largest)
    }
  }

  @Test func anEpochHasEachWindowOnceAndAnOrderOfItsOwn() {
    var random = Random(seed: 1)
    // By the same steps in another language.
    #expect(random.permutation(of: 10) == [5, 7, 9, 6, 3, 8, 2, 0, 1, 4])
    var order = WindowOrder(count: 100, seed: 1337)
    let epochs = (0..<3).map { epoch in (0..<100).map { order.window(100 * epoch + $0) } }
    #expect(epochs.allSatisfy { $0.sorted() == Array(0..<100) } && Set(epochs).count == 3)
    var other = WindowOrder(count: 100, seed: 1338)
    #expect((0..<100).map { other.window($0) } != epochs[0])
  }

  @Test func theGradientsDoNotDependOnTheThreads() throws {
    let bits = try [1, 2, 3, 8].map { threads in
      let training = try SmallTraining(
        [64, 96, 2, 4, 2, 64, 72], isTied: true, windows: 3, threads: threads)
      let loss = training.computeGradients()
      return [loss.bitPattern]
        + (0..<training.layout.count).map { UInt64(training.gradients[$0].bitPattern) }
    }
    #expect(Set(bits).count == 1)
  }

  @Test func productsOfAnyShapeAreThoseOfPlainLoops() throws {
    var random = Random(seed: 3)
    for (m, n, k) in [
      (1, 1, 1), (13, 17, 5), (8, 32, 200), (25, 48, 193), (37, 100, 400), (5, 16, 33),
    ] {
      for isTransposed in [(false, false), (true, false), (false, true), (true, true)] {
        let (a, b) = (
          (0..<m * k).map { _ in random.normal() }, (0..<k * n).map { _ in random.normal() }
        )
        let (aRow, aColumn) = isTransposed.0 ? (1, m) : (k, 1)
        let (bRow, bColumn) = isTransposed.1 ? (1, k) : (n, 1)
        var (c, room) = (
          [Float](repeating: 1, count: m * n),
          [Float](repeating: .nan, count: Panels.size(rows: k, columns: n))
        )
        var (x, y) = (a, b)
        x.withUnsafeMutableBufferPointer { x in
          y.withUnsafeMutableBufferPointer { y in
            c.withUnsafeMutableBufferPointer { c in
              room.withUnsafeMutableBufferPointer { room in
                let panels = Panels(start: room.baseAddress!, rows: k, columns: n)
                panels.layOut(
                  Floats(
                    y.baseAddress!, rows: k, columns: n, rowStride: bRow, columnStride: bColumn),
                  rows: 0..<k, factor: 2)
                Floats(x.baseAddress!, rows: m, columns: k, rowStride: aRow, columnStride: aColumn)
                  .multiply(panels, into: Floats(c.baseAddress!, rows: m, columns: n), adding: true)
              }
            }
          }
        }
        for i in 0..<m {
          for j in 0..<n {
            let exact = (0..<k).reduce(1.0) {
              $0 + 2 * Double(a[i * aRow + $1 * aColumn]) * Double(b[$1 * bRow + j * bColumn])
            }
            #expect(abs(Double(c[i * n + j]) - exact) < 1e-4 * Double(k).squareRoot() + 1e-5)
          }
        }
      }
    }
  }

  @Test func adaptersHaveTheGradientsOfTheirProduct() throws {
    let training = try SmallTraining([12, 33, 1, 3, 1, 41, 37], isTied: true, windows: 2)
    let (model, network) = try training.model(rank: 3)
    model.setInitial(seed: 5, keepsWeights: true)
    // B is 0 at first, which would hide A's gradient.
    var random = Random(seed: 11)
    for i in 0..<model.parameterCount { model.parameters[i] += 0.1 * random.normal() }
    func loss() -> Double {
      model.gradients.update(repeating: 0, count: training.layout.count)
      model.merge(network)
      return network.lossAndGradients(training.batch, scale: 1, nil)
    }
    _ = loss()
    let gradients = model.differentiate(network)
    let direction = (0..<model.parameterCount).map { _ in random.normal() }
    let slope = direction.indices.reduce(0) { $0 + Double(direction[$1]) * Double(gradients[$1]) }
    func moved(_ distance: Float) -> Double {
      for i in direction.indices { model.parameters[i] += distance * direction[i] }
      defer { for i in direction.indices { model.parameters[i] -= distance * direction[i] } }
      return loss()
    }
    let found = (moved(1e-3) - moved(-1e-3)) / 2e-3
    #expect(abs(found - slope) < 0.01 * abs(slope), "\(found) \(slope)")
  }
}

/// A network with the weights and windows of the fixtures.
private final class SmallTraining {
  let layout: ParameterLayout
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  let activations: TrainingActivations
  let threads: Threads
  var tokens: [Int32] = []
  var targets: [Int32] = []
  /// Where texts begin in the windows laid end to end, beside the beginnings of the windows.
  var openings: [Int] = []
  private let network: Network
  private let windows: Int
  private var random = FixtureRandom()
  private let data: UnsafeMutablePointer<Int32>

  /// - Parameter shape: dim, hiddenDim, layers, heads, key heads, vocabulary, window.
  init(
    _ shape: [Int], isTied: Bool, windows: Int, threads count: Int = 2, mostLogits: Int = 1 << 24
  ) throws {
    let config = Config(
      dim: shape[0], hiddenDim: shape[1], nLayers: shape[2], nHeads: shape[3], nKVHeads: shape[4],
      vocabSize: shape[5], seqLen: shape[6])
    layout = ParameterLayout(config, isTied: isTied)
    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
      let floats = UnsafeMutablePointer<Float>.allocate(capacity: count)
      floats.update(repeating: 0, count: count)
      return floats
    }
    (weights, gradients) = (floats(layout.count), floats(layout.count))
    threads = Threads(count: count)
    activations = try TrainingActivations(
      config, windows: windows, threads: count, mostLogits: mostLogits)
    self.windows = windows
    data = .allocate(capacity: 3 * windows * config.seqLen)
    network = Network(layout, weights: weights, gradients: gradients, activations, threads)
    for place in layout.places {
      for i in place.range {
        weights[i] = random.float() * 0.5 + (place.isMatrix ? 0 : 1)
      }
    }
    (tokens, targets) = nextWindows()
  }

  deinit {
    threads.stop()
    data.deallocate()
    weights.deallocate()
    gradients.deallocate()
  }

  /// What an optimizer changes, beginning with these weights, and a network of its own for it.
  func model(rank: Int) throws -> (TrainedModel, Network) {
    let model = try TrainedModel(layout, rank: rank)
    model.baseWeights.update(from: weights, count: layout.count)
    return (
      model,
      Network(
        layout, weights: model.weights, gradients: model.gradients, activations, threads)
    )
  }

  func nextWindows() -> (tokens: [Int32], targets: [Int32]) {
    let (vocabSize, seqLen) = (layout.config.vocabSize, layout.config.seqLen)
    let rows = (0..<windows).map { _ in
      (0...seqLen).map { _ in random.below(7) == 0 ? 1 : Int32(random.below(vocabSize)) }
    }
    let targets = rows.flatMap { $0.dropFirst().map { random.below(5) == 0 ? -1 : $0 } }
    return (rows.flatMap { $0.dropLast() }, targets)
  }

  /// The windows, until the next call.
  var batch: MicroBatch {
    let starts = tokens.indices.map { token in
      let window = token / layout.config.seqLen * layout.config.seqLen
      return Int32(max(window, openings.last { $0 <= token } ?? 0) - window)
    }
    data.update(from: tokens + targets + starts, count: 3 * tokens.count)
    return MicroBatch(
      tokens: data, targets: data + tokens.count, starts: data + 2 * tokens.count)
  }

  /// The mean loss, and its gradient.
  func computeGradients(_ dropouts: Dropouts? = nil) -> Double {
    gradients.update(repeating: 0, count: layout.count)
    let count = targets.count { $0 >= 0 }
    return network.lossAndGradients(batch, scale: 1 / Float(count), dropouts) / Double(count)
  }
}

/// The generator of Tests/train-fixtures.py.
private struct FixtureRandom {
  private var state: UInt32 = 1

  mutating func below(_ limit: Int) -> Int {
    state = 1_664_525 &* state &+ 1_013_904_223
    return (Int(state >> 8) * limit) >> 24
  }

  /// From -0.5 up to 0.5.
  mutating func float() -> Float { Float(below(1 << 24)) / Float(1 << 24) - 0.5 }
}

/// Tests/Llama2Tests/Fixtures/train.json.
struct TrainingFixture: Decodable {
  let cases: [Case]
  let curve: Curve

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let shape: [Int]
    let tied: Bool
    let windows: Int
    /// Every so many of the gradients are here, and the largest of each tensor.
    let every: Int
    let loss: Double
    let largest: [Double]
    let gradients: [Double]
    var testDescription: String { name }
  }

  struct Curve: Decodable, Sendable {
    let shape: [Int]
    let windows: Int
    let micros: Int
    let settings: [String: Double]
    let losses: [Double]
  }

  static let shared = try! JSONDecoder().decode(
    TrainingFixture.self,
    from: Data(Folder(path: packageRoot).read("Tests/Llama2Tests/Fixtures/train.json")))
}
