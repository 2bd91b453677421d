package import AssetModel
package import Catalog
internal import Execution
package import ObjectStore
package import Operations
internal import SpecFile
internal import StoreTransport
internal import Terminal

/// A detail of an error, in words. Every type that is an `ErrorDetail` is one.
package protocol WordedDetail: ErrorDetail {
    /// Lower case, without a final period.
    var words: String { get }
    /// Where it is told beside something else: a line each.
    var notes: [String] { get }
    /// Where it says what to do; nil where it says nothing.
    var advice: String? { get }
}

extension WordedDetail {
    package var notes: [String] { [words] }
    package var advice: String? { words }
}

extension AnyErrorDetail {
    private var worded: any WordedDetail { value as? any WordedDetail ?? "\(value)" }

    package var words: String { worded.words }
    package var notes: [String] { worded.notes }
    package var advice: String? { worded.advice }
}

extension String: WordedDetail {
    package var words: String { self }
}

// MARK: Stores and objects

extension StoreOperation {
    /// To follow `cannot`.
    package var words: String {
        switch self {
        case .get: "get"
        case .head: "head"
        case .list: "list"
        case .put: "put"
        case .delete: "delete"
        case .open: "open"
        case .startUpload: "start an upload of"
        case .findUploads: "find uploads of"
        case .listParts: "list the parts of"
        case .completeUpload: "complete the upload of"
        case .abortUpload: "abort the upload of"
        case .uploadPart(let number): "upload part \(number) of"
        case .findRegion: "find the region of"
        case .findPermissions: "ask for the permissions on"
        case .loadCredentials: "load credentials for"
        case .pushFrom: "push from"
        case .push: "push"
        }
    }
}

extension ObjectDetail: WordedDetail {
    package var words: String {
        switch self {
        case .sizeMismatch(let expected, let actual): "size mismatch: expected \(expected) bytes, got \(actual)"
        case .rangeMismatch(let expected, let actual): "range mismatch: expected bytes \(expected), got \(actual)"
        case .isEncoded: "it is stored encoded"
        case .answersDiffer: "its size or ETag differs from that of the GET response"
        case .endedEarly(let offset): "the content ended early, at byte \(offset)"
        case .wentOn(let offset): "the content continued past its announced end, to byte \(offset)"
        case .checksumMismatch(let algorithm): "\(algorithm.rawValue) mismatch with the store's checksum"
        case .existsWithOtherContent: "it already exists with different content"
        case .noObjectOrPrefix: "no such object or prefix"
        case .uploadIsGone: "the upload no longer exists"
        }
    }
}

extension FolderAdvice: WordedDetail {
    package var words: String {
        switch self {
        case .chooseAnother: "choose a directory that exists, or mount it"
        }
    }
}

extension DecodingFault {
    /// To follow `but`.
    package var words: String {
        switch self {
        case .notGzip(let zlib): "the data is not gzip (\(zlib))"
        case .corrupt(let zlib): "the data is corrupt gzip (\(zlib))"
        case .truncated: "the data is truncated gzip"
        case .tooLong(let limit): "the data decodes to more than the limit of \(limit) bytes"
        case .other(let words): words
        }
    }
}

// MARK: Modelkit's own documents

extension MalformedContent: WordedDetail {
    /// To follow the object's address.
    package var words: String {
        switch self {
        case .tooLong(let size, let limit): "it has \(size) bytes; the limit is \(limit)"
        case .undecodable(let fault): fault.words
        case .tooDeep(let limit): "nested more than \(limit) levels deep"
        case .notJSON(let beginning): "not JSON (it begins with `\(beginning)`)"
        case .notAnObject(let kind): "expected an object, got \(kind.words)"
        case .missing(let key): "missing `\(key)`"
        case .empty(let key): "`\(key)` is empty"
        case .wrongType(let place, let expected, let found):
            "invalid `\(place)`: expected \(expected.words), got \(found?.words ?? "nothing")"
        case .version(let text, let system): "invalid \(system.name) version `\(text)`: expected \(system.form)"
        case .pushDate(let text): "invalid `push_date` `\(text)`: expected an ISO 8601 date and time"
        case .digest(let text): "invalid `sha256` `\(text)`: expected 64 hexadecimal digits"
        case .size(let size): "invalid `size` \(size): expected at most \(ByteSum.largestObject) bytes"
        case .dependency(let text): "invalid asset specification `\(text)` in `dependencies`"
        }
    }
}

extension MalformedContent.JSONKind {
    fileprivate var words: String {
        switch self {
        case .null: "null"
        case .number: "a number"
        case .bool: "true or false"
        case .string: "a string"
        case .list: "a list"
        case .object: "an object"
        }
    }
}

extension MalformedContent.JSONExpectation {
    fileprivate var words: String {
        switch self {
        case .string: "a string"
        case .bool: "true or false"
        case .object: "an object"
        case .wholeNumber: "a whole number"
        case .strings: "a list of strings"
        case .objects: "a list of objects"
        }
    }
}

extension UnsafePath {
    /// To follow the path.
    package var words: String {
        switch self {
        case .path(let fault): fault.words
        case .listedTwice: "is listed twice"
        case .directory(let path): "is both a file and the directory of `\(path)`"
        }
    }
}

extension FoundDamage: WordedDetail {
    package var words: String {
        kind.rawValue + (path.map { " file \($0)" } ?? "") + (others > 0 ? " and \(others) more" : "")
    }
}
