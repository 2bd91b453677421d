internal import AssetModel
internal import FileSystem
internal import Operations
internal import Planning

// The words for what is the matter with a saved plan.

extension Problem {
    /// How many changes are told.
    private static let changeLimit = 20

    init(_ fault: PlanFault) {
        switch fault {
        case .unreadable(let error, let path):
            self.init(code: "plan-file", message: "cannot read the plan `\(path)`: \(error.reason)", exitStatus: 3)
        case .unwritable(let error, let path):
            self.init(code: "plan-file", message: "cannot write the plan `\(path)`: \(error.reason)", exitStatus: 1)
        case .otherFormat(let format, let version, let path):
            self.init(
                code: "plan-file", message: "`\(path)` is a `\(format)` of version \(version)",
                details: ["expected `\(SealedPlan.formatName)` of version \(SealedPlan.formatVersion)"],
                hint: "make it anew with `modelkit-assets plan --output \(path)`", exitStatus: 3)
        case .notAPlan(let path):
            self.init(
                code: "plan-file", message: "`\(path)` is no plan of this program",
                hint: "make one with `modelkit-assets plan --output \(path)`", exitStatus: 3)
        case .damaged(let fault, let path):
            self.init(
                code: "plan-file", message: "`\(path)` is damaged: \(fault.words)",
                hint: "make it anew with `modelkit-assets plan --output \(path)`", exitStatus: 3)
        case .outdated(let changes, let path):
            let (told, more) = (changes.prefix(Self.changeLimit).map(\.words), changes.count - Self.changeLimit)
            self.init(
                code: "plan-outdated", message: "the plan `\(path)` was made for another world, and nothing is done",
                details: told + (more > 0 ? ["and \(more) more"] : []),
                hint: "look at what changed, and plan again", exitStatus: 3)
        }
    }
}

extension SealedPlanFault {
    fileprivate var words: String {
        switch self {
        case .unknownVersioning(let name): "`\(name)` is no versioning system"
        case .notAVersion(let text): "`\(text)` is no version of an asset"
        case .notAnAction(let text): "`\(text)` is no action"
        case .notADigest(let text): "`\(text)` is no SHA-256 digest"
        case .notAChecksum(let text): "`\(text)` is no checksum"
        case .value(let error): "\(error)"
        case .twice(let pin): "`\(pin)` is in it twice"
        case .waits(let pin, let other): "`\(pin)` waits for `\(other)`, which does not come before it"
        case .overlap(let pin, let outer): "`\(pin)` is in the folder of `\(outer)`"
        case .entryWithoutAsset(let pin): "an entry is `\(pin)`, which is not among its assets"
        case .entryNotMet(let entry, let pin): "`\(pin)` is not what the entry `\(entry)` asks for"
        case .noSuchPart(let pin, let part): "`\(pin)` has no `\(part)`, which an entry names"
        case .fetchWithoutContent(let pin): "`\(pin)` is to be fetched, and has no content"
        case .keptWithContent(let pin): "`\(pin)` is to be kept, and has content to fetch"
        case .keptThoughAbsent(let pin, let state): "`\(pin)` is to be kept, and was \(state)"
        case .noFiles(let pin): "`\(pin)` has no files"
        case .size(let size, let pin): "`\(pin)` has a file of \(size) bytes"
        case .fileWithParts(let pin): "`\(pin)` is a file, and has parts"
        case .noPath(let pin): "a file of `\(pin)` has no path"
        case .fileTwice(let pin): "a file of `\(pin)` is in it twice"
        case .fileAndFolder(let pin, let path): "`\(path)` of `\(pin)` is both a file and a folder"
        }
    }
}

extension PlanChange {
    /// A sentence.
    fileprivate var words: String {
        switch self {
        case .store(let was, let now): "the store is \(now ?? "none"), and was \(was ?? "none")"
        case .directory(let was, let now): "the assets directory is `\(now)`, and was `\(was)`"
        case .directoryNotEmpty: "the assets directory was empty, and is not"
        case .local(let pin, let was, let now): "`\(pin)` was \(was) in the assets directory, and is \(now)"
        case .content(let pin, let difference, let recorder):
            "`\(pin)` \(difference.words(in: recorder == .lock ? "the lock" : "the store"))"
        case .missingPart(let pin, let part): "`\(pin)` has no `\(part)` in the assets directory"
        case .gone(let address): "`\(address)` is gone"
        case .unreadable(let address, let detail): "`\(address)` cannot be looked at: \(detail)"
        case .size(let address, let was, let now): "`\(address)` has \(now) bytes, and had \(was)"
        case .otherContent(let address): "`\(address)` has other content"
        }
    }
}

extension ContentDifference {
    /// What follows the name of the version.
    fileprivate func words(in place: String) -> String {
        switch self {
        case .kind(let kind): "is no \(kind == .file ? "file" : "directory") in \(place)"
        case .pushTime: "was pushed at another time"
        case .noFile(let path): "has no file \(name(path)) in \(place)"
        case .digest(let path): "has another digest of \(name(path)) in \(place)"
        case .checksum(let path): "has another checksum of \(name(path)) in \(place)"
        case .size(let path): "has another size of \(name(path)) in \(place)"
        case .fileCount(let recorded, let planned): "has \(recorded) files in \(place), and \(planned) in the plan"
        case .dependency(let dependency):
            "depends on `\(dependency)` in \(place), and does not wait for it in the plan"
        }
    }

    private func name(_ path: RelativePath?) -> String { path.map { "`\($0)`" } ?? "its content" }
}
