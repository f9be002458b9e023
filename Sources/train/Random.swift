#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Random numbers (Steele et al. 2014: SplitMix64): the same on every machine for the same seed, but for the last bits
/// of `normal`.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// What random numbers are for. Each has a generator of its own.
  enum Purpose: UInt64 {
    case weights = 1
    case adapters, order, dropout
  }

  /// A seed for one purpose, and for one of many of its kind.
  static func derive(_ seed: Int, _ purpose: Purpose, _ index: Int = 0) -> UInt64 {
    var random = Random(seed: UInt64(truncatingIfNeeded: seed))
    random = Random(seed: random.next() ^ purpose.rawValue)
    random = Random(seed: random.next() ^ UInt64(truncatingIfNeeded: index))
    return random.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The numbers below `count` in random order (Fisher and Yates 1938), each order with the same probability
  /// but for 2⁻⁶⁴ · count. Swift's own `shuffled` may change with its releases.
  mutating func permutation(of count: Int) -> [Int] {
    var numbers = Array(0..<count)
    for i in numbers.indices {
      numbers.swapAt(i, i + Int(next().multipliedFullWidth(by: UInt64(count - i)).high))
    }
    return numbers
  }

  /// Above 0, at most 1.
  private mutating func unit() -> Double { Double((next() >> 11) + 1) / Double(1 << 53) }

  /// Normally distributed with mean 0 and standard deviation 1 (Box and Muller 1958).
  mutating func normal() -> Float {
    let radius = (-2 * log(unit())).squareRoot()
    return Float(radius * cos(2 * Double.pi * unit()))
  }
}
