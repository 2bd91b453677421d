internal import AssetModel
package import Planning

/// The words for why there is no plan.
package struct PlanningWords {
    /// An asset, version or dependency cannot be resolved.
    package static let exitStatus: Int32 = 5

    private let fact: (any Error) -> Problem

    /// - Parameter fact: the words for an error of the store, the disk or a file's format.
    package init(fact: @escaping (any Error) -> Problem) { self.fact = fact }

    /// A problem for each cause: a store that cannot be reached fails every question.
    package func problems(_ failures: PlanningFailures) -> [Problem] {
        var (problems, facts): ([FailureWords], [FailureWords]) = ([], [])
        for failure in failures.failures {
            if case .fact(let subject, let error, let demands) = failure {
                facts.add(FailureWords(fact(error), subject.words, demands))
            } else {
                problems.add(FailureWords(failure.problem, failure.subject, []))
            }
        }
        return (problems + facts).map(\.problem)
    }
}

/// One cause, and all that failed because of it.
private struct FailureWords {
    private let base: Problem
    private var subjects: [String]
    /// Of the first subject.
    private let demands: [Demand]

    init(_ base: Problem, _ subject: String, _ demands: [Demand]) {
        (self.base, subjects, self.demands) = (base, [subject], demands)
    }

    func isSame(as other: FailureWords) -> Bool { base.isSame(as: other.base) }

    mutating func add(_ other: FailureWords) { subjects += other.subjects }

    var problem: Problem {
        let problem = base.adding(requiredBy(demands) + alsoFailed(subjects.dropFirst().filter { !$0.isEmpty }))
        return problem.excerpt == nil ? problem.placed(at: demands.first?.excerpt) : problem
    }
}

extension [FailureWords] {
    fileprivate mutating func add(_ failure: FailureWords) {
        if let same = firstIndex(where: { $0.isSame(as: failure) }) {
            self[same].add(failure)
        } else {
            append(failure)
        }
    }
}

extension PlanningFailure {
    fileprivate var problem: Problem {
        Problem(
            code: code, message: message, details: details, hint: hint, excerpt: demands.first?.excerpt,
            exitStatus: PlanningWords.exitStatus, cause: cause)
    }

    /// What fails for one asset as for others.
    private var cause: String? {
        switch self {
        case .notPresent(_, nil, _, _): "not present"
        case .unknownAsset(_, _, _, let places) where places.store != .searched: "not present: \(places.store)"
        case .leftOut(_, let dependency, _): "left out: \(dependency)"
        default: nil
        }
    }

    /// In a list of those that failed for the same cause.
    fileprivate var subject: String {
        switch self {
        case .notPresent(let pin, _, _, _), .leftOut(let pin, _, _): "`\(pin)`"
        case .unknownAsset(let name, _, _, _): "`\(name)`"
        default: ""
        }
    }

    private var message: String {
        switch self {
        case .unknownGroup(let group, _, _): "unknown group `\(group)`"
        case .unknownAsset(let name, _, _, let places): unknownAssetMessage(name, places.store)
        case .noVersion(let name, let demand, _, _): noVersionMessage(name, demand.specification.requirement)
        case .duplicates(let name, _, _): "no version of `\(name)` satisfies all requirements"
        case .circle(let pins, _): circleMessage(pins)
        case .overlap(let outer, let inner, _): "`\(outer)` and `\(inner)` cannot share an assets directory"
        case .noSuchPart(let pin, let part, _, _): "`\(pin)` has no file or folder `\(part)`"
        case .emptySelection(let pin, _, _, _): "`include` and `exclude` match no files in `\(pin)`"
        case .notForKind(let pin, let kind, let what, _): notForKindMessage(pin, kind, what)
        case .conflictingDigests(let pin, _, nil, _): "conflicting `sha256` values for `\(pin)`"
        case .conflictingDigests(let pin, _, _, _): "`sha256` mismatch for `\(pin)`: the spec differs from the store"
        case .notPresent(let pin, nil, _, _): "`\(pin)` is not in the assets directory, and no storage provider is set"
        case .notPresent(let pin, _, _, _):
            "`\(pin)` in the assets directory is unusable, and no storage provider is set"
        case .leftOut(let pin, let dependency, _):
            "cannot install `\(pin)`: its dependency `\(dependency)` is unavailable"
        case .unsettled(let names, _):
            "no stable combination of \(enumeration(names.map { "`\($0)`" })) exists"
        // The words of the fact are told in its place.
        case .fact(let subject, _, _): subject.words
        }
    }

    private var details: [String] {
        switch self {
        case .unknownGroup(_, let known, _): groupDetails(known)
        case .unknownAsset(_, let demands, let nearest, let places):
            requiredBy(demands) + listed("similar names:", nearest.map(\.text)) + listed("searched", places.paths)
        case .noVersion(_, _, _, let known): requiredBy(demands) + versionDetails(known)
        case .duplicates(_, let demands, let known): clashDetails(demands, known)
        case .circle(let pins, let demands): circleDetails(pins, demands)
        case .overlap(let outer, let inner, let demands): overlapDetails(outer, inner) + requiredBy(demands)
        case .noSuchPart(_, _, _, let nearest): requiredBy(demands) + listed("similar paths:", nearest.map(\.text))
        case .emptySelection(_, let selection, _, let files):
            requiredBy(demands) + selectionDetails(selection) + listed("files in the asset:", files.map(\.text))
        case .conflictingDigests(_, let digests, let recorded, _):
            digestDetails(digests, recorded) + requiredBy(demands)
        case .notPresent(_, let reason, _, _):
            listed("found:", [reason?.words].compactMap(\.self)) + requiredBy(demands)
        case .notForKind, .leftOut, .unsettled, .fact: requiredBy(demands)
        }
    }

    private static let providerHint =
        "set MODELKIT_STORAGE_PROVIDER, pass --provider or write `storage:` in the spec; or put the asset there beforehand"

    private var hint: String? {
        switch self {
        case .unknownGroup(_, _, let nearest): nearest.map { "did you mean `--group \($0)`?" }
        case .unknownAsset(_, _, _, let places) where places.store == .none: Self.providerHint
        case .unknownAsset(_, _, _, let places) where places.store == .offline: "run without --offline"
        case .unknownAsset(_, _, let nearest, _):
            nearest.first.map { "did you mean `\($0)`?" } ?? "`modelkit-assets list` shows what the store holds"
        case .noVersion(let name, let demand, _, let known): versionHint(name, demand.specification.requirement, known)
        case .duplicates: "relax one of these requirements, or install several versions with `duplicates: allow`"
        case .circle(_, let demands) where demands.allSatisfy { $0.declarer != nil }:
            "push a version of one of these without the dependency, and require that version in the spec"
        case .circle: "remove one of these from `depends_on`"
        case .overlap: "assign them to different groups, and resolve each group into its own assets directory"
        case .noSuchPart(let pin, _, _, let nearest):
            nearest.first.map { "did you mean `\(pin)[\($0)]`?" } ?? "`modelkit-assets show \(pin)` lists its files"
        case .emptySelection(let pin, _, _, _): "`modelkit-assets show \(pin)` lists all files"
        case .notForKind(let pin, _, let what, _): kindHint(pin, what)
        case .conflictingDigests(_, _, nil, _): "keep the correct `sha256`"
        case .conflictingDigests(_, _, let recorded?, _):
            "if the stored content is correct, write `sha256: \(recorded)`"
        case .notPresent(_, _, true, _): "run without --offline, with a storage provider"
        case .notPresent: Self.providerHint
        case .unsettled: "pin one of them to an exact version in an entry of its own"
        case .leftOut, .fact: nil
        }
    }
}
