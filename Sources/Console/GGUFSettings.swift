import Llama2

extension GGUFMetadata {
  /// What a GGUF file says of a model besides its vocabulary, as llama.cpp's converter writes it
  /// (conversion/base.py: `TextModel.set_gguf_parameters`, and those of the architectures).
  ///
  /// - Parameters:
  ///   - architecture: as llama.cpp names it.
  ///   - slidingWindow: the tokens that a token attends to, where they are fewer than the context.
  ///   - general: holds the name of the model.
  package init(
    architecture name: String, _ c: Config, slidingWindow: Int? = nil, _ type: WeightType,
    general: GGUFMetadata = GGUFMetadata()
  ) {
    self.init()
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
      if name != "qwen2" || c.dim != c.qDim {
        set("attention.key_length", c.headSize)
        set("attention.value_length", c.headSize)
      }
    } else {
      set("attention.layer_norm_epsilon", c.normEpsilon)
    }
    // The converter leaves this out, and llama.cpp does not read it of these architectures: it
    // computes on beyond the window as if there were none. `run` ends the context there.
    if let window = slidingWindow { set("attention.sliding_window", window) }
    self["general.file_type"] = .uint32(type.fileType)
    if name == "llama" {
      set("vocab_size", c.vocabSize)
      set("rope.dimension_count", c.headSize)
    }
    // ggml.h: GGML_QNT_VERSION
    self["general.quantization_version"] = .uint32(2)
  }
}
