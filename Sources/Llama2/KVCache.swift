/// What a text has read: the keys and values of all its tokens.
/// The system gives memory to the positions as they are written.
///
/// Positions stand in chunks (`Attention.chunkSize`): all that a chunk holds of all heads of all layers,
/// then the next chunk. So memory is written from its beginning to its end, and what a head has of a
/// chunk is in one piece, which attention reads: its keys, then its values.
///
/// Keys stand in blocks of 16 positions, (headSize, 16): element i of all 16, then element i + 1. So a
/// vector has one element of 16 keys, and the scores of 16 positions are summed up each in a lane of
/// its own. A value stands in one piece, with zeros up to whole vectors.
final class KVCache {
  /// How keys and values are stored.
  let format: any CacheFloats.Type
  private let config: Config
  /// (chunks, nLayers, nKVHeads, a head's keys and values of a chunk)
  private let memory: LazyMemory

  init(_ c: Config, _ format: any CacheFloats.Type) throws(LlamaError) {
    config = c
    self.format = format
    let chunks = (c.seqLen - 1) / Attention.chunkSize + 1
    memory = try LazyMemory(
      bytes: [
        format.size, chunks * Attention.chunkSize, c.nLayers * c.nKVHeads,
        c.headSize + Self.valueSize(c.headSize),
      ], purpose: "a KV cache of \(c.seqLen) positions")
    // Huge pages are read almost twice as fast, but are paid for whole. A text of more than a chunk pays
    // for one chunk more, at most.
    memory.useHugePages(from: bytesPerChunk)
  }

  /// Elements that a value takes: its headSize, rounded up to whole vectors.
  static func valueSize(_ headSize: Int) -> Int { (headSize + 15) & ~15 }

  /// Bytes of the keys and values of one position, all layers together.
  var bytesPerPosition: Int {
    format.size * config.nLayers * config.nKVHeads
      * (config.headSize + Self.valueSize(config.headSize))
  }

  private var bytesPerChunk: Int { bytesPerPosition * Attention.chunkSize }

  /// Stores the keys and values of one token, both (nKVHeads, headSize).
  func store(
    _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>, layer: Int, position: Int
  ) {
    let headSize = config.headSize
    for kvHead in 0..<config.nKVHeads {
      let head = layer * config.nKVHeads + kvHead
      format.storeKey(k + kvHead * headSize, key(head, position), headSize: headSize)
      format.storeValue(v + kvHead * headSize, value(head, position), headSize: headSize)
    }
  }

  /// Copies what `other`, of the same model, holds at some positions: whole blocks of 16 in one piece, of
  /// the first and the last block what belongs to the positions.
  func copy(_ positions: Range<Int>, of other: KVCache) {
    let (headSize, size) = (config.headSize, format.size)
    for head in 0..<config.nLayers * config.nKVHeads {
      var position = positions.lowerBound
      while position < positions.upperBound {
        let end = min(position / 16 * 16 + 16, positions.upperBound)
        let count = end - position
        value(head, position).copyMemory(
          from: other.value(head, position), byteCount: count * Self.valueSize(headSize) * size)
        let (from, to) = (other.key(head, position), key(head, position))
        for i in 0..<(count == 16 ? 1 : headSize) {
          (to + 16 * i * size).copyMemory(
            from: from + 16 * i * size, byteCount: count * (count == 16 ? headSize : 1) * size)
        }
        position = end
      }
    }
  }

  /// Moves `count` positions of one head of one layer from `from` to `to`, which is before it.
  ///
  /// - Parameters:
  ///   - head: layer * nKVHeads + the head's number in its layer.
  ///   - scratch: (headSize).
  ///   - turn: called with each key in fp32, to rotate it by as many positions in place.
  func move(
    head: Int, from: Int, to: Int, count: Int, scratch: UnsafeMutablePointer<Float>,
    turn: (UnsafeMutablePointer<Float>) -> Void
  ) {
    for i in 0..<count {
      value(head, to + i).copyMemory(
        from: value(head, from + i), byteCount: Self.valueSize(config.headSize) * format.size)
      format.loadKey(key(head, from + i), to: scratch, headSize: config.headSize)
      turn(scratch)
      format.storeKey(scratch, key(head, to + i), headSize: config.headSize)
    }
  }

  /// Where the first element of a key stands; the others follow 16 apart. `head` is as in `move`.
  func key(_ head: Int, _ position: Int) -> UnsafeMutableRawPointer {
    let inChunk = position % Attention.chunkSize
    return chunk(head, position)
      + (inChunk / 16 * 16 * config.headSize + inChunk % 16) * format.size
  }

  /// Where a value begins.
  func value(_ head: Int, _ position: Int) -> UnsafeMutableRawPointer {
    let inChunk = position % Attention.chunkSize
    return chunk(head, position)
      + (Attention.chunkSize * config.headSize + inChunk * Self.valueSize(config.headSize))
      * format.size
  }

  /// What a head has of the chunk that a position belongs to.
  private func chunk(_ head: Int, _ position: Int) -> UnsafeMutableRawPointer {
    memory.start + position / Attention.chunkSize * bytesPerChunk
      + head * (bytesPerChunk / (config.nLayers * config.nKVHeads))
  }
}
