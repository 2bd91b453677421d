package import AssetModel
internal import Catalog
package import ObjectStore
package import Planning
package import StoreTransport

/// What an operation that only looks at the store works with.
package struct StoreSession: Sendable {
    package let settings: Settings
    package let store: any ObjectStore
    let catalog: StoreCatalog

    package init(_ settings: Settings, _ retries: RetryLog) throws(Faults) {
        self.settings = settings
        guard let store = try StoreOpening.open(settings, retries) else { throw Faults(.opening(.noStore)) }
        self.store = store
        catalog = StoreCatalog(store: store, system: settings.versioning.value)
    }

    /// The wanted assets with their versions, latest first, and what kept some from being told.
    package func list(_ wants: (AssetName) -> Bool) async -> ([(name: AssetName, versions: [AssetVersion])], [Fault]) {
        do {
            let names = try await catalog.names().filter(wants)
            var listed: [(name: AssetName, versions: [AssetVersion])] = []
            var faults: [Fault] = []
            for (name, answer) in zip(names, await catalog.versions(of: names)) {
                switch answer {
                case .success(let versions): listed.append((name, versions ?? []))
                case .failure(let error): faults.append(Fault(error))
                }
            }
            return (listed, faults)
        } catch {
            return ([], [Fault(error)])
        }
    }

    /// What the version consists of that a specification string means, with the sizes of its files.
    package func show(_ asset: String) async throws(Faults) -> ShownVersion {
        let (pin, versions) = try await find(asset)
        do {
            return ShownVersion(pin: pin, versions: versions, metadata: try await catalog.measuredMetadata(of: pin))
        } catch {
            throw Faults(Fault(error))
        }
    }

    /// The version that a specification string means, and all that there are, latest first.
    package func find(_ asset: String) async throws(Faults) -> (AssetPin, [AssetVersion]) {
        let specification = try AssetSpecification(typed: asset, in: settings.versioning.value)
        let versions: [AssetVersion]?
        do {
            versions = try await catalog.versions(of: specification.name)
        } catch {
            throw Faults(Fault(error))
        }
        guard let found = versions?.first(where: specification.requirement.isMet), let versions else {
            throw Faults(await missing(specification, versions))
        }
        return (AssetPin(name: specification.name, version: found), versions)
    }

    private func missing(_ specification: AssetSpecification, _ versions: [AssetVersion]?) async -> Fault {
        if let versions { return .asset(.noVersion(specification, known: versions)) }
        let near = await catalog.nearestName(to: specification.name.text)
        return .asset(.unknown(specification.name, store: store.name, nearest: near))
    }

    /// The name of an asset in the store that was probably meant.
    package func nearestName(to text: String) async -> String? { await catalog.nearestName(to: text) }
}

/// A version of an asset as the store has it.
package struct ShownVersion: Sendable {
    package let pin: AssetPin
    /// All that there are, latest first.
    package let versions: [AssetVersion]
    package let metadata: VersionMetadata
}
