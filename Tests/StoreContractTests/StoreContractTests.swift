import AssetsTestSupport
import Catalog
import Glibc
import NIOCore
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
            // SeaweedFS has its folders as objects.
            for key in ["b", "a", "a/b/c"] + (kind == .seaweedfs ? [] : ["a/"]) {
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
            _ = try await store.put(ObjectKey("a"), ByteBuffer(string: "HELLO, longer"), .none)
            let error = try #require(
                await failure { try await store.get(ObjectKey("a"), GetOptions(range: 1..<2, entityTag: tag)) })
            #expect(error.kind == .changed)
            let changed = try await store.head(ObjectKey("a")).entityTag
            #expect(changed != tag)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func listsWhatBeginsWithAPrefix(_ kind: StoreKind) async throws {
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

    // MARK: Writing

    @Test(arguments: StoreKind.allCases)
    func keepsEveryByteOfAKey(_ kind: StoreKind) async throws {
        try await kind.withStore([:]) { store async throws in
            for key in kind.oddKeys {
                _ = try await store.put(ObjectKey(key), ByteBuffer(string: key), .none)
                #expect(try await store.read(ObjectKey(key), limit: 100) == Array(key.utf8), "\(key)")
            }
            let listed = try await allKeys(store, "").map { Array($0.utf8) }
            #expect(Set(listed) == Set(kind.oddKeys.map { Array($0.utf8) }))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func makesAnObjectOfParts(_ kind: StoreKind) async throws {
        let first = ByteBuffer(repeating: 1, count: InMemoryStore.smallestPart)
        let last = ByteBuffer(string: "end")
        try await kind.withStore([:]) { store async throws in
            let upload = try await store.startUpload(of: ObjectKey("a/big"), .none)
            var parts: [UploadedPart] = []
            for number in store.takesPartsInAnyOrder ? [2, 1] : [1, 2] {
                parts.append(try await store.uploadPart(number, of: upload, number == 1 ? first : last))
            }
            #expect(try await allKeys(store, "") == [])
            let made = try await store.completeUpload(upload, parts)
            let size = Int64(first.readableBytes + 3)
            let attributes = try await store.head(ObjectKey("a/big"))
            #expect(attributes.size == size)
            // rclone's is that of the parts until the object is made.
            if kind != .rclone { #expect(attributes.entityTag == made.entityTag) }
            let tail = try await store.get(ObjectKey("a/big"), GetOptions(range: size - 4..<size))
            #expect(try await bytes(of: tail) == [1] + Array("end".utf8))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func forgetsAnUploadThatIsAborted(_ kind: StoreKind) async throws {
        try await kind.withStore(["a": "x"]) { store async throws in
            let upload = try await store.startUpload(of: ObjectKey("b"), .none)
            _ = try await store.uploadPart(1, of: upload, ByteBuffer(string: "part"))
            try await store.abortUpload(upload)
            #expect(try await allKeys(store, "") == ["a"])
            let error = await failure { try await store.uploadPart(2, of: upload, ByteBuffer(string: "late")) }
            #expect(error != nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func deletesWhatIsThereAndDoesNotMindWhatIsNot(_ kind: StoreKind) async throws {
        try await kind.withStore(["a": "x", "b/c": "y"]) { store async throws in
            try await store.delete(ObjectKey("b/c"))
            try await store.delete(ObjectKey("b/c"))
            try await store.delete(ObjectKey("never"))
            #expect(try await allKeys(store, "") == ["a"])
            #expect(try await store.headIfPresent(ObjectKey("b/c")) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases.filter(\.hasConditions))
    func writesOnlyWhereTheConditionHolds(_ kind: StoreKind) async throws {
        let (key, text) = (ObjectKey("a"), ByteBuffer(string: "new"))
        try await kind.withStore([:]) { store async throws in
            let first = try await store.put(key, text, .ifAbsent)
            let second = await failure { try await store.put(key, text, .ifAbsent) }
            #expect(second?.kind == .changed)
            let tag = try #require(first.entityTag)
            _ = try await store.put(key, ByteBuffer(string: "newer"), .ifUnchanged(tag))
            let late = await failure { try await store.put(key, text, .ifUnchanged(tag)) }
            #expect(late?.kind == .changed)
            #expect(try await store.read(key, limit: 10) == Array("newer".utf8))
        }
    }

    private func bytes(of download: ObjectDownload) async throws -> [UInt8] {
        switch download.body {
        case .stream(let chunks):
            var bytes: [UInt8] = []
            for try await chunk in chunks { bytes += chunk.readableBytesView }
            return bytes
        case .file(let file):
            var bytes = [UInt8](repeating: 0, count: download.range.count)
            _ = pread(file.descriptor, &bytes, bytes.count, Int(download.range.lowerBound))
            return bytes
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
        return keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
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
    case memory, local, seaweedfs, moto, rclone, gcs

    /// Runs the body with a store of its own that holds the objects.
    func withStore(_ objects: [String: String], _ body: (any WritableStore) async throws -> Void) async throws {
        switch self {
        case .memory: try await fill(InMemoryStore(), objects, body)
        case .local:
            try await withTemporaryDirectory { path async throws in
                try await fill(try LocalStore(path: path), objects, body)
            }
        case .seaweedfs, .moto, .rclone, .gcs:
            let server = try #require(ObjectServer(rawValue: rawValue))
            try await fill(try await server.makeBucket(), objects, body)
        }
    }

    /// Keys that are hard to keep.
    var oddKeys: [String] {
        let everywhere = [
            "space in", "plus+sign", "percent%2Fslash", "quote'\"", "umlaut/\u{E9}", "umlaut/e\u{301}", "😀",
            "a&b=c", "semi;colon,comma", "#hash", "question?mark", "star*", "(round)", "at@dollar$",
        ]
        // The others are folders on a disk, which keep no empty names, and no `..`.
        return self == .memory || self == .moto
            ? everywhere + ["double//slash", "dots/../up", "trailing/"] : everywhere
    }

    /// Whether the store heeds the conditions of writes: rclone 1.7x does not look at them.
    var hasConditions: Bool { self != .rclone }

    private func fill(
        _ store: any WritableStore, _ objects: [String: String], _ body: (any WritableStore) async throws -> Void
    ) async throws {
        for (key, text) in objects { _ = try await store.put(ObjectKey(key), ByteBuffer(string: text), .none) }
        try await body(store)
    }
}
