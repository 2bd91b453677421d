/// In whose name a request is made.
package struct GCSIdentity: Sendable {
    /// Nil: in nobody's.
    let token: AccessToken?
    /// `service account robot@acme.iam.gserviceaccount.com, from /run/secrets/gcs.json`
    package let source: String
    /// The project that pays for the requests, where it is not the credentials' own.
    let quotaProject: String?
    /// Another number for each renewal.
    let generation: Int

    package static let anonymous = GCSIdentity(token: nil, source: "", quotaProject: nil, generation: 0)

    /// In seconds since 1970; nil where nobody said.
    package var expiration: Double? { token?.expiration }

    package var words: String { token == nil ? "nobody: requests carry no token" : source }
}

/// Where identities come from.
package protocol GCSIdentitySource: Sendable {
    func current() async throws -> GCSIdentity

    /// A new token in place of this one, which the store no longer takes.
    func refresh(replacing identity: GCSIdentity) async throws

    /// The domain of Google's cloud that the tokens are good in.
    func universe() async throws -> String
}

/// For public buckets, where somebody asked for it, and for emulators.
package struct AnonymousGCSIdentity: GCSIdentitySource {
    package init() {}

    package func current() async -> GCSIdentity { .anonymous }

    package func refresh(replacing identity: GCSIdentity) async {}

    package func universe() async -> String { Google.universe }
}
