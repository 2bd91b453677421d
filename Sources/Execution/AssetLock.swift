package import AssetModel
package import FileSystem

/// The lock of one asset's name, which Python modelkit takes too: a `flock` on `.cache/NAME.lock`.
///
/// Given back when the value goes away. Source: modelkit 0.1.3 `assets/manager.py`, and Python `filelock`, whose newer
/// versions may unlink the file, so that a lock counts only while the path still leads to it.
package struct AssetLock: Sendable {
    private let file: File

    /// How often a held lock is tried, as Python's filelock does.
    private static let pollInterval = Duration.milliseconds(50)

    /// Waits for the lock, as long as the share of the patience lasts.
    ///
    /// - Parameter waiting: told when the wait begins and whenever the holder changes, but not again in the second share.
    /// - Returns: nil where the first share is used up.
    /// - Throws: `ExecutionFailure.lockTimeout` where another one is, or `CancellationError`.
    static func acquire(
        _ name: AssetName, in directory: Directory, patience: LockPatience, share: LockPatience.Share,
        waiting: (LockWait) -> Void
    ) async throws -> AssetLock? {
        let clock = ContinuousClock()
        let length = Duration.seconds(patience.seconds(of: share))
        var (deadline, seen) = (clock.now + length, LockProgress(statuses: []))
        var announced: LockWait?
        while true {
            if let lock = try await tryAcquire(name, in: directory) { return lock }
            let (wait, progress) = await DiskQueue.shared.run {
                (describeWait(name, in: directory, patience), LockProgress.of(name, in: directory))
            }
            if wait != announced, share != .afterBlocked { waiting(wait) }
            announced = wait
            if patience.extendsWithProgress, share != .beforeBlocked, progress != seen { deadline = clock.now + length }
            seen = progress
            guard clock.now < deadline else {
                if share == .beforeBlocked { return nil }
                throw ExecutionFailure.lockTimeout(wait)
            }
            try await Task.sleep(for: pollInterval)
        }
    }

    /// The lock if nobody holds it.
    package static func tryAcquire(_ name: AssetName, in directory: Directory) async throws -> AssetLock? {
        try await DiskQueue.shared.run { () throws(FileError) in try tryOnce(name, in: directory) }
    }

    /// The same, on the thread that asks.
    static func tryOnce(_ name: AssetName, in directory: Directory) throws(FileError) -> AssetLock? {
        let (folder, entry) = try location(of: name, in: directory)
        let file = try create(entry, in: folder)
        guard try file.tryLock() else { return nil }
        let (held, there) = (try file.status(), try folder.status(of: entry))
        guard held.inode == there?.inode, held.device == there?.device else { return nil }
        return AssetLock(file: file)
    }

    /// Opens the lock file. One that another user's mask keeps from being written can be locked all the same.
    private static func create(_ entry: String, in folder: Directory) throws(FileError) -> File {
        do {
            return try folder.createNewFile(entry, isShared: true)
        } catch  where error.isExisting {
            return folder.mayWrite(to: entry) ? try folder.createFile(entry) : try folder.openFile(entry)
        } catch {
            throw error
        }
    }

    private static func location(
        of name: AssetName, in directory: Directory
    ) throws(FileError) -> (folder: Directory, entry: String) {
        let (parent, entry) = splitLast(ModelkitLayout.lockFile(of: name))
        return (try directory.makeDirectory(parent), entry)
    }

    private static func describeWait(_ name: AssetName, in directory: Directory, _ patience: LockPatience) -> LockWait {
        let path = ModelkitLayout.lockFile(of: name)
        let (parent, entry) = splitLast(path)
        // For words alone: without it they name no holder.
        let status = try? directory.directory(parent).status(of: entry)
        return LockWait(
            path: "\(directory.path)/\(path)", holder: status.flatMap(LockHolder.find), limit: patience.seconds)
    }
}

/// Something that changes while the holder of a lock gets on with the asset, whichever version it is about.
struct LockProgress: Hashable, Sendable {
    fileprivate let statuses: [FileStatus]

    /// The journals that this tool's runs write, and the files and folders that Python modelkit does. What cannot be looked at,
    /// or goes meanwhile, shows no progress: the wait is not made longer for it.
    static func of(_ name: AssetName, in directory: Directory) -> LockProgress {
        let staging = try? directory.directoryIfPresent("\(ToolLayout.stagingFolder)/\(name)")
        let journals = ((try? staging?.entries()) ?? []).compactMap { entry in
            try? staging?.directoryIfPresent(entry)?.status(of: ToolLayout.journal)
        }
        let folder = try? directory.directoryIfPresent(name.text)
        let versions = ((try? folder?.entries()) ?? []).compactMap { try? folder?.status(of: $0) }
        return LockProgress(statuses: journals + versions)
    }
}

/// The folder and the last component of a path below the assets directory.
func splitLast(_ path: String) -> (parent: String, last: String) {
    // By bytes: a slash before a combining mark is no Character of its own.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
}
