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

/// Llama and its relatives, by the names that GGUF files have for them.
enum Architecture: String, CaseIterable, Sendable { case llama, qwen2, qwen3, gpt2 }

/// What a checkpoint's header says.
struct Shape: CustomStringConvertible, Sendable {
  var architecture = Architecture.llama
  var dim = 24
  var hiddenDim = 40
  var nLayers = 2
  var nHeads = 4
  var nKVHeads = 2
  var vocabSize = 300
  var seqLen = 320
  var tied = true
  /// nil: heads share `dim` evenly.
  var ownHeadSize: Int?

  var headSize: Int { ownHeadSize ?? dim / nHeads }
  var qDim: Int { headSize * nHeads }
  var kvDim: Int { headSize * nKVHeads }

  var description: String {
    "\(architecture), dim \(dim), hidden \(hiddenDim), \(nLayers) layers, heads \(nHeads)/\(nKVHeads)"
      + (ownHeadSize.map { " of \($0)," } ?? ",")
      + " vocab \(vocabSize), \(tied ? "tied" : "untied")"
  }
}

/// A matrix of a model, in rows, and what is added to its products.
struct Tensor: Sendable {
  let rows: Int
  let columns: Int
  var values: [Float]
  var bias: [Float]?

  init(_ rows: Int, _ columns: Int, _ random: inout SplitMix) {
    self.rows = rows
    self.columns = columns
    // Products of such a matrix are about as large as what it multiplies.
    values = random.floats(rows * columns, limit: (3 / Float(columns)).squareRoot())
  }
}

/// A Llama or a relative of random weights, as values that tests know and as files that the library
/// reads.
struct Model: Sendable {
  struct Layer: Sendable {
    var rmsAttention: [Float]
    var wq, wk, wv, wo: Tensor
    var rmsFFN: [Float]
    /// GPT-2's w1 is the way up, and its w3 is in no file.
    var w1, w2, w3: Tensor
    /// Qwen3's norms of each head's query and key.
    var qNorm: [Float]?
    var kNorm: [Float]?
    /// GPT-2's.
    var attentionNormBias: [Float]?
    var ffnNormBias: [Float]?
  }

  let shape: Shape
  var embedding: Tensor
  /// GPT-2's, a row for each position.
  var positions: Tensor?
  var layers: [Layer]
  var rmsFinal: [Float]
  /// GPT-2's.
  var finalNormBias: [Float]?
  var classifier: Tensor

  init(_ shape: Shape, seed: Int = 1) {
    var random = SplitMix(seed)
    let (dim, qDim, kvDim, hiddenDim) = (shape.dim, shape.qDim, shape.kvDim, shape.hiddenDim)
    func norm() -> [Float] { random.floats(dim, limit: 0.5).map { $0 + 1 } }
    func matrix(_ rows: Int, _ columns: Int) -> Tensor { Tensor(rows, columns, &random) }
    self.shape = shape
    embedding = matrix(shape.vocabSize, dim)
    layers = (0..<shape.nLayers).map { _ in
      Layer(
        rmsAttention: norm(), wq: matrix(qDim, dim), wk: matrix(kvDim, dim),
        wv: matrix(kvDim, dim), wo: matrix(dim, qDim), rmsFFN: norm(), w1: matrix(hiddenDim, dim),
        w2: matrix(dim, hiddenDim), w3: matrix(hiddenDim, dim))
    }
    rmsFinal = norm()
    classifier = shape.tied ? embedding : matrix(shape.vocabSize, dim)
    addWhatLlamaLacks(&random)
  }

  private mutating func addWhatLlamaLacks(_ random: inout SplitMix) {
    func vector(_ count: Int, around mean: Float = 0) -> [Float] {
      random.floats(count, limit: 0.5).map { $0 + mean }
    }
    let biased: [WritableKeyPath<Layer, Tensor>]
    switch shape.architecture {
    case .llama, .qwen3: biased = []
    case .qwen2: biased = [\.wq, \.wk, \.wv]
    case .gpt2:
      biased = [\.wq, \.wk, \.wv, \.wo, \.w1, \.w2]
      positions = Tensor(shape.seqLen, shape.dim, &random)
      finalNormBias = vector(shape.dim)
    }
    for l in layers.indices {
      for matrix in biased {
        layers[l][keyPath: matrix].bias = vector(layers[l][keyPath: matrix].rows)
      }
      if shape.architecture == .gpt2 {
        layers[l].attentionNormBias = vector(shape.dim)
        layers[l].ffnNormBias = vector(shape.dim)
      }
      if shape.architecture == .qwen3 {
        layers[l].qNorm = vector(shape.headSize, around: 1)
        layers[l].kNorm = vector(shape.headSize, around: 1)
      }
    }
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

/// The formats of llama2.c's export.py, which hold Llamas, and GGUF.
enum Format: Sendable, CustomStringConvertible {
  case v0, v1
  case v2(groupSize: Int)
  /// In F32. GPT-2's queries, keys and values come from one matrix, others' may as well.
  case gguf(fused: Bool)
  /// Matrices in Q8_0, whose rows are multiples of 32.
  case int8GGUF

  /// The int8 values that share a scale, nil in the fp32 formats.
  var groupSize: Int? {
    if case .v2(let groupSize) = self { groupSize } else { nil }
  }

  var description: String {
    switch self {
    case .v0: "v0"
    case .v1: "v1"
    case .v2(let groupSize): "v2 in groups of \(groupSize)"
    case .gguf(let fused): fused ? "GGUF with attn_qkv" : "GGUF"
    case .int8GGUF: "GGUF in Q8_0"
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
    case .gguf(let fused): gguf(fused: fused).bytes
    case .int8GGUF: gguf(asInt8: true).bytes
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

extension Model {
  /// A GGUF file without a vocabulary, with the names that llama.cpp has.
  func gguf(fused: Bool = false, asInt8: Bool = false) -> GGUFBytes {
    var file = GGUFBytes()
    file.metadata = ggufMetadata
    func add(_ name: String, _ values: [Float]?) {
      guard let values else { return }
      let data = values.flatMap { GGUFBytes.littleEndian($0.bitPattern) }
      file.tensors.append(.init(name: name, shape: [UInt64(values.count)], type: 0, data: data))
    }
    func add(_ name: String, _ parts: Tensor..., asFloats: Bool = false) {
      add(name + ".weight", parts.flatMap(\.values))
      let (i, rows) = (file.tensors.count - 1, parts.reduce(0) { $0 + $1.rows })
      file.tensors[i].shape = [UInt64(parts[0].columns), UInt64(rows)]
      if asInt8 && !asFloats {
        file.tensors[i].type = 8
        file.tensors[i].data = parts.flatMap(\.int8Blocks)
      }
      let bias = parts.flatMap { $0.bias ?? [] }
      add(name + ".bias", bias.isEmpty ? nil : bias)
    }
    let isGPT2 = shape.architecture == .gpt2
    add("token_embd", embedding)
    if let positions { add("position_embd", positions, asFloats: true) }
    for (l, layer) in layers.enumerated() {
      let block = "blk.\(l)."
      add(block + "attn_norm.weight", layer.rmsAttention)
      add(block + "attn_norm.bias", layer.attentionNormBias)
      if fused || isGPT2 {
        add(block + "attn_qkv", layer.wq, layer.wk, layer.wv)
      } else {
        add(block + "attn_q", layer.wq)
        add(block + "attn_k", layer.wk)
        add(block + "attn_v", layer.wv)
      }
      add(block + "attn_q_norm.weight", layer.qNorm)
      add(block + "attn_k_norm.weight", layer.kNorm)
      add(block + "attn_output", layer.wo)
      add(block + "ffn_norm.weight", layer.rmsFFN)
      add(block + "ffn_norm.bias", layer.ffnNormBias)
      add(block + (isGPT2 ? "ffn_up" : "ffn_gate"), layer.w1)
      if !isGPT2 { add(block + "ffn_up", layer.w3) }
      add(block + "ffn_down", layer.w2)
    }
    add("output_norm.weight", rmsFinal)
    add("output_norm.bias", finalNormBias)
    if !shape.tied { add("output", classifier) }
    return file
  }

  private var ggufMetadata: [(key: String, value: GGUFBytes.Value)] {
    let name = shape.architecture.rawValue
    let epsilon = shape.architecture == .gpt2 ? "layer_norm_epsilon" : "layer_norm_rms_epsilon"
    return [
      ("general.architecture", .string(name)),
      (name + ".context_length", .uint32(UInt32(shape.seqLen))),
      (name + ".embedding_length", .uint32(UInt32(shape.dim))),
      (name + ".block_count", .uint32(UInt32(shape.nLayers))),
      (name + ".feed_forward_length", .uint32(UInt32(shape.hiddenDim))),
      (name + ".attention.head_count", .uint32(UInt32(shape.nHeads))),
      (name + ".attention.head_count_kv", .uint32(UInt32(shape.nKVHeads))),
      (name + ".attention.key_length", .uint32(UInt32(shape.headSize))),
      (name + ".attention.value_length", .uint32(UInt32(shape.headSize))),
      (name + ".attention." + epsilon, .float32(1e-5)),
    ]
  }
}

extension Tensor {
  /// Blocks of an fp16 scale, here 1 / 256, and 32 int8 (ggml-common.h: `block_q8_0`).
  fileprivate var int8Blocks: [UInt8] {
    stride(from: 0, to: values.count, by: 32).flatMap { start in
      [0x00, 0x1C]
        + values[start..<start + 32].map {
          UInt8(bitPattern: Int8(max(-127, min(127, ($0 * 256).rounded()))))
        }
    }
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
