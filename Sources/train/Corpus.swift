import Console
import Llama2

/// Texts as tokens, in windows of one length. A window begins where a document does, unless that is longer
/// than it: the document that the end of a window cuts opens the next one. Windows without anything to learn
/// are left out.
struct Corpus {
  let seqLen: Int
  /// All documents behind one another.
  private let tokens: [Int32]
  /// The token that follows each; below 0 where it is given and not learned.
  private let targets: [Int32]
  /// The index of each text's first token. A text is a document, or the exchanges of one chat; attention stays
  /// within it.
  private let textStarts: [Int]
  /// Where each window begins.
  let windows: [Int]

  /// - Parameter padded: whether the last window is filled up; else it begins early enough to be whole, and
  ///   there is none in fewer tokens.
  init(_ documents: some Collection<Encoded>, seqLen: Int, padded: Bool) {
    self.seqLen = seqLen
    var (tokens, targets): ([Int32], [Int32]) = ([], [])
    var (documentStarts, textStarts): ([Int], [Int]) = ([], [])
    for document in documents {
      if !document.continuesChat { textStarts.append(tokens.count) }
      documentStarts.append(tokens.count)
      tokens += document.tokens
      targets += document.targets
    }
    let end = tokens.count
    if padded {
      tokens += [Int32](repeating: 0, count: seqLen)
      targets += [Int32](repeating: -1, count: seqLen)
    }
    var (windows, at, next): ([Int], Int, Int) = ([], 0, 0)
    while at < end, padded || seqLen <= end {
      windows.append(padded ? at : min(at, end - seqLen))
      if at + seqLen >= end { break }
      while next + 1 < documentStarts.count && documentStarts[next + 1] <= at + seqLen { next += 1 }
      // The document that the window cuts, unless it began in front of it.
      at = documentStarts[next] > at ? documentStarts[next] : at + seqLen
    }
    (self.tokens, self.targets, self.textStarts) = (tokens, targets, textStarts)
    self.windows = windows.filter { targets[$0..<$0 + seqLen].contains { $0 >= 0 } }
  }

  /// Copies a window, (seqLen) of each. In one behind the last nothing is learned.
  ///
  /// - Parameter starts: for each token, the position in the window at which its text begins.
  func copy(
    _ window: Int, to tokens: UnsafeMutablePointer<Int32>, targets: UnsafeMutablePointer<Int32>,
    starts: UnsafeMutablePointer<Int32>
  ) {
    starts.update(repeating: 0, count: seqLen)
    guard window < windows.count else {
      tokens.update(repeating: 0, count: seqLen)
      targets.update(repeating: -1, count: seqLen)
      return
    }
    let range = windows[window]..<windows[window] + seqLen
    self.tokens[range].withUnsafeBufferPointer {
      tokens.update(from: $0.baseAddress!, count: seqLen)
    }
    self.targets[range].withUnsafeBufferPointer {
      targets.update(from: $0.baseAddress!, count: seqLen)
    }
    var text = textStarts.partitioningIndex { $0 > range.lowerBound }
    while text < textStarts.count, textStarts[text] < range.upperBound {
      let start = textStarts[text] - range.lowerBound
      (starts + start).update(repeating: Int32(start), count: seqLen - start)
      text += 1
    }
  }

  /// Tokens of a window that are learned.
  func targetCount(_ window: Int) -> Int {
    targets[windows[window]..<windows[window] + seqLen].count { $0 >= 0 }
  }

  /// Tokens of all documents, and of what fills up the last window of a padded corpus.
  var tokenCount: Int { tokens.count }

  /// A hash of the tokens, the targets and where the texts begin: FNV-1a (Fowler, Noll and Vo) with a number in the
  /// place of a byte.
  var fingerprint: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ value: UInt64) { hash = (hash ^ value) &* 0x100_0000_01B3 }
    for array in [tokens, targets] { for value in array { add(UInt64(UInt32(bitPattern: value))) } }
    for start in textStarts { add(UInt64(start)) }
    return hash
  }
}

/// A document as tokens, and the token that follows each.
struct Encoded {
  let tokens: [Int32]
  let targets: [Int32]
  /// Whether it continues the chat of the document before it.
  var continuesChat = false

  /// A document is followed by the BOS of the next one. One that answers a request ends with EOS, whose own target is
  /// a line's end: llama2.c's chat prints the token that it samples behind EOS. The request, as the chat writes it,
  /// is not learned.
  init(_ document: Document, _ tokenizer: Tokenizer) {
    guard let request = document.request else {
      let tokens = tokenizer.encode(document.text, bos: true, eos: false)
      self.init(tokens, learnedFrom: 0, then: tokenizer.bos!)
      return
    }
    let asked = tokenizer.encode(chatTurn(request, system: document.system))
    let answer = tokenizer.encode(document.text, bos: false, eos: true)
    // The tokens of the bytes stand behind <unk>, <s> and </s>.
    let newline = 3 + Int(UInt8(ascii: "\n"))
    self.init(asked + answer, learnedFrom: asked.count - 1, then: newline)
    continuesChat = document.continuesChat
  }

  private init(_ tokens: [Int], learnedFrom first: Int, then last: Int) {
    self.tokens = tokens.map(Int32.init)
    targets = tokens.indices.map {
      $0 < first ? -1 : Int32($0 + 1 < tokens.count ? tokens[$0 + 1] : last)
    }
  }

  private init(tokens: ArraySlice<Int32>, targets: ArraySlice<Int32>) {
    (self.tokens, self.targets) = (Array(tokens), Array(targets))
  }

  /// The first part of it, and the rest, which begins a text.
  func split(at index: Int) -> (Encoded, Encoded) {
    var first = Encoded(tokens: tokens[..<index], targets: targets[..<index])
    first.continuesChat = continuesChat
    return (first, Encoded(tokens: tokens[index...], targets: targets[index...]))
  }
}

/// A request as a chat of llama2.c writes it.
func chatTurn(_ request: String, system: String? = nil) -> [Segment] {
  ChatTemplate(llama2CWithBOS: "<s>", eos: "</s>").turn(user: request, system: system, after: nil)
}

/// The text of segments, without BOS, which is put in front of any prompt.
func text(of segments: [Segment]) -> String {
  segments.map { if case .text(let text) = $0 { text } else { "" } }.joined()
}

/// The corpora to learn from and to be tested on. Every twentieth text is held out; of fewer than twenty texts,
/// every twentieth document; of fewer than twenty documents, the end of the last one. Threads share the documents.
func corpora(_ documents: [Document], _ tokenizer: Tokenizer, seqLen: Int, _ threads: Threads)
  throws
  -> (learned: Corpus, heldOut: Corpus)
{
  var encoded = [Encoded?](repeating: nil, count: documents.count)
  encoded.withUnsafeMutableBufferPointer { encoded in
    threads.forEachPart(of: documents.count, work: 1 << 20, grain: 1) { part, _ in
      for i in part { encoded[i] = Encoded(documents[i], tokenizer) }
    }
  }
  var all = encoded.map { $0! }
  let count = all.reduce(0) { $0 + $1.tokens.count }
  var heldOut: [Encoded] = []
  if all.count < 20, let last = all.popLast() {
    let (first, rest) = last.split(at: last.tokens.count - min(last.tokens.count / 2, count / 20))
    all.append(first)
    heldOut = [rest]
  } else {
    let texts = all.count { !$0.continuesChat }
    var (rest, number): ([Encoded], Int) = ([], -1)
    for (i, document) in all.enumerated() {
      var document = document
      // A chat that has to be cut is cut in front of what is held out, and behind it.
      if texts < 20, i % 20 == 19 || i % 20 == 0 { document.continuesChat = false }
      if texts < 20 || !document.continuesChat { number += 1 }
      if number % 20 == 19 { heldOut.append(document) } else { rest.append(document) }
    }
    all = rest
  }
  let learned = Corpus(all, seqLen: seqLen, padded: false)
  let tested = Corpus(heldOut, seqLen: seqLen, padded: true)
  guard !learned.windows.isEmpty, !tested.windows.isEmpty else {
    throw Refusal(
      "the text has \(count) tokens, too few for windows of \(seqLen) to learn from and to hold out (what is only"
        + " asked in chats is not learned): expected more text, or a smaller --seq-len")
  }
  return (learned, tested)
}
