internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// What is said of refusals, and what to do about them.
enum RegistryWords {
    static let logIn = "log in with `docker login`, or set DOCKER_AUTH_CONFIG or REGISTRY_AUTH_FILE"

    /// The error, with whose name was used and what to do.
    static func complete(
        _ error: StoreError, _ fault: RegistryFault, _ call: RegistryCall, _ identity: RegistryIdentity?,
        _ reference: RegistryReference
    ) -> StoreError {
        // A token that the registry does not take was given for those who have no right: the password was right.
        let isGranted = error.kind == .unauthenticated && identity?.hasToken == true && identity?.found != nil
        let isUnknownRepository = fault.code == "NAME_UNKNOWN" && call.method != .GET
        let kind: StoreError.Kind = isGranted || isUnknownRepository ? .permissionDenied : error.kind
        var error = StoreError(
            kind, operation: error.operation, address: error.address, detail: error.detail, notes: error.notes)
        switch kind {
        case .permissionDenied:
            error.notes.append(credentials(identity))
            error.remedy = isUnknownRepository ? unknown(reference) : remedy(identity, reference, call)
        case .unauthenticated:
            error.notes.append(credentials(identity))
            error.cause =
                identity?.found.map { _ in
                    .rejectedCredentials(by: reference.host, code: fault.shortWords)
                } ?? .noCredentials
            error.remedy = logIn
        case .invalidAnswer where fault.status == 413: error.remedy = tooLarge
        case .notFound, .changed, .invalidRange, .unavailable, .credentialsUnavailable, .invalidAnswer,
            .unusableSettings, .misconfigured:
            if kind == .unavailable { error.cause = .failing }
        }
        return error
    }

    private static func credentials(_ identity: RegistryIdentity?) -> String {
        guard let found = identity?.found else { return "no credentials were found" }
        let user = found.user.map { "user \($0), from " } ?? ""
        return "credentials: \(user)\(found.source)"
    }

    private static func remedy(
        _ identity: RegistryIdentity?, _ reference: RegistryReference, _ call: RegistryCall
    ) -> String {
        guard identity?.found != nil else { return logIn }
        let right = call.scopes.contains { $0.actions.contains("push") } ? "push to" : "pull from"
        return "grant this account the right to \(right) \(reference.name)"
    }

    private static func unknown(_ reference: RegistryReference) -> String {
        "create the repository \(reference.repository) in the registry, or grant this account the right to"
    }

    private static let tooLarge =
        "the registry, or a proxy in front of it, limits the size of a request: raise the limit "
        + "(nginx: client_max_body_size 0)"
}
