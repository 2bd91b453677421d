package import AssetModel

/// Where credentials for Google Cloud Storage come from.
package struct GCSCredentialSource: ErrorDetail {
    package let owner: GCSTokenOwner
    package let place: GCSCredentialPlace
}

/// Whose tokens they are.
package indirect enum GCSTokenOwner: Hashable, Sendable {
    case serviceAccount(String)
    case machine(serviceAccount: String)
    case impersonated(String, by: GCSTokenOwner)
    case external(audience: String)
    case impersonatedByExternal(String)
    case user
    case externalUser
}

package enum GCSCredentialPlace: Hashable, Sendable {
    case file(String, Provenance)
    case metadataService
}

/// Why a provider of credentials for Google Cloud Storage has none. No provider is asked one by one.
package enum GCSCredentialAbsence: ErrorDetail {}

/// A service that hands out tokens, or is asked on the way to one.
package enum GCSCredentialService: Hashable, Sendable {
    case metadata, awsMetadata
    case iam
    case tokenServer
    /// Of a CI system or another cloud.
    case subjectTokens
}
