package import AssetModel
package import Execution
internal import FileSystem

/// Looks after the cache that assets directories share.
package struct CacheUpkeep: Sendable {
    package enum Work: Sendable {
        case measure
        /// What `prune` would remove.
        case measureIdle(idleFor: Int64)
        /// Removes what was not used for so many seconds.
        case prune(idleFor: Int64)
        case clean
    }

    /// Nil where there is nothing in it.
    private let cache: ContentCache?

    package init(_ setting: Setting<String>?) throws(Faults) { cache = try CacheOpening.existing(setting) }

    /// - Returns: what is in it, or was removed from it.
    package func run(_ work: Work) throws(Faults) -> ContentCache.Extent {
        guard let cache else { return ContentCache.Extent() }
        do throws(FileError) {
            switch work {
            case .measure: return try cache.size()
            case .measureIdle(let seconds): return try cache.size(idleFor: seconds, now: Int64(WallClock.now()))
            case .prune(let seconds): return try cache.prune(idleFor: seconds, now: Int64(WallClock.now()))
            case .clean: return try cache.clean()
            }
        } catch {
            throw Faults(.file(error))
        }
    }
}
