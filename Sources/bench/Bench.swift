import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One run of this program: measures and tells.
struct Bench {
  let options: Options
  private let effort: Effort
  private let bandwidth: Bandwidth
  private(set) var rows: [Row] = []

  init(_ options: Options) throws {
    self.options = options
    effort = options.isQuick ? .quick : .full
    bandwidth = try Bandwidth()
  }

  mutating func run() throws {
    if let path = options.svg { try checkThatItCanBeWritten(path) }
    let reads = options.threads.map {
      "\((bandwidth.measure(threads: $0) / 1e9).fixed(1)) GB/s on \($0)"
    }
    try say("\(Machine.name), \(Machine.cores) cores")
    try say("threads that do nothing else read \(reads.joined(separator: ", "))")
    if let checkpoint = options.checkpoint {
      let file = checkpoint.split(separator: "/").last ?? "checkpoint"
      let name = file.hasSuffix(".bin") ? file.dropLast(4) : file
      let model = try Model(String(name.prefix(11)), path: checkpoint, threads: options.threads)
      let vocabSize = model.config.vocabSize
      let tokenizer = try options.tokenizer.map { try Tokenizer(path: $0, vocabSize: vocabSize) }
      try say("\n" + Row.heading)
      try measure(model)
      try measureEndOfContext(model)
      try measureText(tokenizer, vocabSize: vocabSize)
    } else {
      try say("\n" + Row.heading)
      for shape in Shape.all where !options.isQuick || Shape.quick.contains(shape.name) {
        try measure(shape)
      }
      try measureText(nil, vocabSize: 32000)
    }
    try measureStart()
    if let path = options.svg { try draw(path) }
  }

  /// Before minutes are spent on what the picture shows.
  private func checkThatItCanBeWritten(_ path: String) throws {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard access(access(path, F_OK) == 0 ? path : folder, W_OK) == 0 else {
      throw BenchError("\(path): the picture cannot be written: \(systemReason)")
    }
  }

  /// The rates of the last number of threads as a picture.
  private func draw(_ path: String) throws {
    let chart = Chart(rows: rows.filter { $0.threads == options.threads.last })
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    defer { close(file) }
    guard file >= 0, Array(chart.svg.utf8).withUnsafeBytes({ writeAll($0, to: file) }) else {
      throw BenchError("\(path): the picture cannot be written: \(systemReason)")
    }
  }

  /// A shape in fp32 and in int8, if there is room for its checkpoint.
  private mutating func measure(_ shape: Shape) throws {
    for groupSize in [0, shape.groupSize] {
      let size = shape.fileSize(groupSize: groupSize)
      let format = groupSize == 0 ? "fp32" : "int8"
      guard size < Machine.memory * 2 / 5, size + size / 8 < TemporaryFile.room else {
        let place = size < Machine.memory * 2 / 5 ? TemporaryFile.folder : "memory"
        try say(
          "\(shape.name) in \(format) is left out: its \((Double(size) / 1e9).fixed(1)) GB are too"
            + " many for \(place)")
        continue
      }
      showProgress("writing \(shape.name) in \(format)")
      let model = try TemporaryFile.with { path, descriptor in
        try shape.write(to: descriptor, groupSize: groupSize)
        return try Model(shape.name, path: path, threads: options.threads)
      }
      try measure(model)
      if shape.name == "110M" && groupSize == 0 { try measureEndOfContext(model) }
    }
  }

  private mutating func measure(_ model: Model) throws {
    for (threads, transformer) in model.transformers {
      showProgress("measuring \(model.name) in \(model.format) on \(threads) thread(s)")
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
    showProgress("reading a prompt of \(positions.lowerBound) tokens")
    _ = transformer.forward(model.prompt(of: positions.lowerBound), at: 0)
    let decode = model.decodeRate(
      transformer, threads: threads, positions: positions, bandwidth, effort)
    try add(
      Row(
        shape: model.name, format: model.format, threads: threads,
        position: positions.lowerBound, decode: decode, prompt: nil))
  }

  private mutating func add(_ row: Row) throws {
    showProgress("")
    rows.append(row)
    try say(row.line)
  }

  private func measureText(_ given: Tokenizer?, vocabSize: Int) throws {
    showProgress("making a text and a vocabulary")
    var english = EnglishLike()
    let text = english.text(bytes: 900_000)
    let tokenizer = try given ?? makeTokenizer(of: text, vocabSize: vocabSize)
    let rate = encodingRate(tokenizer, text, repeats: options.isQuick ? 3 : 9)
    let greedy = samplingTime(vocabSize: vocabSize, temperature: 0, topP: 0.9, repeats: 1001)
    let topP = samplingTime(vocabSize: vocabSize, temperature: 1, topP: 0.9, repeats: 1001)
    showProgress("")
    try say(
      "\ntokenizer: \((rate.bytesPerSecond / 1e6).fixed(1)) MB/s, \(vocabSize) tokens,"
        + " \(rate.bytesPerToken.fixed(1)) bytes of English-like text to each")
    try say(
      "sampler:   \((greedy * 1e6).fixed(1)) µs greedily, \((topP * 1e6).fixed(1)) µs with"
        + " -t 1.0 -p 0.9, over \(vocabSize) flat logits")
  }

  private func makeTokenizer(of text: String, vocabSize: Int) throws -> Tokenizer {
    try TemporaryFile.with { path, descriptor in
      let file = try vocabulary(of: text, size: vocabSize)
      guard file.withUnsafeBytes({ writeAll($0, to: descriptor) }) else {
        throw BenchError("\(path): a vocabulary cannot be written: \(systemReason)")
      }
      return try Tokenizer(path: path, vocabSize: vocabSize)
    }
  }

  /// The whole process of `run` for one token, if it is there.
  private func measureStart() throws {
    var command = ["./run", options.checkpoint ?? "models/stories.bin", "-n", "1"]
    if let tokenizer = options.tokenizer { command += ["-z", tokenizer] }
    let line = command.joined(separator: " ")
    if let time = processTime(command, repeats: options.isQuick ? 11 : 51) {
      try say("process:   \((time * 1e3).fixed(1)) ms for \(line)")
    } else {
      try say("process:   not measured, as \(line) does not work here")
    }
  }
}
