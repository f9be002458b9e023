/// What a text has read: the keys and values of all its tokens.
/// The system gives memory to the positions as they are written.
///
/// Keys stand in blocks of 16 positions, (headSize, 16): element i of all 16, then element i + 1. So a
/// vector has one element of 16 keys, and the scores of 16 positions are summed up each in a lane of
/// its own. A value stands in one piece, with zeros up to whole vectors.
final class KVCache {
  /// How keys and values are stored.
  let floats: any CacheFloats.Type
  private let keys: UnsafeMutableRawPointer  // (nLayers, nKVHeads, capacity / 16, headSize, 16)
  private let values: UnsafeMutableRawPointer  // (nLayers, nKVHeads, capacity, valueSize)
  private let config: Config
  /// Positions: the context in whole tiles of keys (`Attention.tilePositions`, on any processor).
  private let capacity: Int
  private let memory: [LazyMemory]

  init(_ c: Config, _ floats: any CacheFloats.Type) throws(LlamaError) {
    let purpose = "a KV cache of \(c.seqLen) positions"
    config = c
    self.floats = floats
    capacity = (c.seqLen + 31) / 32 * 32
    memory = [
      try LazyMemory(bytes: [floats.size, c.nLayers, capacity, c.kvDim], purpose: purpose),
      try LazyMemory(
        bytes: [floats.size, c.nLayers * c.nKVHeads, capacity, Self.valueSize(c.headSize)],
        purpose: purpose),
    ]
    (keys, values) = (memory[0].start, memory[1].start)
  }

  /// Elements that a value takes: its headSize, rounded up to whole vectors.
  static func valueSize(_ headSize: Int) -> Int { (headSize + 15) & ~15 }

  /// Bytes of the keys and values of one position, all layers together.
  var bytesPerPosition: Int {
    floats.size * config.nLayers * config.nKVHeads
      * (config.headSize + Self.valueSize(config.headSize))
  }

  /// Stores the keys and values of one token, both (nKVHeads, headSize).
  func store(
    _ k: UnsafePointer<Float>, _ v: UnsafePointer<Float>, layer: Int, position: Int
  ) {
    let headSize = config.headSize
    for kvHead in 0..<config.nKVHeads {
      let head = layer * config.nKVHeads + kvHead
      floats.storeKey(k + kvHead * headSize, key(head, position), headSize: headSize)
      floats.storeValue(v + kvHead * headSize, value(head, position), headSize: headSize)
    }
  }

  /// Copies what `other`, of the same model, holds at some positions: of their keys whole blocks in one
  /// piece, of the first and the last block what belongs to the positions.
  func copy(_ positions: Range<Int>, of other: KVCache) {
    for head in 0..<config.nLayers * config.nKVHeads {
      let bytes = positions.count * Self.valueSize(config.headSize) * floats.size
      value(head, positions.lowerBound).copyMemory(
        from: other.value(head, positions.lowerBound), byteCount: bytes)
      var position = positions.lowerBound
      while position < positions.upperBound {
        let end = min(position / 16 * 16 + 16, positions.upperBound)
        let whole = end - position == 16
        let (from, to) = (other.key(head, position), key(head, position))
        for i in 0..<(whole ? 1 : config.headSize) {
          (to + 16 * i * floats.size).copyMemory(
            from: from + 16 * i * floats.size,
            byteCount: (end - position) * (whole ? config.headSize : 1) * floats.size)
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
    value(head, to).copyMemory(
      from: value(head, from),
      byteCount: count * Self.valueSize(config.headSize) * floats.size)
    for i in 0..<count {
      floats.loadKey(key(head, from + i), to: scratch, headSize: config.headSize)
      turn(scratch)
      floats.storeKey(scratch, key(head, to + i), headSize: config.headSize)
    }
  }

  /// Where the first element of a key stands; the others follow 16 apart. `head` is as in `move`.
  func key(_ head: Int, _ position: Int) -> UnsafeMutableRawPointer {
    let block = head * (capacity / 16) + position / 16
    return keys + (block * config.headSize * 16 + position % 16) * floats.size
  }

  /// Where a value begins.
  func value(_ head: Int, _ position: Int) -> UnsafeMutableRawPointer {
    values + (head * capacity + position) * Self.valueSize(config.headSize) * floats.size
  }
}
