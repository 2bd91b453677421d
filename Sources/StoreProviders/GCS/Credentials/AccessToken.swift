internal import StoreTransport

/// A token that requests to Google carry.
package struct AccessToken: Sendable, Hashable {
    let value: Secret
    /// In seconds since 1970; nil where the answer did not say.
    package let expiration: Double?
}

/// One way to get access tokens.
protocol TokenSource: Sendable {
    /// In messages: `service account`.
    var name: String { get }

    /// Whose tokens these are.
    var owner: GCSTokenOwner { get }

    /// The domain of Google's cloud that they are good in: `googleapis.com`.
    var universe: String { get }

    /// - Parameter scopes: what the token is to be good for.
    func token(for scopes: [String]) async throws(CredentialFailure) -> AccessToken
}

extension TokenSource {
    var universe: String { Google.universe }
}

/// What does not change.
enum Google {
    static let universe = "googleapis.com"
    /// Whom service accounts ask for their tokens.
    static let tokenURL = "https://oauth2.googleapis.com/token"
    /// Source: google-cloud-storage's `client.py`
    static let storageScopes = [
        "https://www.googleapis.com/auth/devstorage.full_control",
        "https://www.googleapis.com/auth/devstorage.read_only",
        "https://www.googleapis.com/auth/devstorage.read_write",
    ]
    /// To take the name of a service account.
    static let impersonationScope = "https://www.googleapis.com/auth/iam"
}
