internal import AssetModel
package import StoreTransport
internal import Terminal

// The words for what goes wrong on the way to a service, and for what is sent again because of it.

extension HTTPFailureDetail: WordedDetail {
    package var words: String {
        switch self {
        case .said(let words): words
        case .cancelled: "cancelled"
        case .interrupted: "interrupted"
        case .endedEarly: "the response ended early"
        case .closedByServer: "the server closed the connection"
        case .noHead: "the response has no head"
        case .notHTTP(let words): "the response is not HTTP: \(words)"
        case .tooLong(let limit): "the response has more than \(limit) bytes"
        case .connectionTimedOut: "connection timed out"
        case .responseTimedOut: "response timed out"
        case .noResponse(let seconds): "no response within \(seconds) seconds"
        case .notRead: "the server stopped reading the request"
        case .contentGrew: "the content has become longer"
        case .contentShrank: "the content has become shorter"
        case .invalidHostName: "invalid host name"
        case .unknownHost(let host): "unknown host `\(host)`"
        case .noCertificate: "the server has no certificate"
        case .notValid(let host, let names): names.refusal(of: host)
        case .proxySetting(let fault): fault.words + (fault.place.map { " (\($0))" } ?? "")
        case .proxy(let fault): fault.words
        case .byProxy(let proxy, let detail): "the proxy at \(proxy) \(detail.words)"
        case .unreachableProxy(let proxy, let detail): "the proxy at \(proxy) is unreachable: \(detail.words)"
        }
    }
}

extension ProxyFault {
    /// To follow the proxy.
    fileprivate var words: String {
        switch self {
        case .needsCredentials: "requires credentials"
        case .refusedConnection: "refused the connection"
        case .rejected(let status): "rejected the request with status \(status)"
        case .answered(let status): "returned status \(status)"
        }
    }
}

extension CertificateNames {
    private static let shownNames = 5

    /// Why the certificate is refused for a host, without what a terminal would act on.
    fileprivate func refusal(of host: String) -> String {
        let shown = names.prefix(Self.shownNames).map { "`\($0.words)`" }.joined(separator: ", ")
        let more = names.count > Self.shownNames ? ", and \(names.count - Self.shownNames) more" : ""
        return "the server's certificate is not valid for `\(host)`: "
            + (names.isEmpty ? "it has no subject alternative names" : "it is for \(shown)\(more)")
    }
}

extension CertificateNames.Name {
    fileprivate var words: String {
        switch self {
        case .host(let bytes):
            String(decoding: bytes.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
        case .address(let bytes): AddressText.text(bytes) ?? "an address of \(bytes.count) bytes"
        }
    }
}

extension NetworkAdvice: WordedDetail {
    package var words: String {
        switch self {
        case .checkEndpoint: "check that the endpoint is the store's: it accepts connections but never responds"
        case .useHTTP: "if the server does not use TLS, write the endpoint with `http://`"
        case .trustCertificates(let variable):
            "for a private certificate authority, set \(variable); in a minimal image, install ca-certificates"
        case .useValidHost:
            "use a host that the certificate is valid for, or reissue it with this host as a subject alternative name"
        case .checkProxy: "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        case .checkNames: "check the endpoint and the region, and in a container its network and DNS"
        case .checkConnection: "check the endpoint, that the store is running, and that the network reaches it"
        }
    }
}

extension RangedResponse.Fault: WordedDetail {
    package var words: String {
        switch self {
        case .endsBeforeRange: "expected a range, got an object that ends before it"
        case .tooLong(let limit): "the response has no Content-Length and more than \(limit >> 20) MiB"
        case .digestMismatch: "the response has no Content-Length and does not match its digest"
        case .invalidContentRange(let text): "invalid `Content-Range: \(text)`"
        case .otherRange(let range): "unexpected range: bytes \(range.lowerBound) to \(range.upperBound)"
        case .lengthMismatch(let announced, let count):
            "length mismatch: \(announced) bytes announced for a range of \(count)"
        }
    }
}

extension ForeignPage: WordedDetail {
    package var words: String { (title.map { "\"\($0)\" " } ?? "") + "(status \(status))" }
}

extension ServiceAnswer: WordedDetail {
    /// `AccessDenied: not for you (status 403, request 4711)`
    package var words: String {
        let said = [code, message].compactMap(\.self).joined(separator: ": ")
        let facts = ["status \(status)", requestID.map { "request \($0)" }].compactMap(\.self).joined(separator: ", ")
        return said.isEmpty ? facts : "\(said) (\(facts))"
    }
}

extension ServiceStatus: WordedDetail {
    /// `503 SlowDown`
    package var words: String { "\(status)" + (code.map { " \($0)" } ?? "") }
}

extension CallNote: WordedDetail {
    package var words: String {
        switch self {
        case .failedAfter(let attempts): "failed after \(attempts) attempts"
        case .received(let count, let all): "\(count) of \(all) bytes were received"
        case .endpoint(let origin, let place): "endpoint: \(origin)" + (place.map { " (\($0))" } ?? "")
        case .noAnswerYet: "the endpoint has answered no request of this run"
        case .interrupted: "interrupted"
        case .invalidResponse: "invalid response"
        }
    }
}

extension Subprocess.Fault: WordedDetail {
    /// To follow the program's name.
    package var words: String {
        switch self {
        case .notRun(let code): "cannot be run: \(SystemErrorText.of(code))"
        case .interrupted: "was interrupted"
        case .timedOut(let seconds): "timed out after \(seconds) seconds"
        case .printedTooMuch(let limit): "printed more than \(limit >> 20) MiB"
        }
    }
}

// MARK: - Retries

extension RetryNotice {
    /// `retrying get s3://acme-models/nlp/lexicon.versions (attempt 2): no response within 5 seconds`
    package var words: String { "retrying \(operation.words) \(address) (attempt \(attempt)): \(reason.cause.words)" }
}

extension RetryLog {
    /// `retried 12 requests (503 SlowDown: 10, connection refused: 2)`; nil where none was.
    package var summary: String? {
        let counts = Dictionary(counts.map { ($0.words, $1) }, uniquingKeysWith: +)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !counts.isEmpty else { return nil }
        let total = counts.reduce(0) { $0 + $1.value }
        let reasons = counts.map { counts.count == 1 ? $0.key : "\($0.key): \($0.value)" }.joined(separator: ", ")
        return "retried \(Units.count(total, "request")) (\(reasons))"
    }
}
