#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The steps of a layer beside its products, for one token (run.c).
package enum Steps {
  /// out = weight x / √(mean(x²) + epsilon), all (count) (Zhang and Sennrich 2019; run.c: `rmsnorm`).
  package static func rmsnorm(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
    _ count: Int, epsilon: Float
  ) {
    let meanSquare = Float32Weights.dot(x, x, count) / Float(count)
    let scale = 1 / (meanSquare + epsilon).squareRoot()
    for i in 0..<count { out[i] = weight[i] * (scale * x[i]) }
  }

  /// out = weight (x - mean(x)) / √(var(x) + epsilon) + bias, all (count) (Ba et al. 2016: LayerNorm).
  static func layernorm(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ count: Int, epsilon: Float
  ) {
    let mean = sum(x, count) / Float(count)
    for i in 0..<count { out[i] = x[i] - mean }
    let variance = Float32Weights.dot(out, out, count) / Float(count)
    let scale = 1 / (variance + epsilon).squareRoot()
    for i in 0..<count { out[i] = weight[i] * (scale * out[i]) }
    if let bias { add(bias, to: out, count) }
  }

  /// Rotates the pairs of each head of x, (heads, headSize), in place, by angles whose cosines and sines
  /// are given, (rope.size / 2); elements from rope.size on stay (Su et al. 2021: RoPE; run.c).
  package static func rope(
    _ x: UnsafeMutablePointer<Float>, heads: Int, headSize: Int, _ rope: Config.RoPE,
    _ cos: UnsafePointer<Float>, _ sin: UnsafePointer<Float>
  ) {
    let half = rope.size / 2
    let (step, distance) = rope.pairs == .neighbours ? (2, 1) : (1, half)
    for head in 0..<heads {
      let x = x + head &* headSize
      for i in 0..<half {
        let (a, b) = (x[step &* i], x[step &* i &+ distance])
        x[step &* i] = a * cos[i] - b * sin[i]
        x[step &* i &+ distance] = a * sin[i] + b * cos[i]
      }
    }
  }

  /// x = e^(x - max) / Σ e^(x - max), (count) (run.c: `softmax`).
  static func softmax(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    multiply(x, by: 1 / exponentials(x, count).sum, count)
  }

  /// x = e^(x - max), (count). Returns max and the sum.
  package static func exponentials(_ x: UnsafeMutablePointer<Float>, _ count: Int) -> (
    max: Float, sum: Float
  ) {
    sumOfExponentials(x, count) { store($0, x + $1, first: count &- $1) }
  }

  /// log Σ e^x, of x (count).
  static func logSumExp(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    let (max, sum) = sumOfExponentials(x, count) { _, _ in }
    return max + logf(sum)
  }

  /// The largest of x, (count), and Σ e^(x - max). Calls `body` with 16 exponentials at a time and the
  /// index of the first; behind the last one there are zeros.
  @inline(__always)
  private static func sumOfExponentials(
    _ x: UnsafePointer<Float>, _ count: Int, _ body: (Vector, Int) -> Void
  ) -> (max: Float, sum: Float) {
    let max = maximum(x, count)
    var sum = Vector.zero
    for i in stride(from: 0, to: count, by: 16) {
      let rest = count &- i
      var powers = exp(load(x + i, first: rest) - Vector(repeating: max))
      if rest < 16 {
        for lane in rest..<16 { powers[lane] = 0 }
      }
      body(powers, i)
      sum += powers
    }
    return (max, sum.total)
  }

  /// gate = silu(gate) up, both (count), where silu(x) = x / (1 + e^-x) (Shazeer 2020: SwiGLU).
  package static func swiglu(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int
  ) {
    var i = 0
    while i &+ 16 <= count {
      store(silu(load(gate + i)) * load(up + i), gate + i)
      i &+= 16
    }
    if i < count {
      let rest = count &- i
      let result = silu(load(gate + i, first: rest)) * load(up + i, first: rest)
      store(result, gate + i, first: rest)
    }
  }

  @inline(__always)
  private static func silu(_ x: Vector) -> Vector { x / onePlusExp(-x) }

  /// x = gelu(x), (count), where gelu(x) = x (1 + tanh u) / 2 and u = √(2/π) (x + 0.044715 x³)
  /// (Hendrycks and Gimpel 2016, with their approximation of the normal distribution).
  static func gelu(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    var i = 0
    while i &+ 16 <= count {
      store(gelu(load(x + i)), x + i)
      i &+= 16
    }
    if i < count { store(gelu(load(x + i, first: count &- i)), x + i, first: count &- i) }
  }

  /// (1 + tanh u) / 2 = 1 / (1 + e^-2u).
  @inline(__always)
  private static func gelu(_ x: Vector) -> Vector {
    let minusTwoRoot: Float = -2 * 0.797_884_6  // √(2/π)
    return x / onePlusExp(minusTwoRoot * (x + 0.044715 * (x * x * x)))
  }

  /// 1 + e^x, where x is kept from giving infinity.
  @inlinable
  @inline(__always)
  package static func onePlusExp(_ x: Vector) -> Vector {
    1 + exp(x.replacing(with: 88, where: x .> 88))
  }
}
