import Foundation
import Testing

@testable import Llama2

/// Texts with the verdicts of Python's re and of jsonschema (Tests/matching-fixtures.py).
struct MatchingFixture: Decodable {
  /// A pattern or schema, texts that match it, and texts that do not.
  struct Case: Decodable, CustomTestStringConvertible {
    let source: String
    let good, bad: [String]

    init(from decoder: any Decoder) throws {
      var parts = try decoder.unkeyedContainer()
      source = try parts.decode(String.self)
      good = try parts.decode([String].self)
      bad = try parts.decode([String].self)
    }

    var testDescription: String { source }
  }
  let patterns, schemas: [Case]

  static let all = try! JSONDecoder().decode(
    MatchingFixture.self,
    from: Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/matching.json")))
}

/// Texts of a language, drawn at random.
struct LanguageWalk {
  private let rules: [Language]
  /// The fewest parts of each rule's texts; nil: there is no text.
  private var fewest: [Int?]
  private var random: SplitMix
  private var text: [UInt8] = []

  init(_ rules: [Language], seed: Int) {
    self.rules = rules
    random = SplitMix(seed)
    fewest = rules.map { _ in nil }
    var last: [Int?]
    repeat {
      last = fewest
      for (i, rule) in rules.enumerated() { fewest[i] = parts(rule) }
    } while fewest != last
  }

  private func parts(_ language: Language) -> Int? {
    switch language {
    case .literal(let bytes): bytes.count
    case .choices(let texts): texts.map(\.count).min()
    case .scalar(let ranges): ranges.isEmpty ? nil : 1
    case .sequence(let all):
      all.reduce(0) { sum, one in sum.flatMap { sum in parts(one).map { sum + $0 } } }
    case .either(let all): all.compactMap(parts).min()
    case .repeated(let one, let atLeast, _): atLeast == 0 ? 0 : parts(one).map { $0 * atLeast }
    case .rule(let rule): fewest[rule]
    }
  }

  /// A text, which takes the shortest way to its end once it has 150 bytes.
  mutating func next() -> String {
    text = []
    add(.rule(0))
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func add(_ language: Language) {
    let mustEnd = text.count > 150
    switch language {
    case .literal(let bytes): text += bytes
    case .choices(let texts): text += texts.randomElement(using: &random)!
    case .scalar(let ranges): text += String(scalar(of: ranges)).utf8
    case .sequence(let all): for one in all { add(one) }
    case .either(let all):
      let lengths = all.compactMap(parts)
      let ways = all.filter { one in parts(one).map { !mustEnd || $0 == lengths.min() } ?? false }
      add(ways.randomElement(using: &random)!)
    case .repeated(let one, let atLeast, let atMost):
      for _ in 0..<atLeast { add(one) }
      var count = atLeast
      while text.count <= 150, count < atMost ?? .max, parts(one) != nil,
        Int.random(in: 0..<3, using: &random) > 0
      {
        add(one)
        count += 1
      }
    case .rule(let rule): add(rules[rule])
    }
  }

  /// Often one of the first of a range: most of Unicode is of no interest.
  private mutating func scalar(of ranges: [ClosedRange<UInt32>]) -> UnicodeScalar {
    while true {
      let range = ranges.randomElement(using: &random)!
      let last = Bool.random(using: &random) ? range.upperBound : range.lowerBound + 90
      let value = UInt32.random(in: range.lowerBound...min(last, range.upperBound), using: &random)
      if let scalar = UnicodeScalar(value) { return scalar }
    }
  }
}
