import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import Planning
import Testing

@testable import Execution

@Suite struct ContentCacheTests {
    private static let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    private static let time: Int64 = 1_700_000_000

    // MARK: Adding and placing

    @Test func placesWhatWasAddedWithTheTimeThatIsWanted() async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "x/a")
            #expect(try shelf.place("one") == .placed(5))
            #expect(try shelf.place("two", time: 7) == .placed(5))
            #expect(try text(of: shelf.path + "/own/one") == "hello")
            #expect(try shelf.status("one").isDated(Self.time))
            #expect(try shelf.status("two").isDated(7))
            let extent = try shelf.cache.size()
            #expect((extent.entries, extent.bytes) == (1, 5))
        }
    }

    @Test func doesNotPlaceWhatItDoesNotHave() async throws {
        try await withShelf { shelf async throws in
            try write("old", to: shelf.path + "/own/one")
            #expect(try shelf.place("one") == .absent)
            #expect(try text(of: shelf.path + "/own/one") == "old")
        }
    }

    @Test func replacesALinkWithoutWritingToWhatItLeadsTo() async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            try write("others'", to: shelf.path + "/others")
            try FileManager.default.createSymbolicLink(
                atPath: shelf.path + "/own/one", withDestinationPath: shelf.path + "/others")
            #expect(try shelf.place("one") == .placed(5))
            #expect(try shelf.status("one").kind == .file)
            #expect(try text(of: shelf.path + "/others") == "others'")
        }
    }

    /// | shares blocks | entry's time, other links | then it is |
    /// | --- | --- | --- |
    /// | yes | any | a file of its own that shares the blocks |
    /// | no | the wanted one | a link |
    /// | no | another, none | a link, and the time is set |
    /// | no | another, some | a copy |
    @Test func linksWhereNobodyElseHasAnotherTime() async throws {
        try await withShelf { shelf async throws in
            guard try !shelf.sharesBlocks() else { return }
            try shelf.add("hello", as: "a")
            #expect(try shelf.place("same time") == .placed(5))
            #expect(try shelf.place("other time", time: 7) == .placed(5))
            try shelf.folder.remove("a")
            try shelf.folder.remove("same time")
            #expect(try shelf.place("only link", time: 9) == .placed(5))
            let (link, copy) = (try shelf.status("only link"), try shelf.status("other time"))
            #expect(link.linkCount == 2 && link.mode == 0o444 && link.isDated(9))
            #expect(copy.linkCount == 1 && copy.mode == 0o644 && copy.isDated(7))
        }
    }

    @Test func copiesToAnotherFileSystem() async throws {
        guard let memory = try? Directory.open("/dev/shm") else { return }
        let name = "modelkit-assets-\(UInt64.random(in: 0 ... .max))"
        let elsewhere = try memory.makeDirectory(name)
        defer { try? memory.remove(name) }
        try await withShelf { shelf async throws in
            try elsewhere.createFile("a").write("hello")
            try shelf.cache.add([CacheContent(digest: shelf.hello, path: "a")], from: elsewhere)
            let place = CachePlace(folder: elsewhere, name: "b", time: Self.time)
            #expect(try shelf.cache.place(shelf.hello, at: place) == .placed(5))
            let status = try #require(try elsewhere.status(of: "b"))
            #expect(status.mode == 0o644 && status.linkCount == 1 && status.isDated(Self.time))
            #expect(try tree(shelf.path + "/cache/v1/temporary").isEmpty)
        }
    }

    @Test func manyAddAndPlaceAtOnce() async throws {
        try await withShelf { shelf async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let cache = try ContentCache(in: try Directory.open(shelf.path + "/cache"))
                        let folder = try shelf.folder.makeDirectory("\(number)")
                        for round in 0..<50 {
                            try folder.createFile("a\(round)").write("hello")
                            try folder.setTime(of: "a\(round)", to: Int64(number))
                            try cache.add([CacheContent(digest: shelf.hello, path: "a\(round)")], from: folder)
                            let place = CachePlace(folder: folder, name: "b\(round)", time: Int64(number))
                            let placed = try cache.place(shelf.hello, at: place)
                            #expect(placed == .placed(5) || placed == .absent)
                            if number == 0 { _ = try cache.clean() }
                        }
                    }
                }
                try await group.waitForAll()
            }
            for number in 0..<8 {
                let folder = try shelf.folder.directory("\(number)")
                for name in try folder.entries() {
                    #expect(try folder.contents(of: name) == Array("hello".utf8))
                    #expect(try folder.status(of: name)?.isDated(Int64(number)) == true, "\(number)/\(name)")
                }
            }
        }
    }

    // MARK: Damage

    @Test(arguments: ["hellO", "", "hello and more"])
    func neitherUsesNorKeepsWhatIsDamaged(_ damaged: String) async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            try shelf.folder.remove("a")
            try write(damaged, to: shelf.entryPath)
            #expect(try shelf.place("one") == .damaged(.damaged(path: shelf.entryPath, otherLinks: 0)))
            #expect(try shelf.folder.entries().isEmpty)
            #expect(try shelf.place("one") == .absent)
        }
    }

    @Test func replacesAnEntryOfAnotherSizeThanItsContent() async throws {
        try await withShelf { shelf async throws in
            try write("hell", to: shelf.entryPath)
            try write("hello", to: shelf.path + "/own/a")
            let faults = try shelf.cache.add([CacheContent(digest: shelf.hello, path: "a")], from: shelf.folder)
            #expect(faults == [.damaged(path: shelf.entryPath, otherLinks: 0)])
            #expect(try text(of: shelf.entryPath) == "hello")
            #expect(try shelf.cache.has(shelf.hello, size: 5))
            #expect(try !shelf.cache.has(shelf.hello, size: 4))
        }
    }

    @Test(arguments: ["hellO", "hell"])
    func leavesOutOfAnArchiveWhatIsDamaged(_ damaged: String) async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            try shelf.folder.remove("a")
            try write(damaged, to: shelf.entryPath)
            let archive = try shelf.folder.createFile("archive")
            let exported = try shelf.cache.export(nil, to: ByteStream(archive.descriptor, name: "archive"))
            #expect(exported.extent == ContentCache.Extent())
            #expect(exported.faults == [.damaged(path: shelf.entryPath, otherLinks: 0)])
            #expect(!FileManager.default.fileExists(atPath: shelf.entryPath))
            let read = try File.openForReading(shelf.path + "/own/archive")
            let imported = try shelf.cache.importing(ByteStream(read.descriptor, name: "archive"))
            #expect(imported.extent == ContentCache.Extent())
            withExtendedLifetime((archive, read)) {}
        }
    }

    @Test func countsTheFilesThatAreDamagedWithAnEntry() async throws {
        try await withShelf { shelf async throws in
            guard try !shelf.sharesBlocks() else { return }
            try shelf.add("hello", as: "a")
            #expect(try shelf.place("one") == .placed(5))
            let file = try #require(try? File.openForReading(shelf.entryPath))
            try file.setMode(0o644)
            try shelf.folder.createFile("one").write("HELLO")
            #expect(try shelf.place("two") == .damaged(.damaged(path: shelf.entryPath, otherLinks: 2)))
        }
    }

    @Test func followsNoLinkThatStandsForAnEntry() async throws {
        try await withShelf { shelf async throws in
            try write("hello", to: shelf.path + "/others")
            try FileManager.default.createDirectory(
                atPath: shelf.path + "/cache/v1/sha256/2c", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: shelf.entryPath, withDestinationPath: shelf.path + "/others")
            #expect(try shelf.place("one") == .absent)
            #expect(try text(of: shelf.path + "/others") == "hello")
            #expect(try shelf.cache.size() == ContentCache.Extent())
        }
    }

    // MARK: Upkeep

    @Test func prunesWhatWasNotUsedForSoLong() async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            let now = Int64(Date().timeIntervalSince1970)
            #expect(try shelf.cache.prune(idleFor: 100, now: now + 90) == ContentCache.Extent())
            let removed = try shelf.cache.prune(idleFor: 100, now: now + 110)
            #expect((removed.entries, removed.bytes) == (1, 5))
            #expect(try shelf.cache.size() == ContentCache.Extent())
            #expect(try text(of: shelf.path + "/own/a") == "hello")
        }
    }

    @Test func aUseIsNoted() async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            let (parent, name) = ContentCache.location(of: shelf.hello)
            let folder = try shelf.cache.entries.directory(parent)
            try folder.setTime(of: name, to: Self.time)
            #expect(try folder.lastUse(of: name) == Self.time)
            #expect(try shelf.place("one") == .placed(5))
            #expect(try #require(try folder.lastUse(of: name)) > Self.time)
        }
    }

    @Test func anEntryThatIsLockedHoldsNobodyUp() async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            let held = try File.openForReading(shelf.entryPath)
            #expect(try held.tryLock())
            let place = CachePlace(folder: shelf.folder, name: "one", time: Self.time)
            guard case .busy = try shelf.cache.begin(shelf.hello, at: place, insistsOnLink: true) else {
                // On a file system that shares blocks nobody needs a link.
                return #expect(try shelf.place("one") == .placed(5))
            }
            #expect(try shelf.place("one") == .placed(5))
            #expect(try shelf.folder.status(of: "one")?.linkCount == 1)
            withExtendedLifetime(held) {}
        }
    }

    @Test func removesWhatKilledProcessesLeftAndNotWhatIsBeingMade() async throws {
        try await withShelf { shelf async throws in
            try write("half", to: shelf.path + "/cache/v1/temporary/1")
            let held = try shelf.cache.temporary.createNewFile("2")
            #expect(try held.tryLock())
            _ = try shelf.cache.prune(idleFor: 0, now: 0)
            #expect(try shelf.cache.temporary.entries() == ["2"])
            withExtendedLifetime(held) {}
        }
    }

    @Test func cleansWithoutFollowingLinks() async throws {
        try await withShelf { shelf async throws in
            try shelf.add("hello", as: "a")
            try write("others'", to: shelf.path + "/others/b")
            for link in ["v1/sha256/2c/out", "v1/sha256/ff", "v1/temporary/out"] {
                try FileManager.default.createSymbolicLink(
                    atPath: shelf.path + "/cache/" + link, withDestinationPath: shelf.path + "/others")
            }
            _ = try shelf.cache.clean()
            #expect(try text(of: shelf.path + "/others/b") == "others'")
            #expect(!FileManager.default.fileExists(atPath: shelf.entryPath))
        }
    }

    // MARK: The folder

    @Test func isTaggedForBackups() async throws {
        try await withShelf { shelf async throws in
            let tag = try text(of: shelf.path + "/cache/CACHEDIR.TAG")
            #expect(tag.hasPrefix("Signature: 8a477f597d28d172789f06886806bc55\n"))
            #expect(try Directory.open(shelf.path + "/cache").entries() == ["CACHEDIR.TAG", "v1"])
        }
    }

    @Test(arguments: ["notes.txt", "v1/sha256/2c/x", "CACHEDIR.TAG"])
    func refusesAFolderOfSomethingElse(_ file: String) async throws {
        try await withTemporaryDirectory { path async throws in
            try write("mine", to: path + "/" + file)
            let folder = try Directory.open(path)
            #expect(throws: FileError.self) { try ContentCache(in: folder) }
            #expect(throws: FileError.self) { try ContentCache.existing(in: folder) }
            #expect(try text(of: path + "/" + file) == "mine")
        }
    }

    @Test func anEmptyFolderIsNoCacheYet() async throws {
        try await withTemporaryDirectory { path async throws in
            #expect(try ContentCache.existing(in: try Directory.open(path)) == nil)
            #expect(try Directory.open(path).entries() == [])
        }
    }

    @Test func manyOpenAnEmptyFolderAtOnce() async throws {
        try await withTemporaryDirectory { path async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask { _ = try ContentCache(in: try Directory.open(path)) }
                }
                try await group.waitForAll()
            }
            #expect(try Directory.open(path).entries() == ["CACHEDIR.TAG", "v1"])
        }
    }

    // MARK: A cache and a folder beside it

    private struct Shelf: Sendable {
        let path: String
        let cache: ContentCache
        let folder: Directory
        let hello: SHA256Digest

        var entryPath: String { path + "/cache/v1/sha256/2c/" + ContentCacheTests.hello.dropFirst(2) }

        func add(_ text: String, as name: String) throws {
            try write(text, to: path + "/own/" + name)
            let (parent, last) = splitLast(name)
            try folder.directory(parent).setTime(of: last, to: ContentCacheTests.time)
            try cache.add([CacheContent(digest: hello, path: name)], from: folder)
        }

        func place(_ name: String, time: Int64 = ContentCacheTests.time) throws -> ContentCache.Placement {
            try cache.place(hello, at: CachePlace(folder: folder, name: name, time: time))
        }

        func status(_ name: String) throws -> FileStatus { try #require(try folder.status(of: name)) }

        func sharesBlocks() throws -> Bool {
            try folder.createFile("from").write("x")
            let shares = try folder.createFile("to").clone(try folder.openFile("from"))
            for name in ["from", "to"] { try folder.remove(name) }
            return shares
        }
    }

    private func withShelf(_ body: (Shelf) async throws -> Void) async throws {
        try await withTemporaryDirectory { path async throws in
            let root = try Directory.open(path)
            try await body(
                Shelf(
                    path: path, cache: try ContentCache(in: try root.makeDirectory("cache")),
                    folder: try root.makeDirectory("own"), hello: try #require(SHA256Digest(hex: Self.hello))))
        }
    }
}
