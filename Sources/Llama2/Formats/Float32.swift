/// fp32, little-endian (IEEE 754).
enum Float32Weights: FloatWeights {
  static var size: Int { 4 }

  @inline(__always)
  static func vector(at weights: UnsafeRawPointer) -> Vector {
    weights.loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  static func vector(at weights: UnsafeRawPointer, first count: Int) -> Vector {
    load(weights.assumingMemoryBound(to: Float.self), first: count)
  }
}
