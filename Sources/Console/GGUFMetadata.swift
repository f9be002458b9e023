import Llama2

/// The metadata of a GGUF file that is to be written: keys in their order, each once (gguf.md).
package struct GGUFMetadata {
  package enum Value: Equatable {
    case uint32(Int)
    case int32(Int)
    case float32(Float)
    case bool(Bool)
    case string(Text)
    case strings([Text])
    case int32s([Int])
    case float32s([Float])
  }

  package private(set) var entries: [(key: String, value: Value)] = []

  package init() {}

  /// A key that is set again keeps its place.
  package subscript(key: String) -> Value? {
    get { entries.first { $0.key == key }?.value }
    set {
      let place = entries.firstIndex { $0.key == key }
      if let place { entries.remove(at: place) }
      if let newValue { entries.insert((key, newValue), at: place ?? entries.count) }
    }
  }

  package mutating func append(_ other: GGUFMetadata) {
    for (key, value) in other.entries { self[key] = value }
  }

  /// The entries as they stand in a file, behind the header.
  var bytes: [UInt8] {
    entries.reduce(into: []) { bytes, entry in
      bytes.append(Text(entry.key))
      bytes.append(entry.value)
    }
  }
}

// MARK: - The layout in a file

/// gguf.md's numbers of the types of values (`gguf_metadata_value_type`).
private enum TypeNumber: UInt32 {
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
}

/// The bytes of a file that is being put together, in little-endian order.
extension [UInt8] {
  package mutating func append<T: FixedWidthInteger>(littleEndian number: T) {
    Swift.withUnsafeBytes(of: number.littleEndian) { self += $0 }
  }

  /// A text behind its length.
  package mutating func append(_ text: Text) {
    append(littleEndian: UInt64(text.bytes.count))
    self += text.bytes
  }

  /// A value behind the number of its type.
  fileprivate mutating func append(_ value: GGUFMetadata.Value) {
    switch value {
    case .uint32(let number):
      append(.uint32)
      append(littleEndian: UInt32(truncatingIfNeeded: number))
    case .int32(let number):
      append(.int32)
      append(littleEndian: Int32(truncatingIfNeeded: number))
    case .float32(let number):
      append(.float32)
      append(littleEndian: number.bitPattern)
    case .bool(let flag):
      append(.bool)
      append(flag ? 1 : 0)
    case .string(let text):
      append(.string)
      append(text)
    case .strings(let texts):
      appendArray(of: .string, texts.count)
      for text in texts { append(text) }
    case .int32s(let numbers):
      appendArray(of: .int32, numbers.count)
      for number in numbers { append(littleEndian: Int32(truncatingIfNeeded: number)) }
    case .float32s(let numbers):
      appendArray(of: .float32, numbers.count)
      for number in numbers { append(littleEndian: number.bitPattern) }
    }
  }

  private mutating func append(_ type: TypeNumber) { append(littleEndian: type.rawValue) }

  private mutating func appendArray(of type: TypeNumber, _ count: Int) {
    append(.array)
    append(type)
    append(littleEndian: UInt64(count))
  }
}
