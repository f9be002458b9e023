#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A checkpoint with its vocabulary: text in, text out.
///
///     let llama = try Llama(checkpoint: "models/stories.bin", tokenizer: "tokenizer.bin")
///     for piece in llama.generate("Once upon a time", steps: 200, temperature: 0.8) {
///       print(piece, terminator: "")
///     }
public final class Llama {
  public let transformer: Transformer
  public let tokenizer: Tokenizer
  /// Called while a long prompt is read, with the tokens done and in all; returning false ends the
  /// generation.
  public var onPromptProgress: ((_ done: Int, _ total: Int) -> Bool)?

  /// - Parameters:
  ///   - checkpoint: a file in llama2.c's format v0, v1 or v2.
  ///   - tokenizer: the checkpoint's vocabulary, in llama2.c's format.
  ///   - threads: how many threads compute; nil is one for each core.
  /// - Throws: `LlamaError`, for files that are damaged or do not belong together.
  public init(checkpoint: String, tokenizer: String, threads: Int? = nil) throws {
    transformer = try Transformer(checkpoint: checkpoint, threads: threads)
    self.tokenizer = try Tokenizer(path: tokenizer, vocabSize: transformer.config.vocabSize)
  }

  /// The prompt and what follows it, up to a BOS token or `steps` tokens, as a lazy sequence:
  /// leaving the loop stops the work (run.c: `generate`).
  ///
  /// - Parameters:
  ///   - steps: tokens, those of the prompt included; 0, or more than the context: the context.
  ///   - temperature: 0 always takes the likeliest token.
  ///   - topP: draw from the likeliest tokens that have this probability together; 0 or 1: all.
  ///   - seed: the same text for the same seed; nil or 0: the time.
  public func generate(
    _ prompt: String = "", steps: Int = 256, temperature: Float = 1, topP: Float = 0.9,
    seed: UInt64? = nil
  ) -> Generation {
    Generation(
      Context(self, steps: steps, temperature: temperature, topP: topP, seed: seed),
      prompt: tokenizer.encode(prompt, bos: true, eos: false))
  }

  /// A conversation in the format of Llama 2's chat models (run.c: `chat`).
  ///
  /// - Parameters:
  ///   - system: how the assistant should be; empty: nothing is said about it.
  ///   - steps: tokens of the whole conversation; 0, or more than the context: the context.
  public func chat(
    system: String = "", steps: Int = 0, temperature: Float = 1, topP: Float = 0.9,
    seed: UInt64? = nil
  ) -> Chat {
    Chat(
      Context(self, steps: steps, temperature: temperature, topP: topP, seed: seed),
      system: system)
  }
}

/// A story as it is told: a sequence of pieces of text, to go through once.
public final class Generation: Sequence, IteratorProtocol {
  private let context: Context
  private let prompt: [Int]
  /// How many tokens have been told.
  private var told = 0
  /// The first token behind the prompt, which is known before the prompt is told.
  private var first: Int?
  private var last: Int
  private var ended = false

  /// What ended the text before its end, if anything did.
  public private(set) var error: LlamaError?
  /// Tokens in the prompt, BOS included.
  public var promptTokens: Int { prompt.count }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }

  fileprivate init(_ context: Context, prompt: [Int]) {
    self.context = context
    self.prompt = prompt
    last = context.llama.tokenizer.bos ?? -1
  }

  /// The next piece, or nil at the end. A piece holds whole characters: where a character's bytes
  /// are tokens of their own, it waits for the last of them.
  public func next() -> String? {
    while !ended {
      guard let token = nextToken(), token != context.llama.tokenizer.bos else {
        ended = true
        return context.text.rest()
      }
      let piece = context.text.append(token, after: last)
      last = token
      if !piece.isEmpty { return piece }
    }
    return nil
  }

  private func nextToken() -> Int? {
    do {
      // The prompt is read before it is told: nothing is told of a checkpoint that computes NaN.
      if told == 0 && prompt.count <= context.steps {
        first = try context.next(after: prompt)
        if first == nil { return nil }
      }
      guard told < context.steps else { return nil }
      told += 1
      if told < prompt.count { return prompt[told] }
      return try told == prompt.count ? first : context.next(after: [last])
    } catch {
      self.error = error
      return nil
    }
  }
}

/// A conversation that goes on from reply to reply until the context is full.
public final class Chat {
  fileprivate let context: Context
  private let system: String
  /// What the context still has to read of the last turn: its EOS.
  fileprivate var unread: [Int] = []

  /// Whether there is no room for more: the last reply was cut off, or the last prompt not read.
  public fileprivate(set) var isFull = false
  /// What ended the last reply before its end, if anything did.
  public fileprivate(set) var error: LlamaError?
  /// The tokens that the conversation may have in all.
  public var steps: Int { context.steps }
  /// Tokens and time so far.
  public var speed: Speed { context.speed }

  fileprivate init(_ context: Context, system: String) {
    self.context = context
    self.system = system
  }

  /// The assistant's reply to `prompt`, as a lazy sequence of pieces; the next turn wants this one
  /// told to its end.
  public func reply(to prompt: String) -> Reply {
    let first = context.position == 0
    let user = first && !system.isEmpty ? "<<SYS>>\n\(system)\n<</SYS>>\n\n\(prompt)" : prompt
    let turn = context.llama.tokenizer.encode("[INST] \(user) [/INST]", bos: true, eos: false)
    defer { unread = [] }
    return Reply(self, unread + turn)
  }
}

/// One reply as it is told: a sequence of pieces of text, to go through once.
public final class Reply: Sequence, IteratorProtocol {
  private let chat: Chat
  private var unread: [Int]
  private var ended = false

  fileprivate init(_ chat: Chat, _ turn: [Int]) {
    self.chat = chat
    unread = turn
  }

  /// The next piece, of whole characters, or nil at the end.
  public func next() -> String? {
    let context = chat.context
    while !ended {
      guard let token = nextToken() else {
        ended = true
        return context.text.rest()
      }
      let piece = context.text.append(token, after: unread.last!)
      unread = [token]
      if !piece.isEmpty { return piece }
    }
    return nil
  }

  /// The next token of the reply, or nil: at its EOS, for lack of room, or for an error.
  private func nextToken() -> Int? {
    let context = chat.context
    guard context.position + unread.count <= context.steps else {
      chat.isFull = true
      return nil
    }
    do {
      // run.c samples after every token that it reads, and uses the last sample.
      context.sampler.skip(unread.count - 1)
      let token = try context.next(after: unread)
      guard let eos = context.llama.tokenizer.eos, token == eos else { return token }
      chat.unread = [eos]
      return nil
    } catch {
      chat.error = error
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

/// One text in the making: the place in the KV cache, the sampler, and bytes that wait to become
/// characters.
private final class Context {
  /// Tokens of a long prompt between two reports of its progress.
  static let progressStep = 512

  let llama: Llama
  let steps: Int
  var sampler: Sampler
  var position = 0
  var text: TextJoiner
  var speed = Speed()
  private var lastTokenTime = 0.0

  init(_ llama: Llama, steps: Int, temperature: Float, topP: Float, seed: UInt64?) {
    let config = llama.transformer.config
    self.llama = llama
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
    guard let logits = read(tokens) else { return nil }
    guard isFinite(logits) else {
      throw .notFinite(path: llama.transformer.checkpoint.file.path, position: position - 1)
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
  private func read(_ tokens: [Int]) -> UnsafeBufferPointer<Float>? {
    var start = 0
    while true {
      let end = llama.onPromptProgress == nil ? tokens.count : start + Self.progressStep
      let piece = Array(tokens[start..<min(end, tokens.count)])
      let logits = llama.transformer.forward(piece, at: position)
      position += piece.count
      start += piece.count
      if start == tokens.count { return logits }
      if llama.onPromptProgress?(start, tokens.count) == false { return nil }
    }
  }
}

/// Joins pieces to text, whole characters at a time.
private struct TextJoiner {
  let tokenizer: Tokenizer
  private var pending: [UInt8] = []

  init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// What can be told once `token` is known: nothing while a character lacks bytes. Control
  /// characters that are pieces of their own are left out, as a terminal may obey them
  /// (run.c: `safe_printf`).
  mutating func append(_ token: Int, after previous: Int) -> String {
    let piece = tokenizer.decode(token, after: previous)
    if piece.count == 1, let byte = piece.first {
      let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
      if byte == 0x7F || byte < 0x20 && !isSpace { return "" }
    }
    pending += piece
    let whole = pending.count - unfinishedBytes
    defer { pending.removeFirst(whole) }
    return String(decoding: pending[..<whole], as: UTF8.self)
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
private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
