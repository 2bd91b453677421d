/// Where requests go in place of their hosts.
package struct ProxyAddress: Hashable, Sendable {
    /// An IPv6 address is in brackets.
    package let host: String
    package let port: Int
    /// `user:password` in base 64, as HTTP's basic authentication has it.
    package let credentials: Secret?

    /// `10.0.0.1:3128`
    package var place: String { "\(host):\(port)" }

    /// The host as a resolver takes it.
    var name: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }

    /// Reads `[http://][user:password@]host[:port]`. Nil for anything else.
    init?(_ text: String) {
        var rest = text.contains("://") ? text : "http://" + text
        var credentials: Secret?
        if let at = rest.lastIndex(of: "@"), let scheme = rest.firstRange(of: "://"), scheme.upperBound <= at {
            let user = rest[scheme.upperBound..<at].split(separator: ":", maxSplits: 1)
            // A user without a password is not announced, as botocore has it.
            if user.count == 2 {
                let text = user.map { PercentEncoding.decode(String($0)) }.joined(separator: ":")
                credentials = Secret(Base64.encode(Array(text.utf8)))
            }
            rest = String(rest[..<scheme.upperBound] + rest[rest.index(after: at)...])
        }
        guard let url = HTTPURL(rest), url.scheme == .http else { return nil }
        (host, port, self.credentials) = (url.host, url.port, credentials)
    }
}

/// What becomes of a proxy that is set.
package enum ProxyUse: Hashable, Sendable {
    /// `10.0.0.1:3128`
    case used(String)
    /// It is spoken to in a way that is not supported.
    case passedOver(scheme: String)
}
