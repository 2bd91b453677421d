internal import AssetModel
package import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

extension S3Store: WritableStore {
    package func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        var call = S3Call(.put, address: address(of: key), method: .PUT, key: key)
        let digest = call.carry(content)
        call.headers.add(contentsOf: encryption + condition.headers)
        return try await requester.perform(call) { reply in try await reply.receipt(for: content, md5: digest) }
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) {
        let call = S3Call(.delete, address: address(of: key), method: .DELETE, key: key)
        try await requester.perform(call) { reply in _ = try await reply.response.readBody(limit: 1 << 16) }
    }

    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        var call = S3Call(.startUpload, address: address(of: key), method: .POST, key: key)
        call.query = [("uploads", nil)]
        call.headers.add(contentsOf: encryption)
        return try await requester.perform(call) { reply in
            guard let identifier = try await reply.xml()["UploadId"], !identifier.isEmpty else {
                throw S3Failure.malformed(S3ResponseFault.noUploadID)
            }
            return MultipartUpload(key: key, identifier: identifier, condition: condition)
        }
    }

    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>
    package func unfinishedUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload? {
        var call = S3Call(.findUploads, address: address(of: key), method: .GET)
        call.query = [("encoding-type", "url"), ("prefix", key.text), ("uploads", nil)]
        let found = try await requester.perform(call) { reply in
            try S3UploadListing.latest(of: key, try await reply.xml())
        }
        guard let found else { return nil }
        var parts: [Int: UploadedPart] = [:]
        var marker: String?
        repeat {
            var call = S3Call(.listParts, address: address(of: key), method: .GET, key: key)
            call.query = [("uploadId", found)] + (marker.map { [("part-number-marker", $0)] } ?? [])
            let (page, next) = try await requester.perform(call) { [marker] reply in
                try S3UploadListing.parts(try await reply.xml(), after: marker)
            }
            for part in page { parts[part.number] = part }
            marker = next
        } while marker != nil
        return MultipartUpload(key: key, identifier: found, condition: condition, parts: parts)
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        var call = S3Call(.uploadPart(number), address: address(of: upload.key), method: .PUT, key: upload.key)
        call.query = [("partNumber", "\(number)"), ("uploadId", upload.identifier)]
        let digest = call.carry(content)
        // The entity tag of a part is its MD5; where a key of KMS makes it something else, the part is sent again.
        if let part = upload.parts[number], part.size == content.readableBytes,
            S3EntityTag.md5(part.entityTag)?.bytes == digest
        {
            return part
        }
        return try await requester.perform(call) { reply in
            let receipt = try await reply.receipt(for: content, md5: digest)
            return UploadedPart(
                number: number, size: Int64(content.readableBytes), entityTag: receipt.entityTag ?? "",
                evidence: receipt.evidence)
        }
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        var call = S3Call(.completeUpload, address: address(of: upload.key), method: .POST, key: upload.key)
        call.query = [("uploadId", upload.identifier)]
        call.body = ByteBuffer(string: Self.document(of: parts))
        call.headers.add(name: "content-type", value: "application/xml")
        call.headers.add(contentsOf: upload.condition.headers)
        return try await requester.perform(call) { reply in
            // The answer to an upload that cannot be completed may have a status of success.
            let root = try await reply.xml()
            guard root.name == "CompleteMultipartUploadResult",
                let tag = root["ETag"] ?? reply.headers.first(name: "etag")
            else { throw S3Failure.malformed(S3ResponseFault.noETagOfCompletedObject) }
            return WriteReceipt(entityTag: tag, evidence: S3EntityTag.evidence(tag, of: parts))
        }
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        var call = S3Call(.abortUpload, address: address(of: upload.key), method: .DELETE, key: upload.key)
        call.query = [("uploadId", upload.identifier)]
        try await requester.perform(call) { reply in _ = try await reply.response.readBody(limit: 1 << 16) }
    }

    private var encryption: HTTPHeaders {
        guard let key = requester.context.encryptionKey else { return [:] }
        return ["x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": key]
    }

    private static func document(of parts: [UploadedPart]) -> String {
        let items = parts.sorted { $0.number < $1.number }.map { part in
            "<Part><ETag>\(part.entityTag.escapedForXML)</ETag><PartNumber>\(part.number)</PartNumber></Part>"
        }
        return "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(items.joined())"
            + "</CompleteMultipartUpload>"
    }
}

extension S3Reply {
    /// For what was just written.
    fileprivate func receipt(for content: ByteBuffer, md5: [UInt8]) async throws -> WriteReceipt {
        _ = try await response.readBody(limit: 1 << 16)
        guard let tag = headers.first(name: "etag"), !tag.isEmpty else {
            throw S3Failure.malformed(S3ResponseFault.noETag)
        }
        let reported = S3Attributes.checksums(of: headers)
        return WriteReceipt(
            entityTag: tag, evidence: ContentChecksum.evidence(reported, of: content, md5: md5))
    }
}

extension S3Call {
    /// - Returns: the MD5 of the content, which goes with it: the one checksum of which every store knows what to do, where
    ///   some refuse the newer ones (Cloudflare R2 did, with 501).
    fileprivate mutating func carry(_ content: ByteBuffer) -> [UInt8] {
        let digest = Digests.md5(content.readableBytesView)
        (body, isContent) = (content, true)
        headers.add(name: "content-md5", value: Base64.encode(digest))
        return digest
    }
}

extension PutCondition {
    fileprivate var headers: HTTPHeaders {
        switch self {
        case .none: [:]
        case .ifAbsent: ["if-none-match": "*"]
        case .ifUnchanged(let tag): ["if-match": tag]
        }
    }
}

extension HTTPHeaders {
    fileprivate static func + (left: HTTPHeaders, right: HTTPHeaders) -> HTTPHeaders {
        var both = left
        both.add(contentsOf: right)
        return both
    }
}

extension String {
    fileprivate var escapedForXML: String {
        reduce(into: "") { text, character in
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.append(character)
            }
        }
    }
}
