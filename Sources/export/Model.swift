import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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
  let config: Config
  /// One for each layer, or one. The classifier only where it is one of its own; cos and sin only
  /// where the source holds them.
  private(set) var tensors: [Llama2C.Tensor: [Tensor]]

  var sharedClassifier: Bool { tensors[.classifier] == nil }

  /// All tensors but the tables of cos and sin.
  var weights: [Llama2C.Tensor: [Tensor]] {
    tensors.filter { !$0.key.isRoPETable }
  }

  var parameterCount: Int { weights.values.joined().reduce(0) { $0 + $1.count } }

  /// The tensors of a kind, one for each layer, or one; cos and sin are computed if need be.
  subscript(_ kind: Llama2C.Tensor) -> [Tensor] {
    if let tensors = tensors[kind] { return tensors }
    return [ropeTable(config, kind)]
  }
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
    let layout = Llama2C(config, version: 0, groupSize: 0, sharedClassifier: !hasOutput)
    var tensors: [Llama2C.Tensor: [Tensor]] = [:]
    for section in layout.sections where !section.tensor.isRoPETable {
      tensors[section.tensor] = try (0..<section.count).map { i in
        try tensor(section.tensor.name(layer: i), section.rows, section.columns)
      }
    }
    if let output = tensors[.classifier]?[0], output.equals(tensors[.tokenEmbedding]![0]) {
      tensors[.classifier] = nil
    }
    self.init(config: config, tensors: tensors)
  }
}

extension Llama2C.Tensor {
  var isRoPETable: Bool { self == .cosTable || self == .sinTable }

  /// llama2.c's name (model.py), which is also Meta's.
  func name(layer: Int) -> String {
    switch self {
    case .tokenEmbedding: "tok_embeddings.weight"
    case .attentionNorm: "layers.\(layer).attention_norm.weight"
    case .wq, .wk, .wv, .wo: "layers.\(layer).attention.\(self).weight"
    case .ffnNorm: "layers.\(layer).ffn_norm.weight"
    case .w1, .w2, .w3: "layers.\(layer).feed_forward.\(self).weight"
    case .finalNorm: "norm.weight"
    case .cosTable: "freqs_cos"
    case .sinTable: "freqs_sin"
    case .classifier: "output.weight"
    }
  }
}

/// One of v0's tables, (seqLen, headSize / 2), which nobody reads any more: cos or sin of
/// position · 10000^(-2i / headSize), in fp32 step by step as model.py's precompute_freqs_cis.
private func ropeTable(_ config: Config, _ kind: Llama2C.Tensor) -> Tensor {
  let columns = config.headSize / 2
  let frequencies = (0..<columns).map { i in
    1 / Float(pow(10000, Double(Float(2 * i) / Float(config.headSize))))
  }
  return Tensor(name: kind.name(layer: 0), rows: config.seqLen, columns: columns) { row, out in
    for i in 0..<columns {
      let angle = Double(Float(row) * frequencies[i])
      out[i] = Float(kind == .cosTable ? cos(angle) : sin(angle))
    }
  }
}

/// Refuses a shape that cannot be run or does not fit the 32-bit numbers of a checkpoint's header.
func checkShape(_ config: Config, _ path: String) throws {
  if let problem = config.problem { throw Refusal(path, problem) }
  for (name, value) in [
    ("dim", config.dim), ("hidden_dim", config.hiddenDim), ("n_layers", config.nLayers),
    ("vocab_size", config.vocabSize), ("seq_len", config.seqLen),
  ] where value > Int(Int32.max) {
    throw Refusal(path, "\(name) is \(value), but a checkpoint holds at most \(Int32.max)")
  }
}

extension Config {
  /// The shape with another context, if one is asked for; it may not be longer than this one.
  func with(seqLen: Int?, path: String) throws -> Config {
    guard let seqLen else { return self }
    guard seqLen <= self.seqLen else {
      throw Refusal(path, "--seq-len \(seqLen) is longer than the model's \(self.seqLen)")
    }
    var shorter = self
    shorter.seqLen = seqLen
    return shorter
  }
}
