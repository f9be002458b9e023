// The attention of a block's tokens, each to its own text, shared out to threads.

extension LoadedModel {
  /// out = softmax(q · k / √headSize) v, both (count, nHeads, headSize), over all positions of its text
  /// up to each token's own (Vaswani et al. 2017). Threads share the key-value heads and the tokens of
  /// the block, or the positions where these are few tokens of one text.
  func attention(
    _ q: UnsafePointer<Float>, layer: Int, into out: UnsafeMutablePointer<Float>, _ block: Block
  ) {
    if block.pieces.count == 1 && block.pieces[0].chunks > 1 {
      attentionByChunks(q, layer: layer, of: block.pieces[0], into: out)
    } else {
      attentionByHeads(q, layer: layer, block.pieces, into: out)
    }
  }

  /// A thread goes through all chunks of positions with the heads that it has taken.
  private func attentionByHeads(
    _ q: UnsafePointer<Float>, layer: Int, _ pieces: [Block.Part],
    into out: UnsafeMutablePointer<Float>
  ) {
    let work = pieces.reduce(0) { $0 + multiplications($1) } / pieces.count
    forEachPart(of: config.nKVHeads * pieces.count, work: work, grain: 1) { parts, thread in
      for part in parts {
        let heads = SharedHeads(
          layer: layer, kvHead: part / pieces.count, tokens: pieces[part % pieces.count])
        let (queries, sums) = (queries(q, heads, thread: thread), state.sums(ofThread: thread))
        for chunk in 0..<heads.tokens.chunks {
          let partial = chunk == 0 ? sums : sums + state.sumsSize
          attention(
            queries, heads, chunk: chunk,
            next: keys(heads, chunk: min(chunk + 1, heads.tokens.chunks - 1)), into: partial,
            thread: thread)
          if chunk > 0 { addSums(partial, to: sums, heads, chunk: chunk) }
        }
        finish(sums, heads, into: out)
      }
    }
  }

  /// Threads share the chunks of a few tokens' positions.
  private func attentionByChunks(
    _ q: UnsafePointer<Float>, layer: Int, of tokens: Block.Part,
    into out: UnsafeMutablePointer<Float>
  ) {
    let (s, chunks) = (state, tokens.chunks)
    func sharing(_ kvHead: Int) -> SharedHeads {
      SharedHeads(layer: layer, kvHead: kvHead, tokens: tokens)
    }
    threads.run(parts: config.nKVHeads * chunks) { part, thread in
      let heads = sharing(part / chunks)
      // Threads take parts mostly in turn.
      let next = min(part + threads.count, config.nKVHeads * chunks - 1)
      attention(
        queries(q, heads, thread: thread), heads, chunk: part % chunks,
        next: keys(sharing(next / chunks), chunk: next % chunks),
        into: s.sums + part * s.sumsSize, thread: thread)
    }
    for kvHead in 0..<config.nKVHeads {
      let (heads, sums) = (sharing(kvHead), s.sums + kvHead * chunks * s.sumsSize)
      for chunk in 1..<chunks {
        addSums(sums + chunk * s.sumsSize, to: sums, heads, chunk: chunk)
      }
      finish(sums, heads, into: out)
    }
  }

  /// One key-value head of a layer, and tokens of a text whose query heads share it.
  private struct SharedHeads {
    let layer: Int
    let kvHead: Int
    let tokens: Block.Part
  }

  /// In the attention of one key-value head.
  private func multiplications(_ tokens: Block.Part) -> Int {
    config.qDim / config.nKVHeads * 2 * tokens.rows.count * (tokens.position + tokens.rows.count)
  }

  private func visible(_ heads: SharedHeads, chunk: Int) -> Attention.Visible {
    let queriesPerToken = config.nHeads / config.nKVHeads
    return Attention.Visible(
      queries: heads.tokens.rows.count * queriesPerToken, queriesPerToken: queriesPerToken,
      first: heads.tokens.position + 1 - chunk * Attention.chunkSize)
  }

  /// The queries that share a key-value head, divided by √headSize, beside each other.
  private func queries(
    _ q: UnsafePointer<Float>, _ heads: SharedHeads, thread: Int
  ) -> UnsafePointer<Float> {
    let (c, queries) = (config, state.queries(ofThread: thread))
    let width = c.qDim / c.nKVHeads
    for (i, row) in heads.tokens.rows.enumerated() {
      let out = queries + i * width
      out.update(from: q + row * c.qDim + heads.kvHead * width, count: width)
      multiply(out, by: 1 / Float(c.headSize).squareRoot(), width)
    }
    return UnsafePointer(queries)
  }

  /// The sums of queries over one chunk of positions.
  ///
  /// - Parameter next: the keys of the chunk that this thread takes next, as far as one can tell.
  private func attention(
    _ queries: UnsafePointer<Float>, _ heads: SharedHeads, chunk: Int, next: UnsafeRawPointer,
    into sums: UnsafeMutablePointer<Float>, thread: Int
  ) {
    let cache = heads.tokens.cache
    let values = cache.value(head(heads), chunk * Attention.chunkSize)
    cache.format.attention(
      queries, visible: visible(heads, chunk: chunk), keys(heads, chunk: chunk), values, next: next,
      headSize: config.headSize, scratch: state.attention(ofThread: thread), into: sums)
  }

  private func keys(_ heads: SharedHeads, chunk: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(heads.tokens.cache.key(head(heads), chunk * Attention.chunkSize))
  }

  /// The number of the key-value head in the cache.
  private func head(_ heads: SharedHeads) -> Int { heads.layer * config.nKVHeads + heads.kvHead }

  /// Adds the sums of a later chunk, where queries see any of it.
  private func addSums(
    _ other: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, _ heads: SharedHeads,
    chunk: Int
  ) {
    let visible = visible(heads, chunk: chunk)
    let valueSize = KVCache.valueSize(config.headSize)
    for query in visible.firstQuery..<visible.queries {
      let start = query * Attention.sumsSize(valueSize)
      Attention.add(other + start, to: sums + start, valueSize)
    }
  }

  /// The results of the queries that share a key-value head.
  private func finish(
    _ sums: UnsafePointer<Float>, _ heads: SharedHeads, into out: UnsafeMutablePointer<Float>
  ) {
    let (c, valueSize) = (config, KVCache.valueSize(config.headSize))
    let headsPerKV = c.nHeads / c.nKVHeads
    for (i, row) in heads.tokens.rows.enumerated() {
      let out = out + (row * c.nHeads + heads.kvHead * headsPerKV) * c.headSize
      for head in 0..<headsPerKV {
        Attention.finish(
          sums + (i * headsPerKV + head) * Attention.sumsSize(valueSize), valueSize,
          out + head * c.headSize, headSize: c.headSize)
      }
    }
  }
}

extension Block.Part {
  /// The chunks of positions that the last of the tokens sees.
  fileprivate var chunks: Int { (position + rows.count - 1) / Attention.chunkSize + 1 }
}
