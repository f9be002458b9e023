/// Cuts text into words before a byte-level vocabulary merges their bytes: no merge crosses the end
/// of a word. Each split cuts what the one before it has left in one piece, whether it matched or
/// not (llama.cpp: `llm_tokenizer_bpe`, Hugging Face: `pre_tokenizer`).
package struct Pretokenizer: Sendable {
  private let splits: [Split]
  /// Whether a word that is a piece becomes that piece, whatever its merges.
  let ignoresMerges: Bool

  /// One regular expression. `\s` is Unicode's White_Space.
  private enum Split {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case gpt2
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}|`
    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    case llama3(digits: Int)
    /// One character of the set.
    case each(CharacterSet)
    /// As many characters of the set as there are, behind a `\s?` if so stated.
    case run(CharacterSet, spaced: Bool = false)
    /// `\s+$`
    case trailingSpace
    /// `[0-9][0-9][0-9]`
    case threeDigits
  }

  private enum CharacterSet {
    case newline, letter, number, punctuation
    case falconPunctuation, deepSeekLetter, deepSeekPunctuation, deepSeekCJK

    func contains(_ character: Scanner.Character) -> Bool {
      let value = character.value
      guard let kind = character.kind else { return false }
      return switch self {
      case .newline: character.isNewline
      case .letter: character.isLetter
      case .number: kind == .number
      case .punctuation: kind == .punctuation
      // [\p{P}$+<=>^~|`]
      case .falconPunctuation: kind == .punctuation || value < 0x80 && isASCIISymbol(value)
      case .deepSeekLetter: kind == .casedLetter
      // [!-/:-~！-／：-～‘-‟　-。]
      case .deepSeekPunctuation:
        switch value {
        case 0x21...0x2F, 0x3A...0x7E, 0x2018...0x201F, 0x3000...0x3002, 0xFF01...0xFF0F,
          0xFF1A...0xFF5E:
          true
        default: false
        }
      // [一-龥ࠀ-一가-퟿]
      case .deepSeekCJK: (0x800...0x9FA5).contains(value) || (0xAC00...0xD7FF).contains(value)
      }
    }

    private func isASCIISymbol(_ value: UInt32) -> Bool {
      switch UInt8(value) {
      case UInt8(ascii: "$"), UInt8(ascii: "+"), UInt8(ascii: "<"), UInt8(ascii: "="),
        UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: "|"),
        UInt8(ascii: "`"):
        true
      default: false
      }
    }
  }

  private init(_ splits: Split..., ignoresMerges: Bool = false) {
    self.splits = splits
    self.ignoresMerges = ignoresMerges
  }

  /// Those that can be asked for, as a sentence names them.
  static let names =
    "gpt-2, llama-bpe, smollm, starcoder, refact, command-r, qwen2, deepseek-llm, deepseek-coder"
    + " and falcon"

  /// The pre-tokenizer of a value of `tokenizer.ggml.pre`, nil for one that is not known.
  package init?(named name: String) {
    switch name {
    case "gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "exaone4", "gigachat", "a.x-4.0",
      "mellum", "granite-docling":
      self.init(.gpt2)
    case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
      "mellum2":
      self.init(.each(.number), .gpt2)
    case "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2":
      self.init(.llama3(digits: 3), ignoresMerges: true)
    case "dbrx", "smaug-bpe":
      self.init(.llama3(digits: 3))
    case "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan",
      "solar-open", "grok-2":
      self.init(.llama3(digits: 1))
    case "deepseek-llm":
      self.init(
        .each(.newline), .run(.deepSeekLetter, spaced: true),
        .run(.deepSeekPunctuation, spaced: true), .trailingSpace, .run(.deepSeekCJK), .run(.number))
    case "deepseek-coder":
      self.init(
        .each(.newline), .run(.letter, spaced: true), .run(.punctuation, spaced: true),
        .run(.deepSeekCJK), .each(.number))
    case "falcon":
      self.init(.run(.falconPunctuation), .gpt2, .threeDigits)
    default:
      return nil
    }
  }

  /// The ends of the words of `text`, which is valid UTF-8: they stand side by side. Takes time in
  /// proportion to the text.
  package func endsOfWords(of text: UnsafeBufferPointer<UInt8>) -> [Int] {
    var ends: [Int] = []
    split(Scanner(text), 0..<text.count, by: 0, into: &ends)
    return ends
  }

  /// Cuts a part of the text by the split of this index, and what it makes by those behind it.
  private func split(
    _ scanner: borrowing Scanner, _ part: Range<Int>, by index: Int, into ends: inout [Int]
  ) {
    if part.isEmpty { return }
    guard index < splits.count else { return ends.append(part.upperBound) }
    var start = part.lowerBound
    if case .trailingSpace = splits[index] {
      let end = scanner.startOfTrailingSpace(part)
      split(scanner, start..<end, by: index + 1, into: &ends)
      start = end
    } else {
      var position = start
      while position < part.upperBound {
        if let end = scanner.match(splits[index], from: position, to: part.upperBound) {
          split(scanner, start..<position, by: index + 1, into: &ends)
          split(scanner, position..<end, by: index + 1, into: &ends)
          position = end
          start = end
        } else {
          position = scanner.character(at: position, before: part.upperBound).end
        }
      }
    }
    split(scanner, start..<part.upperBound, by: index + 1, into: &ends)
  }

  /// The characters of a text.
  private struct Scanner {
    let text: UnsafeBufferPointer<UInt8>
    let classes = UnicodeTable.classes

    struct Character {
      let value: UInt32
      /// nil behind the end.
      let kind: CharacterClass?
      let end: Int

      var isLetter: Bool { kind == .letter || kind == .casedLetter }
      var isNumber: Bool { kind == .number }
      var isSpace: Bool { kind == .whitespace }
      var isNewline: Bool { value == 0x0A || value == 0x0D }
      /// `[^\s\p{L}\p{N}]`
      var isSymbol: Bool { kind == .other || kind == .punctuation }
    }

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    @inline(__always)
    func character(at start: Int, before limit: Int) -> Character {
      guard start < limit else { return Character(value: 0, kind: nil, end: limit) }
      var value = UInt32(text[start])
      var end = start + 1
      if value >= 0x80 {
        value &= value < 0xE0 ? 0x1F : value < 0xF0 ? 0x0F : 0x07
        while end < limit && text[end] & 0xC0 == 0x80 {
          value = value << 6 | UInt32(text[end] & 0x3F)
          end += 1
        }
      }
      let kind = Int(value) < classes.count ? classes[Int(value)] : .other
      return Character(value: value, kind: kind, end: end)
    }

    /// The end of the characters from `start` on that are wanted, at most `most` of them.
    @inline(__always)
    func run(
      from start: Int, to limit: Int, most: Int = .max, _ isWanted: (Character) -> Bool
    ) -> Int {
      var end = start
      var count = 0
      while count < most && end < limit {
        let next = character(at: end, before: limit)
        if !isWanted(next) { break }
        end = next.end
        count += 1
      }
      return end
    }

    /// The end of the match that begins at `start`, if any; the text is taken to end at `limit`.
    func match(_ split: Split, from start: Int, to limit: Int) -> Int? {
      let end: Int
      switch split {
      case .gpt2:
        end = gpt2Word(from: start, to: limit)
      case .llama3(let digits):
        end = llama3Word(from: start, to: limit, digits: digits)
      case .each(let set):
        let first = character(at: start, before: limit)
        end = set.contains(first) ? first.end : start
      case .run(let set, let isSpaced):
        let first = character(at: start, before: limit)
        let second = character(at: first.end, before: limit)
        let hasSpace = isSpaced && first.isSpace && set.contains(second)
        end = run(from: hasSpace ? first.end : start, to: limit) { set.contains($0) }
      case .threeDigits:
        let isMatch =
          start + 3 <= limit && text[start..<start + 3].allSatisfy { (0x30...0x39).contains($0) }
        end = isMatch ? start + 3 : start
      case .trailingSpace:
        end = start
      }
      return end > start ? end : nil
    }

    private func gpt2Word(from start: Int, to limit: Int) -> Int {
      let first = character(at: start, before: limit)
      if let end = endOfContraction(first, to: limit, anyCase: false) { return end }
      let second = character(at: first.end, before: limit)
      let skipsSpace = first.value == 0x20 && second.kind != nil && !second.isSpace
      let (word, begin) = skipsSpace ? (second, first.end) : (first, start)
      if word.isLetter { return run(from: begin, to: limit) { $0.isLetter } }
      if word.isNumber { return run(from: begin, to: limit) { $0.isNumber } }
      if word.isSymbol { return run(from: begin, to: limit) { $0.isSymbol } }
      return endOfSpace(from: start, to: limit)
    }

    private func llama3Word(from start: Int, to limit: Int, digits: Int) -> Int {
      let first = character(at: start, before: limit)
      if let end = endOfContraction(first, to: limit, anyCase: true) { return end }
      if first.isLetter { return run(from: first.end, to: limit) { $0.isLetter } }
      if first.isNumber { return run(from: start, to: limit, most: digits) { $0.isNumber } }
      let second = character(at: first.end, before: limit)
      if second.isLetter && !first.isNewline {
        return run(from: second.end, to: limit) { $0.isLetter }
      }
      if first.isSymbol || first.value == 0x20 && second.isSymbol {
        let end = run(from: first.end, to: limit) { $0.isSymbol }
        return run(from: end, to: limit) { $0.isNewline }
      }
      var end = start
      var endOfNewlines = start
      while true {
        let next = character(at: end, before: limit)
        guard next.isSpace else { break }
        end = next.end
        if next.isNewline { endOfNewlines = end }
      }
      return endOfNewlines > start ? endOfNewlines : endOfSpace(from: start, to: limit)
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d`
    private func endOfContraction(_ first: Character, to limit: Int, anyCase: Bool) -> Int? {
      guard first.value == 0x27 else { return nil }
      func letter(_ start: Int) -> (Unicode.Scalar?, end: Int) {
        let next = character(at: start, before: limit)
        let isUpper = anyCase && (0x41...0x5A).contains(next.value)
        // U+017F is another lower case of S.
        let value = anyCase && next.value == 0x17F ? 0x73 : next.value + (isUpper ? 0x20 : 0)
        return (Unicode.Scalar(value), next.end)
      }
      let (second, end) = letter(first.end)
      if let second, ["s", "t", "m", "d"].contains(second) { return end }
      let (third, endOfThird) = letter(end)
      switch (second, third) {
      case ("r", "e"), ("v", "e"), ("l", "l"): return endOfThird
      default: return nil
      }
    }

    /// `\s+(?!\S)|\s+`: white space, less its last character if that stands before a word.
    private func endOfSpace(from start: Int, to limit: Int) -> Int {
      var end = start
      var last = start
      while true {
        let next = character(at: end, before: limit)
        guard next.isSpace else { break }
        last = end
        end = next.end
      }
      return end == limit || last == start ? end : last
    }

    func startOfTrailingSpace(_ part: Range<Int>) -> Int {
      var start = part.upperBound
      while start > part.lowerBound {
        var previous = start - 1
        while previous > part.lowerBound && text[previous] & 0xC0 == 0x80 { previous -= 1 }
        guard character(at: previous, before: start).isSpace else { break }
        start = previous
      }
      return start
    }
  }
}
