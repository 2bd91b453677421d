package import AssetModel
package import StoreTransport

/// A bucket that is about to be read or written: its store, and what `check` has to say about it.
package struct S3Client: Sendable {
    package let configuration: S3Configuration
    package let endpoint: S3Endpoint
    package let identities: any IdentitySource<AWSCredentials>
    package let store: S3Store
    private let settings: S3CredentialSettings
    /// By which the bucket is reached.
    package let proxy: Setting<ProxyUse>?

    /// - Parameters:
    ///   - window: how many requests are sent at the same time.
    ///   - budget: for how long a request is tried again, in seconds.
    package init(
        bucket: String, _ overrides: S3Overrides, _ environment: ProviderEnvironment, window: Int, budget: Double,
        log: RetryLog
    ) throws(ConfigurationFault) {
        configuration = try S3Configuration(overrides, environment)
        endpoint = try S3Endpoint(bucket, configuration)
        let connection = try StoreConnection(
            to: endpoint.url(of: nil, query: [], region: endpoint.region),
            certificateAuthorities: configuration.certificateAuthorities, environment, window: window, budget: budget)
        proxy = connection.proxy
        settings = S3CredentialSettings(
            environment: environment, configuration: configuration,
            transport: WatchedTransport.of(connection.transport, log, showsPaths: false),
            sleep: { await WaitingTime(seconds: $0).sleep() })
        identities =
            configuration.anonymous.value
            ? AnonymousIdentity(configuration.anonymous.provenance)
            : S3Credentials.identities(settings, address: "s3://\(bucket)")
        store = S3Store(
            S3Context(
                transport: WatchedTransport.of(connection.transport, log, showsPaths: true), identities: identities,
                endpoint: endpoint, bucket: bucket,
                retries: RetryContext(
                    policy: RetryPolicy(
                        attempts: configuration.attempts?.value ?? RetryPolicy.defaultAttempts, budget: budget),
                    log: log, window: window),
                wantsChecksums: configuration.validatesResponses.value,
                encryptionKey: environment["AWS_KMS_KEY_ID"], now: environment.now))
    }

    /// The account and user of the credentials, `arn:aws:iam::123456789012:user/ci`, by STS.
    ///
    /// - Returns: nil where no STS is known: the store is not Amazon's.
    package func callerIdentity(_ credentials: AWSCredentials) async throws(CredentialFailure) -> String? {
        let isAmazons = configuration.endpoint == nil
        guard isAmazons || environmentNamesSTS else { return nil }
        return try await SecurityTokenService(settings: settings, provider: "identity").callerIdentity(credentials)
    }

    private var environmentNamesSTS: Bool { settings.environment["AWS_ENDPOINT_URL_STS"] != nil }
}
