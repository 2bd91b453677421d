internal import AssetModel
package import Catalog
package import FileSystem
package import ObjectStore
package import Planning
package import StoreTransport

/// What an operation on a spec works with: the settings, the directory, and the store if there is one.
///
/// A class for the reason that `Settings` is one.
package final class Session: Sendable {
    package let settings: Settings
    package let manifest: Manifest
    package let lock: SpecLock
    /// Nil in a session that only plans, where the directory does not exist and is to be made.
    package let directory: Directory?
    /// The assets directory's, absolute.
    package let directoryPath: String
    /// Seen from the prefix; nil in pre-downloaded mode.
    package let store: (any ObjectStore)?
    /// What had to be sent again.
    package let retries: RetryLog
    package let catalog: Catalog

    /// - Throws: everything that is wrong with the settings, the directory and the store.
    package init(
        _ workspace: Workspace, lock: SpecLock = .none, missingDirectory: MissingDirectory = .isAnError,
        retries: RetryLog
    ) throws(Faults) {
        let settings = workspace.settings
        self.settings = settings
        manifest = workspace.manifest
        self.lock = lock
        self.retries = retries
        var faults: [Fault] = []
        let directory = Self.attempt(&faults) { () throws(Faults) in
            try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: missingDirectory)
        }
        // A lock that is not to change says all that a store could, until something is missing.
        let isStoreNeeded = lock.mode == .update || lock.mode == .none
        let store = Self.attempt(&faults) { () throws(Faults) in
            // Nor does one that may change have to, as a store on the network that does not answer goes unnoticed too.
            try StoreOpening.open(
                settings, retries, isNeeded: isStoreNeeded,
                isFolderNeeded: isStoreNeeded && !(lock.mode == .update && lock.exists))
        }
        guard faults.isEmpty, let directory, let store else { throw Faults(faults) }
        if let directory { try StoreOpening.checkApart(settings, directory) }
        self.directory = directory
        self.store = store
        directoryPath = AbsolutePath.of(settings.assetsDirectory?.value ?? "")
        catalog = Catalog(
            store: store, directory: directory, path: settings.assetsDirectory == nil ? nil : directoryPath,
            system: settings.versioning.value,
            isOffline: settings.isOffline)
    }

    private init(_ session: Session, lock: SpecLock) {
        settings = session.settings
        manifest = session.manifest
        self.lock = lock
        directory = session.directory
        directoryPath = session.directoryPath
        store = session.store
        retries = session.retries
        catalog = session.catalog
    }

    /// The same with these pins of the lock free to change.
    package func upgrading(_ upgrade: Upgrade) -> Session { Session(self, lock: lock.upgrading(upgrade)) }

    private static func attempt<Value>(_ faults: inout [Fault], _ body: () throws(Faults) -> Value) -> Value? {
        do {
            return try body()
        } catch {
            faults += error.list
            return nil
        }
    }
}

/// What becomes of an assets directory that does not exist.
package enum MissingDirectory: Sendable {
    /// The command cannot make it.
    case isAnError
    /// It is an error, but can be made.
    case isToBeMade
    case isMade
    /// It is planned as if it were there and empty.
    case isPlanned
    /// Nothing needs one.
    case isUnneeded
}
