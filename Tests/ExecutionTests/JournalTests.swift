import AssetModel
import ObjectStore
import Testing

@testable import Execution

@Suite struct JournalTests {
    private let header = Journal.Header(bootID: "b", pushTime: 17, address: "memory/a b\t%\nc")

    @Test func readsWhatIsWritten() throws {
        let path = try RelativePath("en/a\tb\n%09")
        let text =
            header.line + Journal.line(object: path, ObjectAttributes(size: 10, entityTag: "\"x\""))
            + Journal.line(part: 0..<4, of: path) + Journal.line(object: nil, ObjectAttributes(size: 3, entityTag: nil))
            + Journal.line(part: 4..<10, of: path) + Journal.sealedLine
        let journal = try #require(Journal(text: text))
        #expect(journal.header == header)
        #expect(
            journal.objects[path]
                == ObjectProgress(ObjectAttributes(size: 10, entityTag: "\"x\""), done: [0..<4, 4..<10]))
        #expect(journal.objects[nil] == ObjectProgress(ObjectAttributes(size: 3, entityTag: nil), done: []))
        #expect(journal.isSealed)
    }

    /// However much of it a crash left, it never claims more than the whole lines do.
    @Test func everyBeginningIsWorthItsWholeLines() throws {
        let lines = [
            header.line, Journal.line(object: nil, ObjectAttributes(size: 12, entityTag: "t")),
            Journal.line(part: 0..<1, of: nil),
            Journal.line(part: 1..<12, of: nil), Journal.sealedLine,
        ]
        let text = lines.joined()
        for length in 0...text.utf8.count {
            let beginning = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            let whole = beginning.split(separator: "\n", omittingEmptySubsequences: false).dropLast().count
            let journal = Journal(text: beginning)
            #expect((journal != nil) == (whole > 0))
            #expect(journal?.objects[nil]?.done.count ?? 0 == max(0, min(whole - 2, 2)))
            #expect(journal?.isSealed ?? false == (whole == lines.count))
        }
    }

    @Test(
        arguments: [
            ([], [0..<4, 4..<8, 8..<10]),
            ([0..<4], [4..<8, 8..<10]),
            ([4..<8], [0..<4, 8..<10]),
            ([8..<10, 0..<4], [4..<8]),
            ([0..<10], []),
            ([0..<6, 4..<10], []),
            ([2..<3], [0..<2, 3..<7, 7..<10]),
        ] as [([Range<Int64>], [Range<Int64>])])
    func saysWhatIsMissing(_ done: [Range<Int64>], _ missing: [Range<Int64>]) {
        let progress = ObjectProgress(ObjectAttributes(size: 10, entityTag: nil), done: done)
        var parts = PendingParts(of: 0, 0, progress)
        #expect(missing.indices.map { _ in parts.next(size: 4, whole: 0)?.range } == missing)
        #expect(parts.next(size: 4, whole: 0) == nil && parts.isEmpty && parts.left == 0)
        #expect(progress.doneBytes == 10 - missing.reduce(0) { $0 + Int64($1.count) })
    }

    @Test func nothingIsMissingOfAnEmptyObject() {
        #expect(ObjectProgress(ObjectAttributes(size: 0, entityTag: nil), done: [0..<0]).missing == [])
    }

    @Test func makesThePartsOfALargeObjectOneByOne() {
        let progress = ObjectProgress(ObjectAttributes(size: 1 << 53, entityTag: nil), done: [0..<1])
        var queue = PartQueue(sizes: .fixed(1 << 20), concurrency: 2...2)
        queue.append(PendingParts(of: 0, 0, progress))
        #expect(queue.count == 1 << 33 - 1)
        let parts: [Range<Int64>] = [1..<1_048_577, 1_048_577..<2_097_153]
        #expect(queue.next(target: 2, pace: nil)?.range == parts[0])
        #expect(queue.next(target: 2, pace: nil)?.range == parts[1])
        #expect(queue.next(target: 2, pace: nil) == nil)
    }

    @Test func findsTheHolderOfALock() {
        let locks = """
            1: POSIX  ADVISORY  WRITE 11 fe:00:99 0 EOF
            2: FLOCK  ADVISORY  WRITE 12 fe:01:99 0 EOF
            3: FLOCK  ADVISORY  WRITE 13 fe:00:99 0 EOF
            3: -> FLOCK  ADVISORY  WRITE 14 fe:00:98 0 EOF
            """
        #expect(LockHolder.pid(device: 0xfe00, inode: 99, in: locks) == 13)
        #expect(LockHolder.pid(device: 0xfe00, inode: 97, in: locks) == nil)
    }
}
