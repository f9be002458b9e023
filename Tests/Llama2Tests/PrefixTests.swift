import Llama2
import Testing

/// Texts that share their beginning, held against the same read anew, bit for bit.
@Suite struct PrefixTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func llama(context: Int = 200) throws -> Llama {
    let model = Model(Shape(hiddenDim: 20, nLayers: 2, seqLen: context, tied: false), seed: 3)
    return try Llama(
      checkpoint: try folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: try folder.write(Vocabulary.english(size: 300).file, to: "tokenizer.bin"),
      threads: 2)
  }

  private static func options(_ seed: Int = 1, tokens: Int? = 20) -> GenerationOptions {
    var options = GenerationOptions(maximumResponseTokens: tokens)
    options.seed = UInt64(seed)
    return options
  }

  /// Its probabilities tell what the transformer has read.
  private static func everything(_ generation: Generation) -> [ScoredToken] {
    Array(generation.tokens(alternatives: 3))
  }

  /// How many tokens of its prompt it read. A single one is not counted as a prompt's.
  private static func tokensRead(_ generation: Generation) -> Int {
    max(1, generation.speed.promptTokens)
  }

  /// "i" and "n" are one token together, " t", "h" and "e" are.
  @Test(arguments: [
    ("the rai", "n in the hat"), ("the rain", " in the hat"), ("the t", "he"), ("a", ""), ("", "a"),
    ("", ""), ("the rain i", "n"), ("é 漢", "字"),
  ])
  func aContinuationIsTheWholeTextReadAnew(_ beginning: String, _ continuation: String) throws {
    let llama = try llama()
    let prefix = try llama.read(beginning)
    // All that both begin with but the last token, whose logits are asked for.
    let whole = llama.tokenizer.encode(beginning + continuation, bos: true, eos: false)
    let shared = zip(llama.tokenizer.encode(beginning, bos: true, eos: false), whole.dropLast())
      .prefix { $0 == $1 }.count
    for seed in 1...3 {
      let expected = llama.generate(beginning + continuation, options: Self.options(seed))
      let text = expected.joined()
      let continued = prefix.generate(continuation, options: Self.options(seed))
      #expect(continued.joined() == text && continued.reason == expected.reason)
      #expect(Self.tokensRead(expected) == expected.promptTokens)
      #expect(Self.tokensRead(continued) == expected.promptTokens - shared)
      let tokens = Self.everything(
        llama.generate(beginning + continuation, options: Self.options(seed)))
      #expect(
        Self.everything(prefix.generate(continuation, options: Self.options(seed))) == tokens)
    }
  }

  @Test func continuationsThatTakeTurnsAreWhatEachIsAlone() throws {
    let llama = try llama()
    let prefix = try llama.read("the rain i")
    let continuations = ["n the hat", "", "s", "n"]
    let texts = continuations.indices.map {
      prefix.generate(continuations[$0], options: Self.options($0 + 1)).tokens(alternatives: 3)
    }
    var found = texts.map { _ in [ScoredToken]() }
    for _ in 0..<30 {
      for i in texts.indices {
        if let token = texts[i].next() { found[i].append(token) }
      }
    }
    for i in texts.indices {
      let alone = llama.generate("the rain i" + continuations[i], options: Self.options(i + 1))
      #expect(found[i] == Self.everything(alone))
    }
  }

  @Test func tasksMayContinueAPrefixAtOnce() async throws {
    let llama = try llama()
    let prefix = try llama.read("the rain i")
    let found = await withTaskGroup(of: (Int, [ScoredToken]).self) { group in
      for seed in 1...8 {
        group.addTask {
          (seed, Self.everything(prefix.generate("n a", options: Self.options(seed))))
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for seed in 1...8 {
      let alone = llama.generate("the rain in a", options: Self.options(seed))
      #expect(found[seed] == Self.everything(alone))
    }
  }

  @Test func aPrefixOfACancelledTaskLeavesTheRestToItsTexts() async throws {
    let llama = try llama()
    let text = String(repeating: "zqjxvk ", count: 25)
    let whole = llama.generate(text + "a", options: Self.options())
    let expected = Self.everything(whole)
    for isCancelled in [false, true] {
      let prefix = try await Task {
        if isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
        return try llama.read(text)
      }.value
      let continued = prefix.generate("a", options: Self.options())
      #expect(Self.everything(continued) == expected)
      #expect(Self.tokensRead(continued) == (isCancelled ? whole.promptTokens : 1))
    }
  }

  /// BOS, a space and the letters.
  @Test(arguments: [false, true])
  func aPrefixMayBeAsLongAsTheContext(_ continuesBeyondContext: Bool) throws {
    let llama = try llama(context: 30)
    let text = String("zqjxvk zqjxvk zqjxvk zqjxvk zqjxvk".prefix(28))
    #expect(llama.tokenizer.encode(text, bos: true, eos: false).count == 30)
    let prefix = try llama.read(text)
    for continuation in ["", "z", "zqjxv zqjx"] {
      var options = Self.options(tokens: continuesBeyondContext ? 50 : nil)
      options.continuesBeyondContext = continuesBeyondContext
      let (expected, continued) = (
        llama.generate(text + continuation, options: options),
        prefix.generate(continuation, options: options)
      )
      #expect(Self.everything(continued) == Self.everything(expected))
      #expect(continued.reason == expected.reason)
      if !continuesBeyondContext && !continuation.isEmpty {
        #expect(
          continued.error == .promptTooLong(tokens: 30 + continuation.count, limit: 30))
      }
    }
    #expect(throws: LlamaError.promptTooLong(tokens: 31, limit: 30)) { try llama.read(text + "z") }
  }
}
