#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The thread on which the streams and sessions of a model compute in turn, in the order in which they are
/// asked for more: computing never takes a thread of Swift's own pool.
///
/// The thread ends when nothing holds on to this object any more, be it on that very thread. Where the system
/// gives none, the jobs run one after the other in a task, on the pool.
final class ComputeThread: SerialExecutor {
  /// What its texts read next.
  let reads = SharedReads()
  private let jobs = Jobs()
  private let hasThread: Bool

  /// - Parameter start: starts a thread, or returns nil.
  init(start: (_ body: @escaping () -> Void) -> pthread_t? = startThread) {
    let thread = start(jobs.work)
    hasThread = thread != nil
    if let thread { pthread_detach(thread) }
  }

  deinit { jobs.stop() }

  func enqueue(_ job: consuming ExecutorJob) {
    jobs.append(UnownedJob(job), of: self)
    if !hasThread { Task.detached { [jobs] in jobs.workWithoutThread() } }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// The jobs of a `ComputeThread`.
private final class Jobs: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  /// With each its executor, which so lives until it has run.
  private var waiting: [(job: UnownedJob, executor: ComputeThread)] = []
  private var isStopping = false
  /// Whether a caller of `workWithoutThread` runs a job.
  private var isRunning = false

  init() {
    lock = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  func append(_ job: UnownedJob, of executor: ComputeThread) {
    pthread_mutex_lock(lock)
    waiting.append((job, executor))
    pthread_cond_signal(wake)
    pthread_mutex_unlock(lock)
  }

  func stop() {
    pthread_mutex_lock(lock)
    isStopping = true
    pthread_cond_signal(wake)
    pthread_mutex_unlock(lock)
  }

  /// Runs jobs until there is nobody left who could have more.
  func work() {
    while let (job, executor) = next() { run(job, on: executor) }
  }

  /// Runs jobs until none waits, unless another caller does.
  func workWithoutThread() {
    while let (job, executor) = nextWithoutThread() {
      run(job, on: executor)
      pthread_mutex_lock(lock)
      isRunning = false
      pthread_mutex_unlock(lock)
    }
  }

  private func run(_ job: UnownedJob, on executor: ComputeThread) {
    withExtendedLifetime(executor) {
      job.runSynchronously(on: executor.asUnownedSerialExecutor())
    }
  }

  private func next() -> (UnownedJob, ComputeThread)? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while waiting.isEmpty && !isStopping { pthread_cond_wait(wake, lock) }
    return waiting.isEmpty ? nil : waiting.removeFirst()
  }

  private func nextWithoutThread() -> (UnownedJob, ComputeThread)? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if isRunning || waiting.isEmpty { return nil }
    isRunning = true
    return waiting.removeFirst()
  }
}
