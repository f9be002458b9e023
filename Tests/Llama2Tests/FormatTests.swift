import Foundation
import Testing

@testable import Llama2

/// Blocks and the weights that the gguf package makes of them (Tests/format-fixtures.py).
@Suite struct FormatTests {
  static var formats: [String: any BlockFormat.Type] {
    [
      "Q8_0": Q8_0.self, "Q4_0": Q4_0.self, "Q4_1": Q4_1.self, "Q5_0": Q5_0.self,
      "Q5_1": Q5_1.self, "Q2_K": Q2_K.self, "Q3_K": Q3_K.self, "Q4_K": Q4_K.self,
      "Q5_K": Q5_K.self, "Q6_K": Q6_K.self,
    ]
  }

  /// Bytes between pages that nobody may touch, at the beginning or at the end of theirs.
  private final class Guarded {
    private let memory: UnsafeMutableRawPointer
    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))
    private var guards: [UnsafeMutableRawPointer] { [memory, memory + 2 * Self.pageSize] }
    let start: UnsafeMutableRawPointer

    init(_ bytes: [UInt8], atEnd: Bool) {
      precondition(bytes.count <= Self.pageSize)
      memory = .allocate(byteCount: 3 * Self.pageSize, alignment: Self.pageSize)
      start = memory + (atEnd ? 2 * Self.pageSize - bytes.count : Self.pageSize)
      start.copyMemory(from: bytes, byteCount: bytes.count)
      for page in guards { mprotect(page, Self.pageSize, PROT_NONE) }
    }

    convenience init(count: Int, atEnd: Bool) {
      self.init([UInt8](repeating: 0xA5, count: count), atEnd: atEnd)
    }

    deinit {
      for page in guards { mprotect(page, Self.pageSize, PROT_READ | PROT_WRITE) }
      memory.deallocate()
    }
  }

  @Test(arguments: formats.keys.sorted(), [true, false])
  func blocksHoldTheWeightsThatGGMLReads(_ name: String, _ atEnd: Bool) throws {
    let format = try #require(Self.formats[name])
    let (size, groups) = (format.blockSize, format.blockSize / format.groupSize)
    let url = ExportProgram.fixtures.appendingPathComponent("formats/\(name).bin")
    let data = [UInt8](try Data(contentsOf: url))
    let count = data.count / (format.blockBytes + 4 * size)
    #expect(count >= 10 && count * (format.blockBytes + 4 * size) == data.count)
    for i in 0..<count {
      let bytes = data[i * format.blockBytes..<(i + 1) * format.blockBytes]
      let block = Guarded(Array(bytes), atEnd: atEnd)
      let perGroup = format.hasMinimums ? 8 : 4
      let scratch = Guarded(count: size + perGroup * groups, atEnd: atEnd)
      withExtendedLifetime((block, scratch)) {
        let row = format.unpackRow(block.start, size, into: scratch.start)
        for k in 0..<size {
          let expected = data.withUnsafeBytes {
            $0.loadUnaligned(
              fromByteOffset: count * format.blockBytes + 4 * (i * size + k), as: Float.self)
          }
          let group = k / format.groupSize
          let value = Int32(row.values.load(fromByteOffset: k, as: Int8.self)) - row.bias
          let weight = float(row.scales, group) * Float(value) - (row.minimums?[group] ?? 0)
          #expect(
            weight.bitPattern == expected.bitPattern || (weight.isNaN && expected.isNaN),
            "\(name), block \(i), weight \(k)")
        }
      }
    }
  }

  /// A sign, an exponent and a significand (IEEE 754-2019, 3.4).
  private func value(_ bits: UInt16, exponentBits: Int) -> Double {
    let significandBits = 15 - exponentBits
    let exponent = Int(bits & 0x7FFF) >> significandBits
    let significand = Double(Int(bits) & ((1 << significandBits) - 1))
    let one = Double(1 << significandBits)
    let bias = (1 << (exponentBits - 1)) - 1
    let size: Double
    switch exponent {
    case 0: size = significand / one * pow(2, Double(1 - bias))
    case 2 * bias + 1: size = significand == 0 ? .infinity : .nan
    default: size = (1 + significand / one) * pow(2, Double(exponent - bias))
    }
    return bits >> 15 == 1 ? -size : size
  }

  private func testAllPatterns<F: FloatWeights>(
    of format: F.Type, exponentBits: Int, scalar: (UInt16) -> Float? = { _ in nil }
  ) {
    let patterns = (0...UInt16.max).map { $0 }
    patterns.withUnsafeBytes { bytes in
      for first in stride(from: 0, to: patterns.count, by: 16) {
        let vector = F.vector(at: bytes.baseAddress! + 2 * first)
        for i in 0..<16 {
          let expected = Float(value(patterns[first + i], exponentBits: exponentBits))
          for float in [vector[i], scalar(patterns[first + i]) ?? vector[i]] {
            #expect(
              float.bitPattern == expected.bitPattern || (float.isNaN && expected.isNaN),
              "\(patterns[first + i])")
          }
        }
      }
    }
  }

  @Test func everyFloat16HasItsValue() {
    testAllPatterns(of: F16.self, exponentBits: 5, scalar: F16.float)
  }

  @Test func everyBFloat16HasItsValue() { testAllPatterns(of: BF16.self, exponentBits: 8) }

  @Test(arguments: [true, false])
  func halvesAreReadWhereTheyStandAndNowhereElse(_ atEnd: Bool) {
    let halves = Guarded([UInt8](repeating: 0x3C, count: 32), atEnd: atEnd)
    withExtendedLifetime(halves) {
      #expect(F16.vector(at: halves.start) == Vector(repeating: 0x1.0Fp0))
      #expect(BF16.vector(at: halves.start) == Vector(repeating: 0x1.78p-7))
    }
  }
}
