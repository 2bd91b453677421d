import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What is tidied up once the assets are there.
@Suite("Housekeeping") struct HousekeepingTests {
    // MARK: Times

    @Test("a folder's time is the latest of what stands in it, up to the assets directory, dots left out")
    func folderTimes() async throws {
        try await withStaging { staging async throws in
            for (place, time) in ["n/deep/a/1.0": 10, "n/deep/a/1.1": 30, "n/b/1.0": 20, "n/deep/a/.SUCCESS": 99] {
                try write("x", to: "\(staging.path)/\(place)")
                try setTime(time, of: place, in: staging)
            }
            try tidy(plan(.file("n/deep/a", "1.0"), .file("n/b", "1.0")), in: staging)
            for (folder, time) in ["n/deep/a": 30, "n/deep": 30, "n/b": 20, "n": 30] {
                #expect(try staging.status(folder).modified == time, "\(folder)")
            }
            #expect(try staging.directory.status().modified == 30)
        }
    }

    @Test("folders of assets that are in no plan keep their time")
    func otherFolders() async throws {
        try await withStaging { staging async throws in
            for place in ["a/1.0", "other/1.0"] { try write("x", to: "\(staging.path)/\(place)") }
            try setTime(10, of: "a/1.0", in: staging)
            try setTime(77, of: "other", in: staging)
            try tidy(plan(.file("a", "1.0")), in: staging)
            #expect(try staging.status("a").modified == 10)
            #expect(try staging.status("other").modified == 77)
        }
    }

    @Test("locks and their folders have a fixed time, and without one 0", arguments: [nil, 5] as [Int64?])
    func lockTimes(_ fixedTime: Int64?) async throws {
        try await withStaging { staging async throws in
            _ = try await AssetLock.tryAcquire(AssetName("n/a"), in: staging.directory)
            try tidy(plan(.file("n/a", "1.0")), in: staging, fixedTime: fixedTime)
            for place in [".cache", ".cache/n", ".cache/n/a.lock"] {
                #expect(try staging.status(place).modified == fixedTime ?? 0, "\(place)")
            }
        }
    }

    // MARK: The tool's own folder

    @Test("the tool's folder goes where nothing is left in it, and stays with what is")
    func ownFolder() async throws {
        let rows: [(before: [String], after: [String])] = [
            (["staging/a/"], []), (["partial/n/", "replaced/n/", "staging/"], []),
            (["partial/a/@1.0", "staging/"], ["partial", "partial/a", "partial/a/@1.0"]),
            (["applying", "staging/"], ["applying"]),
            (["replaced/a/@1.0/x"], ["replaced", "replaced/a", "replaced/a/@1.0", "replaced/a/@1.0/x"]),
        ]
        for row in rows {
            try await withStaging { staging async throws in
                for place in row.before { try make(".modelkit-assets/\(place)", in: staging) }
                try tidy(plan(), in: staging)
                let left = row.after.map { ".modelkit-assets/\($0)" }
                #expect(try tree(staging.path).keys.sorted() == (left.isEmpty ? [] : [".modelkit-assets"] + left))
            }
        }
    }

    @Test("it is due where a run ended before it had tidied up")
    func due() async throws {
        let rows: [(String?, Bool)] = [
            (nil, false), ("", true), ("staging/a/@1.0/journal", true), ("staging/", true), ("partial/a/@1.0", false),
            ("replaced/a/@1.0", false), ("applying", false),
        ]
        for (place, isDue) in rows {
            try await withStaging { staging async throws in
                if let place { try make(".modelkit-assets/\(place)", in: staging) }
                let housekeeping = Housekeeping(directory: staging.directory, fixedTime: nil)
                #expect(housekeeping.isDue == isDue, "\(place ?? "nothing")")
            }
        }
    }

    /// A file, or with a slash at its end a folder.
    private func make(_ place: String, in staging: Staging) throws {
        if place.hasSuffix("/") {
            _ = try staging.directory.makeDirectory(String(place.dropLast()))
        } else {
            try write("", to: "\(staging.path)/\(place)")
        }
    }

    private func setTime(_ time: Int, of place: String, in staging: Staging) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(time))], ofItemAtPath: "\(staging.path)/\(place)")
    }
}
