internal import AssetModel
internal import StoreTransport

/// What the providers look at.
struct S3CredentialSettings: Sendable {
    let environment: ProviderEnvironment
    let configuration: S3Configuration
    let transport: any HTTPTransport
    /// Waits for so many seconds.
    let sleep: @Sendable (Double) async -> Void

    var files: AWSFiles { configuration.files }
}

/// A profile that credentials are looked for in.
struct CredentialProfile: Sendable {
    let name: String
    let section: AWSSection
    /// Whether the environment's variables count: they do not for a profile that another one names as its source.
    let heedsEnvironment: Bool

    /// A text that must be there.
    func required(_ key: String, for provider: String) throws(CredentialFailure) -> String {
        guard let setting = section[key] else {
            throw CredentialFailure(.partial, provider, S3CredentialFault.singleSignOn(.missingKey(key, profile: name)))
        }
        return setting.value
    }
}
