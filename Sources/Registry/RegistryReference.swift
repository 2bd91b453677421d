package import AssetModel
internal import StoreTransport

/// Where an image is, or is to be: `registry.example.com:5000/team/assets:1`, `ubuntu@sha256:…`.
///
/// Source: <https://github.com/distribution/reference> for Docker Hub's short forms, and the distribution specification for
/// names and tags: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests>
package struct RegistryReference: Hashable, Sendable, CustomStringConvertible {
    /// With its port, if it has one: `registry.example.com:5000`, `docker.io`.
    package let host: String
    /// `team/assets`; an image of Docker Hub's own is below `library/`.
    package let repository: String
    package var tag: String?
    package var digest: SHA256Digest?

    package init(host: String, repository: String, tag: String? = nil, digest: SHA256Digest? = nil) {
        self.host = host
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    package init(_ text: String) throws(RegistryReferenceFault) {
        let (rest, digest) = try Self.splittingDigest(text)
        let (name, tag) = try Self.splittingTag(rest)
        let (host, path) = try Self.splittingHost(name)
        guard !path.isEmpty, path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isComponent)
        else { throw .repository(String(path)) }
        let isOfficial = host == DockerHub.name && !path.contains("/")
        let repository = isOfficial ? "library/\(path)" : String(path)
        guard host.utf8.count + 1 + repository.utf8.count <= Self.longest else { throw .tooLong }
        self.init(host: host, repository: repository, tag: tag, digest: digest)
    }

    /// Of host and repository, in bytes.
    private static let longest = 255

    private static func splittingDigest(_ text: String) throws(RegistryReferenceFault) -> (Substring, SHA256Digest?) {
        guard let at = text.lastIndex(of: "@") else { return (text[...], nil) }
        let words = text[text.index(after: at)...]
        guard let digest = SHA256Digest(tagged: String(words)) else { throw .digest(String(words)) }
        return (text[..<at], digest)
    }

    /// A colon behind the last slash begins a tag; another one begins a port.
    private static func splittingTag(_ text: Substring) throws(RegistryReferenceFault) -> (Substring, String?) {
        let last = text.lastIndex(of: "/") ?? text.startIndex
        guard let colon = text[last...].firstIndex(of: ":") else { return (text, nil) }
        let tag = String(text[text.index(after: colon)...])
        guard isTag(tag) else { throw .tag(tag) }
        return (text[..<colon], tag)
    }

    /// What stands before the first slash is a host where it could be no part of a repository's name on Docker Hub.
    private static func splittingHost(_ name: Substring) throws(RegistryReferenceFault) -> (String, Substring) {
        guard let slash = name.firstIndex(of: "/") else { return (DockerHub.name, name) }
        let first = String(name[..<slash])
        let isHost = first.lowercased() == "localhost" || first.contains { ".:[".contains($0) }
        guard isHost else { return (DockerHub.name, name) }
        guard let host = RegistryHost(first) else { throw .host(first) }
        return (DockerHub.names.contains(host.name) ? DockerHub.name : host.name, name[name.index(after: slash)...])
    }

    package static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
        return (first.isLetterOrDigit || first == UInt8(ascii: "_"))
            && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
    private static func isComponent(_ text: Substring) -> Bool {
        var separator = ""
        var isSound = true
        for character in text.unicodeScalars {
            switch character {
            case "a"..."z", "0"..."9":
                let isKnown = [".", "_", "__", ""].contains(separator) || separator.allSatisfy { $0 == "-" }
                isSound = isSound && isKnown
                separator = ""
            case ".", "_", "-": separator.unicodeScalars.append(character)
            default: return false
            }
        }
        let isBegun = text.utf8.first.map { $0.isLetterOrDigit } ?? false
        return isSound && isBegun && separator.isEmpty
    }

    /// Without tag and digest: `registry.example.com/team/assets`.
    package var name: String { "\(host)/\(repository)" }

    /// What a request asks for it by: its digest, else its tag, else `latest`.
    package var selector: String { digest.map { "sha256:\($0.hex)" } ?? tag ?? "latest" }

    package var description: String {
        name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@sha256:\($0.hex)" } ?? "")
    }

    /// The same image by its digest alone: what stays the same when a tag moves.
    package func pinned(to digest: SHA256Digest) -> RegistryReference {
        RegistryReference(host: host, repository: repository, digest: digest)
    }
}

/// Why a text names no image.
package enum RegistryReferenceFault: Error, Hashable, Sendable {
    case host(String)
    case repository(String)
    case tag(String)
    case digest(String)
    case tooLong
}
