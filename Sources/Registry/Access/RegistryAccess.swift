internal import AssetModel
internal import StoreTransport
internal import Synchronization

/// What a request to a registry says of who asks.
struct RegistryIdentity: Sendable {
    /// The header `Authorization`; nil for none.
    let authorization: Secret?
    /// Nil where no credentials are known, or none were asked for.
    let found: FoundRegistryCredentials?
    /// Of the token; nil where it is none.
    fileprivate let token: TokenUse?

    /// Whether a token says it, which the server gave knowing the credentials.
    var hasToken: Bool { token != nil }

    fileprivate init(
        _ authorization: Secret?, _ found: FoundRegistryCredentials? = nil, token: TokenUse? = nil
    ) {
        self.authorization = authorization
        self.found = found
        self.token = token
    }
}

/// Which token was used, so that it can be replaced.
private struct TokenUse: Sendable {
    let cache: CredentialCache<AccessToken>
    let generation: Int
}

/// Says who asks, in the way that the registry wants: learned from its first refusal. Tokens are asked for once for each set
/// of scopes, and again before they expire.
///
/// A class because all requests share what one of them learned.
final class RegistryAccess: Sendable {
    private struct State {
        var challenge: AuthenticationChallenge?
        var tokens: [[AccessScope]: CredentialCache<AccessToken>] = [:]
        var mayRead = true
        /// Why there are no credentials.
        var failure: CredentialFailure?
    }

    private let reference: RegistryReference
    private let settings: RegistrySettings
    private let state = Mutex(State())
    private let credentials: CredentialCache<FoundRegistryCredentials?>

    init(_ reference: RegistryReference, _ settings: RegistrySettings) {
        self.reference = reference
        self.settings = settings
        let search = CredentialSearch(environment: settings.environment)
        credentials = CredentialCache(
            now: settings.environment.now, CredentialRenewal(advisory: 0, mandatory: 0)
        ) { .init(value: try await search.find(reference), expiration: nil) }
    }

    /// What is known of who asks. What failed once is not tried again: a helper may take its time each time.
    ///
    /// - Throws: `CredentialFailure`
    func credentials() async throws -> FoundRegistryCredentials? {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        do {
            return try await credentials.current().value
        } catch let failure as CredentialFailure {
            state.withLock { $0.failure = failure }
            throw failure
        }
    }

    /// Whether no look at the repository was refused yet. Some credentials may push and not pull.
    var mayRead: Bool { state.withLock { $0.mayRead } }

    func noteUnreadable() { state.withLock { $0.mayRead = false } }

    /// - Throws: `CredentialFailure`
    func identity(for scopes: [AccessScope]) async throws -> RegistryIdentity {
        guard let challenge = state.withLock({ $0.challenge }) else { return RegistryIdentity(nil) }
        let found = try await credentials()
        switch (found?.credentials, challenge.scheme) {
        case (.registryToken(let token), _): return RegistryIdentity(Secret("Bearer \(token.exposed)"), found)
        case (.password(let user, let password), .basic):
            return RegistryIdentity(RegistryCredentials.basic(user, password), found)
        case (.identityToken, .basic), (nil, .basic): return RegistryIdentity(nil, found)
        case (_, .bearer):
            let scopes = AccessScope.merged(scopes, AccessScope.list(challenge.parameters["scope"] ?? ""))
            let cache = try tokens(for: scopes, challenge)
            let token = try await cache.current()
            return RegistryIdentity(
                Secret("Bearer \(token.value.value.exposed)"), found,
                token: TokenUse(cache: cache, generation: token.generation))
        }
    }

    /// Takes what the registry wants into account.
    ///
    /// - Parameter identity: what the request said that was refused; nil where none was sent.
    /// - Returns: whether another attempt may be taken.
    func learn(_ challenge: AuthenticationChallenge?, refusing identity: RegistryIdentity?) async -> Bool {
        guard let challenge else { return false }
        let isNew = state.withLock { state in
            defer { state.challenge = challenge }
            return state.challenge?.scheme != challenge.scheme || identity?.authorization == nil
        }
        if let token = identity?.token {
            // If there is no other, the next attempt says why.
            try? await token.cache.refresh(replacing: token.generation)
            return true
        }
        return isNew ? await mayAttempt(challenge) : false
    }

    private func mayAttempt(_ challenge: AuthenticationChallenge) async -> Bool {
        if challenge.scheme == .bearer { return true }
        do {
            return try await credentials() != nil
        } catch {
            // They cannot be had: the next attempt says why.
            return true
        }
    }

    private func tokens(
        for scopes: [AccessScope], _ challenge: AuthenticationChallenge
    ) throws(CredentialFailure) -> CredentialCache<AccessToken> {
        let service = TokenService(
            realm: try realm(challenge), service: challenge.parameters["service"], settings: settings)
        return state.withLock { state in
            if let cache = state.tokens[scopes] { return cache }
            let cache = CredentialCache<AccessToken>(
                now: settings.environment.now, CredentialRenewal(advisory: 0, mandatory: 0)
            ) { [self] in
                let token = try await service.token(for: scopes, as: try await credentials())
                return .init(value: token, expiration: token.expiration)
            }
            state.tokens[scopes] = cache
            return cache
        }
    }

    /// Where tokens are asked for: credentials go there.
    private func realm(_ challenge: AuthenticationChallenge) throws(CredentialFailure) -> HTTPURL {
        let text = challenge.parameters["realm"] ?? ""
        let isPlain = settings.isPlain || reference.endpoint(settings).scheme == .http
        guard let url = HTTPURL(text), HTTPURL.isHost(url.host),
            url.scheme == .https || url.isLoopback || isPlain
        else {
            throw CredentialFailure(
                .misconfigured, "", RegistryCredentialFault.insecureRealm(shown: HTTPURL.shown(text)))
        }
        return url
    }
}

extension RegistryReference {
    /// Where the registry's interface is.
    func endpoint(_ settings: RegistrySettings) -> HTTPURL {
        // A reference is made of a host alone.
        RegistryHost(host)?.endpoint(isPlain: settings.isPlain) ?? HTTPURL(scheme: .https, host: host)
    }
}
