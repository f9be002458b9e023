import Console
import Llama2

/// What is said of a finished file.
struct Report {
  let size: Int
  /// The largest rounding error of quantised weights and the tensor that has it.
  var worstError: (value: Float, tensor: String)?
  /// A tensor with values that are NaN or infinite.
  var damagedTensor: String?
}

/// Writes tensors some rows at a time, so in constant memory.
struct Writer {
  private let file: TargetFile
  /// Lets go of the source's pages that were read.
  private let releasePages: () -> Void
  private var unreleased = 0
  private var progress: Progress
  private let threads = Threads(count: Threads.usable())
  private(set) var report: Report

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

  /// Ends the threads and the line of progress.
  func finish() {
    threads.stop()
    Output.showProgress("")
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes)
    progress.add(bytes.count)
  }

  /// Some weights of a tensor, whole rows, that are converted on one thread.
  struct Part {
    let weights: UnsafePointer<Float>
    let count: Int
    /// Where the first of them is in the tensor.
    let start: Int
    /// Where their bytes go.
    let out: UnsafeMutableRawPointer
  }

  /// Writes what `encode` makes of some rows after the other.
  ///
  /// - Parameters:
  ///   - block: how many weights become how many bytes.
  ///   - encode: returns the largest rounding error, nil where weights are not quantised.
  mutating func write(
    _ tensor: Tensor, _ name: String, block: (size: Int, bytes: Int), encode: (Part) -> Float?
  ) throws {
    progress.begin(name)
    let columns = tensor.columns
    let rowsAtOnce = min(tensor.rows, max(1, Self.chunkSize / columns))
    let weights = UnsafeMutablePointer<Float>.allocate(capacity: rowsAtOnce * columns)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rowsAtOnce * columns / block.size * block.bytes, alignment: 64)
    let parts = min(Threads.usable(), rowsAtOnce)
    let errors = UnsafeMutableBufferPointer<Float?>.allocate(capacity: parts)
    errors.initialize(repeating: nil)
    let areFinite = UnsafeMutableBufferPointer<Bool>.allocate(capacity: parts)
    areFinite.initialize(repeating: true)
    defer {
      weights.deallocate()
      bytes.deallocate()
      errors.deallocate()
      areFinite.deallocate()
    }
    for first in stride(from: 0, to: tensor.rows, by: rowsAtOnce) {
      let count = min(rowsAtOnce, tensor.rows - first)
      threads.run(parts: parts) { part, _ in
        let rows = count * part / parts..<count * (part + 1) / parts
        guard !rows.isEmpty else { return }
        let (start, size) = (rows.lowerBound * columns, rows.count * columns)
        tensor.copyRows(rows.lowerBound + first..<rows.upperBound + first, weights + start)
        areFinite[part] = !hasNonFinite(weights + start, size)
        let error = encode(
          Part(
            weights: weights + start, count: size, start: first * columns + start,
            out: bytes.baseAddress! + start / block.size * block.bytes))
        if let error { errors[part] = max(error, errors[part] ?? 0) }
      }
      if areFinite.contains(false) { report.damagedTensor = name }
      let size = count * columns
      try write(UnsafeRawBufferPointer(rebasing: bytes[..<(size / block.size * block.bytes)]))
      unreleased += size
      if unreleased >= Self.releaseSize {
        releasePages()
        unreleased = 0
      }
    }
    if let error = errors.compactMap({ $0 }).max(), error >= report.worstError?.value ?? 0 {
      report.worstError = (error, name)
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
    defer { finish() }
    try layout.header.withUnsafeBytes { try write($0) }
    for section in layout.sections {
      for layer in 0..<section.count {
        let (tensor, name) = (model[section.tensor, layer], section.tensor.name(layer: layer))
        if section.groupSize == 0 {
          try write(tensor, name, type: .f32)
        } else {
          try write(tensor, name, groupSize: section.groupSize)
        }
      }
    }
  }

  /// int8 values and then the scales of their groups.
  private mutating func write(_ tensor: Tensor, _ name: String, groupSize: Int) throws {
    let scales = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.count / groupSize)
    defer { scales.deallocate() }
    try write(tensor, name, block: (1, 1)) { part in
      quantise(
        part.weights, count: part.count, groupSize: groupSize,
        values: part.out.assumingMemoryBound(to: Int8.self),
        scales: scales.baseAddress! + part.start / groupSize)
    }
    try write(UnsafeRawBufferPointer(scales))
  }
}
