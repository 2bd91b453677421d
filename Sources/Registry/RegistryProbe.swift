package import ObjectStore
internal import StoreTransport

/// Who a registry takes a client for, and what that one may do.
package struct RegistryProbe: Sendable {
    /// Nil where none were found.
    package let credentials: FoundRegistryCredentials?
    /// Whether the image that the reference names is there; its digest.
    package let manifest: RegistryManifest?
    /// Why it may not be pushed to; nil where it may, and where that was not tried.
    package let pushFault: StoreError?
}

extension RegistryClient {
    /// Looks for the credentials, without telling anybody.
    ///
    /// - Throws: `.unauthenticated` where a file or a helper of credentials cannot be used.
    package func findCredentials() async throws(StoreError) -> FoundRegistryCredentials? {
        do {
            return try await access.credentials()
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: reference.name)
        } catch {
            throw StoreError(
                .credentialsUnavailable, operation: "load credentials for", address: reference.name, detail: "\(error)")
        }
    }

    /// - Parameter pushes: whether an upload is begun, and taken back.
    package func probe(pushing pushes: Bool) async throws(StoreError) -> RegistryProbe {
        let credentials = try await findCredentials()
        let manifest = try await manifest()
        var fault: StoreError?
        if pushes {
            do throws(StoreError) { try await tryPushing() } catch { fault = error }
        }
        return RegistryProbe(credentials: credentials, manifest: manifest, pushFault: fault)
    }
}
