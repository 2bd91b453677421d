internal import AssetModel
internal import FoundationEssentials
package import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

extension GCSStore: WritableStore {
    /// A session takes its bytes from the first to the last.
    package var takesPartsInAnyOrder: Bool { false }

    /// In one request of two parts: what the object is, and its content.
    ///
    /// Source: <https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects>
    package func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        let boundary = "modelkit-assets-\(UInt64.random(in: 0 ... .max))"
        let digest = Digests.md5(content.readableBytesView)
        var body = ByteBuffer(
            string: "--\(boundary)\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n"
                + GCSNewObject(name: key.text, md5Hash: Base64.encode(digest)).text
                + "\r\n--\(boundary)\r\ncontent-type: application/octet-stream\r\n\r\n")
        body.writeImmutableBuffer(content)
        body.writeString("\r\n--\(boundary)--\r\n")
        var call = GCSCall("put", address: address(of: key), method: .POST, place: .uploads(context.bucket))
        call.query = [("uploadType", "multipart")] + condition.query + encryption
        call.headers = ["content-type": "multipart/related; boundary=\"\(boundary)\""]
        call.body = body
        return try await requester.perform(call) { reply in
            let made = try await reply.newObject()
            return made.receipt(of: Int64(content.readableBytes)) {
                ContentChecksum.evidence(made.checksums, of: content, md5: digest)
            }
        }
    }

    /// Begins a session. Source: <https://cloud.google.com/storage/docs/performing-resumable-uploads>
    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        var call = GCSCall(
            "start an upload of", address: address(of: key), method: .POST, place: .uploads(context.bucket))
        call.query = [("uploadType", "resumable")] + condition.query + encryption
        call.headers = ["content-type": "application/json; charset=UTF-8"]
        call.body = ByteBuffer(string: GCSNewObject(name: key.text, md5Hash: nil).text)
        let url = try await requester.perform(call) { reply in
            _ = try await reply.response.readBody(limit: 1 << 16)
            guard let url = reply.headers.first(name: "location").flatMap({ HTTPURL($0) }) else {
                throw GCSTrouble.malformed("the upload has no address")
            }
            return url
        }
        return MultipartUpload(key: key, identifier: await sessions.add(url), condition: condition)
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        let operation = "upload part \(number) of"
        var session = try await session(of: upload, operation)
        guard number == session.parts + 1 else {
            throw StoreError(
                .invalidAnswer, operation: operation, address: address(of: upload.key),
                detail: "part \(session.parts + 1) is the next of this upload")
        }
        session.tail.writeImmutableBuffer(content)
        session.crc32c = ContentChecksum.crc32c(session.crc32c, content)
        while session.tail.readableBytes >= GCSSession.unit {
            let (next, made) = try await sent(session, isLast: false, upload.key, operation)
            guard made == nil else {
                throw StoreError(
                    .invalidAnswer, operation: operation, address: address(of: upload.key),
                    detail: "the store ended the upload before its last part")
            }
            session = next
        }
        session.parts = number
        await sessions.set(session, of: upload.identifier)
        return UploadedPart(
            number: number, size: Int64(content.readableBytes), entityTag: "\(number)", evidence: .none)
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        let operation = "complete the upload of"
        var session = try await session(of: upload, operation)
        while true {
            let (next, made) = try await sent(session, isLast: true, upload.key, operation)
            if let made {
                await sessions.remove(upload.identifier)
                let checksum = session.checksum
                return made.receipt(of: ByteSum.of(parts.map(\.size))) {
                    made.checksums.first { $0.algorithm == .crc32c }.map { $0.bytes == checksum ? .matches : .differs }
                        ?? .none
                }
            }
            session = next
        }
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) {
        var call = GCSCall(
            "delete", address: address(of: key), method: .DELETE, place: .object(context.bucket, key))
        call.expected = [404]
        try await requester.perform(call) { reply in _ = try await reply.response.readBody(limit: 1 << 16) }
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        let session = try await session(of: upload, "abort the upload of")
        var call = GCSCall(
            "abort the upload of", address: address(of: upload.key), method: .DELETE, place: .upload(session.url))
        // What the store answers to a client that takes its request back.
        call.expected = [499]
        try await requester.perform(call) { reply in _ = try await reply.response.readBody(limit: 1 << 16) }
        await sessions.remove(upload.identifier)
    }

    // MARK: Sessions

    private func session(of upload: MultipartUpload, _ operation: String) async throws(StoreError) -> GCSSession {
        if let session = await sessions[upload.identifier] { return session }
        throw StoreError(
            .notFound, operation: operation, address: address(of: upload.key), detail: "the upload was ended before")
    }

    /// Sends what waits, as far as it goes: whole units, and with the last all of it.
    ///
    /// - Returns: the session with what the store has not kept, and once it is whole the object.
    private func sent(
        _ session: GCSSession, isLast: Bool, _ key: ObjectKey, _ operation: String
    ) async throws(StoreError) -> (session: GCSSession, made: GCSObject?) {
        var session = session
        var course = CallCourse(operation, address: address(of: key), context.retries)
        while true {
            let count = session.tail.readableBytes
            let chunk = isLast ? count : count / GCSSession.unit * GCSSession.unit
            let start = session.offset
            do throws(StoreError) {
                let (kept, made) = try await send(session, chunk, isLast: isLast, key, operation)
                try session.keep(upTo: kept, operation, address: address(of: key))
                if made != nil || kept > start { return (session, made) }
                let error = course.error(.unavailable, "the store keeps nothing of what is sent")
                try await course.wait(RetryReason(error.detail), orThrow: error)
            } catch {
                guard error.kind == .unavailable, !Task.isCancelled else { throw error }
                try await course.wait(RetryReason(error.detail), orThrow: error)
                // Some of it may have been kept.
                let (kept, made) = try await asked(session, key, operation)
                try session.keep(upTo: kept, operation, address: address(of: key))
                if made != nil || kept > start { return (session, made) }
            }
        }
    }

    private func send(
        _ session: GCSSession, _ chunk: Int, isLast: Bool, _ key: ObjectKey, _ operation: String
    ) async throws(StoreError) -> (kept: Int64, made: GCSObject?) {
        let end = ByteSum.adding(session.offset, Int64(chunk))
        let total = isLast ? "\(end)" : "*"
        let range = chunk == 0 ? "bytes */\(total)" : "bytes \(session.offset)-\(end - 1)/\(total)"
        return try await put(
            range, session.tail.getSlice(at: session.tail.readerIndex, length: chunk), session, key, operation)
    }

    /// How much of it the store has.
    private func asked(
        _ session: GCSSession, _ key: ObjectKey, _ operation: String
    ) async throws(StoreError) -> (kept: Int64, made: GCSObject?) {
        try await put("bytes */*", nil, session, key, operation)
    }

    private func put(
        _ range: String, _ body: ByteBuffer?, _ session: GCSSession, _ key: ObjectKey, _ operation: String
    ) async throws(StoreError) -> (kept: Int64, made: GCSObject?) {
        var call = GCSCall(operation, address: address(of: key), method: .PUT, place: .upload(session.url))
        call.headers = ["content-range": range]
        // Of the whole object, with its last piece.
        if let body, body.readableBytes > 0, !range.hasSuffix("/*") {
            call.headers.add(name: "x-goog-hash", value: "crc32c=\(Base64.encode(session.checksum))")
        }
        call.body = body ?? ByteBuffer()
        // No redirect: there is more to come.
        call.expected = [308]
        // What was kept of it is asked for before more is sent.
        return try await requester.perform(call, body == nil ? .always : .never) { reply in
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

    private var encryption: [(name: String, value: String?)] {
        context.encryptionKey.map { [("kmsKeyName", $0)] } ?? []
    }
}

/// An upload under way.
struct GCSSession: Sendable {
    /// As good as a key: nothing else is asked of who writes to it.
    let url: HTTPURL
    /// What the store has, in bytes.
    var offset: Int64 = 0
    /// What it does not have yet.
    var tail = ByteBuffer()
    /// How many were given.
    var parts = 0
    /// Of all that was given.
    var crc32c: UInt32 = 0

    var checksum: [UInt8] { ContentChecksum.bigEndian(crc32c) }

    /// In bytes: all that is sent but the last is a multiple of it.
    static let unit = 256 << 10

    /// - Throws: where the store has less than it had: what it lost is here no longer.
    mutating func keep(upTo end: Int64, _ operation: String, address: String) throws(StoreError) {
        guard end >= offset else {
            throw StoreError(
                .invalidAnswer, operation: operation, address: address,
                detail: "the store has \(end) bytes of the upload, of which it had \(offset) before")
        }
        let count = Int(min(end - offset, Int64(tail.readableBytes)))
        tail.moveReaderIndex(forwardBy: count)
        tail.discardReadBytes()
        offset += Int64(count)
    }
}

/// The uploads of a store, each by a name that is no secret.
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

/// What is said of an object before its content.
private struct GCSNewObject: Encodable {
    let name: String
    let md5Hash: String?

    var text: String {
        // Texts alone: they can always be written.
        (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension GCSReply {
    /// What was just written.
    fileprivate func newObject() async throws -> GCSObject {
        let object = try await json(GCSObject.self)
        guard object.attributes != nil, object.generation != nil else {
            throw GCSTrouble.malformed("the answer does not say what was written: something else answered")
        }
        return object
    }
}

extension GCSObject {
    /// The CRC32C first, which every object has.
    fileprivate var checksums: [ObjectChecksum] {
        [GCSChecksum.of(crc32c: crc32c, md5: nil), GCSChecksum.of(crc32c: nil, md5: md5Hash)].compactMap(\.self)
    }

    /// - Parameter size: of what was sent, in bytes.
    fileprivate func receipt(of size: Int64, _ evidence: () -> WriteReceipt.Evidence) -> WriteReceipt {
        WriteReceipt(entityTag: generation, evidence: attributes?.size == size ? evidence() : .differs)
    }
}

extension PutCondition {
    fileprivate var query: [(name: String, value: String?)] {
        switch self {
        case .none: []
        case .ifAbsent: [("ifGenerationMatch", "0")]
        case .ifUnchanged(let generation): [("ifGenerationMatch", generation)]
        }
    }
}
