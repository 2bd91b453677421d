internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// A token that a registry takes for some scopes.
struct AccessToken: Sendable {
    let value: Secret
    /// In seconds since 1970: shortly before it expires.
    let expiration: Double
}

/// The server that a registry sends its clients to for tokens.
///
/// Source: <https://distribution.github.io/distribution/spec/auth/token/>, and for refresh tokens
/// <https://distribution.github.io/distribution/spec/auth/oauth/>
struct TokenService: Sendable {
    let realm: HTTPURL
    let service: String?
    let settings: RegistrySettings

    private static let attempts = 4
    private static let client = "modelkit-assets"
    /// What a token lasts that does not say, in seconds.
    private static let defaultLifetime = 60.0

    /// - Parameter found: nil for what anybody may do.
    func token(
        for scopes: [AccessScope], as found: FoundRegistryCredentials?
    ) async throws(CredentialFailure) -> AccessToken {
        if case .identityToken(let token) = found?.credentials {
            let request = refreshRequest(token, scopes)
            let answer = try await send(request)
            // Not every server knows that way.
            if answer.status != 404, answer.status != 405 { return try read(answer, request, found) }
        }
        let request = request(for: scopes, as: found)
        return try read(try await send(request), request, found)
    }

    private func request(for scopes: [AccessScope], as found: FoundRegistryCredentials?) -> HTTPRequest {
        var query: [(name: String, value: String?)] = service.map { [("service", $0)] } ?? []
        query += scopes.map { ("scope", $0.text) }
        query.append(("client_id", Self.client))
        var url = realm
        url.target += (url.query.isEmpty ? "?" : "&") + PercentEncoding.query(query)
        var headers: HTTPHeaders = ["accept": "application/json"]
        switch found?.credentials {
        case .password(let user, let password):
            headers.add(name: "authorization", value: RegistryCredentials.basic(user, password).exposed)
        case .identityToken(let token):
            headers.add(name: "authorization", value: RegistryCredentials.basic("<token>", token).exposed)
        case .registryToken, nil: break
        }
        return HTTPRequest(.GET, url, headers: headers)
    }

    private func refreshRequest(_ token: Secret, _ scopes: [AccessScope]) -> HTTPRequest {
        let form: [(name: String, value: String?)] = [
            ("grant_type", "refresh_token"), ("service", service ?? realm.host), ("client_id", Self.client),
            ("scope", scopes.map(\.text).joined(separator: " ")), ("refresh_token", token.exposed),
        ]
        return HTTPRequest(
            .POST, realm,
            headers: ["content-type": "application/x-www-form-urlencoded", "accept": "application/json"],
            body: .bytes(ByteBuffer(string: PercentEncoding.query(form))))
    }

    private func send(_ request: HTTPRequest) async throws(CredentialFailure) -> BufferedResponse {
        try await CredentialServiceClient(
            transport: settings.credentialTransport, sleep: { await WaitingTime(seconds: $0).sleep() }, provider: "",
            attempts: Self.attempts, pause: 0.5, unreachable: { RegistryCredentialFault.unreachable($0) }
        ).send(request)
    }

    private func read(
        _ answer: BufferedResponse, _ request: HTTPRequest, _ found: FoundRegistryCredentials?
    ) throws(CredentialFailure) -> AccessToken {
        let redaction = Redaction(of: request, and: [found?.credentials.secret].compactMap(\.self))
        guard (200..<300).contains(answer.status) else { throw refusal(answer, redaction, found) }
        guard let fields = JSONFields(answer.body),
            let token = [fields.text("token"), fields.text("access_token")].lazy.compactMap(\.self).first(where: {
                !$0.isEmpty
            }),
            token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw CredentialFailure(.malformed, "", RegistryCredentialFault.noToken(origin: realm.origin))
        }
        let lifetime = fields.wholeNumber("expires_in").map(Double.init).flatMap(ClampedSeconds.clamped)
        return AccessToken(
            value: Secret(token),
            expiration: settings.environment.now() + Self.usable(lifetime ?? Self.defaultLifetime))
    }

    /// How long a token is used that lasts for so long, in seconds: the registry's clock may be ahead, and a request takes time
    /// to arrive.
    private static func usable(_ lifetime: Double) -> Double {
        // Zero is none: every server grants a minute at least.
        let seconds = lifetime > 0 ? lifetime : defaultLifetime
        return seconds - min(60, seconds / 4)
    }

    private func refusal(
        _ answer: BufferedResponse, _ redaction: Redaction, _ found: FoundRegistryCredentials?
    ) -> CredentialFailure {
        let fault = RegistryFault(status: answer.status, headers: answer.headers, body: answer.body).redacted(redaction)
        let origin = realm.origin
        guard !answer.isTransientFailure else {
            return failure(.unreachable, .tokenServerFailed(origin: origin, fault.answer))
        }
        guard let found else { return failure(.refused, .denied(origin: origin, fault.answer)) }
        return failure(.refused, .rejected(origin: origin, found.source, fault.answer))
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: RegistryCredentialFault) -> CredentialFailure {
        CredentialFailure(kind, "", fault)
    }
}
