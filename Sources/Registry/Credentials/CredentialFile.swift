internal import AssetModel
internal import StoreTransport

/// A file of credentials as Docker and podman write it.
///
/// Source: docker/cli's `configfile/file.go`; containers/image's `docker/config`. One of Kubernetes' secrets of the type
/// `kubernetes.io/dockerconfigjson` is the same.
struct CredentialFile: Sendable {
    private let auths: JSONFields
    private let helpers: JSONFields
    private let store: String?

    /// Nil where the bytes are no such file.
    init?(_ bytes: [UInt8]) {
        guard let fields = JSONFields(bytes) else { return nil }
        auths = fields.object("auths") ?? JSONFields([:])
        helpers = fields.object("credHelpers") ?? JSONFields([:])
        store = fields.text("credsStore").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The program that has a registry's credentials: that of the registry, else the one of all.
    func helper(of keys: CredentialKeys) -> String? {
        keys.ofHost.lazy.compactMap { helpers.text($0) }.first { !$0.isEmpty } ?? store
    }

    /// What the file itself holds for a repository, or for the longest prefix of its name; an entry without anything is what
    /// Docker leaves for a helper.
    func credentials(of keys: CredentialKeys) -> RegistryCredentials? {
        keys.all.lazy.compactMap { auths.object($0) }.compactMap(Self.credentials).first
    }

    private static func credentials(_ entry: JSONFields) -> RegistryCredentials? {
        if let token = entry.text("registrytoken"), !token.isEmpty { return .registryToken(Secret(token)) }
        if let token = entry.text("identitytoken"), !token.isEmpty { return .identityToken(Secret(token)) }
        if let pair = entry.text("auth").flatMap(Base64.decode).map({ String(decoding: $0, as: UTF8.self) }),
            let colon = pair.firstIndex(of: ":"), colon > pair.startIndex
        {
            // Some writers pad the password with zeros.
            let password = pair[pair.index(after: colon)...].prefix { $0 != "\0" }
            return .password(user: String(pair[..<colon]), Secret(String(password)))
        }
        guard let user = entry.text("username"), !user.isEmpty, let password = entry.text("password") else {
            return nil
        }
        return .password(user: user, Secret(password))
    }
}

/// By which names a file may have a repository's credentials, the most exact first.
struct CredentialKeys: Sendable {
    /// `registry.example.com/team/assets`, `registry.example.com/team`
    private let ofRepository: [String]
    /// `registry.example.com`, `https://registry.example.com`, …
    let ofHost: [String]
    /// What a helper is asked for.
    let server: String

    var all: [String] { ofRepository + ofHost }

    init(_ reference: RegistryReference) {
        let components = reference.repository.split(separator: "/")
        ofRepository = (1...max(components.count, 1)).reversed().map {
            ([reference.host] + components.prefix($0).map(String.init)).joined(separator: "/")
        }
        let isHub = reference.host == DockerHub.name
        let names = isHub ? [DockerHub.name, "index.docker.io", DockerHub.endpoint] : [reference.host]
        let forms = names.flatMap { name in
            [name, "https://\(name)", "https://\(name)/", "http://\(name)"]
                + ["v1", "v2"].flatMap { ["https://\(name)/\($0)/", "https://\(name)/\($0)", "\(name)/\($0)/"] }
        }
        ofHost = (isHub ? [DockerHub.credentialKey] : []) + forms
        server = isHub ? DockerHub.credentialKey : reference.host
    }
}
