/// What a product reads: the activations of a block of tokens.
struct Activations {
  let values: UnsafePointer<Float>  // (count, columns)
  let count: Int
  /// The same as int8, for the formats that are multiplied as integers.
  let int8: [Int8Activations]

  /// The int8 activations for a matrix.
  func int8(for matrix: Matrix) -> Int8Activations { int8.first { $0.fit(matrix) }! }
}

/// The activations of a block of tokens as int8, for matrices of one group size whose values `layOut`
/// packs alike (runq.c: `QuantizedTensor`).
struct Int8Activations {
  /// The values whose sum of products with a row is one integer: the matrix's group size.
  let groupSize: Int
  /// The activations that share a scale, a multiple of groupSize.
  let scaleSize: Int
  let values: UnsafeMutablePointer<Int8>  // (count, columns)
  let scales: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  /// The sums of the groups' values.
  let sums: UnsafeMutablePointer<Int32>  // (count, columns / groupSize)
  /// All of these, as `layOut` lays them out for a block of tokens.
  let panel: UnsafeMutableRawPointer
  /// Values in a 32-bit lane of the panel: 4 as bytes, or 2 as Int16.
  let valuesPerLane: Int
  #if !VNNI && !arch(arm64)
    /// The values in the order that products of a token at a time need (see `order`): with AVX2 bytes, for
    /// `NibbleGroups` alone; without it Int16.
    let ordered: UnsafeMutableRawPointer
  #endif

  /// - Parameters:
  ///   - matrix: one of the matrices.
  ///   - columns: the most values that a token will have.
  ///   - allocate: gives room for every token, so many bytes for each.
  init(
    for matrix: Matrix, columns: Int,
    allocate: (_ bytesPerToken: Int) throws -> UnsafeMutableRawPointer
  ) throws {
    (groupSize, scaleSize) = (matrix.groupSize, matrix.activationGroupSize)
    valuesPerLane = Int8Tile.valuesPerLane(bits: matrix.bits)
    // A token's last step is read whole, and has up to 16 groups.
    let groups = columns / groupSize + 16
    func memory<Element>(_ count: Int, of type: Element.Type) throws
      -> UnsafeMutablePointer<Element>
    {
      try allocate(count * MemoryLayout<Element>.size).assumingMemoryBound(to: type)
    }
    values = try memory(groups * groupSize, of: Int8.self)
    scales = try memory(groups, of: Float.self)
    sums = try memory(groups, of: Int32.self)
    panel = try allocate(groups * (4 * groupSize / valuesPerLane + 8))
    #if !VNNI && !arch(arm64)
      ordered = try allocate((groups * groupSize + 63) * Int8Token.bytesPerValue)
    #endif
  }

  /// Whether a matrix is multiplied with these.
  func fit(_ matrix: Matrix) -> Bool {
    groupSize == matrix.groupSize && scaleSize == matrix.activationGroupSize
      && valuesPerLane == Int8Tile.valuesPerLane(bits: matrix.bits)
  }

  /// Rounds token j's activations, x (columns), to multiples of their scale, from -127 to 127 of them.
  ///
  /// - Parameter inTiles: for products of a block of tokens, once `layOut` was called, not for those of
  ///   a token at a time.
  func quantise(_ x: UnsafePointer<Float>, token j: Int, columns: Int, inTiles: Bool) {
    let values = values + j * columns
    let (scales, sums) = (scales + j * (columns / groupSize), sums + j * (columns / groupSize))
    // The compiler makes code of its own for a size that it knows.
    if scaleSize == 4 && groupSize == 4 {
      for first in stride(from: 0, to: columns, by: 4) {
        scales[first / 4] = quantiseGroup(x + first, values + first, 4)
        sums[first / 4] = sum(values + first, 4)
      }
    } else {
      for first in stride(from: 0, to: columns, by: scaleSize) {
        let scale = quantiseGroup(x + first, values + first, scaleSize)
        for group in first / groupSize..<(first + scaleSize) / groupSize {
          scales[group] = scale
          sums[group] = sum(values + group * groupSize, groupSize)
        }
      }
    }
    #if !VNNI && !arch(arm64)
      if !inTiles { order(token: j, columns: columns) }
    #endif
  }

  @inline(__always)
  private func sum(_ values: UnsafePointer<Int8>, _ count: Int) -> Int32 {
    var sum: Int32 = 0
    for k in 0..<count { sum &+= Int32(values[k]) }
    return sum
  }

  /// out = x / scale, rounded, where the returned scale makes the largest of x 127; both (count).
  /// The scale is NaN where a value is NaN or infinite.
  @inline(__always)
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
  @inline(__always)
  func token<Groups: Int8Grouping>(_ j: Int, columns: Int, _: Groups.Type) -> Int8Token {
    let group = j &* (columns / groupSize)
    var values = UnsafeRawPointer(values + j &* columns)
    #if !VNNI && !arch(arm64)
      if Int8Token.bytesPerValue == 2 || Groups.areInterleaved {
        values = UnsafeRawPointer(ordered(token: j, columns: columns))
      }
    #endif
    return Int8Token(values: values, scales: scales + group, sums: sums + group)
  }

  #if !VNNI && !arch(arm64)
    /// Where the ordered values of token j stand.
    @inline(__always)
    func ordered(token j: Int, columns: Int) -> UnsafeMutableRawPointer {
      ordered + j &* ((columns &+ 63) & ~63) &* Int8Token.bytesPerValue
    }
  #endif
}

/// One token's activations. What a step reads behind the last of them is not used.
struct Int8Token {
  let values: UnsafeRawPointer
  let scales: UnsafeRawPointer  // Float
  let sums: UnsafeRawPointer  // Int32
}
