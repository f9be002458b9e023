import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A pool of threads that run the parts of one loop at a time, as `#pragma omp parallel for` does
/// in run.c.
///
/// A token takes some thirty loops of a few microseconds, so an idle worker spins for the next one
/// before it sleeps. The caller works too, and waits only for parts that a worker has begun: where
/// there are more threads than cores, nobody waits for a thread that never got to run.
package final class Threads: @unchecked Sendable {
  package let count: Int
  /// Whose turn it is to run loops.
  let turn = Mutex(())
  /// Parts that nobody has begun; whoever takes one from here owns it.
  private let waiting = Atomic<Int>(0)
  /// Parts that are not finished.
  private let unfinished = Atomic<Int>(0)
  /// Workers that sleep.
  let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  /// The thread whose observer is shown a step of a pass right now.
  private let observer = Mutex<pthread_t?>(nil)
  /// The loop: written before `waiting`, read only by the owners of parts.
  private var loop: (parts: Int, body: (Int, Int) -> Void) = (0, { _, _ in })
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private var workers: [pthread_t] = []
  /// How often an idle worker looks for work before it sleeps: for about half a millisecond, which
  /// is longer than the time between two tokens, when the last one is sampled and printed.
  private static let patience = 200_000

  package init(count: Int) {
    self.count = count
    lock = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
    for _ in 1..<max(1, count) { startWorker() }
  }

  /// Ends the workers; the owner calls it, since each of them holds on to the pool.
  package func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    wakeSleepers()
    for worker in workers { pthread_join(worker, nil) }
    workers = []
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  /// Runs `body` once for each of 0..<parts, with the number of the thread that it runs on, and returns
  /// when all are done. Threads take the parts in this order, so that memory is read from its beginning.
  package func run(parts: Int, _ body: (_ part: Int, _ thread: Int) -> Void) {
    guard parts > 1, !workers.isEmpty else {
      for part in 0..<parts { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      loop = (parts, body)
      unfinished.store(parts, ordering: .relaxed)
      waiting.store(parts, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
      while runPart(thread: 0) {}
      spin(while: { self.unfinished.load(ordering: .acquiring) > 0 })
      loop = (0, { _, _ in })
    }
  }

  /// Calls `body` with ranges that cover 0..<count, and the number of the thread that it runs on.
  ///
  /// - Parameters:
  ///   - work: multiplications for each of 0..<count. A loop that takes less time than waking
  ///     the others runs on this thread alone.
  ///   - grain: what the ranges' bounds are multiples of.
  package func forEachPart(
    of count: Int, work: Int, grain: Int, _ body: (Range<Int>, _ thread: Int) -> Void
  ) {
    guard self.count > 1, count * work >= 32_768 else { return body(0..<count, 0) }
    let size = max(grain, count / (4 * self.count) / grain * grain)
    run(parts: (count + size - 1) / size) { part, thread in
      body(part * size..<min(part * size + size, count), thread)
    }
  }

  /// Runs code that is shown a step of a pass: were it to ask for a turn, it would wait for itself.
  func observing(_ body: () -> Void) {
    observer.withLock { $0 = pthread_self() }
    body()
    observer.withLock { $0 = nil }
  }

  /// Whether this thread runs such code.
  var isObservedHere: Bool {
    observer.withLock { thread in thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
  }

  /// Runs one part if there is one to run.
  private func runPart(thread: Int) -> Bool {
    var left = waiting.load(ordering: .relaxed)
    while left > 0 {
      let (taken, found) = waiting.weakCompareExchange(
        expected: left, desired: left - 1, ordering: .acquiringAndReleasing)
      if taken {
        loop.body(loop.parts - left, thread)
        unfinished.subtract(1, ordering: .acquiringAndReleasing)
        return true
      }
      left = found
    }
    return false
  }

  /// Waits without sleeping; gives way now and then, in case the thread waited for has no core.
  private func spin(while condition: () -> Bool) {
    var rounds = 0
    while condition() {
      rounds &+= 1
      if rounds & 1023 == 0 { sched_yield() }
    }
  }

  private func startWorker() {
    let thread = workers.count + 1
    // Fewer threads than asked for are slower, and nothing else.
    guard let worker = startThread({ self.work(thread: thread) }) else { return }
    workers.append(worker)
  }

  private func work(thread: Int) {
    while !stopping.load(ordering: .relaxed) {
      if runPart(thread: thread) { continue }
      var rounds = 0
      spin {
        rounds &+= 1
        return rounds < Self.patience && waiting.load(ordering: .relaxed) == 0
          && !stopping.load(ordering: .relaxed)
      }
      if rounds >= Self.patience { sleep() }
    }
  }

  /// Sleeps until there are parts to run or the pool stops. `run` and `stop` look for sleepers
  /// after they have written what this reads after it has counted itself as one, so either they
  /// see a sleeper or it sees what they wrote.
  private func sleep() {
    pthread_mutex_lock(lock)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while waiting.load(ordering: .sequentiallyConsistent) == 0
      && !stopping.load(ordering: .sequentiallyConsistent)
    {
      pthread_cond_wait(wake, lock)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(lock)
  }

  private func wakeSleepers() {
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(lock)
  }
}

/// Runs `body` on a thread of its own, to be joined or detached; nil if the system gives none.
func startThread(_ body: @escaping () -> Void) -> pthread_t? {
  // An integer in Glibc, a pointer in Musl and Darwin.
  #if canImport(Glibc)
    var thread = pthread_t()
  #else
    var thread: pthread_t?
  #endif
  let start = Unmanaged.passRetained(ThreadBody(body))
  let status = pthread_create(
    &thread, nil,
    { context in
      // Optional in Glibc and Musl, not in Darwin.
      let context: UnsafeMutableRawPointer? = context
      Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
      return nil
    }, start.toOpaque())
  guard status == 0, let thread = thread as pthread_t? else {
    start.release()
    return nil
  }
  return thread
}

/// The argument of a new thread's start routine.
private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

// MARK: - How many threads are of use

extension Threads {
  /// The threads that can compute at the same time: the cores of the CPUs that this process may run on,
  /// or fewer if its cgroup has a quota of CPU time, as containers do. Threads that share a core share
  /// its units for products and its caches. On a Mac the performance cores.
  ///
  /// - Parameter root: what stands in front of /proc and /sys: a folder of made-up files in tests.
  package static func usable(root: String = "") -> Int {
    #if canImport(Darwin)
      for name in ["hw.perflevel0.physicalcpu", "hw.physicalcpu"] {
        var count = Int32(0)
        var size = MemoryLayout<Int32>.size
        if sysctlbyname(name, &count, &size, nil, 0) == 0, count > 0 { return Int(count) }
      }
      return 1
    #else
      // The mask may have bits for CPUs that the machine does not have.
      let online = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
      let cpus = allowedCPUs(root: root) ?? Array(0..<online)
      return min(online, cores(of: cpus, root: root), cpuQuota(root: root) ?? online)
    #endif
  }

  /// The CPUs in the affinity mask of this thread, which new threads inherit, or nil where the
  /// system does not say (proc_pid_status(5): `Cpus_allowed`). Swift does not import
  /// sched_getaffinity.
  static func allowedCPUs(root: String) -> [Int]? {
    let name = "Cpus_allowed:"
    let lines = Linux.contents(root + "/proc/thread-self/status")
      .split(separator: UInt8(ascii: "\n"))
    guard let line = lines.first(where: { $0.starts(with: name.utf8) }) else { return nil }
    // Hexadecimal digits, a comma between each 8 of them, the last digit for CPUs 0 to 3.
    let digits = line.dropFirst(name.utf8.count).reversed().compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte & 0xF
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
      default: nil
      }
    }
    let cpus = digits.enumerated().flatMap { i, digit in
      (0..<4).filter { digit >> $0 & 1 == 1 }.map { 4 * i + $0 }
    }
    return cpus.isEmpty ? nil : cpus
  }

  /// How many cores these CPUs belong to; a CPU of which the system does not say it is one of its own.
  static func cores(of cpus: [Int], root: String) -> Int {
    let siblings = cpus.map { cpu in
      let folder = root + "/sys/devices/system/cpu/cpu\(cpu)/topology/"
      let list = Linux.contents(folder + "thread_siblings_list")
      return list.isEmpty ? Array("\(cpu)\n".utf8) : list
    }
    return Set(siblings).count
  }

  /// The number of CPUs, rounded up, whose time the quotas of this process's cgroup and the cgroups
  /// around it allow, or nil without a quota (Linux, cgroup v2: `cpu.max`; v1: `cpu.cfs_quota_us`).
  static func cpuQuota(root: String) -> Int? {
    Linux.cgroupLimit(
      "cpu", v2: ["cpu.max"], v1: ["cpu.cfs_quota_us", "cpu.cfs_period_us"], root: root
    ) { numbers in
      guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
      return (numbers[0] - 1) / numbers[1] + 1
    }
  }
}
