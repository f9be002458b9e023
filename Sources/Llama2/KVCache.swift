/// What a text has read: the keys and values of all its tokens, and the logits after the last one.
/// The system gives memory to the positions as they are written.
final class KVCache {
  let keys: UnsafeMutablePointer<Float>  // (nLayers, nKVHeads, seqLen, headSize)
  let values: UnsafeMutablePointer<Float>  // (nLayers, nKVHeads, seqLen, headSize)
  let logits: UnsafeMutablePointer<Float>  // (vocabSize)
  private let config: Config
  private let memory: [LazyMemory]

  init(_ c: Config) throws(LlamaError) {
    let purpose = "a KV cache of \(c.seqLen) positions"
    config = c
    memory = [
      try LazyMemory(bytes: [4, c.nLayers, c.seqLen, c.kvDim], purpose: purpose),
      try LazyMemory(bytes: [4, c.nLayers, c.seqLen, c.kvDim], purpose: purpose),
      try LazyMemory(bytes: [4, c.vocabSize], purpose: "logits"),
    ]
    let floats = memory.map { $0.start.assumingMemoryBound(to: Float.self) }
    (keys, values, logits) = (floats[0], floats[1], floats[2])
  }

  /// Copies what `other`, of the same model, holds at some positions.
  func copy(_ positions: Range<Int>, of other: KVCache) {
    for head in 0..<config.nLayers * config.nKVHeads {
      let start = offset(0, head, positions.lowerBound)
      let count = positions.count * config.headSize
      (keys + start).update(from: other.keys + start, count: count)
      (values + start).update(from: other.values + start, count: count)
    }
  }

  /// Where the key and the value of one head at one position stand.
  func offset(_ layer: Int, _ kvHead: Int, _ position: Int) -> Int {
    ((layer * config.nKVHeads + kvHead) * config.seqLen + position) * config.headSize
  }
}
