internal import AssetModel
internal import ImageFormat
package import ObjectStore
package import Operations
package import Registry
internal import StoreTransport
internal import Terminal

// The words for registries of images: what they answer, or do not, and what is not asked of them.

extension Problem {
    /// ```
    /// error: cannot push `registry.example.com/team/assets@sha256:…`: access denied
    ///   the registry said: DENIED (status 403)
    ///   hint: …
    /// ```
    package init(registry error: StoreError) {
        var words = RegistryErrorWords(error.kind)
        if error.cause == .foreignPage { words.speaker = "the page says" }
        let said = error.detail?.words.escapedForTerminal ?? ""
        let place = "\(error.operation.words) \(quoted(error.address))"
        self.init(
            code: words.code, message: "cannot \(place): \(Self.reason(error) ?? words.reason)",
            details: (said.isEmpty ? [] : ["\(words.speaker): \(said)"])
                + error.notes.flatMap(\.notes).map(\.escapedForTerminal),
            hint: Self.hint(error) ?? words.hint,
            exitStatus: words.exitStatus)
    }

    private static func hint(_ error: StoreError) -> String? {
        error.cause == .foreignPage ? foreignPage : advice(error)
    }

    private static let foreignPage =
        "a proxy, gateway or login page answered in place of the registry: check the host and the proxy (HTTPS_PROXY, "
        + "NO_PROXY)"
    private static let unreachable = "check the name of the host, the network and the proxy (HTTPS_PROXY, NO_PROXY)"

    private static func advice(_ error: StoreError) -> String? {
        switch error.remedy?.value as? NetworkAdvice {
        case .useHTTP: "if the registry does not use TLS, pass --plain-http"
        case .trustCertificates, .useValidHost, .checkProxy: error.remedy?.advice
        case .checkEndpoint, .checkNames, .checkConnection: Self.unreachable
        case nil: error.cause == .unreachable ? Self.unreachable : error.remedy?.advice?.escapedForTerminal
        }
    }

    private static func reason(_ error: StoreError) -> String? {
        switch error.cause {
        case .noCredentials: "no credentials found"
        case .unusableCredentials(let failure): failure.words.escapedForTerminal
        case .rejectedCredentials(let service, let code, let status):
            "\(service) rejected the credentials (\(code?.escapedForTerminal ?? "status \(status)"))"
        case .unreachable: "the registry is unreachable"
        case .failing: "the registry keeps failing"
        case .foreignPage: "the response is an HTML page, not the registry's"
        case .anonymous, .noBucket, .invalidBucket, .otherRegion, .offline, nil: nil
        }
    }

    /// What is not asked of a registry.
    package static func refusal(of fault: ImagingFault) -> Problem {
        switch fault {
        case .offline:
            Problem(
                code: "offline", message: "cannot push: --offline disables network access",
                hint: "run without --offline",
                exitStatus: 64)
        case .noBase(let reference):
            Problem(
                code: "no-image", message: "no image \(quoted(reference.description))",
                hint: "check the name and the tag, and that the credentials may pull it", exitStatus: 5)
        case .pushByDigest(let reference):
            Problem(
                code: "digest-reference", message: "cannot push to \(quoted(reference.description)): it names a digest",
                hint: "push to a tag: the digest is printed", exitStatus: 64)
        case .tooManyLayers(let count, let limit): .tooManyLayers(count, limit)
        case .layerTooLarge(let pins, let bytes, let limit, let host): .layerTooLarge(pins, bytes, limit, host)
        case .format, .altered, .notFetched, .notALayout, .notInLock: Problem(fault)
        }
    }

    private static func tooManyLayers(_ count: Int, _ limit: Int) -> Problem {
        Problem(
            code: "too-many-layers", message: "the image would have \(count) layers, and engines run at most \(limit)",
            hint: "use a base image with fewer layers", exitStatus: 1)
    }

    private static func layerTooLarge(_ pins: [AssetPin], _ bytes: Int64, _ limit: Int64, _ host: String) -> Problem {
        Problem(
            code: "layer-too-large",
            message: "\(host) accepts layers of at most \(Units.bytes(limit)), and one has \(Units.bytes(bytes))",
            details: ["it holds \(enumeration(pins.map(\.description)))"],
            hint: "a layer is cut between files only: split the file, or use another registry", exitStatus: 1)
    }
}

/// What an error of a registry means for the user.
private struct RegistryErrorWords {
    let code: String
    let reason: String
    var hint: String?
    let exitStatus: Int32
    /// What the detail is.
    var speaker = "the registry said"

    init(_ kind: StoreError.Kind) {
        switch kind {
        case .notFound: self.init("registry-not-found", "not found", "check the repository and the tag", 5)
        case .permissionDenied: self.init("permission-denied", "access denied", Self.check, 4)
        case .unauthenticated: self.init("unauthenticated", "not authenticated", Self.check, 4)
        case .credentialsUnavailable:
            self.init(
                "credentials-unavailable", "the token server is unavailable", "check the network and the proxy", 8)
        case .changed, .invalidRange:
            self.init(
                "digest-mismatch", "the content does not match its digest",
                "run again; if it persists, run `modelkit-assets verify`", 6)
        case .unavailable:
            self.init(
                "registry-unavailable", "the registry is unavailable",
                "run again to resume; MODELKIT_STORAGE_TIMEOUT_S sets how long to retry", 8, speaker: "last failure")
        case .invalidAnswer:
            self.init(
                "invalid-answer", "invalid response", "check that the host is a registry, and the proxy", 8,
                speaker: "caused by")
        case .misconfigured, .unusableSettings:
            self.init("registry-settings", "invalid settings", nil, 3, speaker: "caused by")
        }
    }

    private init(
        _ code: String, _ reason: String, _ hint: String?, _ exitStatus: Int32, speaker: String = "the registry said"
    ) {
        (self.code, self.reason, self.hint) = (code, reason, hint)
        (self.exitStatus, self.speaker) = (exitStatus, speaker)
    }

    private static let check = "`modelkit-assets check --image REFERENCE` prints the credentials in use"
}

extension RegistryReferenceFault {
    package func words(of text: String) -> String {
        let reason =
            switch self {
            case .host(let host): "invalid host \(quoted(host))"
            case .repository(let name):
                "invalid repository \(quoted(name)) (lower-case letters, digits, and `.`, `_`, `-` or `/` between them)"
            case .tag(let tag): "invalid tag \(quoted(tag))"
            case .digest(let digest): "invalid digest \(quoted(digest)) (sha256: and 64 hexadecimal digits)"
            case .tooLong: "the name has more than 255 characters"
            }
        return "invalid image reference \(quoted(text)): \(reason)"
    }
}
