import Console
import Llama2

/// A file that `run` reads: one of llama2.c's, or a GGUF.
func openCheckpoint(_ path: String) throws -> Source {
  let file = try MappedFile(path: path)
  return GGUF.isGGUF(file) ? try openGGUF(file) : try openLlama2C(file)
}

private func openLlama2C(_ file: MappedFile) throws -> Source {
  let header = try Llama2C(file)
  let c = header.config
  let whole = Model(config: c, views: header.views(file), owner: file)
  return Source(
    kind: "a llama2.c checkpoint, v\(header.version)", path: file.path,
    settings: [
      ("dim", "\(c.dim)"), ("hidden_dim", "\(c.hiddenDim)"), ("n_layers", "\(c.nLayers)"),
      ("n_heads", "\(c.nHeads)"), ("n_kv_heads", "\(c.nKVHeads)"),
      ("vocab_size", "\(c.vocabSize)"), ("seq_len", "\(c.seqLen)"),
      ("group_size", "\(header.groupSize)"),
    ],
    tensors: header.sections.flatMap { section in
      whole[section.tensor].map { ($0.name, section.groupSize == 0 ? "F32" : "int8", $0.shape) }
    },
    files: [file]
  ) { seqLen in
    let config = try c.with(seqLen: seqLen, path: file.path)
    return config == c ? whole : Model(config: config, tensors: whole.weights)
  }
}

extension Model {
  /// - Parameter owner: what keeps the matrices mapped.
  init(config: Config, views: [Llama2C.Tensor: [Matrix]], owner: AnyObject) {
    var tensors: [Llama2C.Tensor: [Tensor]] = [:]
    for (kind, matrices) in views {
      tensors[kind] = matrices.enumerated().map { i, matrix in
        Tensor(name: kind.name(layer: i), rows: matrix.rows, columns: matrix.columns) { row, out in
          withExtendedLifetime(owner) { matrix.copyRow(row, to: out) }
        }
      }
    }
    self.init(config: config, tensors: tensors)
  }
}
