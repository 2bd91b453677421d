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

extension RegistryClient {
    /// Looks for no blobs any more: the credentials do not allow it.
    package func passOverReading() { access.noteUnreadable() }
}

extension StoreError {
    /// Whether the registry, or its token server, does not let these credentials do it.
    package var isRefusal: Bool { kind == .permissionDenied || kind == .unauthenticated }
}
