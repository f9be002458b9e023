/// Every weight of a Llama, as views into the mapped file (run.c: `TransformerWeights`).
package struct Weights: @unchecked Sendable {
  package let tokenEmbedding: Matrix  // (vocabSize, dim)
  /// Learned positions, (seqLen, dim); nil where queries and keys are rotated instead.
  package var positionEmbedding: Matrix?
  package let layers: [Layer]
  package let finalNorm: Norm
  package let classifier: Linear  // (vocabSize, dim)
  /// What RoPE's frequencies are divided by, (rope.size / 2): Llama 3.1's scaling; nil: by 1.
  package var ropeFactors: UnsafePointer<Float>?

  /// Every matrix that is multiplied by activations.
  var matrices: [Matrix] { layers.flatMap(\.matrices) + [classifier.weight] }
}

/// The weights of one layer, by the names of run.c.
package struct Layer {
  package let attentionNorm: Norm
  package let wq: Linear  // (qDim, dim)
  package let wk: Linear  // (kvDim, dim)
  package let wv: Linear  // (kvDim, dim)
  /// Norms of each head's query and key, (headSize), where a model has them.
  package var qNorm: Norm?
  package var kNorm: Norm?
  package let wo: Linear  // (dim, qDim)
  package let ffnNorm: Norm
  package let w1: Linear  // (hiddenDim, dim), whose outputs are activated
  package let w2: Linear  // (dim, hiddenDim), the way down
  package let w3: Linear?  // (hiddenDim, dim), the factors of a gated activation

  package var matrices: [Matrix] {
    [wq, wk, wv, wo, w1, w2, w3].compactMap { $0?.weight }
  }
}

/// The weights of a normalisation, (count), and its bias where the model has one.
package struct Norm {
  package let weight: UnsafePointer<Float>
  package let bias: UnsafePointer<Float>?
  package let count: Int

  init(_ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil, count: Int) {
    self.weight = weight
    self.bias = bias
    self.count = count
  }
}

/// A linear layer: a matrix W, and a bias where the model has one.
package struct Linear {
  package let weight: Matrix
  package let bias: UnsafePointer<Float>?  // (rows)

  init(_ weight: Matrix, bias: UnsafePointer<Float>? = nil) {
    self.weight = weight
    self.bias = bias
  }

  /// Some of the outputs, as a layer of their own.
  func slice(rows part: Range<Int>) -> Linear {
    Linear(weight.slice(rows: part), bias: bias.map { $0 + part.lowerBound })
  }
}

extension Linear {
  /// out[j * rows + i] = row i of W · activations of token j + b[i], for i in `rows` and all tokens,
  /// which is then added to `stream`, if any.
  func matmul(
    _ x: Activations, rows: Range<Int>, into out: UnsafeMutablePointer<Float>,
    addedTo stream: UnsafeMutablePointer<Float>?
  ) {
    weight.matmul(x, rows: rows, into: out)
    for j in 0..<x.count {
      let first = j * weight.rows + rows.lowerBound
      if let bias { add(bias + rows.lowerBound, to: out + first, rows.count) }
      if let stream { add(out + first, to: stream + first, rows.count) }
    }
  }
}
