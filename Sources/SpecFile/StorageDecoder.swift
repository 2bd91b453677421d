import AssetModel
import Planning

// The `storage:` section.

extension ManifestDecoder {
    /// The words of `provider`, in the order in which help lists them.
    static let providers = ["s3", "gcs", "local"]

    mutating func storage(_ pair: YAMLPair?) -> StorageSection {
        var section = StorageSection()
        guard let pair, !pair.value.isNull,
            let fields = fields(of: pair.value, as: StorageKey.self, for: .key(pair.key))
        else { return section }
        section.provider = setting(fields[.provider], code: "provider", Self.providers) {
            Self.providers.contains($0) ? $0 : nil
        }
        section.bucket = words(optionalText(fields[.bucket]))
        // An empty prefix is a prefix: the store's root.
        section.prefix = fields[.prefix].flatMap { words(text($0.value, for: .key($0.key))) }
        section.region = words(optionalText(fields[.region]))
        section.endpoint = endpoint(fields[.endpoint], provider: section.provider?.value)
        section.anonymous = setting(fields[.anonymous], code: "anonymous", ["true", "false"]) { Bool($0) }
        return section
    }

    private func words(_ text: SpecText?) -> Setting<String>? {
        text.map { Setting($0.value, from: provenance($0)) }
    }

    private mutating func endpoint(_ pair: YAMLPair?, provider: String?) -> Setting<String>? {
        guard let pair, let text = optionalText(pair) else { return nil }
        if let provider, provider != "s3" { diagnostics.add(.endpointProvider(provider), at: pair.keySpan) }
        if let fault = EndpointFault(text.value) { diagnostics.add(.endpoint(fault), at: text.span) }
        return Setting(text.value, from: provenance(text))
    }
}

/// Why a text is not an endpoint: `http://` or `https://`, a host, perhaps a port and a path.
enum EndpointFault: Equatable {
    case scheme, user, query, host, port, space

    init?(_ text: String) {
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lower.hasPrefix($0) }) else {
            self = .scheme
            return
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority.contains("@") {
            self = .user
        } else if rest.contains("?") || rest.contains("#") {
            self = .query
        } else if text.unicodeScalars.contains(where: \.properties.isWhitespace) {
            self = .space
        } else if let fault = Self.fault(inAuthority: authority) {
            self = fault
        } else {
            return nil
        }
    }

    private static func fault(inAuthority authority: Substring) -> EndpointFault? {
        // The colons of an IPv6 address are within brackets.
        let bracket = authority.lastIndex(of: "]") ?? authority.startIndex
        let colon = authority[bracket...].firstIndex(of: ":")
        if (colon ?? authority.endIndex) == authority.startIndex { return .host }
        guard let colon else { return nil }
        let digits = authority[authority.index(after: colon)...]
        let isPort = digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && (UInt16(digits) ?? 0) > 0
        return isPort ? nil : .port
    }
}
