internal import Synchronization

/// A buffer for the content of files, which the next reader gets again.
///
/// Were it freed, what is allocated meanwhile and lives longer would cut it up, and the heap grow by another for every few files.
package enum ReadBuffer {
    /// In bytes: it fits into a processor's cache.
    package static let size = 256 << 10

    // As numbers, since a pointer may not be shared. There are as many as were ever read into at once.
    private static let free = Mutex<[UInt]>([])

    /// Lends a buffer of `size` bytes.
    package static func with<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start =
            free.withLock { $0.popLast() }.flatMap(UnsafeMutableRawPointer.init(bitPattern:))
            ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        defer { free.withLock { $0.append(UInt(bitPattern: start)) } }
        return try body(UnsafeMutableRawBufferPointer(start: start, count: size))
    }
}
