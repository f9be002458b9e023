import Console
import Llama2

/// One run of this program: measures, and writes the figures to standard output.
struct Bench {
  let options: Options
  private let effort: Effort
  private let bandwidth: Bandwidth
  private var rows: [Row] = []
  private static let shippedModel = "models/stories.bin"

  init(_ options: Options) throws {
    self.options = options
    effort = options.isQuick ? .quick : .full
    bandwidth = try Bandwidth()
  }

  mutating func run() throws {
    // Made before minutes are spent on what it shows.
    let picture = try options.svg.map {
      try TargetFile(checkedTarget($0, force: true), size: 1 << 16)
    }
    let reads = options.threads.map {
      "\((bandwidth.measure(threads: $0) / 1e9).fixed(1)) GB/s on \($0)"
    }
    try Output.line("\(Machine.name), \(Machine.cores) cores")
    try Output.line("threads that do nothing else read \(reads.joined(separator: ", "))")
    if let checkpoint = options.checkpoint {
      let file = checkpoint.split(separator: "/").last ?? "checkpoint"
      let name = String(file.prefix { $0 != "." }.prefix(11))
      let model = try Model(name, path: checkpoint, threads: options.threads)
      try Output.line("\n" + Row.heading)
      try measure(model)
      try measureEndOfContext(model)
      try measureTokenizer(vocabSize: model.config.vocabSize)
      try measureSampler(vocabSize: model.config.vocabSize)
    } else {
      try Output.line("\n" + Row.heading)
      for shape in Shape.all where !options.isQuick || Shape.quick.contains(shape.name) {
        try measure(shape)
      }
      try measureTokenizer()
      try measureSampler(vocabSize: 32000)
    }
    try measureStart()
    if let picture {
      let chart = Chart(rows: rows.filter { $0.threads == options.threads.last })
      try Array(chart.svg.utf8).withUnsafeBytes(picture.write)
      try TargetFile.commit([picture])
    }
  }

  /// A shape in fp32 and in int8, if there is room for its checkpoint.
  private mutating func measure(_ shape: Shape) throws {
    for format in ["fp32", "int8"] {
      let layout = shape.layout(isInt8: format == "int8")
      let size = Int(layout.fileSize)
      let path = Machine.temporaryFolder + "/llama2-bench"
      let fitsMemory = size < Machine.memory * 2 / 5
      guard fitsMemory, try size + size / 8 < freeSpace(beside: path) else {
        try Output.line(
          "\(shape.name) in \(format) is left out: its \((Double(size) / 1e9).fixed(1)) GB are too"
            + " many for \(fitsMemory ? Machine.temporaryFolder : "memory")")
        continue
      }
      Output.showProgress("writing \(shape.name) in \(format)")
      let model = try make(shape.name, layout, path: path, size: size)
      try measure(model)
      if shape.name == "110M" && format == "fp32" { try measureEndOfContext(model) }
    }
  }

  /// A model of random weights. Its file is removed as soon as it is mapped, and stays in memory for
  /// as long as it is.
  private func make(_ name: String, _ layout: Llama2C, path: String, size: Int) throws -> Model {
    let file = try TargetFile(path, size: size)
    try layout.writeRandom(to: file)
    return try withExtendedLifetime(file) {
      try Model(name, path: file.temporaryPath, threads: options.threads)
    }
  }

  private mutating func measure(_ model: Model) throws {
    for (threads, transformer) in model.transformers {
      Output.showProgress("measuring \(model.name) in \(model.format) on \(threads) thread(s)")
      let positions = 0..<min(32, model.config.seqLen)
      let decode = model.decodeRate(
        transformer, threads: threads, positions: positions, bandwidth, effort)
      try add(
        Row(
          shape: model.name, format: model.format, threads: threads, decode: decode,
          prompt: model.promptRate(transformer, effort)))
    }
  }

  /// Decoding where the KV cache is nearly full, and its bytes count.
  private mutating func measureEndOfContext(_ model: Model) throws {
    guard let (threads, transformer) = model.transformers.last, model.config.seqLen > 32 else {
      return
    }
    let positions = model.config.seqLen - 24..<model.config.seqLen
    Output.showProgress("reading a prompt of \(positions.lowerBound) tokens")
    _ = transformer.forward(model.prompt(of: positions.lowerBound), at: 0)
    let decode = model.decodeRate(
      transformer, threads: threads, positions: positions, bandwidth, effort)
    try add(
      Row(
        shape: model.name, format: model.format, threads: threads,
        position: positions.lowerBound, decode: decode, prompt: nil))
  }

  private mutating func add(_ row: Row) throws {
    Output.showProgress("")
    rows.append(row)
    try Output.line(row.line)
  }

  /// The vocabulary that was asked for or the one that ships, on stories of the model that ships.
  private func measureTokenizer(vocabSize: Int = 0) throws {
    Output.showProgress("generating a text")
    guard let shipped = try? Llama(checkpoint: Self.shippedModel, tokenizer: "tokenizer.bin") else {
      try Output.line("\ntokenizer: not measured, as \(Self.shippedModel) cannot be run here")
      return
    }
    let text = stories(of: shipped, bytes: options.isQuick ? 20_000 : 60_000)
    let given = try options.tokenizer.map { try Tokenizer(path: $0, vocabSize: vocabSize) }
    let rate = encodingRate(given ?? shipped.tokenizer, text, repeats: options.isQuick ? 3 : 9)
    Output.showProgress("")
    try Output.line(
      "\ntokenizer: \((rate.bytesPerSecond / 1e6).fixed(1)) MB/s, \(rate.bytesPerToken.fixed(1))"
        + " bytes of a story to each token")
  }

  private func measureSampler(vocabSize: Int) throws {
    let greedy = samplingTime(vocabSize: vocabSize, temperature: 0, topP: 0.9, repeats: 1001)
    let topP = samplingTime(vocabSize: vocabSize, temperature: 1, topP: 0.9, repeats: 1001)
    try Output.line(
      "sampler:   \((greedy * 1e6).fixed(1)) µs greedily, \((topP * 1e6).fixed(1)) µs with"
        + " -t 1.0 -p 0.9, over \(vocabSize) flat logits")
  }

  /// The whole process of `run` for one token, if it is there.
  private func measureStart() throws {
    var command = ["./run", options.checkpoint ?? Self.shippedModel, "-n", "1"]
    if let tokenizer = options.tokenizer { command += ["-z", tokenizer] }
    let line = command.joined(separator: " ")
    if let time = processTime(command, repeats: options.isQuick ? 11 : 51) {
      try Output.line("process:   \((time * 1e3).fixed(1)) ms for \(line)")
    } else {
      try Output.line("process:   not measured, as \(line) does not work here")
    }
  }
}
