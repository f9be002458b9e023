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
  /// What an error message names.
  let path: String
  private let file: TargetFile
  /// Lets go of the source's pages that were read.
  private let releasePages: () -> Void
  private var unreleased = 0
  private var progress: Progress
  private let threadCount: Int
  private let threads: Threads
  private var report: Report

  private init(_ source: Source, _ file: TargetFile, size: Int) {
    path = source.path
    releasePages = source.releasePages
    self.file = file
    threadCount = Threads.usable()
    threads = Threads(count: threadCount)
    progress = Progress(total: size)
    report = Report(size: size)
  }

  /// Writes what `body` gives the writer: `size` bytes that are made of a source.
  static func write(
    _ source: Source, to file: TargetFile, size: Int, _ body: (inout Writer) throws -> Void
  ) throws -> Report {
    var writer = Writer(source, file, size: size)
    defer {
      writer.threads.stop()
      Output.showProgress("")
    }
    try body(&writer)
    return writer.report
  }

  /// Rows are converted this many weights at a time: they stay in a core's cache.
  private static let chunkSize = 1 << 17
  /// The source's pages are let go after this many weights.
  static let releaseSize = 1 << 23

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

  /// What is found while weights are converted.
  private struct Findings {
    /// The largest magnitude of the weights; NaN or infinite if one of them is.
    var magnitude: Float = 0
    /// The largest rounding error, nil where weights are not quantised.
    var error: Float?

    mutating func add(_ other: Findings) {
      // Magnitudes order as the integers of their bits do, NaN last.
      magnitude = Float(bitPattern: max(magnitude.bitPattern, other.magnitude.bitPattern))
      if let new = other.error { error = max(new, error ?? 0) }
    }
  }

  /// Writes what `encode` makes of some rows after the other.
  ///
  /// - Parameters:
  ///   - block: how many weights become how many bytes.
  ///   - check: throws if weights of this magnitude cannot be written; NaN or infinite if one is.
  ///   - encode: returns the largest rounding error, nil where weights are not quantised.
  mutating func write(
    _ tensor: Tensor, _ name: String, block: (size: Int, bytes: Int),
    check: (_ magnitude: Float) throws -> Void = { _ in }, encode: (Part) -> Float?
  ) throws {
    progress.begin(name)
    let rowsAtOnce = min(tensor.rows, max(1, Self.chunkSize / tensor.columns))
    let weights = UnsafeMutablePointer<Float>.allocate(capacity: rowsAtOnce * tensor.columns)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rowsAtOnce * tensor.columns / block.size * block.bytes, alignment: 64)
    defer {
      weights.deallocate()
      bytes.deallocate()
    }
    var findings = Findings()
    for first in stride(from: 0, to: tensor.rows, by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, tensor.rows)
      findings.add(convert(tensor, rows, block, weights, bytes.baseAddress!, encode))
      try check(findings.magnitude)
      let size = rows.count * tensor.columns
      try write(UnsafeRawBufferPointer(rebasing: bytes[..<(size / block.size * block.bytes)]))
      unreleased += size
      if unreleased >= Self.releaseSize {
        releasePages()
        unreleased = 0
      }
    }
    if !findings.magnitude.isFinite {
      report.damagedTensor = name
    } else if let error = findings.error, error >= report.worstError?.value ?? 0 {
      report.worstError = (error, name)
    }
  }

  /// Reads some rows to `weights` and encodes them to `bytes`, on all threads.
  private func convert(
    _ tensor: Tensor, _ rows: Range<Int>, _ block: (size: Int, bytes: Int),
    _ weights: UnsafeMutablePointer<Float>, _ bytes: UnsafeMutableRawPointer,
    _ encode: (Part) -> Float?
  ) -> Findings {
    let (columns, parts) = (tensor.columns, min(threadCount, rows.count))
    var findings = [Findings](repeating: Findings(), count: parts)
    findings.withUnsafeMutableBufferPointer { findings in
      threads.run(parts: parts) { part, _ in
        let first = rows.count * part / parts
        let end = rows.count * (part + 1) / parts
        let (start, size) = (first * columns, (end - first) * columns)
        tensor.copyRows(rows.lowerBound + first..<rows.lowerBound + end, weights + start)
        findings[part].magnitude = largestMagnitude(weights + start, size)
        findings[part].error = encode(
          Part(
            weights: weights + start, count: size, start: rows.lowerBound * columns + start,
            out: bytes + start / block.size * block.bytes))
      }
    }
    return findings.reduce(into: Findings()) { $0.add($1) }
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
