import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What a part asks of the store, and what stands in staging once it came or did not.
@Suite("Fetching parts") struct PartFetcherTests {
    private let store = FaultStore(["a/1.0": "0123456789"])

    // MARK: A whole object

    @Test("a small object is one request; then its file and its lines in the journal are there, and it is hashed")
    func wholeObject() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let events = Events()
            let received = try await fetched(first(0..<100), into: staged, events)
            #expect(received.range == 0..<10)
            #expect(store.requests == ["get a/1.0 0..<100 or whole"])
            #expect(try content(in: staging) == "0123456789")
            #expect(
                try lines(of: staged, in: staging) == ["object\t\t10\t\"1\"\t\t\t", "part\t\t0\t10"])
            #expect(staged.objects[0].digests?.sha256 == SHA256Digest(of: "0123456789"))
            #expect(events.words == ["sized 10", "received 10"])
        }
    }

    @Test("what an earlier content left does not show behind the end of this one")
    func overEarlierContent() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            try staged.openEmpty(0).write("a longer one of an earlier run")
            _ = try await fetched(first(0..<100), into: staged)
            #expect(try content(in: staging) == "0123456789")
        }
    }

    @Test("an empty object, of which no range can be asked for, is asked for whole")
    func empty() async throws {
        store.memory.put("a/1.0", "")
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            #expect(try await fetched(first(0..<100), into: staged).range == 0..<0)
            #expect(store.requests == ["get a/1.0 0..<100 or whole", "get a/1.0"])
            #expect(try content(in: staging) == "")
        }
    }

    @Test("an object of another size than was promised is a failure, and nothing of it is written")
    func size() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0", size: 9))
            let failure = await #expect(throws: ExecutionFailure.self) {
                try await fetched(first(0..<100), into: staged)
            }
            guard case .size("memory/a/1.0", 9, 10, .store) = failure else { throw Unexpected(failure) }
            #expect(try staging.own("staging/a/@1.0").keys.sorted() == ["journal"])
        }
    }

    static let wrongLengths: [(fault: Fault, words: String)] = [
        (.cutAfter(4), "invalidAnswer: endedEarly(at: 4)"),
        (.cutAfter(0), "invalidAnswer: endedEarly(at: 0)"),
        (.lengthOff(by: 2), "invalidAnswer: endedEarly(at: 10)"),
        (.lengthOff(by: -4), "invalidAnswer: wentOn(to: 7)"),
    ]

    @Test(
        "a body that is shorter or longer than was announced is an error, and no part is noted", arguments: wrongLengths
    )
    func wrongLength(_ fault: Fault, _ words: String) async throws {
        store.on(.gets("a/1.0"), fault)
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            #expect(await thrown { _ = try await fetched(first(0..<100), into: staged) } == words)
            #expect(store.requests.count == 1)
            #expect(try lines(of: staged, in: staging) == [])
            #expect(staged.objects[0].digests == nil)
        }
    }

    // MARK: Checksums

    /// What the store tells of the object, which is right.
    private static let told = Fault.withHeaders { attributes in
        let md5 = ObjectChecksum(.md5, hex: "781e5e245d69b566979b86e28d23f2c7")
        return ObjectAttributes(size: attributes.size, entityTag: attributes.entityTag, checksum: md5)
    }

    private static let toldWrong = Fault.withHeaders { attributes in
        let md5 = ObjectChecksum(.md5, hex: String(repeating: "0", count: 32))
        return ObjectAttributes(size: attributes.size, entityTag: attributes.entityTag, checksum: md5)
    }

    @Test("what does not have the checksum that is told of it is fetched once more")
    func checksumOnce() async throws {
        store.on(.gets("a/1.0"), Self.toldWrong, times: 1)
        store.on(.gets("a/1.0"), Self.told)
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            _ = try await fetched(first(0..<100), into: staged)
            #expect(store.requests.count == 2)
            #expect(try lines(of: staged, in: staging).last == "part\t\t0\t10")
        }
    }

    @Test("what does not have it again is a failure, and no part is noted")
    func checksumAlways() async throws {
        store.on(.gets("a/1.0"), Self.toldWrong)
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let failure = await #expect(throws: ExecutionFailure.self) {
                try await fetched(first(0..<100), into: staged)
            }
            guard case .checksum("MD5", let mismatch) = failure else { throw Unexpected(failure) }
            #expect(mismatch.recorder == .store)
            #expect(mismatch.actual == "781e5e245d69b566979b86e28d23f2c7")
            #expect(store.requests.count == 2)
            #expect(try lines(of: staged, in: staging) == [])
        }
    }

    @Test("one wrong byte does not have the checksum")
    func corrupted() async throws {
        let checksum = try #require(ObjectChecksum(.md5, hex: "781e5e245d69b566979b86e28d23f2c7"))
        store.on(.gets("a/1.0"), .corrupted, times: 1)
        try await withStaging { staging async throws in
            let facts = ObjectFacts(path: nil, checksum: checksum)
            let content = StepContent(kind: .file, pushTime: 7, objects: [facts])
            let staged = try await staging.claim(Step(pin: try testPin("a:1.0"), action: .fetch, content: content))
            _ = try await fetched(first(0..<100), into: staged)
            #expect(store.requests.count == 2)
            #expect(try self.content(in: staging) == "0123456789")
        }
    }

    // MARK: Errors of the store

    @Test("what the store answers is thrown as it is, and not asked for again here")
    func storeErrors() async throws {
        for kind in StoreError.Kind.allCases where kind != .invalidRange {
            let store = FaultStore(["a/1.0": "0123456789"])
            store.on(.gets("a/1.0"), .answers(kind))
            try await withStaging { staging async throws in
                let staged = try await staging.claim(try .file("a", "1.0"))
                let fetcher = fetcher(of: store)
                let words = await thrown { _ = try await fetcher.fetch(first(0..<100), into: staged) }
                #expect(words == "\(kind): as the test asks")
                #expect(store.requests.count == 1)
            }
        }
    }

    private func fetched(
        _ part: TransferMachine.Part, into staged: StagedAsset, _ events: Events = Events()
    ) async throws -> ReceivedPart {
        guard case .received(let part) = try await fetcher(of: store, events).fetch(part, into: staged) else {
            throw Unexpected(nil)
        }
        return part
    }

    private func content(in staging: Staging) throws -> String {
        try text(of: "\(staging.path)/.modelkit-assets/staging/a/@1.0/content")
    }
}
