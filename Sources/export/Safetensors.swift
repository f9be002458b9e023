import Console
import Llama2

/// Reads a safetensors file: the length of a JSON header in 8 bytes, the header, then the tensors,
/// each at the offsets that the header gives, side by side without a gap.
func readSafetensors(_ path: String, into state: inout StateDict) throws {
  let file = try MappedFile(path: path)
  let header = try SafetensorsHeader(file)
  for (name, tensor) in header.tensors { try state.insert(tensor, name, from: path) }
  state.files.append(file)
}

private struct SafetensorsHeader {
  var tensors: [(String, StoredTensor)] = []
  private let file: MappedFile
  private let data: UnsafeRawBufferPointer

  private var path: String { file.path }

  init(_ file: MappedFile) throws {
    self.file = file
    guard file.bytes.count >= 8 else {
      throw Refusal(file.path, "the file has \(file.bytes.count) bytes: it is cut off")
    }
    let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(file.bytes.count - 8) else {
      throw Refusal(
        file.path,
        "its header is said to have \(length) bytes, but the file has \(file.bytes.count):"
          + " it is cut off, or not a safetensors file")
    }
    let end = 8 + Int(length)
    data = UnsafeRawBufferPointer(rebasing: file.bytes[end...])
    let header = UnsafeRawBufferPointer(rebasing: file.bytes[8..<end])
    guard let members = try JSON.parse(header, path: path).object else {
      throw Refusal(path, "its header is not a JSON object: not a safetensors file")
    }
    try readTensors(members)
  }

  private mutating func readTensors(_ members: JSON.Members) throws {
    var ranges: [(range: Range<Int>, name: String)] = []
    for (key, entry) in members where key != "__metadata__" {
      let name = key.description
      let (tensor, range) = try tensor(name, entry)
      tensors.append((name, tensor))
      ranges.append((range, name))
    }
    ranges.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for (range, name) in ranges {
      guard range.lowerBound == end else {
        throw Refusal(
          path,
          "the tensor \(quoted(name)) starts at byte \(range.lowerBound) of the data, expected"
            + " \(end): tensors overlap or leave a gap")
      }
      end = range.upperBound
    }
    guard end == data.count else {
      throw Refusal(
        path,
        "the tensors end at byte \(end) of the data, but the file has \(data.count):"
          + " it is damaged")
    }
  }

  private func tensor(_ name: String, _ entry: JSON) throws -> (StoredTensor, Range<Int>) {
    func failure(_ problem: String) -> Refusal {
      Refusal(path, "the tensor \(quoted(name)) \(problem)")
    }
    guard let typeName = entry["dtype"]?.text?.description else { throw failure("has no dtype") }
    guard let type = ElementType(rawValue: typeName) else {
      throw failure("has elements of type \(quoted(typeName)), expected F32, F16 or BF16")
    }
    guard let shape = entry["shape"]?.integers, shape.allSatisfy({ $0 >= 0 })
    else { throw failure("has no shape") }
    guard let offsets = entry["data_offsets"]?.integers, offsets.count == 2,
      offsets[0] >= 0, offsets[0] <= offsets[1]
    else { throw failure("has no data_offsets") }
    guard offsets[1] <= data.count else {
      throw failure(
        "ends at byte \(offsets[1]) of the data, but the file has \(data.count): it is cut off")
    }
    guard let size = GGUF.product(shape + [type.size]), size == offsets[1] - offsets[0] else {
      throw failure(
        "has \(offsets[1] - offsets[0]) bytes, which does not fit \(typeName) \(shape)")
    }
    let start = data.baseAddress! + offsets[0]
    return (StoredTensor(file, type, shape: shape, data: start), offsets[0]..<offsets[1])
  }
}
