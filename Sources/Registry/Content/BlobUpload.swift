internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport
internal import Synchronization

extension RegistryClient {
    /// Sends a blob: one request begins the upload, and one has all of it. No registry is known that does not take that, and
    /// some take nothing else.
    ///
    /// Where it is not known whether the registry has taken it, it is asked; and where it has not, the upload begins anew.
    ///
    /// - Parameter other: a repository of the same registry that has the blob, from which it may be taken over.
    /// - Throws: `StoreError`, and whatever the source throws.
    package func upload(_ blob: any BlobSource, mountingFrom other: String? = nil) async throws -> BlobDelivery {
        let address = address(of: blob.digest.tagged)
        var state = RetryState(.push, address: address, requester.dialect.retries)
        var other = other
        while true {
            let session: HTTPURL
            switch try await begin(blob.digest, mountingFrom: other) {
            case .mounted: return .mounted
            case .session(let url): session = url
            }
            other = nil
            let reading = SourceReading(blob)
            do throws(StoreError) {
                try await send(reading, to: session, address)
                return .sent
            } catch {
                if let cause = reading.failure { throw cause }
                guard Self.isAmbiguous(error), !Task.isCancelled else { throw error }
                if try await hasBlob(blob.digest) { return .present }
                try await state.wait(
                    RetryReason(error.detail?.value ?? CallNote.invalidResponse, wait: error.pause), orThrow: error)
            }
        }
    }

    /// Whether the registry may have taken a blob all the same: the answer was lost, or the upload that it was for is gone,
    /// which is what a second attempt to end it comes to as well.
    private static func isAmbiguous(_ error: StoreError) -> Bool {
        switch error.kind {
        case .unavailable, .notFound: true
        case .invalidAnswer: (error.detail?.value as? ServiceAnswer)?.code?.hasPrefix("BLOB_UPLOAD_") ?? false
        case .permissionDenied, .unauthenticated, .credentialsUnavailable, .changed, .invalidRange, .misconfigured,
            .unusableSettings:
            false
        }
    }

    private enum Beginning: Sendable {
        case mounted
        case session(HTTPURL)
    }

    private func begin(_ digest: SHA256Digest, mountingFrom other: String?) async throws(StoreError) -> Beginning {
        guard let other else { return try await begin(digest, [], []) }
        do throws(StoreError) {
            return try await begin(
                digest, [("mount", digest.tagged), ("from", other)], [AccessScope.pull(other)])
        } catch {
            // Some refuse what they could leave undone, and some tokens are not given for two repositories.
            switch error.kind {
            case .permissionDenied, .unauthenticated, .notFound, .invalidAnswer:
                return try await begin(digest, [], [])
            case .credentialsUnavailable, .changed, .invalidRange, .unavailable, .misconfigured, .unusableSettings:
                throw error
            }
        }
    }

    private func begin(
        _ digest: SHA256Digest, _ query: [(name: String, value: String?)], _ scopes: [AccessScope]
    ) async throws(StoreError) -> Beginning {
        var call = call(.push, .POST, .uploads, address(of: digest.tagged))
        call.query = query
        call.scopes += scopes
        let sent = call
        return try await perform(sent) { reply in
            _ = try await reply.response.readBody(limit: 1 << 16)
            if reply.response.status == 201 { return .mounted }
            return .session(try place(reply, of: sent))
        }
    }

    private func send(_ reading: SourceReading, to session: HTTPURL, _ address: String) async throws(StoreError) {
        var call = call(.push, .PUT, .place(session), address)
        call.query = [("digest", reading.blob.digest.tagged)]
        call.headers = ["content-type": "application/octet-stream"]
        call.content = .stream(reading.body)
        try await perform(call, .notIdempotent) { reply in
            _ = try await reply.response.readBody(limit: 1 << 16)
            let kept = reply.headers.first(name: "docker-content-digest")
            guard let kept, kept.hasPrefix("sha256:"), kept != reading.blob.digest.tagged else { return }
            throw StoreError(
                .changed, operation: .push, address: address, detail: RegistryDetail.computed(digest: kept))
        }
    }

    /// Begins an upload and takes that back: whether it may be pushed to.
    package func tryPushing() async throws(StoreError) {
        let digest = SHA256Digest(bytes: Digests.sha256([]))
        guard case .session(let url) = try await begin(digest, mountingFrom: nil) else { return }
        var call = call(.push, .DELETE, .place(url), reference.name)
        // Registries forget uploads by themselves, and some know no other way.
        call.expected = Set(400..<500).subtracting([401])
        _ = try? await perform(call, .notIdempotent) { _ in 0 }
    }
}

/// Content as it is read to be sent: what goes wrong with it is told as it is, and not as the connection's end.
///
/// A class because the transport reads what the upload asks about.
private final class SourceReading: Sendable {
    let blob: any BlobSource
    private let fault = Mutex<(any Error)?>(nil)

    init(_ blob: any BlobSource) { self.blob = blob }

    var failure: (any Error)? { fault.withLock { $0 } }

    var body: StreamedBody {
        StreamedBody(length: blob.size) { [self] in
            do {
                return Pieces(base: try await blob.open(), reading: self)
            } catch {
                note(error)
                throw error
            }
        }
    }

    fileprivate func note(_ error: any Error) {
        // What is interrupted because the connection ended is no fault of the content.
        guard !(error is CancellationError), !Task.isCancelled else { return }
        fault.withLock { $0 = $0 ?? error }
    }

    struct Pieces: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        typealias Failure = any Error

        let base: any AsyncSequence<ByteBuffer, any Error> & Sendable
        let reading: SourceReading

        func makeAsyncIterator() -> Iterator { Iterator(pieces: base.makeAsyncIterator(), reading: reading) }

        struct Iterator: AsyncIteratorProtocol {
            var pieces: any AsyncIteratorProtocol<ByteBuffer, any Error>
            let reading: SourceReading

            @concurrent mutating func next() async throws -> ByteBuffer? {
                do {
                    return try await pieces.next()
                } catch {
                    reading.note(error)
                    throw error
                }
            }
        }
    }
}
