package import ObjectStore
package import Registry
package import StoreTransport

/// Finds out who a registry of images takes this machine for, and what it lets that one do. Leaves nothing behind.
package struct RegistryChecking: Sendable {
    private let settings: Settings
    private let role: CheckRole
    private let retries: RetryLog

    package init(_ settings: Settings, _ role: CheckRole, _ retries: RetryLog) {
        self.settings = settings
        self.role = role
        self.retries = retries
    }

    /// - Parameter isPlain: whether a registry that is not on this machine is spoken to without TLS.
    package func check(
        _ reference: RegistryReference, isPlain: Bool
    ) async throws(Faults) -> RegistryFindings {
        let opened = try RegistryOpening.open(settings, isPlain: isPlain, retries)
        // Each asks for the right that it is about alone: some token servers grant all of what is asked for, or nothing.
        let client = RegistryClient(reference, opened, for: .pull)
        return RegistryFindings(
            reference: reference, endpoint: client.endpoint, credentials: await client.foundCredentials(),
            manifest: await client.foundManifest(),
            push: role == .developer ? await client.asking(for: .push).pushObstacle() : nil)
    }
}

/// What a check of a registry found.
package struct RegistryFindings: Sendable {
    package let reference: RegistryReference
    package let endpoint: String
    /// Nil where there are none.
    package let credentials: Result<FoundRegistryCredentials?, StoreError>
    /// Nil where there is no such image.
    package let manifest: Result<RegistryManifest?, StoreError>
    /// Nil where it was not tried.
    package let push: Result<Void, StoreError>?
}

extension RegistryClient {
    fileprivate func foundCredentials() async -> Result<FoundRegistryCredentials?, StoreError> {
        do throws(StoreError) { return .success(try await findCredentials()) } catch { return .failure(error) }
    }

    fileprivate func foundManifest() async -> Result<RegistryManifest?, StoreError> {
        do throws(StoreError) { return .success(try await manifest()) } catch { return .failure(error) }
    }

    fileprivate func pushObstacle() async -> Result<Void, StoreError> {
        do throws(StoreError) { return .success(try await tryPushing()) } catch { return .failure(error) }
    }
}
