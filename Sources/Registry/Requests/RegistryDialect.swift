internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// Addresses, tokens and faults of a registry.
struct RegistryDialect: StoreDialect {
    let reference: RegistryReference
    let endpoint: HTTPURL
    let access: RegistryAccess
    let transport: any HTTPTransport
    let retries: RetryContext

    /// A request as it is sent in one attempt.
    struct Signed: SignedRequest {
        let request: HTTPRequest
        let identity: RegistryIdentity

        var secrets: [Secret] { [identity.found?.credentials.secret].compactMap(\.self) }
    }

    init(_ reference: RegistryReference, _ settings: RegistrySettings, access: RegistryAccess) {
        self.reference = reference
        self.access = access
        endpoint = reference.endpoint(settings)
        transport = settings.transport
        retries = RetryContext(
            policy: RetryPolicy(budget: settings.budget), log: settings.log, window: settings.window)
    }

    var certificatesVariable: String { "SSL_CERT_FILE" }

    // MARK: Signing

    func identity(for call: RegistryCall) async throws -> RegistryIdentity {
        do {
            return try await access.identity(for: call.scopes)
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: reference.name)
        }
    }

    func sign(_ call: RegistryCall, as identity: RegistryIdentity) -> Signed {
        let url = url(of: call)
        var headers = call.headers
        headers.replaceOrAdd(name: "user-agent", value: "modelkit-assets")
        // Another host is told nothing: what it is asked for is in the address that the registry named.
        if let authorization = identity.authorization, url.origin == endpoint.origin {
            headers.add(name: "authorization", value: authorization.exposed)
        }
        return Signed(request: HTTPRequest(call.method, url, headers: headers, body: call.content), identity: identity)
    }

    private func url(of call: RegistryCall) -> HTTPURL {
        var url = endpoint
        if case .place(let place) = call.resource { url = place }
        url.target = call.resource.path(in: reference.repository)
        guard !call.query.isEmpty else { return url }
        url.target += (url.query.isEmpty ? "?" : "&") + PercentEncoding.query(call.query)
        return url
    }

    // MARK: Faults

    func apply(
        _ remedy: RegistryRemedy, to fault: RegistryFault, of signed: Signed?, _ requester: RegistryRequester
    ) async -> Bool {
        await access.learn(fault.challenge, refusing: signed?.identity)
    }

    func kind(of fault: RegistryFault, after remedy: RegistryRemedy) -> StoreError.Kind { .unauthenticated }

    func completed(_ error: StoreError, for failed: FailedCall<RegistryDialect>) -> StoreError {
        error.completed(failed.fault, failed.call, failed.signed?.identity, reference)
    }

    func endpoint(_ signed: Signed?) -> CallNote? { .endpoint(endpoint.origin, nil) }
}

typealias RegistryRequester = StoreRequester<RegistryDialect>
typealias RegistryFailure = AttemptFailure<RegistryFault>
