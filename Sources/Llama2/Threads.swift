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
final class Threads: @unchecked Sendable {
  let count: Int
  /// Parts that nobody has begun; whoever takes one from here owns it.
  private let waiting = Atomic<Int>(0)
  /// Parts that are not finished.
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  /// The loop's body: written before `waiting`, read only by the owners of parts.
  private var body: (Int, Int) -> Void = { _, _ in }
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private var workers: [pthread_t] = []
  /// How often an idle worker looks for work before it sleeps: half a millisecond or so, longer
  /// than a token is sampled and told.
  private static let patience = 200_000

  init(count: Int) {
    self.count = count
    lock = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
    for _ in 1..<max(1, count) { startWorker() }
  }

  /// Ends the workers; the owner calls it, since each of them holds on to the pool.
  func stop() {
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

  /// Runs `body` once for each of 0..<parts, in any order, with the number of the thread that it
  /// runs on, and returns when all are done.
  func run(parts: Int, _ body: (_ part: Int, _ thread: Int) -> Void) {
    guard parts > 1, !workers.isEmpty else {
      for part in 0..<parts { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      self.body = body
      unfinished.store(parts, ordering: .relaxed)
      waiting.store(parts, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeSleepers() }
      while runPart(thread: 0) {}
      spin(while: { self.unfinished.load(ordering: .acquiring) > 0 })
      self.body = { _, _ in }
    }
  }

  /// Runs one part if there is one to run.
  private func runPart(thread: Int) -> Bool {
    var parts = waiting.load(ordering: .relaxed)
    while parts > 0 {
      let (taken, found) = waiting.weakCompareExchange(
        expected: parts, desired: parts - 1, ordering: .acquiringAndReleasing)
      if taken {
        body(parts - 1, thread)
        unfinished.subtract(1, ordering: .acquiringAndReleasing)
        return true
      }
      parts = found
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
    #if canImport(Darwin)
      var worker: pthread_t?
    #else
      var worker = pthread_t()
    #endif
    let start = Unmanaged.passRetained(Start(pool: self, thread: workers.count + 1))
    let status = pthread_create(
      &worker, nil,
      { context in
        // Darwin's signature has no nil here, Glibc's has.
        let context: UnsafeMutableRawPointer? = context
        let start = Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
        start.pool.work(thread: start.thread)
        return nil
      }, start.toOpaque())
    // Fewer threads than asked for are slower, and nothing else.
    guard status == 0 else { return start.release() }
    #if canImport(Darwin)
      workers.append(worker!)
    #else
      workers.append(worker)
    #endif
  }

  /// What a new worker is told.
  private final class Start {
    let pool: Threads
    let thread: Int
    init(pool: Threads, thread: Int) {
      self.pool = pool
      self.thread = thread
    }
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
