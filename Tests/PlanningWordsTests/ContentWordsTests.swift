import AssetModel
import Planning
import Testing
import Words

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
                  required by a[en/word.txt] (assets.yaml:3)
                  similar paths: en/words.txt
                hint: did you mean `a:1.0[en/words.txt]`?
                at assets.yaml:3:5
                """
            ])
        #expect(
            text(.noSuchPart(pin, part: part, demand: demand, nearest: [])) == [
                """
                error[no-such-part] (5): `a:1.0` has no file or folder `en/word.txt`
                  required by a[en/word.txt] (assets.yaml:3)
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
                    error[empty-selection] (5): `include` and `exclude` match no files in `a:1.0`
                      required by a (assets.yaml:3)
                      include: `en/**`
                      exclude: `*.onnx`
                      files in the asset: f0, f1, f2, f3, f4, f5, f6, f7 and 12 more
                    hint: `modelkit-assets show a:1.0` lists all files
                    at assets.yaml:3:5
                    """
                ])
    }

    static let kinds: [(AssetKind, String, String, String)] = [
        (.file, "include", "directory assets; `a:1.0` is a file", "remove `include`"),
        (.file, "[en]", "directory assets; `a:1.0` is a file", "use `a:1.0` without `[en]`"),
        (.directory, "sha256", "file assets; `a:1.0` is a directory", "remove `sha256`"),
    ]

    @Test(arguments: kinds)
    func `what the kind of an asset does not allow`(kind: AssetKind, what: String, words: String, hint: String) throws {
        let failure = PlanningFailure.notForKind(
            try Example.pin("a:1.0"), kind: kind, what: what, demand: try Example.demand("a", line: 3))
        #expect(
            text(failure) == [
                """
                error[not-for-kind] (5): `\(what)` applies only to \(words)
                  required by a (assets.yaml:3)
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
                error[conflicting-digests] (5): conflicting `sha256` values for `a:1.0`
                  spec:  \(one)
                  spec:  \(other)
                  required by a (assets.yaml:3)
                  required by a:1 (assets.yaml:4)
                hint: keep the correct `sha256`
                at assets.yaml:3:5
                """
            ])
        #expect(
            text(.conflictingDigests(pin, [one], recorded: other, demands: [demands[0]])) == [
                """
                error[conflicting-digests] (5): `sha256` mismatch for `a:1.0`: the spec differs from the store
                  spec:  \(one)
                  store: \(other)
                  required by a (assets.yaml:3)
                hint: if the stored content is correct, write `sha256: \(other)`
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `nothing there and no store`() throws {
        let (pin, demands) = (try Example.pin("a:1.0"), [try Example.demand("a", line: 3)])
        let rest = """
              required by a (assets.yaml:3)
            hint: set MODELKIT_STORAGE_PROVIDER, pass --provider or write `storage:` in the spec; or put the asset there beforehand
            at assets.yaml:3:5
            """
        #expect(
            text(.notPresent(pin, reason: nil, isOffline: false, demands: demands)) == [
                "error[not-present] (5): `a:1.0` is not in the assets directory, and no storage provider is set\n"
                    + rest
            ])
        #expect(
            text(.notPresent(pin, reason: .noMarker, isOffline: false, demands: demands)) == [
                "error[not-present] (5): `a:1.0` in the assets directory is unusable, and no storage provider is set\n  found: no .SUCCESS marker\n"
                    + rest
            ])
        #expect(
            text(.notPresent(pin, reason: nil, isOffline: true, demands: demands)) == [
                """
                error[not-present] (5): `a:1.0` is not in the assets directory, and no storage provider is set
                  required by a (assets.yaml:3)
                hint: run without --offline, with a storage provider
                at assets.yaml:3:5
                """
            ])
    }

    @Test func `a store that cannot be reached is one problem, after the others`() throws {
        let failures: [PlanningFailure] = try (1...12).map { line in
            .fact(
                subject: .versions(try AssetName("a\(line)")), error: Unreachable(),
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
                  required by a1 (assets.yaml:1)
                  same error for 1 more: the versions of `a2`
                hint: try again
                at assets.yaml:1:5
                """
            ])
        #expect(problems[1].details.count == 2)
        #expect(problems[1].details.last?.hasPrefix("same error for 11 more: the versions of `a2`, ") == true)
        #expect(problems[1].exitStatus == 8)
    }

    @Test func `of many that require an asset the first are named`() throws {
        let demands = try (1...12).map { try Example.demand("a", line: $0) }
        let failure = PlanningFailure.fact(
            subject: .versions(try AssetName("a")), error: Unreachable(), demands: demands)
        let words = PlanningWords { _ in Problem(code: "unavailable", message: "no answer", exitStatus: 8) }
        let problems = words.problems(PlanningFailures([failure]))
        #expect(problems.map { $0.details.count } == [9])
        #expect(problems.first?.details.last == "and by 4 more")
    }
}
