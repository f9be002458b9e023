#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The tokens of a model, and what a `Tokenizer` must know about them. The text of all lies in one
/// array: a vocabulary has up to some hundred thousand tokens.
package struct Vocabulary: Sendable {
  package enum Kind: Sendable {
    /// Merges the two neighbours whose piece has the best score (SentencePiece's BPE).
    case sentencePiece
    /// Merges the two neighbours whose pair stands first in a list of merges, within the words of
    /// the pre-tokenizer (GPT-2's BPE).
    case byteLevel(Pretokenizer)
  }

  /// What a token is, in GGUF's numbers (gguf.md: `tokenizer.ggml.token_type`).
  package enum TokenType: UInt8 {
    case undefined, normal
    /// Stands for text that has no token.
    case unknown
    /// Marks a place, such as the end of a turn. Never made of text, and never printed.
    case control
    /// Found in a text before anything is merged.
    case userDefined
    case unused
    /// One byte of a character that has no piece.
    case byte
  }

  package let kind: Kind
  /// The token in front of a text.
  package private(set) var bos: Int?
  /// The token at the end of a text.
  package private(set) var eos: Int?
  private(set) var unknown: Int?
  /// Tokens at which a reply ends.
  package private(set) var endOfTurn: Set<Int> = []
  /// Whether a text begins with BOS.
  package private(set) var addsBOS = true
  /// Whether a space is put in front of a text, and in front of one behind a control token.
  package private(set) var addsSpacePrefix = true
  /// Whether U+2581 is a space, in the text as in the pieces.
  let hasSpaceMark: Bool
  /// Whether it is one of llama2.c's, whose control tokens are printed and end no text but BOS.
  let isLlama2C: Bool

  /// The bytes that all tokens stand for, those of token i in starts[i]..<starts[i + 1]: a
  /// control token's name, a byte token's byte.
  private(set) var bytes: [UInt8] = []
  private(set) var starts: [UInt32] = [0]
  private(set) var types: [TokenType] = []
  /// A score for each token, of SentencePiece; empty where pairs are merged by rank.
  private(set) var scores: [Float] = []
  private var merges = Merges()
  /// The token of each byte, -1 where there is none.
  private(set) var byteTokens = [Int32](repeating: -1, count: 256)
  /// User-defined tokens in the order of their bytes.
  private(set) var userDefined: [Int32] = []
  private var table = PieceTable()

  package var count: Int { types.count }

  let path: String
  private func failure(_ problem: String) -> LlamaError {
    .badVocabulary(path: path, problem: problem)
  }

  func piece(_ token: Int) -> Range<Int> { Int(starts[token])..<Int(starts[token + 1]) }

  /// The token of exactly this text that a chat template can use: a control token, or a
  /// user-defined one, as some files have them. llama2.c's have a line to themselves.
  package func id(ofControl name: String) -> Int? {
    let name = Array((isLlama2C ? "\n\(name)\n" : name).utf8)
    let token = name.withUnsafeBufferPointer { table.find($0, self) }
    return token.flatMap { types[$0] == .control || types[$0] == .userDefined ? $0 : nil }
  }

  /// Whether text can become the token.
  func isMerged(_ token: Int) -> Bool { types[token] == .normal || types[token] == .unused }

  @inline(__always)
  fileprivate func isPiece(_ token: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let piece = piece(token)
    guard piece.count == text.count else { return false }
    return bytes.withUnsafeBufferPointer {
      memcmp($0.baseAddress! + piece.lowerBound, text.baseAddress!, text.count) == 0
    }
  }

  /// The token that text can become whose bytes are exactly `text`.
  @inline(__always)
  func id(of text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let token = table.find(text, self) else { return nil }
    return isMerged(token) ? token : nil
  }

  /// The token that two neighbours, together `text`, are merged to, and an order among candidates
  /// that is the higher the sooner they are merged.
  @inline(__always)
  func merge(_ text: UnsafeBufferPointer<UInt8>, leftLength: Int) -> (token: Int, order: UInt32)? {
    guard let token = id(of: text) else { return nil }
    if !scores.isEmpty { return (token, Self.order(scores[token])) }
    guard let rank = merges.rank(token: token, leftLength: leftLength) else { return nil }
    return (token, UInt32.max - UInt32(rank))
  }

  /// Appends the token that one byte becomes where a character has none; none, if the vocabulary
  /// has none for it. What is unknown becomes one token, however long it is.
  func appendToken(of byte: UInt8, to tokens: inout [Int]) {
    let token = Int(byteTokens[Int(byte)])
    if token >= 0 && !(token == unknown && tokens.last == token) { tokens.append(token) }
  }

  /// Appends a part of a text, with spaces for U+2581 if that is one.
  func appendText(_ text: Slice<UnsafeBufferPointer<UInt8>>, to target: inout [UInt8]) {
    guard hasSpaceMark else {
      target += text
      return
    }
    let raw = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text))
    target += Array(unsafeUninitializedCapacity: text.count) { buffer, count in
      count = Self.decodeSpaceMarks(raw, to: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// The bits of a float, the sign's flipped and a negative's all: these order as integers like the
  /// numbers.
  private static func order(_ score: Float) -> UInt32 {
    let bits = (score + 0).bitPattern
    return bits >> 31 == 0 ? bits | 1 << 31 : ~bits
  }
}

// MARK: - Tables

extension Vocabulary {
  /// The ranks of merges. A merge is the token that it makes and the length of its left half.
  fileprivate struct Merges: Sendable {
    /// The first merge that makes each token; -1 where there is none.
    private var heads: [Int32] = []
    /// For each merge the next one that makes the same token, or -1.
    private var links: [Int32] = []
    private var leftLengths: [UInt32] = []

    init() {}

    /// Merges by rank: `made` are the tokens that they make.
    init(made: [Int32], leftLengths: [UInt32], tokenCount: Int) {
      heads = [Int32](repeating: -1, count: tokenCount)
      links = [Int32](repeating: -1, count: made.count)
      self.leftLengths = leftLengths
      for (rank, token) in made.enumerated().reversed() {
        links[rank] = heads[Int(token)]
        heads[Int(token)] = Int32(rank)
      }
    }

    @inline(__always)
    func rank(token: Int, leftLength: Int) -> Int? {
      var rank = Int(heads[token])
      // A piece has at most as many merges as places to cut it; this bounds the time of a hostile file.
      var remaining = 512
      while rank >= 0 && remaining > 0 {
        if leftLengths[rank] == UInt32(leftLength) { return rank }
        rank = Int(links[rank])
        remaining -= 1
      }
      return nil
    }
  }

  /// A hash table of tokens by their bytes, less those of byte tokens.
  fileprivate struct PieceTable: Sendable {
    /// -1 where it is empty.
    private var slots: [Int32] = []
    private(set) var longest = 0

    init() {}

    init(count: Int) {
      var size = 64
      while size < 2 * count { size *= 2 }
      slots = [Int32](repeating: -1, count: size)
    }

    @inline(__always)
    func find(_ text: UnsafeBufferPointer<UInt8>, _ vocabulary: Vocabulary) -> Int? {
      guard text.count <= longest else { return nil }
      let mask = slots.count - 1
      var slot = Self.hash(text) & mask
      while slots[slot] >= 0 {
        let token = Int(slots[slot])
        if vocabulary.isPiece(token, text) { return token }
        slot = (slot + 1) & mask
      }
      return nil
    }

    /// Adds a token, unless one of the same bytes is there. False if too many tokens have its hash
    /// for the table to be fast, which happens only where somebody made them so.
    mutating func insert(
      _ token: Int, _ text: UnsafeBufferPointer<UInt8>, _ vocabulary: Vocabulary
    ) -> Bool {
      let mask = slots.count - 1
      let first = Self.hash(text) & mask
      var slot = first
      while slots[slot] >= 0 {
        if vocabulary.isPiece(Int(slots[slot]), text) { return true }
        slot = (slot + 1) & mask
        if (slot - first) & mask > 1000 { return false }
      }
      slots[slot] = Int32(token)
      longest = max(longest, text.count)
      return true
    }

    /// Multiplies 8 bytes at a time, and folds the product's halves.
    @inline(__always)
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
      let text = UnsafeRawBufferPointer(text)
      var hash = UInt64(text.count)
      func mix(_ bytes: UInt64) {
        let product = (hash ^ bytes).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        hash = product.high ^ product.low
      }
      var start = 0
      while start + 8 <= text.count {
        mix(text.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        start += 8
      }
      var rest: UInt64 = 0
      while start < text.count {
        rest = rest << 8 | UInt64(text[start])
        start += 1
      }
      mix(rest)
      return Int(truncatingIfNeeded: hash >> 1)
    }
  }
}

extension Vocabulary {
  /// Builds what looks tokens up, once their types are known.
  private mutating func buildTables() throws {
    var table = PieceTable(count: count)
    // Where two tokens have the same bytes, text becomes the one that it can become.
    for isMerged in [true, false] {
      for token in 0..<count where self.isMerged(token) == isMerged && types[token] != .byte {
        let piece = piece(token)
        guard !piece.isEmpty else { continue }
        let isFast = bytes.withUnsafeBufferPointer {
          table.insert(token, UnsafeBufferPointer(rebasing: $0[piece]), self)
        }
        guard isFast else {
          throw failure("too many tokens have the same hash: the vocabulary was made to cost time")
        }
      }
    }
    self.table = table
    try findByteTokens()
    userDefined = (0..<count).filter { isFound($0) }.map { Int32($0) }.sorted {
      bytes[piece(Int($0))].lexicographicallyPrecedes(bytes[piece(Int($1))])
    }
  }

  /// Whether the token is looked for in text. A bound on its length bounds the time that takes.
  private func isFound(_ token: Int) -> Bool {
    types[token] == .userDefined && (1...256).contains(piece(token).count)
  }

  private mutating func findByteTokens() throws {
    if case .byteLevel = kind {
      for byte in 0..<256 {
        let token = [UInt8(byte)].withUnsafeBufferPointer { id(of: $0) }
        byteTokens[byte] = Int32(token ?? -1)
      }
      return
    }
    for token in 0..<count where types[token] == .byte {
      let byte = Int(bytes[piece(token).lowerBound])
      if byteTokens[byte] < 0 { byteTokens[byte] = Int32(token) }
    }
    if let unknown { byteTokens = byteTokens.map { $0 < 0 ? Int32(unknown) : $0 } }
    if let byte = byteTokens.firstIndex(where: { $0 < 0 }) {
      throw failure(
        "its vocabulary has neither a token \(Self.byteName(UInt8(byte))) nor one for what is"
          + " unknown, so not every text can be encoded")
    }
  }
}

// MARK: - llama2.c's format

extension Vocabulary {
  /// No merge of llama2.c makes a piece of this score or less (run.c: `best_score`): what is there
  /// only to be printed has it.
  private static let lowestScore: Float = -1e10

  /// llama2.c's tokenizer.bin: max_token_length, then score, length and bytes of each token. The
  /// first three tokens are <unk>, <s> and </s>, the next 256 the bytes, the others pieces.
  ///
  /// Throws `LlamaError.badVocabulary` for a file that is damaged, of another size than `vocabSize`
  /// if that is given, or without the tokens that any text can fall back on: a space and the bytes.
  package init(tokenizerBin file: MappedFile, vocabSize: Int? = nil) throws {
    kind = .sentencePiece
    path = file.path
    hasSpaceMark = false
    isLlama2C = true
    guard !GGUF.isGGUF(file) else {
      throw failure("is a GGUF file, expected a tokenizer.bin of llama2.c")
    }
    try read(file)
    try check(size: vocabSize)
    if let byte = (0..<256).first(where: { count <= 3 + $0 || types[3 + $0] != .byte }) {
      throw failure(
        "expected \(Self.byteName(UInt8(byte))) as token \(3 + byte): without a token for each byte"
          + " not every text can be encoded")
    }
    bos = 1
    eos = 2
    unknown = 0
    endOfTurn = [2]
    try buildTables()
    guard [0x20].withUnsafeBufferPointer({ id(of: $0) }) != nil else {
      throw failure("the vocabulary has no token for a space, so no text can be encoded")
    }
  }

  fileprivate func check(size: Int?) throws {
    guard let size, count != size else { return }
    throw failure(
      "the vocabulary has \(count) tokens, but the checkpoint has \(size): "
        + (isLlama2C
          ? "a checkpoint needs the vocabulary of its training" : "they do not belong together"))
  }

  private mutating func read(_ file: MappedFile) throws {
    guard file.bytes.count <= UInt32.max else {
      throw failure("the file has \(file.bytes.count) bytes: not a vocabulary of llama2.c")
    }
    var cursor = 0
    func uint32() throws -> UInt32 {
      guard cursor + 4 <= file.bytes.count else {
        throw failure("the file ends inside token \(count): it is cut off")
      }
      defer { cursor += 4 }
      return UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: cursor, as: UInt32.self))
    }
    let longest = Int(try uint32())
    while cursor < file.bytes.count {
      let score = Float(bitPattern: try uint32())
      let length = Int(try uint32())
      guard length <= longest, score.isFinite else {
        throw failure(
          "token \(count) has a length of \(length) and a score of \(score), where the"
            + " longest is said to be \(longest): not a vocabulary of llama2.c")
      }
      guard cursor + length <= file.bytes.count else {
        throw failure("the file ends inside token \(count): it is cut off")
      }
      append(file.bytes[cursor..<cursor + length], score)
      cursor += length
    }
  }

  /// Appends a token of llama2.c. One in the place of a byte is one only if it has the byte's name.
  private mutating func append(_ piece: Slice<UnsafeRawBufferPointer>, _ score: Float) {
    let byte = (3..<259).contains(count) ? UInt8(count - 3) : nil
    if let byte, piece.elementsEqual(Self.byteName(byte).utf8) {
      types.append(.byte)
      bytes.append(byte)
    } else {
      let isMerged = count > 2 && score > Self.lowestScore
      types.append(count == 0 ? .unknown : count < 3 ? .control : isMerged ? .normal : .undefined)
      bytes += piece
    }
    starts.append(UInt32(bytes.count))
    scores.append(score)
  }

  /// A byte token's name, as <0x0A>.
  package static func byteName(_ byte: UInt8) -> String {
    let digits = Array("0123456789ABCDEF")
    return "<0x\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])>"
  }
}

// MARK: - GGUF

extension Vocabulary {
  /// The vocabulary in a GGUF's metadata (gguf.md: tokenizer.ggml; llama.cpp: `llama_vocab::load`).
  ///
  /// Throws `LlamaError.badVocabulary` for a kind or a pre-tokenizer that is not known, for another
  /// size than `vocabSize` if that is given, and for what is damaged.
  package init(_ gguf: GGUF, vocabSize: Int? = nil) throws {
    path = gguf.file.path
    kind = try Self.kind(of: gguf)
    isLlama2C = false
    switch kind {
    case .sentencePiece:
      hasSpaceMark = true
    case .byteLevel(let pretokenizer):
      hasSpaceMark = false
      addsSpacePrefix = false
      addsBOS = pretokenizer.ignoresMerges
    }
    try readTokens(gguf)
    try check(size: vocabSize)
    try readSpecialTokens(gguf)
    try buildTables()
    if case .byteLevel = kind { try readMerges(gguf) } else { try readScores(gguf) }
  }

  private static func kind(of gguf: GGUF) throws -> Kind {
    func failure(_ problem: String) -> LlamaError {
      .badVocabulary(path: gguf.file.path, problem: problem)
    }
    let supported = "supported are llama and gpt2"
    switch try gguf.string("tokenizer.ggml.model") {
    case "llama":
      guard try gguf.bool("tokenizer.ggml.remove_extra_whitespaces") != true else {
        throw failure("its vocabulary drops repeated spaces, which is not supported")
      }
      return .sentencePiece
    case "gpt2":
      guard let name = try gguf.string("tokenizer.ggml.pre") else {
        throw failure(
          "it does not say which pre-tokenizer its vocabulary needs (tokenizer.ggml.pre): get a"
            + " newer file of this model")
      }
      guard let pretokenizer = Pretokenizer(named: name) else {
        throw failure(
          "its vocabulary needs the pre-tokenizer \"\(printable(name.utf8))\": supported are"
            + " \(Pretokenizer.names)")
      }
      return .byteLevel(pretokenizer)
    case let name?:
      throw failure("its vocabulary is of the kind \"\(printable(name.utf8))\": \(supported)")
    case nil:
      throw failure(
        "it has no vocabulary (tokenizer.ggml.model): get a complete file of this model")
    }
  }

  private mutating func readTokens(_ gguf: GGUF) throws {
    guard let pieces = try gguf.strings("tokenizer.ggml.tokens"), pieces.count > 0 else {
      throw failure("its vocabulary has no tokens (tokenizer.ggml.tokens): it is damaged")
    }
    let given = try gguf.integers("tokenizer.ggml.token_type")
    if let given, given.count != pieces.count {
      throw failure(
        "its vocabulary has \(pieces.count) tokens, but the types of \(given.count): it is damaged")
    }
    let size = pieces.reduce(0) { $0 + $1.count }
    guard pieces.count <= Int32.max && size <= UInt32.max else {
      throw failure("its vocabulary has \(pieces.count) tokens of \(size) bytes: it is damaged")
    }
    types.reserveCapacity(pieces.count)
    starts.reserveCapacity(pieces.count + 1)
    bytes = try Array(unsafeUninitializedCapacity: size) { buffer, count in
      for (token, piece) in pieces.enumerated() {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let type = given.map { UInt8(exactly: $0[token]).flatMap(TokenType.init) ?? .undefined }
        count += try decode(piece, type, to: rest)
        starts.append(UInt32(count))
      }
    }
  }

  /// Writes the bytes that a token stands for, and appends its type. Returns their number, which is
  /// at most the piece's. Where a file gives no types, byte tokens are known by their names.
  private mutating func decode(
    _ piece: UnsafeRawBufferPointer, _ type: TokenType?, to target: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    if type == .byte || type == nil, let byte = Self.byte(named: piece) {
      types.append(.byte)
      target[0] = byte
      return 1
    }
    guard type != .byte else {
      throw failure(
        "its token \(count), \"\(printable(piece))\", is said to be a byte, expected a name"
          + " such as <0x0A>: it is damaged")
    }
    var type = type ?? .normal
    var length: Int?
    if type == .normal || type == .unused {
      if case .byteLevel = kind {
        let decoded = Self.decodeByteLevel(piece, to: target)
        // A piece that is not made of bytes can be printed, but not be found in a text.
        if decoded.end == piece.count { length = decoded.length } else { type = .undefined }
      } else {
        length = Self.decodeSpaceMarks(piece, to: target)
      }
    }
    types.append(type)
    if length == nil { target.copyMemory(from: piece) }
    return length ?? piece.count
  }

  package static func byte(named name: UnsafeRawBufferPointer) -> UInt8? {
    guard name.count == 6, name.prefix(3).elementsEqual("<0x".utf8), name[5] == UInt8(ascii: ">"),
      name[3] != UInt8(ascii: "+"), name[3] != UInt8(ascii: "-")
    else { return nil }
    return UInt8(String(decoding: name[3..<5], as: UTF8.self), radix: 16)
  }

  fileprivate static func decodeSpaceMarks(
    _ piece: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
  ) -> Int {
    var (start, length) = (0, 0)
    while start < piece.count {
      let isMark =
        start + 3 <= piece.count && piece[start] == 0xE2 && piece[start + 1] == 0x96
        && piece[start + 2] == 0x81
      target[length] = isMark ? 0x20 : piece[start]
      start += isMark ? 3 : 1
      length += 1
    }
    return length
  }

  /// The bytes of a piece in which each byte is a character that can be seen, up to one that is no
  /// byte: Latin 1's letters and signs are their own bytes, the bytes that are left are the
  /// characters from U+0100 on (GPT-2: `bytes_to_unicode`).
  @inline(__always)
  package static func decodeByteLevel(
    _ piece: UnsafeRawBufferPointer, from start: Int = 0, to target: UnsafeMutableRawBufferPointer
  ) -> (length: Int, end: Int) {
    var (length, end) = (0, start)
    while end < piece.count {
      var character = Int(piece[end])
      var next = end + 1
      if (0xC2...0xC5).contains(character) && next < piece.count && piece[next] & 0xC0 == 0x80 {
        character = (character & 0x1F) << 6 | Int(piece[next] & 0x3F)
        next += 1
      } else if character >= 0x80 {
        break
      }
      switch character {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: break
      case 0x100...0x120: character -= 0x100
      case 0x121...0x142: character -= 0x121 - 0x7F
      case 0x143: character = 0xAD
      default: return (length, end)
      }
      target[length] = UInt8(truncatingIfNeeded: character)
      length += 1
      end = next
    }
    return (length, end)
  }

  /// Special tokens by their ids and by their names, as llama.cpp finds them.
  private mutating func readSpecialTokens(_ gguf: GGUF) throws {
    func id(_ name: String, default token: Int?) throws -> Int? {
      let given = try gguf.integer("tokenizer.ggml.\(name)_token_id")
      // -1, in 32 bits without a sign as well, stands for none that is named.
      guard let given, given != -1, given != UInt32.max else {
        return token.flatMap { $0 < count ? $0 : nil }
      }
      guard (0..<count).contains(given) else {
        throw failure(
          "its tokenizer.ggml.\(name)_token_id is \(given), but it has \(count) tokens:"
            + " it is damaged")
      }
      return given
    }
    var (first, second, third): (Int?, Int?, Int?) = (1, 2, 0)
    if case .byteLevel = kind {
      // Falcon's only control token, which its older files do not state.
      let falcon = count > 11 && types[11] == .control ? 11 : nil
      (first, second, third) = (falcon, falcon, nil)
    }
    bos = try id("bos", default: first)
    eos = try id("eos", default: second)
    unknown = try id("unknown", default: third)
    addsBOS = try gguf.bool("tokenizer.ggml.add_bos_token") ?? addsBOS
    if case .sentencePiece = kind {
      addsSpacePrefix = try gguf.bool("tokenizer.ggml.add_space_prefix") ?? true
    }
    for name in ["eot", "eom", "fim_pad", "fim_rep", "fim_sep"] {
      if let token = try id(name, default: nil) { endOfTurn.insert(token) }
    }
    if let eos { endOfTurn.insert(eos) }
    // What the file itself names is a control token, whatever type it has there.
    for name in ["bos", "eos", "eot", "eom"] {
      if let token = try id(name, default: nil), types[token] != .byte { types[token] = .control }
    }
    findSpecialTokens()
    if try gguf.integers("tokenizer.ggml.token_type") == nil {
      for token in [bos, eos].compactMap(\.self) { types[token] = .control }
      if let unknown { types[unknown] = .unknown }
    }
    if let token = unknown, types[token] != .unknown { unknown = nil }
  }

  /// Makes control tokens of those that have a control token's name, whatever the file calls them.
  private mutating func findSpecialTokens() {
    for token in 0..<count where types[token] != .byte {
      let piece = piece(token)
      guard (4..<40).contains(piece.count) else { continue }
      switch (bytes[piece.lowerBound], bytes[piece.lowerBound + 1]) {
      case (UInt8(ascii: "<"), _), (UInt8(ascii: "["), _), (UInt8(ascii: "_"), UInt8(ascii: "<")),
        (UInt8(ascii: " "), UInt8(ascii: "<")):
        break
      default: continue
      }
      let name = String(decoding: bytes[piece], as: UTF8.self)
      let ends = Self.endNames.contains(name)
      let isMark = types[token] == .userDefined && Self.turnNames.contains(name)
      guard ends || isMark || Self.infillNames.contains(name) else { continue }
      types[token] = .control
      if ends { endOfTurn.insert(token) }
    }
  }

  /// Names of tokens that end a reply; the last two lines end a file of code.
  private static let endNames: Set<String> = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
    "<｜end▁of▁sentence｜>", "[e~[",
    "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]", "<|fim_repo|>", "<|repo_name|>",
    "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
  ]

  /// Names of tokens that begin or end the parts of a turn. Where a file calls them user-defined, they
  /// would be found in what a user types.
  private static let turnNames: Set<String> = [
    "<|im_start|>", "<|start_header_id|>", "<|end_header_id|>", "<|user|>", "<|assistant|>",
    "<|system|>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "<｜User｜>",
    "<｜Assistant｜>", "<|EOT|>",
  ]

  /// Names of tokens between which code is filled in.
  private static let infillNames: Set<String> = [
    "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", " <PRE>",
    "<|code_prefix|>", "<|prefix|>", "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>",
    "<｜fim▁hole｜>", "<SUF>", " <SUF>", "<|code_suffix|>", "<|suffix|>", "<|fim_middle|>",
    "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", " <MID>", "<|code_middle|>",
    "<|middle|>",
  ]

  private mutating func readScores(_ gguf: GGUF) throws {
    guard let scores = try gguf.floats("tokenizer.ggml.scores"), scores.count == count else {
      throw failure("its vocabulary has \(count) tokens, but not as many scores: it is damaged")
    }
    if let token = scores.firstIndex(where: \.isNaN) {
      throw failure("the score of its token \(token) is not a number: it is damaged")
    }
    self.scores = scores
  }

  private mutating func readMerges(_ gguf: GGUF) throws {
    guard let pairs = try gguf.strings("tokenizer.ggml.merges") else {
      throw failure("its vocabulary has no merges (tokenizer.ggml.merges): it is damaged")
    }
    guard pairs.count <= Int32.max else {
      throw failure("its vocabulary has \(pairs.count) merges: it is damaged")
    }
    let longest = pairs.reduce(0) { max($0, $1.count) }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: longest + 1, alignment: 1)
    defer { scratch.deallocate() }
    var made: [Int32] = []
    var leftLengths: [UInt32] = []
    made.reserveCapacity(pairs.count)
    leftLengths.reserveCapacity(pairs.count)
    // A merge most often makes the token behind the last one's, or that again.
    var last = 0
    for pair in pairs {
      guard let (token, leftLength) = merge(pair, near: last, scratch) else {
        throw failure(
          "its merge \(made.count), \"\(printable(pair))\", is not two halves of a token: it"
            + " is damaged")
      }
      last = token
      made.append(Int32(token))
      leftLengths.append(UInt32(leftLength))
    }
    merges = Merges(made: made, leftLengths: leftLengths, tokenCount: count)
  }

  /// The token that a merge such as "Ġt he" makes, and the length of its left half.
  private func merge(
    _ pair: UnsafeRawBufferPointer, near last: Int, _ scratch: UnsafeMutableRawBufferPointer
  ) -> (token: Int, leftLength: Int)? {
    func token(_ length: Int) -> Int? {
      let text = UnsafeBufferPointer(
        rebasing: UnsafeRawBufferPointer(scratch).assumingMemoryBound(to: UInt8.self)[..<length])
      for token in [last, last + 1] where token < count && isMerged(token) && isPiece(token, text) {
        return token
      }
      return table.find(text, self)
    }
    let left = Self.decodeByteLevel(pair, to: scratch)
    if left.end > 0 && left.end < pair.count && pair[left.end] == 0x20 {
      let rest = UnsafeMutableRawBufferPointer(rebasing: scratch[left.length...])
      let right = Self.decodeByteLevel(pair, from: left.end + 1, to: rest)
      if right.end == pair.count, let token = token(left.length + right.length) {
        return (token, left.length)
      }
    }
    // A token that is not printed by its bytes, such as a user-defined one, has its own text.
    guard let space = pair.dropFirst().firstIndex(of: 0x20) else { return nil }
    scratch.copyBytes(from: pair[..<space])
    UnsafeMutableRawBufferPointer(rebasing: scratch[space...]).copyBytes(from: pair[(space + 1)...])
    return token(pair.count - 1).map { ($0, space) }
  }
}
