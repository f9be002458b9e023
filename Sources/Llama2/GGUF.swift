/// A mapped GGUF file: metadata by key, and tensors (ggml's docs/gguf.md; llama.cpp: gguf.cpp).
///
/// What can be opened has been checked: every value, every string and every tensor lies inside the
/// file. What the keys and the tensors mean is not known here.
package struct GGUF {
  /// "GGUF", the first four bytes.
  package static let magic: UInt32 = 0x4655_4747

  /// Every view of the metadata and of the tensors points into it.
  package let file: MappedFile
  /// 2 or 3.
  package let version: Int
  /// In the order of the file.
  package private(set) var tensors: [Tensor] = []

  private var entries: [(key: String, value: Value)] = []
  private var entryIndices: [String: Int] = [:]
  private var tensorIndices: [String: Int] = [:]

  /// Throws `LlamaError.badCheckpoint` for a file that is not a whole GGUF of version 2 or 3 in one
  /// part. Takes time and memory in proportion to the metadata and the number of tensors.
  package init(_ file: MappedFile) throws {
    self.file = file
    var reader = Reader(file)
    guard try reader.number(UInt32.self) == Self.magic else {
      throw Self.failure(file, "found no GGUF at its beginning: it is not a GGUF file")
    }
    version = try Self.version(try reader.number(UInt32.self), of: file)
    // The smallest tensor info has an empty name and no dimensions, the smallest entry of the
    // metadata a key of one byte and a value of one.
    let tensorCount = try reader.count(of: "tensors", bytesEach: 24)
    let entryCount = try reader.count(of: "metadata values", bytesEach: 14)
    try readMetadata(entryCount, &reader)
    if let parts = try integer("split.count"), parts > 1 {
      throw failure(
        "it is one of \(parts) parts of a split file: merge it first,"
          + " with llama.cpp's llama-gguf-split --merge")
    }
    try readTensors(tensorCount, &reader)
  }

  private static func version(_ version: UInt32, of file: MappedFile) throws -> Int {
    switch version {
    case 2, 3: return Int(version)
    case 1:
      throw failure(
        file, "it is a GGUF file of version 1, expected 2 or 3: get a newer one of this model")
    case _ where version != 0 && version & 0xFFFF == 0:
      throw failure(file, "it is a big-endian GGUF file: get the little-endian one")
    default:
      throw failure(file, "it is a GGUF file of version \(version), expected 2 or 3")
    }
  }

  /// Whether a file begins as every GGUF does.
  package static func isGGUF(_ file: MappedFile) -> Bool {
    file.bytes.count >= 4
      && UInt32(littleEndian: file.bytes.loadUnaligned(as: UInt32.self)) == magic
  }

  /// The error that says `problem` of this file.
  package func failure(_ problem: String) -> LlamaError { Self.failure(file, problem) }

  private static func failure(_ file: MappedFile, _ problem: String) -> LlamaError {
    .badCheckpoint(path: file.path, problem: problem)
  }
}

// MARK: - Metadata

extension GGUF {
  /// The types of metadata values, in gguf.md's numbers.
  fileprivate enum ValueType: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64
    case float64

    /// Bytes a value, nil where they vary.
    var size: Int? {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      case .string, .array: nil
      }
    }
  }

  /// A value, or an array of values, in the file.
  fileprivate struct Value {
    /// The type of the elements where it is an array.
    let type: ValueType
    let isArray: Bool
    /// Elements; 1 where it is no array.
    let count: Int
    /// The elements side by side: a string that is no array without its length.
    let bytes: UnsafeRawBufferPointer
  }

  /// The strings of an array, as they lie in the file; none is copied.
  package struct Strings: Sequence {
    package let count: Int
    fileprivate let bytes: UnsafeRawBufferPointer

    package func makeIterator() -> Iterator { Iterator(bytes: bytes) }

    package struct Iterator: IteratorProtocol {
      fileprivate var bytes: UnsafeRawBufferPointer

      package mutating func next() -> UnsafeRawBufferPointer? {
        if bytes.isEmpty { return nil }
        let end = 8 + Int(UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
        defer { bytes = UnsafeRawBufferPointer(rebasing: bytes[end...]) }
        return UnsafeRawBufferPointer(rebasing: bytes[8..<end])
      }
    }
  }

  /// An integer of any width; nil if the key is absent.
  package func integer(_ key: String) throws -> Int? {
    try value(key, "an integer") { $0.isArray ? nil : $0.integers?.first }
  }

  package func float(_ key: String) throws -> Float? {
    try value(key, "a float") { $0.isArray ? nil : $0.floats?.first }
  }

  package func bool(_ key: String) throws -> Bool? {
    try value(key, "a bool") { $0.isArray || $0.type != .bool ? nil : $0.bytes[0] == 1 }
  }

  /// A string; where it is not valid UTF-8, with U+FFFD.
  package func string(_ key: String) throws -> String? {
    try value(key, "a string") {
      $0.isArray || $0.type != .string ? nil : String(decoding: $0.bytes, as: UTF8.self)
    }
  }

  /// The strings of an array. They are valid as long as `file` lives.
  package func strings(_ key: String) throws -> Strings? {
    try value(key, "an array of strings") { $0.isArray ? $0.strings : nil }
  }

  package func floats(_ key: String) throws -> [Float]? {
    try value(key, "an array of floats") { $0.isArray ? $0.floats : nil }
  }

  /// An array of integers of any width.
  package func integers(_ key: String) throws -> [Int]? {
    try value(key, "an array of integers") { $0.isArray ? $0.integers : nil }
  }

  /// Every key and its value, in the order of the file, shortened so that they can be shown.
  package var metadata: [(key: String, value: String)] {
    entries.map { (printable($0.key.utf8), $0.value.description) }
  }

  /// What `read` makes of the value of `key`; nil if the key is absent. Throws where it makes nil.
  private func value<T>(_ key: String, _ expected: String, _ read: (Value) -> T?) throws -> T? {
    guard let value = entryIndices[key].map({ entries[$0].value }) else { return nil }
    guard let result = read(value) else {
      throw failure(
        "its \(key) is \(value.description) (\(value.typeDescription)), expected \(expected)")
    }
    return result
  }

  private mutating func readMetadata(_ count: Int, _ reader: inout Reader) throws {
    for _ in 0..<count {
      let bytes = try reader.string()
      guard (1...0xFFFF).contains(bytes.count) else {
        throw failure(
          "a key of its metadata has \(bytes.count) bytes, expected 1 to 65535: it is damaged")
      }
      let key = String(decoding: bytes, as: UTF8.self)
      guard entryIndices.updateValue(entries.count, forKey: key) == nil else {
        throw failure("its metadata has the key \(quoted(key)) twice: it is damaged")
      }
      entries.append((key, try value(of: key, &reader)))
    }
  }

  /// Checks the value that stands next, and finds its end.
  private func value(of key: String, _ reader: inout Reader) throws -> Value {
    var type = try valueType(of: key, &reader)
    let isArray = type == .array
    var count = 1
    if isArray {
      type = try valueType(of: key, &reader)
      guard type != .array else {
        throw failure("its \(quoted(key)) is an array of arrays, which no Llama has")
      }
      count = try reader.count(
        of: "elements of \(quoted(key))", bytesEach: type.size ?? MemoryLayout<UInt64>.size)
    }
    let bytes: UnsafeRawBufferPointer
    if let size = type.size {
      bytes = try reader.bytes(count * size)
    } else if isArray {
      bytes = try reader.strings(count)
    } else {
      bytes = try reader.string()
    }
    if type == .bool, let wrong = bytes.first(where: { $0 > 1 }) {
      throw failure(
        "its \(quoted(key)) has a bool of \(wrong), expected 0 or 1: it is damaged")
    }
    return Value(type: type, isArray: isArray, count: count, bytes: bytes)
  }

  private func valueType(of key: String, _ reader: inout Reader) throws -> ValueType {
    let number = try reader.number(UInt32.self)
    guard let type = ValueType(rawValue: number) else {
      throw failure(
        "its \(quoted(key)) has a value of the unknown type \(number):"
          + " it is damaged, or newer than this program")
    }
    return type
  }
}

extension GGUF.Value: CustomStringConvertible {
  /// nil where an element is no integer or does not fit an Int.
  var integers: [Int]? {
    switch type {
    case .uint8: integers(UInt8.self)
    case .int8: integers(Int8.self)
    case .uint16: integers(UInt16.self)
    case .int16: integers(Int16.self)
    case .uint32: integers(UInt32.self)
    case .int32: integers(Int32.self)
    case .uint64: integers(UInt64.self)
    case .int64: integers(Int64.self)
    case .float32, .float64, .bool, .string, .array: nil
    }
  }

  private func integers<T: FixedWidthInteger>(_: T.Type) -> [Int]? {
    var result: [Int] = []
    result.reserveCapacity(count)
    for value in numbers(T.self) {
      guard let integer = Int(exactly: value) else { return nil }
      result.append(integer)
    }
    return result
  }

  var floats: [Float]? {
    switch type {
    case .float32: numbers(UInt32.self).map { Float(bitPattern: $0) }
    case .float64: numbers(UInt64.self).map { Float(Double(bitPattern: $0)) }
    default: nil
    }
  }

  private func numbers<T: FixedWidthInteger>(_: T.Type) -> some Sequence<T> {
    (0..<count).lazy.map { i in
      T(littleEndian: bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: T.self))
    }
  }

  var strings: GGUF.Strings? {
    type == .string ? GGUF.Strings(count: count, bytes: bytes) : nil
  }

  /// The type in words.
  var typeDescription: String { isArray ? "array of \(count) \(type)" : "\(type)" }

  /// The value, or the first elements of an array.
  var description: String {
    if type == .string && !isArray { return "\"\(printable(bytes))\"" }
    let first = GGUF.Value(type: type, isArray: isArray, count: Swift.min(count, 6), bytes: bytes)
    let shown: [String] =
      if let strings = first.strings {
        strings.prefix(first.count).map { "\"\(printable($0))\"" }
      } else if type == .bool {
        bytes.prefix(first.count).map { $0 == 1 ? "true" : "false" }
      } else if type == .uint64 {
        first.numbers(UInt64.self).map(\.description)
      } else if let integers = first.integers {
        integers.map(\.description)
      } else {
        (first.floats ?? []).map(\.description)
      }
    guard isArray else { return shown.joined() }
    return "[" + (count > first.count ? shown + ["…"] : shown).joined(separator: ", ") + "]"
  }
}

// MARK: - Tensors

extension GGUF {
  /// A tensor in the file, of which only sizes and place have been checked.
  package struct Tensor {
    package let name: String
    package let type: TensorType
    /// ggml's order: columns, then rows. At most four positive numbers.
    package let shape: [Int]
    /// Blocks side by side, row after row; valid as long as the file is mapped.
    package let data: UnsafeRawBufferPointer
  }

  /// The tensor of this name, or nil. Throws if it is of a type that cannot be computed with.
  package func tensor(_ name: String) throws -> Tensor? {
    guard let tensor = tensorIndices[name].map({ tensors[$0] }) else { return nil }
    guard tensor.type.isSupported else {
      throw failure(
        "its tensor \(quoted(name)) has the type \(tensor.type.name), which cannot be"
          + " computed with: get the Q4_K_M file of this model")
    }
    return tensor
  }

  /// A tensor info, checked but for the place of its data.
  private struct TensorInfo {
    let name: String
    let type: TensorType
    let shape: [Int]
    /// Bytes from the start of the data section.
    let offset: Int
    /// Bytes of data.
    let size: Int
  }

  /// Reads the tensor infos; then the data section starts, and the tensors are found in it.
  private mutating func readTensors(_ count: Int, _ reader: inout Reader) throws {
    let alignment = try integer("general.alignment") ?? 32
    // gguf.md asks for a multiple of 8, gguf.cpp for a power of two.
    guard alignment >= 8 && alignment & (alignment - 1) == 0 else {
      throw failure(
        "its general.alignment is \(alignment), expected a power of two from 8 on: it is damaged")
    }
    var infos: [TensorInfo] = []
    for _ in 0..<count { infos.append(try tensorInfo(&reader, alignment: alignment)) }
    let dataStart = (reader.position + alignment - 1) & ~(alignment - 1)
    for info in infos {
      guard tensorIndices.updateValue(tensors.count, forKey: info.name) == nil else {
        throw failure("it has the tensor \(quoted(info.name)) twice: it is damaged")
      }
      let (start, startOverflow) = dataStart.addingReportingOverflow(info.offset)
      let (end, endOverflow) = start.addingReportingOverflow(info.size)
      guard !startOverflow && !endOverflow && end <= file.bytes.count else {
        throw failure(
          "the file ends after \(file.bytes.count) bytes, inside its tensor"
            + " \(quoted(info.name)) or before it: it is cut off, get it again")
      }
      let data = UnsafeRawBufferPointer(rebasing: file.bytes[start..<end])
      tensors.append(Tensor(name: info.name, type: info.type, shape: info.shape, data: data))
    }
    try checkOverlaps(infos)
  }

  private func tensorInfo(_ reader: inout Reader, alignment: Int) throws -> TensorInfo {
    let bytes = try reader.string()
    let name = String(decoding: bytes, as: UTF8.self)
    func failure(_ problem: String) -> LlamaError {
      self.failure("its tensor \(quoted(name)) has \(problem)")
    }
    // gguf.cpp: GGML_MAX_NAME
    guard bytes.count < 64 else {
      throw failure("a name of \(bytes.count) bytes, expected less than 64: it is damaged")
    }
    let dimensions = try reader.number(UInt32.self)
    guard dimensions <= 4 else {
      throw failure("\(dimensions) dimensions, expected at most 4: it is damaged")
    }
    let sizes = try (0..<dimensions).map { _ in try reader.number(UInt64.self) }
    let shape = sizes.compactMap { Int(exactly: $0) }
    let typeNumber = try reader.number(UInt32.self)
    guard let type = TensorType(rawValue: typeNumber), let block = type.block else {
      let name = TensorType(rawValue: typeNumber)?.name ?? "\(typeNumber)"
      throw failure(
        "the type \(name), which this program does not know: get the Q4_K_M file of this model")
    }
    let columns = shape.first ?? 1
    guard shape.count == sizes.count, shape.allSatisfy({ $0 > 0 }),
      let size = Self.product([columns / block.size, block.bytes] + shape.dropFirst())
    else { throw failure("the shape \(sizes), which no file could hold: it is damaged") }
    guard columns % block.size == 0 else {
      throw failure(
        "rows of \(columns), expected a multiple of \(type.name)'s block of \(block.size):"
          + " it is damaged")
    }
    let offset = try reader.number(UInt64.self)
    guard let offset = Int(exactly: offset), offset % alignment == 0 else {
      throw failure(
        "its data at \(offset), expected a multiple of the alignment \(alignment): it is damaged")
    }
    return TensorInfo(name: name, type: type, shape: shape, offset: offset, size: size)
  }

  /// The product of numbers that are not negative, or nil where a part of it does not fit.
  package static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private func checkOverlaps(_ infos: [TensorInfo]) throws {
    let ordered = infos.sorted { $0.offset < $1.offset }
    for (first, second) in zip(ordered, ordered.dropFirst()) {
      guard first.offset + first.size <= second.offset else {
        throw failure(
          "its tensors \(quoted(first.name)) and \(quoted(second.name)) overlap:"
            + " it is damaged")
      }
    }
  }
}

extension GGUF {
  /// The types of tensors, in the order of ggml's numbers from 0 on (ggml.h: `ggml_type`).
  // swift-format-ignore: AlwaysUseLowerCamelCase
  package enum TensorType: UInt32, Sendable {
    case f32, f16, q4_0, q4_1, q4_2, q4_3, q5_0, q5_1, q8_0, q8_1
    case q2_K, q3_K, q4_K, q5_K, q6_K, q8_K
    case iq2_XXS, iq2_XS, iq3_XXS, iq1_S, iq4_NL, iq3_S, iq2_S, iq4_XS
    case i8, i16, i32, i64, f64, iq1_M, bf16, q4_0_4_4, q4_0_4_8, q4_0_8_8, tq1_0, tq2_0
    case iq4_NL_4_4, iq4_NL_4_8, iq4_NL_8_8, mxfp4, nvfp4, q1_0, q2_0

    /// As files are named by it: "Q4_K", "BF16".
    package var name: String { "\(self)".uppercased() }

    /// Whether there are products with matrices of this type.
    package var isSupported: Bool { Matrix.Format(self) != nil }

    /// Weights and bytes of a block (ggml-common.h); nil for types that ggml has given up.
    package var block: (size: Int, bytes: Int)? {
      switch self {
      case .f32, .i32: (1, 4)
      case .f16, .bf16, .i16: (1, 2)
      case .f64, .i64: (1, 8)
      case .i8: (1, 1)
      case .q4_0, .iq4_NL: (32, 18)
      case .q4_1: (32, 20)
      case .q5_0: (32, 22)
      case .q5_1: (32, 24)
      case .q8_0: (32, 34)
      case .q8_1: (32, 40)
      case .q2_K: (256, 84)
      case .q3_K: (256, 110)
      case .q4_K: (256, 144)
      case .q5_K: (256, 176)
      case .q6_K: (256, 210)
      case .q8_K: (256, 292)
      case .iq2_XXS: (256, 66)
      case .iq2_XS: (256, 74)
      case .iq3_XXS: (256, 98)
      case .iq1_S: (256, 50)
      case .iq3_S: (256, 110)
      case .iq2_S: (256, 82)
      case .iq4_XS: (256, 136)
      case .iq1_M: (256, 56)
      case .tq1_0: (256, 54)
      case .tq2_0: (256, 66)
      case .mxfp4: (32, 17)
      case .nvfp4: (64, 36)
      case .q1_0: (128, 18)
      case .q2_0: (64, 18)
      case .q4_2, .q4_3, .q4_0_4_4, .q4_0_4_8, .q4_0_8_8, .iq4_NL_4_4, .iq4_NL_4_8, .iq4_NL_8_8:
        nil
      }
    }
  }
}

// MARK: - Reading

extension GGUF {
  /// Reads a file from its beginning, and never past its end.
  private struct Reader {
    private let file: MappedFile
    private(set) var position = 0

    init(_ file: MappedFile) { self.file = file }

    private var remaining: Int { file.bytes.count - position }

    mutating func number<T: FixedWidthInteger>(_: T.Type) throws -> T {
      T(littleEndian: try bytes(MemoryLayout<T>.size).loadUnaligned(as: T.self))
    }

    mutating func bytes(_ count: Int) throws -> UnsafeRawBufferPointer {
      guard count <= remaining else {
        throw failure(
          file, "the file ends after \(file.bytes.count) bytes, inside its header: it is cut off")
      }
      defer { position += count }
      return UnsafeRawBufferPointer(rebasing: file.bytes[position..<position + count])
    }

    /// A number of things that take at least `bytesEach` bytes each.
    mutating func count(of things: String, bytesEach: Int) throws -> Int {
      let count = try number(UInt64.self)
      guard count <= UInt64(remaining / bytesEach) else {
        throw failure(
          file,
          "it promises \(count) \(things), but ends after \(file.bytes.count) bytes:"
            + " it is cut off or damaged")
      }
      return Int(count)
    }

    /// The bytes of a string, which stand behind their number.
    mutating func string() throws -> UnsafeRawBufferPointer {
      try bytes(try count(of: "bytes of a string", bytesEach: 1))
    }

    /// The bytes of `count` strings, with their lengths.
    mutating func strings(_ count: Int) throws -> UnsafeRawBufferPointer {
      let start = position
      for _ in 0..<count { _ = try string() }
      return UnsafeRawBufferPointer(rebasing: file.bytes[start..<position])
    }
  }
}
