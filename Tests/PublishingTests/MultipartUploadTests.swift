import AssetModel
import AssetsTestSupport
import NIOCore
import ObjectStore
import Testing

@testable import Publishing

/// What is sent to the store for a large file, and what becomes of its parts.
@Suite("Uploading in parts") struct MultipartUploadTests {
    private let store = FaultStore(chunkSize: MultipartUploadTests.part)
    private static let part = 8 << 20

    /// | size | requests |
    static let sizes: [(Int, [String])] = [
        (part, ["put a/1.0 ifAbsent"]),
        (
            part + 1,
            ["start a/1.0 ifAbsent", "part a/1.0 1 of 8388608 bytes", "part a/1.0 2 of 1 bytes", "complete a/1.0 0"]
        ),
        (
            2 * part,
            [
                "start a/1.0 ifAbsent", "part a/1.0 1 of 8388608 bytes", "part a/1.0 2 of 8388608 bytes",
                "complete a/1.0 0",
            ]
        ),
    ]

    @Test("what is larger than 8 MiB goes in parts of that size, to where nothing is", arguments: sizes)
    func boundaries(_ size: Int, _ requests: [String]) async throws {
        let text = Self.text(size)
        try await withItems(["a/1.0": text]) { items async throws in
            let upload = Upload(to: store)
            #expect(try await upload(items) == 0)
            // Parts are sent at the same time.
            #expect(store.requests.sorted() == requests.sorted())
            #expect(store.requests.first == requests.first)
            #expect(store.requests.last == requests.last)
            let isSame = try await store.objects() == ["a/1.0": text]
            #expect(isSame)
            #expect(await upload.record.objects == [ObjectKey("a/1.0"): "\"1\""])
            #expect(upload.told.compactMap(Int.init).reduce(0, +) == size)
        }
    }

    // MARK: What ends it

    @Test("an upload that cannot succeed is aborted; one that the network ended keeps its parts for the next run")
    func aborts() async throws {
        let rows: [(StoreError.Kind, isAborted: Bool)] = [
            (.permissionDenied, true), (.unauthenticated, true), (.unavailable, false),
        ]
        for (kind, isAborted) in rows {
            for operation in [StoreRequest.Operation.part, .complete] {
                let store = FaultStore(chunkSize: Self.part)
                store.on(.requests(operation, "a/1.0"), .answers(kind))
                try await withLarge { items async throws in
                    let words = await thrown { _ = try await Upload(to: store)(items) }
                    #expect(words == "\(kind): as the test asks")
                    #expect(store.requests.contains("abort a/1.0 0") == isAborted, "\(kind) \(operation)")
                    #expect(try await store.objects() == [:])
                }
            }
        }
    }

    @Test("where the upload cannot be aborted either, the first error is told")
    func cannotAbort() async throws {
        store.on(.requests(.part, "a/1.0"), .answers(.permissionDenied))
        store.on(.requests(.abort, "a/1.0"), .answers(.unavailable))
        try await withLarge { items async throws in
            #expect(
                await thrown { _ = try await Upload(to: store)(items) } == "permissionDenied: as the test asks")
        }
    }

    @Test("a file that is written to between its parts is an error, and the upload is aborted")
    func sourceChanged() async throws {
        try await withTemporaryDirectory { root async throws in
            try write(Self.text(Self.part + 1), to: root + "/x")
            let source = try PushSource(lookingAt: root + "/x")
            store.on(.requests(.start, "a/1.0"), .meanwhile { try? write("other", to: root + "/x") })
            let items = source.files.map { UploadItem(file: $0, key: ObjectKey("a/1.0")) }
            let upload = Upload(to: store)
            await #expect(throws: SourceChanged.self) { try await upload(items) }
            #expect(store.requests == ["start a/1.0 ifAbsent", "abort a/1.0 0"])
        }
    }

    @Test("other content that appeared meanwhile is an error, and stays; the upload is aborted")
    func otherAppears() async throws {
        let memory = store.memory
        store.on(.requests(.complete, "a/1.0"), .meanwhile { memory.put("a/1.0", "theirs") })
        try await withLarge { items async throws in
            #expect(
                await thrown { _ = try await Upload(to: store)(items) }
                    == "changed: existsWithOtherContent")
            #expect(try await store.objects() == ["a/1.0": "theirs"])
            #expect(store.requests.contains("abort a/1.0 0"))
        }
    }

    @Test("an upload that the store forgot is begun anew")
    func forgotten() async throws {
        store.on(.requests(.part, "a/1.0"), .answers(.notFound), times: 1)
        try await withLarge { items async throws in
            _ = try await Upload(to: store)(items)
            #expect(store.requests.count { $0.hasPrefix("start") } == 2)
            #expect(try await store.objects().keys.sorted() == ["a/1.0"])
        }
    }

    @Test("what the store has of the object is compared as of one that was put whole")
    func confirms() async throws {
        store.on(.requests(.complete, "a/1.0"), .tells(.differs))
        store.on(.gets("a/1.0"), .corrupted)
        try await withLarge { items async throws in
            let words = await thrown { _ = try await Upload(to: store)(items) }
            #expect(words == "notKept(\"memory/a/1.0\")")
        }
    }

    // MARK: After a push that did not end

    @Test("its upload is gone on with, and no other is begun; without a claim of the same content, one is")
    func goesOn() async throws {
        for isResuming in [true, false] {
            let store = FaultStore(chunkSize: Self.part)
            store.leave(try await store.memory.startUpload(of: ObjectKey("a/1.0"), .ifAbsent))
            try await withLarge { items async throws in
                _ = try await Upload(to: store, isResuming: isResuming)(items)
                #expect(store.requests.contains("start a/1.0 ifAbsent") == !isResuming)
                #expect(store.requests.last == "complete a/1.0 \(isResuming ? 0 : 1)")
            }
        }
    }

    @Test("one that the store forgot since is begun anew")
    func goesOnWithAForgottenOne() async throws {
        store.leave(MultipartUpload(key: ObjectKey("a/1.0"), identifier: "gone", condition: .ifAbsent))
        try await withLarge { items async throws in
            #expect(try await Upload(to: store, isResuming: true)(items) == 0)
            #expect(store.requests.contains("start a/1.0 ifAbsent"))
            #expect(try await store.objects().keys.sorted() == ["a/1.0"])
        }
    }

    private func withLarge(_ body: ([UploadItem]) async throws -> Void) async throws {
        try await withItems(["a/1.0": Self.text(Self.part + 1)], body)
    }

    /// So that no part is like another one.
    private static func text(_ size: Int) -> String {
        String(repeating: "1", count: part) + String(repeating: "2", count: size - part)
    }
}
