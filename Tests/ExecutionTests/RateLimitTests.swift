import AssetsTestSupport
import Synchronization
import Testing

@testable import Execution

@Suite struct TokenBucketTests {
    @Test("one reader gets the rate, and a tenth of a second's worth before")
    func pacesOneReader() {
        var bucket = TokenBucket(bytesPerSecond: 1000)
        #expect(abs(bucket.take(500, at: 10) - 0.4) < 1e-9)
        #expect(abs(bucket.take(500, at: 10.4) - 0.5) < 1e-9)
        #expect(bucket.take(1, at: 11.5) < 0, "half a second of the rate was not used, and a tenth of it is kept")
        #expect(abs(bucket.take(99, at: 11.5)) < 1e-9)
        #expect(abs(bucket.take(100, at: 11.5) - 0.1) < 1e-9)
    }

    /// Connections that read pieces of several lengths, with timers that are late, in virtual time.
    @Test("many readers together are held to the rate within 5 %, over any two seconds", arguments: 0..<50)
    func holdsTheRate(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let rate = Double.random(in: 1e6...1e9, using: &random)
        var connections = (0..<Int.random(in: 1...64, using: &random)).map { _ in
            Connection(piece: Int.random(in: 1...Int(rate / 100), using: &random))
        }
        var bucket = TokenBucket(bytesPerSecond: Int64(rate))
        var served: [(time: Double, count: Int)] = []
        while let next = connections.indices.min(by: { connections[$0].time < connections[$1].time }),
            connections[next].time < 10
        {
            let (now, piece) = (connections[next].time, connections[next].piece)
            let wait = bucket.take(piece, at: now)
            let late = Double.random(in: 0...0.003, using: &random)
            connections[next].time = now + (wait > TokenBucket.shortestWait ? wait + late : 1e-6)
            served.append((connections[next].time, piece))
        }
        for start in stride(from: 0.0, to: 8, by: 0.5) {
            let sum = served.filter { start..<start + 2 ~= $0.time }.reduce(0) { $0 + $1.count }
            let share = Double(sum) / (rate * 2)
            #expect(0.95...1.07 ~= share, "seed \(seed), from second \(start)")
        }
    }

    private struct Connection {
        var time = 0.0
        let piece: Int
    }
}

@Suite struct RateLimitTests {
    /// A clock that stands until somebody sleeps.
    private final class VirtualClock: Sendable {
        let time = Mutex(0.0)

        var limit: RateLimit {
            RateLimit(
                bytesPerSecond: 1_000_000, now: { self.time.withLock { $0 } },
                sleep: { wait in self.time.withLock { $0 += wait } })
        }
    }

    @Test func waitsForAllThatIsTaken() async throws {
        let clock = VirtualClock()
        let limit = clock.limit
        for _ in 0..<1000 { try await limit.take(10_000) }
        let seconds = clock.time.withLock { $0 }
        #expect(9.89...9.91 ~= seconds, "10 MB at 1 MB/s")
    }

    @Test func isCancelledWithItsReader() async {
        let limit = RateLimit(bytesPerSecond: 1)
        let reader = Task { try await limit.take(1 << 40) }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
    }
}
