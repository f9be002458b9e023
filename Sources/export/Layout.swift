import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What stands in a checkpoint file, in its order (export.py: `legacy_export`, `version1_export`,
/// `version2_export`).
struct Layout {
  let header: [UInt8]
  let sections: [Section]
  /// Of v2, at most the size that was asked for; 0 in the fp32 formats.
  let groupSize: Int

  struct Section {
    let tensor: Tensor
    /// As int8 values, then one fp32 scale for each `groupSize` of them; else as fp32.
    let isQuantised: Bool
  }

  init(_ model: Model, version: Int, groupSize: Int) {
    self.groupSize = version == 2 ? fittingGroupSize(groupSize, model.config) : 0
    let layers = model.layers
    let matrices: [[Tensor]] = [
      layers.map(\.wq), layers.map(\.wk), layers.map(\.wv), layers.map(\.wo), layers.map(\.w1),
      layers.map(\.w2), layers.map(\.w3),
    ]
    let output = model.output.map { [$0] } ?? []
    if version == 0 {
      header = Self.headerV0(model)
      let attention = [layers.map(\.attentionNorm)] + matrices[..<4]
      let feedForward = [layers.map(\.ffnNorm)] + matrices[4...]
      let tensors =
        [model.tokenEmbedding] + (attention + feedForward).flatMap { $0 } + [model.norm]
        + (model.ropeTables ?? ropeTables(model.config)) + output
      sections = tensors.map { Section(tensor: $0, isQuantised: false) }
    } else {
      header = Self.header(model, version: version, groupSize: self.groupSize)
      let norms = layers.map(\.attentionNorm) + layers.map(\.ffnNorm) + [model.norm]
      let weights = [model.tokenEmbedding] + matrices.flatMap { $0 } + output
      sections =
        norms.map { Section(tensor: $0, isQuantised: false) }
        + weights.map { Section(tensor: $0, isQuantised: version == 2) }
    }
  }

  /// Bytes of the file, or nil where no file can have so many.
  var size: Int? {
    var size = Int128(header.count)
    for section in sections {
      let count = Int128(section.tensor.rows) * Int128(section.tensor.columns)
      size += section.isQuantised ? count + 4 * (count / Int128(groupSize)) : 4 * count
    }
    return Int(exactly: size)
  }

  private static func numbers(_ c: Config, vocabSize: Int) -> [UInt8] {
    [c.dim, c.hiddenDim, c.nLayers, c.nHeads, c.nKVHeads, vocabSize, c.seqLen].flatMap(int32)
  }

  /// A negative vocab_size says that the classifier is one of its own.
  private static func headerV0(_ model: Model) -> [UInt8] {
    let vocabSize = model.config.vocabSize
    return numbers(model.config, vocabSize: model.output == nil ? vocabSize : -vocabSize)
  }

  private static func header(_ model: Model, version: Int, groupSize: Int) -> [UInt8] {
    var header = int32(Int(Checkpoint.magic)) + int32(version)
    header += numbers(model.config, vocabSize: model.config.vocabSize)
    header.append(model.output == nil ? 1 : 0)
    if version == 2 { header += int32(groupSize) }
    return header + [UInt8](repeating: 0, count: Checkpoint.headerSize - header.count)
  }
}

private func int32(_ value: Int) -> [UInt8] {
  withUnsafeBytes(of: Int32(value).littleEndian) { Array($0) }
}

/// The largest of groupSize, groupSize / 2, … that divides dim and hidden_dim, so that no group
/// straddles two rows.
private func fittingGroupSize(_ groupSize: Int, _ config: Config) -> Int {
  var fitting = groupSize
  while config.dim % fitting != 0 || config.hiddenDim % fitting != 0 { fitting /= 2 }
  return fitting
}

/// v0's tables, (seqLen, headSize / 2) each, which nobody reads any more: cos and sin of
/// position · 10000^(-2i / headSize), in fp32 step by step as model.py's precompute_freqs_cis.
private func ropeTables(_ config: Config) -> [Tensor] {
  let columns = config.headSize / 2
  let frequencies = (0..<columns).map { i in
    1 / Float(pow(10000, Double(Float(2 * i) / Float(config.headSize))))
  }
  func table(_ name: String, _ function: @escaping (Double) -> Double) -> Tensor {
    Tensor(name: name, rows: config.seqLen, columns: columns) { position, out in
      for i in 0..<columns {
        out[i] = Float(function(Double(Float(position) * frequencies[i])))
      }
    }
  }
  return [table("cos", cos), table("sin", sin)]
}
