import Console
import Llama2

/// How far a training has come.
struct Progress {
  /// Steps that were taken.
  var step = 0
  /// Of all steps; 0: not known yet.
  var steps = 0
  /// The loss of each step.
  var losses: [Float] = []
  /// The held-out losses, and the steps that were taken before.
  var heldOut: [(step: Int, loss: Float)] = []
}

/// What a training needs to go on: a heading of lines, each with a name and a value, an empty line, and
/// floats: the weights, the parameters of adapters, the moments, and the losses.
struct StateFile {
  private static let mark = "llama2.swift train 1"
  let path: String
  var settings: Settings
  let vocabSize: Int
  let isTied: Bool
  /// Of the corpus.
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
    let losses = progress.losses + progress.heldOut.flatMap { [Float($0.step), $0.loss] }
    let floats = arrays.reduce(losses.count) { $0 + $1.count }
    let file = try TargetFile(path, size: text.utf8.count + 4 * floats)
    try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    for array in arrays { try file.write(UnsafeRawBufferPointer(array)) }
    try losses.withUnsafeBytes(file.write)
    return file
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

  /// Reads the floats.
  mutating func read(_ file: MappedFile, into model: TrainedModel) throws {
    let heading = Self.lines(file.bytes).reduce(1) { $0 + $1.utf8.count + 1 }
    let arrays = Self.arrays(model)
    let size = progress.losses.count + 2 * progress.heldOut.count
    let floats = arrays.reduce(size) { $0 + $1.count }
    guard file.bytes.count == heading + 4 * floats else {
      throw Refusal(
        path,
        "the file has \(file.bytes.count) bytes, but its heading promises"
          + " \(heading + 4 * floats): it is damaged")
    }
    var next = file.bytes.baseAddress! + heading
    for array in arrays {
      UnsafeMutableRawBufferPointer(array).copyMemory(
        from: UnsafeRawBufferPointer(start: next, count: 4 * array.count))
      next += 4 * array.count
      guard isFinite(UnsafeBufferPointer(array)) else {
        throw Refusal(path, "holds weights that are NaN or infinite: it is damaged")
      }
    }
    let losses = (0..<size).map { (next + 4 * $0).loadUnaligned(as: Float.self) }
    let count = progress.losses.count
    progress.losses = Array(losses[..<count])
    progress.heldOut = stride(from: count, to: size, by: 2).map {
      (Int(losses[$0].isFinite ? max(0, losses[$0]) : 0), losses[$0 + 1])
    }
  }
}
