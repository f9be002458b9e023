import Foundation
import Testing

@testable import Llama2

/// A checkpoint's last row ends where the mapped file ends, so a kernel that reads a little more
/// than it was given can crash.
@Suite struct KernelTests {
  /// Values that end where memory that nobody may touch begins.
  private final class Guarded<Element> {
    private let memory: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer
    private let pageSize = sysconf(Int32(_SC_PAGESIZE))
    let start: UnsafeMutablePointer<Element>

    init(_ values: [Element]) {
      let size = MemoryLayout<Element>.stride * values.count
      let pages = (size + pageSize - 1) / pageSize
      memory = .allocate(byteCount: (pages + 2) * pageSize, alignment: pageSize)
      end = memory + pages * pageSize
      mprotect(end, pageSize, PROT_NONE)
      start = (end - size).bindMemory(to: Element.self, capacity: values.count)
      start.update(from: values, count: values.count)
    }

    deinit {
      mprotect(end, pageSize, PROT_READ | PROT_WRITE)
      memory.deallocate()
    }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 50])
  func productsReadAndWriteTheirOwnAndNothingElse(_ columns: Int) {
    var random = SplitMix(columns)
    for (rows, count) in [(1, 1), (3, 1), (4, 1), (9, 1), (1, 4), (4, 4), (5, 5), (9, 6)] {
      let w = random.floats(rows * columns, limit: 1)
      let x = random.floats(count * columns, limit: 1)
      let (guardedW, guardedX) = (Guarded(w), Guarded(x))
      let out = Guarded([Float](repeating: .nan, count: rows * count))
      withExtendedLifetime((guardedW, guardedX, out)) {
        Float32Weights.matmul(
          guardedW.start, 4 * columns, rows: rows, guardedX.start, columns, count: count,
          columns: columns, out.start, rows)
        for (i, j) in (0..<rows * count).map({ ($0 % rows, $0 / rows) }) {
          var sum = 0.0
          for k in 0..<columns { sum += Double(w[i * columns + k]) * Double(x[j * columns + k]) }
          #expect((Double(out.start[j * rows + i]) - sum).magnitude < 1e-5)
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 100])
  func theOtherStepsOfALayerStayInsideTheirMemory(_ count: Int) {
    var random = SplitMix(count)
    let (a, b) = (random.floats(count, limit: 4), random.floats(count, limit: 4))
    let (x, y, out) = (Guarded(a), Guarded(b), Guarded(a))
    withExtendedLifetime((x, y, out)) {
      #expect(maximum(x.start, count) == a.max())
      #expect(isFinite(UnsafeBufferPointer(start: x.start, count: count)))
      Steps.rmsnorm(out.start, x.start, y.start, count, epsilon: 1e-5)
      let scale = 1 / (a.map { Double($0 * $0) }.reduce(0, +) / Double(count) + 1e-5).squareRoot()
      for i in 0..<count {
        #expect((Double(out.start[i]) - Double(a[i] * b[i]) * scale).magnitude < 1e-4)
      }
      Steps.swiglu(x.start, y.start, count)
      for i in 0..<count {
        let expected = Double(a[i]) / (1 + Foundation.exp(-Double(a[i]))) * Double(b[i])
        #expect((Double(x.start[i]) - expected).magnitude < 1e-5)
      }
      Steps.softmax(y.start, count)
      let powers = b.map { Foundation.exp(Double($0)) }
      for i in 0..<count {
        let expected = powers[i] / powers.reduce(0, +)
        #expect((Double(y.start[i]) - expected).magnitude < 1e-6 * expected)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 100])
  func aNumberThatIsNotFiniteIsFoundAtEveryPlace(_ count: Int) {
    var random = SplitMix(count)
    let finite = random.floats(count, limit: .greatestFiniteMagnitude)
    #expect(finite.withUnsafeBufferPointer(isFinite))
    for i in 0..<count {
      for value in [Float.nan, .infinity, -.infinity] {
        var values = finite
        values[i] = value
        #expect(!values.withUnsafeBufferPointer(isFinite), "\(value) at \(i) of \(count)")
      }
    }
  }

  /// Groups with and without a kernel of their own, rows with a rest of groups and of columns.
  @Test(arguments: [
    (3, 3), (60, 4), (64, 4), (72, 8), (96, 32), (288, 32), (192, 96), (128, 64), (448, 64),
    (512, 128), (768, 256), (960, 320), (1024, 512),
  ])
  func int8ProductsAreTheSameBitsAloneAndInBlocks(_ columns: Int, _ groupSize: Int) throws {
    var random = SplitMix(columns + groupSize)
    let groups = columns / groupSize
    for (rows, count) in [(1, 4), (5, 1), (16, 5), (33, 7), (50, 9)] {
      let values = (0..<rows * columns).map { _ in Int8.random(in: .min ... .max, using: &random) }
      let w = Guarded(values)
      let wScales = Guarded(random.floats(rows * groups, limit: 0.01))
      let x = random.floats(count * columns, limit: 1)
      let out = Guarded([Float](repeating: .nan, count: rows * count))
      let matrix = Matrix(
        rows: rows, columns: columns, values: w.start,
        format: .int8Groups(size: groupSize, scales: wScales.start))
      try withExtendedLifetime((w, wScales, out)) {
        let block = try QuantisedBlock(x, count: count, groupSize: groupSize)
        matrix.matmul(block.activations, rows: 0..<rows, into: out.start)
        for j in 0..<count {
          let alone = Guarded([Float](repeating: .nan, count: rows))
          let token = try QuantisedBlock(
            Array(x[j * columns..<(j + 1) * columns]), count: 1, groupSize: groupSize)
          matrix.matmul(token.activations, rows: 0..<rows, into: alone.start)
          for i in 0..<rows {
            #expect(out.start[j * rows + i].bitPattern == alone.start[i].bitPattern)
            var sum = 0.0
            for k in 0..<columns {
              sum +=
                Double(w.start[i * columns + k])
                * Double(wScales.start[(i * columns + k) / groupSize]) * token.value(k)
            }
            #expect((Double(alone.start[i]) - sum).magnitude < 1e-4)
          }
        }
      }
    }
  }

  /// Activations as int8, which end where memory that nobody may touch begins.
  private final class QuantisedBlock {
    private var memory: [Guarded<UInt8>] = []
    private let int8: Int8Activations
    private let values: Guarded<Float>
    private let count: Int

    init(_ x: [Float], count: Int, groupSize: Int) throws {
      let columns = x.count / count
      var memory: [Guarded<UInt8>] = []
      int8 = try Int8Activations(groupSize: groupSize, scaleSize: groupSize, columns: columns) {
        memory.append(Guarded([UInt8](repeating: 0xFF, count: $0 * count)))
        return UnsafeMutableRawPointer(memory.last!.start)
      }
      self.memory = memory
      self.count = count
      values = Guarded(x)
      for j in 0..<count {
        int8.quantise(values.start + j * columns, token: j, columns: columns)
      }
    }

    var activations: Activations {
      Activations(values: values.start, count: count, int8: [int8])
    }

    /// Element k of the first token, as it was rounded.
    func value(_ k: Int) -> Double {
      Double(int8.values[k]) * Double(int8.scales[k / int8.groupSize])
    }
  }
}
