internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Synchronization

/// The digests of one object in staging, computed along the contiguous frontier of its file while its parts arrive in any
/// order: what lies behind the frontier is hashed, what lies beyond waits for what is missing before it.
///
/// A class because the parts of an object arrive in many tasks.
final class FrontierHasher: Sendable {
    private struct Arrivals {
        /// Up to here, all was hashed or is being hashed.
        var frontier: Int64 = 0
        /// What is there beyond the frontier.
        var beyond: [Range<Int64>] = []
        var isBusy = false

        /// Moves the frontier as far as it goes.
        mutating func advance() -> Range<Int64>? {
            let start = frontier
            while let next = beyond.firstIndex(where: { $0.lowerBound <= frontier }) {
                frontier = max(frontier, beyond.remove(at: next).upperBound)
            }
            return start < frontier ? start..<frontier : nil
        }
    }

    private let arrivals: Mutex<Arrivals>
    // Locked only by whoever is busy, so that nobody ever waits for it.
    private let hash: Mutex<ContentHash>

    /// - Parameters:
    ///   - checksums: of the object; none where nothing is known yet.
    ///   - present: what is in the file from an earlier run.
    init(expecting checksums: [ExpectedChecksum] = [], present: [Range<Int64>] = []) {
        hash = Mutex(ContentHash(expecting: checksums))
        arrivals = Mutex(Arrivals(beyond: present))
    }

    /// Begins anew, with what is told of the object now.
    func restart(expecting checksums: [ExpectedChecksum]) {
        arrivals.withLock { $0 = Arrivals() }
        hash.withLock { $0 = ContentHash(expecting: checksums) }
    }

    /// Takes the next bytes from memory: nothing has arrived beyond them.
    func take(_ bytes: UnsafeRawBufferPointer) {
        arrivals.withLock { $0.frontier += Int64(bytes.count) }
        update(bytes)
    }

    private func update(_ bytes: UnsafeRawBufferPointer) {
        // As a number, since the compiler cannot see that the pointer does not stay in the hash.
        let (start, count) = (UInt(bitPattern: bytes.baseAddress), bytes.count)
        hash.withLock { $0.update(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count)) }
    }

    /// A range is in the file: hashes as far as that closes the gap, unless another task is at it, which then goes on
    /// with this one too. Blocks on the disk.
    func arrived(_ range: Range<Int64>, in file: File) throws(FileError) {
        var next = arrivals.withLock { arrivals -> Range<Int64>? in
            arrivals.beyond.append(range)
            guard !arrivals.isBusy, let next = arrivals.advance() else { return nil }
            arrivals.isBusy = true
            return next
        }
        while let range = next {
            try hash(range, of: file)
            next = arrivals.withLock { arrivals in
                let next = arrivals.advance()
                arrivals.isBusy = next != nil
                return next
            }
        }
    }

    /// Hashes what is left, and tells the digests. Nothing arrives any more. Blocks on the disk.
    func finish(_ file: File, size: Int64) throws(FileError) -> ContentDigests {
        let frontier = arrivals.withLock { $0.frontier }
        if frontier < size { try hash(frontier..<size, of: file) }
        return hash.withLock { $0.finish() }
    }

    private func hash(_ range: Range<Int64>, of file: File) throws(FileError) {
        try ReadBuffer.with { buffer throws(FileError) in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let wanted = Int(min(Int64(buffer.count), range.upperBound - offset))
                let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
                // The file is shorter than what was written to it: somebody else changed it.
                guard count > 0 else {
                    throw FileError(path: file.path, attempt: .read, refusal: .truncated)
                }
                update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
            }
        }
    }
}
