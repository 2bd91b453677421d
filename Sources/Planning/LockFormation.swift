package import AssetModel

/// The lock of a resolution, as far as it is known without asking anybody more: what the old lock has, what the store
/// tells of versions and what was fetched.
package struct LockFormation: Sendable {
    private let resolved: Resolved
    private let old: [AssetPin: LockedAsset]

    /// - Parameter lock: the old one.
    package init(_ resolved: Resolved, from lock: Lock) {
        self.resolved = resolved
        old = Dictionary(lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Why it is not known what versions consist of. There is no lock of a resolution that has such a version.
    package var unknown: [any Error] {
        resolved.all.choices.compactMap { choice in
            // What no store has is known to be nowhere, and is left out of the lock.
            guard case .failure(let error) = resolved.facts.contents[choice.pin], !(error is NoMetadata) else {
                return nil
            }
            return error
        }
    }

    /// The versions that no lock can have: the old one does not, and no store that was asked tells what they are.
    package var nowhere: [(choice: Choice, error: NoMetadata)] {
        resolved.all.choices.compactMap { choice in
            guard old[choice.pin] == nil, case .failure(let error as NoMetadata) = resolved.facts.contents[choice.pin]
            else { return nil }
            return (choice, error)
        }
    }

    /// - Parameter fetched: size and digest of files that were fetched, by their paths.
    package func assets(fetched: [AssetPin: [RelativePath?: ObjectFacts]]) -> [LockedAsset] {
        resolved.all.choices.compactMap { choice in
            asset(choice.pin).map { Self.completed($0, by: fetched[choice.pin] ?? [:]) }
        }
    }

    /// Nil for a version that no store has: it cannot be locked.
    private func asset(_ pin: AssetPin) -> LockedAsset? {
        let dependencies = (resolved.declared[pin] ?? []).sorted {
            ($0.pin, "\($0.specification)") < ($1.pin, "\($1.specification)")
        }
        if let old = old[pin] {
            return LockedAsset(
                pin: pin, kind: old.kind, pushTime: old.pushTime, dependencies: dependencies, files: old.files)
        }
        guard let metadata = try? resolved.facts.contents[pin]?.get() else { return nil }
        let files = metadata.objects.sorted(by: Self.order)
        return LockedAsset(
            pin: pin, kind: metadata.kind, pushTime: metadata.pushTime, dependencies: dependencies,
            files: files.map { ObjectFacts(path: $0.path, size: $0.size, sha256: $0.sha256) })
    }

    private static func order(_ left: ObjectFacts, _ right: ObjectFacts) -> Bool {
        guard let left = left.path, let right = right.path else { return false }
        return left < right
    }

    private static func completed(_ asset: LockedAsset, by fetched: [RelativePath?: ObjectFacts]) -> LockedAsset {
        var asset = asset
        for index in asset.files.indices {
            guard let file = fetched[asset.files[index].path] else { continue }
            asset.files[index] = file
        }
        return asset
    }
}
