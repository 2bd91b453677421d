internal import FileSystem
internal import ObjectStore
internal import Synchronization

/// One object in staging: its digests in the making, and whether its file is as it will be when it appears.
///
/// A class because its parts arrive in many tasks.
final class StagedObject: Sendable {
    let hasher: FrontierHasher
    private let finished = Mutex<ContentDigests?>(nil)
    private let writing = Mutex(())

    /// Of every file of an asset, whatever the user's own would be.
    private static let mode: UInt32 = 0o644

    /// - Parameter progress: what an earlier run left of it; nil where nothing.
    init(_ progress: ObjectProgress?) {
        hasher = FrontierHasher(expecting: progress?.attributes.checksum, present: progress?.done ?? [])
    }

    /// Set once the file has all of its bytes, its mode and its time.
    var digests: ContentDigests? { finished.withLock { $0 } }

    /// Writes to the file, one at a time: the kernel lets one writer into a file, and the others spin for their turn, which
    /// cost a tenth of the time of a large object.
    func write(_ body: () throws(FileError) -> Void) throws(FileError) {
        try writing.withLock { _ throws(FileError) in try body() }
    }

    /// Gives the file its mode and time, and ends its digests. Blocks on the disk.
    func finish(_ file: File, time: Int64) throws(FileError) -> ContentDigests {
        if let digests { return digests }
        let status = try file.status()
        let digests = try hasher.finish(file, size: status.size)
        if status.mode != Self.mode { try file.setMode(Self.mode) }
        try file.setTime(to: time)
        // What is damaged is fetched again.
        if digests.mismatch == nil { finished.withLock { $0 = digests } }
        return digests
    }
}
