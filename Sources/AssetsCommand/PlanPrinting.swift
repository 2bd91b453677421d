internal import AssetModel
internal import FileSystem
internal import ObjectStore
internal import Planning

/// Plans, and prints the plan.
struct PlanPrinting: Sendable {
    let shell: Shell
    let format: PlanFormat
    /// Where the plan is saved for `apply`; nil for nowhere.
    var file: String?

    /// - Returns: the exit status.
    func run(_ request: ResolveRequest) async -> Int32 {
        let session: Session
        do {
            session = try Session(request, shell)
        } catch {
            return fail(error.list, session: nil)
        }
        if shell.options.isVerbose { shell.remark(SettingsText.lines(session)) }
        let planner = Planner(session: session, groups: request.groups)
        let outcome = await planner.measured(await planner.plan()).within(request.maxBytes)
        guard outcome.problems.isEmpty else { return fail(outcome.problems, session: session) }
        shell.warn(outcome.plan.warnings)
        if !outcome.plan.isFulfilled, let obstacle = session.directory?.writeObstacle {
            shell.warn(["a resolve would fail: cannot write to `\(obstacle.path)`: \(obstacle.reason)"])
        }
        if let file {
            do {
                try await save(outcome.plan, session, to: file)
            } catch {
                return fail(error.list, session: session)
            }
        }
        return print(outcome.plan, session)
    }

    private func save(_ plan: Plan, _ session: Session, to file: String) async throws(Problems) {
        let sealed = try await PlanSealing(session: session).seal(plan)
        do {
            try WholeFile.write(Array(try JSONText.document(sealed).utf8), to: file)
        } catch let error as FileError {
            throw Problems([
                Problem(
                    code: "plan-file", message: "cannot write the plan `\(file)`: \(error.reason)", exitStatus: 1)
            ])
        } catch {
            throw Problems([Problem(code: "internal", message: "\(error)", exitStatus: 1)])
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

    private func fail(_ problems: [Problem], session: Session?) -> Int32 {
        var run = Run()
        run.assetsDirectory = session?.directoryPath
        run.store = session?.store?.name
        run.problems = problems
        if format == .json, let text = try? JSONText.document(ReportDocument(run)) { shell.console.writeResult(text) }
        shell.complain(problems)
        return run.exitStatus
    }
}

extension Session {
    init(_ request: ResolveRequest, _ shell: Shell) throws(Problems) {
        let (manifest, settings) = try SpecReading.read(
            request.spec, flags: request.flags, environment: shell.environment)
        let lock = try SpecLock.read(
            besides: request.spec, request.lock, in: settings.versioning.value, mends: request.mendsLock)
        try self.init(
            settings: settings, manifest: manifest, lock: lock, missingDirectory: request.missingDirectory,
            retries: shell.retryLog())
    }
}
