import Llama2

package typealias Text = JSON.Text

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
