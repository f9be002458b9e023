/// A set of texts: what a pattern matches, as `Grammar` compiles it.
indirect enum Language: Sendable, Equatable {
  /// Exactly these bytes.
  case literal([UInt8])
  /// One of these, of which there may be many.
  case choices([[UInt8]])
  /// One Unicode scalar of these ranges, as UTF-8; surrogates are left out. No range: no text.
  case scalar([ClosedRange<UInt32>])
  /// One behind the other; none of them: the empty text.
  case sequence([Language])
  /// Any of these; none of them: no text.
  case either([Language])
  /// One so many times; `atMost` nil: any number of times.
  case repeated(Language, atLeast: Int, atMost: Int?)
  /// What the rule of this number says. Rules may refer to themselves behind a first byte, so that texts nest;
  /// where nothing follows the reference in its rule, this is a loop and needs no stack.
  case rule(Int)

  static func text(_ text: String) -> Language { .literal(Array(text.utf8)) }
}
