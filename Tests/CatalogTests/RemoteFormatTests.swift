import AssetModel
import AssetsTestSupport
import FileSystem
import Planning
import Testing

@testable import Catalog

@Suite struct RemoteFormatTests {
    @Test func readsWhatModelkitWrites() async throws {
        let store = InMemoryStore([
            "nlp/lexicon.versions": #"{"versions": ["2.0", "1.10", "1.9"], "other": {"a": [1, null, true]}}"#,
            "nlp/lexicon/2.0.meta": #"""
            {"push_date": "2024-03-01T12:30:00.123456+00:00", "is_directory": true, "contents": ["b.txt", "en/a.txt"], "size": 3}
            """#,
            "nlp/lexicon/1.9.meta": #"{"push_date": "2024-03-01T12:30:00+00:00", "is_directory": false}"#,
        ])
        try await withCatalog(store) { catalog async throws in
            let known = try await catalog.versions(of: AssetName("nlp/lexicon"), requirements: [.latest])
            #expect(known.inStore?.map(\.text) == ["2.0", "1.10", "1.9"])
            #expect(known.places.paths.first == "memory/nlp/lexicon.versions")
            let directory = try await catalog.metadata(of: pin("nlp/lexicon", "2.0"))
            #expect(directory.kind == .directory)
            #expect(directory.pushTime == 1_709_296_200)
            #expect(directory.objects.map(\.path?.text) == ["b.txt", "en/a.txt"])
            let file = try await catalog.metadata(of: pin("nlp/lexicon", "1.9"))
            #expect(file == VersionMetadata(kind: .file, pushTime: 1_709_296_200, objects: [ObjectFacts(path: nil)]))
        }
    }

    @Test(
        arguments: [
            ("not JSON", .notJSON("not JSON")),
            ("", .notJSON("")),
            (#"{"versions": ["1.0"]"#, .notJSON(#"{"versions": ["1.0"]"#)),
            (#"["1.0"]"#, .notAnObject(.list)),
            (#"{"version": ["1.0"]}"#, .missing("versions")),
            (#"{"versions": "1.0"}"#, .wrongType("versions", expected: .strings, found: .string)),
            (#"{"versions": ["1.0", 2]}"#, .wrongType("versions[1]", expected: .string, found: .number)),
            (#"{"versions": ["1.0", "latest"]}"#, .version("latest", .majorMinor)),
            (#"{"versions": ["../1.0"]}"#, .version("../1.0", .majorMinor)),
        ] as [(String, MalformedContent)])
    func refusesVersions(_ content: String, _ fault: MalformedContent) async throws {
        try await withCatalog(InMemoryStore(["a.versions": content])) { catalog async throws in
            await #expect(throws: CatalogError.malformed(address: "memory/a.versions", fault)) {
                try await catalog.versions(of: AssetName("a"), requirements: [.latest])
            }
        }
    }

    @Test(
        arguments: [
            (#"{"is_directory": false}"#, .missing("push_date")),
            (#"{"push_date": 5}"#, .wrongType("push_date", expected: .string, found: .number)),
            (#"{"push_date": "yesterday"}"#, .pushDate("yesterday")),
            (
                #"{"push_date": "2024-01-01", "is_directory": 1}"#,
                .wrongType("is_directory", expected: .bool, found: .number)
            ),
            (#"{"push_date": "2024-01-01", "is_directory": true}"#, .missing("contents")),
            (
                #"{"push_date": "2024-01-01", "is_directory": true, "contents": []}"#,
                .empty("contents")
            ),
            (
                #"{"push_date": "2024-01-01", "is_directory": true, "contents": {"a": 1}}"#,
                .wrongType("contents", expected: .strings, found: .object)
            ),
            (
                #"{"push_date": "2024-01-01", "objects": [{"size": 4611686018427387904, "sha256": "\#(digest)"}]}"#,
                .size(4_611_686_018_427_387_904)
            ),
            (String(repeating: "[", count: 512), .tooDeep(limit: 64)),
        ] as [(String, MalformedContent)])
    func refusesMetadata(_ content: String, _ fault: MalformedContent) async throws {
        try await expectMetadataError(content, .malformed(address: "memory/a/1.0.meta", fault))
    }

    @Test(
        arguments: [
            (#"["../x"]"#, "../x", .path(.dots(".."))),
            (#"["a/../../x"]"#, "a/../../x", .path(.dots(".."))),
            (#"["/x"]"#, "/x", .path(.absolute)),
            (#"["a//b"]"#, "a//b", .path(.emptyComponent)),
            (#"["a/"]"#, "a/", .path(.emptyComponent)),
            (#"["a/./b"]"#, "a/./b", .path(.dots("."))),
            (#"[""]"#, "", .path(.empty)),
            (#"["a\u0000b"]"#, "a\0b", .path(.nul)),
            (#"[".SUCCESS"]"#, ".SUCCESS", .path(.reserved)),
            (#"[".SUCCESS/x"]"#, ".SUCCESS/x", .path(.reserved)),
            (#"["a", "b", "a"]"#, "a", .listedTwice),
            (#"["a/b", "a"]"#, "a", .directory(of: try! RelativePath("a/b"))),
            (#"["a", "a/b/c"]"#, "a", .directory(of: try! RelativePath("a/b/c"))),
        ] as [(String, String, UnsafePath)])
    func refusesUnsafePaths(_ contents: String, _ path: String, _ fault: UnsafePath) async throws {
        let content = #"{"push_date": "2024-01-01T00:00:00Z", "is_directory": true, "contents": \#(contents)}"#
        try await expectMetadataError(content, .unsafePath(address: "memory/a/1.0.meta", path: path, fault))
    }

    @Test func refusesOverlongPaths() async throws {
        let long = String(repeating: "x", count: 256)
        let content = #"{"push_date": "2024-01-01T00:00:00Z", "is_directory": true, "contents": ["a/\#(long)"]}"#
        try await expectMetadataError(
            content, .unsafePath(address: "memory/a/1.0.meta", path: "a/" + long, .path(.tooLong(limit: 255))))
    }

    @Test func refusesAnObjectThatIsTooLarge() async throws {
        let store = InMemoryStore(chunkSize: 1 << 20)
        store.put("a.versions", [UInt8](repeating: 32, count: StoreCatalog.documentLimit + 1))
        try await withCatalog(store) { catalog async throws in
            await #expect(
                throws: CatalogError.malformed(
                    address: "memory/a.versions", .tooLong(16_777_217, limit: 16_777_216))
            ) {
                try await catalog.versions(of: AssetName("a"), requirements: [.latest])
            }
        }
    }

    @Test func keepsTheTwoFormsOfAnAccentApart() async throws {
        let content = #"{"push_date": "2024-01-01T00:00:00Z", "is_directory": true, "contents": ["e\u0301", "\u00e9"]}"#
        try await withCatalog(InMemoryStore(["a/1.0.meta": content])) { catalog async throws in
            #expect(try await catalog.metadata(of: pin("a", "1.0")).objects.count == 2)
        }
    }

    @Test(
        arguments: [
            ("2024-03-01T12:30:00.123456+00:00", 1_709_296_200),
            ("2024-03-01T12:30:00+00:00", 1_709_296_200),
            ("2024-03-01T12:30:00Z", 1_709_296_200),
            ("2024-03-01T12:30:00", 1_709_296_200),
            ("2024-03-01 12:30", 1_709_296_200),
            ("2024-03-01T13:30:00+01:00", 1_709_296_200),
            ("2024-03-01T08:00:00-0430", 1_709_296_200),
            ("1970-01-01", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2024-3-1", nil), ("2024-13-01", nil), ("2024-03-01T25:00", nil), ("2024-03-01T12:30:00+", nil),
            ("2024-03-01T12:30:00Zx", nil), ("", nil),
        ] as [(String, Int64?)])
    func readsPushDates(_ text: String, _ seconds: Int64?) {
        #expect(PushDate.seconds(text) == seconds)
    }

    private func expectMetadataError(_ content: String, _ error: CatalogError) async throws {
        try await withCatalog(InMemoryStore(["a/1.0.meta": content], chunkSize: 4096)) { catalog async throws in
            await #expect(throws: error) { try await catalog.metadata(of: pin("a", "1.0")) }
        }
    }
}

func pin(_ name: String, _ version: String) throws -> AssetPin {
    AssetPin(name: try AssetName(name), version: try #require(VersioningSystem.majorMinor.version(version)))
}

func withCatalog(_ store: InMemoryStore?, _ body: (Catalog) async throws -> Void) async throws {
    try await withTemporaryDirectory { path async throws in
        try await body(Catalog(store: store, directory: try Directory.open(path), path: path, system: .majorMinor))
    }
}

private let digest = String(repeating: "0", count: 64)
