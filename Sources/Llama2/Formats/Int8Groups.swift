/// int8 values in groups that share an fp32 scale, as llama2.c's v2 has them (export.py:
/// `quantize_q80`): values and scales stand apart, and weight k is scales[k / groupSize] * values[k].
struct Int8Groups<Groups: Int8Grouping>: Int8Step {
  static var bits: Int { 8 }
  static var bias: Int32 { 128 }
  static var bytes: Int { 2 * Groups.columns }
  let values: UnsafeRawPointer
  /// Those of the row from here on: Float, at any alignment.
  let rowScales: UnsafeRawPointer

  @inline(__always)
  func weights(_ part: Int) -> Bytes { Bytes(values + 64 &* part).withSignsTurned }

  @inline(__always)
  var scales: Groups.Floats { rowScales.loadUnaligned(as: Groups.Floats.self) }

  @inline(__always)
  func advanced(by steps: Int) -> Self {
    Self(
      values: values + steps &* Groups.columns,
      rowScales: rowScales + steps &* (4 &* Groups.Floats.scalarCount))
  }

  @inline(__always)
  func askAhead() { prefetch(values + 4096, bytes: Groups.columns) }

  @inline(__always)
  func copy(columns: Int, to scratch: UnsafeMutableRawPointer) -> Self {
    let scales = scratch + Groups.columns
    scratch.copyMemory(from: values, byteCount: columns)
    scales.copyMemory(from: rowScales, byteCount: 4 &* (columns / Groups.groupSize))
    return Self(values: scratch, rowScales: scales)
  }
}
