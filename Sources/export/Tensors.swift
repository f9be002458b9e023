import Llama2

typealias Role = TensorName.Role

/// A tensor of a model, wherever it lies: it is read some rows at a time, as fp32, so it is never
/// held whole.
struct Tensor {
  /// Rows and columns, or the number of elements of a vector, which counts as one row.
  let shape: [Int]
  /// Writes some rows, one after the other.
  let copyRows: (Range<Int>, UnsafeMutablePointer<Float>) -> Void

  var rows: Int { shape.count == 1 ? 1 : shape[0] }
  var columns: Int { shape.last! }
  var count: Int { rows * columns }

  init(shape: [Int], copyRows: @escaping (Range<Int>, UnsafeMutablePointer<Float>) -> Void) {
    self.shape = shape
    self.copyRows = copyRows
  }

  /// - Parameter copyRow: writes one row.
  init(shape: [Int], copyRow: @escaping (Int, UnsafeMutablePointer<Float>) -> Void) {
    let columns = shape.last!
    self.init(
      shape: shape,
      copyRows: { rows, out in
        for (i, row) in rows.enumerated() { copyRow(row, out + i * columns) }
      })
  }

  /// A vector.
  init(_ elements: [Float]) {
    self.init(
      shape: [elements.count],
      copyRow: { _, out in out.update(from: elements, count: elements.count) })
  }

  /// The first rows.
  func prefix(_ rows: Int) -> Tensor {
    Tensor(shape: [rows, columns], copyRows: copyRows)
  }

  /// Whether all elements are equal.
  ///
  /// - Parameter releasePages: lets go of the pages that were read, now and then.
  func equals(_ other: Tensor, releasePages: () -> Void = {}) -> Bool {
    guard shape == other.shape else { return false }
    let rowsAtOnce = max(1, Writer.releaseSize / columns)
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: 2 * columns)
    defer { buffer.deallocate() }
    let (mine, others) = (buffer, buffer + columns)
    for row in 0..<rows {
      copyRows(row..<row + 1, mine)
      other.copyRows(row..<row + 1, others)
      for i in 0..<columns
      where mine[i] != others[i] && mine[i].bitPattern != others[i].bitPattern {
        return false
      }
      if (row + 1) % rowsAtOnce == 0 { releasePages() }
    }
    return true
  }
}
