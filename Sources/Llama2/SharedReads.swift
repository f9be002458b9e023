/// What the texts of a `ComputeThread` read next: those that ask for more at the same time are read in one
/// block. Used on that thread only.
final class SharedReads: @unchecked Sendable {
  private final class Entry {
    let read: Transformer.Read
    var isDone = false
    var logits: UnsafeBufferPointer<Float>?

    init(_ read: Transformer.Read) { self.read = read }
  }

  /// Texts in `isAlone`.
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
  func isAlone(isolation: isolated any Actor) async -> Bool {
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
      var row = logits.start.assumingMemoryBound(to: Float.self)
      Transformer.forward(block.map(\.read), into: row)
      for entry in block where entry.read.wantsLogits {
        entry.logits = entry.read.text.keep(logits: row)
        row += model.config.vocabSize
      }
    } else {
      for entry in block { entry.logits = entry.read.forward() }
    }
    for entry in block { entry.isDone = true }
    (lastCount, lastSeconds) = (block.count, now() - start)
  }
}
