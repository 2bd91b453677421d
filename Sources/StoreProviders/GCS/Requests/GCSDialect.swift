internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// Addresses, tokens and faults of Google Cloud Storage.
struct GCSDialect: StoreDialect {
    let context: GCSContext

    /// Who makes a request, and where to: Google's own address depends on the universe of the credentials.
    struct Sender: Sendable {
        let identity: GCSIdentity
        let base: HTTPURL
    }

    /// A request as it is sent in one attempt.
    struct Signed: SignedRequest {
        let request: HTTPRequest
        let sender: Sender
    }

    var transport: any HTTPTransport { context.transport }
    var retries: RetryContext { context.retries }
    var certificatesVariable: String { "SSL_CERT_FILE" }

    // MARK: Signing

    func identity(for _: GCSCall) async throws -> Sender {
        let identity = try await context.identities.current()
        let host = "storage.\(identity.credentials?.universe ?? Google.universe)"
        return Sender(identity: identity, base: context.endpoint ?? HTTPURL(scheme: .https, host: host))
    }

    func sign(_ call: GCSCall, as sender: Sender) -> Signed {
        let url = url(of: call, sender.base)
        var headers = call.headers
        let credentials = sender.identity.credentials
        // The address of a session is a secret of its own, and another host is not given the token.
        if let credentials, url.origin == sender.base.origin {
            headers.add(name: "authorization", value: "Bearer \(credentials.token.value.exposed)")
        }
        if let project = credentials?.quotaProject { headers.add(name: "x-goog-user-project", value: project) }
        let body = call.body.map(HTTPBody.bytes) ?? .empty
        return Signed(request: HTTPRequest(call.method, url, headers: headers, body: body), sender: sender)
    }

    private func url(of call: GCSCall, _ base: HTTPURL) -> HTTPURL {
        if case .upload(let url) = call.resource { return url }
        var url = base
        let path = url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target
        url.target = path + call.resource.path + (call.query.isEmpty ? "" : "?" + PercentEncoding.query(call.query))
        return url
    }

    // MARK: Faults

    func apply(
        _ remedy: GCSRemedy, to fault: GCSFault, of signed: Signed?, _ requester: GCSRequester
    ) async -> Bool {
        guard let identity = signed?.sender.identity, identity.credentials != nil else { return false }
        // If it cannot be renewed, the next attempt says why.
        try? await context.identities.refresh(replacing: identity)
        return true
    }

    func kind(of fault: GCSFault, after remedy: GCSRemedy) -> StoreError.Kind { .unauthenticated }

    func completed(_ error: StoreError, for failed: FailedCall<GCSDialect>) -> StoreError {
        var error = error
        if error.kind == .misconfigured {
            error.cause = failed.fault.status == 404 ? .noBucket(context.bucket) : .invalidBucket(context.bucket)
        }
        return error.completed(failed.fault, failed.call, failed.signed?.sender.identity)
    }

    func endpoint(_ signed: Signed?) -> CallNote? { signed.map { .endpoint($0.sender.base.origin, nil) } }
}

typealias GCSRequester = StoreRequester<GCSDialect>
typealias GCSFailure = AttemptFailure<GCSFault>
typealias GCSReply = StoreReply

extension StoreRequester<GCSDialect> {
    convenience init(_ context: GCSContext) { self.init(dialect: GCSDialect(context: context)) }

    var context: GCSContext { dialect.context }
}
