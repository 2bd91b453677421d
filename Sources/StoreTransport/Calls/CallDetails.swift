package import AssetModel

// What errors say of calls, beside what the service says.

/// A detail that may repeat what a request carried in secret.
package protocol RedactableDetail: ErrorDetail {
    /// Without the secrets of the request.
    func redacted(_ redaction: Redaction) -> Self
}

extension String: RedactableDetail {
    package func redacted(_ redaction: Redaction) -> String { redaction(self) }
}

/// What a service answered in place of success.
package struct ServiceAnswer: ErrorDetail {
    package let status: Int
    /// `AccessDenied`; nil where there is none.
    package let code: String?
    package let message: String?
    package let requestID: String?

    package init(status: Int, code: String?, message: String?, requestID: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.requestID = requestID
    }
}

/// The same in short, for a retry: `503 SlowDown`.
package struct ServiceStatus: ErrorDetail {
    package let status: Int
    package let code: String?

    package init(_ status: Int, _ code: String?) {
        self.status = status
        self.code = code
    }
}

/// What happened to a call.
package enum CallNote: ErrorDetail {
    case failedAfter(attempts: Int)
    /// In bytes.
    case received(Int64, of: Int64)
    /// Where it was sent to, and what says so.
    case endpoint(String, Provenance?)
    /// The endpoint has answered no request of this run.
    case noAnswerYet
    /// The task was cancelled.
    case interrupted
    /// The answer is not what the protocol says.
    case invalidResponse
}

/// What to do about a failure of the network.
package enum NetworkAdvice: ErrorDetail {
    /// It accepts connections and never responds.
    case checkEndpoint
    /// The server does not speak TLS.
    case useHTTP
    /// The variable that names a file of certificates.
    case trustCertificates(variable: String)
    case useValidHost
    case checkProxy
    case checkNames
    case checkConnection

    /// - Parameters:
    ///   - certificates: the variable that names a file of them.
    ///   - isAnswered: whether the endpoint has answered another request.
    init?(_ failure: HTTPFailure, certificates: String, isAnswered: Bool) {
        switch failure.kind {
        case .timedOut where !isAnswered: self = .checkEndpoint
        case .tls where failure.isAgainstPlainText: self = .useHTTP
        case .tls: self = .trustCertificates(variable: certificates)
        case .otherHost: self = .useValidHost
        case .proxy, .noProxy: self = .checkProxy
        case .unknownHost: self = .checkNames
        case .noConnection: self = .checkConnection
        case .timedOut, .closed, .malformed, .content, .cancelled: return nil
        }
    }
}

extension HTTPFailure {
    /// BoringSSL read something else where a handshake was to begin.
    fileprivate var isAgainstPlainText: Bool {
        if case .said(let words) = detail { words.contains("WRONG_VERSION_NUMBER") } else { false }
    }
}
