#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What went wrong with a file or a computation, as a sentence for the person who ran it.
public enum LlamaError: Error, Equatable, CustomStringConvertible {
  /// The operating system would not open, map or write the file.
  case cannotRead(path: String, reason: String)
  /// The file is not a checkpoint that can be run.
  case badCheckpoint(path: String, problem: String)
  /// The file is not a vocabulary, or not the checkpoint's.
  case badVocabulary(path: String, problem: String)
  /// There is no memory for what the checkpoint's sizes ask for.
  case outOfMemory(bytes: Int, purpose: String)
  /// The checkpoint's logits after `position` are NaN or infinite.
  case notFinite(path: String, position: Int)

  public var description: String {
    switch self {
    case .cannotRead(let path, let reason): "\(path): \(reason)"
    case .badCheckpoint(let path, let problem): "\(path): \(problem)"
    case .badVocabulary(let path, let problem): "\(path): \(problem)"
    case .outOfMemory(let bytes, let purpose): "no memory for \(purpose): \(bytes) bytes"
    case .notFinite(let path, let position):
      "\(path): the logits at position \(position) are not finite numbers, so the weights are"
        + " damaged, or not those of a Llama"
    }
  }
}

/// A file mapped into memory, read-only, for as long as the object lives.
package final class MappedFile {
  package let path: String
  package let bytes: UnsafeRawBufferPointer

  /// Throws `LlamaError.cannotRead` for what is missing, empty or not a regular file.
  package init(path: String) throws {
    func failure(_ reason: String) -> LlamaError { .cannotRead(path: path, reason: reason) }
    // Without O_NONBLOCK the open of a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw failure("expected a regular file, found a directory or a device")
    }
    guard status.st_size > 0 else { throw failure("the file is empty") }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw failure("cannot be mapped: " + String(cString: strerror(errno))) }
    #if !canImport(Darwin)
      // What is not in memory yet is read, and mapped, in pages of 2 MB where the kernel can:
      // streaming through small ones is slower by a tenth.
      madvise(base, size, MADV_HUGEPAGE)
    #endif
    self.path = path
    bytes = UnsafeRawBufferPointer(start: base, count: size)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }
}

/// The shape of a Llama, as a checkpoint's header gives it (run.c: `Config`).
public struct Config: Equatable, Sendable {
  /// The width of the residual stream.
  public let dim: Int
  /// The width inside the feed-forward network.
  public let hiddenDim: Int
  public let nLayers: Int
  /// Query heads.
  public let nHeads: Int
  /// Key and value heads, each shared by `nHeads / nKVHeads` query heads (grouped-query attention).
  public let nKVHeads: Int
  /// Tokens in the vocabulary, and logits.
  public let vocabSize: Int
  /// The longest context, in tokens.
  public let seqLen: Int

  package init(
    dim: Int, hiddenDim: Int, nLayers: Int, nHeads: Int, nKVHeads: Int, vocabSize: Int, seqLen: Int
  ) {
    self.dim = dim
    self.hiddenDim = hiddenDim
    self.nLayers = nLayers
    self.nHeads = nHeads
    self.nKVHeads = nKVHeads
    self.vocabSize = vocabSize
    self.seqLen = seqLen
  }

  /// The width of one head's query, key or value.
  public var headSize: Int { dim / nHeads }
  /// The width of all keys, or all values, of one token.
  public var kvDim: Int { headSize * nKVHeads }

  /// What keeps a Llama of this shape from being run, or nil.
  package var problem: String? {
    for (name, value) in [
      ("dim", dim), ("hidden_dim", hiddenDim), ("n_layers", nLayers), ("n_heads", nHeads),
      ("n_kv_heads", nKVHeads), ("vocab_size", vocabSize), ("seq_len", seqLen),
    ] where value <= 0 {
      return "\(name) is \(value), expected a positive number"
    }
    if dim % nHeads != 0 {
      return "dim is \(dim) and n_heads \(nHeads), expected n_heads to divide dim"
    }
    if nHeads % nKVHeads != 0 {
      return "n_heads is \(nHeads) and n_kv_heads \(nKVHeads),"
        + " expected n_kv_heads to divide n_heads"
    }
    if headSize % 2 != 0 {
      return "dim is \(dim) and n_heads \(nHeads), so the head size \(headSize),"
        + " expected an even one, as RoPE turns pairs"
    }
    return nil
  }
}

/// Every weight of a Llama, as views into the mapped file (run.c: `TransformerWeights`).
package struct Weights {
  package let tokenEmbedding: Matrix  // (vocabSize, dim)
  package let rmsAttention: UnsafePointer<Float>  // (nLayers, dim)
  package let wq: [Matrix]  // (dim, dim) for each layer
  package let wk: [Matrix]  // (kvDim, dim)
  package let wv: [Matrix]  // (kvDim, dim)
  package let wo: [Matrix]  // (dim, dim)
  package let rmsFFN: UnsafePointer<Float>  // (nLayers, dim)
  package let w1: [Matrix]  // (hiddenDim, dim)
  package let w2: [Matrix]  // (dim, hiddenDim)
  package let w3: [Matrix]  // (hiddenDim, dim)
  package let rmsFinal: UnsafePointer<Float>  // (dim)
  package let classifier: Matrix  // (vocabSize, dim)
}

/// A mapped and validated checkpoint in one of llama2.c's formats (export.py):
///
/// - v0: seven int32 (a negative vocab_size means a classifier of its own), then fp32 weights;
/// - v1: `ak42`, version 1, a header of 256 bytes, then fp32 weights with the norms first;
/// - v2: `ak42`, version 2, a header of 256 bytes with a group size, fp32 norms, then int8 weights,
///   each tensor's values followed by one fp32 scale for each group.
package final class Checkpoint {
  package static let magic: UInt32 = 0x616b_3432
  package static let headerSize = 256

  package let config: Config
  package let version: Int
  /// The int8 values that share a scale in v2, 0 in the fp32 formats.
  package let groupSize: Int
  /// Whether the classifier is the token embedding.
  package let sharedClassifier: Bool
  package let weights: Weights
  package let file: MappedFile

  /// Throws `LlamaError` for a file that is not a whole checkpoint that this version can run.
  package init(path: String) throws {
    file = try MappedFile(path: path)
    let header = try Header(file)
    config = header.config
    version = header.version
    groupSize = header.groupSize
    sharedClassifier = header.sharedClassifier
    weights = try header.map(file)
  }
}

/// The first bytes of a checkpoint, before any of it is trusted as a pointer.
private struct Header {
  let config: Config
  let version: Int
  let groupSize: Int
  let sharedClassifier: Bool

  init(_ file: MappedFile) throws {
    func failure(_ problem: String) -> LlamaError {
      .badCheckpoint(path: file.path, problem: problem)
    }
    let first = UInt32(truncatingIfNeeded: try Self.int32(file, 0))
    if let format = Self.foreignFormats[first] {
      throw failure(
        "found \(format), expected a llama2.c checkpoint (.bin): ./export converts those it knows")
    }
    if first == Checkpoint.magic {
      version = try Self.int32(file, 4)
      guard version == 1 || version == 2 else {
        throw failure("found a checkpoint of version \(version), expected 0, 1 or 2")
      }
      guard file.bytes.count >= Checkpoint.headerSize else {
        throw failure(
          "the file ends inside the header, after \(file.bytes.count) bytes of"
            + " \(Checkpoint.headerSize)")
      }
      guard file.bytes[36] <= 1 else {
        throw failure("its header says shared classifier \(file.bytes[36]), expected 0 or 1")
      }
      config = try Self.config(file, at: 8, vocabSize: Self.int32(file, 28))
      sharedClassifier = file.bytes[36] == 1
      groupSize = version == 2 ? try Self.int32(file, 37) : 0
    } else {
      let vocabSize = try Self.int32(file, 20)
      config = try Self.config(file, at: 0, vocabSize: abs(vocabSize))
      version = 0
      sharedClassifier = vocabSize > 0
      groupSize = 0
    }
    if let problem = config.problem { throw failure("in its header, " + problem) }
    if let problem = groupProblem { throw failure(problem) }
  }

  private static func config(_ file: MappedFile, at offset: Int, vocabSize: Int) throws -> Config {
    try Config(
      dim: int32(file, offset), hiddenDim: int32(file, offset + 4),
      nLayers: int32(file, offset + 8), nHeads: int32(file, offset + 12),
      nKVHeads: int32(file, offset + 16), vocabSize: vocabSize, seqLen: int32(file, offset + 24))
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

  /// Magics of the files that people most often try by mistake.
  static let foreignFormats: [UInt32: String] = [
    0x4655_4747: "a GGUF file", 0x6767_6a74: "a GGML file", 0x0403_4b50: "a PyTorch (ZIP) file",
  ]

  private var groupProblem: String? {
    guard version == 2 else { return nil }
    guard groupSize > 0 else {
      return "its header says group size \(groupSize), expected a positive number"
    }
    guard config.dim % groupSize != 0 || config.hiddenDim % groupSize != 0 else { return nil }
    var fitting = groupSize
    while config.dim % fitting != 0 || config.hiddenDim % fitting != 0 { fitting /= 2 }
    return "its groups of \(groupSize) straddle the rows of its matrices (dim \(config.dim),"
      + " hidden_dim \(config.hiddenDim)): export it again with --group-size \(fitting)"
  }

  /// The bytes of a whole file. In 128 bits no product of the header's int32 values overflows.
  private var fileSize: Int128 {
    let (dim, kvDim, hiddenDim) = (
      Int128(config.dim), Int128(config.kvDim), Int128(config.hiddenDim)
    )
    let nLayers = Int128(config.nLayers)
    let norms = (2 * nLayers + 1) * dim
    let embeddings = Int128(config.vocabSize) * dim * (sharedClassifier ? 1 : 2)
    let weights = embeddings + nLayers * dim * (2 * dim + 2 * kvDim + 3 * hiddenDim)
    switch version {
    case 0: return 28 + 4 * (norms + weights + Int128(config.seqLen) * Int128(config.headSize))
    case 1: return 256 + 4 * (norms + weights)
    default: return 256 + 4 * norms + weights + 4 * weights / Int128(groupSize)
    }
  }

  /// Pointers to every tensor, once the file is known to hold them all.
  func map(_ file: MappedFile) throws -> Weights {
    guard file.bytes.count == fileSize else {
      throw LlamaError.badCheckpoint(
        path: file.path,
        problem: "the file has \(file.bytes.count) bytes, but its header promises \(fileSize):"
          + (file.bytes.count < fileSize ? " it is cut off" : " it has bytes too many")
          + ", or not a llama2.c checkpoint")
    }
    let cursor = Cursor(file.bytes.baseAddress!, groupSize: groupSize)
    return version == 0 ? mapV0(cursor) : mapV1AndV2(cursor)
  }

  /// fp32, in the order of run.c's `memory_map_weights`, each tensor for all layers together.
  private func mapV0(_ start: Cursor) -> Weights {
    var cursor = start
    let c = config
    cursor.skip(28)
    let tokenEmbedding = cursor.matrix(c.vocabSize, c.dim)
    let rmsAttention = cursor.floats(c.nLayers * c.dim)
    let wq = cursor.matrices(c.nLayers, c.dim, c.dim)
    let wk = cursor.matrices(c.nLayers, c.kvDim, c.dim)
    let wv = cursor.matrices(c.nLayers, c.kvDim, c.dim)
    let wo = cursor.matrices(c.nLayers, c.dim, c.dim)
    let rmsFFN = cursor.floats(c.nLayers * c.dim)
    let w1 = cursor.matrices(c.nLayers, c.hiddenDim, c.dim)
    let w2 = cursor.matrices(c.nLayers, c.dim, c.hiddenDim)
    let w3 = cursor.matrices(c.nLayers, c.hiddenDim, c.dim)
    let rmsFinal = cursor.floats(c.dim)
    cursor.skip(c.seqLen * c.headSize * 4)  // cos and sin, which RoPE computes
    return Weights(
      tokenEmbedding: tokenEmbedding, rmsAttention: rmsAttention, wq: wq, wk: wk, wv: wv, wo: wo,
      rmsFFN: rmsFFN, w1: w1, w2: w2, w3: w3, rmsFinal: rmsFinal,
      classifier: sharedClassifier ? tokenEmbedding : cursor.matrix(c.vocabSize, c.dim))
  }

  /// Norms first, then the matrices as fp32 or as int8 groups (runq.c: `memory_map_weights`).
  private func mapV1AndV2(_ start: Cursor) -> Weights {
    var cursor = start
    let c = config
    cursor.skip(Checkpoint.headerSize)
    let rmsAttention = cursor.floats(c.nLayers * c.dim)
    let rmsFFN = cursor.floats(c.nLayers * c.dim)
    let rmsFinal = cursor.floats(c.dim)
    let tokenEmbedding = cursor.matrix(c.vocabSize, c.dim)
    let wq = cursor.matrices(c.nLayers, c.dim, c.dim)
    let wk = cursor.matrices(c.nLayers, c.kvDim, c.dim)
    let wv = cursor.matrices(c.nLayers, c.kvDim, c.dim)
    let wo = cursor.matrices(c.nLayers, c.dim, c.dim)
    let w1 = cursor.matrices(c.nLayers, c.hiddenDim, c.dim)
    let w2 = cursor.matrices(c.nLayers, c.dim, c.hiddenDim)
    let w3 = cursor.matrices(c.nLayers, c.hiddenDim, c.dim)
    return Weights(
      tokenEmbedding: tokenEmbedding, rmsAttention: rmsAttention, wq: wq, wk: wk, wv: wv, wo: wo,
      rmsFFN: rmsFFN, w1: w1, w2: w2, w3: w3, rmsFinal: rmsFinal,
      classifier: sharedClassifier ? tokenEmbedding : cursor.matrix(c.vocabSize, c.dim))
  }
}

/// Walks the tensors of a file, each behind the last.
private struct Cursor {
  private var next: UnsafeRawPointer
  private let groupSize: Int

  init(_ start: UnsafeRawPointer, groupSize: Int) {
    next = start
    self.groupSize = groupSize
  }

  mutating func skip(_ bytes: Int) { next += bytes }

  mutating func floats(_ count: Int) -> UnsafePointer<Float> {
    defer { next += 4 * count }
    return next.assumingMemoryBound(to: Float.self)
  }

  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    let values = next
    next += groupSize == 0 ? 4 * rows * columns : rows * columns
    let scales = next
    if groupSize > 0 { next += 4 * (rows * columns / groupSize) }
    return Matrix(
      rows: rows, columns: columns, values: values, scales: scales, groupSize: groupSize)
  }

  mutating func matrices(_ count: Int, _ rows: Int, _ columns: Int) -> [Matrix] {
    (0..<count).map { _ in matrix(rows, columns) }
  }
}
