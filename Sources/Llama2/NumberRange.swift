extension JSON {
  /// A number's exact value: ± 0.d₁d₂… × 10^point, neither the first nor the last digit 0.
  struct Decimal: Equatable {
    private(set) var isNegative: Bool
    private(set) var digits: [UInt8]
    private(set) var point: Int

    static let zero = Decimal("0")

    /// - Parameter number: a number as JSON writes it.
    init(_ number: String) {
      let parts = number.utf8.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
      let mantissa = parts[0].drop { $0 == UInt8(ascii: "-") }
      let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
      let all = [whole, mantissa.dropFirst(whole.count + 1)].joined().map { $0 & 0xF }
      digits = Array(all.drop { $0 == 0 })
      let zeros = all.count - digits.count
      while digits.last == 0 { digits.removeLast() }
      isNegative = number.utf8.first == UInt8(ascii: "-") && !digits.isEmpty
      // One that Int32 cannot hold is of a number that is 0 as a Double.
      let exponent = parts.count > 1 ? Int32(String(Substring(parts[1]))) ?? .min : 0
      point = digits.isEmpty ? 0 : whole.count - zeros + Int(exponent)
    }

    var isInteger: Bool { digits.count <= point }
    var fractionDigits: Int { max(0, digits.count - point) }

    var magnitude: Decimal {
      var magnitude = self
      magnitude.isNegative = false
      return magnitude
    }

    /// The same text for the same value.
    var normalized: String {
      (isNegative ? "-0." : "0.") + digits.map { "\($0)" }.joined() + "e\(point)"
    }

    static func < (a: Decimal, b: Decimal) -> Bool {
      if a.isNegative != b.isNegative { return a.isNegative }
      if a.isNegative { return b.magnitude < a.magnitude }
      if a.digits.isEmpty || b.digits.isEmpty { return !b.digits.isEmpty }
      return a.point == b.point ? a.digits.lexicographicallyPrecedes(b.digits) : a.point < b.point
    }
  }
}

/// The numbers between two bounds, as JSON writes them. With a bound they have no exponent, and at most 15
/// digits, or as many as the bounds: so few that a reader who rounds to a Double compares them rightly.
/// Integers have at most 18 digits, or as many as the lower bound, so that they fit into an Int.
struct NumberRange {
  struct Bound {
    var value: JSON.Decimal
    var isIncluded = true
  }

  let isInteger: Bool
  var lower: Bound?
  var upper: Bound?

  func contains(_ number: JSON.Decimal) -> Bool {
    if let lower, !(lower.value < number || lower.isIncluded && lower.value == number) {
      return false
    }
    if let upper, !(number < upper.value || upper.isIncluded && upper.value == number) {
      return false
    }
    return !isInteger || number.isInteger
  }

  /// The most digits that must be written before or behind the point for a bound to be told from others.
  var digits: Int {
    let whole = [
      lower.map { $0.value.isNegative ? 0 : $0.value.point } ?? 0,
      upper.map { $0.value.isNegative ? $0.value.point : 0 } ?? 0,
    ]
    return max(whole.max()!, lower?.value.fractionDigits ?? 0, upper?.value.fractionDigits ?? 0)
  }

  /// nil if there is none.
  var language: Language? {
    if lower == nil && upper == nil { return isInteger ? Self.integers : Self.numbers }
    let zero = Bound(value: .zero)
    var signs: [Language] = []
    if !(upper?.value.isNegative ?? false) {
      let from = lower.map { $0.value.isNegative ? zero : $0 }
      signs += magnitudes(from: from ?? zero, to: upper)
    }
    if lower?.value.isNegative ?? true {
      let from = upper.flatMap { $0.value.isNegative ? $0.magnitude : nil }
      let negative = magnitudes(
        from: from ?? Bound(value: .zero, isIncluded: false), to: lower?.magnitude)
      if !negative.isEmpty { signs.append(.sequence([.text("-"), .either(negative)])) }
    }
    return signs.isEmpty ? nil : .either(signs)
  }

  /// Foundation's JSONDecoder refuses exponents of 0: they stand behind numbers from 1 on.
  private static let numbers: Language = {
    let fraction = JSONText.optional(.sequence([.text("."), digits(1, 15)]))
    let sign = JSONText.optional(.choices([[0x2B], [0x2D]]))
    let exponent = JSONText.optional(.sequence([.choices([[0x45], [0x65]]), sign, digits(1, 2)]))
    return .sequence([
      JSONText.optional(.text("-")),
      .either([
        .sequence([.text("0"), fraction]),
        .sequence([digit(1, 9), digits(0, 14), fraction, exponent]),
      ]),
    ])
  }()

  private static let integers = Language.either([
    .text("0"), .sequence([JSONText.optional(.text("-")), digit(1, 9), digits(0, 17)]),
  ])

  private static func digit(_ first: UInt8, _ last: UInt8) -> Language {
    .scalar([0x30 + UInt32(first)...0x30 + UInt32(last)])
  }

  private static func digits(_ atLeast: Int, _ atMost: Int) -> Language {
    .repeated(digit(0, 9), atLeast: atLeast, atMost: atMost)
  }

  /// The numbers from one bound to another, both 0 or more, by the count of digits before the point.
  private func magnitudes(from lower: Bound, to upper: Bound?) -> [Language] {
    let first = max(1, lower.value.point)
    let limit = max(isInteger ? 18 : 15, first)
    let last = min(limit, max(1, upper?.value.point ?? limit))
    guard first <= last else { return [] }
    return (first...last).compactMap { whole in
      let upper = upper.flatMap { $0.value.point <= whole ? $0 : nil }
      let fractions = [limit - whole, lower.value.fractionDigits, upper?.value.fractionDigits ?? 0]
      let digits = Digits(whole: whole, fraction: isInteger ? 0 : fractions.max()!)
      return digits.language(from: 0, lower, upper)
    }
  }

  /// Numbers of so many digits before the point and at most so many behind it.
  private struct Digits {
    let whole: Int
    let fraction: Int

    /// What may stand from the digit at `place` on, of which there are none before the first. A bound is
    /// nil once the number is on the right side of it, else the digits before `place` are the bound's.
    /// nil if nothing may.
    func language(from place: Int, _ lower: Bound?, _ upper: Bound?) -> Language? {
      if place > 0 && lower == nil && upper == nil { return free(from: place) }
      var branches: [Language] = []
      if place >= whole && mayEnd(at: place, lower, upper) { branches.append(.sequence([])) }
      if place < whole + fraction {
        let point: [Language] = place == whole ? [.text(".")] : []
        for (digits, lower, upper) in cases(at: place, lower, upper) {
          guard let rest = language(from: place + 1, lower, upper) else { continue }
          let some = NumberRange.digit(digits.lowerBound, digits.upperBound)
          branches.append(.sequence(point + [some, rest]))
        }
      }
      return branches.isEmpty ? nil : .either(branches)
    }

    /// The digits that may stand at `place`, and the bounds that still matter behind them.
    private func cases(
      at place: Int, _ lower: Bound?, _ upper: Bound?
    ) -> [(ClosedRange<UInt8>, Bound?, Bound?)] {
      let first: UInt8 = place == 0 && whole > 1 ? 1 : 0
      let low = lower.map { digit(of: $0, at: place) }
      let high = upper.map { digit(of: $0, at: place) }
      var cases: [(ClosedRange<UInt8>, Bound?, Bound?)] = []
      for digit in max(first, low ?? 0)...max(first, high ?? 9, low ?? 0) where digit <= high ?? 9 {
        let bounds = (digit == low ? lower : nil, digit == high ? upper : nil)
        if bounds.0 == nil, bounds.1 == nil, let last = cases.last, last.1 == nil, last.2 == nil {
          cases[cases.count - 1].0 = last.0.lowerBound...digit
        } else {
          cases.append((digit...digit, bounds.0, bounds.1))
        }
      }
      return cases
    }

    private func free(from place: Int) -> Language {
      if place > whole { return NumberRange.digits(0, whole + fraction - place) }
      let point = JSONText.optional(.sequence([.text("."), NumberRange.digits(1, fraction)]))
      let rest = NumberRange.digits(whole - place, whole - place)
      return fraction == 0 ? rest : .sequence([rest, point])
    }

    private func mayEnd(at place: Int, _ lower: Bound?, _ upper: Bound?) -> Bool {
      if let lower, goesOn(lower, at: place) || !lower.isIncluded { return false }
      if let upper, !goesOn(upper, at: place) && !upper.isIncluded { return false }
      return true
    }

    private func digit(of bound: Bound, at place: Int) -> UInt8 {
      let i = place - (whole - bound.value.point)
      return bound.value.digits.indices.contains(i) ? bound.value.digits[i] : 0
    }

    /// Whether a digit other than 0 stands at `place` or behind it.
    private func goesOn(_ bound: Bound, at place: Int) -> Bool {
      bound.value.digits.count > max(0, place - (whole - bound.value.point))
    }
  }
}

extension NumberRange.Bound {
  fileprivate var magnitude: Self { Self(value: value.magnitude, isIncluded: isIncluded) }
}
