internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import SpecFile
internal import StoreTransport

/// What a command works with: the settings, the directory, and the store if there is one.
struct Session: Sendable {
    let settings: Settings
    let manifest: Manifest
    let lock: SpecLock
    /// Nil in a session that only plans, where the directory does not exist and is to be made.
    let directory: Directory?
    /// The assets directory's, absolute.
    let directoryPath: String
    /// Seen from the prefix; nil in pre-downloaded mode.
    let store: (any ObjectStore)?
    /// What had to be sent again.
    let retries: RetryLog
    let catalog: Catalog

    /// - Throws: everything that is wrong with the settings, the directory and the store.
    init(
        settings: Settings, manifest: Manifest, lock: SpecLock = .none,
        missingDirectory: MissingDirectory = .isAnError, retries: RetryLog
    ) throws(Problems) {
        self.settings = settings
        self.manifest = manifest
        self.lock = lock
        self.retries = retries
        var problems: [Problem] = []
        let directory = Self.attempt(&problems) { () throws(Problems) in
            try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: missingDirectory)
        }
        // A lock that is not to change says all that a store could, until something is missing.
        let isStoreNeeded = lock.mode == .update || lock.mode == .none
        let store = Self.attempt(&problems) { () throws(Problems) in
            try StoreOpening.open(settings, retries, isNeeded: isStoreNeeded)
        }
        guard problems.isEmpty, let directory, let store else { throw Problems(problems) }
        if let directory { try StoreOpening.checkApart(settings, directory) }
        self.directory = directory
        self.store = store
        directoryPath = AbsolutePath.of(settings.assetsDirectory?.value ?? "")
        catalog = Catalog(
            store: store, directory: directory, path: directoryPath, system: settings.versioning.value,
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
    func upgrading(_ upgrade: Upgrade) -> Session { Session(self, lock: lock.upgrading(upgrade)) }

    private static func attempt<Value>(_ problems: inout [Problem], _ body: () throws(Problems) -> Value) -> Value? {
        do {
            return try body()
        } catch {
            problems += error.list
            return nil
        }
    }
}

/// Everything that keeps a command from going on.
struct Problems: Error, Sendable {
    let list: [Problem]

    init(_ list: [Problem]) { self.list = list }

    /// The status that the first of them asks for.
    var exitStatus: Int32 { list.first?.exitStatus ?? 1 }
}

/// What becomes of an assets directory that does not exist.
enum MissingDirectory: Sendable {
    case isAnError
    case isMade
    /// It is planned as if it were there and empty.
    case isPlanned
    /// Nothing needs one.
    case isUnneeded
}

/// Opens the assets directory.
enum AssetsDirectoryOpening {
    /// - Returns: nil where it does not exist and is only planned.
    static func open(_ setting: Setting<String>?, ifMissing: MissingDirectory) throws(Problems) -> Directory? {
        guard let setting else {
            if ifMissing == .isUnneeded { return nil }
            throw Problems([
                Problem(
                    code: "no-assets-directory", message: "no assets directory is set",
                    hint: "set MODELKIT_ASSETS_DIR or give --assets-dir", exitStatus: 9)
            ])
        }
        do throws(FileError) {
            if ifMissing == .isMade { try makeDirectories(setting.value) }
            return try Directory.open(AbsolutePath.of(setting.value))
        } catch {
            if ifMissing == .isPlanned || ifMissing == .isUnneeded, error.isMissing { return nil }
            let hint = error.isMissing ? "make it, or give --create-assets-dir" : nil
            throw Problems([
                Problem(
                    code: "assets-directory",
                    message: "cannot open the assets directory `\(setting.value)`: \(error.reason)",
                    details: ["it comes from \(setting.provenance)"], hint: hint, exitStatus: 9)
            ])
        }
    }
}
