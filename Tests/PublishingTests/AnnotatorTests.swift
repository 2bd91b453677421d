import AssetModel
import AssetsTestSupport
import Execution
import ObjectStore
import Testing

@testable import Publishing

/// What is read and written where digests are added to a `.meta`.
@Suite("Annotating") struct AnnotatorTests {
    private static let meta = #"{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": true, "#
    private let store = FaultStore([
        "a/1.0.meta": meta + #""contents": ["x", "en/y"],  "own": 1}"#, "a/1.0/x": "one", "a/1.0/en/y": "two!",
    ])

    private static let annotated =
        meta + #""contents": ["x", "en/y"],  "own": 1, "objects": [\#(object("x", "one")),\#(object("en/y", "two!"))]}"#

    @Test("the size and digest of every object are added at the end, and all else stays byte for byte")
    func adds() async throws {
        #expect(try await annotate() == 2)
        #expect(try await store.objects()["a/1.0.meta"] == Self.annotated)
        #expect(store.requests.filter { $0.hasPrefix("put") } == [#"put a/1.0.meta ifUnchanged("\"1\"")"#])
        #expect(store.requests.last == "get a/1.0.meta")
    }

    @Test("a file asset's object has no path")
    func file() async throws {
        let meta = #"{"push_date": "2024-03-01T12:00:00+00:00", "is_directory": false"#
        let store = FaultStore(["a/1.0.meta": meta + "}", "a/1.0": "one"])
        #expect(try await annotate(store) == 1)
        #expect(try await store.objects()["a/1.0.meta"] == meta + #", "objects": [\#(Self.object(nil, "one"))]}"#)
    }

    @Test("where all is recorded, nothing is read and nothing is written")
    func again() async throws {
        #expect(try await annotate() == 2)
        let before = store.requests.count
        #expect(try await annotate() == 0)
        #expect(store.requests.dropFirst(before) == ["get a/1.0.meta", "get a/1.0.meta"])
    }

    @Test("a store without ETags gets it unconditionally")
    func noEntityTag() async throws {
        store.on(.gets("a/1.0.meta"), .withHeaders { ObjectAttributes(size: $0.size, entityTag: nil) })
        #expect(try await annotate() == 2)
        #expect(store.requests.contains("put a/1.0.meta none"))
    }

    // MARK: Somebody else writes it

    @Test("what another wrote meanwhile stays, and is an error", arguments: ["a/1.0/x", "a/1.0.meta"])
    func changedMeanwhile(_ key: String) async throws {
        let (memory, theirs) = (store.memory, Self.meta + #""contents": ["x", "en/y"], "theirs": 2}"#)
        // Also between the two looks at the `.meta` itself.
        store.on(
            .gets(key), .meanwhile { memory.put("a/1.0.meta", theirs) }, skip: key.hasSuffix(".meta") ? 1 : 0, times: 1)
        #expect(await thrown { _ = try await annotate() } == "changed: the condition does not hold")
        #expect(try await store.objects()["a/1.0.meta"] == theirs)
    }

    @Test("the same that another wrote meanwhile is as good")
    func sameMeanwhile() async throws {
        let memory = store.memory
        store.on(.puts("a/1.0.meta"), .meanwhile { memory.put("a/1.0.meta", Self.annotated) })
        #expect(try await annotate() == 2)
        #expect(try await store.objects()["a/1.0.meta"] == Self.annotated)
    }

    // MARK: Answers

    /// | the answer to the write | what is thrown |
    static let answerRows: [(fault: Fault, words: String?)] = [
        (.answers(.changed, isDone: true), nil),
        (.answers(.invalidAnswer, isDone: true), nil),
        (.answers(.changed), "changed: as the test asks"),
        (.answers(.invalidAnswer), "invalidAnswer: as the test asks"),
        (.answers(.permissionDenied), "permissionDenied: as the test asks"),
        (.resetBeforeTheHeader, "unavailable: as the test asks"),
        (.resetAfterTheHeader, "unavailable: as the test asks"),
    ]

    @Test("an answer that may be about a write that was done is an error only where it was not", arguments: answerRows)
    func answers(_ fault: Fault, _ words: String?) async throws {
        store.on(.puts("a/1.0.meta"), fault)
        #expect(await thrown { _ = try await annotate() } == words)
        #expect(store.requests.count { $0.hasPrefix("put") } == 1)
    }

    @Test("what the store says that it has, and has otherwise, is an error")
    func notKept() async throws {
        store.on(.gets("a/1.0.meta"), .corrupted, skip: 2)
        #expect(await thrown { _ = try await annotate() } == "notKept(\"memory/a/1.0.meta\")")
    }

    // MARK: The objects

    @Test("an object that is not there, or does not come whole, is an error, and nothing is written")
    func objects() async throws {
        let rows: [(Fault, String)] = [
            (.answers(.notFound), "notFound: as the test asks"),
            (.cutAfter(1), "invalidAnswer: sizeMismatch(expected: 3, actual: 1)"),
        ]
        for (fault, words) in rows {
            let store = FaultStore(try await store.objects())
            store.on(.gets("a/1.0/x"), fault)
            #expect(await thrown { _ = try await annotate(store) } == words)
            #expect(!store.requests.contains { $0.hasPrefix("put") })
        }
    }

    @discardableResult
    private func annotate(_ other: FaultStore? = nil) async throws -> Int {
        let version = try #require(VersioningSystem.majorMinor.version("1.0"))
        return try await Annotator(store: other ?? store, system: .majorMinor, window: 2)
            .annotate(AssetPin(name: try AssetName("a"), version: version))
    }

    private static func object(_ path: String?, _ text: String) -> String {
        let size = text.utf8.count
        let own = path.map { #""path":"\#($0)","# } ?? ""
        return #"{\#(own)"sha256":"\#(SHA256Digest(of: text))","size":\#(size)}"#
    }
}
