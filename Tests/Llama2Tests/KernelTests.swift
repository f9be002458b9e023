import Foundation
import Testing

@testable import Llama2

/// A checkpoint's last row ends where the mapped file ends, so a kernel that reads a little more
/// than it was given can crash.
@Suite struct KernelTests {
  /// Floats that end where memory that nobody may touch begins.
  private final class Guarded {
    private let memory: UnsafeMutableRawPointer
    private let pageSize = sysconf(Int32(_SC_PAGESIZE))
    let floats: UnsafeMutablePointer<Float>

    init(_ values: [Float]) {
      precondition(4 * values.count <= pageSize)
      memory = .allocate(byteCount: 3 * pageSize, alignment: pageSize)
      mprotect(memory + pageSize, pageSize, PROT_NONE)
      floats = (memory + pageSize - 4 * values.count).bindMemory(
        to: Float.self, capacity: values.count)
      floats.update(from: values, count: values.count)
    }

    deinit {
      mprotect(memory + pageSize, pageSize, PROT_READ | PROT_WRITE)
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
        products(
          guardedW.floats, columns, rows: rows, guardedX.floats, columns, count: count,
          columns: columns, out.floats, rows)
        for (i, j) in (0..<rows * count).map({ ($0 % rows, $0 / rows) }) {
          var sum = 0.0
          for k in 0..<columns { sum += Double(w[i * columns + k]) * Double(x[j * columns + k]) }
          #expect((Double(out.floats[j * rows + i]) - sum).magnitude < 1e-5)
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
      #expect(maximum(x.floats, count) == a.max())
      #expect(isFinite(UnsafeBufferPointer(start: x.floats, count: count)))
      rmsnorm(out.floats, x.floats, y.floats, count)
      let scale = 1 / (a.map { Double($0 * $0) }.reduce(0, +) / Double(count) + 1e-5).squareRoot()
      for i in 0..<count {
        #expect((Double(out.floats[i]) - Double(a[i] * b[i]) * scale).magnitude < 1e-4)
      }
      swiglu(x.floats, y.floats, count)
      for i in 0..<count {
        let expected = Double(a[i]) / (1 + Foundation.exp(-Double(a[i]))) * Double(b[i])
        #expect((Double(x.floats[i]) - expected).magnitude < 1e-5)
      }
      softmax(y.floats, count)
      let sum = (0..<count).map { Double(y.floats[$0]) }.reduce(0, +)
      #expect((sum - 1).magnitude < 1e-5)
    }
  }
}
