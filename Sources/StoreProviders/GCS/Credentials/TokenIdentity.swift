internal import AssetModel
internal import ObjectStore
internal import StoreTransport

/// The identity that the application's default credentials have, for as long as a run lasts.
struct TokenIdentity: GCSIdentitySource {
    /// What is found once.
    private struct Found: Sendable {
        let source: any TokenSource
        let place: String
        let quotaProject: String?
    }

    private let found: CredentialCache<Found>
    private let tokens: CredentialCache<AccessToken>
    private let quotaProject: String?
    /// In messages.
    private let address: String

    init(_ configuration: GCSConfiguration, _ settings: TokenSettings, address: String) {
        self.address = address
        quotaProject = configuration.quotaProject?.value
        let credentials = GoogleCredentials(settings: settings, file: configuration.credentialFile)
        let found = CredentialCache<Found>(now: settings.environment.now) {
            let found = try await credentials.find()
            return .init(
                value: Found(source: found.source, place: found.place, quotaProject: found.quotaProject),
                expiration: nil)
        }
        self.found = found
        // As google-auth has it. The metadata service hands out the same token until shortly before its end.
        tokens = CredentialCache(now: settings.environment.now, advisory: 225, mandatory: 10) {
            let token = try await found.current().value.source.token(for: Google.storageScopes)
            return .init(value: token, expiration: token.expiration)
        }
    }

    func current() async throws -> GCSIdentity {
        do {
            let found = try await found.current().value
            let token = try await tokens.current()
            return GCSIdentity(
                token: token.value, source: "\(found.source.owner), from \(found.place)",
                quotaProject: quotaProject ?? found.quotaProject, generation: token.generation)
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: address)
        }
    }

    func refresh(replacing identity: GCSIdentity) async throws {
        try await tokens.refresh(replacing: identity.generation)
    }

    func universe() async throws -> String {
        do {
            return try await found.current().value.source.universe
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: address)
        }
    }
}
