/// llama2.c's checkpoint files (export.py):
///
/// - v0: seven int32 (a negative vocab_size means a classifier of its own), then fp32 weights;
/// - v1: `ak42`, version 1, a header of 256 bytes, then fp32 weights with the norms first;
/// - v2: `ak42`, version 2, a header of 256 bytes with a group size, fp32 norms, then int8 weights,
///   each tensor's values followed by one fp32 scale for each group.
package struct Llama2C: Sendable {
  package static let magic: UInt32 = 0x616b_3432
  private static let headerSize = 256

  package let config: Config
  package let version: Int
  /// The int8 values that share a scale in v2, 0 in the fp32 formats.
  package let groupSize: Int
  /// Whether the classifier is the token embedding.
  package let sharedClassifier: Bool

  package init(_ config: Config, version: Int, groupSize: Int, sharedClassifier: Bool) {
    self.config = config
    self.version = version
    self.groupSize = version == 2 ? groupSize : 0
    self.sharedClassifier = sharedClassifier
  }
}

// MARK: - What stands in a file

extension Llama2C {
  /// A weight of a Llama, or one of v0's tables of cos and sin, which nobody reads any more.
  package enum Tensor: Hashable, Sendable {
    case tokenEmbedding, attentionNorm, wq, wk, wv, wo, ffnNorm, w1, w2, w3, finalNorm
    case cosTable, sinTable, classifier

    /// Whether there is one for each layer.
    package var isOfLayer: Bool {
      switch self {
      case .attentionNorm, .wq, .wk, .wv, .wo, .ffnNorm, .w1, .w2, .w3: true
      default: false
      }
    }
    /// nil: a table of cos or sin, which other formats do not store.
    package var role: TensorName.Role? {
      switch self {
      case .tokenEmbedding: .tokenEmbedding
      case .attentionNorm: .attentionNorm
      case .wq: .query
      case .wk: .key
      case .wv: .value
      case .wo: .attentionOutput
      case .ffnNorm: .ffnNorm
      case .w1: .gate
      case .w2: .down
      case .w3: .up
      case .finalNorm: .finalNorm
      case .classifier: .output
      case .cosTable, .sinTable: nil
      }
    }
    /// Whether it is the right side of a product, which v2 holds as int8.
    var isMatrix: Bool { role.map { !$0.isNorm } ?? false }
  }

  /// One tensor, or that of all layers in turn, (count, rows, columns).
  package struct Section: Sendable {
    package let tensor: Tensor
    package let count: Int
    package let rows: Int
    package let columns: Int
    /// The int8 values that share a scale, 0 for fp32.
    package let groupSize: Int

    /// Bytes of one of the `count` tensors. In 128 bits no product of a header's int32 values
    /// overflows.
    package var bytes: Int128 {
      let values = Int128(rows) * Int128(columns)
      return groupSize == 0 ? 4 * values : values + 4 * (values / Int128(groupSize))
    }
  }

  /// The sections behind the header, in their order. This is the only place that knows it.
  package var sections: [Section] {
    let attention: [Tensor] = [.wq, .wk, .wv, .wo]
    let feedForward: [Tensor] = [.w1, .w2, .w3]
    let classifier: [Tensor] = sharedClassifier ? [] : [.classifier]
    let tensors: [Tensor] =
      version == 0
      ? [.tokenEmbedding, .attentionNorm] + attention + [.ffnNorm] + feedForward
        + [.finalNorm, .cosTable, .sinTable] + classifier
      : [.attentionNorm, .ffnNorm, .finalNorm, .tokenEmbedding] + attention + feedForward
        + classifier
    return tensors.map { tensor in
      let (rows, columns) = shape(of: tensor)
      return Section(
        tensor: tensor, count: tensor.isOfLayer ? config.nLayers : 1, rows: rows, columns: columns,
        groupSize: tensor.isMatrix ? groupSize : 0)
    }
  }

  private func shape(of tensor: Tensor) -> (rows: Int, columns: Int) {
    guard let role = tensor.role else { return (config.seqLen, config.headSize / 2) }
    let shape = config.shape(of: TensorName(role: role))
    return (shape.count == 1 ? 1 : shape[0], shape.last!)
  }

  /// Bytes of a whole file.
  package var fileSize: Int128 {
    sections.reduce(Int128(version == 0 ? 28 : Self.headerSize)) {
      $0 + Int128($1.count) * $1.bytes
    }
  }

  /// The header's bytes.
  package var header: [UInt8] {
    let c = config
    func int32(_ values: Int...) -> [UInt8] {
      values.flatMap { value in
        withUnsafeBytes(of: Int32(truncatingIfNeeded: value).littleEndian) { Array($0) }
      }
    }
    func numbers(vocabSize: Int) -> [UInt8] {
      int32(c.dim, c.hiddenDim, c.nLayers, c.nHeads, c.nKVHeads, vocabSize, c.seqLen)
    }
    if version == 0 { return numbers(vocabSize: sharedClassifier ? c.vocabSize : -c.vocabSize) }
    var header = int32(Int(Self.magic), version) + numbers(vocabSize: c.vocabSize)
    header.append(sharedClassifier ? 1 : 0)
    if version == 2 { header += int32(groupSize) }
    return header + [UInt8](repeating: 0, count: Self.headerSize - header.count)
  }

  /// The largest of groupSize, groupSize / 2, … that divides the rows of every matrix, so that no
  /// group straddles two of them.
  package static func fittingGroupSize(_ groupSize: Int, _ config: Config) -> Int {
    var fitting = groupSize
    while config.dim % fitting != 0 || config.hiddenDim % fitting != 0 { fitting /= 2 }
    return fitting
  }
}

// MARK: - Reading

extension Llama2C {
  /// Reads the header of a file and checks that the file is as long as its sizes say.
  ///
  /// Throws `LlamaError.badCheckpoint` for any other file.
  package init(_ file: MappedFile) throws {
    func failure(_ problem: String) -> LlamaError {
      .badCheckpoint(path: file.path, problem: problem)
    }
    if let (format, remedy) = Self.foreignFormat(file.bytes) {
      throw failure(
        "not a checkpoint but \(format), expected one of llama2.c (.bin) or a GGUF file: \(remedy)")
    }
    if try Self.int32(file, 0) == Self.magic {
      let version = try Self.int32(file, 4)
      guard version == 1 || version == 2 else {
        throw failure("found a checkpoint of version \(version), expected 0, 1 or 2")
      }
      guard file.bytes.count >= Self.headerSize else {
        throw failure(
          "the file ends inside the header, after \(file.bytes.count) bytes of"
            + " \(Self.headerSize)")
      }
      guard file.bytes[36] <= 1 else {
        throw failure("its header says shared classifier \(file.bytes[36]), expected 0 or 1")
      }
      self.init(
        try Self.config(file, at: 8, vocabSize: Self.int32(file, 28)), version: version,
        groupSize: version == 2 ? try Self.int32(file, 37) : 0,
        sharedClassifier: file.bytes[36] == 1)
    } else {
      let vocabSize = try Self.int32(file, 20)
      self.init(
        try Self.config(file, at: 0, vocabSize: abs(vocabSize)), version: 0, groupSize: 0,
        sharedClassifier: vocabSize > 0)
    }
    if let problem = config.problem {
      throw failure(
        "in its header, \(problem)"
          + (version == 0 ? ": it is damaged, or not a llama2.c checkpoint" : ""))
    }
    if let problem = groupProblem { throw failure(problem) }
    let size = fileSize
    guard file.bytes.count == size else {
      throw failure(
        "the file has \(file.bytes.count) bytes, but its header promises \(size):"
          + (file.bytes.count < size ? " it is cut off" : " it has bytes too many")
          + ", or not a llama2.c checkpoint")
    }
  }

  private static func config(_ file: MappedFile, at offset: Int, vocabSize: Int) throws -> Config {
    let (dim, nHeads) = (try int32(file, offset), try int32(file, offset + 12))
    return try Config(
      dim: dim, hiddenDim: int32(file, offset + 4), nLayers: int32(file, offset + 8),
      nHeads: nHeads, nKVHeads: int32(file, offset + 16), vocabSize: vocabSize,
      seqLen: int32(file, offset + 24))
  }

  private static func int32(_ file: MappedFile, _ offset: Int) throws -> Int {
    guard offset + 4 <= file.bytes.count else {
      throw LlamaError.badCheckpoint(
        path: file.path,
        problem: "the file ends inside the header, after \(file.bytes.count) bytes:"
          + " it is cut off, or not a llama2.c checkpoint")
    }
    let value = file.bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
    return Int(Int32(littleEndian: value))
  }

  /// Files that people try by mistake: what they are, by their first bytes, and what to do instead.
  private static func foreignFormat(_ bytes: UnsafeRawBufferPointer)
    -> (format: String, remedy: String)?
  {
    let known: [(magic: [UInt8], format: String, remedy: String)] = [
      (Array("tjgg".utf8), "a GGML file", "get the GGUF file of this model"),
      (Array("PK\u{3}\u{4}".utf8), "a ZIP file", "./export converts PyTorch's of Llama 2"),
      ([0x80, 2], "a PyTorch file", "./export converts those of Llama 2"),
      (Array("%PDF".utf8), "a PDF", "name a model"),
      (Array("\u{7F}ELF".utf8), "a program", "name a model"),
      ([0x1F, 0x8B], "a compressed file", "unpack it with gzip -d"),
    ]
    for (magic, format, remedy) in known where bytes.starts(with: magic) { return (format, remedy) }
    // A safetensors file begins with the length of a JSON object in 8 bytes.
    if bytes.count > 8, bytes[4..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") {
      return ("a safetensors file", "./export writes a .gguf of its folder")
    }
    return isText(bytes) ? ("a text file", "name a model") : nil
  }

  /// Whether the first bytes are UTF-8 without control characters; the first 8 of a header hold zeros.
  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else { return false }
    var start = bytes.prefix(512)
    // The last character may be cut off.
    while let last = start.last, last >= 0x80 { start.removeLast() }
    let isPlain = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
    return isPlain && !start.isEmpty && String(validating: start, as: UTF8.self) != nil
  }

  private var groupProblem: String? {
    guard version == 2 else { return nil }
    guard groupSize > 0 else {
      return "its header says group size \(groupSize), expected a positive number"
    }
    let fitting = Self.fittingGroupSize(groupSize, config)
    guard fitting < groupSize else { return nil }
    return "its groups of \(groupSize) straddle the rows of its matrices (dim \(config.dim),"
      + " hidden_dim \(config.hiddenDim)): export it again"
      + (fitting > 1 ? " in groups of \(fitting)" : ", with a --group-size that divides both")
  }

  /// Every tensor's place in `file`, which is as long as `fileSize`, and for int8 the place of its
  /// scales: one for each layer, or one.
  package func views(_ file: MappedFile) -> [Tensor: [Matrix]] {
    var views: [Tensor: [Matrix]] = [:]
    var next = file.bytes.baseAddress! + header.count
    for section in sections {
      views[section.tensor] = (0..<section.count).map { _ in
        let values = next
        next += Int(section.bytes)
        let scales = values + section.rows * section.columns
        return Matrix(
          rows: section.rows, columns: section.columns, values: values,
          format: section.groupSize == 0
            ? .float32 : .int8Groups(size: section.groupSize, scales: scales))
      }
    }
    return views
  }

  /// The weights as views into `file` (run.c: `memory_map_weights`).
  func weights(_ file: MappedFile) -> Weights {
    let views = views(file)
    func matrix(_ tensor: Tensor, _ layer: Int = 0) -> Matrix { views[tensor]![layer] }
    func norm(_ tensor: Tensor, _ layer: Int = 0) -> Norm {
      Norm(
        matrix(tensor, layer).values.assumingMemoryBound(to: Float.self), count: config.dim)
    }
    func linear(_ tensor: Tensor, _ layer: Int = 0) -> Linear { Linear(matrix(tensor, layer)) }
    return Weights(
      tokenEmbedding: matrix(.tokenEmbedding),
      layers: (0..<config.nLayers).map { i in
        Layer(
          attentionNorm: norm(.attentionNorm, i), wq: linear(.wq, i), wk: linear(.wk, i),
          wv: linear(.wv, i), wo: linear(.wo, i), ffnNorm: norm(.ffnNorm, i), w1: linear(.w1, i),
          w2: linear(.w2, i), w3: linear(.w3, i))
      },
      finalNorm: norm(.finalNorm),
      classifier: sharedClassifier ? Linear(matrix(.tokenEmbedding)) : linear(.classifier))
  }
}
