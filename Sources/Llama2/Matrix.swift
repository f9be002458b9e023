/// One weight matrix, a view into the mapped file, in any of the formats that files have.
package struct Matrix {
  package let rows: Int
  package let columns: Int
  /// Row after row in the format's layout, at any alignment.
  package let values: UnsafeRawPointer
  package let format: Format

  /// How weights are stored; each format's layout stands in its own file.
  package enum Format {
    case float32
    /// int8 values in groups of `size` that share an fp32 scale, (rows, columns / size).
    case int8Groups(size: Int, scales: UnsafeRawPointer)
  }

  package init(rows: Int, columns: Int, values: UnsafeRawPointer, format: Format) {
    self.rows = rows
    self.columns = columns
    self.values = values
    self.format = format
  }

  /// The weights that share a scale and are multiplied as integers; 0 where they are floats.
  package var groupSize: Int {
    switch format {
    case .float32: 0
    case .int8Groups(let size, _): size
    }
  }

  /// The activations that share a scale where they meet this matrix as integers.
  var activationGroupSize: Int {
    switch format {
    case .int8Groups(let size, _): size
    default: 32
    }
  }

  /// out (columns) = one row, as fp32.
  package func copyRow(_ row: Int, to out: UnsafeMutablePointer<Float>) {
    switch format {
    case .float32: Float32Weights.copy(values + 4 * row * columns, to: out, columns)
    default:
      withInt8Rows(from: row, upTo: row, count: 1) {
        $0[0].copy(to: out, columns, groupSize: groupSize)
      }
    }
  }

  /// out[j * self.rows + i] = row i · activations of token j, for i in `rows` and all tokens.
  func matmul(_ x: Activations, rows: Range<Int>, into out: UnsafeMutablePointer<Float>) {
    switch format {
    case .float32: matmul(Float32Weights.self, x, rows: rows, into: out)
    default: matmul(x.int8(groupSize: groupSize), count: x.count, rows: rows, into: out)
    }
  }

  private func matmul<W: FloatWeights>(
    _ type: W.Type, _ x: Activations, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    let stride = W.size * columns
    W.matmul(
      values + rows.lowerBound * stride, stride, rows: rows.count, x.values, columns,
      count: x.count, columns: columns, out + rows.lowerBound, self.rows)
  }

  /// Bytes that `int8Row` needs to unpack a row.
  var int8RowBytes: Int { 0 }

  /// Whether weights are scale * value - minimum rather than scale * value.
  var hasMinimums: Bool { false }

  /// One row as int8, a view into the file or unpacked into `scratch`.
  func int8Row(_ row: Int, _ scratch: UnsafeMutableRawPointer) -> Int8Row {
    switch format {
    case .int8Groups(let size, let scales):
      return Int8Row(
        values: values + row * columns, scales: scales + 4 * (row * (columns / size)), minimums: nil
      )
    default: preconditionFailure("a row of floats has no int8 values")
    }
  }
}
