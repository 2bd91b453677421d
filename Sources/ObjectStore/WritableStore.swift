package import NIOCore

/// A store that can be written to.
///
/// An object appears whole or not at all. Reads that begin after a write ended see it.
package protocol WritableStore: ObjectStore {
    /// Puts an object in one request, with a checksum that the store can compare.
    ///
    /// - Throws: `.changed` where the condition does not hold.
    func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt

    /// Removes an object; none there is fine.
    func delete(_ key: ObjectKey) async throws(StoreError)

    /// Whether the parts of an upload may be given in any order, and at the same time.
    var takesPartsInAnyOrder: Bool { get }

    /// Begins an upload in parts. Nothing of it is visible before it is completed.
    ///
    /// - Parameter condition: what must be true of the key when the upload is completed.
    func startUpload(of key: ObjectKey, _ condition: PutCondition) async throws(StoreError) -> MultipartUpload

    /// The upload of the key that was begun last, and neither completed nor given up; nil where there is none, or where
    /// the store cannot tell.
    func unfinishedUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload?

    /// Uploads a part; the same number again replaces it. One that the upload has already, with the same content, is not
    /// sent.
    ///
    /// - Parameter number: from 1; the parts of an object stand in the order of their numbers. All but the last have
    ///   5 MiB at least (`WritableStore.smallestPart`), as S3 wants it.
    /// - Throws: `.notFound` where the store has forgotten the upload, which is then to be begun anew.
    func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart

    /// Makes the object of the parts.
    ///
    /// - Throws: `.changed` where the condition that it was begun with does not hold.
    func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt

    /// Forgets an upload and its parts.
    func abortUpload(_ upload: MultipartUpload) async throws(StoreError)
}

/// What a store answered to a write that it says was done.
package struct WriteReceipt: Sendable, Hashable {
    /// Whether what the store says that it has is what was sent.
    package enum Evidence: Sendable, Hashable {
        /// It told a checksum of what was sent.
        case matches
        /// It told none.
        case none
        /// It told another one: by mistake, or as it has something else. Reading the object tells.
        case differs
    }

    /// The new object's.
    package let entityTag: String?
    package let evidence: Evidence

    package init(entityTag: String?, evidence: Evidence) {
        self.entityTag = entityTag
        self.evidence = evidence
    }
}

/// What must be true of a key for a write to happen.
package enum PutCondition: Sendable, Hashable {
    case none
    /// There is no object.
    case ifAbsent
    /// The object has this entity tag.
    case ifUnchanged(String)

    /// Whether it is about an object that is there.
    package var isOfOneThatIsThere: Bool { if case .ifUnchanged = self { true } else { false } }
}

package struct MultipartUpload: Sendable, Hashable {
    package let key: ObjectKey
    /// The store's own name of the upload.
    package let identifier: String
    package let condition: PutCondition
    /// What it had when it was found unfinished, by their numbers.
    package let parts: [Int: UploadedPart]

    package init(
        key: ObjectKey, identifier: String, condition: PutCondition, parts: [Int: UploadedPart] = [:]
    ) {
        self.key = key
        self.identifier = identifier
        self.condition = condition
        self.parts = parts
    }
}

package struct UploadedPart: Sendable, Hashable {
    package let number: Int
    /// In bytes.
    package let size: Int64
    package let entityTag: String
    package let evidence: WriteReceipt.Evidence
    /// Whether it was there from an earlier run.
    package let isReused: Bool

    package init(
        number: Int, size: Int64, entityTag: String, evidence: WriteReceipt.Evidence, isReused: Bool = false
    ) {
        self.number = number
        self.size = size
        self.entityTag = entityTag
        self.evidence = evidence
        self.isReused = isReused
    }
}

extension WritableStore {
    package var takesPartsInAnyOrder: Bool { true }

    package func unfinishedUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload? { nil }

    /// Of a part that is not the last, in bytes.
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
    package static var smallestPart: Int { 5 << 20 }
}
