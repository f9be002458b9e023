import Console
import Llama2
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the machine gives threads that do nothing else: bytes from memory, and multiply-adds in fp32
/// from registers. The loops share no code with the library's, which are held against them.
///
/// Bytes are read from pages of 2 MB where the system has them, as the weights of a mapped file are
/// (`MappedFile`): from small ones it is slower by a tenth. Weights that stay in the processor's cache,
/// all or some of them, are read faster than this.
final class Limits {
  /// Bytes to read: eight times what the largest cache holds, where the system says how much that is
  /// and has the memory.
  private static let size = max(
    512 << 20, min(8 * largestCache, usableMemory() / 4) / chunk * chunk)
  /// Bytes that a thread takes at a time, so that none waits long for a slower one.
  private static let chunk = 1 << 20

  /// (size / 64), all ones, in chunks.
  private let memory: UnsafeMutablePointer<SIMD16<Float>>

  init() throws {
    guard
      let pages = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
      pages != MAP_FAILED
    else { throw Refusal("no memory to measure how fast it is: \(Self.size) bytes") }
    #if !canImport(Darwin)
      madvise(pages, Self.size, MADV_HUGEPAGE)
    #endif
    memory = pages.bindMemory(to: SIMD16<Float>.self, capacity: Self.size / 64)
    memory.initialize(repeating: SIMD16(repeating: 1), count: Self.size / 64)
  }

  deinit { munmap(memory, Self.size) }

  /// Bytes a second that `threads` read, the best of three passes over the memory.
  func bandwidth(threads: Int) -> Double {
    let pool = Threads(count: threads)
    defer { pool.stop() }
    let times = (0..<3).map { _ in
      seconds {
        let total = pool.sum(of: Self.size / Self.chunk) { chunk in
          let lanes = add(chunk)
          return (0..<16).reduce(0) { $0 + Int(lanes[$1]) }
        }
        // Using the sum is also what keeps the reads from being optimised away.
        precondition(total == Self.size / 4, "a read went wrong")
      }
    }
    return Double(Self.size) / times.min()!
  }

  /// The sum of one chunk, lane by lane, with four reads in flight.
  ///
  /// Never inlined: where the compiler sees what becomes of the lanes, it takes the vectors apart.
  @inline(never)
  private func add(_ chunk: Int) -> SIMD16<Float> {
    let x = UnsafeRawPointer(memory) + chunk * Self.chunk
    func load(_ i: Int) -> SIMD16<Float> { x.loadUnaligned(fromByteOffset: i, as: SIMD16.self) }
    var (s0, s1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
    var (s2, s3) = (s0, s1)
    for i in stride(from: 0, to: Self.chunk, by: 256) {
      s0 += load(i)
      s1 += load(i &+ 64)
      s2 += load(i &+ 128)
      s3 += load(i &+ 192)
    }
    return (s0 + s1) + (s2 + s3)
  }

  /// Operations a second of `threads`, a multiply-add counted as two: the best of three passes with
  /// the widest vectors that are the processor's, which the build does not know.
  func peak(threads: Int) -> Double {
    let steps = 1 << 15
    let pool = Threads(count: threads)
    defer { pool.stop() }
    func rate(lanes: Int, _ multiplyAdds: (_ seed: Int) -> Float) -> Double {
      let times = (0..<3).map { _ in
        seconds {
          let total = pool.sum(of: 48 * threads) { Int(multiplyAdds($0)) }
          precondition(total > 0, "a product went wrong")
        }
      }
      return Double(48 * threads * steps * 12 * 2 * lanes) / times.min()!
    }
    return max(
      rate(lanes: 16) { multiplyAdds(SIMD16(repeating: 0.5), $0, steps) },
      rate(lanes: 8) { multiplyAdds(SIMD8(repeating: 0.5), $0, steps) },
      rate(lanes: 4) { multiplyAdds(SIMD4(repeating: 0.5), $0, steps) })
  }
}

/// 12 sums, each s / 2 + a after every step. An instruction takes four or five cycles, and processors
/// begin two to four in each; AVX2 has 16 registers.
@inline(never)
private func multiplyAdds<V: SIMD>(_ a: V, _ seed: Int, _ steps: Int) -> Float
where V.Scalar == Float {
  func sum(_ i: Int) -> V { V(repeating: Float(seed &+ i)) }
  var (s0, s1, s2, s3, s4, s5) = (sum(0), sum(1), sum(2), sum(3), sum(4), sum(5))
  var (s6, s7, s8, s9, s10, s11) = (sum(6), sum(7), sum(8), sum(9), sum(10), sum(11))
  for _ in 0..<steps {
    (s0, s1, s2) = (next(s0, a), next(s1, a), next(s2, a))
    (s3, s4, s5) = (next(s3, a), next(s4, a), next(s5, a))
    (s6, s7, s8) = (next(s6, a), next(s7, a), next(s8, a))
    (s9, s10, s11) = (next(s9, a), next(s10, a), next(s11, a))
  }
  return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11).sum()
}

/// s a + a, in one instruction where the build has it: without it, `addingProduct` is a call.
@inline(__always)
private func next<V: SIMD>(_ s: V, _ a: V) -> V where V.Scalar == Float {
  #if FMA || arch(arm64)
    a.addingProduct(s, a)
  #else
    s * a + a
  #endif
}

extension Threads {
  /// The sum of `body` over `count` chunks, of which each thread takes one after the other.
  fileprivate func sum(of count: Int, _ body: (_ chunk: Int) -> Int) -> Int {
    let sum = Atomic(0)
    run(parts: count) { chunk, _ in sum.add(body(chunk), ordering: .relaxed) }
    return sum.load(ordering: .relaxed)
  }
}

/// Bytes of the largest cache that a CPU reads through, as Linux says; 0 elsewhere.
private let largestCache: Int = {
  let sizes = (0..<5).compactMap { index in
    // In kilobytes, as 32768K.
    let text = Linux.contents("/sys/devices/system/cpu/cpu0/cache/index\(index)/size")
    return Int(String(decoding: text.prefix { $0 != UInt8(ascii: "K") }, as: UTF8.self))
  }
  return 1024 * (sizes.max() ?? 0)
}()
