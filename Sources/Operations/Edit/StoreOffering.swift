package import AssetModel
internal import Catalog
internal import ObjectStore
package import StoreTransport

/// Some of the assets of the store, for a spec that is made: found out soon, or not at all.
package struct StoreOffering: Sendable {
    /// How many seconds the store has for all of it.
    package static let patience = 2
    /// For how long a request is tried again, in seconds: a store that refuses connections is told of before the patience ends.
    private static let retryBudget = 1.0
    /// How many assets are told.
    private static let limit = 10
    /// How many pages of the listing are read: as many as for the names that a message suggests.
    private static let pages = 10

    private let settings: Settings
    private let retries: RetryLog

    package init(_ workspace: Workspace, _ retries: RetryLog) {
        settings = workspace.settings
        self.retries = retries
    }

    /// The flags that make the settings for it.
    package static func hurried(_ flags: SettingFlags) -> SettingFlags {
        var flags = flags
        flags.storageTimeout = Setting(retryBudget, from: .builtIn)
        return flags
    }

    /// What the store has, and how a spec file names it; nil where none is set.
    ///
    /// - Parameter isNamed: whether the store was just named: then one has to be set, by settings that can be used. Otherwise
    ///   nothing is an error.
    package func look(besides file: String, isNamed: Bool) async throws(Faults) -> (StoreOffer, ProjectStore?) {
        let project: ProjectStore
        do throws(Faults) {
            project = try ProjectStore(settings, besides: file)
        } catch {
            if isNamed { throw error }
            return (await ask(), nil)
        }
        let offer = await ask()
        if isNamed, case .failed(let faults) = offer, case .configuration? = faults.list.first { throw faults }
        return (offer, project)
    }

    private func ask() async -> StoreOffer {
        guard settings.provider != nil else { return .noStore }
        let session: StoreSession
        do {
            session = try StoreSession(settings, retries)
        } catch {
            return .failed(error)
        }
        return await Self.soon { await offer(of: session) } ?? .late(store: session.store.name)
    }

    private func offer(of session: StoreSession) async -> StoreOffer {
        let names: [AssetName]
        do {
            names = try await session.catalog.names(pages: Self.pages)
        } catch {
            return .failed(Faults(.store(error)))
        }
        let shown = Array(names.prefix(Self.limit))
        let system = settings.versioning.value
        var assets: [OfferedAsset] = []
        var failure: (any Error)?
        for (name, versions) in zip(shown, await session.catalog.versions(of: shown)) {
            do {
                guard let latest = try versions.get()?.first else { continue }
                assets.append(OfferedAsset(name, latest: latest, in: system))
            } catch {
                // What cannot be read of one asset keeps the others from nothing.
                failure = error
            }
        }
        if assets.isEmpty, let failure { return .failed(Faults(Fault(failure))) }
        return .assets(assets, store: session.store.name, hasMore: names.count > shown.count)
    }

    /// Nil where it takes longer than the patience. What runs then is not waited for, as it may be a system call that is not
    /// interrupted, such as the lookup of a host's address.
    private static func soon<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value? {
        let (values, continuation) = AsyncStream.makeStream(of: Value?.self)
        let asking = Task { _ = continuation.yield(await body()) }
        let waiting = Task {
            // Throws when the task is cancelled, as the value is there.
            try? await Task.sleep(for: .seconds(patience))
            continuation.yield(nil)
        }
        let first = await values.first { _ in true }
        asking.cancel()
        waiting.cancel()
        return first ?? nil
    }
}

/// What became of asking.
package enum StoreOffer: Sendable {
    /// No store is set.
    case noStore
    /// Sorted by name.
    case assets([OfferedAsset], store: String, hasMore: Bool)
    case late(store: String)
    case failed(Faults)
}

/// An asset of the store, as `add` would write it.
package struct OfferedAsset: Sendable, Equatable {
    package let specification: AssetSpecification
    package let latest: AssetVersion

    init(_ name: AssetName, latest: AssetVersion, in system: VersioningSystem) {
        specification = AssetSpecification(
            name: name, requirement: VersionRequirement(majorOf: latest, in: system), subPart: nil)
        self.latest = latest
    }
}

extension VersionRequirement {
    /// The latest version of the same major version; where versions have none, simply the latest.
    init(majorOf version: AssetVersion, in system: VersioningSystem) {
        self = system.major(of: version).map { VersionRequirement(naming: $0, in: system) } ?? .latest
    }
}
