import AssetModel
import FileSystem
import Glibc
import ObjectStore
import Operations
import Testing
import Words

@testable import AssetsCommand
@testable import Execution
@testable import Operations
@testable import Planning

/// Whole messages, a golden a file of words. `Tests/python/test_message_goldens.py` looks for every sentence in them.
@Suite("words for locks, plans and what is verified")
struct LockWordsTests {
    private let path = try? RelativePath("en/words.txt")
    private let failure = FileError(path: "assets.lock", attempt: .open, code: EACCES)

    @Test("what is the matter with a lockfile, and what changes in it")
    func lock() throws {
        let changes = try changed()
        let faults: [LockFault] = [
            .besideStandardInput, .missing(path: "assets.lock", spec: "assets.yaml"),
            .ofPlanIsGone(path: "/srv/assets.lock"), .unreadable(failure, path: "assets.lock"),
            .unwritable(failure, path: "assets.lock"),
            .outdated(changes, path: "assets.lock", spec: "assets.yaml"),
            .outdated(try many(), path: "assets.lock", spec: "assets.yaml"),
            .notLocked(try AssetName("nlp/lexicon")),
        ]
        let lines = changes.lines(in: "assets.lock").map { $0 + "\n" }.joined()
        try expectGolden(goldenText(faults.map { Problem($0) }) + "\n" + lines, "words-lock.txt")
    }

    @Test("what is the matter with a saved plan")
    func plan() throws {
        let digest = String(repeating: "0", count: 8)
        let (pin, other) = (try self.pin("nlp/lexicon:2.0"), try self.pin("nlp/lexicon/2.0/words:1.0"))
        let part = try RelativePath("en")
        let damages: [SealedPlanFault] = [
            .unknownVersioning("roman"), .notAVersion("nlp/lexicon:x"), .notAnAction("burn"), .notADigest(digest),
            .notAChecksum("md6:0"), .value(AssetNameFault.emptyComponent), .value(RelativePathFault.absolute),
            .value(VersionRequirementFault.notAVersion("x")), .value(VersionRequirementFault.notAComparator("1 2")),
            .twice(pin), .waits(pin, for: other),
            .overlap(other, outer: pin), .entryWithoutAsset(pin),
            .entryNotMet(try specification("nlp/lexicon:1"), by: pin), .noSuchPart(pin, part),
            .fetchWithoutContent(pin), .keptWithContent(pin), .keptThoughAbsent(pin, was: "there in part"),
            .noFiles(pin), .size(-1, of: pin), .fileWithParts(pin), .noPath(pin), .fileTwice(pin),
            .fileAndFolder(pin, part),
        ]
        let faults: [PlanFault] =
            [
                .unreadable(failure, path: "plan.json"),
                .unreadable(FileError(path: "plan.json", attempt: .open, code: ENOENT), path: "plan.json"),
                .unwritable(failure, path: "plan.json"),
                .otherFormat("modelkit-assets/plan", version: 7, path: "plan.json"), .notAPlan(path: "plan.json"),
                .outdated(try planChanges(), path: "plan.json"),
                .outdated(Array(repeating: .directoryNotEmpty, count: 22), path: "plan.json"),
            ] + damages.map { .damaged($0, path: "plan.json") }
        try expectGolden(goldenText(faults.map { Problem($0) }), "words-plan.txt")
    }

    @Test("what verifying finds, and what Python modelkit would")
    func verify() throws {
        let digest = SHA256Digest(of: "words\n")
        let faults: [Verification.Fault] = [
            .init(.missing, path), .init(.missing), .init(.altered), .init(.extra, path), .init(.unmarked),
            .init(.altered, path, expected: digest, actual: FileDigest(sha256: SHA256Digest(of: ""), size: 0)),
            .init(.misplaced, path),
        ]
        var result = Verification.Result()
        result.faults = faults
        let verified = VerifiedAsset(pin: try pin("nlp/lexicon:2.0"), result: result)
        let rehearsals = [
            try rehearsal("nlp/lexicon", requiring: ">=1", found: nil, isModelkitString: false),
            try rehearsal("nlp/lexicon:2[en]", found: "nlp/lexicon:2.0", missing: "en"),
            try rehearsal("nlp/lexicon:2", found: nil), try rehearsal("nlp/lexicon", found: "nlp/lexicon:3.1"),
            try rehearsal("nlp/lexicon:2.0", found: "nlp/lexicon:2.0"),
        ]
        let problems: [Problem] = [
            .notVerified(1, of: 1, spec: "assets.yaml", lock: "assets.lock"),
            .notVerified(2, of: 3, spec: "assets.yaml", lock: "assets.lock"), .notFoundByModelkit(2, of: 5),
        ]
        let lines = (verified.lines + rehearsals.map(\.sentence)).map { $0 + "\n" }.joined()
        try expectGolden(lines + "\n" + goldenText(problems), "words-verify.txt")
    }

    // MARK: Made for it

    private func pin(_ text: String) throws -> AssetPin { try TerminalTests.pin(text) }

    private func specification(_ text: String) throws -> AssetSpecification {
        try AssetSpecification(parsing: text, in: .majorMinor)
    }

    private func rehearsal(
        _ requested: String, requiring comparators: String? = nil, found: String?, missing: String? = nil,
        isModelkitString: Bool = true
    ) throws -> ModelkitRehearsal.Entry {
        var requested = try specification(requested)
        if let comparators {
            requested = requested.requiring(try VersionRequirement(parsing: comparators, in: .majorMinor))
        }
        return ModelkitRehearsal.Entry(
            requested: requested, locked: try pin("nlp/lexicon:2.0"),
            found: try found.map { try pin($0) }, missingPart: try missing.map { try RelativePath($0) },
            isModelkitString: isModelkitString)
    }

    private func planChanges() throws -> [PlanChange] {
        let pin = try self.pin("nlp/lexicon:2.0")
        let differences: [ContentDifference] = [
            .kind(.file), .kind(.directory), .pushTime, .noFile(path), .digest(path), .digest(nil), .checksum(path),
            .size(path), .fileCount(recorded: 3, planned: 2), .dependency(try specification("nlp/tokenizer:1")),
        ]
        let address = "s3://acme-models/nlp/lexicon/2.0"
        return [
            .store(was: nil, now: "s3://acme-models"), .directory(was: "/a", now: "/b"), .directoryNotEmpty,
            .local(pin, was: "missing", now: "there in part"), .missingPart(pin, try RelativePath("en")),
            .gone(address: address),
            .unreadable(StoreError(.permissionDenied, operation: .head, address: address, detail: "access denied")),
            .size(address: address, was: 3, now: 4), .otherContent(address: address),
        ] + differences.prefix(2).map { .content(pin, $0, in: .lock) }
            + differences.dropFirst(2).map { .content(pin, $0, in: .store) }
    }

    private func changed() throws -> LockChanges {
        try LockChanges(
            from: lock("a:1.0", "b:1.0", "b:1.1", "d:1.0", "e:1.0"),
            to: resolved(["b:2.0", "c:1.0", "d:1.0", "e:1.0"], declared: ["d:1.0": "c:1.0"]))
    }

    private func many() throws -> LockChanges {
        try LockChanges(from: lock(), to: resolved((10..<32).map { "asset-\($0):1.0" }, declared: [:]))
    }

    private func lock(_ texts: String...) throws -> Lock {
        let dependency = LockedDependency(try specification("b:1"), is: try pin("b:1.1").version)
        return Lock(
            assets: try texts.map { text in
                LockedAsset(
                    pin: try pin(text), kind: .file, pushTime: 0, dependencies: text == "e:1.0" ? [dependency] : [],
                    files: [])
            })
    }

    private func resolved(_ texts: [String], declared: [String: String]) throws -> Resolved {
        let resolution = Resolution(choices: try texts.map { Choice(pin: try pin($0)) }, entries: [])
        var dependencies: [AssetPin: [LockedDependency]] = [:]
        for (text, other) in declared {
            dependencies[try pin(text)] = [
                LockedDependency(try specification(other), is: try pin(other).version)
            ]
        }
        return Resolved(
            all: resolution, wanted: resolution, facts: ResolvedFacts(base: NoFacts(), contents: [:]),
            declared: dependencies, isExplained: false)
    }
}

/// Nothing is asked.
private struct NoFacts: AssetFacts {
    struct Asked: Error {}

    func versions(of name: AssetName, requirements: [VersionRequirement]) throws -> KnownVersions { throw Asked() }
    func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) throws -> LocalState { throw Asked() }
    func metadata(of pin: AssetPin) throws -> VersionMetadata { throw Asked() }
    func hasPart(_ part: RelativePath, of pin: AssetPin) throws -> Bool { throw Asked() }
    func names(near name: AssetName) -> [AssetName] { [] }
}
