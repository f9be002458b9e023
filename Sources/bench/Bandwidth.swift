import Console
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The machine's limit: how fast threads that do nothing else read memory.
///
/// It shares no code with the library, which is held against it.
final class Bandwidth: @unchecked Sendable {
  /// Bytes to read: too many for any cache.
  private static let size = 512 << 20
  /// Bytes that a thread takes at a time, so that none waits long for a slower one.
  private static let chunk = 1 << 20

  /// (size / 64), all ones, in chunks.
  private let memory: UnsafeMutablePointer<Vector>
  private let nextChunk = Atomic<Int>(0)
  private let sum = Atomic<Int>(0)

  init() throws {
    guard
      let pages = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      pages != MAP_FAILED
    else { throw Refusal("no memory to measure how fast it is: \(Self.size) bytes") }
    let count = Self.size / 64
    memory = pages.bindMemory(to: Vector.self, capacity: count)
    memory.initialize(repeating: Vector(repeating: 1), count: count)
  }

  deinit { munmap(memory, Self.size) }

  /// Bytes a second, the best of `passes` over the memory.
  func measure(threads: Int, passes: Int = 3) -> Double {
    var best = Double.infinity
    for _ in 0..<passes { best = min(best, seconds { readAll(threads) }) }
    return Double(Self.size) / best
  }

  private func readAll(_ threads: Int) {
    nextChunk.store(0, ordering: .relaxed)
    sum.store(0, ordering: .relaxed)
    onThreads(threads) {
      var sums = Vector.zero
      while true {
        let chunk = self.nextChunk.add(1, ordering: .relaxed).oldValue
        guard chunk < Self.size / Self.chunk else { break }
        self.add(chunk: chunk, to: &sums)
      }
      self.sum.add((0..<16).reduce(0) { $0 + Int(sums[$1]) }, ordering: .relaxed)
    }
    // Using the sum is also what keeps the reads from being optimised away.
    precondition(sum.load(ordering: .relaxed) == Self.size / 4, "a read went wrong")
  }

  /// Adds one chunk to `sums`, lane by lane, with four reads in flight.
  ///
  /// Never inlined: where the compiler sees what becomes of the lanes, it takes the vectors apart.
  @inline(never)
  private func add(chunk: Int, to sums: inout Vector) {
    let x = UnsafeRawPointer(memory) + chunk * Self.chunk
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i < Self.chunk {
      s0 += load(x + i)
      s1 += load(x + (i &+ 64))
      s2 += load(x + (i &+ 128))
      s3 += load(x + (i &+ 192))
      i &+= 256
    }
    sums += (s0 + s1) + (s2 + s3)
  }
}

private typealias Vector = SIMD16<Float>

@inline(__always)
private func load(_ pointer: UnsafeRawPointer) -> Vector { pointer.loadUnaligned(as: Vector.self) }

/// Runs `body` on `count` threads at once, the caller's among them, and waits for all of them.
private func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  /// A closure, as an object that a pointer can lead to.
  final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var workers: [pthread_t] = []
  for _ in 1..<max(1, count) {
    #if canImport(Glibc)
      var worker = pthread_t()
    #else
      var worker: pthread_t?
    #endif
    let start = Unmanaged.passRetained(Start(body))
    let status = pthread_create(
      &worker, nil,
      { context in
        // Darwin's signature has no nil here, Glibc's has.
        let context: UnsafeMutableRawPointer? = context
        Unmanaged<Start>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      start.release()
      break
    }
    #if canImport(Glibc)
      workers.append(worker)
    #else
      workers.append(worker!)
    #endif
  }
  body()
  for worker in workers { pthread_join(worker, nil) }
}
