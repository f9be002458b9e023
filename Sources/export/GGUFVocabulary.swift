import Llama2

/// A stand-in for the vocabulary half, which is written elsewhere.
func vocabularyMetadata(
  folder: String, architecture: String, settings: Settings, vocabSize: Int
) throws -> (metadata: GGUFMetadata, notes: [String]) {
  var metadata = GGUFMetadata()
  metadata["tokenizer.ggml.model"] = .string("llama")
  metadata["tokenizer.ggml.pre"] = .string("default")
  metadata["tokenizer.ggml.tokens"] = .strings(
    (0..<vocabSize).map {
      Text(
        stringLiteral: $0 < 259 && $0 > 2
          ? "<0x" + (($0 - 3) < 16 ? "0" : "") + String($0 - 3, radix: 16, uppercase: true) + ">"
          : "<\($0)>")
    })
  metadata["tokenizer.ggml.scores"] = .float32s([Float](repeating: 0, count: vocabSize))
  metadata["tokenizer.ggml.token_type"] = .int32s(
    (0..<vocabSize).map { $0 < 3 ? 3 : $0 < 259 ? 6 : 1 })
  metadata["tokenizer.ggml.bos_token_id"] = .uint32(1)
  metadata["tokenizer.ggml.eos_token_id"] = .uint32(2)
  return (metadata, [])
}
