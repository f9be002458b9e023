import Llama2

/// A GGUF file that is to be written (gguf.md): the header, the metadata, each tensor's name, shape,
/// type and place, and then the tensors, each at a multiple of 32 bytes.
package struct GGUFFile {
  package struct Tensor {
    package let name: TensorName
    package let shape: [Int]
    package let type: GGUF.TensorType
    /// Bytes of the tensor.
    package let size: Int
    /// Zeros behind it.
    package var padding: Int { GGUFFile.padding(size) }
  }

  package private(set) var tensors: [Tensor] = []
  /// All that stands before the tensors.
  package private(set) var header: [UInt8] = []
  /// Bytes of the whole file.
  package private(set) var size = 0

  /// - Parameter tensors: rows and columns of each, or the number of elements of a vector.
  /// - Throws: if the file would become larger than any can be, named by `path`.
  package init(
    _ tensors: [(name: TensorName, shape: [Int])], _ metadata: GGUFMetadata, _ type: WeightType,
    path: String
  ) throws {
    let output =
      tensors.contains { $0.name.role == .output } ? TensorName.Role.output : .tokenEmbedding
    let nLayers = 1 + (tensors.compactMap(\.name.layer).max() ?? 0)
    var infos: [UInt8] = []
    for (name, shape) in tensors {
      let type = type.type(
        of: name, shape: shape, isOutput: name.role == output, nLayers: nLayers)
      guard let block = type.block,
        let bytes = GGUF.product(shape.dropLast() + [shape.last! / block.size, block.bytes]),
        case (let end, let overflow) = size.addingReportingOverflow(bytes), !overflow, end < 1 << 60
      else { throw Refusal(path, "would become larger than any file can be") }
      infos.append(Text(name.gguf))
      infos.append(littleEndian: UInt32(shape.count))
      for size in shape.reversed() { infos.append(littleEndian: UInt64(size)) }
      infos.append(littleEndian: type.rawValue)
      infos.append(littleEndian: UInt64(size))
      self.tensors.append(Tensor(name: name, shape: shape, type: type, size: bytes))
      size = end + Self.padding(end)
    }
    header = Array("GGUF".utf8)
    header.append(littleEndian: UInt32(3))
    header.append(littleEndian: UInt64(tensors.count))
    header.append(littleEndian: UInt64(metadata.entries.count))
    header += metadata.bytes + infos
    header += [UInt8](repeating: 0, count: Self.padding(header.count))
    size += header.count
  }

  /// Bytes up to the next multiple of the alignment.
  private static func padding(_ size: Int) -> Int { -size & 31 }
}
