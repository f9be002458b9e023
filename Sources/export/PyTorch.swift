import Console
import Llama2

/// A file that torch.save wrote: a ZIP archive of a pickle and the storages of its tensors.
struct PyTorchFile {
  let file: MappedFile
  let pickle: Pickle
  private let zip: Zip
  /// The archive's only top-level folder.
  private let prefix: String

  init(_ path: String) throws {
    file = try MappedFile(path: path)
    if file.starts(with: Self.magicBeforeZip) {
      throw Refusal(
        path,
        "is in the format that PyTorch wrote before version 1.6: load it with PyTorch and"
          + " torch.save it again")
    }
    zip = try Zip(file)
    let pickles = zip.entries.keys.filter { $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1 else {
      throw Refusal(path, "a ZIP archive without a data.pkl: not a file that torch.save wrote")
    }
    prefix = String(pickles[0].dropLast("data.pkl".count))
    if let order = zip.entries[prefix + "byteorder"], !order.elementsEqual("little".utf8) {
      throw Refusal(path, "was written on a big-endian machine")
    }
    pickle = try Pickle(zip.entries[pickles[0]]!, path: path)
  }

  /// The pickled magic number of the old format.
  private static let magicBeforeZip: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  /// Adds the tensors of one dictionary of the pickle; other values in it are of no use here.
  func read(_ members: [String: PickleValue], into state: inout StateDict) throws {
    for (name, value) in members {
      guard let tensor = pickle.tensor(value) else { continue }
      try state.insert(try stored(tensor, name), name, from: file.path)
    }
    state.files.append(file)
  }

  /// The tensor's bytes, once all of its elements are known to lie inside its storage, and the
  /// storage inside its entry.
  private func stored(_ tensor: Pickle.Tensor, _ name: String) throws -> StoredTensor {
    func failure(_ problem: String) -> Refusal {
      Refusal(file.path, "the tensor \(quoted(name)) \(problem)")
    }
    let storage = tensor.storage
    guard let bytes = zip.entries[prefix + "data/" + storage.key] else {
      throw failure("lies in the storage \(quoted(storage.key)), which is missing")
    }
    guard storage.count <= bytes.count / storage.type.size else {
      throw failure(
        "lies in a storage of \(storage.count) elements, but its entry has \(bytes.count) bytes")
    }
    guard let count = GGUF.product(tensor.shape), tensor.shape.allSatisfy({ $0 >= 0 }),
      tensor.strides.allSatisfy({ $0 >= 0 }), tensor.offset >= 0
    else { throw failure("has the impossible shape \(tensor.shape)") }
    guard count <= storage.count,
      count == 0 || lastElement(tensor).map({ $0 < storage.count }) == true
    else {
      throw failure(
        "has the shape \(tensor.shape) at \(tensor.offset), outside its storage of"
          + " \(storage.count) elements")
    }
    return StoredTensor(
      file, storage.type, shape: tensor.shape, strides: tensor.strides,
      data: bytes.baseAddress! + (count == 0 ? 0 : tensor.offset * storage.type.size))
  }

  /// Where the last element lies in the storage, or nil where that does not fit.
  private func lastElement(_ tensor: Pickle.Tensor) -> Int? {
    var last = tensor.offset
    for (size, stride) in Swift.zip(tensor.shape, tensor.strides) {
      let (distance, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow2) = last.addingReportingOverflow(distance)
      if overflow || overflow2 { return nil }
      last = sum
    }
    return last
  }
}
