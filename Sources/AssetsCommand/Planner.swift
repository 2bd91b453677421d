internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning

/// From a spec to a plan, in words a person can do something with where there is none.
struct Planner: Sendable {
    let session: Session
    let groups: Set<String>

    /// What planning came to. A fault of one version leaves the rest of the plan standing.
    struct Outcome: Sendable {
        var plan = Plan(steps: [], entries: [])
        var problems: [Problem] = []
        /// Nil where versions could not be chosen.
        var resolved: Resolved?
    }

    /// - Parameter damaged: what is there and is fetched again all the same, and why.
    func plan(damaged: [AssetPin: String] = [:]) async -> Outcome {
        let outcome = await plan(damaged: damaged, explains: false)
        // Only what fails is to be explained.
        guard !outcome.problems.isEmpty, outcome.resolved?.isExplained == false else { return outcome }
        return await plan(damaged: damaged, explains: true)
    }

    private func plan(damaged: [AssetPin: String], explains: Bool) async -> Outcome {
        let resolved: Resolved
        switch await resolve(explains: explains) {
        case .failure(let failure): return Outcome(problems: failure.list)
        case .success(let success): resolved = success
        }
        let builder = PlanBuilder(
            facts: resolved.facts, forceDownload: session.settings.forceDownload.value, fetches: session.store != nil,
            damaged: damaged)
        let (plan, failures) = await builder.plan(resolved.wanted)
        return Outcome(plan: plan, problems: failures.map(problems) ?? [], resolved: resolved)
    }

    /// The versions; with `--locked`, only where the lock has them all.
    ///
    /// - Parameter explains: whether everybody who asks for a version is to be told.
    func resolve(explains: Bool = true) async -> Result<Resolved, Problems> {
        let lock = session.lock
        if lock.mode == .frozen { return await resolveFrozen(explains: explains) }
        let resolver = Resolver(
            facts: session.catalog, duplicates: session.settings.duplicates.value, lock: lock.lock,
            upgrade: lock.upgrade)
        switch await resolver.resolve(session.manifest, groups: groups, explains: explains) {
        case .failure(let failures): return .failure(Problems(problems(failures)))
        case .success(let resolved):
            guard lock.mode == .locked, let path = lock.path else { return .success(resolved) }
            let changes = LockChanges(from: lock.lock, to: resolved)
            return changes.isEmpty
                ? .success(resolved) : .failure(Problems([changes.problem(path, spec: session.manifest.file)]))
        }
    }

    private func resolveFrozen(explains: Bool) async -> Result<Resolved, Problems> {
        let frozen = FrozenManifest(session.manifest, session.lock.lock)
        let resolver = Resolver(
            facts: FrozenFacts(base: session.catalog), duplicates: .allow, lock: session.lock.lock)
        return await resolver.resolve(frozen.manifest, groups: groups, explains: explains).mapError {
            Problems(problems($0))
        }
    }

    /// The plan with the sizes of what it fetches.
    func measured(_ outcome: Outcome) async -> Outcome {
        var outcome = outcome
        do {
            outcome.plan = try await session.catalog.measured(outcome.plan)
        } catch {
            outcome.problems.append(Problem(error))
        }
        return outcome
    }

    private func problems(_ failures: PlanningFailures) -> [Problem] {
        PlanningWords(fact: Problem.wording).problems(failures)
    }
}

extension Planner.Outcome {
    /// Nothing of the plan, and why, where it has more to fetch than is allowed.
    func within(_ maxBytes: Int64?) -> Planner.Outcome {
        guard let maxBytes, PlanTotals(plan).bytes > maxBytes else { return self }
        return Planner.Outcome(problems: problems + [Problem(plan, exceeds: maxBytes)])
    }
}

extension Problem {
    /// How many of the largest assets are named.
    private static let examples = 3

    fileprivate init(_ plan: Plan, exceeds maxBytes: Int64) {
        let largest = plan.steps.map { (pin: $0.pin, bytes: PlanTotals($0).bytes) }.sorted { $0.bytes > $1.bytes }
        self.init(
            code: "too-large",
            message: "there are \(Units.bytes(PlanTotals(plan).bytes)) to fetch, and --max-bytes allows "
                + Units.bytes(maxBytes),
            details: largest.prefix(Self.examples).filter { $0.bytes > 0 }
                .map { "\(Units.bytes($0.bytes)) of them are of `\($0.pin)`" },
            hint: "nothing was fetched: allow more, or leave out files (`exclude`) or entries (`groups`)", exitStatus: 1
        )
    }
}

extension Problem {
    /// The words for whatever a fact can fail with.
    static func wording(_ error: any Error) -> Problem {
        switch error {
        case let error as StoreError: Problem(error)
        case let error as FileError: Problem(error)
        case let error as CatalogError: Problem(error)
        case let error as NoMetadata: wording(error.cause)
        case let error as NotLocked: Problem(error)
        default: Problem(code: "internal", message: "\(error)", exitStatus: 1)
        }
    }

    init(_ error: CatalogError) {
        switch error {
        case .malformed(let address, let fault):
            self.init(
                code: "malformed-object", message: "cannot use `\(address)`: \(fault)",
                hint: "it is not what modelkit writes there: push the asset again, or restore the object", exitStatus: 5
            )
        case .unsafePath(let address, let path, let fault):
            self.init(
                code: "unsafe-path", message: "cannot use `\(address)`: its path `\(path)` \(fault)",
                hint: "nothing of this version is fetched: push it again with paths that stay inside the asset",
                exitStatus: 5)
        case .noStore:
            self.init(code: "no-store", message: "no storage provider is set", exitStatus: 5)
        }
    }
}
