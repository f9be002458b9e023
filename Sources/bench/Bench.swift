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
      try TargetFile(checkedTarget($0, force: true, kind: ("a picture", "<svg")), size: 1 << 16)
    }
    if let model = options.model, let tokenizer = options.tokenizer {
      _ = try Llama(checkpoint: model, tokenizer: tokenizer, threads: 1)
    }
    let model = try options.model.map { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return try Model(name, path: path, threads: options.threads)
    }
    try measureLimits()
    if let model {
      try measure(model, hasDepth: true)
      try measureTexts(of: model)
    } else {
      for shape in options.isQuick ? Shape.quick : Shape.all {
        for format in Format.all where format.fits(shape.config) { try measure(shape, format) }
      }
      if report.rows.isEmpty {
        throw Refusal(
          "no model was measured: set TMPDIR to a folder with room for them, found"
            + " \(Machine.temporaryFolder)")
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
    try report.add(
      ["limits": .array(figures)],
      "a share is of the limit as it is measured again beside its row\n\n" + Row.heading)
  }

  // MARK: - Models

  /// A shape in one format, if there is room for its file.
  private mutating func measure(_ shape: Shape, _ format: Format) throws {
    let (is110M, isInt8) = (shape.name == "110M", format.name == "int8")
    // As the draft model of the largest shape.
    let small = shape.name == "1.1B" && isInt8 ? Shape.all.first { $0.name == "15M" } : nil
    let (model, writer): (Model, Writer?)
    do {
      let file = try write(shape, format)
      // Files are removed as soon as they are mapped, and stay in memory for as long as they are.
      (model, writer) = try withExtendedLifetime(file) {
        let path = file.temporaryPath
        let writes = small != nil || is110M && ["fp32", "int8", "Q4_0"].contains(format.name)
        let draft = try small.map { try write($0, format) }
        return (
          try Model(shape.name, format.name, path: path, threads: options.threads),
          writes ? try self.writer(shape, path, draft: draft) : nil
        )
      }
    } catch {
      return try report.add(note: "\(shape.name) in \(format.name) is left out: \(error)")
    }
    try measure(model, hasDepth: is110M && ["fp32", "Q4_K_M"].contains(format.name))
    guard let writer else { return }
    if is110M { try measureBatch(model, writer) }
    if isInt8 { try measureDrafts(model, writer, (small.map { "\($0.name) " } ?? "") + "guesses") }
  }

  /// The file of a model of random weights, which is removed with the object.
  private func write(_ shape: Shape, _ format: Format) throws -> TargetFile {
    let random = try RandomModel(shape, format)
    guard random.size < usableMemory() * 2 / 5 else {
      throw Refusal("its \(megabytes(random.size)) are too many for this machine's memory")
    }
    Output.showProgress("writing \(shape.name) in \(format.name)")
    let file = try TargetFile(
      Machine.temporaryFolder + "/llama2-bench-\(shape.name)", size: random.size)
    try random.write(to: file)
    return file
  }

  /// A model of random weights with a vocabulary, to write texts.
  private func writer(_ shape: Shape, _ path: String, draft: TargetFile?) throws -> Writer {
    let bytes = shape.vocabulary
    let file = try TargetFile(
      Machine.temporaryFolder + "/llama2-bench-vocabulary", size: bytes.count)
    try bytes.withUnsafeBytes(file.write)
    try file.flush()
    return try withExtendedLifetime((file, draft)) {
      let threads = options.threads.last!
      let llama = try Llama(
        checkpoint: path, tokenizer: file.temporaryPath, threads: threads,
        draft: draft?.temporaryPath)
      return Writer(llama: llama, threads: threads)
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

  // MARK: - Tokens that are computed together

  /// The same of a file, with the vocabulary that `run` would take.
  private mutating func measureTexts(of model: Model) throws {
    do {
      let threads = options.threads.last!
      let llama = try Llama(
        checkpoint: options.model!, tokenizer: options.tokenizer, threads: threads)
      let writer = Writer(llama: llama, threads: threads)
      try measureBatch(model, writer)
      try measureDrafts(model, writer, "guesses")
    } catch let error as LlamaError {
      try report.add(note: "texts at once and guesses are not measured: \(error)")
    }
  }

  private mutating func measureBatch(_ model: Model, _ writer: Writer) throws {
    Output.showProgress("measuring 16 texts of \(model.name) in \(model.format)")
    let (alone, together) = writer.batchRates(effort)
    try report.add(
      Gain(
        shape: model.name, format: model.format, threads: writer.threads, name: "16 texts at once",
        alone: alone, together: together))
  }

  private mutating func measureDrafts(_ model: Model, _ writer: Writer, _ name: String) throws {
    Output.showProgress("measuring \(name) in \(model.name) in \(model.format)")
    let chances = [0.5, 0.7, 0.9]
    for (chance, rates) in zip(chances, writer.draftRates(chances, effort)) {
      let share = "\((100 * chance).fixed(0)) %"
      try report.add(
        Gain(
          shape: model.name, format: model.format, threads: writer.threads,
          name: "\(name), \(share)", alone: rates.alone, together: rates.together,
          chance: chance))
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
