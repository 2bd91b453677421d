package import AssetModel

/// What a resolution asks of a lock that it does not have.
package struct LockChanges: Sendable, Equatable {
    /// The versions of one asset that leave the lock and those that enter it, sorted; never both empty.
    package struct Versions: Sendable, Equatable {
        package let name: AssetName
        package let removed: [AssetVersion]
        package let added: [AssetVersion]
    }

    /// A version that stays and depends on other versions than the lock has.
    package struct Dependencies: Sendable, Equatable {
        package let pin: AssetPin
        /// Sorted.
        package let new: [AssetPin]
    }

    /// Sorted by name.
    package let versions: [Versions]
    /// Sorted.
    package let dependencies: [Dependencies]

    package var isEmpty: Bool { versions.isEmpty && dependencies.isEmpty }

    package init(from lock: Lock, to resolved: Resolved) {
        let old = Dictionary(lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(resolved.all.choices.map(\.pin))
        versions = Self.versions(from: Set(old.keys), to: new)
        dependencies = new.sorted().compactMap { pin in
            guard let asset = old[pin] else { return nil }
            let (was, now) = (Set(asset.dependencies.map(\.pin)), Set((resolved.declared[pin] ?? []).map(\.pin)))
            return was == now ? nil : Dependencies(pin: pin, new: now.sorted())
        }
    }

    private static func versions(from old: Set<AssetPin>, to new: Set<AssetPin>) -> [Versions] {
        let removed = Dictionary(grouping: old.subtracting(new), by: \.name)
        let added = Dictionary(grouping: new.subtracting(old), by: \.name)
        return Set(removed.keys).union(added.keys).sorted().map { name in
            Versions(
                name: name, removed: (removed[name] ?? []).map(\.version).sorted(),
                added: (added[name] ?? []).map(\.version).sorted())
        }
    }
}
