internal import StoreTransport

/// A registry's host and port.
package struct RegistryHost: Hashable, Sendable {
    /// `registry.example.com:5000`, without the port where none is written.
    package let name: String
    private let url: HTTPURL
    private let hasPort: Bool

    /// Nil where the text is no host.
    package init?(_ text: String) {
        guard let url = HTTPURL("https://\(text)"), url.target == "/", HTTPURL.isHost(url.host) else { return nil }
        name = text.lowercased()
        self.url = url
        hasPort = name != url.host
    }

    /// Where its interface is.
    ///
    /// - Parameter isPlain: whether it is spoken to without TLS; one on this machine is, but on TLS's own port.
    func endpoint(isPlain: Bool) -> HTTPURL {
        guard name != DockerHub.name else { return HTTPURL(scheme: .https, host: DockerHub.endpoint) }
        let isOwnPlain = url.isLoopback && !(hasPort && url.port == HTTPURL.Scheme.https.defaultPort)
        guard isPlain || isOwnPlain else { return url }
        return HTTPURL(scheme: .http, host: url.host, port: hasPort ? url.port : nil)
    }
}

/// What is said of Docker Hub by several names.
enum DockerHub {
    static let name = "docker.io"
    static let names: Set = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]
    static let endpoint = "registry-1.docker.io"
    /// What files of credentials and their helpers call it.
    static let credentialKey = "https://index.docker.io/v1/"
}
