// Products of int8 weights and int8 activations (runq.c: `quantize`, `matmul`; Q8_0).
//
// A row is cut into groups. Within one the values share a scale, and their products are added as
// integers; across groups, products of sum and scales are added as fp32. Where 32 divides the
// group, 16 lanes each keep the integer sum of a few products of every group, the same products
// whether a single token's kernel adds them as integers or a block's as floats, which are exact
// for integers of this size. So both give the same bits.

/// The activations of a block of tokens, quantised as the matrices that they meet.
struct Int8Activations {
  let groupSize: Int
  let values: UnsafeMutablePointer<Int8>  // (count, columns)
  let scales: UnsafeMutablePointer<Float>  // (count, columns / groupSize)
  let split: UnsafeMutablePointer<Int16>  // (count, columns), as `splitBytes` leaves them
  let lanes: UnsafeMutablePointer<Float>  // (count, columns), as `unpack` leaves them

  /// Whether groups are whole vectors of 32 or 64 values, for which the fast kernels are.
  static func isFast(_ groupSize: Int) -> Bool { groupSize == 32 || groupSize % 64 == 0 }

  /// Quantises token j's activations, x (columns), to the nearest of 255 steps in each group.
  func quantise(_ x: UnsafePointer<Float>, token j: Int, columns: Int) {
    let (values, scales) = (values + j * columns, scales + j * (columns / groupSize))
    for group in 0..<columns / groupSize {
      let start = group * groupSize
      scales[group] = quantiseGroup(x + start, values + start, groupSize)
    }
    guard Self.isFast(groupSize) else { return }
    splitBytes(values, split + j * columns, columns)
    unpack(values, lanes + j * columns, columns, groupSize)
  }
}

/// out = x / scale, rounded, where the returned scale makes the largest of x 127; both (count).
private func quantiseGroup(
  _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Int8>, _ count: Int
) -> Float {
  var largest: Float = 0
  for i in 0..<count { largest = max(largest, abs(x[i])) }
  let scale = largest / 127
  guard scale > 0 && scale < .infinity else {
    out.update(repeating: 0, count: count)
    return scale
  }
  for i in 0..<count {
    out[i] = Int8(truncatingIfNeeded: Int32((x[i] / scale).rounded(.toNearestOrAwayFromZero)))
  }
  return scale
}

// MARK: - A single token

typealias Bytes64 = SIMD16<Int32>
typealias Bytes32 = SIMD8<Int32>

/// Spreads bytes to 16 bits, of each 32 first those at even places, then those at odd ones.
private func splitBytes(
  _ bytes: UnsafePointer<Int8>, _ out: UnsafeMutablePointer<Int16>, _ count: Int
) {
  for start in stride(from: 0, to: count, by: 32) {
    for i in 0..<16 {
      out[start + i] = Int16(bytes[start + 2 * i])
      out[start + 16 + i] = Int16(bytes[start + 2 * i + 1])
    }
  }
}

/// row · x over `groups` groups of `groupSize` values, with scales at any alignment.
func dotInt8(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: Int8Activations, token j: Int,
  columns: Int
) -> Float {
  let groups = columns / x.groupSize
  let xScales = x.scales + j &* groups
  if x.groupSize == 32 {
    return dotGroupsOf32(row, rowScales, x.split + j &* columns, xScales, groups)
  }
  if x.groupSize % 64 == 0 {
    return dotGroupsOf64s(
      row, rowScales, x.split + j &* columns, xScales, groups, chunks: x.groupSize / 64)
  }
  let values = x.values + j &* columns
  var sum: Float = 0
  for group in 0..<groups {
    var groupSum: Int32 = 0
    for k in group &* x.groupSize..<(group &+ 1) &* x.groupSize {
      groupSum &+= Int32(values[k]) &* Int32(row.load(fromByteOffset: k, as: Int8.self))
    }
    sum = multiplyAdd(sum, Float(groupSum), scale(rowScales, group) * xScales[group])
  }
  return sum
}

@inline(__always)
private func scale(_ scales: UnsafeRawPointer, _ group: Int) -> Float {
  scales.loadUnaligned(fromByteOffset: 4 &* group, as: Float.self)
}

/// The products of 32 bytes of a row and of x, two and two: the two fit in 16 bits.
@inline(__always)
private func pairs(_ row: UnsafeRawPointer, _ x: UnsafePointer<Int16>) -> Bytes32 {
  let x = UnsafeRawPointer(x)
  let w = row.loadUnaligned(as: SIMD16<Int16>.self)
  let even = x.loadUnaligned(as: SIMD16<Int16>.self)
  let odd = x.loadUnaligned(fromByteOffset: 32, as: SIMD16<Int16>.self)
  return unsafeBitCast(((w &<< 8) &>> 8) &* even &+ (w &>> 8) &* odd, to: Bytes32.self)
}

/// Groups of `chunks` times 64: lane l adds the products of bytes 4 l ..< 4 l + 4 of each 64.
private func dotGroupsOf64s(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: UnsafePointer<Int16>,
  _ xScales: UnsafePointer<Float>, _ groups: Int, chunks: Int
) -> Float {
  var sum = Vector.zero
  var k = 0
  for group in 0..<groups {
    var groupSum = Bytes64.zero
    for _ in 0..<chunks {
      let (a, b) = (pairs(row + k, x + k), pairs(row + k + 32, x + k + 32))
      groupSum &+= Bytes64(
        lowHalf: ((a &<< 16) &>> 16) &+ (a &>> 16), highHalf: ((b &<< 16) &>> 16) &+ (b &>> 16))
      k &+= 64
    }
    let factor = Vector(repeating: scale(rowScales, group) * xScales[group])
    sum = multiplyAdd(sum, float(groupSum), factor)
  }
  return sum.total
}

/// Groups of 32: lane l adds the products of bytes 4 l and 4 l + 1, lane 8 + l of the next two.
private func dotGroupsOf32(
  _ row: UnsafeRawPointer, _ rowScales: UnsafeRawPointer, _ x: UnsafePointer<Int16>,
  _ xScales: UnsafePointer<Float>, _ groups: Int
) -> Float {
  var sum = Vector.zero
  for group in 0..<groups {
    let a = pairs(row + 32 &* group, x + 32 &* group)
    let groupSum = Bytes64(lowHalf: (a &<< 16) &>> 16, highHalf: a &>> 16)
    let factor = Vector(repeating: scale(rowScales, group) * xScales[group])
    sum = multiplyAdd(sum, float(groupSum), factor)
  }
  return sum.total
}

/// The floats of integers below 2²² in size. The conversion that Swift has goes lane by lane;
/// this puts them into the low bits of 1.5 · 2²³ and takes that away.
@inline(__always)
private func float(_ integers: Bytes64) -> Vector {
  unsafeBitCast(integers &+ 0x4B40_0000, to: Vector.self) - 12_582_912
}

// MARK: - A block of tokens

/// Spreads bytes to floats, in an order in which vectors hold, lane by lane, what the lanes of the
/// single token's kernels add: `groupSize / 16` vectors for each group.
private func unpack(
  _ bytes: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ count: Int, _ groupSize: Int
) {
  if groupSize == 32 {
    for start in stride(from: 0, to: count, by: 32) {
      let four = bytes.loadUnaligned(fromByteOffset: start, as: Bytes32.self)
      let (b0, b1) = ((four &<< 24) &>> 24, (four &<< 16) &>> 24)
      let (b2, b3) = ((four &<< 8) &>> 24, four &>> 24)
      store(float(Bytes64(lowHalf: b0, highHalf: b2)), out + start)
      store(float(Bytes64(lowHalf: b1, highHalf: b3)), out + start + 16)
    }
  } else {
    for start in stride(from: 0, to: count, by: 64) {
      let four = bytes.loadUnaligned(fromByteOffset: start, as: Bytes64.self)
      store(float((four &<< 24) &>> 24), out + start)
      store(float((four &<< 16) &>> 24), out + start + 16)
      store(float((four &<< 8) &>> 24), out + start + 32)
      store(float(four &>> 24), out + start + 48)
    }
  }
}

extension Matrix {
  /// out[j * self.rows + i] = row i · token j for four rows from `row` on, and all tokens of x.
  ///
  /// The rows are spread to floats once for the block. `panel` has room for 4 rows of them,
  /// `factors` for a product of scales for each token, group and row.
  func multiplyFourInt8Rows(
    from row: Int, _ x: Int8Activations, count: Int, panel: UnsafeMutablePointer<Float>,
    factors: UnsafeMutablePointer<Float>, into out: UnsafeMutablePointer<Float>
  ) {
    let groups = columns / groupSize
    for i in 0..<4 {
      unpack(values + (row + i) &* columns, panel + i &* columns, columns, groupSize)
      let rowScales = scales + 4 &* (row + i) &* groups
      for j in 0..<count {
        for group in 0..<groups {
          factors[4 &* (j &* groups &+ group) &+ i] =
            scale(rowScales, group) * x.scales[j &* groups &+ group]
        }
      }
    }
    var j = 0
    while j < count {
      // An odd last token goes through the tile twice rather than through code of its own.
      let next = min(j &+ 1, count &- 1)
      tileInt8(
        panel, columns, vectors: groupSize / 16, x.lanes + j &* columns, x.lanes + next &* columns,
        factors + 4 &* j &* groups, factors + 4 &* next &* groups,
        out + (j &* rows &+ row), out + (next &* rows &+ row))
      j &+= 2
    }
  }
}

/// Four rows and two tokens. Sums of a group are exact, so their order does not matter.
private func tileInt8(
  _ w: UnsafePointer<Float>, _ columns: Int, vectors: Int,
  _ x0: UnsafePointer<Float>, _ x1: UnsafePointer<Float>,
  _ factors0: UnsafePointer<Float>, _ factors1: UnsafePointer<Float>,
  _ out0: UnsafeMutablePointer<Float>, _ out1: UnsafeMutablePointer<Float>
) {
  let (w0, w1, w2, w3) = (w, w + columns, w + 2 &* columns, w + 3 &* columns)
  var (sums0, sums1) = (FourSums(), FourSums())
  var (factors0, factors1) = (factors0, factors1)
  var k = 0
  while k < columns {
    var (group0, group1) = (FourSums(), FourSums())
    for _ in 0..<vectors {
      let (a0, a1, a2, a3) = (load(w0 + k), load(w1 + k), load(w2 + k), load(w3 + k))
      group0.add(a0, a1, a2, a3, times: load(x0 + k))
      group1.add(a0, a1, a2, a3, times: load(x1 + k))
      k &+= 16
    }
    sums0.add(group0, times: factors0)
    sums1.add(group1, times: factors1)
    factors0 += 4
    factors1 += 4
  }
  sums0.store(out0)
  sums1.store(out1)
}
