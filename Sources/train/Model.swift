import Console
import Llama2

/// The weights of a model in training, their gradients, and the optimizer's moments.
final class TrainedModel {
  let layout: ParameterLayout
  let weights: UnsafeMutablePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  /// What the optimizer changes: the weights themselves or, with `lora`, its parameters.
  let parameters: UnsafeMutablePointer<Float>
  let parameterCount: Int
  private let parameterGradients: UnsafeMutablePointer<Float>
  /// The moments m and v of AdamW.
  let moments: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  let lora: LoRA?
  private let tensors: [AdamW.Tensor]
  private let memory: [LazyMemory]

  /// Bytes of all this.
  static func size(_ layout: ParameterLayout, rank: Int) -> Int {
    guard rank > 0 else { return 16 * layout.count }
    let lora = LoRA(layout, rank: rank, base: UnsafePointer(bitPattern: 64)!)
    return 12 * layout.count + 16 * lora.count
  }

  /// All zeros.
  ///
  /// - Parameter rank: of the adapters to train; 0: all weights are trained.
  init(_ layout: ParameterLayout, rank: Int) throws {
    var memory: [LazyMemory] = []
    func floats(_ count: Int) throws -> UnsafeMutablePointer<Float> {
      let room = try LazyMemory(bytes: [4, count + 16], purpose: "weights in training")
      room.useHugePages(from: 0)
      memory.append(room)
      return room.start.assumingMemoryBound(to: Float.self)
    }
    self.layout = layout
    (weights, gradients) = (try floats(layout.count), try floats(layout.count))
    if rank > 0 {
      let lora = LoRA(layout, rank: rank, base: try floats(layout.count))
      (self.lora, parameterCount) = (lora, lora.count)
      (parameters, parameterGradients) = (try floats(lora.count), try floats(lora.count))
      tensors = [(0..<lora.count, true)]
    } else {
      (lora, parameterCount) = (nil, layout.count)
      (parameters, parameterGradients) = (weights, gradients)
      tensors = layout.places.map { ($0.range, $0.isMatrix) }
    }
    moments = (try floats(parameterCount), try floats(parameterCount))
    self.memory = memory
  }

  /// The weights, without adapters that are merged into them.
  var baseWeights: UnsafeMutablePointer<Float> {
    lora.map { UnsafeMutablePointer(mutating: $0.base) } ?? weights
  }

  /// Takes the weights of a checkpoint, which must be finite.
  func read(_ checkpoint: Checkpoint) throws {
    let (from, to) = (checkpoint.weights, layout.parameters(baseWeights))
    func copy(_ matrix: Matrix, to out: Floats) {
      for row in 0..<matrix.rows { matrix.copyRow(row, to: out.start + row * out.columns) }
    }
    copy(from.tokenEmbedding, to: to.embedding)
    for (from, to) in zip(from.layers, to.layers) {
      to.attentionNorm.update(from: from.attentionNorm.weight, count: from.attentionNorm.count)
      to.ffnNorm.update(from: from.ffnNorm.weight, count: from.ffnNorm.count)
      for (linear, out) in [
        (from.wq, to.wq), (from.wk, to.wk), (from.wv, to.wv), (from.wo, to.wo), (from.w1, to.w1),
        (from.w2, to.w2), (from.w3!, to.w3),
      ] { copy(linear.weight, to: out) }
    }
    to.finalNorm.update(from: from.finalNorm.weight, count: from.finalNorm.count)
    if to.classifier.start != to.embedding.start { copy(from.classifier.weight, to: to.classifier) }
    for place in layout.places
    where !isFinite(UnsafeBufferPointer(start: baseWeights + place.start, count: place.count)) {
      throw Refusal(
        checkpoint.file.path, "holds weights that are NaN or infinite: it is damaged")
    }
  }

  /// Random weights and adapters.
  func setInitial(seed: Int, keepsWeights: Bool) {
    if !keepsWeights {
      layout.setInitialWeights(baseWeights, seed: Random.derive(seed, .weights))
    }
    lora?.setInitial(parameters, seed: Random.derive(seed, .adapters))
  }

  /// Computes the weights from the parameters of the adapters, if there are any.
  func merge(_ network: Network) {
    guard let lora else { return }
    weights.update(from: lora.base, count: layout.count)
    lora.merge(parameters, into: weights, network)
  }

  /// Computes the gradients of the parameters from those of the weights.
  @discardableResult
  func differentiate(_ network: Network) -> UnsafeMutablePointer<Float> {
    lora?.differentiate(
      parameters, weightGradients: gradients, into: parameterGradients, network)
    return parameterGradients
  }

  /// Takes one step along the gradients, unless their norm is not finite. Returns the norm before it is clipped.
  func step(_ t: Int, rate: Float, _ settings: Settings, _ network: Network) -> Double {
    differentiate(network)
    let norm = AdamW.norm(parameterGradients, tensors, network.threads)
    guard norm.isFinite else { return norm }
    let optimizer = AdamW(
      beta1: Float(settings.beta1), beta2: Float(settings.beta2),
      weightDecay: Float(settings.weightDecay))
    optimizer.step(
      t, rate: rate, weights: parameters, gradients: parameterGradients,
      times: settings.clip > 0 ? Float(min(1, settings.clip / (norm + 1e-6))) : 1,
      moments: moments, tensors, network.threads)
    merge(network)
    return norm
  }

  // MARK: - Files

  /// A file to commit: llama2.c's version 0.
  func write(_ path: String, _ activations: TrainingActivations) throws -> TargetFile {
    let checkpoint = layout.checkpoint
    let file = try TargetFile(path, size: Int(checkpoint.fileSize))
    try checkpoint.header.withUnsafeBytes(file.write)
    for section in checkpoint.sections {
      // The layers of a tensor stand behind one another.
      let start =
        switch section.tensor {
        case .cosTable: activations.cos
        case .sinTable: activations.sin
        default: weights + layout.places.first { $0.tensor == section.tensor }!.start
        }
      try file.write(
        UnsafeRawBufferPointer(start: start, count: section.count * Int(section.bytes)))
    }
    return file
  }
}
