import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What is found wrong with a staged asset before it appears.
@Suite("Sealing what is not what it should be") struct SealingMismatchTests {
    private let sealer = Sealer(store: InMemoryStore())
    private let pushed: Int64 = 1_700_000_000

    @Test(
        "content of another digest is a failure that says what it looks like, and nothing is sealed",
        arguments: [
            ("", .empty), ("hell", .truncated(1)), ("<!DOCTYPE html><p>Log in", .page), ("other", nil),
            ("<?xml version='1.0'?><Error/><error>", .errorDocument),
            ("version https://git-lfs.github.com/spec/v1\n", .pointer),
        ] as [(String, MismatchCause?)])
    func mismatch(_ content: String, _ cause: MismatchCause?) async throws {
        try await withStaging { staging async throws in
            let expected = SHA256Digest(of: "hello")
            let staged = try await staging.stage(
                try .file("a", "1.0", size: 5, sha256: expected.hex), [content])
            let failure = await #expect(throws: ExecutionFailure.self) { try await sealer.seal(staged) }
            guard case .digest(let mismatch) = failure else { throw Unexpected(failure) }
            #expect(
                mismatch
                    == DigestMismatch(
                        address: "memory/a/1.0", expected: expected.hex, actual: SHA256Digest(of: content).hex,
                        recorder: .store, cause: cause))
            #expect(try !staging.journal(of: staged).contains("sealed"))
        }
    }

    @Test("a checksum of the lock that stands in for a digest is compared too")
    func checksumOfTheLock() async throws {
        try await withStaging { staging async throws in
            let checksum = try #require(ObjectChecksum(.md5, hex: "5d41402abc4b2a76b9719d911017c592"))
            let facts = ObjectFacts(path: nil, checksum: checksum)
            let content = StepContent(kind: .file, pushTime: pushed, objects: [facts])
            let step = Step(pin: try testPin("a:1.0"), action: .fetch, content: content)
            #expect(try await sealer.seal(try await staging.stage(step, ["hello"])).count == 1)
            let other = Step(pin: try testPin("c:1.0"), action: .fetch, content: content)
            let staged = try await staging.stage(other, ["Hello"])
            let failure = await #expect(throws: ExecutionFailure.self) { try await sealer.seal(staged) }
            guard case .checksum("MD5", let mismatch) = failure else { throw Unexpected(failure) }
            #expect(mismatch.recorder == .lock)
            #expect(mismatch.expected == checksum.hex)
        }
    }

    @Test("one wrong object of many is found, wherever it stands", arguments: [0, 1, 39])
    func wrongOneOfMany(_ wrong: Int) async throws {
        try await withStaging { staging async throws in
            let objects = try (0..<40).map {
                ObjectFacts(path: try RelativePath("f\($0)"), sha256: SHA256Digest(of: "text \($0)"))
            }
            let content = StepContent(kind: .directory, pushTime: pushed, objects: objects)
            let step = Step(pin: try testPin("b:2.0"), action: .fetch, content: content)
            let staged = try await staging.stage(step, (0..<40).map { $0 == wrong ? "wrong" : "text \($0)" })
            let failure = await #expect(throws: ExecutionFailure.self) { try await sealer.seal(staged) }
            guard case .digest(let mismatch) = failure else { throw Unexpected(failure) }
            #expect(mismatch.address == "memory/b/2.0/f\(wrong)")
            #expect(try staging.own("staging/b/@2.0/content")[".SUCCESS"] == nil)
        }
    }
}
