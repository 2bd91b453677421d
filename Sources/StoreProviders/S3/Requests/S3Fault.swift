internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// An answer of S3 that says that something went wrong.
///
/// Source of the codes: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
struct S3Fault: ServiceFault {
    let status: Int
    /// `AccessDenied`; nil where the answer has none, as that to a HEAD.
    let code: String?
    let message: String?
    /// The bucket's region, where the answer names it.
    let region: String?
    let requestID: String?
    /// The server's time, in seconds since 1970.
    let serverTime: Double?
    /// How long the server asks to wait, in seconds.
    let retryAfter: Double?

    var answer: ServiceAnswer {
        ServiceAnswer(status: status, code: code, message: message, requestID: requestID)
    }
}

extension S3Fault {
    /// - Parameter body: of the answer; empty for a HEAD, and not S3's where a proxy answered.
    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let error = (try? XMLTree.parse(body)).flatMap { $0.name == "Error" ? $0 : nil }
        self.status = status
        code = error?["Code"]
        message = error?["Message"]
        region = headers.first(name: "x-amz-bucket-region") ?? error?["Region"]
        requestID = headers.first(name: "x-amz-request-id") ?? error?["RequestId"]
        serverTime = headers.first(name: "date").flatMap(HTTPDate.seconds)
        retryAfter = Self.retryAfter(headers, now: serverTime)
    }

    /// Without the secrets of the request.
    func redacted(_ redaction: Redaction) -> S3Fault {
        S3Fault(
            status: status, code: code.map(redaction.callAsFunction), message: message.map(redaction.callAsFunction),
            region: region, requestID: requestID.map(redaction.callAsFunction), serverTime: serverTime,
            retryAfter: retryAfter)
    }

    /// `Retry-After` in seconds or as a date, and Amazon's own header in milliseconds.
    private static func retryAfter(_ headers: HTTPHeaders, now: Double?) -> Double? {
        if let milliseconds = headers.first(name: "x-amz-retry-after").flatMap(Double.init) {
            return max(0, milliseconds / 1000)
        }
        guard let text = headers.first(name: "retry-after") else { return nil }
        if let seconds = Double(text) { return max(0, seconds) }
        guard let now, let date = HTTPDate.seconds(text) else { return nil }
        return max(0, date - now)
    }
}

/// What can help against some faults.
enum S3Remedy: Hashable, Sendable {
    /// The credentials expired earlier than they said.
    case refreshCredentials
    /// The clock here and the server's are too far apart.
    case correctClock
    /// The bucket is in another region: in the one that the fault names, or in one that has to be asked for.
    case changeRegion
}

extension S3Fault {
    /// The one place where a status and a code become what they mean.
    ///
    /// | answer | means |
    /// | --- | --- |
    /// | 301, 302, 307, PermanentRedirect, AuthorizationHeaderMalformed, IllegalLocationConstraintException | another region |
    /// | ExpiredToken, TokenRefreshRequired, 401 | credentials to be refreshed |
    /// | RequestTimeTooSkewed | a clock to be corrected |
    /// | 429, 503, SlowDown and the other throttling codes | to be sent again, and fewer at a time |
    /// | 5xx but 501, RequestTimeout, BadDigest, IncompleteBody | to be sent again |
    /// | ConditionalRequestConflict, OperationAborted | to be sent again: another request for the same key was under way |
    /// | InvalidAccessKeyId, SignatureDoesNotMatch, InvalidToken | credentials that are not accepted |
    /// | 403 | not permitted |
    /// | 404, 412, 416 | not found, changed, no such range |
    /// | NoSuchBucket, InvalidBucketName | settings that name no store |
    /// | the rest | not what the protocol says |
    var handling: FaultHandling<S3Remedy> { code.flatMap(handling(of:)) ?? handlingOfStatus }

    private func handling(of code: String) -> FaultHandling<S3Remedy>? {
        switch code {
        case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
            .apply(.changeRegion)
        case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired": .apply(.refreshCredentials)
        case "RequestTimeTooSkewed": .apply(.correctClock)
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "MissingSecurityHeader":
            .fail(.unauthenticated)
        case "AccessDenied", "AllAccessDisabled", "AccountProblem", "InvalidObjectState": .fail(.permissionDenied)
        case "NoSuchBucket", "InvalidBucketName": .fail(.misconfigured)
        case "RequestTimeout", "RequestTimeoutException", "BadDigest", "IncompleteBody", "InternalError",
            "ConditionalRequestConflict", "OperationAborted":
            .retry(reason, slowsDown: false)
        default: Self.throttlingCodes.contains(code) ? .retry(reason, slowsDown: true) : nil
        }
    }

    private var handlingOfStatus: FaultHandling<S3Remedy> {
        switch status {
        case 301, 302, 307, 308: .apply(.changeRegion)
        case 401: .apply(.refreshCredentials)
        case 403: .fail(.permissionDenied)
        case 404: .fail(.notFound)
        case 409, 412: .fail(.changed)
        case 416: .fail(.invalidRange)
        case 429, 503: .retry(reason, slowsDown: true)
        case 501: .fail(.invalidAnswer)
        case 408, 500...: .retry(reason, slowsDown: false)
        // What a HEAD says of another region, or of a token that expired, has no code.
        case 400 where code == nil: .apply(.changeRegion)
        default: .fail(.invalidAnswer)
        }
    }

    private var reason: RetryReason { RetryReason(ServiceStatus(status, code), wait: retryAfter) }

    /// Source: botocore's `retries/standard.py`.
    private static let throttlingCodes: Set = [
        "SlowDown", "ServiceUnavailable", "Throttling", "ThrottlingException", "ThrottledException",
        "RequestThrottledException", "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
        "RequestThrottled", "EC2ThrottledException", "PriorRequestNotComplete",
    ]
}
