internal import AssetModel
package import StoreTransport

/// What requests to Google Cloud Storage are made with.
package struct GoogleCredentials: ExpiringCredentials {
    package typealias Source = GCSCredentialSource
    package typealias Absence = GCSCredentialAbsence

    let token: AccessToken
    /// The project that pays for the requests, where it is not the credentials' own.
    let quotaProject: String?
    /// The domain of Google's cloud that the token is good in: `googleapis.com`.
    let universe: String

    package var expiration: Double? { token.expiration }
}

/// Whose name requests to Google Cloud Storage are made in.
package typealias GCSIdentity = Identity<GoogleCredentials>

/// The identity that the application's default credentials have, for as long as a run lasts.
enum GCSCredentials {
    /// As google-auth has it. The metadata service hands out the same token until shortly before its end.
    static let renewal = CredentialRenewal(advisory: 225, mandatory: 10)

    /// - Parameter address: of the bucket, in messages.
    static func identities(
        _ configuration: GCSConfiguration, _ settings: GCSCredentialSettings, address: String
    ) -> ProvidedIdentity<GoogleCredentials> {
        let now = settings.environment.now
        let chain = GCSCredentialChain(settings: settings, file: configuration.credentialFile)
        // Where they are is looked for once, and tokens are asked for there again and again.
        let found = CredentialCache(now: now, renewal) { .init(value: try await chain.find(), expiration: nil) }
        let quotaProject = configuration.quotaProject?.value
        return ProvidedIdentity(address: address, renewal: renewal, now: now) {
            let found = try await found.current().value
            let credentials = GoogleCredentials(
                token: try await found.tokens.token(for: Google.storageScopes),
                quotaProject: quotaProject ?? found.quotaProject, universe: found.tokens.universe)
            return FoundCredentials(
                credentials, source: GCSCredentialSource(owner: found.tokens.owner, place: found.place))
        }
    }
}
