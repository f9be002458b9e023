import Console
import Llama2

/// The type of a GGUF file: that of most of its matrices. The others have the types that llama.cpp's
/// converter gives them, or for Q4_0 those of `llama-quantize` after the converter's F32.
// swift-format-ignore: AlwaysUseLowerCamelCase
enum WeightType: String, CaseIterable {
  case f32, f16, bf16, q8_0, q4_0

  /// llama.h: `llama_ftype`, for general.file_type.
  var fileType: Int {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q4_0: 2
    case .q8_0: 7
    case .bf16: 32
    }
  }

  /// The type of one tensor (conversion/base.py: `prepare_tensors`; llama-quant.cpp:
  /// `llama_tensor_get_type_impl`, `tensor_type_fallback`).
  ///
  /// - Parameter isOutput: whether it is what the logits are computed with.
  func type(of name: TensorName, _ tensor: Tensor, isOutput: Bool) -> GGUF.TensorType {
    if tensor.shape.count == 1 || name.role == .positionEmbedding { return .f32 }
    switch self {
    case .f32: return .f32
    case .f16: return .f16
    case .bf16: return .bf16
    case .q8_0: return tensor.columns % 32 == 0 ? .q8_0 : .f16
    case .q4_0:
      // ggml takes a matrix of one row for a vector.
      if tensor.rows == 1 { return .f32 }
      if tensor.columns % 32 != 0 { return .f16 }
      if !isOutput { return .q4_0 }
      return tensor.columns % 256 == 0 ? .q6_K : .q8_0
    }
  }
}

extension Source {
  /// As llama.cpp's converter chooses: the 16 bits of the first matrix that has some, or F16.
  var ownType: WeightType {
    let types = tensors.lazy.filter { $0.shape.count > 1 }.map(\.type)
    return types.first { $0 == "BF16" || $0 == "F16" } == "BF16" ? .bf16 : .f16
  }
}

/// A GGUF file that is to be written (gguf.md): the header, the metadata, each tensor's name, shape,
/// type and place, and then the tensors, each at a multiple of 32 bytes.
struct GGUFFile {
  struct Entry {
    let name: String
    let tensor: Tensor
    let type: GGUF.TensorType
    /// Bytes of the tensor.
    let size: Int
    /// Bytes from the first tensor.
    let offset: Int
  }

  private(set) var entries: [Entry] = []
  /// All that stands before the tensors.
  private(set) var header: [UInt8] = []
  /// Bytes of the whole file.
  private(set) var size = 0

  private static let alignment = 32

  /// Throws if the file would become larger than any can be.
  init(_ model: Model, _ metadata: GGUFMetadata, _ type: WeightType, path: String) throws {
    for (name, tensor) in model.tensors {
      let isOutput = name.role == (model.hasOutput ? .output : .tokenEmbedding)
      let type = type.type(of: name, tensor, isOutput: isOutput)
      guard let block = type.block,
        let bytes = GGUF.product([tensor.rows, tensor.columns / block.size, block.bytes]),
        case (let end, let overflow) = size.addingReportingOverflow(bytes), !overflow, end < 1 << 60
      else { throw Refusal(path, "would become larger than any file can be") }
      entries.append(
        Entry(name: name.gguf, tensor: tensor, type: type, size: bytes, offset: size))
      size = end + Self.padding(end)
    }
    header = Array("GGUF".utf8)
    header.append(littleEndian: UInt32(3))
    header.append(littleEndian: UInt64(entries.count))
    header.append(littleEndian: UInt64(metadata.entries.count))
    header += metadata.bytes
    for entry in entries { append(entry) }
    header += [UInt8](repeating: 0, count: Self.padding(header.count))
    size += header.count
  }

  private mutating func append(_ entry: Entry) {
    header.append(Text(entry.name))
    let shape = entry.tensor.shape
    header.append(littleEndian: UInt32(shape.count))
    for size in shape.reversed() { header.append(littleEndian: UInt64(size)) }
    header.append(littleEndian: entry.type.rawValue)
    header.append(littleEndian: UInt64(entry.offset))
  }

  static func padding(_ size: Int) -> Int { -size & (alignment - 1) }
}

extension Writer {
  mutating func write(_ gguf: GGUFFile) throws {
    try gguf.header.withUnsafeBytes { try write($0) }
    for entry in gguf.entries {
      try write(entry.tensor, entry.name, type: entry.type)
      let padding = [UInt8](repeating: 0, count: GGUFFile.padding(entry.size))
      try padding.withUnsafeBytes { try write($0) }
    }
  }

  /// A tensor in one of GGUF's types.
  mutating func write(_ tensor: Tensor, _ name: String, type: GGUF.TensorType) throws {
    guard let block = type.block else { preconditionFailure("\(type) is not written") }
    let check = { [path] (magnitude: Float) throws in
      guard magnitude.isFinite, magnitude > type.largestWeight else { return }
      throw Refusal(
        path,
        "a weight of \(name) is \(magnitude) or its negative, but \(type.name) holds at most"
          + " \(type.largestWeight): write it with --type \(type == .bf16 ? "" : "bf16 or ")f32")
    }
    try write(tensor, name, block: block, check: check) { part in
      encode(part.weights, part.count, as: type, to: part.out)
      return block.size > 1 ? roundingError(part.weights, part.count, part.out, type) : nil
    }
  }
}
