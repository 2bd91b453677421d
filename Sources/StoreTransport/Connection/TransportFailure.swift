internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

extension HTTPFailure {
    /// The same, with the proxy's name where it is the proxy's.
    ///
    /// - Parameter isAsked: whether the proxy is asked in the host's place, so that no other connection was opened.
    func of(_ proxy: ProxyAddress, isAsked: Bool) -> HTTPFailure {
        switch kind {
        case .closed where isAsked: HTTPFailure(.noProxy, "\(proxy.words) is unreachable: \(detail)")
        case .noConnection, .unknownHost: HTTPFailure(.noProxy, "\(proxy.words) is unreachable: \(detail)")
        case .proxy: HTTPFailure(.proxy, "\(proxy.words) \(detail)")
        case .timedOut, .tls, .otherHost, .closed, .malformed, .content, .cancelled, .noProxy: self
        }
    }

    /// Whatever AsyncHTTPClient and what is below it throw.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case is CancellationError: self.init(.cancelled, "cancelled")
        case let error as HTTPClientError: self.init(error)
        case let error as NIOConnectionError: self.init(error)
        case is NIOSSLError, is BoringSSLError: self.init(.tls, "\(error)")
        case is NIOSSLExtraError: self.init(.tls, "\(error)")
        case let error as IOError: self.init(.closed, IOErrorText.of(error))
        // The connection ended within a head or a chunk.
        case HTTPParserError.invalidEOFState: self.init(.closed, "the response ended early")
        case is HTTPParserError: self.init(.malformed, "the response is not HTTP: \(error)")
        default: self.init(.closed, "\(error)")
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .cancelled, .requestStreamCancelled: self.init(.cancelled, "cancelled")
        case .connectTimeout, .tlsHandshakeTimeout: self.init(.timedOut, "connection timed out")
        case .readTimeout, .deadlineExceeded: self.init(.timedOut, "response timed out")
        case .proxyAuthenticationRequired: self.init(.proxy, "requires credentials")
        case .httpProxyHandshakeTimeout, .invalidProxyResponse: self.init(.proxy, "refused the connection")
        case .remoteConnectionClosed, .uncleanShutdown: self.init(.closed, "the server closed the connection")
        case .invalidURL, .emptyHost: self.init(.unknownHost, "invalid host name")
        default: self.init(.closed, "\(error)")
        }
    }

    private init(_ error: NIOConnectionError) {
        if let error = error.connectionErrors.first {
            if let error = error.error as? IOError {
                self.init(.noConnection, IOErrorText.of(error))
            } else {
                self.init(.noConnection, "\(error.error)")
            }
        } else {
            self.init(.unknownHost, "unknown host `\(error.host)`")
        }
    }
}

/// The system's words for an error of a socket.
private enum IOErrorText {
    static func of(_ error: IOError) -> String { SystemErrorText.of(error.errnoCode) }
}
