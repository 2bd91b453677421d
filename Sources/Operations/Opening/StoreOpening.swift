package import AssetModel
internal import FileSystem
package import ObjectStore
internal import StoreProviders
internal import StoreTransport

/// Opens the store that the settings name.
enum StoreOpening {
    /// Seen from the prefix; nil in pre-downloaded mode.
    ///
    /// - Parameters:
    ///   - isNeeded: whether settings that cannot be used are an error at once, and not only once something is asked of the
    ///     store.
    ///   - isFolderNeeded: the same of a folder that is not there.
    static func open(
        _ settings: Settings, _ retries: RetryLog, isNeeded: Bool = true, isFolderNeeded: Bool = true
    ) throws(Faults) -> (any ObjectStore)? {
        let store: (any ObjectStore)?
        if !isFolderNeeded || settings.isOffline, let absent = absentFolder(settings) {
            store = absent
        } else {
            do {
                store = try bucket(settings, retries)
            } catch {
                guard !isNeeded, let closed = closedBucket(settings, error) else { throw error }
                store = closed
            }
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
            return AbsentStore(folder: path, error)
        }
    }

    /// Of a store on the network whose settings cannot be used.
    private static func closedBucket(_ settings: Settings, _ faults: Faults) -> AbsentStore? {
        guard case .configuration(let fault)? = faults.list.first, let bucket = settings.bucket?.value else {
            return nil
        }
        let name = "\(settings.provider?.value == .gcs ? "gs" : "s3")://\(bucket)"
        return AbsentStore(name: name, StoreError(fault, address: name))
    }

    /// The same for a command that writes to it.
    static func openForWriting(_ settings: Settings, _ retries: RetryLog) throws(Faults) -> any WritableStore {
        guard !settings.isOffline, let bucket = try bucket(settings, retries) else { throw Faults(.opening(.noStore)) }
        return WritablePrefixStore(bucket, prefix: settings.prefix.value)
    }

    private static func bucket(_ settings: Settings, _ retries: RetryLog) throws(Faults) -> (any WritableStore)? {
        guard let provider = settings.provider else {
            if case .flag = settings.forceDownload.provenance { throw Faults(.opening(.nothingToFetchFrom)) }
            return nil
        }
        guard let bucket = settings.bucket else {
            throw Faults(.opening(.noBucket(provider)))
        }
        switch provider.value {
        case .local: return try local(bucket)
        case .s3:
            return try BucketSettings.openS3(settings, bucket.value, retries, isAsked: !settings.isOffline).store
        case .gcs: return try BucketSettings.openGCS(settings, bucket.value, retries).store
        }
    }

    private static func local(_ bucket: Setting<String>) throws(Faults) -> LocalStore {
        do {
            return try LocalStore(path: AbsolutePath.of(bucket.value))
        } catch {
            throw Faults(.opening(.folder(error, bucket)))
        }
    }

    /// A store that is the assets directory itself would be read and written at once; modelkit refuses it too.
    static func checkApart(_ settings: Settings, _ directory: Directory) throws(Faults) {
        guard settings.provider?.value == .local, let bucket = settings.bucket?.value else { return }
        let path = AbsolutePath.of(bucket) + "/" + settings.prefix.value
        guard let place = try? Directory.open(path).status(), let own = try? directory.status() else { return }
        guard place.device == own.device, place.inode == own.inode else { return }
        throw Faults(.opening(.isAssetsDirectory(path: path)))
    }
}

/// Why a store cannot be opened.
package enum StoreOpeningFault: Error, Sendable {
    /// A command that is about the store was given none.
    case noStore
    case noBucket(Setting<Provider>)
    /// The folder cannot be opened.
    case folder(StoreError, Setting<String>)
    /// A flag wants everything fetched again, and there is nothing to fetch from.
    case nothingToFetchFrom
    /// The store and the assets directory are this folder.
    case isAssetsDirectory(path: String)
}
