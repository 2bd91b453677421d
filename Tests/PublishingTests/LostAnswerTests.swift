import AssetModel
import AssetsTestSupport
import Catalog
import NIOCore
import ObjectStore
import Planning
import Synchronization
import Testing

@testable import Publishing

/// Every write of a push is lost once, in each way; and claims that were left behind are taken over by nobody to whom they
/// do not belong.
@Suite("Pushing where answers are lost") struct LostAnswerTests {
    @Test("the answer to a write is lost, and sending it again is answered with 412: the version is pushed once")
    func knowsItsOwnWrites() async throws {
        try await withSource("content") { source async throws in
            var lost = 0
            while true {
                let store = LosingStore(.answerThenConflict, at: lost)
                let published = try await publisher(store).publish(source, as: .new(AssetName("a")), dependencies: [])
                #expect(published.pin.description == "a:0.0", "write \(lost)")
                #expect(published.passedOver == [], "write \(lost)")
                #expect(try await store.keys == ["a.versions", "a/0.0", "a/0.0.meta"], "write \(lost)")
                guard store.hasLost else { break }
                lost += 1
            }
            // The claim, whether conditions are heeded, the data, the .meta, .versions, and the claim's deletion.
            #expect(lost == 6)
        }
    }

    @Test(
        "a push ends at a write and is run again: one version, or where the first was listed two, whole, and no claim",
        arguments: [Loss.request, .answer])
    func goesOnWhereItEnded(_ loss: Loss) async throws {
        try await withSource("content") { source async throws in
            let target = PushTarget.update(try AssetName("a"), .latest)
            // The second write asks whether conditions are heeded: it is refused, so there is no answer of a done write to lose.
            for lost in 0..<5 where loss == .request || lost != 1 {
                let store = LosingStore(loss, at: lost, ["a.versions": #"{"versions": ["1.4"]}"#])
                await #expect(throws: StoreError.self) {
                    try await publisher(store).publish(source, as: target, dependencies: [])
                }
                let wasListed = try await store.text("a.versions").contains("1.5")
                #expect(wasListed == (loss == .answer && lost == 4))
                let published = try await publisher(store).publish(source, as: target, dependencies: [])
                #expect(published.pin.description == (wasListed ? "a:1.6" : "a:1.5"), "write \(lost)")
                let versions = wasListed ? ["1.5", "1.6"] : ["1.5"]
                let objects = versions.flatMap { ["a/\($0)", "a/\($0).meta"] }
                #expect(try await store.keys == ["a.versions"] + objects, "write \(lost)")
                for version in versions { #expect(try await store.text("a/\(version)") == "content") }
            }
        }
    }

    @Test(
        "a first version whose push ended before its claim was deleted: the same push, run again, is told that version")
    func endsWhatWasListed() async throws {
        try await withSource("content") { source async throws in
            let target = PushTarget.new(try AssetName("a"))
            let store = LosingStore(.answer, at: 4)
            await #expect(throws: StoreError.self) {
                try await publisher(store).publish(source, as: target, dependencies: [])
            }
            #expect(try await store.keys == ["a.versions", "a/0.0", "a/0.0.meta", "a/0.0.pushing"])
            let next = try await publisher(store).next(target).pin
            try await withSource("other") { other async throws in
                await #expect(throws: PublishError.exists(target.name, store.name)) {
                    try await publisher(store).publish(other, as: target, expecting: next, dependencies: [])
                }
            }
            let published = try await publisher(store).publish(source, as: target, expecting: next, dependencies: [])
            #expect(published.pin.description == "a:0.0")
            #expect(published.reusedBytes == 7)
            #expect(try await store.keys == ["a.versions", "a/0.0", "a/0.0.meta"])
            await #expect(throws: PublishError.exists(target.name, store.name)) {
                try await publisher(store).next(target)
            }
        }
    }

    @Test("a first version that another put under the claim that was left is not taken for ours")
    func takesNothingOfOthersForItsOwn() async throws {
        try await withSource("content") { source async throws in
            let fingerprint = try await PushContent(of: source).fingerprint
            let name = try AssetName("a")
            let store = LosingStore(
                .request, at: .max,
                [
                    "a.versions": #"{"versions": ["0.0"]}"#, "a/0.0": "theirs",
                    "a/0.0.meta": #"{"push_date": "2024-03-01T12:00:00+00:00"}"#,
                    "a/0.0.pushing": #"{"push": 1, "content": "\#(fingerprint)", "since": "2024-03-01T12:00:00Z"}"#,
                ])
            await #expect(throws: PublishError.exists(name, store.name)) {
                try await publisher(store).publish(source, as: .new(name), dependencies: [])
            }
            #expect(try await store.text("a/0.0") == "theirs")
            #expect(try await store.keys == ["a.versions", "a/0.0", "a/0.0.meta"])
        }
    }

    @Test("a claim for a number that was listed meanwhile is not taken over, though it names the same content")
    func leavesWhatIsListed() async throws {
        try await withSource("ours") { source async throws in
            let fingerprint = try await PushContent(of: source).fingerprint
            let claim = #"{"push": 1, "content": "\#(fingerprint)", "since": "2024-03-01T12:00:00Z"}"#
            let there = ["a/1.5": "theirs", "a/1.5.meta": #"{"push_date": "2024-03-01T12:00:00+00:00"}"#]
            for isListed in [true, false] {
                let versions = isListed ? #"["1.5", "1.4"]"# : #"["1.4"]"#
                let objects = ["a.versions": #"{"versions": \#(versions)}"#, "a/1.5.pushing": claim]
                let store = LosingStore(.request, at: .max, objects.merging(there) { $1 })
                let published = try await publisher(store).publish(
                    source, as: .update(AssetName("a"), .latest),
                    expecting: AssetPin(
                        name: AssetName("a"), version: #require(VersioningSystem.majorMinor.version("1.5"))),
                    dependencies: [])
                #expect(published.pin.description == "a:1.6")
                for (key, text) in there { #expect(try await store.text(key) == text) }
                #expect(try await !store.keys.contains { $0.hasSuffix(".pushing") })
            }
        }
    }

    private func publisher(_ store: LosingStore) -> Publisher {
        Publisher(store: store, system: .majorMinor, window: 4, now: { 1_700_000_000 })
    }

    private func withSource(_ content: String, _ body: (PushSource) async throws -> Void) async throws {
        try await withTemporaryDirectory { root async throws in
            try write(content, to: root + "/file")
            try await body(try PushSource(lookingAt: root + "/file"))
        }
    }
}

/// How a write is lost.
enum Loss: Sendable {
    /// It was not done, and the network is at fault.
    case request
    /// It was done, and the network is at fault.
    case answer
    /// It was done, the answer was lost, and the provider sent it again, to which its own write is an obstacle.
    case answerThenConflict
}

/// A store in memory that loses one of its writes.
private struct LosingStore: WritableStore {
    let memory: InMemoryStore
    private let loss: Loss
    private let lost: Int
    private let writes = Counter()

    init(_ loss: Loss, at lost: Int, _ objects: [String: String] = [:]) {
        memory = InMemoryStore(objects)
        self.loss = loss
        self.lost = lost
    }

    var hasLost: Bool { writes.count > lost }

    var keys: [String] {
        get async throws {
            var (keys, token) = ([String](), String?.none)
            repeat {
                let page = try await memory.list(prefix: "", from: token)
                keys += page.objects.map(\.key.text)
                token = page.next
            } while token != nil
            return keys.sorted()
        }
    }

    func text(_ key: String) async throws -> String {
        String(decoding: try await memory.read(ObjectKey(key), limit: 1 << 16), as: UTF8.self)
    }

    func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        guard writes.next() == lost else { return try await memory.put(key, content, condition) }
        if loss == .request { throw fault(.unavailable, key) }
        let attributes = try await memory.put(key, content, condition)
        if loss == .answer { throw fault(.unavailable, key) }
        guard condition != .none else { return attributes }
        return try await memory.put(key, content, condition)
    }

    func delete(_ key: ObjectKey) async throws(StoreError) {
        let isLost = writes.next() == lost
        if isLost, loss == .request { throw fault(.unavailable, key) }
        try await memory.delete(key)
        if isLost, loss == .answer { throw fault(.unavailable, key) }
    }

    private func fault(_ kind: StoreError.Kind, _ key: ObjectKey) -> StoreError {
        StoreError(kind, operation: .put, address: address(of: key), detail: "the connection was closed")
    }

    // MARK: As the store in memory does it

    var name: String { memory.name }
    func address(of key: ObjectKey) -> String { memory.address(of: key) }
    func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        try await memory.get(key, options)
    }
    func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes { try await memory.head(key) }
    func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await memory.list(prefix: prefix, from: token)
    }
    func startUpload(of key: ObjectKey, _ condition: PutCondition) async throws(StoreError) -> MultipartUpload {
        try await memory.startUpload(of: key, condition)
    }
    func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        try await memory.uploadPart(number, of: upload, content)
    }
    func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        try await memory.completeUpload(upload, parts)
    }
    func abortUpload(_ upload: MultipartUpload) async throws(StoreError) { try await memory.abortUpload(upload) }
}

/// A class because the copies of a store count together.
private final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    /// - Returns: how many came before.
    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
