import Console
import Llama2

/// What a pickle holds, as PyTorch's state dicts and training checkpoints use it. Containers are
/// numbers of an arena, so nothing nests in memory: however deep a hostile pickle is, no recursion
/// follows it.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// Places in `Pickle.sequences`.
  case tuple(Int)
  case list(Int)
  /// Place in `Pickle.dictionaries`.
  case dictionary(Int)
  case global(PickleGlobal)
  /// Places in `Pickle.storages` and `Pickle.tensors`.
  case storage(Int)
  case tensor(Int)
}

/// The names that a pickle may use; none of them runs anything here.
enum PickleGlobal: Equatable {
  case orderedDict
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType)

  static let allowed: [String: PickleGlobal] = [
    "collections.OrderedDict": .orderedDict,
    "torch._utils._rebuild_tensor_v2": .rebuildTensor,
    "torch._utils._rebuild_parameter": .rebuildParameter,
    "torch.DoubleStorage": .storage(.f64),
    "torch.FloatStorage": .storage(.f32),
    "torch.HalfStorage": .storage(.f16),
    "torch.BFloat16Storage": .storage(.bf16),
    "torch.LongStorage": .storage(.i64),
    "torch.IntStorage": .storage(.i32),
    "torch.ShortStorage": .storage(.i16),
    "torch.CharStorage": .storage(.i8),
    "torch.ByteStorage": .storage(.u8),
    "torch.BoolStorage": .storage(.bool),
    "torch.ComplexFloatStorage": .storage(.c64),
  ]
}

/// A pickle read by the few opcodes that torch.save uses for dictionaries of tensors and plain
/// values (protocol 2; CPython's pickletools documents them). Everything else is refused.
struct Pickle {
  /// Elements of one type in an entry of the archive.
  struct Storage {
    let type: ElementType
    let key: String
    let count: Int
  }

  /// A view of a storage; nothing about it is checked yet.
  struct Tensor {
    let storage: Storage
    let offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  private(set) var root = PickleValue.none
  private(set) var sequences: [[PickleValue]] = []
  private(set) var dictionaries: [[String: PickleValue]] = []
  private(set) var storages: [Storage] = []
  private(set) var tensors: [Tensor] = []

  private let path: String
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// A state dict needs some 200 bytes a tensor; an opcode of one byte may take sixteen in memory.
  static let maximumSize = 16 << 20

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    self.path = path
    self.bytes = bytes
    guard bytes.count <= Self.maximumSize else {
      throw Refusal(
        path, "its pickle has \(bytes.count) bytes, expected at most \(Self.maximumSize)")
    }
    while try step() {}
    root = try pop()
    stack = []
    memo = [:]
  }

  /// The members of a dictionary.
  func dictionary(_ value: PickleValue?) -> [String: PickleValue]? {
    guard case .dictionary(let place) = value else { return nil }
    return dictionaries[place]
  }

  func tensor(_ value: PickleValue) -> Tensor? {
    guard case .tensor(let place) = value else { return nil }
    return tensors[place]
  }

  private func failure(_ problem: String) -> Refusal {
    Refusal(path, "damaged pickle: \(problem) at byte \(position)")
  }
}

// MARK: - Opcodes

extension Pickle {
  /// Carries out one opcode; false at the last.
  private mutating func step() throws -> Bool {
    let opcode = try byte()
    switch UnicodeScalar(opcode) {
    case "\u{80}":
      guard try byte() == 2 else { throw failure("a protocol other than 2") }
    case ".": return false
    case "(": marks.append(stack.count)
    case "N": stack.append(.none)
    case "\u{88}": stack.append(.bool(true))
    case "\u{89}": stack.append(.bool(false))
    case "J": stack.append(.integer(Int(try little(Int32.self))))
    case "K": stack.append(.integer(Int(try byte())))
    case "M": stack.append(.integer(Int(try little(UInt16.self))))
    case "\u{8a}": stack.append(.integer(try long()))
    case "G": stack.append(.float(Double(bitPattern: try little(UInt64.self).byteSwapped)))
    case "X": stack.append(.string(try text(Int(try little(UInt32.self)))))
    case "q": memo[Int(try byte())] = try top()
    case "r": memo[Int(try little(UInt32.self))] = try top()
    case "h": stack.append(try recall(Int(try byte())))
    case "j": stack.append(try recall(Int(try little(UInt32.self))))
    case "c": stack.append(.global(try global()))
    default: try stepContainer(opcode)
    }
    return true
  }

  private mutating func stepContainer(_ opcode: UInt8) throws {
    switch UnicodeScalar(opcode) {
    case ")": pushTuple([])
    case "\u{85}": pushTuple(try pop(1))
    case "\u{86}": pushTuple(try pop(2))
    case "\u{87}": pushTuple(try pop(3))
    case "t": pushTuple(try popToMark())
    case "]":
      stack.append(.list(sequences.count))
      sequences.append([])
    case "}": pushDictionary()
    case "a": try append(try pop(1))
    case "e": try append(try popToMark())
    case "s": try setItems(try pop(2))
    case "u": try setItems(try popToMark())
    case "Q": try persistentLoad()
    case "R": try reduce()
    case "b": try build()
    default:
      throw failure("the opcode 0x\(String(opcode, radix: 16)), which no state dict needs,")
    }
  }

  private mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw failure("it ends without a STOP") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func little<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    let end = position + T.bitWidth / 8
    guard end <= bytes.count else { throw failure("it ends inside an opcode") }
    defer { position = end }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
  }

  /// LONG1: a length, then an integer of so many bytes in two's complement.
  private mutating func long() throws -> Int {
    let count = Int(try byte())
    guard count <= 8 else { throw failure("an integer of \(count) bytes") }
    var value = 0
    for i in 0..<count { value |= Int(try byte()) << (8 * i) }
    let unused = 64 - 8 * count
    return count == 0 ? 0 : (value << unused) >> unused
  }

  private mutating func text(_ count: Int) throws -> String {
    guard count <= bytes.count - position else { throw failure("it ends inside a string") }
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }

  /// GLOBAL: the module and the name, each ended by a newline.
  private mutating func global() throws -> PickleGlobal {
    func line(_ pickle: inout Pickle) throws -> String {
      guard let end = pickle.bytes[pickle.position...].firstIndex(of: 10) else {
        throw pickle.failure("it ends inside a name")
      }
      let line = try pickle.text(end - pickle.position)
      pickle.position += 1
      return line
    }
    let name = try line(&self) + "." + line(&self)
    guard let global = PickleGlobal.allowed[name] else {
      throw Refusal(
        path,
        "its pickle uses \(quoted(name)), which is not among the names that a state dict"
          + " needs: refused, nothing of it was run")
    }
    return global
  }

  private func recall(_ key: Int) throws -> PickleValue {
    guard let value = memo[key] else { throw failure("nothing is memoised as \(key)") }
    return value
  }
}

// MARK: - The stack

extension Pickle {
  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else {
      throw failure("the stack is empty")
    }
    return value
  }

  private mutating func pop() throws -> PickleValue { try pop(1)[0] }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw failure("the stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw failure("there is no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pushTuple(_ elements: [PickleValue]) {
    stack.append(.tuple(sequences.count))
    sequences.append(elements)
  }

  private mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([:])
  }

  private mutating func append(_ elements: [PickleValue]) throws {
    guard case .list(let place) = try top() else { throw failure("no list to append to") }
    sequences[place] += elements
  }

  /// Keys that are not strings, as an optimizer's, are of no use here and left out.
  private mutating func setItems(_ items: [PickleValue]) throws {
    guard case .dictionary(let place) = try top() else { throw failure("no dictionary to fill") }
    guard items.count % 2 == 0 else { throw failure("a key without a value") }
    for i in stride(from: 0, to: items.count, by: 2) {
      guard case .string(let key) = items[i] else { continue }
      dictionaries[place][key] = items[i + 1]
    }
  }

  /// The elements of a tuple.
  private func tuple(_ value: PickleValue) -> [PickleValue]? {
    guard case .tuple(let place) = value else { return nil }
    return sequences[place]
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let elements = tuple(value) else { return nil }
    let integers = elements.compactMap { element -> Int? in
      guard case .integer(let integer) = element else { return nil }
      return integer
    }
    return integers.count == elements.count ? integers : nil
  }
}

// MARK: - PyTorch

extension Pickle {
  /// BINPERSID: ("storage", type, key, location, count).
  private mutating func persistentLoad() throws {
    let parts = tuple(try pop()) ?? []
    guard parts.count == 5, case .string("storage") = parts[0],
      case .global(.storage(let type)) = parts[1], case .string(let key) = parts[2],
      case .integer(let count) = parts[4], count >= 0
    else { throw failure("a reference that is no storage") }
    stack.append(.storage(storages.count))
    storages.append(Storage(type: type, key: key, count: count))
  }

  /// REDUCE: a call of one of the allowed names.
  private mutating func reduce() throws {
    let callee = try pop(2)
    guard case .global(let global) = callee[0], let arguments = tuple(callee[1]) else {
      throw failure("a call of what is no function")
    }
    switch global {
    case .orderedDict where arguments.isEmpty: pushDictionary()
    case .rebuildTensor: try rebuildTensor(arguments)
    case .rebuildParameter:
      guard case .tensor(let place)? = arguments.first else {
        throw failure("a parameter that is no tensor")
      }
      stack.append(.tensor(place))
    default: throw failure("a call of what is no function")
    }
  }

  /// _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks, …)
  private mutating func rebuildTensor(_ arguments: [PickleValue]) throws {
    guard arguments.count >= 4, case .storage(let place) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3]), shape.count == strides.count
    else { throw failure("a tensor of the wrong arguments") }
    stack.append(.tensor(tensors.count))
    tensors.append(
      Tensor(storage: storages[place], offset: offset, shape: shape, strides: strides))
  }

  /// BUILD: the attributes of an OrderedDict, such as a state dict's _metadata, are of no use here.
  private mutating func build() throws {
    _ = try pop()
    guard case .dictionary = try top() else { throw failure("attributes of what has none") }
  }
}
