/// A nondeterministic automaton over the scalars of a language without literals, choices and rules
/// (Thompson 1968).
struct ScalarAutomaton {
  private enum Node {
    case scalar([ClosedRange<UInt32>], next: Int)
    case split([Int])
    case end
  }

  /// The nodes of one automaton.
  private static let mostNodes = 5000

  private var nodes: [Node] = [.end]
  private(set) var start = 0

  /// nil if it takes too many nodes.
  init?(_ language: Language) {
    guard let start = add(language, before: 0) else { return nil }
    self.start = start
  }

  /// The node from which the language is read, then what `next` reads.
  private mutating func add(_ language: Language, before next: Int) -> Int? {
    switch language {
    case .scalar(let ranges): return append(.scalar(ranges, next: next))
    case .sequence(let parts):
      return parts.reversed().reduce(next) { next, part in next.flatMap { add(part, before: $0) } }
    case .either(let parts):
      let starts = parts.compactMap { add($0, before: next) }
      return starts.count == parts.count ? append(.split(starts)) : nil
    case .repeated(let part, let atLeast, let atMost):
      return repeated(part, atLeast, atMost, before: next)
    case .literal, .choices, .rule: fatalError("a language of scalars has \(language)")
    }
  }

  private mutating func repeated(
    _ part: Language, _ atLeast: Int, _ atMost: Int?, before next: Int
  ) -> Int? {
    var start: Int? = next
    if let atMost {
      for _ in atLeast..<atMost {
        guard let end = start, let body = add(part, before: end) else { return nil }
        if body == end { break }
        start = append(.split([body, next]))
      }
    } else {
      guard let loop = append(.split([])), let body = add(part, before: loop) else { return nil }
      nodes[loop] = .split([body, next])
      start = loop
    }
    for _ in 0..<atLeast {
      guard let end = start else { return nil }
      start = add(part, before: end)
      // It reads nothing, however often.
      if start == end { break }
    }
    return start
  }

  private mutating func append(_ node: Node) -> Int? {
    guard nodes.count < Self.mostNodes else { return nil }
    nodes.append(node)
    return nodes.count - 1
  }

  /// The scalars that may stand behind a node, with the node behind them, and whether the text may end.
  func steps(from node: Int) -> (steps: [(scalars: [ClosedRange<UInt32>], next: Int)], ends: Bool) {
    var (steps, ends) = ([(scalars: [ClosedRange<UInt32>], next: Int)](), false)
    var (seen, open) = (Set([node]), [node])
    while let node = open.popLast() {
      switch nodes[node] {
      case .scalar(let ranges, let next): steps.append((ranges, next))
      case .split(let targets): open += targets.filter { seen.insert($0).inserted }
      case .end: ends = true
      }
    }
    return (steps, ends)
  }
}
