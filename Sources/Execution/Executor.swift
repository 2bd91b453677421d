internal import AssetModel
internal import Catalog
package import FileSystem
package import ObjectStore
package import Planning

/// Makes a plan true.
///
/// - Whatever is visible in the assets directory at any moment is whole and closed under dependency, however the
///   process ends.
/// - A run that is cancelled or killed leaves what arrived in staging, and the next one goes on from there.
/// - Runs in other processes, this tool's and Python modelkit's, are waited for asset by asset.
package struct Executor: Sendable {
    private let store: any ObjectStore
    private let directory: Directory
    private let options: ExecutionOptions
    private let emit: @Sendable (ExecutionEvent) -> Void
    private let kept = KeptContents()
    private let meter = TransferMeter()
    private let reuse = ReuseCount()
    private let damaged = DamagedEntries()

    /// - Parameters:
    ///   - store: seen from modelkit's prefix.
    ///   - emit: told what happens, from many tasks; must not block.
    package init(
        store: any ObjectStore, directory: Directory, options: ExecutionOptions,
        emit: @escaping @Sendable (ExecutionEvent) -> Void
    ) {
        self.store = store
        self.directory = directory
        self.options = options
        self.emit = emit
    }

    /// Executes the plan. A failure of one asset is in the report, and does not stop what does not depend on it.
    package func execute(_ plan: Plan) async -> Report {
        let start = ContinuousClock.now
        var run = ExecutionRun(plan: plan, options: options)
        await withTaskGroup(of: ExecutionRun.Outcome.self) { group in
            var (working, isTicking) = (0, false)
            func add(_ actions: [TransferMachine.Action]) {
                for action in actions where !Task.isCancelled || action.isDiscard {
                    guard let work = work(action, of: run) else { continue }
                    group.addTask { await work() }
                    working += 1
                    if case .fetch = action, !isTicking {
                        isTicking = true
                        group.addTask { await tick() }
                    }
                }
            }
            if let wait = store.quickestAnswer { run.answered(after: wait) }
            add(run.start())
            while working > 0, let outcome = await group.next() {
                if outcome.isAnswer { run.answered(after: store.quickestAnswer) }
                add(run.take(outcome, emit: emit))
                if case .tick = outcome {
                    tell(run, since: start)
                    group.addTask { await tick() }
                } else {
                    working -= 1
                }
                if Task.isCancelled { group.cancelAll() }
            }
            // The clock is all that is left.
            group.cancelAll()
        }
        await tidy(plan)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var report = run.report(seconds: seconds, kept: kept.all, reuse: reuse.all, emit: emit)
        report.cacheFaults = report.cacheFaults.map(damaged.recounted)
        return report
    }

    /// How often the number of transfers is thought over.
    private static let tickLength = Duration.milliseconds(50)

    private func tick() async -> ExecutionRun.Outcome {
        try? await Task.sleep(for: Self.tickLength)
        return .tick(meter.take(slowDowns: store.slowDowns))
    }

    private func tell(_ run: ExecutionRun, since start: ContinuousClock.Instant) {
        let (target, inFlight) = run.concurrency
        emit(
            .concurrency(
                TransferTick(
                    seconds: (ContinuousClock.now - start) / .seconds(1), target: target, inFlight: inFlight,
                    bytes: meter.total)))
    }

    private func tidy(_ plan: Plan) async {
        let housekeeping = Housekeeping(directory: directory, fixedTime: options.fixedTime)
        // The assets are in place: dates of folders are no reason to fail, and the next run tries again.
        await DiskQueue.shared.run { try? housekeeping.tidy(plan) }
    }

    /// An action as a task; nil where there is nothing to wait for. The task must not hold the run: with it goes every lock
    /// that the run has at this moment.
    private func work(
        _ action: TransferMachine.Action, of run: ExecutionRun
    ) -> (@Sendable () async -> ExecutionRun.Outcome)? {
        guard let steps = steps(of: action, run) else { return nil }
        return {
            do {
                return try await steps()
            } catch is CancellationError {
                return .interrupted(action)
            } catch {
                // What an interruption broke off is no failure.
                if Task.isCancelled { return .interrupted(action) }
                return .failed(action, ExecutionFailure(error))
            }
        }
    }

    private func steps(
        of action: TransferMachine.Action, _ run: ExecutionRun
    ) -> (@Sendable () async throws -> ExecutionRun.Outcome)? {
        switch action {
        case .open(let asset):
            let step = run.plan.steps[asset]
            return { try await open(asset, step, .beforeBlocked) }
        case .wait(let asset):
            let step = run.plan.steps[asset]
            return { try await open(asset, step, .afterBlocked) }
        case .fetch(let part):
            guard let staged = run.staged[part.asset] else { return nil }
            let fetcher = fetcher(of: run)
            return {
                switch try await fetcher.fetch(part, into: staged) {
                case .opened(let opened): .began(opened)
                case .received(let received): .received(received)
                }
            }
        case .receive(let part):
            guard let staged = run.staged[part.asset], let opened = run.begun[part] else { return nil }
            let fetcher = fetcher(of: run)
            return { .received(try await fetcher.receive(opened, into: staged)) }
        case .seal(let asset):
            guard let staged = run.staged[asset] else { return nil }
            let cache = run.takesToCache ? options.cache : nil
            return { try await seal(asset, staged, cache) }
        case .commit(let asset):
            let (step, staged) = (run.plan.steps[asset], run.staged[asset])
            return { try await commit(asset, step, staged) }
        case .discard(let asset):
            let staged = run.staged[asset]
            return { await discard(asset, staged) }
        case .park, .end: return nil
        }
    }

    private func fetcher(of run: ExecutionRun) -> PartFetcher {
        PartFetcher(
            store: store, meter: meter, writeStep: PartQueue.writeStep(at: run.concurrency.target),
            rateLimit: options.rateLimit, emit: emit)
    }

    // MARK: Actions

    private func open(
        _ asset: Int, _ step: Step, _ patience: LockPatience.Share
    ) async throws -> ExecutionRun.Outcome {
        var staged: StagedAsset
        switch try await claim(step, patience) {
        case .present: return .present(asset)
        case .blocked: return .blocked(asset)
        case .claimed(let claimed): staged = claimed
        }
        emit(.started(step.pin, objects: staged.progress.count))
        reuse.opened(step.pin, staged.progress)
        for progress in staged.progress.compactMap({ $0 }) {
            emit(.sized(step.pin, bytes: progress.size))
            if progress.doneBytes > 0 { emit(.reused(step.pin, bytes: progress.doneBytes)) }
        }
        if case .refetch(.damaged) = step.action {
            let before = staged.progress
            try await StandingFiles(emit: emit).fill(&staged)
            reuse.stood(before, staged.progress)
        }
        // Who has what is there fetched again means from the store.
        guard let cache = options.cache, step.action != .refetch(.forced) else { return .opened(asset, staged) }
        let before = staged.progress
        let faults = try await CacheReader(cache: cache, damaged: damaged, emit: emit).fill(&staged)
        reuse.filled(before, staged.progress)
        return .opened(asset, staged, faults)
    }

    private enum Claim {
        case claimed(StagedAsset)
        /// The asset is there by now.
        case present
        /// Another process has the lock.
        case blocked
    }

    /// Takes the asset's lock and its staging folder.
    ///
    /// - Throws: `.lockTimeout` where all of the patience is used up.
    private func claim(_ step: Step, _ patience: LockPatience.Share) async throws -> Claim {
        guard let content = step.content else { return .present }
        let lock = try await AssetLock.acquire(
            step.pin.name, in: directory, patience: options.lockWait, share: patience,
            waiting: { emit(.waiting(step.pin, $0)) })
        guard let lock else { return .blocked }
        let header = Journal.Header(
            bootID: await BootID.current, pushTime: content.pushTime,
            address: store.address(of: ObjectKey(of: step.pin, path: nil)))
        return try await DiskQueue.shared.run { () throws(FileError) in
            if try isPresent(step, content) { return .present }
            try AssetPlace.refuseOverlap(of: step.pin, content, in: directory)
            return .claimed(
                try StagedAsset.claim(
                    step.pin, content, header: header, in: directory, lock: lock, fixedTime: options.fixedTime))
        }
    }

    /// Whether another process put the asset there since the plan was made.
    private func isPresent(_ step: Step, _ content: StepContent) throws(FileError) -> Bool {
        switch step.action {
        case .refetch(.forced), .refetch(.damaged), .refetch(.planned): return false
        case .keep, .fetch, .refetch: break
        }
        switch try LocalCatalog(directory: directory).state(of: step.pin, marked: true, as: AssetShape(content)) {
        case .complete: return true
        case .partial(let paths):
            return Set(paths).isSuperset(of: content.objects.compactMap(\.path)) && content.selection != nil
        case .missing, .incomplete: return false
        }
    }

    private func seal(
        _ asset: Int, _ staged: StagedAsset, _ cache: ContentCache?
    ) async throws -> ExecutionRun.Outcome {
        let sealer = Sealer(store: store)
        let digests = try await sealer.seal(staged)
        guard let cache else { return .sealed(asset, digests) }
        do {
            let faults = try await DiskQueue.shared.runUntilCancelled {
                try cache.add(staged.cacheContents(digests), from: staged.folder)
            }
            return .sealed(asset, digests, faults)
        } catch let error as FileError {
            return .sealed(asset, digests, [.notAdded(error)])
        }
    }

    private func commit(_ asset: Int, _ step: Step, _ staged: StagedAsset?) async throws -> ExecutionRun.Outcome {
        // A parked asset gave its lock back: everything is looked at again.
        if let staged { return try await commit(asset, step, staged) }
        switch try await claim(step, .all) {
        case .present: return .present(asset)
        case .blocked: return .lost(asset)
        case .claimed(let claimed): return claimed.isSealed ? try await commit(asset, step, claimed) : .lost(asset)
        }
    }

    private func discard(_ asset: Int, _ staged: StagedAsset?) async -> ExecutionRun.Outcome {
        guard let staged else { return .discarded(asset) }
        await DiskQueue.shared.run {
            // The journal goes first: where the rest cannot be removed, the next run clears it. Where the journal
            // cannot, the fault that is told is the one that the next run finds again.
            try? StagingFolder.discard(staged.pin, in: directory)
        }
        return .discarded(asset)
    }

    private func commit(_ asset: Int, _ step: Step, _ staged: StagedAsset) async throws -> ExecutionRun.Outcome {
        let committer = Committer(fixedTime: options.fixedTime) { kept.note(step.pin, $0) }
        try await DiskQueue.shared.run { () throws(FileError) in
            try committer.commit(staged, replacing: step.action.replacement)
        }
        return .committed(asset)
    }
}

extension StepAction {
    /// What may go of what stands at the asset's place.
    fileprivate var replacement: Committer.Replacement {
        switch self {
        // Somebody said so.
        case .refetch(.forced): .everything
        // It was looked at.
        case .refetch(.damaged), .refetch(.planned), .refetch(.moreFiles): .asset
        case .keep, .fetch, .refetch(.incomplete): .residue
        }
    }
}

extension TransferMachine.Action {
    /// Whether it is done in a run that was interrupted too.
    fileprivate var isDiscard: Bool {
        if case .discard = self { true } else { false }
    }
}
