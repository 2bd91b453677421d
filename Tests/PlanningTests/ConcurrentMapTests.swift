import Synchronization
import Testing

@testable import Planning

@Suite struct ConcurrentMapTests {
    private struct Failure: Error, Equatable { let input: Int }

    @Test("outputs stand in the inputs' order, whatever the order in which they come")
    func order() async throws {
        let outputs = try await concurrentAttempts(Array(0..<500), window: 16) { input throws(Failure) in
            for _ in 0..<(input % 7) { await Task.yield() }
            return input * 2
        }
        #expect(outputs == (0..<500).map { $0 * 2 })
    }

    @Test("the first of the inputs that fail is told, though a later one failed before it", arguments: 0..<20)
    func firstFailure(_ seed: Int) async {
        await #expect(throws: Failure(input: 40)) {
            try await concurrentAttempts(Array(0..<500), window: 16) { input throws(Failure) in
                if input == 45 { throw Failure(input: input) }
                for _ in 0..<(seed * 5) { await Task.yield() }
                if input >= 40 { throw Failure(input: input) }
            }
        }
    }

    @Test("after a failure nothing more is begun")
    func stopsAtAFailure() async {
        let begun = Mutex(0)
        await #expect(throws: Failure(input: 10)) {
            try await concurrentAttempts(Array(0..<10_000), window: 8) { input throws(Failure) in
                begun.withLock { $0 += 1 }
                if input >= 10 { throw Failure(input: input) }
            }
        }
        #expect(begun.withLock { $0 } <= 10 + 2 * 8)
    }

    @Test("no more than the window are at work at the same time, and as many are")
    func window() async throws {
        let work = Mutex((now: 0, most: 0))
        _ = try await concurrentAttempts(Array(0..<200), window: 5) { _ throws(Failure) in
            work.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            // Whoever comes waits until all five have been there once.
            while work.withLock({ $0.most < 5 }) { await Task.yield() }
            work.withLock { $0.now -= 1 }
        }
        #expect(work.withLock { $0.most } == 5)
    }
}
