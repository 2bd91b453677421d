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

    package var slowDowns: Int { context.retries.slowDowns }

    package var quickestAnswer: Double? { requester.quickestAnswer }

    // MARK: Objects

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        let response = try await open(key, options)
        let tag = response.attributes.entityTag
        let body = ResumingBody(
            address: address(of: key), range: response.range, opened: response.body, context: context.retries
        ) { rest in
            try await open(key, GetOptions(range: rest, entityTag: tag)).body
        }
        return ObjectDownload(attributes: response.attributes, range: response.range, body: .stream(body))
    }

    /// Sends the request, and reads the head of the answer.
    func open(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectResponse {
        var call = S3Call(.get, address: address(of: key), method: .GET, key: key)
        if let range = options.range {
            call.headers.add(
                name: "range", value: "bytes=\(range.lowerBound)-\(max(range.upperBound - 1, range.lowerBound))")
        }
        if let tag = options.entityTag { call.headers.add(name: "if-match", value: tag) }
        if context.wantsChecksums { call.headers.add(name: "x-amz-checksum-mode", value: "ENABLED") }
        return try await requester.perform(call) { reply in
            let response = try await S3Object.response(reply, options)
            // Not every store heeds If-Match: `rclone serve s3` does not.
            guard options.entityTag == nil || response.attributes.entityTag == options.entityTag else {
                throw StoreError(
                    .changed, operation: .get, address: address(of: key), detail: S3ObjectDetail.eTagChanged)
            }
            try await response.checkSize { () async throws(StoreError) in try await head(key) }
            return response
        }
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        var call = S3Call(.head, address: address(of: key), method: .HEAD, key: key)
        // The reader of an object's first part asks for its checksum meanwhile.
        call.waitsAtGate = false
        if context.wantsChecksums { call.headers.add(name: "x-amz-checksum-mode", value: "ENABLED") }
        return try await requester.perform(call) { reply in
            _ = try await reply.response.readBody(limit: 0)
            guard let size = reply.headers.first(name: "content-length").flatMap(Int64.init), size >= 0 else {
                throw S3Failure.malformed(S3ResponseFault.noContentLength)
            }
            return S3Attributes.of(reply.headers, size: size, isWhole: true)
        }
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await list(prefix: prefix, from: token, limit: nil)
    }

    /// - Parameter limit: how many objects the page has at most; nil for the store's own number.
    func list(prefix: String, from token: String?, limit: Int?) async throws(StoreError) -> ListPage {
        var call = S3Call(.list, address: address(of: ObjectKey(prefix)), method: .GET)
        call.query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)]
        if let token { call.query.append(("continuation-token", token)) }
        if let limit { call.query.append(("max-keys", "\(limit)")) }
        return try await requester.perform(call) { reply in
            try S3Listing.page(try await reply.xml(), after: token)
        }
    }
}
