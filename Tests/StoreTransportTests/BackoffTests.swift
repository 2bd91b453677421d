import Synchronization
import Testing

@testable import StoreTransport

@Suite struct BackoffTests {
    private static let reason = RetryReason("503 SlowDown")

    @Test func waitsTwiceAsLongEachTimeUpToTwentySeconds() {
        var backoff = Backoff(RetryPolicy(attempts: 11, budget: 1000))
        let waits = (0..<11).map { _ in backoff.wait(after: Self.reason, now: 0, random: 1) }
        #expect(waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20, 20, nil])
    }

    @Test func waitsFullJitter() {
        var backoff = Backoff(RetryPolicy())
        #expect(backoff.wait(after: Self.reason, now: 0, random: 0) == 0)
        #expect(backoff.wait(after: Self.reason, now: 0, random: 0.5) == 0.2)
    }

    @Test func waitsAsLongAsTheServerAsks() {
        var backoff = Backoff(RetryPolicy())
        #expect(backoff.wait(after: RetryReason("503", wait: 7), now: 0, random: 1) == 7)
    }

    @Test func endsWithTheBudget() {
        var backoff = Backoff(RetryPolicy(attempts: 100, budget: 10))
        #expect(backoff.wait(after: RetryReason("503", wait: 4), now: 100, random: 0) == 4)
        #expect(backoff.wait(after: RetryReason("503", wait: 4), now: 105, random: 0) == 4)
        #expect(backoff.wait(after: RetryReason("503", wait: 4), now: 107, random: 0) == nil)
    }

    @Test func beginsAnewWhereSomethingArrived() {
        var backoff = Backoff(RetryPolicy(attempts: 2, budget: 10))
        #expect(backoff.wait(after: Self.reason, now: 0, random: 1) == 0.2)
        backoff.progressed()
        #expect(backoff.wait(after: Self.reason, now: 50, random: 1) == 0.2)
        #expect(backoff.wait(after: Self.reason, now: 51, random: 1) == nil)
    }

    @Test func triesAServerThatNobodyReachedLessOften() {
        var backoff = Backoff(RetryPolicy())
        let refused = RetryReason("connection refused", isUnreachable: true)
        let waits = (0..<4).map { _ in backoff.wait(after: refused, now: 0, random: 1) }
        #expect(waits == [0.2, 0.4, 0.8, nil])
    }
}

@Suite struct RequestGateTests {
    @Test func letsAllThroughUntilItIsToldToSlowDown() async {
        let gate = RequestGate(window: 64)
        var passes: [RequestGate.Pass] = []
        for _ in 0..<100 { passes.append(await gate.enter()) }
        #expect(passes.count == 100)
    }

    @Test func halvesOnceForAllThatWereUnderWay() async throws {
        let gate = RequestGate(window: 8)
        var passes: [RequestGate.Pass] = []
        for _ in 0..<8 { passes.append(await gate.enter()) }
        for pass in passes { pass.toldToSlowDown() }
        // Four may be under way: the fifth waits until one ends.
        passes.removeLast(4)
        let entered = Mutex(false)
        async let next = {
            let pass = await gate.enter()
            entered.withLock { $0 = true }
            return pass
        }()
        for _ in 0..<100 { await Task.yield() }
        #expect(!entered.withLock { $0 })
        passes.removeLast()
        _ = await next
        #expect(entered.withLock { $0 })
    }

    @Test func opensAgainAsRequestsSucceed() async {
        let gate = RequestGate(window: 2)
        let first = await gate.enter()
        first.toldToSlowDown()
        first.succeeded()
        let second = await gate.enter()
        // Both are under way: nothing waits.
        #expect(first !== second)
    }

    @Test func letsATaskThatIsCancelledThrough() async {
        let gate = RequestGate(window: 2)
        let only = await gate.enter()
        only.toldToSlowDown()
        let waiting = Task { _ = await gate.enter() }
        waiting.cancel()
        await waiting.value
    }
}
