import AssetModel
import AssetsTestSupport
import Execution
import ObjectStore
import Synchronization
import Testing

@testable import Publishing

/// What is sent to the store for a small file, and what is made of its answers.
@Suite("Uploading in one request") struct UploaderTests {
    private let store = FaultStore()

    @Test("a file is put where nothing is, its size is told, and what was made is recorded")
    func puts() async throws {
        try await withItems(["a/1.0/x": "one", "a/1.0/y": ""]) { items async throws in
            let upload = Upload(to: store)
            #expect(try await upload(items) == 0)
            #expect(store.requests.sorted() == ["put a/1.0/x ifAbsent", "put a/1.0/y ifAbsent"])
            #expect(try await store.objects() == ["a/1.0/x": "one", "a/1.0/y": ""])
            #expect(upload.told == ["0", "3"])
            #expect(await upload.record.objects == [ObjectKey("a/1.0/x"): "\"1\"", ObjectKey("a/1.0/y"): "\"1\""])
        }
    }

    @Test("however many there are, no more are uploaded at the same time than may be, and all of them are")
    func window() async throws {
        let texts = Dictionary(uniqueKeysWithValues: (0..<9).map { ("a/1.0/f\($0)", "text \($0)") })
        try await withItems(texts) { items async throws in
            let (underWay, store) = (UnderWay(), store)
            for key in texts.keys {
                store.on(.puts(key), .meanwhile { await underWay.pass() })
            }
            _ = try await Upload(to: store, window: 2)(items)
            #expect(try await store.objects() == texts)
            #expect(await underWay.most <= 2)
        }
    }

    // MARK: What the store says that it has

    @Test("where the answer tells no checksum, the object is looked at: its size, and the checksum where it has one")
    func tellsNothing() async throws {
        let rows: [(fault: Fault?, isKept: Bool)] = [
            (nil, true),
            (.withHeaders { ObjectAttributes(size: $0.size + 1, entityTag: $0.entityTag) }, false),
            (.answers(.notFound), false),
            (Self.told("f97c5d29941bfb1b2fdab0874906ab82"), true),
        ]
        for row in rows {
            let store = FaultStore()
            store.on(.puts("a/1.0"), .tells(.none))
            if let fault = row.fault { store.on(.heads("a/1.0"), fault) }
            try await withItems(["a/1.0": "one"]) { items async throws in
                let words = await thrown { _ = try await Upload(to: store)(items) }
                #expect(words == (row.isKept ? nil : "notKept(\"memory/a/1.0\")"))
                #expect(store.requests == ["put a/1.0 ifAbsent", "head a/1.0"])
            }
        }
    }

    @Test("where another checksum is told, by whichever answer, the object is read: what is in it counts")
    func tellsAnother() async throws {
        for (isRight, isPut) in [(true, true), (false, true), (true, false), (false, false)] {
            let store = FaultStore()
            store.on(.puts("a/1.0"), .tells(isPut ? .differs : .none))
            if !isPut { store.on(.heads("a/1.0"), Self.told(String(repeating: "0", count: 32))) }
            if !isRight { store.on(.gets("a/1.0"), .corrupted) }
            try await withItems(["a/1.0": "one"]) { items async throws in
                let words = await thrown { _ = try await Upload(to: store)(items) }
                #expect(words == (isRight ? nil : "notKept(\"memory/a/1.0\")"))
                #expect(store.requests.last == "get a/1.0")
            }
        }
    }

    private static func told(_ md5: String) -> Fault {
        .withHeaders {
            ObjectAttributes(size: $0.size, entityTag: $0.entityTag, checksum: ObjectChecksum(.md5, hex: md5))
        }
    }

    // MARK: What is there already

    @Test("the same content, which a lost answer or another push of it left, is as good")
    func sameIsThere() async throws {
        store.memory.put("a/1.0", "one")
        try await withItems(["a/1.0": "one"]) { items async throws in
            #expect(try await Upload(to: store)(items) == 0)
            #expect(store.requests == ["put a/1.0 ifAbsent", "head a/1.0", "head a/1.0", "get a/1.0"])
        }
    }

    @Test("other content is an error, and stays", arguments: ["two", "longer", ""])
    func otherIsThere(_ content: String) async throws {
        store.memory.put("a/1.0", content)
        try await withItems(["a/1.0": "one"]) { items async throws in
            let words = await thrown { _ = try await Upload(to: store)(items) }
            #expect(words == "changed: existsWithOtherContent")
            #expect(try await store.objects() == ["a/1.0": content])
        }
    }

    @Test("what the store refused and does not have is sent again, and for the fifth time is an error")
    func refusedAgainAndAgain() async throws {
        for times in [4, 5] {
            let store = FaultStore()
            store.on(.puts("a/1.0"), .answers(.changed), times: times)
            try await withItems(["a/1.0": "one"]) { items async throws in
                let words = await thrown { _ = try await Upload(to: store)(items) }
                #expect(words == (times == 4 ? nil : "changed: as the test asks"))
                #expect(store.requests.count { $0.hasPrefix("put") } == 5)
            }
        }
    }

    @Test("a strange answer is no fault where the object is there all the same, and is not asked for again where not")
    func strangeAnswer() async throws {
        for isDone in [true, false] {
            let store = FaultStore()
            store.on(.puts("a/1.0"), .answers(.invalidAnswer, isDone: isDone))
            try await withItems(["a/1.0": "one"]) { items async throws in
                let words = await thrown { _ = try await Upload(to: store)(items) }
                #expect(words == (isDone ? nil : "invalidAnswer: as the test asks"))
                #expect(store.requests.count { $0.hasPrefix("put") } == 1)
            }
        }
    }

    @Test("any other error is thrown at once")
    func otherErrors() async throws {
        let kinds: [StoreError.Kind] = [.permissionDenied, .unauthenticated, .unavailable, .misconfigured]
        for kind in kinds {
            let store = FaultStore()
            store.on(.puts("a/1.0"), .answers(kind))
            try await withItems(["a/1.0": "one"]) { items async throws in
                #expect(await thrown { _ = try await Upload(to: store)(items) } == "\(kind): as the test asks")
                #expect(store.requests.count == 1)
            }
        }
    }

    // MARK: After a push that did not end

    @Test("what it left is not sent again, and is told as reused; what it did not leave is sent")
    func resumes() async throws {
        store.memory.put("a/1.0/x", "one")
        try await withItems(["a/1.0/x": "one", "a/1.0/y": "more"]) { items async throws in
            let upload = Upload(to: store, isResuming: true)
            #expect(try await upload(items) == 3)
            #expect(store.requests.filter { $0.hasPrefix("put") } == ["put a/1.0/y ifAbsent"])
            #expect(upload.told == ["3 reused", "4"])
            #expect(await upload.record.objects == [ObjectKey("a/1.0/y"): "\"1\""])
        }
    }

    @Test("other content under its claim is an error before anything is sent")
    func resumesOverOther() async throws {
        store.memory.put("a/1.0", "two")
        try await withItems(["a/1.0": "one"]) { items async throws in
            let words = await thrown { _ = try await Upload(to: store, isResuming: true)(items) }
            #expect(words == "changed: existsWithOtherContent")
            #expect(!store.requests.contains { $0.hasPrefix("put") })
        }
    }

    // MARK: The source

    @Test("a file that was written to since it was looked at is an error, and nothing of it is sent")
    func sourceChanged() async throws {
        try await withTemporaryDirectory { root async throws in
            try write("one", to: root + "/x")
            let source = try PushSource(lookingAt: root + "/x")
            try write("other", to: root + "/x")
            let items = source.files.map { UploadItem(file: $0, key: ObjectKey("a/1.0")) }
            let upload = Upload(to: store)
            let failure = await #expect(throws: SourceChanged.self) { try await upload(items) }
            #expect(failure?.place == root + "/x")
            #expect(store.requests == [])
        }
    }
}

/// How many requests are under way at the same time.
private actor UnderWay {
    private var count = 0
    private(set) var most = 0

    /// Lets others on while it is under way.
    func pass() async {
        count += 1
        most = max(most, count)
        for _ in 0..<20 { await Task.yield() }
        count -= 1
    }
}
