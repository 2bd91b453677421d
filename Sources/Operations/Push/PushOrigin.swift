package import AssetModel
internal import FileSystem
internal import Glibc
internal import ObjectStore
package import Publishing
internal import StoreProviders
internal import StoreTransport

/// Where what is pushed comes from.
package enum PushOrigin: Sendable {
    case local(PushSource)
    case remote(RemoteOutline)

    var isRemote: Bool {
        if case .remote = self { return true }
        return false
    }

    package var kind: AssetKind {
        switch self {
        case .local(let source): source.kind
        case .remote(let outline): outline.kind
        }
    }

    package var count: Int {
        switch self {
        case .local(let source): source.files.count
        case .remote(let outline): outline.count
        }
    }

    package var bytes: Int64 {
        switch self {
        case .local(let source): source.bytes
        case .remote(let outline): outline.bytes
        }
    }

    /// - Parameter path: a local one; or an address, `s3://bucket/key` or `gs://bucket/key`, which is opened as the
    ///   store of the settings is. What is there by that name is meant first, as modelkit has it.
    static func look(_ path: String, _ settings: Settings, _ retries: RetryLog) async throws -> PushOrigin {
        if let scheme = ["s3", "gs"].first(where: { PathText.hasPrefix(path, "\($0)://") }), access(path, F_OK) != 0 {
            return .remote(try await remote(path, scheme, settings, retries))
        }
        return .local(
            try await DiskQueue.shared.run { () throws(PushSourceFaults) in try PushSource(lookingAt: path) })
    }

    private static func remote(
        _ address: String, _ scheme: String, _ settings: Settings, _ retries: RetryLog
    ) async throws -> RemoteOutline {
        guard let (bucket, key) = bucketAndKey(address.utf8.dropFirst(scheme.utf8.count + 3)) else {
            throw Faults(.push(.noObject(address: address, scheme: scheme)))
        }
        let store: any ObjectStore =
            scheme == "s3"
            ? try BucketSettings.openS3(settings, bucket, retries).store
            : try BucketSettings.openGCS(settings, bucket, retries).store
        return try await RemoteOutline(of: ObjectKey(key), in: store)
    }

    /// - Returns: the key without slashes at its ends; nil where there is none, or no bucket.
    private static func bucketAndKey(_ place: Substring.UTF8View) -> (bucket: String, key: String)? {
        let slash = UInt8(ascii: "/")
        let parts = place.split(separator: slash, maxSplits: 1)
        guard parts.count == 2 else { return nil }
        var key = parts[1].drop { $0 == slash }
        while key.last == slash { key = key.dropLast() }
        return key.isEmpty ? nil : (String(Substring(parts[0])), String(Substring(key)))
    }

    /// Runs the body with what is on the disk; what is in a store is fetched into a temporary folder for as long.
    func readingLocally<Value>(
        _ settings: Settings, _ body: (PushSource) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .local(let source): return try await body(source)
        case .remote(let outline):
            let folder: TemporaryFolder
            do throws(FileError) {
                folder = try TemporaryFolder(settings.environment)
            } catch {
                throw Faults(.push(.temporaryFolder(error)))
            }
            defer { folder.remove() }
            let path: String
            do {
                path = try await outline.fetch(into: folder.path, window: settings.jobs.value)
            } catch let error as FileError {
                throw Faults(.push(.temporaryFolder(error)))
            }
            return try await body(try PushSource(lookingAt: path))
        }
    }
}
