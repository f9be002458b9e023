/// Which tensor of a model it is, as GGUF files name it.
package struct TensorName: Hashable, Sendable {
  package let role: Role
  package var layer: Int?
  package var isBias = false

  package init(role: Role, layer: Int? = nil, isBias: Bool = false) {
    self.role = role
    self.layer = layer
    self.isBias = isBias
  }

  /// As "blk.0.attn_q.bias".
  package var gguf: String { (layer.map { "blk.\($0)." } ?? "") + role.rawValue + suffix }

  package var suffix: String { isBias ? ".bias" : ".weight" }

  /// What a tensor is in a model; the raw values are GGUF's names (gguf-py: `TENSOR_NAMES`).
  package enum Role: String, Sendable {
    case tokenEmbedding = "token_embd"
    case positionEmbedding = "position_embd"
    case ropeFactors = "rope_freqs"
    case attentionNorm = "attn_norm"
    case query = "attn_q"
    case key = "attn_k"
    case value = "attn_v"
    /// The rows of query, key and value one after the other.
    case queryKeyValue = "attn_qkv"
    case queryNorm = "attn_q_norm"
    case keyNorm = "attn_k_norm"
    case attentionOutput = "attn_output"
    case ffnNorm = "ffn_norm"
    case gate = "ffn_gate"
    case up = "ffn_up"
    case down = "ffn_down"
    case finalNorm = "output_norm"
    case output = "output"

    package var isNorm: Bool { rawValue.hasSuffix("_norm") }
  }
}

extension Config {
  /// Rows and columns of a matrix, or the number of elements of a vector.
  package func shape(of name: TensorName) -> [Int] {
    let shape =
      switch name.role {
      case .tokenEmbedding, .output: [vocabSize, dim]
      case .positionEmbedding: [seqLen, dim]
      case .ropeFactors: [(rope?.size ?? 0) / 2]
      case .attentionNorm, .ffnNorm, .finalNorm: [dim]
      case .query: [qDim, dim]
      case .key, .value: [kvDim, dim]
      case .queryKeyValue: [qDim + 2 * kvDim, dim]
      case .queryNorm, .keyNorm: [headSize]
      case .attentionOutput: [dim, qDim]
      case .gate, .up: [hiddenDim, dim]
      case .down: [dim, hiddenDim]
      }
    return name.isBias ? [shape[0]] : shape
  }
}
