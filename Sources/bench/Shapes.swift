import Console
import Llama2

/// A Llama of a size that people know, for whose speed its weights do not matter.
struct Shape {
  let name: String
  let config: Config
  /// Whether the classifier is the token embedding.
  let isTied: Bool

  /// karpathy's TinyStories models, and TinyLlama.
  static let all = [
    Shape("260K", 64, 172, layers: 5, heads: 8, kvHeads: 4, vocabSize: 512, seqLen: 512),
    Shape("15M", 288, 768, layers: 6, heads: 6, kvHeads: 6, seqLen: 256),
    Shape("42M", 512, 1376, layers: 8, heads: 8, kvHeads: 8, seqLen: 1024),
    Shape("110M", 768, 2048, layers: 12, heads: 12, kvHeads: 12, seqLen: 1024),
    Shape("1.1B", 2048, 5632, layers: 22, heads: 32, kvHeads: 4, seqLen: 2048, isTied: false),
  ]

  /// Those that are measured in seconds.
  static let quick = all.filter { ["15M", "110M"].contains($0.name) }

  private init(
    _ name: String, _ dim: Int, _ hiddenDim: Int, layers: Int, heads: Int, kvHeads: Int,
    vocabSize: Int = 32000, seqLen: Int, isTied: Bool = true
  ) {
    self.name = name
    config = Config(
      dim: dim, hiddenDim: hiddenDim, nLayers: layers, nHeads: heads, nKVHeads: kvHeads,
      vocabSize: vocabSize, seqLen: seqLen)
    self.isTied = isTied
  }
}

extension Shape {
  /// A tokenizer.bin of so many tokens: the first three, the bytes, and names.
  var vocabulary: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt32(16))
    for token in 0..<config.vocabSize {
      let piece: String
      switch token {
      case 0..<3: piece = ["<unk>", "\n<s>\n", "\n</s>\n"][token]
      case 3..<259: piece = Vocabulary.byteName(UInt8(token - 3))
      case 259: piece = " "
      default: piece = " t\(token)"
      }
      bytes.append(littleEndian: (-Float(token)).bitPattern)
      bytes.append(littleEndian: UInt32(piece.utf8.count))
      bytes += piece.utf8
    }
    return bytes
  }
}

/// A format of weights: llama2.c's fp32 (v0) or int8 (v2), or a GGUF's.
struct Format {
  let name: String
  /// nil: one of llama2.c's.
  var type: WeightType?
  /// What rows must be a multiple of. Of other shapes, only some matrices would have the format.
  var block = 1

  static let all = [
    Format(name: "fp32"), Format(name: "int8"), Format(name: "Q8_0", type: .q8_0, block: 32),
    Format(name: "Q4_0", type: .q4_0, block: 32),
    Format(name: "Q4_K_M", type: .q4_K_M, block: 256),
  ]

  func fits(_ config: Config) -> Bool {
    config.dim % block == 0 && config.hiddenDim % block == 0
  }
}

/// A model of random weights.
struct RandomModel {
  /// Bytes of the file.
  let size: Int
  private let header: [UInt8]
  private var parts: [(content: Content, bytes: Int)] = []

  private enum Content: Hashable {
    case constant(Float)
    case random(GGUF.TensorType)

    /// A norm of ones, a matrix of noise, or one of llama2.c's tables, of zeros.
    init(_ role: TensorName.Role?, _ type: GGUF.TensorType) {
      self = role.map { $0.isNorm ? .constant(1) : .random(type) } ?? .constant(0)
    }
  }

  init(_ shape: Shape, _ format: Format) throws {
    let layout = Llama2C(
      shape.config, version: format.name == "int8" ? 2 : 0,
      groupSize: Llama2C.fittingGroupSize(64, shape.config), sharedClassifier: shape.isTied)
    guard let type = format.type else {
      (header, size) = (layout.header, Int(layout.fileSize))
      for section in layout.sections {
        let isInt8 = section.groupSize > 0
        let bytes = section.rows * section.columns * (isInt8 ? 1 : 4)
        let scales = (Content.constant(0x1p-12), Int(section.bytes) - bytes)
        let content = Content(section.tensor.role, isInt8 ? .i8 : .f32)
        for _ in 0..<section.count { parts += [(content, bytes), scales] }
      }
      return
    }
    // A GGUF has the same tensors, less the tables of cos and sin.
    let names = layout.sections.flatMap { section in
      (0..<section.count).compactMap { i in
        section.tensor.role.map { TensorName(role: $0, layer: section.tensor.isOfLayer ? i : nil) }
      }
    }
    let file = try GGUFFile(
      names.map { ($0, shape.config.shape(of: $0)) },
      GGUFMetadata(architecture: "llama", shape.config, type), type, path: shape.name)
    (header, size) = (file.header, file.size)
    for tensor in file.tensors {
      let content = Content(tensor.name.role, tensor.type)
      parts += [(content, tensor.size), (.constant(0), tensor.padding)]
    }
  }

  /// Writes it to a file, from which it has not to be read again.
  func write(to target: TargetFile) throws {
    try header.withUnsafeBytes(target.write)
    var tiles: [Content: [UInt8]] = [:]
    for (content, bytes) in parts where bytes > 0 {
      let tile = tiles[content] ?? Self.tile(of: content)
      tiles[content] = tile
      try tile.withUnsafeBytes { tile in
        for start in stride(from: 0, to: bytes, by: tile.count) {
          try target.write(UnsafeRawBufferPointer(rebasing: tile.prefix(bytes - start)))
        }
      }
    }
    // What the system still had to write to the disk would be written while something is timed.
    try target.flush(toDisk: true)
  }

  /// Bytes that are written again and again, so that gigabytes take seconds. They are whole blocks,
  /// but of no number that divides a row's, so that rows differ.
  private static func tile(of content: Content) -> [UInt8] {
    switch content {
    case .constant(let value):
      return (0..<1 << 16).flatMap { _ in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
    case .random(let type):
      let block = type.block!.bytes
      let count = 1 << 19 / block | 1
      // A linear congruential generator (Knuth 1997: MMIX).
      var state: UInt64 = 42
      var tile = (0..<count * block).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(state >> 56)
      }
      for fixed in type.fixedBits {
        for i in stride(from: fixed.byte, to: tile.count, by: block) {
          tile[i] = tile[i] & fixed.random | fixed.set
        }
      }
      return tile
    }
  }
}

extension GGUF.TensorType {
  /// What is not random in a block: in a byte, the bits that stay random and those that are set.
  /// Floats get the exponent of 2^-6, integers a scale with which weights are at most 2^-5, or 2^-4
  /// where scales are integers too: about as large as Llama's at the beginning of its training.
  fileprivate var fixedBits: [(byte: Int, random: UInt8, set: UInt8)] {
    func half(_ byte: Int, _ bits: UInt16) -> [(byte: Int, random: UInt8, set: UInt8)] {
      [(byte, 0, UInt8(bits & 0xFF)), (byte + 1, 0, UInt8(bits >> 8))]
    }
    switch self {
    case .f32: return [(2, 0x7F, 0x80), (3, 0x80, 0x3C)]
    case .q8_0: return half(0, 0x0C00)  // 2^-12
    case .q4_0: return half(0, 0x1C00)  // 2^-8
    // 2^-14, and 7.5 of it for the minimums, with which the mean is 0
    case .q4_K: return half(0, 0x0400) + half(2, 0x0F80)
    case .q6_K: return half(208, 0x0080)  // 2^-17
    case .i8: return []
    default: preconditionFailure("none of the formats has this type")
    }
  }
}
