import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import Planning
import Testing

@testable import Catalog

@Suite struct LocalCatalogTests {
    @Test func countsWhatHasItsMarker() async throws {
        try await withAssets([
            "a/1.0": "file", "a/.1.0.SUCCESS": "", "a/1.1": "no marker", "a/2.0/x": "directory", "a/2.0/.SUCCESS": "",
            "a/2.1/x": "no marker", "a/notes.txt": "", "a/.3.0.SUCCESS": "",
        ]) { catalog async throws in
            let name = try AssetName("a")
            #expect(try sorted(catalog.versions(of: name, in: .majorMinor, markedOnly: true)) == ["1.0", "2.0"])
            #expect(
                try sorted(catalog.versions(of: name, in: .majorMinor, markedOnly: false)) == [
                    "1.0", "1.1", "2.0", "2.1",
                ])
            #expect(try catalog.state(of: pin("a", "1.0"), marked: true) == .complete)
            #expect(try catalog.state(of: pin("a", "2.0"), marked: true) == .complete)
            #expect(try catalog.state(of: pin("a", "2.1"), marked: true) == .incomplete(.noMarker))
            #expect(try catalog.state(of: pin("a", "2.1"), marked: false) == .complete)
            #expect(try catalog.state(of: pin("a", "3.0"), marked: true) == .missing)
            #expect(try catalog.state(of: pin("b", "1.0"), marked: true) == .missing)
            #expect(try catalog.state(of: pin("a/1.0", "1.0"), marked: true) == .missing)
        }
    }

    @Test func knowsAnAssetFetchedInPartByItsRecord() async throws {
        try await withAssets([
            "a/1.0/x": "", "a/1.0/en/y%": "", ".modelkit-assets/partial/a/@1.0": "en/y%25\nx\n",
            "a/1.1/x": "", ".modelkit-assets/partial/a/@1.1": "en/y\nx\n",
        ]) { catalog async throws in
            let paths = [try RelativePath("en/y%"), try RelativePath("x")]
            #expect(try catalog.state(of: pin("a", "1.0"), marked: true) == .partial(paths: paths))
            #expect(try catalog.state(of: pin("a", "1.1"), marked: true) == .incomplete(.noMarker))
        }
    }

    @Test func findsPartsOfAnAsset() async throws {
        try await withAssets(["a/1.0/en/words.txt": "", "b/1.0": ""]) { catalog async throws in
            for (part, found) in [
                ("en", true), ("en/words.txt", true), ("en/x", false), ("en/words.txt/x", false), ("fr/x", false),
            ] {
                #expect(try catalog.hasPart(RelativePath(part), of: pin("a", "1.0")) == found, "\(part)")
            }
            #expect(try !catalog.hasPart(RelativePath("x"), of: pin("b", "1.0")))
        }
    }

    @Test(arguments: ["a", "a/1.0", "n/a"])
    func refusesALinkOnTheWay(_ link: String) async throws {
        try await withTemporaryDirectory { root async throws in
            for file in ["outside/1.0/.SUCCESS", "outside/1.0/x", "n/b/1.0"] { try write("", to: root + "/" + file) }
            let catalog = LocalCatalog(directory: try Directory.open(root))
            let path = root + "/" + link
            let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: root + "/outside")
            let wanted = try link.hasPrefix("n") ? pin("n/a", "1.0") : pin("a", "1.0")
            let error = #expect(throws: FileError.self) { try catalog.state(of: wanted, marked: true) }
            #expect(error?.path == path)
            #expect(error?.refusal == .symbolicLink)
        }
    }

    @Test func asksTheStoreNothingAboutExactVersionsThatArePresent() async throws {
        let store = InMemoryStore(["a.versions": #"{"versions": ["1.0"]}"#])
        try await withTemporaryDirectory { path async throws in
            try write("x", to: path + "/a/1.0")
            try write("", to: path + "/a/.1.0.SUCCESS")
            let catalog = Catalog(store: store, directory: try Directory.open(path), path: path, system: .majorMinor)
            let exact = VersionRequirement(.exact(try pin("a", "1.0").version))
            #expect(try await catalog.versions(of: AssetName("a"), requirements: [exact]).all.map(\.text) == ["1.0"])
            #expect(store.allGets == 0)
            _ = try await catalog.versions(of: AssetName("a"), requirements: [exact, .latest])
            #expect(store.allGets == 1)
        }
    }

    @Test(arguments: ["", "x\n", "a%b\n", "a\tb/ c\n", "nl%0Ain\nplain\n"])
    func recordsReadAsWritten(_ text: String) throws {
        let record = try #require(PartialRecord(text: text))
        #expect(PartialRecord(text: record.text) == record)
    }

    private func sorted(_ versions: [AssetVersion]) -> [String] { versions.sorted().map(\.text) }

    private func withAssets(_ files: [String: String], _ body: (LocalCatalog) async throws -> Void) async throws {
        try await withTemporaryDirectory { path async throws in
            for (file, text) in files { try write(text, to: path + "/" + file) }
            try await body(LocalCatalog(directory: try Directory.open(path)))
        }
    }
}
