package import AssetModel

/// HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; names in lower case win.
///
/// A proxy that cannot be used is a fault where a request is to go through it, and nowhere else. ALL_PROXY is for what has
/// no variable of its own, as curl and requests have it; boto3 does not read it, so that one that is not spoken to in HTTP,
/// as of SOCKS, is passed over. Services that tell a machine about itself are never asked through a proxy.
///
/// NO_PROXY is `*`, or a list parted by commas:
///
/// | item | stands for |
/// | --- | --- |
/// | `store.example`, `.store.example` | the host and those below it |
/// | `store.example:9000` | the same on that port alone |
/// | `10.0.0.7`, `fd00::7`, `[fd00::7]` | a host that is given as this address |
/// | `10.0.0.0/8`, `fd00::/8` | a host that is given as an address in this network |
///
/// No name is resolved to compare it with a network, as in curl and requests. Networks of IPv6 are curl's rule; requests
/// knows those of IPv4 alone. For both, `/0` is no network.
package struct ProxySettings: Sendable {
    private let byScheme: [HTTPURL.Scheme: Setting<String>]
    private let ofAll: Setting<String>?
    private let exceptions: [ProxyException]

    /// No proxy.
    package init() {
        byScheme = [:]
        ofAll = nil
        exceptions = []
    }

    package init(_ environment: ProviderEnvironment) {
        var byScheme: [HTTPURL.Scheme: Setting<String>] = [:]
        for scheme in [HTTPURL.Scheme.http, .https] {
            let name = "\(scheme.rawValue)_proxy"
            // A server that runs programs for others hands its clients' `Proxy:` header on as HTTP_PROXY.
            let isForged = scheme == .http && environment["REQUEST_METHOD"] != nil
            byScheme[scheme] = environment.setting([name] + (isForged ? [] : [name.uppercased()]))
        }
        self.byScheme = byScheme
        ofAll = environment.setting(["all_proxy", "ALL_PROXY"])
        exceptions = ProxyException.list(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
    }

    /// With the variable that names it; nil where the request goes past all proxies.
    package func setting(for url: HTTPURL) throws(ConfigurationFault) -> Setting<ProxyAddress>? {
        guard let setting = named(for: url) else { return nil }
        if let proxy = ProxyAddress(setting.value) { return setting.map { _ in proxy } }
        if isPassedOver(setting, for: url) { return nil }
        throw ConfigurationFault(ConnectionSettingFault.unsupportedProxy, place: setting.provenance)
    }

    /// The same for a request that is about to go out.
    func proxy(for url: HTTPURL) throws(HTTPFailure) -> ProxyAddress? {
        do {
            return try setting(for: url)?.value
        } catch {
            throw HTTPFailure(.proxy, .proxySetting(error))
        }
    }

    /// ALL_PROXY, where it would be for this address and names a proxy of another kind.
    package func passedOver(for url: HTTPURL) -> Setting<ProxyUse>? {
        guard let setting = named(for: url), ProxyAddress(setting.value) == nil, isPassedOver(setting, for: url) else {
            return nil
        }
        return setting.map { .passedOver(scheme: String($0.prefix { $0 != ":" })) }
    }

    private func named(for url: HTTPURL) -> Setting<String>? {
        guard let setting = byScheme[url.scheme] ?? ofAll, !Self.metadataHosts.contains(url.host) else { return nil }
        return exceptions.contains { $0.covers(url) } ? nil : setting
    }

    private func isPassedOver(_ setting: Setting<String>, for url: HTTPURL) -> Bool {
        guard byScheme[url.scheme] == nil else { return false }
        let scheme = setting.value.lowercased().prefix { $0 != ":" }
        return setting.value.contains("://") && (scheme.hasPrefix("socks") || scheme == "https")
    }

    private static let metadataHosts: Set = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]",
        "metadata.google.internal",
    ]
}

/// An item of NO_PROXY.
private enum ProxyException: Sendable, Equatable {
    case all
    case host(String)
    case network([UInt8], bits: Int)

    static func list(_ text: String) -> [ProxyException] {
        // Beside others `*` is an item like them, and no host's name.
        if text.trimmed == "*" { return [.all] }
        return text.lowercased().split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }.map(Self.init)
    }

    private init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let address = AddressText.bytes(anyOf: String(parts[0]))
        let bits = parts.count == 2 ? Int(parts[1]) : address.map { $0.count * 8 }
        if let address, let bits, (1...address.count * 8).contains(bits) {
            self = .network(address, bits: bits)
        } else {
            self = .host(text.hasPrefix(".") ? String(text.dropFirst()) : text)
        }
    }

    func covers(_ url: HTTPURL) -> Bool {
        switch self {
        case .all: return true
        case .host(let name):
            return [url.host, "\(url.host):\(url.port)"].contains { $0 == name || $0.hasSuffix("." + name) }
        case .network(let network, let bits):
            guard let address = AddressText.bytes(url.host), address.count == network.count else { return false }
            return (0..<bits).allSatisfy { bit in
                (address[bit / 8] ^ network[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
            }
        }
    }
}
