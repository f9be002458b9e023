import Console
import Llama2

/// How far a training has come.
struct Progress {
  /// Steps that were taken.
  var step = 0
  /// How many there are to be; 0: not known yet.
  var steps = 0
  /// The loss of each step.
  var losses: [Float] = []
  /// The held-out losses, and the steps that were taken before.
  var heldOut: [(step: Int, loss: Float)] = []
}

/// What a training needs to go on. The file: lines of a name and a value, an empty line, and little-endian numbers of
/// 32 bits: the weights (layout.count), the adapters' parameters if there are any, the moments m and v
/// (parameterCount each), the loss of each step, the steps of the held-out losses, and these.
struct StateFile {
  private static let mark = "llama2.swift train 3"
  let path: String
  var settings: Settings
  let vocabSize: Int
  let isTied: Bool
  /// Of both corpora (`Corpus.fingerprint`), combined.
  let fingerprint: UInt64
  var progress: Progress

  init(
    path: String, settings: Settings, vocabSize: Int, isTied: Bool, fingerprint: UInt64,
    progress: Progress
  ) {
    (self.path, self.settings, self.vocabSize) = (path, settings, vocabSize)
    (self.isTied, self.fingerprint, self.progress) = (isTied, fingerprint, progress)
  }

  private var heading: [(name: String, value: String)] {
    Settings.flags.map { ($0.name, $0.text(settings)) } + [
      ("vocab-size", "\(vocabSize)"), ("tied", isTied ? "1" : "0"),
      ("text", "\(fingerprint)"), ("step", "\(progress.step)"), ("of", "\(progress.steps)"),
      ("losses", "\(progress.losses.count)"), ("held-out", "\(progress.heldOut.count)"),
    ]
  }

  // MARK: - Writing

  /// A file to commit.
  func write(_ model: TrainedModel) throws -> TargetFile {
    var text = Self.mark + "\n" + heading.map { "\($0.name) \($0.value)\n" }.joined() + "\n"
    let arrays = Self.arrays(model)
    let file = try TargetFile(path, size: text.utf8.count + 4 * count(arrays))
    try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    for array in arrays { try file.write(UnsafeRawBufferPointer(array)) }
    try progress.losses.withUnsafeBytes(file.write)
    try progress.heldOut.map { Int32($0.step) }.withUnsafeBytes(file.write)
    try progress.heldOut.map(\.loss).withUnsafeBytes(file.write)
    return file
  }

  /// Of all numbers.
  private func count(_ arrays: [UnsafeMutableBufferPointer<Float>]) -> Int {
    arrays.reduce(progress.losses.count + 2 * progress.heldOut.count) { $0 + $1.count }
  }

  private static func arrays(_ model: TrainedModel) -> [UnsafeMutableBufferPointer<Float>] {
    var arrays = [(model.baseWeights, model.layout.count)]
    if model.lora != nil { arrays.append((model.parameters, model.parameterCount)) }
    arrays += [(model.moments.0, model.parameterCount), (model.moments.1, model.parameterCount)]
    return arrays.map { UnsafeMutableBufferPointer(start: $0.0, count: $0.1) }
  }

  // MARK: - Reading

  /// Reads the heading.
  init(_ file: MappedFile) throws {
    func damaged(_ problem: String) -> Refusal {
      Refusal(file.path, problem + ": not what train --resume goes on from")
    }
    path = file.path
    settings = Settings()
    let lines = Self.lines(file.bytes)
    guard lines.first == Self.mark[...] else { throw damaged("it does not begin as a state") }
    var values: [Substring: Substring] = [:]
    for line in lines.dropFirst() {
      let words = line.split(separator: " ")
      guard words.count == 2 else { throw damaged("found the line \(quoted(String(line)))") }
      values[words[0]] = words[1]
    }
    for flag in Settings.flags {
      guard let value = values[flag.name[...]], flag.read(&settings, String(value)) else {
        throw damaged("it has no \(flag.name)")
      }
    }
    func integer(_ name: Substring, _ range: ClosedRange<Int> = 0...1 << 40) throws -> Int {
      guard let value = values[name].flatMap({ Int($0) }), range.contains(value) else {
        throw damaged("it has no \(name)")
      }
      return value
    }
    vocabSize = try integer("vocab-size", 1...1 << 24)
    isTied = try integer("tied", 0...1) == 1
    guard let text = values["text"].flatMap({ UInt64($0) }) else { throw damaged("it has no text") }
    fingerprint = text
    let step = try integer("step")
    progress = Progress(
      step: step, steps: try integer("of"),
      losses: [Float](
        repeating: 0, count: min(try integer("losses", step...step), file.bytes.count / 4)),
      heldOut: Array(
        repeating: (0, 0), count: min(try integer("held-out"), file.bytes.count / 8)))
  }

  /// The lines of the heading, without the empty one.
  private static func lines(_ bytes: UnsafeRawBufferPointer) -> [Substring] {
    let start = bytes.prefix(4096)
    let newline = UInt8(ascii: "\n")
    let end = start.indices.first {
      start[$0] == newline && $0 + 1 < start.endIndex && start[$0 + 1] == newline
    }
    return String(decoding: start.prefix(upTo: end ?? 0), as: UTF8.self).split(separator: "\n")
  }

  /// Reads the numbers.
  mutating func read(_ file: MappedFile, into model: TrainedModel) throws {
    let heading = Self.lines(file.bytes).reduce(1) { $0 + $1.utf8.count + 1 }
    let arrays = Self.arrays(model)
    let size = heading + 4 * count(arrays)
    guard file.bytes.count == size else {
      throw Refusal(
        path,
        "the file has \(file.bytes.count) bytes, but its heading promises \(size): it is damaged")
    }
    var next = file.bytes.baseAddress! + heading
    for array in arrays {
      UnsafeMutableRawBufferPointer(array).copyMemory(
        from: UnsafeRawBufferPointer(start: next, count: 4 * array.count))
      next += 4 * array.count
      guard isFinite(UnsafeBufferPointer(array)) else {
        throw Refusal(path, "holds numbers that are NaN or infinite: it is damaged")
      }
    }
    func read<Number: BitwiseCopyable>(_ count: Int, as type: Number.Type) -> [Number] {
      defer { next += 4 * count }
      return (0..<count).map { (next + 4 * $0).loadUnaligned(as: type) }
    }
    let heldOut = progress.heldOut.count
    progress.losses = read(progress.losses.count, as: Float.self)
    progress.heldOut = Array(
      zip(read(heldOut, as: Int32.self).map(Int.init), read(heldOut, as: Float.self)))
    guard progress.heldOut.allSatisfy({ 0...progress.step ~= $0.step }),
      (progress.losses + progress.heldOut.map(\.loss)).allSatisfy({
        abs($0) <= Float(Trainer.largestLoss)
      })
    else { throw Refusal(path, "holds losses that no training has: it is damaged") }
  }
}
