import Console
import Llama2

extension Model {
  /// Why llama.cpp does not load a file of it, or nil (models/qwen2.cpp, models/qwen3.cpp).
  var noteOnLlamaCpp: String? {
    let c = config
    if architecture == .qwen2, c.qDim != c.dim {
      return "llama.cpp refuses a qwen2 whose \(c.nHeads) heads of \(c.headSize) do not make up"
        + " \(c.dim), the width of the model; run reads it"
    }
    let bias = TensorName(role: .attentionOutput, layer: 0, isBias: true)
    if architecture == .qwen3, self[bias] != nil {
      return "llama.cpp reads no attn_output.bias of a qwen3, so it refuses this file; run reads it"
    }
    return nil
  }
}

extension Source {
  /// - Parameter settings: of the folder, config.json or params.json.
  mutating func addMetadata(folder: String, _ settings: Settings) {
    metadata = { model in
      var general = GGUFMetadata.sampling(folder: folder)
      general.append(
        GGUFMetadata.name(
          folder: folder, repository: settings["_name_or_path"]?.text?.description,
          parameterCount: model.parameterCount))
      let (vocabulary, notes) = try vocabularyMetadata(
        folder: folder, architecture: model.architecture, settings: settings,
        vocabSize: model.config.vocabSize)
      return (general, vocabulary, notes)
    }
  }
}

// MARK: - Sampling

extension GGUFMetadata {
  /// How generation_config.json, if there is one, wants tokens to be sampled (gguf-py's metadata.py:
  /// `Metadata.load`). A file that is no JSON counts as none, as there.
  static func sampling(folder: String) -> GGUFMetadata {
    var metadata = GGUFMetadata()
    let path = folder + "/generation_config.json"
    guard fileExists(path), let settings = try? JSON.parse(file: path) else { return metadata }
    for (field, key, isInteger) in [
      ("top_k", "top_k", true), ("top_p", "top_p", false), ("min_p", "min_p", false),
      ("temperature", "temp", false), ("repetition_penalty", "penalty_repeat", false),
    ] as [(Text, String, Bool)] {
      guard let number = settings[field]?.double else { continue }
      if isInteger, let integer = Int32(exactly: number) {
        metadata["general.sampling." + key] = .int32(Int(integer))
      } else if !isInteger {
        metadata["general.sampling." + key] = .float32(Float(number))
      }
    }
    return metadata
  }
}
