internal import AssetModel
internal import Execution
internal import Operations
internal import Planning
internal import Terminal

// The words for what verifying finds.

extension VerifiedAsset {
    /// What is wrong, a line each.
    var sentences: [String] {
        result.faults.map { fault in
            let what = "`\(pin)`\(fault.path.map { " `\($0)`" } ?? "")"
            switch fault.kind {
            case .missing: return "\(what) is missing"
            case .extra: return "\(what) is not in the lock"
            case .unmarked: return "\(what) has no \(ModelkitLayout.marker) marker"
            case .misplaced: return "\(what) is not what the lock has: a file, a folder or a link stands in its place"
            case .altered:
                guard let expected = fault.expected, let actual = fault.actual else { return "\(what) is altered" }
                return "\(what) is altered: the lock says \(expected), it has \(actual.sha256)"
            }
        }
    }
}

extension ModelkitRehearsal.Entry {
    var sentence: String {
        let requested = requested.phrase
        if !isModelkitString { return "\(requested): modelkit knows no comparators; ask it for \(locked)" }
        if let missingPart { return "\(requested): `\(missingPart)` is not there" }
        guard let found else { return "\(requested): nothing is found" }
        return found == locked
            ? "\(requested): \(found)" : "\(requested): \(found) is found, where the lock has \(locked)"
    }
}

extension Problem {
    /// - Parameters:
    ///   - count: of assets that are not what the lock has.
    ///   - all: of assets that were verified.
    static func notVerified(_ count: Int, of all: Int, spec: String) -> Problem {
        Problem(
            code: "verify",
            message: "\(count) of \(Units.count(all, "asset")) in the assets directory "
                + "\(count == 1 ? "is" : "are") not what the lock has",
            hint: "run `modelkit-assets verify --repair \(spec)`", exitStatus: 6)
    }

    /// The same of specification strings that Python modelkit is asked for.
    static func notFoundByModelkit(_ count: Int, of all: Int) -> Problem {
        Problem(
            code: "as-modelkit",
            message: "Python modelkit would not find \(count) of "
                + "\(all) specification strings as the lock has it",
            hint: "name versions in full, remove others with `modelkit-assets prune`, and resolve again",
            exitStatus: 6)
    }
}
