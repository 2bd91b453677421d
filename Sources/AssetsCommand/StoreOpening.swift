internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import StoreProviders

/// Opens the store that the settings name.
enum StoreOpening {
    /// Seen from the prefix; nil in pre-downloaded mode.
    static func open(_ settings: Settings, _ retries: RetryLog) throws(Problems) -> (any ObjectStore)? {
        let store = try bucket(settings, retries).map { PrefixStore($0, prefix: settings.prefix.value) }
        return settings.isOffline ? store.map(OfflineStore.init) : store
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
        case .s3: return try BucketSettings.openS3(settings, bucket.value, retries).store
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
