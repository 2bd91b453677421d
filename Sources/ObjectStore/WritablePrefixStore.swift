package import NIOCore

/// A store that can be written to as it looks below a prefix of its keys.
package struct WritablePrefixStore: WritableStore {
    private let base: any WritableStore
    private let view: PrefixStore

    /// - Parameter prefix: a slash follows it in every key; may be empty.
    package init(_ base: any WritableStore, prefix: String) {
        self.base = base
        view = PrefixStore(base, prefix: prefix)
    }

    package var name: String { view.name }
    package var tellsChecksumsOfWholeObjects: Bool { view.tellsChecksumsOfWholeObjects }

    package var slowDowns: Int { view.slowDowns }

    package var quickestAnswer: Double? { view.quickestAnswer }

    package var takesPartsInAnyOrder: Bool { base.takesPartsInAnyOrder }

    package func address(of key: ObjectKey) -> String { view.address(of: key) }

    package func get(_ key: ObjectKey, _ options: GetOptions) async throws(StoreError) -> ObjectDownload {
        try await view.get(key, options)
    }

    package func head(_ key: ObjectKey) async throws(StoreError) -> ObjectAttributes { try await view.head(key) }

    package func list(prefix: String, from token: String?) async throws(StoreError) -> ListPage {
        try await view.list(prefix: prefix, from: token)
    }

    package func put(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async throws(StoreError) -> WriteReceipt {
        try await base.put(view.inBase(key), content, condition)
    }

    package func delete(_ key: ObjectKey) async throws(StoreError) { try await base.delete(view.inBase(key)) }

    package func startUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload {
        try await base.startUpload(of: view.inBase(key), condition)
    }

    package func unfinishedUpload(
        of key: ObjectKey, _ condition: PutCondition
    ) async throws(StoreError) -> MultipartUpload? {
        try await base.unfinishedUpload(of: view.inBase(key), condition)
    }

    package func uploadPart(
        _ number: Int, of upload: MultipartUpload, _ content: ByteBuffer
    ) async throws(StoreError) -> UploadedPart {
        try await base.uploadPart(number, of: upload, content)
    }

    package func completeUpload(
        _ upload: MultipartUpload, _ parts: [UploadedPart]
    ) async throws(StoreError) -> WriteReceipt {
        try await base.completeUpload(upload, parts)
    }

    package func abortUpload(_ upload: MultipartUpload) async throws(StoreError) {
        try await base.abortUpload(upload)
    }
}
