import AssetModel
import Testing
import Words

@testable import AssetsCommand
@testable import Planning

@Suite("words for what planning finds out besides its failures")
struct ResolutionWordsTests {
    @Test("warnings, subjects of facts, and reasons to fetch again")
    func all() throws {
        let (name, pin) = (try AssetName("nlp/x"), try pin("nlp/x:1.4"))
        let old = try #require(VersioningSystem.majorMinor.version("1.4"))
        let new = try #require(VersioningSystem.majorMinor.version("2.0"))
        let first = try demand("nlp/x:1", line: 3)
        let shares = [
            ResolutionWarning.Share(version: new, demands: [try demand("nlp/x:2", line: 4)]),
            ResolutionWarning.Share(version: old, demands: [first]),
        ]
        let warnings: [ResolutionWarning] = [
            .modelkitPart(try demand("nlp/x:1[en]", line: 5)), .sideBySide(name, shares),
            .sideBySide(name, shares + shares.prefix(1)),
            .noList(name, chosen: [new], .missing(address: "s3://acme/x")),
            .noList(name, chosen: [new], .malformed(address: "s3://acme/x", AnyErrorDetail("not JSON"))),
            .notInStore(pin, inStore: [new]), .notInStore(pin, inStore: []),
            .modelkitTakes(new, for: first, in: old, major: old),
        ]
        let subjects: [FactSubject] = [
            .versions(name), .localState(pin), .dependencies(pin), .files(pin), .contents(pin),
        ]
        let reasons: [RefetchReason] = [
            .forced, .moreFiles, .incomplete(.noMarker), .incomplete(.part("en", .link)), .planned(nil),
        ]
        let lines = warnings.sentences + subjects.map { "cannot determine \($0.words)" } + reasons.map(\.words)
        try expectGolden(lines.map { $0 + "\n" }.joined(), "details-planning.txt")
    }

    private func demand(_ text: String, line: Int) throws -> Demand {
        Demand(
            specification: try AssetSpecification(parsing: text, in: .majorMinor), chain: [.entry(text, line: line)],
            excerpt: nil)
    }

    private func pin(_ text: String) throws -> AssetPin { try TerminalTests.pin(text) }
}
