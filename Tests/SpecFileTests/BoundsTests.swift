import AssetModel
import Foundation
import Planning
import SpecFile
import Testing

/// Hostile and large files.
@Suite(.serialized)
struct BoundsTests {
    /// The most memory that this process has had, in bytes.
    private func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first) * 1024
    }

    private func laughs(_ depth: Int, width: Int) -> String {
        let rows = (1...depth).map { row in
            "  - &a\(row) [\(Array(repeating: "*a\(row - 1)", count: width).joined(separator: ", "))]"
        }
        return "version: 1\nassets:\n  - &a0 [lol]\n" + rows.joined(separator: "\n") + "\n"
    }

    @Test("a billion laughs stop in little memory", arguments: [(9, 10), (30, 2), (3, 1000), (60, 60)])
    func laughsStop(depth: Int, width: Int) throws {
        let before = try peakMemory()
        let found = Corpus.diagnostics(laughs(depth, width: width))
        #expect(found.map(\.code) == ["aliases-too-large"])
        #expect(try peakMemory() - before < 50 << 20)
    }

    @Test("a long text is charged by its length each time that an alias stands for it")
    func longTextIsCharged() {
        let text = String(repeating: "a", count: 100_000)
        let aliases = Array(repeating: "*long", count: 40).joined(separator: ", ")
        let found = Corpus.diagnostics("version: 1\nassets:\n  - name: a\n    groups: [&long \(text), \(aliases)]\n")
        #expect(found.map(\.code) == ["aliases-too-large"])
    }

    @Test("nesting stops at the bound", arguments: ["[", "{a: ", "- "])
    func nestingStops(open: String) {
        let found = Corpus.diagnostics("version: 1\nassets:\n  " + String(repeating: open, count: 100_000))
        #expect(found.map(\.code) == ["too-deep"])
    }

    @Test("a file of more than 16 MiB is not read")
    func sizeStops() {
        let found = Corpus.diagnostics("version: 1\nassets: []\n#" + String(repeating: "x", count: 16 << 20))
        #expect(found.map(\.code) == ["too-large"])
        #expect(Corpus.diagnostics("version: 1\nassets: []\n#" + String(repeating: "x", count: 1 << 20)).isEmpty)
    }

    @Test("more values than the bound are not read")
    func countStops() {
        let found = Corpus.diagnostics("version: 1\nassets: [" + String(repeating: "a,", count: 1_000_001) + "]")
        #expect(found.map(\.code) == ["too-large"])
    }

    @Test("the places on one long line share its text")
    func longLine() throws {
        let assets = (0..<20_000).map { "part-\($0):1.1" }.joined(separator: ", ")
        let before = try peakMemory()
        let manifest = try Corpus.read(Array("version: 1\nassets: [\(assets)]".utf8))
        #expect(manifest.entries.count == 20_000)
        #expect(try peakMemory() - before < 200 << 20)
    }

    @Test("a thousand faults are reported, and how many there are besides")
    func faultsStop() {
        let found = Corpus.diagnostics("version: 1\nassets:\n" + String(repeating: "  - a b\n", count: 1234))
        #expect(found.count == 1001)
        #expect(found.last?.message == "234 more errors not shown")
    }

    @Test("ten thousand entries with three dependencies each are read, and a circle through all of them is found")
    func largeFile() throws {
        let count = 10_000
        func file(last: String) -> String {
            let entries = (0..<count).map { index in
                let next = index + 1 < count ? "part-\(index + 1)" : last
                return
                    "  - {name: part-\(index), version: 1.2, depends_on: [\(next), \"x-\(index):1\", \"y-\(index):2.1\"]}\n"
            }
            return "version: 1\nassets:\n" + entries.joined()
        }
        let manifest = try Corpus.read(Array(file(last: "z").utf8))
        #expect(manifest.entries.count == count)
        #expect(manifest.entries.allSatisfy { $0.dependsOn.count == 3 })
        let found = Corpus.diagnostics(file(last: "part-0"))
        #expect(found.map(\.code) == ["circle"])
        #expect(found.first?.excerpt?.location.line == count + 2)
    }
}
