import Foundation
import Testing

@testable import Llama2

/// `look` as a process: the data of its page, which must be the library's numbers. What the page makes of them
/// is tested in a browser (Tests/browser).
@Suite struct LookTests {
  /// A page, and its data.
  struct Page {
    let html: String
    private let members: [String: Any]

    init(_ file: [UInt8]) throws {
      html = String(decoding: file, as: UTF8.self)
      let start = try #require(html.range(of: #"<script type="application/json" id="data">"#))
      let rest = html[start.upperBound...]
      let end = try #require(rest.range(of: "</script>"))
      let data = Data(rest[..<end.lowerBound].utf8)
      members = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    func string(_ name: String) throws -> String { try #require(members[name] as? String) }

    func number(_ name: String) throws -> Int { try #require(members[name] as? Int) }

    func object(_ name: String) throws -> [String: Any] {
      try #require(members[name] as? [String: Any])
    }

    /// Numbers by their path.
    func numbers<Number>(_ path: String..., as: Number.Type) throws -> [Number] {
      var value: Any? = members
      for name in path { value = (value as? [String: Any])?[name] }
      let text = try #require(value as? String)
      let data = try #require(Data(base64Encoded: text))
      return data.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: MemoryLayout<Number>.stride).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Number.self)
        }
      }
    }
  }

  /// The page of a model, and what `look` said.
  private static func look(_ model: String, _ arguments: [String]) throws -> Page {
    let folder = try Folder()
    let path = folder["page.html"]
    let run = try Program.look([model, "-o", path] + arguments)
    #expect(run.status == 0 && run.output == "" && run.complaints.count == 2, "\(run.errors)")
    #expect(try folder.names == ["page.html"])
    return try Page(folder.read("page.html"))
  }

  /// A Llama whose heads share keys and values, with few and many tokens, one of many heads, and a GPT-2.
  private static func models() throws -> (stages: [Stage], files: [String]) {
    let stages = [
      try Stage(), try Stage(Shape(vocabSize: 600, tied: false), .v1),
      try Stage(Shape(dim: 96, nHeads: 48, nKVHeads: 48), .v1),
    ]
    let gpt2 = stages[0].folder["gpt2.gguf"]
    _ = try stages[0].folder.write(SmallGGUF(.gpt2, .gpt2).file.bytes, to: "gpt2.gguf")
    return (stages, stages.map(\.checkpoint) + [gpt2])
  }

  private static let arguments = ["-i", "the rain", "-n", "40", "-t", "0.8", "-s", "3"]

  @Test func theTextIsThatOfRun() throws {
    let folder = try Folder()
    let gpt2 = try folder.write(SmallGGUF(.gpt2, .gpt2).file.bytes, to: "gpt2.gguf")
    for file in [packageRoot + "/models/stories.bin", gpt2] {
      let page = try Self.look(file, Self.arguments)
      let llama = try Llama(checkpoint: file)
      let tokens = try page.numbers("tokens", as: Int32.self).map { Int($0) }
      let run = try Program.run([file] + Self.arguments)
      #expect(llama.tokenizer.decode(tokens) + "\n" == run.output)
      let prompt = llama.tokenizer.encode("the rain", bos: true, eos: false)
      #expect(try tokens.starts(with: prompt) && page.number("promptCount") == prompt.count)
    }
  }

  @Test func everyNumberIsTheLibrarys() throws {
    let (stages, files) = try Self.models()
    defer { withExtendedLifetime(stages) {} }
    for file in files {
      let page = try Self.look(file, Self.arguments)
      let llama = try Llama(checkpoint: file)
      let transformer = try Transformer(of: llama)
      let (config, tokens) = (
        llama.config, try page.numbers("tokens", as: Int32.self).map { Int($0) }
      )
      let (steps, elements) = (try page.number("weightSteps"), try page.number("headElements"))
      #expect(config.nHeads < 48 ? (steps, elements) == (65535, 3) : (steps, elements) == (255, 0))
      var attention: [Int] = []
      var vectors: [String: [Float]] = [:]
      var streams: [Float] = []
      transformer.forward(tokens, at: 0) { step in
        if [.embedding, .stream].contains(step.kind) { streams += step.values }
        if step.kind == .attention {
          for head in 0..<step.heads {
            for t in tokens.indices {
              attention += step[t, head: head].prefix(t + 1).map {
                Int(($0.squareRoot() * Float(steps)).rounded())
              }
            }
          }
          return
        }
        for t in tokens.indices {
          for head in 0..<step.heads {
            let all = Array(step[t, head: head])
            let norm = all.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
            vectors[step.kind.rawValue, default: []] +=
              [Float(norm)] + all.prefix(step.heads > 1 ? elements : 3)
          }
        }
      }
      let roots =
        steps > 255
        ? try page.numbers("attention", as: UInt16.self).map { Int($0) }
        : try page.numbers("attention", as: UInt8.self).map { Int($0) }
      #expect(roots == attention)
      let (whole, ofHeads) = (try page.object("vectors"), try page.object("headVectors"))
      #expect(whole.count == 7 && ofHeads.count == 6 && vectors.count == 13)
      for (kind, expected) in vectors {
        if whole[kind] != nil {
          #expect(try page.numbers("vectors", kind, as: Float.self) == expected, "\(kind)")
          continue
        }
        let halves = try page.numbers("headVectors", kind, as: UInt16.self).map { F16.float($0) }
        #expect(halves.count == expected.count)
        // Of 11 bits, or a multiple of the smallest number.
        #expect(
          zip(halves, expected).allSatisfy { abs($0 - $1) <= max(abs($1) * 0x1p-11, 0x1p-25) },
          "\(kind)")
      }

      // What is likely behind each token, from the logits of `forward` on a text that ends there.
      let (ids, logits, sums) = (
        try page.numbers("bestIds", as: Int32.self), try page.numbers("bestLogits", as: Float.self),
        try page.numbers("logSums", as: Float.self)
      )
      let surprises = try page.numbers("surprises", as: Float.self)
      let (lens, lensLogs) = (
        try page.numbers("lensIds", as: Int32.self), try page.numbers("lensLogs", as: Float.self)
      )
      let (tempered, answers) = (
        try page.numbers("tempered", as: Float.self), try page.numbers("answerLogs", as: Float.self)
      )
      #expect(tempered.count == 41 * tokens.count)
      #expect(answers.count == (config.nLayers + 1) * tokens.count)
      let best = min(200, config.vocabSize)
      for t in tokens.indices {
        let all = Array(transformer.forward([tokens[t]], at: t))
        let order = all.indices.sorted { (-all[$0], $0) < (-all[$1], $1) }
        #expect(ids[t * best..<(t + 1) * best].map { Int($0) } == Array(order.prefix(best)))
        #expect(Array(logits[t * best..<(t + 1) * best]) == order.prefix(best).map { all[$0] })
        let sum = log(all.map { exp(Double($0)) }.reduce(0, +))
        #expect(abs(Double(sums[t]) - sum) < 1e-4)
        if t + 1 < tokens.count {
          #expect(abs(Double(surprises[t]) - (sum - Double(all[tokens[t + 1]]))) < 1e-4)
        }
        let last = 5 * (config.nLayers * tokens.count + t)
        #expect(lens[last..<last + 5].map { Int($0) } == Array(order.prefix(5)))
        for i in 0..<5 {
          #expect(abs(Double(lensLogs[last + i]) - (Double(all[order[i]]) - sum)) < 1e-4)
        }
        for (i, temperature) in ([0.8] + (1...40).map { 0.05 * Double($0) }).enumerated() {
          let scores = all.map { exp(Double($0 - all[order[0]]) / temperature) }
          #expect(abs(Double(tempered[41 * t + i]) - log(scores.reduce(0, +))) < 1e-3)
        }
        for layer in 0...config.nLayers {
          let start = (layer * tokens.count + t) * config.dim
          let logits = streams[start..<start + config.dim].withUnsafeBufferPointer {
            transformer.logits(ofStreams: $0).map { Double($0) }
          }
          let log = logits[order[0]] - log(logits.map(exp).reduce(0, +))
          #expect(abs(Double(answers[layer * tokens.count + t]) - log) < 1e-3)
        }
      }
      #expect(surprises.count == tokens.count - 1)
    }
  }

  /// What a page says of its model, of the options and of the tokens that it names.
  @Test func whatIsSaidOfTheModelIsTrue() throws {
    let (stages, files) = try Self.models()
    defer { withExtendedLifetime(stages) {} }
    for file in files {
      let page = try Self.look(file, Self.arguments + ["--top-k", "30", "--min-p", "0.25"])
      let llama = try Llama(checkpoint: file)
      let (c, model) = (llama.config, try page.object("model"))
      let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
      for (name, expected) in [
        ("dim", c.dim), ("hiddenDim", c.hiddenDim), ("layers", c.nLayers), ("heads", c.nHeads),
        ("kvHeads", c.nKVHeads), ("headSize", c.headSize), ("vocabSize", c.vocabSize),
        ("context", c.seqLen), ("bytes", try #require(size)),
      ] { #expect(model[name] as? Int == expected, "\(name)") }
      let isGPT2 = file.hasSuffix("gguf")
      #expect(model["gguf"] as? Bool == isGPT2 && (model["rope"] == nil) == isGPT2)
      #expect(model["norm"] as? String == (isGPT2 ? "layer" : "rms"))
      #expect(model["activation"] as? String == (isGPT2 ? "gelu" : "swiglu"))
      let has = try #require(model["has"] as? [String: Int])
      #expect((has["bq"] == 1 && has["normBias"] == 1) == isGPT2 && has["qNorm"] == nil)

      let choice = try page.object("choice").mapValues { ($0 as? NSNumber)?.floatValue }
      #expect(
        choice == ["temperature": 0.8, "topK": 30, "topP": 0.9, "minP": 0.25, "others": 0])

      let (ids, ends) = (
        try page.numbers("pieces", "ids", as: Int32.self).map { Int($0) },
        try page.numbers("pieces", "ends", as: Int32.self).map { Int($0) }
      )
      let (bytes, marks) = (
        try page.numbers("pieces", "bytes", as: UInt8.self),
        try page.numbers("pieces", "marks", as: UInt8.self)
      )
      let named = ["tokens", "bestIds", "lensIds"]
      let all = try Set(named.flatMap { try page.numbers($0, as: Int32.self).map { Int($0) } })
      #expect(all.isSubset(of: ids) && marks.count == ids.count && bytes.count == ends.last)
      for (i, id) in ids.enumerated() {
        let (piece, tokenizer) = (bytes[(i > 0 ? ends[i - 1] : 0)..<ends[i]], llama.tokenizer)
        let isMark = id == tokenizer.bos || id == tokenizer.eos || marks[i] == 1
        #expect(marks[i] == (isMark ? 1 : 0))
        #expect(isMark || piece == tokenizer.decode(id, after: -1)[...])
        #expect(!isMark || Array(piece) == Array(tokenizer.name(id).utf8))
      }
    }
  }

  @Test func twoPagesOfOneTextAreTheSameBytes() throws {
    let stage = try Stage()
    let pages = try (0..<3).map { _ in try Self.look(stage.checkpoint, Self.arguments).html }
    #expect(Set(pages).count == 1)
  }

  /// What look did not write stays as it is.
  @Test func onlyAPageIsReplaced() throws {
    let stage = try Stage()
    let arguments = [stage.checkpoint, "-n", "3", "-t", "0"]
    let text = try stage.folder.write(Array("<!doc".utf8), to: "notes.txt")
    for name in ["tokenizer.bin", "notes.txt"] {
      let before = try stage.folder.read(name)
      let run = try Program.look(arguments + ["-o", stage.folder[name]])
      #expect(run.isRefusal(by: "look") && run.errors.contains("not a page"), "\(run)")
      #expect(try stage.folder.read(name) == before)
    }
    let own = try Program.look(arguments + ["-z", text, "-o", text])
    #expect(own.isRefusal(by: "look") && own.errors.contains("source"), "\(own)")
    try stage.folder.write([], to: "page.html")
    for steps in ["2", "4"] {
      let run = try Program.look(
        [stage.checkpoint, "-t", "0", "-o", stage.folder["page.html"], "-n", steps])
      #expect(run.status == 0, "\(run)")
      let tokens = try Page(stage.folder.read("page.html")).numbers("tokens", as: Int32.self)
      #expect("\(tokens.count - 1)" == steps)
    }
    #expect(try stage.folder.names == ["model.bin", "notes.txt", "page.html", "tokenizer.bin"])
  }

  /// The last token of a text is read for the page alone.
  @Test func aModelThatComputesNoNumbersIsRefused() throws {
    let folder = try Folder()
    var model = Model(Shape(tied: false))
    let file = try folder.write(model.bytes(.v1), to: "model.bin")
    try folder.write(Vocabulary.english(size: model.shape.vocabSize).file, to: "tokenizer.bin")
    let arguments = [file, "-n", "1", "-t", "0", "--ban", "1", "--ban", "2", "-o", folder["page"]]
    #expect(try Program.look(arguments).status == 0)
    let token = try Page(folder.read("page")).numbers("tokens", as: Int32.self)[1]
    try FileManager.default.removeItem(atPath: folder["page"])
    for value in [Float.nan, .infinity] {
      model.embedding.values[Int(token) * model.shape.dim + 3] = value
      try folder.write(model.bytes(.v1), to: "model.bin")
      let run = try Program.look(arguments)
      let error = LlamaError.notFinite(path: file, position: 1)
      #expect(run.isRefusal(by: "look") && run.errors == "look: \(error)\n", "\(run)")
      #expect(try folder.names == ["model.bin", "tokenizer.bin"])
    }
  }

  /// A page shows what is computed together, in a chat as well.
  @Test func aTextIsOneBlock() throws {
    let folder = try Folder()
    var model = SmallGGUF()
    model["llama.context_length"] = .uint32(400)
    let file = try folder.write(model.file.bytes, to: "model.gguf")
    for length in stride(from: 190, to: 250, by: 3) {
      let run = try Program.look([
        file, "-m", "chat", "--template", "chatml", "-t", "0", "-n", "255", "-o", folder["page"],
        "-i", String(repeating: "a", count: length),
      ])
      if run.status == 0 {
        let tokens = try Page(folder.read("page")).numbers("tokens", as: Int32.self)
        #expect(tokens.count > length && tokens.count <= 256)
      } else {
        #expect(run.isRefusal(by: "look"), "\(run)")
      }
    }
  }

  /// The eleven steps name what is in the library.
  @Test func theWaysFunctionsAreInTheSources() throws {
    let folder = packageRoot + "/Sources/"
    let page = try String(contentsOfFile: folder + "look/PageScript.swift", encoding: .utf8)
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "Llama2")
    let sources = try files.filter { $0.hasSuffix(".swift") }.map {
      try String(contentsOfFile: folder + "Llama2/" + $0, encoding: .utf8)
    }.joined()
    let lines = page.split(separator: "\n").filter { $0.contains("where: ") }
    #expect(lines.count == 11)
    for line in lines {
      // The quoted strings, names between commas, with or without arguments.
      let quoted = line.split(separator: "where: ")[1].split(
        separator: "\"", omittingEmptySubsequences: false)
      let names = stride(from: 1, to: quoted.count, by: 2).flatMap {
        quoted[$0].split(separator: ", ").map { $0.prefix { $0 != "(" } }
      }
      #expect(!names.isEmpty)
      for part in names.flatMap({ $0.split(separator: ".") }) where part != "init" {
        let declaration = "(func|struct|class|enum) \(part)\\b"
        #expect(sources.range(of: declaration, options: .regularExpression) != nil, "\(part)")
      }
    }
  }

  @Test func inAChatTheTextHasWhatTheTemplateWrites() throws {
    let folder = try Folder()
    let file = try folder.write(SmallGGUF().file.bytes, to: "model.gguf")
    let page = try Self.look(
      file, ["-m", "chat", "--template", "chatml", "-i", "Hi", "-t", "0", "-n", "60"])
    let tokens = try page.numbers("tokens", as: Int32.self).map { Int($0) }
    #expect(
      tokens.contains(SmallGGUF.id("<|im_start|>")) && tokens.contains(SmallGGUF.id("<|im_end|>")))
    // The reply of this model.
    #expect(tokens.suffix(2) == SmallGGUF.ids("Hi")[...])
    #expect(try page.number("promptCount") == tokens.count - 2)
    #expect(try page.number("end") == SmallGGUF.id("<|im_end|>"))
  }

  @Test func whatIsTypedIsDataAndNothingElse() throws {
    let stage = try Stage()
    // A prompt is packed: the name of the file is the text that stands in the data as it is.
    let model = stage.folder["<!--<script>\"'&.bin"]
    try FileManager.default.copyItem(atPath: stage.checkpoint, toPath: model)
    let prompt = "</script><script>alert(1)</script><!-- \"'&\u{1}\u{202E}\u{2028}"
    let page = try Self.look(model, ["-i", prompt, "-n", "120", "-s", "1"])
    #expect(try page.string("file") == "<!--<script>\"'&.bin")
    #expect(page.html.components(separatedBy: "</script>").count == 3)
    #expect(page.html.components(separatedBy: "<script").count == 3)
    #expect(!page.html.contains("alert(") && !page.html.contains("<!--"))
    let tokens = try page.numbers("tokens", as: Int32.self).map { Int($0) }
    let llama = try Llama(checkpoint: stage.checkpoint)
    #expect(llama.tokenizer.decode(tokens).hasPrefix(prompt))
  }

  @Test func aPageAsksForNothingFromAnywhere() throws {
    let stage = try Stage()
    let html = try Self.look(stage.checkpoint, ["-n", "5", "-s", "1"]).html
    for mark in ["src=", "href=", "url(", "import ", "fetch(", "eval(", "innerHTML", "XMLHttp"] {
      #expect(!html.contains(mark), "\(mark)")
    }
    // The name of the elements of SVG is no address that is asked for.
    #expect(html.components(separatedBy: "http").count == 3)
    #expect(html.contains("default-src 'none'"))
  }

  @Test(arguments: [12, 20, 27, 32, 48]) func aPageOfTwelveLayersIsSmall(_ heads: Int) throws {
    let shape = Shape(
      dim: heads * 4, hiddenDim: 64, nLayers: 12, nHeads: heads, nKVHeads: heads, vocabSize: 600,
      seqLen: 128)
    let stage = try Stage(shape, .v1)
    let page = try Self.look(stage.checkpoint, ["-n", "63", "-t", "0"])  // With BOS 64 tokens.
    #expect(try page.numbers("tokens", as: Int32.self).count == 64)
    #expect(page.html.utf8.count < 3_000_000)
  }

  /// Models of all kinds at their limits: a text fills the context or the page, and one more is refused.
  @Test(arguments: ["q4_k", "gpt2-q8_0", "qwen2-q8_0", "qwen3-k", "partial-rope", "mixed"])
  func aTextMayFillTheContext(_ name: String) throws {
    let file = packageRoot + "/Tests/Llama2Tests/Fixtures/gguf/\(name).gguf"
    let llama = try Llama(checkpoint: file)
    let (context, bos) = (llama.config.seqLen, llama.tokenizer.bos)
    let most = min(context, 256) - 1
    // Sampled so that hardly a text ends early.
    let options = ["-i", "the rain", "-t", "2", "-p", "1", "-s", "2"]
    for mode in [["-n", "\(most)"], [], ["-m", "chat", "--template", "zephyr", "-n", "\(most)"]] {
      let folder = try Folder()
      let run = try Program.look([file, "-o", folder["page.html"]] + options + mode)
      if run.status == 0 {
        let page = try Page(folder.read("page.html"))
        let tokens = try page.numbers("tokens", as: Int32.self)
        #expect(tokens.count <= context)
        let steps = tokens.count - (tokens.first.map { Int($0) } == bos ? 1 : 0)
        let expected = mode.isEmpty ? min(64, most) : most
        #expect(try mode.contains("chat") || steps == expected || page.number("end") >= 0)
      } else {
        #expect(mode.contains("chat") && run.isRefusal(by: "look"), "\(run)")
        #expect(try folder.names.isEmpty)
      }
    }
    if most < 255 {
      let folder = try Folder()
      let run = try Program.look(
        [file, "-o", folder["page.html"], "-n", "\(most + 1)"] + options)
      #expect(run.isRefusal(by: "look") && run.errors.contains("context"), "\(run)")
      #expect(try folder.names.isEmpty)
    }
  }

  /// The numbers that the browser's test holds the page's sampler against.
  @Test func theChancesOfTheBrowsersTestAreTheSamplers() throws {
    struct Cases: Decodable {
      struct Case: Decodable {
        struct Choice: Decodable { let temperature, topP, minP: Float, topK: Int }
        let choice: Choice
        let shares: [Double], beyond: Double
      }
      let logits: [Float], cases: [Case]
    }
    let path = packageRoot + "/Tests/browser/chances.json"
    let file = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: URL(filePath: path)))
    #expect(file.cases.count > 5 && file.cases.allSatisfy { $0.shares.count == 200 })
    for one in file.cases {
      var options = GenerationOptions()
      (options.temperature, options.topK) = (one.choice.temperature, one.choice.topK)
      (options.topP, options.minP) = (one.choice.topP, one.choice.minP)
      var p = file.logits.map { $0 / options.temperature }
      p.withUnsafeMutableBufferPointer { Steps.softmax($0.baseAddress!, $0.count) }
      // As many of these coins give a token as it has chances.
      let coins = 20_000
      var drawn = [Double](repeating: 0, count: p.count)
      p.withUnsafeBufferPointer { p in
        withUnsafeTemporaryAllocation(of: Candidates.Candidate.self, capacity: 2 * p.count) {
          let left = Candidates(p, options, scratch: $0) {
            file.logits[$0] / options.temperature
          }
          for coin in 0..<coins {
            drawn[left.draw((Float(coin) + 0.5) / Float(coins))!] += 1 / Double(coins)
          }
        }
      }
      #expect(zip(drawn, one.shares).allSatisfy { abs($0 - $1) < 1e-3 }, "\(one.choice)")
      #expect(abs(drawn[200...].reduce(0, +) - one.beyond) < 1e-3, "\(one.choice)")
    }
  }

  /// The rows of the logit lens below the last one, by a textbook's streams.
  @Test func theLensIsTheTextbooks() throws {
    let shape = Shape(vocabSize: 600, tied: false)
    let (folder, model) = (try Folder(), Model(shape))
    let file = try folder.write(model.bytes(.v1), to: "model.bin")
    try folder.write(Vocabulary.english(size: shape.vocabSize).file, to: "tokenizer.bin")
    let page = try Self.look(file, ["-i", "the rain", "-n", "12", "-s", "1"])
    let tokens = try page.numbers("tokens", as: Int32.self).map { Int($0) }
    let logs = try page.numbers("lensLogs", as: Float.self)
    let ids = try page.numbers("lensIds", as: Int32.self).map { Int($0) }
    var oracle = Oracle(model, .v1)
    for (t, token) in tokens.enumerated() {
      _ = oracle.forward(token)
      let streams = try #require(oracle.seen["embedding"]) + #require(oracle.seen["stream"])
      #expect(streams.count == shape.nLayers + 1)
      for (layer, stream) in streams.enumerated() {
        let logits = oracle.logits(of: stream)
        let sum = log(logits.map(exp).reduce(0, +))
        let first = 5 * (layer * tokens.count + t)
        let best = logits.sorted(by: >)
        for i in 0..<5 {
          #expect(abs(Double(logs[first + i]) - (best[i] - sum)) < 1e-3, "\(layer) \(t)")
          #expect(abs(logits[ids[first + i]] - best[i]) < 1e-3, "\(layer) \(t)")
        }
      }
    }
  }

  @Test(arguments: ["-h", "--help"]) func theUsageNamesEveryFlag(_ flag: String) throws {
    let run = try Program.look(["model.bin", flag])
    #expect(run.status == 0 && run.errors == "")
    for flag in [
      "-i", "-n", "-o", "-m", "-y", "--template", "-t", "--top-k", "-p", "--min-p", "--typical-p",
      "--ban", "-s", "-z", "-j", "-h",
    ] { #expect(run.output.contains("  \(flag)"), "\(flag)") }
  }

  @Test(arguments: [
    "-n 0", "-n 256", "-n", "-q", "a b", "-t -1", "-m score", "", "-o . a", "-i x --draft none",
    "a -y b", "a --template chatml",
  ])
  func aBadFlagIsNamedInOneSentence(_ line: String) throws {
    let run = try Program.look(line.split(separator: " ").map(String.init))
    #expect(run.isRefusal(by: "look"), "\(run)")
  }

  @Test func whatCannotBeShownIsRefusedAndLeavesNoFile() throws {
    let stage = try Stage()
    let many = try Stage(Shape(dim: 192, nLayers: 24, nHeads: 24, nKVHeads: 24), .v1)
    for (model, arguments, mark) in [
      (stage.checkpoint, ["-i", String(repeating: "rain ", count: 100)], "-n 255"),
      (stage.checkpoint, ["-i", "rain rain rain", "-n", "1"], "expected -n"),
      (many.checkpoint, ["-n", "255"], "at most"), (stage.checkpoint, ["--ban", "9999"], "9999"),
      (stage.checkpoint, ["-m", "chat", "--template", "odd"], "odd"),
      (stage.checkpoint, ["-o", ""], "name of a file"),
      (stage.folder["missing.gguf"], [], "missing.gguf"),
      (stage.folder["tokenizer.bin"], [], "tokenizer.bin"),
    ] {
      let folder = try Folder()
      let run = try Program.look([model, "-o", folder["page.html"]] + arguments)
      #expect(run.isRefusal(by: "look") && run.errors.contains(mark), "\(run)")
      #expect(try folder.names.isEmpty)
    }
    let over = try Program.look([stage.checkpoint, "-o", stage.checkpoint])
    #expect(over.isRefusal(by: "look") && over.errors.contains("source"))
  }
}
