import Console
import Llama2

/// A Llama of a size that people know, for whose speed its weights do not matter.
struct Shape {
  let name: String
  let config: Config
  var sharedClassifier = true

  /// karpathy's TinyStories models, and TinyLlama.
  static let all = [
    Shape("260K", 64, 172, layers: 5, heads: 8, kvHeads: 4, vocabSize: 512, seqLen: 512),
    Shape("15M", 288, 768, layers: 6, heads: 6, kvHeads: 6, seqLen: 256),
    Shape("42M", 512, 1376, layers: 8, heads: 8, kvHeads: 8, seqLen: 1024),
    Shape("110M", 768, 2048, layers: 12, heads: 12, kvHeads: 12, seqLen: 1024),
    Shape("1.1B", 2048, 5632, layers: 22, heads: 32, kvHeads: 4, seqLen: 2048, shared: false),
  ]

  /// Those that are measured in seconds.
  static let quick = ["260K", "15M", "42M"]

  private init(
    _ name: String, _ dim: Int, _ hiddenDim: Int, layers: Int, heads: Int, kvHeads: Int,
    vocabSize: Int = 32000, seqLen: Int, shared: Bool = true
  ) {
    self.name = name
    config = Config(
      dim: dim, hiddenDim: hiddenDim, nLayers: layers, nHeads: heads, nKVHeads: kvHeads,
      vocabSize: vocabSize, seqLen: seqLen)
    sharedClassifier = shared
  }

  /// Its checkpoint in v0, or in v2 with int8 weights.
  func layout(isInt8: Bool) -> Llama2C {
    Llama2C(
      config, version: isInt8 ? 2 : 0, groupSize: Llama2C.fittingGroupSize(64, config),
      sharedClassifier: sharedClassifier)
  }
}

extension Llama2C {
  /// Writes a checkpoint of random weights.
  func writeRandom(to target: TargetFile) throws {
    let file = RandomFile(target, groupSize: groupSize)
    try header.withUnsafeBytes(target.write)
    for section in sections {
      for _ in 0..<section.count {
        let count = section.rows * section.columns
        switch section.tensor {
        case .attentionNorm, .ffnNorm, .finalNorm: try file.fill(count, with: 1)
        case .cosTable, .sinTable: try file.fill(count, with: 0)
        default: try file.weights(count)
        }
      }
    }
    // What the system still had to write to the disk would be written while something is timed.
    try target.flush(toDisk: true)
  }
}

/// A checkpoint in the making.
private final class RandomFile {
  private let target: TargetFile
  private let groupSize: Int
  /// Weights of a standard deviation of 0.02, as Llama's begin, or int8 for a scale that gives
  /// them. They are written again and again, so that gigabytes take seconds.
  private let noise: [UInt8]
  /// Where in `noise` the next weights begin.
  private var place = 0
  private static let largestWeight: Float = 0.035
  /// Not a multiple of any row, so that rows differ.
  private static let noiseCount = 1_000_003

  init(_ target: TargetFile, groupSize: Int) {
    self.target = target
    self.groupSize = groupSize
    var random = Xorshift()
    if groupSize == 0 {
      let range = -Self.largestWeight...Self.largestWeight
      let floats = (0..<Self.noiseCount).map { _ in Float.random(in: range, using: &random) }
      noise = floats.withUnsafeBytes { Array($0) }
    } else {
      noise = (0..<Self.noiseCount).map { _ in
        UInt8(bitPattern: Int8.random(in: -127...127, using: &random))
      }
    }
  }

  func fill(_ count: Int, with value: Float) throws {
    let floats = [Float](repeating: value, count: min(count, 1 << 18))
    for start in stride(from: 0, to: count, by: 1 << 18) {
      try floats[..<min(count - start, 1 << 18)].withUnsafeBytes(target.write)
    }
  }

  /// `count` random weights: fp32, or int8 and then their scales.
  func weights(_ count: Int) throws {
    var left = groupSize == 0 ? 4 * count : count
    while left > 0 {
      let piece = min(left, noise.count - place)
      try noise[place..<place + piece].withUnsafeBytes(target.write)
      place = (place + piece) % noise.count
      left -= piece
    }
    if groupSize > 0 { try fill(count / groupSize, with: Self.largestWeight / 127) }
  }
}
