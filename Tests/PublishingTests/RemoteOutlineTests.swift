import AssetModel
import AssetsTestSupport
import ObjectStore
import Testing

@testable import Publishing

/// What is pushed from where it is in a store.
@Suite("Outlines of what is in a store") struct RemoteOutlineTests {
    @Test("an object is a file, whatever else is below its key")
    func object() async throws {
        let store = FaultStore(["from/a": "one", "from/a/x": "two"])
        let outline = try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        #expect(outline.kind == .file)
        #expect(outline.count == 1)
        #expect(outline.bytes == 3)
        #expect(store.requests == ["head from/a"])
        #expect(try await fetched(outline) == ["content": "one"])
    }

    @Test("what is below a key is a directory, however many pages it takes, and what is beside it is none of it")
    func directory() async throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<8).map { ("en/f\($0)", "text \($0)") })
        let below = Dictionary(uniqueKeysWithValues: files.map { ("from/a/\($0)", $1) })
        let store = FaultStore(below.merging(["from/ab": "beside", "from/a.txt": "beside"]) { $1 })
        let outline = try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        #expect(outline.kind == .directory)
        #expect(outline.count == 8)
        #expect(outline.bytes == 8 * 6)
        #expect(store.requests == ["head from/a"] + Array(repeating: "list from/a/", count: 3))
        let expected = files.map { ("content/\($0)", $1) } + [("content", "/"), ("content/en", "/")]
        #expect(try await fetched(outline) == Dictionary(uniqueKeysWithValues: expected))
    }

    @Test("empty objects whose keys end with a slash are what consoles make to look like folders")
    func folders() async throws {
        let store = FaultStore(["from/a/": "", "from/a/en/": "", "from/a/en/x": "one"])
        let outline = try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        #expect(outline.count == 1)
        #expect(try await fetched(outline) == ["content": "/", "content/en": "/", "content/en/x": "one"])
    }

    @Test("nothing, or nothing but such folders, is not found")
    func nothing() async throws {
        for objects in [[:], ["from/a/": ""], ["from/ab": "beside"]] as [[String: String]] {
            let words = await thrown { _ = try await RemoteOutline(of: ObjectKey("from/a"), in: FaultStore(objects)) }
            #expect(words == "notFound: noObjectOrPrefix")
        }
    }

    @Test("all that cannot be a file of an asset is told, each with its address")
    func faults() async throws {
        let store = FaultStore([
            "from/a/en": "an object", "from/a/en/x": "and a folder", "from/a/de/": "content of a folder",
            "from/a/b//c": "no path", "from/a/../d": "no path",
        ])
        let failure = await #expect(throws: PushSourceFaults.self) {
            try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        }
        let list = try #require(failure?.list)
        #expect(list.count == 4)
        #expect(list.contains(.contentOfFolder("memory/from/a/de/")))
        #expect(list.contains(.objectAndFolder("memory/from/a/en")))
        let paths = list.compactMap { if case .path(let address, _) = $0 { address } else { nil } }
        #expect(paths == ["memory/from/a/../d", "memory/from/a/b//c"])
    }

    @Test("an object that is a folder higher up is found too")
    func objectAndFolderAbove() async throws {
        let store = FaultStore(["from/a/en": "an object", "from/a/en/deep/x": "one"])
        let failure = await #expect(throws: PushSourceFaults.self) {
            try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        }
        #expect(failure?.list == [.objectAndFolder("memory/from/a/en")])
    }

    @Test("what the store answers is thrown as it is")
    func storeErrors() async throws {
        for matcher in [RequestMatcher.heads("from/a"), .lists] {
            let store = FaultStore(["from/a/x": "one"])
            store.on(matcher, .answers(.permissionDenied))
            let words = await thrown { _ = try await RemoteOutline(of: ObjectKey("from/a"), in: store) }
            #expect(words == "permissionDenied: as the test asks")
        }
    }

    // MARK: Fetching

    /// | what is wrong with an answer | what is thrown |
    static let answerRows: [(fault: Fault, words: String)] = [
        (.cutAfter(2), "invalidAnswer: sizeMismatch(expected: 3, actual: 2)"),
        (.lengthOff(by: 1), "invalidAnswer: sizeMismatch(expected: 4, actual: 3)"),
        (.lengthOff(by: -1), "invalidAnswer: sizeMismatch(expected: 2, actual: 3)"),
        (
            .withHeaders { ObjectAttributes(size: $0.size, entityTag: nil, encoding: .gzip) },
            "invalidAnswer: isEncoded"
        ),
        (
            told(String(repeating: "0", count: 32)),
            "invalidAnswer: checksumMismatch(AssetModel.ObjectChecksum.Algorithm.md5)"
        ),
        (.answers(.notFound), "notFound: as the test asks"),
    ]

    @Test("what does not come as it is announced is an error", arguments: answerRows)
    func wrongAnswers(_ fault: Fault, _ words: String) async throws {
        let store = FaultStore(["from/a": "one"])
        store.on(.gets("from/a"), fault)
        let outline = try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        #expect(await thrown { _ = try await fetched(outline) } == words)
    }

    @Test("what has the checksum that the store tells is fetched")
    func checksum() async throws {
        let store = FaultStore(["from/a": "one"])
        store.on(.gets("from/a"), Self.told("f97c5d29941bfb1b2fdab0874906ab82"))
        let outline = try await RemoteOutline(of: ObjectKey("from/a"), in: store)
        #expect(try await fetched(outline) == ["content": "one"])
    }

    private static func told(_ md5: String) -> Fault {
        .withHeaders {
            ObjectAttributes(size: $0.size, entityTag: $0.entityTag, checksum: ObjectChecksum(.md5, hex: md5))
        }
    }

    /// What stands in a folder after everything was fetched into it.
    private func fetched(_ outline: RemoteOutline) async throws -> [String: String] {
        try await withTemporaryDirectory { root async throws in
            #expect(try await outline.fetch(into: root, window: 2) == root + "/content")
            return try tree(root)
        }
    }
}
