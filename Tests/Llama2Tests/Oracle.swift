import Foundation

/// A textbook Llama 2: one token at a time, plain loops, doubles, and nothing of the library.
///
/// In int8 it computes as runq.c: weights and the input of each product are quantised in groups.
struct Oracle {
  private let model: Model
  /// The int8 values that share a scale, nil in fp32.
  private let groupSize: Int?
  private var keys: [[[Double]]]  // (nLayers, position, kvDim)
  private var values: [[[Double]]]  // (nLayers, position, kvDim)

  init(_ model: Model, _ format: Format) {
    self.model = model.asStored(in: format)
    groupSize = format.groupSize
    keys = Array(repeating: [], count: model.shape.nLayers)
    values = keys
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

  /// The normed residual stream after one more token.
  private mutating func read(_ token: Int) -> [Double] {
    let position = keys[0].count
    var x = row(token, of: model.embedding)
    for (l, layer) in model.layers.enumerated() {
      let attentionInput = rmsnorm(x, layer.rmsAttention)
      let q = rotated(product(layer.wq, attentionInput), position)
      keys[l].append(rotated(product(layer.wk, attentionInput), position))
      values[l].append(product(layer.wv, attentionInput))
      add(product(layer.wo, attention(q, l)), to: &x)

      let ffnInput = rmsnorm(x, layer.rmsFFN)
      let gate = product(layer.w1, ffnInput)
      let up = product(layer.w3, ffnInput)
      let hidden = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
      add(product(layer.w2, hidden), to: &x)
    }
    return rmsnorm(x, model.rmsFinal)
  }

  private func add(_ y: [Double], to x: inout [Double]) {
    for i in x.indices { x[i] += y[i] }
  }

  private func rmsnorm(_ x: [Double], _ weight: [Float]) -> [Double] {
    let meanSquare = x.map { $0 * $0 }.reduce(0, +) / Double(x.count)
    let scale = 1 / (meanSquare + 1e-5).squareRoot()
    return zip(x, weight).map { $0 * scale * Double($1) }
  }

  /// Each pair of each head, turned by its angle; the angle is a float, as in run.c.
  private func rotated(_ x: [Double], _ position: Int) -> [Double] {
    let headSize = model.shape.headSize
    var x = x
    for i in stride(from: 0, to: x.count, by: 2) {
      let frequency = 1 / powf(10_000, Float(i % headSize) / Float(headSize))
      let angle = Double(Float(position) * frequency)
      let (a, b) = (x[i], x[i + 1])
      x[i] = a * cos(angle) - b * sin(angle)
      x[i + 1] = a * sin(angle) + b * cos(angle)
    }
    return x
  }

  /// softmax(q · k / √headSize) v for each head, over all positions so far.
  private func attention(_ q: [Double], _ layer: Int) -> [Double] {
    let (shape, headSize) = (model.shape, model.shape.headSize)
    var out = [Double](repeating: 0, count: shape.dim)
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
      for (weight, value) in zip(weights, values[layer]) {
        for i in 0..<headSize { out[mine + i] += weight / sum * value[shared + i] }
      }
    }
    return out
  }
}

extension Oracle {
  private func row(_ row: Int, of matrix: Tensor) -> [Double] {
    matrix.values[row * matrix.columns..<(row + 1) * matrix.columns].map(Double.init)
  }

  /// A matrix times a vector, which int8 rounds first.
  private func product(_ matrix: Tensor, _ x: [Double]) -> [Double] {
    var x = x
    if let groupSize {
      let groups = Int8Groups(
        x.map(Float.init), groupSize: groupSize, rounding: .toNearestOrAwayFromZero)
      x = groups.values.indices.map { Double(groups.values[$0]) * Double(groups.scale(of: $0)) }
    }
    return matrix.values.withUnsafeBufferPointer { weights in
      (0..<matrix.rows).map { row in
        var sum = 0.0
        for k in 0..<x.count { sum += Double(weights[row * x.count + k]) * x[k] }
        return sum
      }
    }
  }
}
