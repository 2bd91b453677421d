internal import FileSystem
internal import Synchronization

/// Entries of the cache that were damaged. How many links still have the damage is known at the end of the run, which replaced
/// some of them.
///
/// A class because many tasks add to it.
final class DamagedEntries: Sendable {
    /// Each keeps a file open: of more, the links stay as they were counted.
    private static let limit = 64

    private let files = Mutex<[String: File]>([:])

    func note(_ entry: CacheEntry) {
        files.withLock { if $0.count < Self.limit { $0[entry.file.path] = entry.file } }
    }

    /// The fault with the links that there are now.
    func recounted(_ fault: CacheFault) -> CacheFault {
        guard case .damaged(let path, _, let isRemoved) = fault, let file = files.withLock({ $0[path] }),
            let status = try? file.status()
        else { return fault }
        let links = Int(status.linkCount) - (isRemoved ? 0 : 1)
        return .damaged(path: path, otherLinks: max(0, links), isRemoved: isRemoved)
    }
}
