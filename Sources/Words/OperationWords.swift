internal import AssetModel
package import Catalog
package import Execution
internal import FileSystem
internal import ObjectStore
package import Operations
internal import Planning
internal import Registry
internal import Terminal

// The words for whatever an operation can fail with, and for what it tells on the way.

extension Problems {
    package init(_ faults: Faults) { self.init(Self.merged(faults.list.flatMap(Problem.all))) }

    /// Those with one cause told once, with how often it is the same.
    private static func merged(_ problems: [Problem]) -> [Problem] {
        var groups: [(first: Problem, count: Int)] = []
        for problem in problems {
            if let same = groups.firstIndex(where: { $0.first.cause != nil && $0.first.cause == problem.cause }) {
                groups[same].count += 1
            } else {
                groups.append((problem, 1))
            }
        }
        return groups.map { group in
            group.count > 1 ? group.first.adding(["same error for \(group.count - 1) more"]) : group.first
        }
    }
}

extension Problem {
    /// The words for a fault: one problem, or of planning one for each failure.
    package static func all(of fault: Fault) -> [Problem] {
        switch fault {
        case .planning(let failures): PlanningWords(fact: Problem.wording).problems(failures)
        case .diagnostic(let diagnostic): [Problem(diagnostic)]
        case .setting(let fault): [Problem(fault)]
        case .configuration(let fault): [Problem(fault)]
        case .spec(let fault): [Problem(fault)]
        case .directory(let fault): [Problem(fault)]
        case .opening(let fault): [Problem(fault)]
        case .cache(let fault): [Problem(fault)]
        case .lock(let fault): [Problem(fault)]
        case .tooLarge(let excess): [Problem(excess)]
        case .noSpace(let shortfall): [Problem(shortfall)]
        case .asset(let fault): [Problem(fault)]
        case .plan(let fault): [Problem(fault)]
        case .edit(let fault): [Problem(fault)]
        case .push(let fault): [Problem(fault)]
        case .image(let fault): [Problem(fault)]
        case .store(let error): [Problem(error)]
        case .registry(let error): [Problem(registry: error)]
        case .file(let error): [Problem(error)]
        case .catalog(let error): [Problem(error)]
        case .unexpected(let error): [.unexpected(error)]
        }
    }

    /// The words for whatever a fact can fail with.
    package static func wording(_ error: any Error) -> Problem {
        switch Fault(error) {
        case .store(let error): Problem(error)
        case .file(let error): Problem(error)
        case .catalog(let error): Problem(error)
        case .lock(let fault): Problem(fault)
        default: .unexpected(error)
        }
    }

    private static func unexpected(_ error: any Error) -> Problem {
        Problem(code: "internal", message: "\(error)", exitStatus: 1)
    }

    package init(_ error: CatalogError) {
        switch error {
        case .malformed(let address, let content):
            self.init(
                code: "malformed-object", message: "malformed object `\(address)`: \(content.words)",
                hint: "push the asset again, or restore the object", exitStatus: 5
            )
        case .unsafePath(let address, let path, let fault):
            self.init(
                code: "unsafe-path", message: "unsafe path in `\(address)`: `\(path)` \(fault.words)",
                hint: "this version is not fetched: push it again with paths that stay inside the asset",
                exitStatus: 5)
        case .noStore: self = .noStore
        }
    }
}

// MARK: - Limits

extension Problem {
    /// How many of the largest assets are named.
    private static let examples = 3

    fileprivate init(_ excess: DownloadExcess) {
        self.init(
            code: "too-large",
            message: "the download of \(Units.bytes(excess.bytes)) exceeds --max-bytes (\(Units.bytes(excess.limit)))",
            details: excess.assets.prefix(Self.examples).filter { $0.bytes > 0 }
                .map { "`\($0.pin)`: \(Units.bytes($0.bytes))" },
            hint: "nothing was fetched: raise --max-bytes, or leave out files (`exclude`) or entries (`groups`)",
            exitStatus: 1
        )
    }

    package init(_ shortfall: SpaceCheck.Shortfall) {
        self.init(
            code: "no-space",
            message: "not enough disk space in `\(shortfall.path)`: \(Units.bytes(shortfall.needed)) needed, "
                + "\(Units.bytes(shortfall.free)) free, \(Units.bytes(shortfall.missing)) missing",
            hint:
                "nothing was fetched: free some space, or pass --no-space-check if the file system reports it incorrectly",
            exitStatus: 9)
    }
}

// MARK: - Warnings

/// - Parameters:
///   - count: of files that were compared with nothing.
///   - lock: the lockfile's path.
package func unpinned(_ count: Int, _ lock: String) -> String {
    let (were, its) = count == 1 ? ("was", "its") : ("were", "their")
    return "`\(lock)` has no checksum for \(Units.count(count, "file")), which \(were) not verified: "
        + "run `modelkit-assets resolve` to record \(its) SHA-256, and commit `\(lock)`"
}

extension [OperationWarning] {
    package var sentences: [String] {
        var resolution: [ResolutionWarning] = []
        let others = compactMap { warning -> String? in
            switch warning {
            case .resolution(let found):
                resolution.append(found)
                return nil
            case .altered(let pin, let path):
                return
                    "`\(pin)`\(path.map { "[\($0)]" } ?? "") in the assets directory does not match the store's checksum, "
                    + "which is now in the lockfile: run `modelkit-assets verify --repair` to fetch it again"
            case .notLocked(let pin):
                return "`\(pin)` was left out of the lockfile: the store has no `.meta` of it; push a new version"
            case .unpinned(let count, let lock): return unpinned(count, lock)
            case .inUse(let pin): return "`\(pin)` was not removed: another process holds its lock"
            case .holds(let pin, let inner): return "`\(pin)` was not removed: `\(inner)` is inside its directory"
            case .cannotPull(let target):
                return "these credentials may push to `\(target.name)` but not pull, "
                    + "so layers it already has are sent again"
            case .lockNotAttached(let target, let faults):
                return "the image is complete, but the lockfile was not attached to `\(target)`: "
                    + (Problems(faults).list.first?.message ?? "")
            }
        }
        return resolution.sentences + others
    }
}
