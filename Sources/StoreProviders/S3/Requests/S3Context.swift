internal import ObjectStore
package import StoreTransport

/// What all calls to a bucket have in common.
package struct S3Context: Sendable {
    let transport: any HTTPTransport
    let identities: any IdentitySource<AWSCredentials>
    let endpoint: S3Endpoint
    let bucket: String
    let retries: RetryContext
    /// Whether the store's checksums are asked for.
    let wantsChecksums: Bool
    /// Encrypts what is uploaded; nil for the bucket's own way. From AWS_KMS_KEY_ID, as modelkit has it.
    let encryptionKey: String?
    /// The wall clock, in seconds since 1970.
    let now: @Sendable () -> Double

    package init(
        transport: any HTTPTransport, identities: any IdentitySource<AWSCredentials>, endpoint: S3Endpoint,
        bucket: String,
        retries: RetryContext, wantsChecksums: Bool, encryptionKey: String?, now: @escaping @Sendable () -> Double
    ) {
        self.transport = transport
        self.identities = identities
        self.endpoint = endpoint
        self.bucket = bucket
        self.retries = retries
        self.wantsChecksums = wantsChecksums
        self.encryptionKey = encryptionKey
        self.now = now
    }

    func address(of key: ObjectKey?) -> String {
        guard let key, !key.text.isEmpty else { return "s3://\(bucket)" }
        return "s3://\(bucket)/\(key)"
    }
}
