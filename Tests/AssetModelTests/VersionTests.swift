import AssetModel
import Testing

private func version(_ text: String, in system: VersioningSystem = .majorMinor) throws -> AssetVersion {
    try #require(system.version(text), "not a version: \(text)")
}

@Suite("Versions")
struct VersionTests {
    static let majorMinorTexts: [String: Bool] = [
        "0": true, "1": true, "1.4": true, "10.3": true, "007.05": true, "99999999999999999999999.1": true,
        "": false, ".": false, "1.": false, ".1": false, "1.2.3": false, "v1": false, "1.x": false, "-1": false,
        "1 ": false, "1e3": false, "0x10": false, "١": false, "1,4": false,
    ]

    @Test(
        "major_minor reads",
        arguments: majorMinorTexts)
    func majorMinor(text: String, isVersion: Bool) {
        #expect((VersioningSystem.majorMinor.version(text) != nil) == isVersion)
    }

    static let simpleDateTexts: [String: Bool] = [
        "2024-03-01T12-30-00Z": true, "2024-03-01T12:30:00Z": false, "2024-03-01": false, "1.4": false,
        "2024-03-01T12-30-00": false, "2024-03-01t12-30-00Z": false, "2024-3-01T12-30-000Z": false,
    ]

    @Test(
        "simple_date reads",
        arguments: simpleDateTexts)
    func simpleDate(text: String, isVersion: Bool) {
        #expect((VersioningSystem.simpleDate.version(text) != nil) == isVersion)
    }

    static let pairsInOrder: [(String, String)] = [
        ("0.0", "0.1"), ("0.9", "0.10"), ("1.9", "10.3"), ("1", "1.1"), ("1", "1.0"), ("1.07", "1.7"), ("2.9", "10.0"),
        ("9", "10"), ("1.9223372036854775807", "1.9223372036854775808"), ("01.2", "1.3"),
        ("1.99999999999999999999", "2"),
    ]

    @Test(
        "a version comes before the next",
        arguments: pairsInOrder)
    func order(lower: String, higher: String) throws {
        let (lower, higher) = (try version(lower), try version(higher))
        #expect(lower < higher)
        #expect(!(higher < lower))
        #expect(lower != higher)
    }

    @Test func `dates order by time`() throws {
        let texts = ["1999-12-31T23-59-59Z", "2024-02-29T00-00-00Z", "2024-03-01T00-00-00Z", "2024-03-01T00-00-01Z"]
        let versions = try texts.map { try version($0, in: .simpleDate) }
        #expect(versions.reversed().sorted() == versions)
    }

    @Test func `only a version with a minor is complete in major_minor, and every date`() throws {
        #expect(!VersioningSystem.majorMinor.isComplete(try version("1")))
        #expect(VersioningSystem.majorMinor.isComplete(try version("1.0")))
        #expect(VersioningSystem.simpleDate.isComplete(try version("2024-03-01T12-30-00Z", in: .simpleDate)))
    }
}

@Suite("Requirements")
struct RequirementTests {
    /// The versions of the world in which the truth tables are read.
    static let versions = ["0.9", "1.0", "1.4", "2.9", "3.0", "3.1", "3.9", "4.0", "10.3", "30.1"]

    static let metVersions: [(String, [String])] = [
        ("1", ["1.0", "1.4"]), ("3", ["3.0", "3.1", "3.9"]), ("10", ["10.3"]), ("1.4", ["1.4"]), ("1.04", []),
        ("0", ["0.9"]), ("01", ["1.0", "1.4"]), ("5", []), ("", versions), ("latest", versions), ("  ", versions),
        // Of a comparator's doc comment: an incomplete version stands for all of its versions.
        (">3", ["4.0", "10.3", "30.1"]), (">=3", ["3.0", "3.1", "3.9", "4.0", "10.3", "30.1"]),
        ("<3", ["0.9", "1.0", "1.4", "2.9"]), ("<=3", ["0.9", "1.0", "1.4", "2.9", "3.0", "3.1", "3.9"]),
        ("=3", ["3.0", "3.1", "3.9"]), ("==3", ["3.0", "3.1", "3.9"]),
        ("!=3", ["0.9", "1.0", "1.4", "2.9", "4.0", "10.3", "30.1"]),
        (">3.1", ["3.9", "4.0", "10.3", "30.1"]), (">=3.1", ["3.1", "3.9", "4.0", "10.3", "30.1"]),
        ("<3.1", ["0.9", "1.0", "1.4", "2.9", "3.0"]), ("<=3.1", ["0.9", "1.0", "1.4", "2.9", "3.0", "3.1"]),
        ("=3.1", ["3.1"]), ("!=3.1", ["0.9", "1.0", "1.4", "2.9", "3.0", "3.9", "4.0", "10.3", "30.1"]),
        (">=3.1, <4", ["3.1", "3.9"]), (">=3.1,<4,!=3.9", ["3.1"]), (" >= 3.1 ,\t< 4 ", ["3.1", "3.9"]), (">4, <3", []),
    ]

    @Test(
        "a requirement takes exactly",
        arguments: metVersions)
    func truthTable(text: String, met: [String]) throws {
        let requirement = try VersionRequirement(parsing: text, in: .majorMinor)
        let all = try Self.versions.map { try version($0) }
        #expect(all.filter(requirement.isMet).map(\.text) == met)
    }

    static let refusedTexts: [(String, VersionRequirementFault)] = [
        ("v1", VersionRequirementFault.notAVersion("v1")), ("1.2.3", .notAVersion("1.2.3")), (">=x", .notAVersion("x")),
        (">=", .notAVersion("")), (">=1,", .notAComparator("")), (">=1, 4", .notAComparator("4")),
        ("1, >2", .notAVersion("1, >2")),
        ("!1", .notAComparator("!1")), ("=>1", .notAVersion(">1")), ("~1", .notAVersion("~1")),
        ("^1", .notAVersion("^1")),
    ]

    @Test(
        "a requirement is refused",
        arguments: refusedTexts)
    func refused(text: String, fault: VersionRequirementFault) {
        #expect(throws: fault) { try VersionRequirement(parsing: text, in: .majorMinor) }
    }

    static let exclusions: [(String, String, Bool)] = [
        ("1", "2", true), ("1", "1.4", false), ("1", "2.4", true), ("1.4", "1.3", true), ("1.4", "latest", false),
        ("1", "10", true), ("<1", "1.4", true), ("<2", "1.4", false), ("<1", ">2", false),
    ]

    @Test(
        "two requirements exclude each other for certain",
        arguments: exclusions)
    func excludes(one: String, other: String, expected: Bool) throws {
        let one = try VersionRequirement(parsing: one, in: .majorMinor)
        let other = try VersionRequirement(parsing: other, in: .majorMinor)
        #expect(one.excludes(other) == expected)
        #expect(other.excludes(one) == expected)
    }
}
