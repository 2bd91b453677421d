internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

/// A bucket of S3, or of anything that speaks S3.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>
package struct S3Store: ObjectStore {
    let requester: S3Requester

    package init(_ context: S3Context) { requester = S3Requester(context) }

    private var context: S3Context { requester.context }

    package var name: String { context.address(of: nil) }

    package func address(of key: ObjectKey) -> String { context.address(of: key) }

    package var tellsChecksumsOfWholeObjects: Bool { context.wantsChecksums }

    // MARK: Objects

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        let opened = try await open(key, options)
        let tag = opened.attributes.entityTag
        let body = ResumingBody(
            address: address(of: key), range: opened.range, opened: opened.body, context: context.retries
        ) { rest in
            try await open(key, GetOptions(range: rest, entityTag: tag)).body
        }
        return ObjectDownload(attributes: opened.attributes, range: opened.range, body: .stream(body))
    }

    /// Sends the request, and reads the head of the answer.
    func open(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> OpenedObject {
        var call = S3Call("get", address: address(of: key), method: .GET, key: key)
        if let range = options.range {
            call.headers.add(
                name: "range", value: "bytes=\(range.lowerBound)-\(max(range.upperBound - 1, range.lowerBound))")
        }
        if let tag = options.entityTag { call.headers.add(name: "if-match", value: tag) }
        if context.wantsChecksums { call.headers.add(name: "x-amz-checksum-mode", value: "ENABLED") }
        return try await requester.perform(call) { reply in
            let opened = try await S3Answer.opened(reply, options)
            // Not every store heeds If-Match: `rclone serve s3` does not.
            guard options.entityTag == nil || opened.attributes.entityTag == options.entityTag else {
                throw StoreError(
                    .changed, operation: "get", address: address(of: key), detail: "it has another entity tag by now")
            }
            try await opened.prove { () async throws(StoreError) in try await head(key) }
            return opened
        }
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        var call = S3Call("head", address: address(of: key), method: .HEAD, key: key)
        // It is asked for the checksum of an object whose first part has begun to arrive.
        call.waitsForPlace = false
        if context.wantsChecksums { call.headers.add(name: "x-amz-checksum-mode", value: "ENABLED") }
        return try await requester.perform(call) { reply in
            _ = try await reply.response.readBody(limit: 0)
            guard let size = reply.headers.first(name: "content-length").flatMap(Int64.init), size >= 0 else {
                throw S3Trouble.malformed("the answer does not say how long the object is")
            }
            return S3Attributes.of(reply.headers, size: size, isWhole: true)
        }
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await list(prefix: prefix, from: token, limit: nil)
    }

    /// - Parameter limit: how many objects the page has at most; nil for the store's own number.
    func list(prefix: String, from token: String?, limit: Int?) async throws(StoreError) -> ListPage {
        var call = S3Call("list", address: address(of: ObjectKey(prefix)), method: .GET)
        call.query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)]
        if let token { call.query.append(("continuation-token", token)) }
        if let limit { call.query.append(("max-keys", "\(limit)")) }
        return try await requester.perform(call) { reply in
            try S3Listing.page(try await reply.xml(), after: token)
        }
    }
}

/// Reads the head of an object's answer.
enum S3Answer {
    static func opened(_ reply: S3Reply, _ options: GetOptions) async throws -> OpenedObject {
        // What the answer says of the whole object, of whatever size.
        let whole = S3Attributes.of(reply.headers, size: 0, isWhole: true)
        let answer = try await RangedAnswer.read(
            reply.response, asked: options.range, takesWhole: options.takesWhole,
            isRight: { whole.checksum?.isOf($0) })
        let attributes = S3Attributes.of(reply.headers, size: answer.size, isWhole: answer.isWhole)
        guard attributes.entityTag != nil else {
            throw S3Trouble.malformed(
                "the answer has no entity tag, which S3's always has: something else answered")
        }
        return OpenedObject(attributes: attributes, answer: answer)
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

    /// All that is told of what was just written, what is most to be relied on first.
    static func checksums(of headers: HTTPHeaders) -> [ObjectChecksum] {
        let tag = headers.first(name: "etag")
        return [declared(headers, tag), digest(of: tag, headers)].compactMap(\.self)
    }

    /// In the order in which they are cheap to check beside the SHA-256 that is computed anyway.
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
