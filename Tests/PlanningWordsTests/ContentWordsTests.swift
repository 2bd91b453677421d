import AssetModel
import Planning
import Testing

@testable import AssetsCommand

@Suite("What a person reads when contents do not fit")
struct ContentWordsTests {
    @Test func `a part that is not there`() throws {
        let (pin, part) = (try Example.pin("a:1.0"), try RelativePath("en/word.txt"))
        let demand = try Example.demand("a[en/word.txt]", line: 3)
        #expect(
            text(.noSuchPart(pin, part: part, demand: demand, nearest: [try RelativePath("en/words.txt")])) == [
                """
                error[no-such-part] (5): `a:1.0` has no file or folder `en/word.txt`
                  asked for: `a[en/word.txt]` (assets.yaml:3)
                  there is en/words.txt
                hint: did you mean `a:1.0[en/words.txt]`?
                at assets.yaml:3:5
                """
            ])
        #expect(
            text(.noSuchPart(pin, part: part, demand: demand, nearest: [])) == [
                """
                error[no-such-part] (5): `a:1.0` has no file or folder `en/word.txt`
                  asked for: `a[en/word.txt]` (assets.yaml:3)
                hint: `modelkit-assets show a:1.0` lists its files
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `a selection of nothing`() throws {
        let files = try (0..<20).map { try RelativePath("f\($0)") }
        let selection = FileSelection(include: [try #require(Glob("en/**"))], exclude: [try #require(Glob("*.onnx"))])
        #expect(
            text(
                .emptySelection(
                    try Example.pin("a:1.0"), selection, demand: try Example.demand("a", line: 3), files: files)) == [
                    """
                    error[empty-selection] (5): `include` and `exclude` leave no file of `a:1.0`
                      asked for: `a` (assets.yaml:3)
                      include takes `en/**`
                      exclude leaves out `*.onnx`
                      its files are f0, f1, f2, f3, f4, f5, f6, f7 and 12 more
                    hint: `modelkit-assets show a:1.0` lists all of its files
                    at assets.yaml:3:5
                    """
                ])
    }

    static let kinds: [(AssetKind, String, String, String)] = [
        (.file, "include", "one file", "remove `include`: it picks files of a directory asset"),
        (.file, "[en]", "one file", "write `a:1.0` without `[en]`"),
        (.directory, "sha256", "a directory", "remove `sha256`: it pins the content of a file asset"),
    ]

    @Test(arguments: kinds)
    func `what the kind of an asset does not allow`(kind: AssetKind, what: String, words: String, hint: String) throws {
        let failure = PlanningFailure.notForKind(
            try Example.pin("a:1.0"), kind: kind, what: what, demand: try Example.demand("a", line: 3))
        #expect(
            text(failure) == [
                """
                error[not-for-kind] (5): `a:1.0` is \(words), which `\(what)` is not for
                  asked for: `a` (assets.yaml:3)
                hint: \(hint)
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `contents that are not the same`() throws {
        let (pin, demands) = (
            try Example.pin("a:1.0"), [try Example.demand("a", line: 3), try Example.demand("a:1", line: 4)]
        )
        let (one, other) = (Example.digest(0x11), Example.digest(0x22))
        #expect(
            text(.conflictingDigests(pin, [one, other], recorded: nil, demands: demands)) == [
                """
                error[conflicting-digests] (5): `a:1.0` cannot have several contents
                  the spec: \(one)
                  the spec: \(other)
                  asked for: `a` (assets.yaml:3)
                  asked for: `a:1` (assets.yaml:4)
                hint: keep the `sha256` of the content that is meant
                at assets.yaml:3:5
                """
            ])
        #expect(
            text(.conflictingDigests(pin, [one], recorded: other, demands: [demands[0]])) == [
                """
                error[conflicting-digests] (5): the `sha256` of `a:1.0` is not the one that the store recorded
                  the spec: \(one)
                  the store: \(other)
                  asked for: `a` (assets.yaml:3)
                hint: if the recorded content is the one that is meant, write `sha256: \(other)`
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `nothing there and no store`() throws {
        let (pin, demands) = (try Example.pin("a:1.0"), [try Example.demand("a", line: 3)])
        let rest = """
              asked for: `a` (assets.yaml:3)
              no storage provider is set, so that nothing can be fetched
            hint: set `MODELKIT_STORAGE_PROVIDER` and resolve again, or put the asset there beforehand
            at assets.yaml:3:5
            """
        #expect(
            text(.notPresent(pin, reason: nil, demands: demands)) == [
                "error[not-present] (5): `a:1.0` is not in the assets directory\n" + rest
            ])
        #expect(
            text(.notPresent(pin, reason: "no .SUCCESS marker", demands: demands)) == [
                "error[not-present] (5): `a:1.0` is in the assets directory and cannot be used\n  found: no .SUCCESS marker\n"
                    + rest
            ])
    }

    @Test func `a store that cannot be reached is one problem, after the others`() throws {
        let failures: [PlanningFailure] = try (1...12).map { line in
            .fact(
                subject: "the versions of `a\(line)`", error: Unreachable(),
                demands: [try Example.demand("a\(line)", line: line)])
        }
        let words = PlanningWords { _ in Problem(code: "unavailable", message: "no answer", exitStatus: 8) }
        let problems = words.problems(PlanningFailures(failures + [.circle([try Example.pin("a:1.0")], demands: [])]))
        #expect(problems.map(\.code) == ["circle", "unavailable"])
        #expect(
            text(failures[1], failures[0]) == [
                """
                error[unavailable] (8): the store cannot be reached
                  connection refused
                  this keeps the versions of `a1` and the versions of `a2` unknown
                  asked for: `a1` (assets.yaml:1)
                  asked for: `a2` (assets.yaml:2)
                hint: try again
                at assets.yaml:1:5
                """
            ])
        #expect(problems[1].details.count == 10)
        #expect(problems[1].details.last == "asked for by 4 more")
        #expect(problems[1].exitStatus == 8)
    }
}
