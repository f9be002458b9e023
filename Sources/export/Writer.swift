import Console
import Llama2

/// What is said of a finished checkpoint.
struct Report {
  let size: Int
  /// The largest rounding error of v2 and the tensor that has it.
  var worstError: (value: Float, tensor: String)?
  /// A tensor with values that are NaN or infinite.
  var damagedTensor: String?
}

/// Writes a checkpoint tensor by tensor, some rows at a time, so in constant memory.
struct Writer {
  private let model: Model
  private let layout: Llama2C
  private let file: TargetFile
  /// Lets go of the source's pages that were read.
  private let releasePages: () -> Void
  private var unreleased = 0
  private var progress: Progress
  private(set) var report: Report

  init(
    _ model: Model, _ layout: Llama2C, to file: TargetFile, size: Int,
    releasePages: @escaping () -> Void
  ) {
    self.model = model
    self.layout = layout
    self.file = file
    self.releasePages = releasePages
    progress = Progress(total: size)
    report = Report(size: size)
  }

  /// Rows are converted this many bytes of fp32 at a time: they stay in a core's cache.
  private static let chunkSize = 1 << 19
  /// The source's pages are let go after this many bytes written.
  private static let releaseSize = 1 << 25

  mutating func write() throws {
    defer { Output.showProgress("") }
    try layout.header.withUnsafeBytes(file.write)
    for section in layout.sections {
      for tensor in model[section.tensor] {
        progress.begin(tensor.name)
        try write(tensor, groupSize: section.groupSize)
      }
    }
  }

  private mutating func put(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes)
    progress.add(bytes.count)
    unreleased += bytes.count
    if unreleased >= Self.releaseSize {
      releasePages()
      unreleased = 0
    }
  }

  /// As fp32, or where there is a group size as int8 values and then their scales.
  private mutating func write(_ tensor: Tensor, groupSize: Int) throws {
    let rowsAtOnce = min(tensor.rows, max(1, Self.chunkSize / 4 / tensor.columns))
    let rows = UnsafeMutablePointer<Float>.allocate(capacity: rowsAtOnce * tensor.columns)
    defer { rows.deallocate() }
    var quantiser = groupSize > 0 ? Quantiser(tensor, rowsAtOnce, groupSize) : nil
    defer { quantiser?.deallocate() }
    for first in stride(from: 0, to: tensor.rows, by: rowsAtOnce) {
      let count = min(rowsAtOnce, tensor.rows - first)
      for i in 0..<count { tensor.copyRow(first + i, rows + i * tensor.columns) }
      let values = UnsafeMutableBufferPointer(start: rows, count: count * tensor.columns)
      if hasNonFinite(rows, values.count) { report.damagedTensor = tensor.name }
      try put(quantiser?.values(of: values) ?? UnsafeRawBufferPointer(values))
    }
    if let quantiser {
      try put(quantiser.scales)
      if quantiser.worst >= report.worstError?.value ?? 0 {
        report.worstError = (quantiser.worst, tensor.name)
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

/// The int8 values of some rows and the scales of a whole tensor, which stand behind all values.
private struct Quantiser {
  private let groupSize: Int
  private let buffer: UnsafeMutablePointer<Int8>
  private let allScales: UnsafeMutableBufferPointer<Float>
  private var groups = 0
  private(set) var worst: Float = 0

  init(_ tensor: Tensor, _ rowsAtOnce: Int, _ groupSize: Int) {
    self.groupSize = groupSize
    buffer = .allocate(capacity: rowsAtOnce * tensor.columns)
    allScales = .allocate(capacity: tensor.count / groupSize)
  }

  func deallocate() {
    buffer.deallocate()
    allScales.deallocate()
  }

  mutating func values(of weights: UnsafeMutableBufferPointer<Float>) -> UnsafeRawBufferPointer {
    let error = quantise(
      weights.baseAddress!, count: weights.count, groupSize: groupSize, values: buffer,
      scales: allScales.baseAddress! + groups)
    groups += weights.count / groupSize
    worst = max(worst, error)
    return UnsafeRawBufferPointer(start: buffer, count: weights.count)
  }

  var scales: UnsafeRawBufferPointer { UnsafeRawBufferPointer(allScales) }
}
