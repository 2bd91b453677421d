import AssetModel
import Testing

@testable import Planning

/// Which versions of one asset its demands get.
@Suite("Sharing versions") struct VersionSharingTests {
    private static let texts: [String] = ["10.3", "2.0", "1.10", "1.9", "1.0"]

    /// | what is asked for, in order | what each gets; nil where no version meets it |
    static let rows: [(asked: [String], got: [String?])] = [
        ([], []),
        (["a"], ["10.3"]),
        (["a", "a"], ["10.3", "10.3"]),
        // One version for all where one meets all: the first that does.
        (["a", "a:1"], ["1.10", "1.10"]),
        (["a:1", "a <1.10"], ["1.9", "1.9"]),
        // The version that meets the most demands comes first; what is left gets the most that is left.
        (["a:2", "a:1", "a >=1.10"], ["2.0", "1.10", "2.0"]),
        (["a:10", "a:1.0", "a <=2.0"], ["10.3", "1.0", "1.0"]),
        // Each demand weighs by how often it is made.
        (["a:2.0", "a >=2, <9", "a >=10"], ["2.0", "2.0", "10.3"]),
        (["a =1", "a =2", "a =2", "a <3"], ["1.10", "2.0", "2.0", "2.0"]),
        (["a =1", "a =1", "a =2", "a <3"], ["1.10", "1.10", "2.0", "2.0"]),
        (["a:1.10", "a >=1.10, <10", "a >=2"], ["1.10", "2.0", "2.0"]),
        (["a:1.10", "a:1.10", "a >=1.10, <10", "a >=2"], ["1.10", "1.10", "1.10", "10.3"]),
        // What no version meets keeps nobody from sharing.
        (["a:7", "a", "a:1"], [nil, "1.10", "1.10"]),
        (["a:7", "a:7"], [nil, nil]),
    ]

    @Test("each demand gets the first of the versions taken that meets it", arguments: rows)
    func assigned(_ asked: [String], _ got: [String?]) throws {
        let assigned = try sharing(asked).assigned()
        #expect(asked.indices.map { assigned[$0]?.text } == got)
    }

    /// | what is asked for, in order | the demands that nothing meets, by requirement |
    static let unmetRows: [(asked: [String], unmet: [[Int]])] = [
        (["a", "a:1"], []), (["a:7", "a", "a:8", "a:7"], [[0, 3], [2]]), (["a >2, <10"], [[0]]),
    ]

    @Test("what no version meets is told by requirement", arguments: unmetRows)
    func unmet(_ asked: [String], _ unmet: [[Int]]) throws {
        #expect(try sharing(asked).unmet == unmet)
    }

    @Test("where there are no versions, nothing is met and nothing clashes")
    func noVersions() throws {
        let sharing = VersionSharing([try specification("a").requirement], versions: [])
        #expect(sharing.assigned() == [:])
        #expect(sharing.unmet == [[0]])
        #expect(sharing.clash() == [])
    }

    /// | what is asked for, in order | the demands that no one version meets, each needed for that |
    static let clashes: [(asked: [String], clash: [Int])] = [
        ([], []), (["a", "a:1"], []), (["a:1", "a:2"], [0, 1]), (["a", "a:1", "a <2", "a:2"], [2, 3]),
        // What no version meets is no part of it.
        (["a:7", "a:1", "a"], []), (["a:7", "a:1", "a:2"], [1, 2]),
        // Of those that ask for the same, the first.
        (["a:1", "a:1", "a:2", "a:2"], [0, 2]),
        // Two of these three share a version each, and all three none.
        (["a !=1", "a <=2.0", "a !=2"], [0, 1, 2]),
    ]

    @Test("a clash is the demands that make it, and no others", arguments: clashes)
    func clash(_ asked: [String], _ clash: [Int]) throws {
        #expect(try sharing(asked).clash() == clash)
    }

    private func sharing(_ asked: [String]) throws -> VersionSharing {
        let versions = Self.texts.compactMap(VersioningSystem.majorMinor.version)
        return VersionSharing(try asked.map { try specification($0).requirement }, versions: versions)
    }
}
