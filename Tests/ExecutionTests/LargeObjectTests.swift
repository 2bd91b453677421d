import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// The parts of an object that is larger than the first of them, and what is asked beside them.
@Suite("Fetching an object in parts") struct LargeObjectTests {
    private static let promised = "0123456789"

    @Test("the first part is opened before it is received, and then the room and the journal's line are there")
    func opens() async throws {
        let store = FaultStore(["a/1.0": Self.promised])
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            try staged.openEmpty(0).write("a longer one of an earlier run")
            let opened = try await opened(first(0..<4), of: store, into: staged)
            #expect(try lines(of: staged, in: staging) == ["object\t\t10\t\"1\"\t\t\t"])
            #expect(try staging.own("staging/a/@1.0")["content"]?.contains("longer") == false)
            let received = try await fetcher(of: store).receive(opened, into: staged)
            #expect(received.range == 0..<4)
            #expect(try lines(of: staged, in: staging).last == "part\t\t0\t4")
            #expect(store.requests == ["get a/1.0 0..<4 or whole"])
        }
    }

    @Test("the other parts are pinned to the first one's ETag, go to their place, and make one digest in any order")
    func otherParts() async throws {
        let store = FaultStore(["a/1.0": Self.promised])
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let opened = try await opened(first(0..<4), of: store, into: staged)
            for range in [8..<12, 4..<8] as [Range<Int64>] { try await receive(range, of: store, into: staged) }
            _ = try await fetcher(of: store).receive(opened, into: staged)
            #expect(
                store.requests == ["get a/1.0 0..<4 or whole", "get a/1.0 8..<12 \"1\"", "get a/1.0 4..<8 \"1\""])
            #expect(
                try lines(of: staged, in: staging).dropFirst() == ["part\t\t8\t10", "part\t\t4\t8", "part\t\t0\t4"])
            #expect(try staged.finish(0).sha256 == SHA256Digest(of: Self.promised))
            #expect(try staging.own("staging/a/@1.0")["content"] == Self.promised)
        }
    }

    @Test("a store that knows no ranges may send the object in one piece in place of its first part, and of no other")
    func noRanges() async throws {
        let store = FaultStore(["a/1.0": Self.promised])
        store.on(.gets("a/1.0"), .wholeObject)
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            guard case .received(let part) = try await fetcher(of: store).fetch(first(0..<4), into: staged) else {
                throw Unexpected(nil)
            }
            #expect(part.range == 0..<10)
            #expect(
                await thrown { try await receive(4..<8, of: store, into: staged) }
                    == "invalidAnswer: rangeMismatch(expected: Range(4..<8), actual: Range(0..<10))")
        }
    }

    @Test(
        "another range than was asked for is an error, and nothing of it is written",
        arguments: [(0..<4, 1..<5), (4..<8, 0..<4), (4..<8, 4..<7), (8..<12, 8..<9)]
            as [(Range<Int64>, Range<Int64>)])
    func otherRange(_ asked: Range<Int64>, _ told: Range<Int64>) async throws {
        let store = FaultStore(["a/1.0": Self.promised])
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            store.on(.gets("a/1.0"), .withContentRange(told))
            let words = await thrown {
                if asked.lowerBound == 0 {
                    _ = try await fetcher(of: store).fetch(first(asked), into: staged)
                } else {
                    try await receive(asked, of: store, into: staged)
                }
            }
            let expected = asked.clamped(to: 0..<10)
            #expect(words == "invalidAnswer: rangeMismatch(expected: Range(\(expected)), actual: Range(\(told)))")
            #expect(try lines(of: staged, in: staging) == [])
        }
    }

    @Test("a part of an object that is another one by now is an error")
    func changed() async throws {
        let store = FaultStore(["a/1.0": Self.promised])
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            _ = try await opened(first(0..<4), of: store, into: staged)
            store.memory.put("a/1.0", "9876543210")
            let words = await thrown { try await receive(4..<8, of: store, into: staged) }
            #expect(words?.hasPrefix("changed:") == true)
            #expect(try lines(of: staged, in: staging).count == 1)
        }
    }

    @Test("a part that ends early is not noted", arguments: [0, 3])
    func endsEarly(_ count: Int) async throws {
        let store = FaultStore(["a/1.0": Self.promised])
        store.on(.gets("a/1.0"), .cutAfter(count), skip: 1)
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            _ = try await opened(first(0..<4), of: store, into: staged)
            #expect(
                await thrown { try await receive(4..<8, of: store, into: staged) }
                    == "invalidAnswer: endedEarly(at: \(4 + count))")
            #expect(try lines(of: staged, in: staging).count == 1)
        }
    }

    // MARK: From a file

    @Test("a file's bytes are copied and noted; one that became shorter is an error that says where it ends")
    func copies() async throws {
        for (announced, words) in [
            (10, nil), (12, "invalidAnswer: endedEarly(at: 10)"),
        ] as [(Int64, String?)] {
            try await withStaging { staging async throws in
                try write(Self.promised, to: "\(staging.path)/source")
                let source = try File.openForReading("\(staging.path)/source")
                let store = FaultyStore(InMemoryStore()) { (_, _) throws(StoreError) in
                    // The file is closed by `source`, which outlives the download.
                    let body = ObjectBody.file(OpenedFile(descriptor: source.descriptor, close: { _ in }))
                    return ObjectDownload(
                        attributes: ObjectAttributes(size: announced, entityTag: nil), range: 0..<announced, body: body)
                }
                let staged = try await staging.claim(try .file("a", "1.0"))
                let failure = await thrown { _ = try await fetcher(of: store).fetch(first(0..<100), into: staged) }
                #expect(failure == words)
                let parts = try lines(of: staged, in: staging).filter { $0.hasPrefix("part") }
                #expect(parts == (words == nil ? ["part\t\t0\t10"] : []))
                #expect(try staging.own("staging/a/@1.0")["content"] == Self.promised)
            }
        }
    }

    /// Fetches a part that is not the first, of the object as it was put at first.
    private func receive(_ range: Range<Int64>, of store: any ObjectStore, into staged: StagedAsset) async throws {
        let part = TransferMachine.Part(asset: 0, object: 0, range: range, entityTag: "\"1\"", isFirst: false)
        _ = try await fetcher(of: store).fetch(part, into: staged)
    }
}
