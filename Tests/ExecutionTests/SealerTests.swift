import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What a staged asset is before it appears.
@Suite("Sealing") struct SealerTests {
    private let sealer = Sealer(store: InMemoryStore())
    private let pushed: Int64 = 1_700_000_000
    private static let content = ".modelkit-assets/staging/b/@2.0/content"

    // MARK: What is made

    @Test("the digests are told in the order of the objects, and written down before `sealed` is")
    func digests() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.stage(try .directory("b", "2.0", ["z", "en/y"]), ["one", "two!"])
            let digests = try await sealer.seal(staged)
            #expect(digests == [FileDigest(of: "one"), FileDigest(of: "two!")])
            let lines = try staging.journal(of: staged).split(separator: "\n").suffix(3)
            #expect(
                lines == [
                    "digest\tz\t\(SHA256Digest(of: "one").hex)", "digest\ten/y\t\(SHA256Digest(of: "two!").hex)",
                    "sealed",
                ])
        }
    }

    @Test("files have mode 644, files, folders and the marker the time of the push", arguments: [nil, 5] as [Int64?])
    func timesAndModes(_ fixedTime: Int64?) async throws {
        try await withStaging { staging async throws in
            let step = try Step.directory("b", "2.0", ["x", "en/deep/y"])
            let staged = try await staging.stage(step, ["one", "two"], fixedTime: fixedTime)
            try staged.open(0).setMode(0o600)
            _ = try await sealer.seal(staged)
            #expect(
                try staging.own("staging/b/@2.0/content") == [
                    "x": "one", "en": "/", "en/deep": "/", "en/deep/y": "two", ".SUCCESS": "",
                ])
            for name in ["", "/x", "/en", "/en/deep", "/en/deep/y", "/.SUCCESS"] {
                let status = try staging.status(Self.content + name)
                #expect(status.modified == fixedTime ?? pushed, "\(name)")
                if status.kind == .file { #expect(status.mode == 0o644, "\(name)") }
            }
        }
    }

    @Test("what is fetched in part has no marker")
    func selection() async throws {
        try await withStaging { staging async throws in
            let step = try Step.directory("b", "2.0", ["x"], selection: [.all])
            _ = try await sealer.seal(try await staging.stage(step, ["one"]))
            #expect(try staging.own("staging/b/@2.0/content") == ["x": "one"])
        }
    }

    @Test("a file asset is sealed without a marker, which is made beside it when it appears")
    func file() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.stage(try .file("a", "1.0"), ["one"])
            #expect(try await sealer.seal(staged) == [FileDigest(of: "one")])
            #expect(try Set(staging.own("staging/a/@1.0").keys) == ["content", "journal"])
            #expect(try staging.status(".modelkit-assets/staging/a/@1.0/content").modified == pushed)
        }
    }

    @Test("an asset of more files than are synced one by one is sealed as any other", arguments: [32, 33])
    func manyFiles(_ count: Int) async throws {
        try await withStaging { staging async throws in
            let step = try Step.directory("b", "2.0", (0..<count).map { "f\($0)" })
            let staged = try await staging.stage(step, (0..<count).map { "text \($0)" })
            #expect(try await sealer.seal(staged) == (0..<count).map { FileDigest(of: "text \($0)") })
            for name in ["", "/f0", "/.SUCCESS"] {
                #expect(try staging.status(Self.content + name).modified == pushed, "\(name)")
            }
            #expect(try staging.journal(of: staged).hasSuffix("\nsealed\n"))
        }
    }

    // MARK: What is stored encoded

    private static let hello: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
    ]

    @Test("what is stored encoded is decoded, and what is told is of the decoded content")
    func decodes() async throws {
        try await withStaging { staging async throws in
            let staged = try await stageEncoded(Self.hello, in: staging)
            #expect(try await sealer.seal(staged) == [FileDigest(of: "hello")])
            #expect(try text(of: "\(staging.path)/.modelkit-assets/staging/a/@1.0/content") == "hello")
        }
    }

    @Test("what cannot be decoded is a failure that names the object, and nothing is sealed")
    func cannotDecode() async throws {
        try await withStaging { staging async throws in
            let staged = try await stageEncoded(Array("no gzip".utf8), in: staging)
            let failure = await #expect(throws: ExecutionFailure.self) { try await sealer.seal(staged) }
            guard case .decoding("memory/a/1.0", _) = failure else { throw Unexpected(failure) }
            #expect(try !staging.journal(of: staged).contains("sealed"))
        }
    }

    private func stageEncoded(_ bytes: [UInt8], in staging: Staging) async throws -> StagedAsset {
        let staged = try await staging.claim(try .file("a", "1.0"))
        staged.objects[0].begin(ObjectAttributes(size: Int64(bytes.count), entityTag: nil, encoding: .gzip))
        try staged.openEmpty(0).write(bytes)
        return staged
    }

    // MARK: Again

    @Test("what an earlier run sealed is not hashed again: the digests that it wrote down count")
    func again() async throws {
        try await withStaging { staging async throws in
            let right = try Step.file("a", "1.0", sha256: SHA256Digest(of: "hello").hex)
            try await seal(right, "hello", in: staging)
            // Nobody writes to staging without the lock; this shows what is read.
            try write("HELLO", to: "\(staging.path)/.modelkit-assets/staging/a/@1.0/content")
            let staged = try await staging.claim(right)
            let before = try staging.journal(of: staged)
            #expect(try await sealer.seal(staged) == [FileDigest(of: "hello")])
            #expect(try staging.journal(of: staged) == before)
        }
    }

    @Test("what an earlier run sealed is compared with what is expected of it now")
    func againWithAnotherDigest() async throws {
        try await withStaging { staging async throws in
            try await seal(try .file("a", "1.0"), "hello", in: staging)
            let other = try Step.file("a", "1.0", sha256: SHA256Digest(of: "other").hex)
            let failure = await #expect(throws: ExecutionFailure.self) {
                try await sealer.seal(try await staging.claim(other))
            }
            guard case .digest(let mismatch) = failure else { throw Unexpected(failure) }
            #expect(mismatch.actual == SHA256Digest(of: "hello").hex)
        }
    }

    private func seal(_ step: Step, _ text: String, in staging: Staging) async throws {
        _ = try await sealer.seal(try await staging.stage(step, [text]))
    }
}

extension FileDigest {
    init(of text: String) { self.init(sha256: SHA256Digest(of: text), size: Int64(text.utf8.count)) }
}
