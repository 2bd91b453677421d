internal import FoundationEssentials
internal import StoreTransport

/// A token of another identity provider, exchanged for one of Google's: how CI systems and other clouds let their jobs in.
///
/// Source: <https://google.aip.dev/auth/4117>; google-auth's `external_account.py` and `sts.py`.
struct ExternalAccountTokens: TokenSource {
    let settings: GCSCredentialSettings
    let universe: String
    let name = "external account"

    private let audience: String
    private let tokenType: String
    private let url: HTTPURL
    private let subject: any SubjectTokenSource
    private let impersonation: Impersonation?
    private let client: (name: String, secret: Secret)?
    private let userProject: String?

    /// The service account whose name is taken.
    private struct Impersonation {
        let url: HTTPURL
        /// In seconds.
        let lifetime: Int
    }

    init(_ file: GoogleCredentialFile, _ settings: GCSCredentialSettings) throws(CredentialFailure) {
        self.settings = settings
        audience = try settings.required(file.audience, "audience", name)
        tokenType = try settings.required(file.subjectTokenType, "subject_token_type", name)
        universe = file.universeDomain ?? Google.universe
        url = try settings.address(Self.tokenURL(file.tokenUrl, in: universe), "token_url", name)
        subject = try SubjectTokens.source(file, audience: audience, tokenType: tokenType, settings, provider: name)
        let lifetime = file.impersonationLifetime ?? 3600
        if let text = file.serviceAccountImpersonationUrl {
            impersonation = Impersonation(
                url: try settings.address(text, "service_account_impersonation_url", name), lifetime: lifetime)
        } else {
            impersonation = nil
        }
        client = file.clientId.map { ($0, Secret(file.clientSecret ?? "")) }
        userProject = file.workforcePoolUserProject
    }

    /// The one address with a gap for the universe. Source: google-auth's `external_account.py`
    private static func tokenURL(_ text: String?, in universe: String) -> String? {
        text == "https://sts.{universe_domain}/v1/token" ? "https://sts.\(universe)/v1/token" : text
    }

    var owner: GCSTokenOwner {
        impersonation.map { .impersonatedByExternal(ServiceAccountName.of($0.url)) }
            ?? .external(audience: audience.split(separator: "/").suffix(3).joined(separator: "/"))
    }

    func token(for scopes: [String]) async throws(CredentialFailure) -> AccessToken {
        guard let impersonation else { return try await exchange(for: scopes) }
        let token = try await exchange(for: [Google.impersonationScope])
        return try await ImpersonatedToken(
            settings: settings, url: impersonation.url, provider: name, delegates: nil, lifetime: impersonation.lifetime
        ).token(for: scopes, with: token)
    }

    private func exchange(for scopes: [String]) async throws(CredentialFailure) -> AccessToken {
        let token = try await subject.token()
        var options: String?
        if client == nil, let userProject {
            let text = (try? JSONEncoder().encode(["userProject": userProject])).map {
                String(decoding: $0, as: UTF8.self)
            }
            options = text.map { PercentEncoding.encode($0) }
        }
        let form: [(name: String, value: String?)] = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("audience", audience),
            ("scope", scopes.joined(separator: " ")),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token", token.exposed), ("subject_token_type", tokenType), ("options", options),
        ]
        return try await TokenEndpoint(settings: settings, url: url, provider: name)
            .token(form, secrets: [token, client?.secret].compactMap(\.self), client: client).token
    }
}
