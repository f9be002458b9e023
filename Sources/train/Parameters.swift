import Llama2

/// The weights of a Llama or their gradients: views into one array, in which the tensors stand as in llama2.c's
/// version 0.
struct Parameters {
  let embedding: Floats  // (vocabSize, dim)
  let layers: [Layer]
  let finalNorm: UnsafeMutablePointer<Float>  // (dim)
  /// The embedding itself, where the two are tied.
  let classifier: Floats  // (vocabSize, dim)

  /// Those of a layer, by the names of run.c.
  struct Layer {
    let attentionNorm: UnsafeMutablePointer<Float>  // (dim)
    let wq: Floats  // (qDim, dim)
    let wk: Floats  // (kvDim, dim)
    let wv: Floats  // (kvDim, dim)
    let wo: Floats  // (dim, qDim)
    let ffnNorm: UnsafeMutablePointer<Float>  // (dim)
    let w1: Floats  // (hiddenDim, dim)
    let w2: Floats  // (dim, hiddenDim)
    let w3: Floats  // (hiddenDim, dim)
  }
}

/// Where each tensor stands in such an array.
struct ParameterLayout {
  /// How the weights stand in a file.
  let checkpoint: Llama2C
  let places: [Place]
  /// The number of all parameters.
  let count: Int

  /// A tensor, or one layer's part of a tensor that every layer has.
  struct Place {
    let tensor: Llama2C.Tensor
    let layer: Int
    let rows: Int
    let columns: Int
    let start: Int
    /// A matrix, not the weights of a norm.
    let isMatrix: Bool
    var count: Int { rows * columns }
    var range: Range<Int> { start..<start + count }
  }

  var config: Config { checkpoint.config }

  /// - Parameter isTied: whether the classifier is the embedding.
  init(_ config: Config, isTied: Bool) {
    checkpoint = Llama2C(config, version: 0, groupSize: 0, sharedClassifier: isTied)
    var (places, count): ([Place], Int) = ([], 0)
    for section in checkpoint.sections {
      guard let role = section.tensor.role else { continue }
      for layer in 0..<section.count {
        let place = Place(
          tensor: section.tensor, layer: layer, rows: section.rows, columns: section.columns,
          start: count, isMatrix: !role.isNorm)
        places.append(place)
        count += place.count
      }
    }
    (self.places, self.count) = (places, count)
  }

  /// The array at `start`, as tensors.
  func parameters(_ start: UnsafeMutablePointer<Float>) -> Parameters {
    func matrix(_ tensor: Llama2C.Tensor, _ layer: Int = 0) -> Floats {
      let place = places.first { $0.tensor == tensor && $0.layer == layer }!
      return Floats(start + place.start, rows: place.rows, columns: place.columns)
    }
    func norm(_ tensor: Llama2C.Tensor, _ layer: Int = 0) -> UnsafeMutablePointer<Float> {
      matrix(tensor, layer).start
    }
    return Parameters(
      embedding: matrix(.tokenEmbedding),
      layers: (0..<config.nLayers).map { i in
        Parameters.Layer(
          attentionNorm: norm(.attentionNorm, i), wq: matrix(.wq, i), wk: matrix(.wk, i),
          wv: matrix(.wv, i), wo: matrix(.wo, i), ffnNorm: norm(.ffnNorm, i),
          w1: matrix(.w1, i), w2: matrix(.w2, i), w3: matrix(.w3, i))
      },
      finalNorm: norm(.finalNorm),
      classifier: matrix(checkpoint.sharedClassifier ? .tokenEmbedding : .classifier))
  }

  /// Random weights: normally distributed with a standard deviation of 0.02 (model.py: `_init_weights`), in
  /// the matrices whose products are added to the residual stream, wo and w2, of 0.02 / √(2 nLayers) (Radford
  /// et al. 2019: GPT-2; model.py scales wo and w3, where GPT-2 means w2); norms begin as 1.
  func setInitialWeights(_ weights: UnsafeMutablePointer<Float>, seed: UInt64) {
    var random = Random(seed: seed)
    for place in places {
      let isBranchEnd = place.tensor == .wo || place.tensor == .w2
      let deviation = isBranchEnd ? 0.02 / Float(2 * config.nLayers).squareRoot() : 0.02
      for i in place.range { weights[i] = place.isMatrix ? deviation * random.normal() : 1 }
    }
  }
}
