package import AssetModel
internal import Execution
internal import FileSystem
internal import ObjectStore
internal import Planning

/// Puts what a spec asks for in place: plans, fetches, brings the lock up to date and, where that is asked for, removes
/// versions that the spec does not lead to.
package struct Resolving: Sendable {
    private let session: Session
    private let observer: any OperationObserver

    package init(_ session: Session, _ observer: any OperationObserver) {
        self.session = session
        self.observer = observer
    }

    package struct Request: Sendable {
        /// Whose entries are wanted besides those of no group.
        package var groups: Set<String> = []
        /// What is there and is fetched again all the same, and why.
        package var damaged: [AssetPin: AnyErrorDetail] = [:]
        /// How much may be fetched, in bytes; nil for any amount, and then no sizes are asked for.
        package var maxBytes: Int64?
        /// Whether versions are removed that the spec does not lead to.
        package var prunes = false
        /// Which assets are put in place, and what they depend on with them; nil for all.
        package var only: Set<AssetPin>?

        package init(groups: Set<String> = []) { self.groups = groups }
    }

    package func run(_ request: Request) async -> RunResult {
        let planner = Planner(session: session, groups: request.groups)
        var outcome = await planner.plan(damaged: request.damaged)
        let unplanned = outcome.unplanned(of: request.only)
        if let only = request.only { outcome.plan = outcome.plan.limited(to: only) }
        if let maxBytes = request.maxBytes { outcome = await planner.measured(outcome).within(maxBytes) }
        var run = RunResult(of: session, outcome.plan)
        run.faults = outcome.faults
        run.unplanned = unplanned
        guard let store = session.store, let directory = session.directory else { return run }
        // A folder that cannot be written to is told of where something is fetched.
        try? PlanUnderWay.forget(in: directory)
        run = await execute(run, from: store, into: directory)
        if let resolved = outcome.resolved { run = await lock(run, resolved) }
        if request.prunes, let resolved = outcome.resolved, run.isDone {
            run = await prune(run, resolved, directory)
        }
        return run
    }

    /// Does what a plan says.
    func execute(_ plan: Plan) async -> RunResult {
        let run = RunResult(of: session, plan)
        guard let store = session.store, let directory = session.directory else { return run }
        return await execute(run, from: store, into: directory)
    }

    // MARK: Steps

    private func execute(
        _ run: RunResult, from store: any ObjectStore, into directory: Directory
    ) async -> RunResult {
        var run = run
        let housekeeping = Housekeeping(directory: directory, fixedTime: session.settings.sourceDate?.value)
        if run.plan.isFulfilled {
            // A run that was killed between its last asset and its end left this to be done.
            if housekeeping.isDue { try? housekeeping.tidy(run.plan) }
            return run
        }
        let faults = DirectoryCheck(directory).faults
        guard faults.isEmpty else {
            run.faults += faults
            return run
        }
        let cache: CacheOpening
        do {
            cache = try CacheOpening(session.settings, beside: directory)
        } catch {
            run.faults += error.list
            return run
        }
        run.cacheFault = cache.fault
        let space = SpaceChecking(directory: directory, cache: cache.cache, settings: session.settings)
        if let shortfall = await space.shortfall(of: run.plan) {
            run.faults.append(.noSpace(shortfall))
            return run
        }
        let options = options(cache.cache)
        let trace = TransferTrace(path: session.settings.environment["MODELKIT_ASSETS_TRANSFER_TRACE"])
        run.report = await observer.observing(.fetch(run.plan)) { [plan = run.plan] emit in
            let executor = Executor(store: store, directory: directory, options: options) { event in
                trace?.note(event)
                emit(event)
            }
            return await executor.execute(plan)
        }
        return run
    }

    private func options(_ cache: ContentCache?) -> ExecutionOptions {
        ExecutionOptions(
            concurrency: OpenFileLimit.concurrency(
                wanted: session.settings.concurrency, limit: OpenFileLimit.raise()),
            lockWait: session.settings.lockPatience, fixedTime: session.settings.sourceDate?.value, cache: cache,
            rateLimit: session.settings.maxRate.map { RateLimit(bytesPerSecond: $0.value) },
            memory: MemoryLimit.read().ofParts)
    }

    private func lock(_ run: RunResult, _ resolved: Resolved) async -> RunResult {
        switch session.lock.mode {
        case .update: return session.settings.isOffline ? run : await updateLock(run, resolved)
        case .locked, .frozen:
            let unpinned = session.lock.lock.unpinned(in: resolved.wanted)
            if run.isDone, unpinned > 0, let path = session.lock.path {
                observer.warn([.unpinned(unpinned, lock: path)])
            }
            return run
        case .none: return run
        }
    }

    /// Brings the lock up to date with what was resolved and fetched.
    private func updateLock(_ run: RunResult, _ resolved: Resolved) async -> RunResult {
        var run = run
        let outcome = await LockBuilding(session: session).lock(resolved, run.plan, run.report, isWhole: run.isDone)
        observer.warn(outcome.warnings)
        run.faults += outcome.faults
        guard let lock = outcome.lock, !session.lock.exists || lock.assets != session.lock.lock.assets else {
            return run
        }
        do {
            try session.lock.write(lock)
            let changes = LockChanges(from: session.lock.lock, to: resolved)
            guard let path = session.lock.path else { return run }
            if session.lock.exists, run.isDone, !changes.isEmpty { observer.observe(.locked(changes, lock: path)) }
            let pinned = lock.pinned(since: session.lock.lock)
            if pinned > 0 { observer.observe(.pinned(pinned, lock: path)) }
        } catch {
            run.faults += error.list
        }
        return run
    }

    private func prune(_ run: RunResult, _ resolved: Resolved, _ directory: Directory) async -> RunResult {
        var run = run
        do {
            let pins = resolved.all.choices.map(\.pin)
            let pruning = Pruning(directory: directory, settings: session.settings)
            let outcome = try await pruning.prune(keeping: Set(pins), isDry: false)
            observer.warn(outcome.warnings)
            guard !outcome.removed.isEmpty else { return run }
            observer.observe(
                .removed(outcome.removed, freedBytes: outcome.freedBytes, linkedBytes: outcome.linkedBytes))
            try? Housekeeping(directory: directory, fixedTime: session.settings.sourceDate?.value)
                .tidy(Plan(keeping: pins))
        } catch {
            run.faults += error.list
        }
        return run
    }
}
