@testable import Llama2

/// What a text is to a language, found by trying all ways to read it.
struct LanguageOracle {
  private let rules: [Language]
  private let text: [UInt8]
  private var known: [[Int]: Set<Int>] = [:]
  /// Whether a reading came to the end of the text and wanted more.
  private var wantsMore = false

  private init(_ rules: [Language], _ text: [UInt8]) { (self.rules, self.text) = (rules, text) }

  /// Whether the text matches, and whether a longer one that begins with it may. Every part of the language
  /// must have a text.
  static func look(_ rules: [Language], _ text: [UInt8]) -> (matches: Bool, goesOn: Bool) {
    var oracle = LanguageOracle(rules, text)
    let ends = oracle.ends(.rule(0), [0])
    return (ends.contains(text.count), oracle.wantsMore)
  }

  static func matches(_ rules: [Language], _ text: String) -> Bool {
    look(rules, Array(text.utf8)).matches
  }

  /// Where the language may end if it begins at one of these places.
  private mutating func ends(_ language: Language, _ starts: Set<Int>) -> Set<Int> {
    if starts.isEmpty { return [] }
    switch language {
    case .literal(let bytes): return Set(starts.compactMap { end(of: bytes, from: $0) })
    case .choices(let all):
      var ends: Set<Int> = []
      for bytes in all { ends.formUnion(self.ends(.literal(bytes), starts)) }
      return ends
    case .scalar(let ranges): return Set(starts.compactMap { end(ofScalar: ranges, from: $0) })
    case .sequence(let parts):
      var places = starts
      for part in parts { places = ends(part, places) }
      return places
    case .either(let parts):
      var ends: Set<Int> = []
      for part in parts { ends.formUnion(self.ends(part, starts)) }
      return ends
    case .repeated(let part, let atLeast, let atMost):
      var places = starts
      for _ in 0..<atLeast { places = ends(part, places) }
      var ends = places
      var count = atLeast
      while count < atMost ?? .max, !places.isEmpty {
        places = self.ends(part, places).subtracting(ends)
        ends.formUnion(places)
        count += 1
      }
      return ends
    case .rule(let rule):
      var ends: Set<Int> = []
      for start in starts { ends.formUnion(self.ends(ofRule: rule, start)) }
      return ends
    }
  }

  private mutating func ends(ofRule rule: Int, _ start: Int) -> Set<Int> {
    if let known = known[[rule, start]] { return known }
    let ends = ends(rules[rule], [start])
    known[[rule, start]] = ends
    return ends
  }

  private mutating func end(of bytes: [UInt8], from start: Int) -> Int? {
    let rest = text[start...]
    if rest.count < bytes.count {
      if bytes.starts(with: rest) { wantsMore = true }
      return nil
    }
    return rest.starts(with: bytes) ? start + bytes.count : nil
  }

  /// One scalar, never a control character that is not white space.
  private mutating func end(ofScalar ranges: [ClosedRange<UInt32>], from start: Int) -> Int? {
    let rest = text[start...].prefix(4)
    for length in 1...4 where length <= rest.count {
      guard let string = String(validating: rest.prefix(length), as: UTF8.self) else { continue }
      return isIn(ranges, string.unicodeScalars.first!.value) ? start + length : nil
    }
    if rest.count < 4, canBegin(ranges, Array(rest)) { wantsMore = true }
    return nil
  }

  private func isIn(_ ranges: [ClosedRange<UInt32>], _ scalar: UInt32) -> Bool {
    let isControl =
      scalar < 0x20 && !(9...13).contains(scalar) || (0x7F..<0xA0).contains(scalar)
    return !isControl && ranges.contains { $0.contains(scalar) }
  }

  /// Whether a scalar of the ranges begins with these bytes, of which there are three at most.
  private func canBegin(_ ranges: [ClosedRange<UInt32>], _ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first else {
      return ranges.contains { r in r.contains { isIn([r], $0) } }
    }
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    if first & 0xC0 == 0x80 || first > 0xF4 || bytes.count >= length { return false }
    var (low, high) = (
      UInt32(first) & (0x7F >> UInt32(length)), UInt32(first) & (0x7F >> UInt32(length))
    )
    for i in 1..<length {
      if i < bytes.count && bytes[i] & 0xC0 != 0x80 { return false }
      low = low << 6 | (i < bytes.count ? UInt32(bytes[i] & 0x3F) : 0)
      high = high << 6 | (i < bytes.count ? UInt32(bytes[i] & 0x3F) : 0x3F)
    }
    low = max(low, [0, 0, 0x80, 0x800, 0x10000][length])
    if low > high { return false }
    return ranges.contains { range in
      guard range.overlaps(low...high) else { return false }
      return range.clamped(to: low...high).contains {
        UnicodeScalar($0) != nil && isIn([range], $0)
      }
    }
  }
}
