internal import AssetModel
package import Execution
internal import FileSystem
package import Planning

/// Whether a plan fits into the free space of the assets directory.
package struct SpaceChecking: Sendable {
    private let directory: Directory
    private let cache: ContentCache?
    private let settings: Settings

    /// - Parameter cache: the one that is fetched from.
    init(directory: Directory, cache: ContentCache?, settings: Settings) {
        self.directory = directory
        self.cache = cache
        self.settings = settings
    }

    /// Of a session that only plans, which makes no cache. Nil where the directory is planned too.
    package init?(planningIn session: Session) {
        guard let directory = session.directory else { return nil }
        let cache = session.settings.cacheDirectory.flatMap { try? CacheOpening.existing($0) }
        self.init(directory: directory, cache: cache, settings: session.settings)
    }

    /// Nil also where it is not to be looked at, or cannot be told.
    package func shortfall(of plan: Plan) async -> SpaceCheck.Shortfall? {
        guard settings.checksSpace, !mayShareBlocksWithStore else { return nil }
        let check = SpaceCheck(directory: directory, cache: cache)
        return await DiskQueue.shared.run {
            // What cannot be looked at stops nothing here: the run itself tells what it cannot do.
            (try? check.shortfall(of: plan)) ?? nil
        }
    }

    /// A folder's files come as reflinks, which take up no room, where both are on one file system that has them.
    private var mayShareBlocksWithStore: Bool { settings.provider?.value == .local && directory.mayShareBlocks }
}
