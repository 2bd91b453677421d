import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import Planning
import Testing

@testable import Execution

/// What stands at an asset's place and is somebody's own, and what is refused.
@Suite("Committing beside what is somebody's own") struct KeptContentTests {
    private static let kept = ".modelkit-assets/replaced/a/@1.0"

    /// | at the place | kept, below `replaced/a` |
    static let owned: [([String: String], [String: String])] = [
        (["a/1.0": "mine"], ["@1.0": "mine"]),
        (
            ["a/1.0/x": "mine", "a/1.0/en/y": "too"],
            ["@1.0": "/", "@1.0/x": "mine", "@1.0/en": "/", "@1.0/en/y": "too"]
        ),
        // It is longer than what is fetched, and so not the beginning of it.
        (["a/1.0": "new and more"], ["@1.0": "new and more"]),
        (["a/1.0/y": "new and more"], ["@1.0": "/", "@1.0/y": "new and more"]),
        (["a/.1.0.SUCCESS/x": "no marker"], ["@.1.0.SUCCESS": "/", "@.1.0.SUCCESS/x": "no marker"]),
    ]

    @Test("it is moved aside and told of, and the asset appears", arguments: owned)
    func keeps(_ before: [String: String], _ kept: [String: String]) async throws {
        let (file, folder) = (["a/1.0": "new", "a/.1.0.SUCCESS": ""], ["a/1.0/y": "new", "a/1.0/.SUCCESS": ""])
        for (step, own) in [(try Step.file("a", "1.0"), file), (try Step.directory("a", "1.0", ["y"]), folder)] {
            try await withStaging { staging async throws in
                for (place, text) in before { try write(text, to: "\(staging.path)/\(place)") }
                let told = try commit(try await sealed(step, ["new"], in: staging), replaces: false)
                let top = try #require(kept.keys.min())
                #expect(told == [".modelkit-assets/replaced/a/\(top)"])
                #expect(try staging.own("replaced/a") == kept)
                #expect(try staging.assets().filter { $0.value != "/" } == own)
            }
        }
    }

    @Test("a marker beside it goes: it was never of the content that is kept")
    func keepsWithoutTheMarker() async throws {
        try await withStaging { staging async throws in
            try write("mine", to: "\(staging.path)/a/1.0/x")
            try write("", to: "\(staging.path)/a/.1.0.SUCCESS")
            let staged = try await sealed(.directory("a", "1.0", ["y"]), ["new"], in: staging)
            #expect(try commit(staged, replaces: false) == [Self.kept])
            #expect(try staging.assets()["a/.1.0.SUCCESS"] == nil)
        }
    }

    @Test("a link is kept as a link, and what it leads to is not touched")
    func link() async throws {
        try await withTemporaryDirectory { outside async throws in
            try write("theirs", to: outside + "/x")
            try await withStaging { staging async throws in
                _ = try staging.directory.makeDirectory("a")
                try FileManager.default.createSymbolicLink(
                    atPath: "\(staging.path)/a/1.0", withDestinationPath: outside)
                let staged = try await sealed(.directory("a", "1.0", ["y"]), ["new"], in: staging)
                #expect(try commit(staged, replaces: false) == [Self.kept])
                #expect(try staging.own("replaced/a") == ["@1.0": "-> \(outside)"])
                #expect(try tree(outside) == ["x": "theirs"])
                #expect(try staging.assets()["a/1.0/y"] == "new")
            }
        }
    }

    @Test("the same is kept once, another one beside it")
    func keepsTheSameOnce() async throws {
        try await withStaging { staging async throws in
            for (mine, told) in [("mine", [Self.kept]), ("mine", []), ("other", [Self.kept + "~2"])] {
                try? FileManager.default.removeItem(atPath: "\(staging.path)/a")
                try write(mine, to: "\(staging.path)/a/1.0")
                let staged = try await sealed(.file("a", "1.0"), ["new"], in: staging)
                #expect(try commit(staged, replaces: false) == told, "\(mine)")
                #expect(try staging.assets() == ["a": "/", "a/1.0": "new", "a/.1.0.SUCCESS": ""])
            }
            #expect(try staging.own("replaced/a") == ["@1.0": "mine", "@1.0~2": "other"])
        }
    }

    @Test("where as many are kept as may be, it stays where it is, and the asset in staging")
    func keepsNoMore() async throws {
        try await withStaging { staging async throws in
            for number in 1...ReplacedContent.limit {
                try write("\(number)", to: "\(staging.path)/\(Self.kept)\(number == 1 ? "" : "~\(number)")")
            }
            try write("mine", to: "\(staging.path)/a/1.0")
            let staged = try await sealed(.file("a", "1.0"), ["new"], in: staging)
            let failure = await thrown { _ = try commit(staged, replaces: false) }
            #expect(failure?.contains("tooManyCopies(10, of: \"1.0\")") == true)
            #expect(try staging.assets() == ["a": "/", "a/1.0": "mine"])
            #expect(try staging.own("staging/a/@1.0")["content"] == "new")
        }
    }

    @Test("what a killed run moved entry by entry gets its name, and is told of")
    func finishesAMove() async throws {
        try await withStaging { staging async throws in
            try write("mine", to: "\(staging.path)/\(Self.kept)~part/x")
            let staged = try await sealed(.file("a", "1.0"), ["new"], in: staging)
            #expect(try commit(staged, replaces: false) == [Self.kept])
            #expect(try staging.own("replaced/a") == ["@1.0": "/", "@1.0/x": "mine"])
        }
    }

    // MARK: What is replaced because it is damaged

    @Test("files that are none of the asset's are moved aside, and its own are replaced, in whatever state")
    func keepsOthers() async throws {
        try await withStaging { staging async throws in
            let step = try Step.directory("a", "1.0", ["x", "en/y"])
            _ = try commit(try await sealed(step, ["one", "two"], in: staging), replaces: false)
            let mine = ["x": "altered", "notes": "mine", "en/deep/y": "too", "x.d": ""]
            for (path, text) in mine { try write(text, to: "\(staging.path)/a/1.0/\(path)") }
            let staged = try await sealed(step, ["one", "two"], in: staging)
            #expect(try commit(staged, replacing: .asset) == [Self.kept])
            #expect(
                try staging.own("replaced/a") == [
                    "@1.0": "/", "@1.0/notes": "mine", "@1.0/en": "/", "@1.0/en/deep": "/", "@1.0/en/deep/y": "too",
                    "@1.0/x.d": "",
                ])
            #expect(
                try staging.assets() == [
                    "a": "/", "a/1.0": "/", "a/1.0/x": "one", "a/1.0/en": "/", "a/1.0/en/y": "two",
                    "a/1.0/.SUCCESS": "",
                ])
        }
    }

    @Test("the same file is kept once, and another one beside it")
    func keepsOthersOnce() async throws {
        try await withStaging { staging async throws in
            let step = try Step.directory("a", "1.0", ["x"])
            _ = try commit(try await sealed(step, ["one"], in: staging), replaces: false)
            for (mine, told) in [("mine", [Self.kept]), ("mine", []), ("other", [Self.kept + "~2"])] {
                try write(mine, to: "\(staging.path)/a/1.0/notes")
                let staged = try await sealed(step, ["one"], in: staging)
                #expect(try commit(staged, replacing: .asset) == told, "\(mine)")
                #expect(try staging.assets()["a/1.0/notes"] == nil)
            }
        }
    }

    @Test("what a killed run moved there is not written over")
    func keepsBoth() async throws {
        try await withStaging { staging async throws in
            let step = try Step.directory("a", "1.0", ["x"])
            _ = try commit(try await sealed(step, ["one"], in: staging), replaces: false)
            try write("mine", to: "\(staging.path)/\(Self.kept)~part/notes")
            try write("newer", to: "\(staging.path)/a/1.0/notes")
            let staged = try await sealed(step, ["one"], in: staging)
            #expect(try commit(staged, replacing: .asset) == [Self.kept])
            #expect(try staging.own("replaced/a") == ["@1.0": "/", "@1.0/notes": "mine", "@1.0/notes~": "newer"])
        }
    }

    @Test("files of what was fetched in part are the asset's, also those that are wanted no more")
    func keepsNoFilesOfTheAsset() async throws {
        try await withStaging { staging async throws in
            let part = try Step.directory("a", "1.0", ["x", "y"], selection: [.all])
            _ = try commit(try await sealed(part, ["one", "two"], in: staging), replaces: false)
            let less = try Step.directory("a", "1.0", ["x"], selection: [.all])
            #expect(try commit(try await sealed(less, ["one"], in: staging), replacing: .asset) == [])
            #expect(try staging.assets() == ["a": "/", "a/1.0": "/", "a/1.0/x": "one"])
        }
    }

    @Test("what is of another kind is somebody's own")
    func keepsAnotherKind() async throws {
        try await withStaging { staging async throws in
            try write("mine", to: "\(staging.path)/a/1.0/x")
            let staged = try await sealed(.file("a", "1.0"), ["new"], in: staging)
            #expect(try commit(staged, replacing: .asset) == [Self.kept])
            #expect(try staging.own("replaced/a") == ["@1.0": "/", "@1.0/x": "mine"])
            #expect(try staging.assets()["a/1.0"] == "new")
        }
    }

    // MARK: What is refused

    @Test("an asset does not appear in the folder of another one")
    func overlapOutside() async throws {
        try await withStaging { staging async throws in
            try staging.install("n/1.0", ["x": "one"])
            let before = try staging.assets()
            let staged = try await sealed(.file("n/1.0/a", "1.0"), ["new"], in: staging)
            let failure = await thrown { _ = try commit(staged, replaces: true) }
            #expect(failure == "create: inside(\"n:1.0\")")
            #expect(try staging.assets() == before)
            #expect(try staging.own("staging/n/1.0/a/@1.0")["content"] == "new")
        }
    }

    @Test("an asset with another one in its folder is not replaced")
    func overlapInside() async throws {
        try await withStaging { staging async throws in
            try staging.install("n/1.0", ["x": "one"])
            try staging.install("n/1.0/a/2.0", ["y": "two"])
            let before = try staging.assets()
            let staged = try await sealed(.directory("n", "1.0", ["x"]), ["new"], in: staging)
            let failure = await thrown { _ = try commit(staged, replaces: true) }
            #expect(failure == "replace: contains(\"n/1.0/a:2.0\")")
            #expect(try staging.assets() == before)
        }
    }

    @Test("files of its own that look like another asset are none")
    func filesLikeMarkers() async throws {
        try await withStaging { staging async throws in
            try staging.install("n/1.0", ["a/2.0/y": "old", "a/2.0/.SUCCESS": ""])
            let step = try Step.directory("n", "1.0", ["a/2.0/y", "a/2.0/.SUCCESS"])
            #expect(try commit(try await sealed(step, ["new", ""], in: staging), replaces: true) == [])
            #expect(try staging.assets()["n/1.0/a/2.0/y"] == "new")
        }
    }

    @Test("nothing is put in place through a link")
    func throughALink() async throws {
        try await withTemporaryDirectory { outside async throws in
            try await withStaging { staging async throws in
                try FileManager.default.createSymbolicLink(
                    atPath: "\(staging.path)/a", withDestinationPath: outside)
                let staged = try await sealed(.file("a", "1.0"), ["new"], in: staging)
                let failure = await thrown { _ = try commit(staged, replaces: true) }
                #expect(failure?.contains("symbolicLink") == true)
                #expect(try tree(outside) == [:])
            }
        }
    }
}
