package import AssetModel
internal import Catalog
internal import ObjectStore
package import Planning

/// From a spec to a resolution and a plan.
package struct Planner: Sendable {
    private let session: Session
    private let groups: Set<String>

    /// - Parameter groups: whose entries are wanted besides those of no group.
    package init(session: Session, groups: Set<String>) {
        self.session = session
        self.groups = groups
    }

    /// What planning came to. A fault of one version leaves the rest of the plan standing.
    package struct Outcome: Sendable {
        package var plan = Plan(steps: [], entries: [])
        package var faults: [Fault] = []
        /// Nil where versions could not be chosen.
        package var resolved: Resolved?
    }

    /// - Parameter damaged: what is there and is fetched again all the same, and why.
    package func plan(damaged: [AssetPin: AnyErrorDetail] = [:]) async -> Outcome {
        let outcome = await plan(damaged: damaged, explains: false)
        // Only what fails is to be explained.
        guard !outcome.faults.isEmpty, outcome.resolved?.isExplained == false else { return outcome }
        return await plan(damaged: damaged, explains: true)
    }

    private func plan(damaged: [AssetPin: AnyErrorDetail], explains: Bool) async -> Outcome {
        let resolved: Resolved
        switch await resolve(explains: explains) {
        case .failure(let failure): return Outcome(faults: failure.list)
        case .success(let success): resolved = success
        }
        let builder = PlanBuilder(
            facts: resolved.facts, forceDownload: session.settings.forceDownload.value, fetches: session.store != nil,
            isOffline: session.settings.isOffline, damaged: damaged)
        let (plan, failures) = await builder.plan(resolved.wanted)
        return Outcome(plan: plan, faults: failures.map { [.planning($0)] } ?? [], resolved: resolved)
    }

    /// The versions; with `--locked`, only where the lock has them all.
    ///
    /// - Parameter explains: whether everybody who asks for a version is to be told.
    package func resolve(explains: Bool = true) async -> Result<Resolved, Faults> {
        let lock = session.lock
        if lock.mode == .frozen { return await resolveFrozen(explains: explains) }
        let resolver = Resolver(
            facts: session.catalog, duplicates: session.settings.duplicates.value, lock: lock.lock,
            upgrade: lock.upgrade)
        switch await resolver.resolve(session.manifest, groups: groups, explains: explains) {
        case .failure(let failures): return .failure(Faults(.planning(failures)))
        case .success(let resolved):
            guard lock.mode == .locked, let path = lock.path else { return .success(resolved) }
            let changes = LockChanges(from: lock.lock, to: resolved)
            return changes.isEmpty
                ? .success(resolved)
                : .failure(Faults(.lock(.outdated(changes, path: path, spec: session.manifest.file))))
        }
    }

    private func resolveFrozen(explains: Bool) async -> Result<Resolved, Faults> {
        let frozen = FrozenManifest(session.manifest, session.lock.lock)
        let resolver = Resolver(
            facts: FrozenFacts(base: session.catalog), duplicates: .allow, lock: session.lock.lock)
        // An entry of a group is in the lock too, and missing only where the group is wanted.
        let unlocked = frozen.unlocked.filter { $0.groups.isEmpty || !groups.isDisjoint(with: $0.groups) }.map(\.name)
        let resolution = await resolver.resolve(frozen.manifest, groups: groups, explains: explains)
        return resolution.mapError { Faults(.planning($0)) }.map { resolved in
            guard !unlocked.isEmpty, let path = session.lock.path else { return resolved }
            return resolved.warning(of: .unlocked(Set(unlocked).sorted(), lock: path))
        }
    }

    /// The plan with the sizes of what it fetches.
    package func measured(_ outcome: Outcome) async -> Outcome {
        var outcome = outcome
        do {
            outcome.plan = try await session.catalog.measured(outcome.plan)
        } catch {
            outcome.faults.append(.store(error))
        }
        return outcome
    }
}

extension Planner.Outcome {
    /// How many versions were chosen and are not in the plan.
    ///
    /// - Parameter wanted: those that count; nil for all.
    func unplanned(of wanted: Set<AssetPin>?) -> Int {
        let planned = Set(plan.steps.map(\.pin))
        return resolved?.wanted.choices.count { !planned.contains($0.pin) && wanted?.contains($0.pin) ?? true } ?? 0
    }

    /// Nothing of the plan, and why, where it has more to fetch than is allowed.
    package func within(_ maxBytes: Int64?) -> Planner.Outcome {
        guard let maxBytes, PlanTotals(plan).bytes > maxBytes else { return self }
        return Planner.Outcome(faults: faults + [.tooLarge(DownloadExcess(plan, over: maxBytes))])
    }
}
