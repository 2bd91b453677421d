internal import AssetModel
internal import FileSystem
internal import NIOCore
package import ObjectStore

/// How often a small object that was written while it was read is read anew. Each time another writer got on.
private let rereads = 10

extension ObjectStore {
    /// The whole of a small object, decoded.
    ///
    /// - Parameter limit: in bytes, so that nobody's mistake fills the memory.
    /// - Throws: `StoreError`; `ContentFault` where there is more than that, or what is no gzip and says it is.
    package func read(_ key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await readTagged(key, limit: limit).bytes
    }

    /// The same, with the entity tag that it had.
    ///
    /// Documents such as `.versions` are written while others read them. A read whose body broke off cannot go on with
    /// the content of another write: it starts over, up to `rereads` times.
    package func readTagged(_ key: ObjectKey, limit: Int) async throws -> TaggedContent {
        for _ in 0..<rereads {
            do {
                return try await readOnce(key, limit: limit)
            } catch let error as StoreError where error.kind == .changed {
                continue
            }
        }
        return try await readOnce(key, limit: limit)
    }

    private func readOnce(_ key: ObjectKey, limit: Int) async throws -> TaggedContent {
        let download = try await get(key, GetOptions())
        guard download.attributes.size <= Int64(limit) else {
            throw ContentFault.malformed(.tooLong(download.attributes.size, limit: limit))
        }
        let stored =
            switch download.body {
            case .stream(let chunks): try await collect(chunks, of: key, size: download.attributes.size)
            case .file(let file): try await read(file, of: key, size: download.attributes.size)
            }
        let isEncoded = download.attributes.encoding == .gzip
        return TaggedContent(
            bytes: isEncoded ? try decoded(stored, limit: limit) : stored, entityTag: download.attributes.entityTag)
    }

    private func decoded(_ stored: [UInt8], limit: Int) throws(ContentFault) -> [UInt8] {
        do {
            return try GzipDecoder.decode(stored, limit: limit)
        } catch {
            throw .malformed(.undecodable(error))
        }
    }

    private func collect(
        _ chunks: any BodyStream, of key: ObjectKey, size: Int64
    ) async throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        do {
            for try await chunk in chunks {
                bytes.append(contentsOf: chunk.readableBytesView)
                if bytes.count > size { break }
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.unavailable, operation: .get, address: address(of: key), detail: "\(error)")
        }
        return try whole(bytes, of: key, size: size)
    }

    private func read(_ file: OpenedFile, of key: ObjectKey, size: Int64) async throws(StoreError) -> [UInt8] {
        let bytes = await DiskQueue.shared.run {
            [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                count = readDescriptor(file.descriptor, into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        return try whole(bytes, of: key, size: size)
    }

    private func whole(_ bytes: [UInt8], of key: ObjectKey, size: Int64) throws(StoreError) -> [UInt8] {
        guard bytes.count == size else {
            throw StoreError(
                .invalidAnswer, operation: .get, address: address(of: key),
                detail: ObjectDetail.sizeMismatch(expected: size, actual: Int64(bytes.count)))
        }
        return bytes
    }
}

/// The content of a small object, and which of its contents it is.
package struct TaggedContent: Sendable, Hashable {
    package let bytes: [UInt8]
    /// Nil where the store has none.
    package let entityTag: String?
}
