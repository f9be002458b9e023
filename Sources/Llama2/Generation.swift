#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A text as it is generated: a sequence of pieces, to go through once.
public final class Generation: Sequence, IteratorProtocol {
  let context: TextContext
  private let prompt: [Int]
  /// Whether the first token of the prompt stands for the beginning, and is not emitted.
  private let beginsWithMark: Bool
  /// How many tokens have been emitted, BOS included.
  private var emitted = 0
  /// The first token behind the prompt, which is known before the prompt is emitted.
  private var first: Int?
  /// The last token that was emitted.
  private var last: Int
  private var ended = false

  /// What ended the text before its end, if anything did.
  public private(set) var error: LlamaError?
  /// Called while a long prompt is read, with the tokens done and in all; returning false ends the
  /// text.
  public var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)? {
    get { context.onPromptProgress }
    set { context.onPromptProgress = newValue }
  }
  /// Tokens in the prompt, BOS included.
  public var promptTokens: Int { prompt.count }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }

  init(_ context: TextContext, prompt: [Int]) {
    let bos = context.llama.tokenizer.bos
    self.context = context
    beginsWithMark = prompt.isEmpty || prompt[0] == bos
    self.prompt = prompt.isEmpty ? [context.llama.tokenizer.startOfText] : prompt
    last = bos ?? -1
  }

  /// The next piece, or nil at the end. A piece holds whole characters: where a character's bytes
  /// are tokens of their own, it waits for the last of them.
  public func next() -> String? {
    while !ended {
      guard let token = nextToken(), !isEnd(token) else {
        ended = true
        return context.text.rest()
      }
      let piece = context.text.append(token, after: last)
      last = token
      if !piece.isEmpty { return piece }
    }
    return nil
  }

  /// Whether the text ends before `token`. In front of the first one BOS is no end.
  private func isEnd(_ token: Int) -> Bool {
    emitted > prompt.count && context.llama.tokenizer.endsText(token)
  }

  private func nextToken() -> Int? {
    do {
      // The prompt is read before it is emitted: nothing is emitted of a checkpoint that computes
      // NaN.
      if emitted == 0 {
        if prompt.count <= context.steps {
          first = try context.next(after: prompt)
          if first == nil { return nil }
        }
        if beginsWithMark { emitted = 1 }
      }
      guard emitted < context.steps + (beginsWithMark ? 1 : 0) else { return nil }
      emitted += 1
      if emitted <= prompt.count { return prompt[emitted - 1] }
      return try emitted == prompt.count + 1 ? first : context.next(after: [last])
    } catch {
      self.error = error
      return nil
    }
  }
}

/// How many tokens went through the transformer, and in what time.
public struct Speed: Sendable {
  /// Tokens of prompts of more than one token, read in blocks.
  public fileprivate(set) var promptTokens = 0
  public fileprivate(set) var promptSeconds = 0.0
  /// Tokens generated one by one, the first one after a prompt left out.
  public fileprivate(set) var generatedTokens = 0
  public fileprivate(set) var generatedSeconds = 0.0
}

/// One text in the making: its KV cache and the place in it, the sampler, and bytes that wait to become
/// characters.
final class TextContext {
  /// Tokens of a long prompt between two reports of its progress.
  static let progressStep = 512

  let llama: Llama
  let steps: Int
  var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)?
  /// A KV cache of this text's own, or why there is no memory for one.
  let transformer: Result<Transformer, LlamaError>
  var sampler: Sampler
  var position = 0
  var text: TextJoiner
  var speed = Speed()
  private var lastTokenTime = 0.0

  init(_ llama: Llama, steps: Int, temperature: Float, topP: Float, seed: UInt64?) {
    let config = llama.config
    self.llama = llama
    transformer = Result { () throws(LlamaError) in try Transformer(llama.model) }
    self.steps = steps <= 0 ? config.seqLen : min(steps, config.seqLen)
    let seed = seed ?? 0
    sampler = Sampler(
      vocabSize: config.vocabSize, temperature: temperature, topP: topP,
      seed: seed == 0 ? UInt64(time(nil)) : seed)
    text = TextJoiner(tokenizer: llama.tokenizer)
  }

  /// Reads `tokens` and samples the one after them; nil if the caller gave up on a long prompt.
  func next(after tokens: [Int]) throws(LlamaError) -> Int? {
    let start = now()
    guard let logits = try read(tokens) else { return nil }
    guard isFinite(logits) else {
      throw .notFinite(path: llama.model.checkpoint.file.path, position: position - 1)
    }
    let token = sampler.sample(logits)
    let end = now()
    if tokens.count > 1 {
      speed.promptTokens += tokens.count
      speed.promptSeconds += end - start
    } else if lastTokenTime > 0 {
      speed.generatedTokens += 1
      speed.generatedSeconds += end - lastTokenTime
    }
    lastTokenTime = end
    return token
  }

  /// The logits after `tokens`, or nil if the caller gave up on a long prompt.
  private func read(_ tokens: [Int]) throws(LlamaError) -> UnsafeBufferPointer<Float>? {
    let transformer = try transformer.get()
    var start = 0
    while true {
      let end = onPromptProgress == nil ? tokens.count : start + Self.progressStep
      let piece = Array(tokens[start..<min(end, tokens.count)])
      let logits = transformer.forward(piece, at: position)
      position += piece.count
      start += piece.count
      if start == tokens.count {
        if start > piece.count { _ = onPromptProgress?(start, start) }
        return logits
      }
      if onPromptProgress?(start, tokens.count) == false { return nil }
    }
  }
}

/// Joins pieces to text, whole characters at a time.
struct TextJoiner {
  let tokenizer: Tokenizer
  private var pending: [UInt8] = []

  init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// What can be emitted once `token` is known: nothing while a character lacks bytes. Control
  /// characters are left out, as a terminal may obey them: of llama2.c's vocabularies those that
  /// are pieces of their own (run.c: `safe_printf`), of others all.
  mutating func append(_ token: Int, after previous: Int) -> String {
    let piece = tokenizer.decode(token, after: previous)
    if piece.count == 1, let byte = piece.first, byte < 0x80, Self.isControl(Unicode.Scalar(byte)) {
      return ""
    }
    pending += piece
    let whole = pending.count - unfinishedBytes
    defer { pending.removeFirst(whole) }
    let text = String(decoding: pending[..<whole], as: UTF8.self)
    if tokenizer.vocabulary.isLlama2C || !text.unicodeScalars.contains(where: Self.isControl) {
      return text
    }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !Self.isControl($0) }))
  }

  /// Whether a terminal may obey the character: C0 and C1 but for white space, and DEL.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D: false
    case 0..<0x20, 0x7F..<0xA0: true
    default: false
    }
  }

  /// The bytes of a character that never became whole, as the replacement character.
  mutating func rest() -> String? {
    defer { pending = [] }
    return pending.isEmpty ? nil : String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a character and lack its last bytes.
  private var unfinishedBytes: Int {
    for (i, byte) in pending.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
      let length = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1
      return i + 1 < length ? i + 1 : 0
    }
    return 0
  }
}

/// Seconds on a clock that only goes forward.
package func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
