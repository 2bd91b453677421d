import AssetModel
import AssetsTestSupport
import FileSystem
import Planning
import Testing

@testable import Execution

/// What stands at an asset's place before and after it appears.
@Suite("Committing") struct CommitterTests {
    // MARK: Onto a free place

    @Test("a directory appears with its marker inside, and nothing is left in staging")
    func directory() async throws {
        try await withStaging { staging async throws in
            try await put(.directory("n/b", "2.0", ["x", "en/y"]), ["one", "two"], in: staging)
            #expect(
                try staging.assets() == [
                    "n": "/", "n/b": "/", "n/b/2.0": "/", "n/b/2.0/x": "one", "n/b/2.0/en": "/",
                    "n/b/2.0/en/y": "two", "n/b/2.0/.SUCCESS": "",
                ])
            #expect(try staging.own("staging") == ["n": "/", "n/b": "/"])
        }
    }

    @Test("a file appears with its marker beside it, of its time and of mode 644", arguments: [nil, 5] as [Int64?])
    func file(_ fixedTime: Int64?) async throws {
        try await withStaging { staging async throws in
            try await put(.file("a", "1.0"), ["one"], in: staging, fixedTime: fixedTime)
            #expect(try staging.assets() == ["a": "/", "a/1.0": "one", "a/.1.0.SUCCESS": ""])
            let marker = try staging.status("a/.1.0.SUCCESS")
            #expect(marker.modified == fixedTime ?? 1_700_000_000)
            #expect(marker.mode == 0o644)
            #expect(try staging.own("staging") == ["a": "/"])
        }
    }

    @Test("the marker of a file is made before the file appears: a commit that ends between leaves it alone there")
    func markerFirst() async throws {
        try await withStaging { staging async throws in
            #expect(try await endedAtTheRename(.file("a", "1.0"), ["one"], in: staging))
            #expect(try staging.assets() == ["a": "/", "a/.1.0.SUCCESS": ""])
            #expect(try !staging.own("staging/a/@1.0").isEmpty)
        }
    }

    @Test("the record of what was fetched in part is made before it appears")
    func recordFirst() async throws {
        try await withStaging { staging async throws in
            #expect(
                try await endedAtTheRename(
                    .directory("b", "2.0", ["x"], selection: [.all]), ["one"], in: staging))
            #expect(try staging.assets() == ["b": "/"])
            #expect(try staging.own("partial") == ["b": "/", "b/@2.0": "x\n"])
        }
    }

    @Test("what was fetched in part has a record, of its time and of mode 644, and loses it when the whole appears")
    func record() async throws {
        try await withStaging { staging async throws in
            let part = try Step.directory("b", "2.0", ["x", "en/y"], selection: [.all])
            try await put(part, ["one", "two"], in: staging, fixedTime: 5)
            #expect(
                try staging.assets() == [
                    "b": "/", "b/2.0": "/", "b/2.0/x": "one", "b/2.0/en": "/", "b/2.0/en/y": "two",
                ])
            #expect(try staging.own("partial") == ["b": "/", "b/@2.0": "en/y\nx\n"])
            let record = try staging.status(".modelkit-assets/partial/b/@2.0")
            #expect(record.modified == 5)
            #expect(record.mode == 0o644)
            let kept = try await put(
                .directory("b", "2.0", ["x", "en/y"]), ["one", "two"], in: staging, replaces: true)
            #expect(kept == [])
            #expect(try staging.own("partial") == ["b": "/"])
            #expect(try staging.assets()["b/2.0/.SUCCESS"] == "")
        }
    }

    @Test("a file's marker without its file is none of a directory's")
    func markerOfAnother() async throws {
        try await withStaging { staging async throws in
            try write("", to: "\(staging.path)/b/.2.0.SUCCESS")
            try await put(.directory("b", "2.0", ["x"]), ["one"], in: staging)
            #expect(try staging.assets() == ["b": "/", "b/2.0": "/", "b/2.0/x": "one", "b/2.0/.SUCCESS": ""])
        }
    }

    // MARK: Onto what is there

    /// | at the place before | after, without the version's own files |
    static let replaced: [([String: String], [String: String])] = [
        (["a/1.0": "old", "a/.1.0.SUCCESS": ""], [:]),
        (["a/1.0": "old"], [:]),
        (["a/1.0/x": "old", "a/1.0/.SUCCESS": ""], [:]),
        (["a/1.0/x": "old", "a/1.0/.SUCCESS": "", "a/.1.0.SUCCESS": ""], [:]),
        (["a/1.0/x": "old", "a/.1.0.SUCCESS": ""], [:]),
        (["a/.1.0.SUCCESS/x": "no marker"], [:]),
        (["a/1.1": "another version"], ["a/1.1": "another version"]),
    ]

    @Test("what may be replaced goes, whatever it is, and other versions stay", arguments: replaced)
    func replaces(_ before: [String: String], _ after: [String: String]) async throws {
        let (file, folder) = (["a/1.0": "new", "a/.1.0.SUCCESS": ""], ["a/1.0/y": "new", "a/1.0/.SUCCESS": ""])
        for (step, own) in [(try Step.file("a", "1.0"), file), (try Step.directory("a", "1.0", ["y"]), folder)] {
            try await withStaging { staging async throws in
                for (place, text) in before { try write(text, to: "\(staging.path)/\(place)") }
                let kept = try await put(step, ["new"], in: staging, replaces: true)
                #expect(kept == [])
                let files = try staging.assets().filter { $0.value != "/" }
                #expect(files == after.merging(own) { _, new in new })
                #expect(try staging.own("staging") == ["a": "/"])
            }
        }
    }

    @Test("what a killed run noted that it replaces goes too, though this one may replace nothing")
    func goesOnReplacing() async throws {
        try await withStaging { staging async throws in
            try write("old", to: "\(staging.path)/a/1.0/x")
            let staged = try await sealed(.file("a", "1.0"), ["new"], in: staging)
            try staged.staging.noteReplacing()
            #expect(try commit(staged, replaces: false) == [])
            #expect(try staging.assets() == ["a": "/", "a/1.0": "new", "a/.1.0.SUCCESS": ""])
            #expect(try staging.own("staging") == ["a": "/"])
        }
    }

    @Test("what stood there unmarked is gone before the marker is made: it is never believed of the old content")
    func oldContentFirst() async throws {
        try await withStaging { staging async throws in
            try write("old", to: "\(staging.path)/a/1.0")
            #expect(try await endedAtTheRename(.file("a", "1.0"), ["new"], in: staging, replaces: true))
            #expect(try staging.assets() == ["a": "/", "a/.1.0.SUCCESS": ""])
        }
    }

    @Test("a marked file is replaced in one step: a commit that ends before it leaves the old one whole")
    func oldFileStays() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0")
            #expect(try await endedAtTheRename(.file("a", "1.0"), ["new"], in: staging, replaces: true))
            #expect(
                try staging.assets() == ["a": "/", "a/1.0": "content of a/1.0", "a/.1.0.SUCCESS": ""])
        }
    }

    @Test("what a killed fetch left is gone over: beginnings, zeros and empty files of what is fetched now")
    func residue() async throws {
        try await withStaging { staging async throws in
            for (name, text) in ["x": "on", "y": "t\0\0", "z": "", "other": ""] {
                try write(text, to: "\(staging.path)/b/2.0/\(name)")
            }
            let kept = try await put(.directory("b", "2.0", ["x", "y"]), ["one", "two"], in: staging)
            #expect(kept == [])
            #expect(
                try staging.assets() == [
                    "b": "/", "b/2.0": "/", "b/2.0/x": "one", "b/2.0/y": "two", "b/2.0/.SUCCESS": "",
                ])
        }
    }

    // MARK: What the tests do

    /// - Returns: what was told to be kept.
    @discardableResult
    private func put(
        _ step: Step, _ texts: [String], in staging: Staging, replaces: Bool = false, fixedTime: Int64? = nil
    ) async throws -> [String] {
        try commit(
            try await sealed(step, texts, in: staging, fixedTime: fixedTime), replaces: replaces, fixedTime: fixedTime)
    }

    /// Whether a commit ended with an error because its staged content is gone, which it finds at the last step.
    private func endedAtTheRename(
        _ step: Step, _ texts: [String], in staging: Staging, replaces: Bool = false
    ) async throws -> Bool {
        let staged = try await sealed(step, texts, in: staging)
        try staged.folder.remove(ToolLayout.content)
        do {
            _ = try commit(staged, replaces: replaces)
            return false
        } catch {
            return error.isMissing
        }
    }
}
