import Llama2

/// A Llama in training (llama2.c: model.py): the forward pass, and beside it the backward pass, which goes
/// through the same steps in reverse. What each step computes, and its gradient, stands in Steps.swift and
/// Attention.swift.
final class Network {
  let layout: ParameterLayout
  let weights: Parameters
  let gradients: Parameters
  let activations: TrainingActivations
  let threads: Threads
  var config: Config { layout.config }

  init(
    _ layout: ParameterLayout, weights: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, _ activations: TrainingActivations, _ threads: Threads
  ) {
    self.layout = layout
    self.weights = layout.parameters(weights)
    self.gradients = layout.parameters(gradients)
    self.activations = activations
    activations.setAngles(layout.config)
    self.threads = threads
  }

  /// Σ of the losses of the tokens of a micro-batch.
  func loss(_ batch: MicroBatch) -> Double {
    forward(batch, nil)
    classify(activations.xb, batch.targets, gradient: nil)
    return sumOfLosses
  }

  /// The same, and adds its gradient, times `scale`, to `gradients`.
  func lossAndGradients(_ batch: MicroBatch, scale: Float, _ dropouts: Dropouts?) -> Double {
    forward(batch, dropouts)
    let dxb = activations.branch
    classify(activations.xb, batch.targets, gradient: (scale, dx: dxb))
    backward(batch, dxb: dxb, dropouts)
    return sumOfLosses
  }

  /// In the order of the tokens.
  private var sumOfLosses: Double {
    (0..<activations.tokens).reduce(0) { $0 + Double(activations.losses[$1]) }
  }
}

// MARK: - The two passes

extension Network {
  /// Leaves the normed residual stream behind the last layer in `activations.xb`.
  private func forward(_ batch: MicroBatch, _ dropouts: Dropouts?) {
    let s = activations
    let streams = s.layers.map(\.x) + [s.x]
    embed(batch.tokens, into: streams[0])
    dropouts?.embedding.apply(streams[0].start, 0..<streams[0].rows * streams[0].columns)
    for (i, layer) in s.layers.enumerated() {
      forward(weights.layers[i], layer, batch.starts, into: streams[i + 1], dropouts?.layer(i))
    }
    rmsnorm(s.x, weights.finalNorm, into: s.xb)
  }

  /// - Parameter dxb: the gradient of what `forward` leaves in `activations.xb`.
  private func backward(_ batch: MicroBatch, dxb: Floats, _ dropouts: Dropouts?) {
    let s = activations
    s.dx.start.update(repeating: 0, count: s.dx.rows * s.dx.columns)
    rmsnormBackward(
      s.x, weights.finalNorm, dy: dxb, addedTo: s.dx, dw: gradients.finalNorm)
    for (i, layer) in s.layers.enumerated().reversed() {
      backward(weights.layers[i], gradients.layers[i], layer, batch.starts, dropouts?.layer(i))
    }
    dropouts?.embedding.apply(s.dx.start, 0..<s.dx.rows * s.dx.columns)
    embedBackward(batch.tokens, dx: s.dx)
  }

  /// A layer: a.x is the residual stream in front of it, and y the one behind it, both (tokens, dim).
  private func forward(
    _ w: Parameters.Layer, _ a: TrainingActivations.Layer, _ starts: UnsafePointer<Int32>,
    into y: Floats, _ dropout: Dropouts.Layer?
  ) {
    let branch = activations.branch
    // Attention: x2 = x + Wo attention(q, k, v), where q, k = rope(Wq xb), rope(Wk xb), v = Wv xb, and xb is
    // x, normed.
    rmsnorm(a.x, w.attentionNorm, into: a.xb)
    linear(a.xb, [(w.wq, a.q), (w.wk, a.k), (w.wv, a.v)])
    rope(a.q)
    rope(a.k)
    attention(a, starts, dropout?.weights)
    linear(a.heads, [(w.wo, branch)])
    add(a.x, branch, dropout?.attention, into: a.x2)

    // Feed-forward network: y = x2 + W2 hidden, where hidden = silu(W1 xb2) ⊙ W3 xb2, and xb2 is x2, normed.
    rmsnorm(a.x2, w.ffnNorm, into: a.xb2)
    linear(a.xb2, [(w.w1, a.h1), (w.w3, a.h3)])
    swiglu(a.h1, a.h3, into: a.hidden)
    linear(a.hidden, [(w.w2, branch)])
    add(a.x2, branch, dropout?.feedForward, into: y)
  }

  /// Its backward pass: `activations.dx`, the gradient of y, becomes that of x, and g grows by those of the weights.
  private func backward(
    _ w: Parameters.Layer, _ g: Parameters.Layer, _ a: TrainingActivations.Layer,
    _ starts: UnsafePointer<Int32>, _ dropout: Dropouts.Layer?
  ) {
    let s = activations
    // The final norm's output is not read any more. swigluBackward puts dh1 and dh3 in the places of h1 and h3.
    let dxb = s.xb
    // Feed-forward network.
    var dbranch = addBackward(s.dx, dropout?.feedForward, scratch: s.branch)
    linearBackward(a.hidden, dx: s.dhidden, [(w.w2, g.w2, dbranch)])
    let (dh1, dh3) = swigluBackward(a.h1, a.h3, dy: s.dhidden)
    linearBackward(a.xb2, dx: dxb, [(w.w1, g.w1, dh1), (w.w3, g.w3, dh3)])
    rmsnormBackward(a.x2, w.ffnNorm, dy: dxb, addedTo: s.dx, dw: g.ffnNorm)

    // Attention.
    dbranch = addBackward(s.dx, dropout?.attention, scratch: s.branch)
    linearBackward(a.heads, dx: s.dheads, [(w.wo, g.wo, dbranch)])
    attentionBackward(
      a, starts, dheads: s.dheads, dq: s.dq, dk: s.dk, dv: s.dv, dropout?.weights)
    ropeBackward(s.dq)
    ropeBackward(s.dk)
    linearBackward(a.xb, dx: dxb, [(w.wq, g.wq, s.dq), (w.wk, g.wk, s.dk), (w.wv, g.wv, s.dv)])
    rmsnormBackward(a.x, w.attentionNorm, dy: dxb, addedTo: s.dx, dw: g.attentionNorm)
  }
}

/// The windows of a micro-batch, (windows, seqLen).
struct MicroBatch {
  let tokens: UnsafePointer<Int32>
  /// The token that follows each; below 0 where it is given and not learned.
  let targets: UnsafePointer<Int32>
  /// The first position that each token attends to: that at which its text begins in the window.
  let starts: UnsafePointer<Int32>
}

/// The dropouts of one micro-batch, each of which leaves out other elements.
struct Dropouts {
  let embedding: Dropout
  private let layers: [Layer]

  struct Layer {
    /// Those of the weights of attention, and of what the two branches add to the residual stream.
    let weights, attention, feedForward: Dropout
  }

  init(_ probability: Float, layers: Int, _ random: inout Random) {
    func dropout() -> Dropout { Dropout(probability, key: random.next()) }
    embedding = dropout()
    self.layers = (0..<layers).map { _ in
      Layer(weights: dropout(), attention: dropout(), feedForward: dropout())
    }
  }

  func layer(_ i: Int) -> Layer { layers[i] }
}
