internal import AssetModel
internal import Execution
internal import FileSystem
internal import Operations
internal import Terminal

// The words for what goes wrong with the cache. What goes wrong while it is used stops nothing.

extension CacheFault {
    /// A warning.
    var words: String {
        switch self {
        case .damaged(let path, let otherLinks, let isRemoved):
            let others = Units.count(otherLinks, "other file") + (otherLinks == 1 ? " is" : " are")
            let more = "; \(others) linked to it and damaged too: fetch with --force-download what has them"
            let deed = isRemoved ? "it was removed" : "it cannot be removed"
            return "the cache's `\(path)` is damaged: \(deed), and the store was asked instead"
                + (otherLinks > 0 ? more : "")
        case .unusable(let error):
            return "the cache is not used: \(Problem(error).message)"
        case .notAdded(let error):
            return "the cache is not added to: \(Problem(error).message)"
        }
    }
}

extension Problem {
    init(_ fault: CacheOpeningFault) {
        switch fault {
        case .noCache:
            self.init(
                code: "no-cache", message: "no cache is set",
                hint: "set MODELKIT_ASSETS_CACHE_DIR or give --cache-dir", exitStatus: 9)
        case .notACache(let error, let setting):
            self.init(
                code: "not-a-cache", message: Problem(error).message, details: ["it comes from \(setting.provenance)"],
                hint: "name an empty folder, or one that does not exist yet", exitStatus: 9)
        }
    }
}
