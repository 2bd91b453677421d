internal import AssetModel
internal import FileSystem
internal import ObjectStore
package import Operations
internal import Planning
internal import SpecFile

// The words for what is the matter with a saved plan.

extension Problem {
    /// How many changes are told.
    private static let changeLimit = 20

    package init(_ fault: PlanFault) {
        switch fault {
        case .unreadable(let error, let path):
            self.init(
                code: "plan-file", message: "cannot read the plan `\(path)`: \(error.reason)",
                hint: error.isMissing ? "create one with `modelkit-assets plan --output \(path)`" : nil, exitStatus: 3)
        case .unwritable(let error, let path):
            self.init(code: "plan-file", message: "cannot write the plan `\(path)`: \(error.reason)", exitStatus: 1)
        case .otherFormat(let format, let version, let path):
            self.init(
                code: "plan-file", message: "unsupported plan format in `\(path)`: `\(format)` version \(version)",
                details: ["expected `\(SealedPlan.formatName)` version \(SealedPlan.formatVersion)"],
                hint: "create a new one with `modelkit-assets plan --output \(path)`", exitStatus: 3)
        case .notAPlan(let path):
            self.init(
                code: "plan-file", message: "`\(path)` is not a modelkit-assets plan",
                hint: "create one with `modelkit-assets plan --output \(path)`", exitStatus: 3)
        case .damaged(let fault, let path):
            self.init(
                code: "plan-file", message: "invalid plan `\(path)`: \(fault.words)",
                hint: "create a new one with `modelkit-assets plan --output \(path)`", exitStatus: 3)
        case .outdated(let changes, let path):
            let (told, more) = (changes.prefix(Self.changeLimit).map(\.words), changes.count - Self.changeLimit)
            self.init(
                code: "plan-outdated", message: "the saved plan `\(path)` is stale; nothing was changed",
                details: told + (more > 0 ? ["and \(more) more"] : []),
                hint: "review the changes, then create a new plan", exitStatus: 3)
        }
    }
}

extension SealedPlanFault {
    fileprivate var words: String {
        switch self {
        case .unknownVersioning(let name): "unknown versioning system `\(name)`"
        case .notAVersion(let text): "invalid asset version `\(text)`"
        case .notAnAction(let text): "unknown action `\(text)`"
        case .notADigest(let text): "invalid SHA-256 digest `\(text)`"
        case .notAChecksum(let text): "invalid checksum `\(text)`"
        case .value(let fault as AssetNameFault): "an asset name \(fault.words)"
        case .value(let fault as RelativePathFault): "a path \(fault.words)"
        case .value(VersionRequirementFault.notAVersion(let text)): "invalid version `\(text)`"
        case .value(VersionRequirementFault.notAComparator(let text)): "missing comparator in `\(text)`"
        case .value(let error): "\(error)"
        case .twice(let pin): "duplicate asset `\(pin)`"
        case .waits(let pin, let other): "`\(pin)` depends on `\(other)`, which does not precede it"
        case .overlap(let pin, let outer): "`\(pin)` is inside the directory of `\(outer)`"
        case .entryWithoutAsset(let pin): "an entry refers to `\(pin)`, which is not in the plan"
        case .entryNotMet(let entry, let pin): "`\(pin)` does not match the entry `\(entry)`"
        case .noSuchPart(let pin, let part): "an entry refers to `\(part)`, which `\(pin)` does not have"
        case .fetchWithoutContent(let pin): "`\(pin)` is to be fetched but has no content"
        case .keptWithContent(let pin): "`\(pin)` is to be kept but has content to fetch"
        case .keptThoughAbsent(let pin, let state): "`\(pin)` is to be kept but was \(shown(state))"
        case .noFiles(let pin): "`\(pin)` has no files"
        case .size(let size, let pin): "invalid file size in `\(pin)`: \(size) bytes"
        case .fileWithParts(let pin): "`\(pin)` is a file but has parts"
        case .noPath(let pin): "missing path of a file in `\(pin)`"
        case .fileTwice(let pin): "duplicate file in `\(pin)`"
        case .fileAndFolder(let pin, let path): "`\(path)` in `\(pin)` is both a file and a directory"
        }
    }
}

extension PlanChange {
    /// A sentence.
    fileprivate var words: String {
        switch self {
        case .store(let was, let now): "the store changed from \(was ?? "none") to \(now ?? "none")"
        case .directory(let was, let now): "the assets directory changed from `\(was)` to `\(now)`"
        case .directoryNotEmpty: "the assets directory is no longer empty"
        case .local(let pin, let was, let now):
            "`\(pin)` in the assets directory was \(shown(was)) and is now \(shown(now))"
        case .content(let pin, let difference, let recorder):
            "`\(pin)` \(difference.words(in: recorder == .lock ? "the lockfile" : "the store"))"
        case .missingPart(let pin, let part): "`\(pin)` has no `\(part)` in the assets directory"
        case .gone(let address): "`\(address)` no longer exists"
        case .unreadable(let error): "`\(error.address)` cannot be read: \(error.detail?.words ?? "")"
        case .size(let address, let was, let now): "the size of `\(address)` changed from \(was) to \(now) bytes"
        case .otherContent(let address): "the content of `\(address)` changed"
        }
    }
}

/// A state in the assets directory, which a plan file spells in its own way.
private func shown(_ state: String) -> String { state == "there in part" ? "partially present" : state }

extension ContentDifference {
    /// What follows the name of the version.
    fileprivate func words(in place: String) -> String {
        switch self {
        case .kind(let kind): "is not a \(kind == .file ? "file" : "directory") in \(place)"
        case .pushTime: "has a different push time"
        case .noFile(let path): "has no file \(name(path)) in \(place)"
        case .digest(let path): "has a different digest of \(name(path)) in \(place)"
        case .checksum(let path): "has a different checksum of \(name(path)) in \(place)"
        case .size(let path): "has a different size of \(name(path)) in \(place)"
        case .fileCount(let recorded, let planned): "has \(recorded) files in \(place) but \(planned) in the plan"
        case .dependency(let dependency):
            "depends on `\(dependency)` in \(place) but not in the plan"
        }
    }

    private func name(_ path: RelativePath?) -> String { path.map { "`\($0)`" } ?? "its content" }
}
