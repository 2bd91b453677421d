internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// What all calls to a bucket have in common.
package struct GCSContext: Sendable {
    let transport: any HTTPTransport
    let identities: any GCSIdentitySource
    /// Nil: Google's own, in the universe of the credentials.
    let endpoint: HTTPURL?
    let bucket: String
    let retries: RetryContext
    /// Encrypts what is uploaded; nil for the bucket's own way.
    let encryptionKey: String?

    func address(of key: ObjectKey?) -> String {
        guard let key, !key.text.isEmpty else { return "gs://\(bucket)" }
        return "gs://\(bucket)/\(key)"
    }
}

/// Addresses, tokens and faults of Google Cloud Storage.
struct GCSDialect: StoreDialect {
    let context: GCSContext

    /// In whose name, and where: Google's own address depends on the universe of the credentials.
    struct Sender: Sendable {
        let identity: GCSIdentity
        let base: HTTPURL
    }

    /// A request as it is sent once.
    struct Signed: SignedRequest {
        let request: HTTPRequest
        let sender: Sender
    }

    var transport: any HTTPTransport { context.transport }
    var retries: RetryContext { context.retries }
    var certificatesVariable: String { "SSL_CERT_FILE" }

    // MARK: Signing

    func identity() async throws -> Sender {
        let identity = try await context.identities.current()
        if let endpoint = context.endpoint { return Sender(identity: identity, base: endpoint) }
        let host = "storage.\(try await context.identities.universe())"
        return Sender(identity: identity, base: HTTPURL(scheme: .https, host: host))
    }

    func sign(_ call: GCSCall, as sender: Sender) -> Signed {
        let url = url(of: call, sender.base)
        var headers = call.headers
        // A session's address is as good as a token, and another host is to have no other.
        if let token = sender.identity.token, url.origin == sender.base.origin {
            headers.add(name: "authorization", value: "Bearer \(token.value.exposed)")
        }
        if let project = sender.identity.quotaProject { headers.add(name: "x-goog-user-project", value: project) }
        let body = call.body.map(HTTPBody.bytes) ?? .empty
        return Signed(request: HTTPRequest(call.method, url, headers: headers, body: body), sender: sender)
    }

    private func url(of call: GCSCall, _ base: HTTPURL) -> HTTPURL {
        if case .upload(let url) = call.place { return url }
        var url = base
        let path = url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target
        url.target = path + call.place.path + (call.query.isEmpty ? "" : "?" + PercentEncoding.query(call.query))
        return url
    }

    // MARK: Faults

    func mend(
        _ fault: GCSFault, by remedy: GCSRemedy, of signed: Signed?, _ requester: GCSRequester
    ) async -> Bool {
        guard let identity = signed?.sender.identity, identity.token != nil else { return false }
        // If it cannot be renewed, the next try says why.
        try? await context.identities.refresh(replacing: identity)
        return true
    }

    func kind(of fault: GCSFault, unmendedBy remedy: GCSRemedy) -> StoreError.Kind { .unauthenticated }

    func complete(
        _ error: StoreError, _ fault: GCSFault, _ call: GCSCall, _ signed: Signed?, unmendedBy remedy: GCSRemedy?
    ) -> StoreError { GCSWords.complete(error, fault, call, signed?.sender.identity) }

    func endpointWords(_ signed: Signed?) -> String? { signed?.sender.base.origin }
}

typealias GCSRequester = StoreRequester<GCSDialect>
typealias GCSTrouble = CallTrouble<GCSFault>
typealias GCSReply = StoreReply

extension StoreRequester<GCSDialect> {
    convenience init(_ context: GCSContext) { self.init(dialect: GCSDialect(context: context)) }

    var context: GCSContext { dialect.context }
}
