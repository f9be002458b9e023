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

  /// Every sum has 16 parts, and has them in one order, in a block as for a token alone: with columns
  /// that are no whole vectors and with more of them than a panel has, with rows and tokens that are no
  /// whole tiles, and with weights that begin anywhere.
  @Test(arguments: [1, 15, 16, 33, 512, 1024, 1025, 1040, 2063])
  func productsOfFloatsAreTheSameBitsAloneAndInBlocks(_ columns: Int) {
    var random = SplitMix(columns)
    for (rows, count) in [(4, 2), (5, 3), (23, 4), (6, 5), (9, 7), (18, 40), (8, 66)] {
      let w = random.floats(rows * columns, limit: 1)
      let x = random.floats(count * columns, limit: 1)
      let halves = w.map { UInt16($0.bitPattern >> 16) & 0xBFFF }  // below 2 as a half
      expectOneOrder(Float32Weights.self, w, of: w, x, rows: rows, columns)
      expectOneOrder(
        BF16.self, halves, of: halves.map { Float(bitPattern: UInt32($0) << 16) }, x, rows: rows,
        columns)
      expectOneOrder(F16.self, halves, of: halves.map(F16.float), x, rows: rows, columns)
    }
  }

  /// - Parameter values: what `weights` stand for.
  private func expectOneOrder<W: FloatWeights, Bits>(
    _ format: W.Type, _ weights: [Bits], of values: [Float], _ x: [Float], rows: Int,
    _ columns: Int
  ) {
    func total(_ row: Int, _ token: Int) -> Float {
      var parts = [Float](repeating: 0, count: 16)
      for k in 0..<columns {
        parts[k % 16] = multiplyAdd(
          parts[k % 16], values[row * columns + k], x[token * columns + k])
      }
      for half in [8, 4] { parts = (0..<half).map { parts[$0] + parts[$0 + half] } }
      return (parts[0] + parts[1]) + (parts[2] + parts[3])
    }
    let (count, guarded) = (x.count / columns, Guarded(x))
    let expected = (0..<count * rows).map { total($0 % rows, $0 / rows).bitPattern }
    for offset in [0, 28] {
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: offset + W.size * weights.count, alignment: 64)
      defer { memory.deallocate() }
      weights.withUnsafeBytes {
        (memory + offset).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
      }
      let out = Guarded([Float](repeating: .nan, count: rows * count))
      withExtendedLifetime((guarded, out)) {
        W.matmul(
          memory + offset, W.size * columns, rows: rows, guarded.start, columns, count: count,
          columns: columns, out.start, rows)
        let bits = UnsafeBufferPointer(start: out.start, count: rows * count).map(\.bitPattern)
        #expect(bits == expected, "\(W.self), \(rows) rows, \(count) tokens, \(offset) bytes on")
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
    }
  }

  /// At offsets whose exponentials are no floats, and with elements that all but vanish beside others.
  @Test(arguments: [1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 100], [0, 1000, -1000] as [Float])
  func softmaxIsTheShareOfEachExponential(_ count: Int, _ offset: Float) {
    var random = SplitMix(count)
    for spread in [1, 10, 100] as [Float] {
      let values = random.floats(count, limit: spread).map { $0 + offset }
      let x = Guarded(values)
      let powers = values.map { Foundation.exp(Double($0) - Double(offset)) }
      let sum = powers.reduce(0, +)
      withExtendedLifetime(x) {
        Steps.softmax(x.start, count)
        for (i, power) in powers.enumerated() {
          let error = (Double(x.start[i]) - power / sum).magnitude
          #expect(error < 5e-6 * power / sum + 1e-37, "\(i) of \(count), spread \(spread)")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 100], [true, false])
  func layerNormHasTheMeanAndTheVarianceTakenOut(_ count: Int, inPlace: Bool) {
    var random = SplitMix(count)
    let (values, weight) = (random.floats(count, limit: 4), random.floats(count, limit: 2))
    let bias = random.floats(count, limit: 1)
    let (x, w, b) = (Guarded(values), Guarded(weight), Guarded(bias))
    let out = inPlace ? x : Guarded([Float](repeating: .nan, count: count))
    let mean = values.reduce(0) { $0 + Double($1) } / Double(count)
    let centred = values.map { Double($0) - mean }
    let variance = centred.reduce(0) { $0 + $1 * $1 } / Double(count)
    withExtendedLifetime((x, w, b, out)) {
      Steps.layernorm(out.start, x.start, w.start, b.start, count, epsilon: 0.5)
      for i in 0..<count {
        let expected = Double(weight[i]) * centred[i] / (variance + 0.5).squareRoot()
        #expect((Double(out.start[i]) - expected - Double(bias[i])).magnitude < 1e-5)
      }
    }
  }

  @Test func geluIsItsTanhFormAtEveryMagnitude() {
    let values: [Float] =
      [0, -0.0, 1e-30, -1e-30, 9.9, -9.9, 50, -50, 3e4, -3e4, 1e20, -1e10, .infinity]
      + (-60...60).map { Float($0) / 12 }
    let x = Guarded(values)
    withExtendedLifetime(x) {
      Steps.gelu(x.start, values.count)
      for (i, value) in values.enumerated() {
        let v = Double(value)
        let expected =
          0.5 * v * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (v + 0.044715 * v * v * v)))
        let error = (Double(x.start[i]) - expected).magnitude
        #expect(
          x.start[i] == Float(expected) || error < 3e-7 * max(1, expected.magnitude), "\(value)")
      }
      x.start[0] = .nan
      Steps.gelu(x.start, 1)
      #expect(x.start[0].isNaN)
    }
  }

  /// Whatever its payload: damaged weights have any.
  @Test func thePowerOfWhatIsNoNumberIsNone() {
    for bits in [0x7FC0_0000, 0x7FC1_2345, 0x7F81_2345, 0xFFC0_00FF, 0xFFFF_FFFF] as [UInt32] {
      let power = Llama2.exp(Vector(repeating: Float(bitPattern: bits)))
      for lane in 0..<16 { #expect(power[lane].isNaN, "\(bits)") }
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
    (3, 3), (8, 8), (12, 12), (16, 16), (20, 4), (36, 12), (60, 4), (64, 4), (72, 8), (96, 32),
    (288, 32), (192, 96), (128, 64), (448, 64),
    (512, 128), (768, 256), (960, 320), (1024, 512),
  ])
  func int8ProductsAreTheSameBitsAloneAndInBlocks(_ columns: Int, _ groupSize: Int) throws {
    var random = SplitMix(columns + groupSize)
    let groups = columns / groupSize
    for (rows, count) in [(1, 4), (5, 1), (3, 2), (16, 5), (33, 7), (50, 17), (33, 30)] {
      let values = (0..<rows * columns).map { _ in Int8.random(in: .min ... .max, using: &random) }
      let w = Guarded(values)
      let wScales = Guarded(random.floats(rows * groups, limit: 0.01))
      let x = random.floats(count * columns, limit: 1)
      let out = Guarded([Float](repeating: .nan, count: rows * count))
      let matrix = Matrix(
        rows: rows, columns: columns, values: w.start,
        format: .int8Groups(size: groupSize, scales: wScales.start))
      try withExtendedLifetime((w, wScales, out)) {
        let block = try QuantisedBlock(x, count: count, for: matrix)
        matrix.matmul(block.activations, rows: 0..<rows, into: out.start)
        for j in 0..<count {
          let alone = Guarded([Float](repeating: .nan, count: rows))
          let token = try QuantisedBlock(
            Array(x[j * columns..<(j + 1) * columns]), count: 1, for: matrix)
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

  @Test(arguments: [64, 256, 1024], [Int8.min, .max])
  func theLargestSumsOfAGroupAreExact(_ groupSize: Int, _ weight: Int8) throws {
    let w = Guarded([Int8](repeating: weight, count: groupSize))
    let scale = Guarded([Float(1)])
    let matrix = Matrix(
      rows: 1, columns: groupSize, values: w.start,
      format: .int8Groups(size: groupSize, scales: scale.start))
    try withExtendedLifetime((w, scale)) {
      // Activations of 127 times 1.
      for count in [1, 2, 4, 32] {
        let block = try QuantisedBlock(
          [Float](repeating: 127, count: count * groupSize), count: count, for: matrix)
        var out = [Float](repeating: .nan, count: count)
        matrix.matmul(block.activations, rows: 0..<1, into: &out)
        for product in out { #expect(product == Float(groupSize * 127 * Int(weight))) }
      }
    }
  }

  @Test(arguments: FormatTests.formats.keys.sorted(), [127, -127] as [Float])
  func theLargestSumsOfABlockDoNotOverflow(_ name: String, _ x: Float) throws {
    let format = try #require(FormatTests.formats[name])
    // All bits set make the largest integers; of 8 bits, which are signed, 0x80 is the largest in magnitude.
    var block = [UInt8](repeating: name == "Q8_0" ? 0x80 : 0xFF, count: format.blockBytes)
    let halves = ["Q2_K": [80, 82], "Q3_K": [108], "Q6_K": [208]]
    for half in halves[name] ?? (format.hasMinimums ? [0, 2] : [0]) {
      block.replaceSubrange(half..<half + 2, with: [0x00, 0x24])  // 1 / 64
    }
    let (rows, columns) = (4, 256)
    let blocks = rows * columns / format.blockSize
    let memory = Guarded((0..<blocks).flatMap { _ in block })
    let matrix = Matrix(
      rows: rows, columns: columns, values: memory.start,
      format: try #require(Self.formats[name]))
    try withExtendedLifetime(memory) {
      var weights = [Float](repeating: .nan, count: columns)
      matrix.copyRow(0, to: &weights)
      let sum = weights.reduce(0) { $0 + Double($1) * Double(x) }
      for count in [1, 2, 4, 32] {
        let block = try QuantisedBlock(
          [Float](repeating: x, count: count * columns), count: count, for: matrix)
        var out = [Float](repeating: .nan, count: rows * count)
        matrix.matmul(block.activations, rows: 0..<rows, into: &out)
        for product in out { #expect((Double(product) / sum - 1).magnitude < 1e-5) }
      }
    }
  }

  private static var formats: [String: Matrix.Format] {
    [
      "Q8_0": .q8_0, "Q4_0": .q4_0, "Q4_1": .q4_1, "Q5_0": .q5_0, "Q5_1": .q5_1, "Q2_K": .q2_K,
      "Q3_K": .q3_K, "Q4_K": .q4_K, "Q5_K": .q5_K, "Q6_K": .q6_K,
    ]
  }

  /// Rows of the blocks in a fixture (Tests/format-fixtures.py), and the weights that ggml reads.
  private struct Blocks {
    let matrix: Matrix
    let weights: [Float]
    private let memory: Guarded<UInt8>

    init(_ name: String, rows: Int, blocksPerRow: Int) throws {
      let format = try #require(FormatTests.formats[name])
      let url = ExportProgram.fixtures.appendingPathComponent("formats/\(name).bin")
      let data = [UInt8](try Data(contentsOf: url))
      let (size, bytes) = (format.blockSize, format.blockBytes)
      let count = data.count / (bytes + 4 * size)
      let floats = data[(count * bytes)...].withUnsafeBytes { floats in
        (0..<count * size).map { floats.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      let usable = (0..<count).filter { i in
        floats[i * size..<(i + 1) * size].allSatisfy { $0.magnitude < 1e4 }
      }
      try #require(usable.count > 4)
      // No two neighbouring rows are the same.
      let chosen = (0..<rows * blocksPerRow).map { usable[($0 + $0 / usable.count) % usable.count] }
      memory = Guarded(chosen.flatMap { data[$0 * bytes..<($0 + 1) * bytes] })
      weights = chosen.flatMap { floats[$0 * size..<($0 + 1) * size] }
      matrix = Matrix(
        rows: rows, columns: blocksPerRow * size, values: memory.start,
        format: try #require(KernelTests.formats[name]))
    }
  }

  @Test(arguments: FormatTests.formats.keys.sorted(), [1, 2, 3])
  func rowsOfBlocksAreCopiedAsTheWeightsThatGGMLReads(_ name: String, blocksPerRow: Int) throws {
    let blocks = try Blocks(name, rows: 5, blocksPerRow: blocksPerRow)
    let columns = blocks.matrix.columns
    for row in 0..<5 {
      let out = Guarded([Float](repeating: .nan, count: columns))
      withExtendedLifetime((blocks, out)) {
        blocks.matrix.copyRow(row, to: out.start)
        for k in 0..<columns {
          #expect(out.start[k].bitPattern == blocks.weights[row * columns + k].bitPattern)
        }
      }
    }
  }

  /// The rows of a part of a matrix, each as the matrix itself copies it.
  private func expectParts(_ matrix: Matrix) {
    func row(_ row: Int, of matrix: Matrix) -> [UInt32] {
      var values = [Float](repeating: 0, count: matrix.columns)
      matrix.copyRow(row, to: &values)
      return values.map(\.bitPattern)
    }
    for part in [0..<2, 1..<5, 4..<5] {
      let rows = matrix.slice(rows: part)
      #expect(rows.rows == part.count)
      for i in part { #expect(row(i - part.lowerBound, of: rows) == row(i, of: matrix)) }
    }
  }

  @Test(arguments: FormatTests.formats.keys.sorted())
  func aPartOfAMatrixOfBlocksHasItsRows(_ name: String) throws {
    let blocks = try Blocks(name, rows: 5, blocksPerRow: 2)
    withExtendedLifetime(blocks) { expectParts(blocks.matrix) }
  }

  @Test func aPartOfAMatrixOfFloatsOrGroupsHasItsRows() {
    var random = SplitMix(5)
    let floats = Guarded(random.floats(5 * 12, limit: 1))
    let scales = Guarded(random.floats(5 * 3, limit: 1))
    let formats: [Matrix.Format] = [
      .float32, .float16, .bfloat16, .int8Groups(size: 4, scales: scales.start),
    ]
    withExtendedLifetime((floats, scales)) {
      for format in formats {
        // The floats' bits serve as those of other formats.
        expectParts(Matrix(rows: 5, columns: 12, values: floats.start, format: format))
      }
    }
  }

  @Test func rowsOfHalvesAreCopiedAsTheirValues() {
    // 1, -2, about a third, and the smallest number above 0.
    let formats: [(Matrix.Format, [UInt16], [Float])] = [
      (.float16, [0x3C00, 0xC000, 0x3555, 0x0001], [1, -2, 0x1.554p-2, 0x1p-24]),
      (.bfloat16, [0x3F80, 0xC000, 0x3EAB, 0x0001], [1, -2, 0x1.56p-2, 0x1p-133]),
    ]
    for (format, bits, values) in formats {
      for columns in [1, 3, 15, 16, 17, 35] {
        let w = Guarded((0..<2 * columns).map { bits[$0 % 4].littleEndian })
        let matrix = Matrix(rows: 2, columns: columns, values: w.start, format: format)
        for row in 0..<2 {
          let out = Guarded([Float](repeating: .nan, count: columns))
          withExtendedLifetime((w, out)) {
            matrix.copyRow(row, to: out.start)
            for k in 0..<columns { #expect(out.start[k] == values[(row * columns + k) % 4]) }
          }
        }
      }
    }
  }

  @Test(arguments: FormatTests.formats.keys.sorted(), [1, 2, 3])
  func productsOfBlocksAreTheSameBitsAloneAndTogether(_ name: String, blocksPerRow: Int) throws {
    var random = SplitMix(blocksPerRow)
    for (rows, count) in [(1, 4), (5, 1), (3, 2), (16, 5), (33, 7), (50, 17), (33, 30)] {
      let blocks = try Blocks(name, rows: rows, blocksPerRow: blocksPerRow)
      let (matrix, columns) = (blocks.matrix, blocks.matrix.columns)
      let x = random.floats(count * columns, limit: 1)
      func activations(_ x: [Float], count: Int) throws -> QuantisedBlock {
        try QuantisedBlock(x, count: count, for: matrix)
      }
      let out = Guarded([Float](repeating: .nan, count: rows * count))
      try withExtendedLifetime((blocks, out)) {
        let together = try activations(x, count: count)
        matrix.matmul(together.activations, rows: 0..<rows / 2, into: out.start)
        matrix.matmul(together.activations, rows: rows / 2..<rows, into: out.start)
        for j in 0..<count {
          let alone = Guarded([Float](repeating: .nan, count: rows))
          let token = try activations(Array(x[j * columns..<(j + 1) * columns]), count: 1)
          matrix.matmul(token.activations, rows: 0..<rows, into: alone.start)
          for i in 0..<rows {
            #expect(out.start[j * rows + i].bitPattern == alone.start[i].bitPattern)
            var (sum, size) = (0.0, 0.0)
            for k in 0..<columns {
              let w = Double(blocks.weights[i * columns + k])
              sum += w * token.value(k)
              size += w.magnitude
            }
            #expect((Double(alone.start[i]) - sum).magnitude <= 1e-5 * size)
          }
        }
      }
    }
  }

  // MARK: The end of a row

  /// The products of every other row, alone and in a block, are those of its weights and finite: the
  /// scales of the rows between are `scale`.
  private func expectRowsOfTheirOwn(_ matrix: Matrix, _ scale: Float) throws {
    let (rows, columns) = (matrix.rows, matrix.columns)
    var random = SplitMix(columns)
    for count in [1, 5] {
      let x = try QuantisedBlock(
        random.floats(count * columns, limit: 1), count: count, for: matrix)
      let out = Guarded([Float](repeating: .nan, count: rows * count))
      withExtendedLifetime(out) {
        matrix.matmul(x.activations, rows: 0..<rows, into: out.start)
        for row in stride(from: 0, to: rows, by: 2) {
          var weights = [Float](repeating: .nan, count: columns)
          matrix.copyRow(row, to: &weights)
          let sum = (0..<columns).reduce(0) { $0 + Double(weights[$1]) * x.value($1) }
          let size = weights.reduce(0) { $0 + Double($1.magnitude) }
          let error = (Double(out.start[row]) - sum).magnitude
          #expect(error <= 1e-5 * size, "row \(row), \(columns) columns, \(count) tokens, \(scale)")
        }
      }
    }
  }

  /// Rows of blocks of 32 that make no whole step of 256 columns.
  @Test(
    arguments: ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"], [0x7C00, 0xFC00, 0x7E00] as [UInt16])
  func aRowDoesNotSeeTheScalesOfTheNextOne(_ name: String, _ scale: UInt16) throws {
    let format = try #require(FormatTests.formats[name])
    let numbers = name.hasSuffix("_1") ? 2 : 1
    for blocksPerRow in [1, 2, 3, 5, 7, 9, 12] {
      var random = SplitMix(blocksPerRow)
      let rows = 24
      let bytes = (0..<rows * blocksPerRow).flatMap { block -> [UInt8] in
        // 1 / 64, or what is not finite: the scale, and the minimum where there is one.
        let scale = block / blocksPerRow % 2 == 0 ? 0x2400 : scale
        return (0..<numbers).flatMap { _ in GGUFBytes.littleEndian(scale) }
          + (2 * numbers..<format.blockBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
      }
      let memory = Guarded(bytes)
      try withExtendedLifetime(memory) {
        try expectRowsOfTheirOwn(
          Matrix(
            rows: rows, columns: 32 * blocksPerRow, values: memory.start,
            format: try #require(Self.formats[name])),
          F16.float(scale))
      }
    }
  }

  @Test(
    arguments: [4, 8, 12, 16, 32, 64, 128, 256], [Float.infinity, -.infinity, .nan])
  func aRowOfGroupsDoesNotSeeTheScalesOfTheNextOne(_ groupSize: Int, _ scale: Float) throws {
    for groupsPerRow in [1, 3, 4 * max(1, 64 / groupSize) + 3] {
      var random = SplitMix(groupSize)
      let (rows, columns) = (24, groupsPerRow * groupSize)
      let values = Guarded(
        (0..<rows * columns).map { _ in Int8.random(in: .min ... .max, using: &random) })
      let scales = Guarded(
        (0..<rows * groupsPerRow).map { $0 / groupsPerRow % 2 == 0 ? 0.01 : scale })
      try withExtendedLifetime((values, scales)) {
        try expectRowsOfTheirOwn(
          Matrix(
            rows: rows, columns: columns, values: values.start,
            format: .int8Groups(size: groupSize, scales: scales.start)), scale)
      }
    }
  }

  @Test(arguments: [Config.RoPE.Pairs.neighbours, .halves], [2, 8, 14, 20])
  func pairsTurnByTheirAnglesAndTheRestOfAHeadStays(_ pairs: Config.RoPE.Pairs, size: Int) {
    var random = SplitMix(size)
    let (heads, headSize, half) = (3, 20, size / 2)
    let values = random.floats(heads * headSize, limit: 1)
    let angles = random.floats(half, limit: 3).map(Double.init)
    let x = Guarded(values)
    let (cos, sin) = (
      Guarded(angles.map { Float(Foundation.cos($0)) }),
      Guarded(angles.map { Float(Foundation.sin($0)) })
    )
    withExtendedLifetime((x, cos, sin)) {
      Steps.rope(
        x.start, heads: heads, headSize: headSize,
        Config.RoPE(base: 10_000, size: size, pairs: pairs), cos.start, sin.start)
      for (i, value) in values.enumerated() {
        let (head, k) = (i / headSize * headSize, i % headSize)
        guard k < size else {
          #expect(x.start[i] == value)
          continue
        }
        // The pair's number, whether this is its second element, and where the other one is.
        let (pair, isSecond) = pairs == .halves ? (k % half, k >= half) : (k / 2, k % 2 == 1)
        let distance = pairs == .halves ? half : 1
        let other = Double(values[head + (isSecond ? k - distance : k + distance)])
        let turned =
          Double(value) * Foundation.cos(angles[pair])
          + (isSecond ? other : -other) * Foundation.sin(angles[pair])
        #expect((Double(x.start[i]) - turned).magnitude < 1e-6)
      }
    }
  }

  /// Activations as int8, which end where memory that nobody may touch begins.
  private final class QuantisedBlock {
    private var memory: [Guarded<UInt8>] = []
    private let int8: Int8Activations
    private let values: Guarded<Float>
    private let count: Int

    init(_ x: [Float], count: Int, for matrix: Matrix) throws {
      let columns = x.count / count
      let inTiles = matrix.hasInt8Tiles(count)
      let vectors = (count + Int8Tile.lanes - 1) / Int8Tile.lanes
      // `layOut` fills all lanes of a vector.
      let tokens = inTiles ? vectors * Int8Tile.lanes : count
      var memory: [Guarded<UInt8>] = []
      int8 = try Int8Activations(for: matrix, columns: columns) {
        memory.append(Guarded([UInt8](repeating: 0xFF, count: $0 * tokens)))
        return UnsafeMutableRawPointer(memory.last!.start)
      }
      self.memory = memory
      self.count = count
      values = Guarded(x)
      for j in 0..<count {
        int8.quantise(values.start + j * columns, token: j, columns: columns, inTiles: inTiles)
      }
      if inTiles {
        for index in 0..<vectors {
          int8.layOut(index, count: count, columns: columns)
        }
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
