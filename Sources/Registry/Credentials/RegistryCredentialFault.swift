internal import AssetModel
package import StoreTransport

/// What keeps credentials for a registry, or a token, from being had.
package enum RegistryCredentialFault: ErrorDetail {
    case unreachable(UnreachableService)
    /// The registry names this place for tokens, without its secrets: credentials require https.
    case insecureRealm(shown: String)
    /// The token server there answered.
    case noToken(origin: String)
    case tokenServerFailed(origin: String, ServiceAnswer)
    /// Of anonymous access.
    case denied(origin: String, ServiceAnswer)
    case rejected(origin: String, RegistryCredentialSource, ServiceAnswer)

    // MARK: Where credentials are kept

    case unreadable(ConfigurationFault)
    case missing(RegistryCredentialPlace)
    case notCredentials(RegistryCredentialPlace)
    /// No program has such a name.
    case helperName(String, RegistryCredentialPlace)
    case helper(String, RegistryHelperFault, RegistryCredentialPlace)
}

/// What is wrong with a program that has credentials.
package enum RegistryHelperFault: Hashable, Sendable {
    case fault(Subprocess.Fault)
    /// With the first line that it printed as an error.
    case exited(status: Int32, said: String?)
    case printedNone
}

/// Where credentials may be.
package struct RegistryCredentialPlace: Hashable, Sendable {
    /// Nil where the variable has the document itself.
    package let path: String?
    package let variable: String?
}

/// Where credentials are from.
package struct RegistryCredentialSource: Hashable, Sendable {
    package let place: RegistryCredentialPlace
    /// The program that the place names; nil where it has them itself.
    package let helper: String?
}
