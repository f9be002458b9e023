import Console
import Llama2

extension GGUFMetadata {
  /// What a GGUF file says of a model besides its vocabulary, as llama.cpp's converter writes it
  /// (conversion/base.py: `TextModel.set_gguf_parameters`, and those of the architectures). `general`
  /// holds the name of the model.
  init(_ model: Model, _ type: WeightType, general: GGUFMetadata) {
    let c = model.config
    let name = model.architecture.rawValue
    func set(_ key: String, _ value: Int) { self[name + "." + key] = .uint32(value) }
    func set(_ key: String, _ value: Float) { self[name + "." + key] = .float32(value) }
    self["general.architecture"] = .string(Text(name))
    self["general.type"] = .string("model")
    append(general)
    set("block_count", c.nLayers)
    set("context_length", c.seqLen)
    set("embedding_length", c.dim)
    set("feed_forward_length", c.hiddenDim)
    set("attention.head_count", c.nHeads)
    if let rope = c.rope {
      set("attention.head_count_kv", c.nKVHeads)
      if rope.positionScale != 1 {
        self[name + ".rope.scaling.type"] = .string("linear")
        set("rope.scaling.factor", rope.positionScale)
      }
      set("rope.freq_base", rope.base)
      set("attention.layer_norm_rms_epsilon", c.normEpsilon)
      if model.architecture != .qwen2 || c.dim != c.qDim {
        set("attention.key_length", c.headSize)
        set("attention.value_length", c.headSize)
      }
    } else {
      set("attention.layer_norm_epsilon", c.normEpsilon)
    }
    // The converter leaves this out, and llama.cpp does not read it of these architectures: it
    // computes on beyond the window as if there were none. `run` ends the context there.
    if let window = model.slidingWindow { set("attention.sliding_window", window) }
    self["general.file_type"] = .uint32(type.fileType)
    if model.architecture == .llama {
      set("vocab_size", c.vocabSize)
      set("rope.dimension_count", c.headSize)
    }
    // ggml.h: GGML_QNT_VERSION
    self["general.quantization_version"] = .uint32(2)
  }
}

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
      guard case .number(let number)? = settings[field] else { continue }
      if isInteger, let integer = Int32(exactly: number) {
        metadata["general.sampling." + key] = .int32(Int(integer))
      } else if !isInteger {
        metadata["general.sampling." + key] = .float32(Float(number))
      }
    }
    return metadata
  }
}
