/// A GGUF file in the making (ggml's docs/gguf.md), whole or damaged on purpose.
struct GGUFBytes {
  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// What the header says, where that is not what follows.
  var tensorCount: UInt64?
  var entryCount: UInt64?
  var metadata: [(key: String, value: Value)] = []
  var tensors: [Tensor] = []
  /// Of the data section and of each tensor in it; `metadata` says so for itself.
  var alignment = 32

  struct Tensor {
    var name: String
    /// Columns first.
    var shape: [UInt64]
    /// ggml's number.
    var type: UInt32
    var data: [UInt8]
    /// Where the data section is said to have it, if not behind the tensor before.
    var offset: UInt64?
  }

  /// A value as the file has it.
  struct Value {
    /// gguf.md's number.
    var type: UInt32
    var bytes: [UInt8]

    static func number<T: FixedWidthInteger>(_ type: UInt32, _ value: T) -> Value {
      Value(type: type, bytes: littleEndian(value))
    }
    static func uint8(_ value: UInt8) -> Value { number(0, value) }
    static func int8(_ value: Int8) -> Value { number(1, value) }
    static func uint16(_ value: UInt16) -> Value { number(2, value) }
    static func int16(_ value: Int16) -> Value { number(3, value) }
    static func uint32(_ value: UInt32) -> Value { number(4, value) }
    static func int32(_ value: Int32) -> Value { number(5, value) }
    static func float32(_ value: Float) -> Value { number(6, value.bitPattern) }
    static func bool(_ value: Bool) -> Value { number(7, value ? 1 as UInt8 : 0) }
    static func string(_ value: String) -> Value {
      Value(type: 8, bytes: GGUFBytes.string(value))
    }
    static func uint64(_ value: UInt64) -> Value { number(10, value) }
    static func int64(_ value: Int64) -> Value { number(11, value) }
    static func float64(_ value: Double) -> Value { number(12, value.bitPattern) }

    /// `count`: what it is said to have, if not what it has.
    static func array(_ elements: [Value], type: UInt32? = nil, count: UInt64? = nil) -> Value {
      let type = type ?? elements.first?.type ?? 4
      let header = littleEndian(type) + littleEndian(count ?? UInt64(elements.count))
      return Value(type: 9, bytes: header + elements.flatMap(\.bytes))
    }
  }

  static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  static func string(_ text: String) -> [UInt8] {
    littleEndian(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  /// Everything before the data section.
  var header: [UInt8] {
    var bytes = magic + Self.littleEndian(version)
    bytes += Self.littleEndian(tensorCount ?? UInt64(tensors.count))
    bytes += Self.littleEndian(entryCount ?? UInt64(metadata.count))
    for (key, value) in metadata {
      bytes += Self.string(key) + Self.littleEndian(value.type) + value.bytes
    }
    var offset: UInt64 = 0
    for tensor in tensors {
      bytes += Self.string(tensor.name) + Self.littleEndian(UInt32(tensor.shape.count))
      bytes += tensor.shape.flatMap { Self.littleEndian($0) }
      bytes += Self.littleEndian(tensor.type) + Self.littleEndian(tensor.offset ?? offset)
      offset += UInt64(padded(tensor.data).count)
    }
    return bytes
  }

  /// The whole file.
  var bytes: [UInt8] { padded(header) + tensors.flatMap { padded($0.data) } }

  private func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
  }
}
