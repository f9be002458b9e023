/// Text of an untrusted file as a terminal can show it: in quotation marks, shortened, and without
/// characters that control the terminal or the direction of the text.
package func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(80) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: shown += "?"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return "\"" + shown + (text.unicodeScalars.dropFirst(80).isEmpty ? "\"" : "…\"")
}

/// As "12.3 MB".
package func megabytes(_ bytes: Int) -> String { (Double(bytes) / 1e6).fixed(1) + " MB" }

extension Double {
  /// With `decimals` digits behind the point. The number must be finite and below 2^63 / 10^decimals.
  package func fixed(_ decimals: Int) -> String {
    let power = (0..<decimals).reduce(1) { power, _ in 10 * power }
    let (whole, fraction) = Int((magnitude * Double(power)).rounded())
      .quotientAndRemainder(dividingBy: power)
    let sign = self < 0 ? "-" : ""
    guard decimals > 0 else { return sign + "\(whole)" }
    let digits = "\(fraction)"
    return sign + "\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
  }
}
