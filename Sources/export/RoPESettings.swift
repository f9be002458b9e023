import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How positions are rotated, in transformers' old spelling, `rope_theta` and `rope_scaling`, or in
/// the new one, `rope_parameters`.
struct RoPESettings {
  let base: Float
  /// What positions are divided by.
  var positionScale: Float = 1
  /// What frequencies are divided by, (headSize / 2). A function, as `headSize` may be too large for an
  /// array until the model's tensors are known to have it.
  var factors: (() -> [Float])?

  init(_ settings: Settings, headSize: Int) throws {
    try settings.require("partial_rotary_factor", 1, missing: 1)
    let outside = try settings.number("rope_theta", missing: 10000)
    guard let rope = try Self.parameters(settings) else {
      base = Float(outside)
      return
    }
    try rope.require("partial_rotary_factor", 1, missing: 1)
    for key in rope.keys.sorted(by: { $0.description < $1.description })
    where !Self.known.contains(key) {
      try rope.requireNone(key)
    }
    let theta = try rope.number("rope_theta", missing: outside)
    base = Float(theta)
    let key: Text = rope["rope_type"] == nil ? "type" : "rope_type"
    switch rope[key] == nil ? "default" : rope[key]?.text?.description {
    case "default": break
    case "linear": positionScale = Float(try rope.number("factor"))
    case "llama3":
      factors = try Self.llama3Factors(
        rope, theta, headSize,
        context: rope.number(
          "original_max_position_embeddings",
          missing: settings["original_max_position_embeddings"] == nil
            ? nil : settings.number("original_max_position_embeddings")))
    default: throw rope.refusal(key, expected: "\"default\", \"linear\" or \"llama3\"")
    }
  }

  private static let known: Set<Text> = [
    "rope_type", "type", "rope_theta", "partial_rotary_factor", "factor", "low_freq_factor",
    "high_freq_factor", "original_max_position_embeddings",
  ]

  /// The object in `rope_parameters`, or that in `rope_scaling`, which must say its type.
  private static func parameters(_ settings: Settings) throws -> Settings? {
    let scaling = try settings.nested("rope_scaling")
    if let parameters = try settings.nested("rope_parameters") {
      guard scaling == nil else {
        throw settings.refusal("rope_scaling", expected: "none beside rope_parameters")
      }
      return parameters
    }
    guard let scaling else { return nil }
    guard scaling["rope_type"] != nil || scaling["type"] != nil else {
      throw settings.refusal("rope_scaling", expected: "null")
    }
    return scaling
  }

  /// Llama 3.1's scaling: wavelengths beyond the old context are stretched by a factor, short ones
  /// stay, and between them the two are mixed. In fp32 step by step as llama.cpp's converter
  /// (`LlamaModel.generate_extra_tensors`).
  private static func llama3Factors(
    _ rope: Settings, _ theta: Double, _ headSize: Int, context: Double
  ) throws -> () -> [Float] {
    let (factor, context) = (Float(try rope.number("factor")), Float(context))
    let low = try rope.number("low_freq_factor")
    let high = try rope.number("high_freq_factor")
    guard low < high else {
      throw rope.refusal("high_freq_factor", expected: "more than low_freq_factor")
    }
    return {
      (0..<headSize / 2).map { i in
        let power = Float(pow(Double(Float(theta)), Double(Float(2 * i) / Float(headSize))))
        let wavelength = (1 / (1 / power)) * Float(2 * Double.pi)
        if wavelength < Float(Double(context) / high) { return 1 }
        if wavelength > Float(Double(context) / low) { return factor }
        let smooth = ((1 / wavelength) * context - Float(low)) / Float(high - low)
        return 1 / ((1 - smooth) / factor + smooth)
      }
    }
  }
}
