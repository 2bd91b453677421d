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
    }

    func plan() async -> Outcome {
        let settings = session.settings
        let resolver = Resolver(facts: session.catalog, duplicates: settings.duplicates.value)
        switch await resolver.resolve(session.manifest, groups: groups) {
        case .failure(let failures): return Outcome(problems: problems(failures))
        case .success(let resolved):
            let builder = PlanBuilder(
                facts: resolved.facts, forceDownload: settings.forceDownload.value, fetches: session.store != nil)
            let (plan, failures) = await builder.plan(resolved.wanted)
            return Outcome(plan: plan, problems: failures.map(problems) ?? [])
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

extension Problem {
    /// The words for whatever a fact can fail with.
    static func wording(_ error: any Error) -> Problem {
        switch error {
        case let error as StoreError: Problem(error)
        case let error as FileError: Problem(error)
        case let error as CatalogError: Problem(error)
        case let error as NoMetadata: wording(error.cause)
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
