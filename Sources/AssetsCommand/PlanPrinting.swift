internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// Plans, and prints the plan.
struct PlanPrinting: Sendable {
    let shell: Shell
    let format: PlanFormat
    /// The command that would do what is planned: `resolve`
    var command = "resolve"
    /// How much may be fetched, in bytes; nil for any amount.
    var maxBytes: Int64?
    /// What a repair was asked for; empty for any other command.
    var verified: [VerifiedAsset] = []
    /// Where the plan is saved for `apply`; nil for nowhere.
    var file: String?

    /// - Parameters:
    ///   - request: what is wanted, as a run is asked for it.
    ///   - open: opens what it works with.
    /// - Returns: the exit status.
    func run(_ request: Resolving.Request, _ open: () throws(Faults) -> Session) async -> Int32 {
        let session: Session
        do {
            session = try open()
        } catch {
            return fail(error, session: nil)
        }
        let planner = Planner(session: session, groups: request.groups)
        var planned = await planner.plan(damaged: request.damaged)
        planned.plan = planned.plan.keeping(intactOf: verified)
        let outcome = await planner.measured(planned).within(maxBytes)
        guard outcome.faults.isEmpty else { return fail(Faults(outcome.faults), session: session) }
        await warn(of: outcome.plan, session)
        do {
            if let file { try await PlanSealing(session: session).save(outcome.plan, to: file, wording: \.words) }
        } catch {
            return fail(error, session: session)
        }
        return print(outcome.plan, session)
    }

    /// A plan that was made before.
    func run(_ plan: Plan, _ session: Session) async -> Int32 {
        await warn(of: plan, session)
        return print(plan, session)
    }

    /// What is worth knowing of the plan, and what would keep it from being done.
    private func warn(of plan: Plan, _ session: Session) async {
        shell.warn(plan.warnings.sentences)
        let failure = "`modelkit-assets \(command)` would fail: "
        if !plan.isFulfilled, let obstacle = session.directory?.writeObstacle {
            shell.warn([failure + "cannot write to `\(obstacle.path)`: \(obstacle.reason)"])
        }
        if let shortfall = await SpaceChecking(planningIn: session)?.shortfall(of: plan) {
            shell.warn([failure + Problem(shortfall).message])
        }
    }

    private func print(_ plan: Plan, _ session: Session) -> Int32 {
        let free = try? session.directory?.freeSpace()
        let context = PlanContext(
            assetsDirectory: session.directoryPath, store: session.store?.name, prefix: session.settings.prefix.value,
            specFile: session.manifest.file, freeBytes: free)
        switch format {
        case .text:
            shell.console.writeResult(
                PlanText(context, width: shell.resultWidth).text(plan))
        case .json:
            guard let text = try? JSONText.document(PlanDocument(plan, context)) else { return 1 }
            shell.console.writeResult(text)
        case .dot: shell.console.writeResult(PlanGraph(plan).dot)
        case .mermaid: shell.console.writeResult(PlanGraph(plan).mermaid)
        }
        return shell.exitStatus(0)
    }

    private func fail(_ faults: Faults, session: Session?) -> Int32 {
        var run = Run()
        run.assetsDirectory = session?.directoryPath
        run.store = session?.store?.name
        run.problems = Problems(faults).list
        if format == .json, let text = try? JSONText.document(ReportDocument(run)) { shell.console.writeResult(text) }
        shell.complain(run.problems)
        return run.exitStatus
    }
}
