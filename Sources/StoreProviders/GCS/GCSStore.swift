internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

/// A bucket of Google Cloud Storage, by its JSON API.
///
/// An object's entity tag is its generation. Source: <https://cloud.google.com/storage/docs/json_api/v1>
package struct GCSStore: ObjectStore {
    let requester: GCSRequester
    let sessions = UploadSessions()

    package init(_ context: GCSContext) { requester = GCSRequester(context) }

    var context: GCSContext { requester.context }

    package var name: String { context.address(of: nil) }

    package var slowDowns: Int { context.retries.slowDowns }

    package var quickestAnswer: Double? { requester.quickestAnswer }

    package func address(of key: ObjectKey) -> String { context.address(of: key) }

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

    private func open(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectResponse {
        var call = GCSCall(
            .get, address: address(of: key), method: .GET, resource: .content(context.bucket, key))
        call.query = [("alt", "media")]
        if let tag = options.entityTag { call.query.append(("generation", tag)) }
        // Without it, an object that is stored compressed arrives otherwise than it is stored, with no length or checksum.
        call.headers.add(name: "accept-encoding", value: "gzip")
        if let range = options.range {
            call.headers.add(
                name: "range", value: "bytes=\(range.lowerBound)-\(max(range.upperBound - 1, range.lowerBound))")
        }
        do {
            return try await requester.perform(call) { reply in
                let response = try await GCSObjectResponse.read(reply, options, address: address(of: key))
                guard options.entityTag == nil || response.attributes.entityTag == options.entityTag else {
                    throw StoreError(
                        .changed, operation: .get, address: address(of: key),
                        detail: GCSObjectDetail.generationChanged)
                }
                try await response.checkSize { () async throws(StoreError) in try await head(key) }
                return response
            }
        } catch {
            // That generation is gone, and whether there is another is for the next run.
            guard error.kind == .notFound, options.entityTag != nil else { throw error }
            throw StoreError(
                .changed, operation: .get, address: address(of: key), detail: GCSObjectDetail.generationIsGone)
        }
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        var call = GCSCall(.head, address: address(of: key), method: .GET, resource: .object(context.bucket, key))
        call.query = [("fields", "size,generation,crc32c,md5Hash,contentEncoding")]
        return try await requester.perform(call) { reply in
            guard let attributes = try await reply.json(GCSObject.self).attributes else {
                throw GCSFailure.malformed(GCSResponseFault.noSize)
            }
            return attributes
        }
    }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await list(prefix: prefix, from: token, limit: nil)
    }

    /// - Parameter limit: how many objects the page has at most; nil for the store's own number.
    func list(prefix: String, from token: String?, limit: Int?) async throws(StoreError) -> ListPage {
        var call = GCSCall(
            .list, address: address(of: ObjectKey(prefix)), method: .GET, resource: .objects(context.bucket))
        call.query = [("prefix", prefix), ("projection", "noAcl"), ("fields", "nextPageToken,items(name,size)")]
        if let token { call.query.append(("pageToken", token)) }
        if let limit { call.query.append(("maxResults", "\(limit)")) }
        return try await requester.perform(call) { reply in
            try (try await reply.json(GCSListing.self)).page(after: token)
        }
    }

    /// Which of these the credentials have on the bucket.
    package func heldPermissions(_ wanted: [String]) async throws(StoreError) -> Set<String> {
        var call = GCSCall(
            .findPermissions, address: name, method: .GET, resource: .permissions(context.bucket))
        call.query = wanted.map { ("permissions", $0) }
        return try await requester.perform(call) { reply in
            Set(try await reply.json(GCSPermissions.self).permissions ?? [])
        }
    }
}

private struct GCSPermissions: Decodable, Sendable {
    let permissions: [String]?
}
