internal import FoundationEssentials
internal import StoreTransport

/// The key of a service account, which signs for the tokens that it wants.
///
/// Source: <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>
struct ServiceAccountTokens: TokenSource {
    let settings: GCSCredentialSettings
    let email: String
    let key: Secret
    let keyID: String?
    let url: HTTPURL
    let universe: String
    let name = "service account"

    var owner: GCSTokenOwner { .serviceAccount(email) }

    /// Of a signed request, in seconds.
    private static let lifetime = 3600.0

    init(_ file: GoogleCredentialFile, _ settings: GCSCredentialSettings) throws(CredentialFailure) {
        self.settings = settings
        email = try settings.required(file.clientEmail, "client_email", name)
        key = Secret(try settings.required(file.privateKey, "private_key", name))
        keyID = file.privateKeyId
        url = try settings.address(file.tokenUri, "token_uri", name)
        universe = file.universeDomain ?? Google.universe
    }

    func token(for scopes: [String]) async throws(CredentialFailure) -> AccessToken {
        let now = settings.environment.now()
        // Beyond Google's own universe there is no token server: what is signed is the token.
        guard universe == Google.universe else {
            return AccessToken(
                value: try signed(Claims(selfSignedBy: email, scopes, now)), expiration: now + Self.lifetime)
        }
        let assertion = try signed(Claims(of: email, scopes, now))
        let form = [("assertion", assertion.exposed), ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")]
        return try await TokenEndpoint(settings: settings, url: url, provider: name)
            .token(form, secrets: [assertion]).token
    }

    private func signed(_ claims: Claims) throws(CredentialFailure) -> Secret {
        let text = [encoded(Header(kid: keyID)), encoded(claims)].joined(separator: ".")
        guard let signature = RSASignature.sign(text, with: key) else {
            throw CredentialFailure(
                .misconfigured, name, GCSCredentialFault.file(.invalidPrivateKey(account: email)))
        }
        return Secret("\(text).\(Base64.encodeForURL(signature))")
    }

    private func encoded(_ part: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers alone: they can always be written.
        return Base64.encodeForURL((try? encoder.encode(part)).map { Array($0) } ?? [])
    }

    private struct Header: Encodable {
        var alg = "RS256"
        var typ = "JWT"
        let kid: String?
    }

    private struct Claims: Encodable {
        let iss: String
        var sub: String?
        var aud: String?
        let scope: String
        let iat: Int
        let exp: Int

        init(of email: String, _ scopes: [String], _ now: Double) {
            iss = email
            aud = Google.tokenURL
            scope = scopes.joined(separator: " ")
            iat = Int(now)
            exp = Int(now + ServiceAccountTokens.lifetime)
        }

        init(selfSignedBy email: String, _ scopes: [String], _ now: Double) {
            self.init(of: email, scopes, now)
            sub = email
            aud = nil
        }
    }
}
