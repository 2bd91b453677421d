/// What to do about a failure of the network.
enum TransportWords {
    /// - Parameters:
    ///   - certificates: the variable that names a file of them.
    ///   - isAnswered: whether the endpoint has answered another request.
    static func remedy(for failure: HTTPFailure, certificates: String, isAnswered: Bool) -> String? {
        switch failure.kind {
        case .timedOut where !isAnswered:
            "check that the endpoint is the store's: nothing answers there, though a server, a proxy or a firewall may "
                + "accept connections"
        case .tls where failure.detail.contains("WRONG_VERSION_NUMBER"):
            "the server does not speak TLS there: if it is meant to be asked in the clear, write `http://` in the endpoint"
        case .tls:
            "if the store's certificate is your own, name its authority in \(certificates); in a small image, install "
                + "ca-certificates"
        case .otherHost:
            "use a host that the certificate is valid for, or reissue it with this one as a subject alternative name"
        case .proxy, .noProxy: "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        case .unknownHost:
            "check the endpoint and the region; in a container, check that it has a network and a resolver"
        case .noConnection: "check the endpoint, that the store runs, and that this machine or container reaches it"
        case .timedOut, .closed, .malformed, .cancelled: nil
        }
    }
}
