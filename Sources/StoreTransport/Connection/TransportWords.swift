/// What to do about a failure of the network.
enum TransportWords {
    /// - Parameters:
    ///   - certificates: the variable that names a file of them.
    ///   - isAnswered: whether the endpoint has answered another request.
    static func remedy(for failure: HTTPFailure, certificates: String, isAnswered: Bool) -> String? {
        switch failure.kind {
        case .timedOut where !isAnswered:
            "check that the endpoint is the store's: it accepts connections but never responds"
        case .tls where failure.detail.contains("WRONG_VERSION_NUMBER"):
            "if the server does not use TLS, write the endpoint with `http://`"
        case .tls:
            "for a private certificate authority, set \(certificates); in a minimal image, install ca-certificates"
        case .otherHost:
            "use a host that the certificate is valid for, or reissue it with this host as a subject alternative name"
        case .proxy, .noProxy: "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        case .unknownHost:
            "check the endpoint and the region, and in a container its network and DNS"
        case .noConnection: "check the endpoint, that the store is running, and that the network reaches it"
        case .timedOut, .closed, .malformed, .content, .cancelled: nil
        }
    }
}
