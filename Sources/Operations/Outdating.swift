package import AssetModel
internal import Catalog
package import Planning

/// A version that is used, and newer ones that there are.
package struct OutdatedAsset: Sendable {
    package let pin: AssetPin
    /// What an upgrade of the whole lock would choose.
    package let upgrade: AssetVersion
    /// The latest that there is.
    package let latest: AssetVersion
}

/// Finds out which assets have newer versions than those that are used.
package struct Outdating: Sendable {
    private let session: Session
    private let groups: Set<String>

    package init(session: Session, groups: Set<String>) {
        self.session = session
        self.groups = groups
    }

    package func outdated(in current: Resolution) async throws(Faults) -> [OutdatedAsset] {
        let upgraded = try await Planner(session: session.upgrading(.everything), groups: groups).resolve().get()
        let upgrades = Dictionary(grouping: upgraded.wanted.choices.map(\.pin), by: \.name)
        let pins = current.choices.map(\.pin).sorted()
        return zip(pins, try await latest(of: pins)).compactMap { pin, latest in
            guard let latest, latest > pin.version else { return nil }
            let upgrade = upgrades[pin.name]?.map(\.version).max() ?? pin.version
            return OutdatedAsset(pin: pin, upgrade: upgrade, latest: latest)
        }
    }

    private func latest(of pins: [AssetPin]) async throws(Faults) -> [AssetVersion?] {
        let answers = await concurrentMap(pins) { pin in
            await Result.catching { try await session.catalog.versions(of: pin.name, requirements: []).all.first }
        }
        do {
            return try answers.map { try $0.get() }
        } catch {
            throw Faults(Fault(error))
        }
    }
}
