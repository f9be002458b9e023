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

  /// 64, or the largest power of two below that divides the rows of all matrices.
  var groupSize: Int {
    var size = 64
    while config.dim % size != 0 || config.hiddenDim % size != 0 { size /= 2 }
    return size
  }

  /// Bytes of the file, about.
  func fileSize(groupSize: Int) -> Int {
    let weights =
      config.layerWeights + config.vocabSize * config.dim * (sharedClassifier ? 1 : 2)
    return groupSize == 0 ? 4 * weights : weights + 4 * weights / groupSize
  }

  /// Writes a checkpoint of random weights: v0, or v2 if there is a group size.
  func write(to target: TargetFile, groupSize: Int) throws {
    let c = config
    let file = RandomFile(target, groupSize: groupSize)
    if groupSize == 0 {
      try file.int32(header: sharedClassifier ? c.vocabSize : -c.vocabSize, of: c)
      try file.weights(c.vocabSize * c.dim)
      try file.fill(c.nLayers * c.dim, with: 1)
      try file.weights(c.attentionWeights)
      try file.fill(c.nLayers * c.dim, with: 1)
      try file.weights(c.layerWeights - c.attentionWeights)
      try file.fill(c.dim, with: 1)
      try file.fill(c.seqLen * c.headSize, with: 0)
    } else {
      try file.int32([Int(Checkpoint.magic), 2])
      try file.int32(header: c.vocabSize, of: c)
      try file.bytes([sharedClassifier ? 1 : 0])
      try file.int32([groupSize])
      try file.bytes([UInt8](repeating: 0, count: Checkpoint.headerSize - 41))
      try file.fill((2 * c.nLayers + 1) * c.dim, with: 1)
      try file.weights(c.vocabSize * c.dim)
      for (rows, columns) in c.matrices {
        for _ in 0..<c.nLayers { try file.weights(rows * columns) }
      }
    }
    if !sharedClassifier { try file.weights(c.vocabSize * c.dim) }
    // What the system still had to write to the disk would be written while something is timed.
    try target.flush(toDisk: true)
  }
}

extension Config {
  /// The shapes of a layer's matrices in the order of a checkpoint: wq, wk, wv, wo; w1, w2, w3.
  var matrices: [(rows: Int, columns: Int)] {
    [
      (dim, dim), (kvDim, dim), (kvDim, dim), (dim, dim),
      (hiddenDim, dim), (dim, hiddenDim), (hiddenDim, dim),
    ]
  }
  /// Weights of wq, wk, wv and wo in all layers.
  var attentionWeights: Int { nLayers * 2 * dim * (dim + kvDim) }
  /// Weights of all matrices in all layers.
  var layerWeights: Int { attentionWeights + nLayers * 3 * dim * hiddenDim }
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

  func bytes(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes(target.write) }

  func int32(_ values: [Int]) throws {
    try values.map { Int32(truncatingIfNeeded: $0).littleEndian }.withUnsafeBytes(target.write)
  }

  /// The seven numbers of a header.
  func int32(header vocabSize: Int, of c: Config) throws {
    try int32([c.dim, c.hiddenDim, c.nLayers, c.nHeads, c.nKVHeads, vocabSize, c.seqLen])
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
