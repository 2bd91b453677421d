package import AssetModel
package import ObjectStore

/// What is wrong with an object's content.
package enum ContentFault: Error {
    case malformed(MalformedContent)
    /// A path in it must not be used.
    case unsafePath(String, UnsafePath)
}

/// Why an object is not what modelkit writes.
package enum MalformedContent: ErrorDetail {
    /// In bytes.
    case tooLong(Int64, limit: Int)
    case undecodable(DecodingFault)
    /// More levels than this.
    case tooDeep(limit: Int)
    /// What it begins with.
    case notJSON(String)
    case notAnObject(JSONKind)
    case missing(String)
    case empty(String)
    /// Of a key or an item, `versions[3]`.
    case wrongType(String, expected: JSONExpectation, found: JSONKind?)
    case version(String, VersioningSystem)
    case pushDate(String)
    case digest(String)
    case size(Int64)
    case dependency(String)

    package enum JSONKind: Hashable, Sendable {
        case null, number, bool, string, list, object
    }

    package enum JSONExpectation: Hashable, Sendable {
        case string, bool, object, wholeNumber
        case strings, objects
    }
}

/// Why a path in an object must not be used.
package enum UnsafePath: Hashable, Sendable {
    case path(RelativePathFault)
    case listedTwice
    /// It is also the directory of this one.
    case directory(of: RelativePath)
}
