/// Why there is no whole answer.
package struct HTTPFailure: Error, Hashable, Sendable {
    package enum Kind: Sendable, Hashable {
        /// The host's name is not known.
        case unknownHost
        /// The port is closed, or the network does not lead there.
        case noConnection
        /// The same of the proxy that the request was to go through.
        case noProxy
        /// It took longer than the time-outs allow.
        case timedOut
        /// The server's certificate, or the TLS handshake. Trying again does not help.
        case tls
        /// The server's certificate is valid, for another host. Trying again does not help.
        case otherHost
        /// The proxy refused, or asked for credentials.
        case proxy
        /// The connection ended before the answer did.
        case closed
        /// What came is not HTTP, or larger than the bounds allow.
        case malformed
        /// What was to be sent cannot be read, or is not as long as was said.
        case content
        /// The task was cancelled.
        case cancelled

        /// Whether the same request may succeed the next time.
        var isTransient: Bool {
            switch self {
            case .unknownHost, .noConnection, .noProxy, .timedOut, .closed: true
            case .tls, .otherHost, .proxy, .malformed, .content, .cancelled: false
            }
        }
    }

    package let kind: Kind
    package let detail: HTTPFailureDetail

    package init(_ kind: Kind, _ detail: HTTPFailureDetail) {
        self.kind = kind
        self.detail = detail
    }

    /// - Parameter words: the system's or a library's, without a secret.
    package init(_ kind: Kind, _ words: String) { self.init(kind, .said(words)) }
}

/// What went wrong on the way to a server.
package indirect enum HTTPFailureDetail: RedactableDetail {
    /// The system's or a library's words.
    case said(String)
    case cancelled
    case interrupted
    /// The response ended before it was whole.
    case endedEarly
    /// The server closed the connection.
    case closedByServer
    case noHead
    case notHTTP(String)
    /// In bytes.
    case tooLong(limit: Int)
    case connectionTimedOut
    case responseTimedOut
    /// In seconds.
    case noResponse(within: Int)
    /// The server stopped reading the request.
    case notRead
    /// What was to be sent is longer, or shorter, than was said.
    case contentGrew, contentShrank
    case invalidHostName
    case unknownHost(String)
    case noCertificate
    /// The certificate is not valid for this host.
    case notValid(for: String, CertificateNames)
    /// The setting of a proxy cannot be used.
    case proxySetting(ConfigurationFault)
    /// What a proxy did, before it is known which.
    case proxy(ProxyFault)
    /// The proxy, as `10.0.0.1:3128`, did that.
    case byProxy(String, HTTPFailureDetail)
    case unreachableProxy(String, HTTPFailureDetail)

    package func redacted(_ redaction: Redaction) -> HTTPFailureDetail {
        switch self {
        case .said(let words): .said(redaction(words))
        case .notHTTP(let words): .notHTTP(redaction(words))
        case .byProxy(let proxy, let detail): .byProxy(proxy, detail.redacted(redaction))
        case .unreachableProxy(let proxy, let detail): .unreachableProxy(proxy, detail.redacted(redaction))
        case .cancelled, .interrupted, .endedEarly, .closedByServer, .noHead, .tooLong, .connectionTimedOut,
            .responseTimedOut, .noResponse, .notRead, .contentGrew, .contentShrank, .invalidHostName, .unknownHost,
            .noCertificate, .notValid, .proxySetting,
            .proxy:
            self
        }
    }
}

/// What a proxy did in place of what it was asked for.
package enum ProxyFault: Hashable, Sendable {
    case needsCredentials
    case refusedConnection
    /// The request, with this status.
    case rejected(status: Int)
    /// Answered with this status, and not the server.
    case answered(status: Int)
}
