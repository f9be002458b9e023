/// The merges of one text after the other: symbols in a linked list, candidate merges in a heap.
struct Merger {
  private var symbols: [Symbol] = []
  /// Candidates, the first to be merged on top: order, then place from the left.
  private var heap: [UInt64] = []

  /// A part of the text that is one token, or has none yet.
  private struct Symbol {
    var start: Int32
    /// 0 once it has become a part of the symbol before it.
    var length: Int32
    var previous: Int32
    var next: Int32
    /// -1 if there is none.
    var token: Int32
    /// The token that this symbol and the next would become, -1 for none, and its order.
    var merged: Int32
    var order: UInt32
  }

  /// The longest text that can be merged in one piece.
  static let longest = 1 << 30

  /// Appends the tokens of `text`, a word or another part that no merge crosses. Symbols are bytes
  /// at first, or characters. Takes n log n time.
  mutating func merge(
    _ text: UnsafeBufferPointer<UInt8>, _ vocabulary: borrowing Vocabulary, byCharacter: Bool,
    into tokens: inout [Int]
  ) {
    split(text, vocabulary, byCharacter)
    for i in symbols.indices { propose(i, text, vocabulary) }
    while let best = heap.popMax() {
      let i = Int(UInt32.max - UInt32(truncatingIfNeeded: best))
      // A candidate is out of date if either of its symbols has been merged since.
      guard symbols[i].length > 0, symbols[i].merged >= 0,
        symbols[i].order == UInt32(truncatingIfNeeded: best >> 32)
      else { continue }
      let next = Int(symbols[i].next)
      symbols[i].length += symbols[next].length
      symbols[i].token = symbols[i].merged
      symbols[i].next = symbols[next].next
      symbols[next].length = 0
      let behind = Int(symbols[i].next)
      if behind < symbols.count { symbols[behind].previous = Int32(i) }
      propose(i, text, vocabulary)
      if symbols[i].previous >= 0 { propose(Int(symbols[i].previous), text, vocabulary) }
    }
    for symbol in symbols where symbol.length > 0 {
      if symbol.token >= 0 {
        tokens.append(Int(symbol.token))
      } else {
        let start = Int(symbol.start)
        for byte in text[start..<start + Int(symbol.length)] {
          vocabulary.appendToken(of: byte, to: &tokens)
        }
      }
    }
  }

  private mutating func split(
    _ text: UnsafeBufferPointer<UInt8>, _ vocabulary: borrowing Vocabulary, _ byCharacter: Bool
  ) {
    symbols.removeAll(keepingCapacity: true)
    var start = 0
    while start < text.count {
      var end = start + 1
      while byCharacter && end < text.count && text[end] & 0xC0 == 0x80 { end += 1 }
      let id = vocabulary.id(of: UnsafeBufferPointer(rebasing: text[start..<end]))
      let count = Int32(symbols.count)
      symbols.append(
        Symbol(
          start: Int32(start), length: Int32(end - start), previous: count - 1, next: count + 1,
          token: Int32(id ?? -1), merged: -1, order: 0))
      start = end
    }
  }

  /// Makes symbol i and its next a candidate, if they can be merged.
  @inline(__always)
  private mutating func propose(
    _ i: Int, _ text: UnsafeBufferPointer<UInt8>, _ vocabulary: borrowing Vocabulary
  ) {
    symbols[i].merged = -1
    let next = Int(symbols[i].next)
    guard next < symbols.count else { return }
    let start = Int(symbols[i].start)
    let length = Int(symbols[i].length)
    let both = text[start..<start + length + Int(symbols[next].length)]
    guard
      let (token, order) = vocabulary.merge(UnsafeBufferPointer(rebasing: both), leftLength: length)
    else { return }
    symbols[i].merged = Int32(token)
    symbols[i].order = order
    heap.push(UInt64(order) << 32 | UInt64(UInt32.max - UInt32(i)))
  }
}

extension [UInt64] {
  /// Adds to a binary max-heap.
  fileprivate mutating func push(_ element: UInt64) {
    var i = count
    append(element)
    while i > 0 && self[(i - 1) / 2] < element {
      self[i] = self[(i - 1) / 2]
      i = (i - 1) / 2
    }
    self[i] = element
  }

  /// Takes the largest from a binary max-heap.
  fileprivate mutating func popMax() -> UInt64? {
    guard let last = popLast() else { return nil }
    guard let top = first else { return last }
    var i = 0
    while 2 * i + 1 < count {
      var child = 2 * i + 1
      if child + 1 < count && self[child + 1] > self[child] { child += 1 }
      if self[child] <= last { break }
      self[i] = self[child]
      i = child
    }
    self[i] = last
    return top
  }
}
