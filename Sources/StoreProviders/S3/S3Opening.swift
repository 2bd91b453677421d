
/// PLACEHOLDER
struct EnvironmentIdentity: S3IdentitySource {
    let environment: ProviderEnvironment
    func current() async throws -> S3Identity {
        S3Identity(
            credentials: AWSCredentials(
                accessKeyID: environment["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: Secret(environment["AWS_SECRET_ACCESS_KEY"] ?? ""),
                sessionToken: environment["AWS_SESSION_TOKEN"].map { Secret($0) }), words: "access key \(environment["AWS_ACCESS_KEY_ID"] ?? "")")
    }
    func refresh(replacing identity: S3Identity) async throws {}
}

package struct S3Opening: Sendable {
    package let store: S3Store
    package init(bucket: String, endpoint: String, environment: ProviderEnvironment, log: RetryLog) throws(S3ConfigurationFault) {
        let base = HTTPURL(endpoint)!
        let transport = AsyncHTTPTransport(HTTPTransportSettings(proxies: ProxySettings(), connections: 64))
        store = S3Store(S3Context(transport: transport, identities: EnvironmentIdentity(environment: environment), endpoint: S3Endpoint(region: "us-east-1", base: base, bucket: bucket), bucket: bucket, policy: RetryPolicy(), log: log, window: 64, wantsChecksums: true, encryptionKey: nil, now: environment.now))
    }
}
