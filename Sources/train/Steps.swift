// The steps of a layer beside its products and attention, each with its backward pass: from the gradient of
// the loss with respect to its output, dy, that with respect to its input, dx, and to its weights, dw.

import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Σ of `count` terms, where `vector` gives 16 of them from an index on and `scalar` one.
@inline(__always)
func sum(_ count: Int, _ vector: (Int) -> Vector, _ scalar: (Int) -> Float) -> Float {
  var sums = Vector.zero
  let end = count & ~15
  for i in stride(from: 0, to: end, by: 16) { sums += vector(i) }
  var sum = sums.total
  for i in end..<count { sum += scalar(i) }
  return sum
}

/// a · b.
func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  sum(count, { load(a + $0) * load(b + $0) }, { a[$0] * b[$0] })
}

extension Network {
  // MARK: Embedding

  /// x = rows of the embedding, one for each token.
  func embed(_ tokens: UnsafePointer<Int32>, into x: Floats) {
    let embedding = weights.embedding
    threads.forEachPart(of: x.rows, work: x.columns, grain: 1) { part, _ in
      for i in part {
        let row = embedding.start + Int(tokens[i]) * x.columns
        (x.start + i * x.columns).update(from: row, count: x.columns)
      }
    }
  }

  /// dEmbedding[token] += dx, for each token in turn. Threads share the columns.
  func embedBackward(_ tokens: UnsafePointer<Int32>, dx: Floats) {
    let (gradient, columns) = (gradients.embedding, dx.columns)
    threads.forEachPart(of: columns, work: dx.rows, grain: 16) { part, _ in
      for i in 0..<dx.rows {
        let (from, to) = (
          dx.start + i * columns, gradient.start + Int(tokens[i]) * columns
        )
        for column in part { to[column] += from[column] }
      }
    }
  }

  // MARK: Linear layers

  /// y = x Wᵀ, for linear layers with the same input.
  func linear(_ x: Floats, _ products: [(w: Floats, y: Floats)]) {
    multiply(products.map { (x, $0.w.transposed, $0.y) }, adding: false)
  }

  /// dx = Σ dy W and dW += dyᵀ x, for linear layers with the same input.
  func linearBackward(_ x: Floats, dx: Floats, _ products: [(w: Floats, dw: Floats, dy: Floats)]) {
    for (i, product) in products.enumerated() {
      multiply([(product.dy, product.w, dx)], adding: i > 0)
    }
    multiply(products.map { ($0.dy.transposed, x, $0.dw) }, adding: true)
  }

  /// c = a b, or c += a b, for several products at a time. Threads share the rows of all c.
  func multiply(_ products: [(a: Floats, b: Floats, c: Floats)], adding: Bool) {
    var panels: [Panels] = []
    var room = activations.panels
    for (i, product) in products.enumerated() {
      let b = product.b
      // The next product may have the same right side.
      if i > 0 && products[i - 1].b.start == b.start {
        panels.append(panels[i - 1])
        continue
      }
      let laidOut = Panels(start: room, rows: b.rows, columns: b.columns)
      threads.forEachPart(of: b.rows, work: b.columns, grain: 16) { part, _ in
        laidOut.layOut(b, rows: part)
      }
      panels.append(laidOut)
      room += Panels.size(rows: b.rows, columns: b.columns)
    }
    let rows = products.reduce(0) { $0 + $1.c.rows }
    let (first, height) = (products[0], ProductTile.height)
    let work = first.a.columns * first.b.columns
    threads.forEachPart(of: rows, work: work, grain: height) { part, _ in
      var start = 0
      for (product, panels) in zip(products, panels) {
        let end = start + product.c.rows
        let mine = part.clamped(to: start..<end)
        // So many rows of A stay in the second-level cache.
        for row in stride(from: mine.lowerBound, to: mine.upperBound, by: 16 * height) {
          let rows = row - start..<min(row + 16 * height, mine.upperBound) - start
          product.a.rows(rows).multiply(panels, into: product.c.rows(rows), adding: adding)
        }
        start = end
      }
    }
  }

  // MARK: RMSNorm

  /// y = w ⊙ x r, where r = 1 / √(mean(x²) + ε) (Zhang and Sennrich 2019).
  func rmsnorm(_ x: Floats, _ w: UnsafePointer<Float>, into y: Floats) {
    let (n, epsilon) = (x.columns, config.normEpsilon)
    threads.forEachPart(of: x.rows, work: 4 * n, grain: 1) { part, _ in
      for i in part {
        Steps.rmsnorm(y.start + i * n, x.start + i * n, w, n, epsilon: epsilon)
      }
    }
  }

  /// dx += r (w ⊙ dy) - x r³ / n Σ w dy x, and dw += Σ over tokens of dy ⊙ x r.
  func rmsnormBackward(
    _ x: Floats, _ w: UnsafePointer<Float>, dy: Floats, addedTo dx: Floats,
    dw: UnsafeMutablePointer<Float>
  ) {
    let (n, epsilon, sums, size) = (
      x.columns, config.normEpsilon, activations.normSums, TrainingActivations.normTokens
    )
    let blocks = (x.rows + size - 1) / size
    threads.forEachPart(of: blocks, work: 8 * size * n, grain: 1) { part, _ in
      for block in part {
        let dw = sums + block * n
        dw.update(repeating: 0, count: n)
        for i in block * size..<min((block + 1) * size, x.rows) {
          let (x, dy, dx) = (x.start + i * n, dy.start + i * n, dx.start + i * n)
          let r = 1 / (dot(x, x, n) / Float(n) + epsilon).squareRoot()
          let product = sum(
            n, { load(w + $0) * load(dy + $0) * load(x + $0) }, { w[$0] * dy[$0] * x[$0] })
          let factor = r * r * r / Float(n) * product
          for j in 0..<n {
            dx[j] += r * (w[j] * dy[j]) - x[j] * factor
            dw[j] += dy[j] * (x[j] * r)
          }
        }
      }
    }
    for block in 0..<blocks {
      for j in 0..<n { dw[j] += sums[block * n + j] }
    }
  }

  // MARK: RoPE

  /// Rotates pairs of elements by their token's position times an angle of their own (Su et al. 2021).
  func rope(_ x: Floats) { rope(x, activations.sin) }

  /// The gradient is rotated back.
  func ropeBackward(_ dx: Floats) { rope(dx, activations.minusSin) }

  private func rope(_ x: Floats, _ sin: UnsafePointer<Float>) {
    let (c, cos, half) = (config, activations.cos, config.headSize / 2)
    threads.forEachPart(of: x.rows, work: 4 * x.columns, grain: 1) { part, _ in
      for i in part {
        let row = i % c.seqLen * half
        Steps.rope(
          x.start + i * x.columns, heads: x.columns / c.headSize, headSize: c.headSize, c.rope!,
          cos + row, sin + row)
      }
    }
  }

  // MARK: SwiGLU

  /// y = silu(h1) ⊙ h3, where silu(x) = x σ(x) and σ(x) = 1 / (1 + e^-x) (Shazeer 2020).
  func swiglu(_ h1: Floats, _ h3: Floats, into y: Floats) {
    threads.forEachPart(of: y.rows * y.columns, work: 16, grain: 16) { part, _ in
      let (start, y) = (part.lowerBound, y.start + part.lowerBound)
      y.update(from: h1.start + start, count: part.count)
      Steps.swiglu(y, h3.start + start, part.count)
    }
  }

  /// dh3 = dy ⊙ silu(h1), and dh1 = dy ⊙ h3 ⊙ σ(h1) (1 + h1 (1 - σ(h1))), in the place of h3 and h1.
  func swigluBackward(_ h1: Floats, _ h3: Floats, dy: Floats) -> (dh1: Floats, dh3: Floats) {
    threads.forEachPart(of: dy.rows * dy.columns, work: 24, grain: 16) { part, _ in
      for i in stride(from: part.lowerBound, to: part.upperBound, by: 16) {
        let (a, b, dy) = (load(h1.start + i), load(h3.start + i), load(dy.start + i))
        let sigma = 1 / Steps.onePlusExp(-a)
        let silu = a * sigma
        store(dy * silu, h3.start + i)
        store(dy * b * (sigma + silu * (1 - sigma)), h1.start + i)
      }
    }
    return (h1, h3)
  }

  // MARK: Residual stream

  /// y = x + branch, where dropout leaves out some of the branch.
  func add(_ x: Floats, _ branch: Floats, _ dropout: Dropout?, into y: Floats) {
    threads.forEachPart(of: y.rows * y.columns, work: 4, grain: 16) { part, _ in
      dropout?.apply(branch.start, part)
      let (x, branch, y) = (x.start, branch.start, y.start)
      for i in part { y[i] = x[i] + branch[i] }
    }
  }

  /// The branch's gradient: dy but for what dropout left out. The stream's own gradient stays dy.
  func addBackward(_ dy: Floats, _ dropout: Dropout?, scratch: Floats) -> Floats {
    guard let dropout else { return dy }
    threads.forEachPart(of: dy.rows * dy.columns, work: 4, grain: 16) { part, _ in
      (scratch.start + part.lowerBound).update(
        from: dy.start + part.lowerBound, count: part.count)
      dropout.apply(scratch.start, part)
    }
    return scratch
  }

  // MARK: Classifier and loss

  /// The losses -log p(target) of each token, where p = softmax(W x) are the probabilities of the next one;
  /// 0 for a target below 0.
  ///
  /// With a gradient goes on to the backward pass, as logits are too many to be kept: that of a token's
  /// logits is (p - 1 at the target) · scale, dx = dlogits W, and dW += dlogitsᵀ x.
  func classify(_ x: Floats, _ targets: UnsafePointer<Int32>, gradient: (scale: Float, dx: Floats)?)
  {
    let (w, vocabSize, losses) = (weights.classifier, config.vocabSize, activations.losses)
    for start in stride(from: 0, to: x.rows, by: activations.logitTokens) {
      let tokens = start..<min(start + activations.logitTokens, x.rows)
      let x = x.rows(tokens)
      let logits = Floats(activations.logits, rows: tokens.count, columns: vocabSize)
      linear(x, [(w, logits)])
      threads.forEachPart(of: tokens.count, work: 16 * vocabSize, grain: 1) { part, _ in
        for i in part {
          let row = logits.start + i * vocabSize
          losses[start + i] = crossEntropy(
            row, vocabSize, target: Int(targets[start + i]), scale: gradient?.scale ?? 0)
        }
      }
      if let gradient {
        linearBackward(x, dx: gradient.dx.rows(tokens), [(w, gradients.classifier, logits)])
      }
    }
  }

  /// The loss of one token, whose logits become their gradient.
  private func crossEntropy(
    _ logits: UnsafeMutablePointer<Float>, _ count: Int, target: Int, scale: Float
  ) -> Float {
    guard target >= 0 else {
      logits.update(repeating: 0, count: count)
      return 0
    }
    let logit = logits[target]
    let (max, sum) = Steps.exponentials(logits, count)
    let factor = scale / sum
    for i in 0..<count { logits[i] *= factor }
    logits[target] -= scale
    return max - logit + logf(sum)
  }
}

/// Leaves out each element with a probability and divides the others by what is left of 1 (Srivastava et al.
/// 2014), the same ones forward and backward: what is left out depends on the element's index alone.
struct Dropout {
  private let limit: UInt32
  private let factor: Float
  private let key: UInt32

  /// - Parameter key: a random number.
  init(_ probability: Float, key: UInt64) {
    limit = UInt32(probability * 4_294_967_296)
    factor = 1 / (1 - probability)
    self.key = UInt32(truncatingIfNeeded: key)
  }

  /// Of x, the elements in `part`, which begins with a whole vector, and their neighbours up to the next one.
  func apply(_ x: UnsafeMutablePointer<Float>, _ part: Range<Int>) {
    for i in stride(from: part.lowerBound, to: part.upperBound, by: 16) {
      store(load(x + i) * factors(i), x + i)
    }
  }

  private static let lanes = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

  /// What 16 elements from this index on are multiplied by (the hash: lowbias32, Wellons 2018).
  @inline(__always)
  func factors(_ index: Int) -> Vector {
    var x = (Self.lanes &+ UInt32(truncatingIfNeeded: index)) ^ key
    x = (x ^ (x &>> 16)) &* 0x7FEB_352D
    x = (x ^ (x &>> 15)) &* 0x846C_A68B
    x = x ^ (x &>> 16)
    return Vector(repeating: factor).replacing(with: 0, where: x .< limit)
  }
}
