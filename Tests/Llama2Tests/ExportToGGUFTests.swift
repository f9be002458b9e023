import Foundation
import Llama2
import Testing

/// GGUF files that `export` writes; what they must hold is what llama.cpp's converter and its
/// llama-quantize made of the same folders (gguf-export-fixtures.py).
@Suite struct ExportToGGUFTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct File: Decodable {
    let metadata: [String: Entry]
    let tensors: [String: Tensor]

    struct Entry: Decodable {
      let value: GGUFBytes.Value

      init(from decoder: Decoder) throws {
        var list = try decoder.unkeyedContainer()
        let type = try list.decode(String.self)
        switch type {
        case "string": value = .string(try list.decode(String.self))
        case "uint32": value = .uint32(try list.decode(UInt32.self))
        case "int32": value = .int32(try list.decode(Int32.self))
        case "float32": value = .float32(Float(try list.decode(Double.self)))
        default:
          throw DecodingError.dataCorruptedError(in: list, debugDescription: "the type \(type)")
        }
      }
    }

    struct Tensor: Decodable {
      let type: String
      let shape: [Int]
      let hash: String

      init(from decoder: Decoder) throws {
        var list = try decoder.unkeyedContainer()
        type = try list.decode(String.self)
        shape = try list.decode([Int].self)
        hash = try list.decode(String.self)
      }
    }
  }

  private static func expected() throws -> [String: [String: File]] {
    let path = ExportProgram.fixtures.appendingPathComponent("hf-gguf/expected.json")
    return try JSONDecoder().decode([String: [String: File]].self, from: Data(contentsOf: path))
  }

  private static func fixture(_ name: String) -> String {
    ExportProgram.fixtures.appendingPathComponent(name).path
  }

  /// 64-bit FNV-1a.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> String {
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  @Test(
    arguments: [
      "relatives/gpt2", "relatives/qwen2", "relatives/qwen3", "relatives/llama3",
      "hf-gguf/Tiny-Llama-3.1-40K-Chat", "hf-gguf/extremes", "hf-gguf/mistral",
      "hf-gguf/qwen3-biased",
    ], ["f32", "f16", "bf16", "q8_0", "q4_0"])
  func theFileIsThatOfLlamaCppsConverter(_ name: String, _ type: String) throws {
    let expected = try #require(try Self.expected()[name]?[type])
    let path = folder.path("model.gguf")
    let result = try ExportProgram.run(Self.fixture(name), path, "--type", type)
    #expect(result.status == 0, "\(result)")
    let isQuantised = expected.tensors.values.contains { $0.type.hasPrefix("Q") }
    #expect(result.output.contains("largest rounding error") == isQuantised)

    let gguf = try GGUF(MappedFile(path: path))
    let keys = gguf.metadata.map(\.key).filter { !$0.hasPrefix("tokenizer.") }
    #expect(Set(keys) == Set(expected.metadata.keys))
    let data = try folder.read("model.gguf")
    for (key, entry) in expected.metadata {
      let bytes = GGUFBytes.string(key) + GGUFBytes.littleEndian(entry.value.type)
      #expect(data.range(of: Data(bytes + entry.value.bytes)) != nil, "\(key)")
    }
    #expect(Set(gguf.tensors.map(\.name)) == Set(expected.tensors.keys))
    for tensor in gguf.tensors {
      let theirs = try #require(expected.tensors[tensor.name])
      #expect(tensor.type.name == theirs.type, "\(tensor.name)")
      #expect(tensor.shape == theirs.shape, "\(tensor.name)")
      #expect(Self.hash(tensor.data) == theirs.hash, "\(tensor.name)")
    }
  }
}
