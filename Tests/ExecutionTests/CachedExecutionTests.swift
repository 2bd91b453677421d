import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import ObjectStore
import Planning
import Testing

@testable import Execution

/// Executing a plan beside a cache.
@Suite struct CachedExecutionTests {
    private static let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    @Test func asksTheStoreForNothingThatTheCacheHas() async throws {
        let store = InMemoryStore(["a/1.0": "hello", "b/1.0": "hello"])
        try await withCache { cache, path async throws in
            try await withScene(store) { scene async throws in
                let report = await scene.execute(try Plan(steps: [.file("a", "1.0")], entries: []), cache)
                #expect(report.words == ["a:1.0 fetched 1/5"])
            }
            try await withScene(store) { scene async throws in
                let plan = try Plan(
                    steps: [.file("a", "1.0", sha256: Self.hello), .file("b", "1.0", sha256: Self.hello)], entries: [])
                let report = await scene.execute(plan, cache)
                #expect(report.words == ["a:1.0 fetched 0/0", "b:1.0 fetched 0/0"])
                #expect(report.results.map { $0.digests.map(\.sha256.hex) } == [[Self.hello], [Self.hello]])
                #expect(report.cacheFaults.isEmpty)
                #expect(
                    try tree(scene.path) == [
                        "a": "/", "a/1.0": "hello", "a/.1.0.SUCCESS": "", "b": "/", "b/1.0": "hello",
                        "b/.1.0.SUCCESS": "",
                    ])
                #expect(try scene.time("a/1.0") == 1_700_000_000)
            }
            #expect(store.gets(of: "a/1.0") == 1)
            #expect(store.gets(of: "b/1.0") == 0)
        }
    }

    @Test(arguments: ["hellO", "hell", "hello and more"])
    func fetchesAnewWhatIsDamaged(_ damaged: String) async throws {
        let store = InMemoryStore(["a/1.0": "hello"])
        try await withCache { cache, path async throws in
            let entry = path + "/v1/sha256/2c/" + Self.hello.dropFirst(2)
            try write(damaged, to: entry)
            try await withScene(store) { scene async throws in
                let plan = try Plan(steps: [.file("a", "1.0", size: 5, sha256: Self.hello)], entries: [])
                let report = await scene.execute(plan, cache)
                #expect(report.words == ["a:1.0 fetched 1/5"])
                #expect(report.cacheFaults == [.damaged(path: entry, otherLinks: 0)])
                #expect(try text(of: scene.path + "/a/1.0") == "hello")
            }
            #expect(try text(of: entry) == "hello")
        }
    }

    @Test func whatIsForcedComesFromTheStore() async throws {
        let store = InMemoryStore(["a/1.0": "hello"])
        try await withCache { cache, _ async throws in
            for action in [StepAction.fetch, .refetch(.forced)] {
                try await withScene(store) { scene async throws in
                    let plan = try Plan(
                        steps: [.file("a", "1.0", action: action, sha256: Self.hello)], entries: [])
                    #expect(await scene.execute(plan, cache).words == ["a:1.0 fetched 1/5"])
                }
            }
        }
    }

    /// A run was killed after the cache had given a link, and the next one fetches, or wants another time.
    @Test(arguments: [true, false])
    func aLinkThatAKilledRunLeftIsNotWrittenTo(isJournaled: Bool) async throws {
        let store = InMemoryStore(["a/1.0": "hello"])
        try await withCache { cache, path async throws in
            try await withScene(store) { first async throws in
                _ = await first.execute(try Plan(steps: [.file("a", "1.0")], entries: []), cache)
                try await withScene(store) { second async throws in
                    let entry = path + "/v1/sha256/2c/" + Self.hello.dropFirst(2)
                    let before = try FileManager.default.attributesOfItem(atPath: entry)[.modificationDate] as? Date
                    let step = try Step.file("a", "1.0", sha256: Self.hello)
                    try await leave(step, in: second, store, cache, isJournaled: isJournaled)
                    let later = Scene(store: store, path: second.path, options: ExecutionOptions(fixedTime: 5))
                    let report = await later.execute(Plan(steps: [step], entries: []))
                    #expect(report.words == ["a:1.0 fetched \(isJournaled ? "0/0" : "1/5")"])
                    #expect(try later.time("a/1.0") == 5)
                    #expect(try later.mode("a/1.0") == 0o644)
                    #expect(try text(of: entry) == "hello")
                    #expect(
                        try FileManager.default.attributesOfItem(atPath: entry)[.modificationDate] as? Date == before)
                    #expect(try first.time("a/1.0") == 1_700_000_000)
                }
            }
        }
    }

    /// Leaves in staging what a run leaves that is killed once the cache had an object.
    private func leave(
        _ step: Step, in scene: Scene, _ store: any ObjectStore, _ cache: ContentCache, isJournaled: Bool
    ) async throws {
        let directory = try scene.directory
        let lock = try #require(try await AssetLock.tryAcquire(step.pin.name, in: directory))
        let header = Journal.Header(
            bootID: await BootID.current, pushTime: 1_700_000_000,
            address: store.address(of: ObjectKey("a/1.0")))
        let staged = try StagedAsset.claim(
            step.pin, try #require(step.content), header: header, in: directory, lock: lock, fixedTime: nil)
        let digest = try #require(SHA256Digest(hex: Self.hello))
        #expect(try cache.place(digest, at: staged.place(for: 0)) == .placed(5))
        if isJournaled { try staged.noteWhole(0, size: 5) }
    }

    private func withCache(_ body: (ContentCache, String) async throws -> Void) async throws {
        try await withTemporaryDirectory { path async throws in
            try await body(try ContentCache(in: try Directory.open(path)), path)
        }
    }
}

extension Scene {
    fileprivate func execute(_ plan: Plan, _ cache: ContentCache) async -> Report {
        let options = ExecutionOptions(
            partSizes: options.partSizes, lockWait: options.lockWait, fixedTime: options.fixedTime, cache: cache)
        return await Scene(store: store, path: path, options: options).execute(plan)
    }
}
