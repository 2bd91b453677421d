internal import AssetModel
internal import Execution
internal import ImageFormat
internal import Planning
internal import Synchronization

/// Compares a file of an asset with the lock while it is read.
///
/// A class because the thread that reads and the one that compares hold it at once.
final class FileCheck: Sendable {
    private let pin: AssetPin
    private let file: ImageFile
    private let hash: Mutex<ContentHash>

    init(_ file: ImageFile, of pin: AssetPin) {
        (self.pin, self.file) = (pin, file)
        hash =
            switch file.content {
            case .sha256: Mutex(ContentHash())
            case .checksum(let checksum):
                Mutex(ContentHash(expecting: [ExpectedChecksum(checksum: checksum, recorder: .lock)]))
            }
    }

    func update(_ bytes: UnsafeRawBufferPointer) {
        // As a number, since the compiler cannot see that the pointer does not stay in the hash.
        let (start, count) = (UInt(bitPattern: bytes.baseAddress), bytes.count)
        hash.withLock { $0.update(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count)) }
    }

    /// After the last byte.
    func finish() throws(Faults) {
        let digests = hash.withLock { $0.finish() }
        switch file.content {
        case .sha256(let expected) where expected != digests.sha256:
            throw altered(actual: digests.sha256.tagged)
        case .checksum:
            if let actual = digests.otherChecksum { throw altered(actual: actual.tagged) }
        case .sha256: break
        }
    }

    func altered(actual: String) -> Faults {
        let content = AlteredContent(pin: pin, path: file.path, expected: file.content.tagged, actual: actual)
        return Faults(.image(.altered(content)))
    }
}

/// Some content that was read, and is to be compared.
struct UncheckedContent: Sendable {
    let check: FileCheck
    /// Where it is in what was read.
    let range: Range<Int>
    /// Whether it is the end of its file.
    let isLast: Bool

    /// - Parameter bytes: those of the range.
    func compare(_ bytes: UnsafeRawBufferPointer) throws(Faults) {
        check.update(bytes)
        if isLast { try check.finish() }
    }
}
