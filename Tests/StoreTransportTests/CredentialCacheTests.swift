import Synchronization
import Testing

@testable import StoreTransport

private let renewal = CredentialRenewal(advisory: 900, mandatory: 600)

@Suite struct CredentialCacheTests {
    /// A clock, and a source that gives 1, 2, 3 for an hour each.
    private final class Source: Sendable {
        let time = Mutex(0.0)
        let fetched = Mutex(0)
        let fails = Mutex(false)

        struct Failure: Error {}

        func fetch() async throws -> CredentialCache<Int>.Entry {
            await Task.yield()
            if fails.withLock({ $0 }) { throw Failure() }
            let number = fetched.withLock { fetched in
                fetched += 1
                return fetched
            }
            return CredentialCache.Entry(value: number, expiration: time.withLock { $0 } + 3600)
        }

        func cache() -> CredentialCache<Int> {
            CredentialCache(now: { self.time.withLock { $0 } }, renewal, fetch: { try await self.fetch() })
        }
    }

    @Test func fetchesOnceForAllWhoWait() async throws {
        let source = Source()
        let cache = source.cache()
        try await withThrowingTaskGroup(of: CredentialCache<Int>.Numbered.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.current() } }
            // One that had the number before the renewal could not be asked to be renewed.
            for try await current in group { #expect((current.value, current.generation) == (1, 1)) }
        }
        #expect(source.fetched.withLock { $0 } == 1)
    }

    /// A source that gives nothing until it is cancelled, and tells of both.
    private static func endless() -> (cache: CredentialCache<Int>, events: AsyncStream<String>) {
        let (events, continuation) = AsyncStream.makeStream(of: String.self)
        let cache = CredentialCache<Int>(now: { 0 }, renewal) {
            continuation.yield("asked")
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                continuation.yield("cancelled")
                throw error
            }
            return .init(value: 1, expiration: nil)
        }
        return (cache, events)
    }

    @Test(.timeLimit(.minutes(1))) func endsWhatNobodyWaitsForAnyMore() async throws {
        let (cache, events) = Self.endless()
        var iterator = events.makeAsyncIterator()
        let first = Task { try await cache.current().value }
        #expect(await iterator.next() == "asked")
        let second = Task { try await cache.current().value }
        while await cache.waiting < 2 { await Task.yield() }
        first.cancel()
        while await cache.waiting == 2 { await Task.yield() }
        second.cancel()
        #expect(await iterator.next() == "cancelled")
        await #expect(throws: CancellationError.self) { try await second.value }
        // Whoever comes later is not handed what was cancelled.
        let third = Task { try await cache.current().value }
        #expect(await iterator.next() == "asked")
        third.cancel()
        #expect(await iterator.next() == "cancelled")
    }

    @Test(arguments: [(2699.0, 1), (2701.0, 2), (3700.0, 2)])
    func renewsAQuarterOfAnHourBeforeTheEnd(_ time: Double, _ expected: Int) async throws {
        let source = Source()
        let cache = source.cache()
        _ = try await cache.current()
        source.time.withLock { $0 = time }
        #expect(try await cache.current().value == expected)
    }

    @Test func keepsTheOldOneWhileItLastsAndCannotBeRenewed() async throws {
        let source = Source()
        let cache = source.cache()
        _ = try await cache.current()
        source.fails.withLock { $0 = true }
        source.time.withLock { $0 = 2800 }
        #expect(try await cache.current().value == 1)
        source.time.withLock { $0 = 3100 }
        await #expect(throws: Source.Failure.self) { try await cache.current() }
    }

    @Test func refreshesOnceHoweverManyAskForIt() async throws {
        let source = Source()
        let cache = source.cache()
        let generation = try await cache.current().generation
        try await cache.refresh(replacing: generation)
        try await cache.refresh(replacing: generation)
        #expect(try await cache.current().value == 2)
    }
}
