internal import NIOCore
package import ObjectStore

/// What `FaultStore` does wrong when it is told to: the words of `Tests/python/harness/faults.py`, for a store without a
/// network. What is about connections and documents (`stall_after`, `truncated_xml`) is tested there alone.
package enum Fault: Sendable {
    /// An error; the request is done all the same where `isDone`.
    case answers(StoreError.Kind, isDone: Bool = false)
    /// The body ends after so many bytes, before its announced end.
    case cutAfter(Int)
    /// So many bytes more than come are announced; negative: fewer.
    case lengthOff(by: Int64)
    /// Something else is told of the object.
    case withHeaders(@Sendable (ObjectAttributes) -> ObjectAttributes)
    /// The bytes are said to be these of the object.
    case withContentRange(Range<Int64>)
    /// A range was asked, and the whole object comes.
    case wholeObject
    /// The right length, and one byte wrong.
    case corrupted
    /// The answer to a write says this of what the store has.
    case tells(WriteReceipt.Evidence)
    /// Nothing is wrong, but something else happens first.
    case meanwhile(@Sendable () async -> Void)

    /// The request is not done.
    package static let resetBeforeTheHeader = Fault.answers(.unavailable)
    /// The request is done, and its answer is lost.
    package static let resetAfterTheHeader = Fault.answers(.unavailable, isDone: true)

    func applied(to attributes: ObjectAttributes) -> ObjectAttributes {
        if case .withHeaders(let change) = self { change(attributes) } else { attributes }
    }

    func applied(to receipt: WriteReceipt) -> WriteReceipt {
        if case .tells(let evidence) = self {
            WriteReceipt(entityTag: receipt.entityTag, evidence: evidence)
        } else {
            receipt
        }
    }

    /// - Parameter bytes: of the body.
    func applied(to download: ObjectDownload, _ bytes: [UInt8]) -> ObjectDownload {
        var (attributes, range, bytes) = (applied(to: download.attributes), download.range, bytes)
        switch self {
        case .cutAfter(let count): bytes = Array(bytes.prefix(count))
        case .lengthOff(let difference):
            let isWhole = Int64(range.count) == attributes.size
            range = range.lowerBound..<range.upperBound + difference
            // The length of a whole object is its size.
            if isWhole { attributes = ObjectAttributes(size: range.upperBound, entityTag: attributes.entityTag) }
        case .withContentRange(let told): range = told
        case .corrupted: bytes[bytes.count / 2] ^= 0xFF
        case .answers, .withHeaders, .wholeObject, .tells, .meanwhile: break
        }
        return ObjectDownload(
            attributes: attributes, range: range, body: .stream(Chunks(bytes, size: max(7, bytes.count / 64))))
    }
}

/// What a store was asked.
package struct StoreRequest: Sendable, Hashable, CustomStringConvertible {
    package enum Operation: String, Sendable {
        case get, head, list, put, delete, start, part, complete, abort

        /// As errors of stores have it; of a part its number is not known here.
        var ofStore: StoreOperation {
            switch self {
            case .get: .get
            case .head: .head
            case .list: .list
            case .put: .put
            case .delete: .delete
            case .start: .startUpload
            case .part: .uploadPart(1)
            case .complete: .completeUpload
            case .abort: .abortUpload
            }
        }
    }

    package let operation: Operation
    package let key: String
    /// What else of it a test may look at: `ifAbsent`, `2 of 1 byte`, `0..<4 "1"`.
    package let detail: String

    package var description: String { "\(operation) \(key)\(detail.isEmpty ? "" : " \(detail)")" }

    init(_ operation: Operation, _ key: ObjectKey, _ detail: String = "") {
        self.operation = operation
        self.key = key.text
        self.detail = detail
    }
}

/// Which requests a rule of `FaultStore` is for.
package struct RequestMatcher: Sendable {
    let matches: @Sendable (StoreRequest) -> Bool

    package static func gets(_ key: String) -> RequestMatcher { requests(.get, key) }

    package static func heads(_ key: String) -> RequestMatcher { requests(.head, key) }

    package static func puts(_ key: String) -> RequestMatcher { requests(.put, key) }

    package static func requests(_ operation: StoreRequest.Operation, _ key: String) -> RequestMatcher {
        RequestMatcher { $0.operation == operation && $0.key == key }
    }

    package static let lists = RequestMatcher { $0.operation == .list }
}

extension ObjectBody {
    /// All of it; a file's body is none of a store in memory.
    func collected() async throws -> [UInt8] {
        guard case .stream(let chunks) = self else { return [] }
        var bytes: [UInt8] = []
        for try await chunk in chunks { bytes += Array(chunk.readableBytesView) }
        return bytes
    }
}
