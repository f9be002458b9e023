/// What one step of a forward pass has computed, as `Transformer.forward(_:at:observing:observe:)` shows
/// it.
///
///     transformer.forward(tokens, at: 0, observing: [.attention]) { step in
///       guard step.layer == 0 else { return }
///       print("the last token looks at the first one:", step[tokens.count - 1, head: 0][0])
///     }
public struct ForwardStep {
  /// Which step: in each layer these are shown in this order, the embedding only in front of layer 0.
  public enum Kind: String, Sendable, CaseIterable {
    /// The residual stream in front of the first layer, (dim).
    case embedding
    /// The stream, normed for attention, (dim).
    case attentionNorm
    /// As they are before a rotation by the position, (nHeads or nKVHeads, headSize): of models that norm the
    /// query and the key of each head, behind these norms.
    case query, key, value
    /// As they meet: rotated, where the model rotates them, (nHeads or nKVHeads, headSize).
    case rotatedQuery, rotatedKey
    /// Weights, softmax(q · k / √headSize), that each position up to the token's own has in its sum of
    /// values, (nHeads, positions.upperBound); 0 for positions behind it. While a layer's are shown they
    /// take 4 bytes for each token, head and position: 1 GB for a block of 256 tokens that ends at position
    /// 32,768 of a model of 32 heads. Tokens read one at a time take a 256th of that.
    case attention
    /// These sums of values, (nHeads, headSize).
    case heads
    /// What attention adds to the stream, (dim).
    case attentionOutput
    /// The stream, normed for the feed-forward network, (dim).
    case ffnNorm
    /// What is multiplied by w2, (hiddenDim).
    case hidden
    /// What the feed-forward network adds to the stream, (dim).
    case ffnOutput
    /// The residual stream behind the layer, (dim).
    case stream
  }

  public let kind: Kind
  public let layer: Int
  /// Those of the tokens that were computed together.
  public let positions: Range<Int>
  /// How many heads the values of a token are made of; 1 where they are one vector.
  public let heads: Int
  /// (positions.count, heads, size), which hold until the observer returns.
  public let values: UnsafeBufferPointer<Float>

  /// The values of the token at a position: its vector, or that of one head.
  public subscript(position: Int, head head: Int = 0) -> UnsafeBufferPointer<Float> {
    require(
      positions.contains(position) && (0..<heads).contains(head),
      "head \(head) at position \(position), expected one of \(heads) heads at \(positions)")
    let size = values.count / positions.count / heads
    let start = ((position - positions.lowerBound) * heads + head) * size
    return UnsafeBufferPointer(rebasing: values[start..<start + size])
  }
}

/// Shows steps of blocks of one text to whoever asked for them.
struct Observer {
  let model: LoadedModel
  let kinds: Set<ForwardStep.Kind>
  let observe: (ForwardStep) -> Void

  /// Shows steps of a layer with their values, (rows, heads, size).
  func callAsFunction(
    _ text: Block.Part, layer: Int,
    _ steps: [(kind: ForwardStep.Kind, values: UnsafeMutablePointer<Float>)]
  ) {
    for (kind, values) in steps where kinds.contains(kind) {
      let (heads, size) = shape(of: kind, text)
      let step = ForwardStep(
        kind: kind, layer: layer, positions: text.position..<text.end, heads: heads,
        values: UnsafeBufferPointer(start: values, count: text.rows.count * heads * size))
      model.threads.observing { observe(step) }
    }
  }

  /// Shows the weights of rotated queries, (rows, nHeads, headSize).
  func showAttention(
    _ text: Block.Part, layer: Int, of q: UnsafeMutablePointer<Float>
  ) {
    guard kinds.contains(.attention) else { return }
    let (heads, size) = shape(of: .attention, text)
    var weights = [Float](repeating: 0, count: text.rows.count * heads * size)
    weights.withUnsafeMutableBufferPointer {
      attention(q, text, layer: layer, into: $0.baseAddress!)
      self(text, layer: layer, [(.attention, $0.baseAddress!)])
    }
  }

  private func shape(of kind: ForwardStep.Kind, _ text: Block.Part) -> (heads: Int, size: Int) {
    let c = model.config
    return switch kind {
    case .embedding, .attentionNorm, .attentionOutput, .ffnNorm, .ffnOutput, .stream: (1, c.dim)
    case .query, .rotatedQuery, .heads: (c.nHeads, c.headSize)
    case .key, .value, .rotatedKey: (c.nKVHeads, c.headSize)
    case .attention: (c.nHeads, text.end)
    case .hidden: (1, c.hiddenDim)
    }
  }

  /// weights = softmax(q · k / √headSize), (rows, nHeads, text.end), as far as a token sees. Attention itself
  /// keeps no weights (`Attention`), so they are computed here from the queries and the cached keys.
  private func attention(
    _ q: UnsafePointer<Float>, _ text: Block.Part, layer: Int,
    into weights: UnsafeMutablePointer<Float>
  ) {
    let (cache, nHeads, nKVHeads) = (text.cache, model.config.nHeads, model.config.nKVHeads)
    let (headSize, end) = (model.config.headSize, text.end)
    let scale = Float(headSize).squareRoot()
    withUnsafeTemporaryAllocation(of: Float.self, capacity: end * headSize) { buffer in
      let keys = buffer.baseAddress!
      for head in 0..<nHeads {
        let cached = layer * nKVHeads + head / (nHeads / nKVHeads)
        for position in 0..<end {
          cache.format.loadKey(
            cache.key(cached, position), to: keys + position * headSize, headSize: headSize)
        }
        for row in 0..<text.rows.count {
          let (query, out) = (
            q + (row * nHeads + head) * headSize, weights + (row * nHeads + head) * end
          )
          let visible = text.position + row + 1
          for position in 0..<visible {
            out[position] =
              Float32Weights.dot(query, keys + position * headSize, headSize) / scale
          }
          Steps.softmax(out, visible)
        }
      }
    }
  }
}
