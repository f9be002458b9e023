/// A token of llama2.c's tokenizer.bin.
package struct VocabularyPiece: Equatable {
  package var bytes: [UInt8]
  package var score: Float

  package init(bytes: [UInt8], score: Float) {
    self.bytes = bytes
    self.score = score
  }
}

/// A tokenizer.bin (llama2.c's tokenizer.py: `export`): max_token_length, then score, length and bytes
/// of each token.
package func binaryVocabulary(_ pieces: [VocabularyPiece]) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(littleEndian: UInt32(pieces.map(\.bytes.count).max() ?? 0))
  for piece in pieces {
    bytes.append(littleEndian: piece.score.bitPattern)
    bytes.append(littleEndian: UInt32(piece.bytes.count))
    bytes += piece.bytes
  }
  return bytes
}
