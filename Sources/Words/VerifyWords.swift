internal import AssetModel
internal import Execution
package import Operations
internal import Planning
internal import Terminal

// The words for what verifying finds.

extension VerifiedAsset {
    /// What is wrong, a sentence each.
    package var sentences: [String] { result.faults.map(sentence) }

    /// The same with the digests of what was modified below it, a line each.
    package var lines: [String] {
        result.faults.flatMap { fault in
            guard case .altered = fault.kind, let expected = fault.expected, let actual = fault.actual else {
                return [sentence(fault)]
            }
            return [sentence(fault), "  expected sha256:\(expected)", "  found    sha256:\(actual.sha256)"]
        }
    }

    private func sentence(_ fault: Verification.Fault) -> String {
        let what = phrase(fault.path, of: pin)
        return switch fault.kind {
        case .missing: "\(what) is missing"
        case .extra: "\(what) is not in the lockfile"
        case .unmarked: "\(what) has no \(ModelkitLayout.marker) marker"
        case .misplaced: "\(what) is of the wrong type (file, directory or link)"
        case .altered: "\(what) was modified"
        }
    }
}

/// `` `en/words.txt` of `nlp/lexicon:2.0` ``
func phrase(_ path: RelativePath?, of pin: AssetPin) -> String { (path.map { "`\($0)` of " } ?? "") + "`\(pin)`" }

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
