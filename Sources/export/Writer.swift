import Console
import Llama2

/// What is said of a finished file.
struct Report {
  let size: Int
  /// The largest rounding error of quantised weights and the tensor that has it.
  var worstError: (value: Float, tensor: String)?
  /// A tensor with values that are NaN or infinite.
  var damagedTensor: String?

  mutating func note(error: Float, in tensor: String) {
    if error >= worstError?.value ?? 0 { worstError = (error, tensor) }
  }
}

/// Writes tensors some rows at a time, so in constant memory.
struct Writer {
  private let file: TargetFile
  /// Lets go of the source's pages that were read.
  private let releasePages: () -> Void
  private var unreleased = 0
  private var progress: Progress
  var report: Report

  init(to file: TargetFile, size: Int, releasePages: @escaping () -> Void) {
    self.file = file
    self.releasePages = releasePages
    progress = Progress(total: size)
    report = Report(size: size)
  }

  /// Rows are converted this many weights at a time: they stay in a core's cache.
  private static let chunkSize = 1 << 17
  /// The source's pages are let go after this many weights.
  private static let releaseSize = 1 << 23

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes)
    progress.add(bytes.count)
  }

  /// The rows that are converted at a time.
  static func rowsAtOnce(_ tensor: Tensor) -> Int {
    min(tensor.rows, max(1, chunkSize / tensor.columns))
  }

  /// Writes what `encode` makes of some rows after the other.
  mutating func write(
    _ tensor: Tensor, _ name: String,
    encode: (UnsafeMutableBufferPointer<Float>) -> UnsafeRawBufferPointer
  ) throws {
    progress.begin(name)
    let rowsAtOnce = Self.rowsAtOnce(tensor)
    let rows = UnsafeMutablePointer<Float>.allocate(capacity: rowsAtOnce * tensor.columns)
    defer { rows.deallocate() }
    for first in stride(from: 0, to: tensor.rows, by: rowsAtOnce) {
      let last = min(first + rowsAtOnce, tensor.rows)
      tensor.copyRows(first..<last, rows)
      let weights = UnsafeMutableBufferPointer(start: rows, count: (last - first) * tensor.columns)
      if hasNonFinite(rows, weights.count) { report.damagedTensor = name }
      try write(encode(weights))
      unreleased += weights.count
      if unreleased >= Self.releaseSize {
        releasePages()
        unreleased = 0
      }
    }
  }
}

/// Shows how much of a file is written: a bar, MB/s and the tensor.
private struct Progress {
  private let total: Int
  private let start = now()
  private var lastShown = 0.0
  private var done = 0
  private var tensor = ""

  init(total: Int) { self.total = max(1, total) }

  mutating func begin(_ tensor: String) { self.tensor = tensor }

  mutating func add(_ bytes: Int) {
    done += bytes
    guard Output.showsProgress else { return }
    let now = now()
    guard now - lastShown >= 0.1 else { return }
    lastShown = now
    let filled = 24 * done / total
    let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 24 - filled)
    let rate = megabytes(Int(Double(done) / max(now - start, 1e-3)))
    Output.showProgress("[\(bar)] \(100 * done / total)%  \(rate)/s  \(tensor)")
  }
}

// MARK: - llama2.c's formats

extension Writer {
  mutating func write(_ model: Model, _ layout: Llama2C) throws {
    defer { Output.showProgress("") }
    try layout.header.withUnsafeBytes { try write($0) }
    for section in layout.sections {
      for layer in 0..<section.count {
        let (tensor, name) = (model[section.tensor, layer], section.tensor.name(layer: layer))
        if section.groupSize == 0 {
          try write(tensor, name) { UnsafeRawBufferPointer($0) }
        } else {
          try writeGroups(tensor, name, groupSize: section.groupSize)
        }
      }
    }
  }

  /// int8 values and then the scales of their groups.
  private mutating func writeGroups(_ tensor: Tensor, _ name: String, groupSize: Int) throws {
    let capacity = Self.rowsAtOnce(tensor) * tensor.columns
    let values = UnsafeMutablePointer<Int8>.allocate(capacity: capacity)
    defer { values.deallocate() }
    let scales = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.count / groupSize)
    defer { scales.deallocate() }
    var (groups, worst) = (0, Float(0))
    try write(tensor, name) { weights in
      let error = quantiseGroups(
        weights.baseAddress!, count: weights.count, groupSize: groupSize, values: values,
        scales: scales.baseAddress! + groups)
      groups += weights.count / groupSize
      worst = max(worst, error)
      return UnsafeRawBufferPointer(start: values, count: weights.count)
    }
    try write(UnsafeRawBufferPointer(scales))
    report.note(error: worst, in: name)
  }
}
