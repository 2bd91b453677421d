internal import AssetModel
package import Execution
internal import FileSystem
package import Operations
internal import Terminal

// The words for what goes wrong with the cache. What goes wrong while it is used stops nothing.

extension CacheFault {
    /// A warning.
    package var words: String {
        switch self {
        case .damaged(let path, let otherLinks, let isRemoved):
            let others = Units.count(otherLinks, "hard link") + (otherLinks == 1 ? " shares" : " share")
            let more = "; \(others) the damage: fetch the affected assets again with --force-download"
            let deed = isRemoved ? "removed" : "could not be removed"
            return "the cache entry `\(path)` was corrupt and \(deed); its content was downloaded again"
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
        case .isEmpty(let path):
            self.init(code: "empty-cache", message: "no cache in `\(path)`", exitStatus: 9)
        case .notACache(let error, let setting):
            self.init(
                code: "not-a-cache", message: Problem(error).message, details: [setting.provenance.phrase],
                hint: "choose an empty directory, or one that does not exist yet", exitStatus: 9)
        }
    }
}
