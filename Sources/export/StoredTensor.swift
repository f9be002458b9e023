import Console
import Llama2

/// How a tensor's elements are stored; the names are those of safetensors.
enum ElementType: String {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u64 = "U64"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"
  case c64 = "C64"
  case f8e4m3 = "F8_E4M3"
  case f8e5m2 = "F8_E5M2"

  /// Bytes of one element.
  var size: Int {
    switch self {
    case .f64, .i64, .u64, .c64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool, .f8e4m3, .f8e5m2: 1
    }
  }

  /// Whether `StoredTensor.copyRow` converts it, which it does exactly.
  var isConvertible: Bool { self == .f32 || self == .f16 || self == .bf16 }
}

/// A tensor inside a mapped file, which it keeps mapped. The initialisers do not check that all of
/// its elements lie in there: the reader of each format does.
struct StoredTensor {
  let file: MappedFile
  let type: ElementType
  let shape: [Int]
  /// In elements, one for each dimension.
  let strides: [Int]
  /// Element 0, 0, …, at any alignment.
  let data: UnsafeRawPointer

  /// A contiguous tensor, the last dimension's elements side by side.
  init(_ file: MappedFile, _ type: ElementType, shape: [Int], data: UnsafeRawPointer) {
    var strides = [Int](repeating: 1, count: shape.count)
    for i in shape.indices.dropLast().reversed() { strides[i] = strides[i + 1] &* shape[i + 1] }
    self.init(file, type, shape: shape, strides: strides, data: data)
  }

  init(
    _ file: MappedFile, _ type: ElementType, shape: [Int], strides: [Int], data: UnsafeRawPointer
  ) {
    self.file = file
    self.type = type
    self.shape = shape
    self.strides = strides
    self.data = data
  }

  /// out (columns) = one row as fp32; a vector is a single row.
  func copyRow(_ row: Int, to out: UnsafeMutablePointer<Float>) {
    copy(row, 0..<shape.last!, to: out)
  }

  /// out (columns.count, rows) = some columns as fp32, one after the other. The rows are read by
  /// pieces, of 16 rows at a time: these stay in a core's cache, and a line of it holds 16 floats.
  func copyColumns(_ columns: Range<Int>, to out: UnsafeMutablePointer<Float>) {
    let (rows, width) = (shape[0], columns.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 16 * width) { pieces in
      let pieces = pieces.baseAddress!
      for first in stride(from: 0, to: rows, by: 16) {
        let count = min(16, rows - first)
        for i in 0..<count { copy(first + i, columns, to: pieces + i * width) }
        for j in 0..<width {
          for i in 0..<count { out[j &* rows &+ first &+ i] = pieces[i &* width &+ j] }
        }
      }
    }
  }

  /// out (columns.count) = a piece of a row as fp32.
  private func copy(_ row: Int, _ columns: Range<Int>, to out: UnsafeMutablePointer<Float>) {
    let (size, stride) = (type.size, strides.last!)
    let start =
      data + (row * (shape.count > 1 ? strides[0] : 0) + columns.lowerBound * stride) * size
    guard stride != 1 else { return convert(start, columns.count, to: out) }
    withUnsafeTemporaryAllocation(byteCount: columns.count * size, alignment: 4) { elements in
      for i in 0..<columns.count {
        (elements.baseAddress! + i * size).copyMemory(
          from: start + i * stride * size, byteCount: size)
      }
      convert(UnsafeRawPointer(elements.baseAddress!), columns.count, to: out)
    }
  }

  /// out = `count` elements that stand side by side.
  private func convert(
    _ elements: UnsafeRawPointer, _ count: Int, to out: UnsafeMutablePointer<Float>
  ) {
    let format: Matrix.Format =
      switch type {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      default: preconditionFailure("\(type) is not convertible")
      }
    Matrix(rows: 1, columns: count, values: elements, format: format).copyRow(0, to: out)
  }
}

extension Tensor {
  init(_ stored: StoredTensor) { self.init(shape: stored.shape, copyRow: stored.copyRow) }
}

/// The tensors of one model by the names that their file gives them, and the files they lie in.
struct StateDict {
  /// What an error message names: the file, or the folder of several.
  let path: String
  var tensors: [String: StoredTensor] = [:]
  var files: [MappedFile] = []

  init(path: String) { self.path = path }

  mutating func insert(_ tensor: StoredTensor, _ name: String, from file: String) throws {
    guard tensors.updateValue(tensor, forKey: name) == nil else {
      throw Refusal(file, "the tensor \(quoted(name)) is there twice")
    }
  }

  /// The tensor of that name, which must have that shape and a type that can be converted.
  func tensor(_ name: String, shape: [Int]) throws -> StoredTensor {
    guard let tensor = tensors[name] else {
      throw Refusal(path, "the tensor \(name) is missing")
    }
    guard tensor.shape == shape else {
      throw Refusal(path, "the tensor \(name) has the shape \(tensor.shape), expected \(shape)")
    }
    guard tensor.type.isConvertible else {
      throw Refusal(
        path,
        "the tensor \(name) has elements of type \(tensor.type.rawValue),"
          + " expected F32, F16 or BF16")
    }
    return tensor
  }

  /// Refuses tensors that are neither in `used` nor known to be of no use.
  func refuseOthers(than used: Set<String>, ignoring isIgnored: (String) -> Bool) throws {
    for name in tensors.keys.sorted() where !used.contains(name) && !isIgnored(name) {
      throw Refusal(
        path,
        "the tensor \(quoted(name)) is none that the model has by its settings: it cannot be run")
    }
  }
}
