internal import AssetModel
internal import FileSystem
internal import NIOCore
internal import ObjectStore
internal import Synchronization

/// The digests of one object in staging, computed along the contiguous frontier of its file while its parts arrive in any
/// order: what arrives at the frontier is hashed from memory, and what lies beyond waits for what is missing before it and
/// is read back.
///
/// A class because the parts of an object arrive in many tasks.
final class FrontierHasher: Sendable {
    private struct Arrivals {
        /// Up to here, all was hashed or is being hashed.
        var frontier: Int64 = 0
        /// What is there beyond the frontier.
        var beyond: [Range<Int64>] = []
        var isBusy = false
        /// Whether the file may differ from what was hashed of it.
        var isStale = false

        /// Moves the frontier as far as it goes.
        mutating func advance() -> Range<Int64>? {
            let start = frontier
            while let next = beyond.firstIndex(where: { $0.lowerBound <= frontier }) {
                frontier = max(frontier, beyond.remove(at: next).upperBound)
            }
            return start < frontier ? start..<frontier : nil
        }

        /// - Returns: whether what was written at a range is hashed now.
        mutating func take(_ range: Range<Int64>) -> Bool {
            if range.lowerBound < frontier { isStale = true }
            guard !isBusy, range.lowerBound == frontier else {
                note(range)
                return false
            }
            frontier = range.upperBound
            isBusy = true
            return true
        }

        /// What a connection brings piece by piece is one range.
        private mutating func note(_ range: Range<Int64>) {
            if let before = beyond.firstIndex(where: { $0.upperBound == range.lowerBound }) {
                beyond[before] = beyond[before].lowerBound..<range.upperBound
            } else {
                beyond.append(range)
            }
        }
    }

    private struct Hashing {
        let expected: [ExpectedChecksum]
        private(set) var hash: ContentHash

        init(expecting expected: [ExpectedChecksum]) {
            self.expected = expected
            hash = ContentHash(expecting: expected)
        }
    }

    private let arrivals: Mutex<Arrivals>
    // Locked only by whoever is busy, so that nobody ever waits for it.
    private let hashing: Mutex<Hashing>

    /// - Parameters:
    ///   - checksums: of the object; none where nothing is known yet.
    ///   - present: what is in the file from an earlier run.
    init(expecting checksums: [ExpectedChecksum] = [], present: [Range<Int64>] = []) {
        hashing = Mutex(Hashing(expecting: checksums))
        arrivals = Mutex(Arrivals(beyond: present))
    }

    /// Begins anew, with what is told of the object now.
    func restart(expecting checksums: [ExpectedChecksum]) {
        arrivals.withLock { $0 = Arrivals() }
        hashing.withLock { $0 = Hashing(expecting: checksums) }
    }

    /// These bytes were written to the file, at a range of their size: hashes them where the frontier is there.
    func wrote(_ chunks: [ByteBuffer], at range: Range<Int64>) {
        guard arrivals.withLock({ $0.take(range) }) else { return }
        for chunk in chunks { chunk.withUnsafeReadableBytes(update) }
        arrivals.withLock { $0.isBusy = false }
    }

    private func update(_ bytes: UnsafeRawBufferPointer) {
        // As a number, since the compiler cannot see that the pointer does not stay in the hash.
        let (start, count) = (UInt(bitPattern: bytes.baseAddress), bytes.count)
        hashing.withLock {
            $0.hash.update(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count))
        }
    }

    /// A range is in the file: hashes as far as that closes the gap, unless another task is at it, which then goes on
    /// with this one too. Blocks on the disk.
    func arrived(_ range: Range<Int64>, in file: File) throws(FileError) {
        arrivals.withLock { $0.beyond.append(range) }
        try advance(in: file)
    }

    /// Hashes what is there without a gap, unless another task is at it. Blocks on the disk.
    func advance(in file: File) throws(FileError) {
        var next = arrivals.withLock { arrivals -> Range<Int64>? in
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
        if arrivals.withLock({ $0.isStale }) { restart(expecting: hashing.withLock { $0.expected }) }
        let frontier = arrivals.withLock { $0.frontier }
        if frontier < size { try hash(frontier..<size, of: file) }
        return hashing.withLock { $0.hash.finish() }
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
