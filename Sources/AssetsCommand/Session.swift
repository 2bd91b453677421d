internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import SpecFile
internal import StoreProviders

/// What a command works with: the settings, the directory, and the store if there is one.
struct Session: Sendable {
    let settings: Settings
    let manifest: Manifest
    /// Nil in a session that only plans, where the directory does not exist and is to be made.
    let directory: Directory?
    /// The assets directory's, absolute.
    let directoryPath: String
    /// Seen from the prefix; nil in pre-downloaded mode.
    let store: (any ObjectStore)?
    let catalog: Catalog

    /// - Throws: everything that is wrong with the settings, the directory and the store.
    init(
        settings: Settings, manifest: Manifest, missingDirectory: MissingDirectory = .isAnError
    ) throws(Problems) {
        self.settings = settings
        self.manifest = manifest
        var problems: [Problem] = []
        let directory = Self.attempt(&problems) { () throws(Problems) in
            try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: missingDirectory)
        }
        let store = Self.attempt(&problems) { () throws(Problems) in try StoreOpening.open(settings) }
        guard problems.isEmpty, let directory, let store else { throw Problems(problems) }
        if let directory { try StoreOpening.checkApart(settings, directory) }
        self.directory = directory
        self.store = store
        directoryPath = AbsolutePath.of(settings.assetsDirectory?.value ?? "")
        catalog = Catalog(
            store: store, directory: directory, path: directoryPath, system: settings.versioning.value)
    }

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
}

/// Opens the assets directory.
enum AssetsDirectoryOpening {
    /// - Returns: nil where it does not exist and is only planned.
    static func open(_ setting: Setting<String>?, ifMissing: MissingDirectory) throws(Problems) -> Directory? {
        guard let setting else {
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
            if ifMissing == .isPlanned, error.isMissing { return nil }
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

/// Opens the store that the settings name.
enum StoreOpening {
    /// Nil in pre-downloaded mode.
    static func open(_ settings: Settings) throws(Problems) -> (any ObjectStore)? {
        guard let provider = settings.provider else {
            if case .flag = settings.forceDownload.provenance { throw Problems([nothingToFetchFrom]) }
            return nil
        }
        guard let bucket = settings.bucket else {
            throw Problems([
                Problem(
                    code: "no-bucket",
                    message: "the storage provider is `\(provider.value.rawValue)`, and no bucket is set",
                    details: ["the provider comes from \(provider.provenance)"],
                    hint: "set MODELKIT_STORAGE_BUCKET, give --bucket, or write `bucket:` under `storage:`",
                    exitStatus: 1)
            ])
        }
        switch provider.value {
        case .local: return PrefixStore(try local(bucket), prefix: settings.prefix.value)
        case .s3, .gcs: throw Problems([notBuilt(provider)])
        }
    }

    private static func local(_ bucket: Setting<String>) throws(Problems) -> LocalStore {
        do {
            return try LocalStore(path: AbsolutePath.of(bucket.value))
        } catch {
            let problem = Problem(error)
            throw Problems([
                Problem(
                    code: problem.code, message: "cannot open the store `\(bucket.value)`: \(error.detail)",
                    details: ["it comes from \(bucket.provenance)"], hint: "name a folder that exists",
                    exitStatus: problem.exitStatus)
            ])
        }
    }

    private static var nothingToFetchFrom: Problem {
        Problem(
            code: "no-store", message: "`--force-download` cannot fetch anything: no storage provider is set",
            hint: "set MODELKIT_STORAGE_PROVIDER or give --provider", exitStatus: 64)
    }

    private static func notBuilt(_ provider: Setting<Provider>) -> Problem {
        Problem(
            code: "provider-not-supported",
            message: "the storage provider `\(provider.value.rawValue)` is not supported by this version",
            details: ["it comes from \(provider.provenance)"], hint: "use the provider `local`", exitStatus: 1)
    }

    /// A store that is the assets directory itself would be read and written at once; modelkit refuses it too.
    static func checkApart(_ settings: Settings, _ directory: Directory) throws(Problems) {
        guard settings.provider?.value == .local, let bucket = settings.bucket?.value else { return }
        let path = AbsolutePath.of(bucket) + "/" + settings.prefix.value
        guard let place = try? Directory.open(path).status(), let own = try? directory.status() else { return }
        guard place.device == own.device, place.inode == own.inode else { return }
        throw Problems([
            Problem(
                code: "store-is-assets-directory",
                message: "the store and the assets directory are the same folder, `\(path)`",
                hint: "choose another assets directory; or, if the assets are there already, give `--provider none`",
                exitStatus: 9)
        ])
    }
}
