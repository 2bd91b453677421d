package import AssetModel
package import StoreTransport

/// A bucket that is about to be read or written: its store, and what `check` has to say about it.
package struct GCSClient: Sendable {
    package let configuration: GCSConfiguration
    package let identities: any IdentitySource<GoogleCredentials>
    package let store: GCSStore
    /// By which the bucket is reached.
    package let proxy: Setting<ProxyUse>?

    /// - Parameters:
    ///   - window: how many requests are sent at the same time.
    ///   - budget: for how long a request is tried again, in seconds.
    package init(
        bucket: String, _ overrides: GCSOverrides, _ environment: ProviderEnvironment, window: Int, budget: Double,
        log: RetryLog
    ) throws(ConfigurationFault) {
        configuration = try GCSConfiguration(overrides, environment)
        let connection = try StoreConnection(
            to: configuration.endpoint?.value ?? HTTPURL(scheme: .https, host: "storage.\(Google.universe)"),
            certificateAuthorities: configuration.certificateAuthorities, environment, window: window, budget: budget)
        proxy = connection.proxy
        let settings = GCSCredentialSettings(
            environment: environment, transport: WatchedTransport.of(connection.transport, log, showsPaths: false),
            sleep: { await WaitingTime(seconds: $0).sleep() }
        )
        identities =
            configuration.anonymous.value
            ? AnonymousIdentity(configuration.anonymous.provenance)
            : GCSCredentials.identities(configuration, settings, address: "gs://\(bucket)")
        store = GCSStore(
            GCSContext(
                transport: WatchedTransport.of(connection.transport, log, showsPaths: true), identities: identities,
                endpoint: configuration.endpoint?.value,
                bucket: bucket,
                retries: RetryContext(policy: RetryPolicy(budget: budget), log: log, window: window),
                encryptionKey: nil))
    }
}
