internal import ObjectStore
internal import StoreTransport

/// What all calls to a bucket have in common.
package struct GCSContext: Sendable {
    let transport: any HTTPTransport
    let identities: any IdentitySource<GoogleCredentials>
    /// Nil: Google's own, in the universe of the credentials.
    let endpoint: HTTPURL?
    let bucket: String
    let retries: RetryContext
    /// Encrypts what is uploaded; nil for the bucket's own way.
    let encryptionKey: String?

    func address(of key: ObjectKey?) -> String {
        guard let key, !key.text.isEmpty else { return "gs://\(bucket)" }
        return "gs://\(bucket)/\(key)"
    }
}
