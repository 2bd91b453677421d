internal import AssetModel

/// A bucket that is about to be read or written: its store, and what `check` has to say about it.
package struct GCSOpening: Sendable {
    package let configuration: GCSConfiguration
    package let identities: any GCSIdentitySource
    package let store: GCSStore

    /// - Parameters:
    ///   - window: how many requests are sent at the same time.
    ///   - budget: for how long a request is tried again, in seconds.
    package init(
        bucket: String, _ overrides: GCSOverrides, _ environment: ProviderEnvironment, window: Int, budget: Double,
        log: RetryLog
    ) throws(ConfigurationFault) {
        configuration = try GCSConfiguration(overrides, environment)
        let transport = AsyncHTTPTransport(
            HTTPTransportSettings(
                timeouts: .storage(within: budget), proxies: try ProxySettings(environment),
                certificateAuthorities: try CertificateBundle.path(
                    configuration.certificateAuthorities, environment,
                    isNeeded: configuration.endpoint?.value.scheme != .http),
                connections: window))
        let settings = TokenSettings(
            environment: environment, transport: transport, sleep: { try? await Task.sleep(for: .seconds($0)) })
        identities =
            configuration.anonymous.value
            ? AnonymousGCSIdentity() : TokenIdentity(configuration, settings, address: "gs://\(bucket)")
        store = GCSStore(
            GCSContext(
                transport: transport, identities: identities, endpoint: configuration.endpoint?.value, bucket: bucket,
                retries: RetryContext(policy: RetryPolicy(budget: budget), log: log, window: window),
                encryptionKey: nil))
    }
}
