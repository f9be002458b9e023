import Testing

@testable import Llama2

/// A cache of keys and values, held against plain arrays.
@Suite struct KVCacheTests {
  /// How a cache stores its floats.
  enum Stored: CaseIterable {
    case fp32, fp16
    var floats: any CacheFloats.Type { self == .fp32 ? Float32Weights.self : F16.self }
  }

  /// Two layers of two heads; heads of which a value is no whole vector; two chunks of positions, the
  /// second of which is no whole tile.
  static let shape = Config(
    dim: 84, hiddenDim: 8, nLayers: 2, nHeads: 4, nKVHeads: 2, vocabSize: 4, seqLen: 301)

  /// The keys and values of all positions: (heads of all layers, position, headSize).
  private struct Plain: Equatable {
    var keys: [[[Float]]]
    var values: [[[Float]]]

    /// Numbers that Float16 has, hardly ever the same one twice.
    init(_ c: Config, seed: Int) {
      var random = SplitMix(seed)
      func floats() -> [[[Float]]] {
        (0..<c.nLayers * c.nKVHeads).map { _ in
          (0..<c.seqLen).map { _ in random.floats(c.headSize, limit: 2048).map { $0.rounded() } }
        }
      }
      (keys, values) = (floats(), floats())
    }

    /// Those that a cache holds.
    init(_ cache: KVCache, _ c: Config) {
      func floats(_ load: (Int, Int, UnsafeMutablePointer<Float>) -> Void) -> [[[Float]]] {
        (0..<c.nLayers * c.nKVHeads).map { head in
          (0..<c.seqLen).map { position in
            var out = [Float](repeating: .nan, count: c.headSize)
            load(head, position, &out)
            return out
          }
        }
      }
      let stored = cache.format
      keys = floats { stored.loadKey(cache.key($0, $1), to: $2, headSize: c.headSize) }
      values = floats { stored.copy(cache.value($0, $1), to: $2, c.headSize) }
    }

    func fill(_ cache: KVCache, _ c: Config) {
      for layer in 0..<c.nLayers {
        let heads = layer * c.nKVHeads..<(layer + 1) * c.nKVHeads
        for position in 0..<c.seqLen {
          cache.store(
            heads.flatMap { keys[$0][position] }, heads.flatMap { values[$0][position] },
            layer: layer, position: position)
        }
      }
    }
  }

  @Test(arguments: Stored.allCases) func aCacheHoldsWhatIsStored(_ stored: Stored) throws {
    let cache = try KVCache(Self.shape, stored.floats)
    let plain = Plain(Self.shape, seed: 1)
    plain.fill(cache, Self.shape)
    #expect(Plain(cache, Self.shape) == plain)
  }

  @Test(
    arguments: Stored.allCases,
    [
      0..<1, 0..<16, 3..<7, 5..<16, 15..<17, 16..<48, 5..<40, 40..<40, 240..<256, 256..<257,
      250..<261, 33..<301, 0..<301,
    ])
  func aCopyChangesItsPositionsAndNoOthers(_ stored: Stored, _ positions: Range<Int>) throws {
    let (from, to) = (
      try KVCache(Self.shape, stored.floats), try KVCache(Self.shape, stored.floats)
    )
    let source = Plain(Self.shape, seed: 2)
    var expected = Plain(Self.shape, seed: 3)
    source.fill(from, Self.shape)
    expected.fill(to, Self.shape)
    to.copy(positions, of: from)
    for head in expected.keys.indices {
      expected.keys[head][positions] = source.keys[head][positions]
      expected.values[head][positions] = source.values[head][positions]
    }
    #expect(Plain(to, Self.shape) == expected)
  }

  /// One head's positions move up, by less and by more than there are of them, and its keys turn.
  @Test(
    arguments: Stored.allCases,
    [
      (1, 0, 300), (5, 3, 40), (17, 1, 60), (33, 32, 7), (64, 16, 37), (90, 7, 11), (300, 0, 1),
      (250, 249, 20), (270, 240, 31), (256, 255, 1),
    ])
  func whatMovesUpHasItsKeysTurnedAndTheRestStays(_ stored: Stored, _ move: (Int, Int, Int)) throws
  {
    let (from, to, count) = move
    let cache = try KVCache(Self.shape, stored.floats)
    var expected = Plain(Self.shape, seed: 4)
    expected.fill(cache, Self.shape)
    var scratch = [Float](repeating: .nan, count: Self.shape.headSize)
    cache.move(head: 2, from: from, to: to, count: count, scratch: &scratch) { key in
      for i in 0..<Self.shape.headSize { key[i] = -key[i] / 2 }
    }
    let keys = expected.keys[2][from..<from + count].map { $0.map { -$0 / 2 } }
    let values = expected.values[2][from..<from + count]
    expected.keys[2].replaceSubrange(to..<to + count, with: keys)
    expected.values[2].replaceSubrange(to..<to + count, with: values)
    #expect(Plain(cache, Self.shape) == expected)
  }

  /// Quantised GGUF files' in 16 bits; a value is stored in whole vectors of 16.
  @Test func theBytesOfAPositionAreThoseOfItsKeysAndValues() throws {
    let formats: [(Format, elementBytes: Int)] = [
      (.v1, 4), (.v2(groupSize: 32), 4), (.gguf(fused: false), 4), (.int8GGUF, 2),
    ]
    let folder = try Folder()
    let shape = Shape(dim: 96, hiddenDim: 96, nLayers: 3)
    for (format, elementBytes) in formats {
      let path = try folder.write(Model(shape).bytes(format), to: "\(format)")
      let transformer = try Transformer(checkpoint: path, threads: 1)
      // Three layers of two heads: keys of 24, values of 32.
      #expect(transformer.cacheBytesPerPosition == 3 * 2 * (24 + 32) * elementBytes, "\(format)")
    }
  }

  // MARK: - Float16

  /// IEEE 754 by its definition: a multiple of the unit in the last place, nearest and even.
  private func half(_ x: Float) -> UInt16 {
    let (sign, magnitude) = (x.sign == .minus ? UInt16(0x8000) : 0, Double(x.magnitude))
    guard magnitude < 65536 else { return sign | 0x7C00 }
    let exponent = max(magnitude == 0 ? -14 : Int(magnitude.exponent), -14)
    let unit = Double(sign: .plus, exponent: exponent - 10, significand: 1)
    // A significand of 1024 or more counts the exponent up by one.
    let units = Int((magnitude / unit).rounded(.toNearestOrEven))
    return sign | UInt16((exponent + 14) << 10 + units)
  }

  private func expectRounded(_ floats: [Float]) {
    for start in stride(from: 0, to: floats.count, by: 16) {
      let count = min(16, floats.count - start)
      var x = Vector.zero
      for lane in 0..<count { x[lane] = floats[start + lane] }
      let (narrow, bits) = (F16.narrow(x), float16(x))
      for lane in 0..<count {
        let expected = half(x[lane])
        #expect(narrow[lane] == expected && bits[lane] == Int32(expected), "\(x[lane])")
      }
    }
  }

  @Test func theOracleRoundsAsIEEE754() {
    let known: [(Float, UInt16)] = [
      (0, 0), (-0.0, 0x8000), (1, 0x3C00), (-2, 0xC000), (65504, 0x7BFF),
      (Float(65520).nextDown, 0x7BFF), (65520, 0x7C00), (-.infinity, 0xFC00), (0x1p-25, 0),
      (Float(0x1p-25).nextUp, 1), (0x1.8p-24, 2), (0x1p-14, 0x400), (0x1.FF8p-15, 0x3FF),
      (0x1.FFCp-15, 0x400),
      (1 + 0x1p-11, 0x3C00), (1 + 0x3p-11, 0x3C02), (0x1.FFEp0, 0x4000),
    ]
    for (x, bits) in known { #expect(half(x) == bits, "\(x)") }
  }

  /// Every Float16, what lies midway between it and the next, and the floats around that.
  @Test func floatsRoundToTheNearestFloat16AndToEvenAmongEquals() {
    func value(_ bits: Int) -> Double {
      bits < 0x400
        ? Double(bits) * 0x1p-24
        : Double(
          sign: .plus, exponent: bits >> 10 - 15, significand: 1 + Double(bits & 1023) / 1024)
    }
    for start in stride(from: 0, to: 0x7C00, by: 0x400) {
      expectRounded(
        (start..<start + 0x400).flatMap { bits -> [Float] in
          let middle = Float((value(bits) + value(bits + 1)) / 2)
          let x = [Float(value(bits)), middle.nextDown, middle, middle.nextUp]
          return x + x.map { -$0 }
        })
    }
  }

  @Test func anyFloatRoundsToFloat16AndWhatIsTooLargeIsInfinite() {
    var random = SplitMix(6)
    let bits = (0..<100_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
    }
    expectRounded(bits.filter { !$0.isNaN })
    expectRounded([.infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0x1p16])
  }

  @Test(arguments: [0x7F80_0001, 0x7FC0_0000, 0xFF80_2000, 0xFFFF_FFFF] as [UInt32])
  func aNaNStaysOne(_ bits: UInt32) {
    let x = Vector(repeating: Float(bitPattern: bits))
    for lane in 0..<16 {
      #expect(F16.float(F16.narrow(x)[lane]).isNaN)
      #expect(F16.float(UInt16(truncatingIfNeeded: float16(x)[lane])).isNaN)
    }
  }
}
