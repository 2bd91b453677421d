internal import AssetModel
internal import NIOCore
internal import ObjectStore

/// An object whose answer has begun.
struct OpenedObject: Sendable {
    let attributes: ObjectAttributes
    let answer: RangedAnswer

    var range: Range<Int64> { answer.range }
    var body: any AsyncSequence<ByteBuffer, any Error> & Sendable { answer.body }

    /// Makes sure that nothing is missing at its end: where the answer cannot tell, the size that the store tells apart
    /// from it is compared. All of the answer has come then, so that the other request waits for nothing of it.
    ///
    /// - Throws: `HTTPFailure`, `StoreError`
    func prove(by head: () async throws(StoreError) -> ObjectAttributes) async throws {
        guard !answer.isProven else { return }
        guard try await head().size == attributes.size else { throw HTTPFailure(.closed, "the answer ended early") }
    }
}

extension ObjectChecksum {
    /// Whether it is that of the bytes; nil where it is of an algorithm that is not computed here.
    func isOf(_ content: [UInt8]) -> Bool? {
        switch algorithm {
        case .md5: Digests.md5(content) == bytes
        case .sha1: Digests.sha1(content) == bytes
        case .sha256: Digests.sha256(content) == bytes
        case .crc32, .crc32c, .crc64nvme: nil
        }
    }
}
