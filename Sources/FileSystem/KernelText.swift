/// Small texts in which the kernel tells something: files of /proc and /sys, whose size nobody knows before they are read.
package enum KernelText {
    /// - Returns: at most the first 64 KiB, without white space at both ends; nil where the file cannot be read.
    package static func read(_ path: String) -> String? {
        // For the caller all reasons are one: what cannot be read is not known.
        guard let file = try? File.openForReading(path) else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            count = readDescriptor(file.descriptor, into: UnsafeMutableRawBufferPointer(buffer))
        }
        let end = bytes.lastIndex { $0 > 32 }.map { $0 + 1 } ?? 0
        return String(decoding: bytes[..<end].drop { $0 <= 32 }, as: UTF8.self)
    }
}
