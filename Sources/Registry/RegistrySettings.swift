package import AssetModel
package import StoreTransport

/// How the registries of a run are reached.
///
/// The connections are shared by all that are opened with it.
package struct RegistrySettings: Sendable {
    let environment: ProviderEnvironment
    /// Whether hosts that are not this machine are spoken to without TLS.
    let isPlain: Bool
    let transport: any HTTPTransport
    /// The same, whose requests are told of without their paths.
    let credentialTransport: any HTTPTransport
    let log: RetryLog
    let budget: Double
    let window: Int
    /// By which registries are reached over TLS: `10.0.0.1:3128`.
    package let certificateAuthorities: Setting<String>?

    /// How long a registry may say nothing, in seconds: it looks through all of a layer before it takes it.
    private static let silence = 300.0

    /// - Parameters:
    ///   - budget: for how long a request is tried again, in seconds.
    ///   - window: how many requests are sent at the same time.
    package init(
        _ environment: ProviderEnvironment, isPlain: Bool, window: Int, budget: Double, log: RetryLog
    ) throws(ConfigurationFault) {
        let authorities = environment.setting(["SSL_CERT_FILE"])
        let settings = HTTPTransportSettings(
            timeouts: HTTPTimeouts(connect: min(HTTPTimeouts.storage.connect, budget), idle: Self.silence),
            proxies: ProxySettings(environment),
            certificateAuthorities: try CertificateBundle.path(authorities, environment, isNeeded: true),
            connections: window)
        let transport = AsyncHTTPTransport(settings)
        self.init(
            environment, isPlain: isPlain, transport: WatchedTransport.of(transport, log, showsPaths: true),
            credentialTransport: WatchedTransport.of(transport, log, showsPaths: false), window: window,
            budget: budget, log: log, certificateAuthorities: authorities)
    }

    /// With a transport of one's own, for tests.
    init(
        _ environment: ProviderEnvironment, isPlain: Bool, transport: any HTTPTransport,
        credentialTransport: any HTTPTransport, window: Int, budget: Double, log: RetryLog,
        certificateAuthorities: Setting<String>? = nil
    ) {
        self.environment = environment
        self.isPlain = isPlain
        self.transport = transport
        self.credentialTransport = credentialTransport
        self.window = window
        self.budget = budget
        self.log = log
        self.certificateAuthorities = certificateAuthorities
    }
}
