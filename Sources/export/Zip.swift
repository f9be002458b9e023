import Console
import Llama2

/// A ZIP archive as PyTorch writes it: its entries stored, not compressed (PKWARE's APPNOTE.TXT
/// gives the structures; the numbers of its sections stand beside them).
struct Zip {
  let path: String
  /// The bytes of each entry.
  private(set) var entries: [String: UnsafeRawBufferPointer] = [:]
  private let bytes: UnsafeRawBufferPointer

  /// `file` must outlive the archive.
  init(_ file: MappedFile) throws {
    path = file.path
    bytes = file.bytes
    let (directory, count) = try findDirectory()
    var cursor = directory.lowerBound
    var extents: [(range: Range<Int>, name: String)] = []
    for _ in 0..<count {
      let entry = try centralEntry(&cursor, end: directory.upperBound)
      let extent = try localExtent(entry, limit: directory.lowerBound)
      extents.append((entry.offset..<extent.upperBound, entry.name))
      guard entries.updateValue(.init(rebasing: bytes[extent]), forKey: entry.name) == nil else {
        throw failure("the entry \(quoted(entry.name)) is there twice")
      }
    }
    extents.sort { $0.range.lowerBound < $1.range.lowerBound }
    for (one, other) in zip(extents, extents.dropFirst())
    where one.range.upperBound > other.range.lowerBound {
      throw failure("the entries \(quoted(one.name)) and \(quoted(other.name)) overlap")
    }
  }

  private func failure(_ problem: String) -> Refusal {
    Refusal(path, "damaged ZIP archive: " + problem)
  }

  private func integer<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) throws -> T {
    guard offset >= 0, offset <= bytes.count - T.bitWidth / 8 else {
      throw failure("it ends inside a structure at byte \(offset)")
    }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// A 16 or 32-bit field.
  private func short(_ offset: Int) throws -> Int { Int(try integer(offset, UInt16.self)) }
  private func word(_ offset: Int) throws -> Int { Int(try integer(offset, UInt32.self)) }

  /// A 64-bit size or offset, which must lie inside the file.
  private func long(_ offset: Int) throws -> Int {
    let value = try integer(offset, UInt64.self)
    guard value <= UInt64(bytes.count) else {
      throw failure("a size or offset of \(value), but the file has \(bytes.count) bytes")
    }
    return Int(value)
  }

  /// Where the central directory lies and how many entries it has: the end record (4.3.16) is the
  /// file's last, but for a comment; where a number does not fit it, zip64's (4.3.14) has it.
  private func findDirectory() throws -> (Range<Int>, count: Int) {
    let earliest = max(0, bytes.count - 22 - 0xFFFF)
    var end = bytes.count - 22
    while end >= earliest {
      if try word(end) == 0x0605_4b50, try end + 22 + short(end + 20) == bytes.count { break }
      end -= 1
    }
    guard end >= earliest else { throw failure("it has no end record: it is cut off") }
    var (count, size, offset) = (try short(end + 10), try word(end + 12), try word(end + 16))
    if end >= 20, try word(end - 20) == 0x0706_4b50 {
      let end64 = try long(end - 20 + 8)
      guard try word(end64) == 0x0606_4b50 else { throw failure("its zip64 end record is missing") }
      (count, size, offset) = (try long(end64 + 32), try long(end64 + 40), try long(end64 + 48))
    }
    guard offset <= end, size <= end - offset, count <= size / 46 else {
      throw failure("its directory of \(count) entries does not fit the file: it is cut off")
    }
    return (offset..<offset + size, count)
  }

  private struct Entry {
    let name: String
    let size: Int
    /// Of the local header.
    let offset: Int
  }

  /// The next header of the central directory (4.3.12).
  private func centralEntry(_ cursor: inout Int, end: Int) throws -> Entry {
    let start = cursor
    guard start + 46 <= end, try word(start) == 0x0201_4b50 else {
      throw failure("no entry at byte \(start) of its directory")
    }
    let (nameLength, extraLength) = (try short(start + 28), try short(start + 30))
    let extra = start + 46 + nameLength
    cursor = try extra + extraLength + short(start + 32)
    guard cursor <= end else { throw failure("an entry's name leaves its directory") }
    let name = String(decoding: bytes[start + 46..<extra], as: UTF8.self)
    guard try short(start + 8) & 1 == 0 else { throw failure("\(quoted(name)) is encrypted") }
    guard try short(start + 10) == 0 else {
      throw Refusal(
        path, "the entry \(quoted(name)) is compressed, expected it stored as torch.save does")
    }
    var numbers = [try word(start + 24), try word(start + 20), try word(start + 42)]
    try replaceByZip64(&numbers, extra: extra..<extra + extraLength)
    guard numbers[0] == numbers[1] else { throw failure("\(quoted(name)) has two sizes") }
    return Entry(name: name, size: numbers[0], offset: numbers[2])
  }

  /// Numbers of all ones stand in the zip64 extra field, in their order (4.5.3).
  private func replaceByZip64(_ numbers: inout [Int], extra: Range<Int>) throws {
    var field = extra.lowerBound
    while field + 4 <= extra.upperBound {
      let end = try field + 4 + short(field + 2)
      guard end <= extra.upperBound else { throw failure("an extra field is cut off") }
      if try short(field) == 1 {
        var next = field + 4
        for i in numbers.indices where numbers[i] == 0xFFFF_FFFF {
          guard next + 8 <= end else { throw failure("a zip64 field is cut off") }
          numbers[i] = try long(next)
          next += 8
        }
        return
      }
      field = end
    }
  }

  /// Where an entry's bytes lie: behind its local header (4.3.7) and before `limit`.
  private func localExtent(_ entry: Entry, limit: Int) throws -> Range<Int> {
    guard entry.offset <= limit - 30, try word(entry.offset) == 0x0403_4b50,
      try short(entry.offset + 8) == 0
    else { throw failure("\(quoted(entry.name)) has no header at byte \(entry.offset)") }
    let nameEnd = try entry.offset + 30 + short(entry.offset + 26)
    let start = try nameEnd + short(entry.offset + 28)
    guard start <= limit, entry.size <= limit - start else {
      throw failure("\(quoted(entry.name)) leaves the file: it is cut off")
    }
    guard bytes[entry.offset + 30..<nameEnd].elementsEqual(entry.name.utf8) else {
      throw failure("\(quoted(entry.name)) has another name in its own header")
    }
    return start..<start + entry.size
  }
}
