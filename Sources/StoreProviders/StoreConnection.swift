internal import AssetModel
internal import StoreTransport

/// The way to a store: straight or by a proxy, and which certificates are trusted on it.
struct StoreConnection {
    let transport: AsyncHTTPTransport
    /// Where one is set.
    let proxy: Setting<ProxyUse>?

    /// - Parameters:
    ///   - url: of the bucket.
    ///   - certificateAuthorities: a file of certificates in PEM, where a setting names one.
    ///   - window: how many requests are sent at the same time.
    ///   - budget: for how long a request is tried again, in seconds.
    init(
        to url: HTTPURL, certificateAuthorities: Setting<String>?, _ environment: ProviderEnvironment, window: Int,
        budget: Double
    ) throws(ConfigurationFault) {
        let proxies = ProxySettings(environment)
        proxy = try proxies.setting(for: url)?.map { .used($0.place) } ?? proxies.passedOver(for: url)
        transport = AsyncHTTPTransport(
            HTTPTransportSettings(
                timeouts: .storage(within: budget), proxies: proxies,
                certificateAuthorities: try CertificateBundle.path(
                    certificateAuthorities, environment, isNeeded: url.scheme == .https),
                connections: window))
    }
}
