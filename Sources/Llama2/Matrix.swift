/// One weight matrix, a view into the mapped checkpoint: fp32 rows, or int8 rows in groups that
/// share an fp32 scale.
package struct Matrix {
  package let rows: Int
  package let columns: Int
  /// (rows, columns), Float or Int8.
  let values: UnsafeRawPointer
  /// (rows, columns / groupSize) Float, at any alignment; nothing in fp32.
  let scales: UnsafeRawPointer
  /// 0 in fp32.
  package let groupSize: Int

  private var floats: UnsafePointer<Float> { values.assumingMemoryBound(to: Float.self) }

  /// out (columns) = one row, as fp32.
  package func copyRow(_ row: Int, to out: UnsafeMutablePointer<Float>) {
    if groupSize == 0 {
      out.update(from: floats + row * columns, count: columns)
    } else {
      for k in 0..<columns {
        let value = values.load(fromByteOffset: row &* columns &+ k, as: Int8.self)
        out[k] = Float(value) * scale(row, group: k / groupSize)
      }
    }
  }

  @inline(__always)
  private func scale(_ row: Int, group: Int) -> Float {
    let offset = 4 &* (row &* (columns / groupSize) &+ group)
    return scales.loadUnaligned(fromByteOffset: offset, as: Float.self)
  }

  /// out[j * self.rows + i] = row i · activations of token j, for i in `rows` and all tokens.
  func multiply(
    _ activations: Activations, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    products(
      floats + rows.lowerBound &* columns, columns, rows: rows.count,
      activations.values, columns, count: activations.count, columns: columns,
      out + rows.lowerBound, self.rows)
  }
}

/// What a product reads: the activations of a block of tokens, (count, columns).
struct Activations {
  let values: UnsafePointer<Float>
  let count: Int
}
