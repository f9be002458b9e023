// What several texts read in one block.

extension Transformer {
  /// What a text reads in a block: tokens at position..<position + tokens.count.
  struct Read {
    let text: Transformer
    let tokens: [Int]
    let position: Int
    /// Whether the logits after the last token are wanted.
    let wantsLogits: Bool

    /// Reads it alone. Returns the logits, if they are wanted.
    func forward() -> UnsafeBufferPointer<Float>? {
      if wantsLogits { return text.forward(tokens, at: position) }
      text.read(tokens, at: position)
      return nil
    }
  }

  /// Copies logits, (vocabSize), to this text's own, which hold as those of `forward` do.
  func keep(logits shared: UnsafePointer<Float>) -> UnsafeBufferPointer<Float> {
    let logits = logits.start.assumingMemoryBound(to: Float.self)
    logits.update(from: shared, count: config.vocabSize)
    return UnsafeBufferPointer(start: logits, count: config.vocabSize)
  }

  /// Reads in one block what these texts of one model read next, `blockSize` tokens at most. Sets
  /// `logits`, (texts that want any, vocabSize), to the same as `forward` gives each alone.
  static func forward(_ reads: [Read], into logits: UnsafeMutablePointer<Float>) {
    var tokens: [Int] = []
    var parts: [Block.Part] = []
    var wanted: [Int] = []
    for read in reads {
      read.text.requireInside(read.tokens, at: read.position)
      let rows = tokens.count..<tokens.count + read.tokens.count
      parts.append(Block.Part(cache: read.text.cache, position: read.position, rows: rows))
      tokens += read.tokens
      if read.wantsLogits { wanted.append(rows.upperBound - 1) }
    }
    require(tokens.count <= blockSize, "\(tokens.count) tokens, expected \(blockSize) at most")
    guard let model = reads.first?.text.model else { return }
    model.whileNobodyElseComputes {
      model.forward(tokens, parts)
      model.classify(rows: wanted, into: logits)
    }
  }
}

/// What the texts of a `ComputeThread` read next: those that ask for more at the same time are read in one
/// block. Used on that thread only.
final class SharedReads: @unchecked Sendable {
  private final class Entry {
    let read: Transformer.Read
    var isDone = false
    var logits: UnsafeBufferPointer<Float>?

    init(_ read: Transformer.Read) { self.read = read }
  }

  /// Texts in `waitForOthers`.
  private var asking = 0
  /// Until when they wait for others.
  private var deadline = 0.0
  private var waiting: [Entry] = []
  /// How many texts the last block had.
  private(set) var lastCount = 1
  /// The seconds that it took.
  private var lastSeconds = 0.0
  /// (blockSize, vocabSize).
  private var logits: LazyMemory?

  /// Lets other texts of the thread have their turn. Returns whether none of them is to read as well; the
  /// others call `read`.
  ///
  /// Those of the last block are waited for, for an eighth of its time at most: between two tokens their
  /// pieces go to other threads and back.
  func waitForOthers(isolation: isolated any Actor) async -> Bool {
    // One deadline for all, so that they go on together.
    if asking == 0 { deadline = now() + lastSeconds / 8 }
    asking += 1
    repeat {
      await Task.yield()
    } while asking + waiting.count < lastCount && now() < deadline
    asking -= 1
    guard asking + waiting.count == 0 else { return false }
    lastCount = 1
    return true
  }

  /// Reads what this text reads next, in one block with that of others. Returns the logits behind it,
  /// if they are wanted; they hold until the text's next read.
  func read(
    _ read: Transformer.Read, isolation: isolated any Actor
  ) async -> UnsafeBufferPointer<Float>? {
    let entry = Entry(read)
    waiting.append(entry)
    await Task.yield()
    while !entry.isDone { readBlock() }
    return entry.logits
  }

  /// Reads what waits longest, as much of it as is a block.
  private func readBlock() {
    var tokens = 0
    let block = waiting.prefix {
      tokens += $0.read.tokens.count
      return tokens <= Transformer.blockSize
    }
    waiting.removeFirst(block.count)
    let (start, model) = (now(), block[0].read.text.model)
    logits =
      logits
      ?? (try? LazyMemory(
        bytes: [4, Transformer.blockSize, model.config.vocabSize], purpose: "logits"))
    if let logits, block.count > 1 {
      lastCount = block.count
      var row = logits.start.assumingMemoryBound(to: Float.self)
      Transformer.forward(block.map(\.read), into: row)
      for entry in block where entry.read.wantsLogits {
        entry.logits = entry.read.text.keep(logits: row)
        row += model.config.vocabSize
      }
    } else {
      for entry in block { entry.logits = entry.read.forward() }
      lastCount = 1
    }
    for entry in block { entry.isDone = true }
    lastSeconds = now() - start
  }
}
