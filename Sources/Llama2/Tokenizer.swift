/// Text to tokens and back: byte-pair encoding (Sennrich et al. 2016), as SentencePiece does it for
/// Llama 2 and GPT-2 for Llama 3 (run.c: `Tokenizer`; llama.cpp: `llama_vocab`).
///
///     let tokens = llama.tokenizer.encode("Once upon a time", bos: true, eos: false)
///     print(tokens, llama.tokenizer.decode(tokens))
public struct Tokenizer: Sendable {
  package let vocabulary: Vocabulary
  /// Bit 256 a + b: some piece has byte b behind byte a. Filled for SentencePiece only.
  private var neighbours = [UInt64](repeating: 0, count: 1024)
  /// Element b: some user-defined token begins with byte b.
  private var beginnings = [Bool](repeating: false, count: 256)

  /// Tokens in the vocabulary.
  public var vocabSize: Int { vocabulary.count }
  /// The token in front of a text.
  public var bos: Int? { vocabulary.bos }
  /// The token at the end of a text.
  public var eos: Int? { vocabulary.eos }

  /// The tokens before which a reply ends.
  var replyEnds: Set<Int> { vocabulary.endOfTurn }

  /// The tokens before which a text ends: BOS, and in a GGUF's those where a reply would end too.
  var textEnds: Set<Int> { (vocabulary.isLlama2C ? [] : replyEnds).union(bos.map { [$0] } ?? []) }

  /// A token's piece, less the line that llama2.c gives control tokens to themselves.
  package func name(_ token: Int) -> String {
    let bytes = vocabulary.bytes[vocabulary.piece(token)]
    return String(decoding: bytes.filter { $0 != 0x0A }, as: UTF8.self)
  }

  /// Reads the vocabulary at `path`, a tokenizer.bin of llama2.c or a GGUF file, which must have
  /// exactly `vocabSize` tokens.
  ///
  /// Throws `LlamaError` for a file that is damaged, of another size, or cannot encode every text.
  public init(path: String, vocabSize: Int) throws {
    let file = try MappedFile(path: path)
    if GGUF.isGGUF(file) {
      try self.init(GGUF(file), vocabSize: vocabSize)
    } else {
      self.init(try Vocabulary(tokenizerBin: file, vocabSize: vocabSize))
    }
  }

  /// The vocabulary in a GGUF file's metadata.
  init(_ gguf: GGUF, vocabSize: Int) throws {
    self.init(try Vocabulary(gguf, vocabSize: vocabSize))
  }

  package init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    for token in vocabulary.userDefined {
      beginnings[Int(vocabulary.bytes[vocabulary.piece(Int(token)).lowerBound])] = true
    }
    guard case .sentencePiece = vocabulary.kind else { return }
    for token in 0..<vocabulary.count where vocabulary.isMerged(token) {
      let piece = vocabulary.bytes[vocabulary.piece(token)]
      for (first, second) in zip(piece, piece.dropFirst()) {
        let pair = Int(first) << 8 | Int(second)
        neighbours[pair >> 6] |= 1 << UInt64(pair & 63)
      }
    }
  }

  /// The token of exactly this text, such as "<|im_end|>", that a chat template can use.
  package func id(ofControl name: String) -> Int? {
    // BOS and EOS are known by their ids, whatever type or spelling a file gives them.
    for token in [bos, eos].compactMap(\.self) where self.name(token) == name { return token }
    return vocabulary.id(ofControl: name)
  }

  /// What the transformer reads where a text begins with nothing.
  var startOfText: Int { bos ?? eos ?? 0 }

  // MARK: - Decoding

  /// The bytes of a token's text: a whole piece, one byte of a character, or nothing for a control
  /// token. Behind BOS a leading space is dropped, the one that `encode` put there
  /// (run.c: `decode`).
  public func decode(_ token: Int, after previous: Int) -> ArraySlice<UInt8> {
    let piece = vocabulary.bytes[vocabulary.piece(token)]
    let type = vocabulary.types[token]
    if (type == .control || type == .unknown) && !vocabulary.isLlama2C {
      return piece.prefix(0)
    }
    let isPiece = type == .normal || type == .unused || type == .undefined
    let isSpaced =
      previous == bos && vocabulary.addsSpacePrefix && isPiece && piece.first == 0x20
    return isSpaced ? piece.dropFirst() : piece
  }

  /// The text of `tokens`, less a BOS in front: what was encoded, if `encode` made them with one.
  public func decode(_ tokens: [Int]) -> String {
    var text: [UInt8] = []
    for (i, token) in tokens.enumerated() where i > 0 || token != bos {
      text += decode(token, after: i > 0 ? tokens[i - 1] : -1)
    }
    return String(decoding: text, as: UTF8.self)
  }

  // MARK: - Encoding

  /// The tokens of `text`. It becomes no control token, whatever it says. Takes n log n time at
  /// most (run.c: `encode`).
  ///
  /// - Parameters:
  ///   - bos: the vocabulary's BOS in front, if it wants one.
  ///   - eos: its EOS behind.
  public func encode(_ text: String, bos: Bool, eos: Bool) -> [Int] {
    var tokens: [Int] = []
    if bos, vocabulary.addsBOS, let bos = self.bos { tokens.append(bos) }
    encode(Array(text.utf8), addsSpace: true, into: &tokens)
    if eos, let eos = self.eos { tokens.append(eos) }
    return tokens
  }

  /// The tokens of a chat prompt. Texts beside each other are one text. Traps for a control token
  /// that the vocabulary does not have.
  ///
  /// - Parameter continuing: whether text in front of all control tokens goes on from the text
  ///   before, so that no space is put in front of it.
  package func encode(_ segments: [Segment], continuing: Bool = false) -> [Int] {
    var tokens: [Int] = []
    var text: [UInt8] = []
    var addsSpace = !continuing
    for segment in segments {
      switch segment {
      case .text(let part): text += part.utf8
      case .control(let name):
        guard let token = id(ofControl: name) else {
          preconditionFailure("the vocabulary has no control token \(name)")
        }
        encode(text, addsSpace: addsSpace, into: &tokens)
        text = []
        addsSpace = true
        tokens.append(token)
      }
    }
    encode(text, addsSpace: addsSpace, into: &tokens)
    return tokens
  }

  /// Appends the tokens of a text, which user-defined tokens cut into parts.
  private func encode(_ text: [UInt8], addsSpace: Bool, into tokens: inout [Int]) {
    var merger = Merger()
    var start = 0
    text.withUnsafeBufferPointer { text in
      for i in text.indices where i >= start && beginnings[Int(text[i])] {
        guard let token = userDefinedToken(text[i...]) else { continue }
        merge(text[start..<i], addsSpace: addsSpace || start > 0, &merger, into: &tokens)
        tokens.append(token)
        start = i + vocabulary.piece(token).count
      }
      merge(text[start...], addsSpace: addsSpace || start > 0, &merger, into: &tokens)
    }
  }

  /// The longest user-defined token with which `text` begins.
  private func userDefinedToken(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    // Those that begin like the text are neighbours in their order.
    var matches = vocabulary.userDefined[...]
    var longest: Int?
    for (i, byte) in text.enumerated() {
      func byteOf(_ token: Int32) -> UInt8 {
        vocabulary.bytes[vocabulary.piece(Int(token)).lowerBound + i]
      }
      matches = matches[matches.partitioningIndex { byteOf($0) >= byte }...]
      matches = matches[..<matches.partitioningIndex { byteOf($0) > byte }]
      // A token that ends here stands in front of those that go on.
      while let token = matches.first, vocabulary.piece(Int(token)).count == i + 1 {
        longest = Int(token)
        matches = matches.dropFirst()
      }
      if matches.isEmpty { break }
    }
    return longest
  }

  /// Appends the tokens of a part of a text in which there are no user-defined ones.
  private func merge(
    _ text: Slice<UnsafeBufferPointer<UInt8>>, addsSpace: Bool, _ merger: inout Merger,
    into tokens: inout [Int]
  ) {
    if text.isEmpty { return }
    switch vocabulary.kind {
    case .byteLevel(let pretokenizer):
      let text = UnsafeBufferPointer(rebasing: text)
      var start = 0
      for end in pretokenizer.endsOfWords(of: text) {
        let word = UnsafeBufferPointer(rebasing: text[start..<end])
        if pretokenizer.ignoresMerges, let token = vocabulary.id(of: word) {
          tokens.append(token)
        } else {
          merger.merge(word, vocabulary, byCharacter: false, into: &tokens)
        }
        start = end
      }
    case .sentencePiece:
      var spaced: [UInt8] = vocabulary.addsSpacePrefix && addsSpace ? [0x20] : []
      vocabulary.appendText(text, to: &spaced)
      mergeSegments(spaced, &merger, into: &tokens)
    }
  }

  private func mergeSegments(_ text: [UInt8], _ merger: inout Merger, into tokens: inout [Int]) {
    text.withUnsafeBufferPointer { text in
      var start = 0
      while start < text.count {
        let end = endOfSegment(text, from: start)
        let segment = UnsafeBufferPointer(rebasing: text[start..<end])
        merger.merge(segment, vocabulary, byCharacter: true, into: &tokens)
        start = end
      }
    }
  }

  /// The first place after `start` where no piece can reach across, because none has these two
  /// bytes beside each other. No merge crosses it, so what lies between is merged by itself: most
  /// often a word.
  private func endOfSegment(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    neighbours.withUnsafeBufferPointer { neighbours in
      var end = start + 1
      while end < text.count {
        let pair = Int(text[end - 1]) << 8 | Int(text[end])
        let insideCharacter = text[end] & 0xC0 == 0x80
        if !insideCharacter && neighbours[pair >> 6] >> UInt64(pair & 63) & 1 == 0 { break }
        end += 1
      }
      return end
    }
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element is in the second part, where elements of the first part do not
  /// satisfy the predicate, and those of the second do.
  package func partitioningIndex(_ isInSecond: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isInSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
