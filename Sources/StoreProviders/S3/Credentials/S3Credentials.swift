internal import AssetModel
package import StoreTransport

extension AWSCredentials: ExpiringCredentials {
    package typealias Source = S3CredentialSource
    package typealias Absence = S3CredentialAbsence
}

/// Whose name requests to S3 are made in.
package typealias S3Identity = Identity<AWSCredentials>

/// An identity as a message may show it.
package struct S3IdentityNote: ErrorDetail {
    /// Nil where requests are anonymous.
    package let accessKey: ShownAccessKey?
    package let source: IdentitySourceName<AWSCredentials>

    init(_ identity: S3Identity) {
        accessKey = identity.credentials?.shownKey
        source = identity.source
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
