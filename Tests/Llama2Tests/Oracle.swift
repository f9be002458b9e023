import Foundation

/// A textbook Llama 2, and its relatives: one token at a time, plain loops, doubles, and nothing of
/// the library.
///
/// In int8 it computes as runq.c: weights and the input of each product are quantised in groups.
struct Oracle {
  private let model: Model
  /// The int8 values that share a scale, nil in fp32.
  private let groupSize: Int?
  private var keys: [[[Double]]]  // (nLayers, position, kvDim)
  /// The same before they are rotated.
  private var unrotatedKeys: [[[Double]]]
  private var values: [[[Double]]]  // (nLayers, position, kvDim)
  /// What each step gave for the token that was read last, by its name: a vector for each layer.
  private(set) var seen: [String: [[Double]]] = [:]

  init(_ model: Model, _ format: Format) {
    self.model = model.asStored(in: format)
    groupSize = format.groupSize
    keys = Array(repeating: [], count: model.shape.nLayers)
    values = keys
    unrotatedKeys = keys
  }

  /// The logits after the first `count` of `tokens`, for each of `counts`.
  static func logits(_ model: Model, _ format: Format, _ tokens: [Int], after counts: [Int])
    -> [[Double]]
  {
    var oracle = Oracle(model, format)
    var result: [[Double]] = []
    for (i, token) in tokens.enumerated() {
      let x = oracle.read(token)
      if counts.contains(i + 1) { result.append(oracle.product(oracle.model.classifier, x)) }
    }
    return result
  }

  /// The logits after one more token.
  mutating func forward(_ token: Int) -> [Double] { product(model.classifier, read(token)) }

  /// The logits of a residual stream behind some layer.
  func logits(of stream: [Double]) -> [Double] {
    product(model.classifier, norm(stream, model.rmsFinal, model.finalNormBias))
  }

  /// Forgets the tokens at some positions: those behind them stand where these stood (Xiao et al. 2023,
  /// section 3.2: keys are cached unrotated, and rotated by their places in the cache).
  mutating func forget(_ range: Range<Int>) {
    for l in keys.indices {
      unrotatedKeys[l].removeSubrange(range)
      values[l].removeSubrange(range)
      keys[l] = unrotatedKeys[l].enumerated().map { rotated($1, $0) }
    }
  }

  /// The normed residual stream after one more token.
  private mutating func read(_ token: Int) -> [Double] {
    let position = keys[0].count
    seen = [:]
    func see(_ name: String, _ vector: [Double]) { seen[name, default: []].append(vector) }
    var x = row(token, of: model.embedding)
    if let positions = model.positions { add(row(position, of: positions), to: &x) }
    see("embedding", x)
    for (l, layer) in model.layers.enumerated() {
      let attentionInput = norm(x, layer.rmsAttention, layer.attentionNormBias)
      let q = headNorm(product(layer.wq, attentionInput), layer.qNorm)
      let k = headNorm(product(layer.wk, attentionInput), layer.kNorm)
      let v = product(layer.wv, attentionInput)
      unrotatedKeys[l].append(k)
      keys[l].append(rotated(k, position))
      values[l].append(v)
      let (weights, heads) = attention(rotated(q, position), l)
      let attentionOutput = product(layer.wo, heads)
      add(attentionOutput, to: &x)
      let attentionSteps = [
        ("attentionNorm", attentionInput), ("query", q), ("key", k), ("value", v),
        ("rotatedQuery", rotated(q, position)), ("rotatedKey", keys[l][position]),
        ("attention", weights), ("heads", heads), ("attentionOutput", attentionOutput),
      ]
      for (name, vector) in attentionSteps { see(name, vector) }

      let ffnInput = norm(x, layer.rmsFFN, layer.ffnNormBias)
      var hidden = product(layer.w1, ffnInput)
      if model.shape.architecture == .gpt2 {
        hidden = hidden.map(gelu)
      } else {
        hidden = zip(hidden, product(layer.w3, ffnInput)).map { $0 / (1 + exp(-$0)) * $1 }
      }
      let ffnOutput = product(layer.w2, hidden)
      add(ffnOutput, to: &x)
      for (name, vector) in [
        ("ffnNorm", ffnInput), ("hidden", hidden), ("ffnOutput", ffnOutput), ("stream", x),
      ] { see(name, vector) }
    }
    return norm(x, model.rmsFinal, model.finalNormBias)
  }

  private func add(_ y: [Double], to x: inout [Double]) {
    for i in x.indices { x[i] += y[i] }
  }

  /// RMSNorm, or LayerNorm where there is a bias.
  private func norm(_ x: [Double], _ weight: [Float], _ bias: [Float]? = nil) -> [Double] {
    let mean = bias == nil ? 0 : x.reduce(0, +) / Double(x.count)
    let meanSquare = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count)
    let scale = 1 / (meanSquare + 1e-5).squareRoot()
    return x.indices.map {
      (x[$0] - mean) * scale * Double(weight[$0]) + Double(bias?[$0] ?? 0)
    }
  }

  /// Each head, normed.
  private func headNorm(_ x: [Double], _ weight: [Float]?) -> [Double] {
    guard let weight else { return x }
    return stride(from: 0, to: x.count, by: weight.count).flatMap {
      norm(Array(x[$0..<$0 + weight.count]), weight)
    }
  }

  private func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  /// Each pair of each head, turned by its angle; the angle is a float, as in run.c. Llama's pairs are
  /// neighbours, Qwen's stand half a head apart.
  private func rotated(_ x: [Double], _ position: Int) -> [Double] {
    let (headSize, architecture) = (model.shape.headSize, model.shape.architecture)
    if architecture == .gpt2 { return x }
    var x = x
    for head in stride(from: 0, to: x.count, by: headSize) {
      for i in 0..<headSize / 2 {
        let frequency = 1 / powf(10_000, Float(2 * i) / Float(headSize))
        let angle = Double(Float(position) * frequency)
        let first = head + (architecture == .llama ? 2 * i : i)
        let second = first + (architecture == .llama ? 1 : headSize / 2)
        let (a, b) = (x[first], x[second])
        x[first] = a * cos(angle) - b * sin(angle)
        x[second] = a * sin(angle) + b * cos(angle)
      }
    }
    return x
  }

  /// softmax(q · k / √headSize) for each head, over all positions so far, and that times v.
  private func attention(_ q: [Double], _ layer: Int) -> (weights: [Double], heads: [Double]) {
    let (shape, headSize) = (model.shape, model.shape.headSize)
    var out = [Double](repeating: 0, count: shape.qDim)
    var all: [Double] = []
    for head in 0..<shape.nHeads {
      let (mine, shared) = (head * headSize, head / (shape.nHeads / shape.nKVHeads) * headSize)
      var weights: [Double] = []
      for key in keys[layer] {
        var score = 0.0
        for i in 0..<headSize { score += q[mine + i] * key[shared + i] }
        weights.append(score / Double(headSize).squareRoot())
      }
      let largest = weights.max()!
      weights = weights.map { exp($0 - largest) }
      let sum = weights.reduce(0, +)
      weights = weights.map { $0 / sum }
      for (weight, value) in zip(weights, values[layer]) {
        for i in 0..<headSize { out[mine + i] += weight * value[shared + i] }
      }
      all += weights
    }
    return (all, out)
  }
}

extension Oracle {
  private func row(_ row: Int, of matrix: Tensor) -> [Double] {
    matrix.values[row * matrix.columns..<(row + 1) * matrix.columns].map(Double.init)
  }

  /// A matrix times a vector, which int8 rounds first, plus the bias.
  private func product(_ matrix: Tensor, _ x: [Double]) -> [Double] {
    var x = x
    if let groupSize {
      let groups = Int8Groups(
        x.map(Float.init), groupSize: groupSize, rounding: .toNearestOrAwayFromZero)
      x = groups.values.indices.map { Double(groups.values[$0]) * Double(groups.scale(of: $0)) }
    }
    return matrix.values.withUnsafeBufferPointer { weights in
      (0..<matrix.rows).map { row in
        var sum = Double(matrix.bias?[row] ?? 0)
        for k in 0..<x.count { sum += Double(weights[row * x.count + k]) * x[k] }
        return sum
      }
    }
  }
}
