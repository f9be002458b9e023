import Console
import Llama2

/// One run of this program: measures, and reports the figures.
struct Bench {
  private let options: Options
  private let effort: Effort
  private let limits: Limits
  private var report: Report
  private static let shippedModel = "models/stories.bin"

  init(_ options: Options) throws {
    self.options = options
    effort = options.isQuick ? .quick : .full
    limits = try Limits()
    report = Report(isJSON: options.isJSON)
  }

  mutating func run() throws {
    // Made before minutes are spent on what it shows, as the model is opened.
    let picture = try options.svg.map {
      try TargetFile(checkedTarget($0, force: true), size: 1 << 16)
    }
    let model = try options.model.map { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return try Model(name, path: path, threads: options.threads)
    }
    try measureLimits()
    if let model {
      try measure(model, hasDepth: true)
    } else {
      for shape in options.isQuick ? Shape.quick : Shape.all {
        for format in Format.all where format.fits(shape.config) { try measure(shape, format) }
      }
    }
    try report.line("")
    try measureText()
    try measureStart()
    if let picture {
      let chart = Chart(rows: report.rows.filter { $0.threads == options.threads.last })
      try Array(chart.svg.utf8).withUnsafeBytes(picture.write)
      try TargetFile.commit([picture])
    }
    try report.finish()
  }

  private mutating func measureLimits() throws {
    try report.add(
      ["machine": .string(Text(Machine.name)), "cores": .number(Double(Machine.cores))],
      "\(Machine.name), \(Machine.cores) cores")
    var figures: [JSON] = []
    for threads in options.threads {
      let (bandwidth, peak) = (limits.bandwidth(threads: threads), limits.peak(threads: threads))
      figures.append(
        .numbers(["threads": Double(threads), "bandwidth": bandwidth, "peak": peak]))
      try report.line(
        "limits of \(threads) thread\(threads == 1 ? "" : "s"): memory is read at"
          + " \((bandwidth / 1e9).fixed(1)) GB/s, fp32 is multiplied and added at"
          + " \((peak / 1e9).fixed(0)) GFLOP/s")
    }
    try report.add(["limits": .array(figures)], "\n" + Row.heading)
  }

  // MARK: - Models

  /// A shape in one format, if there is room for its file.
  private mutating func measure(_ shape: Shape, _ format: Format) throws {
    let model: Model
    do {
      model = try make(shape, format)
    } catch {
      return try report.add(note: "\(shape.name) in \(format.name) is left out: \(error)")
    }
    let hasDepth = shape.name == "110M" && ["fp32", "Q4_K_M"].contains(format.name)
    try measure(model, hasDepth: hasDepth)
  }

  /// A model of random weights. Its file is removed as soon as it is mapped, and stays in memory for
  /// as long as it is.
  private func make(_ shape: Shape, _ format: Format) throws -> Model {
    let random = try RandomModel(shape, format)
    let path = Machine.temporaryFolder + "/llama2-bench"
    guard random.size < Machine.memory * 2 / 5 else {
      throw Refusal("its \(megabytes(random.size)) are too many for this machine's memory")
    }
    Output.showProgress("writing \(shape.name) in \(format.name)")
    let file = try TargetFile(path, size: random.size)
    try random.write(to: file)
    return try withExtendedLifetime(file) {
      try Model(shape.name, format.name, path: file.temporaryPath, threads: options.threads)
    }
  }

  /// - Parameter hasDepth: whether decoding is measured near the end of the context too, or as far
  ///   towards it as a prompt of some seconds goes.
  private mutating func measure(_ model: Model, hasDepth: Bool) throws {
    for (threads, transformer) in model.transformers {
      func decode(at position: Int) -> Rate {
        Output.showProgress("measuring \(model.name) in \(model.format) on \(threads) thread(s)")
        let positions = position..<min(position + 24, model.config.seqLen)
        return model.decodeRate(transformer, positions, effort) {
          limits.bandwidth(threads: threads)
        }
      }
      let start = decode(at: 0)
      let prompt = model.promptRate(transformer, effort) { limits.peak(threads: threads) }
      try report.add(Row(model, threads: threads, decode: start, prompt: prompt))
      let end = min(model.config.seqLen, 4096, Int(4 * effort.seconds * prompt.tokensPerSecond))
      guard hasDepth, end > 48 else { continue }
      _ = transformer.forward(model.prompt(of: end - 24), at: 0)
      try report.add(
        Row(model, threads: threads, position: end - 24, decode: decode(at: end - 24)))
    }
  }

  // MARK: - What stands beside the model

  /// Tokenizer and sampler, on a text of the model, or of the one that ships.
  private mutating func measureText() throws {
    Output.showProgress("generating a text")
    let path = options.model ?? Self.shippedModel
    do {
      let text = try GeneratedText(
        model: path, tokenizer: options.tokenizer, threads: options.threads.last!, effort)
      let (rate, bytesPerToken) = text.encodingRate()
      try report.add(
        ["tokenizer": .numbers(["bytesPerSecond": rate, "bytesPerToken": bytesPerToken])],
        "tokenizer: \((rate / 1e6).fixed(1)) MB/s of a text of \(path),"
          + " \(bytesPerToken.fixed(1)) bytes a token")
      let (greedy, topP) = try text.samplingTimes()
      try report.add(
        ["sampler": .numbers(["greedy": greedy, "topP": topP])],
        "sampler:   \((greedy * 1e6).fixed(1)) µs greedily, \((topP * 1e6).fixed(1)) µs with"
          + " -t 1.0 -p 0.9, over the \(text.vocabSize) logits of each of its tokens")
    } catch let error as LlamaError {
      try report.add(note: "tokenizer and sampler are not measured: \(error)")
    }
  }

  /// The whole process of `run` for one token, if it is there.
  private mutating func measureStart() throws {
    var command = ["./run", options.model ?? Self.shippedModel, "-n", "1"]
    if let tokenizer = options.tokenizer { command += ["-z", tokenizer] }
    let line = command.joined(separator: " ")
    guard let time = processTime(command, effort) else {
      return try report.add(note: "process:   not measured, as \(line) does not work here")
    }
    try report.add(["start": .number(time)], "process:   \((time * 1e3).fixed(1)) ms for \(line)")
  }
}
