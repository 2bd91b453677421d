import Synchronization
import Testing

@testable import StoreProviders

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
            CredentialCache(now: { self.time.withLock { $0 } }, fetch: { try await self.fetch() })
        }
    }

    @Test func fetchesOnceForAllWhoWait() async throws {
        let source = Source()
        let cache = source.cache()
        try await withThrowingTaskGroup(of: (value: Int, generation: Int).self) { group in
            for _ in 0..<50 { group.addTask { try await cache.current() } }
            // One that had the number before the renewal could not be asked to be renewed.
            for try await (value, generation) in group { #expect((value, generation) == (1, 1)) }
        }
        #expect(source.fetched.withLock { $0 } == 1)
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
