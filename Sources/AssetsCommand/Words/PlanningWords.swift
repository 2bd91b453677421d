internal import AssetModel
internal import Planning

/// The words for why there is no plan.
struct PlanningWords {
    /// An asset, version or dependency cannot be resolved.
    static let exitStatus: Int32 = 5

    private let fact: (any Error) -> Problem

    /// - Parameter fact: the words for an error of the store, the disk or a file's format.
    init(fact: @escaping (any Error) -> Problem) { self.fact = fact }

    /// A problem for each failure; facts that failed in the same way are one, since a store that cannot be reached fails
    /// every question.
    func problems(_ failures: PlanningFailures) -> [Problem] {
        var problems: [Problem] = []
        var facts: [FactWords] = []
        for failure in failures.failures {
            guard case .fact(let subject, let error, let demands) = failure else {
                problems.append(failure.problem)
                continue
            }
            let problem = fact(error)
            if let same = facts.firstIndex(where: { $0.isSame(problem) }) {
                facts[same].add(subject, demands)
            } else {
                facts.append(FactWords(problem, subject, demands))
            }
        }
        return problems + facts.map(\.problem)
    }
}

/// One error of the world, and what could not be known because of it.
private struct FactWords {
    private let base: Problem
    private var subjects: [String]
    private var demands: [Demand]

    init(_ base: Problem, _ subject: String, _ demands: [Demand]) {
        (self.base, subjects, self.demands) = (base, [subject], demands)
    }

    func isSame(_ other: Problem) -> Bool { base == other }

    mutating func add(_ subject: String, _ demands: [Demand]) {
        subjects.append(subject)
        self.demands += demands
    }

    var problem: Problem {
        Problem(
            code: base.code, message: base.message,
            details: base.details + ["this keeps \(enumeration(subjects)) unknown"] + askedFor(demands),
            hint: base.hint, excerpt: base.excerpt ?? demands.first?.excerpt, exitStatus: base.exitStatus)
    }
}

extension PlanningFailure {
    fileprivate var problem: Problem {
        Problem(
            code: code, message: message, details: details, hint: hint, excerpt: demands.first?.excerpt,
            exitStatus: PlanningWords.exitStatus)
    }

    private var message: String {
        switch self {
        case .unknownGroup(let group, _, _): "no entry belongs to the group `\(group)`"
        case .unknownAsset(let name, _, _, _): "there is no asset `\(name)`"
        case .noVersion(let name, let demand, _, _): noVersionMessage(name, demand.specification.requirement)
        case .duplicates(let name, _, _): "no one version of `\(name)` meets every requirement"
        case .circle(let pins, _): circleMessage(pins)
        case .overlap(let outer, let inner, _): "`\(outer)` and `\(inner)` cannot be in one assets directory"
        case .noSuchPart(let pin, let part, _, _): "`\(pin)` has no file or folder `\(part)`"
        case .emptySelection(let pin, _, _, _): "`include` and `exclude` leave no file of `\(pin)`"
        case .notForKind(let pin, let kind, let what, _): "`\(pin)` is \(kindWords(kind)), which `\(what)` is not for"
        case .conflictingDigests(let pin, _, nil, _): "`\(pin)` cannot have several contents"
        case .conflictingDigests(let pin, _, _, _): "the `sha256` of `\(pin)` is not the one that the store recorded"
        case .notPresent(let pin, nil, _): "`\(pin)` is not in the assets directory"
        case .notPresent(let pin, _, _): "`\(pin)` is in the assets directory and cannot be used"
        case .leftOut(let pin, let dependency, _): "`\(pin)` needs `\(dependency)`, which cannot be had"
        case .unsettled(let names, _):
            "the versions of \(enumeration(names.map { "`\($0)`" })) depend on each other so that no choice stays"
        case .fact(let subject, _, _): "cannot find out \(subject)"
        }
    }

    private var details: [String] {
        switch self {
        case .unknownGroup(_, let known, _): groupDetails(known)
        case .unknownAsset(_, let demands, let nearest, let places):
            askedFor(demands) + listed("similar names are", nearest.map(\.text)) + listed("looked in", places)
        case .noVersion(_, _, _, let known): askedFor(demands) + versionDetails(known)
        case .duplicates(_, let demands, let known): clashDetails(demands, known)
        case .circle(let pins, let demands): circleDetails(pins, demands)
        case .overlap(let outer, let inner, let demands): overlapDetails(outer, inner) + askedFor(demands)
        case .noSuchPart(_, _, _, let nearest): askedFor(demands) + listed("there is", nearest.map(\.text))
        case .emptySelection(_, let selection, _, let files):
            askedFor(demands) + selectionDetails(selection) + listed("its files are", files.map(\.text))
        case .conflictingDigests(_, let digests, let recorded, _): digestDetails(digests, recorded) + askedFor(demands)
        case .notPresent(_, let reason, _):
            listed("found:", [reason].compactMap(\.self)) + askedFor(demands) + [
                "no storage provider is set, so that nothing can be fetched"
            ]
        case .notForKind, .leftOut, .unsettled, .fact: askedFor(demands)
        }
    }

    private var hint: String? {
        switch self {
        case .unknownGroup(_, _, let nearest): nearest.map { "did you mean `--group \($0)`?" }
        case .unknownAsset(_, _, let nearest, _):
            nearest.first.map { "did you mean `\($0)`?" } ?? "`modelkit-assets list` shows what the store holds"
        case .noVersion(let name, let demand, _, let known): versionHint(name, demand.specification.requirement, known)
        case .duplicates: "change one of these, or let versions stand side by side with `duplicates: allow`"
        case .circle(_, let demands) where demands.allSatisfy { $0.declarer != nil }:
            "push a version of one of these that does not depend on the next, and name that in the spec"
        case .circle: "take one of these out of `depends_on`"
        case .overlap: "put them into groups, and resolve each group into its own assets directory"
        case .noSuchPart(let pin, _, _, let nearest):
            nearest.first.map { "did you mean `\(pin)[\($0)]`?" } ?? "`modelkit-assets show \(pin)` lists its files"
        case .emptySelection(let pin, _, _, _): "`modelkit-assets show \(pin)` lists all of its files"
        case .notForKind(let pin, _, let what, _): kindHint(pin, what)
        case .conflictingDigests(_, _, nil, _): "keep the `sha256` of the content that is meant"
        case .conflictingDigests(_, _, let recorded?, _):
            "if the recorded content is the one that is meant, write `sha256: \(recorded)`"
        case .notPresent: "set `MODELKIT_STORAGE_PROVIDER` and resolve again, or put the asset there beforehand"
        case .unsettled: "name the version of one of them in full, as an entry of its own"
        case .leftOut, .fact: nil
        }
    }
}
