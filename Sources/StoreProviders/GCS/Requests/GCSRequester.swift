internal import NIOHTTP1
internal import ObjectStore
internal import Synchronization

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

/// Sends calls to a bucket: finds the address, adds the token, and gets over what can be got over.
struct GCSRequester: Sendable {
    let context: GCSContext

    /// Sends the call until it succeeds, or until trying again is no use.
    ///
    /// - Parameter read: reads an answer that says that all went well; what it throws is a reason to send again.
    func perform<Value: Sendable>(
        _ call: GCSCall, _ read: @Sendable (GCSReply) async throws -> Value
    ) async throws(StoreError) -> Value {
        var course = CallCourse(call.operation, address: call.address, context.retries)
        var hasRefreshed = false
        while true {
            let attempt = Attempt()
            let trouble: GCSTrouble
            switch await result(of: attempt, call, read) {
            case .success(let value): return value
            case .failure(let failure): trouble = failure
            }
            if Task.isCancelled { throw course.error(.unavailable, "interrupted") }
            if call.isSentOnce, let passing = trouble.passing { throw course.error(.unavailable, passing) }
            switch trouble {
            case .final(let error): throw error
            case .malformed(let detail):
                let error = course.error(.invalidAnswer, detail)
                try await course.wait(RetryReason("a wrong answer"), orThrow: error)
            case .transport(let failure): try await overcome(failure, &course)
            case .fault(let fault): try await overcome(fault, call, attempt, &hasRefreshed, &course)
            }
        }
    }

    /// What one try used.
    private final class Attempt: Sendable {
        let identity = Mutex<GCSIdentity?>(nil)
        let request = Mutex<HTTPRequest?>(nil)

        /// Without what this try carried in secret.
        func redacted(_ trouble: GCSTrouble) -> GCSTrouble {
            guard let redaction = request.withLock({ $0.map { Redaction(of: $0) } }) else { return trouble }
            return trouble.redacted(redaction)
        }
    }

    // MARK: One try

    private func result<Value: Sendable>(
        of attempt: Attempt, _ call: GCSCall, _ read: @Sendable (GCSReply) async throws -> Value
    ) async -> Result<Value, GCSTrouble> {
        do {
            return .success(try await read(try await reply(to: call, attempt)))
        } catch {
            return .failure(attempt.redacted(GCSTrouble(error)))
        }
    }

    private func reply(to call: GCSCall, _ attempt: Attempt) async throws -> GCSReply {
        let pass = await context.retries.gate.enter()
        let request = try await request(for: call, attempt)
        let response = try await context.transport.send(request)
        guard (200..<300).contains(response.status) || call.expected.contains(response.status) else {
            let body = try await response.readBody(limit: 1 << 20)
            let fault = GCSFault(status: response.status, headers: response.headers, body: body)
            if case .retry(_, slowsDown: true) = fault.reaction { pass.toldToSlowDown() }
            throw GCSTrouble.fault(fault)
        }
        pass.succeeded()
        return GCSReply(response: response, pass: pass)
    }

    private func request(for call: GCSCall, _ attempt: Attempt) async throws -> HTTPRequest {
        let identity = try await context.identities.current()
        attempt.identity.withLock { $0 = identity }
        let base = try await base()
        let url = url(of: call, base)
        var headers = call.headers
        // A session's address is as good as a token, and another host is to have no other.
        if let token = identity.token, url.origin == base.origin {
            headers.add(name: "authorization", value: "Bearer \(token.value.exposed)")
        }
        if let project = identity.quotaProject { headers.add(name: "x-goog-user-project", value: project) }
        let request = HTTPRequest(
            call.method, url, headers: headers, body: call.body.map(HTTPBody.bytes) ?? .empty)
        attempt.request.withLock { $0 = request }
        return request
    }

    private func base() async throws -> HTTPURL {
        if let endpoint = context.endpoint { return endpoint }
        return HTTPURL(scheme: .https, host: "storage.\(try await context.identities.universe())")
    }

    private func url(of call: GCSCall, _ base: HTTPURL) -> HTTPURL {
        if case .upload(let url) = call.place { return url }
        var url = base
        let path = url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target
        url.target = path + call.place.path + (call.query.isEmpty ? "" : "?" + PercentEncoding.query(call.query))
        return url
    }

    // MARK: Getting over trouble

    private func overcome(_ failure: HTTPFailure, _ course: inout CallCourse) async throws(StoreError) {
        var error = course.error(failure.kind == .malformed ? .invalidAnswer : .unavailable, failure.detail)
        if let base = try? await base() { error.notes.append("the endpoint is \(base.origin)") }
        error.remedy = TransportWords.remedy(for: failure, certificates: "SSL_CERT_FILE")
        try await course.overcome(failure, orThrow: error)
    }

    private func overcome(
        _ fault: GCSFault, _ call: GCSCall, _ attempt: Attempt, _ hasRefreshed: inout Bool, _ course: inout CallCourse
    ) async throws(StoreError) {
        let identity = attempt.identity.withLock { $0 }
        switch fault.reaction {
        case .fail(let kind): throw GCSWords.complete(course.error(kind, fault.words), fault, call, identity)
        case .retry(let reason, _): try await course.wait(reason, orThrow: course.error(.unavailable, fault.words))
        case .refreshToken:
            guard let identity, identity.token != nil, !hasRefreshed else {
                throw GCSWords.complete(course.error(.unauthenticated, fault.words), fault, call, identity)
            }
            hasRefreshed = true
            // If it cannot be renewed, the next try says why.
            try? await context.identities.refresh(replacing: identity)
        }
    }
}

extension GCSTrouble {
    /// What is wrong, where it may not be the next time; nil where it stays, or where a new token may help.
    fileprivate var passing: String? {
        switch self {
        case .fault(let fault): if case .retry = fault.reaction { fault.words } else { nil }
        case .transport(let failure):
            [.tls, .otherHost, .proxy, .malformed, .cancelled].contains(failure.kind) ? nil : failure.detail
        case .malformed, .final: nil
        }
    }
}
