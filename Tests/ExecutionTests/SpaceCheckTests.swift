import AssetsTestSupport
import FileSystem
import FoundationEssentials
import Planning
import Testing

@testable import Execution

@Suite struct SpaceNeedTests {
    /// | fetched, and what each replaces | the least room |
    static let rows: [([(Int64, Int64)], Int64)] = [
        ([], 0),
        ([(5, 0)], 5),
        ([(5, 0), (7, 0)], 12),
        // It stands beside what it replaces until it is whole.
        ([(5, 5)], 5),
        // One after the other.
        ([(5, 5), (5, 5), (5, 5)], 5),
        ([(5, 0), (3, 3)], 5),
        ([(5, 1), (5, 1)], 8),
        ([(1, 9), (7, 0)], 7),
        ([(.max, 0), (.max, 0)], .max),
        ([(.max, 0), (1, .max)], .max),
    ]

    @Test(arguments: rows)
    func leastRoom(_ assets: [(fetched: Int64, replaced: Int64)], _ bytes: Int64) {
        var need = SpaceNeed()
        for asset in assets { need.add(fetched: asset.fetched, replaced: asset.replaced) }
        #expect(need.bytes == bytes)
    }
}

@Suite struct SpaceCheckTests {
    @Test("a plan of more than there is does not fit, and how much is missing adds up")
    func tooMuch() async throws {
        try await withTemporaryDirectory { path in
            let directory = try Directory.open(path)
            let plan = Plan(
                steps: [try .file("a", "1.0", size: 1 << 60), try .file("b", "1.0", size: .max)], entries: [])
            let shortfall = try #require(try SpaceCheck(directory: directory, cache: nil).shortfall(of: plan))
            #expect(shortfall.needed == .max)
            #expect(shortfall.missing == .max - shortfall.free)
            #expect(shortfall.path == path)
        }
    }

    @Test("what is not known takes up nothing")
    func unknown() async throws {
        try await withTemporaryDirectory { path in
            let plan = Plan(steps: [try .file("a", "1.0"), try .directory("b", "1.0", ["x", "y"])], entries: [])
            #expect(try SpaceCheck(directory: try Directory.open(path), cache: nil).shortfall(of: plan) == nil)
        }
    }
}
