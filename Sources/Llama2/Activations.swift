/// What a product reads: the activations of a block of tokens.
struct Activations {
  let values: UnsafePointer<Float>  // (count, columns)
  let count: Int
  /// The same as int8, for the formats that are multiplied as integers.
  let int8: [Int8Activations]

  /// The int8 activations for matrices whose weights share a scale in groups of this size.
  func int8(groupSize: Int) -> Int8Activations { int8.first { $0.groupSize == groupSize }! }
}

/// The activations of a block of tokens as int8, for matrices of one group size
/// (runq.c: `QuantizedTensor`).
struct Int8Activations {
  /// The values whose sum of products with a row is one integer: the matrix's group size.
  let groupSize: Int
  /// The activations that share a scale, a multiple of groupSize.
  let scaleSize: Int
  let values: UnsafeMutablePointer<Int8>  // (count, columns)
  let scales: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  /// The sums of the groups' values, which formats with minimums need.
  let sums: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  #if VNNI
    /// (count, columns / groupSize), -128 times the sums of the groups.
    let offsets: UnsafeMutablePointer<Int32>
  #else
    let int16: UnsafeMutablePointer<Int16>  // (count, columns)
  #endif

  /// What a single token's kernel reads of each token: see `Int8Token`.
  private let steps: UnsafeMutableRawPointer
  private let bytesPerStepToken: Int
  /// The most values that a token will have, rounded up to whole steps.
  private let room: Int
  private let stepColumns: Int

  /// - Parameters:
  ///   - columns: the most values that a token will have.
  ///   - allocate: gives room for every token, so many bytes for each.
  init(
    groupSize: Int, scaleSize: Int, columns: Int,
    allocate: (_ bytesPerToken: Int) throws -> UnsafeMutableRawPointer
  ) throws {
    func memory<Element>(_ count: Int, of type: Element.Type) throws
      -> UnsafeMutablePointer<Element>
    {
      try allocate(count * MemoryLayout<Element>.size).assumingMemoryBound(to: type)
    }
    self.groupSize = groupSize
    self.scaleSize = scaleSize
    values = try memory(columns, of: Int8.self)
    scales = try memory(columns / groupSize, of: Float.self)
    sums = try memory(columns / groupSize, of: Float.self)
    #if VNNI
      offsets = try memory(columns / groupSize, of: Int32.self)
    #else
      int16 = try memory(columns, of: Int16.self)
    #endif
    stepColumns = max(256, 4 * groupSize)
    room = (columns + stepColumns - 1) / stepColumns * stepColumns
    bytesPerStepToken = room * Int8Token.bytesPerValue + 12 * (room / groupSize)
    steps = try allocate(bytesPerStepToken)
  }

  /// Rounds token j's activations, x (columns), to multiples of their scale, from -127 to 127 of them.
  ///
  /// - Parameter inTiles: for products of a block of tokens (Int8Blocks.swift), not for those of a
  ///   token at a time.
  func quantise(_ x: UnsafePointer<Float>, token j: Int, columns: Int, inTiles: Bool) {
    let values = values + j * columns
    let scales = scales + j * (columns / groupSize)
    for first in stride(from: 0, to: columns, by: scaleSize) {
      let scale = quantiseGroup(x + first, values + first, scaleSize)
      (scales + first / groupSize).update(repeating: scale, count: scaleSize / groupSize)
    }
    for group in j * columns / groupSize..<(j + 1) * columns / groupSize {
      var sum: Int32 = 0
      for k in group * groupSize..<(group + 1) * groupSize { sum &+= Int32(self.values[k]) }
      sums[group] = Float(sum)
      #if VNNI
        offsets[group] = -128 &* sum
      #endif
    }
    if !inTiles { return fillSteps(token: j, columns: columns) }
    #if !VNNI
      let int16 = int16 + j * columns
      for k in 0..<columns { int16[k] = Int16(values[k]) }
    #endif
  }

  /// out = x / scale, rounded, where the returned scale makes the largest of x 127; both (count).
  /// The scale is NaN where a value is NaN or infinite.
  private func quantiseGroup(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
  ) -> Float {
    // Positive floats have the order of their bits, and what is not finite comes last.
    var largest: UInt32 = 0
    for i in 0..<count { largest = max(largest, x[i].magnitude.bitPattern) }
    let scale = largest < Float.infinity.bitPattern ? Float(bitPattern: largest) / 127 : .nan
    guard scale > 0 else {
      out.update(repeating: 0, count: count)
      return scale
    }
    for i in 0..<count { out[i] = Self.roundHalfAway(x[i] / scale) }
    return scale
  }

  /// The nearest integer, halves away from zero as C's `round`, of a float from -127 to 127.
  @inline(__always)
  private static func roundHalfAway(_ x: Float) -> Int8 {
    // Adding 1.5 · 2²³ rounds to an integer, halves to the even one, and leaves it in the low bits.
    let magic: Float = 12_582_912
    let even = (x.magnitude + magic) - magic
    let rounded = x.magnitude - even == 0.5 ? even + 1 : even
    return Int8(truncatingIfNeeded: ((x < 0 ? -rounded : rounded) + magic).bitPattern)
  }
}

extension Int8Activations {
  /// What the kernel for a single token reads of token j.
  func token(_ j: Int) -> Int8Token {
    let values = UnsafeMutableRawPointer(steps + j * bytesPerStepToken)
    let scales = values + room * Int8Token.bytesPerValue
    let groupBytes = 4 * (room / groupSize)
    return Int8Token(
      values: values, scales: scales, negativeSums: scales + groupBytes,
      integerSums: scales + 2 * groupBytes)
  }

  private func fillSteps(token j: Int, columns: Int) {
    let groups = columns / groupSize
    let (values, scales) = (values + j * columns, scales + j * groups)
    let sums = sums + j * groups
    let token = token(j)
    let padded = (columns + stepColumns - 1) / stepColumns * stepColumns
    let paddedGroups = padded / groupSize
    guard padded == paddedGroups * groupSize else { return }
    #if VNNI || arch(arm64)
      token.values.copyMemory(from: values, byteCount: columns)
      (token.values + columns).initializeMemory(
        as: UInt8.self, repeating: 0, count: padded - columns)
    #else
      let split = token.values.assumingMemoryBound(to: Int16.self)
      for k in 0..<padded {
        split[k & ~63 | (k & 1) << 5 | (k & 63) >> 1] = k < columns ? Int16(values[k]) : 0
      }
    #endif
    for group in 0..<paddedGroups {
      let inside = group < groups
      token.scales.storeBytes(
        of: inside ? scales[group] : -0.0, toByteOffset: 4 * group, as: Float.self)
      token.negativeSums.storeBytes(
        of: inside ? -sums[group] : 0, toByteOffset: 4 * group, as: Float.self)
      token.integerSums.storeBytes(
        of: inside ? Int32(sums[group]) : 0, toByteOffset: 4 * group, as: Int32.self)
    }
  }
}

/// One token's activations, padded to a whole number of steps (`Int8Step`).
struct Int8Token {
  let values: UnsafeMutableRawPointer
  let scales: UnsafeMutableRawPointer  // Float
  let negativeSums: UnsafeMutableRawPointer  // Float
  let integerSums: UnsafeMutableRawPointer  // Int32
}
