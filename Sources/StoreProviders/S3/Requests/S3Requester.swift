internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import Synchronization

/// Sends calls to a bucket: finds the address, signs, and gets over what can be got over.
///
/// A class because all calls share what one of them learns: the bucket's region, and how far the clock is off.
final class S3Requester: Sendable {
    let context: S3Context
    private let learnt = Mutex(Learnt())
    /// The last one.
    private let signingKey = Mutex<SigningKey?>(nil)

    private struct Learnt {
        /// The bucket's region, where an answer corrected it.
        var region: String?
        /// What the server's clock is ahead of the one here, in seconds.
        var clockOffset = 0.0
    }

    init(_ context: S3Context) { self.context = context }

    /// Sends the call until it succeeds, or until trying again is no use.
    ///
    /// - Parameter read: reads an answer that says that all went well; what it throws is a reason to send again.
    func perform<Value: Sendable>(
        _ call: S3Call, _ read: @Sendable (S3Reply) async throws -> Value
    ) async throws(StoreError) -> Value {
        var course = S3Course(call, context)
        while true {
            let attempt = Attempt(region: region)
            switch await result(of: attempt, call, read) {
            case .success(let value): return value
            case .failure(let trouble): try await overcome(trouble, attempt, &course)
            }
        }
    }

    /// What one try used.
    private final class Attempt: Sendable {
        let region: String
        let identity = Mutex<S3Identity?>(nil)
        let request = Mutex<HTTPRequest?>(nil)

        init(region: String) { self.region = region }

        /// Without what this try carried in secret.
        func redacted(_ trouble: S3Trouble) -> S3Trouble {
            guard let request = request.withLock({ $0 }) else { return trouble }
            let key = identity.withLock { $0?.credentials?.secretAccessKey }
            return trouble.redacted(Redaction(of: request, and: [key].compactMap(\.self)))
        }
    }

    private var region: String { learnt.withLock { $0.region } ?? context.endpoint.region }

    // MARK: One try

    private func result<Value: Sendable>(
        of attempt: Attempt, _ call: S3Call, _ read: @Sendable (S3Reply) async throws -> Value
    ) async -> Result<Value, S3Trouble> {
        do {
            return .success(try await read(try await reply(to: call, attempt)))
        } catch {
            return .failure(attempt.redacted(S3Trouble(error)))
        }
    }

    private func reply(to call: S3Call, _ attempt: Attempt) async throws -> S3Reply {
        let gate = context.retries.gate
        let pass = call.waitsForPlace ? await gate.enter() : gate.enterAtOnce()
        let request = try await signed(call, attempt)
        attempt.request.withLock { $0 = request }
        let response = try await context.transport.send(request)
        guard (200..<300).contains(response.status) else {
            // What is wrong is said in a few hundred bytes, and a page of a proxy is not of interest.
            let body = try await response.readBody(limit: 1 << 20)
            let fault = S3Fault(status: response.status, headers: response.headers, body: body)
            if case .retry(_, slowsDown: true) = fault.reaction { pass.toldToSlowDown() }
            throw S3Trouble.fault(fault)
        }
        pass.succeeded()
        return S3Reply(response: response, pass: pass)
    }

    private func signed(_ call: S3Call, _ attempt: Attempt) async throws -> HTTPRequest {
        let identity = try await context.identities.current()
        attempt.identity.withLock { $0 = identity }
        let url = context.endpoint.url(of: call.key, query: call.query, region: attempt.region)
        let body = call.body.map(HTTPBody.bytes) ?? .empty
        var request = HTTPRequest(call.method, url, headers: call.headers, body: body)
        // A body has one digest that the store compares: over plain HTTP, and where it is no content, the signature's; else
        // its MD5, which every store knows (the newer checksums are refused by some), and which is signed.
        let isSigned = identity.credentials != nil
        let digest = call.isContent && !(isSigned && url.scheme == .http) ? call.body.map(Self.md5) : nil
        if let digest { request.headers.add(name: "content-md5", value: digest) }
        guard let credentials = identity.credentials else { return request }
        let time = context.now() + learnt.withLock { $0.clockOffset }
        let signer = SigV4(
            credentials, region: attempt.region, service: "s3", time: time, reusing: signingKey.withLock { $0 })
        signingKey.withLock { $0 = signer.key }
        return signer.sign(request, payloadHash: digest == nil ? Self.payloadHash(call) : SigV4.unsignedPayload)
    }

    private static func payloadHash(_ call: S3Call) -> String {
        call.body.map { Digests.sha256($0.readableBytesView).hex } ?? SigV4.emptyPayloadHash
    }

    private static func md5(_ body: ByteBuffer) -> String { Base64.encode(Digests.md5(body.readableBytesView)) }

    // MARK: Getting over trouble

    private func overcome(_ trouble: S3Trouble, _ attempt: Attempt, _ course: inout S3Course) async throws(StoreError) {
        if Task.isCancelled { throw course.error(.unavailable, "interrupted") }
        let identity = attempt.identity.withLock { $0 }
        switch trouble {
        case .final(let error): throw error
        case .malformed(let detail):
            let error = course.error(.invalidAnswer, detail)
            try await course.wait(RetryReason("a wrong answer"), orThrow: error)
        case .transport(let failure): try await course.overcome(failure, endpoint: context.endpoint)
        case .fault(let fault): try await overcome(fault, attempt, identity, &course)
        }
    }

    private func overcome(
        _ fault: S3Fault, _ attempt: Attempt, _ identity: S3Identity?, _ course: inout S3Course
    ) async throws(StoreError) {
        let fault = await explained(fault, course.call)
        switch fault.reaction {
        case .fail(let kind): throw course.error(kind, fault, identity)
        case .retry(let reason, _):
            let error = course.error(.unavailable, fault, identity)
            try await course.wait(reason, orThrow: error)
        case .refreshCredentials:
            guard let identity, identity.credentials != nil, course.take(.refresh) else {
                throw course.error(.unauthenticated, fault, identity)
            }
            await refresh(identity)
        case .correctClock:
            guard let time = fault.serverTime, course.take(.clock) else {
                throw course.clockError(fault, identity, offset: fault.serverTime.map { $0 - context.now() })
            }
            learnt.withLock { $0.clockOffset = time - context.now() }
        case .changeRegion(let region):
            guard course.take(.region), let found = await newRegion(region, after: attempt) else {
                throw course.regionError(fault, identity, used: attempt.region)
            }
            learnt.withLock { $0.region = found }
        }
    }

    /// The credentials that there are now may be new already; if they cannot be renewed, the next try says why.
    private func refresh(_ identity: S3Identity) async { try? await context.identities.refresh(replacing: identity) }

    /// The answer to a HEAD has no body: what is wrong is asked for with a GET.
    private func explained(_ fault: S3Fault, _ call: S3Call) async -> S3Fault {
        guard call.method == .HEAD, fault.code == nil, fault.status == 400 || fault.status == 403, fault.region == nil
        else { return fault }
        let probe = Attempt(region: region)
        guard case .failure(.fault(let told)) = await result(of: probe, call.asProbe, { _ in }) else { return fault }
        return told
    }

    private func newRegion(_ told: String?, after attempt: Attempt) async -> String? {
        var region = told
        if region == nil { region = await askedRegion() }
        // Another call may have learnt it meanwhile; it is new to this one all the same.
        guard let region, region != attempt.region, S3Endpoint.isRegion(region) else { return nil }
        return region
    }

    /// S3 tells a bucket's region with every answer about it, refusals included.
    private func askedRegion() async -> String? {
        let call = S3Call("find the region of", address: context.address(of: nil), method: .HEAD)
        switch await result(of: Attempt(region: region), call, { $0.headers.first(name: "x-amz-bucket-region") }) {
        case .success(let region): return region
        case .failure(.fault(let fault)): return fault.region
        case .failure: return nil
        }
    }
}
