/// The merges of one text after the other: symbols in a linked list, candidate merges in a heap.
struct Merger {
  private var symbols: [Symbol] = []
  /// Candidates by order, then by their place from the left, as one number each: the neighbours at
  /// the beginning, sorted and taken one after the other, and those that merges have made.
  private var first: [UInt64] = []
  private var taken = 0
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

  /// Appends the tokens of `text`, a word or another part that no merge crosses. Symbols are bytes
  /// at first, or characters. Takes n log n time. Traps for 2 GB that no merge crosses.
  mutating func merge(
    _ text: UnsafeBufferPointer<UInt8>, _ vocabulary: borrowing Vocabulary, byCharacter: Bool,
    into tokens: inout [Int]
  ) {
    split(text, vocabulary, byCharacter)
    first.removeAll(keepingCapacity: true)
    taken = 0
    for i in symbols.indices {
      if let candidate = candidate(i, text, vocabulary) { first.append(candidate) }
    }
    first.sort(by: >)
    while let best = nextCandidate() {
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
      if let candidate = candidate(i, text, vocabulary) { heap.push(candidate) }
      let before = Int(symbols[i].previous)
      if before >= 0, let candidate = candidate(before, text, vocabulary) { heap.push(candidate) }
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

  /// What symbol i and its next would become, if they can be merged.
  @inline(__always)
  private mutating func candidate(
    _ i: Int, _ text: UnsafeBufferPointer<UInt8>, _ vocabulary: borrowing Vocabulary
  ) -> UInt64? {
    symbols[i].merged = -1
    let next = Int(symbols[i].next)
    guard next < symbols.count else { return nil }
    let start = Int(symbols[i].start)
    let length = Int(symbols[i].length)
    let both = text[start..<start + length + Int(symbols[next].length)]
    guard
      let (token, order) = vocabulary.merge(UnsafeBufferPointer(rebasing: both), leftLength: length)
    else { return nil }
    symbols[i].merged = Int32(token)
    symbols[i].order = order
    return UInt64(order) << 32 | UInt64(UInt32.max - UInt32(i))
  }

  private mutating func nextCandidate() -> UInt64? {
    guard taken < first.count, heap.isEmpty || first[taken] > heap[0] else { return heap.popMax() }
    taken += 1
    return first[taken - 1]
  }
}

extension [UInt64] {
  /// Adds to a max-heap in which each element has four children.
  fileprivate mutating func push(_ element: UInt64) {
    append(element)
    rise(element, from: count - 1)
  }

  /// Takes the largest from the heap.
  fileprivate mutating func popMax() -> UInt64? {
    guard let last = popLast() else { return nil }
    guard let top = first else { return last }
    let count = count
    let hole = withUnsafeMutableBufferPointer { heap in
      var hole = 0
      // Chosen without branches, which would be mispredicted.
      while 4 * hole + 4 < count {
        let child = 4 * hole + 1
        let left = heap[child + 1] > heap[child] ? child + 1 : child
        let right = heap[child + 3] > heap[child + 2] ? child + 3 : child + 2
        let largest = heap[right] > heap[left] ? right : left
        heap[hole] = heap[largest]
        hole = largest
      }
      return hole
    }
    // The last children may be fewer than four.
    let child = 4 * hole + 1
    var end = hole
    for i in child..<Swift.max(child, count) where end == hole || self[i] > self[end] { end = i }
    if end > hole { self[hole] = self[end] }
    rise(last, from: end)
    return top
  }

  private mutating func rise(_ element: UInt64, from start: Int) {
    var i = start
    while i > 0 && self[(i - 1) / 4] < element {
      self[i] = self[(i - 1) / 4]
      i = (i - 1) / 4
    }
    self[i] = element
  }
}
