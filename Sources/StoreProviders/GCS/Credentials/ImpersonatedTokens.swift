internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import StoreTransport

/// A service account that is impersonated with other credentials.
///
/// Source: <https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>
struct ImpersonatedTokens: TokenSource {
    let settings: GCSCredentialSettings
    let source: any TokenSource
    let universe: String
    let name = "impersonated service account"

    private let account: String
    private let delegates: [String]?
    private let url: HTTPURL

    init(_ file: GoogleCredentialFile, _ settings: GCSCredentialSettings) throws(CredentialFailure) {
        self.settings = settings
        let inner = try settings.required(file.sourceCredentials, "source_credentials", name)
        guard ["authorized_user", "service_account", "external_account_authorized_user"].contains(inner.type) else {
            throw CredentialFailure(
                .notSupported, name, GCSCredentialFault.file(.unknownSourceType(inner.type ?? "")))
        }
        source = try GCSCredentialChain.source(inner, settings)
        universe = source.universe
        let named = try settings.address(
            file.serviceAccountImpersonationUrl, "service_account_impersonation_url", name)
        account = ServiceAccountName.of(named)
        delegates = file.delegates
        // Google's own library goes there too, whatever host the file names; a test's loopback stays.
        url =
            named.isLoopback
            ? named
            : HTTPURL(
                scheme: .https, host: "iamcredentials.\(universe)",
                target: "/v1/projects/-/serviceAccounts/\(account):generateAccessToken")
    }

    var owner: GCSTokenOwner { .impersonated(account, by: source.owner) }

    func token(for scopes: [String]) async throws(CredentialFailure) -> AccessToken {
        let token = try await source.token(for: [Google.impersonationScope])
        return try await ImpersonatedToken(
            settings: settings, url: url, provider: name, delegates: delegates, lifetime: 3600
        ).token(for: scopes, with: token)
    }
}

enum ServiceAccountName {
    /// `…/serviceAccounts/robot@acme.iam.gserviceaccount.com:generateAccessToken`
    static func of(_ url: HTTPURL) -> String {
        let last = url.path.split(separator: "/").last.map(String.init) ?? ""
        return PercentEncoding.decode(last.hasSuffix(":generateAccessToken") ? String(last.dropLast(20)) : last)
    }
}

/// One request that impersonates a service account.
struct ImpersonatedToken: Sendable {
    let settings: GCSCredentialSettings
    let url: HTTPURL
    let provider: String
    let delegates: [String]?
    /// In seconds.
    let lifetime: Int

    private struct Request: Encodable {
        let delegates: [String]?
        let scope: [String]
        let lifetime: String
    }

    private struct Response: Decodable {
        let accessToken: String
        let expireTime: String
    }

    func token(
        for scopes: [String], with token: AccessToken
    ) async throws(CredentialFailure) -> AccessToken {
        let parameters = Request(delegates: delegates, scope: scopes, lifetime: "\(lifetime)s")
        let body = (try? JSONEncoder().encode(parameters)).map { Array($0) } ?? []
        let request = HTTPRequest(
            .POST, url,
            headers: ["content-type": "application/json", "authorization": "Bearer \(token.value.exposed)"],
            body: .bytes(ByteBuffer(bytes: body)))
        let answer = try await settings.call(provider, .iam, attempts: 3).send(request)
        guard answer.status == 200 else {
            let fault = GCSFault(status: answer.status, headers: answer.headers, body: answer.body)
                .redacted(Redaction(of: request))
            let isTransient = answer.isTransientFailure
            throw CredentialFailure(
                isTransient ? .unreachable : .refused, provider,
                GCSCredentialFault.notImpersonated(
                    ServiceAccountName.of(url), fault.answer, isTransient: isTransient))
        }
        guard let document = JSONDocument.decode(Response.self, from: answer.body),
            document.accessToken.isHeaderSafe
        else {
            throw CredentialFailure(.malformed, provider, GCSCredentialFault.noToken(nil, origin: url.origin))
        }
        return AccessToken(
            value: Secret(document.accessToken), expiration: Timestamp.seconds(document.expireTime))
    }
}
