package import StoreTransport

extension AWSCredentials: ExpiringCredentials {}

/// Whose name requests to S3 are made in.
package typealias S3Identity = Identity<AWSCredentials>

extension Identity<AWSCredentials> {
    /// `access key AKIA… from environment variables`, `anonymous (flag --no-sign-request)`
    package var words: String {
        credentials.map { "access key \($0.shownID) from \(source)" } ?? "anonymous (\(source))"
    }
}

/// The identity that the credential chain finds, for as long as a run lasts.
enum S3Credentials {
    /// Source: botocore's `RefreshableCredentials`
    static let renewal = CredentialRenewal(advisory: 900, mandatory: 600)

    /// - Parameter address: of the bucket, in messages.
    static func identities(_ settings: S3CredentialSettings, address: String) -> ProvidedIdentity<AWSCredentials> {
        let chain = S3CredentialChain(settings)
        return ProvidedIdentity(address: address, renewal: renewal, now: settings.environment.now) {
            try await chain.find()
        }
    }
}
