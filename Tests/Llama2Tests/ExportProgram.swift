import Foundation
import Testing

/// The `export` program that was built beside these tests.
struct ExportProgram {
  struct Result {
    let status: Int32
    /// Whether a signal ended it; then `status` is the signal.
    let wasKilled: Bool
    let output: String
    let error: String
  }

  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  private static var executable: URL {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let root = fixtures.appendingPathComponent("../../..").standardized
    let candidates = [bundle, root.appendingPathComponent(".build/debug")].map {
      $0.appendingPathComponent("export")
    }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
      ?? candidates[1]
  }

  static func start(_ arguments: [String], through shell: String? = nil) throws -> Process {
    let process = Process()
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", shell + "; exec \"$@\"", "sh", executable.path] + arguments
    } else {
      process.executableURL = executable
      process.arguments = arguments
    }
    process.standardOutput = Pipe()
    process.standardError = Pipe()
    try withSignalsUnblocked { try process.run() }
    return process
  }

  /// The threads that tests run on block signals, and a child inherits that.
  private static func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
    var (all, previous) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_UNBLOCK, &all, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    try body()
  }

  static func finish(_ process: Process) -> Result {
    func text(_ pipe: Any?) -> String {
      String(decoding: (pipe as! Pipe).fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    let (output, error) = (text(process.standardOutput), text(process.standardError))
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      wasKilled: process.terminationReason == .uncaughtSignal, output: output, error: error)
  }

  @discardableResult
  static func run(_ arguments: String..., through shell: String? = nil) throws -> Result {
    finish(try start(arguments, through: shell))
  }
}

/// A folder that is removed with its last reference.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
  func write(_ data: Data, _ name: String) throws {
    try data.write(to: url.appendingPathComponent(name))
  }
  func write(_ text: String, _ name: String) throws { try write(Data(text.utf8), name) }
  func read(_ name: String) throws -> Data {
    try Data(contentsOf: url.appendingPathComponent(name))
  }
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

/// Runs a source that must be refused: status 1, one sentence that holds `fragment`, and nothing
/// written.
func expectRefusal(
  of source: String, saying fragment: String, arguments: [String] = [], target: String = "out.bin",
  location: SourceLocation = #_sourceLocation
) throws {
  let folder = try TemporaryFolder()
  let result = ExportProgram.finish(
    try ExportProgram.start([source, folder.path(target)] + arguments))
  #expect(result.status == 1 && !result.wasKilled, "\(result)", sourceLocation: location)
  #expect(result.error.hasPrefix("export: "), "\(result.error)", sourceLocation: location)
  #expect(result.error.contains(fragment), "\(result.error)", sourceLocation: location)
  #expect(result.error.split(separator: "\n").count == 1, sourceLocation: location)
  #expect(try folder.names.isEmpty, sourceLocation: location)
}

// MARK: - Sources made by the tests

/// One tensor of a safetensors file that a test writes.
struct MadeTensor {
  var name: String
  var type = "F32"
  var shape: [Int]
  var data: Data

  /// Zeros.
  init(_ name: String, _ shape: [Int]) {
    (self.name, self.shape) = (name, shape)
    data = Data(count: 4 * shape.reduce(1, *))
  }

  init(_ name: String, _ type: String, _ shape: [Int], _ data: Data) {
    (self.name, self.type, self.shape, self.data) = (name, type, shape, data)
  }
}

/// A safetensors file, whose header `change` may damage.
func safetensors(_ tensors: [MadeTensor], change: (String) -> String = { $0 }) -> Data {
  var (entries, data) = ([String](), Data())
  for tensor in tensors {
    let range = "[\(data.count),\(data.count + tensor.data.count)]"
    entries.append(
      "\"\(tensor.name)\":{\"dtype\":\"\(tensor.type)\",\"shape\":\(tensor.shape),"
        + "\"data_offsets\":\(range)}")
    data += tensor.data
  }
  let header = Data(change("{" + entries.joined(separator: ",") + "}").utf8)
  return little(UInt64(header.count)) + header + data
}

func little<T: FixedWidthInteger>(_ value: T) -> Data {
  withUnsafeBytes(of: value.littleEndian) { Data($0) }
}

/// A Hugging Face model of zeros: dim 8 unless told otherwise, hidden 8, one layer, two heads, tied.
struct MadeModel {
  var config: [String: String] = [
    "model_type": "\"llama\"", "hidden_size": "8", "intermediate_size": "8",
    "num_hidden_layers": "1", "num_attention_heads": "2", "num_key_value_heads": "2",
    "vocab_size": "4",
    "max_position_embeddings": "16", "rms_norm_eps": "1e-05", "tie_word_embeddings": "true",
  ]
  var tensors: [MadeTensor]

  init(vocabSize: Int = 4, dim: Int = 8) {
    config["vocab_size"] = "\(vocabSize)"
    config["hidden_size"] = "\(dim)"
    let layer = "model.layers.0."
    tensors = [
      MadeTensor("model.embed_tokens.weight", [vocabSize, dim]),
      MadeTensor("model.norm.weight", [dim]),
      MadeTensor(layer + "input_layernorm.weight", [dim]),
      MadeTensor(layer + "post_attention_layernorm.weight", [dim]),
    ]
    for (name, shape) in [
      ("self_attn.q_proj", [dim, dim]), ("self_attn.k_proj", [dim, dim]),
      ("self_attn.v_proj", [dim, dim]), ("self_attn.o_proj", [dim, dim]),
      ("mlp.gate_proj", [8, dim]), ("mlp.up_proj", [8, dim]), ("mlp.down_proj", [dim, 8]),
    ] {
      tensors.append(MadeTensor(layer + name + ".weight", shape))
    }
  }

  func write(to folder: TemporaryFolder) throws {
    try writeConfig(to: folder)
    try folder.write(safetensors(tensors), "model.safetensors")
  }

  func writeConfig(to folder: TemporaryFolder) throws {
    let fields = config.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
    try folder.write("{\(fields)}", "config.json")
  }
}

/// A ZIP archive with its entries stored, each at `method` 0 unless told otherwise.
struct MadeZip {
  var entries: [(name: String, data: Data)]
  var method: UInt16 = 0
  /// Added to the offsets in the central directory.
  var shift: [String: Int] = [:]
  /// The size that the central directory gives an entry.
  var sizes: [String: UInt32] = [:]

  var data: Data {
    var (archive, directory) = (Data(), Data())
    for (name, data) in entries {
      let size = sizes[name] ?? UInt32(data.count)
      let fields =
        little(UInt16(0)) + little(method) + Data(count: 8) + little(size) + little(size)
        + little(UInt16(name.utf8.count))
      directory += little(UInt32(0x0201_4b50)) + little(UInt16(0)) + little(UInt16(0)) + fields
      directory += Data(count: 12) + little(UInt32(archive.count + (shift[name] ?? 0)))
      directory += Data(name.utf8)
      archive += little(UInt32(0x0403_4b50)) + little(UInt16(0)) + fields + Data(count: 2)
      archive += Data(name.utf8) + data
    }
    let count = UInt16(entries.count)
    let end =
      little(UInt32(0x0605_4b50)) + Data(count: 4) + little(count) + little(count)
      + little(UInt32(directory.count)) + little(UInt32(archive.count)) + little(UInt16(0))
    return archive + directory + end
  }
}
