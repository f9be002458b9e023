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
    if groupSize == 0 { return out.update(from: floats + row * columns, count: columns) }
    let groups = columns / groupSize
    for group in 0..<groups {
      let scale = scale(scales, row * groups + group)
      for k in group * groupSize..<(group + 1) * groupSize {
        out[k] = Float(values.load(fromByteOffset: row &* columns &+ k, as: Int8.self)) * scale
      }
    }
  }

  /// out[j * self.rows + i] = row i · activations of token j, for i in `rows` and all tokens.
  func multiply(
    _ x: Activations, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    if let int8 = x.int8 {
      multiplyInt8(int8, count: x.count, rows: rows, into: out)
    } else {
      products(
        floats + rows.lowerBound &* columns, columns, rows: rows.count,
        x.values, columns, count: x.count, columns: columns, out + rows.lowerBound, self.rows)
    }
  }

  private func multiplyInt8(
    _ x: Int8Activations, count: Int, rows: Range<Int>, into out: UnsafeMutablePointer<Float>
  ) {
    if count >= 4 && hasInt8Tiles {
      return multiplyInt8Block(x, count: count, rows: rows, into: out)
    }
    for j in 0..<count {
      multiplyInt8Rows(x, token: j, rows: rows, into: out + j &* self.rows)
    }
  }
}

/// What a product reads: the activations of a block of tokens.
struct Activations {
  let values: UnsafePointer<Float>  // (count, columns)
  let count: Int
  /// The same for int8 matrices.
  let int8: Int8Activations?
}
