import AssetModel
import AssetsTestSupport
import Catalog
import Execution
import NIOCore
import ObjectStore
import Planning
import Testing

@testable import Publishing

@Suite("Pushing versions") struct PublisherTests {
    @Test("data, .meta and .versions are there, and the claim is gone")
    func pushesTheFirstVersion() async throws {
        try await withSource("content") { source async throws in
            let store = InMemoryStore()
            let published = try await publisher(store).publish(source, as: .new(AssetName("a/b")), dependencies: [])
            #expect(published.pin.description == "a/b:0.0")
            #expect(published.keepsConditions)
            #expect(try await keys(store) == ["a/b.versions", "a/b/0.0", "a/b/0.0.meta"])
            let metadata = try await StoreCatalog(store: store, system: .majorMinor).metadata(of: published.pin)
            #expect(metadata.objects.map(\.size) == [7])
            #expect(metadata.objects.map(\.sha256) == [SHA256Digest(of: "content")])
            #expect(metadata.pushTime == 1_700_000_000)
        }
    }

    @Test("the same content goes on where a push was killed, with its number")
    func takesTheClaimOfTheSameContentOver() async throws {
        try await withSource("content") { source async throws in
            let store = InMemoryStore(["a.versions": #"{"versions": ["1.4"]}"#, "a/1.5": "content"])
            try await claim(store, "a/1.5.pushing", by: source)
            let published = try await publisher(store).publish(
                source, as: .update(AssetName("a"), .latest), dependencies: [])
            #expect(published.pin.description == "a:1.5")
            #expect(published.passedOver == [])
            #expect(published.reusedBytes == 7)
            #expect(try await store.read(ObjectKey("a/1.5"), limit: 100) == Array("content".utf8))
        }
    }

    @Test("other content takes the next number, and touches nothing of the one that is claimed")
    func passesOverWhatOthersClaimed() async throws {
        try await withSource("theirs") { theirs async throws in
            let store = InMemoryStore(["a.versions": #"{"versions": ["1.4"]}"#, "a/1.5": "the"])
            try await claim(store, "a/1.5.pushing", by: theirs)
            try await withSource("ours") { ours async throws in
                let published = try await publisher(store).publish(
                    ours, as: .update(AssetName("a"), .latest), dependencies: [])
                #expect(published.pin.description == "a:1.6")
                #expect(published.passedOver.map(\.text) == ["1.5"])
            }
            #expect(try await store.read(ObjectKey("a/1.5"), limit: 100) == Array("the".utf8))
        }
    }

    @Test("what Python modelkit is pushing without a claim is left alone", arguments: ["a/1.5", "a/1.5.meta"])
    func overwritesNothing(_ object: String) async throws {
        try await withSource("ours") { source async throws in
            let store = InMemoryStore(["a.versions": #"{"versions": ["1.4"]}"#, object: "theirs"])
            let published = try await publisher(store).publish(
                source, as: .update(AssetName("a"), .latest), dependencies: [])
            #expect(published.pin.description == "a:1.6")
            #expect(try await store.read(ObjectKey(object), limit: 100) == Array("theirs".utf8))
        }
    }

    @Test("what stands under a claim that is taken over is not replaced where it is something else")
    func replacesNothing() async throws {
        try await withSource("content") { source async throws in
            let store = InMemoryStore(["a.versions": #"{"versions": ["1.4"]}"#, "a/1.5": "Python"])
            try await claim(store, "a/1.5.pushing", by: source)
            let published = try await publisher(store).publish(
                source, as: .update(AssetName("a"), .latest), dependencies: [])
            #expect(published.pin.description == "a:1.6")
            #expect(try await store.read(ObjectKey("a/1.5"), limit: 100) == Array("Python".utf8))
            #expect(try await keys(store) == ["a.versions", "a/1.5", "a/1.6", "a/1.6.meta"])
        }
    }

    @Test("a file that was written to since it was read is not made known")
    func noticesWhatChanged() async throws {
        try await withTemporaryDirectory { root async throws in
            try write("before", to: root + "/file")
            let source = try PushSource(lookingAt: root + "/file")
            try write("after it was read", to: root + "/file")
            let store = InMemoryStore()
            await #expect(throws: SourceChanged.self) {
                try await publisher(store).publish(source, as: .new(AssetName("a")), dependencies: [])
            }
            #expect(try await keys(store) == [])
        }
    }

    @Test("the second of two first versions takes back what it put")
    func takesBackWhatIsNotNew() async throws {
        try await withSource("content") { source async throws in
            // The other one is listed while this one uploads.
            let store = InMemoryStore()
            let name = try AssetName("a")
            await #expect(throws: PublishError.exists(name, store.name)) {
                try await publisher(store).publish(source, as: .new(name), dependencies: []) { event in
                    if case .started = event { store.put("a.versions", #"{"versions": ["0.7"]}"#) }
                }
            }
            #expect(try await keys(store) == ["a.versions"])
        }
    }

    @Test("what is there is not made new, and what is not is not updated")
    func refusesTheWrongOne() async throws {
        try await withSource("x") { source async throws in
            let store = InMemoryStore(["a.versions": #"{"versions": ["1.4"]}"#])
            let (there, missing) = (try AssetName("a"), try AssetName("other"))
            await #expect(throws: PublishError.exists(there, store.name)) {
                try await publisher(store).publish(source, as: .new(there), dependencies: [])
            }
            await #expect(throws: PublishError.missing(missing, store.name, nearest: nil)) {
                try await publisher(store).publish(source, as: .update(missing, .latest), dependencies: [])
            }
            let near = try AssetName("b")
            await #expect(throws: PublishError.missing(near, store.name, nearest: "a")) {
                try await publisher(store).publish(source, as: .update(near, .latest), dependencies: [])
            }
        }
    }

    private func publisher(_ store: InMemoryStore) -> Publisher {
        Publisher(store: store, system: .majorMinor, window: 4, now: { 1_700_000_000 })
    }

    private func claim(_ store: InMemoryStore, _ key: String, by source: PushSource) async throws {
        let text =
            #"{"push": 1, "content": "\#(try await PushContent(of: source).fingerprint)", "since": "2024-03-01T12:00:00Z"}"#
        _ = try await store.put(ObjectKey(key), ByteBuffer(string: text), .ifAbsent)
    }

    private func keys(_ store: InMemoryStore) async throws -> [String] {
        var (keys, token) = ([String](), String?.none)
        repeat {
            let page = try await store.list(prefix: "", from: token)
            keys += page.objects.map(\.key.text)
            token = page.next
        } while token != nil
        return keys.sorted()
    }

    private func withSource(_ content: String, _ body: (PushSource) async throws -> Void) async throws {
        try await withTemporaryDirectory { root async throws in
            try write(content, to: root + "/file")
            try await body(try PushSource(lookingAt: root + "/file"))
        }
    }
}

@Suite("The next version") struct NextVersionTests {
    @Test(
        arguments: [
            ([], NextVersion.latest, "0.0"), (["0.0"], .latest, "0.1"), (["1.9", "1.10", "0.99"], .latest, "1.11"),
            (["1.4", "2.0"], .ofMajor(VersionComponent(digits: "1")), "1.5"), (["1"], .latest, "1.1"),
            (["9.9", "10.3"], .major, "11.0"), (["0.99999999999999999999"], .latest, "0.100000000000000000000"),
            (["2.0"], .ofMajor(VersionComponent(digits: "1")), nil),
        ] as [([String], NextVersion, String?)])
    func ofNumbers(_ versions: [String], _ rule: NextVersion, _ expected: String?) {
        let known = versions.compactMap(VersioningSystem.majorMinor.version)
        #expect(rule.version(after: known, in: .majorMinor, now: 0)?.text == expected)
    }

    @Test func ofDatesIsTheNextFreeSecond() {
        let system = VersioningSystem.simpleDate
        let first = NextVersion.latest.version(after: [], in: system, now: 1_700_000_000)
        #expect(first?.text == "2023-11-14T22-13-20Z")
        let second = NextVersion.latest.version(after: [first].compactMap(\.self), in: system, now: 1_700_000_000)
        #expect(second?.text == "2023-11-14T22-13-21Z")
    }
}
