package import AssetModel
package import ObjectStore

/// Why there are no credentials.
package struct CredentialFailure: Error, ErrorDetail {
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
    /// Without a secret; of a type of the target that looks for the credentials.
    package let fault: AnyErrorDetail

    package init(_ kind: Kind, _ provider: String, _ fault: any ErrorDetail) {
        self.kind = kind
        self.provider = provider
        self.fault = AnyErrorDetail(fault)
    }
}

extension StoreError {
    package init(_ failure: CredentialFailure, address: String) {
        let (kind, cause): (StoreError.Kind, StoreError.Cause?) =
            switch failure.kind {
            case .unreachable: (.credentialsUnavailable, nil)
            case .noneFound where failure.provider.isEmpty: (.unauthenticated, .noCredentials)
            case .noneFound, .partial, .refused, .malformed, .expired, .notSupported, .misconfigured:
                (.unauthenticated, .unusableCredentials(AnyErrorDetail(failure)))
            }
        let isNoted = kind == .credentialsUnavailable || cause == .noCredentials
        self.init(
            kind, operation: .loadCredentials, address: address, notes: isNoted ? [failure] : [], remedy: failure)
        self.cause = cause
    }
}
