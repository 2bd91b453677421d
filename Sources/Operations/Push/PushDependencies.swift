internal import AssetModel
internal import Catalog
internal import ObjectStore
internal import Planning

/// What a version is to depend on.
package enum PushDependencies: Sendable {
    /// Specification strings, as they were typed; none for nothing.
    case these([String])
    /// What the version that it follows depends on.
    case inherited
}

/// Finds out what a version is to depend on, all of which the store can meet.
struct DependencyReading: Sendable {
    let catalog: StoreCatalog
    let store: any ObjectStore
    let system: VersioningSystem

    /// - Parameter base: the version that it follows; nil for the first one.
    /// - Returns: also the version that they are inherited from; nil where they are not, or it has none.
    func read(_ wanted: PushDependencies, from base: AssetPin?) async throws -> ([AssetSpecification], AssetPin?) {
        switch wanted {
        case .these(let texts):
            let typed = try texts.map { text throws(Faults) in try AssetSpecification(typed: text, in: system) }
            try await check(typed, from: nil)
            return (typed, nil)
        case .inherited:
            guard let base else { return ([], nil) }
            let recorded: [AssetSpecification]
            do {
                recorded = try await catalog.metadata(of: base).dependencies
            } catch {
                throw Faults(.push(.inheritance(base, error)))
            }
            try await check(recorded, from: base)
            return (recorded, recorded.isEmpty ? nil : base)
        }
    }

    private func check(_ dependencies: [AssetSpecification], from base: AssetPin?) async throws {
        var faults: [Fault] = []
        for dependency in dependencies {
            let versions = try await catalog.versions(of: dependency.name)
            if versions?.contains(where: dependency.requirement.isMet) != true {
                faults.append(.push(.dependency(dependency, from: base, known: versions, store: store.name)))
            }
        }
        guard faults.isEmpty else { throw Faults(faults) }
    }
}
