internal import StoreTransport
internal import Synchronization

/// What `gcloud auth application-default login` leaves: a person's refresh token.
struct AuthorizedUserTokens: TokenSource {
    let settings: GCSCredentialSettings
    let name = "authorized user"
    let owner = GCSTokenOwner.user

    private let client: String
    private let clientSecret: Secret
    private let refreshToken: Secret
    private let scopes: [String]?
    private let url: HTTPURL

    init(_ file: GoogleCredentialFile, _ settings: GCSCredentialSettings) throws(CredentialFailure) {
        self.settings = settings
        if let universe = file.universeDomain, universe != Google.universe {
            throw CredentialFailure(.notSupported, name, GCSCredentialFault.file(.userInUniverse(universe)))
        }
        client = try settings.required(file.clientId, "client_id", name)
        clientSecret = Secret(try settings.required(file.clientSecret, "client_secret", name))
        refreshToken = Secret(try settings.required(file.refreshToken, "refresh_token", name))
        scopes = file.scopes
        url = try settings.address(Google.tokenURL, "token_uri", name)
    }

    func token(for _: [String]) async throws(CredentialFailure) -> AccessToken {
        // The scopes are those of the login, and cannot be widened.
        let form: [(name: String, value: String?)] = [
            ("grant_type", "refresh_token"), ("client_id", client), ("client_secret", clientSecret.exposed),
            ("refresh_token", refreshToken.exposed), ("scope", scopes?.joined(separator: " ")),
        ]
        return try await TokenEndpoint(settings: settings, url: url, provider: name)
            .token(form, secrets: [clientSecret, refreshToken]).token
    }
}

/// A person of another organisation's identity provider, logged in by gcloud.
///
/// A class because the server may replace the refresh token, which then counts for the run.
final class ExternalUserTokens: TokenSource {
    let settings: GCSCredentialSettings
    let universe: String
    let name = "external authorized user"
    let owner = GCSTokenOwner.externalUser

    private let client: (name: String, secret: Secret)
    private let refreshToken: Mutex<Secret>
    private let url: HTTPURL

    init(_ file: GoogleCredentialFile, _ settings: GCSCredentialSettings) throws(CredentialFailure) {
        self.settings = settings
        let clientName = try settings.required(file.clientId, "client_id", name)
        client = (clientName, Secret(try settings.required(file.clientSecret, "client_secret", name)))
        refreshToken = Mutex(Secret(try settings.required(file.refreshToken, "refresh_token", name)))
        url = try settings.address(file.tokenUrl, "token_url", name)
        universe = file.universeDomain ?? Google.universe
    }

    func token(for _: [String]) async throws(CredentialFailure) -> AccessToken {
        let current = refreshToken.withLock { $0 }
        let answer = try await TokenEndpoint(settings: settings, url: url, provider: name).token(
            [("grant_type", "refresh_token"), ("refresh_token", current.exposed)], secrets: [current, client.secret],
            client: client)
        if let new = answer.refreshToken { refreshToken.withLock { $0 = new } }
        return answer.token
    }
}
