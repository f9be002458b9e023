import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that `run` reads: one of llama2.c's, or a GGUF.
func openCheckpoint(_ path: String) throws -> Source {
  let file = try MappedFile(path: path)
  return GGUF.isGGUF(file) ? try openGGUF(file) : try openLlama2C(file)
}

private func openLlama2C(_ file: MappedFile) throws -> Source {
  let header = try Llama2C(file)
  let c = header.config
  let views = header.views(file)
  var whole = Model(c, views: views, owner: file)
  for (kind, matrices) in views where kind.role == nil {
    whole.ropeTables[kind] = Tensor(matrices[0], isVector: false, owner: file)
  }
  return Source(
    kind: "a llama2.c checkpoint, v\(header.version)", path: file.path,
    settings: [
      ("dim", "\(c.dim)"), ("hidden_dim", "\(c.hiddenDim)"), ("n_layers", "\(c.nLayers)"),
      ("n_heads", "\(c.nHeads)"), ("n_kv_heads", "\(c.nKVHeads)"),
      ("vocab_size", "\(c.vocabSize)"), ("seq_len", "\(c.seqLen)"),
      ("group_size", "\(header.groupSize)"),
    ],
    tensors: header.sections.flatMap { section in
      (0..<section.count).map {
        (
          section.tensor.name(layer: $0), section.groupSize == 0 ? "F32" : "int8",
          section.tensor.isVector ? [section.columns] : [section.rows, section.columns]
        )
      }
    },
    files: [file]
  ) { [whole] seqLen in try whole.with(seqLen: seqLen, path: file.path) }
}

extension Model {
  /// A Llama of matrices that lie in a file.
  ///
  /// - Parameter owner: what keeps the matrices mapped.
  init(_ config: Config, views: [Llama2C.Tensor: [Matrix]], owner: AnyObject) {
    var tensors: [(name: TensorName, tensor: Tensor)] = []
    for (kind, matrices) in views {
      guard let role = kind.role else { continue }
      for (i, matrix) in matrices.enumerated() {
        let name = TensorName(role: role, layer: kind.isOfLayer ? i : nil)
        tensors.append((name, Tensor(matrix, isVector: kind.isVector, owner: owner)))
      }
    }
    self.init(.llama, config, tensors: tensors)
  }

  /// A Llama whose source has llama2.c's names, by which `tensor` is asked for them.
  init(
    _ config: Config, path: String, hasOutput: Bool,
    tensor: (_ name: String, _ shape: [Int]) throws -> Tensor
  ) throws {
    try self.init(.llama, config, path: path, hasOutput: hasOutput) { name, shape in
      try tensor(name.llama2C, shape)
    }
  }
}

extension Tensor {
  fileprivate init(_ matrix: Matrix, isVector: Bool, owner: AnyObject) {
    let shape = isVector ? [matrix.columns] : [matrix.rows, matrix.columns]
    self.init(
      shape: shape,
      copyRow: { row, out in withExtendedLifetime(owner) { matrix.copyRow(row, to: out) } })
  }
}

// MARK: - llama2.c's names

extension Llama2C.Tensor {
  fileprivate var isVector: Bool { role?.isNorm == true }

  /// llama2.c's name (model.py), which is also Meta's.
  func name(layer: Int) -> String {
    guard let role else { return self == .cosTable ? "freqs_cos" : "freqs_sin" }
    return TensorName(role: role, layer: isOfLayer ? layer : nil).llama2C
  }
}

extension TensorName {
  fileprivate var llama2C: String {
    let name =
      switch role {
      case .tokenEmbedding: "tok_embeddings"
      case .attentionNorm: "attention_norm"
      case .query: "attention.wq"
      case .key: "attention.wk"
      case .value: "attention.wv"
      case .attentionOutput: "attention.wo"
      case .ffnNorm: "ffn_norm"
      case .gate: "feed_forward.w1"
      case .down: "feed_forward.w2"
      case .up: "feed_forward.w3"
      case .finalNorm: "norm"
      default: role.rawValue
      }
    return (layer.map { "layers.\($0)." } ?? "") + name + suffix
  }
}

extension Model {
  /// A tensor of llama2.c's files; cos and sin are computed if need be.
  subscript(kind: Llama2C.Tensor, layer: Int) -> Tensor {
    if let role = kind.role {
      return self[TensorName(role: role, layer: kind.isOfLayer ? layer : nil)]!
    }
    return ropeTables[kind] ?? ropeTable(config, kind)
  }
}

/// One of v0's tables, (seqLen, headSize / 2): cos or sin of position · 10000^(-2i / headSize), in
/// fp32 step by step as model.py's precompute_freqs_cis.
private func ropeTable(_ config: Config, _ kind: Llama2C.Tensor) -> Tensor {
  let columns = config.headSize / 2
  let frequencies = (0..<columns).map { i in
    1 / Float(pow(10000, Double(Float(2 * i) / Float(config.headSize))))
  }
  return Tensor(
    shape: [config.seqLen, columns],
    copyRow: { row, out in
      for i in 0..<columns {
        let angle = Double(Float(row) * frequencies[i])
        out[i] = Float(kind == .cosTable ? cos(angle) : sin(angle))
      }
    })
}
