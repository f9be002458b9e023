import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Text that a tokenizer cannot tell from English: the commonest words as often as they are, and
/// words put together from syllables for the rest, the n-th word 1 / n times as often as the first
/// (Zipf 1935).
struct EnglishLike {
  private var random = Xorshift()
  private var words: [String]

  private static let commonest = """
    the of and to a in is it you that he was for on are with as I his they be at one have this from
    or had by not but what all were we when your can said there use an each which she do how their
    if will up other about out many then them these so some her would make like him into time has
    look two more write go see number no way could people my than first water been call who oil its
    now find long down day did get come made may part over new sound take only little work know
    """
  private static let onsets = [
    "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "w", "st", "tr", "ch", "sh",
  ]
  private static let vowels = ["a", "e", "i", "o", "u", "ea", "ou", "ai"]
  private static let codas = ["", "", "n", "r", "s", "t", "l", "nd", "ck"]
  private static let endings = ["", "", "", "s", "ed", "ing", "er", "ly"]

  init() {
    words = Self.commonest.split(whereSeparator: \.isWhitespace).map(String.init)
    while words.count < 20_000 {
      let syllables = Int.random(in: 1...3, using: &random)
      var word = ""
      for _ in 0..<syllables {
        for part in [Self.onsets, Self.vowels, Self.codas] {
          word += part.randomElement(using: &random)!
        }
      }
      words.append(word + Self.endings.randomElement(using: &random)!)
    }
  }

  /// About `bytes` bytes of sentences.
  mutating func text(bytes: Int) -> String {
    var text = ""
    while text.utf8.count < bytes {
      let length = Int.random(in: 4...16, using: &random)
      let sentence = (0..<length).map { _ in
        // The logarithm of a word's rank is uniform, so its probability falls as 1 / rank.
        words[Int(pow(Double(words.count), Double.random(in: 0..<1, using: &random))) - 1]
      }
      text += sentence[0].prefix(1).uppercased() + sentence[0].dropFirst() + " "
      text += sentence[1...].joined(separator: " ") + (length % 4 == 0 ? ",\n" : ". ")
    }
    return text
  }
}

/// A vocabulary in llama2.c's format for such a text: control and byte tokens, then the pieces of
/// words that occur most often. Every part of a frequent piece is as frequent as it, so merges
/// find the way to it.
func vocabulary(of text: String, size: Int) throws -> [UInt8] {
  var tokens = ["<unk>", "\n<s>\n", "\n</s>\n"].map { Array($0.utf8) }
  let digits = Array("0123456789ABCDEF")
  for byte in 0..<256 { tokens.append(Array("<0x\(digits[byte >> 4])\(digits[byte & 15])>".utf8)) }
  tokens += frequentPieces(of: text).prefix(max(0, size - tokens.count)).map { Array($0) }
  guard tokens.count == size else {
    throw BenchError(
      "a vocabulary of \(size) tokens cannot be made up: pass the checkpoint's own with -z")
  }
  func uint32(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  var file = uint32(UInt32(tokens.map(\.count).max()!))
  for (rank, token) in tokens.enumerated() {
    file += uint32(Float(-rank).bitPattern) + uint32(UInt32(token.count)) + token
  }
  return file
}

/// Parts of words, with a space in front or without, the most frequent first.
private func frequentPieces(of text: String) -> [ArraySlice<UInt8>] {
  let text = Array(text.utf8)
  func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  var words: [ArraySlice<UInt8>: Int] = [:]
  var start = 0
  for i in 1...text.count where i == text.count || !isLetter(text[i]) {
    words[text[start..<i], default: 0] += 1
    start = i
  }
  var pieces: [ArraySlice<UInt8>: Int] = [:]
  for (word, count) in words {
    for start in word.indices {
      for end in start + 1...word.endIndex { pieces[word[start..<end], default: 0] += count }
    }
  }
  return pieces.sorted {
    ($1.value, $0.key.count) < ($0.value, $1.key.count)
      || ($1.value, $0.key.count) == ($0.value, $1.key.count)
        && $0.key.lexicographicallyPrecedes($1.key)
  }.map(\.key)
}

/// Bytes that a tokenizer encodes a second, the median over repeats, and bytes to a token.
func encodingRate(_ tokenizer: Tokenizer, _ text: String, repeats: Int)
  -> (bytesPerSecond: Double, bytesPerToken: Double)
{
  var count = 0
  let times = (0..<repeats).map { _ in
    seconds { count = tokenizer.encode(text, bos: true, eos: false).count }
  }
  let bytes = Double(text.utf8.count)
  return (bytes / times.median, bytes / Double(count))
}

/// Seconds to choose a token from `vocabSize` logits that are nearly the same, the worst case for
/// top-p: the median over repeats.
func samplingTime(vocabSize: Int, temperature: Float, topP: Float, repeats: Int) -> Double {
  var random = Xorshift()
  let logits = (0..<vocabSize).map { _ in Float.random(in: -1...1, using: &random) }
  var sampler = Sampler(vocabSize: vocabSize, temperature: temperature, topP: topP, seed: 1)
  var sum = 0
  let times = logits.withUnsafeBufferPointer { logits in
    (0..<repeats).map { _ in seconds { sum += sampler.sample(logits) } }
  }
  precondition(sum >= 0, "a token has a negative number")  // so that the samples are used
  return times.median
}
