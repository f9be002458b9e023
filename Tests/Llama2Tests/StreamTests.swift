import Foundation
import Synchronization
import Testing

@testable import Llama2

/// `Llama.stream`: the same texts as of `generate`, for `await`.
@Suite struct StreamTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func llama(_ shape: Shape, _ change: (inout Model) -> Void = { _ in }) throws -> Llama {
    var model = Model(shape, seed: 3)
    change(&model)
    return try Llama(
      checkpoint: folder.write(model.bytes(.v0), to: "model.bin"),
      tokenizer: folder.write(
        Vocabulary.english(size: shape.vocabSize).file, to: "tokenizer.bin"), threads: 1)
  }

  /// One of random texts.
  private func llama() throws -> Llama {
    try llama(Shape(hiddenDim: 20, nLayers: 1, seqLen: 200, tied: false))
  }

  /// One of a long context, and a prompt of more than 1,000 tokens.
  private func patientLlama() throws -> Llama {
    try llama(Shape(dim: 8, hiddenDim: 8, nLayers: 1, nHeads: 2, seqLen: 3000))
  }
  private static let longPrompt = String(repeating: "z", count: 1000)

  private static func options(_ seed: UInt64, steps: Int = 100) -> GenerationOptions {
    var options = GenerationOptions()
    (options.seed, options.steps) = (seed, steps)
    return options
  }

  /// A stream whose reading of a prompt is observed on the thread that computes it.
  private func stream(
    _ llama: Llama, _ prompt: String = longPrompt,
    onProgress: @escaping @Sendable (_ done: Int) -> Void
  ) -> TextStream {
    TextStream(
      StreamedText(on: llama.computeThread) {
        let text = llama.generate(prompt, options: GenerationOptions(maximumResponseTokens: 5))
        text.onPromptProgress = { done, _ in
          onProgress(done)
          return true
        }
        return text
      })
  }

  private static func text(_ stream: TextStream) async throws -> String {
    try await stream.reduce(into: "") { $0 += $1 }
  }

  // MARK: Texts

  @Test func aStreamIsTheTextThatGenerateGives() async throws {
    let llama = try llama()
    for seed in 1...4 as ClosedRange<UInt64> {
      let expected = llama.generate("the rain", options: Self.options(seed))
      let stream = llama.stream("the rain", options: Self.options(seed))
      var pieces: [String] = []
      for try await piece in stream { pieces.append(piece) }
      #expect(pieces == Array(expected) && stream.reason == expected.reason)
      #expect(stream.reason != nil)
      #expect(stream.speed.generatedTokens == expected.speed.generatedTokens)
    }
  }

  @Test func theTokensOfAStreamAreThoseOfTheText() async throws {
    let llama = try llama()
    var count = 0
    for seed in 1...4 as ClosedRange<UInt64> {
      let text = llama.generate("a", options: Self.options(seed))
      var tokens: [ScoredToken] = []
      for try await token in llama.stream("a", options: Self.options(seed)).tokens(alternatives: 2)
      {
        tokens.append(token)
      }
      #expect(tokens == Array(text.tokens(alternatives: 2)))
      #expect(tokens.allSatisfy { $0.alternatives.count == 2 })
      count += tokens.count
    }
    #expect(count > 10)
  }

  @Test func streamsThatTakeTurnsAreWhatEachIsAlone() async throws {
    let llama = try llama()
    let prompts = ["the rain", "", "in a land far away"]
    func alone(_ i: Int) -> String { llama.generate(prompts[i], options: Self.options(9)).joined() }
    var turns = prompts.map { llama.stream($0, options: Self.options(9)).makeAsyncIterator() }
    var together = prompts.map { _ in "" }
    var isGoing = true
    while isGoing {
      isGoing = false
      for i in turns.indices {
        if let piece = try await turns[i].next() {
          together[i] += piece
          isGoing = true
        }
      }
    }
    #expect(together == prompts.indices.map(alone))
  }

  @Test func textsOfManyTasksAtOnceAreWhatEachIsAlone() async throws {
    let llama = try llama()
    let seeds = (1...12).map { UInt64($0) }
    @Sendable func alone(_ seed: UInt64) -> String {
      llama.generate("the rain", options: Self.options(seed)).joined()
    }
    let expected = seeds.map { alone($0) }
    let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for (i, seed) in seeds.enumerated() {
        group.addTask {
          // Some wait for the model on a thread of their own.
          if i % 4 == 0 { return (i, alone(seed)) }
          return (i, try await Self.text(llama.stream("the rain", options: Self.options(seed))))
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(seeds.indices.map { together[$0] } == expected && Set(expected).count > 6)
  }

  @Test func tasksThatShareAStreamHaveItsPiecesBetweenThem() async throws {
    let llama = try llama()
    for seed in 1...8 as ClosedRange<UInt64> {
      let pieces = Log()
      let shared = llama.stream("the rain", options: Self.options(seed))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for i in 0..<6 {
          group.addTask {
            let other = llama.stream("a", options: Self.options(9))
            for try await piece in i < 3 ? shared : other where i < 3 { pieces.add(piece) }
          }
        }
        try await group.waitForAll()
      }
      let alone = Array(llama.generate("the rain", options: Self.options(seed)))
      #expect(pieces.lines.sorted() == alone.sorted())
    }
  }

  @Test @MainActor func aStreamRunsOffTheMainActor() async throws {
    let counter = Counter()
    let stream = stream(try patientLlama()) { _ in counter.add(Thread.isMainThread ? 1 : 0) }
    var text = ""
    for try await piece in stream {
      MainActor.assertIsolated()
      text += piece
    }
    #expect(text.utf8.starts(with: Self.longPrompt.utf8) && counter.calls > 2 && counter.sum == 0)
  }

  @Test func theErrorThatEndsATextIsThrown() async throws {
    let broken = try llama(Shape(hiddenDim: 20, nLayers: 1, seqLen: 200)) { $0.rmsFinal[0] = .nan }
    let stream = broken.stream("the rain")
    do {
      for try await piece in stream { Issue.record("\(piece)") }
      Issue.record("no error")
    } catch let error as LlamaError {
      guard case .notFinite = error else { throw error }
      #expect(stream.reason == .error(error))
    }
    let long = broken.stream(Self.longPrompt)
    await #expect(throws: LlamaError.self) { for try await _ in long {} }
  }

  // MARK: The end of the work

  @Test func leavingTheLoopStopsTheWork() async throws {
    let llama = try llama()
    let stream = llama.stream(options: Self.options(4))
    var pieces = 0
    for try await _ in stream {
      pieces += 1
      if pieces == 3 { break }
    }
    let tokens = stream.speed.generatedTokens
    #expect(tokens < 12 && stream.reason == nil)
    // Whatever it had asked for would have been computed before this.
    _ = try await Self.text(llama.stream(options: Self.options(5)))
    #expect(stream.speed.generatedTokens == tokens)
    var rest = stream.makeAsyncIterator()
    #expect(try await rest.next() != nil)
  }

  @Test func cancellingTheTaskEndsTheTextWithinAToken() async throws {
    let llama = try llama()
    let stream = llama.stream(options: Self.options(4))
    let task = Task {
      var pieces = 0
      for try await _ in stream {
        pieces += 1
        if pieces == 3 { withUnsafeCurrentTask { $0?.cancel() } }
        #expect(pieces <= 3)
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(stream.reason == .cancelled && stream.speed.generatedTokens < 12)
  }

  @Test func cancellingTheTaskEndsTheReadingOfAPromptWithinABlock() async throws {
    let counter = Counter()
    let stream = stream(try patientLlama()) { done in
      counter.add(done)
      if done == 512 { withUnsafeCurrentTask { $0?.cancel() } }
    }
    let task = Task { for try await piece in stream { Issue.record("\(piece)") } }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(stream.reason == .cancelled && counter.calls == 2 && counter.sum == 256 + 512)
  }

  // MARK: Turns

  @Test func whileALongPromptIsReadOthersHaveTheirTurn() async throws {
    actor Other {
      let thread: ComputeThread
      nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
      init(_ thread: ComputeThread) { self.thread = thread }
      func begin(_ log: Log) {
        // On this thread as soon as it is free.
        Task {
          _ = self.thread
          log.add("other")
        }
      }
    }
    let llama = try patientLlama()
    let log = Log()
    let other = Other(llama.computeThread)
    let first = stream(llama) { done in
      log.add("first \(done)")
      if done == 512 { other.assumeIsolated { $0.begin(log) } }
    }
    _ = try await Self.text(first)
    #expect(log.lines.prefix(4) == ["first 256", "first 512", "other", "first 768"])
    #expect(log.lines.filter { $0.hasPrefix("first") }.count == 4)
  }

  @Test func whatIsAskedForAtTheSameTimeIsReadInOneBlock() async throws {
    actor Reader {
      let llama: Llama
      nonisolated let thread: ComputeThread
      nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
      init(_ llama: Llama) { (self.llama, thread) = (llama, llama.computeThread) }

      /// The logits behind each text, and the number of texts in its block.
      func read(_ texts: [[Int]]) async throws -> [(logits: [Float], count: Int)] {
        // They begin when the thread is free.
        let tasks = texts.map { tokens in Task { try await self.read(tokens) } }
        var results: [([Float], Int)] = []
        for task in tasks { results.append(try await task.value) }
        return results
      }

      private func read(_ tokens: [Int]) async throws -> ([Float], Int) {
        let read = Transformer.Read(
          text: try Transformer(llama.model), tokens: tokens, position: 0,
          wantsLogits: tokens.count != 2)
        let isAlone = await thread.reads.waitForOthers(isolation: self)
        let logits = isAlone ? read.forward() : await thread.reads.read(read, isolation: self)
        return (logits.map { Array($0) } ?? [], thread.reads.lastCount)
      }
    }
    let llama = try llama()
    let texts = [[1], [2, 3], [4, 5, 6], [1], Array(7..<150)]
    let reader = Reader(llama)
    for count in [1, 5, 2, 1] {
      let results = try await reader.read(Array(texts.prefix(count)))
      #expect(results.map(\.count) == [Int](repeating: count, count: count))
      for (tokens, result) in zip(texts, results) {
        let alone = try Transformer(llama.model)
        #expect(result.logits == (tokens.count == 2 ? [] : Array(alone.forward(tokens, at: 0))))
      }
    }
    // Together more than a block.
    let long = [Array(1..<150), Array(1..<140), [1]]
    #expect(try await reader.read(long).map(\.count) == [1, 2, 2])
  }

  /// Texts on their model's thread, each in a task.
  private actor Texts {
    let llama: Llama
    nonisolated let thread: ComputeThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private var texts: [Generation] = []
    private(set) var mostInABlock = 0

    init(_ llama: Llama) { (self.llama, thread) = (llama, llama.computeThread) }

    /// Begins a text whose guesses are those of `guessed`, where that is given.
    func begin(_ prompt: String, _ options: GenerationOptions, guessed: [Int]? = nil) {
      let text = llama.generate(prompt, options: options)
      if let guessed {
        text.context.draft = Draft([DraftTests.Forced(guessed, chance: 1)], always: 31)
      }
      texts.append(text)
    }

    /// So many pieces of the first texts, which are asked for together.
    func pieces(_ count: Int, ofFirst texts: Int) async throws -> [String] {
      let tasks = (0..<texts).map { i in Task { try await self.pieces(count, of: i) } }
      var pieces: [String] = []
      for task in tasks { pieces.append(try await task.value) }
      return pieces
    }

    private func pieces(_ count: Int, of i: Int) async throws -> String {
      let text = texts[i]
      var pieces = ""
      for _ in 0..<count {
        guard
          let piece = try await text.context.next(isolation: self, thread.reads, text.nextReady)
        else { break }
        pieces += piece.text
        mostInABlock = max(mostInABlock, thread.reads.lastCount)
      }
      return pieces
    }

    /// The tokens that were read of a text, and whether the next one's logits are there.
    func state(of i: Int) -> (tokens: [Int], isReady: Bool) {
      (texts[i].context.tokens, texts[i].context.draft?.isReady == true)
    }
  }

  @Test func textsThatAreAskedForTogetherShareBlocks() async throws {
    let llama = try llama()
    for count in [1, 2, 5] {
      let texts = Texts(llama)
      var expected: [String] = []
      for i in 0..<count {
        var options = Self.options(UInt64(i + 1))
        (options.bannedTokens, options.drafts) = ([1, 2], false)
        await texts.begin("the rain", options)
        expected.append(llama.generate("the rain", options: options).joined())
      }
      let pieces = try await texts.pieces(1000, ofFirst: count)
      #expect(await texts.mostInABlock == count)
      #expect(pieces == expected)
    }
  }

  @Test func whatWasReadAheadIsNotReadInASharedBlock() async throws {
    let llama = try llama()
    var options = Self.options(2, steps: 80)
    options.bannedTokens = [1, 2]
    let whole = llama.generate("the rain", options: options)
    let expected = whole.joined()
    for guesses in [nil, whole.context.tokens] {
      let texts = Texts(llama)
      options.drafts = guesses != nil
      await texts.begin("the rain", options, guessed: guesses)
      var first = ""
      for _ in 0..<20 where await !texts.state(of: 0).isReady {
        first += try await texts.pieces(1, ofFirst: 1)[0]
      }
      #expect(await texts.state(of: 0).isReady == (guesses != nil))
      await texts.begin("a", options)
      let both = try await texts.pieces(12, ofFirst: 2)
      #expect(await texts.mostInABlock == (guesses == nil ? 2 : 1))
      let rest = try await texts.pieces(1000, ofFirst: 1)
      #expect(first + both[0] + rest[0] == expected)
    }
  }

  @Test func withoutAThreadOfItsOwnATextIsTheSame() async throws {
    let llama = try llama()
    let thread = ComputeThread { _ in nil }
    @Sendable func text(_ seed: UInt64) async throws -> String {
      try await Self.text(
        TextStream(
          StreamedText(on: thread) { llama.generate("the rain", options: Self.options(seed)) }))
    }
    let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for i in 0..<6 { group.addTask { (i, try await text(UInt64(i + 1))) } }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for i in 0..<6 {
      let alone = llama.generate("the rain", options: Self.options(UInt64(i + 1))).joined()
      #expect(together[i] == alone)
    }
  }

  /// Swift's own pool has as many threads as there are cores. Here as many texts as that stand still, and
  /// a task goes on all the same.
  @Test(.timeLimit(.minutes(5)))
  func noThreadOfThePoolWaitsForAText() async throws {
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let (standing, released) = (Counter(), Counter())
    let streams = try (0..<count).map { _ in
      stream(try patientLlama()) { done in
        guard done == 256 else { return }
        standing.add(1)
        while released.calls == 0 { sched_yield() }
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for stream in streams {
        group.addTask { await #expect(throws: Never.self) { for try await _ in stream {} } }
      }
      group.addTask {
        while standing.calls < count { await Task.yield() }
        released.add(1)
      }
    }
    #expect(standing.calls == count)
  }

  @Test(.timeLimit(.minutes(5)))
  func twoModelsDoNotWaitForEachOther() async throws {
    let (one, other) = (try patientLlama(), try llama())
    let isDone = Counter()
    let standing = stream(one) { done in
      if done == 256 {
        Task {
          for try await _ in other.stream(options: Self.options(1)) {}
          isDone.add(1)
        }
      }
      while isDone.calls == 0 { sched_yield() }
    }
    #expect(try await Self.text(standing).utf8.starts(with: Self.longPrompt.utf8))
  }

  // MARK: The end of everything

  #if os(Linux)
    @Test(.timeLimit(.minutes(5)))
    func afterTheLastTextNothingIsLeft() async throws {
      let threads = Log()
      weak var model: Llama?
      weak var thread: ComputeThread?
      do {
        let llama = try patientLlama()
        (model, thread) = (llama, llama.computeThread)
        let stream = stream(llama) { _ in threads.add(Self.currentThread) }
        let left = self.stream(llama) { _ in }
        for try await _ in left { break }
        _ = try await Self.text(stream)
      }
      while model != nil || thread != nil { await Task.yield() }
      #expect(Set(threads.lines).count == 1)
      for thread in threads.lines { await Self.waitForEnd(of: thread) }
    }

    @Test(.timeLimit(.minutes(5)))
    func aThreadEndsByItselfWhereverItsLastReferenceGoes() async throws {
      actor Last {
        let thread = ComputeThread()
        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
        func begin(_ log: Log) {
          // The last one to hold the actor, on its own thread.
          Task {
            _ = self.thread
            log.add(StreamTests.currentThread)
          }
        }
      }
      let log = Log()
      for _ in 0..<50 { await Last().begin(log) }
      while log.lines.count < 50 { await Task.yield() }
      for thread in log.lines { await Self.waitForEnd(of: thread) }
    }

    /// The folder of this thread in /proc.
    private static var currentThread: String {
      "/proc/" + (try! FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
    }

    private static func waitForEnd(of thread: String) async {
      while FileManager.default.fileExists(atPath: thread) { await Task.yield() }
    }
  #endif
}

/// Counts from any thread.
final class Counter: Sendable {
  private let value = Mutex<(calls: Int, sum: Int)>((0, 0))
  var calls: Int { value.withLock { $0.calls } }
  var sum: Int { value.withLock { $0.sum } }

  func add(_ number: Int) {
    value.withLock {
      $0.calls += 1
      $0.sum += number
    }
  }
}

/// Lines from any thread, in their order.
final class Log: Sendable {
  private let value = Mutex<[String]>([])
  var lines: [String] { value.withLock { $0 } }
  func add(_ line: String) { value.withLock { $0.append(line) } }
}
