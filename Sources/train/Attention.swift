// Attention in the windows. A query attends to the keys of its own text up to its own position; other texts in
// the window are masked (as in Grattafiori et al. 2024: Llama 3). It is computed block by block, so that the
// scores of a block stay in a core's cache; the backward pass computes them again (Dao et al. 2022:
// FlashAttention). For each head of queries:
//
//     forward    S = Q Kᵀ / √headSize      P = softmax(S)             O = P V
//     backward   dV = Pᵀ dO                dP = dO Vᵀ
//                dS = P ⊙ (dP - D), where D = Σ over positions of P dP = Σ over elements of dO O
//                dQ = dS K / √headSize     dK = dSᵀ Q / √headSize
//
// Where a group of heads shares its keys and values (Ainslie et al. 2023: GQA), dK and dV are sums over the
// heads of the group.
//
// With dropout O = (P ⊙ M) V, dV = (P ⊙ M)ᵀ dO and dP = dO Vᵀ ⊙ M, where M is 0 or 1 / (1 - probability).

import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory for one thread to work in.
struct AttentionScratch {
  /// Queries whose scores are in memory at a time: a multiple of `ProductTile.width` and of the 16 lanes of a vector,
  /// since blocks of keys begin at multiples of it.
  static let queries = 32

  let p: Floats  // (queries, seqLen rounded up to whole vectors), scores, then weights
  let dp: Floats  // The same of their gradients
  let byColumn: Panels  // (headSize, seqLen), Kᵀ
  let otherByColumn: Panels  // (headSize, seqLen), Vᵀ
  let byRow: Panels  // (seqLen, headSize), V or K
  let block: Panels  // (queries, headSize), Q or dO

  init(_ start: UnsafeMutablePointer<Float>, _ c: Config) {
    var start = start
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { start += (count + 15) & ~15 }
      return start
    }
    func panels(_ rows: Int, _ columns: Int) -> Panels {
      Panels(
        start: take(Panels.size(rows: rows, columns: columns)), rows: rows, columns: columns)
    }
    let width = (c.seqLen + 15) & ~15
    p = Floats(take(Self.queries * width), rows: Self.queries, columns: width)
    dp = Floats(take(Self.queries * width), rows: Self.queries, columns: width)
    byColumn = panels(c.headSize, c.seqLen)
    otherByColumn = panels(c.headSize, c.seqLen)
    byRow = panels(c.seqLen, c.headSize)
    block = panels(Self.queries, c.headSize)
  }

  /// Floats for one thread: laid out at an address that nobody reads.
  static func size(_ c: Config) -> Int {
    let end = AttentionScratch(UnsafeMutablePointer(bitPattern: 64)!, c).block
    return (Int(bitPattern: end.start) - 64) / 4 + Panels.size(rows: queries, columns: c.headSize)
  }
}

/// Some successive queries of one head, and what they see.
private struct QueryBlock {
  /// The head's, of all heads.
  let head: Int
  /// The first one's position in the window, and the row of it in q.
  let position: Int
  let row: Int
  let count: Int
  /// The positions of all keys that one of them sees; begins at a multiple of `AttentionScratch.queries`.
  let keys: Range<Int>
  /// The position at which the text of each begins: the first one's is the smallest.
  let starts: UnsafePointer<Int32>

  /// The keys that query i sees, as indices into `keys`, counted from 0.
  func visible(to i: Int) -> Range<Int> {
    Int(starts[i]) - keys.lowerBound..<position + i + 1 - keys.lowerBound
  }
}

extension Network {
  /// heads = softmax(q kᵀ / √headSize) v. Threads share the key-value heads of the windows.
  func attention(
    _ a: TrainingActivations.Layer, _ starts: UnsafePointer<Int32>, _ dropout: Dropout?
  ) {
    forEachHead { window, kvHead, scratch in
      let (k, v) = (head(a.k, window, kvHead), head(a.v, window, kvHead))
      layOut(k.transposed, in: scratch.byColumn, factor: scoreFactor)
      layOut(v, in: scratch.byRow)
      forEachBlock(window, kvHead, starts) { block in
        let p = scores(block, a.q, scratch)
        for i in 0..<block.count {
          let row = p.start + i * p.rowStride
          let (sum, logSum) = softmaxNumerators(row, visible: block.visible(to: i), of: p.columns)
          a.logSums[(block.row + i) * config.nHeads + block.head] = logSum
          for j in 0..<p.columns { row[j] *= 1 / sum }
        }
        drop(p, block, dropout)
        p.multiply(
          scratch.byRow.rows(from: block.keys.lowerBound), into: rows(of: block, a.heads),
          adding: false)
      }
    }
  }

  /// dq, dk and dv, from dheads.
  func attentionBackward(
    _ a: TrainingActivations.Layer, _ starts: UnsafePointer<Int32>, dheads: Floats, dq: Floats,
    dk: Floats, dv: Floats, _ dropout: Dropout?
  ) {
    forEachHead { window, kvHead, scratch in
      let (k, v) = (head(a.k, window, kvHead), head(a.v, window, kvHead))
      layOut(k.transposed, in: scratch.byColumn, factor: scoreFactor)
      layOut(v.transposed, in: scratch.otherByColumn)
      layOut(k, in: scratch.byRow, factor: scoreFactor)
      let (dk, dv) = (head(dk, window, kvHead), head(dv, window, kvHead))
      for gradient in [dk, dv] {
        for i in 0..<gradient.rows {
          (gradient.start + i * gradient.rowStride).update(repeating: 0, count: gradient.columns)
        }
      }
      forEachBlock(window, kvHead, starts) { block in
        let p = scores(block, a.q, scratch)
        let (q, out, dout) = (
          rows(of: block, a.q), rows(of: block, a.heads), rows(of: block, dheads)
        )
        let dp = scratch.dp.rows(0..<block.count).columns(block.keys)
        dout.multiply(scratch.otherByColumn.columns(block.keys), into: dp, adding: false)
        drop(dp, block, dropout)
        for i in 0..<block.count {
          let (p, dp) = (p.start + i * p.rowStride, dp.start + i * p.rowStride)
          let logSum = a.logSums[(block.row + i) * config.nHeads + block.head]
          let d = dot(out.start + i * out.rowStride, dout.start + i * dout.rowStride, out.columns)
          softmaxBackward(
            p, dp, visible: block.visible(to: i), of: block.keys.count, logSum: logSum, d)
        }
        dp.multiply(
          scratch.byRow.rows(from: block.keys.lowerBound), into: rows(of: block, dq), adding: false)
        // The gradients of the keys and values that the block sees.
        let queries = Panels(start: scratch.block.start, rows: block.count, columns: q.columns)
        layOut(q, in: queries, factor: scoreFactor)
        dp.transposed.multiply(queries, into: dk.rows(block.keys), adding: true)
        drop(p, block, dropout)
        layOut(dout, in: queries)
        p.transposed.multiply(queries, into: dv.rows(block.keys), adding: true)
      }
    }
  }

  /// 1 / √headSize, which keys are multiplied by where queries meet them, and queries where they become
  /// gradients of keys.
  private var scoreFactor: Float { 1 / Float(config.headSize).squareRoot() }

  private func forEachHead(_ body: (_ window: Int, _ kvHead: Int, AttentionScratch) -> Void) {
    threads.run(parts: activations.tokens / config.seqLen * config.nKVHeads) { part, thread in
      let (window, kvHead) = part.quotientAndRemainder(dividingBy: config.nKVHeads)
      body(window, kvHead, activations.attention(ofThread: thread, config))
    }
  }

  /// Calls `body` with the blocks of all heads that share a key-value head.
  private func forEachBlock(
    _ window: Int, _ kvHead: Int, _ starts: UnsafePointer<Int32>, _ body: (QueryBlock) -> Void
  ) {
    let (seqLen, heads) = (config.seqLen, config.nHeads / config.nKVHeads)
    for head in kvHead * heads..<(kvHead + 1) * heads {
      for position in stride(from: 0, to: seqLen, by: AttentionScratch.queries) {
        let row = window * seqLen + position
        let end = min(position + AttentionScratch.queries, seqLen)
        let first = Int(starts[row]) / AttentionScratch.queries * AttentionScratch.queries
        body(
          QueryBlock(
            head: head, position: position, row: row, count: end - position, keys: first..<end,
            starts: starts + row))
      }
    }
  }

  /// One head of the keys or values of a window, (seqLen, headSize).
  private func head(_ x: Floats, _ window: Int, _ head: Int) -> Floats {
    Floats(
      x.start + window * config.seqLen * x.rowStride + head * config.headSize,
      rows: config.seqLen, columns: config.headSize, rowStride: x.rowStride)
  }

  /// A block's queries, or what has the same place in x, (queries, headSize).
  private func rows(of block: QueryBlock, _ x: Floats) -> Floats {
    Floats(
      x.start + block.row * x.rowStride + block.head * config.headSize, rows: block.count,
      columns: config.headSize, rowStride: x.rowStride)
  }

  private func layOut(_ x: Floats, in panels: Panels, factor: Float = 1) {
    panels.layOut(x, rows: 0..<panels.rows, factor: factor)
  }

  /// The scores of a block, (queries, keys).
  private func scores(_ block: QueryBlock, _ q: Floats, _ scratch: AttentionScratch) -> Floats {
    let scores = scratch.p.rows(0..<block.count).columns(block.keys)
    rows(of: block, q).multiply(
      scratch.byColumn.columns(block.keys), into: scores, adding: false)
    return scores
  }

  /// Leaves out some of a block's weights, or of their gradients.
  private func drop(_ p: Floats, _ block: QueryBlock, _ dropout: Dropout?) {
    guard let dropout else { return }
    for i in 0..<block.count {
      let row = p.start + i * p.rowStride
      let first =
        ((block.row + i) * config.nHeads + block.head) * p.rowStride + block.keys.lowerBound
      for j in stride(from: 0, to: p.columns, by: 16) {
        store(load(row + j) * dropout.factors(first + j), row + j)
      }
    }
  }
}

extension Panels {
  /// The columns of `part`, which begins at a multiple of `ProductTile.width`.
  fileprivate func columns(_ part: Range<Int>) -> Panels {
    Panels(start: self[part.lowerBound / ProductTile.width], rows: rows, columns: part.count)
  }

  /// The rows from `row` on. `rows` stays, since it is the distance of two panels; a product reads only as many
  /// rows as its left side has columns.
  fileprivate func rows(from row: Int) -> Panels {
    Panels(start: start + row * ProductTile.width, rows: rows, columns: columns)
  }
}

/// Turns the visible scores s of a row of `count` into e^(s - max), and the others into 0. Returns Σ e^(s - max), and
/// log Σ e^s.
private func softmaxNumerators(
  _ row: UnsafeMutablePointer<Float>, visible: Range<Int>, of count: Int
) -> (sum: Float, logSum: Float) {
  let (first, end) = (visible.lowerBound & ~15, (visible.upperBound + 15) & ~15)
  row.update(repeating: 0, count: first)
  (row + first).update(repeating: -.infinity, count: visible.lowerBound - first)
  (row + visible.upperBound).update(repeating: -.infinity, count: end - visible.upperBound)
  let (max, sum) = Steps.exponentials(row + first, end - first)
  if end < count { (row + end).update(repeating: 0, count: count - end) }
  return (sum, max + logf(sum))
}

/// p = e^(p - logSum), which turns scores into weights, and dp = p (dp - d), which turns the gradients of
/// the weights into those of the scores. Of `count` keys, those that are not visible get 0 in both.
private func softmaxBackward(
  _ p: UnsafeMutablePointer<Float>, _ dp: UnsafeMutablePointer<Float>, visible: Range<Int>,
  of count: Int, logSum: Float, _ d: Float
) {
  for j in stride(from: visible.lowerBound & ~15, to: visible.upperBound, by: 16) {
    let weights = exp(load(p + j) - logSum)
    store(weights, p + j)
    store(weights * (load(dp + j) - d), dp + j)
  }
  for j in 0..<visible.lowerBound { (p[j], dp[j]) = (0, 0) }
  for j in visible.upperBound..<count { (p[j], dp[j]) = (0, 0) }
}
