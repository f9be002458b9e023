/// The shape of a Llama or of one of its relatives, as a model file gives it (run.c: `Config`).
public struct Config: Equatable, Sendable {
  /// The width of the residual stream.
  public let dim: Int
  /// The width inside the feed-forward network.
  public let hiddenDim: Int
  public let nLayers: Int
  /// Query heads.
  public let nHeads: Int
  /// Key and value heads, each shared by `nHeads / nKVHeads` query heads (grouped-query attention,
  /// Ainslie et al. 2023).
  public let nKVHeads: Int
  /// The width of one head's query, key or value.
  public let headSize: Int
  /// Tokens in the vocabulary, and logits.
  public let vocabSize: Int
  /// The longest context, in tokens.
  public private(set) var seqLen: Int
  public let norm: NormKind
  /// What a norm adds to the mean square, or to the variance.
  public let normEpsilon: Float
  public let activation: Activation
  /// nil: positions are learned, each has a row that is added to a token's embedding.
  public let rope: RoPE?

  /// How activations are normalised.
  public enum NormKind: Sendable {
    /// w x / √(mean(x²) + ε) (Zhang and Sennrich 2019).
    case rms
    /// w (x - mean(x)) / √(var(x) + ε) + b (Ba et al. 2016: LayerNorm).
    case layer
  }

  /// What stands between the matrices of the feed-forward network.
  public enum Activation: Sendable {
    /// silu(w1 x) ⊙ w3 x (Shazeer 2020).
    case swiglu
    /// gelu(w1 x) in its tanh form (Hendrycks and Gimpel 2016).
    case gelu
  }

  /// How queries and keys are rotated by their positions (Su et al. 2021).
  public struct RoPE: Equatable, Sendable {
    /// Pair i turns by base^(-2i / size) a position.
    public let base: Float
    /// The elements of a head that are rotated, its first ones.
    public let size: Int
    public let pairs: Pairs
    /// What positions are divided by (Chen et al. 2023: position interpolation).
    public let positionScale: Float

    /// The elements that are rotated together.
    public enum Pairs: Sendable {
      /// 2i and 2i + 1, as in Llama's own code and in run.c.
      case neighbours
      /// i and i + size / 2, as in GPT-NeoX.
      case halves
    }

    package init(base: Float, size: Int, pairs: Pairs = .neighbours, positionScale: Float = 1) {
      self.base = base
      self.size = size
      self.pairs = pairs
      self.positionScale = positionScale
    }
  }

  package init(
    dim: Int, hiddenDim: Int, nLayers: Int, nHeads: Int, nKVHeads: Int, headSize: Int,
    vocabSize: Int, seqLen: Int, norm: NormKind = .rms, normEpsilon: Float,
    activation: Activation = .swiglu, rope: RoPE?
  ) {
    self.dim = dim
    self.hiddenDim = hiddenDim
    self.nLayers = nLayers
    self.nHeads = nHeads
    self.nKVHeads = nKVHeads
    self.headSize = headSize
    self.vocabSize = vocabSize
    self.seqLen = seqLen
    self.norm = norm
    self.normEpsilon = normEpsilon
    self.activation = activation
    self.rope = rope
  }

  /// A Llama 2: heads share `dim` evenly, and RoPE's base is 10000.
  package init(
    dim: Int, hiddenDim: Int, nLayers: Int, nHeads: Int, nKVHeads: Int, vocabSize: Int, seqLen: Int
  ) {
    let headSize = nHeads > 0 && dim % nHeads == 0 ? dim / nHeads : 0
    self.init(
      dim: dim, hiddenDim: hiddenDim, nLayers: nLayers, nHeads: nHeads, nKVHeads: nKVHeads,
      headSize: headSize, vocabSize: vocabSize, seqLen: seqLen, normEpsilon: 1e-5,
      rope: RoPE(base: 10_000, size: headSize))
  }

  /// The same shape with another context.
  package func with(seqLen: Int) -> Config {
    var config = self
    config.seqLen = seqLen
    return config
  }

  /// The width of all queries of one token.
  public var qDim: Int { headSize * nHeads }
  /// The width of all keys, or all values, of one token.
  public var kvDim: Int { headSize * nKVHeads }
}

extension Config {
  /// What keeps a Llama of this shape from being run, or nil.
  package var problem: String? {
    for (name, value) in [
      ("dim", dim), ("hidden_dim", hiddenDim), ("n_layers", nLayers), ("n_heads", nHeads),
      ("n_kv_heads", nKVHeads), ("vocab_size", vocabSize), ("seq_len", seqLen),
    ] where value <= 0 {
      return "\(name) is \(value), expected a positive number"
    }
    // Larger sizes are in no model, and products of two of these fit in an Int.
    for (name, value) in [
      ("dim", dim), ("hidden_dim", hiddenDim), ("n_layers", nLayers), ("n_heads", nHeads),
      ("head_size", headSize), ("vocab_size", vocabSize), ("seq_len", seqLen),
    ] where value > Int(Int32.max) {
      return "\(name) is \(value), expected less than 2^31"
    }
    if headSize < 0 {
      return "key_length is \(headSize), expected a positive number"
    }
    if headSize == 0 {
      return "dim is \(dim) and n_heads \(nHeads), expected n_heads to divide dim"
    }
    if qDim > Int(Int32.max) {
      return "n_heads is \(nHeads) and key_length \(headSize), expected a product below 2^31"
    }
    if nHeads % nKVHeads != 0 {
      return "n_heads is \(nHeads) and n_kv_heads \(nKVHeads),"
        + " expected n_kv_heads to divide n_heads"
    }
    if let rope, rope.size > headSize {
      return "RoPE turns \(rope.size) elements of head size \(headSize), expected at most so many"
    }
    if let rope, rope.size <= 0 || rope.size % 2 != 0 {
      return "RoPE turns \(rope.size) elements of head size \(headSize), expected an even number"
        + " of them above 0, as it turns pairs"
    }
    return nil
  }
}
