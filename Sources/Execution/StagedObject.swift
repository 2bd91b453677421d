internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import Synchronization

/// One object in staging: its digests in the making, and whether its file is as it will be when it appears.
///
/// A class because its parts arrive in many tasks.
final class StagedObject: Sendable {
    let hasher: FrontierHasher
    /// Of those who write to its file.
    let turns = WriteTurns()
    private let encoding: Mutex<ContentEncoding?>
    /// What stands in for a digest in the lock.
    private let standIn: ObjectChecksum?
    private let finished = Mutex<ContentDigests?>(nil)

    /// - Parameter progress: what an earlier run left of it; nil where nothing.
    init(_ facts: ObjectFacts, _ progress: ObjectProgress?) {
        standIn = facts.sha256 == nil ? facts.checksum : nil
        let expected = Self.expected(progress?.attributes, standIn)
        hasher = FrontierHasher(expecting: expected, present: progress?.done ?? [])
        encoding = Mutex(progress?.attributes.encoding)
    }

    /// Begins anew, with what the store tells of the object now.
    func begin(_ attributes: ObjectAttributes) {
        hasher.restart(expecting: Self.expected(attributes, standIn))
        encoding.withLock { $0 = attributes.encoding }
    }

    private static func expected(_ attributes: ObjectAttributes?, _ standIn: ObjectChecksum?) -> [ExpectedChecksum] {
        [
            standIn.map { ExpectedChecksum(checksum: $0, recorder: .lock) },
            attributes?.checksum.map { ExpectedChecksum(checksum: $0, recorder: .store) },
        ].compactMap(\.self)
    }

    /// Whether what arrives is to be decoded.
    var isEncoded: Bool { encoding.withLock { $0 != nil } }

    /// Set once the file has all of its bytes, its mode and its time.
    var digests: ContentDigests? { finished.withLock { $0 } }

    /// Notes that the file is as it will be. What is damaged is fetched again.
    func finish(_ digests: ContentDigests) {
        if digests.fault == nil { finished.withLock { $0 = digests } }
    }
}
