import AssetsTestSupport
import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import FileSystem

@Suite struct DirectoryTests {
    @Test func makesWhatIsMissingWithItsModes() async throws {
        try await withTemporaryDirectory { path async throws in
            let root = try Directory.open(path)
            let folder = try root.makeDirectory("a/b/c")
            #expect(folder.path == path + "/a/b/c")
            #expect(try root.makeDirectory("a/b/c").status().inode == folder.status().inode)
            #expect(try mode(path + "/a/b") == 0o755)
        }
    }

    @Test(arguments: ["..", ".", "a/../..", "a/./b"])
    func refusesDots(_ way: String) async throws {
        try await withTemporaryDirectory { path async throws in
            let root = try Directory.open(path)
            _ = try root.makeDirectory("a/b")
            #expect(throws: FileError.self) { try root.directory(way) }
            #expect(throws: FileError.self) { try root.makeDirectory(way) }
        }
    }

    @Test func followsNoLink() async throws {
        try await withTemporaryDirectory { path async throws in
            try write("secret", to: path + "/outside/file")
            let root = try Directory.open(path).makeDirectory("inside")
            try FileManager.default.createSymbolicLink(
                atPath: path + "/inside/folder", withDestinationPath: path + "/outside")
            try FileManager.default.createSymbolicLink(
                atPath: path + "/inside/file", withDestinationPath: path + "/outside/file")
            for attempt in [
                { _ = try root.directory("folder") }, { _ = try root.makeDirectory("folder/x") },
                { _ = try root.openFile("file") }, { _ = try root.createFile("file") },
                { _ = try root.createLog("file") },
            ] as [() throws -> Void] {
                let error = #expect(throws: FileError.self) { try attempt() }
                #expect(error?.refusal == .symbolicLink)
            }
            #expect(try tree(path + "/outside") == ["file": "secret"])
        }
    }

    @Test func removesATreeAndNoLinkedOne() async throws {
        try await withTemporaryDirectory { path async throws in
            try write("kept", to: path + "/outside/file")
            try write("x", to: path + "/a/b/c")
            try FileManager.default.createSymbolicLink(atPath: path + "/a/link", withDestinationPath: path + "/outside")
            let root = try Directory.open(path)
            try root.remove("a")
            try root.remove("a")
            #expect(try tree(path) == ["outside": "/", "outside/file": "kept"])
        }
    }

    @Test func exchangesAFileAndAFolder() async throws {
        try await withTemporaryDirectory { path async throws in
            try write("new", to: path + "/staging/content/x")
            try write("old", to: path + "/place/1.0")
            let root = try Directory.open(path)
            try root.directory("staging").exchange("content", with: root.directory("place"), "1.0")
            #expect(
                try tree(path) == [
                    "staging": "/", "staging/content": "old", "place": "/", "place/1.0": "/", "place/1.0/x": "new",
                ])
        }
    }

    @Test(arguments: [(0, 11), (3, 7), (5, 5), (8, 100)] as [(Int64, Int64)])
    func copiesRanges(_ start: Int64, _ end: Int64) async throws {
        try await withTemporaryDirectory { path async throws in
            try write("hello world", to: path + "/source")
            let (source, target) = (
                try File.openForReading(path + "/source"), try Directory.open(path).createFile("target")
            )
            let count = try target.copy(from: source.descriptor, start..<end, to: 2)
            #expect(count == min(end, 11) - start)
            let expected = Array("hello world".utf8)[Int(start)..<min(Int(end), 11)]
            #expect(try target.readAll(limit: 100).dropFirst(2).elementsEqual(expected))
        }
    }

    @Test func copiesFromWhatTheKernelCannotCopy() async throws {
        try await withTemporaryDirectory { path async throws in
            // /proc answers copy_file_range with 0 or an error; reading works.
            let source = try File.openForReading("/proc/self/status")
            let target = try Directory.open(path).createFile("target")
            #expect(try target.copy(from: source.descriptor, 0..<5, to: 0) == 5)
            #expect(try target.readAll(limit: 100) == Array("Name:".utf8))
        }
    }

    @Test func locksExcludeEachOther() async throws {
        try await withTemporaryDirectory { path async throws in
            let root = try Directory.open(path)
            let first = try root.createFile("lock")
            let second = try root.createFile("lock")
            #expect(try first.tryLock())
            #expect(try !second.tryLock())
        }
    }

    @Test func waitsForACallNoLongerThanUntilItIsCancelled() async throws {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        await withThrowingTaskGroup(of: Int.self) { group in
            // Ends only when somebody writes, which happens after the wait for it is over.
            group.addTask {
                try await DiskQueue.shared.runUntilCancelled {
                    var byte: UInt8 = 0
                    return read(reading, &byte, 1)
                }
            }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(write(writing, [1], 1) == 1)
        #expect(try await DiskQueue.shared.runUntilCancelled { 7 } == 7)
    }

    @Test func readsNoMoreThanTheLimit() async throws {
        try await withTemporaryDirectory { path async throws in
            try write("12345", to: path + "/x")
            let root = try Directory.open(path)
            #expect(try root.contents(of: "x", limit: 5) == Array("12345".utf8))
            #expect(throws: FileError(path: path + "/x", attempt: .read, code: 27)) {
                try root.contents(of: "x", limit: 4)
            }
            #expect(try root.contents(of: "y", limit: 4) == nil)
        }
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}

@Suite struct DiskQueueTests {
    @Test(
        "two threads a processor, from 4 to 64",
        arguments: [(1, 4), (2, 4), (3, 6), (8, 16), (32, 64), (33, 64), (256, 64)])
    func threads(_ processors: Int, _ threads: Int) {
        #expect(DiskQueue.threads(processors: processors) == threads)
    }

    @Test("as many calls run at the same time as there are threads")
    func runsAtTheSameTime() async {
        let meeting = Meeting()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<DiskQueue.threads {
                group.addTask { await DiskQueue.shared.run { meeting.wait(for: DiskQueue.threads) } }
            }
        }
        #expect(meeting.arrived.withLock { $0 } == DiskQueue.threads)
    }

    /// Whoever comes waits for all the others.
    private final class Meeting: Sendable {
        let arrived = Mutex(0)

        func wait(for all: Int) {
            arrived.withLock { $0 += 1 }
            while arrived.withLock({ $0 < all }) { usleep(100) }
        }
    }
}
