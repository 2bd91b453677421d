internal import ObjectStore

/// What next? Decides which asset is opened, which part is fetched, what is sealed and what may appear, and does none
/// of it: the executor performs the actions and feeds their events back.
///
/// One window over the parts of all objects, so that one object of 40 GB and ten thousand small ones are the same loop.
/// An object's size is known as soon as its first part is answered, and its other parts are asked for while that one still
/// arrives; a store that knows no ranges sends all of it then. How many parts are in flight is `ConcurrencyController`'s to
/// say, and how large they are `PartSizes`'s.
///
/// An asset goes pending → opening → transferring → sealing → kept → committing → ended. Any step can fail it, and then
/// all that depends on it is skipped. Where what it has in staging is wrong it is discarded first, once no part is in
/// flight that could write there again.
///
/// Between sealing and committing it may have to wait for what it depends on. It keeps its lock meanwhile, so that nobody
/// fetches it a second time, except where that could make two runs wait for each other (`isBlocked`), or keep a version
/// of the same asset from its turn, or would keep too many files open; then it is parked, without its lock.
struct TransferMachine {
    enum Action: Equatable {
        /// Take the lock, look again, and claim the staging folder; give up early where another has the lock.
        case open(Int)
        /// The same, for as long as it may take.
        case wait(Int)
        case fetch(Part)
        /// Receive what was opened.
        case receive(Part)
        /// Everything arrived: verify and make durable.
        case seal(Int)
        /// It is ready and may not appear yet: give the lock back meanwhile.
        case park(Int)
        case commit(Int)
        /// Nothing writes there any more: remove its staging folder.
        case discard(Int)
        case end(Int, Ending)
    }

    enum Event {
        /// - sizes: of the objects, as far as they are known before the store is asked.
        case opened(Int, [ObjectProgress?], sizes: [Int64?] = [])
        /// Another process has the lock, and not for a moment only.
        case blocked(Int)
        /// Another process had put it there.
        case present(Int)
        /// The first part of an object that is larger is answered: with the range that comes.
        case began(Part, ObjectAttributes, Range<Int64>)
        /// All of the part is there, or the object in one piece, of that size in bytes where it was not known.
        case received(Part, size: Int64? = nil)
        case sealed(Int)
        case committed(Int)
        /// The staging folder was another process's meanwhile: begin again.
        case lost(Int)
        case failed(Int)
        /// The same, and what is in staging must not be gone on from.
        case spoiled(Int)
        case discarded(Int)
        /// An action that the end of its asset made pointless came back.
        case cancelled(Part)
    }

    enum Ending: Equatable {
        case present, fetched, failed
        case skipped(because: Int)
    }

    private enum Phase: Equatable {
        /// `queued`: it waits for its turn among the versions of its asset to be opened. `kept`: it is ready and has its
        /// lock. `parked`: it is ready and has not. `ready`: parked, free to appear, and waits for its turn.
        /// `spoiled`: it failed, and waits for its parts in flight; `discarding` follows.
        case pending, queued, opening, transferring, sealing, kept, parked, ready, committing, spoiled, discarding,
            ended

        var isSpoiled: Bool { self == .spoiled || self == .discarding }
    }

    /// How many assets are opened and kept beside those in transfer.
    private let window: Int
    private let sizes: PartSizes
    private var controller: ConcurrencyController
    private var order: CommitOrder
    private var phases: [Phase]
    private var queue: PartQueue
    private var nextAsset = 0
    private var opening = 0
    private var turns: NameTurns
    private var keptCount = 0
    /// Those that wait for a lock of another process.
    private var blocked: Set<Int> = []

    /// - Parameters:
    ///   - dependencies: of each asset, by place in the plan.
    ///   - names: of each asset, as numbers; nil where no two are versions of one.
    ///   - present: the assets that are there already.
    ///   - concurrency: how many parts may be in flight.
    ///   - memory: what those may hold, in bytes.
    init(
        dependencies: [[Int]], names: [Int]? = nil, present: Set<Int>, concurrency: ClosedRange<Int>, sizes: PartSizes,
        memory: Int64 = ExecutionOptions.mostMemory
    ) {
        turns = NameTurns(names: names ?? Array(dependencies.indices))
        window = min(concurrency.upperBound, Self.mostAssets)
        self.sizes = sizes
        queue = PartQueue(sizes: sizes, concurrency: concurrency, memory: memory)
        controller = ConcurrencyController(limits: concurrency)
        order = CommitOrder(dependencies: dependencies)
        phases = dependencies.indices.map { present.contains($0) ? .ended : .pending }
        for asset in present { _ = order.appeared(asset) }
    }

    private static let mostAssets = 64

    mutating func start() -> [Action] { fill() }

    /// The store has answered.
    ///
    /// - Parameter wait: see `ConcurrencyController.answered`.
    mutating func answered(after wait: Double?) {
        controller.answered(after: wait)
        if controller.isDistanceKnown { queue.distanceBecameKnown() }
    }

    mutating func handle(_ event: Event) -> [Action] {
        let actions: [Action] =
            switch event {
            case .opened(let asset, let progress, let sizes): opened(asset, progress, sizes)
            case .blocked(let asset): wasBlocked(asset)
            case .present(let asset): appeared(asset, as: .present)
            case .began(let part, let attributes, let range): began(part, attributes, range)
            case .received(let part, let size): received(part, size)
            case .sealed(let asset): sealed(asset)
            case .committed(let asset): appeared(asset, as: .fetched)
            case .lost(let asset): reopen(asset)
            case .failed(let asset): phases[asset].isSpoiled ? [] : failed(asset)
            case .spoiled(let asset): spoiled(asset)
            case .discarded(let asset): failed(asset)
            case .cancelled(let part): cancelled(part)
            }
        return actions + fill()
    }

    /// Whether what an asset still does is of use.
    func isLive(_ asset: Int) -> Bool { phases[asset] != .ended }

    // MARK: Events

    private mutating func opened(_ asset: Int, _ progress: [ObjectProgress?], _ known: [Int64?]) -> [Action] {
        guard phases[asset] == .opening else { return [] }
        leaveOpening(asset)
        phases[asset] = .transferring
        for (object, progress) in progress.enumerated() {
            let size = object < known.count ? known[object] : nil
            queue.append(
                progress.map { PendingParts(of: object, asset, $0) }
                    ?? PendingParts(firstOf: object, asset, size: size, sizes))
        }
        return sealIfComplete(asset)
    }

    private mutating func began(_ part: Part, _ attributes: ObjectAttributes, _ range: Range<Int64>) -> [Action] {
        guard phases[part.asset] == .transferring else { return cancelled(part) }
        queue.began(part, size: attributes.size)
        // Before what was queued: an object that was begun is finished first, and with it its asset.
        queue.prepend(PendingParts(of: part.object, part.asset, ObjectProgress(attributes, done: [range])))
        return [.receive(part)]
    }

    private mutating func received(_ part: Part, _ size: Int64?) -> [Action] {
        queue.ended(part, size: size)
        guard phases[part.asset] == .transferring else { return discardIfQuiet(part.asset) }
        return sealIfComplete(part.asset)
    }

    private mutating func sealIfComplete(_ asset: Int) -> [Action] {
        guard queue.isDone(asset) else { return [] }
        phases[asset] = .sealing
        return [.seal(asset)]
    }

    private mutating func sealed(_ asset: Int) -> [Action] {
        guard isLive(asset) else { return [] }
        guard order.isStaged(asset) else {
            keptCount += 1
            phases[asset] = .kept
            // As many again as may be under way, so that what is open stays bounded.
            let isTooMany = keptCount > 2 * window
            return isTooMany || isBlocked(asset) || turns.isWaitedFor(asset) ? park(asset) : []
        }
        phases[asset] = .committing
        return [.commit(asset)]
    }

    private func isBlocked(_ asset: Int) -> Bool { blocked.contains { order.dependants(of: $0).contains(asset) } }

    /// What another process has may be what waits for what is kept here: nothing that waits for it is kept.
    private mutating func wasBlocked(_ asset: Int) -> [Action] {
        guard phases[asset] == .opening else { return [] }
        blocked.insert(asset)
        let kept = order.dependants(of: asset).filter { phases[$0] == .kept }
        return kept.flatMap { park($0) } + [.wait(asset)]
    }

    private mutating func park(_ asset: Int) -> [Action] {
        keptCount -= 1
        phases[asset] = .parked
        return [.park(asset)] + passTurn(of: asset)
    }

    private mutating func appeared(_ asset: Int, as ending: Ending) -> [Action] {
        guard isLive(asset) else { return [] }
        leaveOpening(asset)
        phases[asset] = .ended
        let free = order.appeared(asset).filter(isLive)
        return [.end(asset, ending)] + passTurn(of: asset) + free.flatMap { commit($0) }
    }

    /// It may appear: at once where it kept its lock, and otherwise when its turn comes.
    private mutating func commit(_ asset: Int) -> [Action] {
        if phases[asset] == .kept { keptCount -= 1 }
        if turns.take(asset) {
            phases[asset] = .committing
            return [.commit(asset)]
        }
        phases[asset] = .ready
        return makeWay(for: asset)
    }

    /// A version that is kept and waits for others gives its turn to one that can go on.
    private mutating func makeWay(for asset: Int) -> [Action] {
        guard let holder = turns.holder(besides: asset), phases[holder] == .kept else { return [] }
        return park(holder)
    }

    private mutating func passTurn(of asset: Int) -> [Action] {
        guard let next = turns.pass(asset) else { return [] }
        if phases[next] == .ready {
            phases[next] = .committing
            return [.commit(next)]
        }
        return open(next)
    }

    private mutating func open(_ asset: Int) -> [Action] {
        phases[asset] = .opening
        opening += 1
        return [.open(asset)]
    }

    private mutating func reopen(_ asset: Int) -> [Action] { isLive(asset) ? open(asset) : [] }

    private mutating func failed(_ asset: Int) -> [Action] {
        guard isLive(asset) else { return [] }
        let dependants = order.dependants(of: asset).filter(isLive)
        // All of them end before a turn is passed on, and wait for none, so that it is passed to none of them.
        let endings = [end(asset, .failed)] + dependants.map { end($0, .skipped(because: asset)) }
        return endings + ([asset] + dependants).flatMap { passTurn(of: $0) }
    }

    private mutating func end(_ asset: Int, _ ending: Ending) -> Action {
        leaveOpening(asset)
        if phases[asset] == .kept { keptCount -= 1 }
        phases[asset] = .ended
        queue.removeAll(of: asset)
        return .end(asset, ending)
    }

    private mutating func cancelled(_ part: Part) -> [Action] {
        queue.ended(part)
        return discardIfQuiet(part.asset)
    }

    private mutating func spoiled(_ asset: Int) -> [Action] {
        guard isLive(asset), !phases[asset].isSpoiled else { return [] }
        leaveOpening(asset)
        if phases[asset] == .kept { keptCount -= 1 }
        phases[asset] = .spoiled
        queue.removeAll(of: asset)
        return discardIfQuiet(asset)
    }

    private mutating func discardIfQuiet(_ asset: Int) -> [Action] {
        guard phases[asset] == .spoiled, queue.isDone(asset) else { return [] }
        phases[asset] = .discarding
        return [.discard(asset)]
    }

    private mutating func leaveOpening(_ asset: Int) {
        blocked.remove(asset)
        turns.withdraw(asset)
        if phases[asset] == .opening { opening -= 1 }
    }

    // MARK: The window

    private mutating func begin(_ asset: Int) -> [Action] {
        if turns.take(asset) { return open(asset) }
        phases[asset] = .queued
        return makeWay(for: asset)
    }

    private mutating func fill() -> [Action] {
        var actions: [Action] = []
        while let part = queue.next(target: controller.target, pace: controller.pace) { actions.append(.fetch(part)) }
        // Twice as many, so that the next assets are open when the parts of these run out.
        while nextAsset < phases.count, queue.count + opening < max(2 * window, window + controller.target) {
            if phases[nextAsset] == .pending { actions += begin(nextAsset) }
            nextAsset += 1
        }
        return actions
    }

    /// How many parts are to be in flight, and how many are.
    var concurrency: (target: Int, inFlight: Int) { (controller.target, queue.inFlightCount) }

    /// Some time has passed.
    ///
    /// - Parameter sample: what arrived in it.
    mutating func tick(_ sample: ConcurrencyController.Sample) -> [Action] {
        var sample = sample
        sample.inFlight = queue.inFlightCount
        sample.isStarved = queue.isEmpty && sample.inFlight < controller.target
        sample.isFull = queue.isFull
        controller.tick(sample)
        return fill()
    }
}
