import Console
import Llama2

/// A matrix or a norm of the model, wherever it lies: its rows come as fp32 when they are asked
/// for, so nothing is ever held whole.
struct Tensor {
  /// llama2.c's name (model.py).
  let name: String
  let rows: Int
  let columns: Int
  /// Writes one row, `columns` floats.
  let copyRow: (Int, UnsafeMutablePointer<Float>) -> Void

  var count: Int { rows * columns }
  var isNorm: Bool { rows == 1 && name.hasSuffix("norm.weight") }
  var shape: [Int] { isNorm ? [columns] : [rows, columns] }

  /// Whether all elements are equal.
  func equals(_ other: Tensor) -> Bool {
    guard rows == other.rows, columns == other.columns else { return false }
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: 2 * columns)
    defer { buffer.deallocate() }
    let (mine, others) = (buffer, buffer + columns)
    for row in 0..<rows {
      copyRow(row, mine)
      other.copyRow(row, others)
      for i in 0..<columns
      where mine[i] != others[i] && mine[i].bitPattern != others[i].bitPattern {
        return false
      }
    }
    return true
  }
}

/// A Llama that can be run, with llama2.c's names and order of rows.
struct Model {
  struct Layer {
    let attentionNorm: Tensor  // (dim)
    let wq: Tensor  // (dim, dim)
    let wk: Tensor  // (kvDim, dim)
    let wv: Tensor  // (kvDim, dim)
    let wo: Tensor  // (dim, dim)
    let ffnNorm: Tensor  // (dim)
    let w1: Tensor  // (hiddenDim, dim)
    let w2: Tensor  // (dim, hiddenDim)
    let w3: Tensor  // (hiddenDim, dim)
  }

  let config: Config
  let tokenEmbedding: Tensor  // (vocabSize, dim)
  let layers: [Layer]
  let norm: Tensor  // (dim)
  /// (vocabSize, dim), or nil where the classifier is the token embedding.
  let output: Tensor?
  /// v0's cos and sin tables, where the source holds them.
  var ropeTables: [Tensor]?

  /// All weights, the classifier only where it is one of its own.
  var tensors: [Tensor] {
    let layers = layers.flatMap {
      [$0.attentionNorm, $0.wq, $0.wk, $0.wv, $0.wo, $0.ffnNorm, $0.w1, $0.w2, $0.w3]
    }
    return [tokenEmbedding] + layers + [norm] + (output.map { [$0] } ?? [])
  }

  var parameterCount: Int { tensors.reduce(0) { $0 + $1.count } }
}

extension Model {
  /// Asks `tensor` for each tensor by llama2.c's name and shape, a norm as one row; `tensor`
  /// throws for one that is missing or has another shape. The classifier is asked for only if it
  /// `hasOutput`, and it is not kept if it equals the token embedding.
  init(
    _ config: Config, path: String, hasOutput: Bool,
    tensor: (_ name: String, _ rows: Int, _ columns: Int) throws -> Tensor
  ) throws {
    try checkShape(config, path)
    let (dim, kvDim, hiddenDim) = (config.dim, config.kvDim, config.hiddenDim)
    let tokenEmbedding = try tensor("tok_embeddings.weight", config.vocabSize, dim)
    let norm = try tensor("norm.weight", 1, dim)
    var layers: [Layer] = []
    for i in 0..<config.nLayers {
      layers.append(
        Layer(
          attentionNorm: try tensor("layers.\(i).attention_norm.weight", 1, dim),
          wq: try tensor("layers.\(i).attention.wq.weight", dim, dim),
          wk: try tensor("layers.\(i).attention.wk.weight", kvDim, dim),
          wv: try tensor("layers.\(i).attention.wv.weight", kvDim, dim),
          wo: try tensor("layers.\(i).attention.wo.weight", dim, dim),
          ffnNorm: try tensor("layers.\(i).ffn_norm.weight", 1, dim),
          w1: try tensor("layers.\(i).feed_forward.w1.weight", hiddenDim, dim),
          w2: try tensor("layers.\(i).feed_forward.w2.weight", dim, hiddenDim),
          w3: try tensor("layers.\(i).feed_forward.w3.weight", hiddenDim, dim)))
    }
    let output = hasOutput ? try tensor("output.weight", config.vocabSize, dim) : nil
    self.init(
      config: config, tokenEmbedding: tokenEmbedding, layers: layers, norm: norm,
      output: output.flatMap { $0.equals(tokenEmbedding) ? nil : $0 })
  }
}

/// Refuses a shape that cannot be run or does not fit the 32-bit numbers of a checkpoint's header.
private func checkShape(_ config: Config, _ path: String) throws {
  if let problem = config.problem { throw Refusal(path, problem) }
  for (name, value) in [
    ("dim", config.dim), ("hidden_dim", config.hiddenDim), ("n_layers", config.nLayers),
    ("vocab_size", config.vocabSize), ("seq_len", config.seqLen),
  ] where value > Int(Int32.max) {
    throw Refusal(path, "\(name) is \(value), but a checkpoint holds at most \(Int32.max)")
  }
}

extension Config {
  /// The shape with another context, if one is asked for; it may not be longer than `longest`.
  func with(seqLen: Int?, path: String) throws -> Config {
    guard let seqLen else { return self }
    guard seqLen <= self.seqLen else {
      throw Refusal(path, "--seq-len \(seqLen) is longer than the model's \(self.seqLen)")
    }
    return Config(
      dim: dim, hiddenDim: hiddenDim, nLayers: nLayers, nHeads: nHeads, nKVHeads: nKVHeads,
      vocabSize: vocabSize, seqLen: seqLen)
  }
}
