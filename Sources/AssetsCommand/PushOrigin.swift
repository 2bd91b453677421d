internal import AssetModel
internal import FileSystem
internal import Glibc
internal import ObjectStore
internal import Publishing
internal import StoreProviders
internal import StoreTransport

/// Where what is pushed comes from.
enum PushOrigin: Sendable {
    case local(PushSource)
    case remote(RemoteOutline)

    var isRemote: Bool {
        if case .remote = self { return true }
        return false
    }

    var kind: AssetKind {
        switch self {
        case .local(let source): source.kind
        case .remote(let outline): outline.kind
        }
    }

    var count: Int {
        switch self {
        case .local(let source): source.files.count
        case .remote(let outline): outline.count
        }
    }

    var bytes: Int64 {
        switch self {
        case .local(let source): source.bytes
        case .remote(let outline): outline.bytes
        }
    }

    /// `3 files (34.1 MB)`
    var words: String { "\(Units.count(count, "file")) (\(Units.bytes(bytes)))" }

    /// - Parameter path: a local one; or an address, `s3://bucket/key` or `gs://bucket/key`, which is opened as the
    ///   store of the settings is. What is there by that name is meant first, as modelkit has it.
    static func look(_ path: String, _ settings: Settings, _ retries: RetryLog) async throws -> PushOrigin {
        if let scheme = ["s3", "gs"].first(where: { path.hasPrefix("\($0)://") }), access(path, F_OK) != 0 {
            return .remote(try await remote(path, scheme, settings, retries))
        }
        return .local(
            try await DiskQueue.shared.run { () throws(PushSourceFaults) in try PushSource(lookingAt: path) })
    }

    private static func remote(
        _ address: String, _ scheme: String, _ settings: Settings, _ retries: RetryLog
    ) async throws -> RemoteOutline {
        let parts = address.dropFirst(scheme.count + 3).split(separator: "/", maxSplits: 1)
        let key = parts.count == 2 ? String(parts[1].reversed().drop { $0 == "/" }.reversed()) : ""
        guard let bucket = parts.first, !key.isEmpty else {
            throw Problems([
                Problem(
                    code: "usage", message: "`\(address)` names no object", hint: "write \(scheme)://bucket/key",
                    exitStatus: 64)
            ])
        }
        let store: any ObjectStore =
            scheme == "s3"
            ? try BucketSettings.openS3(settings, String(bucket), retries).store
            : try BucketSettings.openGCS(settings, String(bucket), retries).store
        return try await RemoteOutline(of: ObjectKey(key), in: store)
    }

    /// Runs the body with what is on the disk; what is in a store is fetched into a temporary folder for as long.
    func readingLocally<Value>(
        window: Int, _ body: (PushSource) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .local(let source): return try await body(source)
        case .remote(let outline):
            let path: String
            let folder: TemporaryFolder
            do {
                folder = try TemporaryFolder()
            } catch {
                throw Self.problems(error)
            }
            defer { folder.remove() }
            do {
                path = try await outline.fetch(into: folder.path, window: window)
            } catch let error as FileError {
                throw Self.problems(error)
            }
            return try await body(try PushSource(lookingAt: path))
        }
    }

    /// Of the temporary folder, which is not the assets directory.
    private static func problems(_ error: FileError) -> Problems {
        Problems([
            Problem(
                code: "temporary-folder",
                message: "cannot \(error.attempt) `\(error.path.escapedForTerminal)`: \(lowerFirst(error.reason))",
                details: ["what is pushed from a store is fetched there first"],
                hint: "name a folder with room for it in TMPDIR", exitStatus: 9)
        ])
    }
}

/// A folder in TMPDIR, else /tmp.
private struct TemporaryFolder {
    let path: String

    init() throws(FileError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/modelkit-assets-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FileError(path: parent, attempt: "make a temporary folder in", code: errno)
        }
        path = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    func remove() {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        // What cannot be removed is the system's to clean up.
        try? Directory.open(String(path[..<slash]) + "/").remove(String(path[path.index(after: slash)...]))
    }
}
