package import AssetModel

/// What an assets.lock pins: versions, what they depend on, and what their files must be.
package struct Lock: Sendable, Equatable {
    /// Sorted by name, then by version.
    package let assets: [LockedAsset]
    /// Versions whose entries a merge mixed: they stay pinned, and what they are is asked of the store. Not among the assets.
    package var mixed: [AssetPin] = []
    /// Whether each entry has its digest, by which a mixed one is known; earlier programs wrote none.
    package var hasDigests = true

    package init(assets: [LockedAsset]) { self.assets = assets.sorted { $0.pin < $1.pin } }

    /// - Precondition: they are sorted.
    package init(sorted assets: [LockedAsset]) { self.assets = assets }

    package static let empty = Lock(assets: [])
}

/// One version in a lock.
package struct LockedAsset: Sendable, Equatable {
    package let pin: AssetPin
    package let kind: AssetKind
    /// Seconds since 1970: the modification time of every file of the asset.
    package let pushTime: Int64
    /// Sorted, as the store declares them.
    package let dependencies: [LockedDependency]
    /// One with no path for a file asset; sorted by path for a directory.
    package var files: [ObjectFacts]

    package init(
        pin: AssetPin, kind: AssetKind, pushTime: Int64, dependencies: [LockedDependency], files: [ObjectFacts]
    ) {
        self.pin = pin
        self.kind = kind
        self.pushTime = pushTime
        self.dependencies = dependencies
        self.files = files
    }
}

/// What a version depends on, and the version that was chosen for it.
package struct LockedDependency: Sendable, Hashable {
    package let specification: AssetSpecification
    package let version: AssetVersion

    package init(_ specification: AssetSpecification, is version: AssetVersion) {
        self.specification = specification
        self.version = version
    }

    package var pin: AssetPin { AssetPin(name: specification.name, version: version) }
}

extension Lock {
    /// How many files have a digest of which the other lock has none.
    package func pinned(since old: Lock) -> Int {
        let before = Dictionary(old.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        return assets.reduce(0) { count, asset in
            let open = Set((before[asset.pin]?.files ?? []).filter { $0.sha256 == nil }.map(\.path))
            return count + asset.files.count { $0.sha256 != nil && open.contains($0.path) }
        }
    }
}

extension Lock {
    /// How many files of a resolution it tells nothing of that their content could be compared with.
    package func unpinned(in resolution: Resolution) -> Int {
        let choices = Dictionary(resolution.choices.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        return assets.reduce(0) { count, asset in
            guard let choice = choices[asset.pin] else { return count }
            return count
                + asset.files.count { file in
                    file.sha256 == nil && file.checksum == nil
                        && (file.path.map { path in choice.selections.contains { $0.takes(path) } } ?? true)
                }
        }
    }
}

extension LockedAsset {
    /// As the store would tell it.
    package var metadata: VersionMetadata {
        let objects = files.map { file in
            var file = file
            file.recorder = .lock
            return file
        }
        return VersionMetadata(
            kind: kind, pushTime: pushTime, objects: objects, dependencies: dependencies.map(\.specification))
    }
}

/// Which pins of a lock need not stay.
package enum Upgrade: Sendable, Equatable {
    case nothing
    case everything
    case only(Set<AssetName>)

    package func adding(_ name: AssetName) -> Upgrade {
        switch self {
        case .nothing: .only([name])
        case .everything: .everything
        case .only(let names): .only(names.union([name]))
        }
    }

    package func frees(_ name: AssetName) -> Bool {
        switch self {
        case .nothing: false
        case .everything: true
        case .only(let names): names.contains(name)
        }
    }
}
