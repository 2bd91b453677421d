internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// An answer of Google Cloud Storage, or of another of Google's services, that says that something went wrong.
///
/// Source: <https://cloud.google.com/storage/docs/json_api/v1/status-codes>
struct GCSFault: ServiceFault {
    let status: Int
    /// `forbidden`, `rateLimitExceeded`; nil where the answer has none, as that to a request of an object's content.
    let reason: String?
    let message: String?
    /// How long the server asks to wait, in seconds.
    let retryAfter: Double?

    static var writesText: Bool { true }

    var answer: ServiceAnswer { ServiceAnswer(status: status, code: reason, message: message) }
}

extension GCSFault {
    private struct Document: Decodable {
        struct Fault: Decodable {
            struct Item: Decodable {
                let reason: String?
            }

            let message: String?
            let status: String?
            let errors: [Item]?
        }

        let error: Fault
    }

    /// - Parameter body: JSON, or a line of text for a request of an object's content; not Google's where a proxy answered.
    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let fault = JSONDocument.decode(Document.self, from: body)?.error
        self.status = status
        reason = fault?.errors?.first?.reason ?? fault?.status
        message = fault?.message ?? (fault == nil ? Self.text(body) : nil)
        retryAfter = headers.first(name: "retry-after").flatMap(Double.init).map { max(0, $0) }
    }

    /// A line, and not the page of a proxy.
    private static func text(_ body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(500), as: UTF8.self).trimmed
        return text.isEmpty || text.hasPrefix("<") || text.contains(where: \.isNewline) ? nil : text
    }

    /// Without the secrets of the request.
    func redacted(_ redaction: Redaction) -> GCSFault {
        GCSFault(
            status: status, reason: reason.map(redaction.callAsFunction),
            message: message.map(redaction.callAsFunction),
            retryAfter: retryAfter)
    }
}

/// What can help against some faults.
enum GCSRemedy: Hashable, Sendable {
    /// The token expired earlier than it said.
    case refreshToken
}

extension GCSFault {
    /// The one place where a status and a reason become what they mean.
    ///
    /// | answer | means |
    /// | --- | --- |
    /// | 401 | a token to be refreshed |
    /// | 429, 503, and 403 with a reason of too many requests | to be sent again, and fewer at a time |
    /// | 408, other 5xx but 501 | to be sent again |
    /// | other 403 | not permitted |
    /// | 404 of a bucket, 400 of its name | settings that name no store |
    /// | other 404, 410 | not found |
    /// | 412, 409, 304 | changed |
    /// | 416 | no such range |
    /// | the rest, redirects among them | not what the protocol says |
    var handling: FaultHandling<GCSRemedy> {
        switch status {
        case 401: .apply(.refreshToken)
        case 403: Self.throttlingReasons.contains(reason ?? "") ? again(slowsDown: true) : .fail(.permissionDenied)
        case 404: isAboutBucket ? .fail(.misconfigured) : .fail(.notFound)
        case 410: .fail(.notFound)
        case 304, 409, 412: .fail(.changed)
        case 416: .fail(.invalidRange)
        case 429, 503: again(slowsDown: true)
        case 501: .fail(.invalidAnswer)
        case 408, 500...: again(slowsDown: false)
        case 400 where isAboutBucket: .fail(.misconfigured)
        default: .fail(.invalidAnswer)
        }
    }

    private var isAboutBucket: Bool {
        let text = (message ?? "").lowercased()
        return text.contains("specified bucket does not exist") || text.contains("invalid bucket name")
    }

    private func again(slowsDown: Bool) -> FaultHandling<GCSRemedy> {
        .retry(RetryReason(ServiceStatus(status, reason), wait: retryAfter), slowsDown: slowsDown)
    }

    private static let throttlingReasons: Set = [
        "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED",
    ]
}
