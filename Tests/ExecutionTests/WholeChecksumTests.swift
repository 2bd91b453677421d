import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What is asked of an object beside its first part.
@Suite("Asking for the checksum of a whole object") struct WholeChecksumTests {
    private static let md5 = ObjectChecksum(.md5, hex: "781e5e245d69b566979b86e28d23f2c7")
    private static let promised = "0123456789"

    /// | the HEAD | what is compared | why nothing is |
    static let heads: [(fault: Fault?, tells: Bool, reason: StoreError.Kind?)] = [
        (told(md5), true, nil),
        (nil, false, nil),
        (.answers(.permissionDenied), false, .permissionDenied),
        (.answers(.invalidAnswer), false, .invalidAnswer),
        (.answers(.notFound), false, .notFound),
        (.withHeaders { ObjectAttributes(size: $0.size + 1, entityTag: $0.entityTag, checksum: md5) }, false, .changed),
        (.withHeaders { ObjectAttributes(size: $0.size, entityTag: "other", checksum: md5) }, false, .changed),
    ]

    @Test(
        "the checksum of the whole is asked for beside the first part, and where it is not told that is noted",
        arguments: heads)
    func wholeChecksum(_ fault: Fault?, _ tells: Bool, _ reason: StoreError.Kind?) async throws {
        let store = FaultStore(["a/1.0": Self.promised], tellsChecksumsOfWholeObjects: true)
        if let fault { store.on(.heads("a/1.0"), fault) }
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0", size: 10))
            let opened = try await opened(first(0..<4), of: store, into: staged)
            #expect(opened.checksumFault?.kind == reason)
            #expect(store.requests.sorted() == ["get a/1.0 0..<4 or whole", "head a/1.0"])
            let checksum = tells ? "MD5\t\(Self.md5?.hex ?? "")" : "\t"
            #expect(try lines(of: staged, in: staging) == ["object\t\t10\t\"1\"\t\(checksum)\t"])
        }
    }

    @Test("that of an object whose digest is recorded elsewhere is missed by nobody")
    func recordedElsewhere() async throws {
        let store = FaultStore(["a/1.0": Self.promised], tellsChecksumsOfWholeObjects: true)
        store.on(.heads("a/1.0"), .answers(.permissionDenied))
        try await withStaging { staging async throws in
            let step = try Step.file("a", "1.0", sha256: SHA256Digest(of: Self.promised).hex)
            let opened = try await opened(first(0..<4), of: store, into: try await staging.claim(step))
            #expect(opened.checksumFault == nil)
        }
    }

    @Test(
        "where the HEAD fails for a while, the object waits with it",
        arguments: [
            StoreError.Kind.unavailable, .credentialsUnavailable,
        ])
    func headUnavailable(_ kind: StoreError.Kind) async throws {
        let store = FaultStore(["a/1.0": Self.promised], tellsChecksumsOfWholeObjects: true)
        store.on(.heads("a/1.0"), .answers(kind))
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let words = await thrown { _ = try await opened(first(0..<4), of: store, into: staged) }
            #expect(words == "\(kind): as the test asks")
            #expect(try lines(of: staged, in: staging) == [])
        }
    }

    @Test("of an object that comes whole, nothing is asked beside it")
    func wholeNeedsNoHead() async throws {
        let store = FaultStore(["a/1.0": Self.promised], tellsChecksumsOfWholeObjects: true)
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            _ = try await fetcher(of: store).fetch(first(0..<10), into: staged)
            #expect(store.requests == ["get a/1.0 0..<10 or whole"])
        }
    }

    private static func told(_ checksum: ObjectChecksum?) -> Fault {
        .withHeaders { ObjectAttributes(size: $0.size, entityTag: $0.entityTag, checksum: checksum) }
    }
}
