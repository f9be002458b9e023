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
  @Test func workersThatSleepWakeForTheNextLoop() {
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

  @Test func aPoolThatIsNotUsedEnds() {
    for count in 1...8 {
      let threads = Threads(count: count)
      threads.stop()
    }
  }

  private final class Flag: Sendable {
    let count = Atomic<Int>(0)
  }
}
