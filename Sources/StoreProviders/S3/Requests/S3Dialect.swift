internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport
internal import Synchronization

/// Addresses, signatures and faults of S3.
///
/// A class because all calls share what one of them learned: the bucket's region, and the clock's offset.
final class S3Dialect: StoreDialect {
    let context: S3Context
    private let learned = Mutex(Learned())
    /// The last one.
    private let signer = Mutex<SigV4?>(nil)

    private struct Learned {
        /// The bucket's region, where an answer corrected it.
        var region: String?
        /// How far the server's clock is ahead of this machine's, in seconds.
        var clockOffset = 0.0
    }

    /// A request as it is sent in one attempt.
    struct Signed: SignedRequest {
        let request: HTTPRequest
        let identity: S3Identity
        /// The region that it was signed for.
        let region: String

        var secrets: [Secret] { [identity.credentials?.secretAccessKey].compactMap(\.self) }
    }

    init(_ context: S3Context) { self.context = context }

    var transport: any HTTPTransport { context.transport }
    var retries: RetryContext { context.retries }
    var certificatesVariable: String { "AWS_CA_BUNDLE" }

    // MARK: Signing

    func identity(for _: S3Call) async throws -> S3Identity { try await context.identities.current() }

    func sign(_ call: S3Call, as identity: S3Identity) -> Signed {
        let region = learned.withLock { $0.region } ?? context.endpoint.region
        let url = context.endpoint.url(of: call.key, query: call.query, region: region)
        let body = call.body.map(HTTPBody.bytes) ?? .empty
        var request = HTTPRequest(call.method, url, headers: call.headers, body: body)
        if let credentials = identity.credentials {
            // Content has an MD5, which is signed, and which TLS keeps together with it; without TLS the body is signed too.
            let isUnsigned = call.isContent && url.scheme == .https
            let payload = isUnsigned ? SigV4.unsignedPayload : Self.payloadHash(call)
            request = signed(request, credentials, region, payloadHash: payload)
        }
        return Signed(request: request, identity: identity, region: region)
    }

    private func signed(
        _ request: HTTPRequest, _ credentials: AWSCredentials, _ region: String, payloadHash: String
    ) -> HTTPRequest {
        let time = context.now() + learned.withLock { $0.clockOffset }
        let signer = signer.withLock { signer in
            let next = SigV4(credentials, region: region, service: "s3", time: time, reusing: signer)
            signer = next
            return next
        }
        return signer.sign(request, payloadHash: payloadHash)
    }

    private static func payloadHash(_ call: S3Call) -> String {
        call.body.map { Digests.sha256($0.readableBytesView).hex } ?? SigV4.emptyPayloadHash
    }

    // MARK: Remedies

    /// The answer to a HEAD has no body: what is wrong is asked for with a GET.
    func explained(_ fault: S3Fault, _ call: S3Call, by requester: S3Requester) async -> S3Fault {
        guard call.method == .HEAD, fault.code == nil, fault.status == 400 || fault.status == 403, fault.region == nil,
            case .failure(let failed) = await requester.attempt(call.asProbe, { _ in }),
            case .fault(let detailed) = failed.failure
        else { return fault }
        return detailed
    }

    func apply(
        _ remedy: S3Remedy, to fault: S3Fault, of signed: Signed?, _ requester: S3Requester
    ) async -> Bool {
        guard let signed else { return false }
        switch remedy {
        case .refreshCredentials:
            guard signed.identity.credentials != nil else { return false }
            // There may be new ones already; if they cannot be renewed, the next try says why.
            try? await context.identities.refresh(replacing: signed.identity)
        case .correctClock:
            guard let time = fault.serverTime else { return false }
            learned.withLock { $0.clockOffset = time - context.now() }
        case .changeRegion:
            guard let region = await newRegion(fault.region, after: signed, requester) else { return false }
            learned.withLock { $0.region = region }
        }
        return true
    }

    private func newRegion(_ named: String?, after signed: Signed, _ requester: S3Requester) async -> String? {
        var region = named
        if region == nil { region = await regionOfBucket(requester) }
        // Another call may have learned it meanwhile; it is new to this one all the same.
        guard let region, region != signed.region, S3Endpoint.isRegion(region) else { return nil }
        return region
    }

    /// S3 names a bucket's region in every answer about it, refusals included.
    private func regionOfBucket(_ requester: S3Requester) async -> String? {
        var call = S3Call(.findRegion, address: context.address(of: nil), method: .HEAD)
        // Another call waits for it, whose caller may hold a pass.
        call.waitsAtGate = false
        switch await requester.attempt(call, { $0.headers.first(name: "x-amz-bucket-region") }) {
        case .success(let region): return region
        case .failure(let failed):
            guard case .fault(let fault) = failed.failure else { return nil }
            return fault.region
        }
    }

    // MARK: Errors

    func kind(of fault: S3Fault, after remedy: S3Remedy) -> StoreError.Kind {
        switch remedy {
        case .refreshCredentials, .correctClock: .unauthenticated
        case .changeRegion: fault.status == 403 ? .permissionDenied : .misconfigured
        }
    }

    func completed(_ error: StoreError, for failed: FailedCall<S3Dialect>) -> StoreError {
        var error = error
        let identity = S3Note.identity(failed.signed?.identity)
        switch error.kind {
        case .permissionDenied:
            for note in identity + S3Note.ambiguity(failed.fault, failed.call) { error.note(note) }
            error.cause = failed.anonymousRemedy.map { _ in .anonymous }
            error.remedy = failed.advice
        case .unauthenticated:
            for note in identity { error.note(note) }
            error.cause =
                failed.anonymousRemedy.map { _ in .anonymous }
                ?? .rejectedCredentials(by: "S3", code: failed.fault.code, status: failed.fault.status)
            error.remedy = failed.advice
        case .misconfigured:
            error.cause = failed.fault.isAboutBucket(context.bucket)
            error.advise(S3Advice.checkBucket)
        case .notFound, .changed, .invalidRange, .unavailable, .credentialsUnavailable, .invalidAnswer,
            .unusableSettings:
            break
        }
        complete(&error, afterRemedyOf: failed)
        return error
    }

    private func complete(_ error: inout StoreError, afterRemedyOf failed: FailedCall<S3Dialect>) {
        switch failed.remedy {
        case .correctClock:
            if let time = failed.fault.serverTime { error.note(S3Note.clock(offset: time - context.now())) }
            error.advise(S3Advice.correctClock)
        case .changeRegion:
            if failed.fault.isAboutRegion { error.cause = .otherRegion }
            error.note(S3Note.requestedRegion(failed.signed?.region ?? context.endpoint.region))
            error.advise(S3Advice.setRegion)
        case .refreshCredentials, nil: break
        }
    }

    func endpoint(_ signed: Signed?) -> CallNote? { context.endpoint.note }
}

extension FailedCall<S3Dialect> {
    fileprivate var anonymousRemedy: AnonymousAdvice? { signed?.identity.anonymousRemedy }

    fileprivate var advice: AnyErrorDetail? {
        anonymousRemedy.map(AnyErrorDetail.init) ?? S3Advice(for: fault, call).map(AnyErrorDetail.init)
    }
}

extension S3Fault {
    fileprivate var isAboutRegion: Bool { code != nil || (300..<400).contains(status) }

    fileprivate func isAboutBucket(_ name: String) -> StoreError.Cause? {
        switch code {
        case "NoSuchBucket": .noBucket(name)
        case "InvalidBucketName": .invalidBucket(name)
        default: nil
        }
    }
}

typealias S3Requester = StoreRequester<S3Dialect>
typealias S3Failure = AttemptFailure<S3Fault>
typealias S3Reply = StoreReply

extension StoreRequester<S3Dialect> {
    convenience init(_ context: S3Context) { self.init(dialect: S3Dialect(context)) }

    var context: S3Context { dialect.context }
}
