internal import AssetModel
package import Execution
internal import FileSystem
package import Operations
internal import Terminal

// The words for what goes wrong with the cache. What goes wrong while it is used stops nothing.

extension CacheFault {
    /// A warning of a run.
    package var words: String { words(then: "its content was downloaded again") }

    /// A warning of an export.
    package var exportWords: String { words(then: "it was left out of the archive") }

    /// - Parameter instead: what was done instead of using a damaged entry.
    private func words(then instead: String) -> String {
        switch self {
        case .damaged(let path, let otherLinks, let isRemoved):
            let others = "\(otherLinks) more hard link\(otherLinks == 1 ? " has" : "s have")"
            let more = "; \(others) the damage: run `modelkit-assets verify --repair` where the cache is shared"
            let deed = isRemoved ? "removed" : "could not be removed"
            return "the cache entry `\(path)` was corrupt and \(deed); \(instead)"
                + (otherLinks > 0 ? more : "")
        case .unusable(let error):
            return "the cache is disabled: \(Problem(error).message)"
        case .notAdded(let error):
            return "some files were not added to the cache: \(Problem(error).message)"
        }
    }
}

extension Problem {
    package init(_ fault: CacheOpeningFault) {
        switch fault {
        case .noCache:
            self.init(
                code: "no-cache", message: "no cache directory is set",
                hint: "set MODELKIT_ASSETS_CACHE_DIR or pass --cache-dir", exitStatus: 9)
        case .noArchive(let path):
            self.init(
                code: "no-archive", message: "the archive `\(path)` does not exist",
                hint: "pass --if-exists where there may be none, as in the first job of a pipeline", exitStatus: 9)
        case .isEmpty(let path):
            self.init(
                code: "empty-cache", message: "no cache in `\(path)`",
                hint: "run `modelkit-assets resolve --cache-dir \(path)` first", exitStatus: 9)
        case .notACache(let error, let setting, let isToBeFilled):
            self.init(
                code: "not-a-cache", message: Problem(error).message, details: [setting.provenance.phrase],
                hint: isToBeFilled
                    ? "choose an empty directory, or one that does not exist yet"
                    : "pass the directory that --cache-dir of `modelkit-assets resolve` names", exitStatus: 9)
        }
    }
}
