package import AssetModel

/// Where requests go in place of their hosts.
package struct ProxyAddress: Hashable, Sendable {
    package let host: String
    package let port: Int
    /// `user:password` in base 64, as HTTP's basic authentication has it.
    package let credentials: Secret?

    /// `the proxy at 10.0.0.1:3128`
    var words: String { "the proxy at \(host):\(port)" }
}

/// HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as botocore reads them: names in lower case win, and ALL_PROXY is not read.
///
/// NO_PROXY is `*`, or hosts parted by commas, each of which stands for the hosts below it too, and with a port for that
/// port alone. Services that tell a machine about itself are never asked through a proxy.
package struct ProxySettings: Sendable {
    private let byScheme: [HTTPURL.Scheme: Setting<ProxyAddress>]
    private let exceptions: [String]

    /// No proxy.
    package init() {
        byScheme = [:]
        exceptions = []
    }

    package init(_ environment: ProviderEnvironment) throws(ConfigurationFault) {
        var byScheme: [HTTPURL.Scheme: Setting<ProxyAddress>] = [:]
        for scheme in [HTTPURL.Scheme.http, .https] {
            let name = "\(scheme.rawValue)_proxy"
            // A server that runs programs for others hands its clients' `Proxy:` header on as HTTP_PROXY.
            let isForged = scheme == .http && environment["REQUEST_METHOD"] != nil
            guard let setting = environment.setting([name] + (isForged ? [] : [name.uppercased()])) else { continue }
            guard let proxy = ProxyAddress(setting.value) else {
                throw ConfigurationFault(
                    "the proxy cannot be used", place: setting.provenance,
                    expected: "`http://HOST:PORT`; no proxy is reached over TLS or SOCKS")
            }
            byScheme[scheme] = setting.map { _ in proxy }
        }
        self.byScheme = byScheme
        let list = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
        exceptions = list.lowercased().split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    package func proxy(for url: HTTPURL) -> ProxyAddress? { setting(for: url)?.value }

    /// With the variable that names it.
    package func setting(for url: HTTPURL) -> Setting<ProxyAddress>? {
        guard let proxy = byScheme[url.scheme], !Self.metadataHosts.contains(url.host) else { return nil }
        return exceptions == ["*"] || exceptions.contains { Self.covers($0, url) } ? nil : proxy
    }

    private static func covers(_ exception: String, _ url: HTTPURL) -> Bool {
        let name = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
        return [url.host, "\(url.host):\(url.port)"].contains { $0 == name || $0.hasSuffix("." + name) }
    }

    private static let metadataHosts: Set = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]",
        "metadata.google.internal",
    ]
}

extension ProxyAddress {
    fileprivate init?(_ text: String) {
        var rest = text.contains("://") ? text : "http://" + text
        var credentials: Secret?
        if let at = rest.lastIndex(of: "@"), let scheme = rest.firstRange(of: "://") {
            let user = rest[scheme.upperBound..<at].split(separator: ":", maxSplits: 1)
            // A user without a password is not announced, as botocore has it.
            if user.count == 2 {
                let text = user.map { PercentEncoding.decode(String($0)) }.joined(separator: ":")
                credentials = Secret(Base64.encode(Array(text.utf8)))
            }
            rest = String(rest[..<scheme.upperBound] + rest[rest.index(after: at)...])
        }
        guard let url = HTTPURL(rest), url.scheme == .http else { return nil }
        self.init(host: url.host, port: url.port, credentials: credentials)
    }
}
