import AssetModel
import AssetsTestSupport
import FileSystem
import NIOCore
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What is in a staged file and in its journal after each write of a part.
@Suite("Writing parts") struct PartWriterTests {
    private static let mebibyte = 1 << 20

    @Test("nothing of a whole object is noted before its last byte is written, and then the object and all of it")
    func whole() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            var writer = writer(0..<6, of: 6, into: staged, isWhole: true)
            #expect(try write("012", with: &writer) == nil)
            #expect(try lines(of: staged, in: staging) == [])
            #expect(try write("345", with: &writer, isLast: true)?.sha256 == SHA256Digest(of: "012345"))
            #expect(try content(in: staging) == "012345")
            #expect(try lines(of: staged, in: staging) == ["object\t\t6\tt\t\t\t", "part\t\t0\t6"])
        }
    }

    @Test("a part is written where it belongs, and noted behind its last byte")
    func part() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            try staged.openEmpty(0).write("..........")
            var writer = writer(4..<8, of: 10, into: staged)
            #expect(try write("45", with: &writer) == nil)
            #expect(try lines(of: staged, in: staging) == [])
            #expect(try write("67", with: &writer, isLast: true) == nil)
            #expect(try content(in: staging) == "....4567..")
            #expect(try lines(of: staged, in: staging) == ["part\t\t4\t8"])
        }
    }

    @Test("a long part is noted now and then, so that a kill takes little of it, and each byte once")
    func longPart() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            _ = try staged.openEmpty(0)
            let (half, size) = (Self.mebibyte / 2, Int64(3 * Self.mebibyte))
            var writer = writer(0..<size, of: 2 * size, into: staged)
            var counts: [Int] = []
            for step in 1...6 {
                _ = try write(String(repeating: "x", count: half), with: &writer, isLast: step == 6)
                counts.append(try lines(of: staged, in: staging).count)
            }
            #expect(counts == [0, 1, 1, 2, 2, 3])
            #expect(
                try lines(of: staged, in: staging) == [
                    "part\t\t0\t1048576", "part\t\t1048576\t2097152", "part\t\t2097152\t3145728",
                ])
        }
    }

    @Test("a long whole object is noted now and then too, behind the line that tells what it is")
    func longWhole() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let size = Int64(2 * Self.mebibyte)
            var writer = writer(0..<size, of: size, into: staged, isWhole: true)
            var counts: [Int] = []
            for step in 1...2 {
                let text = String(repeating: "x", count: Self.mebibyte)
                let digests = try write(text, with: &writer, isLast: step == 2)
                #expect((digests == nil) == (step == 1))
                counts.append(try lines(of: staged, in: staging).count)
            }
            #expect(counts == [2, 3])
            #expect(
                try lines(of: staged, in: staging) == [
                    "object\t\t2097152\tt\t\t\t", "part\t\t0\t1048576", "part\t\t1048576\t2097152",
                ])
        }
    }

    @Test("what a content that came damaged left in the journal is taken back before another takes its place")
    func longWholeAgain() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let size = Int64(2 * Self.mebibyte)
            for _ in 1...2 {
                var writer = writer(0..<size, of: size, into: staged, isWhole: true)
                _ = try write(String(repeating: "x", count: Self.mebibyte), with: &writer)
                _ = try writer.open()
            }
            var again = writer(0..<size, of: size, into: staged, isWhole: true)
            _ = try again.open()
            let journal = try #require(Journal(text: try staging.journal(of: staged)))
            #expect(journal.objects[nil]?.done == [])
            #expect(try content(in: staging) == "")
        }
    }

    @Test("an object that does not have the checksum told of it is not noted")
    func fault() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            let checksum = ObjectChecksum(.crc32, [0, 0, 0, 0])
            staged.objects[0].begin(ObjectAttributes(size: 3, entityTag: nil, checksum: checksum))
            var writer = writer(0..<3, of: 3, into: staged, isWhole: true)
            #expect(try write("012", with: &writer, isLast: true)?.fault != nil)
            #expect(try lines(of: staged, in: staging) == [])
            #expect(staged.objects[0].digests == nil)
        }
    }

    @Test("a file whose name the cache shares is not written through: the others keep theirs")
    func sharedFile() async throws {
        try await withStaging { staging async throws in
            let staged = try await staging.claim(try .file("a", "1.0"))
            try AssetsTestSupport.write("cached", to: "\(staging.path)/cached")
            try staging.directory.link("cached", to: staged.folder, as: ToolLayout.content)
            var writer = writer(0..<3, of: 3, into: staged, isWhole: true)
            _ = try write("new", with: &writer, isLast: true)
            #expect(try content(in: staging) == "new")
            #expect(try text(of: "\(staging.path)/cached") == "cached")
        }
    }

    private func writer(
        _ range: Range<Int64>, of size: Int64, into staged: StagedAsset, isWhole: Bool = false
    ) -> PartWriter {
        let part = TransferMachine.Part(asset: 0, object: 0, range: range, entityTag: nil, isFirst: isWhole)
        let download = ObjectDownload(
            attributes: ObjectAttributes(size: size, entityTag: "t"), range: range, body: .stream(Chunks([], size: 1)))
        return PartWriter(part: part, download: download, staged: staged, isWhole: isWhole)
    }

    /// Writes a text in two chunks, and goes on behind it.
    private func write(_ text: String, with writer: inout PartWriter, isLast: Bool = false) throws -> ContentDigests? {
        let bytes = Array(text.utf8)
        let chunks = [ByteBuffer(bytes: bytes[..<1]), ByteBuffer(bytes: bytes[1...])]
        try writer.put(chunks, into: try writer.open())
        try writer.advance(past: chunks)
        return isLast ? try writer.finish() : nil
    }

    private func content(in staging: Staging) throws -> String {
        try text(of: "\(staging.path)/.modelkit-assets/staging/a/@1.0/content")
    }
}
