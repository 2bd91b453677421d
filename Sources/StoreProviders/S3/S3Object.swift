internal import AssetModel
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// Reads the head of an object's answer.
enum S3Object {
    static func response(_ reply: S3Reply, _ options: GetOptions) async throws -> ObjectResponse {
        // What the answer says of the whole object, of whatever size.
        let whole = S3Attributes.of(reply.headers, size: 0, isWhole: true)
        let content = try await RangedResponse.read(
            reply.response, asked: options.range, takesWhole: options.takesWhole,
            matches: { whole.checksum?.isOf($0) })
        let attributes = S3Attributes.of(reply.headers, size: content.size, isWhole: content.isWhole)
        guard attributes.entityTag != nil else {
            throw S3Failure.malformed(S3ResponseFault.noETag)
        }
        return ObjectResponse(attributes: attributes, content: content)
    }
}

/// What the headers say of an object.
enum S3Attributes {
    /// - Parameter isWhole: whether the answer is about all of the object.
    static func of(_ headers: HTTPHeaders, size: Int64, isWhole: Bool) -> ObjectAttributes {
        // A weak tag says less than that the bytes are the same, and If-Match never takes one.
        let tag = headers.first(name: "etag").flatMap { $0.hasPrefix("W/") ? nil : $0 }
        let checksum = (isWhole ? declared(headers, tag) : nil) ?? digest(of: tag, headers)
        return ObjectAttributes(size: size, entityTag: tag, checksum: checksum)
    }

    /// All checksums of what was just written, the most reliable one first.
    static func checksums(of headers: HTTPHeaders) -> [ObjectChecksum] {
        let tag = headers.first(name: "etag")
        return [declared(headers, tag), digest(of: tag, headers)].compactMap(\.self)
    }

    /// The one first that costs least beside the SHA-256 that is computed anyway.
    private static let headerNames: [(String, ObjectChecksum.Algorithm)] = [
        ("x-amz-checksum-sha256", .sha256), ("x-amz-checksum-crc64nvme", .crc64nvme),
        ("x-amz-checksum-crc32c", .crc32c), ("x-amz-checksum-crc32", .crc32), ("x-amz-checksum-sha1", .sha1),
    ]

    /// A checksum that is of the whole object, and not one of its parts' checksums: those of an upload in parts can come
    /// without the `-N` that gives them away (<https://github.com/boto/botocore/issues/3346>), but then the entity tag
    /// has it.
    private static func declared(_ headers: HTTPHeaders, _ tag: String?) -> ObjectChecksum? {
        let type = headers.first(name: "x-amz-checksum-type")
        guard type == "FULL_OBJECT" || type == nil && tag?.contains("-") == false else { return nil }
        for (name, algorithm) in headerNames {
            guard let value = headers.first(name: name), let bytes = Base64.decode(value),
                let checksum = ObjectChecksum(algorithm, bytes)
            else { continue }
            return checksum
        }
        return nil
    }

    /// The entity tag of an object that was put in one piece, and that S3 did not encrypt with a key of KMS or of the
    /// customer's, is its MD5.
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
    private static func digest(of tag: String?, _ headers: HTTPHeaders) -> ObjectChecksum? {
        let isEncryptedOtherwise =
            headers.first(name: "x-amz-server-side-encryption").map { $0 != "AES256" } ?? false
            || headers.contains(name: "x-amz-server-side-encryption-customer-algorithm")
        return isEncryptedOtherwise ? nil : tag.flatMap(S3EntityTag.md5)
    }
}

/// What an entity tag says of the content.
enum S3EntityTag {
    /// Of an object, or a part, that was sent in one request; nil where it cannot be one.
    static func md5(_ tag: String) -> ObjectChecksum? {
        guard tag.utf8.count == 34, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
        return ObjectChecksum(.md5, hex: String(tag.dropFirst().dropLast()))
    }

    /// Amazon's of an object of parts, which most stores have too, is the MD5 of the parts' MD5s and their number. Another one
    /// says nothing.
    static func evidence(_ tag: String, of parts: [UploadedPart]) -> WriteReceipt.Evidence {
        if parts.contains(where: { $0.evidence == .differs }) { return .differs }
        let digests = parts.sorted { $0.number < $1.number }.compactMap { part in
            part.evidence == .matches ? md5(part.entityTag)?.bytes : nil
        }
        guard digests.count == parts.count else { return .none }
        let expected = "\(Digests.md5(digests.flatMap(\.self)).hex)-\(parts.count)"
        return tag == "\"\(expected)\"" ? .matches : .none
    }
}
