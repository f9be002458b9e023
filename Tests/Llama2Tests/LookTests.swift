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
      transformer.forward(tokens, at: 0) { step in
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
      }
      #expect(surprises.count == tokens.count - 1)
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
    let context = try Llama(checkpoint: file).config.seqLen
    let most = min(context, 256) - 1
    // Sampled so that hardly a text ends early.
    let options = ["-i", "the rain", "-t", "2", "-p", "1", "-s", "2"]
    for mode in [["-n", "\(most)"], [], ["-m", "chat", "--template", "zephyr", "-n", "\(most)"]] {
      let folder = try Folder()
      let run = try Program.look([file, "-o", folder["page.html"]] + options + mode)
      if run.status == 0 {
        let tokens = try Page(folder.read("page.html")).numbers("tokens", as: Int32.self)
        #expect(tokens.count <= context)
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
    #expect(file.cases.count > 5)
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
      (stage.checkpoint, ["-i", "the rain", "-n", "1"], "tokens"),
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
