package import AssetModel
package import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

extension RegistryClient {
    /// Whether the repository is known to have a blob. It is not where the credentials may not look; the registry is not
    /// asked for others then.
    package func hasBlob(_ digest: SHA256Digest) async throws(StoreError) -> Bool {
        guard access.mayRead else { return false }
        var call = call(.head, .HEAD, .blob(digest), address(of: digest.tagged))
        call.expected = [404]
        do throws(StoreError) {
            return try await perform(call) { reply in
                _ = try await reply.response.readBody(limit: 1 << 16)
                return reply.response.status != 404
            }
        } catch {
            guard error.isRefusal else { throw error }
            access.noteUnreadable()
            return false
        }
    }

    /// A small blob, a config, whose digest was compared.
    ///
    /// - Parameter limit: in bytes.
    package func content(of digest: SHA256Digest, limit: Int = 8 << 20) async throws(StoreError) -> [UInt8] {
        let address = address(of: digest.tagged)
        let bytes = try await perform(call(.get, .GET, .blob(digest), address)) { reply in
            try await reply.response.readBody(limit: limit)
        }
        guard SHA256Digest(bytes: Digests.sha256(bytes)) == digest else {
            throw StoreError(
                .changed, operation: .get, address: address, detail: RegistryDetail.digestMismatch)
        }
        return bytes
    }

    /// The bytes of a blob as they arrive; where the connection breaks, the rest is asked for. Their digest is the reader's to
    /// compare.
    ///
    /// - Parameter size: as the manifest has it, in bytes.
    package func blob(
        _ digest: SHA256Digest, size: Int64
    ) async throws(StoreError) -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        let address = address(of: digest.tagged)
        let whole = try await open(digest, nil)
        guard whole.attributes.size == size else {
            throw StoreError(
                .changed, operation: .get, address: address,
                detail: ObjectDetail.sizeMismatch(expected: size, actual: whole.attributes.size))
        }
        return ResumingBody(
            address: address, range: 0..<size, opened: whole.body, context: requester.dialect.retries
        ) { rest in try await open(digest, rest).body }
    }

    /// A blob here as content that goes to another registry.
    package func source(of digest: SHA256Digest, size: Int64) -> any BlobSource {
        RemoteBlob(client: self, digest: digest, size: size)
    }

    private func open(_ digest: SHA256Digest, _ range: Range<Int64>?) async throws(StoreError) -> ObjectResponse {
        var call = call(.get, .GET, .blob(digest), address(of: digest.tagged))
        if let range {
            call.headers = ["range": "bytes=\(range.lowerBound)-\(max(range.upperBound - 1, range.lowerBound))"]
        }
        return try await perform(call) { reply in
            let content = try await RangedResponse.read(
                reply.response, asked: range, takesWhole: false, matches: { _ in nil })
            return ObjectResponse(
                attributes: ObjectAttributes(size: content.size, entityTag: nil), content: content)
        }
    }
}

private struct RemoteBlob: BlobSource {
    let client: RegistryClient
    let digest: SHA256Digest
    let size: Int64

    func open() async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        try await client.blob(digest, size: size)
    }
}

/// A blob that is in memory.
package struct BytesBlob: BlobSource {
    package let digest: SHA256Digest
    private let bytes: ByteBuffer

    package init(_ bytes: [UInt8]) {
        digest = SHA256Digest(bytes: Digests.sha256(bytes))
        self.bytes = ByteBuffer(bytes: bytes)
    }

    package var size: Int64 { Int64(bytes.readableBytes) }

    package func open() -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        OneBuffer(bytes)
    }
}
