internal import AssetModel
internal import Catalog
internal import Planning

/// Finds out what the requirements of a spec keep out.
struct LaterVersions: Sendable {
    private let session: Session

    init(_ session: Session) { self.session = session }

    /// - Parameter wants: of which assets. What the store does not tell of any is left out, as nothing depends on it.
    func of(_ resolution: Resolution, _ wants: (AssetName) -> Bool) async -> [LaterVersion] {
        let choices = Dictionary(grouping: resolution.choices.filter { wants($0.pin.name) }) { $0.pin.name }
        let names = choices.keys.sorted()
        let answers = await concurrentMap(names) { name in
            await Result.catching { try await session.catalog.versions(of: name, requirements: []).all.first }
        }
        return zip(names, answers).compactMap { name, answer in
            guard let latest = try? answer.get() else { return nil }
            return Self.later(AssetPin(name: name, version: latest), than: choices[name] ?? [])
        }
    }

    private static func later(_ latest: AssetPin, than choices: [Choice]) -> LaterVersion? {
        guard choices.allSatisfy({ $0.pin.version < latest.version }) else { return nil }
        let limits = choices.flatMap(\.demands).filter { !$0.specification.requirement.isMet(by: latest.version) }
        // What an asset requires holds whatever the spec says.
        guard let demand = limits.first(where: { !$0.isOfEntry }) ?? limits.first else { return nil }
        return LaterVersion(pin: latest, demand: demand)
    }
}
