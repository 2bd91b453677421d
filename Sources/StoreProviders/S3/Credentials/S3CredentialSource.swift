package import AssetModel

/// Where credentials for S3 come from.
package indirect enum S3CredentialSource: ErrorDetail {
    case environment
    case profile(String, Provenance)
    /// A role of a profile, taken with other credentials.
    case role(String, profile: String, with: S3CredentialSource)
    case webIdentity(role: String, tokenFile: String)
    case singleSignOn(role: String, account: String, profile: String)
    case program(String, profile: String)
    /// The container credential service there.
    case container(origin: String)
    case instance(role: String)
}

/// Why a provider of credentials for S3 has none.
package enum S3CredentialAbsence: ErrorDetail {
    case noVariable(String)
    case noContainerVariable
    /// No such key in the profile.
    case noKey(String)
    case noAccessKey(profile: String)
    case noLoginSession
    case metadataDisabled
    case noInstanceRole
}

/// A service that hands out credentials for S3.
package enum S3CredentialService: Sendable, Hashable {
    case tokens
    case container
    case singleSignOnTokens, singleSignOnPortal
}
