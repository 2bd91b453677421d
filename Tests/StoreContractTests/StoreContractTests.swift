import AssetsTestSupport
import Catalog
import ObjectStore
import StoreProviders
import Testing

/// What every store promises, asked of every store. A new provider is a new row of `StoreKind`.
@Suite struct StoreContractTests {
    @Test(arguments: StoreKind.allCases)
    func getsAWholeObject(_ kind: StoreKind) async throws {
        try await kind.withStore(["a/b": "hello"]) { store async throws in
            let download = try await store.get(ObjectKey("a/b"), GetOptions())
            #expect(download.attributes.size == 5)
            #expect(download.range == 0..<5)
            #expect(try await store.read(ObjectKey("a/b"), limit: 100) == Array("hello".utf8))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func getsAnEmptyObject(_ kind: StoreKind) async throws {
        try await kind.withStore(["empty": ""]) { store async throws in
            #expect(try await store.read(ObjectKey("empty"), limit: 100) == [])
            #expect(try await store.head(ObjectKey("empty")).size == 0)
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        [(0..<1, 0..<1), (1..<3, 1..<3), (4..<5, 4..<5), (3..<100, 3..<5)] as [(Range<Int64>, Range<Int64>)])
    func cutsARangeAtTheEnd(_ kind: StoreKind, _ asked: (wanted: Range<Int64>, had: Range<Int64>)) async throws {
        try await kind.withStore(["a": "hello"]) { store async throws in
            let download = try await store.get(ObjectKey("a"), GetOptions(range: asked.wanted))
            #expect(download.range == asked.had)
            #expect(download.attributes.size == 5)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func refusesARangePastTheEnd(_ kind: StoreKind) async throws {
        try await kind.withStore(["a": "hello", "empty": ""]) { store async throws in
            for (key, range) in [("a", 5..<6), ("a", 9..<12), ("empty", 0..<1)] as [(String, Range<Int64>)] {
                let error = try #require(
                    await failure { try await store.get(ObjectKey(key), GetOptions(range: range)) })
                #expect(error.kind == .invalidRange)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func saysThatAnObjectIsNotThere(_ kind: StoreKind) async throws {
        try await kind.withStore(["a/b": "hello"]) { store async throws in
            for key in ["b", "a", "a/b/c", "a/"] {
                let error = try #require(await failure { try await store.get(ObjectKey(key), GetOptions()) })
                #expect(error.kind == .notFound, "\(key)")
                let missing = await failure { try await store.head(ObjectKey(key)) }
                #expect(missing?.kind == .notFound, "\(key)")
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func pinsAnObjectToItsEntityTag(_ kind: StoreKind) async throws {
        try await kind.withStore(["a": "hello"]) { store async throws in
            let tag = try #require(try await store.head(ObjectKey("a")).entityTag)
            _ = try await store.get(ObjectKey("a"), GetOptions(range: 1..<2, entityTag: tag))
            try kind.replace("a", "HELLO, longer")
            let error = try #require(
                await failure { try await store.get(ObjectKey("a"), GetOptions(range: 1..<2, entityTag: tag)) })
            #expect(error.kind == .changed)
            let changed = try await store.head(ObjectKey("a")).entityTag
            #expect(changed != tag)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func listsInTheOrderOfBytes(_ kind: StoreKind) async throws {
        let keys = ["a.versions", "a/1.0", "a/1.0.meta", "a/b/1.0/x y", "ab", "b/é", "b/z+%2F"]
        try await kind.withStore(Dictionary(uniqueKeysWithValues: keys.map { ($0, $0) })) { store async throws in
            #expect(try await allKeys(store, "") == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            #expect(try await allKeys(store, "a/") == ["a/1.0", "a/1.0.meta", "a/b/1.0/x y"])
            #expect(try await allKeys(store, "a/1") == ["a/1.0", "a/1.0.meta"])
            #expect(try await allKeys(store, "nothing/") == [])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func showsItselfFromAPrefix(_ kind: StoreKind) async throws {
        try await kind.withStore(["p/q/a": "x", "p/other": "y"]) { store async throws in
            let inside = PrefixStore(store, prefix: "p/q")
            #expect(try await inside.read(ObjectKey("a"), limit: 10) == Array("x".utf8))
            #expect(try await allKeys(inside, "") == ["a"])
            #expect(inside.address(of: ObjectKey("a")) == store.address(of: ObjectKey("p/q/a")))
        }
    }

    private func allKeys(_ store: any ObjectStore, _ prefix: String) async throws -> [String] {
        var keys: [String] = []
        var token: String?
        repeat {
            let page = try await store.list(prefix: prefix, from: token)
            keys += page.objects.map(\.key.text)
            token = page.next
        } while token != nil
        return keys
    }

    private func failure<Value>(_ body: () async throws -> Value) async -> StoreError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? StoreError
        }
    }
}

/// The stores that the contract is asked of.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case local

    @TaskLocal static var current: (memory: InMemoryStore?, path: String?) = (nil, nil)

    func withStore(_ objects: [String: String], _ body: (any ObjectStore) async throws -> Void) async throws {
        switch self {
        case .memory:
            let store = InMemoryStore(objects)
            try await Self.$current.withValue((store, nil)) { try await body(store) }
        case .local:
            try await withTemporaryDirectory { path async throws in
                for (key, text) in objects { try write(text, to: "\(path)/\(key)") }
                let store = try LocalStore(path: path)
                try await Self.$current.withValue((nil, path)) { try await body(store) }
            }
        }
    }

    /// Puts other content under a key of the store of this task.
    func replace(_ key: String, _ text: String) throws {
        Self.current.memory?.put(key, text)
        if let path = Self.current.path { try write(text, to: "\(path)/\(key)") }
    }
}
