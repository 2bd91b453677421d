internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import StoreProviders
internal import StoreTransport

/// Opens the store that the settings name.
enum StoreOpening {
    /// Seen from the prefix; nil in pre-downloaded mode.
    ///
    /// - Parameter isNeeded: whether a folder that is not there is an error at once, and not only once something is asked of it.
    static func open(
        _ settings: Settings, _ retries: RetryLog, isNeeded: Bool = true
    ) throws(Problems) -> (any ObjectStore)? {
        let store: (any ObjectStore)?
        if !isNeeded || settings.isOffline, let absent = absentFolder(settings) {
            store = absent
        } else {
            store = try bucket(settings, retries)
        }
        let prefixed = store.map { PrefixStore($0, prefix: settings.prefix.value) }
        return settings.isOffline ? prefixed.map(OfflineStore.init) : prefixed
    }

    private static func absentFolder(_ settings: Settings) -> AbsentStore? {
        guard settings.provider?.value == .local, let bucket = settings.bucket?.value else { return nil }
        let path = AbsolutePath.of(bucket)
        do throws(StoreError) {
            _ = try LocalStore(path: path)
            return nil
        } catch {
            var fault = error
            fault.remedy = "name a folder that exists, or mount it"
            return AbsentStore(name: path, fault)
        }
    }

    /// The same for a command that writes to it.
    static func openForWriting(_ settings: Settings, _ retries: RetryLog) throws(Problems) -> any WritableStore {
        guard !settings.isOffline, let bucket = try bucket(settings, retries) else { throw Problems([.noStore]) }
        return WritablePrefixStore(bucket, prefix: settings.prefix.value)
    }

    private static func bucket(_ settings: Settings, _ retries: RetryLog) throws(Problems) -> (any WritableStore)? {
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
        case .local: return try local(bucket)
        case .s3:
            return try BucketSettings.openS3(settings, bucket.value, retries, isAsked: !settings.isOffline).store
        case .gcs: return try BucketSettings.openGCS(settings, bucket.value, retries).store
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

extension Problem {
    /// A command that is about the store was given none.
    static let noStore = Problem(
        code: "no-store", message: "no storage provider is set",
        hint: "set MODELKIT_STORAGE_PROVIDER or give --provider", exitStatus: 1)
}
