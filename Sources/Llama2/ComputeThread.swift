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
/// The thread ends when nothing holds on to this object any more, be it on that very thread.
final class ComputeThread: SerialExecutor {
  private let jobs = Jobs()

  init() {
    let jobs = jobs
    guard let thread = startThread(jobs.work) else {
      preconditionFailure("the system gives no thread to compute on")
    }
    pthread_detach(thread)
  }

  deinit { jobs.stop() }

  /// Whether work waits for the work that goes on.
  var isAwaited: Bool { jobs.areWaiting }

  func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job), of: self) }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// The jobs of a `ComputeThread`.
private final class Jobs: @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  /// With each its executor, which so lives until it has run.
  private var waiting: [(job: UnownedJob, executor: ComputeThread)] = []
  private var isStopping = false

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

  var areWaiting: Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return !waiting.isEmpty
  }

  func stop() {
    pthread_mutex_lock(lock)
    isStopping = true
    pthread_cond_signal(wake)
    pthread_mutex_unlock(lock)
  }

  /// Runs jobs until there is nobody left who could have more.
  func work() {
    while let (job, executor) = next() {
      withExtendedLifetime(executor) {
        job.runSynchronously(on: executor.asUnownedSerialExecutor())
      }
    }
  }

  private func next() -> (UnownedJob, ComputeThread)? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while waiting.isEmpty && !isStopping { pthread_cond_wait(wake, lock) }
    return waiting.isEmpty ? nil : waiting.removeFirst()
  }
}
