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
        var call = GCSCall(.put, address: address(of: key), method: .POST, resource: .uploads(context.bucket))
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
            .startUpload, address: address(of: key), method: .POST, resource: .uploads(context.bucket))
        call.query = [("uploadType", "resumable")] + condition.query + encryption
        call.headers = ["content-type": "application/json; charset=UTF-8"]
        call.body = ByteBuffer(string: GCSNewObject(name: key.text, md5Hash: nil).text)
        let url = try await requester.perform(call) { reply in
            _ = try await reply.response.readBody(limit: 1 << 16)
            guard let url = reply.headers.first(name: "location").flatMap({ HTTPURL($0) }) else {
                throw GCSFailure.malformed(GCSResponseFault.noSession)
            }
            return url
        }
        return MultipartUpload(key: key, identifier: await sessions.add(url), condition: condition)
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        let operation = StoreOperation.uploadPart(number)
        var session = try await session(of: upload, operation)
        guard number == session.parts + 1 else {
            throw StoreError(
                .invalidAnswer, operation: operation, address: address(of: upload.key),
                detail: GCSObjectDetail.otherPart(expected: session.parts + 1))
        }
        session.tail.writeImmutableBuffer(content)
        session.crc32c = ContentChecksum.crc32c(session.crc32c, content)
        while session.tail.readableBytes >= GCSSession.unit {
            let (next, made) = try await sent(session, isLast: false, upload.key, operation)
            guard made == nil else {
                throw StoreError(
                    .invalidAnswer, operation: operation, address: address(of: upload.key),
                    detail: GCSObjectDetail.endedBeforeLastPart)
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
        let operation = StoreOperation.completeUpload
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
            .delete, address: address(of: key), method: .DELETE, resource: .object(context.bucket, key))
        call.expected = [404]
        try await requester.perform(call) { reply in _ = try await reply.response.readBody(limit: 1 << 16) }
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        let session = try await session(of: upload, .abortUpload)
        var call = GCSCall(
            .abortUpload, address: address(of: upload.key), method: .DELETE, resource: .upload(session.url))
        // What the store answers to a client that takes its request back.
        call.expected = [499]
        try await requester.perform(call) { reply in _ = try await reply.response.readBody(limit: 1 << 16) }
        await sessions.remove(upload.identifier)
    }

    private var encryption: [(name: String, value: String?)] {
        context.encryptionKey.map { [("kmsKeyName", $0)] } ?? []
    }
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
    func newObject() async throws -> GCSObject {
        let object = try await json(GCSObject.self)
        guard object.attributes != nil, object.generation != nil else {
            throw GCSFailure.malformed(GCSResponseFault.noWrittenObject)
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
