internal import FileSystem
internal import ObjectStore

/// Decoding from file to file.
enum GzipFile {
    /// - Parameter file: an empty one.
    /// - Returns: the digests of what was decoded. Blocks on the disk.
    static func decode(_ stored: File, into file: File) throws(FileError) -> ContentDigests {
        let hash = ContentHash()
        do {
            var end: Int64 = 0
            let decoder = GzipDecoder()
            try read(stored) { bytes in
                try decoder.decode(bytes) { piece in
                    try file.write(piece, at: end)
                    hash.update(piece)
                    end += Int64(piece.count)
                }
            }
            try decoder.end()
            return hash.finish()
        } catch let fault as DecodingFault {
            return ContentDigests(sha256: hash.finish().sha256, size: 0, fault: .decoding(fault))
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(path: file.path, attempt: .decode, refusal: .undecodable("\(error)"))
        }
    }

    private static func read(_ file: File, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        try ReadBuffer.with { buffer in
            var offset: Int64 = 0
            while case let count = try file.read(into: buffer, at: offset), count > 0 {
                try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
            }
        }
    }
}
