#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a source cannot be exported, or a target not be written: one sentence for the person who
/// asked.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
}

/// What the operating system said last.
func systemError() -> String { String(cString: strerror(errno)) }

/// Text of an untrusted file as it can be shown on a terminal: short, without control characters.
func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(80) {
    shown.unicodeScalars.append(scalar.properties.generalCategory == .control ? "?" : scalar)
  }
  return "\"" + shown + (text.unicodeScalars.count > 80 ? "…\"" : "\"")
}

extension [Int] {
  /// The product, or nil where it does not fit.
  var product: Int? {
    var product = 1
    for factor in self {
      let (partial, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = partial
    }
    return product
  }
}
