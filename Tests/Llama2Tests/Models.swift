import Foundation

/// A generator whose numbers a seed fixes (Steele, Lea and Flood 2014: SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// `count` numbers in -limit...limit.
  mutating func floats(_ count: Int, limit: Float) -> [Float] {
    (0..<count).map { _ in
      (Float(next() >> 40) / 8_388_608 - 1) * limit
    }
  }

  mutating func tokens(_ count: Int, below vocabSize: Int) -> [Int] {
    (0..<count).map { _ in Int.random(in: 0..<vocabSize, using: &self) }
  }
}

/// What a checkpoint's header says.
struct Shape: CustomStringConvertible, Sendable {
  var dim = 24
  var hiddenDim = 40
  var nLayers = 2
  var nHeads = 4
  var nKVHeads = 2
  var vocabSize = 300
  var seqLen = 320
  var tied = true

  var headSize: Int { dim / nHeads }
  var kvDim: Int { headSize * nKVHeads }

  var description: String {
    "dim \(dim), hidden \(hiddenDim), \(nLayers) layers, heads \(nHeads)/\(nKVHeads),"
      + " vocab \(vocabSize), \(tied ? "tied" : "untied")"
  }
}

/// A matrix of a model, in rows.
struct Tensor: Sendable {
  let rows: Int
  let columns: Int
  var values: [Float]

  init(_ rows: Int, _ columns: Int, _ random: inout SplitMix) {
    self.rows = rows
    self.columns = columns
    // Products of such a matrix are about as large as what it multiplies.
    values = random.floats(rows * columns, limit: (3 / Float(columns)).squareRoot())
  }
}

/// A Llama of random weights, as values that tests know and as files that the library reads.
struct Model: Sendable {
  struct Layer: Sendable {
    var rmsAttention: [Float]
    var wq, wk, wv, wo: Tensor
    var rmsFFN: [Float]
    var w1, w2, w3: Tensor
  }

  let shape: Shape
  var embedding: Tensor
  var layers: [Layer]
  var rmsFinal: [Float]
  var classifier: Tensor

  init(_ shape: Shape, seed: Int = 1) {
    var random = SplitMix(seed)
    let (dim, kvDim, hiddenDim) = (shape.dim, shape.kvDim, shape.hiddenDim)
    func norm() -> [Float] { random.floats(dim, limit: 0.5).map { $0 + 1 } }
    func matrix(_ rows: Int, _ columns: Int) -> Tensor { Tensor(rows, columns, &random) }
    self.shape = shape
    embedding = matrix(shape.vocabSize, dim)
    layers = (0..<shape.nLayers).map { _ in
      Layer(
        rmsAttention: norm(), wq: matrix(dim, dim), wk: matrix(kvDim, dim), wv: matrix(kvDim, dim),
        wo: matrix(dim, dim), rmsFFN: norm(), w1: matrix(hiddenDim, dim),
        w2: matrix(dim, hiddenDim), w3: matrix(hiddenDim, dim))
    }
    rmsFinal = norm()
    classifier = shape.tied ? embedding : matrix(shape.vocabSize, dim)
  }
}

extension Model {
  /// The values that a file of this format holds: rounded ones in int8.
  func asStored(in format: Format) -> Model {
    guard let groupSize = format.groupSize else { return self }
    var model = self
    model.embedding.round(groupSize)
    for l in layers.indices {
      for matrix in Self.matrices { model.layers[l][keyPath: matrix].round(groupSize) }
    }
    model.classifier.round(groupSize)
    return model
  }

  /// The matrices of a layer, in the order of every format.
  fileprivate static var matrices: [WritableKeyPath<Layer, Tensor>] {
    [\.wq, \.wk, \.wv, \.wo, \.w1, \.w2, \.w3]
  }
}

extension Tensor {
  fileprivate mutating func round(_ groupSize: Int) {
    let groups = Int8Groups(values, groupSize: groupSize, rounding: .toNearestOrEven)
    values = values.indices.map { Float(groups.values[$0]) * groups.scale(of: $0) }
  }
}

// MARK: - Files

/// The formats of llama2.c's export.py.
enum Format: Sendable, CustomStringConvertible {
  case v0, v1
  case v2(groupSize: Int)

  /// The int8 values that share a scale, nil in the fp32 formats.
  var groupSize: Int? {
    if case .v2(let groupSize) = self { groupSize } else { nil }
  }

  var description: String {
    switch self {
    case .v0: "v0"
    case .v1: "v1"
    case .v2(let groupSize): "v2 in groups of \(groupSize)"
    }
  }
}

/// The bytes of a file in the making; numbers are little-endian.
struct Bytes {
  var all: [UInt8] = []

  mutating func int32(_ values: Int...) {
    for value in values { withUnsafeBytes(of: Int32(value).littleEndian) { all += $0 } }
  }
  mutating func float32(_ values: [Float]) {
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { all += $0 } }
  }
}

extension Model {
  /// The whole file.
  func bytes(_ format: Format) -> [UInt8] {
    switch format {
    case .v0: legacyBytes
    case .v1: headedBytes(version: 1) { file, matrix in file.float32(matrix.values) }
    case .v2(let groupSize):
      headedBytes(version: 2, groupSize: groupSize) { file, matrix in
        let groups = Int8Groups(matrix.values, groupSize: groupSize, rounding: .toNearestOrEven)
        file.all += groups.values.map { UInt8(bitPattern: $0) }
        file.float32(groups.scales)
      }
    }
  }

  private func headerFields(vocabSize: Int, _ file: inout Bytes) {
    file.int32(
      shape.dim, shape.hiddenDim, shape.nLayers, shape.nHeads, shape.nKVHeads, vocabSize,
      shape.seqLen)
  }

  /// export.py: `legacy_export`.
  private var legacyBytes: [UInt8] {
    var file = Bytes()
    headerFields(vocabSize: shape.tied ? shape.vocabSize : -shape.vocabSize, &file)
    file.float32(embedding.values)
    for layer in layers { file.float32(layer.rmsAttention) }
    for matrix in Self.matrices[..<4] {
      for layer in layers { file.float32(layer[keyPath: matrix].values) }
    }
    for layer in layers { file.float32(layer.rmsFFN) }
    for matrix in Self.matrices[4...] {
      for layer in layers { file.float32(layer[keyPath: matrix].values) }
    }
    file.float32(rmsFinal)
    // model.py's freqs_cos and freqs_sin, in whose place a reader that used them would go wrong.
    file.float32([Float](repeating: 7, count: shape.seqLen * shape.headSize))
    if !shape.tied { file.float32(classifier.values) }
    return file.all
  }

  /// export.py: `version1_export` and `version2_export`.
  private func headedBytes(
    version: Int, groupSize: Int? = nil, _ write: (inout Bytes, Tensor) -> Void
  ) -> [UInt8] {
    var file = Bytes()
    file.int32(0x616b_3432, version)
    headerFields(vocabSize: shape.vocabSize, &file)
    file.all.append(shape.tied ? 1 : 0)
    if let groupSize { file.int32(groupSize) }
    file.all += [UInt8](repeating: 0, count: 256 - file.all.count)
    for layer in layers { file.float32(layer.rmsAttention) }
    for layer in layers { file.float32(layer.rmsFFN) }
    file.float32(rmsFinal)
    write(&file, embedding)
    for matrix in Self.matrices {
      for layer in layers { write(&file, layer[keyPath: matrix]) }
    }
    if !shape.tied { write(&file, classifier) }
    return file.all
  }
}

/// Values as int8 in groups that share an fp32 scale (export.py: `quantize_q80`; runq.c:
/// `quantize`).
struct Int8Groups: Sendable {
  let values: [Int8]
  let scales: [Float]
  let groupSize: Int

  init(_ floats: [Float], groupSize: Int, rounding: FloatingPointRoundingRule) {
    var values: [Int8] = []
    var scales: [Float] = []
    for start in stride(from: 0, to: floats.count, by: groupSize) {
      let group = floats[start..<start + groupSize]
      let scale = group.map(\.magnitude).max()! / 127
      scales.append(scale)
      values += group.map { scale == 0 ? 0 : Int8(($0 / scale).rounded(rounding)) }
    }
    self.values = values
    self.scales = scales
    self.groupSize = groupSize
  }

  func scale(of i: Int) -> Float { scales[i / groupSize] }
}
