/// One weight matrix, a view into the mapped file, in any of the formats that files have.
package struct Matrix {
  /// Outputs of a product.
  package let rows: Int
  /// Inputs of a product.
  package let columns: Int
  /// Row after row in the format's layout, floats at their own alignment.
  package let values: UnsafeRawPointer
  package let format: Format

  /// How weights are stored; each format's layout stands in its own file.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  package enum Format {
    case float32, float16, bfloat16
    /// int8 values in groups of `size` that share an fp32 scale, (rows, columns / size).
    case int8Groups(size: Int, scales: UnsafeRawPointer)
    case q8_0, q4_0, q4_1, q5_0, q5_1, q2_K, q3_K, q4_K, q5_K, q6_K
  }

  package init(rows: Int, columns: Int, values: UnsafeRawPointer, format: Format) {
    self.rows = rows
    self.columns = columns
    self.values = values
    self.format = format
  }
}

// MARK: - The only switches over formats

extension Matrix {
  /// What floats are multiplied as they are; nil where weights are multiplied as integers.
  private var floatWeights: (any FloatWeights.Type)? {
    switch format {
    case .float32: Float32Weights.self
    case .float16: F16.self
    case .bfloat16: BF16.self
    default: nil
    }
  }

  /// The blocks of a row; nil for floats and for groups of int8, which need no unpacking.
  var blocks: (any BlockFormat.Type)? {
    switch format {
    case .float32, .float16, .bfloat16, .int8Groups: nil
    case .q8_0: Q8_0.self
    case .q4_0: Q4_0.self
    case .q4_1: Q4_1.self
    case .q5_0: Q5_0.self
    case .q5_1: Q5_1.self
    case .q2_K: Q2_K.self
    case .q3_K: Q3_K.self
    case .q4_K: Q4_K.self
    case .q5_K: Q5_K.self
    case .q6_K: Q6_K.self
    }
  }

  /// Whether weights are multiplied as integers.
  var isInt8: Bool { floatWeights == nil }

  /// The integers that share a scale; 0 where weights are floats.
  package var groupSize: Int {
    if case .int8Groups(let size, _) = format { return size }
    return blocks?.groupSize ?? 0
  }

  /// Of the integers that are multiplied: 6 at most, or 8.
  var bits: Int { blocks?.bits ?? 8 }

  /// The activations that share a scale, where they are multiplied with this matrix as integers.
  var activationGroupSize: Int {
    if case .int8Groups(let size, _) = format { return size }
    return 32
  }

  /// What the values of a row as int8 are larger than its integers.
  var int8Bias: Int32 { blocks?.int8Bias ?? 0 }

  /// Whether weights are scale * value - minimum rather than scale * value.
  var hasMinimums: Bool { blocks?.hasMinimums ?? false }

  /// out (columns) = one row, as fp32.
  package func copyRow(_ row: Int, to out: UnsafeMutablePointer<Float>) {
    if let floatWeights {
      return floatWeights.copy(values + row * rowBytes, to: out, columns)
    }
    copyInt8Row(row, to: out)
  }

  /// out[j * self.rows + i] = row i · activations of token j, for i in `rows` and all tokens.
  func matmul(_ x: Activations, rows: Range<Int>, into out: UnsafeMutablePointer<Float>) {
    guard let floatWeights else {
      return matmul(x.int8(for: self), count: x.count, rows: rows, into: out)
    }
    floatWeights.matmul(
      values + rows.lowerBound * rowBytes, rowBytes, rows: rows.count, x.values, columns,
      count: x.count, columns: columns, out + rows.lowerBound, self.rows)
  }

  /// Bytes of a row's values.
  var rowBytes: Int {
    if let floatWeights { return columns * floatWeights.size }
    return blocks.map { columns / $0.blockSize * $0.blockBytes } ?? columns
  }

  /// Some of the rows, as a matrix of their own.
  func slice(rows part: Range<Int>) -> Matrix {
    var format = format
    if case .int8Groups(let size, let scales) = format {
      format = .int8Groups(size: size, scales: scales + 4 * part.lowerBound * (columns / size))
    }
    return Matrix(
      rows: part.count, columns: columns, values: values + part.lowerBound * rowBytes,
      format: format)
  }

  /// Bytes that `unpack` needs for a row: values, scales and minimums.
  var int8RowBytes: Int { columns + 8 * (columns / groupSize) }

  /// A row of `blocks` as int8, in `scratch`.
  func unpack(
    _ row: Int, _ blocks: any BlockFormat.Type, into scratch: UnsafeMutableRawPointer
  ) -> Int8Row {
    let rowBytes = columns / blocks.blockSize * blocks.blockBytes
    return blocks.unpackRow(values + row * rowBytes, columns, into: scratch)
  }

  /// A row of groups of int8, as it lies in the file.
  @inline(__always)
  func int8View(ofRow row: Int) -> Int8Row {
    guard case .int8Groups(let size, let scales) = format else {
      preconditionFailure("a row that is not int8 has no view as int8")
    }
    return Int8Row(
      values: values + row &* columns, bias: 0, scales: scales + 4 &* row &* (columns / size),
      minimums: nil)
  }
}
