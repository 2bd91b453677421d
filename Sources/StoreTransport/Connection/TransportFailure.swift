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
        case .closed where isAsked: HTTPFailure(.noProxy, .unreachableProxy(proxy.place, detail))
        case .noConnection, .unknownHost: HTTPFailure(.noProxy, .unreachableProxy(proxy.place, detail))
        case .proxy: HTTPFailure(.proxy, .byProxy(proxy.place, detail))
        case .timedOut, .tls, .otherHost, .closed, .malformed, .content, .cancelled, .noProxy: self
        }
    }

    /// Whatever AsyncHTTPClient and what is below it throw.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case is CancellationError: self.init(.cancelled, .cancelled)
        case let error as HTTPClientError: self.init(error)
        case let error as NIOConnectionError: self.init(error)
        case is NIOSSLError, is BoringSSLError: self.init(.tls, "\(error)")
        case is NIOSSLExtraError: self.init(.tls, "\(error)")
        case let error as IOError: self.init(.closed, IOErrorText.of(error))
        // The connection ended within a head or a chunk.
        case HTTPParserError.invalidEOFState: self.init(.closed, .endedEarly)
        case is HTTPParserError: self.init(.malformed, .notHTTP("\(error)"))
        default: self.init(.closed, "\(error)")
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .cancelled, .requestStreamCancelled: self.init(.cancelled, .cancelled)
        case .connectTimeout, .tlsHandshakeTimeout: self.init(.timedOut, .connectionTimedOut)
        case .readTimeout, .deadlineExceeded: self.init(.timedOut, .responseTimedOut)
        case .proxyAuthenticationRequired: self.init(.proxy, .proxy(.needsCredentials))
        case .httpProxyHandshakeTimeout, .invalidProxyResponse: self.init(.proxy, .proxy(.refusedConnection))
        case .remoteConnectionClosed, .uncleanShutdown: self.init(.closed, .closedByServer)
        case .invalidURL, .emptyHost: self.init(.unknownHost, .invalidHostName)
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
            self.init(.unknownHost, .unknownHost(error.host))
        }
    }
}

/// The system's words for an error of a socket.
private enum IOErrorText {
    static func of(_ error: IOError) -> String { SystemErrorText.of(error.errnoCode) }
}
