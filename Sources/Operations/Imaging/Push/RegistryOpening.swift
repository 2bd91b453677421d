internal import AssetModel
internal import ObjectStore
internal import Registry
internal import StoreTransport

/// Opens registries with the settings of a run.
enum RegistryOpening {
    /// - Parameter isPlain: whether registries that are not on this machine are spoken to without TLS.
    static func open(_ settings: Settings, isPlain: Bool, _ retries: RetryLog) throws(Faults) -> RegistrySettings {
        guard !settings.isOffline else { throw Faults(.image(.offline)) }
        let environment = ProviderEnvironment(
            variables: settings.environment.variables, empty: settings.environment.empty, now: WallClock.now)
        do throws(ConfigurationFault) {
            return try RegistrySettings(
                environment, isPlain: isPlain, window: settings.concurrency.upperBound,
                budget: settings.storageTimeout.value, log: retries)
        } catch {
            throw Faults(.configuration(error))
        }
    }
}

extension Faults {
    /// What goes wrong with a registry.
    static func ofRegistry<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws(Faults) -> Value {
        do {
            return try await body()
        } catch let faults as Faults {
            throw faults
        } catch let error as StoreError {
            throw Faults(.registry(error))
        } catch {
            throw Task.isCancelled ? .cancelled : Faults(.unexpected(error))
        }
    }
}
