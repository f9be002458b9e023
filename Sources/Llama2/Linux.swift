#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What Linux says in files of /proc and /sys.
package enum Linux {
  /// The smallest limit of this process's cgroup and the cgroups around it, or nil without one.
  ///
  /// - Parameters:
  ///   - controller: what has the limit: `cpu` or `memory`.
  ///   - v2: the limit's files in cgroup v2.
  ///   - v1: the same in cgroup v1.
  ///   - root: what stands in front of /proc and /sys: a folder of made-up files in tests.
  ///   - limit: the limit that the files' numbers are, 0 for what is no number; nil for none.
  static func cgroupLimit(
    _ controller: String, v2: [String], v1: [String], root: String, _ limit: ([Int]) -> Int?
  ) -> Int? {
    var smallest: Int?
    for line in contents(root + "/proc/self/cgroup").split(separator: UInt8(ascii: "\n")) {
      // The hierarchy's number, its controllers (none in v2), and the path of the cgroup in it.
      let fields = line.split(
        separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isV2 = fields[1].isEmpty
      let controllers = fields[1].split(separator: UInt8(ascii: ","))
      guard isV2 || controllers.contains(where: { $0.elementsEqual(controller.utf8) }) else {
        continue
      }
      let mount = root + "/sys/fs/cgroup" + (isV2 ? "" : "/" + controller)
      // Inside a container the path may be the host's and not exist; then only the mount's root
      // does, which is the container's own cgroup.
      var path = fields[2].count > 1 ? fields[2] : []
      while true {
        let folder = mount + String(decoding: path, as: UTF8.self) + "/"
        let text = (isV2 ? v2 : v1).flatMap { contents(folder + $0) }
        let words = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        if let found = limit(words.map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }) {
          smallest = min(found, smallest ?? found)
        }
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { break }
        path = path[..<slash]
      }
    }
    return smallest
  }

  /// The text of a file of the kernel's, which has no size before it is read; empty if there is no
  /// such file. As bytes: the first use of Characters takes longer than everything here.
  package static func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(descriptor, &buffer, buffer.count), count > 0 {
      bytes += buffer[..<count]
    }
    return bytes
  }
}
