package import ObjectStore

/// Why there are no credentials.
package struct CredentialFailure: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        /// Nothing names any.
        case noneFound
        /// An access key without its secret, a role without the credentials to take it.
        case partial
        /// The provider refused.
        case refused
        /// The provider cannot be reached, or does not answer.
        case unreachable
        /// What came is not what the protocol says.
        case malformed
        case expired
        /// This tool does not do it: it asks a person, or needs a browser.
        case notSupported
        case misconfigured
    }

    package let kind: Kind
    /// `web identity`; empty where no provider is to blame.
    package let provider: String
    /// Without a secret.
    package let words: String
    /// What to do.
    package let remedy: String

    package init(_ kind: Kind, _ provider: String, _ words: String, remedy: String) {
        self.kind = kind
        self.provider = provider
        self.words = words
        self.remedy = remedy
    }
}

extension StoreError {
    package init(_ failure: CredentialFailure, address: String) {
        let words = failure.provider.isEmpty ? failure.words : "\(failure.provider): \(failure.words)"
        let (kind, cause): (StoreError.Kind, StoreError.Cause?) =
            switch failure.kind {
            case .unreachable: (.credentialsUnavailable, nil)
            case .noneFound where failure.provider.isEmpty: (.unauthenticated, .noCredentials)
            case .noneFound, .partial, .refused, .malformed, .expired, .notSupported, .misconfigured:
                (.unauthenticated, .unusableCredentials(words))
            }
        let notes = kind == .credentialsUnavailable || cause == .noCredentials ? [words] : []
        self.init(
            kind, operation: "load credentials for", address: address, detail: "", notes: notes, remedy: failure.remedy)
        self.cause = cause
    }
}
