internal import AssetModel

/// From what a spec asks for to the versions that meet it.
///
/// For each asset, the highest version that meets every demand on it; where there is none, several stand side by side
/// (`VersionSharing` has the rule) with a warning, or fail under `duplicates: deny`. Entries of groups that were not asked for
/// take no part: they ask for nothing, and what they say about an asset does not count.
package struct Resolver: Sendable {
    private let facts: any AssetFacts
    private let duplicates: DuplicatesPolicy

    package init(facts: any AssetFacts, duplicates: DuplicatesPolicy) {
        self.facts = facts
        self.duplicates = duplicates
    }

    /// The same for the same facts, whatever the order of the entries and of the answers.
    ///
    /// - Parameter groups: whose entries are wanted, besides those of no group.
    package func resolve(_ manifest: Manifest, groups: Set<String>) async -> Result<Resolution, PlanningFailures> {
        let entries = manifest.entries.filter { $0.groups.isEmpty || !groups.isDisjoint(with: $0.groups) }
        var choice = VersionChoice(table: DemandTable(entries: entries), duplicates: duplicates)
        for (index, answer) in await knownVersions(choice.table).enumerated() {
            choice.take(answer, on: choice.table.byName[index].demands)
        }
        let graph = ChoiceGraph(choice)
        var failures = unknownGroups(manifest, groups) + choice.failures + graph.failures
        failures += await explanations(of: choice.unknown)
        guard failures.isEmpty else { return .failure(PlanningFailures(failures)) }
        let resolved = zip(entries, choice.table.own).compactMap { entry, demand in
            choice.pins[demand].map { ResolvedEntry(entry: entry, pin: $0) }
        }
        return .success(
            Resolution(choices: graph.orderedChoices(), entries: resolved, warnings: choice.warnings.sorted()))
    }

    private func knownVersions(_ table: DemandTable) async -> [Result<KnownVersions, any Error>] {
        let questions = table.byName.map { name, demands in
            let requirements = Set(demands.map { table.demands[$0].specification.requirement })
            return (name, requirements.sorted { $0.description < $1.description })
        }
        return await concurrentMap(questions) { [facts] name, requirements in
            do {
                return .success(try await facts.versions(of: name, requirements: requirements))
            } catch {
                return .failure(error)
            }
        }
    }

    private func unknownGroups(_ manifest: Manifest, _ groups: Set<String>) -> [PlanningFailure] {
        let known = Set(manifest.entries.flatMap(\.groups)).sorted()
        return groups.subtracting(known).map { group in
            .unknownGroup(group, known: known, nearest: nearestWord(to: group, in: known))
        }
    }

    private func explanations(of unknown: [UnknownAsset]) async -> [PlanningFailure] {
        await concurrentMap(unknown) { [facts] asset in
            let nearest = nearestNames(to: asset.name, in: await facts.names(near: asset.name))
            return .unknownAsset(asset.name, requirers: asset.demands, nearest: nearest, places: asset.places)
        }
    }
}

/// An asset that is neither in the store nor in the assets directory.
struct UnknownAsset: Sendable {
    let name: AssetName
    let demands: [Demand]
    let places: [String]
}
