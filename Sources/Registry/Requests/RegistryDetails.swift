internal import AssetModel
internal import NIOHTTP1
internal import ObjectStore
package import StoreTransport

// What errors say of registries, and of what can be done about them.

/// What is the matter with a manifest or a blob.
package enum RegistryDetail: ErrorDetail {
    case digestMismatch
    /// As `sha256:…`: what it was to be, and what came or is kept.
    case otherDigest(expected: String, actual: String)
    case keepsOtherDigest(expected: String, actual: String)
    /// The registry computed it of what was sent.
    case computed(digest: String)
    case tooManyRedirects(limit: Int)
    /// An address in the clear, from one that was not.
    case leadsToPlainText(origin: String)
}

/// Why an answer is not what the protocol says.
package enum RegistryResponseFault: RedactableDetail {
    case manifestMismatch
    case noLocation

    package func redacted(_ redaction: Redaction) -> RegistryResponseFault { self }
}

package enum RegistryNote: ErrorDetail {
    case noCredentials
    /// The user, where it is known.
    case credentials(user: String?, RegistryCredentialSource)
}

/// What to do about a refusal.
package enum RegistryAdvice: ErrorDetail {
    case logIn
    case grantPull(String), grantPush(String)
    case createRepository(String)
    /// Of the size of a request.
    case raiseLimit
}

extension StoreError {
    /// The error, with whose name was used and what to do.
    func completed(
        _ fault: RegistryFault, _ call: RegistryCall, _ identity: RegistryIdentity?, _ reference: RegistryReference
    ) -> StoreError {
        // A token that the registry does not take was given for those who have no right: the password was right.
        let isGranted = kind == .unauthenticated && identity?.hasToken == true && identity?.found != nil
        let isUnknownRepository = fault.code == "NAME_UNKNOWN" && call.method != .GET
        let kind: StoreError.Kind = isGranted || isUnknownRepository ? .permissionDenied : kind
        var error = StoreError(
            kind, operation: operation, address: address, detail: detail?.value, notes: notes.map(\.value))
        switch kind {
        case .permissionDenied:
            error.note(RegistryNote(identity))
            error.advise(
                isUnknownRepository
                    ? .createRepository(reference.repository) : RegistryAdvice(identity, reference, call))
        case .unauthenticated:
            error.note(RegistryNote(identity))
            error.cause =
                identity?.found.map { _ in
                    .rejectedCredentials(by: reference.host, code: fault.code, status: fault.status)
                } ?? .noCredentials
            error.advise(RegistryAdvice.logIn)
        case .invalidAnswer where fault.status == 413: error.advise(RegistryAdvice.raiseLimit)
        case .notFound, .changed, .invalidRange, .unavailable, .credentialsUnavailable, .invalidAnswer,
            .unusableSettings, .misconfigured:
            if kind == .unavailable { error.cause = .failing }
        }
        return error
    }
}

extension RegistryNote {
    fileprivate init(_ identity: RegistryIdentity?) {
        self = identity?.found.map { .credentials(user: $0.user, $0.source) } ?? .noCredentials
    }
}

extension RegistryAdvice {
    fileprivate init(_ identity: RegistryIdentity?, _ reference: RegistryReference, _ call: RegistryCall) {
        guard identity?.found != nil else {
            self = .logIn
            return
        }
        let pushes = call.scopes.contains { $0.actions.contains("push") }
        self = pushes ? .grantPush(reference.name) : .grantPull(reference.name)
    }
}
