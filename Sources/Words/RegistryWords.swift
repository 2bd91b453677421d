internal import AssetModel
package import Registry
internal import StoreTransport

// The words for what registries answer, for credentials of registries, and for what to do about it.

extension RegistryDetail: WordedDetail {
    package var words: String {
        switch self {
        case .digestMismatch: "the content does not match its digest"
        case .otherDigest(let expected, let actual): "expected \(expected), got \(actual)"
        case .keepsOtherDigest(let expected, let actual): "expected \(expected), the registry has \(actual)"
        case .computed(let digest): "the registry computed the digest \(digest)"
        case .tooManyRedirects(let limit): "redirected more than \(limit) times"
        case .leadsToPlainText(let origin): "the response leads from https to \(origin)"
        }
    }
}

extension RegistryResponseFault: WordedDetail {
    package var words: String {
        switch self {
        case .manifestMismatch: "the manifest does not match its digest"
        case .noLocation: "the response has no usable Location"
        }
    }
}

extension RegistryNote: WordedDetail {
    package var words: String {
        switch self {
        case .noCredentials: "no credentials were found"
        case .credentials(let user, let source):
            "credentials: " + (user.map { "user \($0), from " } ?? "") + source.words
        }
    }
}

extension RegistryAdvice: WordedDetail {
    package var words: String {
        switch self {
        case .logIn: "log in with `docker login`, or set DOCKER_AUTH_CONFIG or REGISTRY_AUTH_FILE"
        case .grantPull(let name): "grant this account the right to pull from \(name)"
        case .grantPush(let name): "grant this account the right to push to \(name)"
        case .createRepository(let name):
            "create the repository \(name) in the registry, or grant this account the right to"
        case .raiseLimit:
            "the registry, or a proxy in front of it, limits the size of a request: raise the limit "
                + "(nginx: client_max_body_size 0)"
        }
    }
}

extension RegistryCredentialSource {
    /// `/home/a/.docker/config.json`, `docker-credential-pass (/home/a/.docker/config.json)`
    package var words: String { helper.map { "\($0) (\(place.words))" } ?? place.words }
}

extension RegistryCredentialPlace {
    fileprivate var words: String {
        [path, variable.map { "environment variable \($0)" }].compactMap(\.self).joined(separator: ", ")
    }
}

extension RegistryCredentialFault: WordedDetail {
    package var words: String {
        switch self {
        case .unreachable(let failure): "the token server at \(failure.words)"
        case .insecureRealm(let shown):
            "the registry sends its clients to `\(shown)` for tokens, and credentials require https"
        case .noToken(let origin): "the token server at \(origin) returned no token"
        case .tokenServerFailed(let origin, let answer): "the token server at \(origin) failed: \(answer.words)"
        case .denied(let origin, let answer): "the token server at \(origin) denied anonymous access: \(answer.words)"
        case .rejected(let origin, let source, let answer):
            "the token server at \(origin) rejected the credentials from \(source.words): \(answer.words)"
        case .unreadable(let fault): fault.words
        case .missing(let place): "`\(place.words)` does not exist or is empty"
        case .notCredentials(let place): "\(place.words) is not a Docker credentials JSON document"
        case .helperName(let name, let place): "invalid credential helper `\(name)` in \(place.words)"
        case .helper(let program, let fault, _): "`\(program)` \(fault.words)"
        }
    }

    package var advice: String? {
        switch self {
        case .unreachable: CredentialAdvice.reachService
        case .insecureRealm: "ask the operator of the registry"
        case .noToken: CredentialAdvice.checkForProxy
        case .tokenServerFailed: CredentialAdvice.retryLater
        case .denied, .rejected: RegistryAdvice.logIn.words
        case .unreadable(let fault): fault.advice ?? Self.again
        case .missing, .notCredentials: Self.again
        case .helperName(_, let place), .helper(_, _, let place):
            "install the helper on the PATH, or remove it from \(place.words) and log in again"
        }
    }

    private static let again = "log in again, or mount the secret at this path"
}

extension RegistryHelperFault {
    /// To follow the program's name.
    fileprivate var words: String {
        switch self {
        case .fault(let fault): fault.words
        case .exited(let status, let said): "exited with status \(status)" + (said.map { ": \($0)" } ?? "")
        case .printedNone: "printed no credentials"
        }
    }
}
