import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import Testing

@testable import Execution

/// What is left of the assets directory when a version is removed from it.
@Suite("Pruning") struct PrunerTests {
    @Test("a version goes with its marker and the folders that led to it alone")
    func lastVersion() async throws {
        for files in [nil, ["x": "one", "en/y": "two"]] as [[String: String]?] {
            try await withStaging { staging async throws in
                try staging.install("n/deep/a/1.0", files)
                try staging.install("n/b/1.0")
                #expect(try await remove("n/deep/a:1.0", in: staging) == .removed)
                #expect(
                    try tree(staging.path).filter { !$0.key.hasPrefix(".modelkit-assets") } == [
                        "n": "/", "n/b": "/", "n/b/1.0": "content of n/b/1.0", "n/b/.1.0.SUCCESS": "",
                    ])
                #expect(try staging.own("staging").filter { $0.value != "/" } == [:])
            }
        }
    }

    @Test("other versions of the asset stay")
    func otherVersions() async throws {
        try await withStaging { staging async throws in
            for version in ["1.0", "1.1", "11.0"] { try staging.install("a/\(version)") }
            #expect(try await remove("a:1.1", in: staging) == .removed)
            #expect(
                try staging.assets().keys.sorted() == ["a", "a/.1.0.SUCCESS", "a/.11.0.SUCCESS", "a/1.0", "a/11.0"])
        }
    }

    @Test("what was fetched in part goes with its record, and records of other versions stay")
    func part() async throws {
        try await withStaging { staging async throws in
            try write("one", to: "\(staging.path)/a/1.0/x")
            for version in ["1.0", "1.1"] {
                try write("x\n", to: "\(staging.path)/.modelkit-assets/partial/a/@\(version)")
            }
            #expect(try await remove("a:1.0", in: staging) == .removed)
            #expect(try staging.own("partial") == ["a": "/", "a/@1.1": "x\n"])
            #expect(try staging.assets() == [:])
        }
    }

    @Test("what is unmarked, or not there, is removed all the same")
    func unmarked() async throws {
        try await withStaging { staging async throws in
            try write("one", to: "\(staging.path)/a/1.0/x")
            for _ in 0..<2 {
                #expect(try await remove("a:1.0", in: staging) == .removed)
                #expect(try staging.assets() == [:])
            }
        }
    }

    @Test("a removal that was killed once the folder was out of sight is gone on with")
    func goesOn() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0", ["x": "one"])
            try write("an older one's", to: "\(staging.path)/.modelkit-assets/staging/a/@1.0.removed/x")
            #expect(try await remove("a:1.0", in: staging) == .removed)
            #expect(try staging.own("staging") == ["a": "/"])
            #expect(try staging.assets() == [:])
        }
    }

    @Test("an asset whose lock is held is in use, and nothing of it changes")
    func inUse() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0", ["x": "one"])
            let before = try tree(staging.path)
            let lock = try await AssetLock.tryAcquire(AssetName("a"), in: staging.directory)
            #expect(try await remove("a:1.0", in: staging) == .inUse)
            #expect(try tree(staging.path) == before)
            withExtendedLifetime(lock) {}
        }
    }

    @Test("the lock is given back")
    func lock() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0")
            #expect(try await remove("a:1.0", in: staging) == .removed)
            #expect(try await AssetLock.tryAcquire(AssetName("a"), in: staging.directory) != nil)
        }
    }

    @Test("a version with another asset in its folder stays, and which one is told", arguments: [nil, ["x": "two"]])
    func holds(_ inner: [String: String]?) async throws {
        try await withStaging { staging async throws in
            try staging.install("n/1.0", ["x": "one"])
            try staging.install("n/1.0/en/b/2.0", inner)
            let before = try staging.assets()
            #expect(try await remove("n:1.0", in: staging) == .holds(try testPin("n/1.0/en/b:2.0")))
            #expect(try staging.assets() == before)
            #expect(try await remove("n/1.0/en/b:2.0", in: staging) == .removed)
            #expect(try await remove("n:1.0", in: staging) == .removed)
            #expect(try staging.assets() == [:])
        }
    }

    @Test("what looks like another asset and is not whole keeps nothing")
    func holdsNothing() async throws {
        try await withStaging { staging async throws in
            try staging.install("n/1.0", ["b/2.0": "one"])
            #expect(try await remove("n:1.0", in: staging) == .removed)
            #expect(try staging.assets() == [:])
        }
    }

    @Test("a link goes, and what it leads to stays")
    func link() async throws {
        try await withTemporaryDirectory { outside async throws in
            try write("theirs", to: outside + "/x")
            try await withStaging { staging async throws in
                _ = try staging.directory.makeDirectory("a")
                try FileManager.default.createSymbolicLink(
                    atPath: "\(staging.path)/a/1.0", withDestinationPath: outside)
                #expect(try await remove("a:1.0", in: staging) == .removed)
                #expect(try staging.assets() == [:])
                #expect(try tree(outside) == ["x": "theirs"])
            }
        }
    }

    @Test("nothing is removed through a link")
    func throughALink() async throws {
        try await withTemporaryDirectory { outside async throws in
            try write("theirs", to: outside + "/1.0/x")
            try await withStaging { staging async throws in
                try FileManager.default.createSymbolicLink(
                    atPath: "\(staging.path)/a", withDestinationPath: outside)
                let failure = await thrown { _ = try await remove("a:1.0", in: staging) }
                #expect(failure?.contains("symbolicLink") == true)
                #expect(try tree(outside) == ["1.0": "/", "1.0/x": "theirs"])
            }
        }
    }

    private func remove(_ pin: String, in staging: Staging) async throws -> Pruner.Outcome {
        try await Pruner(directory: staging.directory).remove(try testPin(pin))
    }
}
