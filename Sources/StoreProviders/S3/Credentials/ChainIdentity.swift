internal import ObjectStore
internal import StoreTransport

/// The identity that the credential chain finds, for as long as a run lasts.
struct ChainIdentity: S3IdentitySource {
    private let cache: CredentialCache<FoundCredentials>
    /// In messages.
    private let address: String

    init(_ settings: CredentialSettings, address: String) {
        self.address = address
        let chain = CredentialChain(settings)
        cache = CredentialCache(now: settings.environment.now) {
            let found = try await chain.find()
            return .init(value: found, expiration: found.credentials.expiration)
        }
    }

    func current() async throws -> S3Identity {
        do {
            let current = try await cache.current()
            return S3Identity(
                credentials: current.value.credentials, source: current.value.source, generation: current.generation)
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: address)
        }
    }

    func refresh(replacing identity: S3Identity) async throws {
        try await cache.refresh(replacing: identity.generation)
    }
}
