internal import ObjectStore

/// What all calls to a bucket have in common.
package struct S3Context: Sendable {
    let transport: any HTTPTransport
    let identities: any S3IdentitySource
    let endpoint: S3Endpoint
    let bucket: String
    let policy: RetryPolicy
    let log: RetryLog
    let gate: RequestGate
    /// Whether the checksums that the store tells are asked for.
    let wantsChecksums: Bool
    /// Encrypts what is uploaded; nil for the bucket's own way. From AWS_KMS_KEY_ID, as modelkit has it.
    let encryptionKey: String?
    /// The wall clock, in seconds since 1970.
    let now: @Sendable () -> Double

    /// - Parameter window: how many requests may be under way where the store does not ask to slow down.
    package init(
        transport: any HTTPTransport, identities: any S3IdentitySource, endpoint: S3Endpoint, bucket: String,
        policy: RetryPolicy, log: RetryLog, window: Int, wantsChecksums: Bool, encryptionKey: String?,
        now: @escaping @Sendable () -> Double
    ) {
        self.transport = transport
        self.identities = identities
        self.endpoint = endpoint
        self.bucket = bucket
        self.policy = policy
        self.log = log
        gate = RequestGate(window: window)
        self.wantsChecksums = wantsChecksums
        self.encryptionKey = encryptionKey
        self.now = now
    }

    func address(of key: ObjectKey?) -> String {
        guard let key, !key.text.isEmpty else { return "s3://\(bucket)" }
        return "s3://\(bucket)/\(key)"
    }

    /// A clock that does not jump, in seconds.
    func uptime() -> Double { (ContinuousClock.now - Self.start) / .seconds(1) }

    private static let start = ContinuousClock.now

    func random() -> Double { Double.random(in: 0..<1) }

    /// - Returns: false where the task was cancelled meanwhile.
    func sleep(_ seconds: Double) async -> Bool { (try? await Task.sleep(for: .seconds(seconds))) != nil }
}
