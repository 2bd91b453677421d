package import ObjectStore
internal import StoreTransport

extension RegistryClient {
    /// Looks for the credentials, without telling the registry.
    ///
    /// - Throws: `.unauthenticated` where a file or a helper of credentials cannot be used.
    package func findCredentials() async throws(StoreError) -> FoundRegistryCredentials? {
        do {
            return try await access.credentials()
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: reference.name)
        } catch {
            throw StoreError(
                .credentialsUnavailable, operation: .loadCredentials, address: reference.name,
                detail: "\(error)")
        }
    }
}
