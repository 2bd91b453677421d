internal import AssetModel
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

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

enum GCSChecksum {
    /// The one first that costs least beside the SHA-256 that is computed anyway.
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
enum GCSObjectResponse {
    /// - Parameter address: in messages.
    static func read(_ reply: GCSReply, _ options: GetOptions, address: String) async throws -> ObjectResponse {
        let headers = reply.headers
        let encoding = GCSEncoding.of(headers.first(name: "content-encoding"))
        // Decoded on the way, it has another length and another checksum than the store's.
        guard encoding == GCSEncoding.of(headers.first(name: "x-goog-stored-content-encoding")) ?? encoding else {
            throw StoreError(
                .invalidAnswer, operation: .get, address: address, detail: GCSObjectDetail.arrivedDecoded,
                remedy: GCSAdvice.keepEncoding)
        }
        let content = try await RangedResponse.read(
            reply.response, asked: options.range, takesWhole: options.takesWhole,
            matches: { GCSChecksum.md5(headers)?.isOf($0) })
        guard let generation = headers.first(name: "x-goog-generation") else {
            throw GCSFailure.malformed(GCSResponseFault.noGeneration)
        }
        let attributes = ObjectAttributes(
            size: content.size, entityTag: generation, checksum: GCSChecksum.of(headers), encoding: encoding)
        return ObjectResponse(attributes: attributes, content: content)
    }
}

extension GCSReply {
    /// The most that an answer in JSON may have, in bytes: a page of 1,000 names of 1,024 bytes, each escaped as six.
    private static let limit = 8 << 20

    func json<Value: Decodable & Sendable>(_: Value.Type) async throws -> Value {
        let body = try await response.readBody(limit: Self.limit)
        guard let document = JSONDocument.decode(Value.self, from: body) else {
            throw GCSFailure.malformed(GCSResponseFault.notJSON)
        }
        return document
    }
}
