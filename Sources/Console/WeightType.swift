import Llama2

/// The type of a GGUF file: that of most of its matrices. The others have the types that llama.cpp's
/// converter gives them, or for Q4_0 and Q4_K_M those of `llama-quantize` after the converter's F32.
// swift-format-ignore: AlwaysUseLowerCamelCase
package enum WeightType: String, Sendable {
  case f32, f16, bf16, q8_0, q4_0, q4_K_M

  /// llama.h: `llama_ftype`, for general.file_type.
  package var fileType: Int {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q4_0: 2
    case .q8_0: 7
    case .q4_K_M: 15
    case .bf16: 32
    }
  }

  /// The type of one tensor (conversion/base.py: `prepare_tensors`; llama-quant.cpp:
  /// `llama_tensor_get_type_impl`, `tensor_type_fallback`).
  ///
  /// - Parameters:
  ///   - shape: rows and columns, or the number of elements of a vector.
  ///   - isOutput: whether it is what the logits are computed with.
  ///   - nLayers: of the model.
  package func type(of name: TensorName, shape: [Int], isOutput: Bool, nLayers: Int)
    -> GGUF.TensorType
  {
    if shape.count == 1 || name.role == .positionEmbedding { return .f32 }
    let type: GGUF.TensorType
    switch self {
    case .f32: return .f32
    case .f16: return .f16
    case .bf16: return .bf16
    case .q8_0: type = .q8_0
    case .q4_0: type = isOutput ? .q6_K : .q4_0
    case .q4_K_M:
      // The values and the way down of the first and the last eighth of the layers and of every third
      // layer between them have six bits (`use_more_bits`).
      let (layer, eighth) = (name.layer ?? 0, nLayers / 8)
      let hasMoreBits =
        layer < eighth || layer >= 7 * nLayers / 8 || (layer - eighth) % 3 == 2
      let isSensitive = isOutput || [.value, .down].contains(name.role) && hasMoreBits
      type = isSensitive ? .q6_K : .q4_K
    }
    // ggml takes a matrix of one row for a vector.
    if shape[0] == 1 && self != .q8_0 { return .f32 }
    // Rows are whole blocks.
    if shape[1] % (type.block?.size ?? 1) == 0 { return type }
    if shape[1] % 32 != 0 { return .f16 }
    return type == .q4_K ? .q5_0 : .q8_0
  }
}
