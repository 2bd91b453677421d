internal import Execution
internal import FileSystem

// The words for what goes wrong with the cache, which stops nothing.

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
