internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Operations
internal import Planning
internal import Terminal

/// Plans, and prints the plan.
struct PlanPrinting: Sendable {
    let shell: Shell
    let format: PlanFormat
    /// How much may be fetched, in bytes; nil for any amount.
    let maxBytes: Int64?
    /// Where the plan is saved for `apply`; nil for nowhere.
    var file: String?

    /// - Returns: the exit status.
    func run(_ request: SpecRequest, _ flags: SettingFlags) async -> Int32 {
        let session: Session
        do {
            session = try shell.session(request, flags)
        } catch {
            return fail(error, session: nil)
        }
        let planner = Planner(session: session, groups: request.groups)
        let outcome = await planner.measured(await planner.plan()).within(maxBytes)
        guard outcome.faults.isEmpty else { return fail(Faults(outcome.faults), session: session) }
        shell.warn(outcome.plan.warnings)
        if !outcome.plan.isFulfilled, let obstacle = session.directory?.writeObstacle {
            shell.warn(["`modelkit-assets resolve` would fail: cannot write to `\(obstacle.path)`: \(obstacle.reason)"])
        }
        if let shortfall = await SpaceChecking(planningIn: session)?.shortfall(of: outcome.plan) {
            shell.warn(["`modelkit-assets resolve` would fail: \(Problem(shortfall).message)"])
        }
        do {
            if let file { try await PlanSealing(session: session).save(outcome.plan, to: file) }
        } catch {
            return fail(error, session: session)
        }
        return print(outcome.plan, session)
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
