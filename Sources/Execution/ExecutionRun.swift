internal import AssetModel
internal import ObjectStore
internal import Planning

/// The state of an execution: the machine that decides, and what its decisions are about.
struct ExecutionRun {
    /// How an action ended.
    enum Outcome: Sendable {
        case opened(Int, StagedAsset, [CacheFault] = [])
        case blocked(Int)
        case present(Int)
        /// The answer for the first part of an object that is larger.
        case began(OpenedPart)
        case received(ReceivedPart)
        case sealed(Int, [FileDigest], [CacheFault] = [])
        case committed(Int)
        case lost(Int)
        case discarded(Int)
        case failed(TransferMachine.Action, ExecutionFailure)
        case interrupted(TransferMachine.Action)
        /// Some time has passed.
        case tick(ConcurrencyController.Sample)

        /// Whether the store has answered.
        var isAnswer: Bool {
            switch self {
            case .began, .received: true
            default: false
            }
        }
    }

    let plan: Plan
    /// Those whose lock this run holds.
    private(set) var staged: [Int: StagedAsset] = [:]
    /// First parts whose body is still to be received.
    private(set) var begun: [TransferMachine.Part: OpenedPart] = [:]
    private var machine: TransferMachine
    private var outcomes: [Int: AssetOutcome] = [:]
    private var failures: [Int: ExecutionFailure] = [:]
    private var counts: [Int: Count] = [:]

    private struct Count {
        var objects: Set<Int> = []
        var bytes: Int64 = 0
    }
    /// Of the objects of each sealed asset.
    private var digests: [Int: [FileDigest]] = [:]
    private var cacheFaults: [CacheFault] = []
    private var checksumFaults: [StoreError] = []

    /// Whether what is fetched is still added to the cache: a full disk is not tried again with every asset.
    var takesToCache: Bool { !cacheFaults.contains { if case .notAdded = $0 { true } else { false } } }

    init(plan: Plan, options: ExecutionOptions) {
        self.plan = plan
        let places = Dictionary(uniqueKeysWithValues: plan.steps.enumerated().map { ($1.pin, $0) })
        let names = Dictionary(plan.steps.enumerated().map { ($1.pin.name, $0) }) { first, _ in first }
        let present = plan.steps.indices.filter { plan.steps[$0].action == .keep }
        machine = TransferMachine(
            dependencies: plan.steps.map { $0.waitsFor.compactMap { places[$0] } },
            names: plan.steps.compactMap { names[$0.pin.name] }, present: Set(present),
            concurrency: options.concurrency, sizes: options.partSizes, memory: options.memory)
        for asset in present { outcomes[asset] = .present }
    }

    mutating func start() -> [TransferMachine.Action] { machine.start() }

    /// - Parameter wait: see `ConcurrencyController.answered`.
    mutating func answered(after wait: Double?) { machine.answered(after: wait) }

    /// How many parts are to be in flight, and how many are.
    var concurrency: (target: Int, inFlight: Int) { machine.concurrency }

    /// - Returns: what is to be done next.
    mutating func take(_ outcome: Outcome, emit: (ExecutionEvent) -> Void) -> [TransferMachine.Action] {
        let actions =
            switch outcome {
            case .opened(let asset, let staged, let faults): opened(asset, staged, faults)
            case .blocked(let asset): machine.handle(.blocked(asset))
            case .present(let asset): machine.handle(.present(asset))
            case .began(let part): began(part)
            case .received(let part): received(part)
            case .tick(let sample): machine.tick(sample)
            case .sealed(let asset, let digests, let fault): sealed(asset, digests, fault)
            case .committed(let asset): machine.handle(.committed(asset))
            case .lost(let asset): machine.handle(.lost(asset))
            case .discarded(let asset): machine.handle(.discarded(asset))
            case .failed(let action, let failure): failed(action, failure)
            case .interrupted(let action): cancelled(action)
            }
        for action in actions { note(action, emit: emit) }
        return actions
    }

    /// - Parameter emit: told of the assets that an interruption left.
    func report(
        seconds: Double, kept: [KeptContent], reuse: Reuse, emit: (ExecutionEvent) -> Void
    ) -> Report {
        let results = plan.steps.indices.map { asset in
            let pin = plan.steps[asset].pin
            if outcomes[asset] == nil { emit(.ended(pin, .interrupted)) }
            return AssetResult(
                pin: pin, outcome: outcomes[asset] ?? .interrupted,
                downloadedObjects: counts[asset]?.objects.count ?? 0,
                downloadedBytes: counts[asset]?.bytes ?? 0, digests: fetchedDigests(of: asset))
        }
        return Report(
            results: results, seconds: seconds, cacheFaults: cacheFaults, checksumFaults: checksumFaults, kept: kept,
            reuse: reuse)
    }

    private func fetchedDigests(of asset: Int) -> [FileDigest] {
        guard case .fetched = outcomes[asset] else { return [] }
        return digests[asset] ?? []
    }

    // MARK: Outcomes

    private mutating func opened(
        _ asset: Int, _ staged: StagedAsset, _ faults: [CacheFault]
    ) -> [TransferMachine.Action] {
        for fault in faults { note(fault) }
        if machine.isLive(asset) { self.staged[asset] = staged }
        return machine.handle(.opened(asset, staged.progress, sizes: staged.content.objects.map(\.size)))
    }

    private mutating func began(_ opened: OpenedPart) -> [TransferMachine.Action] {
        let actions = machine.handle(.began(opened.part, opened.download.attributes, opened.download.range))
        // Else nobody wants it any more, and its connection is closed.
        if actions.contains(.receive(opened.part)) { begun[opened.part] = opened }
        return actions
    }

    private mutating func received(_ received: ReceivedPart) -> [TransferMachine.Action] {
        let part = received.part
        counts[part.asset, default: Count()].objects.insert(part.object)
        let sum = ByteSum.adding(counts[part.asset]?.bytes ?? 0, Int64(received.range.count))
        counts[part.asset, default: Count()].bytes = sum
        if let fault = received.checksumFault { checksumFaults.append(fault) }
        begun[part] = nil
        return machine.handle(.received(part, size: part.isFirst ? Int64(received.range.count) : nil))
    }

    private mutating func sealed(
        _ asset: Int, _ digests: [FileDigest], _ faults: [CacheFault]
    ) -> [TransferMachine.Action] {
        for fault in faults { note(fault) }
        self.digests[asset] = digests
        return machine.handle(.sealed(asset))
    }

    /// A cache that does not work is told of once, and each entry that is damaged.
    private mutating func note(_ fault: CacheFault) {
        if !cacheFaults.contains(where: { $0.covers(fault) }) { cacheFaults.append(fault) }
    }

    private mutating func failed(
        _ action: TransferMachine.Action, _ failure: ExecutionFailure
    ) -> [TransferMachine.Action] {
        var actions: [TransferMachine.Action] = []
        if let asset = action.asset, machine.isLive(asset) {
            // The first is told: what follows it is of its making.
            if failures[asset] == nil { failures[asset] = failure }
            actions += machine.handle(failure.spoilsStaging ? .spoiled(asset) : .failed(asset))
        }
        return actions + cancelled(action)
    }

    private mutating func cancelled(_ action: TransferMachine.Action) -> [TransferMachine.Action] {
        guard let part = action.part else { return [] }
        begun[part] = nil
        return machine.handle(.cancelled(part))
    }

    private mutating func note(_ action: TransferMachine.Action, emit: (ExecutionEvent) -> Void) {
        switch action {
        // Without the value the lock is given back, once the actions that use it have ended.
        case .park(let asset): staged[asset] = nil
        case .end(let asset, let ending):
            staged[asset] = nil
            let outcome = outcome(asset, ending)
            outcomes[asset] = outcome
            emit(.ended(plan.steps[asset].pin, outcome))
        case .open, .wait, .fetch, .receive, .seal, .commit, .discard: break
        }
    }

    private func outcome(_ asset: Int, _ ending: TransferMachine.Ending) -> AssetOutcome {
        switch ending {
        case .present: .present
        case .fetched: .fetched
        case .failed: failures[asset].map(AssetOutcome.failed) ?? .interrupted
        case .skipped(let cause): .skipped(because: plan.steps[cause].pin)
        }
    }
}

extension TransferMachine.Action {
    /// The asset that it is about.
    var asset: Int? {
        switch self {
        case .open(let asset), .wait(let asset), .seal(let asset), .park(let asset), .commit(let asset),
            .discard(let asset), .end(let asset, _):
            asset
        case .fetch(let part), .receive(let part): part.asset
        }
    }

    /// The part that it transfers.
    var part: TransferMachine.Part? {
        switch self {
        case .fetch(let part), .receive(let part): part
        case .open, .wait, .seal, .park, .commit, .discard, .end: nil
        }
    }
}
