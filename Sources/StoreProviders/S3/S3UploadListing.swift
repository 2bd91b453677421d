internal import ObjectStore
internal import StoreTransport

/// Reads lists of uploads that are not completed, and of their parts.
enum S3UploadListing {
    /// The identifier of the upload that was begun last.
    static func latest(of key: ObjectKey, _ root: XMLElement) throws(S3Failure) -> String? {
        guard root.name == "ListMultipartUploadsResult" else {
            throw .malformed(S3ResponseFault.otherDocument(.uploads, found: root.name))
        }
        let isEncoded = root["EncodingType"] == "url"
        let uploads = root.children.filter { child in
            guard child.name == "Upload", let text = child["Key"] else { return false }
            return (isEncoded ? PercentEncoding.decodeForm(text) : text).map(ObjectKey.init) == key
        }
        return uploads.max { ($0["Initiated"] ?? "") < ($1["Initiated"] ?? "") }?["UploadId"]
    }

    static func parts(
        _ root: XMLElement, after marker: String?
    ) throws(S3Failure) -> (parts: [UploadedPart], next: String?) {
        // moto calls it ListPartsResponse.
        guard root.name.hasPrefix("ListParts") else {
            throw .malformed(S3ResponseFault.otherDocument(.parts, found: root.name))
        }
        let parts = root.children.compactMap { child -> UploadedPart? in
            guard child.name == "Part", let number = child["PartNumber"].flatMap({ Int($0) }),
                let size = child["Size"].flatMap({ Int64($0) }), let tag = child["ETag"]
            else { return nil }
            // The caller takes it only where the tag is that of the content.
            return UploadedPart(number: number, size: size, entityTag: tag, evidence: .matches, isReused: true)
        }
        guard root["IsTruncated"] == "true", let next = root["NextPartNumberMarker"], next != marker else {
            return (parts, nil)
        }
        return (parts, next)
    }
}
