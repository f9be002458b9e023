import Console
import Llama2

extension Source {
  /// As llama.cpp's converter chooses: the 16 bits of the first matrix that has some, or F16.
  var ownType: WeightType {
    let types = tensors.lazy.filter { $0.shape.count > 1 }.map(\.type)
    return types.first { $0 == "BF16" || $0 == "F16" } == "BF16" ? .bf16 : .f16
  }
}

// MARK: - Writing

extension Writer {
  mutating func write(_ model: Model, _ gguf: GGUFFile) throws {
    try gguf.header.withUnsafeBytes { try write($0) }
    for tensor in gguf.tensors {
      try write(model[tensor.name]!, tensor.name.gguf, type: tensor.type)
      try [UInt8](repeating: 0, count: tensor.padding).withUnsafeBytes { try write($0) }
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
