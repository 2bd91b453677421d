package import AssetModel

/// The entries for which a lock has a version, whatever they ask for, and whatever else it pins: what `--frozen` puts in place.
package struct FrozenManifest: Sendable {
    package let manifest: Manifest
    /// Those that the lock has no version of.
    package let unlocked: [ManifestEntry]

    package init(_ manifest: Manifest, _ lock: Lock) {
        let pinned = Dictionary(grouping: lock.assets.map(\.pin), by: \.name)
        func isPinned(_ specification: AssetSpecification) -> Bool {
            (pinned[specification.name] ?? []).contains { specification.requirement.isMet(by: $0.version) }
        }
        let entries = manifest.entries.flatMap { entry -> [ManifestEntry] in
            // Of an entry that asks for another version by now, the lock's are taken.
            let requirements =
                isPinned(entry.specification)
                ? [entry.requirement] : (pinned[entry.name] ?? []).map { VersionRequirement(.exact($0.version)) }
            return requirements.map { requirement in
                ManifestEntry(
                    name: entry.name, requirement: requirement, subPart: entry.subPart,
                    dependsOn: entry.dependsOn.filter { isPinned($0.specification) }, groups: entry.groups,
                    selection: entry.selection, sha256: entry.sha256, excerpt: entry.excerpt)
            }
        }
        let asked = Set(manifest.entries.flatMap { [$0.name] + $0.dependsOn.map(\.specification.name) })
        let declared = Set(lock.assets.flatMap { $0.dependencies.map(\.pin) })
        let others = lock.assets.map(\.pin).filter { !asked.contains($0.name) && !declared.contains($0) }
        unlocked = manifest.entries.filter { pinned[$0.name] == nil }
        self.manifest = Manifest(
            file: manifest.file, storage: manifest.storage, versioning: manifest.versioning,
            duplicates: manifest.duplicates,
            entries: entries
                + others.map { ManifestEntry(name: $0.name, requirement: VersionRequirement(.exact($0.version))) },
            variables: manifest.variables)
    }
}

/// Facts where no store may be asked: the lock alone says which versions there are.
package struct FrozenFacts: AssetFacts {
    private let base: any AssetFacts

    package init(base: any AssetFacts) { self.base = base }

    package func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        throw NotLocked(name: name)
    }

    package func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState {
        try await base.localState(of: pin, expecting: metadata)
    }

    package func metadata(of pin: AssetPin) async throws -> VersionMetadata { throw NotLocked(name: pin.name) }

    package func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool {
        try await base.hasPart(part, of: pin)
    }

    package func names(near name: AssetName) async -> [AssetName] { [] }
}

/// A lock has no version that does for what one of its versions depends on.
package struct NotLocked: Error {
    package let name: AssetName

    package init(name: AssetName) { self.name = name }
}
