internal import ObjectStore
internal import StoreTransport

/// Reads the answer to ListObjectsV2.
enum S3Listing {
    /// - Parameter token: what the page was asked for with; nil for the first.
    static func page(_ root: XMLElement, after token: String?) throws(S3Failure) -> ListPage {
        guard root.name == "ListBucketResult" else {
            throw .malformed(S3ResponseFault.otherDocument(.objects, found: root.name))
        }
        let isEncoded = root["EncodingType"] == "url"
        var objects: [ListedObject] = []
        for child in root.children where child.name == "Contents" { objects.append(try object(child, isEncoded)) }
        return ListPage(objects: objects, next: try next(root, after: token))
    }

    private static func object(_ element: XMLElement, _ isEncoded: Bool) throws(S3Failure) -> ListedObject {
        guard let text = element["Key"], let key = isEncoded ? PercentEncoding.decodeForm(text) : text,
            let size = element["Size"].flatMap(Int64.init), size >= 0
        else { throw .malformed(S3ResponseFault.objectWithoutKeyOrSize) }
        return ListedObject(key: ObjectKey(key), size: size)
    }

    private static func next(_ root: XMLElement, after token: String?) throws(S3Failure) -> String? {
        guard root["IsTruncated"] == "true" else { return nil }
        guard let next = root["NextContinuationToken"], !next.isEmpty else {
            throw .malformed(S3ResponseFault.noContinuationToken)
        }
        guard next != token else { throw .malformed(S3ResponseFault.repeatedContinuationToken) }
        return next
    }
}

extension S3Reply {
    /// The most that an answer in XML may have, in bytes: a page of 1,000 keys of 1,024 bytes, each byte encoded as three.
    private static let xmlLimit = 8 << 20

    /// The answer as XML. An error that comes with a status of success is one all the same, and a server's passing one.
    func xml() async throws -> XMLElement {
        let body = try await response.readBody(limit: Self.xmlLimit)
        let root: XMLElement
        do throws(XMLFault) {
            root = try XMLTree.parse(body)
        } catch {
            throw S3Failure.malformed(S3ResponseFault.xml(error))
        }
        if root.name == "Error" {
            throw S3Failure.fault(S3Fault(status: 500, headers: headers, body: body))
        }
        return root
    }
}
