import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the measurements ran on.
enum Machine {
  /// Where checkpoints are made.
  static let temporaryFolder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

  static let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// The processor, as it calls itself; where it does not, its architecture.
  static let name: String = {
    #if canImport(Darwin)
      var name = [UInt8](repeating: 0, count: 256)
      var size = name.count
      guard sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 else {
        return "processor"
      }
      return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    #else
      // cpuinfo has no size, so it is read, not mapped.
      var bytes = [UInt8](repeating: 0, count: 4096)
      let descriptor = open("/proc/cpuinfo", O_RDONLY)
      let count = read(descriptor, &bytes, bytes.count)
      close(descriptor)
      let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(
        separator: "\n")
      if let model = lines.first(where: { $0.hasPrefix("model name") }),
        let colon = model.firstIndex(of: ":")
      {
        return String(model[colon...].dropFirst().drop { $0 == " " })
      }
      #if arch(arm64)
        return "ARM64 processor"
      #else
        return "processor"
      #endif
    #endif
  }()
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = now()
  try body()
  return now() - start
}

extension [Double] {
  /// The middle one, or the mean of the two in the middle.
  var median: Double {
    let sorted = self.sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
