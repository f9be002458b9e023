import Foundation
import Synchronization
import Testing

@testable import Llama2

@Suite struct ThreadsTests {
  @Test(arguments: [1, 2, 3, 8, 32])
  func everyPartRunsOnceAndNoThreadRunsTwoAtATime(_ count: Int) {
    let threads = Threads(count: count)
    defer { threads.stop() }
    let busy = (0..<count).map { _ in Flag() }
    for parts in [0, 1, 2, 3, 7, 40, 1000] {
      let runs = (0..<parts).map { _ in Flag() }
      threads.run(parts: parts) { part, thread in
        let wasFree = busy[thread].count.exchange(1, ordering: .sequentiallyConsistent) == 0
        runs[part].count.add(wasFree ? 1 : 100, ordering: .relaxed)
        busy[thread].count.store(0, ordering: .sequentiallyConsistent)
      }
      #expect(runs.allSatisfy { $0.count.load(ordering: .relaxed) == 1 }, "\(parts) parts")
    }
  }

  /// Pauses around the time after which an idle worker goes to sleep.
  @Test func everyPartRunsAfterAnyPause() {
    let threads = Threads(count: 4)
    defer { threads.stop() }
    var sums = [Int](repeating: 0, count: 64)
    for round in 0..<300 {
      sums.withUnsafeMutableBufferPointer { sums in
        nonisolated(unsafe) let sums = sums
        threads.run(parts: 64) { part, _ in sums[part] += part }
      }
      usleep(UInt32(round % 30 * 40))
    }
    #expect(sums == (0..<64).map { 300 * $0 })
  }

  /// A part ends only when each thread has begun one, so that the caller cannot do all the work.
  @Test func workersThatSleepWakeForTheNextLoop() throws {
    let threads = Threads(count: 4)
    defer { threads.stop() }
    for _ in 0..<3 {
      try waitForSleepers(3, in: threads)
      let (begun, timeouts) = (Flag(), Flag())
      threads.run(parts: 4) { _, _ in
        begun.count.add(1, ordering: .relaxed)
        let ended = isReached(within: 10) {
          begun.count.load(ordering: .relaxed) == 4 || timeouts.count.load(ordering: .relaxed) > 0
        }
        if !ended { timeouts.count.add(1, ordering: .relaxed) }
      }
      try #require(timeouts.count.load(ordering: .relaxed) == 0, "a worker sleeps on")
    }
  }

  @Test func aPoolWhoseWorkersSleepEnds() throws {
    let threads = Threads(count: 4)
    try waitForSleepers(3, in: threads)
    let ended = Flag()
    Thread.detachNewThread {
      threads.stop()
      ended.count.add(1, ordering: .relaxed)
    }
    #expect(isReached(within: 10) { ended.count.load(ordering: .relaxed) == 1 })
  }

  private func waitForSleepers(_ count: Int, in threads: Threads) throws {
    let asleep = isReached(within: 30) { threads.sleepers.load(ordering: .relaxed) == count }
    try #require(asleep, "the workers never sleep")
  }

  private func isReached(within seconds: Double, _ condition: () -> Bool) -> Bool {
    let end = Date() + seconds
    while !condition() && Date() < end { usleep(100) }
    return condition()
  }

  @Test func aPoolThatIsNotUsedEnds() {
    for count in 1...8 {
      let threads = Threads(count: count)
      threads.stop()
    }
  }

  // MARK: How many threads are of use

  @Test func noMoreThreadsAreOfUseThanCPUs() {
    #expect((1...max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))).contains(Threads.usable()))
  }

  #if os(Linux)
    @Test func oneThreadIsOfUseOnOneCPUOrOneCPUsTime() throws {
      let folder = try TemporaryFolder()
      let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
      #expect(Threads.usable(root: folder.url.path) == online)
      try folder.write("Cpus_allowed:\t00000000,00000010\n", at: "proc/thread-self/status")
      #expect(Threads.usable(root: folder.url.path) == 1)
      try folder.write("Cpus_allowed:\tffffffff,ffffffff\n", at: "proc/thread-self/status")
      #expect(Threads.usable(root: folder.url.path) == min(64, online))
      try folder.write("0::/\n", at: "proc/self/cgroup")
      try folder.write("100000 100000\n", at: "sys/fs/cgroup/cpu.max")
      #expect(Threads.usable(root: folder.url.path) == 1)
    }

    /// Two cores of two threads each, and a CPU of which nothing is known.
    @Test func threadsOfACoreCountOnce() throws {
      let folder = try TemporaryFolder()
      for (cpu, siblings) in ["0,2", "1,3", "0,2", "1,3"].enumerated() {
        try folder.write(
          siblings + "\n", at: "sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list")
      }
      let cpus = [([0, 1, 2, 3], 2), ([0, 2], 1), ([1], 1), ([2, 3, 4, 5], 4), ([], 0)]
      for (cpus, cores) in cpus {
        #expect(Threads.cores(of: cpus, root: folder.url.path) == cores)
      }
      // The mask of CPUs 0 and 2.
      try folder.write("Cpus_allowed:\t5\n", at: "proc/thread-self/status")
      #expect(Threads.usable(root: folder.url.path) == 1)
    }

    @Test(
      arguments: [
        ("0::/a/b", ["a/b/memory.max": "max", "a/memory.max": "4096"], 4096),
        ("0::/a", ["a/memory.max": "8192", "memory.max": "12288"], 8192),
        ("4:memory:/a", ["memory/a/memory.limit_in_bytes": "4096"], 4096),
        ("4:memory:/a", ["memory/memory.limit_in_bytes": "9223372036854771712"], nil),
        ("4:cpu:/", ["memory/memory.limit_in_bytes": "4096", "memory.max": "4096"], nil),
        ("0::/", ["memory.max": "max"], nil), ("0::/", [:], nil),
      ] as [(String, [String: String], Int?)])
    func memoryIsWhatTheCgroupAllows(
      _ cgroup: String, _ files: [String: String], _ limit: Int?
    ) throws {
      let folder = try TemporaryFolder()
      let memory = usableMemory(root: folder.url.path)
      #expect(memory == sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
      try folder.write(cgroup + "\n", at: "proc/self/cgroup")
      for (path, text) in files { try folder.write(text + "\n", at: "sys/fs/cgroup/" + path) }
      #expect(usableMemory(root: folder.url.path) == limit ?? memory)
    }
  #endif

  @Test(
    arguments: [
      ("Name:\ttest\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", [0, 1]),
      ("Cpus_allowed:\t10,0000a000\n", [13, 15, 36]),
      ("Cpus_allowed:\tff,fffffffe\n", Array(1...39)),
      (
        "Cpus_allowed:\t" + String(repeating: "ffffffff,", count: 63) + "7fffffff\n",
        Array(0...30) + Array(32...2047)
      ),
      ("Cpus_allowed:\t00000000\n", nil), ("Cpus_allowed_list:\t0-1\n", nil), ("", nil),
    ] as [(String, [Int]?)])
  func theMaskIsThatOfTheThread(_ status: String, _ cpus: [Int]?) throws {
    let folder = try TemporaryFolder()
    #expect(Threads.allowedCPUs(root: folder.url.path) == nil)
    try folder.write(status, at: "proc/thread-self/status")
    #expect(Threads.allowedCPUs(root: folder.url.path) == cpus)
  }

  @Test(
    arguments: [
      // v2: the smallest quota of the cgroup and those around it.
      ("0::/a/b", ["a/b/cpu.max": "150000 100000", "a/cpu.max": "max 100000"], 2),
      ("0::/a/b", ["a/b/cpu.max": "800000 100000", "a/cpu.max": "300000 100000"], 3),
      ("0::/a/b", ["a/b/cpu.max": "max 100000", "cpu.max": "50000 100000"], 1),
      ("0::/", ["cpu.max": "400001 100000"], 5), ("0::/", ["cpu.max": "max 100000"], nil),
      // Of a cgroup outside the container, only the root of the mount can be seen.
      ("0::/host/only", ["cpu.max": "200000 100000"], 2),
      ("0::/a", ["b/cpu.max": "100000 100000"], nil),
      // v1, its controllers on their own or together.
      ("2:cpu:/a", ["cpu/a/cpu.cfs_quota_us": "250000", "cpu/a/cpu.cfs_period_us": "100000"], 3),
      ("4:cpu,cpuacct:/", ["cpu/cpu.cfs_quota_us": "7", "cpu/cpu.cfs_period_us": "2"], 4),
      ("4:cpuset:/", ["cpu/cpu.cfs_quota_us": "7", "cpu/cpu.cfs_period_us": "2"], nil),
      ("2:cpu:/", ["cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"], nil),
      ("2:cpu:/", ["cpu/cpu.cfs_quota_us": "100000"], nil),
      // Both: the controllers of one are not in the other.
      (
        "2:cpu:/\n0::/",
        ["cpu/cpu.cfs_quota_us": "300000", "cpu/cpu.cfs_period_us": "100000", "cpu.max": "2 1"], 2
      ),
      // What no kernel writes.
      ("0::/", ["cpu.max": ""], nil), ("0::/", ["cpu.max": "0 0"], nil),
      ("0::/", ["cpu.max": "1 0"], nil), ("0::/", ["cpu.max": "-5 100000"], nil),
      ("0::/", ["cpu.max": "99999999999999999999 1"], nil),
      ("0::/", ["cpu.max": "9223372036854775807 1"], .max),
      ("0:/", ["cpu.max": "1 1"], nil), ("", ["cpu.max": "1 1"], nil),
    ] as [(String, [String: String], Int?)])
  func theSmallestQuotaCounts(_ cgroup: String, _ files: [String: String], _ cpus: Int?) throws {
    let folder = try TemporaryFolder()
    #expect(Threads.cpuQuota(root: folder.url.path) == nil)
    try folder.write(cgroup + "\n", at: "proc/self/cgroup")
    for (path, text) in files { try folder.write(text + "\n", at: "sys/fs/cgroup/" + path) }
    #expect(Threads.cpuQuota(root: folder.url.path) == cpus)
  }

  private final class Flag: Sendable {
    let count = Atomic<Int>(0)
  }
}

extension TemporaryFolder {
  /// Writes a file and the folders that it lies in.
  fileprivate func write(_ text: String, at path: String) throws {
    let folder = url.appendingPathComponent(path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write(text, path)
  }
}
