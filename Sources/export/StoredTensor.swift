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

/// A tensor inside a mapped file, which it keeps mapped. Whoever makes one has checked that all of
/// its elements lie in there.
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
    let columns = shape.last!
    let stride = strides.last!
    let start = data + row * (shape.count > 1 ? strides[0] : 0) * type.size
    switch type {
    case .f32 where stride == 1:
      UnsafeMutableRawPointer(out).copyMemory(from: start, byteCount: 4 * columns)
    case .f32:
      for i in 0..<columns {
        out[i] = start.loadUnaligned(fromByteOffset: 4 * i * stride, as: Float.self)
      }
    case .f16: convert(start, stride, columns, out, floatFromHalf, floatFromHalf)
    case .bf16: convert(start, stride, columns, out, floatFromBFloat, floatFromBFloat)
    default: preconditionFailure("\(type) is not convertible")
    }
  }
}

/// Converts `count` elements of 16 bits, `stride` elements apart: sixteen at a time where they
/// stand side by side.
@inline(__always)
private func convert(
  _ start: UnsafeRawPointer, _ stride: Int, _ count: Int, _ out: UnsafeMutablePointer<Float>,
  _ sixteen: (SIMD16<UInt16>) -> SIMD16<Float>, _ one: (UInt16) -> Float
) {
  var i = 0
  if stride == 1 {
    while i &+ 16 <= count {
      let halves = start.loadUnaligned(fromByteOffset: 2 &* i, as: SIMD16<UInt16>.self)
      UnsafeMutableRawPointer(out + i).storeBytes(of: sixteen(halves), as: SIMD16<Float>.self)
      i &+= 16
    }
  }
  while i < count {
    out[i] = one(start.loadUnaligned(fromByteOffset: 2 &* i &* stride, as: UInt16.self))
    i &+= 1
  }
}

/// bfloat16 is the upper half of an fp32.
@inline(__always)
private func floatFromBFloat(_ x: SIMD16<UInt16>) -> SIMD16<Float> {
  unsafeBitCast(SIMD16<UInt32>(truncatingIfNeeded: x) &<< 16, to: SIMD16<Float>.self)
}

@inline(__always)
private func floatFromBFloat(_ x: UInt16) -> Float { Float(bitPattern: UInt32(x) << 16) }

/// IEEE half precision by fp32's bits, as the plain x86-64 build has no instruction for it: the
/// exponent's bias differs by 112, which a product with 2^112 makes up for, subnormals included;
/// infinities and NaNs keep their exponent of ones.
@inline(__always)
private func floatFromHalf(_ x: SIMD16<UInt16>) -> SIMD16<Float> {
  let half = SIMD16<UInt32>(truncatingIfNeeded: x)
  let magnitude = half & 0x7FFF
  let scaled = unsafeBitCast(magnitude &<< 13, to: SIMD16<Float>.self) * 0x1p112
  // 1 where the exponent is all ones; then 0 - 1 is.
  let isNotFinite = (magnitude &+ 0x0400) &>> 15
  let exponent = (0 &- isNotFinite) & 0x7F80_0000
  let sign = (half & 0x8000) &<< 16
  return unsafeBitCast(
    unsafeBitCast(scaled, to: SIMD16<UInt32>.self) | exponent | sign, to: SIMD16<Float>.self)
}

@inline(__always)
private func floatFromHalf(_ x: UInt16) -> Float {
  floatFromHalf(SIMD16<UInt16>(repeating: x))[0]
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
        path, "the tensor \(quoted(name)) is none of a Llama's: this model cannot be run")
    }
  }
}

extension [Int] {
  /// The product, or nil where it does not fit.
  var product: Int? {
    var product = 1
    for factor in self {
      let (partial, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = partial
    }
    return product
  }
}
