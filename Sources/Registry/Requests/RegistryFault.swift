internal import AssetModel
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// An answer of a registry that says that something went wrong.
///
/// Source: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes>
struct RegistryFault: ServiceFault {
    let status: Int
    /// `MANIFEST_UNKNOWN`; nil where the answer has none, as that to a HEAD.
    let code: String?
    let message: String?
    /// How long the registry asks to wait, in seconds.
    let retryAfter: Double?
    /// How it wants to be told who asks.
    let challenge: AuthenticationChallenge?

    static var writesText: Bool { true }

    var answer: ServiceAnswer { ServiceAnswer(status: status, code: code, message: message) }

    /// Without the secrets of the request.
    func redacted(_ redaction: Redaction) -> RegistryFault {
        RegistryFault(
            status: status, code: code.map(redaction.callAsFunction), message: message.map(redaction.callAsFunction),
            retryAfter: retryAfter, challenge: challenge)
    }
}

extension RegistryFault {
    private struct Document: Decodable {
        struct Item: Decodable {
            let code: String?
            let message: String?
        }

        let errors: [Item]?
        /// What token servers and proxies in front of registries write.
        let message: String?
        let details: String?
        let error: String?
    }

    /// - Parameter body: JSON; not the registry's where a proxy answered.
    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let document = JSONDocument.decode(Document.self, from: body)
        let first = document?.errors?.first
        self.status = status
        code = first?.code.flatMap { $0.isEmpty ? nil : $0 }
        let said = [first?.message, document?.details, document?.message, document?.error].compactMap(\.self).first
        message = (said ?? (document == nil ? Self.text(body) : nil)).map { String($0.prefix(500)) }
        retryAfter = headers.first(name: "retry-after").flatMap(Self.waiting)
        challenge = AuthenticationChallenge.preferred(headers["www-authenticate"])
    }

    /// A line, and not the page of a proxy.
    private static func text(_ body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(500), as: UTF8.self).trimmed
        return text.isEmpty || text.hasPrefix("<") || text.contains(where: \.isNewline) ? nil : text
    }

    /// Seconds; a date is passed over, as the clocks may differ.
    private static func waiting(_ text: String) -> Double? { ClampedSeconds.parsed(text) }
}

/// What can help against some faults.
enum RegistryRemedy: Hashable, Sendable {
    /// To say who asks, or to say it with another token.
    case authenticate
}

extension RegistryFault {
    /// The one place where a status and a code become what they mean.
    ///
    /// | answer | means |
    /// | --- | --- |
    /// | 401 | to say who asks, and then not permitted |
    /// | 429, 503 | to be sent again, and fewer at a time |
    /// | 408, other 5xx but 501 | to be sent again |
    /// | 403, 451 | not permitted |
    /// | 404 | not found |
    /// | 400 of a digest, 416, 409 | other content than was said |
    /// | the rest | not what the protocol says |
    var handling: FaultHandling<RegistryRemedy> {
        switch status {
        case 401: .apply(.authenticate)
        case 403, 451: .fail(.permissionDenied)
        case 404, 410: .fail(.notFound)
        case 429, 503: again(slowsDown: true)
        case 501: .fail(.invalidAnswer)
        case 408, 500...: again(slowsDown: false)
        case 400 where code == "DIGEST_INVALID": .fail(.changed)
        case 400 where code == "TOOMANYREQUESTS": again(slowsDown: true)
        default: .fail(.invalidAnswer)
        }
    }

    private func again(slowsDown: Bool) -> FaultHandling<RegistryRemedy> {
        .retry(RetryReason(ServiceStatus(status, code), wait: retryAfter), slowsDown: slowsDown)
    }
}
