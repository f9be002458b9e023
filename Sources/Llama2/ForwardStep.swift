/// What one step of a forward pass has computed, as `Transformer.forward(_:at:observe:)` shows it.
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
    /// As they are before a rotation by the position, (nHeads or nKVHeads, headSize).
    case query, key, value
    /// As they meet: rotated, where the model rotates them, (nHeads or nKVHeads, headSize).
    case rotatedQuery, rotatedKey
    /// Weights, softmax(q · k / √headSize), that each position up to the token's own has in its sum of
    /// values, (nHeads, positions.upperBound); 0 for positions behind it.
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

/// Shows the steps of a block of one text to whoever asked for them.
struct Observer {
  /// The threads of the model whose pass shows a step right now, to an observer on this thread.
  @TaskLocal static var observed: ObjectIdentifier?

  let model: LoadedModel
  let text: Block.Part
  let kinds: Set<ForwardStep.Kind>
  let observe: (ForwardStep) -> Void

  /// - Parameter steps: their values, (rows, heads, size); of `attention` the rotated queries.
  func callAsFunction(
    layer: Int, _ steps: [(kind: ForwardStep.Kind, values: UnsafeMutablePointer<Float>)]
  ) {
    for (kind, values) in steps where kinds.contains(kind) {
      let (heads, size) = shape(of: kind)
      let count = text.rows.count * heads * size
      func show(_ values: UnsafeBufferPointer<Float>) {
        let step = ForwardStep(
          kind: kind, layer: layer, positions: text.position..<end, heads: heads, values: values)
        Self.$observed.withValue(ObjectIdentifier(model.threads)) { observe(step) }
      }
      if kind == .attention {
        var weights = [Float](repeating: 0, count: count)
        weights.withUnsafeMutableBufferPointer {
          attention(values, layer: layer, into: $0.baseAddress!)
          show(UnsafeBufferPointer($0))
        }
      } else {
        show(UnsafeBufferPointer(start: values, count: count))
      }
    }
  }

  /// The position behind the last token.
  private var end: Int { text.position + text.rows.count }

  private func shape(of kind: ForwardStep.Kind) -> (heads: Int, size: Int) {
    let c = model.config
    return switch kind {
    case .embedding, .attentionNorm, .attentionOutput, .ffnNorm, .ffnOutput, .stream: (1, c.dim)
    case .query, .rotatedQuery, .heads: (c.nHeads, c.headSize)
    case .key, .value, .rotatedKey: (c.nKVHeads, c.headSize)
    case .attention: (c.nHeads, end)
    case .hidden: (1, c.hiddenDim)
    }
  }

  /// weights = softmax(q · k / √headSize), (rows, nHeads, end), as far as a token sees. Attention itself
  /// keeps no weights (`Attention`), so they are computed here from the queries and the cached keys.
  private func attention(
    _ q: UnsafePointer<Float>, layer: Int, into weights: UnsafeMutablePointer<Float>
  ) {
    let (cache, nHeads, nKVHeads) = (text.cache, model.config.nHeads, model.config.nKVHeads)
    let headSize = model.config.headSize
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
