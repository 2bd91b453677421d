package import AssetModel

/// From what a spec asks for to the versions that meet it.
///
/// For each asset, the version that the lock pins where it meets its demands, otherwise the highest that meets every demand on
/// it; where there is none, several stand side by side (`VersionSharing` has the rule) with a warning, or fail under
/// `duplicates: deny`. All entries are resolved together, whatever their groups, so that one lock does for all of them.
package struct Resolver: Sendable {
    private let facts: any AssetFacts
    private let duplicates: DuplicatesPolicy
    private let lock: Lock
    private let upgrade: Upgrade

    package init(
        facts: any AssetFacts, duplicates: DuplicatesPolicy, lock: Lock = .empty, upgrade: Upgrade = .nothing
    ) {
        // Where one choice does not work, another is made.
        self.facts = duplicates == .deny ? RememberedFacts(facts) : facts
        self.duplicates = duplicates
        self.lock = lock
        self.upgrade = upgrade
    }

    /// The same for the same facts, whatever the order of the entries and of the answers.
    ///
    /// - Parameters:
    ///   - groups: whose entries are wanted, besides those of no group.
    ///   - explains: whether every choice is to tell all who ask for it, and by what chain. Otherwise, where a lock has
    ///     everything, it is taken as it is.
    package func resolve(
        _ manifest: Manifest, groups: Set<String>, explains: Bool = true
    ) async -> Result<Resolved, PlanningFailures> {
        if !explains, unknownGroups(manifest, groups).isEmpty,
            let pinned = PinnedResolution(manifest.entries, lock, upgrade),
            let resolved = pinned.resolved(manifest.wanted(groups), facts)
        {
            return .success(resolved)
        }
        let pinned = PinnedVersions(lock, freed: upgrade)
        let (all, wanted) = (manifest.entries.indices, manifest.wanted(groups))
        let highest = await choose(manifest.entries, pinned, excluding: [])
        var (search, choice) = highest
        if duplicates == .deny, choice.failures.contains(where: { $0.code == "duplicates" }) {
            let single = SingleVersionSearch { await choose(manifest.entries, pinned, excluding: $0) }
            if let found = await single.run(after: choice) { (search, choice) = found }
        }
        if let failure = unsettled(search, choice) { return .failure(PlanningFailures([failure])) }
        let graph = ChoiceGraph(choice)
        let part = wanted.count < all.count ? self.choice(wanted, search) : choice
        let wantedGraph = wanted.count < all.count ? ChoiceGraph(part) : graph
        var failures = unknownGroups(manifest, groups) + choice.failures + graph.failures
        failures += wantedGraph.overlapFailures
        failures += await explanations(of: choice.unknown)
        guard failures.isEmpty else { return .failure(PlanningFailures(failures)) }
        let resolution = resolution(choice, graph)
        let facts = ResolvedFacts(base: facts, contents: search.contents)
        return .success(
            Resolved(
                all: resolution, wanted: wanted.count < all.count ? self.resolution(part, wantedGraph) : resolution,
                facts: facts,
                declared: declared(choice), isExplained: true))
    }

    private func declared(_ choice: VersionChoice) -> [AssetPin: [LockedDependency]] {
        var declared: [AssetPin: [LockedDependency]] = [:]
        for (pin, demands) in choice.table.declared where !demands.isEmpty {
            declared[pin] = demands.compactMap { number in
                let specification = choice.table.demands[number].specification
                return choice.pins[number].map { LockedDependency(specification, is: $0.version) }
            }
        }
        return declared
    }

    private func choose(
        _ entries: [ManifestEntry], _ pinned: PinnedVersions, excluding excluded: Set<AssetPin>
    ) async -> (search: VersionSearch, choice: VersionChoice) {
        var search = VersionSearch(
            entries: entries, facts: facts, duplicates: duplicates, pinned: pinned, excluding: excluded)
        await search.run()
        return (search, choice(entries.indices, search))
    }

    private func choice(_ numbers: some Sequence<Int>, _ search: VersionSearch) -> VersionChoice {
        let table = DemandTable(
            entries: numbers.map { ($0, search.entries[$0]) }, choices: search.reachable(from: numbers))
        return VersionChoice(table: table, search: search, duplicates: duplicates)
    }

    private func resolution(_ choice: VersionChoice, _ graph: ChoiceGraph) -> Resolution {
        let entries = zip(choice.table.entries, choice.table.own).compactMap { entry, demand in
            choice.pins[demand].map { ResolvedEntry(entry: entry, pin: $0) }
        }
        return Resolution(
            choices: graph.orderedChoices(), entries: entries,
            warnings: choice.warnings.inOrder() + partWarnings(choice.table.entries))
    }

    // MARK: Failures

    /// What else is wrong is not known before versions come to rest.
    private func unsettled(_ search: VersionSearch, _ choice: VersionChoice) -> PlanningFailure? {
        guard !search.unsettled.isEmpty else { return nil }
        let names = Set(search.unsettled)
        let demands = choice.table.demands.filter { names.contains($0.specification.name) }.sorted()
        return .unsettled(search.unsettled, demands: demands)
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

extension Manifest {
    /// The numbers of the entries that are wanted where these groups are asked for.
    fileprivate func wanted(_ groups: Set<String>) -> [Int] {
        entries.indices.filter { entries[$0].groups.isEmpty || !groups.isDisjoint(with: entries[$0].groups) }
    }
}

/// What a spec resolves to.
package struct Resolved: Sendable {
    /// With the entries of all groups: what a lock pins.
    package let all: Resolution
    /// Of the entries that were asked for: what a plan is about.
    package let wanted: Resolution
    /// What was asked on the way, so that it is not asked again.
    package let facts: ResolvedFacts
    /// What each chosen version that declares something declares, and what was chosen for it.
    package let declared: [AssetPin: [LockedDependency]]
    /// Whether every choice tells all who ask for it.
    package let isExplained: Bool

    /// The same, with one more warning.
    package func warning(of warning: ResolutionWarning) -> Resolved {
        Resolved(
            all: all.warning(of: warning), wanted: wanted.warning(of: warning), facts: facts, declared: declared,
            isExplained: isExplained)
    }
}

/// Facts of which some are known already.
package struct ResolvedFacts: AssetFacts {
    private let base: any AssetFacts
    /// Of the versions that were looked at.
    package let contents: [AssetPin: Result<VersionMetadata, any Error>]

    init(base: any AssetFacts, contents: [AssetPin: Result<VersionMetadata, any Error>]) {
        self.base = base
        self.contents = contents
    }

    package func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        try await base.versions(of: name, requirements: requirements)
    }

    package func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState {
        try await base.localState(of: pin, expecting: metadata)
    }

    package func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        if let known = contents[pin] { return try known.get() }
        return try await base.metadata(of: pin)
    }

    package func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool {
        try await base.hasPart(part, of: pin)
    }

    package func names(near name: AssetName) async -> [AssetName] { await base.names(near: name) }
}

/// An asset that is neither in the store nor in the assets directory.
struct UnknownAsset: Sendable {
    let name: AssetName
    let demands: [Demand]
    let places: SearchedPlaces
}
