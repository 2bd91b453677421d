internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

extension GCSStore {
    func session(of upload: MultipartUpload, _ operation: StoreOperation) async throws(StoreError) -> GCSSession {
        if let session = await sessions[upload.identifier] { return session }
        throw StoreError(
            .notFound, operation: operation, address: address(of: upload.key), detail: GCSObjectDetail.uploadHasEnded)
    }

    /// Sends as much of the buffered content as can be sent: whole units, and with the last all of it.
    ///
    /// - Returns: the session with what the store has not kept, and after the last the object.
    func sent(
        _ session: GCSSession, isLast: Bool, _ key: ObjectKey, _ operation: StoreOperation
    ) async throws(StoreError) -> (session: GCSSession, made: GCSObject?) {
        var session = session
        var state = RetryState(operation, address: address(of: key), context.retries)
        while true {
            let count = session.tail.readableBytes
            let chunk = isLast ? count : count / GCSSession.unit * GCSSession.unit
            let start = session.offset
            do throws(StoreError) {
                let (kept, made) = try await send(session, chunk, isLast: isLast, key, operation)
                try session.keep(upTo: kept, operation, address: address(of: key))
                if made != nil || kept > start { return (session, made) }
                var error = state.error(.unavailable, GCSObjectDetail.keepsNothing)
                error.cause = .failing
                try await state.wait(RetryReason(GCSObjectDetail.keepsNothing), orThrow: error)
            } catch {
                guard error.kind == .unavailable, !Task.isCancelled else { throw error }
                try await state.wait(
                    RetryReason(error.detail?.value ?? CallNote.invalidResponse, wait: error.pause), orThrow: error)
                // Some of it may have been kept.
                let (kept, made) = try await kept(in: session, key, operation)
                try session.keep(upTo: kept, operation, address: address(of: key))
                if made != nil || kept > start { return (session, made) }
            }
        }
    }

    private func send(
        _ session: GCSSession, _ chunk: Int, isLast: Bool, _ key: ObjectKey, _ operation: StoreOperation
    ) async throws(StoreError) -> (kept: Int64, made: GCSObject?) {
        let end = ByteSum.adding(session.offset, Int64(chunk))
        let total = isLast ? "\(end)" : "*"
        let range = chunk == 0 ? "bytes */\(total)" : "bytes \(session.offset)-\(end - 1)/\(total)"
        return try await put(
            range, session.tail.getSlice(at: session.tail.readerIndex, length: chunk), session, key, operation)
    }

    /// How much of it the store has.
    private func kept(
        in session: GCSSession, _ key: ObjectKey, _ operation: StoreOperation
    ) async throws(StoreError) -> (kept: Int64, made: GCSObject?) {
        try await put("bytes */*", nil, session, key, operation)
    }

    private func put(
        _ range: String, _ body: ByteBuffer?, _ session: GCSSession, _ key: ObjectKey, _ operation: StoreOperation
    ) async throws(StoreError) -> (kept: Int64, made: GCSObject?) {
        var call = GCSCall(operation, address: address(of: key), method: .PUT, resource: .upload(session.url))
        call.headers = ["content-range": range]
        // Of the whole object, with its last piece.
        if let body, body.readableBytes > 0, !range.hasSuffix("/*") {
            call.headers.add(name: "x-goog-hash", value: "crc32c=\(Base64.encode(session.checksum))")
        }
        call.body = body ?? ByteBuffer()
        // No redirect: there is more to come.
        call.expected = [308]
        // Where its answer is lost, the store is asked how much it kept before more is sent.
        return try await requester.perform(call, body == nil ? .idempotent : .notIdempotent) { reply in
            guard reply.response.status == 308 else {
                return (
                    ByteSum.adding(session.offset, Int64(body?.readableBytes ?? 0)), try await reply.newObject()
                )
            }
            _ = try await reply.response.readBody(limit: 1 << 16)
            // Without the header, nothing was kept.
            let last = reply.headers.first(name: "range")?.split(separator: "-").last.flatMap { Int64($0) }
            return (last.map { ByteSum.adding($0, 1) } ?? 0, nil)
        }
    }
}

/// An upload under way.
struct GCSSession: Sendable {
    /// A secret: requests to it need no token.
    let url: HTTPURL
    /// How much the store has kept, in bytes.
    var offset: Int64 = 0
    /// What it has not kept yet.
    var tail = ByteBuffer()
    /// How many parts the caller has passed.
    var parts = 0
    /// Of all parts that the caller has passed.
    var crc32c: UInt32 = 0

    var checksum: [UInt8] { ContentChecksum.bigEndian(crc32c) }

    /// In bytes: all that is sent but the last is a multiple of it.
    static let unit = 256 << 10

    /// - Throws: where the store has less than it had: what it lost is here no longer.
    mutating func keep(upTo end: Int64, _ operation: StoreOperation, address: String) throws(StoreError) {
        guard end >= offset else {
            throw StoreError(
                .invalidAnswer, operation: operation, address: address,
                detail: GCSObjectDetail.lost(from: offset, to: end))
        }
        let count = Int(min(end - offset, Int64(tail.readableBytes)))
        tail.moveReaderIndex(forwardBy: count)
        tail.discardReadBytes()
        offset += Int64(count)
    }
}

/// The uploads of a store, each by a name that may be written down.
actor UploadSessions {
    private var sessions: [String: GCSSession] = [:]
    private var count = 0

    subscript(name: String) -> GCSSession? { sessions[name] }

    func add(_ url: HTTPURL) -> String {
        count += 1
        sessions["upload-\(count)"] = GCSSession(url: url)
        return "upload-\(count)"
    }

    func set(_ session: GCSSession, of name: String) { sessions[name] = session }

    func remove(_ name: String) { sessions[name] = nil }
}
