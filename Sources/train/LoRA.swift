import Llama2

/// Low-rank adapters (Hu et al. 2021): a matrix of a layer is W = W₀ + B A, where only A, (rank, columns), and
/// B, (rows, rank), are trained (the paper's factor α / rank is 1). B begins as 0. The passes see W alone,
/// from whose gradient follow
///
///     dB = dW Aᵀ        dA = Bᵀ dW
struct LoRA {
  /// W₀.
  let base: UnsafePointer<Float>
  private let adapters: [Adapter]
  /// The number of parameters of all adapters.
  let count: Int

  private struct Adapter {
    let place: ParameterLayout.Place
    /// Where A begins among the parameters, and B behind it.
    let start: Int
    let rank: Int

    func a(_ parameters: UnsafeMutablePointer<Float>) -> Floats {
      Floats(parameters + start, rows: rank, columns: place.columns)
    }
    func b(_ parameters: UnsafeMutablePointer<Float>) -> Floats {
      Floats(parameters + start + rank * place.columns, rows: place.rows, columns: rank)
    }
    /// W or its gradient, in an array of all weights.
    func matrix(_ weights: UnsafeMutablePointer<Float>) -> Floats {
      Floats(weights + place.start, rows: place.rows, columns: place.columns)
    }
  }

  /// - Parameter base: all weights, W₀ among them.
  init(_ layout: ParameterLayout, rank: Int, base: UnsafePointer<Float>) {
    self.base = base
    var (adapters, count): ([Adapter], Int) = ([], 0)
    for place in Self.places(layout) {
      adapters.append(Adapter(place: place, start: count, rank: rank))
      count += rank * (place.rows + place.columns)
    }
    (self.adapters, self.count) = (adapters, count)
  }

  /// The smallest side of a matrix that is adapted: it has no rank above that.
  static func largestRank(_ layout: ParameterLayout) -> Int {
    places(layout).map { min($0.rows, $0.columns) }.min()!
  }

  private static func places(_ layout: ParameterLayout) -> [ParameterLayout.Place] {
    layout.places.filter { $0.isMatrix && $0.tensor.isOfLayer }
  }

  func setInitial(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    var random = Random(seed: seed)
    parameters.update(repeating: 0, count: count)
    for adapter in adapters {
      let (a, deviation) = (adapter.a(parameters), 1 / Float(adapter.place.columns).squareRoot())
      for i in 0..<a.rows * a.columns { a.start[i] = deviation * random.normal() }
    }
  }

  /// W = W₀ + B A, in `weights`, which hold W₀.
  func merge(
    _ parameters: UnsafeMutablePointer<Float>, into weights: UnsafeMutablePointer<Float>,
    _ network: Network
  ) {
    for adapter in adapters {
      network.multiply(
        [(adapter.b(parameters), adapter.a(parameters), adapter.matrix(weights))], adding: true)
    }
  }

  /// Turns dW into dA and dB.
  func differentiate(
    _ parameters: UnsafeMutablePointer<Float>, weightGradients: UnsafeMutablePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>, _ network: Network
  ) {
    for adapter in adapters {
      let (a, b) = (adapter.a(parameters), adapter.b(parameters))
      let dw = adapter.matrix(weightGradients)
      network.multiply([(dw, a.transposed, adapter.b(gradients))], adding: false)
      network.multiply([(b.transposed, dw, adapter.a(gradients))], adding: false)
    }
  }
}
