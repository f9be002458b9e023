import Llama2

/// A checkpoint that `run` reads, in any of the three formats.
func openCheckpoint(_ path: String) throws -> Source {
  let checkpoint = try Checkpoint(path: path)
  let c = checkpoint.config
  let whole = model(checkpoint)
  return Source(
    kind: "a llama2.c checkpoint, v\(checkpoint.version)", path: path,
    settings: [
      ("dim", "\(c.dim)"), ("hidden_dim", "\(c.hiddenDim)"), ("n_layers", "\(c.nLayers)"),
      ("n_heads", "\(c.nHeads)"), ("n_kv_heads", "\(c.nKVHeads)"),
      ("vocab_size", "\(c.vocabSize)"), ("seq_len", "\(c.seqLen)"),
      ("group_size", "\(checkpoint.groupSize)"),
    ],
    tensors: whole.tensors.map {
      ($0.name, checkpoint.groupSize == 0 || $0.isNorm ? "F32" : "int8", $0.shape)
    },
    files: [checkpoint.file]
  ) { seqLen in
    let config = try c.with(seqLen: seqLen, path: path)
    let tables = checkpoint.version == 0 && config == c ? ropeTables(whole, checkpoint.file) : nil
    return Model(
      config: config, tokenEmbedding: whole.tokenEmbedding, layers: whole.layers, norm: whole.norm,
      output: whole.output, ropeTables: tables)
  }
}

private func model(_ checkpoint: Checkpoint) -> Model {
  let (c, w) = (checkpoint.config, checkpoint.weights)
  func norm(_ name: String, _ values: UnsafePointer<Float>) -> Tensor {
    Tensor(name: name, rows: 1, columns: c.dim) { [checkpoint] _, out in
      UnsafeMutableRawPointer(out).copyMemory(from: values, byteCount: 4 * c.dim)
      withExtendedLifetime(checkpoint) {}
    }
  }
  func matrix(_ name: String, _ matrix: Matrix) -> Tensor {
    Tensor(name: name, rows: matrix.rows, columns: matrix.columns) { [checkpoint] row, out in
      matrix.copyRow(row, to: out)
      withExtendedLifetime(checkpoint) {}
    }
  }
  let layers = (0..<c.nLayers).map { i in
    Model.Layer(
      attentionNorm: norm("layers.\(i).attention_norm.weight", w.rmsAttention + i * c.dim),
      wq: matrix("layers.\(i).attention.wq.weight", w.wq[i]),
      wk: matrix("layers.\(i).attention.wk.weight", w.wk[i]),
      wv: matrix("layers.\(i).attention.wv.weight", w.wv[i]),
      wo: matrix("layers.\(i).attention.wo.weight", w.wo[i]),
      ffnNorm: norm("layers.\(i).ffn_norm.weight", w.rmsFFN + i * c.dim),
      w1: matrix("layers.\(i).feed_forward.w1.weight", w.w1[i]),
      w2: matrix("layers.\(i).feed_forward.w2.weight", w.w2[i]),
      w3: matrix("layers.\(i).feed_forward.w3.weight", w.w3[i]))
  }
  return Model(
    config: c, tokenEmbedding: matrix("tok_embeddings.weight", w.tokenEmbedding), layers: layers,
    norm: norm("norm.weight", w.rmsFinal),
    output: checkpoint.sharedClassifier ? nil : matrix("output.weight", w.classifier))
}

/// The cos and sin tables of a v0 file, which stand behind all weights but a classifier of its own.
private func ropeTables(_ model: Model, _ file: MappedFile) -> [Tensor] {
  let c = model.config
  let columns = c.headSize / 2
  let size = 4 * c.seqLen * columns
  let end = file.bytes.count - 4 * (model.output?.count ?? 0)
  return [("cos", end - 2 * size), ("sin", end - size)].map { name, offset in
    let table = StoredTensor(
      file, .f32, shape: [c.seqLen, columns], data: file.bytes.baseAddress! + offset)
    return Tensor(name: name, rows: c.seqLen, columns: columns, copyRow: table.copyRow)
  }
}
