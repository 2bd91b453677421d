/// What a store is asked for.
package enum StoreOperation: Hashable, Sendable {
    case get, head, list, put, delete
    /// The store itself.
    case open
    case startUpload, findUploads, listParts, completeUpload, abortUpload
    case uploadPart(Int)
    case findRegion, findPermissions
    /// Of whoever hands out credentials for the store.
    case loadCredentials
    /// What is to be pushed from there.
    case pushFrom
    /// To a registry.
    case push
}
