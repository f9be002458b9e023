import Llama2

/// The metadata of a GGUF file that is to be written: keys in their order, each once (gguf.md).
struct GGUFMetadata {
  enum Value: Equatable {
    case uint32(Int)
    case int32(Int)
    case float32(Float)
    case bool(Bool)
    case string(Text)
    case strings([Text])
    case int32s([Int])
    case float32s([Float])
  }

  private(set) var entries: [(key: String, value: Value)] = []

  /// A key that is set again keeps its place.
  subscript(key: String) -> Value? {
    get { entries.first { $0.key == key }?.value }
    set {
      let place = entries.firstIndex { $0.key == key }
      if let place { entries.remove(at: place) }
      if let newValue { entries.insert((key, newValue), at: place ?? entries.count) }
    }
  }

  mutating func append(_ other: GGUFMetadata) {
    for (key, value) in other.entries { self[key] = value }
  }

  /// The entries as they stand in a file, behind the header.
  var bytes: [UInt8] {
    entries.reduce(into: []) { bytes, entry in
      Self.append(Text(stringLiteral: entry.key), to: &bytes)
      Self.append(entry.value, to: &bytes)
    }
  }
}

// MARK: - The layout in a file

extension GGUFMetadata {
  /// gguf.md's numbers of the types of values (`gguf_metadata_value_type`).
  private enum TypeNumber: UInt32 {
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
  }

  private static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .uint32(let number):
      append(TypeNumber.uint32.rawValue, to: &bytes)
      append(UInt32(truncatingIfNeeded: number), to: &bytes)
    case .int32(let number):
      append(TypeNumber.int32.rawValue, to: &bytes)
      append(UInt32(truncatingIfNeeded: number), to: &bytes)
    case .float32(let number):
      append(TypeNumber.float32.rawValue, to: &bytes)
      append(number.bitPattern, to: &bytes)
    case .bool(let flag):
      append(TypeNumber.bool.rawValue, to: &bytes)
      bytes.append(flag ? 1 : 0)
    case .string(let text):
      append(TypeNumber.string.rawValue, to: &bytes)
      append(text, to: &bytes)
    case .strings(let texts):
      appendArray(of: .string, texts.count, to: &bytes)
      for text in texts { append(text, to: &bytes) }
    case .int32s(let numbers):
      appendArray(of: .int32, numbers.count, to: &bytes)
      for number in numbers { append(UInt32(truncatingIfNeeded: number), to: &bytes) }
    case .float32s(let numbers):
      appendArray(of: .float32, numbers.count, to: &bytes)
      for number in numbers { append(number.bitPattern, to: &bytes) }
    }
  }

  private static func appendArray(of type: TypeNumber, _ count: Int, to bytes: inout [UInt8]) {
    append(TypeNumber.array.rawValue, to: &bytes)
    append(type.rawValue, to: &bytes)
    append(UInt64(count), to: &bytes)
  }

  static func append(_ text: Text, to bytes: inout [UInt8]) {
    append(UInt64(text.bytes.count), to: &bytes)
    bytes += text.bytes
  }

  static func append<T: FixedWidthInteger>(_ number: T, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}
