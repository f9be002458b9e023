import Console
import Llama2

/// One HTML file with its data, style and script inside.
struct Page {
  let html: [UInt8]

  init(_ trace: Trace, of text: LookedAt, _ llama: Llama, _ options: Options) {
    let name = options.checkpoint.split(separator: "/").last.map(String.init) ?? ""
    var (vectors, headVectors): (JSON.Members, JSON.Members) = ([:], [:])
    for kind in ForwardStep.Kind.allCases {
      guard let values = trace.vectors[kind] else { continue }
      let name = Text(kind.rawValue)
      if Trace.headKinds.contains(kind) {
        headVectors[name] = packed(values.map(half))
      } else {
        vectors[name] = packed(values)
      }
    }
    let isFine = trace.detail.weightSteps > 255
    let data = JSON.object([
      "file": .string(Text(name)), "model": Self.model(llama, trace.checkpoint),
      "choice": Self.choice(options), "promptCount": .number(Double(text.promptCount)),
      "end": .number(Double(text.end ?? -1)), "tokens": packed(trace.tokens.map { Int32($0) }),
      "pieces": Self.pieces(trace, end: text.end, llama.tokenizer),
      "weightSteps": .number(Double(trace.detail.weightSteps)),
      "attention": isFine ? packed(trace.attention) : packed(trace.attention.map { UInt8($0) }),
      "headElements": .number(Double(trace.detail.elements)),
      "vectors": .object(vectors), "headVectors": .object(headVectors),
      "bestIds": packed(trace.best.ids), "bestLogits": packed(trace.best.logits),
      "logSums": packed(trace.logSums), "tempered": packed(trace.tempered),
      "surprises": packed(trace.surprises),
      "lensIds": packed(trace.lens.ids), "lensLogs": packed(trace.lens.logProbabilities),
      "answerLogs": packed(trace.answers),
    ])
    // In a script element nothing but "<" could end it.
    let json = data.encoded.utf8.flatMap { $0 == UInt8(ascii: "<") ? Array("\\u003c".utf8) : [$0] }
    html =
      Array("\(pageHead)<style>\n\(pageStyle)</style>\n\(pageBody)".utf8)
      + Array("<script type=\"application/json\" id=\"data\">".utf8) + json
      + Array("</script>\n<script>\n\(pageScript)</script>\n</html>\n".utf8)
  }

  private static func model(_ llama: Llama, _ checkpoint: Checkpoint) -> JSON {
    let (c, weights) = (checkpoint.config, checkpoint.weights)
    var model: JSON.Members = [
      "gguf": .bool(llama.isGGUF), "norm": .string(c.norm == .rms ? "rms" : "layer"),
      "activation": .string(c.activation == .swiglu ? "swiglu" : "gelu"),
    ]
    for (name, value) in [
      ("dim", c.dim), ("hiddenDim", c.hiddenDim), ("layers", c.nLayers), ("heads", c.nHeads),
      ("kvHeads", c.nKVHeads), ("headSize", c.headSize), ("vocabSize", c.vocabSize),
      ("context", c.seqLen), ("bytes", checkpoint.file.bytes.count),
    ] { model[Text(name)] = .number(Double(value)) }
    // What a relative of Llama may have beside its matrices.
    let layer = weights.layers[0]
    let has = [
      ("bq", layer.wq.bias), ("bk", layer.wk.bias), ("bv", layer.wv.bias), ("bo", layer.wo.bias),
      ("b1", layer.w1.bias), ("b2", layer.w2.bias), ("b3", layer.w3?.bias),
      ("b", weights.classifier.bias), ("normBias", layer.attentionNorm.bias),
      ("qNorm", layer.qNorm?.weight), ("kNorm", layer.kNorm?.weight),
      ("ropeFactors", weights.ropeFactors),
    ].compactMap { name, weight in weight.map { _ in (Text(name), 1.0) } }
    model["has"] = .numbers(Dictionary(uniqueKeysWithValues: has))
    if let rope = c.rope {
      model["rope"] = .numbers([
        "base": Double(rope.base), "size": Double(rope.size), "scale": Double(rope.positionScale),
      ])
    }
    return .object(model)
  }

  private static func choice(_ options: Options) -> JSON {
    let choice = options.choice
    var plain = GenerationOptions()
    (plain.temperature, plain.topK, plain.topP) = (choice.temperature, choice.topK, choice.topP)
    (plain.minP, plain.seed) = (choice.minP, choice.seed)
    return .numbers([
      "temperature": Double(choice.temperature), "topK": Double(choice.topK),
      "topP": Double(choice.topP), "minP": Double(choice.minP), "others": choice == plain ? 0 : 1,
    ])
  }

  /// The bytes of every token that the page names: ids, where the bytes of each end, and the bytes; of a
  /// control token those of its name, and a 1.
  private static func pieces(
    _ trace: Trace, end: Int?, _ tokenizer: Tokenizer
  ) -> JSON {
    let named = (trace.tokens + [end].compactMap { $0 }).map { Int32($0) }
    let ids = Set(named + trace.best.ids + trace.lens.ids).sorted()
    var bytes: [UInt8] = []
    var ends: [Int32] = []
    var marks: [UInt8] = []
    for id in ids {
      let (token, text) = (Int(id), tokenizer.decode(Int(id), after: -1))
      let isMark = token == tokenizer.bos || token == tokenizer.eos || text.isEmpty
      bytes += isMark ? Array(tokenizer.name(token).utf8)[...] : text
      ends.append(Int32(bytes.count))
      marks.append(isMark ? 1 : 0)
    }
    return .object([
      "ids": packed(ids), "ends": packed(ends), "bytes": packed(bytes), "marks": packed(marks),
    ])
  }
}

/// The nearest number of 16 bits (IEEE 754 binary16).
private func half(_ x: Float) -> UInt16 {
  UInt16(truncatingIfNeeded: float16(SIMD16(repeating: x))[0])
}

/// The bytes of numbers, little-endian as those of every machine that Swift runs on, in base64 (RFC 4648).
private func packed<Number>(_ numbers: [Number]) -> JSON {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  numbers.withUnsafeBytes { bytes in
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var bits = 0
      for i in 0..<3 { bits = bits << 8 | (i < count ? Int(bytes[start + i]) : 0) }
      for i in 0..<4 {
        text.append(i <= count ? letters[bits >> (18 - 6 * i) & 63] : UInt8(ascii: "="))
      }
    }
  }
  return .string(Text(text))
}
