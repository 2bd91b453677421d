internal import AssetModel
internal import Execution
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import StoreTransport

/// The main job: plan, check, execute, report.
struct Resolving: Sendable {
    let shell: Shell

    func run(_ request: ResolveRequest) async -> Run {
        do {
            return await run(
                try Session(request, shell), groups: request.groups,
                maxBytes: request.maxBytes, prunes: request.prunes)
        } catch {
            var run = Run()
            run.problems = error.list
            return run
        }
    }

    /// - Parameters:
    ///   - damaged: what is there and is fetched again all the same, and why.
    ///   - maxBytes: how much may be fetched; nil for any amount, and then no sizes are asked for.
    ///   - prunes: whether versions are removed that the spec does not lead to.
    func run(
        _ session: Session, groups: Set<String>, damaged: [AssetPin: String] = [:], maxBytes: Int64? = nil,
        prunes: Bool = false
    ) async -> Run {
        if shell.options.isVerbose { shell.remark(SettingsText.lines(session)) }
        let planner = Planner(session: session, groups: groups)
        var outcome = await planner.plan(damaged: damaged)
        if let maxBytes { outcome = await planner.measured(outcome).within(maxBytes) }
        var run = Run()
        run.assetsDirectory = session.directoryPath
        run.store = session.store?.name
        run.plan = outcome.plan
        run.problems = outcome.problems
        guard let store = session.store, let directory = session.directory else { return run }
        // A folder that cannot be written to is told of where something is fetched.
        try? PlanUnderWay.forget(in: directory)
        run = await execute(run, from: store, into: directory, session.settings)
        if let resolved = outcome.resolved, session.lock.mode == .update, !session.settings.isOffline {
            run = await lock(run, resolved, session)
        }
        if prunes, let resolved = outcome.resolved, run.status == .done {
            run = await prune(run, resolved, directory, session.settings)
        }
        if let summary = session.retries.summary { shell.warn([summary]) }
        return run
    }

    /// Does what a plan says.
    func execute(_ plan: Plan, in session: Session) async -> Run {
        var run = Run()
        run.assetsDirectory = session.directoryPath
        run.store = session.store?.name
        run.plan = plan
        guard let store = session.store, let directory = session.directory else { return run }
        run = await execute(run, from: store, into: directory, session.settings)
        if let summary = session.retries.summary { shell.warn([summary]) }
        return run
    }

    /// Brings the lock up to date with what was resolved and fetched.
    private func lock(_ run: Run, _ resolved: Resolved, _ session: Session) async -> Run {
        var run = run
        let outcome = await LockBuilding(session: session).lock(
            resolved, run.plan, run.report, isWhole: run.status == .done)
        shell.warn(outcome.warnings)
        run.problems += outcome.problems
        guard let lock = outcome.lock, !session.lock.exists || lock.assets != session.lock.lock.assets else {
            return run
        }
        do {
            try session.lock.write(lock)
        } catch {
            run.problems += error.list
        }
        return run
    }

    private func prune(
        _ run: Run, _ resolved: Resolved, _ directory: Directory, _ settings: Settings
    ) async -> Run {
        var run = run
        do {
            let pins = resolved.all.choices.map(\.pin)
            let outcome = try await Pruning(directory: directory, system: settings.versioning.value)
                .prune(keeping: Set(pins), isDry: false)
            shell.warn(outcome.warnings)
            guard !outcome.removed.isEmpty else { return run }
            shell.remark("removed \(enumeration(outcome.removed.map(\.description)))")
            try? Housekeeping(directory: directory, fixedTime: settings.sourceDate?.value).tidy(Plan(keeping: pins))
        } catch {
            run.problems += error.list
        }
        return run
    }

    private func execute(
        _ run: Run, from store: any ObjectStore, into directory: Directory, _ settings: Settings
    ) async -> Run {
        var run = run
        let housekeeping = Housekeeping(directory: directory, fixedTime: settings.sourceDate?.value)
        if run.plan.isFulfilled {
            // A run that was killed between its last asset and its end left this to be done.
            if housekeeping.isDue { try? housekeeping.tidy(run.plan) }
            return run
        }
        let problems = DirectoryCheck(directory).problems
        guard problems.isEmpty else {
            run.problems += problems
            return run
        }
        let cache: CacheOpening
        do {
            cache = try CacheOpening(settings, beside: directory)
        } catch {
            run.problems += error.list
            return run
        }
        run.cacheFault = cache.fault
        let options = ExecutionOptions(
            window: OpenFileLimit.window(wanted: settings.jobs.value, limit: OpenFileLimit.raise()),
            lockWait: settings.lockPatience, fixedTime: settings.sourceDate?.value, cache: cache.cache)
        let reporter = ProgressReporter(
            shell.options.progress, ProgressModel(run.plan), console: shell.console, style: shell.options.style)
        run.report = await reporter.whileShowing { emit in
            await Executor(store: store, directory: directory, options: options, emit: emit).execute(run.plan)
        }
        return run
    }

    // MARK: The report

    /// Prints what came of it.
    ///
    /// - Returns: the exit status.
    func report(_ run: Run, _ format: ReportFormat) -> Int32 {
        let text = ReportText(run)
        if format == .json {
            if let document = try? JSONText.document(ReportDocument(run)) { shell.console.writeResult(document) }
        } else {
            shell.console.writeResult(text.results(isTerminal: shell.console.isOutputTerminal))
        }
        if format == .github { tellGitHub(run) }
        shell.summarize(run)
        return shell.exitStatus(run.exitStatus)
    }
}

extension Resolving {
    private func tellGitHub(_ run: Run) {
        let text = GitHubText(run)
        for line in text.annotations { shell.console.writeDiagnostic(line) }
        guard let path = shell.environment["GITHUB_STEP_SUMMARY"] else { return }
        do throws(FileError) {
            try File.openForAppending(path).append(text.summary)
        } catch {
            shell.warn(["cannot write the summary of the job: \(error.path): \(error.reason)"])
        }
    }
}

extension Run {
    func interrupted(by signal: CInt?) -> Run {
        var run = self
        // A signal that came after the last asset was in place interrupted nothing.
        if run.status != .done { run.interruption = signal.flatMap { Interruption(rawValue: 128 + $0) } }
        return run
    }
}
