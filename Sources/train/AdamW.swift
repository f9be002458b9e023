import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as in PyTorch. Norms do not decay
/// (model.py: `configure_optimizers`).
struct AdamW {
  /// A tensor's part of the array of all parameters.
  typealias Tensor = (range: Range<Int>, decays: Bool)

  let beta1, beta2, weightDecay: Float
  private static let epsilon: Float = 1e-8
  /// Elements that one thread updates at a time.
  private static let block = 1 << 14

  /// One step along the gradients g, each times `gradientFactor`, of weights w, with moments m and v:
  ///
  ///     w -= rate · weightDecay · w
  ///     m = β1 m + (1 - β1) g        v = β2 v + (1 - β2) g²
  ///     w -= rate · m̂ / (√v̂ + ε)     m̂ = m / (1 - β1ᵗ), v̂ = v / (1 - β2ᵗ)
  ///
  /// - Parameter t: counts the steps from 1.
  func step(
    _ t: Int, rate: Float, weights w: UnsafeMutablePointer<Float>,
    gradients g: UnsafePointer<Float>, times gradientFactor: Float,
    moments: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>),
    _ tensors: [Tensor], _ threads: Threads
  ) {
    let (beta1, beta2, epsilon, (m, v)) = (beta1, beta2, Self.epsilon, moments)
    let mFactor = rate / Float(1 - pow(Double(beta1), Double(t)))
    let vFactor = Float(1 / (1 - pow(Double(beta2), Double(t))).squareRoot())
    let blocks = Self.blocks(tensors)
    threads.run(parts: blocks.count) { part, _ in
      let (range, decays) = blocks[part]
      let keep = decays ? 1 - rate * weightDecay : 1
      for i in range {
        let gradient = g[i] * gradientFactor
        let first = m[i] + (1 - beta1) * (gradient - m[i])
        let second = beta2 * v[i] + (1 - beta2) * gradient * gradient
        (m[i], v[i]) = (first, second)
        w[i] = w[i] * keep - mFactor * first / (second.squareRoot() * vFactor + epsilon)
      }
    }
  }

  /// √ Σ g².
  static func norm(
    _ g: UnsafePointer<Float>, _ tensors: [Tensor], _ threads: Threads
  ) -> Double {
    let blocks = blocks(tensors)
    var sums = [Double](repeating: 0, count: blocks.count)
    sums.withUnsafeMutableBufferPointer { sums in
      threads.run(parts: blocks.count) { part, _ in
        let (range, _) = blocks[part]
        let g = g + range.lowerBound
        // A block's sum has few enough terms for a float.
        sums[part] = Double(dot(g, g, range.count))
      }
    }
    return sums.reduce(0, +).squareRoot()
  }

  private static func blocks(_ tensors: [Tensor]) -> [Tensor] {
    tensors.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: block).map {
        ($0..<min($0 + block, tensor.range.upperBound), tensor.decays)
      }
    }
  }
}

/// The learning rate of each step (train.py: `get_lr`, but there the first step's is 0).
struct Schedule {
  let rate: Float
  let warmup: Int
  /// The steps after which the rate is 0; 0: it never falls.
  let decay: Int

  /// Rises linearly over the warmup, then falls as a cosine.
  ///
  /// - Parameter step: counts from 0.
  func rate(at step: Int) -> Float {
    if step < warmup { return rate * Float(step + 1) / Float(warmup) }
    guard decay > 0 else { return rate }
    guard step < decay else { return 0 }
    let progress = Double(step - warmup) / Double(max(1, decay - warmup))
    return rate * Float(0.5 * (1 + cos(Double.pi * progress)))
  }
}
