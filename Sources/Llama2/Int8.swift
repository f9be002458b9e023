// Products of int8 weights and int8 activations (runq.c: `quantize`, `matmul`; Q8_0).
//
// A row is cut into groups. Within one the values share a scale, and their products are added as
// integers; across groups, sums times scales are added as fp32.
//
// Groups of 32 and of multiples of 64 are taken four at a time, each in four lanes of a vector: a
// lane adds a quarter of the products of every 32 or 64 values. A single token's kernel adds them
// as integers, a block's as floats, which are exact for integers of this size: the same bits.

/// The activations of a block of tokens, quantised as the matrices that they meet. A token's rows
/// of `scales4` and `lanes` are filled up with zeros to a multiple of four groups.
struct Int8Activations {
  let groupSize: Int
  let values: UnsafeMutablePointer<Int8>  // (count, columns)
  let scales: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  let scales4: UnsafeMutablePointer<Float>  // (count, groups, 4), each four times
  let split: UnsafeMutablePointer<Int16>  // (count, columns), as `splitBytes` leaves them
  let lanes: UnsafeMutablePointer<Float>  // (count, groups, groupSize), as `unpack` leaves them

  /// Whether there are kernels for groups of this size; the largest keep sums in 22 bits.
  static func isFast(_ groupSize: Int) -> Bool {
    groupSize == 32 || groupSize % 64 == 0 && groupSize <= 1024
  }

  /// Groups in a row of `columns` values, up to a multiple of four.
  static func paddedGroups(_ columns: Int, _ groupSize: Int) -> Int {
    (columns / groupSize + 3) / 4 * 4
  }

  /// Quantises token j's activations, x (columns), to the nearest of 255 steps in each group.
  func quantise(_ x: UnsafePointer<Float>, token j: Int, columns: Int) {
    let groups = columns / groupSize
    let (values, scales) = (values + j * columns, scales + j * groups)
    for group in 0..<groups {
      let start = group * groupSize
      scales[group] = quantiseGroup(x + start, values + start, groupSize)
    }
    guard Self.isFast(groupSize) else { return }
    let padded = Self.paddedGroups(columns, groupSize)
    splitBytes(values, split + j * columns, columns, groupSize)
    unpack(values, lanes + j * padded * groupSize, columns, groupSize)
    spread(scales, scales4 + 4 * j * padded, groups)
  }
}

/// Each of the scales four times, up to a multiple of four of them.
private func spread(
  _ scales: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ groups: Int
) {
  for k in 0..<(groups + 3) / 4 * 16 { out[k] = k / 4 < groups ? scale(scales, k / 4) : 0 }
}

/// out = x / scale, rounded, where the returned scale makes the largest of x 127; both (count).
/// A NaN or an infinity leaves its mark on the scale.
private func quantiseGroup(
  _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) -> Float {
  var largest = Vector.zero
  for i in stride(from: 0, to: count, by: 16) {
    let x = load(x + i, first: count - i)
    let size = x.replacing(with: -x, where: x .< 0)
    largest = size.replacing(with: largest, where: size .<= largest)
  }
  let scale = isFinite(UnsafeBufferPointer(start: x, count: count)) ? largest.max() / 127 : .nan
  guard scale > 0 else {
    out.update(repeating: 0, count: count)
    return scale
  }
  for i in stride(from: 0, to: count, by: 16) {
    let rounded = roundHalfAway(load(x + i, first: count - i) / scale)
    if i + 16 <= count {
      UnsafeMutableRawPointer(out + i).storeBytes(of: lowBytes(rounded), as: SIMD4<UInt32>.self)
    } else {
      for k in i..<count { out[k] = Int8(truncatingIfNeeded: rounded[k - i]) }
    }
  }
  return scale
}

/// The lowest byte of each lane.
@inline(__always)
private func lowBytes(_ x: Bytes64) -> SIMD4<UInt32> {
  let bytes = unsafeBitCast(x, to: SIMD16<UInt32>.self) & 255
  let pairs = bytes.evenHalf | bytes.oddHalf &<< 8
  return pairs.evenHalf | pairs.oddHalf &<< 16
}

/// The nearest integers, halves away from zero as C's `round`, of floats below 2²² in size.
@inline(__always)
private func roundHalfAway(_ x: Vector) -> Bytes64 {
  let magic: Float = 12_582_912
  var nearest = (x + magic) - magic  // halves to even
  nearest.replace(with: nearest + 1, where: (x - nearest .== 0.5) .& (x .> 0))
  nearest.replace(with: nearest - 1, where: (x - nearest .== -0.5) .& (x .< 0))
  return unsafeBitCast(nearest + magic, to: Bytes64.self)
}

// MARK: - A single token

typealias Bytes64 = SIMD16<Int32>
typealias Bytes32 = SIMD8<Int32>

/// Spreads bytes to 16 bits, of each 32 or 64 first those at even places, then those at odd ones.
private func splitBytes(
  _ bytes: UnsafePointer<Int8>, _ out: UnsafeMutablePointer<Int16>, _ count: Int, _ groupSize: Int
) {
  let half = min(groupSize, 64) / 2
  for start in stride(from: 0, to: count, by: 2 * half) {
    for i in 0..<half {
      out[start + i] = Int16(bytes[start + 2 * i])
      out[start + half + i] = Int16(bytes[start + 2 * i + 1])
    }
  }
}

/// row · token j of x, both (groups, groupSize), with the row's scales at any alignment. The caller
/// has divided, once for all rows.
func dotInt8(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: Int8Activations, token j: Int,
  groups: Int, paddedGroups: Int
) -> Float {
  let groupSize = x.groupSize
  let columns = groups &* groupSize
  guard Int8Activations.isFast(groupSize) else {
    return dotAnyGroups(
      row, rowScales, x.values + j &* columns, x.scales + j &* groups, groups, groupSize)
  }
  let split = x.split + j &* columns
  let xScales = x.scales4 + 4 &* j &* paddedGroups
  if groupSize == 32 {
    return dotGroups(rowScales, xScales, groups) { group, count in
      quarters32(row + 32 &* group, split + 32 &* group, count)
    }
  }
  return dotGroups(rowScales, xScales, groups) { group, count in
    quarters64(row + groupSize &* group, split + groupSize &* group, count, groupSize)
  }
}

/// Groups of any size, one product after the other.
private func dotAnyGroups(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: UnsafePointer<Int8>,
  _ xScales: UnsafePointer<Float>, _ groups: Int, _ groupSize: Int
) -> Float {
  var sum: Float = 0
  for group in 0..<groups {
    var groupSum: Int32 = 0
    for k in group &* groupSize..<(group &+ 1) &* groupSize {
      groupSum &+= Int32(x[k]) &* Int32(row.load(fromByteOffset: k, as: Int8.self))
    }
    sum = multiplyAdd(sum, Float(groupSum) * scale(rowScales, group), xScales[group])
  }
  return sum
}

/// One of the scales of a matrix, at any alignment.
@inline(__always)
func scale(_ scales: UnsafeRawPointer, _ group: Int) -> Float {
  scales.loadUnaligned(fromByteOffset: 4 &* group, as: Float.self)
}

/// Adds four groups at a time: `quarters` gives the integer sums of up to four from one on.
@inline(__always)
private func dotGroups(
  _ rowScales: UnsafeRawPointer, _ xScales: UnsafePointer<Float>, _ groups: Int,
  _ quarters: (_ group: Int, _ count: Int) -> Bytes64
) -> Float {
  var sum = Vector.zero
  var group = 0
  while group &+ 4 <= groups {
    let scales = rowScales.loadUnaligned(fromByteOffset: 4 &* group, as: SIMD4<Float>.self)
    sum = multiplyAdd(
      sum, float(quarters(group, 4)) * spread(scales), load(xScales + 4 &* group))
    group &+= 4
  }
  if group < groups {
    var scales = SIMD4<Float>.zero
    for k in 0..<groups &- group { scales[k] = scale(rowScales, group &+ k) }
    sum = multiplyAdd(
      sum, float(quarters(group, groups &- group)) * spread(scales), load(xScales + 4 &* group))
  }
  return sum.total
}

@inline(__always)
private func spread(_ s: SIMD4<Float>) -> Vector {
  Vector(
    lowHalf: SIMD8(lowHalf: SIMD4(repeating: s[0]), highHalf: SIMD4(repeating: s[1])),
    highHalf: SIMD8(lowHalf: SIMD4(repeating: s[2]), highHalf: SIMD4(repeating: s[3])))
}

/// Lanes 4 g ..< 4 g + 4 add the products of group g, for up to four groups of 32.
@inline(__always)
private func quarters32(_ row: UnsafeRawPointer, _ x: UnsafePointer<Int16>, _ count: Int)
  -> Bytes64
{
  @inline(__always) func lanes(_ g: Int) -> Bytes32 {
    g < count ? eights(row + 32 &* g, x + 32 &* g, x + (32 &* g &+ 16)) : .zero
  }
  return addPairs(
    Bytes64(lowHalf: lanes(0), highHalf: lanes(1)), Bytes64(lowHalf: lanes(2), highHalf: lanes(3)))
}

/// Lanes 4 g ..< 4 g + 4 add the products of group g, for up to four groups of multiples of 64.
@inline(__always)
private func quarters64(
  _ row: UnsafeRawPointer, _ x: UnsafePointer<Int16>, _ count: Int, _ groupSize: Int
) -> Bytes64 {
  @inline(__always) func sixteens(_ k: Int) -> Bytes64 {
    Bytes64(
      lowHalf: eights(row + k, x + k, x + (k &+ 32)),
      highHalf: eights(row + (k &+ 32), x + (k &+ 16), x + (k &+ 48)))
  }
  @inline(__always) func lanes(_ g: Int) -> Bytes64 {
    guard g < count else { return .zero }
    var sum = sixteens(g &* groupSize)
    var k = 64
    while k < groupSize {
      sum &+= sixteens(g &* groupSize &+ k)
      k &+= 64
    }
    return sum
  }
  return addPairs(addPairs(lanes(0), lanes(1)), addPairs(lanes(2), lanes(3)))
}

/// The products of 32 bytes of a row and of x, added in fours.
@inline(__always)
private func eights(
  _ row: UnsafeRawPointer, _ even: UnsafePointer<Int16>, _ odd: UnsafePointer<Int16>
) -> Bytes32 {
  let w = row.loadUnaligned(as: SIMD16<Int16>.self)
  let even = UnsafeRawPointer(even).loadUnaligned(as: SIMD16<Int16>.self)
  let odd = UnsafeRawPointer(odd).loadUnaligned(as: SIMD16<Int16>.self)
  // Two products of int8 values fit in 16 bits.
  let pairs = ((w &<< 8) &>> 8) &* even &+ (w &>> 8) &* odd
  let fours = unsafeBitCast(pairs, to: Bytes32.self)
  return ((fours &<< 16) &>> 16) &+ (fours &>> 16)
}

/// The sums of neighbouring lanes, those of a before those of b.
@inline(__always)
private func addPairs(_ a: Bytes64, _ b: Bytes64) -> Bytes64 {
  let (even, odd) = deinterleave(a, b)
  return even &+ odd
}

/// The floats of integers below 2²² in size. The conversion that Swift has goes lane by lane;
/// this puts them into the low bits of 1.5 · 2²³ and takes that away.
@inline(__always)
private func float(_ integers: Bytes64) -> Vector {
  unsafeBitCast(integers &+ 0x4B40_0000, to: Vector.self) - 12_582_912
}

// MARK: - A block of tokens

/// Spreads bytes to floats, four groups after four groups, in an order in which vectors hold, lane
/// by lane, what the lanes of the single token's kernels add: a quarter of each 32 or 64 values.
private func unpack(
  _ bytes: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ count: Int, _ groupSize: Int
) {
  /// What is left of a row counts as zeros.
  @inline(__always) func load32(_ k: Int) -> Bytes32 {
    k < count ? bytes.loadUnaligned(fromByteOffset: k, as: Bytes32.self) : .zero
  }
  var (k, out) = (0, out)
  while k < count {
    if groupSize == 32 {
      let (a, b) = deinterleave(
        Bytes64(lowHalf: load32(k), highHalf: load32(k &+ 32)),
        Bytes64(lowHalf: load32(k &+ 64), highHalf: load32(k &+ 96)))
      storeBytes(a, out)
      storeBytes(b, out + 64)
      out += 128
    } else {
      @inline(__always) func load64(_ k: Int) -> Bytes64 {
        Bytes64(lowHalf: load32(k), highHalf: load32(k &+ 32))
      }
      var chunk = k
      while chunk < k &+ groupSize {
        let (even0, odd0) = deinterleave(load64(chunk), load64(chunk &+ groupSize))
        let (even1, odd1) = deinterleave(
          load64(chunk &+ 2 &* groupSize), load64(chunk &+ 3 &* groupSize))
        let (a, c) = deinterleave(even0, even1)
        let (b, d) = deinterleave(odd0, odd1)
        storeBytes(a, out)
        storeBytes(b, out + 64)
        storeBytes(c, out + 128)
        storeBytes(d, out + 192)
        out += 256
        chunk &+= 64
      }
    }
    k &+= 4 &* groupSize
  }
}

/// Lanes at even and at odd places, those of a before those of b.
@inline(__always)
private func deinterleave(_ a: Bytes64, _ b: Bytes64) -> (even: Bytes64, odd: Bytes64) {
  (
    Bytes64(lowHalf: a.evenHalf, highHalf: b.evenHalf),
    Bytes64(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  )
}

/// The four bytes of each lane as four vectors of floats.
@inline(__always)
private func storeBytes(_ words: Bytes64, _ out: UnsafeMutablePointer<Float>) {
  store(float((words &<< 24) &>> 24), out)
  store(float((words &<< 16) &>> 24), out + 16)
  store(float((words &<< 8) &>> 24), out + 32)
  store(float(words &>> 24), out + 48)
}

extension Matrix {
  /// out[j * self.rows + i] = row i · token j for four rows from `row` on, and four times `fours`
  /// tokens.
  ///
  /// The rows are spread to floats once for the block: `panel` has room for 4 rows of them and
  /// of their scales, both up to a multiple of four groups.
  func multiplyFourInt8Rows(
    from row: Int, _ x: Int8Activations, fours: Int, panel: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let groups = Int8Activations.paddedGroups(columns, groupSize)
    let width = groups &* groupSize
    let rowScales = panel + 4 &* width
    for i in 0..<4 {
      unpack(values + (row + i) &* columns, panel + i &* width, columns, groupSize)
      spread(
        scales + 4 &* (row + i) &* (columns / groupSize), rowScales + 4 &* i &* groups,
        columns / groupSize)
    }
    for j in stride(from: 0, to: 4 &* fours, by: 4) {
      tileInt8(
        panel, rowScales, x.lanes + j &* width, x.scales4 + 4 &* j &* groups, width: width,
        groups: groups, out + (j &* rows &+ row), rows)
    }
  }
}

/// Four rows and four tokens. Sums within groups are exact, so their order does not matter.
private func tileInt8(
  _ w: UnsafePointer<Float>, _ wScales: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>, _ xScales: UnsafePointer<Float>, width: Int, groups: Int,
  _ out: UnsafeMutablePointer<Float>, _ outStride: Int
) {
  let (w0, w1, w2, w3) = (w, w + width, w + 2 &* width, w + 3 &* width)
  let (x0, x1, x2, x3) = (x, x + width, x + 2 &* width, x + 3 &* width)
  let scaleStride = 4 &* groups
  let groupVectors = width / 4 / groups
  var (sums0, sums1, sums2, sums3) = (FourSums(), FourSums(), FourSums(), FourSums())
  var (k, group) = (0, 0)
  while group < groups {
    var (s0, s1, s2, s3) = (FourSums(), FourSums(), FourSums(), FourSums())
    let end = k &+ 16 &* groupVectors
    while k < end {
      let (a0, a1, a2, a3) = (load(w0 + k), load(w1 + k), load(w2 + k), load(w3 + k))
      s0.add(a0, a1, a2, a3, times: load(x0 + k))
      s1.add(a0, a1, a2, a3, times: load(x1 + k))
      s2.add(a0, a1, a2, a3, times: load(x2 + k))
      s3.add(a0, a1, a2, a3, times: load(x3 + k))
      k &+= 16
    }
    let (wScales, xScales) = (wScales + 4 &* group, xScales + 4 &* group)
    sums0.add(s0, scaledBy: wScales, scaleStride, times: load(xScales))
    sums1.add(s1, scaledBy: wScales, scaleStride, times: load(xScales + scaleStride))
    sums2.add(s2, scaledBy: wScales, scaleStride, times: load(xScales + 2 &* scaleStride))
    sums3.add(s3, scaledBy: wScales, scaleStride, times: load(xScales + 3 &* scaleStride))
    group &+= 4
  }
  storeTotals(sums0, sums1, sums2, sums3, out, outStride)
}
