internal import AssetModel
internal import Execution
package import Operations
internal import Planning
internal import Terminal

// The words for what verifying finds.

extension VerifiedAsset {
    /// What is wrong, a line each.
    package var sentences: [String] {
        result.faults.map { fault in
            let what = "`\(pin)`\(fault.path.map { " `\($0)`" } ?? "")"
            switch fault.kind {
            case .missing: return "\(what) is missing"
            case .extra: return "\(what) is not in the lockfile"
            case .unmarked: return "\(what) has no \(ModelkitLayout.marker) marker"
            case .misplaced: return "\(what) is of the wrong type (file, directory or link)"
            case .altered:
                guard let expected = fault.expected, let actual = fault.actual else { return "\(what) was modified" }
                return "\(what) was modified (expected sha256:\(expected), found \(actual.sha256))"
            }
        }
    }
}

extension ModelkitRehearsal.Entry {
    package var sentence: String {
        let requested = requested.phrase
        if !isModelkitString { return "\(requested): modelkit does not support comparators; use \(locked)" }
        if let missingPart { return "\(requested): `\(missingPart)` not found" }
        guard let found else { return "\(requested): not found" }
        return found == locked
            ? "\(requested): \(found)" : "\(requested): expected \(locked), found \(found)"
    }
}

extension Problem {
    /// - Parameters:
    ///   - count: of assets that do not match the lockfile.
    ///   - all: of assets that were verified.
    ///   - lock: the lockfile's path.
    package static func notVerified(_ count: Int, of all: Int, spec: String, lock: String) -> Problem {
        Problem(
            code: "verify",
            message: "\(count) of \(Units.count(all, "asset")) \(count == 1 ? "does" : "do") not match `\(lock)`",
            hint: "run `modelkit-assets verify --repair \(spec)`", exitStatus: 6)
    }

    /// The same of specification strings that Python modelkit is asked for.
    package static func notFoundByModelkit(_ count: Int, of all: Int) -> Problem {
        Problem(
            code: "as-modelkit",
            message:
                "Python modelkit would resolve \(count) of \(all) specification strings differently from the lockfile",
            hint: "pin exact versions, remove others with `modelkit-assets prune`, and resolve again",
            exitStatus: 6)
    }
}
