package import AssetModel
package import FileSystem
internal import NIOCore
package import ObjectStore
internal import Planning

/// What a file in the assets directory holds.
package struct LocalContent: Sendable {
    package let digest: FileDigest
    /// Whether it has the size and the checksum that it was compared with.
    package let isAsTold: Bool

    /// Reads the whole file. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - path: inside the asset; nil for a file asset.
    ///   - size: what the content should have, in bytes; nil where that is not known, as the checksum.
    /// - Throws: where it is missing, no regular file, or cannot be read.
    package static func of(
        _ pin: AssetPin, _ path: RelativePath?, in directory: Directory, size: Int64? = nil,
        expecting checksum: ObjectChecksum? = nil
    ) throws(FileError) -> LocalContent {
        let (parent, name) = splitLast(ModelkitLayout.localPath(of: pin) + (path.map { "/\($0)" } ?? ""))
        let hash = ContentHash(expecting: checksum.map { [ExpectedChecksum(checksum: $0, recorder: .store)] } ?? [])
        let file = try directory.directory(parent).openFile(name)
        guard try file.status().kind == .file else {
            throw FileError(path: file.path, attempt: .read, refusal: .notRegularFile)
        }
        try file.readAll { hash.update($0) }
        let digests = hash.finish()
        return LocalContent(
            digest: FileDigest(sha256: digests.sha256, size: digests.size),
            isAsTold: digests.fault == nil && size ?? digests.size == digests.size)
    }
}

extension FileDigest {
    /// Of a whole file. Blocks on the disk.
    package init(of file: File) throws(FileError) {
        let hash = ContentHash()
        try file.readAll { hash.update($0) }
        self.init(hash)
    }
}

extension FileDigest {
    /// Of a whole object.
    ///
    /// - Throws: `.invalidAnswer` where it is stored encoded, or another number of bytes came than were announced.
    package init(ofObject key: ObjectKey, in store: any ObjectStore) async throws {
        let download = try await store.get(key, GetOptions())
        func fault(_ detail: ObjectDetail) -> StoreError {
            StoreError(.invalidAnswer, operation: .get, address: store.address(of: key), detail: detail)
        }
        guard download.attributes.encoding == nil else { throw fault(.isEncoded) }
        let hash = ContentHash()
        switch download.body {
        case .stream(let chunks):
            for try await chunk in chunks { chunk.withUnsafeReadableBytes { hash.update($0) } }
            self = FileDigest(hash)
        case .file(let file):
            self = await DiskQueue.shared.run {
                ReadBuffer.with { buffer in
                    let hash = ContentHash()
                    var offset: Int64 = 0
                    while case let count = readDescriptor(file.descriptor, into: buffer, at: offset), count > 0 {
                        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                        offset += Int64(count)
                    }
                    return FileDigest(hash)
                }
            }
        }
        guard size == download.attributes.size else {
            throw fault(.sizeMismatch(expected: download.attributes.size, actual: size))
        }
    }

    private init(_ hash: ContentHash) {
        let digests = hash.finish()
        self.init(sha256: digests.sha256, size: digests.size)
    }
}

extension File {
    /// Whether the whole file has the checksum. Blocks on the disk.
    package func has(_ checksum: ObjectChecksum) throws(FileError) -> Bool {
        let hash = ContentHash(expecting: [ExpectedChecksum(checksum: checksum, recorder: .store)])
        try readAll { hash.update($0) }
        return hash.finish().fault == nil
    }

    /// Reads the whole file piece by piece.
    func readAll(_ take: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
        try ReadBuffer.with { buffer throws(FileError) in
            var offset: Int64 = 0
            while case let count = try read(into: buffer, at: offset), count > 0 {
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
            }
        }
    }
}
