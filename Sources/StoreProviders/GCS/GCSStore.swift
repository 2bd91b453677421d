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

    package func address(of key: ObjectKey) -> String { context.address(of: key) }

    // MARK: Objects

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        let opened = try await open(key, options)
        let tag = opened.attributes.entityTag
        let body = ResumingBody(
            address: address(of: key), range: opened.range,
            opened: opened.body, context: context.retries
        ) { rest in
            try await open(key, GetOptions(range: rest, entityTag: tag)).body
        }
        return ObjectDownload(attributes: opened.attributes, range: opened.range, body: .stream(body))
    }

    private func open(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> OpenedObject {
        var call = GCSCall(
            "get", address: address(of: key), method: .GET, place: .content(context.bucket, key))
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
                let opened = try await GCSAnswer.opened(reply, options, address: address(of: key))
                guard options.entityTag == nil || opened.attributes.entityTag == options.entityTag else {
                    throw StoreError(
                        .changed, operation: "get", address: address(of: key),
                        detail: "it has another generation by now")
                }
                try await opened.prove { () async throws(StoreError) in try await head(key) }
                return opened
            }
        } catch {
            // That generation is gone, and whether there is another is for the next run.
            guard error.kind == .notFound, options.entityTag != nil else { throw error }
            throw StoreError(
                .changed, operation: "get", address: address(of: key), detail: "its generation is there no longer")
        }
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes {
        var call = GCSCall("head", address: address(of: key), method: .GET, place: .object(context.bucket, key))
        call.query = [("fields", "size,generation,crc32c,md5Hash,contentEncoding")]
        return try await requester.perform(call) { reply in
            guard let attributes = try await reply.json(GCSObject.self).attributes else {
                throw GCSTrouble.malformed("the answer does not say how long the object is")
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
            "list", address: address(of: ObjectKey(prefix)), method: .GET, place: .objects(context.bucket))
        call.query = [("prefix", prefix), ("projection", "noAcl"), ("fields", "nextPageToken,items(name,size)")]
        if let token { call.query.append(("pageToken", token)) }
        if let limit { call.query.append(("maxResults", "\(limit)")) }
        return try await requester.perform(call) { reply in
            let page = try await reply.json(GCSListing.self)
            guard token == nil || page.nextPageToken != token else {
                throw GCSTrouble.malformed("the listing never ends: it asks for the same page again")
            }
            let objects = try (page.items ?? []).map { item throws(GCSTrouble) in
                guard let name = item.name, let size = item.size.flatMap(Int64.init), size >= 0 else {
                    throw .malformed("the listing has an object without a name or a size")
                }
                return ListedObject(key: ObjectKey(name), size: size)
            }
            return ListPage(objects: objects, next: page.nextPageToken)
        }
    }

    /// Which of these the credentials have on the bucket.
    package func heldPermissions(_ wanted: [String]) async throws(StoreError) -> Set<String> {
        var call = GCSCall(
            "ask for the permissions on", address: name, method: .GET, place: .permissions(context.bucket))
        call.query = wanted.map { ("permissions", $0) }
        return try await requester.perform(call) { reply in
            Set(try await reply.json(GCSPermissions.self).permissions ?? [])
        }
    }
}

/// What the API says of an object.
struct GCSObject: Decodable, Sendable {
    let name: String?
    let size: String?
    let generation: String?
    let crc32c: String?
    let md5Hash: String?
    let contentEncoding: String?

    var attributes: ObjectAttributes? {
        guard let size = size.flatMap(Int64.init), size >= 0 else { return nil }
        return ObjectAttributes(
            size: size, entityTag: generation, checksum: GCSChecksum.of(crc32c: crc32c, md5: md5Hash),
            encoding: GCSEncoding.of(contentEncoding))
    }
}

private struct GCSListing: Decodable, Sendable {
    let items: [GCSObject]?
    let nextPageToken: String?
}

private struct GCSPermissions: Decodable, Sendable {
    let permissions: [String]?
}

enum GCSChecksum {
    /// In the order in which they are cheap to check beside the SHA-256 that is computed anyway.
    static func of(crc32c: String?, md5: String?) -> ObjectChecksum? {
        crc32c.flatMap(Base64.decode).flatMap { ObjectChecksum(.crc32c, $0) }
            ?? md5.flatMap(Base64.decode).flatMap { ObjectChecksum(.md5, $0) }
    }

    static func of(_ headers: HTTPHeaders) -> ObjectChecksum? {
        let values = values(headers)
        return of(crc32c: values["crc32c"], md5: values["md5"])
    }

    /// The MD5 alone; an object that was composed of others has none.
    static func md5(_ headers: HTTPHeaders) -> ObjectChecksum? { of(crc32c: nil, md5: values(headers)["md5"]) }

    /// `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`, in one header or several.
    private static func values(_ headers: HTTPHeaders) -> [Substring: String] {
        var values: [Substring: String] = [:]
        for item in headers["x-goog-hash"].joined(separator: ",").split(separator: ",") {
            let item = item.drop { $0 == " " }
            let name = item.prefix { $0 != "=" }
            values[name] = String(item.dropFirst(name.count + 1))
        }
        return values
    }
}

enum GCSEncoding {
    /// Of the value of `Content-Encoding`; Python's client decodes gzip alone as well.
    static func of(_ value: String?) -> ContentEncoding? {
        value.flatMap { ContentEncoding(rawValue: $0.lowercased()) }
    }
}

/// Reads the head of an object's answer.
enum GCSAnswer {
    /// - Parameter address: in messages.
    static func opened(_ reply: GCSReply, _ options: GetOptions, address: String) async throws -> OpenedObject {
        let headers = reply.headers
        let encoding = GCSEncoding.of(headers.first(name: "content-encoding"))
        // Decoded on the way, it has another length and another checksum than the store tells.
        guard encoding == GCSEncoding.of(headers.first(name: "x-goog-stored-content-encoding")) ?? encoding else {
            throw StoreError(
                .invalidAnswer, operation: "get", address: address,
                detail: "it is stored with `Content-Encoding: gzip`, and arrived decoded",
                remedy: "let the proxy leave the header `Accept-Encoding` of requests as it is")
        }
        let answer = try await RangedAnswer.read(
            reply.response, asked: options.range, takesWhole: options.takesWhole,
            isRight: { GCSChecksum.md5(headers)?.isOf($0) })
        guard let generation = headers.first(name: "x-goog-generation") else {
            throw GCSTrouble.malformed(
                "the answer has no generation, which Google's always has: something else answered")
        }
        let attributes = ObjectAttributes(
            size: answer.size, entityTag: generation, checksum: GCSChecksum.of(headers), encoding: encoding)
        return OpenedObject(attributes: attributes, answer: answer)
    }
}

extension GCSReply {
    /// The most that an answer in JSON may have, in bytes: a page of 1,000 names of 1,024 bytes, each escaped as six.
    private static let limit = 8 << 20

    func json<Value: Decodable & Sendable>(_: Value.Type) async throws -> Value {
        let body = try await response.readBody(limit: Self.limit)
        guard let document = JSONDocument.decode(Value.self, from: body) else {
            throw GCSTrouble.malformed("the answer is not whole JSON of the store's")
        }
        return document
    }
}
